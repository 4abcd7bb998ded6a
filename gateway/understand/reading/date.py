"""Dates and times out of words: a closed grammar over CLDR names and hand words, so that an answer is right or absent.

What is read is relative to when the mail was sent and to its author's zone. Must not: guess (a number is no date
without a month, a weekday or a word that makes it one), count working days, or know a language (the lexicon does).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from gateway.model.reading import When
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date_lattice import Lattice, is_month_first
from gateway.understand.reading.date_parser import Parser
from gateway.understand.reading.date_rules import MOST_LEADS
from gateway.understand.reading.date_values import DAYS_LONG, Contradicted, Moment, Resolve, after_span, coming_weekday
from gateway.understand.reading.date_words import LEADS, TABLE, date_words
from gateway.understand.reading.phrases import Word, words_of

_LONGEST_TEXT = 6_000  # letters looked at; a deadline stands near the top
_HORIZON = timedelta(days=370)  # a fallback reading further off than this is a misreading
_LONGEST_LEAD = 4  # words of a phrase that leads up to a date
_MOST_AHEAD = 330  # days: a date without a year that far ahead was meant as past
# Zone names people write behind a time, and a place that keeps it; others make the time unknown.
_ZONES = {
    "UTC": "UTC", "GMT": "UTC", "CET": "Europe/Paris", "CEST": "Europe/Paris", "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin", "BST": "Europe/London", "WEST": "Europe/Lisbon", "EST": "America/New_York",
    "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver",
    "MDT": "America/Denver", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
}  # fmt: skip

_NUMBERED_END = re.compile(r"\d\.$")
# No expression is without one of these; most sentences hold none, and need not be parsed.
_HEARTS = frozenset(
    (
        "iso", "numeric", "numeric_weak", "numeric_range", "month", "weekday", "weekday_short", "weekday_part",
        "day_number", "day_ordinal", "day_dot", "today", "tomorrow", "overmorrow", "tonight", "part", "unit", "span",
        "week_close", "month_close", "close", "nth", "feast",
    )
)  # fmt: skip
_AROUND = frozenset({"after", "before"})
_LIMITS = frozenset({"by", "until", "before"})
_DATE_TAGS = frozenset({"month", "weekday", "numeric", "clock", "iso", "part", "today", "tomorrow", "overmorrow"})


@dataclass(frozen=True, slots=True)
class Dated:
    """A date expression in a text: what it says, and the kinds of words that lead up to it ("by", "from" …)."""

    when: When
    leads: frozenset[str]


def find_dates(text: str, base: datetime, lexicon: Lexicon) -> tuple[When, ...]:
    """Return the dates named in a text, in its order. `base` is when it was sent, aware, in its author's zone."""
    return tuple(dated.when for dated in find_dated(text, base, lexicon))


def find_dated(text: str, base: datetime, lexicon: Lexicon) -> tuple[Dated, ...]:
    """Return the dates named in a text with the words that lead up to each; see `find_dates`."""
    return _dated(text[:_LONGEST_TEXT], base, lexicon)


@lru_cache(maxsize=128)  # the readers ask about the same sentences again and again
def _dated(text: str, base: datetime, lexicon: Lexicon) -> tuple[Dated, ...]:
    lattice = Lattice(text, base, date_words(lexicon))
    if not any(_HEARTS & edges.keys() for edges in lattice.edges):
        return ()
    parser = Parser(lattice)
    found: list[Dated] = []
    index = 0
    while index < parser.size:
        dated, end = _read_at(parser, index, base, found[-1].when if found else None)
        if dated:
            found.append(dated)
        index = end
    return tuple(found)


def _read_at(parser: Parser, start: int, base: datetime, before: When | None) -> tuple[Dated | None, int]:
    """Return the date that begins at a word, and where to go on; `before` is the one read last."""
    lattice = parser.lattice
    tags = lattice.edges[start]
    if not tags or (len(tags) == 1 and "common" in tags):  # a common word opens no date
        return None, start + 1
    gone_by = 0  # where a day of the past, or no day, ends: no part of it is another ("from Friday 29 May", in June)
    for begin, resolve, end in _candidates(parser, start):
        if end < gone_by:
            break
        try:
            moment = _moment(resolve, base)
        except Contradicted:
            moment, gone_by = None, end
        if moment is not None and _is_gone_by(moment, base):
            moment, gone_by = None, end
        if moment is not None and moment.bare and before and moment.first < before.day:
            # "From 3 August, back on the 17th": of the month that was just named.
            moment = _resolved(resolve, datetime.combine(before.day, base.timetz()))
        if moment is not None:
            moment, end = _with_zone(lattice, moment, end)
            leads, lead_start = _leads_before(parser, begin)
            last = _behind(parser, end)
            leads |= {"by"} if last > end else frozenset()
            when = _when(moment, base, lattice, lead_start, last)
            return Dated(when, leads | _inner_leads(lattice, begin)), last
    return None, max(gone_by, start + 1)


def _behind(parser: Parser, end: int) -> int:
    """Return where a word ends that makes a deadline of the date before it: "Friday at the latest"; else `end`."""
    if end >= parser.size or not _plain_gap(parser.lattice.gap(end).replace(",", "")):
        return end
    return max((edge.end for edge in parser.tagged("by_behind", end)), default=end)


def _candidates(parser: Parser, start: int) -> list[tuple[int, Resolve, int]]:
    """Return what begins at this word or right after the leading words here, the furthest reaching first."""
    begins = _after_leads(parser.lattice, start)
    found = [(begin, *pair) for begin in begins if begin < parser.size for pair in parser.expressions(begin)]
    return sorted(found, key=lambda candidate: (-candidate[2], candidate[0]))


def _resolved(resolve: Resolve, base: datetime) -> Moment | None:
    try:
        moment = _moment(resolve, base)
    except Contradicted:
        return None
    return None if moment is None or _is_gone_by(moment, base) else moment


def _moment(resolve: Resolve, base: datetime) -> Moment | None:
    """Return what an expression comes to, None where there is no such day. Raises Contradicted."""
    try:
        return resolve(base)
    except Contradicted:
        raise
    except (OverflowError, ValueError, OSError):
        return None


def _is_gone_by(moment: Moment, base: datetime) -> bool:
    return moment.floats and moment.last is None and (moment.first - base.date()).days > _MOST_AHEAD


def _leads_before(parser: Parser, start: int) -> tuple[frozenset[str], int]:
    """Return the kinds of words right before an expression, and where they begin; all are words of one language."""
    found = [_leads_in(parser.lattice, start, language) for language in _languages_before(parser.lattice, start)]
    first = min((first for _, first in found), default=start)
    return frozenset(tag for tags, _ in found for tag in tags), first


def _languages_before(lattice: Lattice, start: int) -> frozenset[str]:
    return frozenset(
        edge.value
        for at in range(max(0, start - _LONGEST_LEAD), start)
        for tag in LEADS
        for edge in lattice.edges[at].get(tag, ())
        if edge.end == start
    )


def _leads_in(lattice: Lattice, start: int, language: str) -> tuple[frozenset[str], int]:
    leads: set[str] = set()
    first = start
    for _ in range(MOST_LEADS):
        step = next(
            (
                (at, tags)
                for at in range(max(0, first - _LONGEST_LEAD), first)
                if (tags := _tags_between(lattice, at, first, language)) and _plain_gap(lattice.gap(first))
            ),
            None,
        )
        if step is None:
            break
        first, tags = step
        leads |= tags
    return frozenset(leads), first


def _tags_between(lattice: Lattice, start: int, end: int, language: str) -> set[str]:
    edges = lattice.edges[start]
    return {tag for tag in LEADS if any(one.end == end and one.value == language for one in edges.get(tag, ()))}


def _plain_gap(gap: str) -> bool:
    return not gap.strip(" \t\n'’:*_(") and gap.count("\n") <= 1


def _inner_leads(lattice: Lattice, start: int) -> frozenset[str]:
    """Return the kinds of leading words that an expression itself begins with ("within 48 hours")."""
    return frozenset(
        tag for tag in ("within", "for", "in", "from", "by", "until", "before") if tag in lattice.edges[start]
    )


def _with_zone(lattice: Lattice, moment: Moment, end: int) -> tuple[Moment, int]:
    if moment.at and not moment.instant and end < len(lattice.words) and lattice.raw(end) in _ZONES:
        return moment._replace(zone=_ZONES[lattice.raw(end)]), end + 1
    return moment, end


def _when(moment: Moment, base: datetime, lattice: Lattice, start: int, end: int) -> When:
    span = (lattice.words[start].start, lattice.words[end - 1].end)
    instant = moment.instant
    if instant is None and moment.at is not None:
        zone = ZoneInfo(moment.zone) if moment.zone else base.tzinfo
        instant = datetime.combine(moment.first, moment.at, zone)
    return When(
        day=moment.first,
        at=moment.at,
        instant=instant,
        end_day=moment.last if moment.last and moment.last != moment.first else None,
        evidence=lattice.text[span[0] : span[1]],
        span=span,
    )


def find_lengths(text: str, base: datetime, lexicon: Lexicon) -> tuple[date, ...]:
    """Return when the lengths of time named in a text ("a week", "3 days") end, counted from `base`."""
    lattice = Lattice(text[:_LONGEST_TEXT], base, date_words(lexicon))
    parser = Parser(lattice)
    found = []
    for start in range(parser.size):
        for number in parser.tagged("number", start):
            for unit in parser.tagged("unit", number.end):
                moment = _resolved(after_span(number.value, unit.value), base) if unit.value in DAYS_LONG else None
                if moment:
                    found.append(moment.first)
        found += [
            moment.first
            for edge in parser.tagged("span", start)
            if (moment := _resolved(after_span(*edge.value), base))
        ]
    return tuple(dict.fromkeys(found))


def read_when(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    """Return the date or instant that the whole of a text names, or None: never one read from a part of it."""
    text = text.strip().rstrip("!,;")
    text = text.rstrip(".") if not _NUMBERED_END.search(text) else text
    if not text or len(text) > 120:
        return None
    found = _whole(text, base, lexicon)
    return found if found is not None or _is_refused(text, base, lexicon) else _fallback(text, base, lexicon)


def _is_refused(text: str, base: datetime, lexicon: Lexicon) -> bool:
    """Tell whether a text holds names or numbers of dates that we know, and did not put together on purpose."""
    lattice = Lattice(text, base, date_words(lexicon))
    return any(_DATE_TAGS & edges.keys() for edges in lattice.edges)


def _whole(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    lattice = Lattice(text, base, date_words(lexicon))
    parser = Parser(lattice)
    for start in _after_leads(lattice, 0):
        for resolve, end in parser.expressions(start) if start < parser.size else ():
            moment = _resolved(resolve, base)
            if moment is None:
                continue
            moment, end = _with_zone(lattice, moment, end)
            if any(edge.end == parser.size for edge in parser.tagged("inclusive", end)):
                end = parser.size
            if end == parser.size:
                return _when(moment, base, lattice, 0, end)
    return _bare(parser, base)


def _bare(parser: Parser, base: datetime) -> When | None:
    """Read what is a date only because nothing else stands beside it: "4.12", "17:00", "30 days", "12"."""
    lattice, size = parser.lattice, parser.size
    for start in _after_leads(lattice, 0):
        if start >= size:
            continue
        for edge in (*parser.tagged("numeric_weak", start), *parser.tagged("weekday_short", start)):
            resolve = coming_weekday(edge.value) if isinstance(edge.value, int) else edge.value
            moment = _resolved(resolve, base) if edge.end == size else None
            if moment:
                return _when(moment, base, lattice, 0, size)
        for clock, end in parser.clock_or_part(start):
            if end == size:
                ahead = 0 if clock > base.time() else 1
                return _when(Moment(base.date() + timedelta(days=ahead), at=clock), base, lattice, 0, size)
        for edge in parser.tagged("span", start):
            moment = _resolved(after_span(*edge.value), base) if edge.end == size else None
            if moment:
                return _when(moment, base, lattice, 0, size)
        for number in parser.tagged("number", start):
            for unit in parser.tagged("unit", number.end):
                moment = _resolved(after_span(number.value, unit.value), base) if unit.end == size else None
                if moment:
                    return _when(moment, base, lattice, 0, size)
    return None


def _after_leads(lattice: Lattice, start: int) -> tuple[int, ...]:
    """Return where an expression may begin: at this word, or after the words here that lead up to one."""
    ends = {start}
    for _ in range(MOST_LEADS):
        edges = (lattice.edges[at] for at in ends if at < len(lattice.words))
        more = {edge.end for tags in edges for tag in LEADS for edge in tags.get(tag, ())}
        if more <= ends:
            break
        ends |= more
    return tuple(sorted(ends))


def _fallback(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    """Ask dateparser, and believe it only within a year ahead, and never where a number went unread."""
    if (
        re.search(r"\d+\s*[^\W\d]{0,3}\s*\d*", text)
        and len(re.findall(r"\d+", text)) > 1
        and not re.search(r"20\d\d", text)
    ):
        return None
    if not any(char.isalpha() for char in text) or len(words_of(text)) > 6:
        return None
    import dateparser  # here, since importing it costs a quarter of a second that most runs never need

    order = "MDY" if is_month_first(base) else "DMY"
    settings = {"RELATIVE_BASE": base.replace(tzinfo=None), "PREFER_DATES_FROM": "future", "DATE_ORDER": order}
    try:
        found = dateparser.parse(text, languages=list(lexicon.tables(TABLE)), settings=settings)
    except Exception:  # whatever a library stumbles over, its answer is only a second opinion
        return None
    if found is None or found.tzinfo or not base.replace(tzinfo=None) < found < base.replace(tzinfo=None) + _HORIZON:
        return None
    return When(day=found.date(), evidence=text, span=(0, len(text)))


def find_limit(text: str, base: datetime, lexicon: Lexicon) -> When | None:
    """Return the first clock time that a text names as a limit ("until 17:00", "by 5 pm"), the next after `base`; None
    without one. A bare number is none.
    """
    lattice = Lattice(text[:_LONGEST_TEXT], base, date_words(lexicon))
    parser = Parser(lattice)
    for start in range(1, parser.size):
        for clock, end in sorted(parser.times(start), key=lambda pair: -pair[1]):
            leads, lead_start = _leads_before(parser, start)
            if leads & _LIMITS and not lattice.text[lattice.words[start].start : lattice.words[end - 1].end].isdigit():
                day = base.date() + timedelta(days=clock <= base.time())
                moment, end = _with_zone(lattice, Moment(first=day, at=clock), end)
                return _when(moment, base, lattice, lead_start, end)
    return None


def _is_within(word: Word, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a figure alone stands within one of these stretches of a text."""
    return word.text.isdecimal() and any(start <= word.start < end for start, end in spans)


def find_clock(text: str, base: datetime, lexicon: Lexicon) -> time | None:
    """Return the first clock time named in a text ("around 17:30"), with or without a date; None without one.

    "After lunch" is none where a clearer one follows.
    """
    parser = Parser(Lattice(text[:_LONGEST_TEXT], base, date_words(lexicon)))
    days = [one.when.span for one in find_dated(text, base, lexicon) if one.when.at is None]
    vague: time | None = None
    for start in range(parser.size):
        found = sorted(parser.times(start), key=lambda pair: -pair[1])
        if not found or _is_within(parser.lattice.words[found[0][1] - 1], days):
            continue  # the "2." of "bis 2. November" is no hour
        if start and any(edge.end > start for edge in parser.tagged("part", start - 1)):
            continue  # nor is the "midi" of "après-midi" noon
        clock: time = found[0][0]
        in_words = not any(word.text[0].isdecimal() for word in parser.lattice.words[start : found[0][1]])
        if not in_words or not _leads_before(parser, start)[0] & _AROUND:
            return clock
        vague = vague or clock
    return vague
