"""One click on a mail's own "unsubscribe": which notice it names, and what stops.

Must not: hold a rule of the domain (decide/on_click.py does), or know of HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.decide import on_click
from gateway.model.context import Workspace
from gateway.model.member import Member
from gateway.model.notice import StoredNotice
from gateway.model.stoplink import is_code_of, notice_named
from gateway.pipeline import knowing, workspaces
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.recording import record
from store.transaction import Transaction


class Click(StrEnum):
    """What a click came to, or may come to."""

    OPEN = "open"  # asked only: nothing has stopped yet
    STOPPED = "stopped"  # also when it had stopped before
    LEFT = "left"  # no member any more: there is nothing to stop
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # no mail of ours carries this code
    TROUBLE = "trouble"  # of ours: nothing was changed
    NO_FILE = "no-file"  # the link was to a file (pipeline/fetching.py), and no mail of ours offers it
    FILE_GONE = "file-gone"


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a page says of a click. `channel` None means everything of the workspace."""

    click: Click
    language: str = ""  # the reader's, "" when we do not know who reads
    workspace: str = ""  # its name, as its members see it
    address: str = ""
    channel: str | None = None


UNKNOWN = Clicked(Click.UNKNOWN)


def look(pipeline: Pipeline, code: str, now: datetime) -> Clicked:
    """Return what a click would stop, and stop nothing."""
    with pipeline.store.read() as tx:
        found = _found(pipeline, tx, code, now)
        return UNKNOWN if found is None else found.says(Click.OPEN)


def stop(pipeline: Pipeline, code: str, now: datetime) -> Clicked:
    """Stop what the mail was about; clicked again, nothing more is recorded."""
    asked = look(pipeline, code, now)
    if asked.click is not Click.OPEN:
        return asked  # whoever guesses codes takes nobody's turn at writing
    with pipeline.store.begin() as tx:
        found = _found(pipeline, tx, code, now)
        if found is None:
            return UNKNOWN
        if found.member is not None and not found.expired:
            decision = on_click.decide(found.member, found.channel)
            record(tx, found.workspace, decision, now, pipeline.rules.token_days)
        return found.says(Click.STOPPED)


@dataclass(frozen=True, slots=True)
class _Found:
    workspace: Workspace
    stored: StoredNotice
    member: Member | None  # None: left, or erased
    expired: bool

    @property
    def channel(self) -> str | None:
        return on_click.scope(self.stored.notice.facts, self.workspace.charter)

    def says(self, click: Click) -> Clicked:
        click = Click.LEFT if self.member is None else Click.EXPIRED if self.expired else click
        charter = self.workspace.charter
        language = (self.member or self.stored.notice).language
        return Clicked(click, language, charter.name, str(self.workspace.address), self.channel)


def _found(pipeline: Pipeline, tx: Transaction, code: str, now: datetime) -> _Found | None:
    notice_id = notice_named(code)
    stored = tx.outbox.get(notice_id) if notice_id else None
    if stored is None or not any(is_code_of(code, stored.id, one) for one in knowing.codes_from(tx, stored)):
        return None
    group = workspaces.workspace(tx, stored.workspace_id, pipeline.rules.separator)
    claim = pipeline.keys.verify(stored.token, group.name)
    if claim is None:  # its key was taken out since
        return None
    member = tx.people.get(claim.member_id)
    present = member if member is not None and member.left_at is None else None
    return _Found(group, stored, present, claim.expires_on < now.date())
