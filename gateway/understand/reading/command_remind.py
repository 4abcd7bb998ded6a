"""Who asks to be reminded of something: "remind me on Friday to send the invoices", "erinnere mich morgen an …".

The day may stand before what is to be thought of or behind it, and either may be named in the subject alone.
Must not: know a language, or take a question ("remind me, when is it?") for a task.
"""

from __future__ import annotations

from gateway.model.reading import CommandReading, Intent, TaskRequest
from gateway.understand.reading.command_asked import asked_for
from gateway.understand.reading.phrases import Hit, Word, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.task import read_task

_EDGES = " \t.,;:!?-–—"
_MARKS = ":–—"  # before what is to be thought of, as a word that leads to it
_MOST_STEPS = 4  # words of courtesy, and a date, between "remind me" and what it is about


def reminders_in(request: Request) -> list[tuple[Told, Hit]]:
    """Return where a mail asks that its author be reminded."""
    return asked_for(request, "remind_me")


def read_reminder(request: Request) -> CommandReading | None:
    """Return the task of whoever asks to be reminded, None where nothing is named to be reminded of."""
    for told, hit in reminders_in(request):
        task = _reminder(told, hit, request)
        if task:
            return CommandReading(intent=Intent.NEW_TASK, tasks=(task,), evidence=told.text)
    return None


def _reminder(told: Told, hit: Hit, request: Request) -> TaskRequest | None:
    dated, rest = _without_ahead(told.text[told.words[hit.end - 1].end :], request)
    what = rest if not words_of(rest) else _what(rest, request)
    if what is None:
        return None
    if not words_of(what):  # "remind me on Friday": the other part of the mail says of what
        if not dated:
            return None
        what = _elsewhere(told, request)
    task = read_task(f"{what}", request, who="me") if what else None
    if task is None:
        return None
    due = next((one.when.day for one in request.dates(dated)), None) if dated else task.due
    return TaskRequest(what.strip(_EDGES) if dated else task.title, "me", due)


def _without_ahead(text: str, request: Request) -> tuple[str, str]:
    """Return the date at the front of a text, "" for none, and the text without it and the courtesies around it."""
    dated = ""
    for _ in range(_MOST_STEPS):
        rest = text.lstrip(" \t,")
        words = words_of(rest)
        ends = [hit.end for hit in request.lists.of("remind_between").at(words, 0)] if words else []
        spans = [one.when.span for one in request.dates(rest)] if not dated else []
        ahead = next((end for start, end in spans if not rest[:start].strip()), 0)
        if ahead:
            dated, text = rest[:ahead], rest[ahead:]
        elif ends:
            text = rest[words[max(ends) - 1].end :]
        else:
            break
    return dated, text


def _what(rest: str, request: Request) -> str | None:
    """Return what a text says is to be thought of, without the word that leads to it; None where nothing leads."""
    words = words_of(rest)
    links = [hit.end for hit in request.spoken(request.lists.of("remind_of").at(words, 0))]
    if links:
        return rest[words[max(links) - 1].end :]
    marked = rest.lstrip()[:1] in tuple(_MARKS)
    return rest if marked or _is_deed(words, request) else None


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
