"""Signs of a verdict weighed into one verdict, or into what keeps it from being one.

Must not: know a word of a language, or the methods of voting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.understand.reading.ballot_frame import Body, Clause, is_change
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
    is_condition,
    signals,
)

CONCLUDED = 4  # a verdict announced as such
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
    own = [s for s in signals(body) if not any(s.start <= e.start < s.end for e in extra)]
    every = sorted([*own, *extra, *_kept(body)], key=lambda s: s.start)
    found = [s for s in every if s.weight > 0 and not _in_question(body, s) and not _is_taken_back(body, s)]
    found = _concluded(body, _last_mind(body, found))
    if not found and not obstacle(body):
        found = _echoed(body)
    if not found:
        return Settled(None, obstacle(body) or "choice")
    best = _best(body, found)
    if best is None:
        return Settled(None, "several", tuple(dict.fromkeys(s.verdict for s in found)))
    held = _held_back(body, best, found)
    if held:
        return Settled(None, held, (best.verdict,), best.start, best.end)
    said = len(content(body, body.start, body.end))
    if best.weight <= HINTED and (said > LONGEST_HINT or (best.soft and said)):
        return Settled(None, obstacle(body) or "choice", (best.verdict,), best.start, best.end)
    return Settled(best.verdict, start=best.start, end=best.end, tepid=best.tepid)


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
    return next((missing for name, missing in OBSTACLES if body.marked.has(name, body.start, body.end)), "")


def _kept(body: Body) -> list[Signal]:
    """Return a wish to leave things as they are as a sign: no to a change, yes where to keep is the question."""
    found = []
    for number, clause in enumerate(body.clauses):
        for mark in body.marked.within(clause.start, clause.end):
            if "keep" in mark:
                verdict = POSITIVE if body.marked.asked_to_keep else NEGATIVE
                found.append(Signal(verdict, STATED, mark.start, mark.end, number))
    return found


def _echoed(body: Body) -> list[Signal]:
    """Return a command that repeats a word of the question and adds none ("Renew it!") as a yes, denied as a no."""
    words = [at for at in range(body.start, body.end) if body.marked.tokens[at].is_word]
    said = content(body, body.start, body.end)
    if len(body.sentences) != 1 or body.sentences[0].asks or len(said) != 1 or not 1 < len(words) <= 5:
        return []
    ahead = body.marked.within(body.start, said[0])
    plain = all(m.classes & {"negator", "filler", "no_clause"} for m in ahead)
    if body.marked.tokens[said[0]].fold not in body.marked.asked or not plain or said[0] == words[-1]:
        return []
    denied = any(m.classes & {"negator", "no_clause"} for m in ahead)
    return [Signal(NEGATIVE if denied else POSITIVE, STATED, said[0], said[0] + 1, 0)]


def _in_question(body: Body, signal: Signal) -> bool:
    """Whether a sign stands in a question ("Is this ok?"); an idiom ("why not?") and a lead ("Yes, but who?") stay."""
    clause = body.clauses[signal.clause]
    sentence = body.sentences[clause.sentence]
    if not sentence.asks or signal.end - signal.start > 1:
        return False
    alone = clause.start == sentence.start and clause.end < sentence.end and signal.weight == BARE
    return not alone


def _last_mind(body: Body, found: list[Signal]) -> list[Signal]:
    """Return the signs that stand after a change of mind, all when there is none."""
    found = [s for s in found if not _is_former(body, s)] or found
    for mark in reversed(body.marked.within(body.start, body.end)):
        if not is_change(body.marked, mark):
            continue
        after = [s for s in found if s.start >= mark.end or s.start == mark.start]
        if after and len(after) < len(found) and max(s.weight for s in after) >= STATED:
            return after
    return found


def _is_former(body: Body, signal: Signal) -> bool:
    clause = body.clauses[signal.clause]
    return body.marked.has("former", clause.start, clause.end) or _is_moved_from(body, signal)


def _is_moved_from(body: Body, signal: Signal) -> bool:
    """Whether the sign is what a vote is changed from, as in "from -1 to +1"."""
    before = body.marked.cover[signal.start - 1] if signal.start else None
    after = body.marked.cover[signal.end] if signal.end < body.end else None
    return before is not None and "from_word" in before and after is not None and "to_word" in after


def _is_taken_back(body: Body, signal: Signal) -> bool:
    clause = body.clauses[signal.clause]
    return any("withdraw" in m and m.end <= signal.start for m in body.marked.within(clause.start, clause.end))


def _concluded(body: Body, found: list[Signal]) -> list[Signal]:
    """Return the signs with those raised that are announced as the vote: "So: yes", "for the vote, no"."""
    marks = [m for m in body.marked.within(body.start, body.end) if "conclusion" in m]
    return [replace(s, weight=CONCLUDED) if _is_announced(body, s, [m.end for m in marks]) else s for s in found]


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
    plain = any(s.end - s.start == 1 for s in earlier)
    return (
        body.clauses[first.clause].opener == "contrast" and not plain and all(s.clause < first.clause for s in earlier)
    )


def _best(body: Body, found: list[Signal]) -> Signal | None:
    """Return the sign that carries the verdict, None when equals disagree."""
    top = max(s.weight for s in found)
    strongest = [s for s in found if s.weight == top]
    verdicts = {s.verdict for s in strongest}
    if verdicts <= {NEGATIVE, BLOCK} and any(s.verdict == BLOCK for s in found):
        return next(s for s in found if s.verdict == BLOCK)
    firm = [s for s in strongest if not s.tepid] or strongest
    verdicts = {s.verdict for s in firm}
    if ABSTAIN in verdicts and all(s.tepid or s.verdict == ABSTAIN for s in strongest):
        verdicts = {ABSTAIN}
    if len(verdicts) == 1:
        return next(s for s in firm if s.verdict in verdicts)
    last = strongest[-1]
    if _is_conceded(body, last, strongest):
        return last
    return strongest[-1] if top == CONCLUDED and strongest[-1].start > strongest[0].end + 6 else None


def _held_back(body: Body, best: Signal, found: list[Signal]) -> str:
    """Return what keeps the verdict from being counted, "" for nothing."""
    return next((missing for applies, missing in HOLDS if applies(body, best)), "")


def _is_firm(signal: Signal) -> bool:
    return signal.weight >= BARE


def _is_both(body: Body, best: Signal) -> bool:
    """Whether "yes and no" stands anywhere but before a verdict announced as such."""
    return any(
        "both" in mark and not (best.weight >= CONCLUDED and best.start >= mark.end)
        for mark in body.marked.within(body.start, body.end)
    )


def _is_ironic(body: Body, best: Signal) -> bool:
    home = body.clauses[best.clause].sentence
    for mark in body.marked.within(body.start, body.end):
        if "irony" in mark and not (_is_firm(best) and body.sentence_of(mark.start) < home and best.start > mark.start):
            return True
    return False


def _is_doubted(body: Body, best: Signal) -> bool:
    for mark in body.marked.within(body.start, body.end):
        if "doubt" not in mark or best.start <= mark.start < best.end:
            continue
        if mark.end <= best.start and _is_firm(best):
            continue
        clause = _clause_at(body, mark.start)
        apart = clause is not None and clause is not body.clauses[best.clause]
        if clause is not None and apart and _is_firm(best) and content(body, clause.start, clause.end):
            continue
        return True
    return False


def _clause_at(body: Body, at: int) -> Clause | None:
    return next((c for c in body.clauses if c.start <= at < c.end), None)


def _is_conditional(body: Body, best: Signal) -> bool:
    if best.verdict == BLOCK:
        return False  # "I block this until …" is a block
    home = body.clauses[best.clause].sentence
    sentence = body.sentences[home]
    for mark in body.marked.within(sentence.start, sentence.end):
        if "limit" in mark and mark.start >= best.end:
            return True
        if "principle" in mark and body.marked.has("contrast", mark.end, sentence.end):
            return True
        if best.verdict == NEGATIVE and "until" in mark and mark.start >= best.end:
            continue  # "no until …" is a no
        if (
            is_condition(body, mark)
            and not (best.start <= mark.start < best.end)
            and not _is_shielded(body, best, mark.start)
        ):
            return True
    return home + 1 < len(body.sentences) and _opens_condition(body, home + 1)


def _is_shielded(body: Body, best: Signal, at: int) -> bool:
    """Whether a reason, a colon or a bracket parts the verdict from an "if", which then belongs to the reason."""
    between = range(best.end, at)
    if any(body.marked.tokens[i].raw in (":", "(") for i in between):
        return True
    if any("reason" in m for m in body.marked.within(best.end, at)):
        return True
    # "no, if we wait again we lose them": an if-clause with a consequence of its own gives a reason
    later = [c for c in body.clauses if c.start > at and c.sentence == body.clauses[best.clause].sentence]
    return (
        best.verdict in (NEGATIVE, BLOCK)
        and best.end < at
        and bool(later)
        and bool(content(body, later[0].start, later[0].end))
    )


def _opens_condition(body: Body, number: int) -> bool:
    sentence = body.sentences[number]
    clauses = [c for c in body.clauses if c.sentence == number]
    for mark in body.marked.within(sentence.start, sentence.end):
        if "limit" in mark and mark.start <= sentence.start + 1:
            return True
        if is_condition(body, mark):
            return len(clauses) == 1 and not sentence.asks
        if not mark.classes & {"contrast", "filler"}:
            return False
    return False


def _is_put_off(name: str) -> Callable[[Body, Signal], bool]:
    def applies(body: Body, best: Signal) -> bool:
        return not _is_firm(best) and body.marked.has(name, body.start, body.end)

    return applies


# What holds a verdict back, in order, and the name of what is then missing.
HOLDS: tuple[tuple[Callable[[Body, Signal], bool], str], ...] = (
    (_is_put_off("autoreply"), "choice"),
    (_is_both, "several"),
    (_is_ironic, "irony"),
    (_is_conditional, "condition"),
    (_is_doubted, "choice"),
    (_is_put_off("later"), "choice"),
    (_is_put_off("defer"), "choice"),
)
