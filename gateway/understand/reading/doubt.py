"""Whether what is told of an absence is only supposed ("I would be away if …"), or said to be so no more.

Must not: know a language, or conclude what is asked for.
"""

from __future__ import annotations

from datetime import datetime

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.command_asked import is_denied
from gateway.understand.reading.command_ours import clause_of
from gateway.understand.reading.phrases import Hit
from gateway.understand.reading.request import Request, Told, make_request

_NEAR = 3  # words between "no longer" and what it denies
_ENDS = ",.;:!"  # behind a word that stands alone: a yes that is written as an if is ("Sí, …")


def is_unreal(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase supposes it, or says that it is so no longer or was called off."""
    start, end = clause_of(told, hit, request)
    lists, before = request.lists, told.words[_leading(told, hit, start, request) : hit.start]
    if request.spoken(lists.of("supposed").find(before)):
        return True
    denied = request.spoken(lists.of("no_longer").find(told.words[start:end]))
    if any(0 <= hit.start - (start + one.end) <= _NEAR for one in denied):
        return True
    if any(one.start < hit.start - start and hit.end - start < one.end for one in denied):
        return True  # "not on leave any more"
    off = request.spoken(lists.of("called_off").find(told.words[start:end]))
    return any(
        not _tells_of_self(told, hit, start + (one.end if one.start < len(before) else 0), request) for one in off
    )


def _leading(told: Told, hit: Hit, start: int, request: Request) -> int:
    """Return where the clause begins that a clause hangs on: "it may be, that I am away"."""
    if not start or not request.lists.of("that").whole(told.words[start : start + 1]):
        return start
    return clause_of(told, Hit("", "", start - 1, start), request)[0]


def is_on_condition(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase makes it depend on something: "unless I am on holiday".

    A comma may part the condition from it: "es sei denn, ich bin im Urlaub".
    """
    start, end = clause_of(told, hit, request)
    return any(start <= one.start < end or one.end == start for one in _conditions(told, request))


def _conditions(told: Told, request: Request) -> list[Hit]:
    """Return the words of a condition in a sentence, but those of politeness and a yes that is written as an if is."""
    return [
        one
        for one in request.spoken(request.lists.of("on_condition").find(told.words))
        if not any(True for _ in request.lists.of("polite_if").at(told.words, one.start))
        and not _stands_alone(told, one)
    ]


def _tells_of_self(told: Told, hit: Hit, start: int, request: Request) -> bool:
    """Tell whether "I" stands before a phrase, from a word on: "the talk is off and I am away" calls off a talk."""
    before = told.words[start : hit.end]
    owning = {one.start for one in request.lists.of("possessive").find(before)}
    return any(one.start not in owning for one in request.spoken(request.lists.of("first_person").find(before)))


def is_doubtful(text: str, sent_at: datetime, lexicon: Lexicon) -> bool:
    """Tell whether a text supposes or takes back anything at all: too little to act on unasked.

    "If you need anything" is said of no absence, and doubts none.
    """
    request = make_request("", "", text, sent_at, lexicon)
    return any(_doubts(told, request) for told in request.sentences)


def _doubts(told: Told, request: Request) -> bool:
    lists = request.lists
    if request.spoken(lists.of("supposed", "called_off").find(told.words)):
        return True
    absences = request.hits(told, "away", "going")
    if any(is_denied(told, hit, request) or is_unreal(told, hit, request) for hit in absences):
        return True
    return bool(_conditions(told, request))


def _stands_alone(told: Told, hit: Hit) -> bool:
    after = told.words[hit.end - 1].end
    return told.text[after : after + 1] in tuple(_ENDS) and hit.end - hit.start == 1
