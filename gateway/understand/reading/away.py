"""How long somebody is away, out of words: their own note ("back on Monday") or the reply of their vacation program.

Must not: guess a date that is not named, or decide what an absence means for rounds and reminders.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated, find_dated, find_lengths
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of

_LONGEST_TEXT = 6_000  # letters looked at; what follows a note of absence is signatures and legal texts
_BACK_BEFORE = 6  # words between "back" and the date it goes with
_BACK_AFTER = 3
_ENDS = frozenset({"until", "by", "to", "for", "within"})
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_FROM_AND_LENGTH = 2  # dates in "from Monday … for two weeks"
_SENTENCE_END = re.compile(r"[.!?;]\s|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence as told: its first day and its last day away, None where none is named."""

    starts: date | None
    until: date | None


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    notices = listed(lexicon.tables("command"), ("absence_notice",))
    return Phrases((*listed(lexicon.tables("checkin"), ("away", "back")), *notices))


def read_absence(subject: str, text: str, sent_at: datetime, lexicon: Lexicon) -> Absence | None:
    """Return the absence an automatic reply tells of, or None when it tells of none.

    `sent_at` is aware, in its author's zone. A day named as that of the return makes the day before the last one away.
    """
    text = text[:_LONGEST_TEXT]
    told = _phrases(lexicon).find(words_of(subject)) or _phrases(lexicon).find(words_of(text))
    if not told:
        return None
    found = absence_in(text, sent_at, lexicon) or absence_in(subject, sent_at, lexicon)
    return found or Absence(None, None)


def absence_in(text: str, base: datetime, lexicon: Lexicon) -> Absence | None:
    """Return the days away that a text names, None when it names none; that it tells of an absence is given."""
    text = text[:_LONGEST_TEXT]
    dated = find_dated(text, base, lexicon)
    words = words_of(text)
    backs = tuple(hit for hit in _phrases(lexicon).find(words) if hit.key == "back")
    returns = _returns(dated, text, words, backs)
    stays = [one for one in dated if one not in returns and not _is_of_another(one, dated, returns, text)]
    starts, until = _stay_for(stays, base, lexicon) or _stay(stays, base)
    if returns and (until is None or (until == starts and not any(one.leads & _ENDS for one in stays))):
        # "I leave on Friday and am back on the 10th": the day of leaving is not all of it.
        until = max(min(one.when.day for one in returns) - _ONE_DAY, until or date.min)
    if until is None and not returns and not stays:
        until = min(find_lengths(text, base, lexicon), default=None)
    if starts and until and starts > until:
        next_such = until + _ONE_WEEK
        starts, until = (starts, next_such) if starts <= next_such and _ends_by_weekday(until, stays) else (None, until)
    if starts is None and until is None:
        return None
    return Absence(starts, until)


def _is_of_another(one: Dated, dated: Sequence[Dated], returns: Sequence[Dated], text: str) -> bool:
    """Tell whether a date is of somebody else's days: in a sentence behind the end that was told, and over before it.

    "Back on the 9th. Ask Dev, who is away from the 3rd to the 4th": who has told their end has told it all. Behind
    "until the 9th" that holds of a range alone: single days may be of the same absence.
    """
    over = one.when.end_day or one.when.day
    ends = [(back, back.when.day - _ONE_DAY) for back in returns]
    if one.when.end_day:
        ends += [(end, end.when.day) for end in dated if "until" in end.leads and not end.when.end_day]
    return any(over < last and _is_apart(end.when.span[1], one.when.span[0], text) for end, last in ends)


def _is_apart(behind: int, start: int, text: str) -> bool:
    return behind <= start and _SENTENCE_END.search(text[behind:start]) is not None


def _ends_by_weekday(until: date, stays: Sequence[Dated]) -> bool:
    """Tell whether the end stands last and is a weekday's name: "from Monday until Wednesday" is of one week."""
    last = max(stays, key=lambda one: one.when.span[0])
    is_end = last.when.day == until and bool(last.leads & {"until", "to"})
    return is_end and not any(letter.isdecimal() for letter in last.when.evidence)


def tells_return(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a text speaks of coming back."""
    return any(hit.key == "back" for hit in _phrases(lexicon).find(words_of(text)))


def _stay_for(stays: Sequence[Dated], base: datetime, lexicon: Lexicon) -> tuple[date, date] | None:
    """Return the days of "from Monday I am on leave for two weeks": they are counted from Monday."""
    begins = [one.when.day for one in stays if "from" in one.leads and "for" not in one.leads and not one.when.end_day]
    if len(stays) != _FROM_AND_LENGTH or len(begins) != 1 or begins[0] <= base.date():
        return None
    start = datetime.combine(begins[0], base.timetz())
    lasting = (one.when.evidence for one in stays if "for" in one.leads)
    ends = [end for evidence in lasting for end in find_lengths(evidence, start, lexicon)]
    return (begins[0], ends[0] - _ONE_DAY) if len(ends) == 1 else None


def _stay(stays: Sequence[Dated], base: datetime) -> tuple[date | None, date | None]:
    """Return first and last day out of the dates but those of the return: a range, "from" and "until", plain days."""
    ranges = [one for one in stays if one.when.end_day]
    if ranges:
        whole = ranges[0].when
        return whole.day, whole.end_day
    ends = [one.when.day for one in stays if one.leads & {"until", "by", "to"} and "from" not in one.leads]
    lasting = [one.when.day for one in stays if one.leads & {"for", "within"} and one.when.day > base.date()]
    begins = [one.when.day for one in stays if "from" in one.leads]
    plain = _ascending([one.when.day for one in stays if not one.leads & (_ENDS | {"from"})])
    if ends:
        return _first(begins, [day for day in plain if day <= ends[0]]), max(ends)
    if lasting:
        return _first(begins, plain), lasting[0]
    if begins:
        return begins[0], None
    return (min(plain), max(plain)) if plain else (None, None)


def _ascending(days: Sequence[date]) -> list[date]:
    """Return the days but those before one named earlier: "tomorrow … off all day"."""
    return [day for at, day in enumerate(days) if not any(earlier > day for earlier in days[:at])]


def _first(*lists: Sequence[date]) -> date | None:
    return next((days[0] for days in lists if days), None)


def _returns(dated: Sequence[Dated], text: str, words: Sequence[Word], backs: Sequence[Hit]) -> list[Dated]:
    """Return the dates that are those of the return: "back" stands a few words before one, or else right behind it."""
    found: list[Dated] = []
    for hit in backs:
        first, last = words[hit.start].start, words[hit.end - 1].end
        if any(_ends_with(one, first, last) for one in dated):
            continue  # "à lundi" parts until Monday, but not in "de demain à lundi"
        one = _next_date(dated, (first, last), text, words) or _date_before(dated, first, text, words)
        one = one or next(
            (
                within
                for within in dated
                if within.when.span[0] <= first and last <= within.when.span[1] and "until" not in within.leads
            ),
            None,
        )
        if one and one not in found:
            found.append(one)
    return found


def _ends_with(one: Dated, first: int, last: int) -> bool:
    """Tell whether a stretch of text is of the end of a date's stretch: of a range, or of "until …"."""
    start, end = one.when.span
    return start < last and first < end and bool(one.when.end_day or "until" in one.leads)


def _next_date(dated: Sequence[Dated], back: tuple[int, int], text: str, words: Sequence[Word]) -> Dated | None:
    first, last = back
    # The "on" of "back on the 20th" is of both.
    one = next((one for one in dated if one.when.span[0] > first and one.when.span[1] > last), None)
    if one is None:
        return None
    start = one.when.span[0]
    near = sum(last <= word.start < start for word in words) <= _BACK_BEFORE
    return one if near and not _SENTENCE_END.search(text[last:start]) else None


def _date_before(dated: Sequence[Dated], first: int, text: str, words: Sequence[Word]) -> Dated | None:
    one = next((one for one in reversed(dated) if one.when.span[1] <= first), None)
    if one is None or "until" in one.leads or one.when.end_day:
        return None
    end = one.when.span[1]
    near = sum(end <= word.start < first for word in words) <= _BACK_AFTER
    between = text[end:first]
    between = between.removeprefix(".") if text[end - 1].isdecimal() else between  # "am 2. wieder da"
    return one if near and not _SENTENCE_END.search(between) and "," not in between else None
