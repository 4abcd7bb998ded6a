"""Erasure: whatever names a person is taken out of every table, because the person asked for it.

The one place that changes entries (docs/decisions/0015-erasure-changes-entries.md): who it was goes, what was said and
counted stays, and the rows beside the ledger still say what its entries say. Must not: decide whom to erase, or look
into mail (the pipeline says which mails name the person).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, String, Table, and_, delete, or_, select, true, update

from gateway.model.address import ERASED_DOMAIN
from gateway.model.arrival import ArrivalState
from gateway.model.entry import (
    AbsencesRestored,
    AddressAdded,
    AddressRemoved,
    AwayEnded,
    AwayNoted,
    Entry,
    MemberAdded,
    MemberRenamed,
    SettingsChanged,
)
from gateway.model.filetype import ENDINGS_OF_FILES
from gateway.model.member import Member, Settings
from gateway.model.notice import NoticeState
from store.codec import expand, pack
from store.sql import Sql
from store.tables import (
    addresses,
    arrivals,
    attempts,
    dues,
    facts,
    frozen,
    ledger,
    members,
    metadata,
    outbox,
    posts,
    raw,
)

_SIGNS = ("%40", "=40", "@", "=")  # in a link, in quoted-printable text, plain, in a bounce address (VERP)
_FILE_ENDS = "|".join(sorted(map(re.escape, ENDINGS_OF_FILES)))
ERASED = "erased"  # the reason of mail and notices that were finished by it

_entry: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
_member: msgspec.json.Decoder[Member] = msgspec.json.Decoder(Member)

_AT_ONCE = 500  # values in one IN list
_NOT_GONE = (NoticeState.QUEUED.value, NoticeState.LEASED.value)
_LEFT_WAITING = (ArrivalState.HELD.value, ArrivalState.FAILED.value)

# Fields of facts and entries that hold what a person is called; `by` is a number in entries and a name in facts.
_NAME_FIELDS = frozenset({"name", "author_name", "opener", "by", "owner", "who"})
_LISTS_OF_NAMES = frozenset({"silent"})
_LISTS_OF_POSTS = frozenset({"posts"})  # author, text, instant


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """What stands in the place of a person. `.invalid` leads nowhere (RFC 2606 §2)."""

    name: str

    @property
    def address(self) -> str:
        """An address that is nobody's."""
        return f"{self.name}@{ERASED_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Needles:
    """What to look for: addresses, and texts that hold one and are nobody else's (Message-IDs)."""

    addresses: tuple[str, ...]
    texts: tuple[str, ...] = ()

    def pattern(self) -> re.Pattern[str]:
        """Return a pattern that finds them, and no longer address that ends or begins so."""
        whole = [re.escape(text) for text in sorted(self.texts, key=len, reverse=True)]
        bare = "|".join(re.escape(form) for address in self.addresses for form in forms(address))
        # A bounce address has a list's name before it, parted by + or -; a link may have an encoded < there.
        verp = "|".join(re.escape(form) for address in self.addresses for form in forms(address) if "@" not in form)
        begins, ends = r"(?:(?<=%3C)|(?<![\w.+%-]))", rf"(?![\w-]|\.(?!(?:{_FILE_ENDS})\b)\w)"
        return re.compile("|".join([*whole, f"{begins}(?:{bare}){ends}", rf"(?<=[+-])(?:{verp})(?=@)"]), re.IGNORECASE)

    def stand_in(self, found: str, pseudonym: Pseudonym) -> str:
        """Return what stands in the place of what was found, in the form it was written in; texts stay apart."""
        if found.lower() in {text.lower() for text in self.texts}:
            digest = hashlib.sha256(found.lower().encode()).hexdigest()[:16]
            return f"{digest}.{pseudonym.address}"
        sign = next(sign for sign in _SIGNS if sign in found)
        return pseudonym.address.replace("@", sign)


@dataclass
class Touched:
    """Rows that were changed: what they said to others is to be said anew."""

    places: int = 0
    facts: set[int] = field(default_factory=set)
    notices: set[int] = field(default_factory=set)


def forms(address: str) -> tuple[str, ...]:
    """Return an address as it is written: plain, in a bounce address, in a link, in JSON, with its domain spoken."""
    local, _, domain = address.rpartition("@")
    domains = [domain]
    with suppress(UnicodeError):  # no domain in its ASCII form: there is no other
        domains.append(domain.encode("ascii").decode("idna"))
    written = [local + sign + one for one in domains for sign in _SIGNS]
    written += [msgspec.json.encode(one).decode()[1:-1] for one in written]
    return tuple(dict.fromkeys(written))


class Erasure:
    """What is taken out in one transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    # --- finding ------------------------------------------------------------------------------------------------

    def members(self, folded: Collection[str]) -> list[tuple[int, Member]]:
        """Return (workspace id, member) for everyone who has or had one of these folded addresses, also who left."""
        wanted = set(folded)
        found = []
        for row in self._sql.rows(select(members.c.workspace_id, members.c.record)):
            member = _member.decode(row.record)
            if wanted & {member.address, *member.further_addresses}:
                found.append((int(row.workspace_id), member))
        return found

    def names(self, workspace_id: int, member_ids: Collection[int]) -> set[str]:
        """Return every name that members of a workspace have or had."""
        found = set()
        for _, entry in self._entries(workspace_id, (MemberAdded, MemberRenamed)):
            about = entry.member.id if isinstance(entry, MemberAdded) else entry.member_id
            name = entry.member.name if isinstance(entry, MemberAdded) else entry.name
            if about in member_ids and name:
                found.add(name)
        return found

    def arrivals_of(self, folded: Collection[str]) -> list[int]:
        """Return the mails that were written or sent from one of these folded addresses."""
        wanted = set(folded)
        columns = (arrivals.c.id, arrivals.c.author, arrivals.c.reverse_path)
        rows = self._sql.rows(select(*columns).where(_any_of(arrivals, ("author", "reverse_path"), wanted)))
        return [row.id for row in rows if {row.author.lower(), row.reverse_path.lower()} & wanted]

    def message_ids(self, arrival_ids: Sequence[int]) -> set[str]:
        """Return the Message-IDs of mails."""
        found = set()
        for some in _pieces(arrival_ids):
            rows = self._sql.rows(select(arrivals.c.message_id).where(arrivals.c.id.in_(some)))
            found |= {row.message_id for row in rows if row.message_id}
        return found

    def raw_mail(self, after: int = 0) -> Iterator[tuple[int, ArrivalState, bytes]]:
        """Give every mail that is kept, one by one: id, state, bytes."""
        while True:
            query = select(raw.c.arrival_id, raw.c.body, arrivals.c.state).join(
                arrivals, arrivals.c.id == raw.c.arrival_id
            )
            row = self._sql.first(query.where(raw.c.arrival_id > after).order_by(raw.c.arrival_id).limit(1))
            if row is None:
                return
            after = row.arrival_id
            yield after, ArrivalState(row.state), expand(row.body)

    def notices_to(self, member_ids: Collection[int], folded: Collection[str]) -> list[int]:
        """Return the notices made out to a person."""
        to_member = outbox.c.member_id.in_([*member_ids] or [-1])
        rows = self._sql.rows(
            select(outbox.c.id, outbox.c.address, outbox.c.member_id).where(
                or_(to_member, _any_of(outbox, ("address",), set(folded)))
            )
        )
        return [row.id for row in rows if row.member_id in member_ids or row.address.lower() in folded]

    # --- taking out ---------------------------------------------------------------------------------------------

    def drop_raw(self, arrival_ids: Sequence[int], now: datetime) -> None:
        """Delete the bytes of mails. What was held or failed is finished with it."""
        for some in _pieces(arrival_ids):
            self._sql.run(delete(raw).where(raw.c.arrival_id.in_(some)))
            waited = arrivals.c.id.in_(some) & arrivals.c.state.in_(_LEFT_WAITING)
            values = {"state": ArrivalState.IGNORED.value, "reason": ERASED, "settled_at": now}
            self._sql.run(update(arrivals).where(waited).values(**values))

    def blank_arrivals(self, arrival_ids: Sequence[int], pseudonym: Pseudonym) -> None:
        """Take out of mails who wrote them and what about; that one came, when, and what became of it, stays."""
        values = {"author": pseudonym.address, "reverse_path": pseudonym.address, "subject": "", "detail": ""}
        for some in _pieces(arrival_ids):
            self._sql.run(update(arrivals).where(arrivals.c.id.in_(some)).values(**values))

    def drop_notices(self, notice_ids: Sequence[int]) -> None:
        """Delete notices with their bytes, their tries, and what they said to nobody else."""
        for some in _pieces(notice_ids):
            said = {row.facts_id for row in self._sql.rows(select(outbox.c.facts_id).where(outbox.c.id.in_(some)))}
            for table, column in ((attempts, "notice_id"), (frozen, "notice_id"), (outbox, "id")):
                self._sql.run(delete(table).where(table.c[column].in_(some)))
            kept = {
                row.facts_id for row in self._sql.rows(select(outbox.c.facts_id).where(outbox.c.facts_id.in_(said)))
            }
            self._sql.run(delete(facts).where(facts.c.id.in_(said - kept)))

    def drop_frozen(self, notice_ids: Sequence[int]) -> None:
        """Delete the bytes of notices to others. One that was tried already is given up: it must not differ now."""
        for some in _pieces(notice_ids):
            tried = outbox.c.id.in_(some) & outbox.c.state.in_(_NOT_GONE) & (outbox.c.attempts > 0)
            values = {"state": NoticeState.SUPPRESSED.value, "reason": ERASED, "leased_until": None}
            self._sql.run(update(outbox).where(tried).values(**values))
            self._sql.run(delete(frozen).where(frozen.c.notice_id.in_(some)))

    def forget_member(self, workspace_id: int, member: Member, pseudonym: Pseudonym) -> None:
        """Leave of a member no more than that there was one: an id, roles, when they joined and left."""
        self._sql.run(delete(addresses).where(addresses.c.member_id == member.id))
        self._drop_dues(workspace_id, member.id)
        for entry_id, entry in self._entries(workspace_id, tuple(_FORGOTTEN)):
            if _about(entry) != member.id:
                continue
            kept = _FORGOTTEN[type(entry)](entry, pseudonym)
            if kept is None:
                self._sql.run(delete(ledger).where(ledger.c.id == entry_id))
            else:
                self._sql.run(update(ledger).where(ledger.c.id == entry_id).values(entry=pack(kept)))
        self._sql.run(update(posts).where(posts.c.author_id == member.id).values(words=""))
        values = {"name": pseudonym.name, "absent_until": None, "record": pack(forgotten(member, pseudonym))}
        self._sql.run(update(members).where(members.c.id == member.id).values(**values))

    def rename(
        self, workspace_ids: Collection[int], names: Collection[str], told_as: Collection[str], pseudonym: Pseudonym
    ) -> Touched:
        """Replace names where entries and notices to others hold them in a field of their own; texts stay.

        `names` are replaced in these workspaces; what ends in one of `told_as`, their addresses, in all.
        """
        here = [*workspace_ids]
        of_ledger = ledger.c.workspace_id.in_(here)
        told_there = facts.c.id.in_(select(outbox.c.facts_id).where(outbox.c.workspace_id.in_(here)))
        known, ends = frozenset(names), tuple(f" ({address})" for address in told_as)
        touched = Touched()
        for wanted, is_theirs, entries, told in (
            (known, known.__contains__, of_ledger, told_there),
            (ends, lambda text: text.endswith(ends), true(), true()),
        ):
            touched.places += len(self._rename_in(ledger, "entry", entries, wanted, is_theirs, pseudonym))
            touched.facts |= self._rename_in(facts, "body", told, wanted, is_theirs, pseudonym)
        touched.places += len(touched.facts)
        return touched

    def replace(self, needles: Needles, pseudonym: Pseudonym) -> Touched:
        """Replace what is looked for in every text of every table."""
        touched, pattern = Touched(), needles.pattern()
        parts = {address.rpartition("@")[0] for address in needles.addresses}
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String):
                    likely = _likely(column, parts)
                    self._replace_in(
                        column, likely, lambda text: self._replaced(text, pattern, needles, pseudonym), touched
                    )
        return touched

    def told(self, touched: Touched) -> list[int]:
        """Return the notices that said to others what was changed."""
        found = set(touched.notices)
        for some in _pieces(sorted(touched.facts)):
            found |= {row.id for row in self._sql.rows(select(outbox.c.id).where(outbox.c.facts_id.in_(some)))}
        return sorted(found)

    # --- pieces -------------------------------------------------------------------------------------------------

    def _entries(self, workspace_id: int, kinds: tuple[type, ...]) -> Iterator[tuple[int, Any]]:
        tags = [str(kind.__struct_config__.tag) for kind in kinds]  # type: ignore[attr-defined]
        query = select(ledger.c.id, ledger.c.entry).where(
            ledger.c.workspace_id == workspace_id, ledger.c.kind.in_(tags)
        )
        for row in self._sql.rows(query.order_by(ledger.c.id)):
            yield row.id, _entry.decode(row.entry)

    def _drop_dues(self, workspace_id: int, member_id: int) -> None:
        for row in self._sql.rows(select(dues.c.key, dues.c.due).where(dues.c.workspace_id == workspace_id)):
            if msgspec.json.decode(row.due).get("member_id") == member_id:
                self._sql.run(delete(dues).where(dues.c.workspace_id == workspace_id, dues.c.key == row.key))

    def _rename_in(
        self,
        table: Table,
        column: str,
        where: ColumnElement[bool],
        wanted: Collection[str],
        is_theirs: Callable[[str], bool],
        pseudonym: Pseudonym,
    ) -> set[int]:
        """Rows are found by what is `wanted` within; `is_theirs` says whether a whole field is to be replaced."""
        changed: set[int] = set()
        for part in wanted:
            inner = msgspec.json.encode(part).decode()[1:-1]
            query = select(table.c.id).where(where, table.c[column].contains(inner, autoescape=True))
            for row in self._sql.rows(query):
                text = self._sql.value(select(table.c[column]).where(table.c.id == row.id))
                said = msgspec.json.decode(text)
                renamed = _renamed(said, is_theirs, pseudonym.name)
                if renamed != said:
                    self._sql.run(update(table).where(table.c.id == row.id).values({column: pack(renamed)}))
                    changed.add(row.id)
        return changed

    def _replace_in(
        self,
        column: Column[Any],
        likely: ColumnElement[bool],
        replaced: Callable[[str], tuple[str, int]],
        touched: Touched,
    ) -> None:
        """Rows are found by a part of the address, and each is then read by itself: a table need not fit in memory."""
        table = column.table
        assert isinstance(table, Table)
        keys = [*table.primary_key.columns]
        for row in self._sql.rows(select(*keys).where(likely)):
            this = and_(*(key == value for key, value in zip(keys, row, strict=True)))
            text, many = replaced(self._sql.value(select(column).where(this)))
            if not many:
                continue
            self._sql.run(update(table).where(this).values({column.name: text}))
            touched.places += many
            if table is facts:
                touched.facts.add(row[0])
            elif table is outbox:
                touched.notices.add(row[0])

    @staticmethod
    def _replaced(text: str, pattern: re.Pattern[str], needles: Needles, pseudonym: Pseudonym) -> tuple[str, int]:
        return pattern.subn(lambda found: needles.stand_in(found[0], pseudonym), text)


def forgotten(member: Member, pseudonym: Pseudonym) -> Member:
    """Return what stays of a member."""
    return Member(
        id=member.id,
        address=pseudonym.address,
        name=pseudonym.name,
        roles=member.roles,
        joined_at=member.joined_at,
        left_at=member.left_at,
    )


def _added(entry: MemberAdded, pseudonym: Pseudonym) -> Entry:
    return msgspec.structs.replace(entry, member=forgotten(entry.member, pseudonym))


def _renamed_entry(entry: MemberRenamed, pseudonym: Pseudonym) -> Entry:
    return MemberRenamed(member_id=entry.member_id, name=pseudonym.name, roles=entry.roles)


def _set(entry: SettingsChanged, pseudonym: Pseudonym) -> Entry:
    """That something was set is a sign of life, on which other rows rest."""
    return SettingsChanged(member_id=entry.member_id, settings=Settings())


def _gone(entry: Any, pseudonym: Pseudonym) -> None:
    return None


# What becomes of the entries about a member alone. All others name a member by id, and say what happened.
_FORGOTTEN: dict[type, Callable[[Any, Pseudonym], Entry | None]] = {
    MemberAdded: _added,
    MemberRenamed: _renamed_entry,
    SettingsChanged: _set,
    AwayNoted: _gone,
    AwayEnded: _gone,
    AddressAdded: _gone,
    AddressRemoved: _gone,
    AbsencesRestored: _gone,
}


def _about(entry: Any) -> int:
    return int(entry.member.id if isinstance(entry, MemberAdded) else entry.member_id)


def _renamed(value: Any, is_theirs: Callable[[str], bool], name: str, field: str = "") -> Any:
    """Return a value with a person's name replaced where a field holds it; a text that mentions it stays."""
    match value:
        case dict():
            return {key: _renamed(part, is_theirs, name, key) for key, part in value.items()}
        case list() if field in _LISTS_OF_POSTS:
            return [_renamed_post(post, is_theirs, name) for post in value]
        case list():
            return [_renamed(part, is_theirs, name, field if field in _LISTS_OF_NAMES else "") for part in value]
        case str() if (field in _NAME_FIELDS or field in _LISTS_OF_NAMES) and is_theirs(value):
            return name
        case _:
            return value


def _renamed_post(post: Any, is_theirs: Callable[[str], bool], name: str) -> Any:
    if isinstance(post, list) and post and is_theirs(post[0]):
        return [name, *post[1:]]
    return post


def _any_of(table: Table, columns: Sequence[str], folded: Collection[str]) -> ColumnElement[bool]:
    return or_(*(table.c[column].ilike(_escaped(one), escape="\\") for column in columns for one in folded))


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _likely(column: Column[Any], parts: Collection[str]) -> ColumnElement[bool]:
    """Return what finds the rows to be read; an engine compares without regard to case in ASCII alone."""
    if all(re.fullmatch(r"[\w.+-]+", part, re.ASCII) for part in parts):
        return or_(*(column.icontains(part, autoescape=True) for part in parts))
    return column != ""


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
