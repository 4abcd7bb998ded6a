"""Everything of a workspace as plain values, for `restante export`: as far as secrecy allows.

Must not: show who chose what in a secret vote, or anything of an open vote whose results are hidden; or write anything.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.model.context import Workspace
from gateway.model.round import Phase, Round, Standing, VoteForm
from gateway.model.task import Task
from store.transaction import Transaction


def export_workspace(tx: Transaction, workspace: Workspace) -> dict[str, Any]:
    """Return members, threads, rounds with standing answers and outcomes, tasks, and deliveries, as plain values."""
    members = tx.people.all(workspace.id, include_left=True)
    names = {member.id: member.address for member in members}
    outcomes = {round_.mark: closed for round_, closed in tx.rounds.outcomes(workspace.id)}
    return {
        "workspace": workspace.name,
        "address": str(workspace.address),
        "charter_version": workspace.charter_version,
        "charter": workspace.charter.model_dump(mode="json"),
        "members": [_builtins(member) for member in members],
        "threads": [
            {"mark": thread.mark, "subject": thread.subject, "channel": thread.channel}
            | {"posts": [_post(post, names) for post in tx.rounds.posts(workspace.id, thread.mark)]}
            for thread in tx.rounds.threads(workspace.id)
        ],
        "rounds": [
            _round(round_, tx.rounds.standings(workspace.id, round_.mark), names)
            | {"outcome": _builtins(outcomes[round_.mark]) if round_.mark in outcomes else None}
            for round_ in tx.rounds.rounds(workspace.id)
        ],
        "tasks": [_task(task, names) for task in tx.tasks.all(workspace.id)],
        "deliveries": [
            {"to": s.notice.address, "kind": s.notice.kind, "mark": s.notice.mark, "state": s.state.value}
            | {"due_at": s.notice.due_at.isoformat(), "sent_at": s.sent_at.isoformat() if s.sent_at else None}
            for s in tx.outbox.list(workspace_id=workspace.id, limit=None)
        ],
    }


def _task(task: Task, names: dict[int, str]) -> dict[str, Any]:
    course = task.course
    return {
        "mark": task.mark,
        "title": task.title,
        "text": task.text,
        "made_by": names.get(task.made_by, ""),
        "made_at": task.made_at.isoformat(),
        "owner": names.get(course.owner, "") if course.owner is not None else None,
        "due": course.due.isoformat() if course.due else None,
        "state": course.state.value,
        "reason": course.reason,
        "changed_at": task.changed_at.isoformat() if task.changed_at else None,
    }


def _builtins(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def _post(post: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "mark": post.mark,
        "author": names.get(post.author_id or 0, post.author_name),
        "subject": post.subject,
        "text": post.text,
        "at": post.at.isoformat(),
    }


def _round(round_: Round, standings: list[Standing], names: dict[int, str]) -> dict[str, Any]:
    return {**_builtins(round_), "answered": len(standings), **_answers(round_, standings, names)}


def _answers(round_: Round, standings: list[Standing], names: dict[int, str]) -> dict[str, Any]:
    """A secret vote shows who answered only; a hidden one shows answers once it is over."""
    form = round_.form
    voters = sorted(names.get(standing.member_id, "?") for standing in standings)
    if isinstance(form, VoteForm):
        over = round_.phase in (Phase.CLOSED, Phase.CANCELLED)
        if form.secret or (form.hidden and not over):
            return {"voters": voters, "answers": None}
    return {
        "voters": voters,
        "answers": [
            {
                "member": names.get(s.member_id, "?"),
                "answer": _builtins(s.answer),
                "at": s.at.isoformat(),
                "late": s.late,
            }
            for s in standings
        ],
    }
