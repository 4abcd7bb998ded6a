"""Several things answered in one line: `V-1: Porto, V-2: yes`, `V-1 A V-2 no`, and one answer for several of them:
`V-1 and V-2: yes`. A line is cut before each mark that begins an answer.

Words that join marks come from the table [items]. Must not: say what an answer means (the caller hands in who does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import with_plain_dashes

_MARK = r"\[?(?<![^\W_])[VCTPO](?:-|[ ]?)\d{1,7}(?!\w|[.,:]\d)\]?"
_ONE = re.compile(r"([VCTPO])[- ]?(\d{1,7})", re.IGNORECASE)
_SIGN = re.compile(r"[*_]{0,2}\s{0,3}(?:[:：)=]|[–—-](?=\s))")
_SEPARATORS = (",", ";", ".", "!", "|", "，", "；", "。", "、")
_LONGEST_LINE = 1_000
_LONGEST_TAIL = 40  # letters at the end of a stretch where what joins it to the next may stand
_MOST_IN_LINE = 20  # groups of marks; a line with more is left whole

Takes = Callable[[str], bool]  # whether a mark stands for something that can be answered
Answers = Callable[[str, str], bool]  # (mark, words) → whether they are an answer to it as they stand


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of a line: what it says, and the marks besides the one it begins with that this is said of."""

    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkGroup:
    """Marks joined to each other, and where they stand."""

    marks: tuple[str, ...]
    start: int
    last: int  # where the last of them begins
    end: int
    is_dashed: bool

    def is_signed(self, line: str) -> bool:
        """Whether a colon, or what stands for one, follows in this line."""
        return _SIGN.match(line, self.end) is not None


def parts_of(line: str, lexicon: Lexicon, takes: Takes, answers: Answers, *, opens: bool) -> tuple[Part, ...]:
    """Return the stretches of a line, one where it is whole.

    `opens` says whether the line itself begins an answer; then a space is enough between two of them, where what
    stands around it are answers. In doubt a line is left whole.
    """
    if len(line) > _LONGEST_LINE:
        return (Part(line),)
    plain = with_plain_dashes(line)
    found = islice(_groups(plain, lexicon), _MOST_IN_LINE + 1)
    groups = [group for group in found if all(takes(mark) for mark in group.marks)]
    if not groups or len(groups) > _MOST_IN_LINE:
        return (Part(line),)
    if len(groups) == 1 and len(groups[0].marks) == 1 and not plain[: groups[0].start].strip("> *_-•"):
        return (Part(line),)
    cuts = list(_cuts(plain, groups, lexicon, answers, opens=opens))
    if not cuts:
        return (Part(line),)
    edges = [group.start for group in cuts[1:]] + [len(line)]
    head = _trimmed(line[: cuts[0].start], lexicon) if cuts[0].start else ""
    parts = [Part(head)] if head.strip("> *_-•") else []
    for group, end in zip(cuts, edges, strict=True):
        text = line[group.last : end] if end == len(line) else _trimmed(line[group.last : end], lexicon)
        parts.append(Part(text, group.marks[:-1]))
    return tuple(parts)


def _cuts(
    line: str, groups: list[MarkGroup], lexicon: Lexicon, answers: Answers, *, opens: bool
) -> Iterator[MarkGroup]:
    """Yield the groups of marks that begin an answer."""
    before: MarkGroup | None = None
    for index, group in enumerate(groups):
        end = groups[index + 1].start if index + 1 < len(groups) else len(line)
        words = _trimmed(line[group.end : end], lexicon)
        said = words[match.end() :] if (match := _SIGN.match(words)) else words
        if _begins(line, group, said, before, lexicon, answers, opens=opens):
            before = group
            yield group


def _begins(
    line: str, group: MarkGroup, said: str, before: MarkGroup | None, lexicon: Lexicon, answers: Answers, *, opens: bool
) -> bool:
    is_signed = group.is_signed(line)
    if not is_signed and not group.is_dashed:
        return False
    fits = bool(said.strip()) and all(answers(mark, said.strip()) for mark in group.marks)
    if not line[: group.start].strip("> *_-•[("):
        return is_signed or fits or (opens and len(group.marks) == 1)
    above = line[: group.start]
    if _trimmed(above, lexicon) != above.rstrip() or above.rstrip().endswith(_SEPARATORS):
        return is_signed or (fits and before is not None)
    if before is None or not fits:
        return False
    told = line[before.end : group.start]
    told = told[match.end() :] if (match := _SIGN.match(told)) else told
    is_alike = is_signed or not before.is_signed(line)
    return is_alike and all(answers(mark, told.strip()) for mark in before.marks)


def _trimmed(text: str, lexicon: Lexicon) -> str:
    """Return a text without the comma or the "and" at its end."""
    cut = max(0, len(text) - _LONGEST_TAIL)
    return text[:cut] + _tail(lexicon).sub("", text[cut:])


@lru_cache(maxsize=8)
def joins(lexicon: Lexicon) -> str:
    """Return the words that join two things, as alternatives of a pattern."""
    return "|".join(sorted(map(re.escape, lexicon.words("items", "and")), key=len, reverse=True)) or "&"


@lru_cache(maxsize=8)
def _tail(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s,;|，；、]{{1,5}}|[\s,;|]{{1,3}}(?:{joins(lexicon)})\s{{1,3}})+$", re.IGNORECASE)


@lru_cache(maxsize=8)
def _group(lexicon: Lexicon) -> re.Pattern[str]:
    words = rf"(?:{joins(lexicon)})\s{{1,2}}"
    join = rf"(?:\s{{0,2}}[,，、]\s{{0,2}}(?:{words})?|\s{{0,2}}[+&/]\s{{0,2}}|\s{{1,2}}{words})"
    return re.compile(rf"{_MARK}(?:{join}{_MARK}){{0,20}}", re.IGNORECASE)


def groups_in(line: str, lexicon: Lexicon) -> tuple[MarkGroup, ...]:
    """Return the groups of marks that a line names, "V-1 and V-2" as one; only so many."""
    return tuple(islice(_groups(with_plain_dashes(line), lexicon), _MOST_IN_LINE))


def _groups(line: str, lexicon: Lexicon) -> Iterator[MarkGroup]:
    for found in _group(lexicon).finditer(line):
        ones = list(_ONE.finditer(line, found.start(), found.end()))
        marks = tuple(dict.fromkeys(f"{one[1].upper()}-{one[2]}" for one in ones))
        last = ones[-1].start() - (line[ones[-1].start() - 1 : ones[-1].start()] == "[")
        yield MarkGroup(marks, found.start(), last, found.end(), all("-" in one[0] for one in ones))
