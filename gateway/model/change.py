"""What a mail changed, kept with the line of its receipt that says so: all that `undo` needs to put it back.

Must not: say how it is put back (decide/rituals/undo.py does).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from gateway.model.member import Absence, Settings
from gateway.model.round import Answer, Round, Standing


class AnswerChange(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    """The author's answer to a round; None where there was none, or none is left."""

    mark: str
    before: Standing | None
    after: Answer | None


class RoundChange(msgspec.Struct, frozen=True, kw_only=True, tag="round"):
    """A round: its closing time, its question, where it stands."""

    before: Round
    after: Round


class RoundBegun(msgspec.Struct, frozen=True, kw_only=True, tag="round-begun"):
    """A round that was not there before."""

    mark: str


class SettingsChange(msgspec.Struct, frozen=True, kw_only=True, tag="settings"):
    """The author's settings."""

    before: Settings
    after: Settings


class AbsenceChange(msgspec.Struct, frozen=True, kw_only=True, tag="absences"):
    """The author's absences."""

    before: tuple[Absence, ...]
    after: tuple[Absence, ...]


class BlockerChange(msgspec.Struct, frozen=True, kw_only=True, tag="blocker"):
    """Something that stops the author: raised in a round, or closed; `mark` is "" where it is only open again."""

    text: str
    raised: bool
    mark: str = ""


class MemberChange(msgspec.Struct, frozen=True, kw_only=True, tag="member"):
    """Somebody was made a member, or was removed. `member_id` is 0 of who had none yet.

    `further` are the other addresses of who was removed or came back: all of them come back with a member.
    """

    member_id: int
    address: str
    joined: bool
    further: tuple[str, ...] = ()


class AddressChange(msgspec.Struct, frozen=True, kw_only=True, tag="address"):
    """A further address of the author's was noted."""

    address: str


class ReadChange(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """What the author's next digest counts as told: up to `before`, and then up to `after`.

    `number` is how many digests had been left out. `is_moved` is false where the digest had told it all.
    """

    before: datetime | None
    after: datetime | None
    number: int = 0
    is_moved: bool = True


Change = (
    AnswerChange
    | RoundChange
    | RoundBegun
    | SettingsChange
    | AbsenceChange
    | BlockerChange
    | MemberChange
    | AddressChange
    | ReadChange
)
