"""Matches the rules of dates on a text, from each word on; what was found is kept by position.

Must not: decide which of several readings is meant (date.py does), or know a language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import time
from typing import Any, NamedTuple

from gateway.understand.reading.date_lattice import Edge, Lattice
from gateway.understand.reading.date_rules import DAYS, RANGES, TIMES, Rule, half_day
from gateway.understand.reading.date_values import Resolve, at_clock, days_ahead
from gateway.understand.reading.date_words import LEADS, PART_HOURS

_GAP = re.compile(r"[ \t,'’‘()°\u00a0\u202f*]*\Z")
_DOT_GAP = re.compile(r"\.,?[ \t\u00a0\u202f]*\Z")
_DASH_GAP = re.compile(r"\.?\)?\s{0,2}[-–—→>]{1,2}\s{0,2}\Z")
_LINE_GAP = re.compile(r"[ \t]*\r?\n[ \t]*\Z")


_OPENERS = {"day_last": "day_number", "month_apart": "month"}  # looked at more closely, where a rule begins
# No rule asks what these are worth, so that "de", which is an article, an "of" and a "from" of several languages, is
# walked over once: each time it stands in a date it else doubled the ways.
_MUTE = frozenset((*LEADS, "of", "and"))
_RULES = {"DAY": DAYS, "RANGE": RANGES, "TIME": TIMES}


class _Catch(NamedTuple):
    tag: str
    value: Any


class Parser:
    """Matches the rules on a lattice; results are kept by position, so that work stays in proportion to the text."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.size = len(lattice.words)
        tags = frozenset(tag for edges in lattice.edges for tag in edges)
        self._rules = {name: _possible(rules, tags) for name, rules in _RULES.items()}
        self._joined: dict[int, bool] = {}
        self._memo: dict[tuple[str, int], tuple[tuple[Any, int], ...]] = {}

    def expressions(self, start: int) -> list[tuple[Resolve, int]]:
        """Return what could be read from this word on, longest first."""
        found = [*self._timed(start), *self._ranges(start)]
        return sorted(found, key=lambda pair: -pair[1])

    def _ranges(self, start: int) -> tuple[tuple[Any, int], ...]:
        return self._all("RANGE", start)

    def days(self, start: int) -> tuple[tuple[Any, int], ...]:
        """Return the days that could be read from this word on."""
        return self._all("DAY", start)

    def times(self, start: int) -> tuple[tuple[Any, int], ...]:
        """Return the clock times that could be read from this word on."""
        return self._all("TIME", start)

    def _timed(self, start: int) -> Iterator[tuple[Resolve, int]]:
        for day, end in self.days(start):
            yield day, end
            for clock, after in self.clock_or_part(end):
                yield at_clock(day, clock), after
        for clock, middle in self.clock_or_part(start):
            for day, end in self._day_after(middle):
                yield at_clock(day, clock), end
        for edge in self.tagged("close", start):
            yield at_clock(days_ahead(0), PART_HOURS["close"]), edge.end

    def _day_after(self, start: int) -> Iterator[tuple[Any, int]]:
        if start >= self.size or not self._joins(start):
            return
        yield from self.days(start)
        for tag in ("on", "of"):
            for edge in self.tagged(tag, start):
                if edge.end < self.size and self._joins(edge.end):
                    yield from self.days(edge.end)

    def clock_or_part(self, start: int) -> Iterator[tuple[time, int]]:
        """Yield the times that stand here: a part of the day, a clock time, or both ("morning at 9")."""
        if start >= self.size or not (start == 0 or self._joins(start) or self.lattice.gap(start)[-1:] != "\n"):
            return
        if start and not self._joins(start):
            return
        for clock, end in self.times(start):
            yield clock, end
        for edge in self.tagged("part", start):
            yield PART_HOURS[edge.value], edge.end
            if edge.end < self.size and self._joins(edge.end):
                for clock, end in self.times(edge.end):
                    yield half_day(clock, edge.value) or clock, end
        for tag in ("on", "at"):
            for lead in self.tagged(tag, start):
                if lead.end < self.size and self._joins(lead.end):
                    for edge in self.tagged("part", lead.end):
                        yield PART_HOURS[edge.value], edge.end

    def _all(self, name: str, start: int) -> tuple[tuple[Any, int], ...]:
        key = (name, start)
        if key not in self._memo:
            self._memo[key] = ()  # a rule that would begin with itself finds nothing
            self._memo[key] = tuple(self._matches(self._rules[name], start)) if start < self.size else ()
        return self._memo[key]

    def _matches(self, rules: tuple[Rule, ...], start: int) -> Iterator[tuple[Any, int]]:
        tags = self._tags(start)
        seen = set()
        for rule in rules:
            if not rule.openers & tags and not ("DAY" in rule.openers and self.days(start)):
                continue
            for caught, end in self._walk(rule.elements, 0, start, start):
                values = dict(_numbered(caught))
                values["skips"] = self.lattice.known.skipping
                value = rule.build(values)
                if value is not None and end > start and (end, rule) not in seen:
                    seen.add((end, rule))
                    yield value, end

    def _tags(self, start: int) -> set[str]:
        tags = set(self.lattice.edges[start])
        return tags | {closer for closer, tag in _OPENERS.items() if tag in tags}

    def _walk(
        self, elements: tuple[tuple[tuple[str, ...], bool], ...], index: int, at: int, start: int
    ) -> Iterator[tuple[tuple[_Catch, ...], int]]:
        if index == len(elements):
            yield (), at
            return
        alternatives, optional = elements[index]
        gone_on: set[int] = set()  # from where the walk has gone on behind a word that is worth nothing
        for tag in alternatives:
            if tag == "dash":
                if 0 < at < self.size and _DASH_GAP.match(self.lattice.gap(at)):
                    yield from self._walk_dashed(elements, index + 1, at)
                continue
            if at < self.size and (at == start or self._joins(at)):
                for edge in self._step(tag, at):
                    if tag not in _MUTE:
                        for caught, end in self._walk(elements, index + 1, edge.end, start):
                            yield (_Catch("weekday" if tag == "weekday_short" else tag, edge.value), *caught), end
                    elif edge.end not in gone_on:
                        gone_on.add(edge.end)
                        yield from self._walk(elements, index + 1, edge.end, start)
        if optional:
            yield from self._walk(elements, index + 1, at, start)

    def _walk_dashed(
        self, elements: tuple[tuple[tuple[str, ...], bool], ...], index: int, at: int
    ) -> Iterator[tuple[tuple[_Catch, ...], int]]:
        yield from self._walk(elements, index, at, at)

    def _step(self, tag: str, at: int) -> Iterator[Edge]:
        if tag == "DAY":
            yield from (Edge(value, end) for value, end in self.days(at))
        elif tag == "weekday_short":
            if self.lattice.raw(at)[:1].isupper():
                yield from self.tagged(tag, at)
        elif tag == "day_last":
            yield from (edge for edge in self.tagged("day_number", at) if self._ends_here(edge.end))
        elif tag == "month_apart":
            if not self._is_numbered(at):
                yield from self.tagged("month", at)
        elif tag == "minutes":
            yield from (
                edge for edge in self.tagged("number", at) if edge.value < 60 and len(self.lattice.raw(at)) == 2
            )
        elif tag == "weekend":
            yield from (edge for edge in self.tagged("unit", at) if edge.value == "weekend")
        else:
            yield from self.tagged(tag, at)

    def _is_numbered(self, at: int) -> bool:
        """Tell whether a month has its day right before it ("8 June", "8 of June"): then it is no month as a whole."""
        if at and self._joins(at) and any(edge.end == at for edge in self.tagged("of", at - 1)):
            at -= 1
        return at > 0 and self._joins(at) and any(edge.end == at for edge in self.tagged("day_number", at - 1))

    def _ends_here(self, at: int) -> bool:
        """Tell whether a bare number before this word is a day of the month: no noun of its own follows."""
        if at >= self.size or self.lattice.gap(at).strip():
            return True
        tags = self.lattice.edges[at].keys()
        return (
            bool(tags & {"common", "to", "until", "at", "and", "inclusive", "part", "clock", "on"})
            and "unit" not in tags
        )

    def tagged(self, tag: str, at: int) -> Sequence[Edge]:
        """Return the stretches with this tag that begin at this word."""
        return self.lattice.edges[at].get(tag, ()) if at < self.size else ()

    def _joins(self, at: int) -> bool:
        """Tell whether a word may go on with the expression of the one before it."""
        if at not in self._joined:
            self._joined[at] = self._may_go_on(at)
        return self._joined[at]

    def _may_go_on(self, at: int) -> bool:
        gap = self.lattice.gap(at)
        if _GAP.match(gap):
            return True
        before = self.lattice.raw(at - 1)
        if _DOT_GAP.match(gap):
            return before[:1].isdecimal() or len(before) <= 5
        if gap in ("-", "-"):
            return bool(self.lattice.edges[at - 1].keys() & {"middle", "begin", "end"})
        return bool(_LINE_GAP.match(gap)) and not self.lattice.raw(at)[:1].isdecimal()


def _possible(rules: tuple[Rule, ...], tags: frozenset[str]) -> tuple[Rule, ...]:
    """Return the rules that a text with stretches of these tags can fulfil; for most texts they are few."""
    return tuple(rule for rule in rules if all(not tags.isdisjoint(needed) for needed in rule.needs))


def _numbered(caught: Sequence[_Catch]) -> Iterator[tuple[str, Any]]:
    """Name what was caught; an earlier catch of the same tag is `tag#1`."""
    seen: dict[str, Any] = {}
    for catch in caught:
        if catch.tag in seen:
            yield f"{catch.tag}#1", seen[catch.tag]
        seen[catch.tag] = catch.value
    yield from seen.items()
