"""Who or what wrote a message, and what a machine had to say: bounce, calendar answer, reaction.

Must not: read anything; gateway/understand/author.py concludes, and the files of gateway/understand/reading/ read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nature(StrEnum):
    """What wrote a message. `PERSON` is the answer whenever nothing proves a machine."""

    PERSON = "person"
    AUTOREPLY = "autoreply"  # answered by a machine on someone's behalf (RFC 3834 §2): vacation, ticket received
    BULK = "bulk"  # made by a machine of its own accord: cron, newsletters that nobody reads answers to
    BOUNCE = "bounce"  # given up (RFC 3464 §2.3.3, Action: failed)
    DELAY = "delay"  # still being tried (Action: delayed)
    DSN_SUCCESS = "dsn_success"  # arrived, or handed on (Action: delivered, relayed, expanded)
    COMPLAINT = "complaint"  # a recipient pressed "spam" (RFC 5965)
    UNSUBSCRIBE = "unsubscribe"  # a recipient pressed "unsubscribe" and their program wrote the mail
    READ_RECEIPT = "read_receipt"  # RFC 8098
    CALENDAR_REQUEST = "calendar_request"  # invited, moved, published by an organiser (RFC 5546 §3.2.2)
    CALENDAR_ANSWER = "calendar_answer"  # accepted, declined, tentative, countered (RFC 5546 §3.2.3)
    CALENDAR_CANCEL = "calendar_cancel"  # called off by the organiser (RFC 5546 §3.2.5)
    REACTION = "reaction"  # one emoji, sent by a mail program for its owner
    OWN_LOOP = "own_loop"  # a mail of ours that came back

    @property
    def is_machine(self) -> bool:
        """True when no person chose these words: never to be answered, never to be posted."""
        return self not in _BY_PERSONS


# Nobody typed a calendar answer, a reaction or an unsubscription, yet each is one person's own choice.
_BY_PERSONS = frozenset(
    {
        Nature.PERSON,
        Nature.CALENDAR_REQUEST,
        Nature.CALENDAR_ANSWER,
        Nature.CALENDAR_CANCEL,
        Nature.REACTION,
        Nature.UNSUBSCRIBE,
    }
)


class SpokenOf(StrEnum):
    """What the words of a server that refused a mail are about."""

    SENDER = "sender"  # who hands mail in, from where, and what they think of such mail
    NOBODY = "nobody"  # there is no such mailbox, or no longer
    FULL = "full"  # there is one, with no room in it
    SIZE = "size"  # the mail: it is larger than they take
    MAILBOX = "mailbox"  # of one, and no more: "mailbox unavailable"
    MAIL = "mail"  # of no mailbox: a refusal, and perhaps its number ("Message not allowed - [299]")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a report on delivery says: bounce, delay, success or complaint, told apart by `Written.nature`.

    `recipients` are the addresses concerned, as the report writes them, in its order and without doubles; empty when
    it names none (the token of the reverse-path still tells). `permanent` is False for a delay, and for a failure
    whose enhanced status (RFC 3463) is of class 4. `status` is "5.1.1" or ""; `diagnostic` one line for a steward.
    `returned_ids` are the Message-IDs, without angle brackets, that the returned part carries: its own first, then
    those it refers to. `returned_tokens` are the addresses the returned part was sent from and answers to
    (Return-Path, our own field for returns, Reply-To, From, Sender, in this order): one of them may name the notice.
    `speaks_of` is what the words of the diagnostic are about, where they tell; `gave_up` whether a server says that it
    tried until the mail's time was over.
    """

    recipients: tuple[str, ...] = ()
    permanent: bool = True
    status: str = ""
    diagnostic: str = ""
    returned_ids: tuple[str, ...] = ()
    returned_tokens: tuple[str, ...] = ()
    speaks_of: SpokenOf | None = None
    gave_up: bool = False


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """One attendee's part in an iTIP message (RFC 5546); of a REPLY what they answered, else who is invited.

    `partstat` is lower case: "accepted", "declined", "tentative", "delegated", "needs-action", "counter" when another
    time is proposed, "" when absent.
    """

    uid: str
    attendee: str
    partstat: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji somebody put on a mail; which mail, In-Reply-To says."""

    emoji: str


@dataclass(frozen=True, slots=True)
class Written:
    """What wrote a message, and the sign it was told by.

    `reason` is a stable name such as "auto-submitted", "delivery-status", "null-reverse-path", "formula", "no-sign".
    `is_answerable` is False where no automatic answer may go back (RFC 3834 §2), though a person may have written it:
    list and bulk mail, a no-reply address, a wish not to be answered.
    """

    nature: Nature
    reason: str
    bounce: Bounce | None = None
    calendar: CalendarAnswer | None = None
    reaction: Reaction | None = None
    is_answerable: bool = True

    @property
    def is_machine(self) -> bool:
        """True when no person chose these words."""
        return self.nature.is_machine
