"""Lines that govern a round ("extend until Friday 17:00"), settings in one word, and `undo`.

A governing line stands first in the new text and says what it wants with the words of table [govern]; what it does not
say with them is no governing line. Must not: know who may govern, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from gateway.model.understood import Governing, GoverningAct, Setting, Undo, Word
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import marks_in, without_marks
from gateway.understand.reading.courtesy import without_greeting
from gateway.understand.reading.date import find_dates
from gateway.understand.reading.govern_deadline import end_of, read_deadline
from gateway.understand.reading.govern_options import read_added_option, read_corrected_options, read_options_named
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of
from gateway.understand.reading.phrases import Word as Token
from gateway.understand.reading.spelling import is_spelt_so

_TABLE = "govern"
_MOST_WORDS = 80  # a longer text is talk; only a new text for a round may be long
_LINE_WORDS = 30
_SETTING_WORDS = 10
_LONGEST_SETTING = 500  # letters
_MARK = re.compile(r"^\W*\[?\b[VC]-\d{1,7}\b\]?\s*:|\[?\b[VC]-\d{1,7}\b\]?", re.IGNORECASE)
_LABEL = re.compile(r"^([^:：\n]{1,60})[:：]\s*(.*)$", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s+[-–—]\s+")
_TRAIL = " \t\r\n.!;,:–—-"

_PLAIN_ACTS = (GoverningAct.CANCEL, GoverningAct.CLOSE, GoverningAct.RESUME, GoverningAct.VOTE)
_TEXT_ACTS = (GoverningAct.CORRECT, GoverningAct.AMEND, GoverningAct.ADD_OPTION)  # what they change follows
_REASONED = (GoverningAct.CANCEL, GoverningAct.EXTEND, GoverningAct.RESUME)
_UNITS = ("minute", "hour", "day", "week")
_SPAN_UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}


@lru_cache(maxsize=8)
def _acts(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), [act.value for act in GoverningAct]))


@lru_cache(maxsize=8)
def _fillers(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("polite", "object", "only")))


@lru_cache(maxsize=8)
def _because(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("because",)))


@lru_cache(maxsize=8)
def _lengths(lexicon: Lexicon) -> Phrases:
    dates = listed(lexicon.tables("date"), _UNITS)
    return Phrases((*dates, *listed(lexicon.tables(_TABLE), ("working_day", "working_hour"))))


@lru_cache(maxsize=8)
def _numbers(lexicon: Lexicon) -> dict[str, int]:
    found: dict[str, int] = {}
    for phrase in lexicon.words(_TABLE, "another"):
        found.update((word.text, 1) for word in words_of(phrase))
    for table in lexicon.tables("date").values():
        for phrase, number in table.get("numbers", {}).items():
            words = words_of(phrase)
            if len(words) == 1 and isinstance(number, int):
                found.setdefault(words[0].text, number)
    return found


# --- governing ------------------------------------------------------------------------------------------------------


def read_governing(text: str, sent_at: datetime, lexicon: Lexicon, options: Sequence[str] = ()) -> Governing | None:
    """Return what the first line of a new text asks of a round, or None when it is no governing line.

    `sent_at` is aware, in its author's zone. `options` are those of the vote it answers: a line that is one of them is
    a ballot ("Cancel" where that can be chosen).
    """
    text = _MARK.sub(" ", without_greeting(text), count=1).strip()
    if not text or _is_option(text, options):
        return None
    return read_corrected_options(text, lexicon) or _labelled(text, sent_at, lexicon) or _stated(text, sent_at, lexicon)


def _is_option(text: str, options: Sequence[str]) -> bool:
    said = [word.text for word in words_of(text.partition("\n")[0])]
    return any(said == [word.text for word in words_of(option)] for option in options)


def _labelled(text: str, sent_at: datetime, lexicon: Lexicon) -> Governing | None:
    """Read `add option: Madrid`, `amend: …`, `cancel: nobody has time`."""
    found = _LABEL.match(text)
    if not found:
        return None
    hits = _whole_acts(words_of(found[1]), lexicon)
    act = next((act for act in (*_TEXT_ACTS, GoverningAct.CANCEL) if act.value in hits), None)
    if act is None or not found[2].strip():
        return None
    says = found[2].strip()
    if act is GoverningAct.ADD_OPTION:
        says = says.partition("\n")[0].strip(_TRAIL + "\"'“”«»„")
    until = read_deadline(found[1], says, sent_at, lexicon) if act is GoverningAct.CORRECT else None
    if until:
        return Governing(GoverningAct.EXTEND, until=until)
    options = read_options_named(says, lexicon) if act is GoverningAct.CORRECT else ()
    if options:
        return Governing(GoverningAct.CORRECT_OPTIONS, options=options)
    return Governing(act, text=says)


def _whole_acts(words: Sequence[Token], lexicon: Lexicon) -> frozenset[str]:
    """Return the acts that these words are the whole of, politeness apart; else with the round not named."""
    for left in (_left(words, lexicon, ("polite",)), _left(words, lexicon)):
        hits = frozenset(hit.key for hit in _acts(lexicon).whole(left) if is_spelt_so(left, hit, lexicon))
        if hits:
            return hits
    return frozenset()


def _left(words: Sequence[Token], lexicon: Lexicon, keys: Sequence[str] = ("polite", "object")) -> tuple[Token, ...]:
    """Return the words without those that are only polite, or only name the round."""
    covered: set[int] = set()
    for start in range(len(words)):
        hits = [hit for hit in _fillers(lexicon).at(words, start) if hit.key in keys]
        if hits and not any(hit.end > start + 1 for hit in _acts(lexicon).at(words, start)):
            covered.update(range(start, max(hit.end for hit in hits)))
    return tuple(word for index, word in enumerate(words) if index not in covered)


def _stated(text: str, sent_at: datetime, lexicon: Lexicon) -> Governing | None:
    """Read a sentence that governs; what follows it is the reason."""
    if len(text.split()) > _MOST_WORDS:
        return None
    first, _, below = text.partition("\n")
    parts = _SENTENCE.split(first, maxsplit=1)
    sentence, rest = parts[0], " ".join((*parts[1:], below)).strip()
    words = words_of(sentence)
    if not words or len(words) > _LINE_WORDS or sentence.rstrip().endswith("?"):
        return None
    plain = _plain(sentence, words, lexicon)
    if plain:
        act, reason = plain
        return Governing(act, text=(reason or rest) if act in _REASONED else "")
    return read_added_option(sentence, lexicon) or _extended(sentence, words, rest, sent_at, lexicon)


def _plain(sentence: str, words: Sequence[Token], lexicon: Lexicon) -> tuple[GoverningAct, str] | None:
    """Return the act that is all the sentence says, and the reason behind a "because"."""
    said, reason = words, ""
    for hit in _because(lexicon).find(words):
        said, reason = words[: hit.start], sentence[words[hit.start].start :].strip(_TRAIL)
        break
    hits = _whole_acts(said, lexicon)
    act = next((act for act in _PLAIN_ACTS if act.value in hits), None)
    return (act, reason) if act else None


def _extended(
    sentence: str, words: Sequence[Token], rest: str, sent_at: datetime, lexicon: Lexicon
) -> Governing | None:
    """Read `extend until Friday 17:00`, `extend by 2 days`; the verb stands at the start or the end."""
    hit = _at_an_end(words, lexicon)
    if hit is None:
        return None
    head, tail = sentence[: words[hit.start].start], sentence[words[hit.end - 1].end :]
    about = (tail if hit.start == 0 or tail.strip(_TRAIL) else head).strip(_TRAIL)
    length = _length(words_of(about), lexicon)
    if length:
        return Governing(GoverningAct.EXTEND, for_span=length, text=rest)
    dates = find_dates(about, sent_at, lexicon)
    if len(dates) != 1:
        return None if dates or _left(words_of(about), lexicon) else Governing(GoverningAct.EXTEND)
    return Governing(GoverningAct.EXTEND, until=end_of(dates[0], sent_at), text=rest)


def _at_an_end(words: Sequence[Token], lexicon: Lexicon) -> Hit | None:
    """Return the verb of extending at the start or the end of a sentence, fillers apart."""
    left = _left(words, lexicon)
    for hit in _acts(lexicon).find(words):
        if hit.key != GoverningAct.EXTEND:
            continue
        outside = [word for word in left if not words[hit.start].start <= word.start < words[hit.end - 1].end]
        before = [word for word in outside if word.start < words[hit.start].start]
        if not before or len(before) == len(outside):
            return hit
    return None


def _length(words: Sequence[Token], lexicon: Lexicon) -> str:
    """Return a length as spans are written (`2 working days`), "" when none is named."""
    return next((length for length, _, _ in lengths_in(words, lexicon)), "")


def lengths_in(words: Sequence[Token], lexicon: Lexicon) -> Iterator[tuple[str, int, int]]:
    """Yield lengths as spans are written (`2 working days`), each with the words [start, end) that say it."""
    counted = [(number, index) for index, word in enumerate(words) if (number := _number(word, lexicon))]
    # Figures first: a number word of one language may be a little word of another ("um 2 Tage").
    for number, index in sorted(counted, key=lambda pair: not words[pair[1]].text.isdigit()):
        for begin in (index + 1, index + 2):  # one word may stand between: "2 more days"
            hits = list(_lengths(lexicon).at(words, begin)) if begin < len(words) else []
            if hits:
                last = max(hits, key=lambda hit: hit.end)
                unit = _SPAN_UNITS.get(last.key) or last.key.replace("_", " ") + "s"
                yield f"{number} {unit}", index, last.end
                break


def _number(word: Token, lexicon: Lexicon) -> int:
    """Return the number a word stands for, 0 for none."""
    if word.text.isdecimal():
        return int(word.text) if len(word.text) < 4 else 0
    return _numbers(lexicon).get(word.text, 0)


# --- one word -------------------------------------------------------------------------------------------------------


# Words of a setting that are no setting of all mail: they need the channel or the thread that they are about.
_OF_ONE = (Word.DAILY, Word.WEEKLY)
_RHYTHM_LISTS = {"word_daily": Word.DAILY, "word_weekly": Word.WEEKLY}
# Of one channel or thread a word may be both; the second is what it comes to.
_SAME_OF_ONE = ((Word.STOP, Word.MUTE), (Word.DAILY, Word.DIGEST))


@lru_cache(maxsize=8)
def _settings(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), [word.value for word in Word if word not in _OF_ONE]))


@lru_cache(maxsize=8)
def _settings_of_one(lexicon: Lexicon) -> Phrases:
    """Return what may be said of one channel or thread: the settings, rhythms, and that one wants no more of it."""
    own = listed(lexicon.tables(_TABLE), [word.value for word in Word if word not in _OF_ONE])
    quiet = ((Word.MUTE.value, language, words) for _, language, words in listed(lexicon.tables(_TABLE), ("no-more",)))
    rhythms = (
        (_RHYTHM_LISTS[key].value, language, words)
        for key, language, words in listed(lexicon.tables("command"), _RHYTHM_LISTS)
    )
    return Phrases((*own, *quiet, *rhythms))


@lru_cache(maxsize=8)
def _of_channel(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("of-channel", "polite")))


def read_setting(
    text: str, lexicon: Lexicon, options: Sequence[str] = (), channels: Iterable[str] = ()
) -> Setting | None:
    """Return the setting that is the whole new text in one word (`less`, `mute`), politeness apart; else None.

    `options` are those of the vote it answers: a word that is one of them is a ballot. `channels` are those there are:
    a setting may name one ("mute #design"), or a thread by its mark ("mute P-14").
    """
    words = words_of(text) if len(text) <= _LONGEST_SETTING else ()
    if not words or len(words) > _SETTING_WORDS or _is_option(text, options):
        return None
    word = _one_word(words, _settings(lexicon), lexicon)
    if word:
        return Setting(word)
    named = _CHANNEL_NAMED.findall(text)  # one that there is not as well: its author is told which there are
    for channel in (*channels, *(named if len(named) == 1 else ())):
        rest = _without_channel(words, channel, lexicon)
        if rest and (word := _one_word(rest, _settings_of_one(lexicon), lexicon)):
            return Setting(word, channel)
    return _setting_of_thread(text, lexicon)


_CHANNEL_NAMED = re.compile(r"(?<!\S)#([^\W\d_][\w-]{0,60})")


def _setting_of_thread(text: str, lexicon: Lexicon) -> Setting | None:
    """Read `mute P-14`, `weekly P-14`: a thread named by its mark, and nothing else beside the setting."""
    marks = marks_in(text)
    if len(marks) != 1:
        return None
    rest = _before_the_name(words_of(without_marks(text)), lexicon)
    word = _one_word(rest, _settings_of_one(lexicon), lexicon) if rest else None
    return Setting(word, mark=marks[0]) if word else None


def _before_the_name(words: Sequence[Token], lexicon: Lexicon) -> tuple[Token, ...]:
    """Return the words without the little words at their end that lead to a name."""
    left = tuple(words)
    while left and (longest := next((n for n in (2, 1) if _of_channel(lexicon).whole(left[-n:])), 0)):
        left = left[:-longest]
    return left


def _one_word(words: tuple[Token, ...], settings: Phrases, lexicon: Lexicon) -> Word | None:
    """Return the setting that words are the whole of, as they stand or politeness apart; None where several are."""
    for left in (words, _left(words, lexicon), _left(words, lexicon, ("polite", "object", "only"))):
        keys = {hit.key for hit in settings.whole(left) if is_spelt_so(left, hit, lexicon)}
        for general, plain in _SAME_OF_ONE:
            if plain in keys:
                keys.discard(general)
        if keys:
            return Word(keys.pop()) if len(keys) == 1 else None
    return None


def _without_channel(words: Sequence[Token], channel: str, lexicon: Lexicon) -> tuple[Token, ...]:
    """Return the words without a channel's name and the little words that lead to it; () where it is not named."""
    named = tuple(word.text for word in words_of(channel))
    starts = (n for n in range(len(words)) if named and tuple(w.text for w in words[n : n + len(named)]) == named)
    start = next(starts, None)
    if start is None:
        return ()
    before, beyond = words[:start], words[start + len(named) :]
    beyond = beyond[1:] if beyond and _of_channel(lexicon).whole(beyond[:1]) else beyond
    return (*_before_the_name(before, lexicon), *beyond)


@lru_cache(maxsize=8)
def _undoing(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("undo",)))


@lru_cache(maxsize=8)
def _of_line(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("of_line",)))


def read_undo(text: str, lexicon: Lexicon) -> Undo | None:
    """Return what `undo` or `undo 2` takes back when it is the whole first line of a short text; else None."""
    asked = read_undos(text, lexicon)
    return asked[0] if len(asked) == 1 else None


def read_undos(text: str, lexicon: Lexicon, marks: Sequence[str] = ()) -> tuple[Undo, ...]:
    """Return what `undo`, `undo line 2` or `undo 1 and 3` takes back, the last line first; () for any other text.

    `marks` are those that may stand for a line: "undo V-1".
    """
    first = without_greeting(text).partition("\n")[0]
    by_mark = tuple(Undo(mark=mark) for mark in dict.fromkeys(marks_in(first)) if mark in marks)
    words = _left(words_of(without_marks(first) if by_mark else first), lexicon, ("polite",))
    if not words or len(words) > _SETTING_WORDS or len(by_mark) < len(set(marks_in(first))):
        return ()
    if _undoing(lexicon).whole(words):
        return by_mark or (Undo(),)
    for at in range(1, len(words)):
        named = _undoing(lexicon).whole(words[:at])
        if named and (by_mark or any(word.text.isdecimal() for word in words[at:])):
            numbers = _lines_named(words[at:], lexicon)
            if numbers is not None:
                return (*by_mark, *(Undo(number) for number in sorted(numbers, reverse=True)))
    return ()


def _lines_named(words: Sequence[Token], lexicon: Lexicon) -> frozenset[int] | None:
    """Return the numbers of lines that words name, None where they say anything else."""
    numbers = [word for word in words if word.text.isdecimal() and 0 < int(word.text) < 100]
    others = [word for word in words if word not in numbers]
    if any(not _of_line(lexicon).whole((word,)) for word in others):
        return None
    return frozenset(int(word.text) for word in numbers)
