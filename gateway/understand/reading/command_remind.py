"""Who asks to be reminded of something: "remind me on Friday to send the invoices", "erinnere mich morgen an …".

The day may stand before what is to be thought of or behind it, and either may be named in the subject alone.
Must not: know a language, or take a question ("remind me, when is it?") for a task.
"""

from __future__ import annotations

from datetime import date

from gateway.model.reading import CommandReading, Intent, TaskRequest, When
from gateway.understand.reading.command_asked import asked_for
from gateway.understand.reading.phrases import Hit, Word, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.task import read_task

_EDGES = " \t.,;:!?-–—'’"
_MARKS = ":–—"  # before what is to be thought of, as a word that leads to it
_MOST_STEPS = 4  # words of courtesy, and a date, between "remind me" and what it is about


def reminders_in(request: Request) -> list[tuple[Told, Hit]]:
    """Return where a mail asks that its author be reminded."""
    plain = asked_for(request, "remind_me", "remind_opens")
    # "Das erinnert mich an …" tells of something; the same words ask where they open a sentence or stand in a question.
    opening = asked_for(request, "remind_opening")
    return plain + [(told, hit) for told, hit in opening if told.asks or _opens(told, hit, request)]


def _opens(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether nothing but courtesy stands ahead of a phrase."""
    courtesies = request.spoken(request.lists.of("remind_between").find(told.words[: hit.start]))
    return {at for one in courtesies for at in range(one.start, one.end)} == set(range(hit.start))


def asks_to_know(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether "remind me" asks for knowledge, not for a task, or names none: "remind me when it is", "… of it"."""
    behind = [words_of(_without_ahead(_told_of(told, one, request), request)[1]) for one in _over(told, hit, request)]
    lists = request.lists
    return any(
        words and (lists.of("remind_asks").at(words, 0) or lists.of("remind_of").whole(words)) for words in behind
    )


def _over(told: Told, hit: Hit, request: Request) -> list[Hit]:
    """Return the words for "remind me" that overlap with a phrase."""
    return [
        one for one in request.hits(told, "remind_me", "remind_opening") if one.start < hit.end and hit.start < one.end
    ]


def read_reminder(request: Request) -> CommandReading | None:
    """Return the task of whoever asks to be reminded, None where nothing is named to be reminded of."""
    for told, hit in reminders_in(request):
        task = _reminder(told, hit, request)
        if task:
            return CommandReading(intent=Intent.NEW_TASK, tasks=(task,), evidence=told.text)
    return _reminder_behind(request)


def _reminder_behind(request: Request) -> CommandReading | None:
    """Read "I have to return the file on the 28th, can you remind me?": what its author must do stands ahead."""
    if not request.mentions("remind_behind"):
        return None
    for before, told in zip((None, *request.sentences), request.sentences, strict=False):
        behind = [hit for hit in request.hits(told, "remind_behind") if hit.end == len(told.words)]
        for hit in behind:
            said = told.text[: told.words[hit.start].start] if hit.start else before.text if before else ""
            words = words_of(said)
            musts = [one.end for one in request.spoken(request.lists.of("i_must").at(words, 0))] if words else []
            if musts and max(musts) < len(words):
                task = read_task(said[words[max(musts)].start :].strip(_EDGES), request, who="me")
                return CommandReading(intent=Intent.NEW_TASK, tasks=(task,), evidence=told.text) if task else None
            task = _dated_ahead(said, request) if hit.start and words else None
            if task:
                return CommandReading(intent=Intent.NEW_TASK, tasks=(task,), evidence=told.text)
    return None


def _dated_ahead(said: str, request: Request) -> TaskRequest | None:
    """Return what is said ahead of "can you remind me" in the same breath: a deed or a thing, and its day."""
    words = words_of(said)
    lists = request.lists
    asks = request.spoken((*lists.of("remind_asks").at(words, 0), *lists.of("been", "if_word").find(words)))
    task = None if asks else read_task(said.strip(_EDGES), request, who="me")
    return task if task and task.due and len(words_of(task.title)) > 1 else None


def _reminder(told: Told, hit: Hit, request: Request) -> TaskRequest | None:
    due, rest = _without_ahead(_told_of(told, hit, request), request)
    if told.is_subject and not rest.strip(_EDGES) and request.sentences:  # the body goes on: "Remind me", "to …"
        ahead, rest = _without_ahead(request.sentences[0].text, request)
        due = due or ahead
    words = words_of(rest)
    named = bool(words) and not request.lists.of("remind_of").whole(words)
    what = _what(rest, request, dated=due is not None) if named else _elsewhere(told, request) if due or words else ""
    task = read_task(what.strip(_EDGES), request, who="me")
    if task and told.asks and not (due or task.due) and _names_a_thing(words, request):
        return None  # "Can you remind me of the door code?" asks to know it
    return TaskRequest(what.strip(_EDGES), "me", due) if task and due else task


def _told_of(told: Told, hit: Hit, request: Request) -> str:
    """Return what a sentence says behind "remind me"; "" where the verb is missing that it waits for."""
    behind = told.words[hit.end :]
    text = told.text[told.words[hit.end - 1].end :]
    if hit.key != "remind_opens":
        return text
    ends = request.spoken(request.lists.of("remind_ends").find(behind))
    closing = next((one.start for one in ends if one.end == len(behind)), None)
    if closing is None:
        return text if ends else ""
    return told.text[told.words[hit.end - 1].end : behind[closing].start]


def _without_ahead(text: str, request: Request) -> tuple[date | None, str]:
    """Return the day named at the front of a text, None for none, and the text without it and courtesies around it."""
    due: date | None = None
    for _ in range(_MOST_STEPS):
        rest = text.lstrip(" \t,")
        words = words_of(rest)
        ends = [hit.end for hit in request.lists.of("remind_between").at(words, 0)] if words else []
        whens = [one.when for one in request.dates(rest)] if due is None else []
        ahead = next((when for when in whens if not rest[: when.span[0]].strip()), None)
        if ahead:
            due, text = ahead.day, rest[_end_of(ahead, rest, request) :]
        elif ends:
            text = rest[words[max(ends) - 1].end :]
        else:
            break
    return due, text


def _end_of(when: When, text: str, request: Request) -> int:
    """Return where a date ends, without the "de" that leads on to the deed: "le 1er octobre de payer"."""
    start, end = when.span
    words = words_of(text[start:end])
    return start + words[-1].start if words and request.lists.of("remind_of").whole(words[-1:]) else end


def _what(rest: str, request: Request, *, dated: bool) -> str:
    """Return what a text says is to be thought of, without the word that leads to it; "" where nothing leads."""
    words = words_of(rest)
    links = [hit.end for hit in request.spoken(request.lists.of("remind_of").at(words, 0))]
    if links:
        return rest[words[max(links) - 1].end :]
    marked = rest.lstrip()[:1] in tuple(_MARKS)
    return rest if marked or (dated and _is_deed(words, request)) else ""


def _names_a_thing(words: tuple[Word, ...], request: Request) -> bool:
    """Tell whether what one is to be reminded of is led up to as a thing is ("of the code"), not a deed ("to pay")."""
    lists = request.lists
    things = [hit.end for hit in request.spoken(lists.of("remind_thing").at(words, 0))] if words else []
    links = [hit.end for hit in request.spoken(lists.of("remind_of").at(words, 0))] if words else []
    return bool(things) and max(things) == max(links)


def _is_deed(words: tuple[Word, ...], request: Request) -> bool:
    """Tell whether a verb stands first that names a deed by itself, in languages that put no word before it."""
    return bool(request.spoken(request.lists.of("remind_deed").at(words, 0)))


def _elsewhere(told: Told, request: Request) -> str:
    """Return what the subject names, or for a subject that asks, the first sentence of the body."""
    if told.is_subject:
        return request.sentences[0].text if request.sentences else ""
    subject = request.subject
    is_label = request.whole(subject.text, "reminder_label", "task_label")
    return "" if subject.is_reply or is_label else subject.text
