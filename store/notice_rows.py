"""Notices and tries as rows of their tables, and back.

Must not: run a statement, or know what becomes of a notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from gateway.model.ballot import Question
from gateway.model.context import Sent
from gateway.model.facts import (
    AskBackFacts,
    BallotFacts,
    CatchUpFacts,
    ChangeFacts,
    DigestFacts,
    Facts,
    Item,
    NeedsYouLine,
    OpenVoteLine,
    PromptFacts,
    ReminderFacts,
    StatusFacts,
)
from gateway.model.notice import Answering, Attempt, Notice, NoticeState, PastTry, StoredNotice
from gateway.model.plan import Numbered
from store.codec import expand, pack, storable

_items: msgspec.json.Decoder[tuple[Item, ...]] = msgspec.json.Decoder(tuple[Item, ...])
_refs: msgspec.json.Decoder[tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...])
_facts: msgspec.json.Decoder[Facts] = msgspec.json.Decoder(Facts)

_FACTS_KEPT_FOR_ANSWERS = frozenset({"ask-back", "catch-up", "confirm", "receipt", "steward", "task-question"})
_WITH_QUESTIONS = frozenset({"ask-back", "ballot", "catch-up", "change", "digest", "reminder", "status"})
_WITH_NUMBERS = frozenset({"prompt", "reminder"})
RETURNED = "returned"  # the reason of a notice that was sent and came back


def columns(notice: Notice) -> dict[str, Any]:
    """Return the columns of a new notice: it waits for its turn."""
    return {
        "key": notice.key,
        "kind": notice.kind,
        "member_id": notice.member_id,
        "address": storable(notice.address),
        "name": storable(notice.name),
        "language": notice.language,
        "timezone": notice.timezone,
        "thread": notice.thread,
        "mark": notice.mark,
        "items": pack(notice.items),
        "answering": notice.answering.value,
        "in_reply_to": storable(notice.in_reply_to),
        "refs": pack(notice.references),
        "owed": notice.owed,
        "subject_hint": storable(notice.subject_hint),
        "unproven": notice.unproven,
        "due_at": notice.due_at,
        "next_attempt_at": notice.due_at,
        "state": NoticeState.QUEUED.value,
    }


def attempt_columns(attempt: Attempt) -> dict[str, Any]:
    """Return the columns of one try."""
    return {
        "notice_id": attempt.notice_id,
        "at": attempt.at,
        "code": attempt.code,
        "text": storable(attempt.text),
        "took": round(attempt.took * 1_000_000),
    }


def past_try(row: Row[Any]) -> PastTry:
    """Return an earlier try, with what its notice is now."""
    return PastTry(
        notice_id=row.id, address=row.address, at=row.at, code=row.code, text=row.text,
        tries=row.attempts, reason=row.reason,
    )  # fmt: skip


def _notice(row: Row[Any], said: Facts) -> Notice:
    return Notice(
        key=row.key,
        facts=said,
        member_id=row.member_id,
        address=row.address,
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        due_at=row.due_at,
        thread=row.thread,
        mark=row.mark,
        items=_items.decode(row.items),
        answering=Answering(row.answering),
        in_reply_to=row.in_reply_to,
        references=_refs.decode(row.refs),
        owed=row.owed,
        subject_hint=row.subject_hint,
        unproven=row.unproven,
    )


def stored_notice(row: Row[Any], return_token: str, known: dict[int, Facts]) -> StoredNotice:
    """Return the notice of a row. `known` holds facts read already: the copies of a broadcast share theirs."""
    if row.facts_id not in known:
        known[row.facts_id] = _facts.decode(row.facts_body)
    body = getattr(row, "frozen_body", None)
    return StoredNotice(
        id=row.id,
        workspace_id=row.workspace_id,
        token=row.token,
        return_token=return_token,
        notice=_notice(row, known[row.facts_id]),
        state=NoticeState(row.state),
        frozen=None if body is None else expand(body),
        attempts=row.attempts,
        sent_at=row.sent_at,
        reason=row.reason,
        detail=row.detail,
    )


def sent_notice(row: Row[Any]) -> Sent:
    """Return a notice as what an answer to it is read in the light of."""
    kept = row.kind in _FACTS_KEPT_FOR_ANSWERS
    said = _facts.decode(row.facts_body) if kept or row.kind in _WITH_QUESTIONS | _WITH_NUMBERS else None
    return Sent(
        notice_id=row.id,
        kind=row.kind,
        member_id=row.member_id,
        mark=row.mark,
        thread=row.thread,
        items=_items.decode(row.items),
        language=row.language,
        sent_at=row.sent_at,
        frozen=None if row.frozen_body is None else expand(row.frozen_body),
        guesses=_guesses(said),
        facts=row.facts_body.encode() if kept else b"",
        questions=_questions(said),
        returned=row.reason == RETURNED,
        numbered=_numbered(said),
        token=row.token,
    )


def _numbered(said: Facts | None) -> Numbered | None:
    """Return the lines of a check-in that a notice numbered."""
    if isinstance(said, PromptFacts) or (isinstance(said, ReminderFacts) and said.question is None):
        return Numbered(said.plan, said.blockers, said.stopped)
    return None


def _guesses(said: Facts | None) -> tuple[bytes, ...]:
    guesses = said.guesses if isinstance(said, AskBackFacts) else ()
    return tuple(msgspec.json.encode(guess.choice) for guess in guesses)


def _questions(said: Facts | None) -> dict[str, Question]:
    """Return the questions that a notice showed, by mark, with the options its numbers and letters stood for."""
    shown: Sequence[tuple[str, Question | None]] = ()
    if isinstance(said, BallotFacts | ReminderFacts | ChangeFacts | AskBackFacts):
        shown = ((said.mark, said.question),)
        if isinstance(said, AskBackFacts):
            shown = (*shown, *((guess.mark, guess.question) for guess in said.guesses))
    elif isinstance(said, DigestFacts | StatusFacts | CatchUpFacts):
        lines: tuple[NeedsYouLine | OpenVoteLine, ...] = (*said.open_votes, *said.needs_you)
        shown = tuple((line.mark, line.question) for line in lines)
    return {mark: question for mark, question in shown if question is not None}
