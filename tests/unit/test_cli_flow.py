"""`inject`, `tick`, `mails`, `export`: mail from files, a clock moved by hand, and what came of it all."""

from __future__ import annotations

import mailbox
from pathlib import Path
from typing import Any

import pytest

from tests.cli_desk import Desk, desk, mail

VOTE = "Where do we meet?\n\n- Lisbon\n- Porto\n\nBy Friday 17:00\n"


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    made = desk(tmp_path)
    made.run("member", "add", "acme", "bob@example.org", "--name", "Bob")
    return made


def injected(at: Desk, raw: bytes, *words: str, fails: bool = False) -> str:
    return at.run("inject", at.file("mail.eml", raw), *words, fails=fails).output


def notices(at: Desk) -> list[tuple[str, str, str]]:
    return [(one["to"], one["kind"], one["state"]) for one in at.json("mails", "--out", "--json")]


# --- inject ------------------------------------------------------------------------------------------------------


def test_a_mail_injected_is_taken_as_if_it_had_arrived(at: Desk) -> None:
    said = injected(at, mail("acme+vote@ws.example.org", "Where do we meet?", VOTE))
    assert "arrival 1 is processed: vote opened." in said
    (arrived,) = at.json("mails", "--json")
    assert (arrived["author"], arrived["door"], arrived["reason"]) == ("ana@example.org", "inject", "vote-opened")
    assert ("bob@example.org", "ballot", "queued") in notices(at)


def test_the_same_mail_twice_has_one_effect(at: Desk) -> None:
    raw = mail("acme+vote@ws.example.org", "Where do we meet?", VOTE)
    injected(at, raw)
    before = notices(at)
    assert "arrival 2 is ignored: duplicate." in injected(at, raw)
    assert notices(at) == before


def test_an_envelope_can_be_given(at: Desk) -> None:
    raw = mail("undisclosed@elsewhere.example", "Hello", "Hello all of you.\n")
    injected(at, raw, "--to", "acme@ws.example.org", "--from", "list@elsewhere.example")
    (arrived,) = at.json("mails", "--json")
    assert arrived["recipients"] == ["acme@ws.example.org"]
    assert arrived["sender"] == "list@elsewhere.example"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "none of its recipients is an address of ours; name one with --to"),
        (("--to", "someone@elsewhere.example"), "550 5.7.1"),
        (("--to", "acme+idea@ws.example.org"), "'idea' is not offered here; there is vote, task, join"),
    ],
)
def test_a_mail_for_nobody_of_ours_is_refused(at: Desk, words: tuple[str, ...], says: str) -> None:
    assert says in injected(at, mail("someone@elsewhere.example", "Hello", "Hello"), *words, fails=True)
    assert at.json("mails", "--json") == []


def test_what_the_door_refuses_is_refused_here_too(at: Desk) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=a\r\nTo: acme@ws.example.org\r\n\r\n" + b"".join(
        b"--%s\r\nContent-Type: multipart/mixed; boundary=%sa\r\n\r\n" % (b"a" * n, b"a" * n) for n in range(1, 400)
    )
    assert "554 5.6.0" in injected(at, nested, fails=True)


def archive(folder: Path, *raws: bytes) -> Path:
    file = folder / "archive.mbox"
    box = mailbox.mbox(file)
    for raw in raws:
        box.add(mailbox.mboxMessage(raw))
    box.close()
    return file


def test_an_mbox_is_history_nothing_in_it_is_executed_or_sent(at: Desk) -> None:
    before = notices(at)
    old = archive(
        at.folder,
        mail("acme@ws.example.org", "[VOTE] Old vote", VOTE, number=1),
        mail("acme@ws.example.org", "unsubscribe", "unsubscribe\n", author="Bob <bob@example.org>", number=2),
    )
    said = at.run("inject", old, "--workspace", "acme").output
    assert "2 threads with 2 posts imported; 0 known already, 0 unreadable." in said
    assert "0 threads with 0 posts imported; 2 known already" in at.run("inject", old, "--workspace", "acme").output
    exported = at.json("export", "acme", "--json")
    written = [thread["subject"] for thread in exported["threads"] if thread["posts"]]
    assert written == ["[VOTE] Old vote", "unsubscribe"]
    assert [round_ for round_ in exported["rounds"] if round_["ritual"] == "vote"] == []
    assert len(exported["members"]) == 2
    assert notices(at) == before


def test_an_mbox_wants_a_workspace_that_is_there(at: Desk) -> None:
    old = archive(at.folder, mail("acme@ws.example.org", "Old", "Old words\n"))
    assert "name the workspace whose history this is: --workspace acme" in at.run("inject", old, fails=True).output
    assert "there is no workspace 'nope'" in at.run("inject", old, "--workspace", "nope", fails=True).output


# --- tick --------------------------------------------------------------------------------------------------------

TOMORROW = "2026-11-24T09:30+01:00"


def test_a_dry_run_shows_what_would_go_out_and_changes_nothing(at: Desk) -> None:
    injected(at, mail("acme+vote@ws.example.org", "Where do we meet?", VOTE))
    before = at.rows()
    shown = at.run("tick", "--now", TOMORROW, "--dry-run").output
    assert at.rows() == before
    lines = [line for line in shown.splitlines() if "2026" in line]
    assert "ballot" in lines[0] + lines[1] + lines[2]
    assert any("Tue 2026-11-24 09:00" in line and "prompt" in line and "ana@" in line for line in lines)
    assert f"{len(lines)} mails would go out." in shown
    whole = at.run("tick", "--now", TOMORROW, "--dry-run", "--whole").output
    assert "Subject: [acme V-1] Where do we meet?" in whole
    assert at.rows() == before


def test_the_clock_of_a_rehearsal_moves_forward_only(at: Desk) -> None:
    at.run("tick", "--now", TOMORROW)
    assert ("ana@example.org", "prompt", "queued") in notices(at)
    before = at.rows()
    said = at.run("tick", "--now", "2026-11-24T09:29+01:00", fails=True).output
    assert "the clock of this rehearsal already stands at 2026-11-24T08:30+00:00" in said
    assert at.rows() == before
    at.run("tick", "--now", TOMORROW)


def test_the_clock_of_a_real_store_is_not_moved_by_hand(at: Desk) -> None:
    at.setting("rehearsal = true", "rehearsal = false")
    before = at.rows()
    assert "use --dry-run, or `restante init --rehearsal`" in at.run("tick", "--now", TOMORROW, fails=True).output
    assert at.rows() == before


def test_an_instant_that_is_none_is_named(at: Desk) -> None:
    said = at.run("tick", "--now", "tomorrow", fails=True).output
    assert "'tomorrow' is no instant; write it as 2026-11-23T09:00+01:00" in said


# --- mails -------------------------------------------------------------------------------------------------------


def test_one_mail_is_shown_whole_and_byte_for_byte(at: Desk) -> None:
    raw = mail("acme@ws.example.org", "Wie geht’s?", "Grüße aus Köln.\n")
    injected(at, raw)
    shown = at.run("mails", "1").output
    assert "thread-started" in shown
    assert at.run("mails", "1", "--raw").stdout_bytes == raw
    assert at.json("mails", "1", "--json")["message_id"] == "1@example.org"


def test_a_notice_is_shown_as_it_will_go_out(at: Desk) -> None:
    injected(at, mail("acme+vote@ws.example.org", "Where do we meet?", VOTE))
    number = next(one["number"] for one in at.json("mails", "--out", "--json") if one["kind"] == "ballot")
    before = at.rows()
    assert "Where do we meet?" in at.run("mails", str(number), "--out").output
    assert b"\nSubject: [acme V-1]" in at.run("mails", str(number), "--out", "--raw").stdout_bytes
    assert at.rows() == before


def test_listings_are_narrowed_by_state_and_number(at: Desk) -> None:
    raw = mail("acme@ws.example.org", "Hello", "Hello all of you.\n")
    injected(at, raw)
    injected(at, raw)
    assert [one["number"] for one in at.json("mails", "--state", "ignored", "--json")] == [2]
    assert [one["number"] for one in at.json("mails", "--limit", "1", "--json")] == [2]
    assert "duplicate" in at.run("mails", "--state", "ignored").output
    said = at.run("mails", "--state", "lost", fails=True).output
    assert "--state: 'lost' is none of received, processed, ignored, held, failed" in said


def test_a_mail_that_failed_is_put_back_and_processed_anew(at: Desk) -> None:
    hello = mail("acme@ws.example.org", "Hello", "Hello all of you.\n")
    injected(at, hello)
    injected(at, hello)
    assert "2: put back" in at.run("mails", "2", "--again").output
    assert [one["number"] for one in at.json("mails", "--state", "received", "--json")] == [2]
    at.run("tick")
    assert [one["number"] for one in at.json("mails", "--state", "received", "--json")] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("1", "--again"), "1 cannot be put back: arrival 1 is processed"),
        (("99", "--again"), "there is no arrival 99; `restante mails` lists them"),
        (("99", "--again", "--out"), "there is no notice 99; `restante mails --out` lists them"),
        (("99",), "there is no arrival 99"),
        (("99", "--out", "--raw"), "there is no notice 99"),
        (("--again",), "--raw and --again want the number of a mail"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_shown_or_put_back_is_named(at: Desk, words: tuple[str, ...], says: str) -> None:
    injected(at, mail("acme@ws.example.org", "Hello", "Hello all of you.\n"))
    before = at.rows()
    assert says in at.run("mails", *words, fails=True).output
    assert at.rows() == before


# --- export ------------------------------------------------------------------------------------------------------


def ballot(at: Desk, author: str, text: str, number: int) -> None:
    """Answer the newest ballot in a member's mailbox, as a plain program does."""
    address = author.partition("<")[2].rstrip(">")
    found = [one for one in at.json("mails", "--out", "--json") if one["kind"] == "ballot" and one["to"] == address]
    sent = at.run("mails", str(found[0]["number"]), "--out", "--raw").stdout
    reply_to = next(line for line in sent.splitlines() if line.startswith("Reply-To:")).partition("<")[2].rstrip(">")
    said = injected(at, mail(reply_to, "Re: Where do we meet?", text, author=author, number=number))
    assert "is processed: answered." in said


def vote(at: Desk, **rules: Any) -> None:
    text = (at.folder / "acme.toml").read_text()
    lines = "".join(f"{key} = {str(value).lower()}\n" for key, value in rules.items())
    at.run("charter", "apply", at.file("rules.toml", text.replace("hidden = true", lines)))
    injected(at, mail("acme+vote@ws.example.org", "Where do we meet?", VOTE))
    ballot(at, "Ana <ana@example.org>", "Porto\n\nIt is by the sea.\n", 2)
    ballot(at, "Bob <bob@example.org>", "Lisbon\n\nMy aunt lives there.\n", 3)


def test_an_open_vote_whose_results_are_hidden_is_exported_without_them(at: Desk) -> None:
    vote(at, hidden=True)
    (found,) = [one for one in at.json("export", "acme", "--json")["rounds"] if one["ritual"] == "vote"]
    assert found["voters"] == ["ana@example.org", "bob@example.org"]
    assert (found["answered"], found["answers"], found["outcome"]) == (2, None, None)


def test_a_secret_vote_is_exported_without_who_said_what_also_when_it_is_over(at: Desk) -> None:
    vote(at, hidden=False, secret=True)
    during = at.run("export", "acme", "--json").output
    at.run("tick", "--now", "2026-11-30T09:00+01:00")
    after = at.run("export", "acme", "--json").output
    (found,) = [one for one in at.json("export", "acme")["rounds"] if one["ritual"] == "vote"]
    assert found["phase"] == "closed"
    assert found["answers"] is None
    assert found["outcome"] is not None
    for text in (during, after):
        rounds = text[text.index('"rounds"') :]
        assert "ana@example.org" in rounds
        assert '"member": "ana@example.org"' not in rounds
    assert "It is by the sea." not in during
    assert "My aunt lives there." not in during


def test_an_open_vote_is_exported_with_everyone_s_choice_when_it_is_over(at: Desk) -> None:
    vote(at, hidden=True)
    at.run("tick", "--now", "2026-11-30T09:00+01:00")
    (found,) = [one for one in at.json("export", "acme")["rounds"] if one["ritual"] == "vote"]
    said = {one["member"]: one["answer"] for one in found["answers"]}
    assert "Porto" in str(said["ana@example.org"])
    assert "Lisbon" in str(said["bob@example.org"])


def test_an_unknown_workspace_is_not_exported(at: Desk) -> None:
    assert "there is no workspace 'nope'" in at.run("export", "nope", fails=True).output


# --- decisions ---------------------------------------------------------------------------------------------------


def test_the_decision_log_names_each_outcome_and_every_reason(at: Desk) -> None:
    vote(at, hidden=False)
    assert "Porto" not in at.run("decisions", "acme").output
    at.run("tick", "--now", "2026-11-30T09:00+01:00")
    shown = at.run("decisions", "acme").output
    assert "Where do we meet?" in shown
    assert "It is by the sea." in shown
    (found,) = at.json("decisions", "acme", "--json")
    assert "O-1" in str(found)
    assert "there is no workspace 'nope'" in at.run("decisions", "nope", fails=True).output
