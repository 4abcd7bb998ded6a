"""What the question of a ballot asks: to keep or end something, an offer, who objects, on which day, for which thing.

Must not: hold a word of a language itself, or know an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.understand.reading.ballot_text import Token, tokens_of
from gateway.understand.reading.ballot_vocabulary import Spelling, Vocabulary, longest

DAYS = ("weekday", "month")
DAY, LAST_DAY = "day", 31
DROPPING, DROPPING_BEHIND = frozenset(("drop_question", "drop_behind")), frozenset(("drop_behind",))
CHANGING = frozenset(("change_question",))
SHORTEST_DAY_NAMED = 4  # letters of a day that is no short name: "so" and "do" are other words too
MOST_WORDS_TO_VERB = 6  # words of a question among which its verb stands …
MOST_WORDS_OF_LAST_VERB = 2  # … where it does not end the question
LONGEST_QUESTION = 600  # characters read of one


class Bid(NamedTuple):
    """A phrase of a question that bids to do something: its words, and what it is."""

    words: Spelling
    classes: frozenset[str]


class Asked(NamedTuple):
    """What a question asks, as `Marked` of ballot_words tells it, and in its order."""

    asked_to_keep: bool
    asked_to_drop: bool
    asked_to_close: bool
    asked_to_change: bool
    offered: bool
    asked_to_object: bool
    asked_when: bool
    asked: frozenset[str]
    asked_first: frozenset[str]
    asked_days: frozenset[tuple[str, int]]
    asked_for: str
    asked_of_reader: bool


@lru_cache(maxsize=256)
def asked(question: str, words: Vocabulary) -> Asked:
    """Return what a question asks; cached, for all the answers to it."""
    drops = _bidden(question, words, DROPPING, DROPPING_BEHIND)
    return Asked(
        asked_to_keep=_asks_to_keep(question, words, drops),
        asked_to_drop=bool(drops),
        # Whether all that bids to end something may as well bid to begin it: "Shall we sell …?", "… einstellen?".
        asked_to_close=bool(drops) and all("closing_question" in bid.classes for bid in drops),
        asked_to_change=bool(_bidden(question, words, CHANGING, CHANGING)),
        offered=_asks_in(question, words, "offer_question"),
        asked_to_object=_asks_in(question, words, "object_question"),
        asked_when=_names_time(question, words),
        asked=_folds_of(question),
        asked_first=_verbs_of(question, words),
        asked_days=_days_of(question, words),
        asked_for=_asked_for(question, words),
        asked_of_reader=_asks_in(question, words, "presence_question"),
    )


@lru_cache(maxsize=16)
def _tokens(question: str) -> tuple[Token, ...]:
    """Return the tokens of a question; cached, for they are looked through for one thing after another."""
    return tuple(tokens_of(question[:LONGEST_QUESTION]))


@lru_cache(maxsize=256)
def _folds_of(question: str) -> frozenset[str]:
    return frozenset(t.fold for t in _tokens(question) if t.kind == "word")


@lru_cache(maxsize=8)
def _asking(words: Vocabulary) -> frozenset[str]:
    return frozenset(word for language in words.languages.values() for word, phrase in language.asked.phrases.items()
                     if " " not in word and "asking" in phrase.classes)  # fmt: skip


def _verbs_of(question: str, words: Vocabulary) -> frozenset[str]:
    asking = _asking(words)
    spoken = (t.fold for t in _tokens(question) if t.kind == "word")
    folds = [word for word in spoken if word not in asking and not words.is_common(word)]
    return frozenset((*folds[:1], *folds[-1:]))


def _days_of(question: str, words: Vocabulary) -> frozenset[tuple[str, int]]:
    """Return the weekdays, months and days of a month a question names, each with what it is."""
    folds = [fold for fold in _folds_of(question) if len(fold) >= SHORTEST_DAY_NAMED]
    named = [(name, value) for fold in folds for name in DAYS for value in words.values(fold, name)]
    figures = (t.fold for t in _tokens(question) if t.kind == "number" and t.fold.isdigit())
    return frozenset((*named, *((DAY, int(figure)) for figure in figures if int(figure) <= LAST_DAY)))


def _asked_for(question: str, words: Vocabulary) -> str:
    """Return the word that stands right behind a "which": "Which (logo) …"; "" where none does."""
    tokens = _tokens(question)
    folds = [t.fold for t in tokens]
    for language in words.languages.values():
        for at, word in enumerate(folds):
            end, phrase = longest(tokens, folds, at, language.asked) if word in language.asked.firsts else (at, None)
            if phrase is not None and "which" in phrase.classes and end < len(tokens) and tokens[end].kind == "word":
                return "" if words.is_common(folds[end]) else folds[end]
    return ""


def _asks_to_keep(question: str, words: Vocabulary, drops: list[Bid]) -> bool:
    # "Dejamos de …" ends what "dejamos" alone would keep.
    folds = _folds_of(question).difference(*(bid.words for bid in drops if len(bid.words) > 1))
    found = (language.asked.phrases.get(fold) for language in words.languages.values() for fold in folds)
    return any(phrase is not None and "keep_question" in phrase.classes for phrase in found)


def _bidden(question: str, words: Vocabulary, first: frozenset[str], last: frozenset[str]) -> list[Bid]:
    """Return what bids to do something, by its classes, among a question's first words or its last.

    "Cancel …?", "… absagen?".
    """
    tokens = [t for t in _tokens(question) if t.kind == "word"]
    stretches = ((tokens[:MOST_WORDS_TO_VERB], first), (tokens[-MOST_WORDS_OF_LAST_VERB:], last))
    return [
        bid
        for stretch, wanted in stretches
        for bid in _bids(stretch, [t.fold for t in stretch], words)
        if bid.classes & wanted
    ]


def _asks_in(question: str, words: Vocabulary, name: str) -> bool:
    """Whether a question holds a phrase of a class."""
    tokens = _tokens(question)
    folds = [t.fold for t in tokens]
    return any(name in bid.classes for bid in _bids(tokens, folds, words))


def _bids(tokens: Sequence[Token], folds: Sequence[str], words: Vocabulary) -> Iterator[Bid]:
    """Yield the phrases of any language that are looked for in a question alone."""
    for language in words.languages.values():
        for at, word in enumerate(folds):
            end, phrase = longest(tokens, folds, at, language.asked) if word in language.asked.firsts else (at, None)
            if phrase is not None:
                yield Bid(phrase.apart or tuple(folds[at:end]), phrase.classes)


def _names_time(question: str, words: Vocabulary) -> bool:
    """Whether a question holds a number, an hour, or the name of a day, a month or a season."""
    tokens = _tokens(question)
    if any(token.kind in ("number", "time") for token in tokens):
        return True
    spoken = [token for token in tokens if token.kind == "word"]
    named = [t.fold for n, t in enumerate(spoken) if (n and t.raw[0].isupper()) or not words.is_common(t.fold)]  # "May"
    return any(words.values(word, name) for word in named for name in ("weekday", "month")) or any(
        (phrase := language.voices.phrases.get(token.fold)) is not None and "season" in phrase.classes
        for language in words.languages.values()
        for token in tokens
    )
