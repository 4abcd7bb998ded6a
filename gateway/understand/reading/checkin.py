"""STUB to be replaced."""
from datetime import date

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.understand.lexicon import Lexicon


def read_checkin(text: str, sent_on: date, lexicon: Lexicon) -> CheckInReading:
    return CheckInReading(kind=CheckInKind.UNCLEAR)
