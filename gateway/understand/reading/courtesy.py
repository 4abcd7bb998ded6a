"""Whether a text is courtesy and nothing else: "please", "Thanks in advance, Ana". Then a mail's subject says it all.
And a text without its greeting.

Words come from the tables [courtesy], [govern] and [checkin]. Must not: know what is asked for, or hold a word of any
language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Phrases, listed, words_of

_LONGEST = 200  # letters
_GREETING = re.compile(r"^\W*\w+(?:\s+\w+){0,3}\s*[,!]\s*$")
_MOST_WORDS = 16


@lru_cache(maxsize=8)
def _courteous(lexicon: Lexicon) -> Phrases:
    return Phrases(
        (
            *listed(lexicon.tables("courtesy"), ("beside",)),
            *listed(lexicon.tables("govern"), ("polite",)),
            *listed(lexicon.tables("checkin"), ("greeting", "greeting_names", "closing")),
        )
    )


@lru_cache(maxsize=8)
def _content(lexicon: Lexicon) -> Phrases:
    """Return courtesy, and what is said of something done: "perfect", "got it"."""
    tables = lexicon.tables
    fine = (*listed(tables("courtesy"), ("beside", "fine")), *listed(tables("govern"), ("polite",)))
    return Phrases((*fine, *listed(tables("checkin"), ("greeting", "greeting_names", "closing"))))


def without_greeting(text: str) -> str:
    """Return a text without a first line that is a few words and a comma or "!", where more stands below it."""
    first, _, rest = text.strip().partition("\n")
    return rest.strip() if rest.strip() and _GREETING.match(first) else text.strip()


def is_contentment(text: str, name: str, lexicon: Lexicon) -> bool:
    """Whether a text is thanks for what was done, or says that it is well, and nothing else."""
    return _is_made_of(_content(lexicon), text, name)


def is_courtesy(text: str, name: str, lexicon: Lexicon) -> bool:
    """Whether nothing is said but courtesy, greetings and the author's name; a question says more."""
    return _is_made_of(_courteous(lexicon), text, name)


def _is_made_of(phrases: Phrases, text: str, name: str) -> bool:
    if not text.strip() or len(text) > _LONGEST or "?" in text:
        return False
    words = words_of(text)
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    own = {word.text for word in words_of(name)}
    end = 0  # up to here all is courtesy
    for start, word in enumerate(words):
        if start > end:
            return False
        hits = phrases.at(words, start)
        reached = max((hit.end for hit in hits), default=start + (word.text in own))
        end = max(end, reached)
    return end >= len(words) and not words[0].text.isdigit()
