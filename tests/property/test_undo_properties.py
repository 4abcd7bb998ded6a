"""`undo` of every kind of act restores the earlier state exactly: rows are compared before an act and after its undo.

The pipeline and the store are the real ones; members write what changes something, in any order, and take it back by
answering its receipt. The ledger keeps both.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.model.context import DueKind
from gateway.model.entry import Posted
from gateway.model.round import Phase
from store.tables import addresses, blockers, electorate, members, posts, rounds, standings
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, Letter, Town

# What the ledger adds up to. Threads and Message-IDs only grow; `bounce_*` is a sign of life and no act.
_TABLES = (rounds, electorate, standings, blockers, members, addresses, posts)
_SIGNS_OF_LIFE = {"bounce_score", "bounced_at"}
_QUESTION = "Please answer by Friday 5 June 20:00."
_OWN = {**CHECK_IN, "open_for": "30 hours", "reminders": ["3 hours"]}


# Who is let in stays in the record as somebody who left; without receipts there is nothing to answer `undo` to.
_NOT_IN_ORDER = {"let in", "no receipts but unclear"}


def rows(town: Town) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the projections, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    with town.store.read() as tx:
        for table in _TABLES:
            order = [*table.primary_key.columns]
            selected = tx._sql.rows(select(*table.columns).order_by(*order))
            kept = [column.name for column in table.columns if column.name not in _SIGNS_OF_LIFE]
            found[table.name] = [{name: getattr(row, name) for name in kept} for row in selected]
    return found


def clocks(town: Town) -> list[tuple[Any, ...]]:
    """Return when rounds close, and up to when digests have told: what of the schedule is more than a reminder."""
    here = town.workspace_id
    with town.store.read() as tx:
        planned = tx.schedule.list(here, town.clock.instant("2027-06-01 00:00"))
    closes: list[tuple[Any, ...]] = [(due.key, due.at) for due in planned if due.key.startswith("close:")]
    told = [(due.key, due.since, due.number) for due in planned if due.kind is DueKind.DIGEST]
    return sorted(closes) + sorted(told)


def prepared(folder: Path) -> Town:
    """Return a town with a vote of each sort and a check-in open, and all the letters to answer."""
    town = Town.founded(
        folder,
        (ANA, BEN, CLEO),
        votes={"hidden": False, "add_options": True},
        routines={"daily": _OWN},
        strangers="hold",
    )
    for subject, text in (
        ("[VOTE] Close in August?", f"{_QUESTION}"),
        ("[VOTE] Where to?", f"- Lisbon\n- Porto\n\n{_QUESTION}"),
        ("[LAZY CONSENSUS] New logo", f"We take the blue one.\n\n{_QUESTION}"),
    ):
        town.writes("ana", "acme", subject, text)
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, if anybody looks for it.")
    town.writes("Dora <dora@elsewhere.example>", "acme", "Hello", "I would like to help with the garden next month.")
    town.at("2026-06-01 09:30")
    town.writes("ana", "acme", "", "catch up")
    return town


# Who writes what, in answer to which letter. Each changes something, unless it says what stands already.
ACTS: dict[str, tuple[str, str, str, str]] = {
    "yes": ("ben", "ballot", "V-1", "Yes."),
    "no": ("ben", "ballot", "V-1", "No, not this year."),
    "withdraw": ("ben", "ballot", "V-1", "I withdraw my vote."),
    "another's vote": ("cleo", "ballot", "V-1", "Oui."),
    "pick": ("ben", "ballot", "V-2", "Porto"),
    "add an option": ("ben", "ballot", "V-2", "add option: Rome"),
    "object": ("ben", "ballot", "V-3", "Block: the blue one is the bank's."),
    "agree": ("ben", "ballot", "V-3", "agree"),
    "object too": ("cleo", "ballot", "V-3", "Block: I do not like it."),
    "withdraw the objection": ("ben", "ballot", "V-3", "I withdraw my vote."),
    "extend": ("ana", "ballot", "V-1", "extend until Monday 8 June 20:00"),
    "correct": ("ana", "ballot", "V-2", "correct: Where do we go?\n- Lisbon\n- Porto\n- Ghent"),
    "cancel": ("ana", "ballot", "V-2", "cancel: nobody has time"),
    "resume": ("ana", "ballot", "V-3", "resume"),
    "amend": ("ana", "ballot", "V-3", "amend: We take the green one."),
    "put to a vote": ("ana", "ballot", "V-3", "put it to a vote"),
    "check in": ("ben", "prompt", "C-1", "Done: the shed\nNext: the fence\nBlockers: no wood"),
    "check in anew": ("ben", "prompt", "C-1", "Done: the shed, the roof\nNext: the gate\nBlockers: none"),
    "plan more": ("ben", "prompt", "C-1", "+ paint the fence"),
    "solved": ("ben", "prompt", "C-1", "blocker solved"),
    "skip": ("ben", "prompt", "C-1", "skip"),
    "less": ("ben", "post", "P-1", "less"),
    "more": ("ben", "post", "P-1", "more"),
    "mute": ("ben", "post", "P-1", "mute"),
    "digest": ("ben", "post", "P-1", "digest"),
    "pause": ("ben", "post", "P-1", "pause 3d"),
    "resume mail": ("ben", "post", "P-1", "resume"),
    "away": ("ben", "post", "P-1", "I'm on leave from 3 to 14 August"),
    "stop": ("ben", "post", "P-1", "stop"),
    "once a week": ("ben", "digest", "", "weekly please"),
    "read": ("ana", "catch-up", "", "OK, read it all"),
    "no receipts but unclear": ("ben", "post", "P-1", "receipts when unclear"),
    "let in": ("ana", "steward", "", "add"),
}


def said(town: Town, name: str) -> Letter | None:
    """Let a member say something; return the receipt, None where nothing was changed."""
    who, kind, mark, text = ACTS[name]
    before = len(town.box(who, "receipt"))
    town.answers(who, town.box(who, kind, mark)[0], text)
    town.confirms(who)
    receipts = town.box(who, "receipt")
    return receipts[-1] if len(receipts) > before else None


def undone(town: Town, name: str, receipt: Letter, text: str = "undo") -> None:
    """Let the one who got a receipt take it back."""
    who = ACTS[name][0]
    town.answers(who, receipt, text)
    town.confirms(who)


def expected(before: dict[str, Any], name: str, now: dict[str, Any]) -> dict[str, Any]:
    """Return what the rows should be: as before, but for what cannot be as if it had never been."""
    if name != "let in":
        return before
    joined = [row for row in now["members"] if row not in before["members"]]
    assert [row["left_at"] is not None for row in joined] in ([], [True]), "who was let in by mistake is out again"
    return {**before, "members": [*before["members"], *joined], "posts": now["posts"]}  # the post has gone out


def check(town: Town, history: list[str]) -> None:
    """Do acts one after another, take them back the last first, and compare the rows at each step."""
    stack: list[tuple[str, Letter, Any, Any]] = []
    for name in history:
        before = rows(town), clocks(town)
        receipt = said(town, name)
        if receipt is not None and (rows(town), clocks(town)) != before:
            stack.append((name, receipt, *before))
    entries = len(town.ledger())
    for name, receipt, before_rows, before_clocks in reversed(stack):
        undone(town, name, receipt)
        now = rows(town)
        assert now == expected(before_rows, name, now), f"{name} was not undone in {history}"
        if name != "let in":
            assert clocks(town) == before_clocks, f"the clocks are not as before {name} in {history}"
    assert len(town.ledger()) >= entries + len(stack), "the ledger keeps both"


@pytest.mark.parametrize("name", [name for name in ACTS if name != "withdraw"])
def test_undo_of_each_kind_of_act_restores_every_row(tmp_path: Path, name: str) -> None:
    town = prepared(tmp_path)
    first = {"withdraw the objection": ["object"], "check in anew": ["check in"], "more": ["digest"]}
    first |= {"resume": ["object"], "resume mail": ["pause"], "put to a vote": ["object"], "amend": ["object"]}
    first |= {"plan more": ["check in"], "solved": ["check in"]}
    for earlier in first.get(name, []):
        said(town, earlier)
    before = rows(town), clocks(town)
    receipt = said(town, name)
    assert receipt is not None, f"no receipt of {name}, but {town.last_reason}"
    assert (rows(town), clocks(town)) != before, f"{name} changed nothing"
    undone(town, name, receipt)
    now = rows(town)
    assert now == expected(before[0], name, now)
    if name != "let in":
        assert clocks(town) == before[1]
    assert town.faults == []
    town.close()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@example(["once a week", "less"])  # no digest at all: what the next would have told is still to be told
@given(st.lists(st.sampled_from(sorted(set(ACTS) - _NOT_IN_ORDER)), min_size=2, max_size=7))
def test_acts_in_any_order_are_undone_back_to_the_first(history: list[str]) -> None:
    with TemporaryDirectory() as folder:
        town = prepared(Path(folder))
        check(town, history)
        assert town.faults == []
        town.close()


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["yes", "add an option", "object", "extend", "mute", "away", "cancel", "check in"]))
def test_an_undo_is_undone_as_well(name: str) -> None:
    with TemporaryDirectory() as folder:
        town = prepared(Path(folder))
        receipt = said(town, name)
        assert receipt is not None
        done = {table: found for table, found in rows(town).items() if table != "blockers"}
        undone(town, name, receipt)
        undone(town, name, town.newest(ACTS[name][0], "receipt"))
        now = rows(town)
        assert {table: now[table] for table in done} == done
        assert len(now["blockers"]) == (name == "check in")
        assert town.faults == []
        town.close()


def test_a_post_cannot_be_called_back_and_undo_says_so(town: Town) -> None:
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed, if anybody looks for it.")
    town.writes("ana", "acme", "[VOTE] Close in August?", _QUESTION)
    town.answers("ana", town.newest("ana", "receipt"), "undo")
    town.confirms("ana")
    assert town.round("V-1").phase is Phase.CANCELLED
    assert town.reached("change") == ["ana", "ben", "cleo"]
    assert len(town.entries(Posted)) == 1
