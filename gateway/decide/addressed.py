"""A notice of our own accord, addressed to a member in their language and zone. Answers are addressed in answering.py.

Must not: decide what is said, or to whom.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gateway.model.facts import Facts
from gateway.model.member import Member
from gateway.model.notice import Notice


def to_member(member: Member, facts: Facts, key: str, due_at: datetime, **more: Any) -> Notice:
    """Return a notice of our own accord to a member; `more` are further fields of it."""
    return Notice(
        key=key,
        facts=facts,
        member_id=member.id,
        address=member.address,
        name=member.name,
        language=member.language,
        timezone=member.timezone,
        due_at=due_at,
        **more,
    )
