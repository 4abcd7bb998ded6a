"""One click on "unsubscribe" (RFC 8058): what it stops, what it leaves alone, and who can take it back how."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest

from gateway.model.entry import SettingsChanged
from gateway.model.member import Delivery, Settings
from gateway.model.stoplink import LENGTH, is_code_of, notice_named, stop_code
from gateway.model.token import KeyRing
from gateway.pipeline import clicking
from gateway.pipeline.clicking import Click
from gateway.pipeline.flow import Rules
from gateway.pipeline.knowing import CODES_OF_BEFORE
from tests.fakes import Letter
from tests.flow.town import KEYS, Town

PAGES = "https://mail.example.org/restante"


@pytest.fixture
def town(found: Callable[..., Town]) -> Town:
    made = found()
    made.rules = Rules(pages=PAGES)
    made.reopen()
    return made


def fields_of(letter: Letter) -> dict[str, str]:
    return {name.lower(): value for name, value in letter.message.headers}


def code_in(letter: Letter) -> str:
    """Return the code of the one HTTPS address in a letter's List-Unsubscribe."""
    fields = fields_of(letter)
    assert fields["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    found = re.findall(rf"<{re.escape(PAGES)}/u/([a-z2-7]+)>", fields["list-unsubscribe"])
    assert len(found) == 1
    return str(found[0])


def clicks(town: Town, letter: Letter) -> Click:
    return clicking.stop(town.pipeline, code_in(letter), town.clock.at).click


def settings_of(town: Town, who: str) -> Settings:
    with town.store.read() as tx:
        member = tx.people.by_address(1, town.address_of(who))
    assert member is not None
    return member.settings


def changes(town: Town) -> int:
    with town.store.read() as tx:
        return sum(isinstance(one.entry, SettingsChanged) for one in tx.ledger.entries(1))


def test_a_click_on_a_post_outside_channels_stops_everything_until_resume(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    assert clicks(town, letter) is Click.STOPPED
    assert settings_of(town, "ben").paused
    town.writes("ana", "acme", "The roof again", "It still leaks.")
    town.writes("ana", "acme+vote", "Repair it?", "Repair it?\n\n- Yes\n- No\n")
    assert town.newest("ben") == letter
    town.writes("ben", "acme", "resume", "resume")
    town.writes("ana", "acme", "Roof", "Third time.")
    assert town.newest("ben").kind == "post"


def test_a_click_on_a_post_of_a_channel_stops_that_channel_alone(town: Town) -> None:
    town.writes("ana", "acme+design", "Colours", "Green?")
    assert clicks(town, town.newest("ben", "post")) is Click.STOPPED
    assert settings_of(town, "ben").channels == {"design": Delivery.NONE}
    assert not settings_of(town, "ben").paused
    town.writes("ana", "acme+design", "Colours II", "Blue?")
    town.writes("ana", "acme", "The roof", "It leaks.")
    assert [letter.subject for letter in town.box("ben", "post")] == ["[acme P-1] Colours", "[acme P-3] The roof"]


def test_no_mail_follows_a_click(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    clicks(town, town.newest("ben", "post"))
    before = len(town.post_office.letters)
    town.turn()
    assert len(town.post_office.letters) == before


def test_two_clicks_have_one_effect(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    assert [clicks(town, letter), clicks(town, letter)] == [Click.STOPPED, Click.STOPPED]
    assert changes(town) == 1


def test_looking_changes_nothing(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    code = code_in(town.newest("ben", "post"))
    looked = clicking.look(town.pipeline, code, town.clock.at)
    assert (looked.click, looked.workspace, looked.channel) == (Click.OPEN, "Acme", None)
    assert changes(town) == 0


def test_a_code_counts_as_long_as_the_token_of_its_mail(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    town.wait(days=Rules().token_days + 1)
    assert clicks(town, letter) is Click.EXPIRED
    assert changes(town) == 0


def test_who_has_left_has_nothing_to_stop(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    town.writes("ben", "acme+leave", "leave", "leave")
    town.confirms("ben")
    assert clicks(town, letter) is Click.LEFT


def test_the_code_of_a_key_that_was_taken_out_is_unknown(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    town.pipeline.keys = KeyRing({2: bytes(range(1, 33))}, 2)
    assert clicks(town, letter) is Click.UNKNOWN


Change = Callable[[str], str]


@pytest.mark.parametrize(
    "change",
    [
        lambda code: "a" + code[1:] if code[0] != "a" else "b" + code[1:],
        lambda code: code[:-1] + ("a" if code[-1] != "a" else "b"),
        lambda code: code[:-1],
        lambda code: code + "a",
        lambda code: "",
        lambda code: "é" * len(code),
        lambda code: "1" * len(code),
        lambda code: stop_code(2**39, code),
    ],
)
def test_a_code_that_we_did_not_write_is_unknown(town: Town, change: Change) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    code = change(code_in(town.newest("ben", "post")))
    assert clicking.stop(town.pipeline, code, town.clock.at) == clicking.UNKNOWN
    assert changes(town) == 0


def test_a_code_says_nothing_that_an_answer_by_mail_is_believed_for(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    with town.store.read() as tx:
        stored = tx.outbox.get(letter.notice_id)
    assert stored is not None
    code = code_in(letter)
    assert stored.token not in code
    assert stored.return_token not in code
    assert KEYS.verify(code, "acme") is None
    assert (notice_named(code), len(code)) == (letter.notice_id, LENGTH)
    assert is_code_of(code.upper(), stored.id, stored.return_token)


def test_who_sees_the_address_to_answer_to_can_make_no_code(town: Town) -> None:
    """It stands in To and References of the answer, which is seen by all whom its author puts in Cc."""
    town.writes("ana", "acme", "The roof", "It leaks.")
    letter = town.newest("ben", "post")
    with town.store.read() as tx:
        stored = tx.outbox.get(letter.notice_id)
    assert stored is not None
    code = stop_code(stored.id, stored.token)
    assert clicking.stop(town.pipeline, code, town.clock.at) == clicking.UNKNOWN
    assert changes(town) == 0
    with town.store.begin() as tx:  # of a mail that went out before, and is still in mailboxes, it is good
        tx.set_mark(CODES_OF_BEFORE, str(stored.id))
    assert clicking.stop(town.pipeline, code, town.clock.at).click is Click.STOPPED


def test_mail_to_somebody_who_is_no_member_offers_no_click(town: Town) -> None:
    town.writes("Zoe <zoe@example.com>", "acme+help", "help", "help")
    fields = fields_of(town.newest("zoe@example.com"))
    assert not {"list-unsubscribe", "list-unsubscribe-post"} & set(fields)


def test_without_pages_mails_offer_the_way_by_mail_alone(found: Callable[..., Town]) -> None:
    town = found()
    town.writes("ana", "acme", "The roof", "It leaks.")
    fields = fields_of(town.newest("ben", "post"))
    assert fields["list-unsubscribe"].startswith("<mailto:acme+leave@")
    assert "List-Unsubscribe-Post" not in fields


def test_every_mail_to_a_member_has_the_fields_of_a_list(town: Town) -> None:
    town.writes("ana", "acme+design", "Colours", "Green?")
    letter = town.newest("ben", "post")
    fields = fields_of(letter)
    assert fields["list-help"] == "<mailto:acme+help@ws.example.org>"
    assert fields["list-post"] == "<mailto:acme+design@ws.example.org>"
    # RFC 8058 §3.1: both ways, the HTTPS one by itself in its brackets.
    assert re.fullmatch(r"<https://[^<>, ]+>, <mailto:[^<>, ]+>", fields["list-unsubscribe"])
    assert all(len(line) <= 998 for line in letter.raw.split(b"\r\n"))


def test_what_a_click_records_is_what_the_word_stop_records(town: Town) -> None:
    town.writes("ana", "acme", "The roof", "It leaks.")
    town.answers("cleo", town.newest("cleo", "post"), "stop")
    clicks(town, town.newest("ben", "post"))
    assert msgspec.structs.asdict(settings_of(town, "ben")) == msgspec.structs.asdict(settings_of(town, "cleo"))
