"""What a prepared statement gives is what SQLAlchemy gives: the same rows, the same values kept, the same faults."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, bindparam, create_engine, insert, select, update
from sqlalchemy.pool import StaticPool

from store.faults import Conflict, StoreRefusal
from store.prepared import Plans
from store.sql import Sql
from store.tables import members, metadata, notes, raw, threads, workspaces

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def sql(connection: Connection) -> Sql:
    return Sql(connection, Plans(connection.dialect))


def test_rows_are_those_that_sqlalchemy_reads(connection: Connection, sql: Sql) -> None:
    sql.run(insert(workspaces), {"name": "acme", "charter_version": 1, "created_at": NOON})
    for number, left in ((1, None), (2, NOON)):
        sql.run(
            insert(members),
            {"id": number, "workspace_id": 1, "name": f"n{number}", "left_at": left, "bounced": 0, "record": "{}"}
            | {"absent_until": date(2026, 7, number)},
        )
    query = select(members).where(members.c.workspace_id == bindparam("here")).order_by(members.c.id)
    ours, theirs = sql.rows(query, {"here": 1}), connection.execute(query, {"here": 1}).all()
    assert [one._asdict() for one in ours] == [dict(one._mapping) for one in theirs]
    assert ours[0].absent_until == date(2026, 7, 1)
    assert ours[1].left_at == NOON


def test_bytes_come_back_as_bytes(sql: Sql) -> None:
    sql.run(insert(raw), {"arrival_id": 1, "body": b"\x00\xff"})
    assert bytes(sql.value(select(raw.c.body))) == b"\x00\xff"


def test_one_name_at_two_places_takes_the_type_of_its_column(sql: Sql) -> None:
    row = {"workspace_id": 1, "mark": "P-1", "subject": "s", "channel": None, "root_message_id": "", "posts": 1}
    sql.run(insert(threads), row | {"started_at": NOON, "last_at": NOON})
    moved = update(threads).where(threads.c.last_at <= bindparam("at")).values(last_at=bindparam("at"))
    assert sql.run(moved, {"at": NOON.replace(hour=13)}) == 1
    assert sql.value(select(threads.c.last_at)) == NOON.replace(hour=13)


def test_a_constant_within_a_statement_keeps_its_value(sql: Sql) -> None:
    sql.run(insert(notes), [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}])
    assert [row.name for row in sql.rows(select(notes.c.name).where(notes.c.value == "2"))] == ["b"]


def test_a_list_of_values_is_left_to_sqlalchemy(connection: Connection, sql: Sql) -> None:
    sql.run(insert(notes), [{"name": name, "value": name} for name in "abc"])
    query = select(notes.c.name).where(notes.c.name.in_(bindparam("names", expanding=True))).order_by(notes.c.name)
    assert Plans(connection.dialect).of(query, ("names",)) is None
    assert [row.name for row in sql.rows(query, {"names": ["a", "c"]})] == ["a", "c"]
    assert sql.rows(query, {"names": []}) == []


def test_faults_are_ours_and_show_no_content(sql: Sql) -> None:
    add = insert(notes)
    sql.run(add, {"name": "a", "value": "1"})
    with pytest.raises(Conflict) as refused:
        sql.run(add, {"name": "a", "value": "kept to ourselves"})
    assert "kept to ourselves" not in str(refused.value)
    with pytest.raises(StoreRefusal, match="created_at"):
        sql.run(insert(workspaces).values(created_at=bindparam("created_at")), {"name": "x", "charter_version": 1})


def test_a_piece_taken_back_takes_nothing_else_with_it(sql: Sql) -> None:
    add = insert(notes)
    sql.run(add, {"name": "before", "value": ""})
    sql.begin_piece()
    sql.run(add, {"name": "outer", "value": ""})
    sql.begin_piece()
    sql.run(add, {"name": "inner", "value": ""})
    sql.take_back_piece()
    sql.end_piece()
    assert [row.name for row in sql.rows(select(notes.c.name).order_by(notes.c.name))] == ["before", "outer"]


def test_a_statement_made_for_one_call_is_not_kept(connection: Connection) -> None:
    plans = Plans(connection.dialect)
    query = select(notes.c.name)
    assert plans.of(query, ()) is plans.of(query, ())
    del query
    gc.collect()
    assert not len(plans._known)
