"""Reports on delivery in a form for machines: RFC 3464, RFC 5965 and their kin, and known formats in JSON.

What is read: which recipients, for good or not, and which mail of ours came back. Whether a message is such a report at
all is concluded in gateway/understand/author.py; notices in free words are read by bounce_words.py. Must not: raise on
any message, or hold a word of any language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.model.message import Message
from gateway.model.nature import Nature
from gateway.understand.reading.bounce_parts import (
    MOST_RECIPIENTS,
    MOST_TEXT,
    STATUS,
    Report,
    Returned,
    addresses_in,
    decoded,
    fields_of,
    is_whole,
    report,
    said_in,
    take_apart,
)

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 3464, RFC 6533

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
        fields = fields_of(group.strip("\n").split("\n"))
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
    status = STATUS.search(fields.get("status", ""))
    word = re.match(r"[A-Za-z]*", fields.get("action", "").strip())
    nature = _ACTIONS.get(word.group().lower() if word else "")
    if nature is None:
        nature = _nature_of_status(status.group(1) if status else "")
    diagnostic = fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", "")
    if not all(map(is_whole, known)):
        return None
    whole = next((address for address in known if "@" in address), known[0])
    return _Recipient(nature, whole, status.group() if status else "", diagnostic.strip())


def _nature_of_status(class_: str) -> Nature:
    return {"2": Nature.DSN_SUCCESS, "4": Nature.DELAY}.get(class_, Nature.BOUNCE)  # RFC 3463 §3.1


def read_status(message: Message) -> Report | None:
    """Return what the delivery-status part says (RFC 3464), None when there is no such part or it names nobody."""
    parts = [decoded(part.content) for part in message.parts if part.media_type in STATUS_TYPES]
    said = parts or [said_in(message)]  # QUIRK: a boundary that matches nothing leaves the fields in the text
    blocks = (fields for text in said[:20] if "ecipient" in text for fields in _blocks(text))
    found = [one for fields in blocks if (one := _recipient(fields))][:MOST_RECIPIENTS]
    if not found:
        return None
    nature = next(grave for grave in _GRAVEST_FIRST if any(one.nature is grave for one in found))
    concerned = [one for one in found if one.nature is nature]
    returned = take_apart(message).returned
    return report(
        nature,
        "delivery-status",
        recipients=(one.address for one in concerned),
        status=next((one.status for one in concerned if one.status), ""),
        diagnostic=next((one.diagnostic for one in concerned if one.diagnostic), ""),
        returned=returned,
    )


def read_rejection(message: Message) -> Report | None:
    """Return the rejection that a disposition notification is, None when it is a read receipt or none at all.

    RFC 5429 §2.2.1: a filter that rejects says so by a disposition of "deleted" that no person took part in.
    """
    parts = [part for part in message.parts if part.media_type == "message/disposition-notification"]
    fields = Returned(fields_of(line for part in parts[:1] for line in decoded(part.content).strip().split("\n")))
    mode, _, action = fields.first("disposition").lower().partition(";")
    if not mode.strip().startswith("automatic-action") or not action.strip().startswith("deleted"):
        return None
    own_id = tuple(("message-id", value) for name, value in fields.fields if name == "original-message-id")
    returned = take_apart(message).returned
    return report(
        Nature.BOUNCE,
        "rejected-by-filter",
        recipients=(fields.addresses("original-recipient") or fields.addresses("final-recipient"))[:1],
        status="",
        diagnostic=next(iter(message.text.strip().split("\n")), ""),
        returned=Returned((*returned.fields, *own_id)),
    )


# --- RFC 5965 and its kin: complaints --------------------------------------------------------------

# Reports of this form on which no recipient complains: RFC 6591 (a failed authentication), RFC 6430.
_NO_COMPLAINTS = frozenset({"auth-failure", "not-spam"})
_COMPLAINT_FIELDS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "original-recipient")


def read_complaint(message: Message) -> Report | None:
    """Return what a feedback report says (RFC 5965), None when the message holds none."""
    parts = [part for part in message.parts if part.media_type == "message/feedback-report"]
    returned = take_apart(message).returned
    fields = Returned(fields_of(line for part in parts[:1] for line in decoded(part.content).strip().split("\n")))
    named = fields.addresses(*_COMPLAINT_FIELDS) or returned.addresses("x-hmxmroriginalrecipient")
    # QUIRK: Microsoft's reports are a returned mail and nothing else, but for a field of their own in it.
    if not parts and not returned.first("x-hmxmroriginalrecipient"):
        return None
    is_complaint = fields.first("feedback-type").strip().lower() not in _NO_COMPLAINTS
    return report(
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
    text = message.text.lstrip()[:MOST_TEXT]
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
    status = STATUS.search(str(next((entry["status"] for entry in entries if entry.get("status")), "")))
    return report(
        nature,
        "json",
        recipients=(str(entry["emailAddress"]) for entry in entries if entry.get("emailAddress")),
        status=status.group() if status else "4.0.0" if passing else "",
        diagnostic=str(next((entry["diagnosticCode"] for entry in entries if entry.get("diagnosticCode")), "")),
        returned=Returned((("message-id", own_id),) if isinstance(own_id, str) else ()),
    )
