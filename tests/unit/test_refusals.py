"""What a refusal for good speaks of: by its codes, and in the light of those about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from gateway.decide.refusals import LOOKED_BACK, Blame, Judged, blame, blame_in_report, judged, lacks_room, may_be_of_us
from gateway.model.nature import Bounce, SpokenOf
from gateway.model.notice import Attempt, PastTry
from gateway.resources import load_lexicon
from gateway.understand.reading.bounce_words import spoken_of
from tests.tick_builders import utc

NOW = utc("2026-03-02T09:00")


@pytest.mark.parametrize(
    ("refused", "code", "text", "found"),
    [
        ("sender", 550, "5.7.1 not allowed", Blame.US),
        ("sender", 550, "5.1.1 no such user", Blame.US),
        ("sender", 501, "", Blame.US),
        ("sender", 555, "5.5.4 unsupported option", Blame.US),
        ("sender", 552, "5.3.4 too big", Blame.MESSAGE),
        ("sender", 552, "", Blame.MESSAGE),
        ("sender", 550, "5.6.7 not ASCII", Blame.MESSAGE),
        ("recipient", 550, "5.1.1 no such user", Blame.RECIPIENT),
        ("recipient", 550, "no such user", Blame.RECIPIENT),
        ("recipient", 552, "5.2.2 over quota", Blame.RECIPIENT),
        ("recipient", 550, "5.4.4 no such domain", Blame.RECIPIENT),
        ("recipient", 550, "5.1.0 Authentication required", Blame.UNSURE),
        ("recipient", 551, "we do not relay", Blame.UNSURE),
        ("recipient", 554, "", Blame.UNSURE),
        ("recipient", 554, "5.7.1 relay access denied", Blame.UNSURE),
        ("recipient", 503, "5.5.1 need MAIL", Blame.UNSURE),
        ("recipient", 550, "5.1.8 sender's domain not found", Blame.US),
        ("recipient", 530, "5.7.0 authentication required", Blame.US),
        ("recipient", 550, "5.4.5 Daily SMTP relay limit exceeded for user", Blame.US),
        ("recipient", 553, "5.6.7 not ASCII", Blame.MESSAGE),
        ("message", 554, "5.7.1 looks like spam", Blame.MESSAGE),
        ("message", 554, "", Blame.MESSAGE),
        ("message", 550, "5.1.1 no such user", Blame.RECIPIENT),
        ("message", 552, "5.3.4 too big", Blame.MESSAGE),
        ("message", 550, "5.4.5 Daily user sending limit exceeded", Blame.US),
        ("message", 554, "5.2.252 SendAsDenied; not allowed to send as", Blame.US),
        ("message", 554, "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException", Blame.UNSURE),
        ("message", 550, "5.2.2 Submission quota exceeded", Blame.UNSURE),
        ("message", 550, "5.7.60 does not have permissions to send as this sender", Blame.US),
        ("message", 550, "5.1.8 Access denied, bad outbound sender", Blame.US),
        ("message", 550, "5.1.90 reached your daily limit", Blame.US),
        ("message", 550, "5.7.708 traffic not accepted from this IP", Blame.US),
        ("message", 550, "5.7.26 not authenticated", Blame.US),
        ("", 550, "5.1.1 no such user", Blame.MESSAGE),
        ("recipient", 450, "4.1.1 later", Blame.MESSAGE),
    ],
)
def test_a_permanent_refusal_is_of_us_of_the_address_or_of_the_mail(
    refused: str, code: int, text: str, found: Blame
) -> None:
    assert blame(attempt(0, f"{code} {text}", refused)) is found


@pytest.mark.parametrize(
    ("refused", "said", "maybe"),
    [
        ("recipient", "550 5.1.1 no such user", True),
        ("message", "554 5.7.1 looks like spam", True),
        ("message", "554", True),
        ("message", "552 5.3.4 too big", False),
        ("message", "552", False),
        ("message", "550 5.6.0 no such wording", False),
        ("message", "550 5.4.5 so many a day", False),  # of us by its code
        ("recipient", "450 4.2.2 later", False),
        ("", "550 5.1.1", False),
    ],
)
def test_size_and_shape_are_never_of_us(refused: str, said: str, maybe: bool) -> None:
    assert may_be_of_us(attempt(0, said, refused)) is maybe


@pytest.mark.parametrize(
    ("status", "diagnostic", "found"),
    [
        ("5.1.1", "550 5.1.1 no such user", Blame.RECIPIENT),
        ("5.2.2", "", Blame.RECIPIENT),
        ("4.4.7", "", Blame.RECIPIENT),
        ("", "I could not deliver it", Blame.RECIPIENT),
        ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable", Blame.RECIPIENT),
        ("5.3.0", "", Blame.RECIPIENT),
        ("5.1.0", "550 5.1.0 Address rejected", Blame.RECIPIENT),
        ("5.0.0", "550 no such user", Blame.RECIPIENT),
        ("5.0.0", "550-5.7.26 Your mail has been blocked", Blame.US),
        ("", "smtp;550 5.7.26 not authenticated", Blame.US),
        ("5.7.26", "", Blame.US),
        ("4.7.28", "", Blame.US),
        ("5.7.509", "Access denied, sending domain does not pass DMARC verification", Blame.US),
        ("5.4.5", "", Blame.US),
        ("5.7.1", "550 5.7.1 [192.0.2.1] likely unsolicited mail", Blame.UNSURE),
        ("5.0.0", "554 mx.example.net No SMTP service; Bad DNS PTR resource record", Blame.UNSURE),
        ("5.3.4", "552 5.3.4 message too big", Blame.MESSAGE),
        ("5.2.3", "", Blame.MESSAGE),
        ("5.6.1", "", Blame.MESSAGE),
        ("5.0.0", "host 192.5.1.1 said 550 no such user", Blame.RECIPIENT),
        (
            "5.0.0",
            "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30).",
            Blame.RECIPIENT,
        ),
        ("5.0.0", "554 delivery error: dd Not a account here [0] - mta.example.net", Blame.RECIPIENT),
        ("5.0.0", "554 Sender address rejected: user unknown", Blame.UNSURE),
        ("5.0.0", "554 Your IP is on a blocklist", Blame.UNSURE),
        ("5.7.1", "550 5.7.1 Recipient address rejected: user unknown", Blame.RECIPIENT),
        ("", "550 5.7.1 <ben@example.net>: No such user here", Blame.RECIPIENT),
        ("5.7.1", "550 5.7.1 Recipient address rejected: access denied", Blame.UNSURE),
        ("5.7.1", "550 5.7.1 Sender address rejected: unknown user", Blame.UNSURE),
        ("5.7.26", "550 5.7.26 no such user, not authenticated", Blame.US),
        ("5.7.17", "551 5.7.17 Mailbox owner has changed", Blame.RECIPIENT),
        ("5.7.18", "551 5.7.18 Domain owner has changed", Blame.RECIPIENT),
    ],
)
def test_a_report_is_read_by_the_same_codes_and_where_they_tell_little_by_its_words(
    status: str, diagnostic: str, found: Blame
) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert blame_in_report(Bounce(status=status, diagnostic=diagnostic, speaks_of=about)) is found


# As servers say it without a telling code: in a report's status (5.0.0, 5.1.0, 5.3.0) or in free words.
@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 SPF check failed",
        "550 Message rejected due to SPF policy",
        "550 rejected by DMARC policy",
        "550 Your IP 192.0.2.9 is on a blacklist",
        "550 Blocked: your IP is on a blacklist",
        "550 sender rejected",
        "550-Verification failed for <bounce@ws.example.org> 550 Sender verify failed",
        "550 Sender address rejected: User unknown in local recipient table",
        "550 Sender domain does not exist",
        "550 The reverse DNS of your host does not exist",
        "550 HELO argument does not resolve; mailbox unavailable",
        "550 Please see http://www.openspf.net/Why?s=helo;id=mx.example.org",
        "550 rejected because 192.0.2.9 is listed at zen.spamhaus.org",
        "550 See https://www.spamcop.net/bl.shtml?192.0.2.9",
        "550 High probability of spam",
        "550 Mail content denied",
        "550 relay not permitted",
        "550 relaying has been disabled",
        "550 authentication required for relay",
        "550 This message contains a virus (Eicar)",
        "550 Too many invalid connections from your host",
        "554 rejected as spam",
        "554 rejected due to spam content",
        "554 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org",
        "554 mx.example.net ESMTP not accepting connections",
        "571 Message refused by DMARC",
        "553 sorry, your domain is in my blocklist",
        "smtp;550 SPF check failed",
        "5.1.0 - Unknown address error 550-'SPF check failed' (delivery attempts: 0)",
        "host mx.example.net[192.0.2.1] said: 550 Mail from 192.0.2.9 is not accepted (in reply to RCPT TO command)",
        "SMTP error from remote mail server after end of data: host mx.example.net [192.0.2.1]: 554 rejected as spam",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.1.0", "5.3.0", ""])
def test_what_a_server_says_of_who_sends_counts_against_nobody_whatever_code_it_says_it_with(
    status: str, diagnostic: str
) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert blame_in_report(Bounce(status=status, diagnostic=diagnostic, speaks_of=about)) is Blame.UNSURE


@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 no such user",
        "550 No Such User Here",
        "550 User unknown",
        "550 <spam@example.net>: Recipient address rejected: User unknown in local recipient table",
        "550 <ben@example.net>: Recipient address rejected: User unknown in relay recipient table",
        "550 <sender@spf.example.net>: Recipient address rejected: User unknown in virtual mailbox table",
        "550 Requested action not taken: mailbox unavailable",
        "550 sorry, no mailbox here by that name. (#5.1.1)",
        "550 Unrouteable address",
        '550 unknown local-part "ben" in domain "example.net"',
        "550 Unknown recipient; check the spelling and try sending again",
        "550 No such user - connection closed",
        "550 Mailbox not found, returned to sender",
        "550 Invalid recipient: policy",
        "550 Recipient unknown. The sender has been notified",
        "550 Addressee unknown, relay=[192.0.2.9]",
        "550 Account blocked: mailbox does not exist",
        "550 User doesn't have an account here, see https://example.net/policy/spam",
        "550 The mailbox has been disabled",
        "550 Mailbox is inactive",
        "550 RecipNotFound",
        "550 #5.1.0 Address rejected.",
        "550 Not our customer",
        "550 ben@example.net... No such user",
        "553 sorry, that domain isn't in my list of allowed rcpthosts",
        "554 delivery error: dd This user doesn't have a yahoo.example account (ben@example.net) [-5] - mta.example",
        "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30).",
        "554 Invalid recipient",
        "smtp;550 User unknown",
        "5.1.0 - Unknown address error 550-'No such user' (delivery attempts: 0)",
        "host spam-filter.example.net[192.0.2.1] said: 550 mailbox unavailable (in reply to RCPT TO command)",
        "SMTP error from remote mail server after RCPT TO:<ben@example.net>: host dkim.example.net: 550 user not found",
        "all relevant MX records point to non-existent hosts",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.1.0", "5.3.0", ""])
def test_a_mailbox_that_is_not_there_counts_whatever_else_its_server_says(status: str, diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert blame_in_report(Bounce(status=status, diagnostic=diagnostic, speaks_of=about)) is Blame.RECIPIENT


# A bare 552 is of either: of a mailbox without room (RFC 5321 §4.2.3), or of a mail too large (RFC 1870 §6.1).
@pytest.mark.parametrize(
    "diagnostic",
    [
        "552 Message size exceeds fixed maximum message size",
        "552 Message size exceeds fixed limit",
        "552 message too large",
        "552 Message exceeds local size limit.",
        "552 Too much mail data",
        "552-Your message exceeded the maximum size 552 we take",
        "554 Message too big for system",
        "550 Your email is too large to be delivered",
        "smtp;552 message size limit exceeded",
        "SMTP error from remote mail server after MAIL FROM:<b@ws.example.org> SIZE=40000000: 552 too large",
        "552 5.3.4 too big",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.3.0", "5.2.2", "5.7.1", ""])
def test_a_mail_of_ours_that_was_too_large_counts_against_nobody(status: str, diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    report = Bounce(status=status, diagnostic=diagnostic, speaks_of=about)
    assert blame_in_report(report) is Blame.MESSAGE


@pytest.mark.parametrize(
    "diagnostic",
    [
        "552 Requested mail action aborted: exceeded storage allocation",
        "552 Mailbox full: too many messages",
        "552 Mailbox size limit exceeded",
        "552 Message size exceeds remaining mailbox quota",
        "552 ben@example.net: user is over quota",
        "550 Mailbox quota exceeded",
        "554 The recipient's inbox is full",
        "452 insufficient storage",
        "552-5.2.2 The recipient's inbox is out of storage space.",
        "552 no",
        "smtp;552",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.3.0", "5.2.2", ""])
def test_a_full_mailbox_is_there(status: str, diagnostic: str) -> None:
    report = Bounce(status=status, diagnostic=diagnostic, speaks_of=spoken_of(diagnostic, load_lexicon()))
    assert blame_in_report(report) is Blame.RECIPIENT
    assert lacks_room(report)


@pytest.mark.parametrize(
    ("status", "diagnostic"),
    [("5.1.1", "550 5.1.1 no such user"), ("5.0.0", "550 no such user"), ("5.0.0", "552 mailbox not found"), ("", "")],
)
def test_what_is_not_there_is_not_full(status: str, diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert not lacks_room(Bounce(status=status, diagnostic=diagnostic, speaks_of=about))


# It names no mailbox: the server will not have our mail, and would have nobody's.
@pytest.mark.parametrize(
    "diagnostic",
    [
        "554 Message not allowed - [299]",
        "554 delivery error: dd Requested mail action aborted - mta4060.mail.example",
        "550 5.2.0 Mail rejete. Mail rejected. ofr_506 [506]",
        "550 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR_999 [999]",
        "554 DT:SPM 163 mx1,PsCowEDpXtU_abc.1 1597, please see http://mail.example/help/help_spam_16.htm",
        "550 Domain frequency limited",
        "550 Administrative prohibition",
        "550 Access denied",
        "550 Message rejected",
        "554 Denied [CS] [f5a1b2c3] by mailshield",
        "554 Transaction failed",
        "554 Refused. Your message looks like phishing",
        "571 Delivery not authorized, message refused",
        "550 Dangerous attachment",
        "550 Could not verify acme+b.x@ws.example.org",
        "550 Bounce address verification failed",
        "550 Nachricht abgelehnt",
        "550 Message rejetee pour raison de securite",
    ],
)
@pytest.mark.parametrize("status", ["5.0.0", "5.1.0", "5.2.0", "5.3.0", "5.5.0", ""])
def test_a_refusal_that_names_no_mailbox_is_of_our_mail(status: str, diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert blame_in_report(Bounce(status=status, diagnostic=diagnostic, speaks_of=about)) is Blame.UNSURE


@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 Benutzer unbekannt", "550 Empfänger existiert nicht", "550 Utilisateur inconnu", "550 Boîte inconnue",
        "550 Usuario desconocido", "550 Utente sconosciuto", "550 Gebruiker onbekend", "550 Destinatário desconhecido",
        "550 shop.example (smtp)... 550 Host unknown",
    ],
)  # fmt: skip
def test_a_mailbox_is_named_in_other_languages_too(diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon())
    assert blame_in_report(Bounce(status="5.0.0", diagnostic=diagnostic, speaks_of=about)) is Blame.RECIPIENT


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.2.1", "5.4.4"])
def test_a_status_that_names_the_address_counts_whatever_is_said(status: str) -> None:
    said = f"554 {status} Message not allowed"
    report = Bounce(status=status, diagnostic=said, speaks_of=spoken_of(said, load_lexicon()))
    assert blame_in_report(report) is Blame.RECIPIENT


def attempt(notice_id: int, said: str, refused: str = "recipient") -> Attempt:
    code, _, text = said.partition(" ")
    return Attempt(notice_id=notice_id, at=NOW, code=int(code), text=text, refused=refused)


def past(notice_id: int, address: str, said: str, reason: str = "rejected", tries: int = 1, days: float = 0) -> PastTry:
    code, _, text = said.partition(" ")
    at = NOW - timedelta(days=days)
    return PastTry(notice_id=notice_id, address=address, at=at, code=int(code), text=text, tries=tries, reason=reason)


def judge(before: Sequence[PastTry], *tried: tuple[int, str, str], tries: dict[int, int] | None = None) -> Judged:
    """Judge tries (notice, address, reply), `before` being given oldest first."""
    now = [
        (address, attempt(number, said, "" if said.startswith("2") else "recipient")) for number, address, said in tried
    ]
    return judged(list(reversed(before)), now, tries or {}, NOW)


GONE, BARE, POLICY = "550 5.1.1 <x@example.net> unknown", "550 relay not permitted", "550 5.7.1 wants nothing of you"
NO = frozenset[int]()


@pytest.mark.parametrize("said", [GONE, BARE, POLICY])
def test_several_addresses_refused_alike_in_a_row_are_a_refusal_of_us(said: str) -> None:
    found = judge((), (1, "ana", said), (2, "ben", said), (3, "cleo", said))
    assert found.of_us == {1, 2, 3}
    assert (found.undecided, found.put_back) == (NO, NO)


def test_bare_replies_are_alike_by_their_words_but_for_whom_they_name() -> None:
    found = judge((), (1, "ana", "550 <ana@example.net>: no relay 1a2b"), (2, "ben", "550 <b@x.example>: no relay 77"),
                  (3, "cleo", "550 cleo@example.net: no relay"))  # fmt: skip
    assert found.of_us == {1, 2, 3}
    other = judge((), (1, "ana", "550 no relay"), (2, "ben", "550 not here"), (3, "cleo", "550 moved away"))
    assert (other.of_us, other.undecided) == (NO, NO)


def test_one_address_alone_is_judged_by_what_is_said_of_it() -> None:
    found = judge((), (1, "ana", GONE), (2, "ana", GONE), (3, "ana", GONE), (4, "ana", GONE))
    assert found == Judged()


def test_a_bare_reply_that_is_met_again_may_be_of_us_even_where_there_is_one_member() -> None:
    found = judge((past(1, "ana", BARE),), (2, "ana", BARE), (3, "ana", BARE))
    assert (found.of_us, found.undecided) == (NO, frozenset({2, 3}))


def test_a_second_address_refused_alike_waits_for_what_befalls_the_next() -> None:
    assert judge((past(1, "ana", GONE),), (2, "ben", GONE)).undecided == {2}
    assert judge((past(1, "ana", GONE),), (2, "ben", "550 5.2.1 disabled")).undecided == NO


def test_what_was_failed_before_the_row_could_be_seen_is_put_back() -> None:
    before = (past(1, "ana", GONE), past(2, "ben", GONE, "refused-there"))
    found = judge(before, (3, "cleo", GONE))
    assert (found.of_us, found.put_back) == (frozenset({3}), frozenset({1}))
    long_ago = (past(1, "ana", GONE, days=4), before[1])
    assert judge(long_ago, (3, "cleo", GONE)).put_back == NO


def test_a_mail_that_is_taken_ends_the_row() -> None:
    before = (past(1, "ana", POLICY, "refused-there"), past(2, "ben", POLICY, "refused-there"))
    assert judge(before, (3, "cleo", POLICY)).of_us == {3}
    assert judge(before, (4, "dan", "250 taken"), (3, "cleo", POLICY)) == Judged()


def test_who_is_refused_again_after_others_were_taken_is_refused_for_their_own_sake() -> None:
    found = judge((), (1, "ana", GONE), (2, "ben", GONE), (3, "cleo", GONE), tries={1: 1, 2: 1, 3: 1})
    assert found == Judged()  # each was tried before, and the row of now holds none of these tries
    waiting = [past(n, name, GONE, "not-from-us") for n, name in ((1, "ana"), (2, "ben"), (3, "cleo"))]
    assert judge(waiting, (1, "ana", GONE), tries={1: 1}).of_us == {1}, "nobody was taken since"


def test_a_server_that_took_a_mail_just_now_is_believed_of_addresses_that_are_nobodys() -> None:
    row = [(f"m{number}", attempt(number, GONE)) for number in range(5)]
    for minutes, of_us in ((1, NO), (10, NO), (11, frozenset(range(5)))):
        found = judged((), row, {}, NOW, NOW - timedelta(minutes=minutes))
        assert (found.of_us, found.undecided) == (of_us, NO)
    assert judge((), (9, "zoe", "250 taken"), (1, "ana", GONE), (2, "ben", GONE), (3, "cleo", GONE)) == Judged()
    for said in (BARE, POLICY, "550 5.2.1 disabled", "550 5.4.4 no such domain"):  # it may say these of us
        found = judge((), (9, "zoe", "250 taken"), (1, "ana", said), (2, "ben", said), (3, "cleo", said))
        assert found.of_us == {1, 2, 3}
    after_data = [(address, msgspec.structs.replace(one, refused="message")) for address, one in row]
    assert len(judged((), after_data, {}, NOW, NOW).of_us) == 5


def test_a_row_too_long_to_be_seen_whole_spares_nobody() -> None:
    many = [past(n, f"m{n}", GONE, "not-from-us") for n in range(LOOKED_BACK)]
    assert judge(many, (900, "ana", GONE), tries={900: 3}).of_us == {900}


@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 ben@x.example unknown", "550 <ben@x.example>: unknown", "550 Ben@x.example is not known here",
        "550 Empfaenger unbekannt", "550 ben@x.example ist unbekannt", "550 nobody here by that name",
        "550 Nobody of that name", "550 ben@x.example onbekend", "550 ben@x.example n'existe pas",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", ["5.0.0", "5.3.0", "5.7.1", ""])
def test_an_address_that_a_server_does_not_know_is_nobodys(status: str, diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon(), ("ben@x.example",))
    assert about is SpokenOf.NOBODY
    assert blame_in_report(Bounce(status=status, diagnostic=diagnostic, speaks_of=about)) is Blame.RECIPIENT


@pytest.mark.parametrize(
    "diagnostic",
    [
        "550 acme+b.x@ws.example.org unknown", "550 acme@ws.example.org is unknown, ben@x.example refuses",
        "550 unknown", "550 sender ben@x.example unknown", "550 reuben@x.example unknown",
    ],
)  # fmt: skip
def test_an_address_of_ours_or_of_others_that_a_server_does_not_know_says_nothing_of_a_mailbox(diagnostic: str) -> None:
    about = spoken_of(diagnostic, load_lexicon(), ("ben@x.example",))
    assert blame_in_report(Bounce(status="5.0.0", diagnostic=diagnostic, speaks_of=about)) is Blame.UNSURE
