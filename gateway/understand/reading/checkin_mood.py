"""How somebody rates their mood, 1 to 5, and the text without the words that say so.

Must not: take a number for a rating that no word, no "of 5" and no question makes one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.understand.reading.checkin_found import Found
from gateway.understand.reading.checkin_signs import sentences_in
from gateway.understand.reading.checkin_words import Speech
from gateway.understand.reading.phrases import Hit, Word, words_of

_RATING = range(1, 6)
_RATED = re.compile(r"([1-5])\s?/\s?5(?!\d)")
DIGITS = frozenset("12345")


def rating(speech: Speech, text: str, *, bare: bool = False) -> int | None:
    """Return the 1–5 a text rates its author's mood with, None when it does not."""
    match = _RATED.search(text)
    if match and int(match[1]) in _RATING:
        return int(match[1])
    words = words_of(text)
    for index, word in enumerate(words):
        if word.text in DIGITS and (bare or _five_follows(speech, words, index)):
            return (
                int(word.text)
                if len([w for w in words if w.text.isdecimal()]) == 1 or not bare or _five_follows(speech, words, index)
                else None
            )
    return None


def _five_follows(speech: Speech, words: Sequence[Word], index: int) -> bool:
    """Tell whether "out of 5" follows a number, in some language."""
    return any(
        hit.end < len(words) and words[hit.end].text == "5"
        for hit in (speech.lists.out_of.at(words, index + 1) if index + 1 < len(words) else ())
    )


def without_mood(speech: Speech, text: str, found: Found) -> str:
    """Take the sentence that rates the mood out of a line, and keep the rating."""
    if not any(digit in text for digit in DIGITS):
        return text
    kept = []
    for sentence in sentences_in(speech, text):
        rest = _mood_taken(speech, sentence, found)
        if rest:
            kept.append(rest)
    return text if " ".join(kept) == " ".join(sentences_in(speech, text)) else " ".join(kept)


def _mood_taken(speech: Speech, sentence: str, found: Found) -> str:
    words = words_of(sentence)
    hits = speech.lists.mood.find(words)
    rated = _mood_rating(speech, sentence, words, hits)
    if rated is None:
        return sentence
    found.mood = rated[0]
    rest = sentence[rated[1] :].strip(" .,;:–-!)")
    return rest if len(words_of(rest)) > 2 else ""


def _mood_rating(speech: Speech, sentence: str, words: Sequence[Word], hits: Sequence[Hit]) -> tuple[int, int] | None:
    """Return the rating and where it ends in the sentence."""
    whole = _RATED.match(sentence.strip())
    if whole and int(whole[1]) in _RATING and (hits or len(words) <= 4):
        return int(whole[1]), whole.end()
    felt = speech.lists.felt.find(words)
    for hit in (*hits, *felt):
        for index in range(hit.end, min(len(words), hit.end + 3)):
            word = words[index]
            if word.text not in DIGITS:
                continue
            rated = _RATED.match(sentence, word.start)
            if rated:
                return int(rated[1]), rated.end()
            if _five_follows(speech, words, index):
                end = next(h.end for h in speech.lists.out_of.at(words, index + 1) if words[h.end].text == "5")
                return int(word.text), words[end].end
            after = sentence[word.end : word.end + 1]
            plain = hit not in felt and (not after or after in ".,;!) ")
            if plain and not _noun_follows(speech, sentence, words, index):
                return int(word.text), word.end
    return None


def _noun_follows(speech: Speech, sentence: str, words: Sequence[Word], index: int) -> bool:
    """Tell whether a word that is no time goes on behind a number: "a 2 today" rates, "at 2 sites" does not."""
    if index + 1 < len(words) and speech.lists.times.at(words, index + 1):
        return False
    following = sentence[words[index].end : words[index + 1].start] if index + 1 < len(words) else "."
    return not following.strip()
