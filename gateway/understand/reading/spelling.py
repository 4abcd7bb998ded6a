"""Whether a phrase that was found is spelt as its own language spells it: "résumé" is no "resume".

Words are compared without their accents, since many are typed without them; one that is typed with its accents, and
listed so, is of the languages that list it so. Must not: hold a word of any language, or look for phrases itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Hit, Word, listed, words_of

_TABLES = ("command", "govern")


def is_spelt_so(words: Sequence[Word], hit: Hit, lexicon: Lexicon) -> bool:
    """Tell whether no word of a phrase carries accents that only other languages than the phrase's list it with."""
    accented = (word for word in words[hit.start : hit.end] if word.written != word.text)
    languages = (_languages(lexicon).get(_composed(word.written)) for word in accented)
    return all(known is None or hit.language in known for known in languages)


def _composed(written: str) -> str:
    return unicodedata.normalize("NFC", written)


@lru_cache(maxsize=8)
def _languages(lexicon: Lexicon) -> Mapping[str, frozenset[str]]:
    """Return the languages that list a word with its accents, by the word so written."""
    found: dict[str, set[str]] = {}
    for table in _TABLES:
        for _, language, phrase in listed(lexicon.tables(table)):
            for word in words_of(phrase) if not phrase.isascii() else ():
                if word.written != word.text:
                    found.setdefault(_composed(word.written), set()).add(language)
    return {written: frozenset(languages) for written, languages in found.items()}
