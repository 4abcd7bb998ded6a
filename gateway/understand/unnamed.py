"""Words in answer to several things that name none of them: what each would make of them, the likeliest first.

They are held, and their author is asked which is meant; the number of a guess settles it, or the mark alone. Must not:
read words itself (the caller hands in how an item reads them), or choose: even one guess alone is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache

from gateway.model.context import MailContext
from gateway.model.facts import AskBackFacts
from gateway.model.reading import BallotKind, BallotReading, CheckInReading, TaskReading
from gateway.model.round import Phase
from gateway.model.said import facts_said
from gateway.model.task import TaskAct
from gateway.model.understood import Governing, Piece, WhichItem
from gateway.understand.corrected import corrected_lines
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import named
from gateway.understand.reading.courtesy import is_courtesy
from gateway.understand.reading.phrases import Phrases, listed, words_of

ITEM = "item"  # what words that name no item lack: AskBackFacts.missing
MOST_GUESSES = 6
_MOST_ITEMS = 30  # of one mail that are looked at
_LONGEST = 800  # letters of what may be a ballot or a word on a task; more is a text for people
_NUMBER = re.compile(r"^\W{0,3}(\d{1,2})\W{0,3}$")
_NUMBER_FIRST = re.compile(r"^\W{0,3}(?P<number>\d{1,2})(?!\w|[.:/-]\d)(?P<rest>.{0,200})$", re.DOTALL)
_BARE_NUMBER = re.compile(r"\s{0,3}(?P<number>\d{1,7})\.?\s{1,3}(?P<words>[^\W\d].*)$")  # "7 yes", "7. yes"
_SENTENCES = re.compile(r"[,.;!…\n–—-]+(?:\s|$)")
_LABEL = re.compile(r"^\s{0,3}[^\W\d_][^:：\n]{0,30}[:：]\s*\S", re.MULTILINE)  # "Done: the letter", "Next: the roof"
_MARK = re.compile(r"^\W{0,3}([A-Z])-?(\d{1,7})\W{0,3}$", re.IGNORECASE)

_Read = Callable[[str, str], Piece]  # (mark, words) → what the item makes of them


def which_item(text: str, context: MailContext, read: _Read) -> WhichItem | None:
    """Return what words may answer that name none of the items of the mail they answer; None where nothing is left to
    answer there.

    A number that several items bear, `7: yes`, leaves these.
    """
    marks = tuple(_answerable(context))
    words, number = _numbered(text)
    same = frozenset(mark for mark in marks if number and mark.partition("-")[2] == number)
    if number and not same and "\n" in text.strip():
        words = text  # a list, rather than an item
    ranked = sorted((_read(mark, words.strip(), read) for mark in marks), key=_rank)
    # The number may count something else than the items: what the words answer clearly is offered below those it names.
    of_number = [piece for piece in ranked if piece.mark in same]
    others = [piece for piece in ranked if piece.mark not in same and (not same or _rank(piece) <= _CLEAR)]
    ranked = of_number + others if not same or (of_number and _rank(of_number[0]) <= _CLEAR) else others + of_number
    # Words that are an answer as they stand are not offered to be published as well.
    bound = _TALK if ranked and _rank(ranked[0]) <= _CLEAR else _UNLIKELY
    likely = [piece for piece in ranked if _rank(piece) < bound or piece.mark in same] or ranked
    return WhichItem(tuple(likely[:MOST_GUESSES])) if likely else None


def is_likely(reading: object) -> bool:
    """Whether words that name no item are, to one of those they may answer, an answer as they stand."""
    return isinstance(reading, WhichItem) and _rank(reading.guesses[0]) <= _CLEAR


def settled(text: str, context: MailContext) -> tuple[str, str] | None:
    """Return (mark, words) of a piece that was held since it named no item, as the answer to the question settles it.

    ("", words) where its number is none of those offered; None where it settles nothing by a number or a mark.
    """
    asked = _asked(context)
    if asked is None:
        return None
    if number := _NUMBER.match(text.strip()):
        chosen = asked.guesses[int(number[1]) - 1 : int(number[1])] if int(number[1]) else ()
        return (chosen[0].mark if chosen else ""), asked.words
    named_alone = _MARK.match(text.strip())
    mark = f"{named_alone[1].upper()}-{named_alone[2]}" if named_alone else ""
    shown = context.answering.items if context.answering else ()
    return (mark, asked.words) if any(item.mark == mark for item in shown) else None


def is_nothing(text: str, name: str, lexicon: Lexicon) -> bool:
    """Whether a text takes back what was said and says no more: "never mind", "none of these, thanks"; `name` is its
    author's.
    """
    return _says_only(_phrases(lexicon, ("nothing", "left")), text, name, lexicon)


def is_left(text: str, name: str, lexicon: Lexicon) -> bool:
    """Whether a text takes back what was said, or was to be said, and chooses nothing: "never mind", not "none"."""
    return _says_only(_phrases(lexicon, ("left",)), text, name, lexicon)


def _says_only(phrases: Phrases, text: str, name: str, lexicon: Lexicon) -> bool:
    parts = [part for part in _SENTENCES.split(text[:_LONGEST]) if part.strip()] if len(text) <= _LONGEST else []
    nothing = [bool(phrases.whole(words_of(part))) for part in parts]
    sorry = _phrases(lexicon, ("sorry",))
    polite = (is_courtesy(part, name, lexicon) or bool(sorry.whole(words_of(part))) for part in parts)
    return any(nothing) and all(one or other for one, other in zip(nothing, polite, strict=True))


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon, keys: tuple[str, ...]) -> Phrases:
    return Phrases(listed(lexicon.tables("items"), keys))


def number_above(text: str, name: str, lexicon: Lexicon) -> str:
    """Return the number that a text gives with no more than courtesy around it, "1 please"; "" for anything else."""
    found = _NUMBER_FIRST.match(text.strip())
    rest = found["rest"].strip(" \t\n.,;:!)-") if found else ""
    return found["number"] if found and (not rest or is_courtesy(rest, name, lexicon)) else ""


def worded_anew(text: str, context: MailContext, sent_at: datetime, lexicon: Lexicon) -> tuple[str, str] | None:
    """Return (mark, words) of an answer to the question that gives a number and other words: `1: Lisbon`."""
    asked = _asked(context)
    lines = corrected_lines(text, len(asked.guesses), sent_at, lexicon) if asked else ()
    return (asked.guesses[lines[0][0] - 1].mark, lines[0][1]) if asked and len(lines) == 1 else None


def _asked(context: MailContext) -> AskBackFacts | None:
    """Return the question back of which item that a mail answers, where it was put to its author."""
    asked = facts_said(context.answering, AskBackFacts) if context.is_told_to_author else None
    return asked if asked is not None and asked.missing == ITEM else None


def _numbered(text: str) -> tuple[str, str]:
    """Return the words behind a number of an item, and the number; the text itself and "" where none begins it."""
    first, gap, rest = text.strip().partition("\n")
    one = named(first)
    if one is not None and not one.letter:
        return f"{one.text}{gap}{rest}", one.number
    bare = _BARE_NUMBER.match(first)
    return (f"{bare['words']}{gap}{rest}", bare["number"]) if bare else (text, "")


def _answerable(context: MailContext) -> Iterator[str]:
    """Yield the marks of the mail answered that still take an answer of its author, in the order shown."""
    for item in (context.answering.items if context.answering else ())[:_MOST_ITEMS]:
        view, task = context.rounds.get(item.mark), context.tasks.get(item.mark)
        is_asked = view is not None and view.in_electorate and view.round.phase in (Phase.OPEN, Phase.PAUSED)
        if is_asked or (task is not None and task.is_open) or item.mark in context.threads:
            yield item.mark


def _read(mark: str, words: str, read: _Read) -> Piece:
    return read(mark, words) if len(words) <= _LONGEST else Piece(words, mark)


_LABELLED, _OWN_WORDS, _CLEAR, _NEARLY, _ANY_WORDS, _TALK, _UNLIKELY = range(7)
_OF_TASKS = frozenset({TaskAct.DONE, TaskAct.DROP, TaskAct.HAND, TaskAct.POSTPONE})  # said of little else


def _rank(piece: Piece) -> int:
    """Return how likely words are meant for an item: it has a grammar that they fit, takes any, or takes none such."""
    match piece.reading:
        case BallotReading(kind=BallotKind.UNCLEAR, rivals=rivals):
            return _NEARLY if rivals else _UNLIKELY
        case TaskReading(act=None):
            return _NEARLY
        case TaskReading(act=act) if act in _OF_TASKS:
            return _OWN_WORDS
        case BallotReading() | TaskReading() | Governing():
            return _CLEAR
        case CheckInReading():
            return _LABELLED if len(_LABEL.findall(piece.text)) > 1 else _ANY_WORDS
        case _:
            return _TALK if piece.mark[:1] in "PO" else _UNLIKELY
