"""What comes from the command line, as stories: a look ahead, an archive, charters with faults, faulty templates."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.charter import CharterProblem
from gateway.model.entry import MemberLeft, Posted, RoundOpened
from gateway.model.notice import NoticeState
from gateway.pipeline.steering import import_history, preview
from gateway.resources import load_templates, template_folder
from tests.flow.test_vote_stories import opened
from tests.flow.town import CHECK_IN, DOMAIN, TEAM, Town, charter

Found = Callable[..., Town]


def contents(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    import sqlite3

    with sqlite3.connect(town.file) as file:
        names = [row[0] for row in file.execute("select name from sqlite_master where type = 'table'")]
        rows = {name: sorted(file.execute(f"select * from {name}").fetchall(), key=repr) for name in names}
    file.close()
    return rows


def test_a_look_ahead_shows_what_would_go_out_and_changes_nothing(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN}, delivery="daily")
    town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed and quite dry.")
    before = contents(town)
    shown = preview(town.pipeline, town.clock.instant("2026-06-02 12:00"))
    assert contents(town) == before
    assert town.post_office.letters == []

    town.at("2026-06-02 12:00")
    really = [(letter.to, letter.kind, letter.mark) for letter in town.post_office.letters]
    assert sorted((one.stored.notice.address, one.stored.notice.kind, one.stored.notice.mark) for one in shown) == (
        sorted(really)
    )
    assert {one.raw for one in shown} == {letter.raw for letter in town.post_office.letters}


def archived(number: int, author: str, subject: str, text: str, parent: int = 0) -> bytes:
    """Return a mail of an old list archive."""
    mail = EmailMessage()
    mail["From"] = author
    mail["To"] = f"acme@{DOMAIN}"
    mail["Subject"] = subject
    mail["Date"] = f"Mon, {number + 1:02} Jan 2024 10:00:00 +0000"
    mail["Message-ID"] = f"<old.{number}@lists.example>"
    if parent:
        mail["In-Reply-To"] = f"<old.{parent}@lists.example>"
        mail["References"] = f"<old.{parent}@lists.example>"
    mail.set_content(text)
    return mail.as_bytes(policy=SMTP)


def test_an_archive_builds_threads_and_executes_and_sends_nothing(town: Town) -> None:
    archive = [
        archived(1, "Ana <ana@example.net>", "[VOTE] Old vote", "Shall we? Yes or no, by Friday."),
        archived(2, "Ben <ben@example.net>", "Re: [VOTE] Old vote", "Yes!", parent=1),
        archived(3, "Eve <eve@elsewhere.example>", "unsubscribe", "unsubscribe"),
    ]
    counted = import_history(town.pipeline, "acme", archive, now=town.clock.at)
    town.at("12:00")
    assert (counted.threads, counted.posts) == (2, 3)
    assert [post.imported for post in town.entries(Posted)] == [True, True, True]
    assert town.entries(RoundOpened) == []
    assert town.entries(MemberLeft) == []
    assert town.post_office.letters == []
    assert town.arrivals() == []

    again = import_history(town.pipeline, "acme", archive, now=town.clock.at)
    assert again.posts == 0
    assert again.known == 3
    assert len(town.entries(Posted)) == 3


def test_an_answer_to_an_imported_mail_joins_its_thread(town: Town) -> None:
    import_history(
        town.pipeline, "acme", [archived(1, "Ana <ana@example.net>", "The well", "It is dry.")], now=town.clock.at
    )
    town.writes("ben", "acme", "Re: The well", "It has water again, I looked.", references="<old.1@lists.example>")
    assert [post.thread for post in town.entries(Posted)] == ["P-1", "P-1"]


def test_a_fault_in_a_template_fails_the_notice_and_loses_no_vote(found: Found, tmp_path: Path) -> None:
    broken = tmp_path / "templates"
    for file in template_folder().rglob("*"):
        if file.is_file():
            place = broken / file.relative_to(template_folder())
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    (broken / "mail" / "receipt.txt.j2").write_text("{{ facts.nothing.like_it }}")
    town = found()
    mark = opened(town)
    town.pipeline.templates = load_templates(broken)
    town.answers("ben", town.newest("ben", "ballot"), "Yes, gladly.")
    assert town.votes(mark) == {"ben": Pick("Yes")}
    failed = town.notices(NoticeState.FAILED)
    assert [(stored.notice.kind, stored.reason) for stored in failed if stored.notice.address == "ben@example.net"] == [
        ("receipt", "rendering-failed")
    ]
    assert {fault["event"] for fault in town.faults} == {"rendering failed"}
    town.faults.clear()

    town.pipeline.templates = load_templates()
    with town.store.begin() as tx:
        for stored in failed:
            tx.outbox.requeue(stored.id)
    town.wait(minutes=1)
    assert town.kinds("ben") == ["ballot", "receipt"]


def test_a_charter_with_faults_names_each_and_leaves_the_old_one_in_force(found: Found) -> None:
    town = found(*TEAM, routines={"daily": CHECK_IN})
    before = contents(town)
    faulty = charter(*TEAM, timezone="Europe/Atlantis", chanels={}, routines={"daily": CHECK_IN | {"rule": "often"}})
    with pytest.raises(CharterProblem) as caught:
        town.apply(faulty)
    named = {key for key, _ in caught.value.problems}
    assert {"timezone", "chanels", "routines.daily.rule"} <= named
    assert "channels" in str(caught.value), "the mend is named"
    assert contents(town) == before
    town.at("10:00")
    assert town.reached("prompt") == ["ana", "ben", "cleo"]


def test_applying_a_charter_anew_never_touches_what_a_person_chose(found: Found) -> None:
    town = found()
    town.writes("ben", "acme", "weekly", "weekly")
    chosen = town.member("ben").settings
    applied = town.apply(charter(*TEAM, name="Acme Ltd"))
    assert applied.version == 2
    assert town.member("ben").settings == chosen


def test_removing_needs_to_be_asked_for(found: Found) -> None:
    town = found()
    town.apply(charter(*TEAM[:2]))
    assert town.member("cleo").left_at is None
    town.apply(charter(*TEAM[:2]), prune=True)
    assert [entry.member_id for entry in town.entries(MemberLeft)] == [3]


def test_a_mail_that_breaks_our_own_code_is_kept_and_the_next_is_processed(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = found()
    with monkeypatch.context() as patch:
        patch.setattr("gateway.pipeline.doubles.fingerprint", lambda *of: 1 / 0)
        town.writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")
    assert [arrival.reason for arrival in town.arrivals(ArrivalState.FAILED)] == ["our-fault"]
    assert {fault["event"] for fault in town.faults} == {"processing failed"}
    town.faults.clear()
    town.writes("ana", "acme", "The hose", "The hose is back in the shed, thanks to whoever put it there.")
    assert [post.subject for post in town.entries(Posted)] == ["The hose"]
    [failed] = town.arrivals(ArrivalState.FAILED)
    with town.store.begin() as tx:
        tx.inbox.put_back(failed.id)
    town.wait(minutes=1)
    assert {post.subject for post in town.entries(Posted)} == {"The hose", "The ladder"}
