"""A member's own settings by mail: how posts come, when prompts come, pauses, absences, muted threads.

Only the member changes these. Must not: read words, or say what a setting does (audience.py and owed.py do).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from gateway.decide.acted import Acted, declined
from gateway.decide.calendar import DAY
from gateway.model.charter import WEEKDAYS
from gateway.model.context import MailContext, ThreadView
from gateway.model.decision import Why
from gateway.model.entry import AwayEnded, AwayNoted, Entry, SettingsChanged
from gateway.model.facts import Act, DeclineFacts
from gateway.model.member import Absence, Delivery, Member, Receipts, Settings
from gateway.model.reading import CommandReading, Intent
from gateway.model.round import MARK_LETTERS, Ritual
from gateway.model.understood import Setting, Word

_LADDER = (Delivery.IMMEDIATE, Delivery.DAILY, Delivery.WEEKLY, Delivery.NONE)
_WITHOUT_DIGEST = (Delivery.IMMEDIATE, Delivery.NONE)
_PROMPT_LADDER = ("daily", "weekly", "biweekly", "never")
_ABOUT_PROMPTS = frozenset({"prompt", "summary"})


def local_day(member: Member, at: datetime) -> date:
    """Return the day it is where the member lives."""
    return at.astimezone(ZoneInfo(member.timezone)).date()


def change(member: Member, acts: tuple[Act, ...], **changes: Any) -> Acted:
    """Return a member's settings changed; nothing is recorded when they say so already."""
    changed: Settings = msgspec.structs.replace(member.settings, **changes)
    entries: tuple[Entry, ...] = ()
    if changed != member.settings:
        entries = (SettingsChanged(member_id=member.id, settings=changed),)
    return Acted(Why.SETTINGS, entries=entries, acts=acts)


def _delivery(member: Member, delivery: Delivery, **changes: Any) -> Acted:
    act = Act(name="delivery", text=delivery.value)
    return change(member, (act, *_time_acts(changes)), delivery=delivery, **changes)


def _time_acts(changes: dict[str, Any]) -> tuple[Act, ...]:
    acts: list[Act] = []
    if "digest_weekday" in changes:
        acts.append(Act(name="digest-time", text=WEEKDAYS[changes["digest_weekday"]]))
    if "digest_at" in changes:
        acts.append(Act(name="digest-time", text=changes["digest_at"].strftime("%H:%M")))
    return tuple(acts)


# --- one word -------------------------------------------------------------------------------------------------------


def one_word(context: MailContext, member: Member, said: Setting, mark: str = "") -> Acted:
    """Return what a setting in one word comes to.

    It is about the channel it names or was sent to; else, where it is `mute`, about the thread it names, that of
    `mark`, or the one it answers; else about all mail of the workspace. How often something comes cannot be said of
    one thread: who tries is told what can.
    """
    channel = said.channel or (context.destination.channel if context.answering is None else None)
    if said.channel and said.channel not in context.workspace.charter.channels:
        return declined(Why.DECLINED, DeclineFacts(reason="unknown-channel", detail=said.channel))
    if channel and said.word in _IN_CHANNEL:
        return _channel(context, member, said.word, channel)
    if said.mark and said.word in _NOT_OF_ONE_THREAD:
        thread = _thread_of(context, said.mark)
        facts = DeclineFacts(reason="one-thread", mark=said.mark, title=thread.subject if thread else "")
        return declined(Why.ASKED_BACK, facts)
    if said.mark and said.word is Word.STOP:  # no more of that, not of everything
        said = dataclasses.replace(said, word=Word.MUTE)
    if said.word in (Word.MUTE, Word.UNMUTE):
        wanted = said.mark or mark
        thread = _thread_of(context, wanted)
        if said.mark and thread is None:
            return _which_thread(context)
        return _WORDS[said.word](dataclasses.replace(context, thread=thread) if thread else context, member)
    return _WORDS[said.word](context, member)


# How often comes for a channel, or for all mail: posts of one thread come as the others do, or not at all.
_NOT_OF_ONE_THREAD = frozenset({Word.LESS, Word.MORE, Word.DIGEST, Word.DAILY, Word.WEEKLY})


def _thread_of(context: MailContext, mark: str) -> ThreadView | None:
    """Return the thread of what a mark stands for, of those this mail could mean; None where it is none of them."""
    if mark in context.rounds:
        round_ = context.rounds[mark].round
        return ThreadView(round_.thread, round_.title, round_.channel)
    if mark in context.tasks:
        return ThreadView(mark, context.tasks[mark].title, context.tasks[mark].channel)
    thread = context.threads.get(mark)
    return context.thread if thread is None and context.thread and context.thread.mark == mark else thread


def _which_thread(context: MailContext) -> Acted:
    """Ask which thread is meant, with the marks of those that the answered mail shows."""
    items = context.answering.items if context.answering else ()
    marks = " ".join(item.mark for item in items)
    return declined(Why.ASKED_BACK, DeclineFacts(reason="which-thread", detail=marks))


# --- one channel ----------------------------------------------------------------------------------------------------


def _channel(context: MailContext, member: Member, word: Word, channel: str) -> Acted:
    """Return how posts of one channel come from here on; `unmute` has them come as all others do."""
    before = member.settings.channels.get(channel)
    now = before or member.settings.delivery or context.workspace.charter.delivery
    wanted = _IN_CHANNEL[word](now)
    left = {name: delivery for name, delivery in member.settings.channels.items() if name != channel}
    channels = left if wanted is None else {**left, channel: wanted}
    act = Act(name="channel", text=wanted.value if wanted else "", who=channel)
    return change(member, (act,), channels=channels)


def _stepped(steps: int) -> Callable[[Delivery], Delivery]:
    return lambda now: _LADDER[min(max(_LADDER.index(now) + steps, 0), len(_LADDER) - 1)]


_IN_CHANNEL: dict[Word, Callable[[Delivery], Delivery | None]] = {
    Word.LESS: _stepped(1),
    Word.MORE: _stepped(-1),
    Word.DIGEST: lambda now: Delivery.WEEKLY if now is Delivery.WEEKLY else Delivery.DAILY,
    Word.DAILY: lambda now: Delivery.DAILY,
    Word.WEEKLY: lambda now: Delivery.WEEKLY,
    Word.MUTE: lambda now: Delivery.NONE,
    Word.STOP: lambda now: Delivery.NONE,
    Word.UNMUTE: lambda now: None,
}


# --- receipts, and whose threads ------------------------------------------------------------------------------------


def _receipts(wanted: Receipts) -> Callable[[MailContext, Member], Acted]:
    return lambda context, member: change(member, (Act(name="receipts", text=wanted.value),), receipts=wanted)


def _only_mine(mine: bool) -> Callable[[MailContext, Member], Acted]:
    if not mine:
        return lambda context, member: _all_threads(member, "everything")
    return lambda context, member: change(member, (Act(name="only-mine"),), only_mine=True)


def _all_threads(member: Member, name: str) -> Acted:
    """Let every thread come again, whatever kept it back: `mute` or `only mine`."""
    return change(member, (Act(name=name),), muted_threads=(), only_mine=False)


def _step(steps: int) -> Callable[[MailContext, Member], Acted]:
    def stepped(context: MailContext, member: Member) -> Acted:
        if _about_prompts(context):
            return _prompt_step(context, member, steps)
        now = _LADDER.index(member.settings.delivery or context.workspace.charter.delivery)
        return _delivery(member, _LADDER[min(max(now + steps, 0), len(_LADDER) - 1)])

    return stepped


def _prompt_step(context: MailContext, member: Member, steps: int) -> Acted:
    """Ask for check-ins one step less or more often, in answer to one."""
    settings = member.settings
    often = "daily" if not settings.prompt_days else "biweekly" if settings.prompt_every > 1 else "weekly"
    now = _PROMPT_LADDER.index(often if settings.prompts else "never")
    wanted = _PROMPT_LADDER[min(max(now + steps, 0), len(_PROMPT_LADDER) - 1)]
    return _prompts(context, member, CommandReading(Intent.SET_FREQUENCY, frequency=wanted))


def _mute(context: MailContext, member: Member) -> Acted:
    thread = context.thread
    mark = thread.mark if thread else context.answering.thread if context.answering else ""
    if not mark:
        return _which_thread(context)
    muted = tuple(dict.fromkeys((*member.settings.muted_threads, mark)))
    return change(member, (Act(name="muted", mark=mark, title=thread.subject if thread else ""),), muted_threads=muted)


def _unmute(context: MailContext, member: Member) -> Acted:
    thread = context.thread
    mark = thread.mark if thread else context.answering.thread if context.answering else ""
    if not mark:
        return _all_threads(member, "unmuted")
    left = tuple(muted for muted in member.settings.muted_threads if muted != mark)
    return change(member, (Act(name="unmuted", mark=mark, title=thread.subject if thread else ""),), muted_threads=left)


def _digest(context: MailContext, member: Member) -> Acted:
    weekly = member.settings.delivery is Delivery.WEEKLY
    return _delivery(member, Delivery.WEEKLY if weekly else Delivery.DAILY)


def stop(member: Member) -> Acted:
    """Stop everything at once, until `resume`; who wants to leave for good says so and is asked to confirm."""
    return change(member, (Act(name="paused"),), paused=True, paused_until=None)


_WORDS: dict[Word, Callable[[MailContext, Member], Acted]] = {
    Word.LESS: _step(1),
    Word.MORE: _step(-1),
    Word.MUTE: _mute,
    Word.UNMUTE: _unmute,
    Word.DIGEST: _digest,
    Word.STOP: lambda context, member: stop(member),
    Word.RECEIPTS_ON: _receipts(Receipts.ON),
    Word.RECEIPTS_OFF: _receipts(Receipts.OFF),
    Word.RECEIPTS_UNCLEAR: _receipts(Receipts.UNCLEAR),
    Word.ONLY_MINE: _only_mine(True),
    Word.EVERYTHING: _only_mine(False),
}


def lines(context: MailContext, member: Member) -> tuple[Act, ...]:
    """Return how mail comes to a member, in the lines of a receipt: for `status`."""
    settings, today = member.settings, local_day(member, context.received_at)
    delivery = settings.delivery or context.workspace.charter.delivery
    found = [Act(name="delivery", text=delivery.value), Act(name="receipts", text=settings.receipts.value)]
    found += [Act(name="channel", text=how.value, who=name) for name, how in sorted(settings.channels.items())]
    if settings.only_mine:
        found.append(Act(name="only-mine"))
    if not settings.prompts:
        found.append(Act(name="prompts", text="off"))
    if settings.paused or (settings.paused_until is not None and settings.paused_until >= today):
        through = None if settings.paused else settings.paused_until
        found.append(_paused_through(through) if through else Act(name="paused"))
    if (absence := member.away_on(today)) is not None:
        found.append(Act(name="away", until=absence.until))
    return tuple(found)


# --- requests -------------------------------------------------------------------------------------------------------


def pause(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    """Return a pause: up to a day, on which mail comes again, or through it; or until `resume`."""
    if asked.until is None:
        return change(member, (Act(name="paused"),), paused=True, paused_until=None)
    last = asked.until if asked.through else asked.until - DAY
    if last < local_day(member, context.received_at):
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood", detail=asked.evidence))
    return change(member, (_paused_through(last),), paused=False, paused_until=last)


def _paused_through(last: date) -> Act:
    return Act(name="paused", until=last + DAY)


def resume(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    """Return the end of a pause, and of every absence that covers today; what was stopped comes again."""
    today = local_day(member, context.received_at)
    away = member.away_on(today)
    paused = member.settings.paused or member.settings.paused_until is not None or not member.settings.prompts
    acts = (Act(name="back"),) if away and not paused else (Act(name="resumed"),)
    back = change(member, acts, paused=False, paused_until=None, prompts=True)
    ended: tuple[Entry, ...] = (AwayEnded(member_id=member.id, day=today),) if away else ()
    return Acted(Why.SETTINGS, entries=(*ended, *back.entries), acts=back.acts)


def away(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    """Return an absence as its member states it."""
    today = local_day(member, context.received_at)
    starts = asked.away_from or today
    if asked.until is not None and asked.until < max(starts, today):
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood", detail=asked.evidence))
    absence = Absence(starts=starts, until=asked.until, unproven=context.is_unproven)
    return Acted(
        Why.AWAY,
        entries=(AwayNoted(member_id=member.id, absence=absence),),
        acts=(Act(name="away", until=asked.until, starts=starts if starts > today else None),),
    )


def set_frequency(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    """Return how often mail comes from here on: prompts when it answers one, posts and digests otherwise."""
    return _prompts(context, member, asked) if _about_prompts(context) else _posts(context, member, asked)


def _about_prompts(context: MailContext) -> bool:
    sent = context.answering
    if sent is None:
        return False
    return sent.kind in _ABOUT_PROMPTS or sent.mark.startswith(MARK_LETTERS[Ritual.CHECKIN] + "-")


def _posts(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    changes: dict[str, Any] = {}
    days = [WEEKDAYS.index(day) for day in asked.days if day in WEEKDAYS]
    if days:
        changes["digest_weekday"] = days[0]
    if asked.at is not None:
        changes["digest_at"] = asked.at
    delivery = _DELIVERIES.get(asked.frequency or "")
    if delivery is None and changes and member.settings.delivery in (None, *_WITHOUT_DIGEST):
        # Who names when the digest comes, and has none, wants one.
        now = member.settings.delivery or context.workspace.charter.delivery
        delivery = (Delivery.WEEKLY if days else Delivery.DAILY) if now in _WITHOUT_DIGEST else None
    if delivery is not None:
        return _delivery(member, delivery, **changes)
    if not changes:
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood", detail=asked.evidence))
    return change(member, _time_acts(changes), **changes)


# A digest comes daily or weekly; whoever wants it more seldom gets the seldomest there is, and is told.
_DELIVERIES: dict[str, Delivery] = {
    "immediate": Delivery.IMMEDIATE,
    "daily": Delivery.DAILY,
    "weekly": Delivery.WEEKLY,
    "biweekly": Delivery.WEEKLY,
    "monthly": Delivery.WEEKLY,
    "never": Delivery.NONE,
}


def _prompts(context: MailContext, member: Member, asked: CommandReading) -> Acted:
    if asked.frequency == "never":
        return change(member, (Act(name="prompts", text="off"),), prompts=False)
    changes: dict[str, Any] = {"prompts": True}
    days = tuple(WEEKDAYS.index(day) for day in asked.days if day in WEEKDAYS)
    every = _EVERY.get(asked.frequency or "")
    if every is not None:
        changes |= {"prompt_every": every, "prompt_days": days or _one_day(context, member, asked.frequency or "")}
    elif days:
        changes |= {"prompt_every": 1, "prompt_days": days}
    if asked.at is not None:
        changes["prompt_at"] = asked.at
    if len(changes) == 1:
        return declined(Why.DECLINED, DeclineFacts(reason="not-understood", detail=asked.evidence))
    return change(member, (Act(name="prompts", text=asked.frequency or "on"),), **changes)


_EVERY: dict[str, int] = {"daily": 1, "weekly": 1, "biweekly": 2, "monthly": 4}


def _one_day(context: MailContext, member: Member, frequency: str) -> tuple[int, ...]:
    """Return the one weekday on which a weekly prompt comes when none was named: that of the prompt answered."""
    if frequency == "daily":
        return ()
    sent_at = context.answering.sent_at if context.answering and context.answering.sent_at else context.received_at
    return (local_day(member, sent_at).weekday(),)
