"""Stories of what went wrong, or could have, as a sceptical reader found it: miscounts, leaks, storms, one bad row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from gateway.model.ballot import Choice, Pick
from gateway.model.entry import Posted, RoundOpened
from gateway.model.member import Settings
from tests.flow.town import Letter, Town

Found = Callable[..., Town]

CLOSE = "Shall we close the office in August? Yes or no, by today 20:00."
WHERE = "Where shall we meet?\n\n- Lisbon\n- Porto\n- Rome\n\nBy today 20:00."


def opened(town: Town, subject: str = "[VOTE] Where", text: str = WHERE) -> str:
    town.writes("ana", "acme", subject, text)
    return str(town.entries(RoundOpened)[-1].round.mark)


# --- a vote is never guessed ------------------------------------------------------------------------------------------


def corrected(town: Town, options: str) -> Letter:
    """Let the options be corrected while an older ballot lies in a mailbox; return that ballot."""
    old = town.newest("ben", "ballot")
    town.answers("ana", town.newest("ana", "ballot"), f"correct:\nWhere shall we meet?\n{options}")
    town.confirms("ana")
    return old


@pytest.mark.parametrize(
    ("options", "answer", "counted"),
    [
        ("- Lisbon\n- Rome\n- Berlin", "2", None),  # was Porto, which is no choice any more
        ("- Lisbon\n- Rome\n- Berlin", "B", None),
        ("- Rome\n- Porto\n- Lisbon", "3", Pick("Rome")),
        ("- Lisbon\n- Rome\n- Berlin", "Berlin", Pick("Berlin")),
        ("- Lisbon\n- Rome\n- Berlin", "Rome", Pick("Rome")),
    ],
)
def test_a_number_means_what_the_ballot_answered_showed_beside_it(
    town: Town, options: str, answer: str, counted: Choice | None
) -> None:
    mark = opened(town)
    town.answers("ben", corrected(town, options), answer)
    assert town.votes(mark).get("ben") == counted
    if counted is None:
        assert town.newest("ben").kind == "ask-back"
        assert "Porto" not in town.newest("ben").text
        town.answers("ben", town.newest("ben", "ask-back"), "2")
        assert town.votes(mark)["ben"] == Pick("Rome"), "the question back has numbers of its own"


def test_the_name_of_another_vote_is_a_ballot_in_that_one_alone(town: Town) -> None:
    close, where = opened(town, "[VOTE] Close", CLOSE), opened(town)
    town.answers("ben", town.newest("ben", "ballot", where), f"{close}: yes")
    assert town.votes(close) == {"ben": Pick("Yes")}
    assert town.votes(where) == {}


def test_the_name_of_no_vote_is_no_ballot_in_this_one(town: Town) -> None:
    mark = opened(town, "[VOTE] Close", CLOSE)
    town.answers("ben", town.newest("ben", "ballot", mark), "V-77: yes")
    assert town.votes(mark) == {}
    assert town.newest("ben").kind == "decline"


def test_a_ballot_may_name_its_own_vote_and_another(town: Town) -> None:
    close, where = opened(town, "[VOTE] Close", CLOSE), opened(town)
    town.answers("ben", town.newest("ben", "ballot", where), f"{where}: Porto\n{close}: no")
    assert town.votes(where) == {"ben": Pick("Porto")}
    assert town.votes(close) == {"ben": Pick("No")}
    assert close in town.newest("ben", "receipt").text


def test_undo_of_an_older_receipt_leaves_the_newer_ballot(town: Town) -> None:
    mark = opened(town)
    town.answers("ben", town.newest("ben", "ballot"), "Lisbon")
    older = town.newest("ben", "receipt")
    town.answers("ben", town.newest("ben", "ballot"), "Rome")
    town.answers("ben", older, "undo")
    assert town.votes(mark) == {"ben": Pick("Rome")}
    town.answers("ben", town.newest("ben", "receipt"), "undo")
    assert town.votes(mark) == {"ben": Pick("Lisbon")}


def test_a_whole_reply_to_a_digest_replaces_no_ballot(found: Found) -> None:
    town = found(digest_at="17:00")
    mark = opened(town, "[VOTE] Close", CLOSE)
    town.answers("ben", town.newest("ben", "ballot"), "No.")
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), "Yes, good idea!")
    assert town.votes(mark) == {"ben": Pick("No")}
    assert town.last_reason == "asked-back"


def test_each_line_of_a_receipt_can_be_undone_or_corrected(found: Found) -> None:
    town = found(digest_at="17:00")
    close, where = opened(town, "[VOTE] Close", CLOSE), opened(town)
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), f"{close}: yes\n{where}: Lisbon")
    receipt = town.newest("ben", "receipt")
    town.answers("ben", receipt, f"{where}: Porto")
    assert town.votes(where) == {"ben": Pick("Porto")}
    town.answers("ben", receipt, "undo 1")
    assert town.votes(close) == {}
    assert town.votes(where) == {"ben": Pick("Porto")}


# --- secrecy ----------------------------------------------------------------------------------------------------------


def test_a_reply_to_a_digest_of_several_things_is_asked_back_and_never_posted(found: Found) -> None:
    town = found(votes={"secret": True}, digest_at="17:00")
    opened(town, "[VOTE] Close", CLOSE)
    opened(town)
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), "For the meeting I would really like it to be Lisbon, please.")
    assert town.entries(Posted) == []
    assert town.reached("post") == []
    assert town.newest("ben").kind == "ask-back"


@pytest.mark.parametrize("votes", [{"secret": True}, {"hidden": True}])
def test_stewards_do_not_read_a_ballot_sent_from_an_address_we_do_not_know(
    found: Found, votes: dict[str, bool]
) -> None:
    town = found(votes={"hidden": False} | votes)
    opened(town, "[VOTE] Close", CLOSE)
    town.answers("Ben at home <ben@home.example>", town.newest("ben", "ballot"), "No, the warehouse floods.")
    assert town.newest("ana").kind == "steward"
    assert "floods" not in town.everything_said()


# --- storms -----------------------------------------------------------------------------------------------------------


def test_bounces_of_mail_we_never_sent_tell_stewards_once_a_day(town: Town) -> None:
    for number in range(5):
        report = (
            f"From: MAILER-DAEMON@x{number}.example\r\nTo: acme@ws.example.org\r\nMessage-ID: <b{number}@x.example>\r\n"
            "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
            f"Final-Recipient: rfc822; spam{number}@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
        )
        town.sends("nobody", report.encode(), "acme", sender="")
    assert [arrival.reason for arrival in town.arrivals()] == ["bounced"] * 5
    assert town.kinds("ana") == ["steward"]


def test_a_request_in_answer_to_a_digest_needs_no_word_for_mail(found: Found) -> None:
    town = found(digest_at="17:00")
    opened(town, "[VOTE] Close", CLOSE)
    town.at("17:30")
    town.answers("ben", town.newest("ben", "digest"), "only once a week please")
    assert town.member("ben").settings.delivery == "weekly"


# --- one bad row ------------------------------------------------------------------------------------------------------


def spoil(town: Town, statement: str) -> None:
    """Write over a row as an older or newer version, or a bad disk, might have left it."""
    with closing(sqlite3.connect(town.file)) as beside:
        assert beside.execute(statement).rowcount == 1
        beside.commit()


def test_one_notice_that_cannot_be_read_any_more_holds_up_no_other(town: Town) -> None:
    town.post_office.is_open = False
    opened(town)
    spoil(town, "UPDATE outbox SET items = '[{}]' WHERE address = 'ben@example.net'")
    town.post_office.is_open = True
    town.wait(hours=1)
    assert town.reached("ballot") == ["ana", "cleo"]


def test_one_due_row_that_cannot_be_read_any_more_holds_up_no_other(town: Town) -> None:
    close, where = opened(town, "[VOTE] Close", CLOSE), opened(town)
    spoil(town, f"UPDATE dues SET due = '{{}}' WHERE key = 'close:{close}'")
    town.at("20:30")
    assert town.reached("outcome", where) == ["ana", "ben", "cleo"]
    assert town.reached("outcome", close) == []


def test_a_yes_to_a_question_that_was_worded_anew_is_asked_back(town: Town) -> None:
    close = opened(town, "[VOTE] Close", CLOSE)
    old = town.newest("ben", "ballot")
    town.answers("ana", town.newest("ana", "ballot"), "correct: Shall we keep the office open?")
    town.confirms("ana")
    town.answers("ben", old, "yes")
    assert town.votes(close) == {}
    asked = town.newest("ben", "ask-back")
    assert "worded anew" in asked.text
    town.answers("ben", asked, "1")
    assert town.votes(close) == {"ben": Pick("Yes")}


def test_a_reply_that_holds_more_than_a_request_is_posted_as_well(town: Town) -> None:
    town.writes("ana", "acme", "The budget", "Here is the budget, what do you think of it?")
    town.answers("ben", town.newest("ben", "post"), MIXED)
    assert town.member("ben").absences
    assert "Cleo has the keys" in town.newest("ana", "post").text


MIXED = "I am on leave from 3 to 14 August. The budget is done, see the table below, and Cleo has the keys."


def test_a_request_without_a_subject_is_no_post(town: Town) -> None:
    town.writes("ben", "acme", "", "only once a week please")
    assert town.member("ben").settings != Settings()
    assert "once a week" not in "".join(letter.text for letter in town.box("ana", "post"))
