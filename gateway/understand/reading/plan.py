"""Answers to a numbered plan: `1 done  2 → Thu  3 dropped  + call bank`, in one line or many, in any language we read.

A line of the plan is answered by its number, or by its words said again, and a verb or a sign; what is not mentioned
stays planned, and `+ …` adds to it, also alone. Numbers beyond the plan's mean the open blockers that the prompt lists
after it; that they are gone may also be said without a number (unblocking.py). Must not: hold a word of any language
(plan_words.py has them), or take a bare number for an answer: plan lines want a verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gateway.model.plan import Numbered
from gateway.model.reading import CheckInKind, CheckInReading, PlanChanges, Quoted
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.checkin import is_label, read_checkin
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.plan_words import (
    AROUND,
    ARROW,
    DAY_WORDS,
    PERCENT,
    Words,
    ends_in_verb,
    is_day,
    is_led_by_day,
    leading_verb,
    numbers_in,
    verb_of,
    without_join,
    words_in,
)
from gateway.understand.reading.unblocking import freed

_BULLET = re.compile(r"^\s*(?:[-*•–]\s+)?")
_NEW = re.compile(r"(?:^|(?<=\s))\+(?!\d)\s*(?=\S)")
_AFTER_NUMBER = re.compile(r"\s*(?:[.):=]|[-–—](?!>))?\s*")
_NUMBERED = re.compile(r"\W{0,3}\d{1,2}\b")
_BREAK = re.compile(r"(?:^|;\s*|\s{2,}|\t)\Z")
_PAUSE = re.compile(r"[,.!)]\s*\Z")
_STOP = re.compile(r"[.!]\s+\Z")
_UP_TO_BREAK = re.compile(r"[,;]|\.\s|\s{2,}|\s(?=[+#\d])")
_SHARE_BEFORE = re.compile(r"\s+\(\d{1,3} ?%[^()]*\)$")
_MOVED_BEFORE = re.compile(r"\s+→[^→]*$")
_LONGEST = 4_000  # letters; who writes more than that does not answer by numbers
_NEAR = 100  # letters around a number that tell whether something is said of it
_FEWEST_LETTERS = 5  # of a line that may be said again in place of its number
_CLAUSE = re.compile(r"[,;]\s+")
_FEWEST_LINES = 2  # of a plan below which a second number is no slip
_MOST_BEYOND = 3  # numbers too many in an answer to it
_COURTESY_WORDS = 3  # a line this short beside plan lines is a greeting or a name


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is said of some lines of the plan; `verb` is "" where none was found, "new" for a new line."""

    numbers: tuple[int, ...]
    verb: str
    remark: str
    is_freed: bool = False  # said of what stops the author, without its number
    said: str = ""  # as written, where it may have to be asked back


_UNSAID = _Piece((), "", "")


def read_plan(
    plan: Sequence[str],
    text: str,
    lexicon: Lexicon,
    *,
    blockers: Sequence[str] = (),
    stopped: Sequence[str] = (),
    sent_on: date | None = None,
    questions: tuple[str, ...] = (),
    blocks: Sequence[Quoted] = (),
    is_answered: bool = False,
) -> CheckInReading | None:
    """Return the check-in that an answer by numbers comes to, or None when the text is no such answer.

    `blockers` are the open ones, numbered on from the plan; `stopped` those lines of the plan that are in the way
    themselves: "solved" ends that, and they stay planned. With `sent_on`, lines that are no plan lines are read as a
    check-in beside them, as an answer to `questions`; without it, more than a greeting there makes it no answer by
    numbers. `blocks` is the reply with what it quotes: what stands under a quoted line of the plan answers that line.
    Where the round `is_answered`, "+" adds to that answer, with or without a plan.
    """
    if len(text) > _LONGEST:
        return None
    words = words_in(lexicon)
    placed = numbered_by_quotes(blocks, (*plan, *blockers))
    shown = Numbered(tuple(plan), tuple(blockers), tuple(stopped))
    told = ARROW.sub("→", placed or text)
    pieces, others = _parted(told, shown, words)
    pieces, beyond = _within(pieces, len(plan) + len(blockers))
    if not pieces:
        return None
    adds = bool(plan or blockers or is_answered) and _only_adds(pieces) and not _heads_additions(told, lexicon)
    if not adds and not _is_answer(pieces, is_placed=bool(placed)):
        return None
    beside = _beside(others, lexicon, sent_on, questions)
    if beside is None:
        return None
    if all(piece.is_freed for piece in pieces) and beside.kind is CheckInKind.CHECKIN:
        # A check-in of its own words, which also says that something no longer stops its author.
        cleared = _cleared(shown, _by_line(pieces, len(plan)))
        return replace(beside, done=(*beside.done, *_told(pieces)), cleared=cleared, evidence=text.strip())
    return replace(_merged(shown, pieces, beside, text), beyond=beyond)


def numbered_by_quotes(blocks: Sequence[Quoted], lines: Sequence[str]) -> str:
    """Return a reply with the number of a plan's line before what is written under it, "" where nothing is.

    A line that lost its quote mark is told by its words. An empty line below an answer ends it.
    """
    out: list[str] = []
    under, answered, found = 0, False, False
    for block in blocks:
        shown = [line for line in block.under.split("\n") if line.strip()]
        if shown:
            under, answered = _number_of(shown[-1], lines), False
        for line in block.text.split("\n"):
            if number := _number_of(line, lines):
                under, answered = number, False
            elif not line.strip():
                under = 0 if answered else under
            elif under and not answered and not _NUMBERED.match(line):
                out.append(f"{under} {line.strip()}")
                answered = found = True
            elif under and answered:
                out[-1] += f" {line.strip()}"
            else:
                out.append(line)
    return "\n".join(out) if found else ""


def _number_of(line: str, lines: Sequence[str]) -> int:
    """Return the number of the line of a plan that a line shows; 0 for none.

    The number it bears in a quote is not asked: programs that part a list at an answer count anew.
    """
    said = [word.text for word in words_of(line)]
    without = said[1:] if said and said[0].isdecimal() else said
    for number, planned in enumerate(lines, start=1):
        if (wanted := [word.text for word in words_of(planned)]) and wanted in (said, without):
            return number
    return 0


def _within(pieces: list[_Piece], lines: int) -> tuple[list[_Piece], tuple[str, ...]]:
    """Return the pieces whose numbers were shown, and the words of those that have one too many, "3 dropped" below two
    lines. These are left out only where the numbers are plainly a list of lines: 1, 2, 3 and so on.
    """
    named = sorted({number for piece in pieces for number in piece.numbers if number})
    beyond = [piece for piece in pieces if any(number > lines for number in piece.numbers)]
    if not beyond or not all(piece.said for piece in beyond):
        return pieces, ()
    if lines < _FEWEST_LINES or named != list(range(1, len(named) + 1)) or len(named) > lines + _MOST_BEYOND:
        return [], ()
    shown = [
        replace(piece, numbers=tuple(number for number in piece.numbers if number <= lines)) if piece.numbers else piece
        for piece in pieces
    ]
    return [piece for piece in shown if piece.numbers or piece.verb == "new"], tuple(piece.said for piece in beyond)


def _is_answer(pieces: Sequence[_Piece], *, is_placed: bool) -> bool:
    """More of the lines have a verb than not, where no quote places them; `rest` speaks of no line beside others."""
    numbered = [piece for piece in pieces if piece.verb != "new"]
    told = [piece for piece in numbered if piece.verb]
    is_plain = all(number or piece.numbers == (0,) for piece in numbered for number in piece.numbers)
    return is_plain and (is_placed or (bool(told) and 2 * len(told) > len(numbered)))


def _only_adds(pieces: Sequence[_Piece]) -> bool:
    """Whether all that is said of the plan is what to add to it."""
    return bool(pieces) and all(piece.verb == "new" for piece in pieces)


def _heads_additions(text: str, lexicon: Lexicon) -> bool:
    """Whether lines with "+" are a list under a label of a check-in ("Done:"): there the sign is a bullet."""
    above = ""
    for line in text.splitlines():
        if not _NEW.match(line.strip()):
            above = line.strip() or above
        elif above and (above.endswith(":") or is_label(above, lexicon)):
            return True
    return False


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


def _parted(text: str, shown: Numbered, words: Words) -> tuple[list[_Piece], list[str]]:
    pieces: list[_Piece] = []
    others: list[str] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = list(_pieces_of(line[_end(_BULLET.match(line)) :].strip(), shown, words))
        pieces.extend(found)
        if not found:
            others.append(line)
    return pieces, others


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _pieces_of(line: str, shown: Numbered, words: Words) -> Iterator[_Piece]:
    """Yield the pieces of a line, none when it does not begin with one."""
    plan = shown.plan
    clauses = _CLAUSE.split(line)
    named = [_said_again(clause, plan, words) for clause in clauses] if len(clauses) > 1 else []
    if named and all(named):
        yield from (piece for piece in named if piece)
        return
    of_stopped = _said_again(line, [one if one in shown.stopped else "" for one in plan], words)
    freeing = of_stopped or _freed(line, shown, words)
    whole = freeing or _of_all(line, plan, words) or _verb_first(line, words) or _said_again(line, plan, words)
    if whole:
        yield whole
        return
    new = ((match.start(), match.end(), ()) for match in _NEW.finditer(line))
    anchors: list[tuple[int, int, tuple[int, ...]]] = sorted([*_anchors(line, words), *new])
    if not anchors or anchors[0][0] != 0:
        return
    for (begun, begins, numbers), following in zip(anchors, [*anchors[1:], (len(line), 0, ())], strict=True):
        clause, *beside = _CLAUSE.split(line[begins : following[0]])
        freeing_too = [_freed(one, shown, words) for one in beside]
        said = ", ".join((clause, *(one for one, piece in zip(beside, freeing_too, strict=True) if piece is None)))
        if numbers:
            verb, remark = verb_of(_without_line(without_join(said, words), numbers, plan), words)
            # Behind a full stop a line is spoken of that nothing becomes of: "1 done. 2 needs another week".
            verb = verb or ("same" if _STOP.search(line[:begun]) else "")
            yield _Piece(numbers, verb, remark, said=line[begun : following[0]].strip(AROUND))
        else:
            yield _Piece((), "new", said.strip(" \t,;"))
        yield from (piece for piece in freeing_too if piece)


def _freed(said: str, shown: Numbered, words: Words) -> _Piece | None:
    """Return what says that blockers are gone. Where it cannot be told which, it is kept as something done."""
    found = freed(said, (*shown.blockers, *shown.stopped), words.lexicon)
    if found is None:
        return None
    later = len(shown.plan) + 1
    places = (*range(later, later + len(shown.blockers)), *(shown.plan.index(line) + 1 for line in shown.stopped))
    numbers = tuple(places[place - 1] for place in found)
    is_done = len(numbers) == 1 and numbers[0] < later and verb_of(said, words)[0] == "done"
    return _Piece(numbers, "done" if is_done else "gone", "" if numbers else said.strip(AROUND), is_freed=True)


def _without_line(said: str, numbers: tuple[int, ...], plan: Sequence[str]) -> str:
    """Return what is said of a line without the line itself, where that was copied in front of it."""
    if len(numbers) != 1 or not 0 < numbers[0] <= len(plan):
        return said
    rest = _behind(said, plan[numbers[0] - 1])
    return rest if rest.strip(AROUND) else said


def _behind(said: str, line: str) -> str:
    """Return what stands behind the words of a plan's line at the beginning of a text, "" where it has not these."""
    found, wanted = words_of(said), [word.text for word in words_of(line)]
    if not wanted or [word.text for word in found[: len(wanted)]] != wanted:
        return ""
    return said[found[len(wanted) - 1].end :]


def _said_again(line: str, plan: Sequence[str], words: Words) -> _Piece | None:
    """`write the report: done`: a line of the plan in its own words, and what became of it."""
    for number, planned in enumerate(plan, start=1):
        rest = _behind(line, planned) if len(planned) >= _FEWEST_LETTERS else ""
        if rest.strip(AROUND):
            verb, remark = verb_of(rest, words)
            return _Piece((number,), verb, remark) if verb else None
    return None


def _anchors(line: str, words: Words) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield where numbers stand that something is said of: after a break, or where a verb follows at once."""
    last = 0
    for match in words.numbers.finditer(line):
        begins = match.end() + _end(_AFTER_NUMBER.match(line[match.end() :]))
        before = line[max(0, match.start() - _NEAR) : match.start()]
        is_signed = match[0].startswith("#") or line[match.end() : begins].strip() in (")", ":")
        numbers = numbers_in(match[1], words)
        is_next = numbers[:1] == (last + 1,) and last > 0 and _STOP.search(before) and begins < len(line)
        if is_next or _is_told(before, line[begins : begins + _NEAR], words, is_signed=is_signed):
            last = numbers[-1]
            yield match.start(), begins, numbers
    found = words_of(line)
    for place in range(1, len(found)):
        for phrase in words.rest:
            if tuple(word.text for word in found[place : place + len(phrase)]) != phrase:
                continue
            behind = found[place + len(phrase) - 1].end
            if _PAUSE.search(line[: found[place].start]) and leading_verb(words_of(line[behind:]), words):
                yield found[place].start, behind, (0,)


def _is_told(before: str, behind: str, words: Words, *, is_signed: bool) -> bool:
    """Whether something is said of a number. A day behind it is, where what was said before is over, or it has a sign:
    `2) Thursday`.
    """
    found = words_of(behind)
    if _BREAK.search(before) or leading_verb(found, words):
        return True
    said = _UP_TO_BREAK.split(behind)[0].strip(AROUND)
    if found and found[0].text in words.to:  # `2 auf Donnerstag verschoben`
        some = words_of(said)[1 : DAY_WORDS + 1]
        return any(is_day(said[some[0].start : some[n].end], words.lexicon) for n in range(len(some)))
    is_over = is_signed or _PAUSE.search(before) or ends_in_verb(without_join(before, words), words)
    return bool(is_over) and is_led_by_day(said, words)


def _of_all(line: str, plan: Sequence[str], words: Words) -> _Piece | None:
    """`all done except 3`; `rest → Thu` is told by numbers that no other piece names, marked 0 until then."""
    found = words_of(line)
    texts = tuple(word.text for word in found)
    for phrases, numbers in ((words.all, tuple(range(1, len(plan) + 1))), (words.rest, (0,))):
        for phrase in sorted(phrases, key=len, reverse=True):
            if texts[: len(phrase)] == phrase and len(found) > len(phrase):
                said, left_out = _exceptions(line[found[len(phrase)].start :], plan, words)
                verb, remark = verb_of(said, words)
                left = tuple(number for number in numbers if number not in left_out)
                return _Piece(left, verb, remark) if verb and 0 not in left_out else None
    return None


def _exceptions(said: str, plan: Sequence[str], words: Words) -> tuple[str, tuple[int, ...]]:
    """Return a text without what it excepts, and the numbers of that: 0 among them where it cannot be told."""
    found = words.except_for.search(said)
    if found is None:
        return said, ()
    before, behind = said[: found.start()], said[found.end() :]
    numbers = words.listed.match(behind)
    if numbers:
        return f"{before.rstrip(AROUND)} {behind[numbers.end() :]}", numbers_in(numbers[0], words)
    wanted = {word.text for word in words_of(behind)}
    named = [n for n, line in enumerate(plan, start=1) if wanted <= {word.text for word in words_of(line)}]
    return before, tuple(named) if len(named) == 1 else (0,)


def _verb_first(line: str, words: Words) -> _Piece | None:
    """`done: 1, 3`: a verb, then nothing but numbers; `Thursday: 2` moves there."""
    hit = leading_verb(words_of(line), words)
    if hit is None:
        day, colon, rest = line.partition(":")
        match = words.listed.fullmatch(rest.strip(AROUND)) if colon else None
        moved = match is not None and is_day(day.strip(), words.lexicon)
        return _Piece(numbers_in(match[1], words), "moved", day.strip()) if match and moved else None
    rest = line[words_of(line)[hit[1] - 1].end :].strip(AROUND)
    match = words.listed.fullmatch(rest)
    return _Piece(numbers_in(match[1], words), hit[0], "") if match else None


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
    """What is said again and again is not piled up behind a line; a newer share of it takes the older one's place."""
    if PERCENT.match(remark):
        line = _SHARE_BEFORE.sub("", line)
    into.next.append(line if line.endswith(f"({remark})") else _with(line, remark))


def _blocked(into: _Merging, line: str, remark: str) -> None:
    into.next.append(line)
    into.blockers.append(f"{line}: {remark}" if remark else line)


_BECOMES: dict[str, Callable[[_Merging, str, str], None]] = {
    "done": _done,
    "gone": _done,
    "dropped": lambda into, line, remark: None,
    "moved": _moved,
    "same": _kept,
    "blocked": _blocked,
    "": _kept,
}


def _merged(shown: Numbered, pieces: Sequence[_Piece], beside: CheckInReading, text: str) -> CheckInReading:
    said = _by_line(pieces, len(shown.plan))
    into, planned = _Merging(), list[str]()
    for number, line in enumerate(shown.plan, start=1):
        piece, before = said.get(number, _UNSAID), len(into.next)
        is_free = piece.verb == "gone" and line in shown.stopped  # nothing stops it now, and it is still to be done
        _BECOMES["same" if is_free else piece.verb](into, line, piece.remark)
        planned += into.next[before:] if number in said else []
    new = [piece.remark for piece in pieces if piece.verb == "new" and piece.remark]
    return CheckInReading(
        kind=CheckInKind.CHECKIN,
        done=(*into.done, *_told(pieces), *beside.done),
        next=tuple(dict.fromkeys((*into.next, *new, *beside.next))),
        blockers=(*into.blockers, *beside.blockers),
        mood=beside.mood,
        away_until=beside.away_until,
        evidence=text.strip(),
        cleared=_cleared(shown, said),
        unblocked=beside.unblocked,
        answers=beside.answers,
        changes=None
        if _is_whole(beside)
        else PlanChanges(_lines_of(said, shown), tuple(dict.fromkeys((*planned, *new)))),
    )


def _is_whole(beside: CheckInReading) -> bool:
    """Whether what stands beside an answer by numbers is a check-in of its own: then both are the answer anew."""
    return bool(beside.done or beside.next or beside.blockers or beside.unblocked or beside.unplanned)


def _lines_of(said: dict[int, _Piece], shown: Numbered) -> tuple[str, ...]:
    return tuple(line for number, line in enumerate((*shown.plan, *shown.blockers), start=1) if number in said)


def _cleared(shown: Numbered, said: dict[int, _Piece]) -> tuple[str, ...]:
    """Return what stops the author no longer: a line of the plan that was dropped, a blocker that is gone."""
    lines = enumerate((*shown.plan, *shown.blockers), start=1)
    return tuple(line for number, line in lines if number in said and said[number].verb in _ends(line, number, shown))


def _ends(line: str, number: int, shown: Numbered) -> tuple[str, ...]:
    if number > len(shown.plan):
        return "done", "gone", "dropped"
    return ("dropped", "gone") if line in shown.stopped else ("dropped",)


def _told(pieces: Sequence[_Piece]) -> tuple[str, ...]:
    """Return what is kept as done of what says that something stops nobody any more, nothing says what."""
    return tuple(piece.remark for piece in pieces if piece.is_freed and piece.remark)


def _by_line(pieces: Sequence[_Piece], lines: int) -> dict[int, _Piece]:
    """The last thing said of a line counts; `rest` speaks of the lines nothing else was said of."""
    said = {number: piece for piece in pieces for number in piece.numbers if number}
    rest = next((piece for piece in pieces if piece.numbers == (0,)), None)
    if rest:
        said |= {number: rest for number in range(1, lines + 1) if number not in said}
    return said
