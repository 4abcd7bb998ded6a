"""Reactions that programs send are read; an emoji that someone typed stays a person's answer."""

from __future__ import annotations

import json

import pytest

from gateway.model.message import Mailbox, Message, Part
from gateway.model.nature import Nature
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.reading.reaction import first_emoji, read_reaction

LEXICON = load_lexicon()
LINK = "<https://mail.example/about/?utm_source=x&utm_campaign=emojireactionemail#app>"


def reply(text: str = "", html: str = "", *parts: Part, headers: tuple[tuple[str, str], ...] = ()) -> Message:
    return Message(
        "m@x",
        Mailbox("ana@x.example"),
        "Re: x",
        None,
        in_reply_to=("a@b",),
        text=text,
        html=html,
        parts=parts,
        headers=headers,
    )


def emoji(message: Message) -> str | None:
    found = read_reaction(message, LEXICON)
    return found.emoji if found else None


@pytest.mark.parametrize("sign", ["👍", "❤️", "👩‍💻", "👍🏽", "🇵🇹", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"])
def test_a_part_of_gmail_names_the_emoji(sign: str) -> None:
    part = Part("text/vnd.google.email-reaction+json", None, json.dumps({"emoji": sign, "version": 1}).encode())
    assert emoji(reply("x", "", part)) == sign


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"emoji": 3}', b'{"emoji": "yes"}', b'{"version": 1}', b"\xff"]
)
def test_a_broken_part_is_no_reaction(content: bytes) -> None:
    assert emoji(reply("x", "", Part("text/vnd.google.email-reaction+json", None, content))) is None


def test_a_part_of_gmail_is_found_where_only_its_text_is_left() -> None:
    assert emoji(reply(f"👍\n\nAna reagiu pelo Gmail\n{LINK}\n\nOn Friday X wrote:\n> hello")) == "👍"


def test_a_quoted_reaction_is_not_ones_own() -> None:
    assert emoji(reply(f"👍 thanks\n\n> 🎉\n>\n> Ana reacted via Gmail\n> {LINK}")) is None


def test_a_standard_reaction_is_read() -> None:
    assert emoji(reply("😊\nfooter", headers=(("content-disposition", "reaction"),))) == "😊"


@pytest.mark.parametrize(
    "text",
    [
        "Ana Lima reacted to your message:\n👍",
        "👍 Ana Lima reacted to your message",
        "Ana Lima a réagi à votre message :\n👍",
        "Ana Lima hat auf Ihre Nachricht reagiert: 👍",
        "Ana Lima ha reaccionado a su mensaje: 👍",
        "Ana Lima ha reagito al tuo messaggio: 👍",
        "Ana Lima reagiu à sua mensagem: 👍",
        "Ana Lima heeft gereageerd op uw bericht: 👍",
    ],
)
def test_the_wording_of_outlook_is_read_in_seven_languages(text: str) -> None:
    assert emoji(reply(text)) == "👍"


def test_the_picture_of_a_reaction_is_read_by_its_text() -> None:
    html = '<html><style>x</style><body><p>Ana reacted to your message:</p><img src="cid:1" alt="🎉"></body></html>'
    assert emoji(reply("Ana reacted to your message:\n", html)) == "🎉"


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "👍 from me",
        "Bo reacted to your message: 👍 and I wonder whether he meant the first option or the second one",
        "> Ana reacted to your message: 👍\n\nWhy?",
        "Bo reacted to your message: 👍 but not to mine",
        "I think nobody reacted to your message: sad",
    ],
)
def test_what_someone_typed_is_their_own_answer(text: str) -> None:
    assert written_by(reply(text), LEXICON).nature is Nature.PERSON


def test_the_first_emoji_comes_with_its_modifiers() -> None:
    assert (first_emoji("ok 👍🏽 👎"), first_emoji("none")) == ("👍🏽", "")
