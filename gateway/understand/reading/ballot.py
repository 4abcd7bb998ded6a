"""STUB to be replaced."""
from gateway.model.ballot import Question
from gateway.model.reading import BallotKind, BallotReading
from gateway.understand.lexicon import Lexicon


def read_ballot(text: str, question: Question, lexicon: Lexicon) -> BallotReading:
    return BallotReading(kind=BallotKind.UNCLEAR)
