"""`read`: how a mail is understood, for a person, for a program, and many at once with rubbish between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.resources import load_lexicon
from gateway.understand import requests
from tests.cli_desk import Desk, mail

ANSWER = mail("acme@ws.example.org", "Re: Shall we?", "Yes, gladly.\n\nOn Mon, Ben wrote:\n> Shall we?\n")


@pytest.fixture
def at(tmp_path: Path) -> Desk:
    return Desk(tmp_path)  # without settings or a store: reading needs neither


def test_a_person_sees_the_new_text_and_what_was_left_aside(at: Desk) -> None:
    shown = at.run("read", at.file("answer.eml", ANSWER)).output
    assert "New text:\n\n    Yes, gladly.\n" in shown
    assert "Left aside" in shown
    assert "> Shall we?" in shown


def test_a_program_gets_json(at: Desk) -> None:
    found = at.json("read", at.file("answer.eml", ANSWER), "--json")
    assert (found["id"], found["reply"]) == ("answer.eml", "Yes, gladly.")


def test_the_mail_it_answers_may_be_given(at: Desk) -> None:
    original = at.file("prompt.eml", mail("ben@example.org", "Shall we?", "Shall we?\n"))
    found = at.json("read", at.file("answer.eml", ANSWER), "--original", original, "--json")
    assert found["reply"] == "Yes, gladly."


def test_an_answer_to_a_mail_about_a_task_says_what_was_read_of_it(at: Desk) -> None:
    original = at.file("task.eml", mail("ben@example.org", "[acme T-4] For you: Send the budget", "[T-4] Budget\n"))
    said = mail(
        "acme@ws.example.org",
        "Re: [acme T-4] For you: Send the budget",
        "→ 27 November. The bank is slow.\n",
    )
    found = at.json("read", at.file("answer.eml", said), "--original", original, "--json")
    assert {key: found["task"][key] for key in ("mark", "kind", "due")} == {
        "mark": "T-4",
        "kind": "postponed",
        "due": "2026-11-27",
    }
    assert "Of task T-4: postponed, until 2026-11-27" in at.run("read", at.file("answer.eml", said)).output
    assert "task" not in at.json("read", at.file("answer.eml", ANSWER), "--json")


@pytest.mark.parametrize(
    ("text", "kind", "assignee", "due"),
    [
        ("ok, I'll do it", "taken", None, None),
        ("@ben can you take it?", "handed-over", "ben", None),
        ("→ Thursday", "postponed", None, "2026-07-16"),
        ("c'est fait", "done", None, None),
        ("dropped, nobody needs it", "dropped", None, None),
        ("Which budget is meant?", "remark", None, None),
    ],
)
def test_a_task_answer_has_its_kind_its_owner_and_its_day(
    text: str, kind: str, assignee: str | None, due: str | None
) -> None:
    asked = {"id": "4", "type": "task", "text": text, "sent_at": "2026-07-14T09:30"}
    found = requests.answer(asked, load_lexicon())
    assert (found["kind"], found["assignee"], found["due"]) == (kind, assignee, due)


def test_a_bare_no_declines_a_task_where_it_was_offered() -> None:
    asked = {"id": "4", "type": "task", "text": "no", "sent_at": "2026-07-14T09:30"}
    assert requests.answer(asked | {"offered": True}, load_lexicon())["kind"] == "declined"


def test_reading_changes_nothing(at: Desk) -> None:
    file = at.file("answer.eml", ANSWER)
    at.run("read", file)
    assert list(at.folder.iterdir()) == [file]


def test_an_unreadable_mail_is_said_to_be_so_with_exit_code_1(at: Desk) -> None:
    broken = at.file("broken.eml", b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" * 1 + b"\0" * 40_000_000)
    assert "unreadable" in at.run("read", broken, fails=True).output


def test_without_a_file_it_says_what_is_wanted(at: Desk) -> None:
    assert "name a mail to read, or use --batch" in at.run("read", fails=True).output
    assert "does not exist" in at.run("read", "nowhere.eml", fails=True).output


RUBBISH = [
    "not json at all",
    "[]",
    "null",
    '"text"',
    "{}",
    '{"id": 3}',
    '{"id": 4, "type": "poem", "text": "x"}',
    '{"id": 5, "type": "reply"}',
    '{"id": 6, "type": "reply", "text": 7}',
    '{"id": 7, "type": "reply", "eml": "not base64!"}',
    '{"id": 8, "type": "ballot", "text": "Porto"}',
    '{"id": 9, "type": "ballot", "text": "Porto", "question": "Where?", "method": "loudest", "options": ["Porto"]}',
    '{"id": 10, "type": "checkin", "text": "x", "sent_on": "yesterday"}',
    '{"id": 11, "type": "command", "text": "x", "sent_at": 7, "tz": "Mars/Olympus"}',
    '{"id": "\\ud800", "type": "reply", "text": "\\ud800"}',
    "\x00\x01",
    "{" * 5000,
]


def test_rubbish_lines_are_answered_with_an_error_each_and_the_run_goes_on(at: Desk) -> None:
    good = '{"id": "good", "type": "reply", "text": "Yes.\\n\\nOn Mon, Ana wrote:\\n> Shall we?"}'
    typed = "\n".join(line for rubbish in RUBBISH for line in (rubbish, "", good)) + "\n"
    answers = [json.loads(line) for line in at.run("read", "--batch", typed=typed).stdout.splitlines()]
    assert len(answers) == 2 * len(RUBBISH)
    assert all(answer == answers[1] for answer in answers[1::2])
    assert answers[1]["id"] == "good"
    assert answers[1]["reply"] == "Yes."
    for line, answer in zip(RUBBISH, answers[::2], strict=True):
        assert "error" in answer or "reply" in answer or "kind" in answer or "intent" in answer, line
        assert "id" in answer
    assert all("error" in answer for answer in answers[0:14:2])
    assert [answer["id"] for answer in answers[10:22:2]] == [3, 4, 5, 6, 7, 8]


def test_bytes_that_are_no_utf_8_do_not_end_the_run(at: Desk) -> None:
    good = b'{"id": 1, "type": "reply", "text": "Yes."}\n'
    answers = [json.loads(line) for line in at.run("read", "--batch", typed=b"\xff\xfe\n" + good).stdout.splitlines()]
    assert "error" in answers[0]
    assert answers[1]["reply"] == "Yes."


def test_what_the_mail_server_says_of_the_author_is_shown(at: Desk) -> None:
    checked = b"Authentication-Results: mx.example.net; dmarc=pass header.from=example.org\r\n"
    file = at.file("checked.eml", checked + mail("acme@ws.example.org", "Hello", "Hello all.\n"))
    found = at.json("read", file, "--json", "--authserv-id", "mx.example.net")["author"]
    assert (found["authentication"], found["method"], found["by"]) == ("passed", "dmarc", "mx.example.net")
    assert at.json("read", file, "--json")["author"]["authentication"] == "nothing"
    assert (
        "authentication: passed (dmarc, by mx.example.net)"
        in at.run("read", file, "--authserv-id", "mx.example.net").output
    )


def test_a_mail_is_read_as_an_answer_to_the_vote_that_is_named(at: Desk) -> None:
    file = at.file("answer.eml", mail("acme@ws.example.org", "Re: Where?", "Porto, it's cheaper.\n"))
    vote = ("--question", "Where do we meet?", "--option", "Lisbon", "--option", "Porto")
    found = at.json("read", file, *vote, "--json")["ballot"]
    assert (found["kind"], found["choice"], found["evidence"]) == ("ballot", "Porto", "Porto")
    assert 'As an answer to the vote: "Porto", by the words "Porto"' in at.run("read", file, *vote).output
    asked = at.run("read", file, "--question", "Shall we meet?").output
    assert "As an answer to the vote: unclear, what is missing: choice" in asked


def test_a_mail_is_read_as_a_check_in_from_the_day_it_was_sent(at: Desk) -> None:
    file = at.file("answer.eml", mail("acme@ws.example.org", "Re: Check-in", "Fixed the login. Next: the report.\n"))
    shown = at.run("read", file, "--check-in").output
    assert "As a check-in: kind: checkin; done: Fixed the login.; next: the report." in shown
    undated = at.file("undated.eml", b"From: ben@example.net\n\nFixed the login.\n")
    assert "the mail has no date" in at.run("read", undated, "--check-in").output


def test_options_without_their_question_are_refused_with_the_mend(at: Desk) -> None:
    refused = at.run("read", at.file("answer.eml", ANSWER), "--option", "Porto", fails=True)
    assert "name its --question too" in refused.output
