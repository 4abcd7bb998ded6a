"""What the record knows beside a mail: loaded here, so that the core gets values. Beside a due row: knowing_due.py.

Must not: decide anything, or write but for the confirmations kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from gateway.accept.trust import Signs, proof_of
from gateway.decide import digest_times, tally
from gateway.decide.secrecy import may_answer
from gateway.model.address import (
    Alias,
    Destination,
    Door,
    fold_address,
    token_of_message_id,
    token_of_return_id,
)
from gateway.model.arrival import PUT_BACK, READ_ANEW, ArrivalState, StoredArrival
from gateway.model.authentication import Authentication, Outcome
from gateway.model.context import ELSEWHERE, Held, MailContext, News, Sent, ThreadView, Trust, Workspace
from gateway.model.entry import Answered, AnswerRestored, TaskChanged, Withdrawn
from gateway.model.facts import ConfirmFacts, StewardFacts
from gateway.model.member import Member
from gateway.model.message import Message, Unreadable
from gateway.model.nature import Bounce
from gateway.model.notice import StoredNotice
from gateway.model.round import Ballot, Phase, Round, Standing, conceals
from gateway.model.said import facts_said
from gateway.model.task import TASK_LETTER
from gateway.model.token import Claim, KeyRing, Purpose, is_same
from gateway.pipeline.outages import in_time_at, outage
from gateway.pipeline.places import is_as_addressed, names_us, places_of
from gateway.pipeline.workspaces import place_in
from gateway.understand.author import PRESSED
from gateway.understand.mime import read_message
from store.transaction import Transaction

log = structlog.get_logger()

_ANSWERS = (Answered, AnswerRestored, Withdrawn, TaskChanged)
_RECENT = timedelta(days=7)  # the oldest receipt that `undo` in a new mail is about
_CONFIRMED = "confirmed:"
TRY_OUT = "try-out"  # the kind of the answer to a mail that is only tried


CODES_OF_BEFORE = "codes_of_before"  # the mark of a store whose notices, up to this one, bear codes made otherwise


def codes_from(tx: Transaction, stored: StoredNotice) -> tuple[str, ...]:
    """Return the tokens that a notice's codes may be made from: that for returns; before 0010, that for answers."""
    of_before = int(tx.get_mark(CODES_OF_BEFORE) or 0)
    return tuple(filter(None, (stored.return_token, stored.token if stored.id <= of_before else "")))


# --- a mail ----------------------------------------------------------------------------------------------------------

_MOST_ROUNDS = 200  # among the newest of which a stranger's mail may answer one


def mail_context(
    tx: Transaction,
    group: Workspace,
    stored: StoredArrival,
    message: Message,
    now: datetime,
    keys: KeyRing,
    said: Authentication,
    aliases: Collection[Alias] = (),
) -> MailContext:
    """Return what is known beside a mail: token first, then References, then the mark in its subject.

    `said` is what mail servers that we believe say of its author; `aliases` are addresses from which mail is passed on
    to us by arrangement.
    """
    places = places_of(tx, group, stored.arrival, message)
    destination = places.destination
    author = tx.people.by_address(group.id, fold_address(message.author.address)) if message.author else None
    token, claim = _claim(group, destination, message, keys)
    sent = _borne(tx, claim, token) if claim else None
    answers_lost = claim is not None and sent is None and not _was_erased(tx, claim)
    claim = None if answers_lost else claim  # its numbers are those of a record that is no more
    foreign = bool(claim and author and claim.member_id != author.id)
    expired = bool(claim and claim.expires_on < now.date())
    marks = [] if answers_lost else _marks(tx, group, sent, message, author)
    author_id = author.id if author else 0
    bounced = _bounced(tx, group, places.ours, keys, now)
    returned = tx.people.get(bounced.member_id) if bounced else None
    confirmed = tx.get_mark(f"{_CONFIRMED}{stored.id}") is not None
    own_token = claim is not None and not foreign and not expired
    to_us = said.outcome is not Outcome.PASSED or is_as_addressed(tx, group, said, places, aliases)
    to_others = not to_us and not names_us(tx, group, said, places, aliases)
    signs = Signs(author is not None, said, own_token, confirmed, message.contradicts_itself, to_us, to_others)
    proof = proof_of(signs)
    failed = proof.trust is Trust.FAILED and proof.sign != ELSEWHERE
    owner = tx.people.get(claim.member_id) if claim and author is None and not expired else None
    return MailContext(
        now=now,
        received_at=in_time_at(stored.arrival, outage(tx)),
        arrival_id=stored.id,
        workspace=group,
        destination=destination,
        author=author,
        trust=proof.trust,
        answering=sent,
        has_waited=stored.detail in (PUT_BACK, READ_ANEW),
        proven_by_token=proof.sign == "token",
        foreign_token=foreign,
        expired_token=expired,
        answers_lost=answers_lost,
        bounced=bounced,
        members_named={returned.address: returned} if returned else {},
        thread=_thread(tx, group, (sent.thread, sent.mark) if sent else marks),
        rounds=tx.rounds.views(group.id, marks, author_id),
        tasks=tx.tasks.by_mark(group.id, [mark for mark in marks if mark.startswith(f"{TASK_LETTER}-")]),
        threads=_threads(tx, group, marks),
        fresh=tx.ledger.fresh(group.id),
        trying=places.trying,
        asked_today=answers_today(tx, group, message, now, "confirm") if failed else 0,
        tries_today=answers_today(tx, group, message, now, TRY_OUT) if places.trying else 0,
        recipients=places.visible,
        reverse_path=stored.arrival.reverse_path,
        proof=proof,
        authentication=said,
        confirmed=confirmed,
        held=_held(tx, group, sent),
        token_owner=owner if owner and owner.left_at is None else None,
        stands_in_for=_stands_in_for(tx, group, author, now),
        secret_votes=() if author and author.left_at is None else _secret_votes(tx, group),
        left_at=_left_at(tx, group, message) if sent and sent.kind == "confirm" and author is None else None,
    )


def _secret_votes(tx: Transaction, group: Workspace) -> tuple[Round, ...]:
    """Return the newest votes whose answers nobody sees: all that are secret, and those hidden until they close."""
    return tuple(filter(conceals, tx.rounds.rounds(group.id, limit=_MOST_ROUNDS)))


def _left_at(tx: Transaction, group: Workspace, message: Message) -> datetime | None:
    """Return when a member of this address last left."""
    address = message.author_address
    everyone = tx.people.all(group.id, include_left=True)
    left = (one for one in everyone if address in (one.address, *one.further_addresses))
    return max((one.left_at for one in left if one.left_at), default=None)


def with_marks(tx: Transaction, context: MailContext, marks: Sequence[str]) -> MailContext:
    """Return the context with what a mail names by its marks beside what it answers; itself where there is nothing."""
    here, author_id = context.workspace.id, context.author.id if context.author else 0
    views = tx.rounds.views(here, marks, author_id)
    tasks = tx.tasks.by_mark(here, marks)
    threads = _threads(tx, context.workspace, marks)
    if not (views or tasks or threads):
        return context
    return replace(
        context,
        rounds={**context.rounds, **views},
        tasks={**context.tasks, **tasks},
        threads={**context.threads, **threads},
    )


def with_newer(tx: Transaction, context: MailContext) -> MailContext:
    """Return the context of a mail that has waited with what was answered, taken back or done by mail that came later.

    An answer is its author's alone, a task has one course, whoever changed it.
    """
    if not context.has_waited or context.author is None:
        return context
    marks = {*context.rounds, *context.tasks}
    since = tx.ledger.by_later_mail(context.workspace.id, marks, context.arrival_id, _ANSWERS)
    theirs = (one for one in since if getattr(one, "member_id", context.author.id) == context.author.id)
    return replace(context, newer=frozenset(mark for one in theirs if (mark := getattr(one, "mark", ""))))


def with_last_receipt(tx: Transaction, context: MailContext) -> MailContext:
    """Return the context with the last receipt that the author got before a mail, and what it is about."""
    if context.author is None:
        return context
    # What came before it was processed before it, perhaps in this turn; a confirmed one has waited for its author.
    until = context.received_at if context.confirmed else context.now
    addresses = (context.author.address, *context.author.further_addresses)  # a receipt goes where its mail came from
    number = max(tx.answered.last_receipt(context.workspace.id, one, until - _RECENT, until) for one in addresses)
    sent = tx.outbox.sent(number) if number else None
    if sent is None:
        return context
    marks = list(dict.fromkeys(mark for mark in (sent.mark, *(item.mark for item in sent.items)) if mark))
    return replace(with_marks(tx, context, marks), last_receipt=sent)


def _threads(tx: Transaction, group: Workspace, marks: Iterable[str]) -> dict[str, ThreadView]:
    """Return the threads that marks of posts and of outcomes stand for."""
    return {mark: found for mark in marks if mark[0] in "PO" and (found := tx.rounds.thread(group.id, mark))}


def _held(tx: Transaction, group: Workspace, sent: Sent | None) -> Held | None:
    """Return the held mail that an answered mail to stewards, or an answered question for confirmation, is about."""
    if sent is None or sent.kind not in ("steward", "confirm"):
        return None
    facts = facts_said(sent, StewardFacts) or facts_said(sent, ConfirmFacts)
    stored = tx.inbox.get(facts.arrival_id) if facts and facts.arrival_id else None
    if stored is None or stored.workspace_id != group.id:
        return None
    is_shown = isinstance(facts, StewardFacts) and facts.about in _LET_IN
    return Held(
        stored.id,
        waits=stored.state is ArrivalState.HELD,
        address=fold_address(stored.author),
        name=facts.name if isinstance(facts, StewardFacts) else "",
        is_dismissed=stored.state is ArrivalState.IGNORED,
        is_kept=bool(stored.arrival.raw),
        may_be_secret=is_shown and _may_be_secret(tx, group, stored),
    )


_LET_IN = ("held", "many-posts")  # what stewards are told of and let in: it is posted


def _may_be_secret(tx: Transaction, group: Workspace, stored: StoredArrival) -> bool:
    """Whether a held mail of nobody we know may answer a vote that nobody sees: one may have been opened since."""
    member = tx.people.by_address(group.id, fold_address(stored.author))
    if not stored.arrival.raw or (member is not None and member.left_at is None):
        return False
    try:
        message = read_message(stored.arrival.raw)
    except Unreadable:
        return False
    door = places_of(tx, group, stored.arrival, message).destination.door
    return may_answer(message.subject, message.text, door, _secret_votes(tx, group), tx.ledger.fresh(group.id))


def _stands_in_for(tx: Transaction, group: Workspace, author: Member | None, now: datetime) -> frozenset[int]:
    """Return the members away today whose substitute the author is, where the charter lets substitutes act."""
    if author is None or group.charter.substitutes == "none":
        return frozenset()
    absent = tx.people.absent(group.id, now.date() - timedelta(days=1), now.date() + timedelta(days=1))
    theirs = (member for member in absent if member.substitute == author.id)
    return frozenset(one.id for one in theirs if _is_surely_away(one, now.astimezone(ZoneInfo(one.timezone)).date()))


def _is_surely_away(member: Member, today: date) -> bool:
    """Whether a member is away by what was proven to be theirs: a substitute could else send them away to act."""
    return any(absence.covers(today) and not absence.unproven for absence in member.absences)


def named(tx: Transaction, group: Workspace, addresses: Iterable[str]) -> dict[str, Member]:
    """Return the members that have one of these folded addresses, by it."""
    found = ((address, tx.people.by_address(group.id, address)) for address in addresses)
    return {address: member for address, member in found if member is not None}


def _referred(message: Message) -> list[str]:
    """Return the ids a message refers to, the closest last."""
    return list(dict.fromkeys([*message.references, *message.in_reply_to]))


def _claim(
    group: Workspace, destination: Destination, message: Message, keys: KeyRing
) -> tuple[str, Claim] | tuple[str, None]:
    """Return the token of a mail with what it says, ("", None) where it has none that we signed.

    Token first, then References: our Message-ID carries the same token (some programs ignore Reply-To).
    """
    tokens = [destination.token] if destination.door is Door.REPLY and destination.token else []
    tokens += [t for i in reversed(_referred(message)) if (t := token_of_message_id(i, group.address))]
    if message.header(PRESSED):  # the subject that our List-Unsubscribe asks for (RFC 2369 §3.2) ends with the token
        tokens += message.subject.split()[-1:]
    found = ((token, claim) for token in tokens if (claim := keys.verify(token, group.name)))
    return next(found, ("", None))


def _borne(tx: Transaction, claim: Claim, token: str, returns: Callable[[str], str] = str) -> Sent | None:
    """Return the notice that bears a token; None where its number is another's by now, since the record is an older one
    that was put back. `returns` makes the token presented out of the notice's own.
    """
    sent = tx.outbox.sent(claim.notice_id)
    return sent if sent is not None and is_same(returns(sent.token), token) else None


def _was_erased(tx: Transaction, claim: Claim) -> bool:
    """Whether a notice is gone with the member it was for: others' answers carry its token on in References."""
    member = tx.people.get(claim.member_id)
    return member is not None and member.left_at is not None and tx.outbox.get(claim.notice_id) is None


def _marks(tx: Transaction, group: Workspace, sent: Sent | None, message: Message, author: Member | None) -> list[str]:
    """Return the marks a mail may be about, the most certain first: thread, round, items of a digest."""
    if sent is not None:
        return list(dict.fromkeys(m for m in (sent.thread, sent.mark, *(item.mark for item in sent.items)) if m))
    joined = tx.rounds.thread_of(group.id, _referred(message))
    if joined:
        return [joined]
    # A mark alone is no authority: it counts for a member who answers, never for a stranger.
    return subject_marks(message.subject, group.name) if author else []


def _thread(tx: Transaction, group: Workspace, marks: Iterable[str]) -> ThreadView | None:
    """Return the thread a mail belongs to. The items of a digest are no thread of its own."""
    return next((found for mark in marks if mark and (found := tx.rounds.thread(group.id, mark))), None)


def subject_marks(subject: str, name: str) -> list[str]:
    """Return the mark in a subject such as `Re: [acme V-7] Where?`; only the bracket we write counts."""
    opened = f"[{name} ".lower()
    start = subject.lower().find(opened)
    if start < 0:
        return []
    mark = subject[start + len(opened) :].partition("]")[0].strip().upper()
    letter, dash, number = mark.partition("-")
    return [mark] if dash and len(letter) == 1 and letter in "VCTPO" and number.isascii() and number.isdigit() else []


def _bounced(
    tx: Transaction, group: Workspace, ours: Sequence[Destination], keys: KeyRing, now: datetime
) -> Sent | None:
    """Return what a bounce is about: the VERP address it came to names the notice, until it expires."""
    tokens = [place.token for place in ours if place.door is Door.BOUNCE and place.token]
    return _returned(tx, group, tokens, keys, now)


def _returned(tx: Transaction, group: Workspace, tokens: Iterable[str], keys: KeyRing, now: datetime) -> Sent | None:
    """Return the notice that the first of these tokens names which is one for returns and has not expired."""
    for token in tokens:
        claim = keys.verify(token, group.name, Purpose.RETURNS)
        if claim and claim.expires_on >= now.date():
            return _borne(tx, claim, token, lambda own: keys.for_returns(own, group.name))
    return None


def returned_by_content(tx: Transaction, context: MailContext, bounce: Bounce, keys: KeyRing) -> MailContext:
    """Return the context with the notice a report is about, where its own address did not name it.

    The part it returns carries our token for returns: in the address it was sent from, or in a field of its own. The
    token to answer by names nothing here: it stands in every answer, for all to see who have one.
    """
    group = context.workspace
    tokens = [t for a in bounce.returned_tokens if (t := _return_token(tx, group, a))]
    sent = _returned(tx, group, tokens, keys, context.now)
    member = tx.people.get(sent.member_id) if sent else None
    return replace(context, bounced=sent, members_named={member.address: member} if member else {})


def _return_token(tx: Transaction, group: Workspace, address: str) -> str | None:
    place = place_in(tx, address, group.name)
    return (place.token if place else None) or token_of_return_id(address, group.address)


def answers_today(tx: Transaction, group: Workspace, message: Message, now: datetime, kind: str) -> int:
    """Return how many automatic answers of a kind the author had since a day ago."""
    if message.author is None:
        return 0
    return tx.answered.count_replied_since(
        group.id, fold_address(message.author.address), now - timedelta(days=1), kind
    )


def strangers_told_of(tx: Transaction, group: Workspace, now: datetime) -> int:
    """Return how many mails of strangers the stewards were told of today (UTC) before this one, and count it."""
    return counted_today(tx, f"strangers:{group.id}", now)


def counted_today(tx: Transaction, name: str, now: datetime) -> int:
    """Return how many of something were counted today (UTC) before this one, and count it."""
    today = now.date().isoformat()
    day, _, number = (tx.get_mark(name) or "").partition(" ")
    before = int(number) if day == today else 0
    tx.set_mark(name, f"{today} {before + 1}")
    return before


def confirm(tx: Transaction, arrival_id: int) -> None:
    """Note that the author of a held mail confirmed it: processed again, it counts as proven."""
    tx.set_mark(f"{_CONFIRMED}{arrival_id}", "1")


def with_digest_due(tx: Transaction, context: MailContext) -> MailContext:
    """Return the context with the row of the author's next digest."""
    keys = [digest_times.due_key(context.author.id)] if context.author else []
    return replace(context, digest_due=next(iter(tx.schedule.get(context.workspace.id, keys)), None))


def with_news(tx: Transaction, context: MailContext, since: datetime) -> MailContext:
    """Return the context with what happened since an instant, as its author may see it."""
    if context.author is None:
        return context
    news = news_since(tx, context.workspace, since, context.now, context.author.id, context.author)
    return replace(context, news=news, names=tx.rounds.names(context.workspace.id))


def news_since(
    tx: Transaction, group: Workspace, since: datetime, until: datetime, member_id: int, member: Member | None
) -> News:
    """Return what happened between two instants, as a member may see it; with their tasks, and threads they are in."""
    news = tx.rounds.news(group.id, since, until, member_id)
    tasks = (*tx.tasks.own(group.id, member_id), *tx.tasks.free(group.id))
    threads = dict.fromkeys(post.thread for post in news.posts if member and member.settings.only_mine)
    own = (t for t in threads if any(post.author_id == member_id for post in tx.rounds.posts(group.id, t)))
    return replace(news, tasks=tasks, own_threads=frozenset(own))


def objectors(tx: Transaction, context: MailContext) -> dict[str, frozenset[int]]:
    """Return who objects, for each round whose clock stands still."""
    here = context.workspace.id
    paused = [mark for mark, view in context.rounds.items() if view.round.phase is Phase.PAUSED]
    return {mark: frozenset(filter(None, map(_objector, tx.rounds.standings(here, mark)))) for mark in paused}


def _objector(standing: Standing) -> int | None:
    answer = standing.answer
    return standing.member_id if isinstance(answer, Ballot) and tally.is_objection(answer.choice) else None
