"""Which languages a text may be written in, told by its commonest words: enough to choose between word lists.

Must not: name a language (the lists come from the lexicon), or decide anything where the text is too short to tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Word, words_of

_NEAR = 0.7  # a language is possible when it has at least this share of the best one's words


@lru_cache(maxsize=8)
def _common(lexicon: Lexicon) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, table in lexicon.tables("date").items():
        for phrase in table.get("common", ()):
            for word in words_of(phrase):
                if language not in found.setdefault(word.text, []):
                    found[word.text].append(language)
    return {word: tuple(languages) for word, languages in found.items()}


def languages_of(words: Sequence[Word], lexicon: Lexicon) -> frozenset[str]:
    """Return the codes of the languages these words may be in; all of them when nothing tells."""
    common = _common(lexicon)
    counted: dict[str, int] = {}
    for word in words[:400]:
        for language in common.get(word.text, ()):
            counted[language] = counted.get(language, 0) + 1
    best = max(counted.values(), default=0)
    if not best:
        return frozenset(lexicon.languages)
    return frozenset(language for language, count in counted.items() if count >= best * _NEAR)


def is_common(word: Word, lexicon: Lexicon) -> bool:
    """Tell whether a word is among the commonest ones of some language, and so no name."""
    return word.text in _common(lexicon)
