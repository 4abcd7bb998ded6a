"""The guide for members (docs/members.md) and the mail that `+help` answers with say the same, in both languages.

What the mail says can be written must stand in the guide, what the guide prints as a word must stand in the mail; and
what both say must be understood. Must not: compare their sentences.
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from tests.golden.update_rendered import ROOT

LANGUAGES = ("en", "fr")
_TERM = re.compile(r"<strong[^>]*>([^<]*)</strong><br", re.DOTALL)
_SAID_IN_CODE = re.compile(r"`([^`]+)`")


def plain(text: str) -> str:
    spaced = " ".join(text.replace("’", "'").replace("&gt;", ">").replace("&#39;", "'").split())  # no-break ones too
    return spaced.replace(" :", ":").casefold()


def mail(language: str) -> str:
    raw = (ROOT / "tests" / "golden" / "rendered" / f"help.{language}.eml").read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def guide(language: str) -> str:
    halves = (ROOT / "docs" / "members.md").read_text(encoding="utf-8").split("## Comment répondre")
    return halves[LANGUAGES.index(language)]


def terms(language: str) -> list[str]:
    """Return what the mail says can be written, addresses left out; a list of short words counts one by one."""
    found: list[str] = []
    for said in map(plain, _TERM.findall(mail(language))):
        short = "@" not in said.split()[0] and not said[0].isdigit()
        found += said.split(", ") if short else [said]
    return [term for term in found if "@ws." not in term]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_help_mail_offers_stands_in_the_guide(language: str) -> None:
    said = plain(guide(language))
    named = [term for term in terms(language) if term != {"en": "reply", "fr": "répondre"}[language]]
    assert len(named) > 25
    assert [term for term in named if term not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_guide_stand_in_the_help_mail(language: str) -> None:
    said = plain(mail(language))
    words = [word for word in map(plain, _SAID_IN_CODE.findall(guide(language))) if "@" not in word and word[0] != "["]
    assert len(words) > 12
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_address_of_the_guide_stands_in_the_help_mail(language: str) -> None:
    said = plain(mail(language))
    addresses = {word.partition("@")[0] for word in _SAID_IN_CODE.findall(guide(language)) if word.startswith("acme+")}
    assert addresses >= {"acme+vote", "acme+task", "acme+try", "acme+help", "acme+owner"}
    assert [one for one in sorted(addresses - {"acme+help"}) if f"{one}@" not in said] == []
