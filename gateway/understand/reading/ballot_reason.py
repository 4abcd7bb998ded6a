"""The answer to "please say why": any words are the reason but a plain vote, `undo`, and what puts it off.

A block waits for its reason, and "it is too expensive" is that, not another vote. Only an option by its name and
nothing more stands in the block's place; where one is named beside other words, both are asked about.
Must not: know a word of a language, or read a vote (ballot.py has).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from gateway.model.ballot import Choice, Method, Pick, PlusOne, Question
from gateway.model.reading import BallotKind, BallotReading
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import marks_in
from gateway.understand.reading.govern import read_undos
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of

TABLE = "ballot_reason"
_OPTIONS = {"agree": Pick("Agree"), "abstain": Pick("Abstain"), "disagree": Pick("Disagree"), "block": Pick("Block")}
_SIGNED = re.compile(r"(?<![\w.,/])[+\-−–]?\d+(?:[.,]\d+)?(?![\w/])")
_ASKING = frozenset(("question", "irony", "reworded"))  # what is missing of words that give no reason
_MOST_BESIDE = 1  # words of a text that but puts its reason off, beside those that do: "wait until June"


def read_reason(
    text: str, asked: Choice, reading: BallotReading, question: Question, lexicon: Lexicon
) -> BallotReading:
    """Return what an answer to "please say why" comes to; `reading` is the text as an answer to the vote itself."""
    if reading.kind is BallotKind.WITHDRAW or not text.strip():
        return reading
    if read_undos(text, lexicon, marks_in(text)):
        return BallotReading(BallotKind.UNCLEAR, rivals=(asked,), missing="reason")
    named, left, puts_off = _told(text, reading, question, lexicon)
    if left == 0 and len(named) == 1:
        return replace(reading, kind=BallotKind.BALLOT, choice=next(iter(named)), comment=None)
    if left == 0 or (puts_off and left <= _MOST_BESIDE):
        return BallotReading(BallotKind.UNCLEAR, rivals=(asked,), missing="reason")
    voted = reading.choice if reading.kind is BallotKind.BALLOT else None
    if voted is None and reading.missing in _ASKING:
        return reading
    if voted is not None and voted != asked and voted in named:
        return BallotReading(BallotKind.UNCLEAR, rivals=(asked, voted), missing="several")
    return BallotReading(BallotKind.BALLOT, asked, comment=text.strip(), evidence=text.strip())


def _told(
    text: str, reading: BallotReading, question: Question, lexicon: Lexicon
) -> tuple[frozenset[Choice], int, bool]:
    """Return the options named, how many words are of none and no dress, and whether the reason is put off."""
    numbered = question.method is Method.PLUSONE
    words = words_of(_SIGNED.sub(" ", text) if numbered else text)
    hits = _outermost(_phrases(lexicon).find(words))
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    named: frozenset[Choice] = frozenset(_OPTIONS[hit.key] for hit in hits if hit.key in _OPTIONS)
    if numbered:
        signed = _SIGNED.search(text) is not None and isinstance(reading.choice, PlusOne)
        named = frozenset((reading.choice,)) if signed and reading.choice is not None else frozenset()
    return named, len(words) - len(covered), any(hit.key == "puts_off" for hit in hits)


def _outermost(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Return the phrases without those within a longer one: of "pas d'accord" no "d'accord"."""
    return tuple(
        hit
        for hit in hits
        if not any(
            one.start <= hit.start and hit.end <= one.end and one.end - one.start > hit.end - hit.start for one in hits
        )
    )


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE)))
