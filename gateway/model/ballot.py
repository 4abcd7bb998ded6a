"""Votes: the question, the methods, what one member can choose, and whether a question knows that choice.

Must not: count (decide/tally.py) or read words (understand/reading/ballot.py).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Method(StrEnum):
    """How a vote is answered and counted."""

    YESNO = "yesno"
    CONSENT = "consent"  # agree, abstain, disagree, block; a block needs a reason
    SINGLE = "single"
    APPROVAL = "approval"
    RANKED = "ranked"  # Schulze; instant run-off on request
    SCORE = "score"  # 0 to 5
    PLUSONE = "plusone"  # +1, 0, -1, fractions
    LAZY = "lazy"  # lazy consensus: silence is consent, an objection stops the clock


YESNO_OPTIONS = ("Yes", "No")
CONSENT_OPTIONS = ("Agree", "Abstain", "Disagree", "Block")
PLUSONE_OPTIONS = ("+1", "0", "-1")

# The options a method brings with it, whatever the language of the reply; the others take theirs from the vote.
FIXED_OPTIONS: dict[Method, tuple[str, ...]] = {
    Method.YESNO: YESNO_OPTIONS,
    Method.CONSENT: CONSENT_OPTIONS,
    Method.LAZY: CONSENT_OPTIONS,
    Method.PLUSONE: PLUSONE_OPTIONS,
}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a vote asks. `options` are the labels as shown, in order; for `score`, 0 to 5 unless said otherwise."""

    text: str
    method: Method
    options: tuple[str, ...]
    lowest: int = 0
    highest: int = 5


class Pick(msgspec.Struct, frozen=True, tag="pick"):
    """One option: yesno, consent, lazy, single."""

    label: str


class Picks(msgspec.Struct, frozen=True, tag="picks"):
    """Any number of options, in the order of the question: approval."""

    labels: tuple[str, ...]


class Ranking(msgspec.Struct, frozen=True, tag="ranking"):
    """Groups of options, best first; options of one group tie; options not named rank last together: ranked."""

    groups: tuple[tuple[str, ...], ...]


class Scores(msgspec.Struct, frozen=True, tag="scores"):
    """Pairs of option and number, only for options that were scored: score."""

    pairs: tuple[tuple[str, float], ...]


class PlusOne(msgspec.Struct, frozen=True, tag="plusone"):
    """A number from -1 to 1: plusone."""

    number: float


class Abstention(msgspec.Struct, frozen=True, tag="abstention"):
    """Counted towards quorum, for no option: where the method has no such option of its own."""


Choice = Pick | Picks | Ranking | Scores | PlusOne | Abstention


def fits(choice: Choice, question: Question) -> bool:
    """Whether a choice can be counted for this question: of its method, and of its options alone."""
    options = frozenset(question.options)
    match choice:
        case Abstention():
            return True
        case Pick(label):
            return question.method in _BY_PICK and label in options
        case Picks(labels):
            return question.method is Method.APPROVAL and options.issuperset(labels)
        case Ranking(groups):
            named = [label for group in groups for label in group]
            return question.method is Method.RANKED and options.issuperset(named) and len(named) == len(set(named))
        case Scores(pairs):
            return question.method is Method.SCORE and all(
                label in options and question.lowest <= number <= question.highest for label, number in pairs
            )
        case PlusOne(number):
            return question.method is Method.PLUSONE and -1 <= number <= 1


_BY_PICK = frozenset({Method.YESNO, Method.CONSENT, Method.LAZY, Method.SINGLE})


def kept(choice: Choice, question: Question) -> Choice | None:
    """Return what is left of a choice when the question's options changed, None when nothing is."""
    if fits(choice, question):
        return choice
    options = frozenset(question.options)
    match choice:
        case Picks(labels):
            choice = Picks(tuple(label for label in labels if label in options))
        case Ranking(groups):
            left = tuple(tuple(label for label in group if label in options) for group in groups)
            choice = Ranking(tuple(group for group in left if group))
        case Scores(pairs):
            choice = Scores(tuple(pair for pair in pairs if pair[0] in options))
        case _:
            pass
    emptied = choice in (Picks(()), Ranking(()), Scores(()))
    return None if emptied or not fits(choice, question) else choice
