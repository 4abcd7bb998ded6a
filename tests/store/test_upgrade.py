"""A store of the first schema, as it is out there with content, is brought to the newest and goes on working."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.context import DueKind
from gateway.model.entry import Closed
from gateway.model.notice import Attempt, NoticeState
from gateway.model.round import Ballot, Phase
from gateway.pipeline.doubles import OF_BEFORE
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.knowing import CODES_OF_BEFORE, codes_from
from gateway.resources import load_lexicon, load_templates
from store.database import SCHEMA, Store, StoreFault
from store.tables import metadata
from tests.flow.town import KEYS

FIRST = Path(__file__).with_name("first_schema.sql")
NOW = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as version 0.1.0 left it."""
    file = tmp_path / "restante.db"
    made = sqlite3.connect(file)
    made.executescript(FIRST.read_text(encoding="utf-8"))
    made.close()
    return file


def version_of(file: Path) -> str:
    opened = sqlite3.connect(file)
    try:
        return str(opened.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    finally:
        opened.close()


def test_a_store_of_the_first_schema_opens_at_the_newest(old: Path) -> None:
    assert version_of(old) == "0001"
    Store.open(old, keys=KEYS).close()
    assert version_of(old) == SCHEMA
    Store.open(old, keys=KEYS).close()  # and again, without a word


def test_it_has_the_tables_and_columns_of_a_new_one(old: Path, tmp_path: Path) -> None:
    Store.open(old, keys=KEYS).close()
    Store.open(tmp_path / "new.db", keys=KEYS, create=True).close()

    def shape(file: Path) -> dict[str, set[tuple[str, str, int]]]:
        opened = sqlite3.connect(file)
        try:
            return {
                name: {(row[1], row[2], row[3]) for row in opened.execute(f"PRAGMA table_info({name})")}
                for name in metadata.tables
            }
        finally:
            opened.close()

    assert shape(old) == shape(tmp_path / "new.db")


def test_nothing_in_it_is_lost(old: Path) -> None:
    before = sqlite3.connect(old)
    counts = {
        name: before.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("arrivals", "ledger", "outbox")
    }
    before.close()
    store = Store.open(old, keys=KEYS)
    try:
        assert store.is_healthy
        with store.read() as tx:
            assert [member.name for member in tx.people.all(1)] == ["Ana Duarte", "Ben Moor", "Cléo Martin"]
            assert not any(member.suspended for member in tx.people.all(1))
            assert {s.member_id: s.answer for s in tx.rounds.standings(1, "V-1")} == {2: Ballot(choice=Pick("Porto"))}
            assert len(tx.inbox.list(limit=1000)) == counts["arrivals"]
            assert len([*tx.ledger.entries(1)]) == counts["ledger"]
            assert len(tx.outbox.list(limit=None)) == counts["outbox"]
            assert all(tx.outbox.get(one.id) for one in tx.outbox.list(limit=None))
            assert [post.text.strip() for post in tx.rounds.posts(1, "P-1")] == ["It leaks again."]
    finally:
        store.close()


def test_an_answer_whose_option_a_correction_took_out_counts_no_more(old: Path) -> None:
    before = sqlite3.connect(old)
    (record,) = before.execute("SELECT record FROM rounds WHERE mark = 'V-1'").fetchone()
    round_ = json.loads(record)
    round_["form"]["question"]["options"] = ["Lisbon", "Ghent"]
    before.execute("UPDATE rounds SET record = ? WHERE mark = 'V-1'", (json.dumps(round_),))
    corrected = {"type": "corrected", "mark": "V-1", "by": 1, "question": round_["form"]["question"]}
    before.execute(
        "INSERT INTO ledger (id, workspace_id, kind, mark, at, charter_version, entry)"
        " SELECT max(id) + 1, 1, 'corrected', 'V-1', max(at), 1, ? FROM ledger",
        (json.dumps(corrected),),
    )
    before.commit()
    before.close()
    store = Store.open(old, keys=KEYS)
    try:
        with store.read() as tx:
            assert (tx.rounds.answered(1, "V-1"), tx.rounds.standings(1, "V-1")) == (0, [])
            assert tx.rounds.set_aside(1, "V-1") == [2]
            assert 2 in tx.rounds.unanswered(1, "V-1")
    finally:
        store.close()


def test_what_was_under_way_goes_on(old: Path) -> None:
    store = Store.open(old, keys=KEYS)
    try:
        pipeline = Pipeline(store, load_lexicon(), load_templates(), KEYS)
        now = NOW
        while now < NOW + timedelta(days=5):
            now += timedelta(hours=6)
            pipeline.wake(now, gap=timedelta(days=30))
            while pipeline.tick(now) + len(pipeline.prepare(now, 100)):
                pass
        with store.read() as tx:
            vote = tx.rounds.round(1, "V-1")
            outcomes = [one.entry.outcome for one in tx.ledger.entries(1) if isinstance(one.entry, Closed)]
            failed = tx.outbox.list(limit=None, state=NoticeState.FAILED)
            broken = tx.inbox.list(limit=100, state=ArrivalState.FAILED)
        assert vote is not None
        assert vote.phase is Phase.CLOSED
        assert any(outcome and outcome.winners == ("Porto",) for outcome in outcomes)
        assert (failed, broken) == ([], [])
    finally:
        store.close()


def test_a_mail_it_has_seen_is_known_when_it_comes_again(old: Path) -> None:
    store = Store.open(old, keys=KEYS)
    try:
        pipeline = Pipeline(store, load_lexicon(), load_templates(), KEYS)
        with store.read() as tx:
            seen = [one.arrival for one in (tx.inbox.get(number) for number in (1, 2, 3, 4)) if one]
        for number, arrival in enumerate(seen):
            again = structs.replace(arrival, raw=b"Received: by y; Tue, 02 Jun 2026 07:00:00 +0000\r\n" + arrival.raw)
            pipeline.receive([again])
            pipeline.process(NOW)
            with store.read() as tx:
                [newest] = tx.inbox.list(limit=1)
            assert (newest.state, newest.reason) == (ArrivalState.IGNORED, "duplicate"), number
    finally:
        store.close()


def test_a_mail_it_has_seen_is_known_with_a_field_more_while_its_bytes_are_kept(old: Path) -> None:
    store = Store.open(old, keys=KEYS)
    try:
        pipeline = Pipeline(store, load_lexicon(), load_templates(), KEYS)
        with store.read() as tx:
            stored = [one for one in (tx.inbox.get(number) for number in (1, 2, 3, 4)) if one and one.message_id]
            noted = {one.arrival_id for one in tx.inbox.alike("", 1) if len(one.fingerprint) == 40}
        assert {one.id for one in stored if one.arrival.raw} <= noted
        for one in stored:
            again = structs.replace(one.arrival, raw=b"X-Added: by somebody who kept it\r\n" + one.arrival.raw)
            pipeline.receive([again])
            pipeline.process(NOW)
            with store.read() as tx:
                [newest] = tx.inbox.list(limit=1)
            assert (newest.state, newest.reason) == (ArrivalState.IGNORED, "duplicate"), one.id
    finally:
        store.close()


def test_links_in_mails_that_went_out_before_stay_good(old: Path) -> None:
    store = Store.open(old, keys=KEYS)
    try:
        with store.read() as tx:
            newest = int(tx.get_mark(CODES_OF_BEFORE) or 0)
            stored = tx.outbox.get(newest)
            assert stored is not None
            assert set(codes_from(tx, stored)) == {stored.return_token, stored.token}
    finally:
        store.close()


def test_a_new_store_is_asked_for_nothing_of_before(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new.db", keys=KEYS, create=True)
    try:
        with store.read() as tx:
            assert tx.get_mark(OF_BEFORE) is None
            assert tx.get_mark(CODES_OF_BEFORE) is None
    finally:
        store.close()


def test_who_was_suspended_before_mail_was_tried_again_is_tried_too(old: Path) -> None:
    made = sqlite3.connect(old)
    made.execute("UPDATE members SET bounced = 3 WHERE id IN (2, 3)")
    complained = json.dumps({"type": "delivery-suspended", "member_id": 3, "reason": "complaint"})
    made.execute(
        "INSERT INTO ledger (workspace_id, kind, at, charter_version, entry) VALUES (1, 'delivery-suspended', 1, 1, ?)",
        (complained,),
    )
    last = made.execute("SELECT max(at) FROM ledger").fetchone()[0]
    made.commit()
    made.close()
    store = Store.open(old, keys=KEYS)
    try:
        with store.read() as tx:
            assert [member.suspended for member in tx.people.all(1)] == [False, True, True]
            [probe] = tx.schedule.get(1, ["probe:2", "probe:3"])
        assert (probe.kind, probe.member_id, probe.number) == (DueKind.PROBE, 2, 0)
        assert probe.at == datetime.fromtimestamp(last / 1e6, UTC) + timedelta(days=3)
        pipeline = Pipeline(store, load_lexicon(), load_templates(), KEYS)
        pipeline.tick(probe.at)
        taken = [Attempt(notice_id=each.notice_id, at=probe.at, code=250) for each in pipeline.prepare(probe.at, 99)]
        pipeline.report(taken, probe.at)
        pipeline.tick(probe.at + timedelta(days=4))
        with store.read() as tx:
            assert [member.suspended for member in tx.people.all(1)] == [False, False, True]
    finally:
        store.close()


def test_a_store_of_a_newer_restante_is_refused_and_left_alone(old: Path) -> None:
    newer = sqlite3.connect(old)
    newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.commit()
    newer.close()
    with pytest.raises(StoreFault, match="newer Restante"):
        Store.open(old, keys=KEYS)
    assert version_of(old) == "9999"
