"""Who asks for tasks to be noted, and who says that one is done.

Must not: know a language, or what tasks there are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent, TaskRequest
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command_asked import SHORT, TASK_MARK, asked_for, is_denied, label_of
from gateway.understand.reading.command_ours import clause_of, strangers
from gateway.understand.reading.command_remind import asks_to_know, read_reminder
from gateway.understand.reading.past import first_but, past_in
from gateway.understand.reading.phrases import Hit, fold, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.task import is_name, labelled_out, read_task, read_tasks, tells_only_what
from gateway.understand.reading.todo import read_todos
from gateway.understand.reading.tongue import is_common

_FEWEST_LINES = 2
_FEW_WORDS = 2  # that say whom a task is for, ahead of a colon: "add a task for me: …"
_FEW_AHEAD = 8  # words ahead of a colon that say whose list it is
_GENITIVE = re.compile(r"(?:['’]s?|s['’])\s")
_NEAR = 3  # words between "me" and the list
_WHOM = re.compile(r"\s*@[\w.-]+\w[:,]?\s")  # whom a body is addressed to
_FEW_BEHIND = 3  # words behind "tick it off": "please", "thank you"
_SHORT_PAST = 14  # words of a sentence that says in the past tense that the task is done
_SIGN = re.compile(r"[✅✔☑]")


def read_task_done(request: Request) -> CommandReading | None:
    """Read "done" in answer to a reminder, "T-12 done", "Done: renew the insurance"."""
    first = request.sentences[0] if request.sentences else None
    reminded = label_of(request.subject.text, request, "reminder_label")
    if reminded is None and any(TASK_MARK.search(mark) for mark in request.subject.marks):
        reminded = request.subject.text
    if request.subject.is_reply and first and reminded is not None:
        return (
            CommandReading(intent=Intent.TASK_DONE, task=reminded, evidence=first.text)
            if _says_done(request, reminded)
            else None
        )
    if request.subject.is_reply:
        return _marked_done(request)
    done_label = label_of(request.subject.text, request, "done")
    if done_label and not any(request.hits(told, "not_done") for told in request.told):
        return CommandReading(intent=Intent.TASK_DONE, task=done_label, evidence=request.subject.text)
    return _marked_done(request) or _ticked_off(request)


def _ticked_off(request: Request) -> CommandReading | None:
    """Read "The boiler service is done, you can tick it off": who asks so says what is done.

    The subject alone may be of anything: "Shopping" over "Take it off the list, no more lemonade".
    """
    if not request.mentions("tick_off") or request.body_words > SHORT or request.mentions("not_done"):
        return None
    asked = asked_for(request, "tick_off")
    if not asked or any(told.asks or request.dates(told.text) for told in request.sentences):
        return None
    if any(len(told.words) - hit.end > _FEW_BEHIND for told, hit in asked):
        return None  # "Please close this one, the other door stays open"
    first = request.sentences[0] if request.sentences else Told("", ())
    done = min((hit.start for hit in request.hits(first, "done")), default=0)
    named = first.text[: first.words[done].start].strip(" ,;:") if strangers(first, 0, done, request) else ""
    return CommandReading(intent=Intent.TASK_DONE, task=named, evidence=first.text) if named else None


def _marked_done(request: Request) -> CommandReading | None:
    """Read an item mark with a word for done: "T-12 done"."""
    if not request.mentions("done"):
        return None
    subject = request.subject.text
    first = request.sentences[0] if request.sentences else None
    if first and TASK_MARK.fullmatch(subject) and not request.subject.is_reply and _says_done(request, subject):
        return CommandReading(intent=Intent.TASK_DONE, task=subject.upper(), evidence=first.text)
    for told in request.told:
        mark = TASK_MARK.search(told.text)
        if mark and request.hits(told, "done") and not request.hits(told, "not_done"):
            return CommandReading(intent=Intent.TASK_DONE, task=mark.group().upper(), evidence=told.text)
    return None


def _says_done(request: Request, title: str) -> bool:
    """Tell whether the first sentence says that it is done: not almost, not tomorrow, not in a question."""
    first = request.sentences[0]
    if first.asks or any(request.hits(told, "not_done") for told in request.sentences[:1]):
        return False
    if _SIGN.search(first.text):
        return True
    words = first.words
    hits = [hit for hit in request.lists.of("done").find(words) if hit.start <= 3 or hit.end == len(words)]
    but = first_but(words, request.languages, request.lexicon)
    hits = [hit for hit in hits if (but is None or hit.start < but) and not _by_another(first, hit, title, request)]
    if hits:
        return not any(is_denied(first, hit, request) for hit in hits)
    past = past_in(words, title, request.languages, request.lexicon)
    if past is None or but is not None or len(words) > _SHORT_PAST or request.hits(first, "joking"):
        return False
    at, languages = past
    denied = any(hit.language in languages for hit in request.hits(first, "negation"))  # "no" is "on the" elsewhere
    if denied or _is_yet_to_come(first, languages, request):
        return False
    return not _by_another(first, Hit("", "", at, at + 1), title, request)


def _is_yet_to_come(told: Told, languages: frozenset[str], request: Request) -> bool:
    """Tell whether a sentence speaks of what is to come or goes on; "repaired since Saturday" does not."""
    since = _since(request.lexicon) if not request.hits(told, "first_person") else frozenset()
    hits = request.lists.of("yet_to_come").find(told.words)
    return any(hit.language in languages and told.words[hit.start].text not in since for hit in hits)


@lru_cache(maxsize=8)
def _since(lexicon: Lexicon) -> frozenset[str]:
    """Return the words that lead up to a beginning and say "after" too: "since", not "from"."""
    found: set[str] = set()
    for table in lexicon.tables("date").values():
        found |= set(map(fold, table.get("from", ()))) & set(map(fold, table.get("after", ())))
    return frozenset(found)


def _by_another(told: Told, hit: Hit, title: str, request: Request) -> bool:
    """Tell whether a clause begins with somebody else who did it: "Ana paid hers", not "Rent paid"."""
    start, end = clause_of(told, hit, request)
    before = told.words[start : hit.start]
    if request.spoken(request.lists.of("third_person").find(before)):
        return True
    first = told.words[0]
    is_titled = not start and before and told.text[first.start : first.end].istitle()
    named = is_titled and 0 in strangers(told, 0, hit.start, request)
    is_of_title = first.text in {word.text for word in words_of(title)}
    return bool(named and strangers(told, hit.end, end, request)) and not is_of_title


def read_new_task(request: Request) -> CommandReading | None:
    """Read "Task: …", "À faire", action points in a list, "remind me to …", "@ines … by Friday" in the subject."""
    if request.subject.is_reply:
        return _asked_task(request)
    labelled = label_of(request.subject.text, request, "task_label")
    if labelled:
        from_subject = not request.listed_lines()
        return tasks_of(_with_subject(request, labelled), from_subject=from_subject)
    head, colon, title = request.subject.text.partition(":")
    whom = _labelled_for(head.strip(), request) if colon and title.strip() else None
    if whom:
        named = tasks_of(_with_subject(request, title.strip()), from_subject=not request.listed_lines())
        return _handed(named, whom)
    assignee = _labelled_for(request.subject.text, request)
    if assignee and request.sentences:
        return _handed(tasks_of(request, from_subject=False), assignee)
    words = words_of(request.subject.text)
    starts = [hit.end for hit in request.lists.of("task_label").at(words, 0)] if words else []
    if starts and (max(starts) == len(words) or request.listed_lines()) and _names_a_task(request):
        return tasks_of(request, from_subject=False)
    if re.search(r"(?<![\w.])@\w", request.subject.text) and request.dates(request.subject.text):
        return tasks_of(request, from_subject=True)
    if not request.subject.text and len(request.sentences) == 1 and _WHOM.match(request.sentences[0].text):
        return tasks_of(request, from_subject=False)  # "@maya can you renew the licence by Friday"
    headed = _headed(request)
    if headed:
        return headed
    if request.subject.text and (_only_hands_out(request) or _is_handed_in_subject(request)):
        return tasks_of(request, from_subject=True)
    return _asked_task(request)


def _names_a_task(request: Request) -> bool:
    """Tell whether a body says something to be done, and does not ask ("To do?", "What is still open for me?")."""
    first = request.sentences[0] if request.sentences else None
    if first is None or (first.asks and request.hits(first, "status", "help", "pending")):
        return False
    return not (first.asks and request.lists.of("remind_asks").at(first.words, 0))


def _only_hands_out(request: Request) -> bool:
    """Tell whether a body says but who does what its subject names, and until when: "@lee by Tuesday, please"."""
    if len(request.sentences) != 1:
        return False
    told = request.sentences[0]
    named = _WHOM.match(told.text)
    due = [one.when.span for one in request.dates(told.text)]
    if named is None or not due:
        return False
    known = request.lists.of("due_label", "task_lead")
    rest = [word for word in told.words if word.start >= named.end() and not any(a <= word.start < b for a, b in due)]
    return all(known.whole((word,)) for word in rest)


def _headed(request: Request) -> CommandReading | None:
    """Read a list below the line "Tasks:" that says of each whose it is; else it may be its author's own."""
    heads = (told for told in request.sentences if told.text.endswith(":"))
    if not request.listed_lines() or not any(request.whole(told.text, "task_label") for told in heads):
        return None
    reading = tasks_of(request, from_subject=False)
    owned = [task for task in reading.tasks if task.assignee] if reading else []
    return reading if reading and (len(owned) == len(reading.tasks) or len(owned) > 1) else None


def _is_handed_in_subject(request: Request) -> bool:
    """Tell whether a subject begins with whom it is for, over a body that says but when: "@ann order paper"."""
    if not request.subject.text.startswith("@") or len(request.sentences) != 1:
        return False
    told = request.sentences[0]
    due = [one.when.span for one in request.dates(told.text)]
    known = request.lists.of("due_label", "task_lead", "courtesy_word")
    rest = (word for word in told.words if not any(a <= word.start < b for a, b in due))
    return bool(due) and all(known.whole((word,)) or is_common(word, request.lexicon) for word in rest)


def read_todo_lines(request: Request) -> CommandReading | None:
    """Read "TODO @ben: send the budget by Friday" in the body of a new mail, whatever its subject."""
    if request.subject.is_reply:
        return None
    todos = read_todos(request)
    if not todos.tasks:
        return None
    evidence = todos.tasks[0].title
    return CommandReading(Intent.NEW_TASK, tasks=todos.tasks, is_beside=todos.says_more, evidence=evidence)


def _labelled_for(subject: str, request: Request) -> str | None:
    """Return whom a subject that is but a label is for: "Task for Ines", "tâche pour moi"; None for other subjects."""
    words = words_of(subject)
    labels = [hit.end for hit in request.lists.of("task_label").at(words, 0)] if words else []
    if not labels or max(labels) >= len(words):
        return None
    handed = [hit.end for hit in request.lists.of("assign_to").at(words, max(labels)) if hit.end == len(words) - 1]
    if not handed:
        return None
    mine = request.lists.of("me").whole(words[-1:])
    name = subject[words[-1].start : words[-1].end]
    is_named = name[:1].isupper() or subject[words[-1].start - 1] == "@"
    return "me" if mine else name if is_named and not request.dates(subject) else None


def _handed(reading: CommandReading | None, assignee: str) -> CommandReading | None:
    """Return the tasks with that assignee where they name none."""
    if reading is None:
        return None
    tasks = tuple(replace(task, assignee=task.assignee or assignee) for task in reading.tasks)
    return replace(reading, tasks=tasks)


def _asked_task(request: Request) -> CommandReading | None:
    reminder = None if request.listed_lines() else read_reminder(request)
    if reminder:
        return reminder
    asked = asked_for(request, "task_ask", "my_task")
    asked = [
        (told, hit) for told, hit in asked if not asks_to_know(told, hit, request) and not _joins(told, hit, request)
    ]
    noted = (_said_of_somebody(told, hit, request) for told, hit in asked_for(request, "note_that"))
    if said_of := next((reading for reading in noted if reading), None):
        return said_of
    if not asked:
        return _introduced(request) or _on_anothers_list(request)
    told, hit = asked[0]
    if request.listed_lines() or labelled_out(request):
        return tasks_of(request, from_subject=False)
    names_none = _names_none(told, hit, request)
    if names_none and told.is_subject and request.sentences:  # "Please add a task": the body names it
        return tasks_of(request, from_subject=False)
    if names_none:  # "please add this as a task": the subject names it, or the sentence before
        handed = _handed_before(told, request)
        if handed:
            return handed
        named = bool(request.subject.text) and not request.subject.is_reply and not told.is_subject
        return tasks_of(request, from_subject=True) if named else None
    if hit.key == "task_ask" and (_is_object(told, hit, request) or _is_notice(told, hit, request)):
        return None
    asked_task = replace(told, is_subject=False)
    head, colon, text = told.text[told.words[hit.end - 1].end :].partition(":")
    whom = words_of(head)
    if not colon or not text.strip() or len(whom) > _FEW_WORDS:
        return tasks_of(replace(request, sentences=(asked_task,)), from_subject=False)
    tasks = tasks_of(replace(request, sentences=(Told(text.strip(), words_of(text.strip())),)), from_subject=False)
    who = _named_for(head, request)
    return _handed(tasks, who) if who else tasks


def _on_anothers_list(request: Request) -> CommandReading | None:
    """Read "Add to Sam's list: get two quotes", "Pour la liste de Karim : …": a list and a name ahead of a colon."""
    if request.subject.is_reply or not request.sentences:
        return None
    told, *others = request.sentences
    head, colon, what = told.text.partition(":")
    words = words_of(head)
    named = _owner_of_list(Told(head, words), request) if colon and len(words) <= _FEW_AHEAD else None
    if named is None:
        return None
    below = [one.text for one in others] if not what.strip() else [" ".join([what, *(one.text for one in others[:1])])]
    tasks = tuple(task for text in below if (task := read_task(text.strip(), request, who=named)))
    return CommandReading(intent=Intent.NEW_TASK, tasks=tasks, evidence=told.text) if tasks else None


def _owner_of_list(told: Told, request: Request) -> str | None:
    """Return the one name that says whose a list is: "Sam's list", "la liste de Karim"; None for "the guest list"."""
    lists = [hit for hit in request.hits(told, "scope_noun") if hit.end - hit.start == 1]
    names = [at for at in range(1, len(told.words)) if is_name(told.words[at], told.text)]
    if len(lists) != 1 or len(names) != 1 or request.dates(told.text):
        return None
    noun, at = lists[0].start, names[0]
    word = told.words[at]
    between = told.text[word.end : told.words[noun].start] if at < noun else ""
    owns = bool(_GENITIVE.fullmatch(between)) or noun + 2 == at == len(told.words) - 1
    is_feast = any(word.text in map(fold, table.get("feasts", ())) for table in request.lexicon.tables("date").values())
    return told.text[word.start : word.end] if owns and not is_feast else None


def _names_none(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase ends its sentence, or but the list follows it: "please add these to the list"."""
    if hit.end == len(told.words):
        return True
    behind = range(hit.end, len(told.words))
    if request.lists.of("them").whole(told.words[hit.end : hit.end + 1]) and not strangers(
        told, hit.end, len(told.words), request
    ):
        return True  # "please keep track of these for us"
    listed = any(one.start in behind for one in request.hits(told, "scope_noun", "task_label"))
    return listed and not strangers(told, hit.end, len(told.words), request, groups=True)


def _named_for(text: str, request: Request) -> str | None:
    """Return whom a few words name: "for me" → "me", "for Joan" → "Joan"; None for others."""
    words = words_of(text)
    if request.lists.of("me").whole(words[-1:]):
        return "me"
    named = len(words) == _FEW_WORDS and request.lists.of("assign_to").whole(words[:1])
    name = text[words[-1].start : words[-1].end] if named else ""
    return name if name[:1].isupper() and not request.dates(text) else None


def _said_of_somebody(told: Told, hit: Hit, request: Request) -> CommandReading | None:
    """Read "Can you note that Sarah has to call the bank?": somebody is named who has to, after a word that says so."""
    behind = told.text[told.words[hit.end - 1].end :].strip(" ?:")
    words = words_of(behind)
    if words and request.lists.of("that").whole(words[:1]):
        behind = behind[words[0].end :]
    task = read_task(behind.strip(), request)
    if task is None or not task.assignee or task.assignee == "me" or not behind.strip().startswith(task.assignee):
        return None
    return CommandReading(intent=Intent.NEW_TASK, tasks=(task,), evidence=told.text)


def _handed_before(told: Told, request: Request) -> CommandReading | None:
    """Read "Tom has to send the return. Can you put that on his list?": the sentences before say who does what."""
    at = next((at for at, one in enumerate(request.sentences) if one == told), 0)
    tasks: list[TaskRequest] = []
    for before in reversed(request.sentences[:at]):
        task = read_task(before.text, request) if not before.asks else None
        if task is not None and tells_only_what(before.text, request):
            return None
        if task is None or task.assignee is None:
            break
        tasks.insert(0, task)
    return CommandReading(intent=Intent.NEW_TASK, tasks=tuple(tasks), evidence=told.text) if tasks else None


def _joins(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase is but the end of one for joining: "could I be added to the list"."""
    return any(one.start < hit.start < one.end for one in request.hits(told, "join"))


def _is_notice(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it goes on as a notice does: "please note that I have to leave at six"."""
    return bool(request.lists.of("that").whole(told.words[hit.end : hit.end + 1]))


def _is_object(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it is the author who is to be put on some list: "write me on the list for the cake"."""
    mine = request.lists.of("me").find(told.words[max(0, hit.start - _NEAR) : hit.start])
    return bool(mine) and not request.lists.of("me").find(told.words[hit.start : hit.end])


def _introduced(request: Request) -> CommandReading | None:
    """Read "Three things to track:" over lines that each name somebody."""
    if request.subject.is_reply or len(request.listed_lines()) < _FEWEST_LINES:
        return None
    for told in request.told:
        ends = [hit.end for hit in request.hits(told, "task_intro")]
        if request.spoken(request.lists.of("been", "third_person").find(told.words)):
            continue
        heads = told.is_subject and _names_tasks(told, request)
        ends_so = ends and max(ends) == len(told.words) and (told.is_subject or told.text.endswith(":"))
        if heads or ends_so:
            reading = tasks_of(request, from_subject=False)
            return reading if reading and all(task.assignee for task in reading.tasks) else None
    return None


def _names_tasks(subject: Told, request: Request) -> bool:
    """Tell whether a subject is of tasks: "Jobs from the meeting", "pour la liste des tâches"."""
    if any(True for _ in request.lists.of("task_from").at(subject.words, 0)):
        return True
    labels = request.hits(subject, "task_label")
    return any(not hit.start for hit in request.hits(subject, "task_intro")) or any(
        hit.end == len(subject.words) for hit in labels
    )


def _with_subject(request: Request, text: str) -> Request:
    subject = replace(request.subject, text=text)
    return replace(request, subject=subject)


def tasks_of(request: Request, *, from_subject: bool) -> CommandReading | None:
    """Return the tasks a mail asks for as a request, None when it names none."""
    tasks = read_todos(request).tasks or read_tasks(request, from_subject=from_subject)
    return CommandReading(intent=Intent.NEW_TASK, tasks=tasks, evidence=request.subject.text) if tasks else None
