"""A file that came with a mail, and whether it is passed on with it: what ledger, mails and pages say of it.

Must not: hold the bytes (they are kept once, in the raw mail that brought them), or judge (decide/attachments.py does).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class KeptBack(StrEnum):
    """Why a file is not passed on."""

    NO = ""  # it is
    KIND = "kind"  # files of this kind never are
    SIZE = "size"  # too large, alone or with those before it
    NUMBER = "number"  # more than one mail may bring
    OFF = "off"  # the charter wants none passed on
    ANSWER = "answer"  # it came with an answer, be it a secret one
    STRANGER = "stranger"  # who sent it is no member
    GONE = "gone"  # the mail that brought it is no longer kept


# What is harmless, and may be fetched from our pages where there are any.
_FETCHABLE = frozenset({KeptBack.NO, KeptBack.SIZE, KeptBack.NUMBER, KeptBack.OFF})


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One file. It is found again as leaf `part`, counted from 0, of the mail kept as `arrival`."""

    filename: str  # cleaned: one line, no path, nothing that a system reads in its own way
    media_type: str
    size: int  # octets, decoded
    arrival: int
    part: int
    kept_back: KeptBack = KeptBack.NO
    linked: bool = False  # the charter lets pages hand it out, where there are pages

    @property
    def is_passed_on(self) -> bool:
        """Whether copies of the post carry it."""
        return self.kept_back is KeptBack.NO

    @property
    def is_fetchable(self) -> bool:
        """Whether a page of ours may hand it out."""
        return self.linked and self.kept_back in _FETCHABLE
