"""What keeps a verdict from being counted: a condition, a doubt, irony, a question, something to come first.

Must not: know a word of a language, or choose between signs of a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gateway.understand.reading.ballot_asked import DAYS
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_negation import names_time
from gateway.understand.reading.ballot_verdict import (
    BARE,
    BLOCK,
    NEGATIVE,
    POSITIVE,
    TERMS,
    Signal,
    content,
    is_condition,
)
from gateway.understand.reading.ballot_words import Mark

_PAUSE = re.compile(r"…|\.\.")
MOST_SMILED = 6  # words behind a pause that may but go with a smile: "Yes… let's go then 😂"
CONCLUDED = 4  # a verdict announced as such
# Beside these, what was not seen is a reason: "I haven't seen anything that speaks for it".
APPRAISALS = frozenset(("all", "none", "merit", "good", "for", "against", "bad", "reason"))


def held_back(body: Body, best: Signal) -> str:
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


def is_mocking(body: Body, start: int) -> bool:
    """Whether what stands behind a yes mocks what it agrees to: two of a grin, a pause and words of mockery tell.

    "Sure… another list", "Sure, another list 😂", "Great idea… I do so love reading the others 😂".
    """
    heard = body.marked.heard(start)
    mock = next((m for m in heard if "mock" in m and m.start < body.end and not _is_echo(body, m)), None)
    until = mock.start if mock is not None else start + 1
    pauses = any(t.kind == "stop" and _PAUSE.search(t.raw) for t in body.marked.tokens[start:until])
    if mock is None and not pauses:
        return False
    if mock is not None and pauses:
        return True
    grins = any("smirk" in m and m.start >= until for m in heard)
    said = sum(token.kind == "word" for token in body.marked.tokens[start : body.end])
    return grins and (mock is not None or said > MOST_SMILED)


def _first_yes(body: Body, best: Signal) -> int:
    """Return where the first word of agreement ends."""
    marks = body.marked.within(body.start, best.end)
    return next((m.end for m in marks if m.classes & {"yes", "good", "for"} and "filler" not in m), best.end)


def _is_echo(body: Body, mark: Mark) -> bool:
    """Whether the question says the same, so that no more is meant by it: "Another dance? – Yes, another! 😉"."""
    return all(token.fold in body.marked.asked for token in body.marked.tokens[mark.start : mark.end])


def _is_ironic(body: Body, best: Signal) -> bool:
    if best.verdict == POSITIVE and is_mocking(body, _first_yes(body, best)):
        return True
    home = body.clauses[best.clause].sentence
    for mark in body.marked.within(body.start, body.end):
        if "irony" in mark and not (_is_firm(best) and body.sentence_of(mark.start) < home and best.start > mark.start):
            return True
    return False


def _is_doubted(body: Body, best: Signal) -> bool:
    for mark in body.marked.within(body.start, body.end):
        if "doubt" not in mark or best.start <= mark.start < best.end:
            continue
        if mark.end <= best.start and _is_firm(best) and not _leads_to(body, mark, best):
            continue
        clause = _clause_at(body, mark.start)
        apart = clause is not None and clause is not body.clauses[best.clause]
        if clause is not None and apart and _is_firm(best) and content(body, clause.start, clause.end):
            continue
        return True
    return False


def _leads_to(body: Body, mark: Mark, best: Signal) -> bool:
    """Whether a doubt and the verdict behind it are one answer: "perhaps yes", but "not sure… yes"."""
    clause = body.clauses[best.clause]
    return clause.start <= mark.start and not content(body, mark.end, best.start)


def _clause_at(body: Body, at: int) -> Clause | None:
    return next((c for c in body.clauses if c.start <= at < c.end), None)


def _is_conditional(body: Body, best: Signal) -> bool:
    would = any("would_i" in m for m in body.marked.heard(body.clauses[best.clause].start, best.start + 1))
    if best.verdict == BLOCK and not would:
        return False  # "I block this until …" is a block, "I'd block it if …" is none
    home = body.clauses[best.clause].sentence
    sentence = body.sentences[home]
    for mark in body.marked.within(sentence.start, sentence.end):
        limited = "limit" in mark and mark.start >= best.end and not _denies_more(body, mark, sentence.end)
        limited = limited and mark.end < sentence.end  # "Good idea, but no"
        if limited and best.verdict != NEGATIVE and not only_times(body, mark):
            return True
        if (
            "principle" in mark
            and best.weight < CONCLUDED
            and body.marked.has("contrast", max(mark.end, best.end), sentence.end)
        ):
            return True
        if best.verdict in (NEGATIVE, BLOCK) and "until" in mark and mark.start >= best.end:
            continue  # "no until …" is a no
        if (
            is_condition(body, mark)
            and not (best.start <= mark.start < best.end)
            and not _is_shielded(body, best, mark.start)
        ):
            return True
    return home + 1 < len(body.sentences) and _opens_condition(body, home + 1)


def only_times(body: Body, mark: Mark) -> bool:
    """Whether a limit but says from when on, or when not, where the question left that open: "yes, but not before
    June", "yes, but not in August".
    """
    voices = body.marked.voices
    # "Not before June" in one phrase, or "but not" with the "before June" behind it; "but only before …" limits more.
    said = [voices[at] for at in (mark.start, *([mark.end] if "but_not" in mark else [])) if at < body.end]
    ahead = next((m for m in said if m is not None and "not_before" in m), None)
    if body.marked.asked_when:
        return False
    end = next((c.end for c in body.clauses if c.start <= mark.start < c.end), body.end)
    if ahead is None:
        return "but_not" in mark and _is_season(body, mark.end, end)
    if names_time(body, ahead.end, end):
        return True
    stances = [m for m in body.marked.within(ahead.end, end) if m.classes & {*TERMS, "yes"} and "filler" not in m]
    return len(content(body, ahead.end, end)) <= 1 and not stances  # "not before the fair", not "… before Ana agrees"


def _is_season(body: Body, start: int, end: int) -> bool:
    """Whether a stretch says no more than a month or a season: "(but not) in August"."""
    marks = [m for m in body.marked.within(start, end) if "month" in m]
    marks += [m for m in body.marked.heard(start, end) if "season" in m]
    return bool(marks) and not content(body, start, end, [range(m.start, m.end) for m in marks])


def _denies_more(body: Body, mark: Mark, end: int) -> bool:
    """Whether a limit is but the denial of a stronger stance: "I disagree, but not enough to block"."""
    return "but_not" in mark and any(m.classes & {"block", "against", "for"} for m in body.marked.within(mark.end, end))


def _is_shielded(body: Body, best: Signal, at: int) -> bool:
    """Whether a reason, a colon or a bracket parts the verdict from an "if", which then belongs to the reason."""
    between = range(best.end, at)
    if any(body.marked.tokens[i].raw in (":", "(") for i in between):
        return True
    if any("reason" in m for m in body.marked.within(best.end, at)):
        return True
    if best.weight >= CONCLUDED and _backs_what_follows(body, best, at):
        return True
    # "no, if we wait again we lose them": an if-clause with a consequence of its own gives a reason
    later = [c for c in body.clauses if c.start > at and c.sentence == body.clauses[best.clause].sentence]
    return (
        best.verdict in (NEGATIVE, BLOCK)
        and best.end < at
        and bool(later)
        and bool(content(body, later[0].start, later[0].end))
    )


def _backs_what_follows(body: Body, best: Signal, at: int) -> bool:
    """Whether an "if" but ends a statement that the verdict is drawn from: "we'd be sorry if it closed, so: yes"."""
    clause = _clause_at(body, at)
    drawn = body.marked.has("conclusion", at, best.start)
    return clause is not None and drawn and clause.end <= best.start and bool(content(body, clause.start, at))


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
        return (best.felt or not _is_firm(best)) and body.marked.has(name, body.start, body.end)

    return applies


def _is_undecided(body: Body, best: Signal) -> bool:
    """Whether the text goes on to say that nothing is decided yet."""
    marks = body.marked.heard(best.end, body.end)
    return any("undecided" in m and m.start not in body.told and not _takes_up(body, m) for m in marks)


def _takes_up(body: Body, mark: Mark) -> bool:
    """Whether words of doubt begin those of an offer taken up: Italian "ci penso", but "ci penso io"."""
    longer = body.marked.cover[mark.start]
    return longer is not None and "take_up" in longer and longer.end > mark.end


def _is_unsaid(body: Body, best: Signal) -> bool:
    """Whether the text says that it is no vote: "that is not a yes yet", "I never said no"."""
    marks = body.marked.heard(body.start, body.end)
    return any(m.classes & {"unsaid", "postponed"} and m.start not in body.told for m in marks)


def _only_acknowledges(body: Body, best: Signal) -> bool:
    """Whether the verdict is but an "OK, …" before a question or something to be done first."""
    mark = body.marked.cover[best.start]
    if mark is None or "acknowledges" not in mark:
        return False
    home = body.clauses[best.clause].sentence
    asks = any(s.asks for s in body.sentences[home:])
    return asks or any(body.marked.has(name, best.end, body.end) for name in ("later", "defer"))


def _is_unread(body: Body, best: Signal) -> bool:
    """Whether a bare no but answers whether its author has read what is proposed: "No, I haven't seen it yet"."""
    mark = body.marked.cover[best.start]
    if best.verdict != NEGATIVE or mark is None or "no" not in mark or content(body, body.start, best.start):
        return False
    heard = body.marked.heard(best.end, body.end)
    unread = next((m for m in heard if "unread" in m and m.start not in body.told), None)
    return unread is not None and all(_only_tells(body, clause, unread, best) for clause in body.clauses)


def _only_tells(body: Body, clause: Clause, unread: Mark, best: Signal) -> bool:
    """Whether a clause says no more than that something was not read, or asks for it ("Could you send it?")."""
    excuses = [m for m in body.marked.heard(clause.start, clause.end) if "excuse" in m]
    said = content(body, clause.start, clause.end, [range(m.start, m.end) for m in (unread, *excuses)])
    if body.sentences[clause.sentence].asks or not said:
        return True
    if not clause.start <= unread.start < clause.end and not excuses:
        return False
    if any(m.classes & APPRAISALS for m in body.marked.within(clause.start, clause.end)):
        return False
    unasked = [at for at in said if body.marked.tokens[at].fold not in body.marked.asked]
    return len(unasked) <= 1 or body.marked.has("yet", best.end, body.end)


def _is_moved_on(body: Body, best: Signal) -> bool:
    """Whether what is agreed to is put off to another year or season that the question does not name.

    "Let's do it next year", but "yes, next year it will cost more".
    """
    clause = body.clauses[best.clause]
    if best.verdict != POSITIVE:
        return False
    for mark in body.marked.heard(clause.start, clause.end):
        known = "another_year" not in mark or _is_echo(body, mark)
        ends = not content(body, max(mark.end, best.start), clause.end) and not content(body, mark.end, best.start)
        led = content(body, clause.start, min(mark.start, best.start))  # "laten we dat volgend jaar doen"
        if not known and ends and len(led) <= 1 and not content(body, best.end, mark.start):
            return True
    return False


def _is_of_another_day(body: Body, best: Signal) -> bool:
    """Whether it is another day than the one asked about that is agreed to: "Monday? – Tuesday works"."""
    clause, asked = body.clauses[best.clause], body.marked.asked_days
    if best.verdict != POSITIVE or not asked:
        return False
    marks = [m for m in body.marked.within(clause.start, clause.end) if "common" not in m]
    days = {(name, m.values[name]) for m in marks for name in DAYS if name in m.values}
    kinds = {name for name, _ in asked}
    return any(name in kinds for name, _ in days) and not days & asked


def _is_wavering(body: Body, best: Signal) -> bool:
    """Whether the verdict is put in doubt by an "or not" behind it."""
    return any("or" in mark and wavers(body, mark) for mark in body.marked.within(best.end, body.end))


# What holds a verdict back, in order, and the name of what is then missing.
HOLDS: tuple[tuple[Callable[[Body, Signal], bool], str], ...] = (
    (_is_put_off("autoreply"), "choice"),
    (_is_unsaid, "choice"),
    (_only_acknowledges, "choice"),
    (_is_unread, "choice"),
    (_is_undecided, "choice"),
    (_is_wavering, "choice"),
    (_is_both, "several"),
    (_is_ironic, "irony"),
    (_is_conditional, "condition"),
    (_is_moved_on, "condition"),
    (_is_of_another_day, "choice"),
    (_is_doubted, "choice"),
    (_is_put_off("later"), "choice"),
    (_is_put_off("defer"), "choice"),
)


def wavers(body: Body, mark: Mark) -> bool:
    """Whether an "or" opens a clause that but turns back on what was said: "Oslo... or not"."""
    clause = next((c for c in body.clauses if c.start == mark.start), None)
    if clause is None or clause.start == body.start or content(body, clause.start, clause.end):
        return False
    behind = body.marked.within(mark.end, clause.end)
    return bool(behind or "doubt" in mark) and all(
        m.classes & {"negator", "after_negator", "no", "common"} for m in behind
    )
