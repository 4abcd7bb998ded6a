"""Which options a text chooses: one for `single`, any number for `approval`.

Must not: know a word of a language.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.understand.reading.ballot_extremes import daypart_of
from gateway.understand.reading.ballot_frame import Body, is_change
from gateway.understand.reading.ballot_hinges import (
    chosen_elsewhere,
    hangs_on_sentence_before,
    is_former,
    is_other_case,
    is_out_of_reach,
    is_refused_after_all,
    is_renamed,
    is_split,
    is_told_of_later,
    offers_another,
)
from gateway.understand.reading.ballot_holds import is_mocking, only_times, wavers
from gateway.understand.reading.ballot_mentions import STRETCH
from gateway.understand.reading.ballot_options import Finder
from gateway.understand.reading.ballot_refusal import refused_outright
from gateway.understand.reading.ballot_settle import obstacle
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_standing import standings
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import AWAY, content, is_condition
from gateway.understand.reading.ballot_words import Mark

NARROWING = classes("common from_word out_of option_word time_word to_word ordinal_suffix than")
PLACES = frozenset(("over", "worst_place"))
UNACCEPTED = classes("no reject negator near_negator doubt indifferent no_rest")
BOTH = 2  # options, the fewest of which none may be preferred
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
    held = held_back(body, live, every)
    rivals = _rivals(live)
    live = [s for s in live if not s.asked] or live
    if held:
        return Chosen(None, held, rivals)
    top = max(s.stance for s in live)
    best = _undisputed(body, [s for s in live if s.stance == top])
    if best is None:
        return Chosen(None, "several", rivals)
    if top == Stance.SPARE and all(is_former(body, s) for s in live if s.stance == top):
        return Chosen(None, "choice", rivals)  # "I'd have said Oslo"
    if top == Stance.SPARE and all(s.faint for s in live if s.stance == top):
        return Chosen(None, "several", rivals)  # "Oslo isn't bad"
    if top == Stance.SPARE and all(s.lower for s in live if s.stance == top):
        return Chosen(None, "several", rivals)  # "Oslo is my second choice"
    if is_other_case(body, best, live) or is_split(body, best, every) or hangs_on_sentence_before(body, best):
        return Chosen(None, "condition", rivals)
    if is_refused_after_all(body, best, every):
        return Chosen(None, "several", rivals)
    if top == Stance.SPARE and _is_but_added(body, best, live):
        return Chosen(None, "several", rivals)
    if (top == Stance.NAMED and _is_one_end(body, best)) or (top <= Stance.CHOSEN and _is_put_last(body, best)):
        return Chosen(None, "several", rivals)
    if _may_be_refused(body, best, finder):
        return Chosen(None, "several", rivals)
    if top == Stance.NAMED and (_takes_back(body) or _stands_aside(body, best)):
        return Chosen(None, "choice")
    if _is_bound(body, best, finder):
        return Chosen(None, "several", tuple(best.options))
    if top == Stance.NAMED and _counts_else(body, best, finder):
        return Chosen(None, "choice", rivals)
    if (
        top == Stance.NAMED
        and len(content(body, body.start, body.end, [range(s.mention.start, s.mention.end) for s in every])) > FEW
    ):
        return Chosen(None, "choice", rivals)
    if len(best.options) != 1:
        return Chosen(None, "several", tuple(sorted(best.options)))
    if top == Stance.LIKED and not best.contrasted and any(_rivals_with(s, best) for s in live):
        return Chosen(None, "several", rivals)
    if any(offers_another(body, s) for s in live if s.options == best.options):
        return Chosen(None, "several", rivals)
    if chosen_elsewhere(body, best, every) or is_renamed(body, best, every) or is_out_of_reach(body, best):
        return Chosen(None, "choice", tuple(best.options))
    return Chosen(tuple(best.options), "", (), best.mention.start, best.mention.end)


def _is_bound(body: Body, best: Standing, finder: Finder) -> bool:
    """Whether an amount is but the end of a stretch of amounts: "less than five hundred", "at least 20"."""
    start = best.mention.start
    if _is_not_before(body, start):
        return True
    if body.marked.tokens[start].kind != "number" and start not in finder.amounts:
        return False
    ahead = body.marked.voices[start - 1] if start > body.start else None
    return ahead is not None and "bound" in ahead


def _is_not_before(body: Body, at: int) -> bool:
    """Whether what stands here is but named as what the choice must not come before: "not before 14:00"."""
    while at > body.start and (mark := body.marked.cover[at - 1]) is not None:
        voice = body.marked.voices[at - 1]
        if mark.classes & {"choose", "for", "filler"}:
            return False  # "ik stem voor Oslo"
        if voice is not None and "not_before" in voice:
            return True
        if "common" not in mark:
            return False
        at = mark.start
    return False


def _is_but_added(body: Body, best: Standing, live: list[Standing]) -> bool:
    """Whether an option is but named beside another of which the same is said: "Oslo is pretty, Rome too"."""
    clause = body.clauses[best.clause]
    added = body.marked.has("also", clause.start, clause.end) and not best.decided
    return added and any(s.options != best.options for s in live)


def _is_one_end(body: Body, best: Standing) -> bool:
    """Whether an option is but one of two that its author stands between: "torn between Oslo and the island"."""
    return body.marked.has("between", body.clauses[best.clause].start, best.mention.start)


def _is_put_last(body: Body, standing: Standing) -> bool:
    """Whether the last place stands right behind an option, which is no choice of it: "Oslo last"."""
    at = standing.mention.end
    if standing.mention.by != "label":
        return False  # "first and last"
    behind = body.marked.cover[at] if at < body.clauses[standing.clause].end else None
    return behind is not None and "worst_place" in behind and "common" not in behind


def _may_be_refused(body: Body, best: Standing, finder: Finder) -> bool:
    """Whether a word right ahead of an option refuses it in another language than the one read: "mai Oslo"."""
    at = best.mention.start - 1
    if at < body.clauses[best.clause].start or best.decided or best.stance > Stance.CHOSEN:
        return False
    mark = body.marked.cover[at]
    unread = mark is None or mark.classes <= {"month"}
    return unread and finder.vocabulary.can_be(body.marked.tokens[at].fold, "outright")


def _counts_else(body: Body, best: Standing, finder: Finder) -> bool:
    """Whether a number beside a label named but in part tells of something else: "I get 30 letters a week"."""
    mention, clause = best.mention, body.clauses[best.clause]
    named = sum(token.is_word for token in body.marked.tokens[mention.start : mention.end])
    if mention.by != "label" or any(len(finder.labels.folds[n]) <= named for n in best.options):
        return False
    beside = (*range(clause.start, mention.start), *range(mention.end, clause.end))
    return any(body.marked.tokens[at].kind == "number" for at in beside)


def _rivals_with(standing: Standing, best: Standing) -> bool:
    """Whether another option is named beside one that is but praised: praise of one is then no choice."""
    judged = standing.stance == Stance.NAMED and len(standing.options) > 1  # "the first two sound dull"
    return standing.options != best.options and standing.stance in (Stance.SPARE, Stance.NAMED) and not judged


def _takes_back(body: Body) -> bool:
    """Whether the text takes a vote back, so that an option beside it is but named."""
    return any("withdraw" in m and m.start not in body.told for m in body.marked.within(body.start, body.end))


def _stands_aside(body: Body, best: Standing) -> bool:
    """Whether the author abstains ahead of an option that is but named: "I don't vote, Luca is my brother"."""
    marks = body.marked.within(body.start, best.mention.start)
    return any("abstain" in m and m.start not in body.told for m in marks)


def latest(body: Body, every: list[Standing], *, ranked: bool = False) -> list[Standing]:
    """Return what stands after a change of mind, all when there is none; in a ranking "in the end" is a place."""
    for mark in reversed(body.marked.within(body.start, body.end)):
        if ranked and mark.classes & PLACES:
            continue
        if is_change(body.marked, mark):
            after = [s for s in every if s.mention.start >= mark.end and s.stance >= Stance.NAMED]
            before = [s for s in every if s.mention.start < mark.start]
            if after and before:
                return [s for s in every if s.mention.start >= mark.end]
    return every


def _rivals(live: list[Standing]) -> tuple[int, ...]:
    ordered = sorted(live, key=lambda s: -s.stance)
    return tuple(dict.fromkeys(option for s in ordered for option in sorted(s.options)))


def _undisputed(body: Body, top: list[Standing]) -> Standing | None:
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
    if len(earlier) != len(top) - 1:
        return None
    return last if last.contrasted or _is_settled(last, earlier) or _is_last_word(body, last, earlier) else None


def _is_last_word(body: Body, last: Standing, earlier: list[Standing]) -> bool:
    """Whether an option is all that the last sentence says, after others were talked of: "Oslo has more … Rome."."""
    home = body.sentences[body.clauses[last.clause].sentence]
    span = range(last.mention.start, last.mention.end)
    if home.end < body.end - 1 or content(body, home.start, home.end, [span]) or last.asked:
        return False
    clauses = [body.clauses[s.clause] for s in earlier]
    taken = [range(s.mention.start, s.mention.end) for s in earlier]
    if any("or" in m for m in body.marked.within(home.start, last.mention.start)):
        return False
    wavered = any(s.link == "or" for s in earlier)  # "Oslo or Rome... Rome"
    wavered = wavered or any("he_stance" in m for c in clauses for m in body.marked.heard(c.start, c.end))
    return all(c.end <= home.start and (wavered or content(body, c.start, c.end, taken)) for c in clauses)


def _is_settled(last: Standing, earlier: list[Standing]) -> bool:
    """Whether an option is chosen in so many words after others were but named: "Oslo! Hmm. Let's go with Rome"."""
    return last.decided and last.stance >= Stance.CHOSEN and not any(s.decided for s in earlier)


def _what_is_left(body: Body, every: list[Standing], finder: Finder) -> Chosen:
    gone = frozenset(o for s in every for o in s.options)
    left = tuple(n for n in range(finder.count) if n not in gone)
    if every and len(left) == 1 and not obstacle(body):
        if not refused_outright(body, every) or _wishes_else(body, every):
            return Chosen(None, "several", left)
        return Chosen(left, "", (), every[0].mention.start, every[0].mention.end)
    missing = obstacle(body) or ("several" if every else "choice")
    return Chosen(None, missing, left if every else ())


def _wishes_else(body: Body, every: list[Standing]) -> bool:
    """Whether a wish for something that is no option follows the refusals: "…, I'd rather stay at home"."""
    return any("rather" in m for m in body.marked.within(max(s.mention.end for s in every), body.end))


def _refuses_next(body: Body, mark: Mark, every: list[Standing]) -> bool:
    """Whether a limit is but the refusal of an option: "Oslo but not Rome"."""
    return "but_not" in mark and any(
        mark.end <= s.mention.start and not content(body, mark.end, s.mention.start) for s in every
    )


def held_back(body: Body, live: list[Standing], every: list[Standing], *, excepted: bool = False) -> str:
    """Return what keeps options that were named from being counted, "" for nothing."""
    chosen = [s for s in live if s.stance >= Stance.CHOSEN]
    decided = [s for s in chosen if not s.asked and not s.doubted]
    last = decided[-1].mention.start if decided else -1
    for mark in body.marked.within(body.start, body.end):
        if any(s.mention.start <= mark.start < s.mention.end for s in live):
            continue  # "Monday until Friday"
        if "autoreply" in mark and not decided:
            return "choice"
        if "irony" in mark and mark.end > last:
            return "irony"
        if "yes" in mark and is_mocking(body, mark.end):
            return "irony"
        if is_condition(body, mark) and "reject" not in mark and _bears_on(body, mark.start, chosen or live):
            return "condition"
        limited = "limit" in mark and mark.start > last >= 0 and not _refuses_next(body, mark, every)
        if limited and not only_times(body, mark):
            return "condition"
        if mark.classes & {"later", "defer"} and not decided:
            return "choice"
        if "indifferent" in mark and not excepted and (not decided or _leaves_open(body, mark, every)):
            return "choice"
        if "or" in mark and mark.start > last and wavers(body, mark):
            return "choice"  # "Oslo... or not", but "Oslo... or no, Rome"
        refuses = decided and _opens_refusal(body, mark, every)  # "…, maybe Rome another time"
        if "doubt" in mark and not refuses and _doubts(body, mark.start, live, last):
            return "choice"
    voices = body.marked.heard(body.start, body.end)
    if any(m.classes & {"postponed", "unsaid"} and m.start not in body.told for m in voices):
        return "choice"  # "I'll vote tomorrow, probably Oslo"
    if any("undecided" in m and m.start > last and m.start not in body.told for m in voices):
        return "choice"
    answered = any(s.stance >= Stance.LIKED and not s.asked for s in live)  # "Oslo? Far. Rome would be nice."
    if not decided and not answered and any(s.asked for s in live):
        return "question"
    return ""


def _leaves_open(body: Body, mark: Mark, every: list[Standing]) -> bool:
    """Whether two options or more are what its author has no preference between: "tanto me faz Oslo como Roma"."""
    sentence = body.sentences[body.sentence_of(mark.start)]
    open_ = [s for s in every if mark.end <= s.mention.start < sentence.end]
    if len({s.options for s in open_}) < BOTH or content(body, mark.end, open_[0].mention.start):
        return False
    between = body.marked.within(mark.end, open_[-1].mention.start)
    return not any(m.classes & {"contrast", "conclusion", "choose"} for m in between)


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


def _opens_refusal(body: Body, mark: Mark, every: list[Standing]) -> bool:
    """Whether a mark stands right ahead of an option that is refused."""
    behind = next((s for s in every if s.mention.start >= mark.end), None)
    return behind is not None and behind.stance < Stance.NAMED and not content(body, mark.end, behind.mention.start)


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
    held = held_back(body, [s for s in every if s.stance >= Stance.NAMED], every, excepted=excepted) if every else ""
    if any(_is_open_ended(body, s) or (s.stance <= Stance.CHOSEN and _is_put_last(body, s)) for s in live):
        return Chosen(None, "choice", _rivals(live))
    if held or _parts_both(body):
        return Chosen(None, held or "several", _rivals(live))
    start, end = (every[0].mention.start, every[-1].mention.end) if every else (body.start, body.end)
    whole = _says_all(body, finder)
    if whole and not excepted and _excepts_unknown(body):
        return Chosen(None, "choice")
    if (excepted and (whole or not live)) or (whole and not live):
        if not every and _unsettled(body):
            return Chosen(None, _unsettled(body))
        return Chosen(tuple(n for n in range(finder.count) if n not in gone), "", (), start, end)
    top = [s for s in live if s.stance >= Stance.SPARE] or live
    if all(s.stance <= Stance.SPARE for s in live) and any(is_other_case(body, s, live) for s in live):
        return Chosen(None, "condition", _rivals(live))
    options = frozenset(o for s in top for o in s.options) - gone
    merely_named = all(s.stance == Stance.NAMED for s in top)
    taken = [range(s.mention.start, s.mention.end) for s in every]
    if merely_named and any(is_told_of_later(body, s, top) for s in top):
        return Chosen(None, "several", tuple(sorted(options)))
    if merely_named and options and _accepts_rest(body):
        if not finder.labels.calendar:
            return Chosen(None, "several", tuple(sorted(options)))  # "I know Oslo, the rest is fine"
        rest = tuple(n for n in range(finder.count) if n not in gone | options)
        return Chosen(rest, "", (), start, end)  # "on the 10th there's a wedding, the rest is fine"
    if options and not (merely_named and len(content(body, body.start, body.end, taken)) > FEW):
        return Chosen(tuple(sorted(options)), "", (), start, end)
    if every and not live and (_accepts_rest(body) or _refuses_only(body, every)):
        return Chosen(tuple(n for n in range(finder.count) if n not in gone), "", (), start, end)
    if not every and body.marked.has("none", body.start, body.end) and not obstacle(body):
        return Chosen((), "", (), body.start, body.end)
    return Chosen(
        None, obstacle(body) or "choice", tuple(n for n in range(finder.count) if n not in gone) if every else ()
    )


def _parts_both(body: Body) -> bool:
    """Whether a denial stands right ahead of a "both": "Tuesday or Thursday, not both"."""
    covers = body.marked.cover
    for mark in body.marked.within(body.start + 1, body.end):
        before = covers[mark.start - 1]
        denied = before is not None and "negator" in before and before is not mark
        if "both_of" in mark and denied and not body.marked.has("good", mark.end, body.end):
            return True
    return False


def _excepts_unknown(body: Body) -> bool:
    """Whether something is excepted that no option was recognised in: "any of them but the bees"."""
    for clause in body.clauses:
        for mark in body.marked.within(clause.start, clause.end):
            behind = body.marked.within(mark.end, clause.end)
            named = content(body, mark.end, clause.end) or any(m.classes & {"weekday", "month"} for m in behind)
            if "except" in mark and "negator" not in mark and named:
                return True
    return False


def _is_open_ended(body: Body, standing: Standing) -> bool:
    """Whether an option is but the end of a stretch: "from Wednesday on", "until Friday", "Tuesday onwards"."""
    after = body.marked.cover[standing.mention.end] if standing.mention.end < body.end else None
    if after is not None and "range_behind" in after:
        return True
    at = standing.mention.start - 1
    while at >= body.start and (mark := body.marked.cover[at]) is not None and mark.classes & {"common", "range_word"}:
        if "range_word" in mark:
            voice = body.marked.voices[at]
            away = voice is not None and bool(voice.classes & AWAY)  # "I'm in Oslo from Monday to Tuesday" takes none
            return away or not ("from_word" in mark and standing.mention.by == STRETCH)  # "from Tue to Thu" is closed
        at -= 1
    return False


def _accepts_rest(body: Body) -> bool:
    """Whether the text takes all the others: "Monday is impossible, the rest is fine"."""
    for clause in body.clauses:
        if body.marked.has("rest", clause.start, clause.end):
            marks = body.marked.within(clause.start, clause.end)
            praised = any(m.classes & {"yes", "good", "choose", "yes_to", "unopposed"} for m in marks)
            alone = all(m.classes & {"rest", "common", "filler", "all"} for m in marks)  # "not Monday, otherwise any"
            alone = alone and not content(body, clause.start, clause.end, [range(m.start, m.end) for m in marks])
            refused = any(m.classes & UNACCEPTED and "unopposed" not in m for m in marks)  # "no problem" takes them
            return (praised or alone) and not refused
    return False


def _refuses_only(body: Body, every: list[Standing]) -> bool:
    """Whether the options refused are said to be the only ones: "only Monday doesn't work"."""
    first, clause = every[0].mention.start, body.clauses[every[0].clause]
    ahead = body.marked.within(clause.start, first)
    behind = body.marked.within(every[-1].mention.end, clause.end)
    only = any("sole" in mark for mark in ahead) or any({"sole", "reject"} <= mark.classes for mark in behind)
    only = only and not content(body, clause.start, first)
    return only and all(s.stance < Stance.NAMED and s.clause == every[0].clause for s in every) and not obstacle(body)


def _says_all(body: Body, finder: Finder) -> bool:
    marks = body.marked.within(body.start, body.end)
    if any("both_of" in m for m in marks) and finder.count == 2:
        return True
    everything = next((m for m in marks if "all" in m), None)
    if everything is None or any("none" in m for m in marks) or _is_narrowed(body, everything, finder):
        return False
    home = next((c.start for c in body.clauses if c.start <= everything.start < c.end), body.start)
    ahead = body.marked.within(home, everything.start)
    return not any(m.classes & {"negator", "near_negator"} for m in ahead)


def _is_narrowed(body: Body, everything: Mark, finder: Finder) -> bool:
    """Whether what follows at once says which of them are meant: "all in March", "anything outdoors"."""
    at = everything.end
    bound = body.marked.cover[at] if at < body.end else None
    if bound is not None and bound.classes & {"after", "range_word"} and bound.end < body.end:
        return body.marked.tokens[bound.end].kind in ("number", "time")  # "anything after 12"
    subset = next((m for m in body.marked.within(at, body.end) if not m.classes <= NARROWING), None)
    if subset is not None and daypart_of(subset, finder.labels) and not content(body, at, subset.start):
        return True
    while at < body.end and (mark := body.marked.cover[at]) is not None and mark.classes <= NARROWING:
        at = mark.end
    if at >= body.end or body.marked.tokens[at].kind != "word":
        return False
    if finder.is_label(at):
        return True
    praised = any(m.classes & {"yes", "good", "choose", "for", "unopposed"} for m in body.marked.within(at, body.end))
    return body.marked.cover[at] is None and body.marked.tokens[at].fold not in body.marked.asked and not praised


def _unsettled(body: Body) -> str:
    found = obstacle(body)
    return (
        ""
        if found == "choice" and not any(body.marked.has(n, body.start, body.end) for n in ("later", "defer", "doubt"))
        else found
    )
