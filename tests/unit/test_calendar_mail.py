"""Answers to invitations, as programs send them (RFC 5546)."""

from __future__ import annotations

import pytest

from gateway.model.message import Mailbox, Message, Part
from gateway.model.nature import CalendarAnswer, Nature
from gateway.understand.reading.calendar import CalendarReading, read_calendar


def invitation(*lines: str, method: str = "REPLY", parameter: str = "") -> Message:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", *([f"METHOD:{method}"] if method else []), "BEGIN:VEVENT", "UID:u1@x")
    content = "\r\n".join((*head, *lines, "END:VEVENT", "END:VCALENDAR", "")).encode()
    parameters = (("method", parameter),) if parameter else ()
    part = Part("text/calendar", None, content, is_attachment=True, parameters=parameters)
    return Message("", Mailbox("ana@town.example"), "", None, parts=(part,))


def _read(message: Message) -> CalendarReading:
    found = read_calendar(message)
    assert found is not None
    return found


def _answer(message: Message) -> CalendarAnswer:
    answer = _read(message).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"])
def test_an_answer_names_attendee_and_choice(partstat: str) -> None:
    found = _read(invitation(f"ATTENDEE;PARTSTAT={partstat}:mailto:ana@town.example"))
    assert found.nature is Nature.CALENDAR_ANSWER
    assert found.answer == CalendarAnswer("u1@x", "ana@town.example", partstat.lower())


def test_quoted_parameters_may_hold_any_separator() -> None:
    line = "ATTENDEE;CN=\"Lima; Ana: 'x', y\";ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED:MAILTO:ana@town.example"
    assert _answer(invitation(line)).partstat == "declined"


def test_folded_lines_are_one() -> None:
    assert _answer(invitation("ATTENDEE;PARTSTAT=ACC\r\n EPTED:mailto:ana@to\r\n\twn.example")).partstat == "accepted"


def test_an_author_answers_for_themselves_where_several_attendees_are_named() -> None:
    lines = ("ATTENDEE;PARTSTAT=DECLINED:mailto:bo@x.example", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Ana@town.example")
    assert _answer(invitation(*lines)).partstat == "accepted"


def test_an_alarm_within_an_answer_has_no_say() -> None:
    alarm = ("BEGIN:VALARM", "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@town.example", "END:VALARM")
    assert _answer(invitation(*alarm, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@town.example")).partstat == "accepted"


def test_a_comment_is_kept_as_its_author_wrote_it() -> None:
    lines = ("ATTENDEE;PARTSTAT=TENTATIVE:mailto:ana@town.example", "COMMENT:a\\, b\\nc")
    assert _answer(invitation(*lines)).comment == "a, b\nc"


def test_another_time_proposed_is_a_counter() -> None:
    line = "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ana@town.example"
    assert _answer(invitation(line, method="COUNTER")).partstat == "counter"


@pytest.mark.parametrize(
    ("method", "nature"),
    [
        ("REQUEST", Nature.CALENDAR_REQUEST),
        ("ADD", Nature.CALENDAR_REQUEST),
        ("CANCEL", Nature.CALENDAR_CANCEL),
        ("reply", Nature.CALENDAR_ANSWER),
    ],
)
def test_the_method_says_who_speaks(method: str, nature: Nature) -> None:
    assert _read(invitation("ATTENDEE:mailto:ana@town.example", method=method)).nature is nature


def test_the_parameter_of_the_part_stands_in_for_a_method_left_out() -> None:
    assert _read(invitation(method="", parameter="CANCEL")).nature is Nature.CALENDAR_CANCEL


@pytest.mark.parametrize("method", ["", "PUBLISH", "X-OTHER"])
def test_a_calendar_that_asks_nothing_is_an_attachment(method: str) -> None:
    assert read_calendar(invitation(method=method)) is None


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"METHOD:REPLY", b"METHOD:REPLY\nBEGIN:VEVENT\nATTENDEE", b";;;:::"]
)
def test_a_broken_calendar_is_no_fault(content: bytes) -> None:
    found = read_calendar(Message("", None, "", None, parts=(Part("text/calendar", None, content),)))
    assert found is None or found.answer is None


def test_an_answer_cut_short_still_counts() -> None:
    content = b"METHOD:REPLY\nBEGIN:VEVENT\nUID:u\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example"
    assert _answer(Message("", None, "", None, parts=(Part("text/calendar", None, content),))).partstat == "accepted"
