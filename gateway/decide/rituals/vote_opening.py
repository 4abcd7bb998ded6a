"""How a vote opens: by a mail that asks for one, or by a routine. Must not: read words, or count."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.decide import rounds
from gateway.decide.acted import Acted, declined
from gateway.decide.audience import audience_members, observers, voters
from gateway.decide.calendar import add_span, at_wall
from gateway.model.address import Door
from gateway.model.ballot import FIXED_OPTIONS, Method, Question
from gateway.model.charter import Audience, Charter, Routine, VoteRules
from gateway.model.context import Due, MailContext, TickContext, Workspace
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import RoundOpened
from gateway.model.facts import Act, BallotFacts, DeclineFacts, Item
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.reading import CommandReading, Intent, StatedRules
from gateway.model.round import MARK_LETTERS, Ritual, Round, VoteForm
from gateway.model.span import Span

_VOTE_LETTER = MARK_LETTERS[Ritual.VOTE]
_TAGS = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)+")
_LAZY_TAG = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)*\[\s*lazy\s+consensus\s*\]", re.IGNORECASE)
_VOTE_TAG = re.compile(r"^\s*(?:\[[^\]]{0,40}\]\s*)*\[\s*(?:vote|lazy\s+consensus)\s*\]", re.IGNORECASE)
_PLUS_ONE = re.compile(r"(?<![\w+-])\+1(?!\w)")
_LONGEST_TITLE = 120


def asks_for_a_vote(context: MailContext, message: Message, reading: object) -> bool:
    """Whether a new mail opens a vote: by its address, by its subject's tag, or by asking for one clearly."""
    if context.answering is not None:
        return False
    clear = isinstance(reading, CommandReading) and reading.intent is Intent.NEW_VOTE
    fresh = context.thread is None
    return clear or (fresh and (context.destination.door is Door.VOTE or bool(_VOTE_TAG.match(message.subject))))


def open_by_mail(context: MailContext, message: Message, text: str, reading: object) -> Acted:
    """Return what a mail that asks for a vote comes to: the round, its ballots to everyone asked, and its clock."""
    assert context.author is not None
    asked = reading if isinstance(reading, CommandReading) and reading.intent is Intent.NEW_VOTE else None
    charter, author = context.workspace.charter, context.author
    electorate = voters(context.members, charter, _channel_audience(context))
    rules = _as_stated(charter.votes, asked)
    people = min(asked.rules.quorum_people or 0, len(electorate)) if asked else 0  # never more than all
    question = _question(message, text, asked, rules)
    closes_at = _closes_at(context, author, asked, rules)
    refused = _refused(context, question, closes_at, electorate, rules)
    if refused:
        return refused
    mark = context.fresh.mark(_VOTE_LETTER)
    round_ = Round(
        mark=mark,
        ritual=Ritual.VOTE,
        title=title_of(question.text),
        thread=context.thread.mark if context.thread else mark,
        opened_at=context.now,
        closes_at=closes_at,
        form=_form(question, text.strip(), rules, people, asked.about if asked else None),
        opened_by=author.id,
        channel=context.thread.channel if context.thread else context.destination.channel,
        observers=tuple(member.id for member in observers(context.members, charter)),
        reminders=tuple(str(span) for span in rules.reminders),
        electorate_size=len(electorate),
        message_id=message.message_id,
    )
    stated = _taken(asked, people)
    act = Act(name="vote-opened", mark=mark, title=round_.title, method=question.method, stated=stated)
    return Acted(
        Why.VOTE_OPENED,
        entries=(RoundOpened(round=round_, electorate=tuple(member.id for member in electorate)),),
        broadcasts=(ballots(round_, context.workspace, author.name or author.address),),
        due=rounds.clock(round_, context.now),
        acts=(act,),
    )


def _refused(
    context: MailContext, question: Question, closes_at: datetime, electorate: tuple[Member, ...], rules: VoteRules
) -> Acted | None:
    assert context.author is not None
    charter = context.workspace.charter
    short_of_options = question.method not in FIXED_OPTIONS and len(question.options) < (1 if rules.add_options else 2)
    checks = (
        ("not-allowed", not charter.allows(context.author.roles, "open_vote")),
        ("needs-options", short_of_options),
        ("deadline-past", closes_at <= context.received_at or closes_at <= context.now),
        ("nobody-asked", not electorate),
    )
    failed = next((reason for reason, fails in checks if fails), None)
    if failed is None:
        return None
    at = closes_at if failed == "deadline-past" else None
    return declined(Why.DECLINED, DeclineFacts(reason=failed, title=title_of(question.text), at=at))


def _as_stated(general: VoteRules, asked: CommandReading | None) -> VoteRules:
    """Return how the vote is held: as its opener says, and as the charter does in all the rest.

    A number of people is no share: it stands in place of one.
    """
    stated = {key: value for key, value in asdict(asked.rules).items() if value is not None} if asked else {}
    if stated.pop("quorum_people", None) is not None:
        stated["quorum"] = 0.0
    return general.model_copy(update=stated)


def _taken(asked: CommandReading | None, people: int) -> StatedRules | None:
    """Return what is taken of how the mail wants the vote held, None for nothing: its receipt says so."""
    rules = replace(asked.rules, quorum_people=people or None) if asked else StatedRules()
    return rules if rules != StatedRules() else None


def _channel_audience(context: MailContext) -> Audience:
    channel = context.thread.channel if context.thread else context.destination.channel
    return f"channel:{channel}" if channel else "all"


# --- what is asked --------------------------------------------------------------------------------------------------


def _question(message: Message, text: str, asked: CommandReading | None, rules: VoteRules) -> Question:
    options = _distinct(asked.options if asked else ())
    method = _method(message.subject, text, asked, options, rules)
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    subject = _TAGS.sub("", message.subject).strip()
    return Question(
        text=(asked.question if asked else "") or subject or first_line,
        method=method,
        options=FIXED_OPTIONS.get(method, options),
    )


def _distinct(options: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({" ".join(option.split()).casefold(): " ".join(option.split()) for option in options}.values())


def _method(
    subject: str, text: str, asked: CommandReading | None, options: tuple[str, ...], rules: VoteRules
) -> Method:
    """Return the method: the tag's, else what the words say, else what the options make plain, else the charter's."""
    if _LAZY_TAG.match(subject):
        return Method.LAZY
    if asked and asked.method in set(Method):
        stated = Method(asked.method)
        if options or stated in FIXED_OPTIONS:
            return stated
    if options:
        return rules.method if rules.method not in FIXED_OPTIONS else Method.SINGLE
    if _VOTE_TAG.match(subject) and _PLUS_ONE.search(
        text
    ):  # the habit of Apache and Python lists: `+1`, in any language
        return Method.PLUSONE
    return rules.method if rules.method in FIXED_OPTIONS else Method.YESNO


def _closes_at(context: MailContext, author: Member, asked: CommandReading | None, rules: VoteRules) -> datetime:
    charter = context.workspace.charter
    if asked is not None and asked.open_for:
        return add_span(context.now, Span.parse(asked.open_for), charter, charter.timezone)
    if asked is None or asked.deadline is None:
        return add_span(context.now, rules.open_for, charter, charter.timezone)
    if asked.deadline_has_time:
        return asked.deadline
    day = asked.deadline.astimezone(ZoneInfo(author.timezone)).date()
    return at_wall(day, charter.working_hours.end, author.timezone)  # a day named alone ends with its working hours


def title_of(question: str) -> str:
    """Return a question as the title of its vote: one line, cut where it is long."""
    line = " ".join(question.split())
    return line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1].rstrip() + "…"


def _form(
    question: Question, text: str, rules: VoteRules, quorum_people: int = 0, about: str | None = None
) -> VoteForm:
    return VoteForm(
        question=question,
        text=text,
        quorum=rules.quorum,
        quorum_people=quorum_people,
        threshold=rules.threshold,
        secret=rules.secret,
        hidden=rules.hidden,
        add_options=rules.add_options,
        run_off=rules.run_off,
        binding=rules.binding,
        veto=rules.veto,
        about=about,
    )


# --- whom it is sent ------------------------------------------------------------------------------------------------


def ballot_facts(round_: Round, opener: str, *, corrected: bool = False, set_aside: bool = False) -> BallotFacts:
    """Return what a ballot shows of a vote."""
    form = round_.form
    assert isinstance(form, VoteForm)
    return BallotFacts(
        mark=round_.mark,
        question=form.question,
        text=form.text if not corrected or form.about is None else form.about,
        opener=opener,
        closes_at=round_.closes_at,
        electorate=round_.electorate_size,
        quorum=form.quorum,
        quorum_people=form.quorum_people,
        secret=form.secret,
        hidden=form.hidden,
        add_options=form.add_options,
        corrected=corrected,
        set_aside=set_aside,
        threshold=form.threshold,
        binding=deciding_role(form),
        veto=form.veto and form.question.method is Method.PLUSONE,
    )


def deciding_role(form: VoteForm) -> str:
    """Return the role whose votes alone decide, "" where all do: only +1 and -1 know such a role."""
    return (form.binding or "") if form.question.method is Method.PLUSONE else ""


def ballots(round_: Round, workspace: Workspace, opener: str, *, key: str = "", set_aside: bool = False) -> Broadcast:
    """Return the ballots of a vote; with a `key` of its own, the ballots of a corrected one, to all it asks or to those
    whose answer was `set_aside`.
    """
    return Broadcast(
        key=key or f"ballot:{round_.mark}",
        facts=ballot_facts(round_, opener, corrected=bool(key), set_aside=set_aside),
        group=Group.SET_ASIDE if set_aside else Group.ELECTORATE,
        mark=round_.mark,
        thread=round_.thread,
        channel=round_.channel,
        items=(Item(mark=round_.mark, text=round_.title),),
        observers=bool(key) and not set_aside,
        references=rounds.references(round_, workspace),
    )


# --- by a routine ---------------------------------------------------------------------------------------------------


def open_round(due: Due, context: TickContext) -> Decision:
    """Return the opening of a routine's vote. The routine's next occurrence is planned by whoever calls."""
    charter = context.workspace.charter
    routine = charter.routines[due.routine]
    rules = charter.vote_rules(routine)
    electorate = voters(context.members, charter, routine.audience)
    if not electorate:
        return Decision(Why.NOT_OWED, detail="the routine's audience is empty")
    question = Question(
        text=routine.question,
        method=_routine_method(routine, rules),
        options=FIXED_OPTIONS.get(_routine_method(routine, rules), routine.options),
    )
    mark = context.fresh.mark(_VOTE_LETTER)
    round_ = Round(
        mark=mark,
        ritual=Ritual.VOTE,
        title=routine.title or title_of(routine.question),
        thread=mark,
        opened_at=context.now,
        closes_at=add_span(context.now, routine.closes_after, charter, charter.timezone),
        form=_form(question, "", rules),
        routine=due.routine,
        occurrence=due.occurrence,
        channel=routine.channel,
        observers=_told(routine.observers, context.members, charter),
        reminders=tuple(str(span) for span in routine.reminds_before),
        electorate_size=len(electorate),
    )
    return Decision(
        Why.OPENED,
        entries=(RoundOpened(round=round_, electorate=tuple(member.id for member in electorate)),),
        broadcasts=(ballots(round_, context.workspace, ""),),
        due=rounds.clock(round_, context.now),
    )


def _told(audience: Audience, members: tuple[Member, ...], charter: Charter) -> tuple[int, ...]:
    named = (*audience_members(audience, members, charter), *observers(members, charter))
    return tuple(dict.fromkeys(member.id for member in named))


def _routine_method(routine: Routine, rules: VoteRules) -> Method:
    options, is_its_own = routine.options, bool(routine.rules and routine.rules.states("method"))
    if options and rules.method in FIXED_OPTIONS and (rules.method is Method.YESNO or not is_its_own):
        return Method.SINGLE  # options were given: the default of the charter does not take them
    if not options and rules.method not in FIXED_OPTIONS:
        return Method.YESNO  # none were given: that of all votes has nothing to choose from
    return rules.method
