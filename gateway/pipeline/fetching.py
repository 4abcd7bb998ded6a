"""One file fetched from a page of ours: which mail of ours it stands in, whether it may still be had, and its bytes.

Must not: know of HTTP, or hand out what a mail of ours did not offer to this reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.model.attachment import Attachment
from gateway.model.filelink import file_named, is_file_code
from gateway.model.stoplink import notice_named
from gateway.pipeline import knowing, workspaces
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.passing_on import leaves_in, without_tokens
from gateway.understand.scan import Limits


class Fetch(StrEnum):
    """What asking for a file came to."""

    FOUND = "found"
    GONE = "gone"  # its mail is no longer kept, the link is too old, or its reader has left
    UNKNOWN = "unknown"  # no mail of ours offers it by this code
    TROUBLE = "trouble"  # of ours


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is handed out, and in which language to speak where it is nothing."""

    fetch: Fetch
    filename: str = ""
    content: bytes = b""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that may be had, and the whole mail it is in; it is taken out without the store."""

    file: Attachment
    raw: bytes
    language: str
    local: str  # the local part of its workspace


UNKNOWN = Fetched(Fetch.UNKNOWN)


def find(pipeline: Pipeline, code: str, which: str, now: datetime) -> Wanted | Fetched:
    """Return the file that a mail with this code offers its reader, else why there is none; nothing is changed."""
    notice_id = notice_named(code)
    if notice_id is None:
        return UNKNOWN
    with pipeline.store.read() as tx:
        stored = tx.outbox.get(notice_id)
        if stored is None or not any(
            is_file_code(code, notice_id, made_from) for made_from in knowing.codes_from(tx, stored)
        ):
            return UNKNOWN
        file = file_named(which, stored.notice.facts)
        group = workspaces.workspace(tx, stored.workspace_id, pipeline.rules.separator)
        claim = pipeline.keys.verify(stored.token, group.name)
        if file is None or claim is None:  # its key was taken out since
            return UNKNOWN
        reader = tx.people.get(claim.member_id)
        kept = tx.inbox.get(file.arrival)
    gone = reader is None or reader.left_at is not None or claim.expires_on < now.date()
    if gone or kept is None or not kept.arrival.raw:
        return Fetched(Fetch.GONE, language=stored.notice.language)
    return Wanted(file, kept.arrival.raw, stored.notice.language, group.name)


def take_out(wanted: Wanted, limits: Limits) -> Fetched:
    """Return a file out of the mail it is in: a whole mail is read for it, which takes its time."""
    leaves = leaves_in(wanted.raw, limits)
    if leaves is None or wanted.file.part >= len(leaves):
        return Fetched(Fetch.GONE, language=wanted.language)
    content = without_tokens(wanted.file, leaves[wanted.file.part], wanted.local)
    return Fetched(Fetch.FOUND, wanted.file.filename, content)
