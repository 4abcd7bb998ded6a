"""A person asks for what we hold of them, or to be forgotten: what is shown, what goes, what stays."""

from __future__ import annotations

import base64
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest

from gateway.decide.fold import fold
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import AddressAdded, MemberAdded, MemberErased, MemberLeft, Posted
from gateway.model.member import Settings
from gateway.model.notice import NoticeState
from gateway.pipeline.person import MailWaits, Person, erase, export, find
from tests.flow.town import ANA, CHECK_IN, Town, charter
from tests.flow.town import Person as Author

BEN = "ben@example.net"
DAILY = {"daily": CHECK_IN}


def erased(town: Town, address: str = BEN) -> Person:
    """Erase somebody, and leave no trace in the file."""
    person = find(town.pipeline, address)
    erase(town.pipeline, person, town.clock.at)
    town.store.scrub()
    return person


def octets(town: Town) -> bytes:
    """Return every octet of the store: its file and its log."""
    files = sorted(town.file.parent.glob(town.file.name + "*"))
    return b"".join(file.read_bytes() for file in files)


@pytest.fixture
def lived(found: Callable[..., Town]) -> Town:
    """Two days in which Ben left traces wherever a member can."""
    town = found(routines=DAILY, votes={"hidden": False})
    town.writes(
        "ana", "acme+vote", "Where do we meet?", "Where do we meet?\n\n- Lisbon\n- Porto\n\nuntil Friday 17:00\n"
    )
    town.apply(charter(routines=DAILY, votes={"hidden": False, "secret": True}))
    town.writes("cleo", "acme+vote", "Who leads?", "Who leads?\n\n- Ana\n- Dev\n\nuntil Friday 17:00\n")
    town.answers("ben", town.newest("ben", "ballot", "V-1"), "Lisbon, because ben@example.net lives there")
    town.answers("ben", town.newest("ben", "ballot", "V-2"), "2")
    town.writes("ben", "acme", "The roof", "It leaks. Write to Ben@Example.net or joben@example.net.\n")
    town.answers(
        "cleo", town.newest("cleo", "post"), "I wrote to <ben@example.net> already.", cc="Ben <ben@example.net>"
    )
    town.at("2026-06-01 09:30")
    town.answers("ben", town.newest("ben", "prompt"), "done: the bill\nnext: call the bank\nblocked: the key")
    town.writes("ben", "acme", "I'm away from 15 to 19 June", "I'm away from 15 to 19 June")
    town.answers("ben", town.newest("ben"), "digest")
    town.at("2026-06-02 10:00")
    return town


def test_the_story_left_traces_to_look_for(lived: Town) -> None:
    assert BEN.encode() in octets(lived).lower()
    assert b"Ben Moor" in octets(lived)


def test_no_octet_of_the_file_holds_the_address_or_the_name_afterwards(lived: Town) -> None:
    person = erased(lived)
    assert person.names == ("Ben Moor",)
    left = octets(lived).lower()
    for trace in (b" ben@example.net", b"<ben@example.net", b'"ben@example.net', b".ben@example.net", b"ben moor"):
        assert trace not in left
    assert left.replace(b"joben@example.net", b"").count(b"ben@example.net") == 0


def test_no_packed_mail_holds_the_address_either(lived: Town) -> None:
    erased(lived)
    with lived.store.read() as tx:
        raws = [raw for _, _, raw in tx.erasure.raw_mail()]
        frozen = [one.frozen for s in tx.outbox.list(limit=None) if (one := tx.outbox.get(s.id)) and one.frozen]
    assert raws
    assert frozen
    for kept in (*raws, *frozen):
        plain = kept.replace(b"=\r\n", b"").lower()
        assert b"ben@example.net" not in plain.replace(b"joben@", b"")
        assert b"ben moor" not in kept.lower() or kept in raws  # what others wrote of a name is theirs


def test_what_was_counted_stays_without_the_name(lived: Town) -> None:
    before = {mark: lived.votes(mark) for mark in ("V-1", "V-2")}
    assert before["V-1"]["ben"] == Pick("Lisbon")
    erased(lived)
    with lived.store.read() as tx:
        standings = {mark: [s.answer for s in tx.rounds.standings(1, mark)] for mark in before}
    assert [getattr(answer, "choice", None) for answer in standings["V-1"]] == [*before["V-1"].values()]
    assert [getattr(answer, "choice", None) for answer in standings["V-2"]] == [*before["V-2"].values()]
    lived.at("2026-06-05 18:00")
    outcome = lived.newest("ana", "outcome", "V-1")
    assert "Lisbon" in outcome.text
    assert "Ben" not in outcome.all_words
    assert lived.faults == []


def test_rows_are_still_the_fold_of_the_entries(lived: Town) -> None:
    erased(lived)
    with lived.store.read() as tx:
        recorded = [*tx.ledger.entries(1)]
        states = fold(recorded)
        for round_ in tx.rounds.rounds(1):
            assert states[round_.mark].round == msgspec.structs.replace(
                round_, electorate_size=states[round_.mark].round.electorate_size
            )
            assert {s.member_id: s.answer for s in tx.rounds.standings(1, round_.mark)} == {
                member: standing.answer for member, standing in states[round_.mark].standings.items()
            }
        gone = [one.entry.member_id for one in recorded if isinstance(one.entry, MemberErased)]
        member = tx.people.get(gone[0])
    assert member is not None
    added = next(
        one.entry.member for one in recorded if isinstance(one.entry, MemberAdded) and one.entry.member.id == member.id
    )
    left = next(one.at for one in recorded if isinstance(one.entry, MemberLeft))
    assert msgspec.structs.replace(added, left_at=left, joined_at=member.joined_at) == member
    assert (member.name, member.address) == ("erased-2", "erased-2@erased.invalid")
    assert (member.settings, member.absences, member.further_addresses) == (Settings(), (), ())


def test_posts_stay_and_their_thread_goes_on(lived: Town) -> None:
    letter = lived.newest("ana", "post", "P-1")
    erased(lived)
    with lived.store.read() as tx:
        posts = [one.entry for one in tx.ledger.entries(1) if isinstance(one.entry, Posted)]
    assert posts[0].author_name == "erased-2"
    assert posts[0].text.startswith("It leaks. Write to erased-2@erased.invalid or joben@example.net.")
    assert lived.answers("ana", letter, "Mended.").startswith("250")
    assert lived.newest("cleo", "post").mark.startswith("P-")
    with lived.store.read() as tx:
        newest = [one.entry for one in tx.ledger.entries(1) if isinstance(one.entry, Posted)][-1]
    assert (newest.text.strip(), newest.thread) == ("Mended.", "P-1")
    assert lived.faults == []


def test_nobody_erased_is_written_to_or_listened_to(lived: Town) -> None:
    old = lived.newest("ben", "ballot", "V-1")
    erased(lived)
    reached = len(lived.box("ben"))
    lived.answers("ben", old, "Porto")
    lived.writes("ana", "acme", "News", "All is well.")
    lived.at("2026-06-08 18:00")
    assert len(lived.box("ben")) == reached
    with lived.store.read() as tx:
        assert tx.people.by_address(1, BEN) is None
        assert [s for s in tx.outbox.list(limit=None) if s.notice.address == BEN] == []
    assert lived.faults == []


def test_nothing_is_erased_while_mail_that_names_the_person_waits(lived: Town) -> None:
    mail = lived.mail("ana", "acme", "Ben", "Ask ben@example.net.")
    lived.hands_in(mail, "acme", sender="ana@example.net")
    person = find(lived.pipeline, BEN)
    assert len(person.waiting) == 1
    with pytest.raises(MailWaits):
        erase(lived.pipeline, person, lived.clock.at)
    lived.turn()
    erased(lived)


def test_mail_that_comes_while_the_person_is_looked_for_is_seen(lived: Town) -> None:
    person = find(lived.pipeline, BEN)
    lived.hands_in(lived.mail("ana", "acme", "Ben", "Ask ben@example.net."), "acme", sender="ana@example.net")
    with pytest.raises(MailWaits):
        erase(lived.pipeline, person, lived.clock.at)
    assert BEN.encode() in octets(lived).lower()


def test_held_mail_of_the_person_goes_with_them(found: Callable[..., Town]) -> None:
    town = found(strangers="hold")
    town.writes("Eve <eve@example.org>", "acme", "Hello", "Here is our offer. Eve, eve@example.org")
    erased(town, "eve@example.org")
    assert b"eve@example.org" not in octets(town).lower()
    with town.store.read() as tx:
        (held,) = [one for one in tx.inbox.list(limit=9) if one.reason == "erased"]
    assert held.state is ArrivalState.IGNORED
    assert (held.subject, held.arrival.raw) == ("", b"")


def test_the_name_of_whoever_posted_and_was_no_member_goes_with_their_address(found: Callable[..., Town]) -> None:
    town = found(strangers="accept")
    town.writes("Eve Stone <eve@example.org>", "acme", "Hello", "Here is our offer.")
    erased(town, "eve@example.org")
    assert b"eve stone" not in octets(town).lower()
    (post,) = town.entries(Posted)
    assert (post.author_name.partition("-")[0], post.text) == ("erased", "Here is our offer.")


def test_a_newcomer_who_goes_by_name_and_address_is_in_no_letter_by_the_bare_name_either(
    found: Callable[..., Town],
) -> None:
    town = found(joining="open")
    far, address = "Ana Zephyrina Duarte <ad@far.example>", "ad@far.example"  # the other Ana Duarte was here before
    town.sends("mx", town.mail(far, "acme+join", "join", "join"), "acme+join", sender=address)
    asked = next(letter for letter in town.post_office.letters if letter.to == address)
    raw, to = town.reply(far, asked, "yes")
    town.sends("mx", raw, to, sender=address)
    assert find(town.pipeline, address).names == ("Ana Zephyrina Duarte", f"Ana Zephyrina Duarte ({address})")
    erased(town, address)
    assert b"zephyrina" not in octets(town).lower()


def test_an_erased_address_becomes_nobodys_by_a_yes_that_was_asked_for_before(found: Callable[..., Town]) -> None:
    town = found()
    town.writes("ana", "acme+vote", "Shall we go?", "Shall we go?\n\n- Yes\n- No\n\nuntil Friday 17:00")
    raw, to = town.reply("Ben <home@example.com>", town.newest("ben", "ballot"), "Yes")
    town.sends("home@example.com", raw, to, sender="home@example.com")
    asked = town.newest("ben", "confirm")
    erased(town, "home@example.com")
    town.answers("ben", asked, "yes")
    assert (town.member("ben").further_addresses, town.votes("V-1")) == ((), {})
    assert town.newest("ben").kind == "decline"


def test_a_post_of_the_person_still_on_its_way_is_given_up_when_it_was_tried_before(lived: Town) -> None:
    lived.post_office.is_open = False
    lived.writes("ben", "acme", "One more", "Hello.")
    with lived.store.read() as tx:
        (tried,) = [
            s
            for s in tx.outbox.list(limit=None, kind="post")
            if s.state is NoticeState.QUEUED and s.notice.address == "ana@example.net"
        ]
    assert tried.attempts == 1
    erased(lived)
    with lived.store.read() as tx:
        now = tx.outbox.get(tried.id)
    assert now is not None
    assert (now.state, now.reason, now.frozen) == (NoticeState.SUPPRESSED, "erased", None)


def test_erasing_twice_finds_nobody(lived: Town) -> None:
    erased(lived)
    assert not find(lived.pipeline, BEN).is_known


def test_all_addresses_of_a_person_go_whichever_was_named(lived: Town) -> None:
    with lived.store.begin() as tx:
        member = tx.people.by_address(1, BEN)
        assert member is not None
        entry = AddressAdded(member_id=member.id, address="benjamin@example.org")
        tx.ledger.append(1, [entry], at=lived.clock.at, charter_version=1)
    person = erased(lived, "benjamin@example.org")
    assert person.addresses == (BEN, "benjamin@example.org")
    left = octets(lived).lower()
    assert b"benjamin@example.org" not in left
    assert left.replace(b"joben@example.net", b"").count(b"ben@example.net") == 0


def test_addresses_are_followed_from_one_workspace_to_the_next(found: Callable[..., Town]) -> None:
    """Ben is ben@ and b2@ in one, b2@ and b3@ in the next, b3@ and b4@ in a third."""
    town = found()
    known = [BEN, "b2@example.net", "b3@example.net", "b4@example.net"]
    for number, (own, more) in enumerate(pairwise(known)):
        if number:
            town.apply(charter(ANA, Author(own.partition("@")[0], "Ben Moor"), address=f"w{number}@ws.example.org"))
        with town.store.begin() as tx:
            group = max(tx.charters.names().values())
            member = tx.people.by_address(group, own)
            assert member is not None
            entry = AddressAdded(member_id=member.id, address=more)
            tx.ledger.append(group, [entry], at=town.clock.at, charter_version=1)
    person = erased(town)
    assert (list(person.addresses), len(person.memberships)) == (sorted(known), 3)
    assert not any(address.encode() in octets(town).lower() for address in known)


def test_a_charter_that_names_the_person_is_told_and_named_no_more(lived: Town) -> None:
    document = charter(routines=DAILY, votes={"hidden": False})
    document["channels"]["design"]["watchers"] = [BEN]
    lived.apply(document)
    person = erased(lived)
    assert [(name, in_force) for name, _, in_force in person.charters] == [("acme", True)]
    assert left_in_charters(lived) == 0
    lived.writes("ana", "acme+design", "Colours", "Green?")
    assert lived.faults == []


def left_in_charters(town: Town) -> int:
    town.reopen()
    with town.store.read() as tx:
        found = [tx.charters.version("acme", version) for version, _, _ in tx.charters.history("acme")]
    return sum(BEN in msgspec.json.encode(one).decode() for one in found)


# --- export ----------------------------------------------------------------------------------------------------------


def test_an_export_holds_what_is_known_of_the_person(lived: Town) -> None:
    shown = export(lived.pipeline, "Ben@Example.NET")
    assert shown is not None
    assert shown["addresses"] == [BEN]
    (membership,) = shown["memberships"]
    assert (membership["workspace"], membership["name"], membership["address"]) == ("acme", "Ben Moor", BEN)
    kinds = {one["type"] for one in shown["record"]}
    assert {"member-added", "posted", "answered", "blocker-raised", "away-noted"} <= kinds
    assert {one["kind"] for one in shown["mail_sent"]} >= {"ballot", "prompt", "receipt"}
    raws = [base64.b64decode(one["raw_base64"]) for one in shown["mail_received"] if one["raw_base64"]]
    assert any(b"It leaks." in raw for raw in raws)
    assert shown["named_in_mail_of_others"]
    msgspec.json.encode(shown)


def test_an_export_holds_nothing_of_other_peoples_answers(lived: Town) -> None:
    lived.answers("cleo", lived.newest("cleo", "ballot", "V-1"), "Porto, since I adore port wine")
    shown = msgspec.json.encode(export(lived.pipeline, BEN)).decode()
    assert "port wine" not in shown


def test_an_export_does_not_tell_a_secret_ballot(lived: Town) -> None:
    shown = export(lived.pipeline, BEN)
    assert shown is not None
    (secret,) = [one for one in shown["record"] if one["type"] == "answered" and one["mark"] == "V-2"]
    assert "answer" not in secret
    assert "evidence" not in secret
    with lived.store.read() as tx:
        number = next(s.arrival_id for s in tx.rounds.standings(1, "V-2"))
    (mail,) = [one for one in shown["mail_received"] if one["number"] == number]
    assert mail["raw_base64"] is None
    for one in shown["mail_sent"]:
        assert one["says"] is None or one["kind"] != "receipt" or '"V-2"' not in msgspec.json.encode(one).decode()
    (open_,) = [one for one in shown["record"] if one["type"] == "answered" and one["mark"] == "V-1"]
    assert "Lisbon" in msgspec.json.encode(open_).decode()


@pytest.mark.parametrize(
    ("subject", "text", "to"),
    [
        ("[acme V-2] Who?", "Porto", "acme"),
        ("V-2: Porto", "V-2: Porto", "acme"),
        ("[acme V-2] Who?", "V-2: Porto", "acme+try"),
    ],
)
def test_an_export_tells_no_ballot_that_was_held_or_only_tried(lived: Town, subject: str, text: str, to: str) -> None:
    lived.writes("ben", to, subject, text)
    letter = lived.newest("ben", "ballot", "V-2")
    lived.answers("ben", letter, "Porto", auto_submitted="auto-replied")
    shown = export(lived.pipeline, BEN)
    assert shown is not None
    newest = sorted(shown["mail_received"], key=lambda one: one["number"])[-2:]
    assert [(one["raw_base64"], one["subject"]) for one in newest] == [(None, None)] * 2
    told = [one["says"] for one in shown["mail_sent"] if one["kind"] in ("try-out", "confirm", "decline")]
    assert not any(told)


def test_an_export_of_nobody_is_nothing(lived: Town) -> None:
    assert export(lived.pipeline, "nobody@example.com") is None
