"""Answers to a numbered plan: `1 done  2 → Thu  3 dropped  + call bank`, in one line or many, in any language we read.

A line of the plan is answered by its number and a verb or a sign; what is not mentioned stays planned. Numbers beyond
the plan's mean the open blockers that the prompt lists after it. Must not: hold a word of any language (table [plan] of
words/<language>.toml), or take a bare number for an answer (product.md §5: plan lines want a verb).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.date import read_when
from gateway.understand.reading.phrases import Word, words_of

_VERBS = ("done", "dropped", "moved", "same", "blocked")  # what can become of a line; also the keys of its words
_SIGNS = {"✓": "done", "✔": "done", "✅": "done", "☑": "done", "👍": "done", "✗": "dropped", "✘": "dropped"}
_SIGNS |= {"❌": "dropped", "🗑": "dropped", "→": "moved", "➡": "moved", "⏭": "moved", "⏳": "same", "⛔": "blocked"}
_ARROW = re.compile(r"(?:-{1,2}|=)>|»")
_PERCENT = re.compile(r"^(\d{1,3}) ?%")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+)?")
_NEW = re.compile(r"(?:^|(?<=\s))\+(?!\d)\s*(?=\S)")
_AFTER_NUMBER = re.compile(r"\s*(?:[.):=]|[-–—](?!>))?\s*")
_BREAK = re.compile(r"(?:^|;\s*|\s{2,}|\t)\Z")
_PAUSE = re.compile(r"[,.]\s*\Z")
_UP_TO_BREAK = re.compile(r"[,;]|\.\s|\s{2,}|\s(?=[+#\d])")
_AROUND = " \t,;.:-–—()"
_MOVED_BEFORE = re.compile(r"\s+→[^→]*$")
_LONGEST = 4_000  # letters; who writes more than that does not answer by numbers
_NEAR = 100  # letters around a number that tell whether something is said of it
_DAY_WORDS = 5
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)  # whether words name a day does not hang on when they were written
_COURTESY_WORDS = 3  # a line this short beside plan lines is a greeting or a name


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The words of the grammar, compiled: phrases by verb, longest first, and what joins numbers."""

    verbs: tuple[tuple[tuple[str, ...], str], ...]
    fillers: frozenset[str]
    to: frozenset[str]
    all: frozenset[tuple[str, ...]]
    rest: frozenset[tuple[str, ...]]
    numbers: re.Pattern[str]
    lexicon: Lexicon


@lru_cache(maxsize=4)
def _words(lexicon: Lexicon) -> _Words:
    def phrases(key: str) -> list[tuple[str, ...]]:
        return [tuple(word.text for word in words_of(text)) for text in lexicon.words("plan", key)]

    verbs = [(phrase, verb) for verb in _VERBS for phrase in phrases(verb)] + [((s,), v) for s, v in _SIGNS.items()]
    joint = "|".join(re.escape(word) for word in lexicon.words("plan", "and"))
    return _Words(
        lexicon=lexicon,
        verbs=tuple(sorted(verbs, key=lambda verb: -len(verb[0]))),
        fillers=frozenset(phrase[0] for phrase in phrases("filler")),
        to=frozenset(phrase[0] for phrase in phrases("to")),
        all=frozenset(phrases("all")),
        rest=frozenset(phrases("rest")),
        numbers=re.compile(rf"(?<![\w.,:/+%-])#?(\d{{1,2}}(?:\s*(?:[,/&]|\b(?:{joint})\b)\s*#?\d{{1,2}})*)(?![\w%/])"),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is said of some lines of the plan; `verb` is "" where none was found, "new" for a new line."""

    numbers: tuple[int, ...]
    verb: str
    remark: str


def read_plan(
    plan: Sequence[str],
    text: str,
    lexicon: Lexicon,
    *,
    blockers: Sequence[str] = (),
    sent_on: date | None = None,
    questions: tuple[str, ...] = (),
) -> CheckInReading | None:
    """Return the check-in that an answer by numbers comes to, or None when the text is no such answer.

    `blockers` are the open ones, numbered on from the plan. With `sent_on`, lines that are no plan lines are read as a
    check-in beside them, as an answer to `questions`; without it, more than a greeting there makes it no answer by
    numbers.
    """
    if len(text) > _LONGEST:
        return None
    words = _words(lexicon)
    pieces, others = _parted(_ARROW.sub("→", text), len(plan), words)
    if not _is_answer(pieces, len(plan) + len(blockers)):
        return None
    beside = _beside(others, lexicon, sent_on, questions)
    if beside is None:
        return None
    return _merged(plan, blockers, pieces, beside, text)


def _is_answer(pieces: Sequence[_Piece], lines: int) -> bool:
    """More of the numbered lines have a verb than not, and no number is beyond what was shown."""
    numbered = [piece for piece in pieces if piece.verb != "new"]
    told = [piece for piece in numbered if piece.verb]
    within = all(
        number <= lines and (number or piece.numbers == (0,)) for piece in numbered for number in piece.numbers
    )
    return bool(told) and within and 2 * len(told) > len(numbered)


def _beside(
    others: Sequence[str], lexicon: Lexicon, sent_on: date | None, questions: tuple[str, ...]
) -> CheckInReading | None:
    nothing = CheckInReading(kind=CheckInKind.UNCLEAR)
    if all(len(words_of(line)) <= _COURTESY_WORDS for line in others) and sent_on is None:
        return nothing
    if sent_on is None:
        return None
    found = read_checkin("\n".join(others), sent_on, lexicon, questions) if others else nothing
    return found if found.kind is CheckInKind.CHECKIN else nothing


# --- parting a text into pieces -----------------------------------------------------------------


def _parted(text: str, lines: int, words: _Words) -> tuple[list[_Piece], list[str]]:
    pieces: list[_Piece] = []
    others: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = list(_pieces_of(line[_end(_BULLET.match(line)) :].strip(), lines, words))
        pieces.extend(found)
        if not found:
            others.append(line)
    return pieces, others


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _pieces_of(line: str, lines: int, words: _Words) -> Iterator[_Piece]:
    """Yield the pieces of a line, none when it does not begin with one."""
    whole = _of_all(line, lines, words) or _verb_first(line, words)
    if whole:
        yield whole
        return
    new = ((match.start(), match.end(), ()) for match in _NEW.finditer(line))
    anchors: list[tuple[int, int, tuple[int, ...]]] = sorted([*_anchors(line, words), *new])
    if not anchors or anchors[0][0] != 0:
        return
    for (_, begins, numbers), following in zip(anchors, [*anchors[1:], (len(line), 0, ())], strict=True):
        said = line[begins : following[0]]
        if not numbers:
            yield _Piece((), "new", said.strip(" \t,;"))
            continue
        verb, remark = _verb_of(said, words)
        yield _Piece(numbers, verb, remark)


def _anchors(line: str, words: _Words) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield where numbers stand that something is said of: after a break, or where a verb follows at once."""
    for match in words.numbers.finditer(line):
        begins = match.end() + _end(_AFTER_NUMBER.match(line[match.end() :]))
        if _is_told(line[max(0, match.start() - _NEAR) : match.start()], line[begins : begins + _NEAR], words):
            yield match.start(), begins, tuple(int(number) for number in re.findall(r"\d+", match.group(1)))


def _is_told(before: str, behind: str, words: _Words) -> bool:
    if _BREAK.search(before) or _leading_verb(words_of(behind), words):
        return True
    return bool(_PAUSE.search(before)) and _is_day(_UP_TO_BREAK.split(behind)[0].strip(_AROUND), words.lexicon)


def _of_all(line: str, lines: int, words: _Words) -> _Piece | None:
    """`all done`; `rest → Thu` is told by numbers that no other piece names, marked 0 until then."""
    found = words_of(line)
    texts = tuple(word.text for word in found)
    for phrases, numbers in ((words.all, tuple(range(1, lines + 1))), (words.rest, (0,))):
        for phrase in phrases:
            if texts[: len(phrase)] == phrase and len(found) > len(phrase):
                verb, remark = _verb_of(line[found[len(phrase)].start :], words)
                return _Piece(numbers, verb, remark) if verb else None
    return None


def _verb_first(line: str, words: _Words) -> _Piece | None:
    """`done: 1, 3`: a verb, then nothing but numbers."""
    hit = _leading_verb(words_of(line), words)
    if hit is None:
        return None
    rest = line[words_of(line)[hit[1] - 1].end :].strip(_AROUND)
    match = words.numbers.fullmatch(rest)
    return _Piece(tuple(int(n) for n in re.findall(r"\d+", match.group(1))), hit[0], "") if match else None


# --- verbs --------------------------------------------------------------------------------------


def _leading_verb(found: Sequence[Word], words: _Words) -> tuple[str, int] | None:
    """Return the verb that words begin with and how many words it takes, small words before it included."""
    texts = tuple(word.text for word in found)
    skipped = next((n for n, text in enumerate(texts) if text not in words.fillers), len(texts))
    for start in dict.fromkeys((0, skipped)):
        for phrase, verb in words.verbs:
            if texts[start : start + len(phrase)] == phrase:
                return verb, start + len(phrase)
    return None


def _verb_of(said: str, words: _Words) -> tuple[str, str]:
    """Return the verb of what is said of a line, at its beginning or its end, and the remark beside it."""
    percent = _PERCENT.match(said.strip())
    if percent:
        return ("done" if int(percent[1]) >= 100 else "same"), said.strip(_AROUND) if int(percent[1]) < 100 else ""
    found = words_of(said)
    hit = _leading_verb(found, words)
    if hit:
        verb, taken = hit
        return verb, _remark(said[found[taken - 1].end :], verb, words)
    texts = tuple(word.text for word in found)
    for phrase, verb in words.verbs:
        if len(texts) > len(phrase) and texts[-len(phrase) :] == phrase:
            return verb, ""  # `1 login page done` says the line again
    remark = said.strip(_AROUND)
    return "moved" if _is_day(remark, words.lexicon) else "", remark


def _is_day(text: str, lexicon: Lexicon) -> bool:
    """Whether a text is the name of a day and nothing else: `2 tomorrow` moves the line there."""
    if not text or len(words_of(text)) > _DAY_WORDS:
        return False
    found = read_when(text, _ANY_DAY, lexicon)
    return found is not None and len(found.evidence.strip(_AROUND)) == len(text)


def _remark(after: str, verb: str, words: _Words) -> str:
    remark = after.strip(_AROUND)
    if verb == "moved":
        found = words_of(remark)
        if len(found) > 1 and found[0].text in words.to:
            return remark[found[1].start :]
    return remark


# --- what it comes to ---------------------------------------------------------------------------


@dataclass
class _Merging:
    done: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    blockers: list[str] = field(default_factory=list)


def _with(line: str, remark: str) -> str:
    return f"{line} ({remark})" if remark else line


def _done(into: _Merging, line: str, remark: str) -> None:
    into.done.append(_with(line, remark))


def _moved(into: _Merging, line: str, remark: str) -> None:
    into.next.append(f"{_MOVED_BEFORE.sub('', line)} → {remark}" if remark else line)


def _kept(into: _Merging, line: str, remark: str) -> None:
    into.next.append(_with(line, remark))


def _blocked(into: _Merging, line: str, remark: str) -> None:
    into.next.append(line)
    into.blockers.append(f"{line}: {remark}" if remark else line)


_BECOMES: dict[str, Callable[[_Merging, str, str], None]] = {
    "done": _done,
    "dropped": lambda into, line, remark: None,
    "moved": _moved,
    "same": _kept,
    "blocked": _blocked,
    "": _kept,
}


def _merged(
    plan: Sequence[str], blockers: Sequence[str], pieces: Sequence[_Piece], beside: CheckInReading, text: str
) -> CheckInReading:
    said = _by_line(pieces, len(plan))
    into = _Merging()
    for number, line in enumerate(plan, start=1):
        piece = said.get(number)
        _BECOMES[piece.verb if piece else ""](into, line, piece.remark if piece else "")
    cleared = tuple(
        line
        for number, line in enumerate((*plan, *blockers), start=1)
        if number in said and said[number].verb in (("dropped",) if number <= len(plan) else ("done", "dropped"))
    )
    new = [piece.remark for piece in pieces if piece.verb == "new" and piece.remark]
    return CheckInReading(
        kind=CheckInKind.CHECKIN,
        done=(*into.done, *beside.done),
        next=tuple(dict.fromkeys((*into.next, *new, *beside.next))),
        blockers=(*into.blockers, *beside.blockers),
        mood=beside.mood,
        away_until=beside.away_until,
        evidence=text.strip(),
        cleared=cleared,
        unblocked=beside.unblocked,
        answers=beside.answers,
    )


def _by_line(pieces: Sequence[_Piece], lines: int) -> dict[int, _Piece]:
    """The last thing said of a line counts; `rest` speaks of the lines nothing else was said of."""
    said = {number: piece for piece in pieces for number in piece.numbers if number}
    rest = next((piece for piece in pieces if piece.numbers == (0,)), None)
    if rest:
        said |= {number: rest for number in range(1, lines + 1) if number not in said}
    return said
