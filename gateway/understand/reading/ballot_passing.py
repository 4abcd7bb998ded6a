"""Options named in passing, which chooses none: in a greeting, or as where somebody is, goes or writes from.

"Greetings from Porto", "I'm in Porto until Friday", "My plane to Porto is late".
Must not: know a word of a language, or judge an option that is chosen in so many words.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_stance import Stance, Standing
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import AWAY, content
from gateway.understand.reading.ballot_words import Mark

_LEADS = frozenset(("placed", "whereabouts", "greets"))
_MANNERS = classes("greeting closing thanks")
_PROPOSES = classes("would_i proposes enter")  # "let's meet in Porto", "I could get to Porto"
_DECIDES = classes("choose for against no good bad reject negator near_negator instead except merit yes_to yes take_up")
_JOINS = frozenset(("conclusion", "and", "contrast", "yes_to"))  # behind these a clause begins anew: "so in Porto"
_THEN = frozenset(("common", "fallback"))  # which chooses beside an option alone: "Oslo then"
_ENDS = frozenset(("until", "range_word"))  # how long somebody is somewhere
_SOMEBODY = classes("first_person third_person he_stance cites")  # but "a weekend in Porto" is a choice
_AWAY = AWAY | {"past", "excuse"}


def without_passing(body: Body, every: list[Standing]) -> list[Standing]:
    """Return the standings without those in passing, which they are where their clause names no option otherwise.

    Beside another that is but named too, each may be what is meant: "Rome is hot, and we live in Porto".
    """
    if not any(s.passing for s in every):
        return every
    before: Standing | None = None
    kept: list[Standing] = []
    passed: list[Standing] = []
    for one in every:
        goes_on = before is not None and before in passed and _only_joined(body, before, one)
        (passed if one.passing or goes_on else kept).append(one)
        before = one
    if kept and all(s.stance == Stance.NAMED for s in kept):
        return [replace(s, contrasted=False) if s in passed else s for s in every]
    firm = {s.clause for s in kept}
    return [s for s in every if s in kept or s.clause in firm]


def _only_joined(body: Body, before: Standing, one: Standing) -> bool:
    """Whether an option but goes on with those named ahead of it: "from Lisbon and (from) Porto"."""
    between = range(before.mention.end, one.mention.start)
    small = (body.marked.cover[at] for at in between if body.marked.tokens[at].is_word)
    return before.clause == one.clause and all(m is not None and m.classes & {"and", "common"} for m in small)


def is_in_passing(body: Body, clause: Clause, at: int, end: int) -> bool:
    """Whether an option is but named as a place, a day or a person of something else that its clause tells.

    `at` is where it begins, `end` where it or the last of those named with it ends.
    """
    place = _place_ahead(body, at)
    if place is None:
        return False
    if "greets" in place or _follows_manners(body, place):
        return True
    if "from_word" in place or body.marked.asked_of_reader or _is_decided(body, clause, place, at, end):
        return False
    if place.classes & AWAY or _goes_on_from(body, clause, place):
        return True
    if any("greets" in m and m.start == clause.start for m in body.marked.heard(clause.start, place.start)):
        return True  # "written on the train to Porto"
    start = max([clause.start, *(m.end for m in body.marked.within(clause.start, place.start) if m.classes & _JOINS)])
    lasts = any(m.classes & _ENDS and "from_word" not in m for m in body.marked.within(start, place.start))
    of_somebody = any(m.classes & _SOMEBODY for m in body.marked.heard(start, place.start))
    return lasts or (of_somebody and any(_tells(body, one) for one in content(body, start, place.start)))


def _place_ahead(body: Body, at: int) -> Mark | None:
    """Return the word or phrase of place that leads to what stands here: "in", "from (sunny)", "I'm in (the)"."""
    for back in range(at - 1, -1, -1):
        token, cover, voice = body.marked.tokens[back], body.marked.cover[back], body.marked.voices[back]
        if not token.is_word:
            return None
        if cover is not None and "until" in cover:
            return _absence_ahead(body, back)
        if voice is not None:
            return voice if voice.classes & _LEADS and voice.end == back + 1 else None
        if cover is not None and "from_word" in cover:
            return cover
        dressed = cover is None and back == at - 1  # "from sunny Porto", but not "on the side of Porto"
        if not dressed and (cover is None or "common" not in cover):
            return None
    return None


def _absence_ahead(body: Body, until: int) -> Mark | None:
    """Return the absence whose end an "until" tells: "I'm away until (Friday)"."""
    absent = [m for m in body.marked.heard(body.start, until) if m.classes & AWAY]
    return absent[-1] if absent and not content(body, absent[-1].end, until) else None


def _follows_manners(body: Body, place: Mark) -> bool:
    """Whether a greeting or a note of where a mail was written leads to a place: "hello from", "see you in"."""
    for back in range(place.start - 1, -1, -1):
        token, cover, voice = body.marked.tokens[back], body.marked.cover[back], body.marked.voices[back]
        if not token.is_word:
            return False
        if (voice is not None and "greets" in voice) or (cover is not None and _is_manners(cover)):
            return True
        if cover is None or not cover.classes & {"common", "all"}:
            return False
    return False


def _is_manners(cover: Mark) -> bool:
    return bool(cover.classes & _MANNERS) and not cover.classes & {"all", "choose"}  # not "everyone", nor "best"


def _is_decided(body: Body, clause: Clause, place: Mark, at: int, end: int) -> bool:
    """Whether a clause says what its author wants of an option: "let's meet in Porto", "in Porto I'm in"."""
    marks = [*body.marked.within(clause.start, place.start), *body.marked.within(end, clause.end)]
    if any(m.classes & _DECIDES and not m.classes >= _THEN for m in marks) or body.marked.has("yes", end, clause.end):
        return True
    heard = body.marked.heard(clause.start, place.end)
    bidden = bool(heard) and heard[0].start == clause.start and "bid" in heard[0]
    onward = bidden and _leads_on(body, place) and not content(body, heard[0].end, place.start)  # "move to Porto"
    return onward or any(m.classes & _PROPOSES for m in heard)


def _leads_on(body: Body, place: Mark) -> bool:
    cover = body.marked.cover[place.start]
    return cover is not None and "to_word" in cover


def _goes_on_from(body: Body, clause: Clause, place: Mark) -> bool:
    """Whether a clause goes on with where somebody is or was: "I'm in Oslo until Friday, then in Rome"."""
    first = body.sentences[clause.sentence].start
    joined = any(m.classes & _JOINS - {"and"} for m in body.marked.within(clause.start, place.start))
    return not joined and any(m.classes & _AWAY for m in body.marked.heard(first, clause.start))


def _tells(body: Body, at: int) -> bool:
    """Whether a word tells of something the question did not ask about."""
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    counts = mark is not None and "number" in mark.values  # "and zero to Porto"
    return token.kind == "word" and token.fold not in body.marked.asked and not counts
