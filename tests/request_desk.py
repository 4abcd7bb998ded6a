"""A desk where requests are read as they are in a mail to the workspace `acme`, on one Tuesday in September.

Must not: expect anything; what a line should be read as stands in its test.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from gateway.model.reading import CommandReading, Intent
from gateway.resources import load_lexicon
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command import read_command

SENT = datetime(2026, 9, 15, 9, 30, tzinfo=ZoneInfo("Europe/London"))  # a Tuesday
CHECKIN = "Re: [acme] Check-in for Tuesday 15 September"
DIGEST = "Re: [acme] Daily digest"
PARTY = "Re: [acme] Summer party"
WORKING = ("monday", "tuesday", "wednesday", "thursday", "friday")
ACTS = frozenset(Intent) - {Intent.UNCLEAR, Intent.NEW_TOPIC, Intent.HELP, Intent.STATUS}


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def read(body: str, subject: str = CHECKIN) -> CommandReading:
    return read_command("acme", subject, body, SENT, lexicon())
