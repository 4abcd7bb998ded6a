"""What the record knows beside a mail or a due row: loaded here, so that the core gets values.

Must not: decide anything, or write but for the signs of life and confirmations kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import msgspec
import structlog

from gateway.accept.verdict import Directory
from gateway.model.address import Destination, Door, fold_address, token_of_message_id
from gateway.model.arrival import Arrival, StoredArrival
from gateway.model.charter import CharterProblem, read_charter
from gateway.model.context import Due, DueKind, MailContext, Sent, ThreadView, TickContext, Trust, Workspace
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.token import Claim, KeyRing
from store.transaction import Transaction

log = structlog.get_logger()

ALIVE = "alive_at"  # when there was last a sign of life
OUTAGE = "outage"
_CONFIRMED = "confirmed:"


# --- workspaces ------------------------------------------------------------------------------------------------------


def workspace(tx: Transaction, name_or_id: str | int, separator: str = "+") -> Workspace:
    """Return a workspace with its charter in force. Raises LookupError when there is none of that name."""
    found = tx.charters.in_force(name_or_id)
    if found is None:
        raise LookupError(f"there is no workspace {name_or_id!r}")
    return _workspace(*found, separator)


@lru_cache(maxsize=500)
def _workspace(workspace_id: int, version: int, document: bytes, separator: str) -> Workspace:
    """Return a workspace; each charter is validated once. The document is part of the key: tests open many stores."""
    charter = read_charter(msgspec.json.decode(document))
    return Workspace(workspace_id, charter.local, charter, version, separator)


def workspaces(tx: Transaction, separator: str = "+") -> list[Workspace]:
    """Return every workspace; one whose charter no longer holds is left out and logged, so that the others go on."""
    found = []
    for name in tx.charters.names():
        try:
            found.append(workspace(tx, name, separator))
        except CharterProblem as problem:
            log.error("charter no longer holds", workspace=name, keys=[key for key, _ in problem.problems])
    return found


def workspace_of(tx: Transaction, recipients: Sequence[str], separator: str = "+") -> Workspace | None:
    """Return the workspace that the recipients of an envelope name."""
    names = tx.charters.names()
    for recipient in recipients:
        found = destination_of(tx, recipient, names)
        if found:
            return workspace(tx, found.workspace, separator)
    return None


def destination_of(tx: Transaction, address: str, names: Iterable[str]) -> Destination | None:
    """Return what an address means to one of these workspaces, None when it is not theirs."""
    local, _, domain = fold_address(address).rpartition("@")
    charters = {name: workspace(tx, name).charter for name in names if local.startswith(name)}
    charters = {name: charter for name, charter in charters.items() if charter.domain == domain}
    directory = Directory(
        {domain: frozenset(charters)}, {name: frozenset(charter.channels) for name, charter in charters.items()}
    )
    return directory.destination(address)


# --- a mail ----------------------------------------------------------------------------------------------------------

# The door that says most about what a mail is for wins when several of ours are named.
_DOOR_ORDER = (
    Door.BOUNCE, Door.REPLY, Door.TRY, Door.VOTE, Door.TASK, Door.JOIN, Door.LEAVE, Door.HELP, Door.OWNER, Door.REQUEST,
    Door.POST, Door.UNKNOWN,
)  # fmt: skip


def mail_context(
    tx: Transaction, group: Workspace, stored: StoredArrival, message: Message, now: datetime, keys: KeyRing
) -> MailContext:
    """Return what is known beside a mail: token first, then References, then the mark in its subject."""
    arrival = stored.arrival
    visible = [box.address for box in (*message.to, *message.cc)]
    ours = [place for a in (*arrival.recipients, *visible) if (place := destination_of(tx, a, [group.name]))]
    author = tx.people.by_address(group.id, fold_address(message.author.address)) if message.author else None
    destination = min(ours, key=_precedence, default=Destination(group.name, Door.POST))
    claim = _claim(group, destination, message, keys)
    sent = tx.outbox.sent(claim.notice_id) if claim else None
    foreign = bool(claim and author and claim.member_id != author.id)
    expired = bool(claim and claim.expires_on < now.date())
    marks = _marks(tx, group, sent, message, author)
    author_id = author.id if author else 0
    bounced = _bounced(tx, group, ours, keys)
    returned = tx.people.get(bounced.member_id) if bounced else None
    confirmed = tx.get_mark(f"{_CONFIRMED}{stored.id}") is not None
    own_token = claim is not None and not foreign and not expired
    return MailContext(
        now=now,
        received_at=in_time_at(arrival, outage(tx)),
        arrival_id=stored.id,
        workspace=group,
        destination=destination,
        author=author,
        trust=_trust(author, own_token or confirmed),
        answering=sent,
        proven_by_token=own_token and not confirmed,
        foreign_token=foreign,
        expired_token=expired,
        bounced=bounced,
        members_named={returned.address: returned} if returned else {},
        thread=_thread(tx, group, (sent.thread, sent.mark) if sent else marks),
        rounds=tx.rounds.views(group.id, marks, author_id),
        threads={m: t for m in marks if m.startswith("P-") and (t := tx.rounds.thread(group.id, m))},
        fresh=tx.ledger.fresh(group.id),
        answers_today=_answers_today(tx, group, message, now),
        recipients=tuple(fold_address(address) for address in visible),
        reverse_path=arrival.reverse_path,
    )


def _precedence(destination: Destination) -> tuple[int, bool]:
    return _DOOR_ORDER.index(destination.door), destination.channel is None


def _referred(message: Message) -> list[str]:
    """Return the ids a message refers to, the closest last."""
    return list(dict.fromkeys([*message.references, *message.in_reply_to]))


def _claim(group: Workspace, destination: Destination, message: Message, keys: KeyRing) -> Claim | None:
    """Token first, then References: our Message-ID carries the same token (some programs ignore Reply-To)."""
    tokens = [destination.token] if destination.door is Door.REPLY and destination.token else []
    tokens += [t for i in reversed(_referred(message)) if (t := token_of_message_id(i, group.address))]
    return next((claim for token in tokens if (claim := keys.verify(token, group.name))), None)


def _marks(tx: Transaction, group: Workspace, sent: Sent | None, message: Message, author: Member | None) -> list[str]:
    """Return the marks a mail may be about, the most certain first: thread, round, items of a digest."""
    if sent is not None:
        return list(dict.fromkeys(m for m in (sent.thread, sent.mark, *(item.mark for item in sent.items)) if m))
    joined = tx.rounds.thread_of(group.id, _referred(message))
    if joined:
        return [joined]
    # A mark alone is no authority: it counts for a member who answers, never for a stranger.
    return subject_marks(message.subject, group.name) if author else []


def _thread(tx: Transaction, group: Workspace, marks: Iterable[str]) -> ThreadView | None:
    """Return the thread a mail belongs to. The items of a digest are no thread of its own."""
    return next((found for mark in marks if mark and (found := tx.rounds.thread(group.id, mark))), None)


def subject_marks(subject: str, name: str) -> list[str]:
    """Return the mark in a subject such as `Re: [acme V-7] Where?`; only the bracket we write counts."""
    opened = f"[{name} ".lower()
    start = subject.lower().find(opened)
    if start < 0:
        return []
    mark = subject[start + len(opened) :].partition("]")[0].strip().upper()
    letter, dash, number = mark.partition("-")
    return [mark] if dash and len(letter) == 1 and letter in "VCTPO" and number.isascii() and number.isdigit() else []


def _trust(author: Member | None, proven: bool) -> Trust:
    if author is None:
        return Trust.UNKNOWN
    return Trust.PROVEN if proven else Trust.CLAIMED


def _bounced(tx: Transaction, group: Workspace, ours: Sequence[Destination], keys: KeyRing) -> Sent | None:
    """Return what a bounce is about: the VERP address it came to names the notice."""
    for destination in ours:
        if destination.door is Door.BOUNCE and destination.token:
            claim = keys.verify(destination.token, group.name)
            if claim:
                return tx.outbox.sent(claim.notice_id)
    return None


def _answers_today(tx: Transaction, group: Workspace, message: Message, now: datetime) -> int:
    if message.author is None:
        return 0
    return tx.outbox.count_replied_since(group.id, fold_address(message.author.address), now - timedelta(days=1))


def confirm(tx: Transaction, arrival_id: int) -> None:
    """Note that the author of a held mail confirmed it: processed again, it counts as proven."""
    tx.set_mark(f"{_CONFIRMED}{arrival_id}", "1")


# --- in time ---------------------------------------------------------------------------------------------------------


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """When we were last down: from the last sign of life to the start."""

    since: datetime
    until: datetime


def outage(tx: Transaction) -> Outage | None:
    """Return the last time we were down, None when there was none."""
    noted = tx.get_mark(OUTAGE)
    return msgspec.json.decode(noted.encode(), type=Outage) if noted else None


def note_outage(tx: Transaction, now: datetime, gap: timedelta) -> None:
    """Keep the time since the last sign of life as an outage when it was longer than `gap`."""
    last = tx.get_mark(ALIVE)
    since = datetime.fromisoformat(last) if last else None
    if since and now - since > gap:
        tx.set_mark(OUTAGE, msgspec.json.encode(Outage(since=since, until=now)).decode())


def in_time_at(arrival: Arrival, down: Outage | None) -> datetime:
    """Return what counts for being in time: when our server took it, or, while we were down, the one before us."""
    if arrival.accepted_at is not None:
        return min(arrival.accepted_at, arrival.received_at)
    if down is None or arrival.received_at < down.until:
        return arrival.received_at
    stamped = _topmost_received(arrival.raw)
    return stamped if stamped is not None and down.since <= stamped <= down.until else arrival.received_at


def _topmost_received(raw: bytes) -> datetime | None:
    """Return the date of the topmost Received field: the server before us wrote it (RFC 5321 §4.4)."""
    head = raw[:16_384].replace(b"\r\n", b"\n").partition(b"\n\n")[0].replace(b"\n ", b" ").replace(b"\n\t", b" ")
    for line in head.split(b"\n"):
        if line[:9].lower() == b"received:":
            try:
                stamped = parsedate_to_datetime(line.rpartition(b";")[2].decode("ascii", "replace").strip())
            except (ValueError, TypeError):
                return None
            return stamped if stamped.tzinfo else None
    return None


# --- a due row -------------------------------------------------------------------------------------------------------


def tick_context(tx: Transaction, group: Workspace, due: Due, now: datetime) -> TickContext:
    """Return what is known when something falls due: only the fields its kind needs."""
    down = outage(tx)
    base = TickContext(
        now=now,
        workspace=group,
        fresh=tx.ledger.fresh(group.id),
        outage=bool(down and down.since <= due.at <= down.until),
    )
    return _LOADERS[due.kind](tx, group, due, base)


def _for_routine(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    return replace(base, members=tuple(tx.people.all(group.id)))


def _for_member(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    view = tx.rounds.view(group.id, due.mark, due.member_id)
    routine = view.round.routine if view else None
    last = tx.rounds.last_checkin(group.id, routine, due.member_id, due.mark) if routine else None
    return replace(base, members=(member,) if member else (), view=view, last_checkin=last)


def _for_reminder(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    answered = tx.rounds.answered(group.id, due.mark)
    if due.member_id:
        doubtful = tx.outbox.asked_back(group.id, due.mark, due.member_id)
        return replace(_for_member(tx, group, due, base), answered=answered, doubtful=doubtful)
    return replace(
        base,
        members=tuple(tx.people.all(group.id)),
        view=tx.rounds.view(group.id, due.mark, 0),
        electorate=tuple(tx.rounds.unanswered(group.id, due.mark)),
        answered=answered,
    )


def _for_close(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    return replace(
        base,
        members=tuple(tx.people.all(group.id, include_left=True)),
        view=tx.rounds.view(group.id, due.mark, 0),
        electorate=tuple(tx.rounds.electorate(group.id, due.mark)),
        standings=tuple(tx.rounds.standings(group.id, due.mark)),
        names=tx.rounds.names(group.id),
    )


def _for_digest(tx: Transaction, group: Workspace, due: Due, base: TickContext) -> TickContext:
    member = tx.people.get(due.member_id)
    since = due.since or base.now - timedelta(days=1)
    return replace(
        base,
        members=(member,) if member else (),
        news=tx.rounds.news(group.id, since, base.now, due.member_id),
        names=tx.rounds.names(group.id),
    )


_LOADERS: dict[DueKind, Callable[[Transaction, Workspace, Due, TickContext], TickContext]] = {
    DueKind.ROUTINE: _for_routine,
    DueKind.PROMPT: _for_member,
    DueKind.REMIND: _for_reminder,
    DueKind.CLOSE: _for_close,
    DueKind.DIGEST: _for_digest,
}
