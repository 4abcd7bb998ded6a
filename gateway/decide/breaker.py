"""Circuit-breakers: more answers to one address, or more posts, votes, tasks or letters of one author, than people
have use for.

A loop may hide its nature: a robot bears no mark, or somebody writes in a member's name. So what only a loop brings is
curbed, whatever it looks like. Must not: drop a mail; a post too many is held, and an answer left out is noted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from math import inf

from msgspec import structs

from gateway.decide import checks
from gateway.decide.answering import once_per_day, to_author, to_stewards
from gateway.model.arrival import ArrivalState
from gateway.model.context import MailContext
from gateway.model.decision import Decision, Why
from gateway.model.entry import (
    Cancelled,
    Corrected,
    Extended,
    OptionAdded,
    Paused,
    Posted,
    Resumed,
    RoundOpened,
    RoundRestored,
    TaskChanged,
    TaskMade,
)
from gateway.model.facts import ConfirmFacts, DeclineFacts, PostFacts, ReceiptFacts
from gateway.model.message import Message
from gateway.model.notice import Answering, Notice
from gateway.model.repeated import Lately, is_start, may_recur
from gateway.model.understood import Understood

# Automatic answers to one address a day. What anybody can send in a member's name has a count of its own, so that it
# uses up nothing of what their proven mail is answered by. A few more are kept for what is owed: questions to confirm,
# without which what a mail asks for would not be done, and receipts of what somebody may have done in their name.
MOST_ANSWERS_A_DAY = 60
MOST_UNPROVEN_A_DAY = 20
MOST_MARKED_A_DAY = 5  # to mail that is marked as sent to many, or as wanting none (RFC 3834 §2): maybe a machine's
MORE_OWED_A_DAY = 20
# Posts of one author: the same words in one thread a day, anything in one thread an hour and a day, and the
# threads that they start an hour; a day those that nothing proves to be theirs.
MOST_SAME_A_DAY = 2
MOST_RECURRING_A_DAY = 12
MOST_AN_HOUR = 20
MOST_A_DAY = 50
MOST_STARTS_AN_HOUR = 40
MOST_UNPROVEN_STARTS_A_DAY = 80  # of the newest hundred posts
# Mails of one member that start something or are told to others beside posts, within an hour and a day: a vote, a task,
# a letter to the stewards. Proven ones; ones that nothing proves, where no server says who wrote; and where one does.
MOST_STARTED = (60, 200)
MOST_STARTED_UNCHECKED = (20, 60)
MOST_STARTED_UNPROVEN = (10, 30)
UNANSWERED = "unanswered"  # why a mail is held of which its author would not be told what it did
TELL_AGAIN = 10  # of one member held today: the stewards hear of it a second time

# --- answers --------------------------------------------------------------------------------------------------------


def curbed(
    context: MailContext,
    message: Message,
    decision: Decision,
    answers_today: int,
    *,
    is_checked: bool = True,
    is_answerable: bool = True,
) -> Decision:
    """Return a decision without its answers when its author had as many of their sort `answers_today` as anybody may.

    What the mail asks for is done all the same, but for what has to wait (`is_to_wait`), and so is what others are told
    of it; the stewards hear once a day that a member is not answered. `is_checked` says whether a server before us says
    who wrote a mail: where none does, nearly all mail is unproven, and so has the larger number. `is_answerable` is as
    in `Written`. What is only tried out has a number of its own (try_out.py).
    """
    if context.trying:
        return decision
    unproven, most = context.is_unproven, _most_answers(context, is_checked)
    most = most if is_answerable else min(most, MOST_MARKED_A_DAY)
    marked = tuple(structs.replace(notice, unproven=unproven) for notice in decision.notices)
    decision = dataclasses.replace(decision, notices=marked)
    if answers_today < most:
        return decision
    has_room_for_owed = answers_today < most + MORE_OWED_A_DAY
    left_out = _without(
        decision,
        [one for one in marked if one.answering is Answering.REPLIED and not (has_room_for_owed and _is_owed(one))],
    )
    if left_out is decision or context.author is None:  # a stranger gets one of a kind a day, from anybody's address
        return left_out
    about = "unproven-answers" if unproven else "many-answers"
    told = to_stewards(context, message, about, key=once_per_day(context, message, about), subject="")
    return dataclasses.replace(left_out, broadcasts=(*left_out.broadcasts, told))


def is_to_wait(context: MailContext, decision: Decision, answers_today: int, *, is_checked: bool = True) -> bool:
    """Return whether a mail changes something of which its author would not be told, though nothing proves them.

    Somebody else may have used up the answers first, so that the member would not hear of what is done in their name.
    """
    if context.trying or context.author is None or not context.is_unproven:
        return False
    most = _most_answers(context, is_checked) + MORE_OWED_A_DAY
    return answers_today >= most and any(map(_tells_what_was_done, decision.notices))


def _most_answers(context: MailContext, is_checked: bool) -> int:
    return MOST_UNPROVEN_A_DAY if context.is_unproven and is_checked else MOST_ANSWERS_A_DAY


def _tells_what_was_done(notice: Notice) -> bool:
    return notice.answering is Answering.REPLIED and isinstance(notice.facts, ReceiptFacts)


def unanswered(decision: Decision) -> Decision:
    """Return a decision without its answers; its detail says how many there were."""
    return _without(decision, decision.notices)


def _without(decision: Decision, answers: Sequence[Notice]) -> Decision:
    if not answers:
        return decision
    detail = "; ".join(filter(None, (decision.detail, f"{len(answers)} answers not sent")))
    kept = tuple(notice for notice in decision.notices if notice not in answers)
    return dataclasses.replace(decision, notices=kept, detail=detail)


def _is_owed(notice: Notice) -> bool:
    return isinstance(notice.facts, ConfirmFacts) or (notice.unproven and _tells_what_was_done(notice))


# --- posts ----------------------------------------------------------------------------------------------------------


def posts_of(decision: Decision) -> tuple[Posted, ...]:
    """Return what a decision posts."""
    return tuple(entry for entry in decision.entries if isinstance(entry, Posted))


def too_much(before: Sequence[tuple[Posted, Lately]], *, is_old: bool = False) -> str:
    """Return why posts of a mail are too much, "" where they are not: each with what its author has posted lately.

    `is_old` says that a mail was written days ago. A member may hand on a file of such: how many threads these start
    says nothing of a loop. What they say does, though more often: a robot's clock may be wrong.
    """
    return next((why for post, lately in before if (why := _too_much(post, lately, is_old))), "")


# What begins, or changes for others, whatever is said of it. Each is told to others, or waits for its day.
_STARTS = (
    RoundOpened, RoundRestored, Corrected, OptionAdded, Extended, Paused, Resumed, Cancelled, TaskMade, TaskChanged,
)  # fmt: skip


def starts(context: MailContext, understood: Understood, decision: Decision) -> bool:
    """Return whether a member's mail starts something, or is told to others; posts have their own count."""
    if context.trying or context.author is None or understood.written.is_machine:
        return False
    if decision.state is ArrivalState.HELD:
        return False
    is_told = any(not isinstance(told.facts, PostFacts) for told in decision.broadcasts)
    return is_told or any(isinstance(entry, _STARTS) for entry in decision.entries)


def too_many_started(context: MailContext, an_hour: int, a_day: int, *, is_checked: bool = True) -> str:
    """Return why a mail that starts something is too much, "" where it is not: so many as well proven came before it,
    of its author, within an hour and within a day.
    """
    most_an_hour, most_a_day = _most_started(context, is_checked)
    return "many-started" if an_hour >= most_an_hour or a_day >= most_a_day else ""


def _most_started(context: MailContext, is_checked: bool) -> tuple[int, int]:
    if not context.is_unproven:
        return MOST_STARTED
    return MOST_STARTED_UNPROVEN if is_checked else MOST_STARTED_UNCHECKED


def held_back(context: MailContext, understood: Understood, reason: str, held_today: int) -> Decision:
    """Return a mail held that posts or starts too much; `held_today` were before it, of the same member.

    It is held whole, with what else it may say, as every mail is of which a part has to wait. The stewards are told
    once a day and author, and once more when many wait, of what is proven apart from what anybody can send; a member
    is told once, and a stranger never, since their address may be forged (RFC 3834 §4).
    """
    held = checks.held(context, understood, reason, Why.TOO_MUCH, about="many-posts", daily=True)
    sort = ":unanswered" if reason == UNANSWERED else ":unproven" if context.is_unproven else ""
    again = ":again" if held_today >= TELL_AGAIN - 1 else ""
    return Decision(
        held.why,
        state=ArrivalState.HELD,
        entries=held.entries,
        notices=() if reason == UNANSWERED else _told(context, understood.message, sort),
        broadcasts=tuple(dataclasses.replace(told, key=f"{told.key}{sort}{again}") for told in held.broadcasts),
        detail=held.detail,
    )


def _told(context: MailContext, message: Message, sort: str) -> tuple[Notice, ...]:
    if context.author is None:
        return ()
    facts = DeclineFacts(reason="many-posts", subject=message.subject)
    return (to_author(context, message, facts, f"{once_per_day(context, message, 'many-posts')}{sort}"),)


def _too_much(post: Posted, lately: Lately, is_old: bool) -> str:
    is_handed_on = is_old and is_start(post) and post.author_id is not None
    most = MOST_RECURRING_A_DAY if is_handed_on or may_recur(post) else MOST_SAME_A_DAY
    if lately.same >= most:
        return "same-words"
    if is_handed_on:
        return ""
    an_hour, a_day = _most(post)
    return "many-posts" if lately.posts >= an_hour or lately.today >= a_day else ""


def _most(post: Posted) -> tuple[int, float]:
    """Return how many posts of an author are enough within an hour, and within a day."""
    if not is_start(post) or post.author_id is None:
        return MOST_AN_HOUR, MOST_A_DAY
    return MOST_STARTS_AN_HOUR, MOST_UNPROVEN_STARTS_A_DAY if post.unproven else inf
