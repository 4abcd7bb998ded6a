"""A short mail as lines and sentences: bullets, numbers, marks of emphasis, greeting and closing told from the rest.

Must not: know a language (greetings and closings come from the lexicon's [checkin] table), or judge what a line says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date_words import month_words
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of

LONGEST_TEXT = 8_000  # letters looked at: a check-in or a request is short, and stands at the top
_MOST_LINES = 400
_BULLET = re.compile(r"\s*(?:[-*+•‣▪▫◦·●○–—→>»]|[-*]\s?\[[ xX]?\])\s+(?=\S)")
_CHECKBOX = re.compile(r"^\[[ xX✓✔]?\]\s*")
_NUMBER = re.compile(r"\s*\(?(\d{1,2})\s?(?:[.)\]:/-]+|\s[-–—])\s*(?=\S|$)")
_EMPHASIS = re.compile(r"(\*\*|__|``?|~~)|(?<!\w)[*_](?=\w)|(?<=[\w:.!?])[*_](?!\w)")
_PLAIN_LINE = re.compile(r"[^\W\d_][^*_`~]*")  # begins with a letter and holds no mark: as it stands, as most lines
_SIGNATURE = re.compile(r"^(?:-- ?|—|__+|--+|\*\*+|==+)$")
_INDENT = re.compile(r" {4}| {0,3}\t")  # as code is set off from text
_SIGNS_OF_CODE = ("    ", "\t", "```", "~~~")
_FENCE = re.compile(r" {0,3}(```|~~~)[^`]*$")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_SENTENCE_END = re.compile(r"([.!?…]+[)\"'”»]?|[:;]-?[()DP])\s+(?=\S)")
_SHORT_WORD = re.compile(r"(?:^|[\s(])(?:[^\W\d_]|[A-Z][bcdfghjklmnpqrstvwxz]{1,2}|(?:[^\W\d_]\.)+[^\W\d_])$")
_DATED = re.compile(r"(?<!\d)\d{1,2}\.\d{1,2}$")
_DAY = re.compile(r"(?<![\d.,])\d{1,2}$")
_TAIL = 12  # letters before a dot that tell what kind of dot it is
_MOST_CLOSING_LINES = 7
_LONGEST_NAME = 5  # words of a name, or of a line below a closing
_LONGEST_MANNERS = 300  # letters of a line that greets or closes; a paragraph on one line does not
_LONGEST_GREETING = 6
_LONGEST_LINE = 100  # letters of a line that is one of several answers
_SHORT_LINE = 60  # letters that no mail program breaks a line at


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the author's: its text without bullet, number and emphasis, and which of these it had."""

    text: str
    bullet: bool = False
    number: int | None = None
    quoted: bool = False
    heading: bool = False  # the whole line was emphasised or marked as a heading
    code: bool = False  # set off as code is: indented by four, or between lines of "```"

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing is written here."""
        return not self.text


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text, at most so many as a person writes; invisible characters become spaces or go."""
    plain = text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    plain = re.sub("[\ufeff\u200b\u200c\u2060\u00ad]", "", plain)
    plain = re.sub("[\u00a0\u202f\u2007]", " ", plain)
    raws = plain.split("\n")[:_MOST_LINES]
    lines = [_line(raw.replace("\t", " ").strip()) for raw in raws]
    if not any(sign in plain for sign in _SIGNS_OF_CODE):
        return lines
    code = _code_places(raws, lines)
    return [replace(line, code=True) if place in code else line for place, line in enumerate(lines)]


def _code_places(raws: Sequence[str], lines: Sequence[Line]) -> frozenset[int]:
    """Return where code stands: between fences; and indented by four or more, but below a line of a list."""
    found: set[int] = set()
    fence, is_within = "", False  # is_within: the lines above belong to a list
    for place, (raw, line) in enumerate(zip(raws, lines, strict=True)):
        mark = _FENCE.match(raw)
        if fence or mark:
            found.add(place)
            fence = _fence_after(fence, mark[1] if mark else "")
        elif line.bullet or line.number is not None:
            is_within = True
        elif line.text and _INDENT.match(raw) and not is_within:
            found.add(place)
        elif line.text:
            is_within = is_within and raw[:1] in (" ", "\t")
    return frozenset(found)


def _fence_after(fence: str, mark: str) -> str:
    """Return the fence that is open below a line with this mark; only its like closes one."""
    return "" if fence and mark == fence else fence or mark


def _line(raw: str) -> Line:
    if _PLAIN_LINE.fullmatch(raw):
        return Line(raw)
    quoted = _QUOTED.match(raw)
    if quoted:
        inner = _line(raw[quoted.end() :])
        return Line(inner.text, number=inner.number, quoted=True)
    heading = bool(re.match(r"#{1,6}\s|(\*\*|__|\*|_).+\1:?$", raw))
    rest = re.sub(r"^#{1,6}\s+", "", raw)
    bullet = _BULLET.match(rest)
    rest = _CHECKBOX.sub("", rest[bullet.end() :]) if bullet else rest
    rest = _EMPHASIS.sub("", rest).strip()
    if rest and not any(char.isalnum() for char in rest) and len(rest) <= 2 and rest in "-–—*_+•":
        return Line(rest, bullet=False)
    number = _NUMBER.match(rest)
    if number and not re.match(r"\s*\d+\s*[/:.]\d", rest):
        return Line(rest[number.end() :].strip(), bullet=bool(bullet), number=int(number[1]), heading=heading)
    return Line(rest, bullet=bool(bullet), heading=heading)


def stands_alone(line: Line) -> bool:
    """Tell whether a line is whole in itself, not wrapped into the next."""
    return len(line.text) < _LONGEST_LINE and (line.text[-1:] in ".!?" or len(line.text) < _SHORT_LINE)


def paragraphs_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines by paragraph, without the empty lines between."""
    found: list[list[Line]] = [[]]
    for line in lines:
        if line.is_blank:
            found.append([])
        else:
            found[-1].append(line)
    return [paragraph for paragraph in found if paragraph]


class _Manners:
    """Greetings and closings of all languages."""

    def __init__(self, lexicon: Lexicon) -> None:
        tables = lexicon.tables("checkin")
        self.greetings = Phrases(listed(tables, ("greeting",)))
        self.closings = Phrases(listed(tables, ("closing",)))
        self.names = frozenset(
            word.text for _, _, name in listed(tables, ("greeting_names",)) for word in words_of(name)
        )


@lru_cache(maxsize=8)
def _manners(lexicon: Lexicon) -> _Manners:
    return _Manners(lexicon)


def without_manners(lines: Sequence[Line], lexicon: Lexicon) -> list[Line]:
    """Return the lines without the greeting above and the closing words, name and signature below."""
    manners = _manners(lexicon)
    kept = list(lines)
    kept = kept[: _signature_start(kept)]
    _strip_blank(kept)
    while kept and _greets_only(kept[0], manners):
        del kept[0]
        _strip_blank(kept)
    if kept:
        kept[0] = _without_greeting(kept[0], manners)
    return _without_closing(kept, manners, lexicon)


def _strip_blank(lines: list[Line]) -> None:
    while lines and lines[0].is_blank:
        del lines[0]
    while lines and lines[-1].is_blank:
        del lines[-1]


def _signature_start(lines: Sequence[Line]) -> int:
    for index, line in enumerate(lines):
        if (
            (index or line.text.startswith("--"))
            and _SIGNATURE.match(line.text)
            and len(line.text) > 1
            and not line.bullet
        ):
            return index
    return len(lines)


def _longest(hits: Sequence[Hit]) -> int:
    return max((hit.end for hit in hits), default=0)


def _greets_only(line: Line, manners: _Manners) -> bool:
    """Tell whether a line is a greeting and nothing more, but names."""
    if line.bullet or line.quoted or line.number is not None or len(line.text) > _LONGEST_MANNERS:
        return False
    words = words_of(line.text)
    greeted = _longest(tuple(manners.greetings.at(words, 0))) if words else 0
    if not greeted or len(words) > _LONGEST_GREETING or "?" in line.text or ":" in line.text.rstrip(":"):
        return False
    rest = line.text[words[greeted - 1].end :]
    if any(mark in rest.strip(" ,!.:-–") for mark in ",.;!–-") and not line.text.endswith((",", "!")):
        return False
    return all(_is_name(word, line.text, manners) for word in words[greeted:])


def _is_name(word: Word, text: str, manners: _Manners) -> bool:
    return word.text in manners.names or text[word.start : word.start + 1].isupper() or not word.text[0].isalnum()


def _without_greeting(line: Line, manners: _Manners) -> Line:
    """Take the greeting off a line that goes on after it ("Hi both - Monday: …", "Hey! Pretty good day")."""
    words = words_of(line.text[:_LONGEST_MANNERS])
    greeted = _longest(tuple(manners.greetings.at(words, 0))) if words and not line.quoted else 0
    if not greeted:
        return line
    for end in range(greeted, min(len(words), greeted + 4) + 1):
        following = line.text[words[end - 1].end : words[end].start if end < len(words) else len(line.text)]
        if following.strip() and following.strip()[0] in ",!.-–—:" and end < len(words):
            if following.strip()[0] == ":" and end == greeted:
                return line
            rest = line.text[words[end].start :]
            return replace(line, text=rest)
        if end < len(words) and not _is_name(words[end], line.text, manners):
            return line
    return line


def _without_closing(lines: list[Line], manners: _Manners, lexicon: Lexicon) -> list[Line]:
    """Cut from the last closing line that has but a name or two below it; then a closing in the last line left."""
    for index in range(len(lines) - 1, max(-1, len(lines) - 1 - _MOST_CLOSING_LINES), -1):
        line = lines[index]
        if _closes(line, manners) and all(_is_signature_line(below) for below in lines[index + 1 :]):
            lines = lines[:index]
    _strip_blank(lines)
    if lines and not lines[-1].quoted:
        lines[-1] = _without_closing_words(lines[-1], manners, lexicon)
        _strip_blank(lines)
    return lines


def _closes(line: Line, manners: _Manners) -> bool:
    if len(line.text) > _LONGEST_MANNERS or line.bullet or line.quoted or line.number is not None or ":" in line.text:
        return False
    is_dashed = line.text[:1] in ("-", "–", "—")
    if not is_dashed and not manners.closings.may_open(line.text):
        return False
    words = words_of(line.text)
    if not words:
        return False
    if is_dashed and len(words) <= 3:
        return True
    closed = _longest(tuple(manners.closings.at(words, 0)))
    if not closed:
        return False
    between = line.text[words[closed - 1].end : words[closed].start] if closed < len(words) else ""
    rest = words[closed:]
    if "," not in between and "!" not in between and rest:
        return (len(rest) <= 3 and all(_is_name(word, line.text, manners) for word in rest)) or _closes_twice(
            words, closed, manners
        )
    return len(rest) <= _LONGEST_NAME


def _closes_twice(words: Sequence[Word], start: int, manners: _Manners) -> bool:
    skipped = start + 1
    return any(
        hit.end >= len(words) - 1
        for at in (start, skipped)
        if at < len(words)
        for hit in manners.closings.at(words, at)
    )


def _is_signature_line(line: Line) -> bool:
    return (
        len(line.text) <= _LONGEST_MANNERS
        and len(words_of(line.text)) <= _LONGEST_NAME
        and not line.bullet
        and ":" not in line.text
        and line.number is None
    )


def _without_closing_words(line: Line, manners: _Manners, lexicon: Lexicon) -> Line:
    """Take closing words off the end of the last line when they are a sentence of their own there."""
    sentences = told = sentences_of(line.text, lexicon)
    while len(sentences) > 1:
        words = words_of(sentences[-1])
        closed = _longest(tuple(manners.closings.at(words, 0))) if words else 0
        if not closed or len(words) - closed > 2 or "?" in sentences[-1]:
            break
        sentences = sentences[:-1]
    text = line.text if len(sentences) == len(told) else " ".join(sentences)
    return line if text == line.text else replace(line, text=text)


@lru_cache(maxsize=8)
def _after_ordinals(lexicon: Lexicon) -> frozenset[str]:
    """Return the words that go on after the number of a day ("3. bis 14. August"): months, and words of a range."""
    ranges = listed(lexicon.tables("date"), ("to", "and", "until", "at"))
    return month_words(lexicon) | {words[0].text for _, _, phrase in ranges if (words := words_of(phrase))}


@lru_cache(maxsize=8)
def _before_ordinals(lexicon: Lexicon) -> frozenset[str]:
    """Return the words that stand before the number of a day with a dot ("am 2. wieder da")."""
    dotted = listed(lexicon.tables("date"), ("article_dotted",))
    return frozenset(words[-1].text for _, _, phrase in dotted if (words := words_of(phrase)))


def _goes_on(before: str, after: str, ordinals: frozenset[str], dotted: frozenset[str]) -> bool:
    """Tell whether the dot between two stretches belongs to a number of a date or a list, and ends no sentence."""
    if not before[-1:].isdecimal():
        return False
    if before.strip().isdecimal() or (_DATED.search(before) and after[:1].islower()):
        return True
    if not _DAY.search(before):
        return False
    leads, words = words_of(before)[-2:-1], words_of(after)
    if leads and leads[0].text in dotted and after[:1].islower():
        return True
    return bool(words) and words[0].text in ordinals


def sentences_of(text: str, lexicon: Lexicon) -> list[str]:
    """Return the sentences of a text, as written; the dot of an abbreviation, an initial or a date ends none."""
    ordinals, dotted = _after_ordinals(lexicon), _before_ordinals(lexicon)
    found = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(start, match.start(1) - _TAIL) : match.start(1)]
        if match[1] == "." and (
            _SHORT_WORD.search(before) or _goes_on(before, text[match.end() : match.end() + 40], ordinals, dotted)
        ):
            continue
        found.append(text[start : match.end(1)].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]
