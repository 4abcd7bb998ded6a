"""What comes from the command line instead of by mail: charters, people, an imported archive, a look ahead.

Must not: hold a rule of the domain; it goes the way of the flow, through the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.decide import digest_times, history, routines
from gateway.decide.calendar import is_known_country
from gateway.model.address import fold_address
from gateway.model.charter import Charter, CharterMember, CharterProblem, read_charter
from gateway.model.context import Workspace
from gateway.model.decision import Decision, Why
from gateway.model.entry import Entry, MemberAdded, MemberLeft, MemberRenamed
from gateway.model.member import Member
from gateway.model.message import Message, Unreadable
from gateway.model.notice import Attempt, NoticeState, StoredNotice
from gateway.pipeline import workspaces
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.recording import plan_digests, record
from gateway.understand.mime import read_message
from gateway.understand.reply import new_text
from gateway.understand.thread import Archived, thread
from store.transaction import Transaction

# --- charters and people ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a charter came to."""

    workspace: str
    version: int
    entries: tuple[Entry, ...]


def apply_charter(
    pipeline: Pipeline, document: dict[str, Any], *, by: str, now: datetime, prune: bool = False, moved: bool = False
) -> Applied:
    """Put a charter in force: a new version, its members added and renamed, its routines planned.

    `moved`: the workspace has gone to another domain, with all that it has. Raises CharterProblem before anything is
    written: the old charter stays in force.
    """
    charter = read_charter(document)
    if charter.holidays and not is_known_country(charter.holidays):
        said = f"{charter.holidays!r} is no country whose holidays are known; write one as FR or DE-BY"
        raise CharterProblem([("holidays", said)])
    with pipeline.store.begin() as tx:
        if not moved:
            _refuse_to_take_over(tx, charter)
        kept = {key: value for key, value in document.items() if key != "members"}
        workspace_id, version = tx.charters.apply(kept, at=now, by=by)
        group = Workspace(workspace_id, charter.local, charter, version, pipeline.rules.separator)
        entries = tuple(member_entries(charter, tx.people.all(workspace_id), prune=prune, now=now))
        tx.ledger.append(workspace_id, entries, at=now, charter_version=version)
        for entry in entries:
            if isinstance(entry, MemberLeft):
                tx.schedule.remove(workspace_id, [digest_times.due_key(entry.member_id)])
        members = tx.people.all(workspace_id)
        planned = tx.schedule.get(workspace_id, [routines.due_key(name) for name in charter.routines])
        tx.schedule.remove(workspace_id, ["routine:*"])
        tx.schedule.plan(workspace_id, routines.first_dues(charter, members, now, planned))
        plan_digests(tx, group, members, now)
    return Applied(charter.local, version, entries)


def _refuse_to_take_over(tx: Transaction, charter: Charter) -> None:
    """Raise CharterProblem where the name is that of a workspace in another domain: it would become this one."""
    found = tx.charters.current(charter.local)
    there = fold_address(str(found[2].get("address", ""))) if found else ""
    if there and there.rpartition("@")[2] != charter.domain:
        said = (
            f"{charter.local} is the workspace at {there} already, and a name is given to one only. Write another one"
            f" before the @ here; or, if that workspace itself moves to {charter.domain}, apply this with --moved"
        )
        raise CharterProblem([("address", said)])


def change_people(pipeline: Pipeline, name: str, entries: Sequence[Entry], *, now: datetime) -> None:
    """Record changes to people made from the command line."""
    with pipeline.store.begin() as tx:
        group = workspaces.workspace(tx, name, pipeline.rules.separator)
        record(tx, group, Decision(Why.SETTINGS, entries=tuple(entries)), now, pipeline.rules.token_days)


def member_entries(charter: Charter, members: Sequence[Member], *, prune: bool, now: datetime) -> Iterable[Entry]:
    """Yield what a charter's member list changes: it adds and renames, and never touches a person's own settings."""
    known = {address: member for member in members for address in (member.address, *member.further_addresses)}
    for listed in charter.members:
        member = known.get(listed.address)
        if member is None:
            yield MemberAdded(member=_new_member(listed, charter, now))
            continue
        changes: dict[str, Any] = {}
        for name in ("name", "roles", "language", "timezone"):
            wanted = getattr(listed, name)
            if wanted and wanted != getattr(member, name):
                changes[name] = wanted
        if changes:
            yield MemberRenamed(member_id=member.id, **changes)
    if prune:
        listed_addresses = {listed.address for listed in charter.members}
        for member in members:
            if not listed_addresses & {member.address, *member.further_addresses}:
                yield MemberLeft(member_id=member.id)


def _new_member(listed: CharterMember, charter: Charter, now: datetime) -> Member:
    return Member(
        id=0,
        address=listed.address,
        name=listed.name or listed.address.partition("@")[0],
        roles=listed.roles,
        language=listed.language or charter.languages[0],
        timezone=listed.timezone or charter.timezone,
        joined_at=now,
    )


# --- mail from files -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Envelope:
    """A reverse-path and recipients (RFC 5321)."""

    reverse_path: str
    recipients: tuple[str, ...]


def envelope_of(pipeline: Pipeline, raw: bytes, *, sender: str, recipients: Sequence[str]) -> Envelope:
    """Return the envelope that a mail's own fields suggest, where none is given: only addresses of ours in it."""
    message = read_message(raw, pipeline.rules.limits)
    named = recipients or [box.address for box in (*message.to, *message.cc)]
    with pipeline.store.read() as tx:
        names = tx.charters.names()
        ours = tuple(address for address in named if workspaces.destination_of(tx, address, names))
    return Envelope(sender or (message.author.address if message.author else ""), ours)


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing an archive came to."""

    threads: int
    posts: int
    known: int
    unreadable: int


def import_history(pipeline: Pipeline, name: str, raws: Sequence[bytes], *, now: datetime) -> Imported:
    """Build threads from an archive: nothing in it is executed or sent, what is known already is passed over.

    Raises LookupError for an unknown workspace. All of it is recorded, or nothing.
    """
    messages = _readable(pipeline, raws)
    with pipeline.store.begin() as tx:
        group = workspaces.workspace(tx, name)
        fresh = [m for m in messages if not (m.message_id and tx.rounds.thread_of(group.id, [m.message_id]))]
        addresses = {m.author.address for m in fresh if m.author}
        people = {a: tx.people.by_address(group.id, fold_address(a)) for a in addresses}
        posts = history.posts(_archived(pipeline, fresh), people, tx.ledger.fresh(group.id))
        for post, written_at in posts:
            at = min(written_at or now, now)
            tx.ledger.append(group.id, [post], at=at, charter_version=group.charter_version)
    threads = len({post.thread for post, _ in posts})
    return Imported(threads, len(posts), len(messages) - len(fresh), len(raws) - len(messages))


def _readable(pipeline: Pipeline, raws: Sequence[bytes]) -> list[Message]:
    messages = []
    for raw in raws:
        with suppress(Unreadable):
            messages.append(read_message(raw, pipeline.rules.limits))
    return messages


def _archived(pipeline: Pipeline, messages: Sequence[Message]) -> list[history.Archived]:
    places = thread([Archived.of(message) for message in messages])
    return [
        history.Archived(message, new_text(message, None, pipeline.lexicon).text, place.root)
        for message, place in zip(messages, places, strict=True)
    ]


# --- a look ahead ----------------------------------------------------------------------------------------------------

_MOST_PREVIEWED = 100_000  # at one instant
_MOST_DECIDED = 10_000  # due rows of one preview


@dataclass(frozen=True, slots=True)
class Preview:
    """A notice that would go out, with its bytes."""

    workspace: str
    stored: StoredNotice
    raw: bytes


def preview(pipeline: Pipeline, now: datetime) -> list[Preview]:
    """Return what would go out until `now`, rendered, and leave everything as it was.

    Each thing is decided at its own time and what it says goes out before the next is decided, as the beat of `serve`
    would have it on the way there: a prompt of the morning is shown although its round will have closed by `now`.
    """
    found: list[Preview] = []
    with pipeline.store.read() as tx:
        for _ in range(_MOST_DECIDED):
            claimed = tx.schedule.claim(now, 1)
            if not claimed:
                break
            workspace_id, due = claimed[0]
            found += _would_go(pipeline, tx, due.at)
            pipeline.fall_due(tx, workspace_id, due, due.at)
        found += _would_go(pipeline, tx, now)
    return found


def _would_go(pipeline: Pipeline, tx: Transaction, at: datetime) -> list[Preview]:
    """Return what would go out by an instant, and note it as sent: its transaction leaves no trace."""
    found: list[Preview] = []
    for stored in tx.outbox.claim(at, _MOST_PREVIEWED, pipeline.rules.lease):
        group = workspaces.workspace(tx, stored.workspace_id, pipeline.rules.separator)
        raw = pipeline.frozen(tx, stored, group, stored.notice.due_at)
        if raw is not None:
            found.append(Preview(group.name, stored, raw))
            sent = Attempt(notice_id=stored.id, at=at, code=250)
            tx.outbox.report(sent, state=NoticeState.SENT, reason="previewed")
    return found
