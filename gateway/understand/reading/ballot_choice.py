"""Which options a text chooses: one for `single`, any number for `approval`.

Must not: know a word of a language.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.understand.reading.ballot_frame import Body, is_change
from gateway.understand.reading.ballot_options import Finder
from gateway.understand.reading.ballot_settle import obstacle
from gateway.understand.reading.ballot_stance import Stance, Standing, standings
from gateway.understand.reading.ballot_verdict import content, is_condition

FEW = 5  # words of content beside which an option merely named is still the answer


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options chosen (None when unclear), what is missing, the options that were close, and where it stands."""

    options: tuple[int, ...] | None
    missing: str = ""
    rivals: tuple[int, ...] = ()
    start: int = 0
    end: int = 0


def one_of(body: Body, finder: Finder) -> Chosen:
    """Return the one option a text chooses."""
    every = standings(body, finder)
    live = [s for s in latest(body, every) if s.stance >= Stance.NAMED]
    if not live:
        return _what_is_left(body, every, finder)
    held = held_back(body, live)
    rivals = _rivals(live)
    live = [s for s in live if not s.asked] or live
    if held:
        return Chosen(None, held, rivals)
    top = max(s.stance for s in live)
    best = _undisputed([s for s in live if s.stance == top])
    if best is None:
        return Chosen(None, "several", rivals)
    if (
        top == Stance.NAMED
        and len(content(body, body.start, body.end, [range(s.mention.start, s.mention.end) for s in every])) > FEW
    ):
        return Chosen(None, "choice", rivals)
    if len(best.options) != 1:
        return Chosen(None, "several", tuple(sorted(best.options)))
    if _chosen_elsewhere(body, best, every):
        return Chosen(None, "choice", tuple(best.options))
    return Chosen(tuple(best.options), "", (), best.mention.start, best.mention.end)


def _chosen_elsewhere(body: Body, best: Standing, every: list[Standing]) -> bool:
    """Whether a contrast after the option named chooses something that is no option: "A is nice, but I vote for X"."""
    named = {s.clause for s in every}
    for number, clause in enumerate(body.clauses):
        if number <= best.clause or number in named or clause.opener != "contrast":
            continue
        chooses = [m for m in body.marked.within(clause.start, clause.end) if m.classes & {"choose", "for"}]
        if any(_unknown_name(body, mark.end, clause.end) for mark in chooses):
            return True
    return False


def _unknown_name(body: Body, start: int, end: int) -> bool:
    """Whether what is chosen is a word that nobody knows, with nothing but little words ahead of it."""
    said = content(body, start, end)
    return bool(said) and body.marked.cover[said[0]] is None and body.marked.tokens[said[0]].raw[:1].isupper()


def latest(body: Body, every: list[Standing]) -> list[Standing]:
    """Return what stands after a change of mind, all when there is none."""
    for mark in reversed(body.marked.within(body.start, body.end)):
        if is_change(body.marked, mark):
            after = [s for s in every if s.mention.start >= mark.end and s.stance >= Stance.NAMED]
            before = [s for s in every if s.mention.start < mark.start]
            if after and before:
                return [s for s in every if s.mention.start >= mark.end]
    return every


def _rivals(live: list[Standing]) -> tuple[int, ...]:
    ordered = sorted(live, key=lambda s: -s.stance)
    return tuple(dict.fromkeys(option for s in ordered for option in sorted(s.options)))


def _undisputed(top: list[Standing]) -> Standing | None:
    """Return the standing all of the same rank agree on; of several, one that a contrast sets off at the end."""
    if len({s.options for s in top}) == 1:
        return top[0]
    narrow = [s for s in top if all(s.options <= other.options for other in top)]
    if narrow:
        return narrow[0]
    if any(s.link == ">" for s in top):
        return top[0]
    last = top[-1]
    earlier = [s for s in top if s.clause < last.clause]
    return last if last.contrasted and len(earlier) == len(top) - 1 else None


def _what_is_left(body: Body, every: list[Standing], finder: Finder) -> Chosen:
    gone = frozenset(o for s in every for o in s.options)
    left = tuple(n for n in range(finder.count) if n not in gone)
    if every and len(left) == 1 and not obstacle(body):
        return Chosen(left, "", (), every[0].mention.start, every[0].mention.end)
    missing = obstacle(body) or ("several" if every else "choice")
    return Chosen(None, missing, left if every else ())


def held_back(body: Body, live: list[Standing], *, excepted: bool = False) -> str:
    """Return what keeps options that were named from being counted, "" for nothing."""
    chosen = [s for s in live if s.stance >= Stance.CHOSEN]
    decided = [s for s in chosen if not s.asked and not s.doubted]
    last = decided[-1].mention.start if decided else -1
    for mark in body.marked.within(body.start, body.end):
        if "autoreply" in mark and not decided:
            return "choice"
        if "irony" in mark and mark.end > last:
            return "irony"
        if is_condition(body, mark) and _bears_on(body, mark.start, live):
            return "condition"
        if "limit" in mark and mark.start > last >= 0:
            return "condition"
        if mark.classes & {"later", "defer"} and not decided:
            return "choice"
        if "indifferent" in mark and not decided and not excepted:
            return "choice"
        if "doubt" in mark and _doubts(body, mark.start, live, last):
            return "choice"
    if not decided and any(s.asked for s in live):
        return "question"
    return ""


def _bears_on(body: Body, at: int, live: list[Standing]) -> bool:
    """Whether a condition stands in the sentence of an option, with no reason in between."""
    home = body.sentence_of(at)
    for standing in live:
        if body.clauses[standing.clause].sentence != home:
            continue
        between = range(standing.mention.end, at)
        shielded = any(body.marked.tokens[i].raw in (":", "(") for i in between) or any(
            "reason" in m for m in body.marked.within(standing.mention.end, at)
        )
        if not shielded:
            return True
    return False


def _doubts(body: Body, at: int, live: list[Standing], last: int) -> bool:
    if last > at:
        return False
    home = body.sentence_of(at)
    return last < 0 or any(body.clauses[s.clause].sentence == home for s in live)


def any_of(body: Body, finder: Finder) -> Chosen:
    """Return all options a text approves of, in the order of the question."""
    every = latest(body, standings(body, finder))
    live = [s for s in every if s.stance >= Stance.NAMED and not s.asked]
    gone = frozenset(o for s in every if s.stance < Stance.NAMED for o in s.options)
    excepted = any(s.stance == Stance.EXCEPTED for s in every)
    held = held_back(body, [s for s in every if s.stance >= Stance.NAMED], excepted=excepted) if every else ""
    if any(_is_open_ended(body, s) for s in live):
        return Chosen(None, "choice", _rivals(live))
    if held:
        return Chosen(None, held, _rivals(live))
    start, end = (every[0].mention.start, every[-1].mention.end) if every else (body.start, body.end)
    whole = _says_all(body, finder)
    if excepted or (whole and not live):
        if not every and _unsettled(body):
            return Chosen(None, _unsettled(body))
        return Chosen(tuple(n for n in range(finder.count) if n not in gone), "", (), start, end)
    top = [s for s in live if s.stance >= Stance.SPARE] or live
    options = frozenset(o for s in top for o in s.options) - gone
    merely_named = all(s.stance == Stance.NAMED for s in top)
    taken = [range(s.mention.start, s.mention.end) for s in every]
    if options and not (merely_named and len(content(body, body.start, body.end, taken)) > FEW):
        return Chosen(tuple(sorted(options)), "", (), start, end)
    if every and not live and _accepts_rest(body):
        return Chosen(tuple(n for n in range(finder.count) if n not in gone), "", (), start, end)
    if not every and body.marked.has("none", body.start, body.end) and not obstacle(body):
        return Chosen((), "", (), body.start, body.end)
    return Chosen(
        None, obstacle(body) or "choice", tuple(n for n in range(finder.count) if n not in gone) if every else ()
    )


def _is_open_ended(body: Body, standing: Standing) -> bool:
    """Whether an option is but the end of a stretch: "from Wednesday on", "until Friday"."""
    before = body.marked.cover[standing.mention.start - 1] if standing.mention.start > body.start else None
    return before is not None and "range_word" in before


def _accepts_rest(body: Body) -> bool:
    """Whether the text takes all the others: "Monday is impossible, the rest is fine"."""
    for clause in body.clauses:
        if body.marked.has("rest", clause.start, clause.end):
            marks = body.marked.within(clause.start, clause.end)
            return any(m.classes & {"yes", "good", "choose"} for m in marks) and not any(
                m.classes & {"no", "reject", "negator", "near_negator", "doubt"} for m in marks
            )
    return False


def _says_all(body: Body, finder: Finder) -> bool:
    marks = body.marked.within(body.start, body.end)
    if any("both_of" in m for m in marks) and finder.count == 2:
        return True
    everything = next((m for m in marks if "all" in m), None)
    if everything is None or any("none" in m for m in marks):
        return False
    return not any(m.classes & {"negator", "near_negator"} and m.end <= everything.start for m in marks)


def _unsettled(body: Body) -> str:
    found = obstacle(body)
    return (
        ""
        if found == "choice" and not any(body.marked.has(n, body.start, body.end) for n in ("later", "defer", "doubt"))
        else found
    )
