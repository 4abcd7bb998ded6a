"""Answers as six mail programs write them: how each quotes, in text and in HTML, composed after their habits.

For the demo and its mailboxes only; how replies are read is tested elsewhere. Must not: be used to read anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from babel.dates import format_date, format_time

from gateway.model.message import Mailbox, Message


@dataclass(frozen=True, slots=True)
class Writer:
    """Who answers, and when: `sent_at` carries the author's own zone."""

    name: str
    address: str
    language: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Body:
    """What a program makes of an answer: its text, and its HTML where it writes any."""

    text: str
    html: str = ""


def compose(program: str, text: str, original: Message, writer: Writer, reply_to: str) -> bytes:
    """Return the mail that a program sends when this text is its writer's answer to the original."""
    body = PROGRAMS[program](text, original, writer)
    mail = EmailMessage()
    mail["From"] = _mailbox(writer.name, writer.address)
    mail["To"] = reply_to
    prefix = "" if original.subject.lower().startswith("re:") else "Re: "
    mail["Subject"] = prefix + original.subject
    mail["Date"] = format_datetime(writer.sent_at)
    mail["Message-ID"] = f"<{program}.{int(writer.sent_at.timestamp())}.{writer.address}>"
    mail["In-Reply-To"] = f"<{original.message_id}>"
    mail["References"] = " ".join(f"<{one}>" for one in (*original.references, original.message_id))
    mail["MIME-Version"] = "1.0"
    mail.set_content(body.text, cte="quoted-printable")
    if body.html:
        mail.add_alternative(body.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def new_mail(text: str, subject: str, writer: Writer, to: str) -> bytes:
    """Return a mail that begins something."""
    mail = EmailMessage()
    mail["From"] = _mailbox(writer.name, writer.address)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(writer.sent_at)
    mail["Message-ID"] = f"<new.{int(writer.sent_at.timestamp())}.{writer.address}>"
    mail.set_content(text)
    return mail.as_bytes()


def vacation(text: str, subject: str, original: Message, writer: Writer, reply_to: str) -> bytes:
    """Return what a mail server answers for somebody who is away (RFC 3834)."""
    mail = EmailMessage()
    mail["From"] = _mailbox(writer.name, writer.address)
    mail["To"] = reply_to
    mail["Subject"] = f"{subject}: {original.subject}"
    mail["Date"] = format_datetime(writer.sent_at)
    mail["Message-ID"] = f"<vacation.{int(writer.sent_at.timestamp())}.{writer.address}>"
    mail["In-Reply-To"] = f"<{original.message_id}>"
    mail["References"] = f"<{original.message_id}>"
    mail["Auto-Submitted"] = "auto-replied (vacation)"
    mail.set_content(text)
    return mail.as_bytes()


def bounce(original: bytes, recipient: str, to: str, at: datetime) -> bytes:
    """Return what a mail server sends when a mailbox does not exist (RFC 3464)."""
    domain = recipient.rpartition("@")[2]
    boundary = f"bounce-{int(at.timestamp())}"
    head = original.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii", "replace")
    return "\n".join(
        [
            f"From: Mail Delivery System <MAILER-DAEMON@{domain}>",
            f"To: {to}",
            "Subject: Undelivered Mail Returned to Sender",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <bounce.{int(at.timestamp())}@{domain}>",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
            "",
            f"--{boundary}",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            f"Your message could not be delivered to <{recipient}>: there is no such mailbox here.",
            "",
            f"--{boundary}",
            "Content-Type: message/delivery-status",
            "",
            f"Reporting-MTA: dns; mx.{domain}",
            "",
            f"Final-Recipient: rfc822; {recipient}",
            "Action: failed",
            "Status: 5.1.1",
            "Diagnostic-Code: smtp; 550 5.1.1 no such mailbox",
            "",
            f"--{boundary}",
            "Content-Type: text/rfc822-headers",
            "",
            head,
            "",
            f"--{boundary}--",
            "",
        ]
    ).encode("ascii", "replace")


def _mailbox(name: str, address: str) -> Address:
    return Address(name, addr_spec=address)


# --- the programs --------------------------------------------------------------------------------------------------

# The words around a quotation are the programs' own, by language.
_ON_WROTE = {"en": "On {day}, {name} wrote:", "fr": "Le {day}, {name} a écrit :"}
_HEADS = {
    "en": ("From", "Sent", "To", "Subject"),
    "fr": ("De", "Envoyé", "À", "Objet"),
}
_COLON = {"en": ":", "fr": "\xa0:"}
_PHONE = {"en": "Sent from my iPhone", "fr": "Envoyé de mon iPhone"}


def _quoted(text: str, sign: str = "> ") -> str:
    return "\n".join(f"{sign}{line}".rstrip() for line in text.rstrip().split("\n"))


def _paragraphs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _wrote(original: Message, writer: Writer, width: str = "long") -> str:
    at = (original.date or writer.sent_at).astimezone(writer.sent_at.tzinfo)
    day = f"{format_date(at, width, locale=writer.language)}, {format_time(at, 'short', locale=writer.language)}"
    return _ON_WROTE[writer.language].format(day=day, name=_who(original.author))


def _who(author: Mailbox | None) -> str:
    return f"{author.name} <{author.address}>" if author else ""


def _gmail(text: str, original: Message, writer: Writer) -> Body:
    wrote = _wrote(original, writer, "full")
    html = (
        f'<div dir="ltr">{_paragraphs(text)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(wrote)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;padding-left:1ex">'
        f"{original.html or _paragraphs(original.text)}</blockquote></div>"
    )
    return Body(f"{text}\n\n{wrote}\n\n{_quoted(original.text)}\n", html)


def _outlook(text: str, original: Message, writer: Writer) -> Body:
    colon = _COLON[writer.language]
    at = (original.date or writer.sent_at).astimezone(writer.sent_at.tzinfo)
    values = (
        _who(original.author),
        f"{format_date(at, 'full', locale=writer.language)} {format_time(at, 'short', locale=writer.language)}",
        f"{writer.name} <{writer.address}>",
        original.subject,
    )
    heads = list(zip(_HEADS[writer.language], values, strict=True))
    block = "\n".join(f"{head}{colon} {value}" for head, value in heads)
    marked = "<br>".join(f"<b>{head}{escape(colon)}</b> {escape(value)}" for head, value in heads)
    html = (
        f'<html><body lang="{writer.language}"><div class="WordSection1">'
        + "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}</p>' for line in text.split("\n"))
        + f'<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{marked}</p></div></div>'
        f"{original.html or _paragraphs(original.text)}</div></body></html>"
    )
    return Body(f"{text}\n\n{block}\n\n{original.text}", html)


def _apple(text: str, original: Message, writer: Writer) -> Body:
    wrote = _wrote(original, writer)
    html = (
        f'<html><body style="overflow-wrap: break-word;">{_paragraphs(text)}<div><br>'
        f'<blockquote type="cite"><div>{escape(wrote)}</div><br class="Apple-interchange-newline">'
        f"<div>{original.html or _paragraphs(original.text)}</div></blockquote></div></body></html>"
    )
    return Body(f"{text}\n\n{_quoted(wrote)}\n>\n{_quoted(original.text)}\n", html)


def _thunderbird(text: str, original: Message, writer: Writer) -> Body:
    return Body(f"{_wrote(original, writer, 'short')}\n{_quoted(original.text)}\n\n{text}\n")


def _phone(text: str, original: Message, writer: Writer) -> Body:
    apple = _apple(f"{text}\n\n{_PHONE[writer.language]}", original, writer)
    return Body(apple.text, apple.html)


def _mutt(text: str, original: Message, writer: Writer) -> Body:
    # mutt's attribution is English whatever the language, unless its owner sets another.
    at = (original.date or writer.sent_at).astimezone(writer.sent_at.tzinfo)
    name = original.author.name if original.author else ""
    day = f"{format_date(at, 'EEE, MMM dd, yyyy', locale='en')} at {at:%I:%M:%S%p %z}"
    return Body(f"On {day}, {name} wrote:\n{_quoted(original.text)}\n\n{text}\n\n-- \n{writer.name}\n")


PROGRAMS: dict[str, Callable[[str, Message, Writer], Body]] = {
    "gmail": _gmail,
    "outlook": _outlook,
    "apple": _apple,
    "thunderbird": _thunderbird,
    "phone": _phone,
    "mutt": _mutt,
}
