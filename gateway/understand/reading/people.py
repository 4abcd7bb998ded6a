"""What is said of people: a steward's word on held mail, and requests to invite or remove somebody by address.

Both are the whole new text or nothing: who thanks for an invitation, or talks about removing somebody, asks for
nothing. Words come from the table [people]. Must not: know who may ask, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gateway.model.understood import Enrolling, Enrolment, Moderating, Moderation
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.courtesy import without_greeting
from gateway.understand.reading.phrases import Phrases, Word, listed, words_of

_TABLE = "people"
_ADDRESS = re.compile(
    r"[<(\[]?(?:mailto:)?([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,63})[>)\]]?"
)
_LONGEST = 2_000  # letters
_MOST_NAMES = 12  # words beside the request and the addresses: names of people, mostly
_SHORT = 4  # words
_MOST_REASONS = 60  # words


@lru_cache(maxsize=8)
def _moderating(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), [word.value for word in Moderation]))


@lru_cache(maxsize=8)
def _enrolling(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), [act.value for act in Enrolment]))


@lru_cache(maxsize=8)
def _fillers(lexicon: Lexicon) -> Phrases:
    return Phrases(
        (*listed(lexicon.tables("govern"), ("polite",)), *listed(lexicon.tables(_TABLE), ("object", "of_whom")))
    )


def read_moderation(text: str, lexicon: Lexicon) -> Moderating | None:
    """Return what a steward says of held mail: one word of the list as the whole first line, politeness apart."""
    first = _first_line(text)
    words = words_of(first) if len(first) <= _LONGEST else ()
    if not words or "?" in first:
        return None
    keys = {hit.key for left in (words, _left(words, lexicon)) for hit in _moderating(lexicon).whole(left)}
    return Moderating(Moderation(keys.pop())) if len(keys) == 1 else None


def read_enrolling(subject: str, text: str, lexicon: Lexicon) -> Enrolling | None:
    """Return who is to be invited or removed: a phrase of the list with addresses, and nothing else but names.

    The phrase may stand in the subject, over a body of addresses alone; or over the reasons for a removal, which are
    for no other eyes, and which is asked about before anything is done.
    """
    said = without_greeting(text)
    if len(said) > _LONGEST or len(subject) > _LONGEST:
        return None
    if not words_of(said):
        return _asked(subject, lexicon)
    found = _asked(said, lexicon)
    if found is None and _ADDRESS.search(said) and len(words_of(_blanked(said))) <= _SHORT:
        return _asked(f"{subject}\n{said}", lexicon)
    if found is None and "?" not in said and len(words_of(said)) <= _MOST_REASONS:
        asked = _asked(subject, lexicon)
        return asked if asked is not None and asked.act is Enrolment.REMOVE else None
    return found


def _blanked(text: str) -> str:
    """Return a text with blanks in place of addresses, so that all else keeps its place."""
    return _ADDRESS.sub(lambda found: " " * len(found[0]), text)


def _asked(text: str, lexicon: Lexicon) -> Enrolling | None:
    found = list(_ADDRESS.finditer(text))
    left = _left(words_of(_blanked(text)), lexicon)
    if not found or not left:
        return None
    # The verb stands at the start, or at the end behind the addresses: "bitte eve@example.org einladen".
    hits = [
        hit
        for hit in _enrolling(lexicon).find(left)
        if hit.start == 0 or (hit.end == len(left) and left[hit.start].start > found[-1].start() and "?" not in text)
    ]
    keys = {hit.key for hit in hits}
    verb = max(hits, key=lambda hit: hit.end - hit.start, default=None)
    addresses = tuple(dict.fromkeys(match[1] for match in found))
    if len(keys) != 1 or verb is None or len(left) - (verb.end - verb.start) > _MOST_NAMES:
        return None
    beside = (*left[: verb.start], *left[verb.end :])
    return Enrolling(Enrolment(keys.pop()), addresses) if all(_is_name(text, w, addresses) for w in beside) else None


def _is_name(text: str, word: Word, addresses: Sequence[str]) -> bool:
    """Whether a word is of a name: else somebody is wanted elsewhere, "invite dan@example.org to the garden party"."""
    return text[word.start].isupper() or any(word.text in address.casefold() for address in addresses)


def _first_line(text: str) -> str:
    return without_greeting(text).partition("\n")[0].strip()


def _left(words: Sequence[Word], lexicon: Lexicon) -> tuple[Word, ...]:
    """Return the words without those that are only polite, or only name the mail or the group."""
    covered: set[int] = set()
    for start in range(len(words)):
        if hits := list(_fillers(lexicon).at(words, start)):
            covered.update(range(start, max(hit.end for hit in hits)))
    return tuple(word for index, word in enumerate(words) if index not in covered)
