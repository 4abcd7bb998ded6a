"""Signs of a verdict weighed into one verdict, or into what keeps it from being one.

Must not: know a word of a language, or the methods of voting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

from gateway.understand.reading.ballot_frame import Body, Clause, is_change, is_set_against
from gateway.understand.reading.ballot_holds import CONCLUDED, held_back
from gateway.understand.reading.ballot_implied import (
    answered,
    carried_on,
    denied,
    echoed,
    excused,
    kept,
    none_object,
    set_apart,
    taken_up,
    wished,
    without_reason,
)
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import (
    ABSTAIN,
    BARE,
    BLOCK,
    HINTED,
    NEGATIVE,
    POSITIVE,
    STATED,
    Signal,
    content,
    signals,
)

DRESS = classes("filler and contrast greeting thanks yes no reason")  # what may stand before an idiom
SETS_OFF = classes("contrast change conclusion reason")
DENIES = classes("negator near_negator no withdraw")
LONGEST_HINT = 4  # words of content beside which a mere hint still is an answer


@dataclass(frozen=True, slots=True)
class Settled:
    """A verdict (None when unclear), what is missing, the verdicts that were close, and the words it rests on."""

    verdict: str | None
    missing: str = ""
    rivals: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    tepid: bool = False


def settle(body: Body, extra: tuple[Signal, ...] = ()) -> Settled:
    """Return the verdict the body comes to; `extra` are signs read elsewhere, such as signed numbers."""
    # A stretch read elsewhere, as the number in "+1", is no sign of its own a second time.
    own = [_as_asked(body, s) for s in signals(body) if not any(s.start < e.end and e.start < s.end for e in extra)]
    implied = (
        *kept(body),
        *without_reason(body),
        *denied(body),
        *answered(body),
        *carried_on(body),
        *wished(body),
        *taken_up(body),
        *excused(body),
        *set_apart(body, own),
    )
    implied = tuple(s for s in implied if not any(e.start <= s.start and s.end <= e.end for e in extra))
    every = sorted([*own, *extra, *implied], key=lambda s: s.start)
    found = [s for s in every if s.weight > 0 and not any(is_no_vote(body, s) for is_no_vote in NO_VOTES)]
    found = _concluded(body, _last_mind(body, _agreed(body, found)))
    if not found:
        found = none_object(body) or (echoed(body) if not obstacle(body) else [])
    if not found:
        return Settled(None, obstacle(body) or "choice")
    best = _best(body, found)
    if best is None:
        return Settled(None, "several", tuple(dict.fromkeys(s.verdict for s in found)))
    held = "several" if _is_divided(body, best, found) else held_back(body, best)
    if held:
        return Settled(None, held, (best.verdict,), best.start, best.end)
    said = len(content(body, body.start, body.end))
    if best.weight <= HINTED and said and _is_indifferent(body):
        return Settled(None, "choice")  # "no opinion, I don't drive"
    if best.weight <= HINTED and (said > LONGEST_HINT or (best.soft and said)):
        return Settled(None, obstacle(body) or "choice", (best.verdict,), best.start, best.end)
    return Settled(best.verdict, start=best.start, end=best.end, tepid=best.tepid)


def _is_indifferent(body: Body) -> bool:
    """Whether the author says in so many words to have no preference."""
    marks = body.marked.within(body.start, body.end)
    return any("indifferent" in m and m.start not in body.told for m in marks)


# What keeps a text without a verdict from having one, most telling first.
OBSTACLES = (
    ("autoreply", "choice"),
    ("irony", "irony"),
    ("condition", "condition"),
    ("both", "several"),
    ("later", "choice"),
    ("defer", "choice"),
    ("doubt", "choice"),
    ("indifferent", "choice"),
)


def obstacle(body: Body) -> str:
    """Return what a text without a verdict seems to be instead; "" when nothing tells."""
    if any(s.asks for s in body.sentences):
        return "question"
    if any("undecided" in mark for mark in body.marked.heard(body.start, body.end)):
        return "choice"
    said = frozenset(chain.from_iterable(mark.classes for mark in body.marked.within(body.start, body.end)))
    return next((missing for name, missing in OBSTACLES if name in said), "")


def _as_asked(body: Body, signal: Signal) -> Signal:
    """Return an objection as a yes, and a denied one as a no, where the question is who objects."""
    mark = body.marked.cover[signal.start]
    if mark is None or not body.marked.asked_to_object:
        return signal
    if "unopposed" in mark and "yes" not in mark:
        return replace(signal, verdict=NEGATIVE, tepid=False)
    welcomes = signal.soft or "acknowledges" in mark or ("yes" in mark and "particle" not in mark)
    if welcomes and signal.verdict == POSITIVE:
        return replace(signal, verdict=NEGATIVE)  # "go ahead", "fine with me"
    return replace(signal, verdict=POSITIVE) if "against" in mark and signal.verdict == NEGATIVE else signal


def _agreed(body: Body, found: list[Signal]) -> list[Signal]:
    """Return the signs without a bidding beside a "no", where the question is who objects: "No, go ahead"."""
    if not body.marked.asked_to_object or not any(s.verdict == NEGATIVE and s.weight == BARE for s in found):
        return found
    marks = {s.start: body.marked.cover[s.start] for s in found}
    return [s for s in found if s.verdict != POSITIVE or (m := marks[s.start]) is None or "particle" in m]


def _is_told(body: Body, signal: Signal) -> bool:
    """Whether a sign is another's, or praise or blame of what once was."""
    mark = body.marked.cover[signal.start]
    phrase = mark is not None and "yes" in mark and mark.end - mark.start > 1
    praise = signal.soft or phrase or (mark is not None and "attitude" in mark)
    return signal.start in body.told or (praise and signal.start in body.recalled)


def _in_question(body: Body, signal: Signal) -> bool:
    """Whether a sign stands in a question ("Is this ok?"); an idiom ("why not?") and a lead ("Yes, who …?") stay.

    A yes that a question is set against ("Yes, but who pays?") hangs on its answer.
    """
    clause = body.clauses[signal.clause]
    sentence = body.sentences[clause.sentence]
    mark = body.marked.cover[signal.start]
    if not sentence.asks:
        return False
    if signal.verdict == POSITIVE and is_set_against(body, clause):
        return True
    if mark is not None and "rhetorical" in mark and _stands_free(body, signal, sentence.start, clause.end):
        return False
    alone = clause.start == sentence.start and clause.end < sentence.end and signal.weight >= BARE
    return not alone


def _stands_free(body: Body, signal: Signal, start: int, end: int) -> bool:
    """Whether an idiom opens a question and nothing follows it: "And why not?", but "why not ask Ana?"."""
    ahead = body.marked.within(start, signal.start)
    dressed = all(m.classes & DRESS for m in ahead) and not content(body, start, signal.start)
    return dressed and not content(body, signal.end, end)


def _last_mind(body: Body, found: list[Signal]) -> list[Signal]:
    """Return the signs that stand after a change of mind, all when there is none."""
    found = [s for s in found if not _is_moved_from(body, s)]
    found = [s for s in found if not _is_former(body, s)]
    for mark in reversed(body.marked.within(body.start, body.end)):
        if not is_change(body.marked, mark):
            continue
        after = [s for s in found if s.start >= mark.end or s.start == mark.start]
        if after and len(after) < len(found) and max(s.weight for s in after) >= STATED:
            return after
    return found


def _is_former(body: Body, signal: Signal) -> bool:
    clause = body.clauses[signal.clause]
    return body.marked.has("former", clause.start, clause.end) or _is_forgone(body, signal, clause)


def _is_forgone(body: Body, signal: Signal, clause: Clause) -> bool:
    """Whether a sign tells what its author would do, but for what the next clause says: "I'd vote yes, but …"."""
    if not is_set_against(body, clause) or _concedes(body, body.clauses[signal.clause + 1]):
        return False
    return any("would_i" in mark for mark in body.marked.heard(clause.start, signal.end))


def _is_moved_from(body: Body, signal: Signal) -> bool:
    """Whether the sign is what a vote is changed from, as in "from -1 to +1"."""
    before = body.marked.cover[signal.start - 1] if signal.start else None
    after = body.marked.cover[signal.end] if signal.end < body.end else None
    if after is not None and "becomes" in after:
        return True  # "my yes turns into a no"
    if after is None or "to_word" not in after:
        return False
    if before is not None and "from_word" in before:
        return True
    clause = body.clauses[signal.clause]
    if any("enter" in m for m in body.marked.heard(clause.start, signal.start)):
        return True  # "switch my earlier yes to a no"
    token = body.marked.tokens[signal.start]
    behind = body.marked.tokens[after.end] if after.end < body.end else None
    return token.kind == "sign" and behind is not None and behind.kind == "sign"  # "my -1 to +1"


def _is_taken_back(body: Body, signal: Signal) -> bool:
    """Whether a sign is what its author takes back; "…, and agree" goes on with what stands instead."""
    clause, home = body.clauses[signal.clause], body.marked.cover[signal.start]
    if home is not None and "withdraw" in home and home.start < signal.start:
        return True  # "I retract my +1"
    marks = body.marked.within(clause.start, signal.start)
    taken = next((m for m in marks if "withdraw" in m and m.end <= signal.start), None)
    return taken is not None and not any("and" in m and m.start >= taken.end for m in marks)


def _is_forbidden(body: Body, signal: Signal) -> bool:
    """Whether a sign is what its author asks not to be counted as: "don't put me down as a yes"."""
    clause = body.clauses[signal.clause]
    entered = [m for m in body.marked.heard(clause.start, signal.start) if "enter" in m and m.end <= signal.start]
    last = entered[-1] if entered else None
    if last is None or content(body, last.end, signal.start):
        return False
    between = body.marked.within(last.end, signal.start)  # "zählt mich nicht als Ja"
    return _is_denied(body, clause, last.start) or any(m.classes & DENIES for m in between)


def _has_no_reason(body: Body, signal: Signal) -> bool:
    """Whether a refusal is what its author sees no reason or no way for: "I don't see how we could say no"."""
    if signal.verdict != NEGATIVE:
        return False
    start = body.clauses[signal.clause].start
    return any("no_reason" in m and m.end == signal.start for m in body.marked.within(start, signal.start))


def _is_to_come(body: Body, signal: Signal) -> bool:
    """Whether a sign is what something is to come before: "I have a question before I agree"."""
    clause = body.clauses[signal.clause]
    acts = [m for m in body.marked.heard(clause.start, signal.end) if "before_act" in m]
    return bool(acts) and not content(body, acts[-1].end, signal.start) and acts[-1].start < signal.end


# What makes a sign of a verdict none of its author's today.
NO_VOTES: tuple[Callable[[Body, Signal], bool], ...] = (
    _is_told,
    _in_question,
    _is_taken_back,
    _is_forbidden,
    _has_no_reason,
    _is_to_come,
)


def _concluded(body: Body, found: list[Signal]) -> list[Signal]:
    """Return the signs with those raised that are announced as the vote: "So: yes", "for the vote, no"."""
    marks = [m for m in body.marked.within(body.start, body.end) if "conclusion" in m]
    ends: list[int] = []
    for clause in body.clauses:  # "switch my yes to a no"
        entered = [
            m.end
            for m in body.marked.heard(clause.start, clause.end)
            if "enter" in m and not _is_denied(body, clause, m.start)
        ]
        steps = [m for m in body.marked.within(clause.start, clause.end) if "to_word" in m]
        marks += [m for m in steps if entered and m.start >= min(entered)]
        ends += entered
    ends += [m.end for m in marks]
    return [replace(s, weight=CONCLUDED) if _is_announced(body, s, ends) else s for s in found]


def _is_denied(body: Body, clause: Clause, at: int) -> bool:
    """Whether something is denied right ahead of a place: "don't count me as …"."""
    ahead = [m for m in body.marked.within(clause.start, at) if m.classes & DENIES]
    return bool(ahead) and not content(body, ahead[-1].end, at)


def _is_announced(body: Body, signal: Signal, ends: list[int]) -> bool:
    return (
        signal.weight >= HINTED
        and not signal.soft
        and any(
            end <= signal.start and signal.start - end <= 4 and not content(body, end, signal.start) for end in ends
        )
    )


def _is_conceded(body: Body, last: Signal, strongest: list[Signal]) -> bool:
    """Whether a contrast sets off the last of contrary signs, and those before it are no plain yes or no."""
    earlier = [s for s in strongest if s.verdict != last.verdict]
    first = next(s for s in strongest if s.verdict == last.verdict)
    if any(_is_in_principle(body, s) for s in earlier):
        return False  # "agreed in principle, but let's wait"
    plain = any(s.end - s.start == 1 for s in earlier)
    return (
        body.clauses[first.clause].opener == "contrast" and not plain and all(s.clause < first.clause for s in earlier)
    )


def _is_in_principle(body: Body, signal: Signal) -> bool:
    clause = body.clauses[signal.clause]
    return body.marked.has("principle", clause.start, clause.end)


def _is_concession(body: Body, signal: Signal) -> bool:
    """Whether a sign stands in what is conceded beside the answer: "I'd say no, though I'd love the workshop"."""
    return _concedes(body, body.clauses[signal.clause])


def _concedes(body: Body, clause: Clause) -> bool:
    opening = body.marked.voices[clause.start]
    return opening is not None and "concedes" in opening


def _gives_way(body: Body, strongest: list[Signal]) -> bool:
    """Whether a dislike ends in standing aside: "not keen, but I won't stand in the way"."""
    last = strongest[-1]
    aside = last.tepid and last.verdict == POSITIVE and body.clauses[last.clause].opener == "contrast"
    sides = [m for s in strongest[:-1] if (m := body.marked.cover[s.start]) is not None]
    plain = any(s.end - s.start == 1 for s in strongest[:-1]) or any(m.classes & {"for", "against"} for m in sides)
    return aside and not plain and all(s.clause < last.clause for s in strongest[:-1])


def _comes_round(body: Body, found: list[Signal]) -> bool:
    """Whether nothing but "too early" and the like stands ahead of a yes that is set against it: "…, but fine"."""
    last, earlier = found[-1], [body.marked.cover[s.start] for s in found[:-1]]
    accepts = last.verdict == POSITIVE and last.weight >= STATED and body.clauses[last.clause].opener == "contrast"
    return accepts and bool(earlier) and all(m is not None and "needless" in m and "no" not in m for m in earlier)


def _is_of_two_minds(body: Body, strongest: list[Signal]) -> bool:
    """Whether no objection is followed by a wish for something else: "I don't object, but I'd rather wait"."""
    last, first = strongest[-1], strongest[0]
    if not (first.tepid and first.verdict == POSITIVE and last.verdict == NEGATIVE and last.end - last.start > 1):
        return False
    mark = body.marked.cover[last.start]
    plain = mark is not None and bool(mark.classes & {"for", "against", "block"})
    return not plain and body.clauses[last.clause].opener == "contrast" and first.clause < last.clause


def _best(body: Body, found: list[Signal]) -> Signal | None:
    """Return the sign that carries the verdict, None when equals disagree."""
    found = [s for s in found if not _is_concession(body, s)] or found
    if _comes_round(body, found):
        return None if found[-1].soft else found[-1]
    top = max(s.weight for s in found)
    strongest = [s for s in found if s.weight == top]
    verdicts = {s.verdict for s in strongest}
    if verdicts <= {NEGATIVE, BLOCK} and any(s.verdict == BLOCK for s in found):
        return next(s for s in found if s.verdict == BLOCK)
    if _gives_way(body, strongest):
        return strongest[-1]
    if _is_of_two_minds(body, strongest):
        return None
    firm = [s for s in strongest if not s.tepid] or strongest
    firm = [s for s in firm if not s.felt] or firm
    verdicts = {s.verdict for s in firm}
    if firm[-1].verdict == ABSTAIN and not any(s.end - s.start == 1 for s in firm if s.verdict != ABSTAIN):
        return firm[-1]  # "not for it, not against it, I abstain"
    if ABSTAIN in verdicts and all(s.tepid or s.verdict == ABSTAIN for s in firm):
        verdicts = {ABSTAIN}
    if len(verdicts) == 1:
        return next(s for s in firm if s.verdict in verdicts)
    last = strongest[-1]
    if _is_conceded(body, last, strongest):
        return last
    return strongest[-1] if top == CONCLUDED and strongest[-1].start > strongest[0].end + 6 else None


def _is_divided(body: Body, best: Signal, found: list[Signal]) -> bool:
    """Whether a plain yes and a plain no stand in one sentence, neither set off: "yes for us, no for you"."""
    home = body.clauses[best.clause].sentence
    for other in found:
        contrary = {best.verdict, other.verdict} == {POSITIVE, NEGATIVE} and body.clauses[other.clause].sentence == home
        if contrary and _is_plain(body, best) and _is_plain(body, other):
            between = body.marked.within(min(best.start, other.start), max(best.start, other.start) + 1)
            return not any(m.classes & SETS_OFF for m in between)
    return False


def _is_plain(body: Body, signal: Signal) -> bool:
    """Whether a sign is a bare yes or no."""
    mark = body.marked.cover[signal.start]
    plain = mark is not None and bool(mark.classes & {"yes", "no"}) and not mark.classes & {"for", "against"}
    ends = signal.end == body.clauses[signal.clause].end  # "the hall yes, the yard no"
    weighs = signal.weight >= STATED or (signal.weight > 0 and ends)
    return plain and signal.end - signal.start == 1 and not signal.soft and weighs
