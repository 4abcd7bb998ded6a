"""What erasing finds and replaces: an address in all the forms it is written in, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.entry import MemberAdded, MemberLeft
from gateway.model.token import KeyRing
from store.database import Store, StoreBusy
from store.erasure import Needles, Pseudonym
from tests.store.samples import NOW, arrival, member, notice

NOBODY = Pseudonym("erased-7")


def replaced(text: str, *addresses: str, texts: tuple[str, ...] = ()) -> str:
    needles = Needles(addresses or ("ana@example.net",), texts)
    return needles.pattern().sub(lambda found: needles.stand_in(found[0], NOBODY), text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ana <ana@example.net> wrote:", "Ana <erased-7@erased.invalid> wrote:"),
        ("ANA@Example.NET.", "erased-7@erased.invalid."),
        ("mailto:ana@example.net?subject=x", "mailto:erased-7@erased.invalid?subject=x"),
        ("?to=ana%40example.net", "?to=erased-7%40erased.invalid"),
        ("mailto:%3Cana%40example.net%3E", "mailto:%3Cerased-7%40erased.invalid%3E"),
        ("ana=40example.net", "erased-7=40erased.invalid"),
        ("bounce+ana=example.net@lists.example.org", "bounce+erased-7=erased.invalid@lists.example.org"),
        ("bounce-ana=example.net@lists.example.org", "bounce-erased-7=erased.invalid@lists.example.org"),
        ('{"address":"ana@example.net"}', '{"address":"erased-7@erased.invalid"}'),
        ('{"filename":"CV ana@example.net.pdf"}', '{"filename":"CV erased-7@erased.invalid.pdf"}'),
    ],
)
def test_an_address_is_found_in_every_form_it_is_written_in(text: str, wanted: str) -> None:
    assert replaced(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "joana@example.net", "jo.ana@example.net", "jo-ana@example.net", "jo+ana@example.net", "ana@example.network",
        "ana@example.net.au", "ana@example.net.com", "ana@example.net.pdfs.org",
        "ana@example.net-work.org", "ana@mail.example.net", "ana+list@example.net", "ana@example",
        "_ana@example.net",
    ],
)  # fmt: skip
def test_another_address_that_looks_like_it_is_left(text: str) -> None:
    assert replaced(text) == text


def test_a_domain_beyond_ascii_is_found_in_both_spellings() -> None:
    assert replaced("ana@bücher.example ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example") == " ".join(
        ["erased-7@erased.invalid"] * 2
    )


def test_message_ids_that_hold_an_address_go_and_stay_apart() -> None:
    ids = ("1.ana@example.net", "2.ana@example.net")
    first, second = replaced("<1.ana@example.net> <2.ana@example.net>", texts=ids).split()
    assert first != second
    assert "ana@example.net" not in first + second
    assert replaced("<1.ana@example.net>", texts=ids) == first


_LOCAL = st.from_regex(r"[a-z0-9](?:[a-z0-9._+'-]{0,8}[a-z0-9])?", fullmatch=True)
_DOMAIN = st.from_regex(r"[a-z]{1,6}(?:\.[a-z]{2,4}){1,2}", fullmatch=True)


@given(_LOCAL, _DOMAIN, st.text(max_size=20), st.text(max_size=20))
def test_no_address_survives_between_brackets(local: str, domain: str, before: str, after: str) -> None:
    address = f"{local}@{domain}"
    assert f"<{address}>" not in replaced(f"{before}<{address}>{after}", address)


@given(_LOCAL, _DOMAIN, st.from_regex(r"[a-z0-9]{1,4}", fullmatch=True))
def test_an_address_within_a_longer_one_is_never_touched(local: str, domain: str, more: str) -> None:
    address = f"{local}@{domain}"
    for longer in (f"{more}{address}", f"{more}.{address}", f"{address}{more}", f"{address}.{more}"):
        assert replaced(f"<{longer}>", address) == f"<{longer}>"


def test_every_text_of_every_table_is_looked_at(store: Store, acme: int) -> None:
    told = "write to odd@example.net"
    with store.begin() as tx:
        tx.inbox.add([arrival(reverse_path="odd@example.net", recipients=("odd@example.net",))])
        tx.outbox.add(acme, [notice(1, subject_hint=told, in_reply_to=told, key=f"x:{told}")], expires_on=NOW.date())
        tx.set_mark("a note about odd@example.net", told)
        touched = tx.erasure.replace(Needles(("odd@example.net",)), NOBODY)
        assert touched.places == 7
        assert touched.notices == {1}
        assert tx.get_mark("a note about erased-7@erased.invalid") == "write to erased-7@erased.invalid"
        assert tx.erasure.replace(Needles(("odd@example.net",)), NOBODY).places == 0


def test_an_address_beyond_ascii_is_found_too(store: Store, acme: int) -> None:
    with store.begin() as tx:
        tx.outbox.add(acme, [notice(1, subject_hint="<ÉRIC@example.net>")], expires_on=NOW.date())
        assert tx.erasure.replace(Needles(("éric@example.net",)), NOBODY).places == 1


def test_scrubbing_waits_for_nobody_for_ever(
    file: Path, template: Path, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database._PRAGMAS", ("PRAGMA busy_timeout = 100", "PRAGMA journal_mode = WAL"))
    file.write_bytes(template.read_bytes())
    store, other = Store.open(file, keys=keys), Store.open(file, keys=keys)
    try:
        with store.begin() as tx:
            tx.set_mark("x", "y")
        with other.read() as reading:
            assert reading.get_mark("x") == "y"
            with pytest.raises(StoreBusy):
                store.scrub()
        store.scrub()
        with store.begin() as tx:
            tx.set_mark("x", "z")
        with other.read() as reading:
            assert reading.get_mark("x") == "z"
    finally:
        other.close()
        store.close()


def test_a_member_who_left_is_found_by_the_address_they_had(store: Store, acme: int) -> None:
    with store.begin() as tx:
        tx.ledger.append(acme, [MemberAdded(member=member("Eve"))], at=NOW, charter_version=1)
        eve = tx.people.by_address(acme, "eve@example.org")
        assert eve is not None
        tx.ledger.append(acme, [MemberLeft(member_id=eve.id)], at=NOW, charter_version=1)
        assert [one.id for _, one in tx.erasure.members(["eve@example.org"])] == [eve.id]
