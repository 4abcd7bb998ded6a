"""All we hold of a person: shown to them, or erased, because they asked for it.

A person is an address, in whatever workspaces it is or was a member's, and the further addresses of those members.
Must not: show what somebody chose in a secret vote, or what others must not see yet, not even to whoever runs this.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from gateway.model.address import fold_address
from gateway.model.arrival import ArrivalState, StoredArrival
from gateway.model.context import Workspace
from gateway.model.decision import Decision, Why
from gateway.model.entry import (
    Answered,
    AnswerRestored,
    Entry,
    MemberAdded,
    MemberErased,
    MemberLeft,
    Recorded,
    TaskChanged,
    TaskMade,
    Withdrawn,
)
from gateway.model.facts import ReceiptFacts
from gateway.model.member import Member, without_address
from gateway.model.message import Unreadable
from gateway.model.notice import StoredNotice
from gateway.model.round import conceals
from gateway.pipeline import workspaces
from gateway.pipeline.flow import Pipeline
from gateway.pipeline.recording import record
from gateway.understand.mime import read_message
from store.erasure import Needles, Pseudonym, forms
from store.transaction import Transaction


@dataclass(frozen=True)
class Person:
    """Where somebody is found: addresses, memberships with their workspaces, mails in and out, charters."""

    addresses: tuple[str, ...]
    memberships: tuple[tuple[Workspace, Member], ...]
    names: tuple[str, ...]
    written: tuple[int, ...]  # arrivals from them
    naming: tuple[int, ...]  # mails kept whose bytes hold an address of theirs, their own among them
    notices: tuple[int, ...]
    waiting: tuple[int, ...]  # mails that are not settled yet and hold an address of theirs
    charters: tuple[tuple[str, int, bool], ...]  # workspace, version, in force
    namesakes: tuple[str, ...] = ()  # names that others in the same workspaces have too
    newest: int = 0  # the last mail that was looked at

    @property
    def is_known(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.memberships or self.written or self.naming or self.notices or self.charters)

    @property
    def member_ids(self) -> tuple[int, ...]:
        """Their ids, one a workspace."""
        return tuple(member.id for _, member in self.memberships)


def find(pipeline: Pipeline, address: str) -> Person:
    """Return where a person is found. Reads every mail that is kept, and takes nobody's turn at writing."""
    with pipeline.store.read() as tx:
        return _find(pipeline, tx, address)


def _find(pipeline: Pipeline, tx: Transaction, address: str) -> Person:
    folded, memberships = _everywhere(tx, fold_address(address))
    found = [(workspaces.workspace(tx, id_, pipeline.rules.separator), one) for id_, one in memberships]
    names: set[str] = set()
    namesakes: set[str] = set()
    for workspace, member in found:
        own = _with_bare(tx.erasure.names(workspace.id, [member.id]) | {member.name}, folded)
        own -= {workspace.name, workspace.charter.name}  # who called themselves so has it not to themselves
        others = {one.name for one in tx.people.all(workspace.id, include_left=True) if one.id != member.id}
        names |= own - others
        namesakes |= own & others
    written = tx.erasure.arrivals_of(folded)
    naming, waiting, newest = _mails_naming(tx, folded, set(written))
    return Person(
        addresses=tuple(sorted(folded)),
        memberships=tuple(found),
        names=tuple(sorted(names)),
        written=tuple(written),
        naming=naming,
        notices=tuple(tx.erasure.notices_to([member.id for _, member in found], folded)),
        waiting=waiting,
        charters=tuple(_charters_naming(tx, folded)),
        namesakes=tuple(sorted(namesakes)),
        newest=newest,
    )


def _with_bare(names: Collection[str], addresses: Collection[str]) -> set[str]:
    """Return names, and those of them that an address was put to without it: letters from before said them so."""
    return {*names, *(without_address(name, address) for name in names for address in addresses)}


def _everywhere(tx: Transaction, address: str) -> tuple[set[str], list[tuple[int, Member]]]:
    """Return every address of a person and every membership: an address that one adds may be a member's elsewhere."""
    folded, before = {address}, set[str]()
    memberships: list[tuple[int, Member]] = []
    while folded != before:
        before = set(folded)
        memberships = tx.erasure.members(folded)
        for _, member in memberships:
            folded |= {member.address, *member.further_addresses}
    return folded, memberships


def _mails_naming(
    tx: Transaction, folded: Collection[str], written: Collection[int], after: int = 0
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return the kept mails with an address in them, those of them that are not settled, and the last one looked at.

    What the person wrote and is held or failed is no mail that waits: it goes.
    """
    naming, waiting = [], []
    needles = [form.encode().lower() for address in folded for form in forms(address)]
    for number, state, raw in tx.erasure.raw_mail(after):
        after = number
        if number not in written and not _names(raw, needles):
            continue
        naming.append(number)
        is_open = state in (ArrivalState.HELD, ArrivalState.FAILED) and number not in written
        if is_open or state is ArrivalState.RECEIVED:
            waiting.append(number)
    return tuple(naming), tuple(waiting), after


def _names(raw: bytes, needles: Sequence[bytes]) -> bool:
    """Whether a mail holds an address, plainly or within an encoding that hides it."""
    plain = raw.replace(b"=\r\n", b"").replace(b"=\n", b"").lower()
    if any(needle in plain for needle in needles):
        return True
    if b"base64" not in plain and b"=?" not in plain:
        return False
    try:
        message = read_message(raw)
    except Unreadable:
        return False
    said = "\n".join([message.text, message.html, *(value for _, value in message.headers)]).lower().encode()
    return any(needle in said for needle in needles)


def _charters_naming(tx: Transaction, folded: Collection[str]) -> Iterator[tuple[str, int, bool]]:
    for name in sorted(tx.charters.names()):
        versions = [version for version, _, _ in tx.charters.history(name)]
        for version in versions:
            text = msgspec.json.encode(tx.charters.version(name, version)).decode().lower()
            if Needles(tuple(folded)).pattern().search(text):
                yield name, version, version == versions[-1]


# --- export ----------------------------------------------------------------------------------------------------------


def export(pipeline: Pipeline, address: str) -> dict[str, Any] | None:
    """Return all we hold of a person as JSON-able values, None when we hold nothing."""
    with pipeline.store.read() as tx:
        person = _find(pipeline, tx, address)
        if not person.is_known:
            return None
        concealed = {group.id: _Concealed.of(tx, group) for group, _ in person.memberships}
        recorded = [(group, one) for group, member in person.memberships for one in _about(tx, group, member)]
        return {
            "addresses": list(person.addresses),
            "memberships": [{"workspace": group.name, **_plain(member)} for group, member in person.memberships],
            "record": [_recorded(group, one, concealed[group.id].marks) for group, one in recorded],
            "mail_received": [_arrival(tx, number, concealed) for number in person.written],
            "mail_sent": [_notice(tx, number, concealed) for number in person.notices],
            "named_in_mail_of_others": sorted(set(person.naming) - set(person.written)),
            "named_in_charters": [{"workspace": name, "version": number} for name, number, _ in person.charters],
        }


@dataclass(frozen=True, slots=True)
class _Concealed:
    """The votes of a workspace in which nobody may see, ever or yet, who chose what; since when there is one."""

    marks: frozenset[str] = frozenset()
    since: datetime | None = None

    @classmethod
    def of(cls, tx: Transaction, group: Workspace) -> _Concealed:
        found = [one for one in tx.rounds.rounds(group.id) if conceals(one)]
        return cls(frozenset(one.mark for one in found), min((one.opened_at for one in found), default=None))

    def may_be_in(self, stored: StoredArrival) -> bool:
        """Whether a mail may hold a ballot. Words for a vote come in any mail: too late, held, sent to be tried out, in
        a subject, marked as a machine's. Only what was posted, and names none of these votes, surely holds none.
        """
        if self.since is None or stored.arrival.received_at < self.since:
            return False
        is_post = stored.reason in (Why.POSTED.value, Why.THREAD_STARTED.value)
        return not is_post or _names(stored.arrival.raw, [mark.encode().lower() for mark in self.marks])


def _about(tx: Transaction, group: Workspace, member: Member) -> Iterator[Recorded]:
    for one in tx.ledger.entries(group.id):
        if member.id in _concerned(one.entry):
            yield one


def _concerned(entry: Entry) -> tuple[int | None, ...]:
    """Return the members an entry is about, or by whom it is."""
    match entry:
        case MemberAdded(member=added):
            return (added.id,)
        case TaskMade(task=task):
            return (task.made_by, task.course.owner)
        case TaskChanged(by=by, course=course):
            return (by, course.owner)
        case _:
            return tuple(getattr(entry, name, None) for name in ("member_id", "author_id", "by"))


def _is_concealed(entry: Entry, marks: Collection[str]) -> bool:
    return isinstance(entry, (Answered, AnswerRestored, Withdrawn)) and entry.mark in marks


def _recorded(group: Workspace, one: Recorded, concealed: Collection[str]) -> dict[str, Any]:
    said = _plain(one.entry)
    if _is_concealed(one.entry, concealed):
        said = {key: value for key, value in said.items() if key not in ("answer", "evidence", "standing")}
    return {"workspace": group.name, "at": one.at.isoformat(), **said}


def _arrival(tx: Transaction, number: int, concealed: Mapping[int, _Concealed]) -> dict[str, Any]:
    stored = tx.inbox.get(number)
    assert stored is not None
    raw = stored.arrival.raw
    hidden = any(one.may_be_in(stored) for group, one in concealed.items() if stored.workspace_id in (None, group))
    return {
        "number": number,
        "received_at": stored.arrival.received_at.isoformat(),
        "sender": stored.arrival.reverse_path,
        "recipients": list(stored.arrival.recipients),
        "subject": None if hidden else stored.subject,
        "message_id": stored.message_id,
        "state": stored.state.value,
        "reason": stored.reason,
        # What it says and did stands in the record; a ballot that nobody may see would be in the bytes of its mail too.
        "raw_base64": None if hidden or not raw else base64.b64encode(raw).decode("ascii"),
    }


def _notice(tx: Transaction, number: int, concealed: Mapping[int, _Concealed]) -> dict[str, Any]:
    stored = tx.outbox.get(number)
    assert stored is not None
    notice = stored.notice
    told = _tells_of(stored, concealed.get(stored.workspace_id, _Concealed()).marks)
    return {
        "number": number,
        "address": notice.address,
        "kind": notice.kind,
        "mark": notice.mark,
        "due_at": notice.due_at.isoformat(),
        "sent_at": stored.sent_at.isoformat() if stored.sent_at else None,
        "state": stored.state.value,
        "says": None if told else _plain(notice.facts),
    }


def _tells_of(stored: StoredNotice, marks: Collection[str]) -> bool:
    """Whether a notice may say what its reader chose in a vote where nobody may see it, as what repeats words may."""
    if stored.notice.kind in ("try-out", "confirm", "decline"):
        return bool(marks)
    if stored.notice.kind not in ("receipt", "ask-back"):
        return False
    facts = stored.notice.facts
    if marks and isinstance(facts, ReceiptFacts) and any(act.name == "unclear" and not act.mark for act in facts.acts):
        return True  # words that named no item, asked about: they may have been for any vote
    text = msgspec.json.encode(facts).decode()
    return any(f'"{mark}"' in text for mark in marks)


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(value, str_keys=True)
    return found


# --- erasure ---------------------------------------------------------------------------------------------------------


class MailWaits(Exception):
    """Mail that names the person is not settled yet: erased now, it would bring them back."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"mail that names this person waits: {', '.join(map(str, numbers))}")
        self.numbers = tuple(numbers)


@dataclass(frozen=True)
class Erased:
    """What an erasure came to."""

    pseudonym: str
    memberships: int
    mails: int  # whose bytes went
    notices: int  # to them, gone whole
    places: int  # in which an address or a name was replaced
    charters: tuple[tuple[str, int, bool], ...] = field(default=())


def erase(pipeline: Pipeline, person: Person, now: datetime) -> Erased:
    """Take a person out of the store, all or nothing; what was said and counted stays, without who it was.

    Raises MailWaits while mail that names them is not settled. `store.scrub` afterwards leaves no trace in the file.
    """
    with pipeline.store.begin() as tx:
        # What came while the person was looked for is looked at now: few, and nobody writes meanwhile.
        naming, waiting, _ = _mails_naming(tx, person.addresses, person.written, after=person.newest)
        waiting = tuple(number for number in (*person.waiting, *waiting) if _still_waits(tx, number))
        if waiting:
            raise MailWaits(waiting)
        written = tx.erasure.arrivals_of(person.addresses)
        # Somebody who was never a member is told from others by their first mail.
        number = min(person.member_ids) if person.member_ids else f"mail-{min(written, default=0)}"
        pseudonym = Pseudonym(f"erased-{number}")
        texts = [one for one in tx.erasure.message_ids(written) if _holds(one, person.addresses)]
        notices = tx.erasure.notices_to(person.member_ids, person.addresses)
        for group, member in person.memberships:
            if member.left_at is None:
                left = Decision(Why.LEFT, entries=(MemberLeft(member_id=member.id),))
                record(tx, group, left, now, pipeline.rules.token_days)
        mails = sorted({*person.naming, *naming, *written})
        tx.erasure.drop_raw(mails, now)
        tx.erasure.blank_arrivals(written, pseudonym)
        tx.erasure.drop_notices(notices)
        for group, member in person.memberships:
            present = tx.people.get(member.id)
            assert present is not None
            tx.erasure.forget_member(group.id, present, pseudonym)
        workspaces = [group.id for group, _ in person.memberships]
        renamed = tx.erasure.rename(workspaces, person.names, person.addresses, pseudonym)
        replaced = tx.erasure.replace(Needles(person.addresses, tuple(texts)), pseudonym)
        tx.erasure.drop_frozen(sorted({*tx.erasure.told(renamed), *tx.erasure.told(replaced)}))
        for group, member in person.memberships:
            tx.ledger.append(
                group.id, [MemberErased(member_id=member.id)], at=now, charter_version=group.charter_version
            )
    places = renamed.places + replaced.places
    return Erased(pseudonym.name, len(person.memberships), len(mails), len(notices), places, person.charters)


def _still_waits(tx: Transaction, number: int) -> bool:
    stored = tx.inbox.get(number)
    return stored is not None and stored.state in (ArrivalState.RECEIVED, ArrivalState.HELD, ArrivalState.FAILED)


def _holds(text: str, addresses: Collection[str]) -> bool:
    return any(form.lower() in text.lower() for address in addresses for form in forms(address))
