"""STUB to be replaced."""
from datetime import datetime

from gateway.model.reading import CommandReading, Intent
from gateway.understand.lexicon import Lexicon


def read_command(address: str, subject: str, text: str, sent_at: datetime, lexicon: Lexicon) -> CommandReading:
    return CommandReading(intent=Intent.UNCLEAR)
