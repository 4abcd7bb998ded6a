"""A ballot's text without the light words people put into set phrases: "I'd *honestly* rather not".

Must not: know a word of a language, or change where a word stands.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.understand.reading.ballot_text import Token, tokens_of
from gateway.understand.reading.ballot_words import MOST_TOKENS, Marked, Vocabulary, marked_again

# Between these a word may be blanked without its neighbours becoming other tokens, as in "maybe-5".
_AHEAD, _BEHIND = frozenset(("", *' \n(,"')), frozenset(("", *' \n,.!?…;:)"'))


def lightened(before: Marked, question: str, words: Vocabulary) -> Marked | None:
    """Return a marked text marked anew without its light words, typos mended; None where it has none.

    All other words stand where they stood, so that what is quoted of it is the text itself.
    """
    text = before.text
    # Of a long text only the tokens at both ends were kept.
    tokens = before.tokens if len(before.tokens) < MOST_TOKENS else tokens_of(text)
    light = [token for token in tokens if token.kind == "word" and token.fold in words.lights]
    if not light:
        return None
    letters = list(text)
    for token in light:
        letters[token.start : token.end] = " " * (token.end - token.start)
    plain = "".join(letters)
    parted = all(_is_parted(text, token) for token in light)
    left = [t for t in tokens if t.kind != "word" or t.fold not in words.lights] if parted else tokens_of(plain)
    return replace(marked_again(plain, left, question, words, respell=True), text=text)


def _is_parted(text: str, token: Token) -> bool:
    return text[max(0, token.start - 1) : token.start] in _AHEAD and text[token.end : token.end + 1] in _BEHIND
