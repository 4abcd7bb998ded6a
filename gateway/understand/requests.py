"""`restante read`: one request in, one answer out, in the shapes of docs/reading.md. Calls the very readers that serve
real mail. Must not: read words itself, or touch anything outside its arguments.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.model.ballot import Abstention, Choice, Method, Pick, Picks, PlusOne, Question, Ranking, Scores
from gateway.model.message import Message, Unreadable
from gateway.model.reading import CheckInReading, CommandReading, Intent, NewText, TaskReading, TaskRequest
from gateway.model.task import TASK_LETTER, TaskAct
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import marks_in
from gateway.understand.mime import read_message
from gateway.understand.reading.ballot import read_ballot
from gateway.understand.reading.ballot_points import scale_of
from gateway.understand.reading.ballot_vocabulary import vocabulary
from gateway.understand.reading.checkin import read_checkin, with_questions
from gateway.understand.reading.command import read_command
from gateway.understand.reading.task_answer import read_task_answer
from gateway.understand.reply import new_text

Json = dict[str, Any]


class BadRequest(ValueError):
    """A request that does not have the shape of its type; the text says which key and what it takes."""


def answer(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    """Return the answer to one request, its `id` with it; `error` in place of a reading when it cannot be read."""
    known = {"id": request.get("id")}
    try:
        kind = request.get("type")
        reader = _READERS.get(kind) if isinstance(kind, str) else None
        if reader is None:
            raise BadRequest(f"type: one of {', '.join(_READERS)}, not {kind!r}")
        return known | reader(request, lexicon)
    except (BadRequest, Unreadable) as problem:
        return known | {"error": str(problem)}


def _string(request: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = request.get(key, default)
    if not isinstance(value, str):
        raise BadRequest(f"{key}: text is wanted here")
    return value


def _message(request: Mapping[str, Any], key: str) -> Message | None:
    encoded = request.get(key)
    if encoded is None:
        return None
    try:
        return read_message(base64.b64decode(encoded, validate=True))
    except (TypeError, ValueError, binascii.Error):
        raise BadRequest(f"{key}: a whole message in base64 is wanted here") from None


def _new_text(request: Mapping[str, Any], lexicon: Lexicon) -> NewText:
    return _new_text_of(request, _message(request, "eml"), _message(request, "original"), lexicon)


def _new_text_of(
    request: Mapping[str, Any], message: Message | None, original: Message | None, lexicon: Lexicon
) -> NewText:
    return new_text(_string(request, "text") if message is None else message, original, lexicon)


def _reply(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    message, original = _message(request, "eml"), _message(request, "original")
    reading = _new_text_of(request, message, original, lexicon)
    shape: Json = {"reply": reading.text, "dropped": [{"sign": d.sign, "text": d.text} for d in reading.dropped]}
    mark, written = _task_answered(message, original), message.date if message else None
    if mark and written:
        shape["task"] = {"mark": mark, **_plain_task_answer(read_task_answer(reading.own, written, lexicon))}
    return shape


def _task_answered(message: Message | None, original: Message | None) -> str:
    """Return the mark of the one task that a mail answers, as the subjects of our mails show it, "" for none."""
    shown = next((marks for one in (original, message) if one and (marks := marks_in(one.subject))), [])
    return shown[0] if len(shown) == 1 and shown[0].startswith(f"{TASK_LETTER}-") else ""


def _task_answer(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    text = _new_text(request, lexicon).own
    is_offered = request.get("offered", False) is True
    return _plain_task_answer(read_task_answer(text, _sent_at(request), lexicon, is_offered=is_offered))


def _plain_task_answer(said: TaskReading | None) -> Json:
    """Return what is said of a task as plain JSON: a `remark` where nothing is, `unclear` where it cannot be told."""
    if said is None:
        return {"kind": "remark", "assignee": None, "due": None, "remark": None, "evidence": None}
    return {
        "kind": _TASK_KINDS[said.act] if said.act else "unclear",
        "assignee": said.who or None,
        "due": _iso(said.due),
        "remark": said.remark or None,
        "evidence": said.evidence,
    }


_TASK_KINDS = {
    TaskAct.TAKE: "taken",
    TaskAct.DECLINE: "declined",
    TaskAct.HAND: "handed-over",
    TaskAct.POSTPONE: "postponed",
    TaskAct.DONE: "done",
    TaskAct.DROP: "dropped",
    TaskAct.STILL: "open",
    TaskAct.UNDO: "undone",
}


def _ballot(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    options = request.get("options")
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        raise BadRequest("options: a list of labels is wanted here")
    try:
        method = Method(_string(request, "method"))
    except ValueError:
        raise BadRequest(f"method: one of {', '.join(Method)}") from None
    text = _string(request, "question")
    question = Question(text=text, method=method, options=tuple(options))
    if method is Method.SCORE and (scale := scale_of(text, vocabulary(lexicon))) is not None:
        question = Question(text=text, method=method, options=tuple(options), lowest=scale[0], highest=scale[1])
    reading = read_ballot(_new_text(request, lexicon).own, question, lexicon)
    shape: Json = {"kind": reading.kind.value}
    if reading.kind == "ballot":
        shape |= {"choice": plain_choice(reading.choice), "comment": reading.comment}
    return shape | {"evidence": reading.evidence, "missing": reading.missing or None}


def plain_choice(choice: Choice | None) -> Any:
    """Return a choice as plain JSON: a label, a list, a nested list for ties, an object, a number, or None."""
    match choice:
        case None | Abstention():
            return None
        case Pick(label):
            return label
        case Picks(labels):
            return list(labels)
        case Ranking(groups):
            return [group[0] if len(group) == 1 else list(group) for group in groups]
        case Scores(pairs):
            return dict(pairs)
        case PlusOne(number):
            return number


def _checkin(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    try:
        sent_on = date.fromisoformat(_string(request, "sent_on"))
    except ValueError:
        raise BadRequest("sent_on: a date as 2026-06-29 is wanted here") from None
    return _plain_checkin(read_checkin(with_questions(_new_text(request, lexicon)), sent_on, lexicon))


def _plain_checkin(reading: CheckInReading) -> Json:
    return {
        "kind": reading.kind.value,
        "done": list(reading.done),
        "next": list(reading.next),
        "blockers": list(reading.blockers),
        "mood": reading.mood,
        "away_until": reading.away_until.isoformat() if reading.away_until else None,
    }


def _sent_at(request: Mapping[str, Any]) -> datetime:
    """Return when a request's mail was sent, in its author's zone."""
    try:
        zone = ZoneInfo(_string(request, "tz", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        raise BadRequest("tz: the name of a time zone, as Europe/Paris, is wanted here") from None
    try:
        sent_at = datetime.fromisoformat(_string(request, "sent_at"))
    except ValueError:
        raise BadRequest("sent_at: an instant as 2026-07-14T09:30 is wanted here") from None
    return sent_at.astimezone(zone) if sent_at.tzinfo else sent_at.replace(tzinfo=zone)


def _command(request: Mapping[str, Any], lexicon: Lexicon) -> Json:
    reading = read_command(
        address=_string(request, "address"),
        subject=_string(request, "subject", ""),
        text=_new_text(request, lexicon).own,
        sent_at=_sent_at(request),
        lexicon=lexicon,
    )
    return {"intent": reading.intent.value, "args": arguments(reading)}


def arguments(reading: CommandReading) -> Json:
    """Return the arguments of a request as plain JSON: just those of its intent."""
    shape = _ARGUMENTS.get(reading.intent)
    return shape(reading) if shape else {}


def _iso(value: date | time | None) -> str | None:
    return value.isoformat() if value else None


def _frequency(reading: CommandReading) -> Json:
    args: Json = {}
    if reading.frequency:
        args["frequency"] = reading.frequency
    if reading.days:
        args["days"] = list(reading.days)
    if reading.at:
        args["time"] = reading.at.strftime("%H:%M")
    return args


def _task(task: TaskRequest) -> Json:
    return {"title": task.title, "assignee": task.assignee, "due": _iso(task.due)}


def _tasks(reading: CommandReading) -> Json:
    if len(reading.tasks) == 1:
        return _task(reading.tasks[0])
    return {"tasks": [_task(task) for task in reading.tasks]}


def _vote(reading: CommandReading) -> Json:
    args: Json = {"question": reading.question}
    if reading.options:
        args["options"] = list(reading.options)
    if reading.method:
        args["method"] = reading.method
    if reading.deadline:
        with_time = reading.deadline.isoformat()
        args["deadline"] = with_time if reading.deadline_has_time else reading.deadline.date().isoformat()
    return args


def _answer(reading: CommandReading) -> Json:
    found = reading.checkin
    return {key: list(getattr(found, key)) if found else [] for key in ("done", "next", "blockers")}


_ARGUMENTS: dict[Intent, Callable[[CommandReading], Json]] = {
    Intent.NEW_TOPIC: lambda reading: {"title": reading.title},
    Intent.LEAVE: lambda reading: {"scope": reading.scope} if reading.scope else {},
    Intent.PAUSE: lambda reading: {"until": _iso(reading.until)},
    Intent.AWAY: lambda reading: {"from": _iso(reading.away_from), "until": _iso(reading.until)},
    Intent.SET_FREQUENCY: _frequency,
    Intent.NEW_TASK: _tasks,
    Intent.TASK_DONE: lambda reading: {"task": reading.task},
    Intent.NEW_VOTE: _vote,
    Intent.NEW_CHECKIN_ANSWER: _answer,
}

_READERS: dict[str, Callable[[Mapping[str, Any], Lexicon], Json]] = {
    "reply": _reply,
    "ballot": _ballot,
    "checkin": _checkin,
    "command": _command,
    "task": _task_answer,
}
