"""Labels of a check-in ("Done:", "Yesterday", "B -", a quoted question) and the lines that stand under each.

Must not: know a language, or judge what a line says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.understand.reading.checkin_words import Speech
from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import Word, fold, words_of
from gateway.understand.reading.questions import BLOCKERS, DONE, MOOD, NEXT, STANDARD

_FEWEST_ROWS = 2
_OR = "|"  # between the kinds a label may be of
_FOUR_WORDS = 4  # a label this long may have one word we do not know
_LONGEST_LABEL = 60
_MOST_LABEL_WORDS = 9
_SEPARATOR = re.compile(
    r"\s*(?:->|=>|→|⇒|:(?!//)(?!-?[()DP])(?!\d\d)|=|\?)\s*|\s+(?:[-–—]+|>{1,2})\s+|(?<=^[^\W\d_])[-–—]\s+|(?<=^[^\W\d_])[.)]\s+"
)
_STOP = re.compile(r"[.!?]\s+(?=\S)")  # between sentences
_PROSE_STOPS = 2
_MARKED = re.compile(r"\(?(?:([a-dA-D])[.)]|#\s?([1-4])[.):]?|([1-4])[°º][.):]?|([①-④]))\s*(?=\S)")
_BARE = re.compile(r"([1-4])\s+(?=[^\W\d_])")  # a figure alone numbers lines only where all of them have theirs
_MARKS = "abcd1234①②③④"
_STOPS = ".,;/|!?)–-\n"  # a label may stand behind one of these on a line
_FIRM_STOPS = "/|;"
_FIRM_MARKS = frozenset({":", "->", "=>", "→", "⇒", "=", "?", ">", ">>"})


@dataclass(slots=True)
class Section:
    """What stands under one label: its kind, and its lines. `weak` labels are mere words of time ("today")."""

    kind: str
    weak: bool = False
    lines: list[Line] = field(default_factory=list)
    may_be_next: bool = False  # "this week", which may be behind or ahead


class _Label(NamedTuple):
    kind: str
    rest: str
    weak: bool = False
    may_be_next: bool = False


def without_tables(speech: Speech, lines: Sequence[Line]) -> list[Line]:
    """Return the lines, the rows of a table drawn in bars as labelled ones where its first row or column labels."""
    if sum("|" in line.text for line in lines) < _FEWEST_ROWS:
        return list(lines)
    kept: list[Line] = []
    heads: list[str] = []
    for line in lines:
        cells = _cells(line)
        if not cells:
            kept.append(line)
        elif len(cells) > 1 and all(_label_kind(speech, cell, exact=False) for cell in cells):
            heads = cells
        elif heads:
            kept += [Line(f"{head}: {cell}") for head, cell in zip(heads, cells, strict=False) if cell]
        elif len(cells) == 2 and _label_kind(speech, cells[0], exact=False):  # the first column labels
            kept.append(Line(": ".join(cells)))
        elif any(map(words_of, cells)):
            kept.append(line)
    return kept


def _cells(line: Line) -> list[str]:
    """Return the cells of a row, none for a line that is no row of a table."""
    text = line.text.strip()
    bars = text.startswith("|") or text.count("|") > 1
    return [cell.strip() for cell in text.strip("|").split("|")] if bars and not line.quoted else []


def labelled(speech: Speech, line: Line) -> tuple[str, str] | None:
    """Return the kind and the rest of a line that begins with a label, None for one that does not."""
    labels, before = _labels(speech, line, ())
    return (labels[0].kind, labels[0].rest) if len(labels) == 1 and labels[0].rest and not before.strip() else None


def _are_dated_bullets(sections: Sequence[Section], lines: Sequence[Line]) -> bool:
    """Tell whether all lines are bullets, of which a few begin with a word of time: each then stands for itself."""
    filled = [line for line in lines if not line.is_blank]
    return (
        all(line.bullet for line in filled)
        and len(sections) < len(filled)
        and (all(section.weak for section in sections) or _are_single(filled, sections))
    )


def _are_single(lines: Sequence[Line], sections: Sequence[Section]) -> bool:
    """Tell whether bullets stand above the first label, and each label has its own bullet's text: none heads a list."""
    own = {id(section): section.lines[0].text for section in sections if section.lines and not section.lines[0].bullet}
    return len(own) == len(sections) and not any(lines[0].text.endswith(text) for text in own.values())


def _are_asked_in_a_row(lines: Sequence[Line]) -> bool:
    """Tell whether all that is quoted stands above all that is the author's: no question has its answer under it."""
    quoted = [at for at, line in enumerate(lines) if line.quoted and line.text.strip()]
    own = [at for at, line in enumerate(lines) if not line.quoted and not line.is_blank]
    return len(quoted) > 1 and len(own) >= len(STANDARD) and quoted[-1] < own[0]


def sections_of(speech: Speech, lines: Sequence[Line]) -> tuple[list[Section], list[Line]]:
    """Return the labelled sections, and the lines above the first of them."""
    sections: list[Section] = []
    preamble: list[Line] = []
    quoted_before = False
    for at, line in enumerate(lines):
        if line.quoted:
            kind = _question_kind(speech, line.text)
            if kind:
                sections.append(Section(kind))
            elif line.text.strip() and not quoted_before and sections:
                sections.append(Section(""))
            quoted_before = bool(line.text.strip())
            continue
        quoted_before = False
        answers = _is_numbered_answer(lines, at)
        labels, before = _labels(speech, line, sections, heads_list=_heads_list(lines, at), may_stand_alone=not answers)
        target = sections[-1].lines if sections else preamble
        if before.strip(" .,;/|-–") or not labels:
            target.append(Line(before.strip(), line.bullet, line.number if not labels else None, False, line.heading))
        for label in labels:
            rest = [Line(label.rest, bullet=False)] if label.rest else []
            sections.append(Section(label.kind, label.weak, rest, label.may_be_next))
    none = not any(section.lines for section in sections) or _are_dated_bullets(sections, lines)
    none = none or _are_lettered(lines) or _are_asked_in_a_row(lines)
    return ([], list(lines)) if none else (sections, preamble)


def lettered(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with "a)", "#2", "①" … as the numbers they stand for; as they are when not in that order."""
    filled = [line for line in lines if not line.is_blank]
    bare = [_BARE.match(line.text) for line in filled]
    is_bare = len(filled) >= len(STANDARD) and all(match and int(match[1]) == at for at, match in enumerate(bare, 1))
    found: list[Line] = []
    following = 1
    for line in lines:
        match = (_BARE if is_bare else _MARKED).match(line.text)
        if match and line.number is None and _number_of(match) == following:
            found.append(Line(line.text[match.end() :], number=following))
            following += 1
        else:
            found.append(line)
    return found if following > _FEWEST_ROWS else list(lines)


def _number_of(match: re.Match[str]) -> int:
    mark = next(group for group in match.groups() if group)
    return _MARKS.index(mark.lower()) % 4 + 1


def _are_lettered(lines: Sequence[Line]) -> bool:
    return any(line.number is not None and one.number is None for line, one in zip(lettered(lines), lines, strict=True))


def _heads_list(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a line without a bullet stands right above one with a bullet."""
    return not lines[at].bullet and at + 1 < len(lines) and lines[at + 1].bullet


def _is_numbered_answer(lines: Sequence[Line], at: int) -> bool:
    """Tell whether a numbered line has the next number right below it: "2. Waiting." answers, and heads nothing."""
    number = lines[at].number
    if number is None or lines[at].text.endswith(":"):
        return False
    below = next((line for line in lines[at + 1 :] if not line.is_blank), None)
    return below is not None and below.number == number + 1


def _question_kind(speech: Speech, text: str) -> str:
    """Return which question a quoted line asks, "" when it asks none that we know."""
    plain = fold(text).strip()
    for question, kind in speech.questions.items():
        if question and (question in plain or (len(plain) > 12 and plain in question)):
            return kind
    label = _label_kind(speech, text, exact=False)
    return label[0].split(_OR)[0] if label else ""


def _labels(
    speech: Speech,
    line: Line,
    sections: Sequence[Section],
    *,
    heads_list: bool = False,
    may_stand_alone: bool = True,
) -> tuple[list[_Label], str]:
    """Return the labels on a line with what follows each, and what stands before the first."""
    spots = _label_spots(speech, line)
    if not spots:
        alone = _label_alone(speech, line, sections, heads_list=heads_list) if may_stand_alone else None
        return ([alone], "") if alone else ([], line.text)
    labels: list[_Label] = []
    for index, (_, end, kind, weak) in enumerate(spots):
        until = spots[index + 1][0] if index + 1 < len(spots) else len(line.text)
        rest = line.text[end:until].strip(" \t/|;").strip()
        labels.append(_Label(_placed(kind, sections, labels), rest, weak, NEXT in kind.split(_OR)))
    return labels, line.text[: spots[0][0]]


def _label_alone(speech: Speech, line: Line, sections: Sequence[Section], *, heads_list: bool) -> _Label | None:
    """Read a label that has its line to itself ("Yesterday"), or stands in capitals before what it labels."""
    text = line.text.strip(" :-–—=.?!*#")
    if not text or len(text) > _LONGEST_LABEL:
        return _label_in_capitals(speech, line, sections)
    kind = _label_kind(speech, text, exact=not (line.heading or heads_list or line.text.endswith((":", "?"))))
    if not kind or len(text) < 2 or (line.bullet and not line.text.endswith(":")):
        return _label_in_capitals(speech, line, sections)
    if speech.lists.none.whole(words_of(text)):
        return None
    return _Label(_placed(kind[0], sections, ()), "", kind[1], NEXT in kind[0].split(_OR))


def _label_in_capitals(speech: Speech, line: Line, sections: Sequence[Section]) -> _Label | None:
    words = words_of(line.text)
    for count in range(min(3, len(words) - 1), 0, -1):
        raw = line.text[: words[count - 1].end]
        if raw.isupper() and len(raw) > 2 and not line.text[words[count - 1].end :].isupper():
            kind = _label_kind(speech, raw, exact=True)
            if kind:
                rest = line.text[words[count - 1].end :].strip(" :-–")
                return _Label(_placed(kind[0], sections, ()), rest, kind[1])
    return None


def _label_spots(speech: Speech, line: Line) -> list[tuple[int, int, str, bool]]:
    """Return (start, end, kind, weak) of each label with its separator on a line, in order."""
    spots: list[tuple[int, int, str, bool]] = []
    done_until = 0
    for match in _SEPARATOR.finditer(line.text):
        before = line.text[done_until : match.start()]
        at_start = not before_text(line.text, done_until)
        prose = len(_STOP.findall(line.text, match.end())) >= _PROSE_STOPS
        spot = _label_before(speech, before, match.group().strip(), at_start=at_start, strange=not prose)
        if spot:
            offset, kind, weak = spot
            spots.append((done_until + offset, match.end(), kind, weak))
            done_until = match.end()
    return spots


_RATED_AHEAD = re.compile(r"\b[1-5](?:\s?/\s?5)?[,;]\s")  # "mood 3/5, done: …"


def _label_before(
    speech: Speech, before: str, mark: str, *, at_start: bool, strange: bool
) -> tuple[int, str, bool] | None:
    """Find the label that ends right before a separator: (where it begins, kind, weak).

    `strange` says that it may hold a word we do not know: what whole sentences follow is a sentence itself.
    """
    words = words_of(before)
    if not words or before[words[-1].end :].strip(" *_)]\"'”»."):
        return None
    firm = mark in _FIRM_MARKS
    at_start = at_start and not _RATED_AHEAD.search(before)
    if at_start and len(before.strip()) <= _LONGEST_LABEL and len(words) <= _MOST_LABEL_WORDS:
        kind = _label_kind(speech, before, exact=not firm, strange=strange)
        if kind and (firm or mark != "." or (len(words) == 1 and len(words[0].text) == 1)):
            return (len(before) - len(before.lstrip()), *kind)
    stops = _STOPS if firm else _FIRM_STOPS
    return _label_after_stop(speech, before, words, exact=not firm or mark == "?", stops=stops, strange=strange)


def _label_after_stop(
    speech: Speech, before: str, words: Sequence[Word], *, exact: bool, stops: str, strange: bool
) -> tuple[int, str, bool] | None:
    for count in range(min(_MOST_LABEL_WORDS, len(words)), 0, -1):
        start = words[-count].start
        if any(stop in before[start:].strip() for stop in (". ", "; ", "! ", "? ", ", ")):
            continue
        stopped = before[:start].rstrip()[-1:] in stops or not before[:start].strip()
        kind = _label_kind(speech, before[start:], exact=exact or not stopped, strange=strange)
        initial = before[start : start + 1].isupper() or not before[start].isalpha()
        if kind and (stopped or (stops == _STOPS and initial and count == len(words_of(before[start:])))):
            if not stopped and kind[1] and len(before[start:]) > 2 and not initial:
                continue
            return start, kind[0], kind[1]
    return None


def _label_kind(speech: Speech, text: str, *, exact: bool, strange: bool = True) -> tuple[str, bool] | None:
    """Return the kind of a label and whether it is but a word of time; None when the text is no label.

    A label put together of several words may hold one we do not know where it may be `strange`.
    """
    words = words_of(re.sub(r"\([^)]*\)[\s?:]*$", "", text))
    while words and not words[0].text[0].isalnum() and len(words) > 1 and not _known_label(speech, words):
        words = words[1:]
    if not words or len(words) > _MOST_LABEL_WORDS:
        return None
    known = _known_label(speech, words)
    if known:
        return known
    day = _weekday_label(speech, words)
    if day:
        return day
    return None if exact else _composed_label(speech, words, strange=strange)


def _known_label(speech: Speech, words: Sequence[Word]) -> tuple[str, bool] | None:
    hits = speech.lists.labels.whole(words)
    hits = tuple(hit for hit in hits if hit.language in speech.languages) or hits
    if not hits:
        return None
    kinds = {hit.key.removeprefix("labels_") for hit in hits}
    kind = _OR.join(one for one in (*STANDARD, MOOD) if one in kinds)
    return kind, bool(_time_words(speech, words))


def _time_words(speech: Speech, words: Sequence[Word]) -> bool:
    return bool(speech.lists.lead_time.whole(words))


def _weekday_label(speech: Speech, words: Sequence[Word]) -> tuple[str, bool] | None:
    days = [speech.lists.weekdays[word.text] for word in words if word.text in speech.lists.weekdays]
    others = [w for w in words if w.text not in speech.lists.weekdays and not w.text.isdecimal() and len(w.text) > 3]
    if not days or others or any(len(word.text) < 3 for word in words if word.text in speech.lists.weekdays):
        return None
    back = min((speech.sent_on.weekday() - day) % 7 for day in days)
    return (DONE if 1 <= back <= 4 else NEXT), True


def _composed_label(speech: Speech, words: Sequence[Word], *, strange: bool) -> tuple[str, bool] | None:
    """Read a label put together of words that labels are made of ("What I got done since last time")."""
    covered = [False] * len(words)
    counts: dict[str, int] = {}
    for hit in speech.lists.label_words.find(words):
        for at in range(hit.start, hit.end):
            covered[at] = True
        counts[hit.key] = counts.get(hit.key, 0) + 1
    covered = [is_covered or word.text.isdecimal() for is_covered, word in zip(covered, words, strict=True)]
    unknown = [word for is_covered, word in zip(covered, words, strict=True) if not is_covered]
    if len(unknown) > (strange and len(words) >= _FOUR_WORDS) or any(not word.written.islower() for word in unknown):
        return None
    for kind, strong in ((BLOCKERS, "label_block"), (NEXT, "label_next"), (DONE, "label_done")):
        if counts.get(strong):
            if kind == NEXT and counts.get("label_done", 0) > counts[strong]:
                continue
            return kind, False
    for kind, weak in ((NEXT, "label_future"), (DONE, "label_past")):
        if counts.get(weak):
            return kind, True
    return None


def before_text(text: str, end: int) -> str:
    """Return what stands before a place in a line, but for marks."""
    return text[:end].strip(" *_#-–—•>")


def _placed(kind: str, sections: Sequence[Section], labels: Sequence[_Label]) -> str:
    """Return the kind of a label that may be of several ("this week", an initial): the first not yet answered."""
    kinds = kind.split(_OR)
    taken = {one.kind for one in sections} | {one.kind for one in labels}
    return next((one for one in kinds if one not in taken), kinds[0])
