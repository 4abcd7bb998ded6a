"""Calendar mail (iTIP, RFC 5546, by mail: RFC 6047): invitations, answers to them, cancellations.

Must not: decide what an answer means to a round, or compute dates; only the facts an answer carries are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.model.message import Message, Part
from gateway.model.nature import CalendarAnswer, Nature

_MOST_BYTES = 500_000  # an invitation is a few kilobytes; whole calendars are no mail of this kind
_MOST_LINES = 5_000
_MEDIA_TYPES = ("text/calendar", "application/ics")  # the second is what some programs attach beside the first

# RFC 5546 §1.4: who speaks, and what for.
_METHODS = {
    "REPLY": Nature.CALENDAR_ANSWER,
    "COUNTER": Nature.CALENDAR_ANSWER,
    "REFRESH": Nature.CALENDAR_ANSWER,
    "REQUEST": Nature.CALENDAR_REQUEST,
    "ADD": Nature.CALENDAR_REQUEST,
    "DECLINECOUNTER": Nature.CALENDAR_REQUEST,
    "CANCEL": Nature.CALENDAR_CANCEL,
}
# Components that take part in scheduling (RFC 5546 §3.2 to §3.5).
_COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VPOLL"})
_FOLD = re.compile(r"\r?\n[ \t]")
_PARAMETER = re.compile(r";([A-Za-z0-9-]+)=((?:\"[^\"]*\"|[^\";:,])*(?:,(?:\"[^\"]*\"|[^\";:,])*)*)")
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True, slots=True)
class _Property:
    """One content line (RFC 5545 §3.1); names in upper case, parameters unquoted."""

    name: str
    value: str
    parameters: tuple[tuple[str, str], ...]

    def parameter(self, name: str) -> str:
        return next((value for key, value in self.parameters if key == name), "")


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """What calendar mail is, and the first attendee's part in it; `answer` is None when it names no attendee."""

    nature: Nature
    answer: CalendarAnswer | None


def read_calendar(message: Message) -> CalendarReading | None:
    """Return what the calendar part of a message says; None when it has none, or one without a method.

    A calendar file without a method (RFC 6047 §2.4) or with PUBLISH is an attachment like another: it asks nothing.
    """
    for part in _calendar_parts(message):
        properties = tuple(_properties(part.content))
        nature = _METHODS.get(_method(part, properties))
        if nature is not None:
            return CalendarReading(nature, _answer(properties, _sender(message)))
    return None


def _calendar_parts(message: Message) -> list[Part]:
    found = [part for part in message.parts if part.media_type in _MEDIA_TYPES and len(part.content) <= _MOST_BYTES]
    return sorted(found, key=lambda part: _MEDIA_TYPES.index(part.media_type))[:10]


def _sender(message: Message) -> str:
    return message.author.address.casefold() if message.author else ""


def _method(part: Part, properties: tuple[_Property, ...]) -> str:
    """Return the method: the calendar's own, or the part's parameter (RFC 6047 §2.4 wants both and the same)."""
    own = next((line.value for line in properties if line.name == "METHOD"), "")
    return (own or dict(part.parameters).get("method", "")).strip().upper()


def _properties(content: bytes) -> Iterator[_Property]:
    text = content.decode("utf-8", "replace")  # RFC 6047 §2.4: UTF-8 unless said otherwise; names need no more
    for line in _FOLD.sub("", text).splitlines()[:_MOST_LINES]:
        if read := _property(line):
            yield read


def _property(line: str) -> _Property | None:
    name = re.match(r"[A-Za-z0-9-]+", line)
    if not name:
        return None
    end, parameters = name.end(), []
    while match := _PARAMETER.match(line, end):
        parameters.append((match[1].upper(), match[2].replace('"', "")))
        end = match.end()
    return _Property(name[0].upper(), line[end + 1 :], tuple(parameters)) if line[end : end + 1] == ":" else None


def _components(properties: tuple[_Property, ...]) -> Iterator[list[_Property]]:
    """Yield the own properties of each scheduling component; those of alarms within it are left out."""
    inside: list[_Property] | None = None
    depth = 0
    for line in properties:
        kind = line.value.strip().upper()
        if line.name == "BEGIN" and inside is None and kind in _COMPONENTS:
            inside, depth = [], 0
        elif inside is not None and line.name == "BEGIN":
            depth += 1
        elif inside is not None and line.name == "END" and depth == 0:
            yield inside
            inside = None
        elif inside is not None and line.name == "END":
            depth -= 1
        elif inside is not None and depth == 0:
            inside.append(line)
    if inside:
        yield inside  # cut short on its way: what is there still counts


def _answer(properties: tuple[_Property, ...], sender: str) -> CalendarAnswer | None:
    component = next(_components(properties), None)
    if component is None:
        return None
    attendees = [line for line in component if line.name == "ATTENDEE"]
    # RFC 5546 §3.2.3: a reply names one attendee; where it names more, its author answers for themselves.
    own = next((line for line in attendees if _address(line.value).casefold() == sender), None)
    attendee = own or next(iter(attendees), None)
    if attendee is None:
        return None
    method = next((line.value.strip().upper() for line in properties if line.name == "METHOD"), "")
    return CalendarAnswer(
        uid=_value(component, "UID"),
        attendee=_address(attendee.value),
        partstat="counter" if method == "COUNTER" else attendee.parameter("PARTSTAT").strip().lower(),
        comment=_unescaped(_value(component, "COMMENT")),
    )


def _value(component: list[_Property], name: str) -> str:
    return next((line.value.strip() for line in component if line.name == name), "")


def _address(value: str) -> str:
    """Return the address of a calendar user, without its scheme (RFC 5545 §3.3.3)."""
    scheme, colon, address = value.strip().partition(":")
    return address.strip() if colon and scheme.lower() == "mailto" else value.strip()


def _unescaped(value: str) -> str:
    """Return text as its author wrote it (RFC 5545 §3.3.11)."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)[:4_000]
