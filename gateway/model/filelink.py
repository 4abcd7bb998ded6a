"""The address of a file on our pages: a code that names the mail it stands in and proves that we wrote it; which file.

The code is made as that of a stop link is (stoplink.py), for a purpose of its own: who has one has not the other. Must
not: decide who may still fetch (pipeline/fetching.py does).
"""

from __future__ import annotations

import hmac
import re

from gateway.model.attachment import Attachment
from gateway.model.facts import DigestFacts, Facts, PostFacts
from gateway.model.stoplink import code_for

FILE_PATH = "/f/"  # below where our pages are reached; the code follows, then which file
_WHICH = re.compile(r"([0-9]{1,15})-([0-9]{1,6})", re.ASCII)


def file_code(notice_id: int, token: str) -> str:
    """Return the code by which the files are fetched that a notice with this token for returns speaks of."""
    return code_for(b"file", notice_id, token)


def is_file_code(code: str, notice_id: int, token: str) -> bool:
    """Whether a code is the one of this notice with this token; takes equally long for every wrong one."""
    return hmac.compare_digest(code.lower().encode(), file_code(notice_id, token).encode())


def which(file: Attachment) -> str:
    """Return what stands behind the code for a file: `17-2`."""
    return f"{file.arrival}-{file.part}"


def file_named(text: str, facts: Facts) -> Attachment | None:
    """Return the file that an address means, of those that a notice speaks of and that may be fetched; else None."""
    found = _WHICH.fullmatch(text)
    if found is None:
        return None
    place = (int(found[1]), int(found[2]))
    return next((one for one in _spoken_of(facts) if (one.arrival, one.part) == place and one.is_fetchable), None)


def _spoken_of(facts: Facts) -> tuple[Attachment, ...]:
    if isinstance(facts, PostFacts):
        return facts.files
    if isinstance(facts, DigestFacts):
        return tuple(one for thread in facts.threads for files in thread.files for one in files)
    return ()
