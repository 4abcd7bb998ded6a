"""Strangers as stories: turned away at the door, held for a steward who answers in a word, welcomed; and members who
write from a new address.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.decide.gathering import MOST_A_DAY
from gateway.model.arrival import ArrivalState
from gateway.model.entry import HeldSettled, MemberAdded, Posted
from gateway.model.facts import StewardFacts
from tests.flow.test_vote_stories import opened
from tests.flow.town import Person, Town

Found = Callable[..., Town]
EVE = "Eve Stone <eve@elsewhere.example>"
AT = "eve@elsewhere.example"
PIANO = "I would like to offer you my old piano."


def offer(town: Town, to: str = "acme", subject: str = "An offer", text: str = PIANO) -> str:
    """Let Eve write; return what our door answered."""
    return town.sends(AT, town.mail(EVE, to, subject, text), to)


# --- turned away ----------------------------------------------------------------------------------------------------


def test_a_stranger_is_refused_while_the_mail_is_still_theirs(town: Town) -> None:
    answer = offer(town)
    assert answer == ("550 5.7.1 only members can write here; to become one, write to acme+join@ws.example.org")
    assert (town.arrivals(), town.post_office.letters) == ([], [])


@pytest.mark.parametrize(
    ("to", "subject", "text"),
    [
        ("acme+join", "join", "join"),
        ("acme-subscribe", "", ""),
        ("acme+help", "help", "help"),
        ("acme+owner", "A question", "Who are you?"),
        ("acme", "subscribe", "subscribe"),
        ("acme", "help", "help"),
    ],
)
def test_what_strangers_may_ask_is_let_in(town: Town, to: str, subject: str, text: str) -> None:
    assert offer(town, to, subject, text).startswith("250")


def test_a_member_is_let_in_in_any_spelling_of_their_address(town: Town) -> None:
    raw = town.mail("BEN MOOR <Ben@Example.NET>", "acme", "The ladder", "I found the ladder behind the shed.")
    assert town.sends("ben", raw, "acme").startswith("250")
    assert len(town.entries(Posted)) == 1


def test_who_just_joined_is_let_in_at_once(town: Town) -> None:
    """The door asks the record once mail that came before is understood."""
    offer(town, "acme+join", "join", "join")
    answer, to = town.reply(EVE, town.newest(AT, "confirm"), "yes")
    assert town.hands_in(answer, to, sender=AT).startswith("250")  # it waits, not yet understood
    assert offer(town).startswith("250")
    assert [post.author_name for post in town.entries(Posted)] == ["Eve Stone"]


def test_who_just_left_is_turned_away(town: Town) -> None:
    town.writes("ben", "acme+leave", "leave", "leave")
    town.confirms("ben")
    assert town.writes("ben", "acme", "One more thing", "I forgot to say goodbye to you all.").startswith("550")


def test_an_answer_to_a_mail_of_ours_is_never_turned_away(town: Town) -> None:
    opened(town)
    raw, to = town.reply(EVE, town.newest("ben", "ballot"), "Yes from home.")
    assert town.sends(AT, raw, to).startswith("250")
    assert town.arrivals()[0].state is ArrivalState.HELD


def test_a_made_up_token_opens_no_door(town: Town) -> None:
    raw = town.mail(EVE, "acme", "Re: [acme V-1]", "Yes")
    assert town.sends(AT, raw, f"acme+r.{'a' * 36}").startswith("550")


def test_mail_of_machines_is_never_refused_for_its_author(town: Town) -> None:
    """RFC 5321 §4.5.5: a report that is refused is lost."""
    raw = town.mail("MAILER-DAEMON <mailer-daemon@elsewhere.example>", "acme", "Undelivered", "No such user.")
    assert town.sends(AT, raw, "acme", sender="").startswith("250")


def test_a_mailbox_that_is_fetched_from_refuses_nobody_and_answers_nobody(town: Town) -> None:
    raw = town.mail(EVE, "acme", "An offer", PIANO)
    town.sends(AT, raw, "acme", door="imap")
    assert (town.last_reason, town.arrivals()[0].state) == ("stranger", ArrivalState.IGNORED)
    assert town.box(AT) == []


# --- held -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def holding(found: Found) -> Town:
    """Give a town that holds strangers' mail, with one mail held."""
    town = found(strangers="hold")
    offer(town)
    return town


def test_a_steward_is_told_once_of_held_mail(holding: Town) -> None:
    assert [holding.kinds(who) for who in ("ana", "ben", "cleo")] == [["steward"], [], []]
    told = holding.newest("ana")
    assert PIANO in told.text
    assert "accept" in told.text
    assert holding.box(AT) == []


@pytest.mark.parametrize("word", ["accept", "Accept, please.", "annehmen", "accepter", "acepta", "accetta", "aceitar"])
def test_a_steward_lets_held_mail_in_with_a_word(holding: Town, word: str) -> None:
    holding.answers("ana", holding.newest("ana"), word)
    assert [(post.author_name, post.text) for post in holding.entries(Posted)] == [(f"Eve Stone ({AT})", PIANO)]
    assert holding.reached("post") == ["ana", "ben", "cleo"]
    assert len(holding.entries(MemberAdded)) == 3
    assert [entry.word for entry in holding.entries(HeldSettled)] == ["accept"]


@pytest.mark.parametrize("word", ["reject", "ablehnen", "refuser", "rechazar", "rifiuta", "recusar", "weigeren"])
def test_a_steward_drops_held_mail_with_a_word(holding: Town, word: str) -> None:
    holding.answers("ana", holding.newest("ana"), word)
    assert holding.entries(Posted) == []
    held = holding.arrivals()[-1]
    assert (held.state, held.reason) == (ArrivalState.IGNORED, "rejected")
    assert holding.box(AT) == [], "its author may be forged"


@pytest.mark.parametrize("word", ["add", "aufnehmen", "ajouter", "añadir", "aggiungi", "adicionar", "toevoegen"])
def test_a_steward_makes_the_author_a_member_with_a_word(holding: Town, word: str) -> None:
    holding.answers("ana", holding.newest("ana"), word)
    assert holding.member(AT).name == "Eve Stone"
    assert [post.author_id for post in holding.entries(Posted)] == [holding.member(AT).id]
    assert "welcome" in holding.kinds(AT)
    assert offer(holding, subject="Another", text="And a stool to go with it.").startswith("250")
    assert len(holding.entries(Posted)) == 2


def test_held_mail_is_settled_once(found: Found) -> None:
    people = (Person("ana", "Ana Duarte", roles=("steward",)), Person("dan", "Dan Hill", roles=("steward",)))
    town = found(*people, strangers="hold")
    offer(town)
    town.answers("ana", town.newest("ana"), "reject")
    town.answers("dan", town.newest("dan"), "accept")
    assert town.entries(Posted) == []
    assert town.newest("dan").kind == "decline"


def test_other_words_to_held_mail_are_no_post(holding: Town) -> None:
    holding.answers("ana", holding.newest("ana"), "Who is that? Does anybody know her?")
    assert holding.entries(Posted) == []
    assert holding.arrivals()[-1].state is ArrivalState.HELD


def test_a_steward_whose_charter_wants_proof_confirms_first(found: Found) -> None:
    town = found(strangers="hold", trust={"moderate": "proof"})
    offer(town)
    town.answers("ana", town.newest("ana"), "accept")
    assert town.entries(Posted) == []
    town.confirms("ana")
    assert len(town.entries(Posted)) == 1


# --- welcomed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [{"strangers": "accept"}, {"posting": "anyone"}])
def test_strangers_post_where_they_are_welcome(found: Found, keys: dict[str, str]) -> None:
    town = found(**keys)
    offer(town)
    assert [post.author_name for post in town.entries(Posted)] == [f"Eve Stone ({AT})"]
    assert town.box(AT) == []
    author = town.newest("ben", "post").message.author
    assert author is not None
    assert author.name == f"Eve Stone ({AT}) via Acme"


# --- what stewards must not see -------------------------------------------------------------------------------------

UNKNOWN = "Ben <ben@phone.example>"  # a member, from an address that nobody knows


@pytest.mark.parametrize(
    ("to", "subject", "text"),
    [
        ("acme", "Re: [acme V-1] Where shall we meet?", "Porto"),
        ("acme", "my vote", "V-1: Porto"),
        ("acme", "v-1: Porto", "As I said."),
        ("acme+vote", "Re: Where shall we meet?", "Porto"),
        ("acme+request", "Re: [acme V-1]", "Porto"),
        ("acme+owner", "Re: [acme V-1] Where shall we meet?", "Porto"),
        ("acme+owner", "vote", "V-1: Porto"),
    ],
)
def test_stewards_see_no_secret_ballot_of_a_member_whose_address_they_do_not_know(
    found: Found, to: str, subject: str, text: str
) -> None:
    town = found(strangers="hold", votes={"secret": True})
    opened(town)
    before = len(town.box("ana"))
    town.sends("ben@phone.example", town.mail(UNKNOWN, to, subject, text), to)
    told = town.box("ana")[before:]
    assert [letter.kind for letter in told] == ["steward"]
    assert "ben@phone.example" in told[0].all_words
    assert "Porto" not in told[0].all_words


@pytest.mark.parametrize("charter", [{"strangers": "accept"}, {"posting": "anyone"}])
@pytest.mark.parametrize(
    ("to", "subject", "text"),
    [
        ("acme", "Re: [acme V-1] Close the office in August", "Porto"),
        ("acme", "My vote", "V-1: Porto"),
        ("acme", "RE: Close the Office in August", "Porto"),
        ("acme+vote", "My vote", "Porto"),
    ],
)
def test_what_may_be_a_secret_ballot_is_posted_for_nobody(
    found: Found, charter: dict[str, str], to: str, subject: str, text: str
) -> None:
    town = found(votes={"secret": True}, **charter)
    opened(town)
    before = len(town.post_office.letters)
    town.sends("ben@phone.example", town.mail(UNKNOWN, to, subject, text), to)
    told = town.post_office.letters[before:]
    assert sorted((letter.to, letter.kind) for letter in told) == [
        ("ana@example.net", "steward"),
        ("ben@phone.example", "decline"),
    ]
    assert not any("Porto" in letter.all_words for letter in told)
    assert town.arrivals()[0].state is ArrivalState.HELD
    for word in ("accept", "add"):
        town.answers("ana", town.newest("ana", "steward"), word)
        assert "answers nobody may see" in " ".join(town.newest("ana", "decline").text.split())
    assert (len(town.arrivals(ArrivalState.HELD)), len(town.entries(Posted))) == (1, 0)
    town.answers("ana", town.newest("ana", "steward"), "reject")
    assert town.arrivals(ArrivalState.HELD) == []


@pytest.mark.parametrize("word", ["accept", "add"])
@pytest.mark.parametrize(
    ("subject", "text"),
    [("Close the office in August", "I like it."), ("My view", "V-1 would be a good start.")],
)
def test_what_came_before_the_vote_that_it_may_answer_is_not_let_in_either(
    found: Found, word: str, subject: str, text: str
) -> None:
    town = found(strangers="hold", votes={"secret": True})
    offer(town)
    plain = town.newest("ana", "steward")
    offer(town, subject=subject, text=text)
    asked = town.newest("ana", "steward")
    town.wait(hours=1)
    opened(town)
    before = len(town.post_office.letters)
    for _ in range(2):
        town.answers("ana", asked, word)
        assert "answers nobody may see" in " ".join(town.newest("ana", "decline").text.split())
    assert {letter.kind for letter in town.post_office.letters[before:]} == {"decline"}
    assert (len(town.arrivals(ArrivalState.HELD)), len(town.entries(Posted))) == (2, 0)
    town.answers("ana", plain, "accept")
    assert [entry.subject for entry in town.entries(Posted)] == ["An offer"]


@pytest.mark.parametrize(
    ("strangers", "to", "subject", "text"),
    [
        ("hold", "acme", "My vote", "V-1: Porto"),
        ("hold", "acme+owner", "Help", "I cannot vote in V-1: I mean Porto."),
        ("reject", "acme+owner", "Help", "I cannot vote in V-1: I mean Porto."),
    ],
)
def test_who_wrote_what_may_be_a_secret_ballot_is_told_so_once_a_day(
    found: Found, strangers: str, to: str, subject: str, text: str
) -> None:
    town = found(strangers=strangers, votes={"secret": True})
    opened(town)
    before = len(town.post_office.letters)
    for _ in range(2):
        town.sends("ben@phone.example", town.mail(UNKNOWN, to, subject, text), to)
    told = town.post_office.letters[before:]
    assert [letter.kind for letter in told if letter.to == "ben@phone.example"] == ["decline"]
    assert not any("Porto" in letter.all_words for letter in told if letter.to != "ben@phone.example")
    again = "I changed my mail provider: how do I go on?"
    town.sends("ben@phone.example", town.mail(UNKNOWN, "acme+owner", "Help", again), "acme+owner")
    assert again in town.newest("ana", "steward").text.replace("\n> ", " ")


@pytest.mark.parametrize("fields", [{"precedence": "list"}, {"auto_submitted": "auto-replied"}])
def test_a_machine_or_a_list_whose_mail_may_be_a_secret_ballot_is_told_nothing(
    found: Found, fields: dict[str, str]
) -> None:
    town = found(strangers="hold", votes={"secret": True})
    opened(town)
    town.sends("ben@phone.example", town.mail(UNKNOWN, "acme", "My vote", "V-1: Porto", **fields), "acme")
    assert [letter for letter in town.post_office.letters if letter.to == "ben@phone.example"] == []


def test_a_mark_that_no_vote_has_borne_yet_names_no_vote(found: Found) -> None:
    town = found(strangers="hold", votes={"secret": True})
    opened(town)
    offer(town, text="We sell V-8 engines and V-22 rockets.")
    assert "V-8 engines" in town.newest("ana", "steward").text
    town.answers("ana", town.newest("ana", "steward"), "accept")
    assert len(town.entries(Posted)) == 1


def test_a_steward_lets_in_a_stranger_who_names_a_vote_that_all_may_see(found: Found) -> None:
    town = found(strangers="hold", votes={"hidden": False})
    opened(town)
    offer(town, subject="About V-1", text="My piano fits the office.")
    assert "My piano" in town.newest("ana", "steward").text
    town.answers("ana", town.newest("ana", "steward"), "accept")
    assert [entry.subject for entry in town.entries(Posted)] == ["About V-1"]


# --- very many ------------------------------------------------------------------------------------------------------


def test_so_many_strangers_that_stewards_are_told_of_them_together(found: Found) -> None:
    town = found(strangers="hold")
    here = town.workspace_id
    with town.store.begin() as tx:  # as if so many had written before
        tx.set_mark(f"strangers:{here}", f"{town.clock.at.date()} {MOST_A_DAY - 1}")
    assert offer(town, subject="The last that is told singly").startswith("250")
    for number in range(3):
        offer(town, subject=f"An offer {number}", text=f"{PIANO} {number}")
        offer(town, "acme+owner", f"A letter {number}", f"Please buy my piano {number}.")
    assert [facts.subject for facts in _told(town)] == ["The last that is told singly", ""]
    assert _told(town)[1].about == "strangers"
    assert len(town.arrivals(ArrivalState.HELD)) == 7, "letters to the stewards wait with the rest"
    town.writes("ben", "acme+owner", "A question", "May I come later?")
    assert _told(town)[2].subject == "A question", "members are not among them"
    town.wait(days=1)
    offer(town, subject="The day after")
    assert _told(town)[3].subject == "The day after"


def test_so_many_who_would_join_that_nobody_is_asked_or_told_singly_any_more(found: Found) -> None:
    """Whose the addresses are nobody knows: each question to one of them may be a mail that nobody wanted."""
    town = found()
    many = f"strangers:{town.workspace_id}"
    with town.store.begin() as tx:
        tx.set_mark(many, f"{town.clock.at.date()} {MOST_A_DAY - 1}")
    for number in range(3):
        victim = f"victim{number}@elsewhere.example"
        town.sends(victim, town.mail(victim, "acme+join", "join", "join"), "acme+join")
    asked = [len(town.box(f"victim{number}@elsewhere.example")) for number in range(3)]
    assert (asked, [facts.about for facts in _told(town)]) == ([1, 0, 0], ["join", "strangers"])
    assert len(town.arrivals(ArrivalState.HELD)) == 2


def test_a_letter_that_was_not_told_of_is_told_of_once_it_is_put_back(found: Found) -> None:
    town = found(strangers="hold")
    many = f"strangers:{town.workspace_id}"
    with town.store.begin() as tx:
        tx.set_mark(many, f"{town.clock.at.date()} {MOST_A_DAY}")
    letter = town.mail(EVE, "acme+owner", "A letter", "Please buy my piano.")
    for _ in range(3):  # its copies wait for nobody and are not counted
        assert town.sends(AT, letter, "acme+owner").startswith("250")
    first, *copies = reversed(town.arrivals())
    assert (first.state, {copy.state for copy in copies}) == (ArrivalState.HELD, {ArrivalState.IGNORED})
    with town.store.read() as tx:
        assert tx.get_mark(many) == f"{town.clock.at.date()} {MOST_A_DAY + 1}"
    with town.store.begin() as tx:
        tx.inbox.put_back(first.id)
    town.turn()
    assert [facts.subject for facts in _told(town)] == ["", "A letter"]
    assert town.arrivals(ArrivalState.HELD) == []


def _told(town: Town) -> list[StewardFacts]:
    facts = (stored.notice.facts for stored in reversed(town.notices()))
    return [one for one in facts if isinstance(one, StewardFacts)]
