"""Files put into the copies of a post as they go out: taken from the mail that brought them, once for many readers.

What is made is kept until the next post needs the room, so that memory does not grow with readers. Must not: judge a
file, or keep a second copy of it in the store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from gateway.model.attachment import Attachment, KeptBack
from gateway.model.facts import PostFacts
from gateway.model.message import Part, Unreadable
from gateway.model.notice import StoredNotice
from gateway.pipeline import workspaces
from gateway.render.files import carried, part_of, with_files
from gateway.understand.masked_files import masked_file
from gateway.understand.mime import read_message
from gateway.understand.scan import Limits
from store.transaction import Transaction


@dataclass
class Files:
    """The parts of the post that went out last; copies of one post come one behind the other."""

    _of: tuple[Attachment, ...] = ()
    _parts: tuple[bytes, ...] | None = field(default=None, repr=False)

    def put_in(self, tx: Transaction, stored: StoredNotice, frozen: bytes, limits: Limits) -> bytes:
        """Return a frozen message as it goes out; nothing is read where it carries no files.

        Of a mail that is no longer kept nothing is put in: its words go without.
        """
        files = carried(stored)
        return with_files(frozen, stored.token, self._made(tx, stored, files, limits) or ()) if files else frozen

    def are_gone(self, tx: Transaction, stored: StoredNotice, limits: Limits) -> bool:
        """Whether a notice was to carry files, and the mail that brought them is no longer kept."""
        files = carried(stored)
        return bool(files) and self._made(tx, stored, files, limits) is None

    def still_there(self, tx: Transaction, stored: StoredNotice, limits: Limits) -> StoredNotice:
        """Return a notice that is to be rendered, its files noted as gone where their mail is no longer kept."""
        if not self.are_gone(tx, stored, limits):
            return stored
        facts = stored.notice.facts
        assert isinstance(facts, PostFacts)
        gone = tuple(msgspec.structs.replace(one, kept_back=KeptBack.GONE) for one in facts.files)
        notice = msgspec.structs.replace(stored.notice, facts=msgspec.structs.replace(facts, files=gone))
        return msgspec.structs.replace(stored, notice=notice)

    def _made(
        self, tx: Transaction, stored: StoredNotice, files: tuple[Attachment, ...], limits: Limits
    ) -> tuple[bytes, ...] | None:
        if not tx.inbox.keeps(files[0].arrival):  # asked for each copy: another process may have erased the mail
            self._of, self._parts = (), None
        elif self._of != files:
            self._of, self._parts = files, None  # the room of the last post is given up first
            kept = tx.inbox.get(files[0].arrival)
            leaves = leaves_in(kept.arrival.raw, limits) if kept else None
            local = workspaces.workspace(tx, stored.workspace_id).name
            self._parts = _parts(files, leaves, local) if leaves is not None else None
        return self._parts


def without_tokens(file: Attachment, leaf: Part, local: str) -> bytes:
    """Return what is given out of a file; `local` is the workspace's local part."""
    return masked_file(leaf.content, file.media_type, _charset(leaf), local)


def _charset(leaf: Part) -> str:
    return dict(leaf.parameters).get("charset", "")


def _parts(files: Sequence[Attachment], leaves: Sequence[Part], local: str) -> tuple[bytes, ...] | None:
    if any(one.part >= len(leaves) for one in files):
        return None
    found = ((one, leaves[one.part]) for one in files)
    return tuple(part_of(one, without_tokens(one, leaf, local), _charset(leaf)) for one, leaf in found)


def leaves_in(raw: bytes, limits: Limits) -> Sequence[Part] | None:
    """Return the leaves of a mail, None when there are no bytes, or they cannot be read any more."""
    try:
        return read_message(raw, limits).parts if raw else None
    except Unreadable:
        return None
