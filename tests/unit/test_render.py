"""What every mail of ours promises, whatever it says: headers, structure, threads, the token read back."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, date, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import jinja2
import msgspec
import pytest

from gateway.model.address import parse_local_part, token_of_message_id, token_of_return_id
from gateway.model.facts import Act, DeclineFacts, PostFacts, ReceiptFacts
from gateway.model.notice import Answering, Notice
from gateway.model.token import Purpose
from gateway.render.environment import TemplateProblem
from gateway.render.render import KINDS, Templates, envelope_from, render
from gateway.resources import load_templates, template_folder
from tests.golden.rendered_specimens import NOW, RING, SPECIMENS, WORKSPACE, named, notice, stored

TEMPLATES = load_templates()
EVERYTHING = [(name, language) for name in SPECIMENS for language in ("en", "fr")]


def sent(made: Notice, number: int = 41) -> bytes:
    return render(stored(made, number), WORKSPACE, TEMPLATES)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def page(message: EmailMessage, subtype: str = "plain") -> str:
    body = message.get_body((subtype,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def test_there_is_a_specimen_of_every_kind() -> None:
    assert {notice(name).kind for name in SPECIMENS} == set(KINDS)


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_a_mail_is_well_formed_and_seven_bit(name: str, language: str) -> None:
    raw = sent(notice(name, language))
    message = read(raw)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322 §2.1.1
    assert not any(part.defects for part in message.walk())
    words = next(part for part in message.walk() if part.get_content_type() == "multipart/alternative")
    assert [part.get_content_type() for part in words.iter_parts()] == ["text/plain", "text/html"]
    assert message["Content-Language"] == language
    assert f'<html lang="{language}">' in page(message, "html")


@pytest.mark.parametrize(("name", "language"), EVERYTHING)
def test_the_token_is_read_back_from_each_place_it_stands_in(name: str, language: str) -> None:
    made = stored(notice(name, language))
    message = read(render(made, WORKSPACE, TEMPLATES))
    reply_to = message["Reply-To"].addresses[0]
    found = parse_local_part(reply_to.username, ["acme"], {})
    assert found is not None
    assert found.token == made.token
    assert token_of_message_id(message["Message-ID"], WORKSPACE.address) == made.token
    bounce = parse_local_part(envelope_from(made, WORKSPACE).partition("@")[0], ["acme"], {})
    assert bounce is not None
    assert bounce.token == made.return_token != made.token
    assert token_of_return_id(message["X-Restante-Return"], WORKSPACE.address) == made.return_token
    assert len(reply_to.username) <= 64
    claim = RING.verify(found.token or "", "acme")
    assert claim is not None
    assert claim.notice_id == made.id
    assert RING.verify(made.return_token, "acme", Purpose.RETURNS) == claim
    assert RING.verify(made.return_token, "acme") is None
    assert RING.verify(made.token, "acme", Purpose.RETURNS) is None


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_mark_stands_in_the_subject(name: str) -> None:
    made = notice(name)
    mark = made.thread if isinstance(made.facts, PostFacts) else made.mark
    subject = read(sent(made))["Subject"]
    assert subject.count("[acme") == 1
    assert (f"[acme {mark}] " if mark else "[acme] ") in subject


@pytest.mark.parametrize("name", [name for name in SPECIMENS if SPECIMENS[name].__struct_config__.tag != "post"])
def test_what_a_machine_writes_says_so(name: str) -> None:
    made = notice(name)
    assert read(sent(made))["Auto-Submitted"] == made.answering


def test_what_a_person_wrote_is_not_marked_as_a_machines() -> None:
    message = read(sent(notice("post")))
    assert message["Auto-Submitted"] is None
    assert message["Precedence"] == "list"
    assert message["From"].addresses[0].display_name == "Ana Silva via Acme Cooperative"
    assert message["From"].addresses[0].addr_spec == "acme@ws.example.org"


def test_vacation_answers_are_asked_for_where_they_tell_who_is_away() -> None:
    suppressed = {notice(name).kind: read(sent(notice(name)))["X-Auto-Response-Suppress"] for name in SPECIMENS}
    wanted = {kind for kind, value in suppressed.items() if value is None}
    assert wanted == {"prompt", "ballot", "reminder", "digest", "task", "task-reminder"}


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_loop_is_told_by_our_own_field(name: str) -> None:
    assert read(sent(notice(name)))["X-Restante-Loop"] == "acme@ws.example.org"


def test_members_are_told_how_to_leave_and_strangers_are_not() -> None:
    member, stranger = read(sent(notice("digest"))), read(sent(notice("decline-stranger")))
    token = stored(notice("digest")).token
    assert member["List-Unsubscribe"] == f"<mailto:acme+leave@ws.example.org?subject=leave%20{token}>"
    assert member["List-Id"] == "Acme Cooperative <acme.ws.example.org>"
    assert stranger["List-Unsubscribe"] is None
    assert stranger["List-Id"] is None


def test_a_channel_is_a_list_of_its_own() -> None:
    message = read(sent(notice("post")))
    assert message["List-Id"] == "Acme Cooperative <design.acme.ws.example.org>"
    assert message["List-Post"] == "<mailto:acme+design@ws.example.org>"


def test_every_copy_of_a_thread_refers_to_the_same_root_first() -> None:
    first = read(sent(notice("post")))
    second = read(
        sent(notice("post-reply", references=("a@example.org", "b@example.org"), in_reply_to="b@example.org"))
    )
    assert first["References"] == "<t.p-14.acme@ws.example.org>"
    assert first["In-Reply-To"] is None
    assert second["References"] == "<t.p-14.acme@ws.example.org> <a@example.org> <b@example.org>"
    assert second["In-Reply-To"] == "<b@example.org>"
    assert second["Subject"] == f"Re: {first['Subject']}"


def test_references_stay_few_and_keep_the_root_and_the_latest() -> None:
    ids = tuple(f"{number}@example.org" for number in range(40))
    found = read(sent(notice("post-reply", references=ids)))["References"].split()
    assert len(found) == 12
    assert found[0] == "<t.p-14.acme@ws.example.org>"
    assert found[-2:] == ["<39@example.org>", "<c0ffee@mail.example.fr>"]


@pytest.mark.parametrize("bad", ["a@b>\r\nBcc: <x@y", "no-at-sign", "two words@b", "", "ü@b", "<", "a" * 900 + "@b"])
def test_what_is_no_message_id_is_not_referred_to(bad: str) -> None:
    message = read(sent(notice("receipt", in_reply_to=bad, references=(bad,))))
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert message["Bcc"] is None


def test_an_answer_keeps_the_subject_it_answers() -> None:
    hint = "RE: re: [ACME V-7] [acme] Re: Where shall we meet?"
    assert (
        read(sent(notice("receipt", mark="V-7", subject_hint=hint)))["Subject"] == "Re: [acme V-7] Where shall we meet?"
    )


def test_a_mail_rendered_twice_is_the_same_octet_for_octet() -> None:
    anew = load_templates()
    for name in SPECIMENS:
        assert render(stored(notice(name)), WORKSPACE, anew) == sent(notice(name))


def test_two_recipients_share_all_but_the_token() -> None:
    one, other = stored(notice("ballot-single"), 41), stored(notice("ballot-single"), 42)
    first, second = (render(each, WORKSPACE, TEMPLATES) for each in (one, other))
    assert first != second
    for subtype in ("plain", "html"):
        assert page(read(first), subtype).replace(one.token, other.token) == page(read(second), subtype)
    assert one.token not in page(read(second), "html")


def test_a_reader_of_another_zone_sees_their_own_time() -> None:
    text = page(read(sent(notice("ballot-single", timezone="America/New_York"))))
    assert "Thursday 26 November, 11:00\u00a0(New York)" in text.replace("\n", " ")
    utc = page(read(sent(notice("ballot-single", timezone="Nowhere/Atall"))))
    assert "16:00\u00a0(UTC)" in utc.replace("\n", " ")


def test_the_date_is_when_it_fell_due() -> None:
    assert parsedate_to_datetime(read(sent(notice("digest")))["Date"]) == NOW


def test_a_year_is_named_only_where_it_is_another() -> None:
    late = notice("ballot-single", due_at=datetime(2025, 12, 30, tzinfo=UTC))
    assert "26 November 2026" in page(read(sent(late)))
    assert "26 November 2026" not in page(read(sent(notice("ballot-single"))))


def test_the_first_of_a_month_is_written_as_french_has_it() -> None:
    assert "mardi 1er décembre" in page(read(sent(notice("summary", "fr"))))


def test_a_language_without_a_catalogue_falls_back() -> None:
    assert "How to answer" in page(read(sent(notice("ballot-single", "tlh"))), "html")
    assert "Comment répondre" in page(read(sent(notice("ballot-single", "fr-CA"))), "html")
    assert read(sent(notice("ballot-single", "fr_CA")))["Content-Language"] == "fr"


@pytest.mark.parametrize(
    "evil", ["x\r\nBcc: spy@example.net", "x\nBcc: a@b\n\nbody", "x\u2028Bcc: a@b", "\x0bBcc:\x00 a@b\x85"]
)
def test_no_name_and_no_subject_can_add_a_header(evil: str) -> None:
    facts = msgspec.structs.replace(
        SPECIMENS["post"], author_name=evil, subject=evil, channel=None, files=(named(evil),), text=evil
    )
    message = read(sent(notice("post", facts=facts, name=evil, subject_hint=evil)))
    assert message["Bcc"] is None
    assert "Bcc" in message["Subject"]
    answer = read(sent(notice("receipt", name=evil, subject_hint=evil)))
    assert answer["Bcc"] is None


def test_names_with_specials_are_quoted_and_others_encoded() -> None:
    quoted = sent(notice("digest", name='Dupont, "Zoe" \\ Ltd.'))
    assert read(quoted)["To"].addresses[0].display_name == 'Dupont, "Zoe" \\ Ltd.'
    long_name = ("Ζωή " * 20).strip()
    raw = email.message_from_bytes(sent(notice("digest", name=long_name)))  # the old parser joins encoded words rightly
    assert str(make_header(decode_header(raw["To"]))) == f"{long_name} <zoe@example.fr>"
    assert read(sent(notice("digest", name="=?utf-8?q?x?=")))["To"].addresses[0].display_name == "=?utf-8?q?x?="
    assert read(sent(notice("digest", name="")))["To"] == "zoe@example.fr"


def test_a_long_subject_is_cut_at_a_word_and_read_back_whole() -> None:
    facts = msgspec.structs.replace(SPECIMENS["post"], subject="naïve long words " * 30)
    subject = read(sent(notice("post", facts=facts)))["Subject"]
    assert subject.startswith("[acme P-14] naïve long words naïve")
    assert subject.endswith("…")
    assert len(subject) < 200


def test_an_address_beyond_ascii_stays_readable_to_smtputf8() -> None:
    raw = sent(notice("digest", address="zoë@example.fr"))
    assert "<zoë@example.fr>".encode() in raw
    assert raw.replace("zoë".encode(), b"").isascii()


def test_an_unknown_reason_is_answered_in_general() -> None:
    facts = DeclineFacts(reason="brand-new-reason", subject="Hello")
    text = page(read(sent(notice("decline-too-late", facts=facts))))
    assert "acme+owner@ws.example.org" in text
    assert "brand-new" not in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_reason_of_a_decline_has_a_sentence_of_its_own(language: str) -> None:
    said = {}
    for reason in REASONS:
        facts = DeclineFacts(reason=reason, at=NOW, detail="winmail" if reason == "unreadable" else "")
        said[reason] = page(read(sent(notice("decline-too-late", language, facts=facts)))).partition("-- \n")[0]
    general = DeclineFacts(reason="?")
    assert (
        page(read(sent(notice("decline-too-late", language, facts=general)))).partition("-- \n")[0] not in said.values()
    )
    assert len(set(said.values())) >= len(REASONS) - 1  # two ask for options in the same words


REASONS = [
    "too-late",
    "cancelled",
    "not-asked",
    "nothing-to-withdraw",
    "unknown-mark",
    "not-allowed",
    "paused",
    "not-paused",
    "not-lazy",
    "not-later",
    "no-time",
    "no-options",
    "option-fixed",
    "option-exists",
    "no-text",
    "not-a-vote",
    "deadline-past",
    "needs-options",
    "nobody-asked",
    "unreadable",
    "empty",
    "address-unknown",
    "not-a-member",
    "already-a-member",
    "which-item",
    "one-thread",
    "not-on-record",
    "not-understood",
    "let-be",
    "nothing-to-undo",
    "undo-what",
    "cannot-undo",
    "changed-since",
    "gone-out",
    "unknown-channel",
]


def test_an_act_that_was_put_back_is_named_and_no_word_of_the_code_is_shown() -> None:
    away = Act(name="away", until=date(2026, 12, 1))
    acts = (
        Act(name="undone", undoes=away),
        Act(name="undone", undoes=away, again=True),
        Act(name="gone-out", mark="P-3", text="posted"),  # as older receipts have it
        Act(name="task-over", mark="T-4", text="dropped"),
        Act(name="called-off", mark="V-9", title="Where?"),
        Act(name="cancelled", mark="V-8", title="When?"),
    )
    text = page(read(sent(notice("receipt", "fr", facts=ReceiptFacts(acts=acts)))))
    assert "annulé : vous êtes noté absent jusqu’au mardi 1er décembre" in " ".join(text.split())
    assert "à nouveau en vigueur : vous êtes noté absent" in " ".join(text.split())
    assert "✓ V-9:" in text
    assert "✗ V-8:" in text
    assert not re.search(r"posted|dropped|> ", text.partition("-- \n")[0])


@pytest.mark.parametrize("state", ["done", "dropped", "withdrawn"])
def test_a_task_that_is_over_is_said_to_be_in_words(state: str) -> None:
    facts = DeclineFacts(reason="task-over", mark="T-4", title="Le budget", detail=state)
    text = page(read(sent(notice("decline-too-late", "fr", facts=facts))))
    assert not re.search(rf"\b{state}\b", text)
    assert {"done": "déjà faite", "dropped": "abandonnée", "withdrawn": "retirée"}[state] in text


ACTS = [
    "voted",
    "abstained",
    "still-stands",
    "withdrawn",
    "checked-in",
    "skipped",
    "posted",
    "vote-opened",
    "away",
    "still-away",
    "back",
    "paused",
    "resumed",
    "muted",
    "unmuted",
    "delivery",
    "digest-time",
    "prompts",
    "channel-left",
    "receipts",
    "only-mine",
    "everything",
    "channel",
    "caught-up",
    "undone",
    "option-added",
    "extended",
    "called-off",
    "closing",
    "corrected",
    "amended",
    "round-resumed",
    "put-to-vote",
    "late",
    "unclear",
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ACTS)
def test_every_act_has_a_line_in_the_receipt(name: str, language: str) -> None:
    from gateway.model.facts import Act

    facts = ReceiptFacts(acts=(Act(name=name, mark="V-7", text="daily", counts=(1, 2, 0)),))
    text = page(read(sent(notice("receipt", language, facts=facts))))
    assert "acme+owner" not in text  # the general sentence


@pytest.mark.parametrize("language", ["en", "fr"])
def test_choices_of_every_sort_are_written_out(language: str) -> None:
    from gateway.model.facts import Act
    from tests.golden.rendered_specimens import CHOICES

    acts = tuple(Act(name="voted", mark="V-7", choice=choice) for choice in CHOICES)
    text = page(read(sent(notice("receipt", language, facts=ReceiptFacts(acts=acts)))))
    for wanted in ("Lisbon, Porto", "Lisbon > Porto = Faro & the islands", "Lisbon: 5, Porto: 2"):
        assert wanted in text


def test_a_label_of_a_voters_own_is_not_translated() -> None:
    from tests.golden.rendered_specimens import CITY, ballot

    own = msgspec.structs.replace(CITY, options=("Yes", "Maybe later"))
    text = page(read(sent(notice("ballot-single", "fr", facts=ballot(own)))))
    assert "A  Yes" in text
    fixed = page(read(sent(notice("ballot-yesno", "fr"))))
    assert "    Oui\n    Non\n" in fixed


def test_what_is_not_for_machines_alone_says_how_it_may_be_changed() -> None:
    for name in SPECIMENS:
        made = notice(name)
        foot = page(read(sent(made))).partition("-- \n")[2]
        words = re.findall(r"^  \S", foot, re.MULTILINE)
        assert len(words) == (3 if made.member_id else 0), name


def test_a_broken_template_is_named_with_its_line() -> None:
    sources = {file.name: file.read_text(encoding="utf-8") for file in (template_folder() / "mail").glob("*.j2")}
    with pytest.raises(TemplateProblem, match=r"ballot.txt.j2, line 2: "):
        Templates.compile(sources | {"ballot.txt.j2": "fine\n{% if %}"}, {})
    del sources["ballot.txt.j2"]
    with pytest.raises(TemplateProblem, match=r"ballot.txt.j2: this template is missing"):
        Templates.compile(sources, {})


def test_a_fault_in_a_template_rises() -> None:
    sources = {file.name: file.read_text(encoding="utf-8") for file in (template_folder() / "mail").glob("*.j2")}
    templates = Templates.compile(sources | {"ballot.txt.j2": "{{ facts.nonsense }}"}, {})
    with pytest.raises(jinja2.UndefinedError):
        render(stored(notice("ballot-single")), WORKSPACE, templates)


def test_who_answers_a_mail_says_it_replied() -> None:
    assert read(sent(notice("receipt", answering=Answering.REPLIED)))["Auto-Submitted"] == "auto-replied"
