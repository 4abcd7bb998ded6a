"""How a vote is to be held, as the mail that opens it says: "secret ballot, quorum 50 %, two-thirds majority".

Must not: choose what the author left open, or take what is asked, proposed or told of others for a rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from gateway.model.reading import StatedRules
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told

TABLE = "vote_rules"
_FLAGS = {"secret": ("secret", True), "named": ("secret", False)}
_FLAGS |= {"sealed": ("hidden", True), "shown": ("hidden", False)}
_FLAGS |= {"run_off": ("run_off", True), "add_options": ("add_options", True)}
_SHARES = {"third": 1 / 3, "half": 0.5, "two_thirds": 2 / 3, "three_quarters": 0.75}
_LABELS = ("quorum", "majority")
_ASIDE = ("propose", "hypothetical", "been")  # of [command]: what a rule is not said with
_EARLIER = "earlier"  # what is told of former votes
LONGEST = 16  # words of a sentence that states rules
_MOST_BETWEEN = 2  # words between a share and what it is the share of: "a quorum of the half"
_MOST_BESIDE_A_FLAG, _MOST_BESIDE_AN_AMOUNT = 6, 5  # words of a sentence that are of no rule
_YEARS = range(1900, 2100)
_PARTING = frozenset(",;")  # a share belongs to what is named on its own side
_PEOPLE = re.compile(r"(?<![\d.,/:])(\d{1,4})(?!\s*[%/]|[\d.,/:]*\d)")
_FRACTION = re.compile(r"(?<![\d/])(\d{1,2})\s*/\s*(\d{1,2})(?![\d/])")
_HUNDRED = 100


class _Span(NamedTuple):
    """Where a phrase stands in a text, in characters."""

    start: int
    end: int
    key: str


def read_vote_rules(request: Request, question: str, options: tuple[str, ...]) -> StatedRules:
    """Return what a mail says of how its vote is held; what its own question is about is no rule of it."""
    phrases = _phrases(request.lexicon)
    asked = {hit.key for hit in phrases.find(words_of(f"{request.subject.text}\n{question}"))}
    found: dict[str, bool | int | float] = {}
    for told in _statements(request, options):
        hits = [hit for hit in phrases.find(told.words) if hit.key not in asked]
        if any(hit.key == _EARLIER for hit in request.spoken(hits)):
            continue
        denials = request.spoken(request.lists.of("negation").find(told.words))
        for name, value in (*_flags(told, hits, denials), *_amounts(told, hits)):
            found.setdefault(name, value)
    return StatedRules(**found)  # type: ignore[arg-type]  # each name has values of its own type


def rules_in(told: Told, request: Request) -> tuple[Hit, ...]:
    """Return what a sentence holds of the words of rules, former votes aside."""
    return tuple(hit for hit in _phrases(request.lexicon).find(told.words) if hit.key != _EARLIER)


def states_a_rule(told: Told, request: Request) -> bool:
    """Tell whether a sentence sets something of how the vote is held, whatever it says besides."""
    hits = list(rules_in(told, request))
    return bool(hits) and (any(hit.key in _FLAGS for hit in hits) or next(_amounts(told, hits), None) is not None)


def _statements(request: Request, options: tuple[str, ...]) -> Iterator[Told]:
    for told in request.sentences:
        aside = told.asks or len(told.words) > LONGEST or request.spoken(request.lists.of(*_ASIDE).find(told.words))
        if not aside and told.text.strip(" .") not in options:
            yield told


def _flags(told: Told, hits: list[Hit], denials: tuple[Hit, ...]) -> Iterator[tuple[str, bool]]:
    """Yield what is so and what is not; a longer phrase outdoes a shorter one within it ("not a secret ballot"), and
    nothing is taken from a sentence that denies something else or says much besides.
    """
    for hit in hits:
        outdone = any(one.start <= hit.start and hit.end <= one.end and one[2:] != hit[2:] for one in hits)
        denied = any(denial.end <= hit.start or hit.end <= denial.start for denial in denials)
        if hit.key in _FLAGS and not outdone and not denied and _others(told, hits) <= _MOST_BESIDE_A_FLAG:
            yield _FLAGS[hit.key]


def _others(told: Told, hits: list[Hit]) -> int:
    """Return how many words of a sentence are of no rule and no number."""
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    return sum(at not in covered and not word.text.isdigit() for at, word in enumerate(told.words))


def _amounts(told: Told, hits: list[Hit]) -> Iterator[tuple[str, int | float]]:
    """Yield each share, or number of people, with what it is of: the label that stands nearest."""
    if _others(told, hits) > _MOST_BESIDE_AN_AMOUNT:
        return  # "a majority of 80 % of the parents came by bike"
    spans = [_Span(told.words[hit.start].start, told.words[hit.end - 1].end, hit.key) for hit in hits]
    labels = [span for span in spans if span.key in _LABELS]
    for start, end, share in _shares(told.text, spans):
        label = _nearest(labels, start, end, told.text)
        if label:
            yield ("quorum", share) if label == "quorum" else ("threshold", _exceeded(share))
    for people in _PEOPLE.finditer(told.text):
        is_year = int(people[1]) in _YEARS
        if not is_year and _nearest(labels, *people.span(), told.text) == "quorum":
            yield "quorum_people", int(people[1])


def _nearest(labels: list[_Span], start: int, end: int, text: str) -> str:
    """Return the key of the label nearest to a place, "" where none is near it."""
    near = [(gap, label.key) for label in labels if (gap := _gap(label, start, end, text)) is not None]
    return min(near)[1] if near else ""


def _gap(label: _Span, start: int, end: int, text: str) -> int | None:
    """Return the characters between a label and a place; None where something parts them, or more than a link."""
    between = text[min(end, label.end) : max(start, label.start)]
    if not _PARTING.isdisjoint(between) or len(words_of(between)) > _MOST_BETWEEN:
        return None
    return max(start - label.end, label.start - end)


def _shares(text: str, spans: list[_Span]) -> Iterator[tuple[int, int, float]]:
    """Yield the shares said: "75 %", "2/3", "half"."""
    for match in _percent(text):
        yield *match.span(), int(match[1]) / _HUNDRED
    for match in _FRACTION.finditer(text):
        if 0 < int(match[1]) < int(match[2]):
            yield *match.span(), math.nextafter(int(match[1]) / int(match[2]), 0)  # never more than the fraction
    for span in spans:
        if span.key in _SHARES:
            yield span.start, span.end, _SHARES[span.key]


def _percent(text: str) -> list[re.Match[str]]:
    found = re.finditer(r"(?<![\d.,])(\d{1,3})\s*%", text)
    return [match for match in found if 0 < int(match[1]) <= _HUNDRED]


def _exceeded(share: float) -> float:
    """Return what must be exceeded for a majority of a share: a half itself, else the next number below."""
    return share if share == _SHARES["half"] else math.nextafter(share, 0)


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), (*_FLAGS, *_SHARES, *_LABELS, _EARLIER)))
