"""An imported archive becomes posts: threads are built, nothing is executed, nobody is told.

Must not: read words, or join threads (understand/thread.py did).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.model.context import Fresh
from gateway.model.entry import Posted
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.round import POST_LETTER

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Archived:
    """One message of an archive with its new text; messages of one thread share the number `root`."""

    message: Message
    text: str
    root: int


def posts(
    archive: Sequence[Archived], people: Mapping[str, Member | None], fresh: Fresh
) -> tuple[tuple[Posted, datetime | None], ...]:
    """Return a post for each message with when it was written, oldest first.

    Each thread goes by the mark of its oldest message.
    """
    order = sorted(range(len(archive)), key=lambda number: (archive[number].message.date or _NEVER, number))
    marks = {number: fresh.mark(POST_LETTER, place) for place, number in enumerate(order)}
    first: dict[int, str] = {}
    for number in order:
        first.setdefault(archive[number].root, marks[number])
    return tuple((_post(archive[n], marks[n], first[archive[n].root], people), archive[n].message.date) for n in order)


def _post(archived: Archived, mark: str, thread: str, people: Mapping[str, Member | None]) -> Posted:
    message = archived.message
    author = people.get(message.author.address) if message.author else None
    stated = message.author.name or message.author.address if message.author else ""
    return Posted(
        mark=mark,
        thread=thread,
        author_id=author.id if author else None,
        author_name=author.name if author else stated,
        subject=message.subject,
        text=archived.text,
        message_id=message.message_id,
        attachments=tuple(part.filename for part in message.parts if part.is_attachment and part.filename),
        imported=True,
    )
