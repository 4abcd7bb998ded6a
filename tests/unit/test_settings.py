"""Stories of a member's own settings: how mail comes, pauses, absences, muted threads, and taking it back."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.ballot import Pick
from gateway.model.change import AbsenceChange, AnswerChange, Change, SettingsChange
from gateway.model.decision import Decision, Why
from gateway.model.entry import AbsencesRestored, AnswerRestored, AwayEnded, AwayNoted, SettingsChanged
from gateway.model.facts import Act, DeclineFacts, ReceiptFacts
from gateway.model.member import Absence, Delivery, Settings
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import Ballot
from gateway.model.understood import Setting, Undo, Word
from tests.builders import (
    BEN,
    NOW,
    context,
    facts_of,
    member,
    of_kind,
    piece,
    say,
    sent,
    settings_of,
    thread,
    view,
    vote_round,
)

TODAY = NOW.date()
DAILY = Delivery.DAILY


def with_settings(**settings: Any) -> Any:
    return member(2, "Ben", settings=Settings(**settings))


def word(name: Word, author: Any = BEN, **facts: Any) -> Decision:
    return say(context(author, **facts), piece(Setting(name), name.value))


def ask(intent: Intent, author: Any = BEN, told: dict[str, Any] | None = None, **facts: Any) -> Decision:
    return say(context(author, **(told or {})), piece(CommandReading(intent, **facts), intent.value))


def acts(decision: Decision) -> list[tuple[str, str]]:
    return [(act.name, act.text) for facts in facts_of(decision, ReceiptFacts) for act in facts.acts]


def test_less_goes_down_one_step_and_more_goes_up_one() -> None:
    assert settings_of(word(Word.LESS))["delivery"] is Delivery.DAILY
    assert settings_of(word(Word.LESS, with_settings(delivery=Delivery.DAILY)))["delivery"] is Delivery.WEEKLY
    assert settings_of(word(Word.MORE, with_settings(delivery=Delivery.WEEKLY)))["delivery"] is Delivery.DAILY


def test_the_receipt_says_what_it_is_now() -> None:
    assert acts(word(Word.LESS)) == [("delivery", "daily")]


def test_more_than_everything_changes_nothing_and_says_so() -> None:
    decision = word(Word.MORE, with_settings(delivery=Delivery.IMMEDIATE))
    assert (decision.entries, acts(decision)) == ((), [("delivery", "immediate")])


def test_mute_means_the_thread_it_answers_and_unmute_takes_it_back() -> None:
    assert settings_of(word(Word.MUTE, thread=thread("P-4")))["muted_threads"] == ("P-4",)
    muted = with_settings(muted_threads=("P-4", "P-9"))
    assert settings_of(word(Word.UNMUTE, muted, thread=thread("P-4")))["muted_threads"] == ("P-9",)
    assert settings_of(word(Word.UNMUTE, muted))["muted_threads"] == ()


def test_mute_in_answer_to_several_things_asks_which_and_shows_their_marks() -> None:
    asked = facts_of(word(Word.MUTE, answering=sent("digest", items=("P-14", "V-7"))), DeclineFacts)[0]
    assert (asked.reason, asked.detail) == ("which-thread", "P-14 V-7")
    assert facts_of(word(Word.MUTE), DeclineFacts)[0].reason == "which-thread"


def test_mute_with_a_mark_means_that_thread_and_a_mark_unknown_to_the_mail_mutes_nothing() -> None:
    named = piece(Setting(Word.MUTE, mark="P-4"), "mute P-4")
    there = say(context(BEN, threads={"P-4": thread("P-4")}, thread=thread("P-9")), named)
    assert settings_of(there)["muted_threads"] == ("P-4",)
    missing = say(context(BEN, thread=thread("P-9")), named)
    assert facts_of(missing, DeclineFacts)[0].reason == "which-thread"


@pytest.mark.parametrize("asked", [Word.LESS, Word.MORE, Word.DIGEST, Word.DAILY, Word.WEEKLY])
def test_how_often_cannot_be_said_of_one_thread_and_what_can_is_told(asked: Word) -> None:
    there = say(context(BEN, threads={"P-4": thread("P-4")}), piece(Setting(asked, mark="P-4"), f"{asked} P-4"))
    (facts,) = facts_of(there, DeclineFacts)
    assert (facts.reason, facts.mark, there.entries) == ("one-thread", "P-4", ())


def test_stop_said_of_one_thread_stops_that_alone() -> None:
    there = say(context(BEN, threads={"P-4": thread("P-4")}), piece(Setting(Word.STOP, mark="P-4"), "P-4: stop"))
    assert (settings_of(there)["muted_threads"], settings_of(there)["paused"]) == (("P-4",), False)


def test_a_rhythm_for_one_channel_leaves_the_others_as_they_are() -> None:
    asked = piece(Setting(Word.WEEKLY, "design"), "weekly #design")
    changed = settings_of(say(context(BEN), asked))
    assert changed["channels"] == {"design": "weekly"}
    assert changed["delivery"] is None


def test_who_has_no_digest_and_names_its_time_gets_one() -> None:
    at_once = with_settings(delivery=Delivery.IMMEDIATE)
    assert settings_of(ask(Intent.SET_FREQUENCY, at_once, at=time(8)))["delivery"] is Delivery.DAILY
    on_fridays = settings_of(ask(Intent.SET_FREQUENCY, at_once, days=("friday",), at=time(8)))
    assert (on_fridays["delivery"], on_fridays["digest_weekday"]) == (Delivery.WEEKLY, 4)
    weekly = settings_of(ask(Intent.SET_FREQUENCY, with_settings(delivery=Delivery.WEEKLY), at=time(8)))
    assert weekly["delivery"] is Delivery.WEEKLY


def test_digest_collects_posts_and_stop_ends_everything_sent_of_our_own_accord() -> None:
    assert settings_of(word(Word.DIGEST))["delivery"] is Delivery.DAILY
    assert settings_of(word(Word.STOP))["paused"] is True


def test_a_pause_lasts_until_its_day_or_until_resume() -> None:
    assert settings_of(ask(Intent.PAUSE, until=TODAY + timedelta(3)))["paused_until"] == TODAY + timedelta(2)
    through = ask(Intent.PAUSE, until=TODAY + timedelta(3), through=True)
    assert settings_of(through)["paused_until"] == TODAY + timedelta(3)
    assert settings_of(ask(Intent.PAUSE))["paused"] is True
    assert settings_of(ask(Intent.RESUME, with_settings(paused=True)))["paused"] is False


def test_resume_ends_an_absence_as_well() -> None:
    away = member(2, "Ben", absences=(Absence(starts=TODAY, until=TODAY + timedelta(9)),))
    assert of_kind(ask(Intent.RESUME, away), AwayEnded) == [AwayEnded(member_id=2, day=TODAY)]


def test_resume_brings_prompts_back_and_leaves_the_delivery_that_was_chosen() -> None:
    back = settings_of(ask(Intent.RESUME, with_settings(delivery=Delivery.WEEKLY, prompts=False, paused=True)))
    assert (back["delivery"], back["prompts"], back["paused"]) == (Delivery.WEEKLY, True, False)


def test_less_in_answer_to_a_prompt_means_prompts() -> None:
    told: dict[str, Any] = {"answering": sent("prompt", "C-31")}
    less = settings_of(word(Word.LESS, **told))
    assert (less["prompt_days"], less["prompt_every"], less["delivery"]) == ((2,), 1, None)
    seldom = settings_of(word(Word.LESS, with_settings(prompt_days=(2,)), **told))
    assert seldom["prompt_every"] == 2
    assert settings_of(word(Word.LESS, with_settings(prompt_days=(2,), prompt_every=2), **told))["prompts"] is False
    more = settings_of(word(Word.MORE, with_settings(prompt_days=(2,)), **told))
    assert (more["prompt_days"], more["prompt_every"]) == ((), 1)


def test_an_absence_is_noted_as_its_member_states_it() -> None:
    decision = ask(Intent.AWAY, away_from=date(2026, 8, 3), until=date(2026, 8, 14))
    (entry,) = of_kind(decision, AwayNoted)
    assert entry.absence == Absence(starts=date(2026, 8, 3), until=date(2026, 8, 14))
    assert (decision.why, acts(decision)) == (Why.AWAY, [("away", "")])
    assert facts_of(decision, ReceiptFacts)[0].acts[0].starts == date(2026, 8, 3)


def test_an_absence_that_is_over_is_not_understood() -> None:
    assert ask(Intent.AWAY, until=TODAY - timedelta(1)).entries == ()


@pytest.mark.parametrize(
    ("frequency", "delivery"),
    [("daily", Delivery.DAILY), ("weekly", Delivery.WEEKLY), ("monthly", Delivery.WEEKLY), ("never", Delivery.NONE)],
)
def test_a_frequency_is_that_of_posts(frequency: str, delivery: Delivery) -> None:
    assert settings_of(ask(Intent.SET_FREQUENCY, frequency=frequency))["delivery"] is delivery


def test_the_day_and_hour_of_a_digest_can_be_chosen() -> None:
    changed = settings_of(ask(Intent.SET_FREQUENCY, frequency="weekly", days=("friday",), at=time(8)))
    assert (changed["digest_weekday"], changed["digest_at"]) == (4, time(8))


def test_in_answer_to_a_prompt_a_frequency_is_that_of_prompts() -> None:
    told: dict[str, Any] = {"answering": sent("prompt", "C-31")}
    weekly = settings_of(ask(Intent.SET_FREQUENCY, told=told, frequency="weekly"))
    assert (weekly["prompt_days"], weekly["prompt_every"], weekly["delivery"]) == ((2,), 1, None)  # asked on Wednesday
    named = settings_of(ask(Intent.SET_FREQUENCY, told=told, frequency="weekly", days=("monday", "friday")))
    assert named["prompt_days"] == (0, 4)
    assert settings_of(ask(Intent.SET_FREQUENCY, told=told, frequency="never"))["prompts"] is False


def test_a_frequency_without_anything_in_it_is_not_understood() -> None:
    decision = ask(Intent.SET_FREQUENCY)
    assert (decision.entries, facts_of(decision, DeclineFacts)[0].reason) == ((), "not-understood")


# --- undo -----------------------------------------------------------------------------------------------------------


def receipt(*lines: Act) -> dict[str, Any]:
    return {"answering": sent("receipt", facts=ReceiptFacts(acts=lines))}


def undo(told: dict[str, Any] | None = None, number: int = 0) -> Decision:
    return say(context(BEN, **(told or {})), piece(Undo(number), "undo"))


def test_undo_brings_the_settings_of_before_back() -> None:
    before, now = Settings(delivery=Delivery.WEEKLY), Settings(delivery=Delivery.DAILY)
    told = receipt(Act(name="delivery", text="daily", changed=(SettingsChange(before=before, after=now),)))
    decision = say(context(with_settings(delivery=Delivery.DAILY), **told), piece(Undo(), "undo"))
    assert of_kind(decision, SettingsChanged)[0].settings == before


def test_undo_leaves_what_was_changed_since() -> None:
    told = receipt(
        Act(name="muted", changed=(SettingsChange(before=Settings(), after=Settings(muted_threads=("P-1",))),))
    )
    now = with_settings(muted_threads=("P-1", "P-2"), delivery=Delivery.WEEKLY)
    decision = say(context(now, **told), piece(Undo(), "undo"))
    assert of_kind(decision, SettingsChanged)[0].settings == Settings(muted_threads=("P-2",), delivery=Delivery.WEEKLY)
    late = receipt(Act(name="delivery", changed=(SettingsChange(before=Settings(), after=Settings(delivery=DAILY)),)))
    refused = say(context(with_settings(delivery=Delivery.WEEKLY), **late), piece(Undo(), "undo"))
    assert (refused.entries, facts_of(refused, DeclineFacts)[0].reason) == ((), "changed-since")


def test_undo_of_all_goes_back_before_the_first_change() -> None:
    first, second, third = Settings(), Settings(delivery=DAILY), Settings(delivery=DAILY, muted_threads=("P-1",))
    lines = (
        Act(name="delivery", changed=(SettingsChange(before=first, after=second),)),
        Act(name="muted", changed=(SettingsChange(before=second, after=third),)),
    )
    told = receipt(*lines)
    decision = say(context(with_settings(delivery=DAILY, muted_threads=("P-1",)), **told), piece(Undo(), "undo"))
    assert of_kind(decision, SettingsChanged)[-1].settings == first


def test_undo_of_an_absence_leaves_none() -> None:
    noted = (Absence(starts=date(2026, 8, 3)),)
    told = receipt(Act(name="away", changed=(AbsenceChange(before=(), after=noted),)))
    away = msgspec.structs.replace(BEN, absences=noted)
    decision = say(context(away, **told), piece(Undo(), "undo"))
    assert of_kind(decision, AbsencesRestored) == [AbsencesRestored(member_id=2, absences=())]


@pytest.mark.parametrize(
    "change",
    [
        AbsenceChange(before=(), after=(Absence(starts=date(2026, 8, 3)),)),
        SettingsChange(before=Settings(), after=Settings(muted_threads=("P-1",))),
        SettingsChange(before=Settings(), after=Settings(channels={"design": DAILY})),
    ],
)
def test_what_was_undone_before_is_not_undone_again(change: Change) -> None:
    decision = undo(receipt(Act(name="away", changed=(change,))))
    assert (decision.why, decision.entries) == (Why.DECLINED, ())
    assert [facts.reason for facts in facts_of(decision, DeclineFacts)] == ["changed-since"]


@pytest.mark.parametrize("word", [Word.UNMUTE, Word.EVERYTHING])
def test_all_threads_come_again_whatever_kept_them_back(word: Word) -> None:
    quiet = with_settings(muted_threads=("P-1",), only_mine=True)
    decision = say(context(quiet), piece(Setting(word)))
    assert settings_of(decision)["muted_threads"] == ()
    assert settings_of(decision)["only_mine"] is False


def test_a_mark_names_the_lines_that_are_about_it() -> None:
    first, second = Settings(), Settings(muted_threads=("P-1",))
    lines = (
        Act(name="away", changed=(AbsenceChange(before=(), after=(Absence(starts=date(2026, 8, 3)),)),)),
        Act(name="muted", mark="P-1", changed=(SettingsChange(before=first, after=second),)),
    )
    decision = say(context(with_settings(muted_threads=("P-1",)), **receipt(*lines)), piece(Undo(mark="P-1")))
    assert of_kind(decision, SettingsChanged)[-1].settings == first
    assert not of_kind(decision, AbsencesRestored)


def test_what_has_gone_out_cannot_be_undone() -> None:
    assert facts_of(undo(receipt(Act(name="posted", mark="P-3"))), DeclineFacts)[0].reason == "gone-out"


def test_what_was_so_before_cannot_be_taken_back() -> None:
    assert facts_of(undo(receipt(Act(name="unmuted"))), DeclineFacts)[0].reason == "nothing-changed"


def test_there_is_nothing_to_undo_in_answer_to_something_else() -> None:
    assert facts_of(undo(), DeclineFacts)[0].reason == "undo-what"
    assert facts_of(undo(receipt(Act(name="away")), 2), DeclineFacts)[0].reason == "nothing-to-undo"


def test_undo_takes_a_ballot_back_and_the_one_before_stands_again() -> None:
    seen, cast = view(vote_round(), Pick("No")), Ballot(choice=Pick("No"))
    assert seen.standing is not None
    first = receipt(Act(name="voted", mark="V-7", changed=(AnswerChange(mark="V-7", before=None, after=cast),)))
    assert of_kind(say(context(BEN, seen, **first), piece(Undo(), "undo")), AnswerRestored)[0].standing is None
    earlier = msgspec.structs.replace(seen.standing, answer=Ballot(choice=Pick("Yes"), comment="why not"))
    again = AnswerChange(mark="V-7", before=earlier, after=cast)
    second = receipt(Act(name="voted", mark="V-7", replaced=True, changed=(again,)))
    assert of_kind(say(context(BEN, seen, **second), piece(Undo(1), "undo 1")), AnswerRestored)[0].standing == earlier
