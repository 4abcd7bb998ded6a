"""What a mail asks for beside what it answers: a request about its author's own mail, a setting, a look back.

Must not: say what an answer means (answers.py does), or decide whether what is asked for is done.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.model.address import Door
from gateway.model.context import MailContext
from gateway.model.message import Message
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import CheckInForm, Phase, Ritual
from gateway.model.understood import CatchUp, Setting
from gateway.understand.items import WITH_ITEMS
from gateway.understand.lexicon import Lexicon
from gateway.understand.mail import Mail
from gateway.understand.reading.catching_up import read_catch_up
from gateway.understand.reading.command import read_command
from gateway.understand.reading.doubt import is_doubtful
from gateway.understand.reading.govern import read_setting
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.request import lists_of
from gateway.understand.reading.todo import may_hold_todos

# Requests that a reply to anything of ours may hold, when they are its whole new text.
_REQUESTS = frozenset(
    {Intent.LEAVE, Intent.PAUSE, Intent.RESUME, Intent.AWAY, Intent.SET_FREQUENCY, Intent.HELP, Intent.STATUS}
)
NO_REQUESTS = frozenset({Intent.NEW_TOPIC, Intent.UNCLEAR})
_LONG, TOP, _BOTTOM = 1_500, 500, 350  # characters of a text that is long, and of its ends, where requests stand
_OF_OURS = (*WITH_ITEMS, "prompt", "reminder", "summary")  # what comes by its own rhythm


def request_in(text: str, mail: Mail, *, is_part: bool = False) -> CommandReading:
    """Read a text as a request. A long one is looked at where requests stand, and read whole only if one is there.

    `is_part`: other words of the mail answer something, so that these need not be about our mails.
    """
    message, context, lexicon = mail.message, mail.context, mail.lexicon

    def read(some: str) -> CommandReading:
        return read_command(
            address=_address_part(context), subject=message.subject, text=some,
            sent_at=mail.written_at, lexicon=lexicon,
            answers_ours=not is_part and _answers_ours(message, context), questions=_questions(context),
        )  # fmt: skip

    ends = _ends(text) if context.destination.door is Door.POST else text
    reading = read(ends)
    is_asked = reading.intent not in NO_REQUESTS or (ends is not text and may_hold_todos(text, lexicon))
    return read(text) if ends is not text and is_asked else reading


def _questions(context: MailContext) -> tuple[str, ...]:
    """Return what check-ins ask here: as the one this mail belongs to does, else as all of the charter's do.

    A new mail is read before the rounds its author has open are looked up. Where routines ask different things it is
    not known which of them it answers: () stands for the standard questions.
    """
    running = {
        view.round.form.questions
        for view in context.rounds.values()
        if isinstance(view.round.form, CheckInForm) and view.in_electorate and view.round.phase is Phase.OPEN
    }
    routines = context.workspace.charter.routines.values()
    asked = running or {routine.questions for routine in routines if routine.ritual == Ritual.CHECKIN.value}
    return next(iter(asked)) if len(asked) == 1 else ()


def _ends(text: str) -> str:
    """Return the top and the bottom of a long text, in whole lines: only there is a request heard."""
    if len(text) <= _LONG:
        return text
    top = text.rfind("\n", 0, TOP)
    bottom = text.find("\n", len(text) - _BOTTOM)
    return text if top < 0 or bottom < 0 else f"{text[:top]}\n\n{text[bottom + 1 :]}"


def _answers_ours(message: Message, context: MailContext) -> bool:
    """Whether a mail can only be about our own mails: it answers one that asks or tells, or has no subject."""
    if context.answering is not None:
        return context.answering.kind in _OF_OURS
    return context.thread is None and not message.subject.strip()


def _address_part(context: MailContext) -> str:
    """Return where a mail was written to, as `read_command` wants it."""
    place = context.destination
    tag = f"#{place.channel}" if place.channel else place.tag if place.door not in (Door.REPLY, Door.BOUNCE) else ""
    return f"{context.workspace.name}+{tag}"


def setting_in(text: str, mail: Mail, options: Sequence[str] = ()) -> Setting | None:
    """Return the setting that a text is; `options` are words of a vote, which are none."""
    return read_setting(text, mail.lexicon, options, mail.context.workspace.charter.channels)


def about_us(text: str, mail: Mail) -> Setting | CatchUp | None:
    """Return what an answer says of its author's own mail. "What did I miss?" below a post is asked of its author."""
    sent = mail.context.answering
    asked = sent is not None and sent.kind != "post" and read_catch_up(text, mail.written_at, mail.lexicon)
    return setting_in(text, mail) or asked or None


def whole_request(text: str, mail: Mail, *, is_part: bool = False) -> CommandReading | None:
    """Return the request that a whole new text is, in answer to anything of ours; None when it is none."""
    reading = request_in(text, mail, is_part=is_part)
    return reading if reading.intent in _REQUESTS else None


def asked_beside(text: str, mail: Mail) -> Setting | CommandReading | None:
    """Return what a line beside an answer asks of its author's own mail; without dates it may be said of the answer."""
    setting = setting_in(text, mail)
    if setting or "?" in text or not _may_ask(text, mail.lexicon):
        return setting
    asked = request_in(text, mail)
    if asked.intent in (Intent.AWAY, Intent.PAUSE) and is_doubtful(text, mail.written_at, mail.lexicon):
        return None
    if asked.intent is Intent.AWAY:
        return asked if asked.until or asked.away_from else None
    if asked.intent is Intent.PAUSE:
        return asked if asked.until else None
    if asked.intent is Intent.RESUME:
        return asked if len(text.split()) == 1 or _has_stopped(mail) else None
    return asked if asked.intent is Intent.SET_FREQUENCY else None


# Of table [command]: without a word of these no line asks for a pause, an absence or a rhythm. Most lines have none.
_ASKING = (
    "away", "away_start", "going", "pause", "halt", "leave", "resume", "word_pause", "word_resume", "word_digest",
    "word_daily", "word_weekly", "word_biweekly", "word_monthly", "weekly", "biweekly", "monthly", "every_other",
    "send",
)  # fmt: skip


def _may_ask(text: str, lexicon: Lexicon) -> bool:
    """Whether a line is worth reading as a request: that costs much, and is done to several lines of every post."""
    return bool(lists_of(lexicon).of(*_ASKING).find(words_of(text)))


def _has_stopped(mail: Mail) -> bool:
    """Whether anything can come again for the author of a mail: "I'm back" beside other words may be said to others."""
    member = mail.context.author
    if member is None:
        return False
    settings = member.settings
    is_paused = settings.paused or settings.paused_until is not None or not settings.prompts
    return is_paused or member.away_on(mail.written_at.date()) is not None
