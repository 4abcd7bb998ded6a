"""What a mail that opens a vote says of it beside the question, the options and the end: what stays true when one of
these is corrected later.

Must not: read any of them (vote.py and vote_end.py do), or leave out words that say more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.vote_end import VoteEnd, says_only_when

_EDGES = " \t.,;:!?-–—*_"
_MOST_BESIDE = 3  # words of a line that but names the options: "Options: Lisbon, Porto", "Lisbon or Porto?"


def about_vote(request: Request, question: str, options: Collection[str], end: VoteEnd) -> str:
    """Return the lines of a mail without those that are the question, an option, a list of them, or the end, and
    without the end that one closes with.
    """
    asked = question.strip(_EDGES)
    kept = (line for line in request.lines if not _is_of_it(line, asked, options, request))
    return _without_gaps([_as_written(replace(line, text=end.cut_off(line.text, request))) for line in kept])


def _is_of_it(line: Line, question: str, options: Collection[str], request: Request) -> bool:
    said = line.text.strip(_EDGES)
    if not said:
        return False
    if said == question or said in {option.strip(_EDGES) for option in options} or _lists(said, options):
        return True
    return says_only_when(Told(line.text, words_of(line.text)), request)


def _lists(said: str, options: Collection[str]) -> bool:
    """Whether a line names all options and hardly more."""
    if not options or any(option not in said for option in options):
        return False
    for option in sorted(options, key=len, reverse=True):
        said = said.replace(option, " ")
    return len(words_of(said)) <= _MOST_BESIDE + len(options) - 1  # an "or" between each two


def _as_written(line: Line) -> str:
    if line.bullet:
        return f"- {line.text}"
    return f"{line.number}. {line.text}" if line.number is not None else line.text


def _without_gaps(lines: list[str]) -> str:
    """Return lines with one empty line where one or more were."""
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(filter(None, (paragraph.strip("\n") for paragraph in paragraphs)))
