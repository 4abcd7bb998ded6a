"""Options meant by an extreme or a part of the day: "the cheapest", "as late as possible", "the morning one".

Must not: know a word of a language, or a text beyond the mark it is handed.
"""

from __future__ import annotations

import re

from gateway.model.ballot import Question
from gateway.understand.reading.ballot_labels import Labels, amount_of, keys_of, with_hours
from gateway.understand.reading.ballot_text import Token, fold, tokens_of
from gateway.understand.reading.ballot_words import Mark, Vocabulary

_MONEY = re.compile(r"[€$£¥]|\b(?:EUR|USD|GBP|CHF)\b")
SAME_UNIT = 3  # letters by which "month" and "months" are one


def extreme_of(mark: Mark, question: Question, vocabulary: Vocabulary) -> int | None:
    """Return the option that "the cheapest" or "as late as possible" means, None where the labels do not tell."""
    if "priced" in mark and not all(_is_priced(label, vocabulary) for label in question.options):
        return None  # "the cheapest" of "20 GB" and "50 GB" is anybody's guess
    if mark.classes & {"smallest", "largest"}:
        order = _by_number(question, vocabulary)
    elif mark.classes & {"earliest", "latest"}:
        order = _by_time(question, vocabulary)
    else:
        return None
    if not order:
        return None
    return order[0] if mark.classes & {"smallest", "earliest"} else order[-1]


def _is_priced(label: str, vocabulary: Vocabulary) -> bool:
    """Whether a label names a sum of money, by its sign, its code or its word."""
    return bool(_MONEY.search(label)) or any(vocabulary.can_be(t.fold, "currency") for t in tokens_of(label))


def daypart_of(mark: Mark, labels: Labels) -> frozenset[int]:
    """Return the options in the part of the day a word names; none where that is none or all of them."""
    if "daypart" not in mark.values:
        return frozenset()
    key = f"dp:{mark.values['daypart']}"
    options = frozenset(n for n, row in enumerate(labels.keys) if any(key in word for word in row))
    return options if len(options) < len(labels.keys) else frozenset()


def _by_number(question: Question, vocabulary: Vocabulary) -> list[int]:
    counts = [vocabulary.values(fold(label), "number") for label in question.options]
    if all(len(values) == 1 for values in counts) and len(set(counts)) == len(counts):
        return sorted(range(len(counts)), key=lambda n: min(counts[n]))  # "One", "Two", "Four"
    if spelt := _by_number_in_words(question, vocabulary):
        return spelt
    numbers = [[t for t in tokens_of(label) if t.kind == "number"] for label in question.options]
    if any(_is_code(label, t) for label, row in zip(question.options, numbers, strict=True) for t in row):
        return []
    if len({_unit(label, row[0]) for label, row in zip(question.options, numbers, strict=True) if row}) > 1:
        return []  # "2 weeks" is less than "1 month"
    if any(len(row) != 1 for row in numbers):
        return []
    values = [amount_of(row[0].fold) for row in numbers]
    return sorted(range(len(values)), key=values.__getitem__) if len(set(values)) == len(values) else []


def _by_number_in_words(question: Question, vocabulary: Vocabulary) -> list[int]:
    """Return the options by the number in words that each begins with, all of one thing: "One day", "Two days"."""
    rows = [[t for t in tokens_of(label) if t.is_word] for label in question.options]
    if any(len(row) != 2 or row[1].kind != "word" for row in rows) or len({r[1].fold[:SAME_UNIT] for r in rows}) > 1:
        return []
    counts = [vocabulary.values(row[0].fold, "number") for row in rows]
    values = [min(found, default=0) for found in counts]
    told = all(len(found) == 1 for found in counts) and len(set(values)) == len(values)
    return sorted(range(len(values)), key=values.__getitem__) if told else []


def _unit(label: str, number: Token) -> str:
    """Return the beginning of the word behind a number, "" for none: "mon" of "3 months"."""
    behind = next((t for t in tokens_of(label[number.end :]) if t.is_word), None)
    return behind.fold[:SAME_UNIT] if behind is not None and behind.kind == "word" else ""


def _is_code(label: str, number: Token) -> bool:
    """Whether a number is but part of a name, as in "A4", where a greater one need not be more."""
    return number.start > 0 and label[number.start - 1].isalpha()


def _by_time(question: Question, vocabulary: Vocabulary) -> list[int]:
    """Return the options by month, weekday, number or hour; in the order shown where that already ascends."""
    moments = [_moment(label, vocabulary) for label in question.options]
    known = [m for m in moments if m is not None]
    if len(known) < 2 or len(set(known)) < len(known):
        return []
    if _turns_the_year(known):
        return list(range(len(moments)))
    if None not in moments:
        return sorted(range(len(moments)), key=lambda n: moments[n] or ())
    return list(range(len(moments))) if known == sorted(known) else []


def _turns_the_year(moments: list[tuple[float, ...]]) -> bool:
    """Whether moments shown as they come pass into the next year: "May", "September", "January"."""
    turns = [n for n in range(1, len(moments)) if moments[n] < moments[n - 1]]
    dated = all(month >= 0 for month, *_ in moments)
    return dated and len(moments) > 2 and len(turns) == 1 and moments[-1] < moments[0]


def _moment(label: str, vocabulary: Vocabulary) -> tuple[float, ...] | None:
    tokens = with_hours([t for t in tokens_of(label) if t.is_word], vocabulary)
    keys = [k for t in tokens for k in keys_of(t, vocabulary, timed=False)]
    months = [int(k[3:]) for k in keys if k.startswith("mo:")]
    numbers = [float(k[2:]) for k in keys if k.startswith("n:")]
    days = [int(k[3:]) for k in keys if k.startswith("wd:")]
    hours = [float(k[2:].replace(":", ".")) for k in keys if k.startswith("h:")]
    if not (months or days or hours or numbers):
        return None
    # A date tells more than a weekday does, which returns every week.
    return (
        min(months, default=-1),
        min(numbers, default=-1) if months or not days else min(numbers, default=days[0]),
        min(hours, default=-1),
    )
