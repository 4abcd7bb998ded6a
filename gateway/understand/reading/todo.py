"""Lines that hand something out: `TODO @ben: send the budget by Friday`, anywhere in a mail its author wrote.

A line with a label and a name says it clearly; one with a label alone does beside such a line, or where the mail says
nothing else. What is listed below `TODO @ben:` is all for ben. Must not: know a language (table [todo] of
words/<language>.toml), or look at quoted lines and greetings (request.py left them out), or at code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.model.reading import TaskRequest
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.request import Request
from gateway.understand.reading.task import read_task, words_behind

_LONGEST = 400  # letters of a line looked at
_WRAP_FROM = 55  # a line this long may have been wrapped by a mail program
_HANDLE = r"@[\w.-]*\w"
_TO = re.compile(
    rf"[\s(\[:：>→–—-]*(?:(?P<to>[^\W\d_]{{1,5}})\s+)?(?P<who>{_HANDLE}(?:[\s,;&+/]+(?:[^\W\d_]{{1,3}}\s+)?{_HANDLE})*)"
)
_SENTENCE_END = re.compile(r"[.!?]\s+")
_NAMED = re.compile(r"@([\w.-]*\w)")
_OTHERS = re.compile(
    rf"(?:\s+[^\W\d_a-zà-ÿ][\w.'-]*){{1,3}}[\s,;&+/]+(?:[^\W\d_]{{1,3}}\s+)?{_HANDLE}(?:\s+[^\W\d_][\w.'-]*){{0,2}}\s*(?=[:：])"
)
_COLON = re.compile(r"\s*[:：]\s*")
_AROUND = " \t:：,;–—-)]>→"
_HEADING_WORDS = 8  # of a line that only announces what is below it


@dataclass(frozen=True, slots=True)
class Todos:
    """The tasks that lines of a mail hand out. `says_more` where there is more in it than those lines."""

    tasks: tuple[TaskRequest, ...] = ()
    says_more: bool = False


@dataclass(frozen=True, slots=True)
class _Todo:
    """A labelled line. `title` is "" where that is listed below.

    `who` is "" for anyone, and holds several names where it does not say which of them.
    """

    who: str
    title: str
    is_listed: bool = False  # below such a line
    behind: str = ""  # words right behind the name, which may be a part of it


@lru_cache(maxsize=8)
def _labels(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("todo"), ("label",)))


@lru_cache(maxsize=8)
def _first_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(words_of(label)[0].text for label in lexicon.words("todo", "label"))


def may_hold_todos(text: str, lexicon: Lexicon) -> bool:
    """Whether some line of a text begins as one that hands something out to somebody does: asked of long mails."""
    return any("@" in line and _labelled(line[:_LONGEST], lexicon) is not None for line in text.splitlines())


def read_todos(request: Request) -> Todos:
    """Return what the lines of a mail hand out; nothing of a mail that is passed on."""
    if request.subject.is_forward or request.words.isdisjoint(_first_words(request.lexicon)):  # as in most mail
        return Todos()
    found, others = _parted(_joined(request.lines, request.lexicon), request.lexicon)
    named = any(todo.who or "@" in todo.title for todo in found)
    is_all = not others and not any(todo.is_listed for todo in found)  # a list for nobody is told, not handed out
    if not found or not (named or (is_all and _is_spoken(request))):
        return Todos()
    headed = _labelled(request.subject.text, request.lexicon)  # a subject that hands something out itself
    if headed is not None and headed.who and headed.title:
        found = [headed, *found]
    tasks = tuple(task for todo in found if (task := _task(todo, request)) is not None)
    return Todos(tasks, says_more=bool(tasks) and any(not _announces(line) for line in others))


def _task(todo: _Todo, request: Request) -> TaskRequest | None:
    task = read_task(todo.title, request, who=todo.who or None)
    return replace(task, behind=todo.behind) if task is not None and todo.behind else task


def _is_spoken(request: Request) -> bool:
    """Whether labels without a name are of the language of the mail, and no check-in's: "todo" is a word in Spanish."""
    subject = words_of(request.subject.text)
    if subject and any(True for _ in request.lists.of("checkin_subject").at(subject, 0)):
        return False
    first = next((line.text for line in request.lines if not line.is_blank), "")
    return bool(request.spoken(_labels(request.lexicon).at(words_of(first), 0)))


def _announces(line: str) -> bool:
    return line.rstrip().endswith((":", "：")) and len(line.split()) <= _HEADING_WORDS


def _parted(lines: Sequence[Line], lexicon: Lexicon) -> tuple[list[_Todo], list[str]]:
    """Return what is handed out, and the other lines that are not blank."""
    found: list[_Todo] = []
    others: list[str] = []
    heading: _Todo | None = None  # what is listed below is for its reader
    for line in lines:
        todo = None if line.code else _labelled(line.text[:_LONGEST], lexicon)
        if todo is not None:
            heading = None if todo.title else todo
            found += [todo] if todo.title else []
        elif heading is not None and not line.code and (line.bullet or line.number is not None):
            found.append(_Todo(heading.who, line.text, is_listed=True))
        elif not line.is_blank:
            heading = None
            others.append(line.text)
    return found, others


def _labelled(text: str, lexicon: Lexicon) -> _Todo | None:
    """Return what a line that begins with a label hands out, None for any other line."""
    if not _labels(lexicon).may_open(text):  # as most lines
        return None
    words = words_of(text[:_WRAP_FROM])
    if not words or words[0].text not in _first_words(lexicon):
        return None
    ends = [hit.end for hit in _labels(lexicon).at(words, 0)]
    if not ends or text[: words[0].start].strip(" \t[(*_-"):
        return None
    behind = text[words[max(ends) - 1].end :].lstrip("])*_")
    to = _TO.match(behind)
    if to is not None and (not to["to"] or to["to"].casefold() in _little(lexicon)):
        if others := _OTHERS.match(behind, to.end()):  # "@Ben Moor and @cleo: …"
            who = ", ".join(_NAMED.findall(to["who"] + others[0]))
            return _Todo(who, behind[others.end() :].strip(_AROUND))
        who = ", ".join(_NAMED.findall(to["who"]))
        return _Todo(who, behind[to.end() :].strip(_AROUND), behind=words_behind(behind, to.end()))
    colon = _COLON.match(behind)
    return _Todo("", behind[colon.end() :].strip(_AROUND)) if colon else None


@lru_cache(maxsize=8)
def _little(lexicon: Lexicon) -> frozenset[str]:
    """Return the single words that stand before who is to do it: "for", "pour"."""
    return frozenset(word for word in lexicon.words("command", "assign_to") if " " not in word)


def _joined(lines: Sequence[Line], lexicon: Lexicon) -> list[Line]:
    """Return the lines, one that a mail program broke off put together again."""
    return list(_joining(lines, lexicon))


def _apart(lines: Sequence[Line], lexicon: Lexicon) -> Iterator[Line]:
    """Yield the lines, a sentence at the end of one that hands something out to somebody as a line of its own."""
    for line in lines:
        ends = _SENTENCE_END.finditer(line.text[:_LONGEST]) if "@" in line.text and not line.code else ()
        starts = (end.end() for end in ends)
        at = next((at for at in starts if (one := _labelled(line.text[at:], lexicon)) and one.who and one.title), 0)
        if at:
            yield replace(line, text=line.text[:at].rstrip())
        yield replace(line, text=line.text[at:], bullet=False, number=None) if at else line


def _joining(lines: Sequence[Line], lexicon: Lexicon) -> Iterator[Line]:
    held: Line | None = None
    broken = False  # the line before may go on
    for line in _apart(lines, lexicon):
        goes_on = broken and not line.code and not line.bullet and line.number is None and line.text[:1].islower()
        if held is not None and goes_on and _labelled(line.text, lexicon) is None:
            held = replace(held, text=f"{held.text} {line.text}")
        else:
            if held is not None:
                yield held
            held = line
        broken = len(line.text) >= _WRAP_FROM and not line.code
    if held is not None:
        yield held
