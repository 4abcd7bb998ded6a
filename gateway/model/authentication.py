"""What a mail server before us concluded about who wrote a mail, and how far that proves its author.

Must not: read header fields (gateway/understand/authentication.py does), or say what an act needs (the charter does).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the server's checks come to for the domain in From."""

    PASSED = "passed"
    FAILED = "failed"
    NOTHING = "nothing"  # it checked nothing, or nothing that speaks of that domain


@dataclass(frozen=True, slots=True)
class Authentication:
    """The outcome, the check it rests on ("dmarc", "dkim", "spf", "compauth"), and the server that made it.

    `method` and `by` are "" where no server named in the settings said anything. `is_one_author` is False where From
    names several people or nobody plainly: then no check can speak of "the author". Of a mail that passed: `written_to`
    are the addresses that the author put into To and Cc, folded, as far as nobody else can have added them;
    `is_as_written` is False where somebody may have added to its text, or to what says what it answers; `signed_as` is
    what each of its signatures is of, by which it is known under whatever Message-ID.
    """

    outcome: Outcome = Outcome.NOTHING
    method: str = ""
    by: str = ""
    is_one_author: bool = True
    written_to: tuple[str, ...] = ()
    is_as_written: bool = True
    signed_as: tuple[str, ...] = ()


NOBODY_SAID = Authentication()
