"""Votes: what a ballot comes to, and how a vote closes. Opening one: vote_opening.py; changing one: govern.py.

A vote is never guessed: what is not clear is held and asked back. Must not: count (tally.py) or read words.
"""

from __future__ import annotations

from gateway.decide import quorum, rounds, tally
from gateway.decide.acted import Acted, declined
from gateway.decide.answering import once_per_mail, to_author
from gateway.decide.rituals import govern
from gateway.decide.rituals.vote_opening import deciding_role
from gateway.decide.rituals.vote_opening import open_by_mail as open_by_mail
from gateway.decide.rituals.vote_opening import open_round as open_round
from gateway.decide.sent import facts_of
from gateway.model.ballot import Abstention, Choice, Method, Pick, PlusOne, Question, fits, kept
from gateway.model.context import Due, MailContext, RoundView, TickContext
from gateway.model.decision import Broadcast, Decision, Group, Why
from gateway.model.entry import Answered, Closed, OptionAdded, Paused, Withdrawn
from gateway.model.facts import Act, AskBackFacts, ChangeFacts, Guess, Item, OutcomeFacts
from gateway.model.member import Member
from gateway.model.message import Message
from gateway.model.reading import BallotKind, BallotReading
from gateway.model.round import OUTCOME_LETTER, Ballot, Outcome, Phase, Round, VoteForm

_MOST_GUESSES = 6
_ONE_OF_OPTIONS = frozenset({Method.YESNO, Method.CONSENT, Method.LAZY, Method.SINGLE})
_FIXED = frozenset({Method.YESNO, Method.CONSENT, Method.LAZY, Method.PLUSONE})


# --- a ballot -------------------------------------------------------------------------------------------------------


def answer(context: MailContext, view: RoundView, reading: BallotReading, text: str, message: Message) -> Acted:
    """Return what a ballot comes to: recorded, replaced, withdrawn, asked back, or declined."""
    refused = rounds.no_longer_open(context, view) or _not_asked(view) or rounds.overtaken(context, view)
    if refused:
        return refused
    if reading.kind is BallotKind.WITHDRAW:
        return _withdraw(context, view)
    form, choice = rounds.vote_form(view.round), _stated(reading, view.round)
    if reading.kind is BallotKind.UNCLEAR or not fits(choice, form.question):
        return ask_back(context, view, reading, text, message)
    if needs_reason(form, choice) and not reading.comment:
        return _ask_reason(context, view, choice, text, message)
    return _record(context, view, choice, reading)


def _not_asked(view: RoundView) -> Acted | None:
    return None if view.in_electorate else declined(Why.DECLINED, rounds.refusal("not-asked", view.round))


def _stated(reading: BallotReading, round_: Round) -> Choice:
    if reading.choice is not None:
        return reading.choice
    method = rounds.vote_form(round_).question.method
    return Pick("Abstain") if method in (Method.CONSENT, Method.LAZY) else Abstention()


def needs_reason(form: VoteForm, choice: Choice) -> bool:
    """Whether a choice stops the proposal alone, and so counts only with its reason."""
    if form.question.method is Method.CONSENT:
        return choice == Pick("Block")
    return form.veto and choice == PlusOne(-1.0)


def _record(context: MailContext, view: RoundView, choice: Choice, reading: BallotReading) -> Acted:
    assert context.author is not None
    round_, before = view.round, _standing(view)
    ballot = Ballot(choice=choice, comment=reading.comment)
    act = Act(
        name="abstained" if isinstance(choice, Abstention) else "voted",
        mark=round_.mark,
        title=round_.title,
        choice=choice,
        comment=reading.comment,
        text=reading.evidence,
        replaced=before is not None and before != ballot,
        who=_deciding_others(view.round, context.author),
    )
    evidence = "" if rounds.vote_form(round_).secret else reading.evidence
    recorded = Answered(mark=round_.mark, member_id=context.author.id, answer=ballot, evidence=evidence)
    if before == ballot:  # said again it is of now: what was asked back before is settled, receipt or none
        return Acted(Why.ANSWERED, entries=(recorded,), acts=(act,))
    consequence = objection(context, view, ballot, before)
    return Acted(
        Why.ANSWERED,
        entries=(recorded, *consequence.entries),
        broadcasts=consequence.broadcasts,
        undue=consequence.undue,
        acts=(act,),
    )


def _deciding_others(round_: Round, author: Member) -> str:
    """Return the role that decides a vote, "" where its author has it or none does."""
    role = deciding_role(rounds.vote_form(round_))
    return "" if role in author.roles else role


def _standing(view: RoundView) -> Ballot | None:
    standing = view.standing.answer if view.standing else None
    return standing if isinstance(standing, Ballot) else None


def _withdraw(context: MailContext, view: RoundView) -> Acted:
    assert context.author is not None
    given = view.given.answer if view.given else None
    round_, before = view.round, given if isinstance(given, Ballot) else None
    if before is None:
        return declined(Why.DECLINED, rounds.refusal("nothing-to-withdraw", round_))
    entry = Withdrawn(mark=round_.mark, member_id=context.author.id)
    act = Act(name="withdrawn", mark=round_.mark, title=round_.title)
    consequence = objection(context, view, None, before)
    return Acted(Why.ANSWERED, entries=(entry,), broadcasts=consequence.broadcasts, acts=(act,))


# --- lazy consensus -------------------------------------------------------------------------------------------------

_NOTHING = Acted(Why.ANSWERED)


def objection(context: MailContext, view: RoundView, ballot: Ballot | None, before: Ballot | None) -> Acted:
    """Return what an objection to a lazy consensus brings with it: the clock stops, and everyone is told."""
    if rounds.vote_form(view.round).question.method is not Method.LAZY:
        return _NOTHING
    objects = ballot is not None and tally.is_objection(ballot.choice)
    objected = before is not None and tally.is_objection(before.choice)
    if objects and view.round.phase is Phase.OPEN:
        return _pause(context, view.round, ballot.comment or "" if ballot else "")
    if objects:
        return _tell_opener(context, view.round, "objection", ballot.comment or "" if ballot else "")
    return _tell_opener(context, view.round, "objection-withdrawn") if objected else _NOTHING


def _pause(context: MailContext, round_: Round, reason: str) -> Acted:
    assert context.author is not None
    objector = 0 if rounds.vote_form(round_).secret else context.author.id
    entry = Paused(mark=round_.mark, member_id=objector, reason=reason)
    opener = frozenset({round_.opened_by} if round_.opened_by is not None else ())
    told = _change(context, round_, "paused", reason, leave_out=opener)
    return Acted(
        Why.ROUND_CHANGED,
        entries=(entry,),
        broadcasts=(told, *_tell_opener(context, round_, "paused-yours", reason).broadcasts),
        undue=rounds.clock_keys(round_.mark),
    )


def _tell_opener(context: MailContext, round_: Round, change: str, reason: str = "") -> Acted:
    if round_.opened_by is None:
        return _NOTHING
    told = _change(context, round_, change, reason, only=frozenset({round_.opened_by}))
    return Acted(Why.ROUND_CHANGED, broadcasts=(told,))


def _change(
    context: MailContext,
    round_: Round,
    change: str,
    reason: str = "",
    *,
    leave_out: frozenset[int] = frozenset(),
    only: frozenset[int] | None = None,
    question: Question | None = None,
) -> Broadcast:
    assert context.author is not None
    secret = rounds.vote_form(round_).secret and change != "option-added"  # an objection in a secret vote has no name
    facts = ChangeFacts(
        change=change,
        mark=round_.mark,
        title=round_.title,
        by="" if secret else context.author.name or context.author.address,
        reason=reason,
        closes_at=None if change.startswith("paused") else round_.closes_at,
        question=question,
    )
    return rounds.told_of_change(context, round_, facts, leave_out=leave_out, only=only)


# --- options added --------------------------------------------------------------------------------------------------


def add_option(context: MailContext, view: RoundView, label: str) -> Acted:
    """Return what a new option comes to, a voter's where the vote takes some, or of whoever may govern it: everyone
    asked is told of it, ballots given stand.
    """
    refused = rounds.no_longer_open(context, view) or _option_refused(context, view, label)
    if refused:
        return refused
    assert context.author is not None
    round_, label = view.round, " ".join(label.split())
    question = rounds.vote_form(round_).question
    wider = Question(
        text=question.text,
        method=question.method,
        options=(*question.options, label),
        lowest=question.lowest,
        highest=question.highest,
    )
    return Acted(
        Why.ROUND_CHANGED,
        entries=(OptionAdded(mark=round_.mark, member_id=context.author.id, label=label),),
        broadcasts=(_change(context, round_, "option-added", label, question=wider),),
        acts=(Act(name="option-added", mark=round_.mark, title=round_.title, text=label),),
    )


def takes_options_of(context: MailContext, view: RoundView) -> bool:
    """Whether the author may add options as one of the voters; anyone else needs to govern the vote."""
    return rounds.vote_form(view.round).add_options and view.in_electorate


def _option_refused(context: MailContext, view: RoundView, label: str) -> Acted | None:
    round_, form = view.round, rounds.vote_form(view.round)
    known = {option.casefold() for option in form.question.options}
    may = takes_options_of(context, view) or govern.may_govern(context, round_)
    checks = (
        ("not-asked", not may and not view.in_electorate),
        ("not-allowed", not may),
        ("option-fixed", form.question.method in _FIXED),
        ("no-text", not label.strip()),
        ("option-exists", " ".join(label.split()).casefold() in known),
    )
    failed = next((reason for reason, fails in checks if fails), None)
    return declined(Why.DECLINED, rounds.refusal(failed, round_, detail=label)) if failed else None


# --- questions back -------------------------------------------------------------------------------------------------


def ask_back(context: MailContext, view: RoundView, reading: BallotReading, text: str, message: Message) -> Acted:
    """Return the question back about a ballot that is held: its numbered guesses, and what is missing."""
    close = (reading.choice, *reading.rivals) if reading.choice is not None else reading.rivals
    question = rounds.vote_form(view.round).question
    fitting = (choice for choice in dict.fromkeys(close) if fits(choice, question))
    guesses = tuple(fitting)[:_MOST_GUESSES] or _every_option(question)
    return _held(context, view, text, message, reading.missing or "choice", guesses)


def _every_option(question: Question) -> tuple[Choice, ...]:
    """Return all there is to choose, where that is one of a few: a bare number then always settles."""
    if question.method in _ONE_OF_OPTIONS:
        return tuple(Pick(label) for label in question.options)
    return (PlusOne(1.0), PlusOne(0.0), PlusOne(-1.0)) if question.method is Method.PLUSONE else ()


def _ask_reason(context: MailContext, view: RoundView, choice: Choice, text: str, message: Message) -> Acted:
    return _held(context, view, text, message, "reason", (choice,))


def _held(
    context: MailContext, view: RoundView, text: str, message: Message, missing: str, guesses: tuple[Choice, ...]
) -> Acted:
    round_ = view.round
    facts = AskBackFacts(
        mark=round_.mark,
        title=round_.title,
        words=text.strip(),
        missing=missing,
        guesses=tuple(Guess(choice=choice) for choice in guesses),
        question=rounds.vote_form(round_).question,
        closes_at=round_.closes_at,
        stands=_standing(view) is not None,
    )
    key = once_per_mail(context, f"ask-back:{round_.mark}")
    items = (Item(mark=round_.mark, text=round_.title),)
    notice = to_author(context, message, facts, key, mark=round_.mark, items=items)
    act = Act(name="unclear", mark=round_.mark, title=round_.title, text=text.strip())
    return Acted(Why.ASKED_BACK, notices=(notice,), acts=(act,), settled=False, detail=missing)


def settle(context: MailContext, view: RoundView, number: int, message: Message) -> Acted:
    """Return what a bare number in answer to a question back comes to: the guess it stands beside."""
    asked = facts_of(context, AskBackFacts)
    guesses = asked.guesses if asked and asked.mark == view.round.mark else ()
    if asked is None or not 1 <= number <= len(guesses):
        unclear = BallotReading(BallotKind.UNCLEAR, rivals=_choices(guesses), missing="range")
        return answer(context, view, unclear, str(number), message)
    settled = BallotReading(BallotKind.BALLOT, guesses[number - 1].choice, evidence=f"{number} ({asked.words})")
    return answer(context, view, settled, "", message)


def _choices(guesses: tuple[Guess, ...]) -> tuple[Choice, ...]:
    return tuple(guess.choice for guess in guesses if guess.choice is not None)


# --- the close ------------------------------------------------------------------------------------------------------


def close(due: Due, context: TickContext) -> Decision:
    """Return the outcome of a vote whose time is up. A paused one has no time; an extended one closes later."""
    view = context.view
    if view is None or view.round.phase is not Phase.OPEN:
        return Decision(Why.NOT_OWED)
    round_ = view.round
    if round_.closes_at > context.now:
        return Decision(Why.NOT_OWED, due=(rounds.close_row(round_.mark, round_.closes_at),))
    outcome, outcome_mark = outcome_of(round_, context), context.fresh.mark(OUTCOME_LETTER)
    return Decision(
        Why.CLOSED,
        entries=(Closed(mark=round_.mark, outcome=outcome, outcome_mark=outcome_mark),),
        broadcasts=(_announcement(round_, outcome, outcome_mark, context),),
        undue=tuple(key for key in rounds.clock_keys(round_.mark) if key != due.key),
    )


def outcome_of(round_: Round, context: TickContext) -> Outcome:
    """Return what the standing ballots come to."""
    form = rounds.vote_form(round_)
    members = {member.id: member for member in context.members}
    casts: list[tally.Cast] = []
    for standing in context.standings:
        left = kept(standing.answer.choice, form.question) if isinstance(standing.answer, Ballot) else None
        if left is None or not isinstance(standing.answer, Ballot):
            continue
        member = members.get(standing.member_id)
        name = (member.name or member.address) if member else context.names.get(standing.member_id)
        binding = form.binding is None or (member is not None and form.binding in member.roles)
        casts.append(tally.Cast(left, standing.answer.comment, None if form.secret else name, binding))
    gone = [number for number in context.electorate if number not in members or members[number].left_at is not None]
    voted = [standing.member_id for standing in context.standings]
    return tally.tally(form, casts, quorum.size(context.electorate, gone, voted))


def _announcement(round_: Round, outcome: Outcome, outcome_mark: str, context: TickContext) -> Broadcast:
    form = rounds.vote_form(round_)
    facts = OutcomeFacts(
        mark=round_.mark,
        outcome_mark=outcome_mark,
        question=form.question,
        outcome=outcome,
        secret=form.secret,
        closed_at=round_.closes_at,
        binding=deciding_role(form),
    )
    return Broadcast(
        key=f"outcome:{round_.mark}",
        facts=facts,
        group=Group.ELECTORATE if round_.channel else Group.EVERYONE,
        mark=round_.mark,
        thread=round_.thread,
        channel=round_.channel,
        observers=True,
        references=rounds.references(round_, context.workspace),
    )
