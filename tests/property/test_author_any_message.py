"""Any message, however odd, is told within a bound of time and without a fault."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.message import Mailbox, Message, Part
from gateway.model.nature import Nature
from gateway.resources import load_lexicon
from gateway.understand.author import written_by

LEXICON = load_lexicon()
TEXT = st.text(max_size=200) | st.lists(
    st.sampled_from(
        [
            "\n",
            " ",
            "bob@far.example",
            "<bob@far.example>",
            "550 5.1.1 ",
            "Received: x\n",
            "To: a@b.example\n",
            "Message-ID: <i@x>\n",
            "Final-Recipient: rfc822; a@b.example\n",
            "Action: failed\n",
            "could not be delivered to ",
            "BEGIN:VEVENT\n",
            "METHOD:REPLY\n",
            "ATTENDEE;PARTSTAT=X:mailto:a@b\n",
            "👍",
            "> ",
            '{"',
            "\x00",
        ]
    ),
    max_size=30,
).map("".join)
TYPES = st.sampled_from(
    [
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
        "message/feedback-report",
        "message/disposition-notification",
        "text/calendar",
        "text/vnd.google.email-reaction+json",
        "multipart/report",
    ]
)
PART = st.builds(
    Part, TYPES, st.none(), st.binary(max_size=100) | TEXT.map(lambda text: text.encode("utf-8", "replace"))
)
FIELDS = st.sampled_from(
    ["auto-submitted", "return-path", "precedence", "x-failed-recipients", "from", "sender", "x-autoreply"]
)
ADDRESS = st.sampled_from(["ana@x.example", "MAILER-DAEMON", "postmaster@x", "no-reply@x.example", "@", "a" * 300, ""])
MESSAGE = st.builds(
    Message,
    message_id=st.just("i@x"),
    author=st.none() | st.builds(Mailbox, ADDRESS),
    subject=TEXT,
    date=st.none(),
    to=st.lists(st.builds(Mailbox, ADDRESS), max_size=2).map(tuple),
    in_reply_to=st.sampled_from([(), ("a@b",)]),
    text=TEXT,
    html=TEXT,
    parts=st.lists(PART, max_size=3).map(tuple),
    media_type=st.sampled_from(["text/plain", "multipart/report", "multipart/mixed"]),
    headers=st.lists(st.tuples(FIELDS, TEXT), max_size=4).map(tuple),
)


@settings(deadline=2_000)
@given(MESSAGE, st.none() | st.just("") | st.just("a@b.example"), st.booleans())
def test_any_message_is_told_without_a_fault(message: Message, envelope_from: str | None, at_bounces: bool) -> None:
    written = written_by(message, LEXICON, envelope_from, is_for_bounces=at_bounces)
    assert written.nature in Nature
    assert written.reason


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "@",
        "a@",
        "a.",
        "<",
        "\n",
        "\n    ",
        "A: b\n",
        " x\n",
        "a@b.example ",
        "<a@b.example>:\n",
        "5.1.1 ",
        "{",
        "> ",
        "\t",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    daemon, person = Mailbox("mailer-daemon@x.example"), Mailbox("ana@x.example")
    part = Part("message/delivery-status", None, text.encode())
    letters = (
        Message("i@x", daemon, "Undelivered", None, text=text),
        Message("i@x", daemon, "x", None, parts=(part, Part("message/rfc822", None, text.encode()))),
        Message("i@x", person, text, None, text=text, html=text, in_reply_to=("a@b",)),
        Message("i@x", Mailbox(text[:10_000]), "x", None, to=(Mailbox(text[:10_000]),), text=text),
    )
    for letter in letters:
        start = time.process_time()
        written_by(letter, LEXICON)
        assert time.process_time() - start < 3
