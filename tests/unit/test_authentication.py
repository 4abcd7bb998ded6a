"""Authentication-Results: whose word counts, what it comes to, and what a sender may have written into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.accept.addressed import is_passed_on, is_to_us
from gateway.accept.trust import Signs, proof_of
from gateway.model.address import Alias
from gateway.model.authentication import Authentication, Outcome
from gateway.model.context import Proof, Trust
from gateway.understand.authentication import plain_addresses, read_authentication

MX = "mx.example.org"
BEN = "ben@example.net"
HOP = f"Received: from mail.example.net by {MX} with ESMTPS; Mon, 01 Jun 2026 06:10:00 +0000"


def found(*fields: str, author: str = BEN, trusted: tuple[str, ...] = (MX,)) -> Authentication:
    raw = "\r\n".join([*fields, f"From: Ben Moor <{author}>", "", "Hello"]).encode()
    return read_authentication(raw, author, trusted)


def came_to(value: str, author: str = BEN) -> tuple[Outcome, str]:
    one = found(f"Authentication-Results: {value}", HOP, author=author)
    return one.outcome, one.method


@pytest.mark.parametrize(
    ("value", "outcome", "method"),
    [
        (f"{MX}; dmarc=pass header.from=example.net", Outcome.PASSED, "dmarc"),
        (f"{MX} 1; dmarc=pass (p=reject dis=none) header.from=example.net", Outcome.PASSED, "dmarc"),
        (f"{MX.upper()};DMARC = Pass header.From=EXAMPLE.net", Outcome.PASSED, "dmarc"),
        (f"(a comment) {MX} (another (nested)); dmarc=pass", Outcome.PASSED, "dmarc"),
        (f"{MX}; dmarc=fail (p=none) header.from=example.net; dkim=pass header.d=example.net", Outcome.FAILED, "dmarc"),
        (f"{MX}; dkim=pass header.d=example.net header.s=a header.b=\"ab/=\"", Outcome.PASSED, "dkim"),
        (f"{MX}; dkim=pass header.i=@example.net", Outcome.PASSED, "dkim"),
        (f"{MX}; dkim=fail header.d=list.example; dkim=pass header.d=example.net", Outcome.PASSED, "dkim"),
        (f"{MX}; spf=pass smtp.mailfrom=bounces+ben=x@example.net", Outcome.PASSED, "spf"),
        (f"{MX}; spf=pass smtp.mailfrom=example.net; dkim=fail header.d=example.net", Outcome.PASSED, "spf"),
        (f"{MX}; spf=fail smtp.mailfrom=ben@example.net", Outcome.FAILED, "spf"),
        (f"{MX}; dkim=fail reason=\"bad; dmarc=pass\" header.d=example.net", Outcome.FAILED, "dkim"),
        (f"{MX}; spf=softfail smtp.mailfrom=example.net", Outcome.NOTHING, ""),
        (f"{MX}; dkim=fail header.d=list.example; spf=fail smtp.mailfrom=list.example", Outcome.NOTHING, ""),
        (f"{MX}; dmarc=temperror header.from=example.net", Outcome.NOTHING, ""),
        (f"{MX}; dmarc=none header.from=example.net; spf=none", Outcome.NOTHING, ""),
        (f"{MX}; none", Outcome.NOTHING, ""),
        (f"{MX}", Outcome.NOTHING, ""),
        ("", Outcome.NOTHING, ""),
        (f"{MX}; dmarc=pass header.from=evil.example", Outcome.NOTHING, ""),
        (f"{MX} 2; dmarc=pass", Outcome.NOTHING, ""),
        (f"{MX}; dmarc/1=pass header.from=example.net", Outcome.PASSED, "dmarc"),
        (f"{MX}; auth=pass smtp.auth=ben", Outcome.NOTHING, ""),
    ],
)  # fmt: skip
def test_what_a_field_comes_to(value: str, outcome: Outcome, method: str) -> None:
    assert came_to(value) == (outcome, method)


def test_a_domain_above_the_authors_speaks_for_it_and_one_below_or_beside_does_not() -> None:
    """RFC 7489 §3.1 takes them too, by a list of public suffixes: that is left to the server's own DMARC."""
    signed = f"{MX}; dkim=pass header.d=example.net"
    assert came_to(signed, author="ben@mail.example.net") == (Outcome.PASSED, "dkim")
    assert came_to(f"{MX}; dkim=pass header.d=mail.example.net")[0] is Outcome.NOTHING
    assert came_to(f"{MX}; dkim=pass header.d=net")[0] is Outcome.NOTHING
    assert came_to(signed, author="ben@notexample.net")[0] is Outcome.NOTHING


def test_a_domain_counts_in_either_spelling() -> None:
    value = f"{MX}; dmarc=pass header.from=xn--bcher-kva.example"
    assert came_to(value, author="ben@bücher.example") == (Outcome.PASSED, "dmarc")


def test_only_the_topmost_field_of_the_server_counts() -> None:
    passed, failed = (f"Authentication-Results: {MX}; dmarc={one} header.from=example.net" for one in ("pass", "fail"))
    assert found(passed, failed, HOP).outcome is Outcome.PASSED
    assert found(failed, HOP, passed).outcome is Outcome.FAILED
    assert found("Authentication-Results: filter.example; dmarc=fail", passed, HOP).outcome is Outcome.PASSED


def test_nothing_counts_beneath_a_hop_of_somebody_else() -> None:
    passed = f"Authentication-Results: {MX}; dmarc=pass header.from=example.net"
    inner = "Received: from mx by store.example.org with LMTP; Mon, 01 Jun 2026 06:11:00 +0000"
    unnamed = "Received: by 10.0.0.7 with SMTP id 1; Mon, 01 Jun 2026 06:11:00 +0000"
    house = "Received: from mx by node7.internal (Cyrus); Mon, 01 Jun 2026 06:11:00 +0000"
    foreign = "Received: from a by relay.evil.example; Mon, 01 Jun 2026 06:11:00 +0000"
    disguised = f"Received: from {MX} (by {MX}) by relay.evil.example; Mon, 01 Jun 2026 06:11:00 +0000"
    assert found(inner, unnamed, house, passed, HOP).outcome is Outcome.PASSED
    assert found(HOP, passed).outcome is Outcome.PASSED  # milters that write beneath their server's own hop
    assert found(foreign, passed, HOP).outcome is Outcome.NOTHING
    assert found(disguised, passed, HOP).outcome is Outcome.NOTHING


GMAIL = (
    "Delivered-To: acme@gmail.example",
    "Received: by 2002:a05:6a00:1234:b0:1:2:3 with SMTP id a1csp10; Mon, 1 Jun 2026 06:00:02 -0700 (PDT)",
    "X-Received: by 2002:a17:907:8e9a:b0:4:5:6 with SMTP id b2mr20; Mon, 01 Jun 2026 06:00:02 -0700 (PDT)",
    "ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=example.net",
    "Return-Path: <ben@example.net>",
    "Received: from mail.example.net (mail.example.net. [198.51.100.7])\r\n by mx.google.com with ESMTPS id c3si30\r\n"
    " for <acme@gmail.example>; Mon, 01 Jun 2026 06:00:01 -0700 (PDT)",
    "Received-SPF: pass (google.com: domain of ben@example.net designates 198.51.100.7) client-ip=198.51.100.7;",
    "Authentication-Results: mx.google.com;\r\n dkim=pass header.i=@example.net header.s=a;\r\n"
    " spf=pass smtp.mailfrom=ben@example.net;\r\n dmarc={dmarc} (p=REJECT dis=NONE) header.from=example.net",
)


@pytest.mark.parametrize(("dmarc", "outcome"), [("pass", Outcome.PASSED), ("fail", Outcome.FAILED)])
def test_the_hops_that_gmail_writes_above_its_results_are_its_own(dmarc: str, outcome: Outcome) -> None:
    one = found(*(line.format(dmarc=dmarc) for line in GMAIL), trusted=("mx.google.com",))
    assert (one.outcome, one.method, one.by) == (outcome, "dmarc", "mx.google.com")


@pytest.mark.parametrize(
    ("host", "outcome"),
    [
        ("2002:a05:6a00::1", Outcome.PASSED),
        ("[IPv6:2002:a05:6a00::1]", Outcome.PASSED),
        ("64:ff9b:1::7", Outcome.PASSED),
        ("3fff::1", Outcome.PASSED),
        ("5f00::1", Outcome.PASSED),
        ("192.0.0.200", Outcome.PASSED),
        ("fd00::1", Outcome.PASSED),
        ("2003::1", Outcome.NOTHING),
        ("2a00:1450::1", Outcome.NOTHING),
        ("8.8.8.8", Outcome.NOTHING),
    ],
)
def test_a_hop_at_an_address_of_no_host_in_the_world_is_of_the_house(host: str, outcome: Outcome) -> None:
    hop = f"Received: by {host} with SMTP id a1; Mon, 01 Jun 2026 06:11:00 +0000"
    assert found(hop, f"Authentication-Results: {MX}; dmarc=pass header.from=example.net", HOP).outcome is outcome


def test_names_of_servers_are_whole_and_a_leading_dot_stands_for_all_beneath() -> None:
    value = "Authentication-Results: mx3.example.org; dmarc=pass header.from=example.net"
    hop = "Received: from a by mx3.example.org; Mon, 01 Jun 2026 06:10:00 +0000"
    assert found(value, hop).outcome is Outcome.NOTHING
    assert found(value, hop, trusted=(".example.org",)).outcome is Outcome.PASSED
    assert found(value, hop, trusted=()).outcome is Outcome.NOTHING
    evil = value.replace("mx3.example.org", "mx.evilexample.org")
    assert found(evil, hop, trusted=(".example.org",)).outcome is Outcome.NOTHING


MICROSOFT = (
    "Received: from A.eurprd05.prod.outlook.com by B.eurprd04.prod.outlook.com; Mon, 01 Jun 2026 06:12:00 +0000",
    "Authentication-Results: spf={spf} (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.net; dkim=none (message not "
    "signed)\r\n header.d=none;dmarc={dmarc} action=none header.from=example.net;compauth={comp} reason=100",
    "Received: from mail.example.net (192.0.2.1) by C.mail.protection.outlook.com; Mon, 01 Jun 2026 06:11:00 +0000",
)


@pytest.mark.parametrize(
    ("spf", "dmarc", "comp", "outcome", "method"),
    [
        ("pass", "pass", "pass", Outcome.PASSED, "dmarc"),
        ("pass", "bestguesspass", "pass", Outcome.PASSED, "spf"),
        ("fail", "fail", "fail", Outcome.FAILED, "dmarc"),
        ("none", "none", "fail", Outcome.FAILED, "compauth"),
        ("none", "none", "none", Outcome.NOTHING, ""),
    ],
)
def test_a_field_without_a_name_is_microsofts_where_a_server_of_theirs_took_the_mail_in(
    spf: str, dmarc: str, comp: str, outcome: Outcome, method: str
) -> None:
    fields = [line.format(spf=spf, dmarc=dmarc, comp=comp) for line in MICROSOFT]
    one = found(*fields, trusted=("outlook.com",))
    assert (one.outcome, one.method) == (outcome, method)
    assert found(*fields, trusted=(MX,)).outcome is Outcome.NOTHING
    assert found(fields[1], HOP, trusted=(MX, "outlook.com")).outcome is Outcome.NOTHING


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("Ben <ben@example.net>", ("ben@example.net",)),
        ("ben@example.net", ("ben@example.net",)),
        ("ben@example.net (Ben, at home)", ("ben@example.net",)),
        ('"Moor, Ben" <ben@example.net>', ("ben@example.net",)),
        ("Moor, Ben <ben@example.net>", ("ben@example.net",)),
        ('"ana@example.net" <ben@example.net>', ("ben@example.net",)),
        ("ana@example.net <ben@example.net>", ("ben@example.net",)),
        ("=?utf-8?q?ana=40x?= <ben@example.net>", ("ben@example.net",)),
        ("ben@example.net, ana@example.net", ("ben@example.net", "ana@example.net")),
        ("Team: ben@example.net, ana@example.net;", ("ben@example.net", "ana@example.net")),
        ("<ben@example.net> <ana@example.net>", ("ben@example.net", "ana@example.net")),
        ("undisclosed:;", ()),
        ("Ben", ()),
    ],
)
def test_the_addresses_in_a_from_field(value: str, addresses: tuple[str, ...]) -> None:
    assert plain_addresses(value) == addresses


@given(st.binary(max_size=2_000))
def test_no_bytes_break_it_and_none_prove_anything_without_the_servers_name(raw: bytes) -> None:
    assert read_authentication(raw, BEN, ("never.named.example",)).outcome is Outcome.NOTHING


@given(st.text(max_size=200))
def test_no_value_of_a_field_proves_another_domain(text: str) -> None:
    """Whatever a sender gets a server to write about evil.example, example.net is not proven by it."""
    value = text.replace("\r", "").replace("\n", "").replace("\\", "").replace('"', "")
    one = came_to(f'{MX}; spf=pass smtp.mailfrom="{value}"@evil.example')
    assert one[0] is not Outcome.PASSED


def test_a_lone_return_within_the_header_makes_a_mail_nobodys() -> None:
    usual = b"From: ana@example.net\r\nSubject: x\r\n\r\nA\rB\r\n"
    for raw in (usual, b"\r\n" + usual, usual.replace(b"\r\n", b"\n"), b"From: ana@example.net\r\n"):
        assert read_authentication(raw, "ana@example.net", []).is_one_author
    for raw in (b"X: a\rb\r\n" + usual, b"X: a\r\r\n" + usual, b"X: a\r\rb\r\n" + usual):
        assert not read_authentication(raw, "ana@example.net", []).is_one_author


# --- to whom it was written -------------------------------------------------------------------------------------------

PASS = f"Authentication-Results: {MX}; dmarc=pass header.from=example.net"
TO, CC = "To: Acme <ACME@ws.example.org>", "Cc: eve@example.com"
WITH_TO = "DKIM-Signature: v=1; d=example.net; s=x; h=From : Subject:\r\n\tTO; bh=x; b=y"
WITH_BOTH = "DKIM-Signature: v=1; h=from:to:cc; d=mail.Example.NET; b=y"


@pytest.mark.parametrize(
    ("fields", "written_to"),
    [
        ((TO,), ("acme@ws.example.org",)),
        ((TO, CC), ("acme@ws.example.org",)),  # no signature speaks of Cc
        ((WITH_TO, TO, CC), ("acme@ws.example.org",)),
        ((WITH_BOTH, TO, CC), ("acme@ws.example.org", "eve@example.com")),
        ((WITH_BOTH, WITH_TO, TO, CC), ("acme@ws.example.org",)),  # which of them passed is not told
        (("DKIM-Signature: d=example.net; h=from", TO, CC), ()),
        (("DKIM-Signature: d=example.net", TO), ()),
        (("DKIM-Signature: d=list.example; h=from", TO, CC), ("acme@ws.example.org",)),  # another's says nothing
        (("DKIM-Signature: \xff;;=;h;d", TO), ("acme@ws.example.org",)),
        ((CC,), ()),
        (("To: undisclosed-recipients:;",), ()),
        (('To: "acme@ws.example.org, x" <ben@example.net>',), ("ben@example.net",)),
        (("To: =?utf-8?q?acme=40ws=2Eexample=2Eorg=2C?= <ben@example.net>",), ("ben@example.net",)),
        (("To: (acme@ws.example.org) Team: ben@example.net, Cleo <cleo@example.net>;",), (BEN, "cleo@example.net")),
        (("Resent-To: acme@ws.example.org", "Delivered-To: acme@ws.example.org"), ()),
    ],
)
def test_to_whom_a_proven_mail_was_written(fields: tuple[str, ...], written_to: tuple[str, ...]) -> None:
    assert found(PASS, HOP, *fields).written_to == written_to


PATH = "; spf=pass smtp.mailfrom=example.net"
WITHOUT_TO = "DKIM-Signature: d=example.net; h=From:Date:Subject:Message-ID:Content-Type:MIME-Version"


def test_of_a_mail_that_came_from_its_authors_own_server_every_field_counts() -> None:
    placed = (WITHOUT_TO, TO, CC, "References: <a@b>")
    assert found(PASS + PATH, HOP, *placed).written_to == ("acme@ws.example.org", "eve@example.com")
    assert found(PASS + PATH, HOP, *placed).is_as_written
    for path in ("", PATH.replace("pass", "softfail"), PATH.replace("example.net", "evil.example")):
        assert found(PASS + path, HOP, *placed).written_to == ()
        assert not found(PASS + path, HOP, *placed).is_as_written


def test_what_a_second_field_says_of_the_path_counts_above_any_hop_alone() -> None:
    path = f"Authentication-Results: {MX}; spf=pass smtp.mailfrom=example.net"
    assert found(PASS, path, HOP, WITHOUT_TO, TO).written_to == ("acme@ws.example.org",)
    assert found(PASS, HOP, path, WITHOUT_TO, TO).written_to == ()
    assert found(PASS, path.replace(MX, "evil.example"), HOP, WITHOUT_TO, TO).written_to == ()


@pytest.mark.parametrize("field", ["Subject: x", "References: <a@b>", "In-Reply-To: <a@b>"])
def test_what_says_what_a_mail_answers_is_its_authors_where_a_signature_names_it(field: str) -> None:
    name = field.partition(":")[0].lower()
    assert found(PASS, HOP, TO, field).is_as_written, "nobody signed: it came by the author's own path"
    assert found(PASS, HOP, f"DKIM-Signature: d=example.net; h=from:to:{name}", TO, field).is_as_written
    assert found(PASS, HOP, "DKIM-Signature: d=list.example; h=from", TO, field).is_as_written
    assert not found(PASS, HOP, "DKIM-Signature: d=example.net; h=from:to", TO, field).is_as_written
    assert found(PASS, HOP, "DKIM-Signature: d=example.net; h=from:to", TO).is_as_written, "it is not there"


@pytest.mark.parametrize(
    ("tags", "text", "is_as_written"),
    [
        ("", "Yes\r\ncancel", True),
        ("; l=3", "Yes", True),
        ("; l=5", "Yes\r\n\r\n", True),
        ("; l=5", "Yes\r\ncancel", False),
        ("; l=0", "Yes", False),
        ("; l=-1", "Yes", False),
        ("; l=", "Yes", False),
        ("; l=9; c=relaxed/relaxed", "a  \t b c \r\nd ", True),
        ("; l=9; c=relaxed/simple", "a  \t b c \r\nd ", False),
    ],
)
def test_a_signature_of_the_beginning_of_a_text_does_not_prove_the_rest(
    tags: str, text: str, is_as_written: bool
) -> None:
    signature = f"DKIM-Signature: d=example.net; h=from:to{tags}"
    raw = "\r\n".join([PASS, HOP, signature, "From: ben@example.net", TO, "", text]).encode()
    assert read_authentication(raw, BEN, (MX,)).is_as_written is is_as_written
    assert read_authentication(raw.replace(b"d=example.net", b"d=list.example"), BEN, (MX,)).is_as_written
    assert read_authentication(raw.replace(PASS.encode(), (PASS + PATH).encode()), BEN, (MX,)).is_as_written


def test_of_a_mail_that_nothing_proves_it_is_not_asked_to_whom_it_was_written() -> None:
    assert found(TO).written_to == ()
    assert found(PASS.replace("pass", "fail"), HOP, TO).written_to == ()


PASSED_ON = (Alias("team@example.com"), Alias("@old.example.org"))


def test_what_is_passed_on_by_arrangement_is_ours() -> None:
    for address in ("team@example.com", "team+vote@example.com", "any.thing@old.example.org"):
        assert is_passed_on(address, "acme", ("acme",), PASSED_ON)
    for address in (
        "x@example.com",
        "team@example.com.evil.example",
        "@old.example.orgs",
        "a@sub.old.example.org",
        "",
        "+team@example.com",
    ):
        assert not is_passed_on(address, "acme", ("acme",), PASSED_ON)


def test_one_address_of_those_written_to_is_enough_and_none_is_not() -> None:
    ours, never = "acme@ws.example.org".__eq__, "".__eq__
    assert is_to_us(["x@example.com", "acme@ws.example.org"], ours, never)
    assert is_to_us(["x@example.com", "acme@ws.example.org"], never, ours)
    assert not is_to_us(["x@example.com"], ours, never)
    assert not is_to_us([], bool, bool)


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("team@example.com", None),  # no workspace of several is said
        ("acme@example.com", "acme"),  # … but bears its name
        ("dev@example.com", "acme-dev"),
        ("dev+vote@example.com", "acme-dev"),
        ("beta@old.example.org", "beta"),
        ("acme-dev+vote@old.example.org", "acme-dev"),
        ("anything@old.example.org", None),
        ("anything@beta.example.org", "beta"),
        ("acme@beta.example.org", "beta"),
        ("other@beta.example.org", "acme"),  # what names it more closely goes first
        ("gone@example.com", None),
        ("both@example.com", "acme"),
        ("both@example.com", "beta"),
    ],
)
def test_of_several_workspaces_an_alias_is_that_of_one(address: str, whose: str | None) -> None:
    names = ("acme", "acme-dev", "beta")
    aliases = (
        *PASSED_ON,
        Alias("acme@example.com"),
        Alias("dev@example.com", "acme-dev"),
        Alias("@beta.example.org", "beta@ws.example.org"),
        Alias("other@beta.example.org", "acme"),
        Alias("gone@example.com", "gone"),
        Alias("both@example.com", "acme"),
        Alias("both@example.com", "beta"),
    )
    found = {name for name in names if is_passed_on(address, name, names, aliases)}
    assert whose in found if whose else not found
    assert len(found) <= 1 + address.startswith("both@")


# --- trust ----------------------------------------------------------------------------------------------------------

PASSED = Authentication(Outcome.PASSED, "dkim", MX)
FAILED = Authentication(Outcome.FAILED, "dmarc", MX)
BY_TOKEN = Proof(Trust.PROVEN, "token")


@pytest.mark.parametrize(
    ("signs", "proof"),
    [
        (Signs(is_member=False, authentication=PASSED, has_own_token=True), Proof(Trust.UNKNOWN, "stranger")),
        (Signs(is_member=True), Proof(Trust.CLAIMED, "address")),
        (Signs(is_member=True, has_own_token=True), Proof(Trust.PROVEN, "token")),
        (Signs(is_member=True, authentication=PASSED), Proof(Trust.PROVEN, "dkim", MX)),
        (Signs(is_member=True, authentication=FAILED, has_own_token=True), Proof(Trust.FAILED, "dmarc", MX)),
        (Signs(is_member=True, authentication=FAILED, confirmed=True), Proof(Trust.PROVEN, "confirmed")),
        (
            Signs(is_member=True, authentication=Authentication(is_one_author=False), has_own_token=True),
            Proof(Trust.FAILED, "several-authors"),
        ),
        (
            Signs(is_member=True, authentication=PASSED, has_own_token=True, contradicts_itself=True),
            Proof(Trust.FAILED, "contradiction"),
        ),
        (Signs(is_member=True, confirmed=True, contradicts_itself=True), Proof(Trust.PROVEN, "confirmed")),
        (Signs(is_member=True, authentication=PASSED, is_to_us=False), Proof(Trust.FAILED, "elsewhere", MX)),
        (Signs(is_member=True, authentication=PASSED, has_own_token=True, is_to_us=False), BY_TOKEN),
        (Signs(is_member=True, is_to_us=False), Proof(Trust.CLAIMED, "address")),
    ],
)
def test_the_first_sign_decides(signs: Signs, proof: Proof) -> None:
    assert proof_of(signs) == proof


def test_a_proof_says_what_it_rests_on() -> None:
    assert str(Proof(Trust.PROVEN, "dmarc", MX)) == "proven by dmarc of mx.example.org"
    assert str(Proof(Trust.CLAIMED, "address")) == "claimed by address"
