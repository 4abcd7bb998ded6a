"""Words for what became of a line of a plan ("done", "→ Thu", "80%"), and of the numbers it is told by.

Must not: hold a word of any language (table [plan] of words/<language>.toml), or know a plan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import read_when
from gateway.understand.reading.phrases import Word, words_of

# What can become of a line; also the keys of its words.
_VERBS = ("done", "gone", "dropped", "moved", "same", "blocked", "promised")
_SIGNS = {"✓": "done", "✔": "done", "✅": "done", "☑": "done", "👍": "done", "✗": "dropped", "✘": "dropped"}
_SIGNS |= {"❌": "dropped", "🗑": "dropped", "→": "moved", "➡": "moved", "⏭": "moved", "⏳": "same", "⛔": "blocked"}
ARROW = re.compile(r"(?:-{1,2}|=)>|»")
PERCENT = re.compile(r"^(\d{1,3}) ?%")
AROUND = " \t,;.:-–—()"
DAY_WORDS = 5
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)  # whether words name a day does not hang on when they were written


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of the grammar, compiled: phrases by verb, longest first, and what joins numbers."""

    verbs: tuple[tuple[tuple[str, ...], str], ...]
    fillers: frozenset[str]
    to: frozenset[str]
    joins: frozenset[str]  # "and"
    all: frozenset[tuple[str, ...]]
    rest: frozenset[tuple[str, ...]]
    numbers: re.Pattern[str]
    listed: re.Pattern[str]  # numbers behind a verb, where only spaces may stand between them
    except_for: re.Pattern[str]
    reasons: frozenset[str]  # "because"
    lexicon: Lexicon


@lru_cache(maxsize=4)
def words_in(lexicon: Lexicon) -> Words:
    """Return the words of the grammar, of all languages."""

    def phrases(key: str) -> list[tuple[str, ...]]:
        return [tuple(word.text for word in words_of(text)) for text in lexicon.words("plan", key)]

    def one_of(*keys: str) -> str:
        found = (word for key in keys for word in lexicon.words("plan", key))
        return "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))

    verbs = [(phrase, verb) for verb in _VERBS for phrase in phrases(verb)] + [((s,), v) for s, v in _SIGNS.items()]
    between = rf"[,/&+–-]|\b(?:{one_of('and', 'through')})\b"
    return Words(
        lexicon=lexicon,
        verbs=tuple(sorted(verbs, key=lambda verb: -len(verb[0]))),
        fillers=frozenset(phrase[0] for phrase in phrases("filler")),
        to=frozenset(phrase[0] for phrase in phrases("to")),
        joins=frozenset(phrase[0] for phrase in phrases("and")),
        all=frozenset(phrases("all")),
        rest=frozenset(phrases("rest")),
        reasons=frozenset(
            found[0].text for reason in lexicon.words("govern", "because") if (found := words_of(reason))
        ),
        numbers=re.compile(rf"(?<![\w.,:/+%-])#?(\d{{1,2}}(?:\s*(?:{between})\s*#?\d{{1,2}})*)(?![\w%/])"),
        listed=re.compile(rf"#?(\d{{1,2}}(?:\s*(?:{between}|\s)\s*#?\d{{1,2}})*)"),
        except_for=re.compile(rf"\b(?:{one_of('except')})\s+", re.IGNORECASE),
    )


@lru_cache(maxsize=4)
def _through(lexicon: Lexicon) -> re.Pattern[str]:
    joint = "|".join(re.escape(word) for word in lexicon.words("plan", "through"))
    return re.compile(rf"(\d+)(\s*(?:[–-]|\b(?:{joint})\b)\s*#?(?=\d))?")


def numbers_in(text: str, words: Words) -> tuple[int, ...]:
    """Return the numbers a text lists, `1-3` and `1 to 3` with what lies between."""
    found: list[int] = []
    begun = 0
    for match in _through(words.lexicon).finditer(text):
        number = int(match[1])
        found.extend(range(begun, number) if begun else ())
        found.append(number)
        begun = number + 1 if match[2] else 0
    return tuple(dict.fromkeys(found))


def leading_verb(found: Sequence[Word], words: Words) -> tuple[str, int] | None:
    """Return the verb that words begin with and how many words it takes, small words before it included."""
    texts = tuple(word.text for word in found)
    skipped = next((n for n, text in enumerate(texts) if text not in words.fillers), len(texts))
    for start in dict.fromkeys((0, skipped)):
        for phrase, verb in words.verbs:
            if texts[start : start + len(phrase)] == phrase:
                return verb, start + len(phrase)
    return None


def ends_in_verb(said: str, words: Words) -> bool:
    """Whether what is said of a line is over: it ends with a verb or a sign."""
    texts = tuple(word.text for word in words_of(said))
    return any(texts[-len(phrase) :] == phrase for phrase, _ in words.verbs)


def without_join(said: str, words: Words) -> str:
    """Return what is said of a line without the "and" that leads on to the next."""
    found = words_of(said)
    return said[: found[-1].start] if found and found[-1].text in words.joins else said


def verb_of(said: str, words: Words) -> tuple[str, str]:
    """Return the verb of what is said of a line, at its beginning or its end, and the remark beside it."""
    percent = PERCENT.match(said.strip())
    if percent:
        return ("done" if int(percent[1]) >= 100 else "same"), said.strip(AROUND) if int(percent[1]) < 100 else ""
    found = words_of(said)
    hit = leading_verb(found, words)
    if hit:
        verb, taken = hit
        behind = said[found[taken - 1].end :]
        return _promised(behind, words) if verb == "promised" else (verb, _remark(behind, verb, words))
    texts = tuple(word.text for word in found)
    for phrase, verb in words.verbs:
        if len(texts) > len(phrase) and texts[-len(phrase) :] == phrase:
            # `1 login page done` says the line again; `2 auf Donnerstag verschoben` says the day before the verb.
            before = _remark(said[: found[-len(phrase)].start], verb, words)
            if verb == "promised":
                return _promised(before, words)
            return verb, before if verb == "moved" and is_day(before, words.lexicon) else ""
    remark = said.strip(AROUND)
    if is_day(remark, words.lexicon):
        return "moved", remark
    verb, of_day = _promised(said, words)
    return (verb, of_day) if verb == "moved" else ("", remark)


def _promised(said: str, words: Words) -> tuple[str, str]:
    """Return what becomes of a line that is promised: it moves to the day named, or stays where none is."""
    remark = _remark(said, "moved", words)
    return "moved" if is_led_by_day(remark, words) else "same", remark


def is_led_by_day(said: str, words: Words) -> bool:
    """Whether a text is a day and at most why: `2 Thursday, because the supplier is late`."""
    found = words_of(said)
    for count in range(min(DAY_WORDS, len(found)), 0, -1):
        closes = count == len(found) or found[count].text in words.reasons
        if closes and is_day(said[: found[count - 1].end].strip(AROUND), words.lexicon):
            return True
    return False


def is_day(text: str, lexicon: Lexicon) -> bool:
    """Whether a text is the name of a day and nothing else: `2 tomorrow` moves the line there."""
    if not text or len(words_of(text)) > DAY_WORDS:
        return False
    found = read_when(text, _ANY_DAY, lexicon)
    return found is not None and len(found.evidence.strip(AROUND)) == len(text)


def _remark(after: str, verb: str, words: Words) -> str:
    remark = after.strip(AROUND)
    if verb == "moved":
        found = words_of(remark)
        if len(found) > 1 and found[0].text in words.to:
            return remark[found[1].start :]
    return remark
