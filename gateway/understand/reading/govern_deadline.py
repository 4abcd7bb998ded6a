"""A correction of the deadline: "correction: the deadline is Thursday 17:00", "correct the deadline: Thursday".

It is one where it says nothing beside a date that ends something. Must not: know who may move a deadline, or hold a
word of any language.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from functools import lru_cache

from gateway.model.reading import When
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated, find_dated
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of
from gateway.understand.reading.phrases import Word as Token

_TABLE = "govern"
_NAMES_IT = ("deadline", "extend")
_BESIDE = ("object", "polite")
_ENDS = frozenset({"by", "until", "before"})
_MOST_WORDS = 20
_LAST_MINUTE = time(23, 59)  # a day named alone is open to its end


def read_deadline(label: str, says: str, sent_at: datetime, lexicon: Lexicon) -> datetime | None:
    """Return the deadline that a correction names, aware, None where it corrects anything else.

    `label` is what stands before its colon, `says` what stands behind; `sent_at` is aware, in its author's zone.
    """
    words = words_of(says)
    if not words or len(words) > _MOST_WORDS or says.rstrip().endswith("?"):
        return None
    dates = find_dated(says, sent_at, lexicon)
    if len(dates) != 1:
        return None
    hits = _phrases(lexicon).find(words)
    named = any(hit.key in _NAMES_IT for hit in (*hits, *_phrases(lexicon).find(words_of(label))))
    if not (named or dates[0].leads & _ENDS) or not _is_all(words, hits, dates[0]):
        return None
    return end_of(dates[0].when, sent_at)


def end_of(when: When, sent_at: datetime) -> datetime:
    """Return the instant that a date ends something at: a day alone is open to its end."""
    return when.instant or datetime.combine(when.day, when.at or _LAST_MINUTE, sent_at.tzinfo)


def _is_all(words: Sequence[Token], hits: Sequence[Hit], dated: Dated) -> bool:
    """Whether nothing is said beside the date and words for what it is the end of."""
    start, end = dated.when.span
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    return all(at in covered or (start <= word.start and word.end <= end) for at, word in enumerate(words))


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), (*_NAMES_IT, *_BESIDE)))
