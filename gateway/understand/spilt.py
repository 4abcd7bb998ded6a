"""Votes spilt into words for others: lines that name an open vote beside what may be their author's answer to it.

However they are written (`V–1: yes`, `(V-1) Porto`, "thanks. V1 : Porto"), such lines are shown to nobody: in doubt a
secret is kept. Must not: decide what becomes of them (read.py makes pieces of them), or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gateway.model.ballot import FIXED_OPTIONS, Question
from gateway.model.context import MailContext, RoundView
from gateway.model.reading import BallotKind, BallotReading
from gateway.model.round import Phase, VoteForm
from gateway.understand.align import squeezed_all
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import DASHES, MOST_NAMED, without_marks
from gateway.understand.reading.date_words import weekday_names
from gateway.understand.reading.phrases import Phrases, Word, listed, words_of

# From its letter on, in both cases by name: prose has few of them, and each text is looked through.
_VOTE = re.compile(rf"[Vv](?<![^\W_].)[ \u00a0]?[-{DASHES}]?[ \u00a0]?(\d{{1,7}})(?!\w|[.,]\d)")
_MOST_LOOKED_AT = 20  # lines of one text that name votes
_LONGEST = 600  # letters of a line that is read as a ballot
_LITTLE = 3  # words beside a mark that say little else
_BARE = 2  # … one of which is a yes or a no
_SHORT = 6  # … beside which a number or a letter is hardly prose
_OPENS, _ENDS = " \t\"'«“„([*_>•·-", (".", "!", "?", ";", ",", "\n")  # before a mark; of a sentence
_LINE = "\n"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

ReadBallot = Callable[[str, RoundView], BallotReading | None]


@dataclass(frozen=True, slots=True)
class Spilt:
    """A vote named beside an answer: the vote, where its words begin and end in the text, what they may choose."""

    mark: str
    start: int
    end: int
    reading: BallotReading


def votes_named(text: str) -> tuple[str, ...]:
    """Return the marks of votes that a text may name, each once: any dash, none, or a space in them."""
    return tuple(dict.fromkeys(_mark(found) for found in _VOTE.finditer(text)))[:MOST_NAMED]


def spilt(text: str, own: str, context: MailContext, lexicon: Lexicon, read: ReadBallot) -> Spilt | None:
    """Return the first answer to a vote that a text for others spills, None where it spills none.

    `own` is the vote that the text itself answers: it may be named. The answer reaches from its mark to the end of its
    line, or to that of the next one where the mark ends the line.
    """
    named = (found for found in _VOTE.finditer(text) if _mark(found) != own)
    for found, _ in zip(named, range(_MOST_LOOKED_AT), strict=False):
        view = context.rounds.get(_mark(found))
        if view is None or not _takes_answers(view):
            continue
        line = _line(text, found)
        reading = _answer(line, view, lexicon, read)
        if reading is not None:
            return Spilt(_mark(found), found.start(), line.end, reading)
    return None


def _mark(found: re.Match[str]) -> str:
    return f"V-{found[1]}"


def _takes_answers(view: RoundView) -> bool:
    is_vote = isinstance(view.round.form, VoteForm)
    return is_vote and view.in_electorate and view.round.phase in (Phase.OPEN, Phase.PAUSED)


# --- the line -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """What stands before and behind a mark in its line."""

    before: str
    after: str
    end: int


def _line(text: str, found: re.Match[str]) -> _Line:
    start, end = text.rfind("\n", 0, found.start()) + 1, _end_of_line(text, found.end())
    after = text[found.end() : end]
    if not squeezed_all(after) or (start == 0 and len(words_of(after[:_LONGEST])) <= _SHORT):
        # The answer may stand below its mark, or below a subject that names it.
        below = re.compile(r"\s*").match(text, end)
        end = _end_of_line(text, below.end() if below else end)
        after = text[found.end() : end]
    return _Line(text[start : found.start()], after, end)


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _answer(line: _Line, view: RoundView, lexicon: Lexicon, read: ReadBallot) -> BallotReading | None:
    """Return what may be chosen in a line; None where it is only talk about its vote, or its title."""
    assert isinstance(view.round.form, VoteForm)
    question = view.round.form.question
    behind, above = without_marks(line.after[:_LONGEST]), without_marks(line.before[-_LONGEST:])
    after, before = words_of(behind), words_of(above)
    if not after and not before:
        return None
    title, said = squeezed_all(view.round.title), squeezed_all(line.after)
    if said and said == title:
        return None  # an agenda names what is voted on
    reading = read(line.after.strip(" \t\r\n:：)]»”\"'.,;=-–—"), view) if after else None
    if reading is not None and (reading.kind is not BallotKind.UNCLEAR or reading.rivals):
        return _in_doubt(reading)
    is_little = 0 < len(after) <= _LITTLE and not before and not _tells_when(after, lexicon)
    names_some = (
        any(_names_an_option(text, question, lexicon) for text in (behind, above))
        or _says_yes_or_no(above, question, lexicon)
        or _says_yes_or_no(behind, question, lexicon, is_behind=True)
    )
    return _in_doubt(reading) if is_little or names_some else None


def _in_doubt(reading: BallotReading | None) -> BallotReading:
    choices = () if reading is None else (reading.choice, *reading.rivals)
    rivals = tuple(one for one in choices if one is not None)
    return BallotReading(BallotKind.UNCLEAR, rivals=rivals, missing="several" if rivals else "choice")


# --- its words ------------------------------------------------------------------------------------------------------


def _names_an_option(text: str, question: Question, lexicon: Lexicon) -> bool:
    words = words_of(text)
    labels = (label for option in question.options if not _yes_or_no(lexicon).whole(label := words_of(option)))
    if any(_holds(words, label) for label in labels):
        return True
    if len(words) > _SHORT:
        return False
    # Within a sentence "a" is an article: there a letter counts where it is a capital.
    lettered = (word for word in words if word in (words[0], words[-1]) or text[word.start : word.end].isupper())
    return any(_points(word, question) for word in (*(word for word in words if word.text.isdecimal()), *lettered))


def _says_yes_or_no(text: str, question: Question, lexicon: Lexicon, *, is_behind: bool = False) -> bool:
    """Whether words that were not read as a ballot hold a yes or a no: "I said yes to V-2".

    Behind a mark "no hurry" and "no idea" hold none, since a no of the author's would have been read.
    """
    words = words_of(text)
    if question.method not in FIXED_OPTIONS and len(words) > _SHORT:
        return False
    alone = _yes_or_no(lexicon).whole(words)
    hits = (*alone, *(hit for hit in _yes_or_no(lexicon).find(words) if not hit.key.endswith("_alone")))  # "please"
    if not is_behind or len(words) <= _BARE:
        return bool(hits)
    return any(not hit.key.startswith("no") or _ends_there(text, words, hit.end) for hit in hits)


def _ends_there(text: str, words: Sequence[Word], end: int) -> bool:
    """Whether a clause ends behind so many words of a text."""
    return end == len(words) or bool(text[words[end - 1].end : words[end].start].strip(" \t"))


def _tells_when(words: Sequence[Word], lexicon: Lexicon) -> bool:
    """Whether words name a day: "V-1 closes on Friday". An option that is one has been read as a ballot."""
    return any(word.text in weekday_names(lexicon) for word in words)


def _holds(words: Sequence[Word], option: Sequence[Word]) -> bool:
    said, label = [word.text for word in words], [word.text for word in option]
    return bool(label) and any(said[at : at + len(label)] == label for at in range(len(said) - len(label) + 1))


def _points(word: Word, question: Question) -> bool:
    """Whether a word is the number or the letter of an option, or a number on the scale."""
    if word.text.isdecimal():
        return len(word.text) < 4 and int(word.text) <= max(len(question.options), question.highest)
    return len(word.text) == 1 and word.text in _LETTERS[: len(question.options)]


@lru_cache(maxsize=8)
def _yes_or_no(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("ballot"), ("yes", "no", "yes_alone", "no_alone")))


def is_answer_alone(text: str, lexicon: Lexicon) -> bool:
    """Whether a text is a yes or a no and nothing else."""
    words = words_of(text) if len(text) <= _LONGEST else ()
    return bool(_yes_or_no(lexicon).whole(words))


def around(text: str, one: Spilt) -> str:
    """Return a text without an answer spilt in it, "" where that would tear a sentence apart."""
    head = text[: one.start].rstrip(_OPENS)
    if head and not head.endswith(_ENDS):
        return ""
    tail = text[one.end :]
    return f"{head}{tail.removeprefix(_LINE) if head.endswith(_LINE) else tail}".strip()
