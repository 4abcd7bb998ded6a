"""What our mails tell people to answer, and what their links fill in, is what our own readers read."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from gateway.model.ballot import Choice, Method, Pick, Picks, PlusOne, Ranking, Scores
from gateway.model.notice import BallotFacts
from gateway.model.reading import BallotKind
from gateway.render.render import render
from gateway.resources import load_lexicon, load_templates
from gateway.understand.reading.ballot import read_ballot
from tests.golden.rendered_specimens import SPECIMENS, WORKSPACE, notice, stored

TEMPLATES = load_templates()
LEXICON = load_lexicon()
BALLOTS = [name for name in SPECIMENS if name.startswith("ballot") and name != "ballot-score"]


def meant(method: Method, option: str) -> Choice:
    if method is Method.APPROVAL:
        return Picks((option,))
    if method is Method.PLUSONE:
        return PlusOne(float(option))
    return Pick(option)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", BALLOTS)
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
