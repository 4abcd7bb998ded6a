"""The charter: a workspace's rules, as read from a document a person wrote. Every key is checked at once.

Must not: read files (app.py), or hold people (they are rows of their own; `members` is a convenience for applying).
"""

from __future__ import annotations

import difflib
import re
from datetime import time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from gateway.model.address import OFFERED, SEPARATORS, fold_address
from gateway.model.ballot import FIXED_OPTIONS, Method
from gateway.model.fault import fault_text
from gateway.model.filetype import never_passes
from gateway.model.member import Delivery
from gateway.model.span import Span

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LANGUAGES_WRITTEN = ("en", "fr")  # those of the catalogues below templates/locale, and the templates' own


class CharterProblem(ValueError):
    """A charter that cannot be applied. `problems` holds (key, what is wrong and the mend) for every fault found."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{key}: {text}" for key, text in problems))
        self.problems = problems


def _weekday(value: Any) -> Any:
    if isinstance(value, str):
        found = [i for i, day in enumerate(WEEKDAYS) if len(value) >= 3 and day.startswith(value.lower())]
        if found:
            return found[0]
        raise ValueError(f"{value!r} is no day of the week; write monday, tuesday …")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone; write one as Europe/Paris or America/New_York") from None
    return value


def _span(value: Any) -> Any:
    return Span.parse(value) if isinstance(value, str) else value


def _rule(value: str) -> str:
    try:
        rrulestr(value)
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{value!r} is no recurrence rule; write one as FREQ=WEEKLY;BYDAY=MO,TH (RFC 5545 §3.3.10)"
        ) from None
    named = value.upper()
    if any(f"FREQ={often}" in named for often in ("HOURLY", "MINUTELY", "SECONDLY")):
        raise ValueError("a routine comes once a day at most; write FREQ=DAILY, WEEKLY, MONTHLY or YEARLY")
    if "COUNT=" in named and "DTSTART" not in named:
        raise ValueError("COUNT needs a day to count from; write UNTIL=20261231, or DTSTART:20260302T000000 before it")
    return value


def _address(value: str) -> str:
    folded = fold_address(value)
    local, at, domain = folded.partition("@")
    if not at or not local or "." not in domain or any(c.isspace() for c in folded):
        raise ValueError(f"{value!r} is no mail address")
    return folded


Weekday = Annotated[int, BeforeValidator(_weekday), Field(ge=0, le=6)]
Zone = Annotated[str, AfterValidator(_zone)]
Length = Annotated[Span, BeforeValidator(_span)]
Rule = Annotated[str, AfterValidator(_rule)]
AddressText = Annotated[str, AfterValidator(_address)]
Audience = str | tuple[AddressText, ...]  # "all", "role:lead", "channel:design", or a list of addresses


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Role(_Table):
    """What the members with a role may do; those of the role `steward` may do all of it."""

    may: tuple[Literal["post", "vote", "open_vote", "open_check_in", "govern", "invite", "observe"], ...] = ()


class Channel(_Table):
    """A named strand of the workspace."""

    purpose: str = ""
    answer_within: Length | None = None
    watchers: Audience = "all"


class Hours(_Table):
    """Working hours of a day, local time."""

    start: time = Field(default=time(9), alias="from")
    end: time = Field(default=time(18), alias="to")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _ordered(self) -> Hours:
        if self.start >= self.end:
            raise ValueError("`from` must be earlier than `to`")
        return self


class VoteRules(_Table):
    """How votes are held unless the one who opens a vote says otherwise."""

    method: Method = Method.YESNO
    open_for: Length = Field(default_factory=lambda: Span.parse("3 working days"))
    quorum: float = Field(default=0.0, ge=0, le=1)  # share of the electorate that must have answered
    threshold: float = Field(default=0.5, ge=0, lt=1)  # share of those for, of for and against, that must be exceeded
    secret: bool = False  # nobody sees who voted what
    hidden: bool = True  # nobody sees results until close
    add_options: bool = False  # voters may add options
    run_off: bool = False  # ranked: instant run-off in place of Schulze
    binding: str | None = None  # plusone: only votes of this role decide
    veto: bool = False  # plusone: a binding -1 with its reason stops the proposal
    reminders: tuple[Length, ...] = Field(default_factory=lambda: (Span.parse("1 working days"),))  # before the close

    def states(self, key: str) -> bool:
        """Whether a key was written down, be it with the value it has anyway."""
        return key in self.model_fields_set

    def over(self, general: VoteRules) -> VoteRules:
        """Return these rules, with the general ones for all that they leave out."""
        return general.model_copy(update={key: getattr(self, key) for key in self.model_fields_set})


Level = Literal["address", "token", "proof"]
LEVELS: tuple[Level, ...] = ("address", "token", "proof")  # the weakest first


class TrustRules(_Table):
    """How far its author must be proven for an act: a member's address alone, our token too, or real proof.

    Proof is the word of a mail server named in the settings, or a confirmation on request.
    """

    post: Level = "address"
    answer: Level = "token"  # a check-in
    vote: Level = "token"
    settings: Level = "address"  # of the author's own
    moderate: Level = "token"  # settle what is held
    govern: Level = "proof"  # change rounds of all, or who belongs


def _media_type(value: str) -> str:
    folded = value.strip().lower()
    if not _MEDIA_TYPE.fullmatch(folded):
        raise ValueError(f"{value!r} is no media type; write one as application/pdf, or image/* for all that begin so")
    if never_passes(folded, "", b""):
        raise ValueError(f"{value!r} is never passed on: programs, scripts, pages and mails are not; take it out")
    return folded


def _ending(value: str) -> str:
    folded = value.strip().lower().removeprefix(".")
    if not _ENDING.fullmatch(folded):
        raise ValueError(f"{value!r} is no ending of file names; write one as .step")
    if never_passes("", folded, b""):
        raise ValueError(f"{value!r} is never passed on: programs, scripts, pages and mails are not; take it out")
    return folded


# Whole types, or a family with at least its first half: "*" alone would say nothing of what is let through.
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9+-]*/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*\*?)")
_ENDING = re.compile(r"[a-z0-9_-]{1,12}")
MediaType = Annotated[str, AfterValidator(_media_type)]
Ending = Annotated[str, AfterValidator(_ending)]

MOST_BYTES_PASSED_ON = 10_000_000  # with base64 a mail of 14 MB; larger ones many servers refuse


class AttachmentRules(_Table):
    """Which files that come with a post are passed on to its readers. Programs, scripts and pages never are."""

    pass_on: bool = True
    most_bytes: int = Field(default=1_000_000, ge=0, le=MOST_BYTES_PASSED_ON)  # of one mail, all together, decoded
    most_files: int = Field(default=20, ge=0, le=100)  # of one mail
    types: tuple[MediaType, ...] = (
        "image/*",
        "text/*",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.*",
        "application/vnd.oasis.opendocument.*",
    )
    endings: tuple[Ending, ...] = ()  # beside those that belong to these types
    link: bool = True  # what is not carried stands on our pages, where there are any


class Routine(_Table):
    """A ritual on a schedule."""

    ritual: Literal["check-in", "vote"]
    title: str = ""
    rule: Rule
    at: time = time(9)  # each member's own local time
    open_for: Length = Field(default_factory=lambda: Span.parse("8 hours"))  # after the last member's prompt
    audience: Audience = Field(default="all", alias="for")
    observers: Audience = ()  # get the summary, are not asked
    channel: str | None = None
    questions: tuple[str, ...] = ()  # check-in; () means the standard ones, in each member's language
    mood: bool = False
    reminders: tuple[Length, ...] = Field(default_factory=lambda: (Span.parse("2 hours"),))  # before the close
    question: str = ""  # vote
    options: tuple[str, ...] = ()
    rules: VoteRules | None = None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _complete(self) -> Routine:
        if self.ritual == "vote" and not self.question:
            raise ValueError("a vote needs a `question`")
        if self.ritual == "vote" and len(self.options) < 2 and (self.rules or VoteRules()).method not in FIXED_OPTIONS:
            raise ValueError("a vote by this method needs at least two `options`")
        return self

    @property
    def closes_after(self) -> Span:
        """How long it is open: as the rules of its vote say, else as the routine does."""
        return self.rules.open_for if self.rules and self.rules.states("open_for") else self.open_for

    @property
    def reminds_before(self) -> tuple[Span, ...]:
        """How long before the close it reminds: as the rules of its vote say, else as the routine does."""
        return self.rules.reminders if self.rules and self.rules.states("reminders") else self.reminders


class CharterMember(_Table):
    """A person listed in a charter for a small team's convenience."""

    address: AddressText
    name: str = ""
    roles: tuple[str, ...] = ()
    language: str | None = None
    timezone: Zone | None = None


class Charter(_Table):
    """A workspace's rules."""

    name: str
    address: AddressText
    languages: tuple[str, ...] = ("en",)  # the first is the workspace's own
    timezone: Zone = "UTC"
    working_days: tuple[Weekday, ...] = (0, 1, 2, 3, 4)
    working_hours: Hours = Hours()
    holidays: str | None = None  # a country as FR, with a subdivision as DE-BY
    posting: Literal["members", "anyone"] = "members"
    strangers: Literal["hold", "reject", "accept"] = "reject"
    joining: Literal["open", "steward", "invited"] = "open"  # who asks to become a member: is one, waits, is told no
    token_is_enough: bool = True  # false: nothing in `trust` asks for less than proof
    trust: TrustRules = TrustRules()
    substitutes: Literal["none", "govern"] = "none"  # what the substitute of an absent member may do in their place
    delivery: Delivery = Delivery.IMMEDIATE
    digest_at: time = time(8, 30)
    blockers_after: int = Field(default=3, ge=1)  # carry-overs after which an item is raised as a possible blocker
    roles: dict[str, Role] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    routines: dict[str, Routine] = Field(default_factory=dict)
    votes: VoteRules = VoteRules()
    attachments: AttachmentRules = AttachmentRules()
    members: tuple[CharterMember, ...] = ()

    @model_validator(mode="after")
    def _names(self) -> Charter:
        for channel in self.channels:
            if channel in OFFERED or len(channel) < 2 or not channel.replace("-", "").replace("_", "").isalnum():
                raise ValueError(
                    f"channel {channel!r}: a name of letters, digits and '-' that is none of {', '.join(OFFERED)}"
                )
        local = self.address.partition("@")[0]
        if any(sign in local for sign in SEPARATORS if sign != "-") or len(local) > 20:
            raise ValueError(f"address: the part before the @ is 20 letters, digits and '-' at most, not {local!r}")
        for name, routine in self.routines.items():
            if routine.channel and routine.channel not in self.channels:
                raise ValueError(f"routines.{name}.channel: there is no channel {routine.channel!r}")
        return self

    @property
    def refuses_strangers(self) -> bool:
        """Whether mail of others than members is turned away at the door."""
        return self.strangers == "reject" and self.posting == "members"

    @property
    def local(self) -> str:
        """The workspace's short name: the local part of its address."""
        return self.address.partition("@")[0]

    @property
    def domain(self) -> str:
        """The domain of its address."""
        return self.address.partition("@")[2]

    def vote_rules(self, routine: Routine) -> VoteRules:
        """Return how a routine's vote is held: by its own rules, and by those of all votes in what they leave out."""
        return routine.rules.over(self.votes) if routine.rules else self.votes

    def needs(self, act: str) -> Level:
        """Return how far the author of an act must be proven; `act` is a key of `[trust]`."""
        if not self.token_is_enough:
            return "proof"
        level: Level = getattr(self.trust, act)
        return level

    def allows(self, roles: tuple[str, ...], permission: str) -> bool:
        """Whether a member with these roles may do something. Every member may post and vote; stewards may do all."""
        if "steward" in roles or permission in ("post", "vote"):
            return True
        if permission == "open_vote" and "open_vote" not in {p for role in self.roles.values() for p in role.may}:
            return True  # where the charter gives it to no role in particular, every member may open a vote
        return any(permission in self.roles[role].may for role in roles if role in self.roles)


def read_charter(document: dict[str, Any]) -> Charter:
    """Return the charter a document states. Raises CharterProblem naming every key at fault and its mend."""
    try:
        return Charter.model_validate(document)
    except ValidationError as faults:
        raise CharterProblem([_problem(fault) for fault in faults.errors()]) from None


def _problem(fault: Any) -> tuple[str, str]:
    key = ".".join(str(step) for step in fault["loc"]) or "charter"
    if fault["type"] == "extra_forbidden":
        known = [
            name
            for table in (Charter, Channel, Role, Routine, VoteRules, AttachmentRules, CharterMember, Hours)
            for name in _keys(table)
        ]
        near = difflib.get_close_matches(str(fault["loc"][-1]), known, n=1)
        return key, "there is no such key" + (f"; did you mean {near[0]!r}?" if near else "; take it out")
    return key, fault_text(fault)


def _keys(table: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in table.model_fields.items()]
