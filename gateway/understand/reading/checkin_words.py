"""The words a check-in is read by, compiled for all languages, and the speech they are looked for in.

Must not: know a language (words come from the lexicon's [checkin] table), or read a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date_words import weekday_names
from gateway.understand.reading.phrases import Phrases, Word, fold, listed
from gateway.understand.reading.questions import BLOCKERS, DONE, NEXT, OTHER, kinds_of
from gateway.understand.reading.tongue import languages_of

_TABLE = "checkin"
STRONG, WEAK, STRONG_BLOCK = 2.0, 1.0, 2.4
CUES = {
    "done": (DONE, STRONG),
    "done_weak": (DONE, WEAK),
    "next": (NEXT, STRONG),
    "next_weak": (NEXT, WEAK),
    "block": (BLOCKERS, STRONG_BLOCK),
    "block_weak": (BLOCKERS, WEAK),
}
NEUTRAL = "neutral"  # words that look like a sign by their ending, and are none
ALIKE = "_alike"  # behind a key: the sign is but the form of a word, so that a listed word goes before it


class CheckInLists:
    """The word lists of all languages, compiled once for each lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        tables = lexicon.tables(_TABLE)

        def phrases(*keys: str) -> Phrases:
            return Phrases(listed(tables, keys))

        self.labels = phrases("labels_done", "labels_next", "labels_blockers", "labels_mood")
        self.label_words = phrases(
            "label_done", "label_next", "label_block", "label_past", "label_future", "label_filler",
            "labels_done", "labels_next", "labels_blockers",
        )  # fmt: skip
        self.none = phrases("none")
        self.none_block = phrases("none_block")
        self.negation = Phrases(listed(lexicon.tables("command"), ("negation",)))
        self.hanging = phrases("hangs_on", "once")  # begins what belongs to the clause before
        self.having = phrases("having")
        self.excepts = phrases("except_words")
        self.cues = Phrases(_rated(listed(tables, (*CUES, NEUTRAL))))
        self.noise = phrases("noise")
        self.prefaces = phrases("noise", "skip")
        self.lead_time = phrases("lead_time")
        self.times = phrases("lead_time", "label_past", "label_future")
        self.past = phrases("label_past")
        self.ahead = phrases("label_future")
        self.joins = Phrases(listed(lexicon.tables("ballot"), ("and",)))
        self.skip = phrases("skip")
        self.away = phrases("away")
        self.not_away = phrases("not_away")
        self.article = phrases("article")
        self.others_are = phrases("others_are")  # a verb that tells of somebody or something else
        self.others = Phrases(listed(lexicon.tables("command"), ("third_person",)))
        self.own = Phrases(listed(lexicon.tables("command"), ("first_person",)))
        self.back = phrases("back")
        self.ack = phrases("ack")
        self.unclear = phrases("unclear")
        self.promised = phrases("promised")  # that the check-in comes later
        self.once = phrases("once")  # begins what has to have happened first
        self.greeting = phrases("greeting", "closing")
        self.mood = phrases("mood", "labels_mood")
        self.felt = phrases("felt")  # words for a mood that only an "of 5" makes a rating
        self.out_of = phrases("out_of")
        self.weekdays = weekday_names(lexicon)


def _rated(phrases: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Part the phrases that are but one word's form from those that name it."""
    for key, language, phrase in phrases:
        yield (key + ALIKE if "*" in phrase and " " not in phrase else key), language, phrase


@lru_cache(maxsize=8)
def _lists(lexicon: Lexicon) -> CheckInLists:
    return CheckInLists(lexicon)


@dataclass(frozen=True, slots=True)
class Speech:
    """What a text is read against: the words, the languages it may be in, when it was sent, what was asked.

    `base` is the morning it was sent; `kinds` are those of the `asked` questions, in their order; `questions` the
    folded text of those that ask for a standard kind.
    """

    lexicon: Lexicon
    lists: CheckInLists
    languages: frozenset[str]
    sent_on: date
    base: datetime
    asked: tuple[str, ...]
    kinds: tuple[str, ...]
    questions: Mapping[str, str]


def speech_of(words: Sequence[Word], sent_on: date, lexicon: Lexicon, questions: tuple[str, ...] = ()) -> Speech:
    """Return what a text of these words, sent on that day in answer to these questions, is read against."""
    kinds = kinds_of(questions, lexicon)
    return Speech(
        lexicon=lexicon,
        lists=_lists(lexicon),
        languages=languages_of(words, lexicon),
        sent_on=sent_on,
        base=datetime.combine(sent_on, time(9), UTC),
        asked=questions,
        kinds=kinds,
        questions={fold(asked).strip(): kind for asked, kind in zip(questions, kinds, strict=True) if kind != OTHER},
    )
