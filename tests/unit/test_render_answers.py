"""What our mails tell people to answer, and what their links fill in, is what our own readers read."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import date
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.model.ballot import Choice, Method, Pick, Picks, PlusOne, Ranking, Scores
from gateway.model.facts import BallotFacts, CatchUpFacts, ConfirmFacts
from gateway.model.reading import BallotKind, CheckInKind, Intent
from gateway.model.understood import GoverningAct
from gateway.render.render import render
from gateway.resources import load_lexicon, load_templates
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.catching_up import read_as_read
from gateway.understand.reading.checkin import read_checkin
from gateway.understand.reading.command import read_command
from gateway.understand.reading.confirmation import read_confirmation
from gateway.understand.reading.govern import read_governing, read_setting, read_undo
from tests.golden.rendered_specimens import NOW, SPECIMENS, WORKSPACE, notice, stored

TEMPLATES = load_templates()
LEXICON = load_lexicon()
BALLOTS = [name for name in SPECIMENS if name.startswith("ballot") and name != "ballot-score"]


def meant(method: Method, option: str) -> Choice:
    if method is Method.APPROVAL:
        return Picks((option,))
    if method is Method.PLUSONE:
        return PlusOne(float(option))
    return Pick(option)


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, language) for name in BALLOTS for language in ("en", "fr")],
)
def test_what_a_link_fills_in_is_read_as_that_option(name: str, language: str) -> None:
    facts = SPECIMENS[name]
    assert isinstance(facts, BallotFacts)
    raw = render(stored(notice(name, language)), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)
    links = LexborHTMLParser(str(page.get_content())).css("a.choose")
    bodies = [unquote((link.attributes["href"] or "").partition("&body=")[2]).replace("\r\n", "\n") for link in links]
    question = facts.question
    read = [read_ballot(body, question, LEXICON) for body in bodies]
    assert all(reading.kind is BallotKind.BALLOT for reading in read), bodies
    if question.method is Method.RANKED:
        assert [reading.choice for reading in read] == [Ranking(tuple((option,) for option in question.options))]
    else:
        assert [reading.choice for reading in read] == [meant(question.method, option) for option in question.options]


def test_a_list_of_points_filled_in_is_read_whole() -> None:
    facts = SPECIMENS["ballot-score"]
    assert isinstance(facts, BallotFacts)
    reading = read_ballot("Lisbon: 4\nPorto: 0\nFaro & the islands: 5\n", facts.question, LEXICON)
    assert reading.choice == Scores((("Lisbon", 4.0), ("Porto", 0.0), ("Faro & the islands", 5.0)))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_form_of_a_check_in_is_read_as_it_is_meant(language: str) -> None:
    raw = render(stored(notice("prompt", language)), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)
    answer, skip = LexborHTMLParser(str(page.get_content())).css("a.choose")
    form = unquote((answer.attributes["href"] or "").partition("&body=")[2]).replace("\r\n", "\n")
    filled = iter(("report", "bank", "logo"))
    reading = read_checkin(re.sub("- ", lambda _: f"- {next(filled)}", form) + "4\n", date(2026, 11, 23), LEXICON)
    assert (reading.done, reading.next, reading.blockers) == (("report",), ("bank",), ("logo",))
    assert reading.mood == 4
    word = unquote((skip.attributes["href"] or "").partition("&body=")[2])
    assert read_checkin(word, date(2026, 11, 23), LEXICON).kind is CheckInKind.SKIP


def is_read(word: str, facts: object) -> bool:
    """Whether one of our readers reads a word alone as something asked for."""
    asked = read_command("acme@ws.example.org", "Re: [acme P-14] x", word, NOW, LEXICON).intent is not Intent.UNCLEAR
    about_us = read_setting(word, LEXICON) or read_undo(word, LEXICON) or read_governing(word, NOW, LEXICON)
    told = isinstance(facts, CatchUpFacts) and read_as_read(word, LEXICON) is not None
    skipped = read_checkin(word, date(2026, 11, 23), LEXICON).kind is CheckInKind.SKIP
    question = getattr(facts, "question", None)
    abstained = question is not None and read_ballot(word, question, LEXICON).kind is BallotKind.BALLOT
    confirmed = isinstance(facts, ConfirmFacts) and read_confirmation(word, facts.act, "", "", LEXICON) is not None
    return asked or about_us is not None or told or skipped or abstained or confirmed


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", [name for name in SPECIMENS if not name.startswith(("ballot", "reminder"))])
def test_every_word_that_a_foot_offers_is_read(name: str, language: str) -> None:
    raw = render(stored(notice(name, language)), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)
    words = [node.text() for node in LexborHTMLParser(str(page.get_content())).css("a.word")]
    for word in words:
        assert is_read(word, SPECIMENS[name]), word


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_opener_of_a_paused_round_is_offered_is_read(language: str) -> None:
    raw = render(stored(notice("change-paused-yours", language)), WORKSPACE, TEMPLATES)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    page = message.get_body(("html",))
    assert isinstance(page, EmailMessage)
    links = LexborHTMLParser(str(page.get_content())).css("a.choose")
    bodies = [unquote((link.attributes["href"] or "").partition("&body=")[2]).replace("\r\n", "\n") for link in links]
    read = [read_governing(body + "new text" * body.endswith("\n"), NOW, LEXICON) for body in bodies]
    assert [found and found.act for found in read] == [
        GoverningAct.AMEND,
        GoverningAct.VOTE,
        GoverningAct.RESUME,
        GoverningAct.CANCEL,
    ]
