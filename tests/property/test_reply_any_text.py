"""New text of any text: nothing lost, nothing invented, and our own lines found again however they were quoted."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.message import Mailbox, Message
from gateway.understand.lexicon import Lexicon
from gateway.understand.reply import new_text

WORDS = Path(__file__).parents[2] / "gateway" / "understand" / "words"
LEXICON = Lexicon({file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(WORDS.glob("*.toml"))})
SECONDS = 4.0  # for a body of 10,000 nasty lines, on a slow and busy machine

LINE = st.one_of(
    st.sampled_from(
        [
            "",
            "yes",
            "> quoted",
            ">> twice",
            "-- ",
            "---",
            "_____",
            "On 10 Mar 2026, Bob <b@x.org> wrote:",
            "Am 10.3.2026 um 8:00 schrieb Bob:",
            "From: Bob <b@x.org>",
            "Sent: Tuesday",
            "To: Ana",
            "Subject: s",
            "-----Original Message-----",
            "Begin forwarded message:",
            "Sent from my iPhone",
            "\ttab",
            "-Ana",
            "[EXTERN] klicken Sie nicht",
            "https://x.example/1",
        ]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=30),
)


def letters(text: str) -> list[str]:
    return sorted(char for char in text if char.isalnum())


@settings(max_examples=300)
@given(st.lists(LINE, max_size=30))
def test_nothing_is_thrown_away_and_nothing_invented(lines: list[str]) -> None:
    text = "\n".join(lines)
    reading = new_text(text, None, LEXICON)
    assert letters(reading.text + "".join(dropped.text for dropped in reading.dropped)) == letters(text)


@settings(max_examples=200)
@given(st.lists(LINE, max_size=30))
def test_own_lines_are_lines_of_the_new_text_and_never_quoted(lines: list[str]) -> None:
    reading = new_text("\n".join(lines), None, LEXICON)
    kept = {line.strip() for line in reading.text.split("\n")}
    own = [line.strip() for line in reading.own.split("\n") if line.strip()]
    assert set(own) <= kept
    assert not any(line.startswith(">") for line in own)
    assert [line for block in reading.blocks for line in map(str.strip, block.text.split("\n")) if line] == own


WORDS_OF_OURS = ["market", "hall", "spring", "budget", "minutes", "member", "poster", "ladder", "garden", "coffee"]
WORDS_OF_THEIRS = ["zebra", "quince", "violin", "yodel", "jackal", "xylem", "fjord", "onyx"]
SENTENCE = st.lists(st.sampled_from(WORDS_OF_OURS), min_size=4, max_size=14).map(" ".join)
ANSWER = st.lists(st.sampled_from(WORDS_OF_THEIRS), min_size=1, max_size=8).map(" ".join)
BLOCK = "From: Working group <ws@mail.example>\nSent: Tuesday, 10 March 2026 08:00\nTo: Ana\nSubject: Spring\n"


def quoted(text: str, style: str) -> str:
    lines = text.split("\n")
    if style == "unmarked":
        return f"{BLOCK}\n{text}"
    prefix = {"marked": "> ", "tight": ">", "tabbed": "\t"}[style]
    return "On 10 Mar 2026, Working group wrote:\n\n" + "\n".join((prefix + line).rstrip(" ") for line in lines)


@settings(max_examples=200)
@given(
    st.lists(SENTENCE, min_size=2, max_size=8, unique=True),
    st.lists(ANSWER, min_size=1, max_size=5),
    st.sampled_from(["marked", "tight", "tabbed", "unmarked"]),
    st.booleans(),
)
def test_our_original_is_found_however_it_was_quoted(
    ours: list[str], answer: list[str], style: str, is_above: bool
) -> None:
    text = "\n\n".join(ours)
    original = Message("o@ws", Mailbox("ws@mail.example", "Working group"), "Spring", None, text=text)
    theirs, quote = "\n".join(answer), quoted(text, style)
    reply = f"{theirs}\n\n{quote}\n" if is_above else f"{quote}\n\n{theirs}\n"
    reading = new_text(reply, original, LEXICON)
    assert reading.own == theirs
    assert reading.text == theirs


NASTY = {
    "dashes": "-" * 160,
    "dashes-spaced": "- " * 80,
    "underscores": "_" * 400,
    "colons": "a:" * 200,
    "quotes": ">" * 400,
    "open-angles": "<" * 400,
    "addresses": "From: " + "a@b.c " * 60,
    "ons": "On 2020 a@b.c wrote " * 20 + ":",
    "capitals": "A b@c 2011 " * 35 + "wrote:",
    "digits": "+1 " * 130,
    "dates": "1/1/1 " * 60,
    "accents": "é" * 400,
    "labels": "Subject: x",
    "devices": "Sent from my iPhone",
    "marks": "--",
    "interleaved": "> a\n\nb\n",
    "disclaimers": "if you are not the intended recipient\n",
}


@pytest.mark.parametrize("kind", sorted(NASTY))
def test_nasty_lines_cost_no_more_than_their_length(kind: str) -> None:
    text = "hello\n\n" + "\n".join([NASTY[kind]] * 10_000)
    original = Message("o@ws", None, "s", None, text="\n".join(f"line {at} of the mail" for at in range(1_000)))
    for known in (None, original):
        started = time.process_time()
        new_text(text, known, LEXICON)
        assert time.process_time() - started < SECONDS
