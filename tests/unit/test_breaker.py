"""Circuit-breakers: what is too many answers and too many posts, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from gateway.decide.breaker import (
    MORE_OWED_A_DAY,
    MOST_A_DAY,
    MOST_AN_HOUR,
    MOST_ANSWERS_A_DAY,
    MOST_RECURRING_A_DAY,
    MOST_SAME_A_DAY,
    MOST_STARTED,
    MOST_STARTED_UNCHECKED,
    MOST_STARTED_UNPROVEN,
    MOST_STARTS_AN_HOUR,
    MOST_UNPROVEN_A_DAY,
    MOST_UNPROVEN_STARTS_A_DAY,
    UNANSWERED,
    curbed,
    held_back,
    is_to_wait,
    posts_of,
    starts,
    too_many_started,
    too_much,
)
from gateway.model.address import Door
from gateway.model.arrival import ArrivalState
from gateway.model.ballot import Method, Pick
from gateway.model.context import MailContext, Trust
from gateway.model.decision import Decision, Why
from gateway.model.entry import Answered, HeldForSteward, Posted
from gateway.model.facts import DeclineFacts, StewardFacts
from gateway.model.nature import Nature
from gateway.model.notice import Answering
from gateway.model.reading import CommandReading, Intent
from gateway.model.repeated import Lately, words_key
from tests.builders import (
    BEN,
    ballot,
    context,
    door,
    facts_of,
    message,
    of_kind,
    piece,
    say,
    sent,
    thread,
    understood,
    view,
)
from tests.builders import vote_round as a_vote

LONG = "Thank you for your message. It has been received, and somebody will look at it soon."
IN_THREAD = context(BEN, thread=thread("P-3"))
TOLD = context(BEN, view(a_vote(Method.YESNO)), answering=sent("ballot", "V-7"))


def weighed(text: str, lately: Lately, told: object = IN_THREAD, held_today: int = 0) -> Decision:
    decision = say(told, piece(text=text))  # type: ignore[arg-type]
    before = [(post, lately) for post in posts_of(decision)]
    reason = too_much(before)
    return held_back(told, understood(piece(text=text)), reason, held_today) if reason else decision  # type: ignore[arg-type]


def posted(text: str, *, mark: str = "P-9", of: str = "P-3", subject: str = "Garden") -> Posted:
    return Posted(mark=mark, thread=of, author_id=2, author_name="Ben", subject=subject, text=text)


# --- posts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lately", "reason"),
    [
        (LONG, Lately(MOST_SAME_A_DAY), "same-words"),
        ("Gone fishing", Lately(MOST_RECURRING_A_DAY), "same-words"),
        ("Something new each time, and ever so much of it.", Lately(0, MOST_AN_HOUR), "many-posts"),
        ("Something new each time, if slowly.", Lately(0, 3, MOST_A_DAY), "many-posts"),
        ("Ticket #4711 is in our list, thank you.", Lately(MOST_RECURRING_A_DAY), "same-words"),
        ("Your mail is 3fa9c21d in our list.", Lately(MOST_RECURRING_A_DAY), "same-words"),
    ],
)
def test_posts_that_only_a_loop_makes_are_held_and_say_why(text: str, lately: Lately, reason: str) -> None:
    decision = weighed(text, lately)
    assert (decision.why, decision.state) == (Why.TOO_MUCH, ArrivalState.HELD)
    assert decision.entries == (HeldForSteward(arrival_id=IN_THREAD.arrival_id, reason=reason),)


@pytest.mark.parametrize(
    ("text", "lately"),
    [
        (LONG, Lately(MOST_SAME_A_DAY - 1, MOST_AN_HOUR - 1)),
        ("Thanks!", Lately(MOST_RECURRING_A_DAY - 1, MOST_AN_HOUR - 1)),
        ("+1", Lately(2, 5)),
        ("Page 12 of 40 is translated, I go on with the next.", Lately(2, 5)),
        ("Fixed bug #104 and pushed the change to main.", Lately(MOST_RECURRING_A_DAY - 1, 5, MOST_A_DAY - 1)),
    ],
)
def test_people_who_talk_quickly_are_not_stopped(text: str, lately: Lately) -> None:
    assert weighed(text, lately).why is Why.POSTED


def test_the_stewards_and_the_member_are_told_of_it_once_a_day() -> None:
    mails = [replace(IN_THREAD, arrival_id=number) for number in (1, 2)]
    decisions = [weighed(LONG, Lately(MOST_SAME_A_DAY), told) for told in mails]
    assert len({one.broadcasts[0].key for one in decisions}) == 1
    assert len({one.notices[0].key for one in decisions}) == 1
    told = decisions[0].broadcasts[0].facts
    assert isinstance(told, StewardFacts)
    assert (told.about, told.arrival_id, told.text) == ("many-posts", 1, LONG)
    assert facts_of(decisions[0], DeclineFacts)[0].reason == "many-posts"


def test_the_stewards_are_told_again_of_the_tenth_and_the_member_is_not() -> None:
    decisions = [weighed(LONG, Lately(MOST_SAME_A_DAY), held_today=before) for before in (0, 8, 9, 15)]
    first, ninth, tenth, later = (one.broadcasts[0].key for one in decisions)
    assert (first == ninth, ninth == tenth, tenth == later) == (True, False, True)
    assert len({one.notices[0].key for one in decisions}) == 1


def test_what_is_proven_and_held_is_told_of_beside_what_anybody_sent() -> None:
    proven, forged = (
        weighed(LONG, Lately(MOST_SAME_A_DAY), replace(IN_THREAD, trust=trust))
        for trust in (Trust.PROVEN, Trust.CLAIMED)
    )
    assert proven.broadcasts[0].key != forged.broadcasts[0].key
    assert proven.notices[0].key != forged.notices[0].key


def test_a_post_says_whether_anything_proves_its_author() -> None:
    for trust in Trust:
        (post,) = posts_of(say(replace(IN_THREAD, trust=trust), piece(text=LONG))) or (None,)
        assert post is None or post.unproven is (trust is not Trust.PROVEN)


def test_a_stranger_is_told_nothing_since_the_address_may_be_forged() -> None:
    told = context(None, rules={"strangers": "accept"})
    mail = message("eve@elsewhere.example", "Offer")
    decision = say(told, piece(text=LONG), mail=mail)
    assert too_much([(posts_of(decision)[0], Lately(0, MOST_AN_HOUR))]) == "many-posts"
    held = held_back(told, understood(piece(text=LONG), mail=mail), "many-posts", 0)
    assert (held.state, held.notices) == (ArrivalState.HELD, ())


@pytest.mark.parametrize(("unproven", "reason"), [(True, "many-posts"), (False, "")])
def test_threads_that_nothing_proves_to_be_a_members_are_counted_by_the_day_too(unproven: bool, reason: str) -> None:
    start = Posted(
        mark="P-9", thread="P-9", subject="Something new", text="Each time", message_id="a@b", author_id=BEN.id,
        author_name="Ben", unproven=unproven,
    )  # fmt: skip
    assert too_much([(start, Lately(0, 5, MOST_UNPROVEN_STARTS_A_DAY))]) == reason
    assert too_much([(start, Lately(0, 5, MOST_UNPROVEN_STARTS_A_DAY - 1))]) == ""


def test_a_ticket_number_makes_no_new_words_in_a_thread_but_numbers_that_are_the_answer_do() -> None:
    ticket = "Your ticket #%d has been created, and somebody will look at it."
    assert words_key(posted(ticket % 1)) == words_key(posted(ticket % 22))
    assert words_key(posted("7")) != words_key(posted("8"))


def test_spaces_and_letter_case_make_no_new_words() -> None:
    assert words_key(posted("Thank  you\nall")) == words_key(posted("thank you all "))


def test_a_thread_is_started_anew_by_another_subject() -> None:
    first, second = (posted(LONG, mark="P-9", of="P-9", subject=name) for name in ("Monday", "Tuesday"))
    assert words_key(first) != words_key(second)
    assert words_key(first) == words_key(posted(LONG, mark="P-7", of="P-7", subject="Monday"))


@pytest.mark.parametrize("numbered", ["[Desk %s] got it", "Desk: %s"])
def test_a_number_or_an_id_in_the_subject_starts_no_other_thread(numbered: str) -> None:
    starts = [posted(LONG, mark="P-9", of="P-9", subject=numbered % name) for name in ("17", "x7f3a", "fabecade")]
    assert len({words_key(one) for one in starts}) == 1


def test_a_member_starts_more_threads_an_hour_than_they_post_in_one() -> None:
    told = context(BEN)
    for posts, why in ((MOST_AN_HOUR, Why.THREAD_STARTED), (MOST_STARTS_AN_HOUR, Why.TOO_MUCH)):
        assert weighed(LONG, Lately(0, posts), told).why is why


# --- votes, tasks, letters ------------------------------------------------------------------------------------------

OPENS = replace(context(BEN, members=(BEN,)), destination=door(Door.VOTE))


@pytest.mark.parametrize(
    ("told", "does"),
    [
        (OPENS, True),
        (replace(OPENS, destination=door(Door.TASK)), True),
        (replace(OPENS, destination=door(Door.OWNER)), True),
        (replace(OPENS, destination=door(Door.POST)), False),  # posts have a count of their own
        (replace(OPENS, trying=True), False),
        (context(None, rules={"strangers": "accept"}), False),  # of whom stewards are told in a way of its own
    ],
)
def test_a_mail_starts_something_when_it_opens_makes_or_tells_others(told: MailContext, does: bool) -> None:
    mail = message(told.author or "eve@elsewhere.example", "Shall we move?")
    asks = piece(text="A. yes\nB. no")
    assert starts(told, understood(asks, mail=mail), say(told, asks, mail=mail)) is does


def test_what_an_answer_of_one_member_changes_for_nobody_else_starts_nothing() -> None:
    asks = piece(ballot(Pick("Yes")), mark="V-7")
    assert not starts(TOLD, understood(asks), say(TOLD, asks))


def test_a_program_that_calls_itself_one_is_never_held_and_told_so() -> None:
    asks = piece(text="A. yes\nB. no")
    mail = message(BEN, "Shall we move?")
    assert not starts(OPENS, understood(asks, mail=mail, nature=Nature.AUTOREPLY), say(OPENS, asks, mail=mail))


@pytest.mark.parametrize(
    ("trust", "is_checked", "most"),
    [
        (Trust.PROVEN, True, MOST_STARTED),
        (Trust.PROVEN, False, MOST_STARTED),
        (Trust.CLAIMED, True, MOST_STARTED_UNPROVEN),
        (Trust.CLAIMED, False, MOST_STARTED_UNCHECKED),
    ],
)
def test_how_much_a_member_may_start_is_more_where_it_is_proven(
    trust: Trust, is_checked: bool, most: tuple[int, int]
) -> None:
    told, (an_hour, a_day) = replace(OPENS, trust=trust), most
    assert too_many_started(told, an_hour - 1, a_day - 1, is_checked=is_checked) == ""
    assert too_many_started(told, an_hour, an_hour, is_checked=is_checked) == "many-started"
    assert too_many_started(told, 0, a_day, is_checked=is_checked) == "many-started"


# --- answers --------------------------------------------------------------------------------------------------------


def answered(trust: Trust, answers_today: int, *, is_checked: bool = True) -> Decision:
    told = replace(TOLD, trust=trust)
    is_proven = trust is Trust.PROVEN
    decision = say(told, piece(ballot(Pick("Yes")), mark="V-7") if is_proven else piece(CommandReading(Intent.HELP)))
    return curbed(told, message("ben@example.org", "Re: Move?"), decision, answers_today, is_checked=is_checked)


def test_automatic_answers_end_and_the_acts_are_done_all_the_same() -> None:
    decision = answered(Trust.PROVEN, MOST_ANSWERS_A_DAY)
    assert (len(of_kind(decision, Answered)), decision.notices) == (1, ())
    assert "1 answers not sent" in decision.detail


@pytest.mark.parametrize(
    ("trust", "most", "about"),
    [
        (Trust.PROVEN, MOST_ANSWERS_A_DAY, "many-answers"),
        (Trust.CLAIMED, MOST_UNPROVEN_A_DAY, "unproven-answers"),
    ],
)
def test_mail_that_nothing_proves_has_a_number_of_answers_of_its_own_and_the_stewards_hear_when_it_is_used_up(
    trust: Trust, most: int, about: str
) -> None:
    before = answered(trust, most - 1)
    assert [notice.unproven for notice in before.notices] == [trust is not Trust.PROVEN]
    after = answered(trust, most)
    told = [one for one in after.broadcasts if isinstance(one.facts, StewardFacts)]
    assert (after.notices, [one.facts.about for one in told if isinstance(one.facts, StewardFacts)]) == ((), [about])
    assert told[0].key == answered(trust, most + 5).broadcasts[-1].key


def done_in_bens_name(trust: Trust, answers_today: int) -> tuple[Decision, bool]:
    """Return what becomes of a mail that changes something, and whether it has to wait."""
    told = replace(TOLD, trust=trust)
    decision = say(told, piece(ballot(Pick("Yes")), mark="V-7"))
    curbed_too = curbed(told, message("ben@example.org", "Re: Move?"), decision, answers_today)
    return curbed_too, is_to_wait(told, decision, answers_today)


@pytest.mark.parametrize(
    ("before", "is_told", "waits"),
    [(0, True, False), (MORE_OWED_A_DAY - 1, True, False), (MORE_OWED_A_DAY, False, True)],
)
def test_what_is_done_in_an_unproven_name_is_told_to_the_member_or_waits(
    before: int, is_told: bool, waits: bool
) -> None:
    decision, has_to_wait = done_in_bens_name(Trust.CLAIMED, MOST_UNPROVEN_A_DAY + before)
    assert (bool(decision.notices), has_to_wait) == (is_told, waits)


def test_what_a_proven_author_asks_for_is_done_however_many_answers_they_had() -> None:
    assert done_in_bens_name(Trust.PROVEN, 1_000)[1] is False


def test_a_mail_that_waits_for_want_of_an_answer_is_shown_to_the_stewards_by_itself() -> None:
    told = replace(TOLD, trust=Trust.CLAIMED)
    posts, act = (held_back(told, understood(piece(text=LONG)), why, 0) for why in ("many-posts", UNANSWERED))
    assert (act.state, act.notices) == (ArrivalState.HELD, ())
    assert posts.broadcasts[0].key != act.broadcasts[0].key


def test_where_nothing_says_who_wrote_a_mail_unproven_mail_has_the_larger_number() -> None:
    assert answered(Trust.CLAIMED, MOST_ANSWERS_A_DAY - 1, is_checked=False).notices
    assert answered(Trust.CLAIMED, MOST_ANSWERS_A_DAY, is_checked=False).notices == ()


def test_what_others_are_told_is_no_answer_and_is_not_left_out() -> None:
    decision = replace(answered(Trust.PROVEN, 0), broadcasts=())
    (answer,) = decision.notices
    letter = structs.replace(answer, key="to-cleo", answering=Answering.GENERATED, address="cleo@example.com")
    both = replace(decision, notices=(letter, answer))
    left = curbed(TOLD, message("ben@example.org", "Re: Move?"), both, MOST_ANSWERS_A_DAY)
    assert [notice.key for notice in left.notices] == ["to-cleo"]
    assert "1 answers not sent" in left.detail
    alone = replace(decision, notices=(letter,))
    assert curbed(TOLD, message("ben@example.org", "Re: Move?"), alone, MOST_ANSWERS_A_DAY).broadcasts == ()


@pytest.mark.parametrize(("before", "is_asked"), [(0, True), (MORE_OWED_A_DAY - 1, True), (MORE_OWED_A_DAY, False)])
def test_a_few_more_questions_to_confirm_are_asked_when_the_answers_are_used_up(before: int, is_asked: bool) -> None:
    told = context(BEN, trust=Trust.CLAIMED)
    decision = say(told, piece(CommandReading(Intent.LEAVE), "leave"))
    left = curbed(told, message("ben@example.org", "leave"), decision, MOST_UNPROVEN_A_DAY + before)
    assert bool(left.notices) is is_asked
