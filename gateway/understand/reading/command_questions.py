"""Who asks how it works, and who asks how things stand: questions about us that are answered, and set nothing.

Must not: know a language, or take a question to the members ("how do we get to the hall?") for one to us.
"""

from __future__ import annotations

from gateway.model.reading import CommandReading, Intent
from gateway.understand.reading.command_asked import SHORT, agrees, answers_questions
from gateway.understand.reading.command_ours import clause_of, is_all_ours, strangers
from gateway.understand.reading.phrases import Hit
from gateway.understand.reading.request import Request, Told

_LITTLE = 3  # words below a subject that asks
_THINGS = ("task_label", "vote_label", "task_intro")  # what one may ask us about
_FEW = 2  # words of something else beside what is asked about
_OPENING = 1  # words ahead of "how" in its clause


def read_help(request: Request) -> CommandReading | None:
    """Read "how does this work?", "Help" over a question, "how can I start a vote?"."""
    if request.body_words > SHORT:
        return None
    headed = request.whole(request.subject.text.rstrip(" ?"), "word_help") or request.subject.text.strip() == "?"
    subject_asks = headed or not request.subject.text
    for told in request.told:
        for hit in request.hits(told, "help"):
            if any(one.start == hit.start and one.end > hit.end for one in request.hits(told, "status")):
                continue  # "What do I have to do?"
            if subject_asks or answers_questions(request) or _fits(told, hit, request):
                return CommandReading(intent=Intent.HELP, evidence=told.text)
        if _asks_how(told, request, headed=headed):
            return CommandReading(intent=Intent.HELP, evidence=told.text)
    asked = headed and (says_little_else(request) or _asks_only_of_us(request))
    return CommandReading(intent=Intent.HELP) if asked else None


def _asks_only_of_us(request: Request) -> bool:
    """Tell whether a short body asks, and names nothing but what is ours: "Is there a list of what I can write?"."""
    ours = all(is_all_ours(told, request, groups=True) for told in request.sentences)
    return ours and any(told.asks for told in request.sentences)


def read_status(request: Request) -> CommandReading | None:
    """Read "what is still open?", "Status", "which tasks are late?"."""
    if request.body_words > SHORT:
        return None
    subject_asks = request.whole(request.subject.text, "word_status") or not request.subject.text
    for told in request.told:
        for hit in request.hits(told, "status"):
            fits = (hit.end - hit.start) * 2 >= len(told.words) or _asks_for_it(told, hit, request)
            mine = any(hit.start <= one.start < hit.end for one in request.hits(told, "first_person"))  # "on my plate"
            says = told.asks or mine or not told.is_subject or not request.sentences
            if subject_asks or (fits and says):
                return CommandReading(intent=Intent.STATUS, evidence=told.text)
        if _asks_what_is_open(told, request):
            return CommandReading(intent=Intent.STATUS, evidence=told.text)
    asked = subject_asks and bool(request.subject.text) and not request.subject.is_reply
    return CommandReading(intent=Intent.STATUS) if asked and says_little_else(request) else None


def _asks_for_it(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a sentence asks for what a phrase names, and hardly for anything else ("where are we to park?")."""
    if not told.asks and not request.hits(told, "send"):
        return False
    start, end = clause_of(told, hit, request)
    things = request.hits(told, *_THINGS, "pending", "status")
    if request.spoken(request.lists.of("together").find(told.words[hit.start : hit.end])):
        return hit.end == end or any(one.start >= hit.end for one in things)  # "where are we with the votes?"
    return len(_others(told, start, end, things, request)) <= _FEW


def says_little_else(request: Request) -> bool:
    """Tell whether a body adds nothing to its subject: below "Agenda" it may be the agenda, which is for all."""
    if not agrees(request) or request.listed_lines():
        return False
    return request.body_words <= _LITTLE or all(is_all_ours(told, request, groups=True) for told in request.sentences)


def _fits(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase is most of its clause, or the sentence names nothing that is not ours."""
    start, end = clause_of(told, hit, request)
    size = end - start if told.asks else len(told.words)
    return (hit.end - hit.start) * 2 >= size or is_all_ours(told, request, groups=True)


def _asks_how(told: Told, request: Request, *, headed: bool) -> bool:
    """Tell whether a clause asks how a vote or a task is made: it names one, and hardly a thing that is not ours."""
    if not told.asks or request.subject.is_reply or not request.mentions("vote_label", "task_label"):
        return False
    if request.spoken(request.lists.of("together").find(told.words)):
        return False  # "how do we vote on this?" is for all
    for how in request.hits(told, "hypothetical", "help", "how"):
        start, end = clause_of(told, how, request)
        if any(start <= hit.start < end for hit in request.hits(told, "status")):
            continue  # "What do I have to do?"
        things = [hit for hit in request.hits(told, *_THINGS) if start <= hit.start and hit.end <= end]
        if how.start <= start + _OPENING and things:
            return len(_others(told, start, end, things, request)) <= (2 if headed else 1)
    return False


def _asks_what_is_open(told: Told, request: Request) -> bool:
    """Tell whether a question is of tasks or votes and what is still to come of them, and of nothing else."""
    if request.subject.is_reply and not answers_questions(request):
        return False
    named = request.spoken(request.lists.of("address_vote", "address_task").find(told.words))  # "votes", "polls"
    things, pending = (*request.hits(told, *_THINGS), *named), request.hits(told, "pending")
    mine = bool(request.hits(told, "first_person"))
    if (
        told.asks and pending and not things and (mine or request.hits(told, "me"))
    ):  # "Was steht bei mir eigentlich noch alles offen?"
        opens = bool(told.words) and bool(request.spoken(request.lists.of("remind_asks").at(told.words, 0)))
        return opens and not _others(told, 0, len(told.words), pending, request)
    sent = not told.asks and any(hit.start == 0 for hit in request.hits(told, "send"))  # "send me what is still open"
    if not (things if told.asks else sent and pending and mine):
        return False
    others = _others(told, 0, len(told.words), (*things, *pending), request)
    if not told.asks or not pending:
        opens = not told.asks or bool(request.lists.of("remind_asks").at(told.words, 0))
        return mine and opens and not others
    return len(others) <= mine


def _others(told: Told, start: int, end: int, covered: tuple[Hit, ...] | list[Hit], request: Request) -> list[int]:
    """Return which words [start, end) name something else than what is ours, or covered."""
    known = {at for hit in covered for at in range(hit.start, hit.end)}
    return [at for at in strangers(told, start, end, request, groups=True) if at not in known]
