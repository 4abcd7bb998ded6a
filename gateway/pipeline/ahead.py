"""What can be done before its turn, and anywhere: mail that waits is read, and the pages of new notices are made.

Values in, values out: a worker process does it while this one records and sends (docs/decisions/0027). What was read
ahead counts only where all that is known beside the mail is still the same when its turn comes; else it is read again.
Must not: touch the store, or decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from gateway.model.context import Fresh, MailContext, ThreadView, Workspace
from gateway.model.message import Message
from gateway.model.notice import Notice
from gateway.model.understood import Understood
from gateway.render.render import Page, Templates
from gateway.understand.lexicon import Lexicon
from gateway.understand.mime import read_message
from gateway.understand.read import Heard, hear, understand
from gateway.understand.scan import DEFAULT_LIMITS, Limits

LARGEST = (
    65_536  # octets of a mail that is handed to another process: a larger one costs more to hand over than to read
)
MOST_PAGES = 64  # of one turn

_NO_NUMBERS = Fresh({})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits, parsed, with what is known beside it as far as reading looks at that."""

    arrival_id: int
    message: Message
    context: MailContext


@dataclass(frozen=True, slots=True)
class Coming:
    """A mail that waits behind those, as it came."""

    arrival_id: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the mail that waits: what is to be read next, and what comes behind it."""

    waiting: Sequence[Waiting] = ()
    coming: Sequence[Coming] = ()


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """What a mail says in the light of `waiting.context`; None where its lines name what is to be looked up first."""

    waiting: Waiting
    heard: Heard
    understood: Understood | None

    def stands(self, context: MailContext) -> bool:
        """Whether it is what reading the mail beside this context gives."""
        return as_read(context) == self.waiting.context


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that a new notice needs."""

    notice: Notice
    workspace: Workspace


@dataclass
class Turn:
    """One turn of processing: what was read ahead of it, and the pages that its notices want."""

    read: Mapping[int, ReadAhead] = field(default_factory=dict)  # by arrival
    wanted: list[Wanted] = field(default_factory=list)
    last: int = 0  # the arrival that was taken up last

    def note(self, workspace: Workspace, notices: Sequence[Notice]) -> None:
        """Note the pages of these notices; copies of one broadcast share the first one's in each language."""
        if len(self.wanted) < MOST_PAGES:
            first = {(id(one.facts), one.language, one.timezone): one for one in notices}
            self.wanted += [Wanted(one, workspace) for one in first.values()]


def as_read(context: MailContext) -> MailContext:
    """Return a context without what reading never looks at, and what changes with every mail recorded before it."""
    thread = context.thread
    return replace(
        context,
        now=context.received_at,
        fresh=_NO_NUMBERS,
        asked_today=0,
        tries_today=0,
        secret_votes=(),
        thread=_without_last(thread) if thread else None,
        threads={mark: _without_last(one) for mark, one in context.threads.items()},
        rounds={mark: replace(one, answered=0, gone=0) for mark, one in context.rounds.items()},
    )


def _without_last(thread: ThreadView) -> ThreadView:
    return replace(thread, last_message_ids=())


# --- what a worker process is asked, and does ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadThese:
    """Mail to be read, and mail to be parsed for the next look; answered as by `read_all` and `parse_all`."""

    look: Look
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class WriteThese:
    """Pages to be made; answered as by `pages_of`."""

    wanted: Sequence[Wanted]
    links: str


def read_all(waiting: Sequence[Waiting], lexicon: Lexicon) -> list[tuple[Heard, Understood | None] | None]:
    """Return what each mail says, in order; None for one that a fault of ours keeps from being read."""
    return [_read(one, lexicon) for one in waiting]


def _read(one: Waiting, lexicon: Lexicon) -> tuple[Heard, Understood | None] | None:
    try:
        heard = hear(one.message, one.context, lexicon)
        return heard, None if heard.named else understand(one.message, one.context, lexicon, heard)
    except Exception:
        return None  # met again, and told of, where the mail is processed


def parse_all(coming: Sequence[Coming], limits: Limits) -> dict[int, Message]:
    """Return each mail by its number, parsed, but what cannot be: that is found, and told, where it is processed."""
    parsed = {}
    for one in coming:
        with suppress(Exception):
            parsed[one.arrival_id] = read_message(one.raw, limits)
    return parsed


def pages_of(wanted: Sequence[Wanted], templates: Templates, links: str) -> list[Page | None]:
    """Return the page of each notice, in order; None where a template fails. `links` is where web pages are reached."""
    return [_page(one, templates, links) for one in wanted]


def _page(one: Wanted, templates: Templates, links: str) -> Page | None:
    try:
        return templates.page(one.notice, one.workspace, links)
    except Exception:
        return None  # met again, and told of, where the notice is rendered
