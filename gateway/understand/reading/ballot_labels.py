"""A question's labels, ready to be looked for: what each of their words can be named by.

Must not: know a word of any language, or a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from gateway.model.ballot import Question
from gateway.understand.reading.ballot_amounts import SMALLEST
from gateway.understand.reading.ballot_text import Token, tokens_of
from gateway.understand.reading.ballot_words import Vocabulary

_HOUR = re.compile(r"(\d{1,2})[:h.](\d{2})")
_DOTTED_HOUR = re.compile(r"([01]?\d|2[0-4])\.[0-5]\d")
_BARE_HOUR = re.compile(r"([01]\d|2[0-3])([0-5]\d)")  # "1030"
HOURS = 24
SHORT_DAY = 3  # letters of a shortened day
SHORTEST_DAY, SHORTEST_COMPOUND = 6, 8  # letters of a weekday that opens a compound, and of one: "montagabend"
DAYPARTS = (range(12), range(12, 18), range(17, 24))  # hours of the morning, the afternoon, the evening
_DOTTED_DAY = re.compile(r"(\d{1,2})\.(0?[1-9]|1[0-2])")
MONTH_MARK = "mo:"
_MINUTES = re.compile(r"[0-5]\d")
_THOUSANDS = re.compile(r"\d{1,3}\.\d{3}")


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """A question's labels, ready to be looked for."""

    keys: tuple[tuple[frozenset[str], ...], ...]  # for each label its words, each with all its keys
    named: Mapping[str, frozenset[int]]  # for each key the labels that it may name
    words: tuple[frozenset[str], ...]  # for each label its folded words that tell it from at least one other
    first_letters: frozenset[str]  # of these words …
    last_letters: frozenset[str]
    telling: frozenset[str]  # keys that not every label has
    folds: tuple[tuple[str, ...], ...]
    openings: frozenset[str]  # the first word of each label, folded
    timed: bool
    numbered: bool  # whether labels carry numbers of their own
    proper: frozenset[str]  # telling words as written, with a capital letter
    inner: frozenset[str]  # of these, those that do not begin their label
    dated: bool  # whether labels name days of months
    halved: bool  # whether labels carry halves
    large: bool  # whether labels carry numbers that are said in several words
    weekly: bool  # whether labels name weekdays
    asked: frozenset[str]  # the words of the question, folded
    calendar: bool  # whether every label names a weekday or a month, and some carry numbers


@lru_cache(maxsize=512)
def labels_of(question: Question, vocabulary: Vocabulary) -> Labels:
    """Return the labels of a question, compiled; cached."""
    tokens = [[t for t in tokens_of(label) if t.is_word] for label in question.options]
    tokens = [_with_dates(label, row, vocabulary) for label, row in zip(question.options, tokens, strict=True)]
    clocked = [with_hours(row, vocabulary) for row in tokens]
    timed = any(t.kind == "time" for row in clocked for t in row)
    keys = tuple(tuple(_label_keys(t, vocabulary) for t in row) for row in clocked)
    flat = [frozenset(k for word in row for k in word) for row in keys]
    named = {key: frozenset(n for n, row in enumerate(flat) if key in row) for row in flat for key in row}
    for number, row in enumerate(tokens):
        for joined in _run_together(row, vocabulary):
            named[joined] = named.get(joined, frozenset()) | {number}
    shared = frozenset.intersection(*flat) if len(flat) > 1 else frozenset()
    telling = frozenset(k for row in flat for k in row) - shared
    words = tuple(frozenset(t.fold for t in row if t.kind == "word" and t.fold in telling) for row in tokens)
    folds = tuple(tuple(t.fold for t in row) for row in tokens)
    numbered = any(k.startswith("n:") for row in flat for k in row)
    proper = frozenset(t.raw for row in tokens for t in row if t.raw[0].isupper() and t.fold in telling)
    inner = frozenset(t.raw for row in tokens for t in row[1:] if t.raw in proper)
    found = frozenset(k for row in flat for k in row)
    dated = any(k.startswith("mo:") for k in found) and numbered
    halved = any(k.startswith("n:") and k.endswith(".5") for k in found)
    return Labels(
        keys=keys,
        named=named,
        words=words,
        first_letters=frozenset(word[:1] for row in words for word in row),
        last_letters=frozenset(word[-1:] for row in words for word in row),
        telling=telling,
        folds=folds,
        openings=frozenset(row[0] for row in folds if row),
        timed=timed,
        numbered=numbered,
        proper=proper,
        inner=inner,
        dated=dated,
        halved=halved,
        large=any(k[2:].isdigit() and int(k[2:]) >= SMALLEST for k in found if k.startswith("n:")),
        weekly=any(k.startswith("wd:") for k in found),
        asked=frozenset(t.fold for t in tokens_of(question.text) if t.kind == "word"),
        calendar=numbered and all(any(k.startswith(("wd:", "mo:")) for k in row) for row in flat),
    )


def _run_together(tokens: list[Token], vocabulary: Vocabulary) -> frozenset[str]:
    """Return a label of several words as one, with and without its little words: "oldmill" for "The Old Mill"."""
    words = [t.fold for t in tokens if t.kind == "word"]
    rows = (words, [word for word in words if not vocabulary.is_common(word)])
    return frozenset("".join(row) for row in rows if len(row) > 1 and len(words) == len(tokens))


def _with_dates(label: str, tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Return a label's tokens with its days of months in figures parted: "3.3." is a day and a month."""
    if not any(token.kind == "number" and _DOTTED_DAY.fullmatch(token.raw) for token in tokens):
        return tokens  # as nearly all
    weekly = any(
        vocabulary.values(t.fold, "weekday") or vocabulary.days_begun(t.fold) for t in tokens if t.kind == "word"
    )
    out: list[Token] = []
    for token in tokens:
        dotted = _DOTTED_DAY.fullmatch(token.raw) if token.kind == "number" else None
        ends = label[token.end : token.end + 1] == "."
        if dotted is None or not (ends or weekly):
            out.append(token)
            continue
        day, month = dotted[1], int(dotted[2])
        split = token.start + len(day)
        out.append(token._replace(raw=day, fold=day, end=split))
        named = f"{MONTH_MARK}{month - 1}"
        out.append(token._replace(raw=dotted[2], fold=named, kind="month", start=split + 1))
    return out


def _label_keys(token: Token, vocabulary: Vocabulary) -> frozenset[str]:
    """Return what names a word of a label: all it can stand for, and for an hour the part of the day it lies in."""
    keys = keys_of(token, vocabulary, timed=False)
    if len(token.fold) == SHORT_DAY and token.kind == "word" and token.raw[0].isupper():
        keys |= {f"wd:{day}" for day in vocabulary.days_begun(token.fold)}  # "Sun" on a label is a day
    if token.kind == "word":
        keys |= calendar_keys(token.fold, vocabulary)
    hours = [int(key[2:].partition(":")[0]) for key in keys if key.startswith("h:")]
    return keys | {f"dp:{part}" for hour in hours for part, span in enumerate(DAYPARTS) if hour in span}


def calendar_keys(word: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the weekday that opens a compound: "freitagabend", "donderdagmiddag"."""
    if len(word) < SHORTEST_COMPOUND:
        return frozenset()
    return frozenset(f"wd:{day}" for name, day in vocabulary.weekdays
                     if len(name) >= SHORTEST_DAY and len(name) < len(word) and word.startswith(name))  # fmt: skip


def with_hours(tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Return a label's tokens with numbers made times beside the word for the hour: "9.30 Uhr", "3pm", "ore 20"."""
    before = ["", *(token.fold for token in tokens[:-1])]
    after = [token.fold for token in tokens[1:]] + [""]
    past = [token.fold for token in tokens[2:]] + ["", ""]
    timed = [_as_time(*row, vocabulary) for row in zip(tokens, before, after, past, strict=False)]
    hours = [n for n, token in enumerate(timed) if token.kind != tokens[n].kind]
    hours = [n for n in hours if not _leads_to_hour(before[n], vocabulary)]
    spent = {n + 2 for n in hours if n + 2 < len(timed) and _MINUTES.fullmatch(timed[n + 2].fold)}
    return [token for n, token in enumerate(timed) if n not in spent]


def _as_time(token: Token, before: str, word: str, past: str, vocabulary: Vocabulary) -> Token:
    whole = token.kind == "number" and token.fold.isdigit() and int(token.fold) <= HOURS
    if not (whole or _DOTTED_HOUR.fullmatch(token.fold)):
        return token
    if _leads_to_hour(before, vocabulary):
        return token._replace(kind="time", fold=token.fold if "." in token.fold else f"{token.fold}:00")
    if past[:1].isdigit() and _leads_to_hour(word, vocabulary):
        return token  # the day in "venerdì 13 ore 20"
    if vocabulary.can_be(word, "hour_word"):
        minutes = past if _MINUTES.fullmatch(past) else "00"  # "18 h 30"
        return token._replace(kind="time", fold=token.fold if "." in token.fold else f"{token.fold}:{minutes}")
    if whole and vocabulary.can_be(word, "afternoon"):
        return token._replace(kind="time", fold=f"{int(token.fold) % 12 + 12}:00")
    return token


def _leads_to_hour(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word for the hour stands ahead of it, as Italian "ore" does."""
    return vocabulary.can_be(word, "hour_word") and vocabulary.can_be(word, "time_word")


@lru_cache(maxsize=4096)
def _word_keys(word: str, vocabulary: Vocabulary) -> frozenset[str]:
    if word not in vocabulary.singles:  # as most words of labels
        return frozenset((word,))
    keys = {word}
    keys |= {f"wd:{value}" for value in vocabulary.values(word, "weekday")}
    keys |= {f"mo:{value}" for value in vocabulary.values(word, "month")}
    keys |= {f"dp:{value}" for value in vocabulary.values(word, "daypart")}
    return frozenset(keys)


def keys_of(token: Token, vocabulary: Vocabulary, *, timed: bool, numbered: bool = False) -> frozenset[str]:
    """Return what a token can stand for: its letters, a weekday, a month, a number, an hour where labels have hours."""
    if token.kind == "month":
        return frozenset({token.fold})
    if token.kind == "time":
        found = _HOUR.match(token.fold)
        hour, minute = (int(found[1]), int(found[2])) if found else (0, 0)
        return frozenset({clock_key(hour, minute)} | ({clock_key(hour + 12, minute)} if timed and hour < 12 else set()))
    if timed and token.kind == "number" and (dotted := _DOTTED_HOUR.fullmatch(token.fold)) and "." in token.fold:
        at, _, past = dotted[0].partition(".")
        return frozenset({clock_key(int(at), int(past)), clock_key(int(at) + 12, int(past))})
    if timed and token.kind == "number" and (bare := _BARE_HOUR.fullmatch(token.fold)):
        return number_keys(token.fold, timed=False) | {clock_key(int(bare[1]), int(bare[2]))}
    if token.kind in ("number", "sign"):
        return number_keys(token.fold.lstrip("+"), timed=timed)
    if token.kind != "word":
        return frozenset({token.raw})
    keys = _word_keys(token.fold, vocabulary)
    for value in vocabulary.values(token.fold, "number"):
        if timed or (numbered and value > 1):  # "one" and "un" are articles
            keys |= number_keys(str(value), timed=timed)
    return keys


def clock_key(hour: int, minute: int) -> str:
    """Return the key of a time of day."""
    return f"h:{hour % 24}" if minute == 0 else f"h:{hour % 24}:{minute:02}"


def amount_of(text: str) -> float:
    """Return the amount a number in figures stands for on a label, where "1.500" is fifteen hundred."""
    return float(text.replace(".", "")) if _THOUSANDS.fullmatch(text) else float(text)


def number_keys(text: str, *, timed: bool) -> frozenset[str]:
    """Return what a number in figures can name: itself, and where labels have hours an hour."""
    number = text.lstrip("0") or "0"
    number = number.rstrip("0").rstrip(".") if "." in number else number  # 7.50 is 7.5
    keys = {f"n:{number}"}
    if _THOUSANDS.fullmatch(text):
        keys.add(f"n:{int(text.replace('.', ''))}")  # "1.500" and "1,500" may be fifteen hundred
    if timed and number.isdigit() and 0 < int(number) <= 24:
        hour = int(number)
        keys |= {clock_key(hour, 0)} | ({clock_key(hour + 12, 0)} if hour < 12 else set())
    return frozenset(keys)
