"""A ballot's text without the light words people put into set phrases: "I'd *honestly* rather not".

Must not: know a word of a language, or change where a word stands.
"""

from __future__ import annotations

from gateway.understand.reading.ballot_text import tokens_of
from gateway.understand.reading.ballot_words import Vocabulary


def lightened(text: str, words: Vocabulary) -> str:
    """Return the text with each light word blanked, so that all others stand where they stood."""
    letters = list(text)
    for token in tokens_of(text):
        if token.kind == "word" and words.can_be(token.fold, "light"):
            letters[token.start : token.end] = " " * (token.end - token.start)
    return "".join(letters)
