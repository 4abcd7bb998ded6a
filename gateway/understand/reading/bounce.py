"""Reports on delivery: standard ones (RFC 3464, RFC 5965), known machine formats, and notices in free words.

What is read: which recipients, for good or not, and which mail of ours came back. Whether a message is such a report at
all is concluded in gateway/understand/author.py. Must not: raise on any message, or hold a word of any language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message as LibraryMessage
from functools import lru_cache
from itertools import islice
from typing import Any

from flufl.bounce import all_failures

from gateway.model.message import Message
from gateway.model.nature import Bounce, Nature
from gateway.understand.html import readable
from gateway.understand.lexicon import Lexicon

# A report is short and a returned mail is not: what lies beyond is never looked at, so that no mail costs much.
_MOST_TEXT = 60_000
_MOST_HTML = 200_000
_MOST_LIBRARY = 20_000
_MOST_HEADER_LINES = 400
_MOST_RECIPIENTS = 200
_LONGEST_DIAGNOSTIC = 300

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 3464, RFC 6533
RETURN_FIELD = "x-restante-return"  # in everything we send: names the notice to whoever returns it
_RETURNED_TYPES = frozenset(
    {
        "message/rfc822",
        "message/global",  # RFC 6532
        "message/global-headers",  # RFC 6533
        "message/partial",
        "message/rfc822-headers",  # QUIRK: meant as the next one
        "text/rfc822-headers",  # RFC 6522
        "text/rfc822",  # QUIRK: meant as one of the others
    }
)
_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff"
# Wider than RFC 5321 §4.1.2: dots in a row, and local parts beyond 64 octets, do occur.
_ADDRESS = rf"(?:\"[^\"\s]{{1,64}}\"|[{_ATEXT}][{_ATEXT}.-]{{0,255}})@\w[\w-]{{0,62}}(?:\.\w[\w-]{{0,62}}){{0,20}}"
_FIELD = re.compile(r"[ \t>|]*([A-Za-z][A-Za-z0-9-]{1,60})[ \t]?:(.*)")
_ANGLED = re.compile(r"<([^<>\s]+)>")
_FIND_ADDRESS = re.compile(rf"(?<![{_ATEXT}.-]){_ADDRESS}")
_SCHEME = re.compile(r"^(?:smtp|mailto|rfc822)[=:;/]", re.IGNORECASE)
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")  # RFC 3463 §2
_REPLY = re.compile(r"(?<![\d.:])([45]\d\d)(?=[ -])")  # RFC 5321 §4.2

# Fields that only a mail itself carries, never a summary of it made for a reader.
_TRACE = frozenset({"received", "return-path", "message-id", "mime-version", "dkim-signature", "delivered-to"})


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read: its nature (bounce, delay, dsn_success or complaint), the sign, and what it says."""

    nature: Nature
    sign: str
    bounce: Bounce


@dataclass(frozen=True, slots=True)
class _Returned:
    """The header fields of the mail that came back, names in lower case, in order."""

    fields: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        values = (value for wanted in names for key, value in self.fields if key == wanted)
        return _unique(address for value in values for address in addresses_in(value))

    def ids(self) -> tuple[str, ...]:
        """Return its Message-ID, then those it refers to, without angle brackets."""
        names = ("message-id", "references", "in-reply-to")
        found = (_ids_in(value) for wanted in names for key, value in self.fields if key == wanted)
        return _unique(one for some in found for one in some)[:_MOST_RECIPIENTS]


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values in order, without doubles whatever their case."""
    return tuple({value.casefold(): value for value in reversed(tuple(values))}.values())[::-1]


def _ids_in(value: str) -> list[str]:
    return _ANGLED.findall(value) or ([value.strip()] if "@" in value and " " not in value.strip() else [])


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses a line names, in order, without doubles; text beyond 4,000 characters is not read."""
    if "@" not in text:
        return ()
    found = (_bare(match.group()) for match in _FIND_ADDRESS.finditer(text[:4_000]))
    return _unique(address for address in found if is_whole(address))


def _bare(address: str) -> str:
    """Return an address without what notices write around it: quotes, stars, `smtp:`."""
    return _SCHEME.sub("", address.strip("'`*"))


def is_whole(address: str) -> bool:
    """Return False for an address whose middle was left out, as archives print it: `someone...@example.org`."""
    return not re.search(r"(?<!\.)\.{3}@", address)


# --- what came back ------------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    return content[:_MOST_TEXT].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _fields(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the header fields at the start of the lines, unfolded, up to the first line that is none."""
    fields: list[tuple[str, str]] = []
    for line in lines:
        match = _FIELD.match(line)
        folded = line[:1] in " \t" and fields and not (match and match.group(1).lower() in _TRACE)
        if folded and line.strip():
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}"[:8_000])
        elif match:
            fields.append((match.group(1).lower(), match.group(2).strip()))
        elif not line.startswith("From "):  # an mbox separator stands before some returned mails
            break
        if len(fields) > _MOST_HEADER_LINES:
            break
    return tuple(fields)


def _block_start(lines: list[str]) -> int | None:
    """Return where the header of a returned mail begins in a text, None when there is none.

    Such a header is three or more fields in a row, one of them a field that only mails carry. The header of a part
    (Content-Type and its kin), left in the text where the MIME structure is broken, is none.
    """
    start, names = 0, set[str]()
    for number, line in enumerate(lines):
        match = _FIELD.match(line)
        name = match.group(1).lower() if match else ""
        if match and (line[:1] not in " \t>|" or not names or name not in names):
            start = start if names else number
            names.add(name)
            if names & _TRACE and sum(not one.startswith("content-") for one in names) >= 3:
                return start
        elif not (names and line[:1] in " \t" and line.strip()):
            names.clear()
    return None


@dataclass(frozen=True, slots=True)
class _Notice:
    """A report taken apart: the fields it is known by, what it says in words, the header of what it returns."""

    identity: tuple[tuple[str, str], ...]
    words: str
    returned: _Returned


_IDENTITY = ("from", "to", "subject", "x-mailer")


def _take_apart(message: Message) -> _Notice:
    returned = _Returned()
    for part in message.parts:
        if part.media_type in _RETURNED_TYPES:
            returned = returned if returned.fields else _Returned(_fields(_decoded(part.content).lstrip().split("\n")))
        elif part.media_type == "text/plain" and part.is_attachment and not returned.fields:
            returned = _Returned(_fields(_decoded(part.content).lstrip().split("\n")))
    lines = _said(message).split("\n")
    start = _block_start(lines)
    words = lines if start is None else lines[:start]
    if start is not None and not returned.fields:
        returned = _Returned(_fields(lines[start:]))
    identity = tuple((name, value) for name, value in message.headers if name in _IDENTITY)
    return _Notice(identity, "\n".join(words), returned)


def _said(message: Message) -> str:
    """Return the words of a notice; where its MIME structure is broken, what is left of it as it stands."""
    strange = (
        part for part in message.parts if part.media_type.startswith(_BROKEN) and part.media_type != "text/plain"
    )
    odd = "\n".join(_decoded(part.content) for part in strange)
    text = message.text if message.text.strip() else readable(message.html[:_MOST_HTML]) if message.html else ""
    return f"{odd}\n{text}"[:_MOST_TEXT].replace("\r\n", "\n") if odd else text[:_MOST_TEXT].replace("\r\n", "\n")


# A multipart without its parts, and a text/plain whose parameters ran into its name.
_BROKEN = ("multipart/", "text/plain")


# --- RFC 3464: fields for machines ---------------------------------------------------------------

# RFC 3464 §2.3.3, and "error" as some servers write it (QUIRK).
_ACTIONS = {
    "failed": Nature.BOUNCE,
    "failure": Nature.BOUNCE,
    "error": Nature.BOUNCE,
    "delayed": Nature.DELAY,
    "delivered": Nature.DSN_SUCCESS,
    "relayed": Nature.DSN_SUCCESS,
    "expanded": Nature.DSN_SUCCESS,
}
_GRAVEST_FIRST = (Nature.BOUNCE, Nature.DELAY, Nature.DSN_SUCCESS)


@dataclass(frozen=True, slots=True)
class _Recipient:
    """The fields on one recipient (RFC 3464 §2.3)."""

    nature: Nature
    address: str
    status: str
    diagnostic: str


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Yield the groups of fields of a delivery status, parted by blank lines (RFC 3464 §2.1)."""
    for group in re.split(r"\n[ \t]*\n", text):
        fields = _fields(group.strip("\n").split("\n"))
        if fields:
            yield dict(reversed(fields))


def _typed_address(value: str) -> str:
    """Return the address of a typed field such as `rfc822; a@b.example` (RFC 3464 §2.1.2), or ""."""
    kind, semicolon, rest = value.rpartition(";") if value.count(";") == 1 else value.partition(";")
    address = rest if semicolon else kind or rest
    found = addresses_in(address)
    if found:
        return found[0]
    bare = address.strip().strip("<>").strip()
    # A local user has no domain; an X.400 name or a phone number is no address of ours.
    return bare if re.fullmatch(r"[^\s<>;,/]{1,254}", bare) and kind.strip().lower() != "x400" else ""


# RFC 3461 §4.2: the address as we wrote it comes before the one it was turned into on its way.
_ADDRESS_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")


def _recipient(fields: dict[str, str]) -> _Recipient | None:
    known = [address for name in _ADDRESS_FIELDS if (address := _typed_address(fields.get(name, "")))]
    if not known:
        return None
    status = _STATUS.search(fields.get("status", ""))
    word = re.match(r"[A-Za-z]*", fields.get("action", "").strip())
    nature = _ACTIONS.get(word.group().lower() if word else "")
    if nature is None:
        nature = _nature_of_status(status.group(1) if status else "")
    diagnostic = fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", "")
    if not all(map(is_whole, known)):
        return None
    whole = next((address for address in known if "@" in address), known[0])
    return _Recipient(nature, whole, status.group() if status else "", _one_line(diagnostic))


def _nature_of_status(class_: str) -> Nature:
    return {"2": Nature.DSN_SUCCESS, "4": Nature.DELAY}.get(class_, Nature.BOUNCE)  # RFC 3463 §3.1


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_DIAGNOSTIC]


def read_status(message: Message) -> Report | None:
    """Return what the delivery-status part says (RFC 3464), None when there is no such part or it names nobody."""
    parts = [_decoded(part.content) for part in message.parts if part.media_type in STATUS_TYPES]
    said = parts or [_said(message)]  # QUIRK: a boundary that matches nothing leaves the fields in the text
    blocks = (fields for text in said[:20] if "ecipient" in text for fields in _blocks(text))
    found = [one for fields in blocks if (one := _recipient(fields))][:_MOST_RECIPIENTS]
    if not found:
        return None
    nature = next(grave for grave in _GRAVEST_FIRST if any(one.nature is grave for one in found))
    concerned = [one for one in found if one.nature is nature]
    returned = _take_apart(message).returned
    return _report(
        nature,
        "delivery-status",
        recipients=(one.address for one in concerned),
        status=next((one.status for one in concerned if one.status), ""),
        diagnostic=next((one.diagnostic for one in concerned if one.diagnostic), ""),
        returned=returned,
    )


def _report(
    nature: Nature, sign: str, *, recipients: Iterable[str], status: str, diagnostic: str, returned: _Returned
) -> Report:
    bounce = Bounce(
        recipients=_unique(recipients)[:_MOST_RECIPIENTS],
        permanent=nature is Nature.BOUNCE and not status.startswith("4"),
        status=status,
        diagnostic=_one_line(diagnostic),
        returned_ids=returned.ids(),
        returned_tokens=returned.addresses("return-path", RETURN_FIELD, "reply-to", "from", "sender"),
    )
    return Report(nature, sign, bounce)


def read_rejection(message: Message) -> Report | None:
    """Return the rejection that a disposition notification is, None when it is a read receipt or none at all.

    RFC 5429 §2.2.1: a filter that rejects says so by a disposition of "deleted" that no person took part in.
    """
    parts = [part for part in message.parts if part.media_type == "message/disposition-notification"]
    fields = _Returned(_fields(line for part in parts[:1] for line in _decoded(part.content).strip().split("\n")))
    mode, _, action = fields.first("disposition").lower().partition(";")
    if not mode.strip().startswith("automatic-action") or not action.strip().startswith("deleted"):
        return None
    own_id = tuple(("message-id", value) for name, value in fields.fields if name == "original-message-id")
    returned = _take_apart(message).returned
    return _report(
        Nature.BOUNCE,
        "rejected-by-filter",
        recipients=(fields.addresses("original-recipient") or fields.addresses("final-recipient"))[:1],
        status="",
        diagnostic=next(iter(message.text.strip().split("\n")), ""),
        returned=_Returned((*returned.fields, *own_id)),
    )


# --- RFC 5965 and its kin: complaints --------------------------------------------------------------

# Reports of this form on which no recipient complains: RFC 6591 (a failed authentication), RFC 6430.
_NO_COMPLAINTS = frozenset({"auth-failure", "not-spam"})
_COMPLAINT_FIELDS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "original-recipient")


def read_complaint(message: Message) -> Report | None:
    """Return what a feedback report says (RFC 5965), None when the message holds none."""
    parts = [part for part in message.parts if part.media_type == "message/feedback-report"]
    returned = _take_apart(message).returned
    fields = _Returned(_fields(line for part in parts[:1] for line in _decoded(part.content).strip().split("\n")))
    named = fields.addresses(*_COMPLAINT_FIELDS) or returned.addresses("x-hmxmroriginalrecipient")
    # QUIRK: Microsoft's reports are a returned mail and nothing else, but for a field of their own in it.
    if not parts and not returned.first("x-hmxmroriginalrecipient"):
        return None
    is_complaint = fields.first("feedback-type").strip().lower() not in _NO_COMPLAINTS
    return _report(
        Nature.COMPLAINT if is_complaint else Nature.BULK,
        "feedback-report",
        recipients=named or returned.addresses("to") or returned.addresses("x-envelope-to", "delivered-to"),
        status="",
        diagnostic=fields.first("feedback-type"),
        returned=returned,
    )


# --- reports in JSON: Amazon SES through SNS ------------------------------------------------------

_JSON_NATURES = {"bounce": Nature.BOUNCE, "complaint": Nature.COMPLAINT, "delivery": Nature.DSN_SUCCESS}
_JSON_PLACES = {
    Nature.BOUNCE: ("bounce", "bouncedRecipients"),
    Nature.COMPLAINT: ("complaint", "complainedRecipients"),
    Nature.DSN_SUCCESS: ("delivery", "recipients"),
}


def read_json(message: Message) -> Report | None:
    """Return what a notification in JSON says (Amazon SES), None when the text is no such object."""
    text = message.text.lstrip()[:_MOST_TEXT]
    if not text.startswith("{"):
        return None
    try:
        said, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(said, dict) and isinstance(said.get("Message"), str):
        return read_json(Message("", None, "", None, text=said["Message"]))
    return _ses(said) if isinstance(said, dict) else None


def _ses(said: dict[str, Any]) -> Report | None:
    kind = said.get("notificationType", said.get("eventType"))
    nature = _JSON_NATURES.get(kind.lower()) if isinstance(kind, str) else None
    if nature is None:
        return None
    outer, inner = _JSON_PLACES[nature]
    told = said.get(outer)
    told = told if isinstance(told, dict) else {}
    entries = told.get(inner)
    entries = [entry if isinstance(entry, dict) else {"emailAddress": entry} for entry in entries or ()] \
        if isinstance(entries, list) else []  # fmt: skip
    mail = said.get("mail")
    ours = mail.get("commonHeaders") if isinstance(mail, dict) else None
    own_id = ours.get("messageId") if isinstance(ours, dict) else None
    passing = nature is Nature.BOUNCE and told.get("bounceType") == "Transient"
    status = _STATUS.search(str(next((entry["status"] for entry in entries if entry.get("status")), "")))
    return _report(
        nature,
        "json",
        recipients=(str(entry["emailAddress"]) for entry in entries if entry.get("emailAddress")),
        status=status.group() if status else "4.0.0" if passing else "",
        diagnostic=str(next((entry["diagnosticCode"] for entry in entries if entry.get("diagnosticCode")), "")),
        returned=_Returned((("message-id", own_id),) if isinstance(own_id, str) else ()),
    )


# --- free words ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of all languages that notices are told by, compiled."""

    failure: re.Pattern[str]
    delay: re.Pattern[str]
    leads: tuple[str, ...]  # what stands before a recipient, case folded, after a space


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    leads = lexicon.words("machine", "recipient_leads") + lexicon.words("machine", "failures")
    return _Words(
        failure=re.compile(any_of(lexicon.words("machine", "failures")), re.IGNORECASE),
        delay=re.compile(any_of(lexicon.words("machine", "delays")), re.IGNORECASE),
        leads=tuple(f" {lead.casefold()}" for lead in leads),
    )


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, longest first; a line may end within one. It matches nothing for none."""
    ordered = sorted(set(words), key=len, reverse=True)
    return "|".join(r"[ \t]*[ \t\n][ \t]*".join(map(re.escape, word.split())) for word in ordered) or r"(?!)"


# An address that heads its line, as lists of failed recipients are written, whatever the language around them.
_HEADS_LINE = re.compile(
    rf"^[ \t>*•|-]{{0,40}}(?:[Ss][Mm][Tt][Pp]:)?(?:<(?P<angled>{_ADDRESS})>|\"?(?P<bare>{_ADDRESS})\"?)"
    r"[ \t]*(?:$|(?=[:;,(\[<)]|\.\.\.|-{1,2}[ \t>])|(?P<then>(?<=[ \t])(?=\S)))",
    re.MULTILINE,
)
# The recipient's line of an SMTP dialogue, or a reply to it (RFC 5321 §4.1.1.3, §4.2).
_RCPT = re.compile(rf"\bRCPT\s+TO:\s*<?({_ADDRESS})", re.IGNORECASE)
_REPLY_ABOUT = re.compile(
    rf"^[ \t<>]*[45]\d\d[ -](?:#?[45]\.\d+\.\d+[ ]){{0,2}}<?({_ADDRESS})(?=>|[ \t]*\.\.\.)", re.MULTILINE
)


def _heads(notice: _Notice, words: _Words) -> Iterator[str]:
    for match in _HEADS_LINE.finditer(notice.words):
        address = match["angled"] or match["bare"]
        if is_whole(address) and not (match["then"] is not None and _is_within_prose(notice.words, match.start())):
            yield address


def _is_within_prose(text: str, start: int) -> bool:
    """True where the line before ends within a sentence: an address then heads its line by chance."""
    before = text[max(start - 300, 0) : max(start - 1, 0)].rpartition("\n")[2]
    same_margin = _margin(before) == _margin(text[start : start + 300])
    return same_margin and "@" not in before and bool(re.search(r"[\w,]$", before.rstrip()))


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _dialogue(notice: _Notice, words: _Words) -> Iterator[str]:
    for pattern in (_REPLY_ABOUT, _RCPT):
        yield from (match[1] for match in pattern.finditer(notice.words))


def _led(notice: _Notice, words: _Words) -> Iterator[str]:
    for match in _FIND_ADDRESS.finditer(notice.words):
        before = notice.words[max(match.start() - 100, 0) : match.start()]
        said = before.rstrip(_BETWEEN)
        # A blank line parts two sentences, where words that meet across it say nothing together.
        sentence = f" {' '.join(re.split(_BLANK_LINE, said)[-1].split())}".casefold()
        if said != before and sentence.endswith(words.leads):
            yield match.group()


_BETWEEN = " \t\n:'\"([<"
_BLANK_LINE = r"\n[ \t]*\n"


def _shared(notice: _Notice, words: _Words) -> Iterator[str]:
    """Yield the addresses the notice names that the returned mail was written to."""
    written_to = {address.casefold() for address in notice.returned.addresses("to", "cc", "x-envelope-to")}
    return (address for address in addresses_in(notice.words) if address.casefold() in written_to)


# Whom notices tell one to ask: RFC 2142 and its kin.
_ROLES = re.compile(r"(?:abuse|help|helpdesk|hostmaster|noc|postmaster|security|support|webmaster)[+@-]", re.IGNORECASE)


def _only_one_left(notice: _Notice, words: _Words) -> Iterator[str]:
    lines = notice.words.split("\n")[:300]
    named = _unique(address for line in lines for address in addresses_in(line) if not _ROLES.match(address))
    yield from named if len(named) == 1 else ()


def _written_to(notice: _Notice, words: _Words) -> Iterator[str]:
    """Yield whom the returned mail was written to, when that was one address."""
    to = notice.returned.addresses("x-envelope-to", "to")
    yield from to if len(to) == 1 else ()


def _by_library(notice: _Notice, words: _Words) -> Iterator[str]:
    """Yield what flufl.bounce finds in the words of a notice."""
    letter = LibraryMessage()
    for name, value in notice.identity:
        letter[name] = " ".join(value.split())
    if not letter["from"]:
        letter["from"] = "mailer-daemon"  # without a sender the library logs a fault of its own
    letter.set_payload(notice.words[:_MOST_LIBRARY].encode("ascii", "replace").decode("ascii"))
    try:
        temporary, permanent = all_failures(letter)
    except Exception:  # it parses what strangers wrote, with many small parsers; none of their faults may be ours
        return
    found = [address.decode("ascii", "replace") for address in (*permanent, *temporary)]
    yield from _unique(sorted(address for address in found if _FIND_ADDRESS.fullmatch(address) and is_whole(address)))


# In this order; the first that finds anybody is believed. The library knows formats of single products, and guesses
# less than what comes after it.
_SEARCHES: tuple[tuple[str, Callable[[_Notice, _Words], Iterator[str]]], ...] = (
    ("listed", _heads),
    ("dialogue", _dialogue),
    ("led", _led),
    ("library", _by_library),
    ("shared", _shared),
    ("only-one", _only_one_left),
    ("returned-to", _written_to),
)


def read_notice(message: Message, lexicon: Lexicon) -> Report:
    """Return what a notice in free words says; it names nobody when no recipient can be told.

    Only for messages that are known to be notices: of any other text it makes nonsense.
    """
    notice, words = _take_apart(message), _words(lexicon)
    sign, recipients = _named(message, notice, words)
    status = _STATUS.search(notice.words)
    lines = notice.words.split("\n")
    diagnostic = next((line for line in lines if _REPLY.search(line) or _STATUS.search(line)), "")
    nature = _nature_of_words(message.subject[:500], notice.words, words)
    return _report(
        nature,
        sign,
        recipients=recipients,
        status=status.group() if status and not status.group().startswith("2") else "",
        diagnostic=diagnostic,
        returned=notice.returned,
    )


def _named(message: Message, notice: _Notice, words: _Words) -> tuple[str, tuple[str, ...]]:
    listed = _unique(a for value in message.header_all("x-failed-recipients") for a in addresses_in(value))
    if listed:
        return "failed-recipients", listed  # Exim and Google say it in a field of the notice itself
    strangers = _not_recipients(message, notice.returned)
    for sign, search in _SEARCHES:
        named = map(_bare, islice(search(notice, words), 10 * _MOST_RECIPIENTS))
        found = [address for address in named if address.casefold() not in strangers and _is_likely(address, notice)]
        if found:
            return sign, _unique(found)
    # Someone wrote to themselves: then the one who failed is the one who is told.
    to_oneself = _unique(map(_bare, _heads(notice, words)))
    return ("listed", to_oneself) if to_oneself else ("notice", ())


def _is_likely(address: str, notice: _Notice) -> bool:
    """False for a host without a domain, often one cut short, unless brackets say that an address is meant."""
    return "." in address.rpartition("@")[2] or f"<{address}>" in notice.words


# The searches whose finding is a sign of a notice in itself.
NAMED_OUTRIGHT = frozenset({"failed-recipients", "listed", "dialogue", "led", "library"})


def _not_recipients(message: Message, returned: _Returned) -> frozenset[str]:
    """Return the addresses, case folded, that stand in notices without being the one that failed."""
    senders = returned.addresses("return-path", "from", "sender", "reply-to", "errors-to")
    parties = [mailbox.address for mailbox in (*message.to, *message.cc)]
    parties += [message.author.address] if message.author else []
    ids = returned.ids()
    written_to = {address.casefold() for address in returned.addresses("to", "cc")}
    return frozenset(address.casefold() for address in (*senders, *parties, *ids)) - written_to


def _nature_of_words(subject: str, text: str, words: _Words) -> Nature:
    """Return whether a notice says that it gave up or that it still tries; in doubt it gave up."""
    if words.delay.search(subject):
        return Nature.DELAY
    return Nature.DELAY if words.delay.search(text[:4_000]) and not words.failure.search(subject) else Nature.BOUNCE
