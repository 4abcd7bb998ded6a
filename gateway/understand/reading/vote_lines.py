"""Lines that each say how a vote is held or when it ends: no run of them is one sentence, and none is an option.

Must not: say what such a line sets (vote_rules.py, vote_end.py), or choose what its author left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.lines import Line, stands_alone
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told, sentences_in
from gateway.understand.reading.vote_end import leads_to_an_end, says_only_when
from gateway.understand.reading.vote_rules import LONGEST, TABLE, rules_in, states_a_rule

_FEWEST = 2  # options left for the others of their list to be none
_BLANK = Line("")
_BRACKETED = re.compile(r"(?P<rest>.+?)\s*[([](?P<rule>[^()\[\]]{3,80})[)\]]\s*$")
_LABELLED = re.compile(r"(?P<rule>[^:]{3,80}?)\s*:\s+(?P<rest>.+)$")
_EITHER = "method_yesno"  # of [command]: "Secret ballot: yes or no?" asks whether
_SPEAKS_OF_IT = ("vote_label", "vote_ask")  # of [command]
_CONTRARY = (("secret", "named"), ("sealed", "shown"))


def with_rules_apart(request: Request) -> Request:
    """Return the request with each line that states a rule or an end as a sentence of its own, the subject's too."""
    return _with_lines_apart(_with_subject_apart(request))


def _with_subject_apart(request: Request) -> Request:
    """Return the request with a rule of its subject as a sentence: "Where? (secret ballot)", "Secret vote: where?"."""
    for found in (_BRACKETED.match(request.subject.text), _LABELLED.match(request.subject.text)):
        asks_whether = found and request.whole(found["rest"].strip("? "), _EITHER)
        if found and not asks_whether and _is_rule(found["rule"], request):
            subject = replace(request.subject, text=found["rest"].strip())
            return replace(request, subject=subject, sentences=(_told(found["rule"]), *request.sentences))
    return request


def _with_lines_apart(request: Request) -> Request:
    """Return the request with the lines parted that each say all of a rule or an end.

    Lines without a capital letter or a full stop are otherwise joined, as a mail program's wrapped ones are. "This will
    not be a / secret ballot" stays one: a line is cut from the next only where both are whole.
    """
    if not any(states_a_rule(_told(line.text), request) for line in request.lines):
        return request
    whole = [_is_whole(line, request) for line in request.lines]
    lines: list[Line] = []
    for place, line in enumerate(request.lines):
        if place and whole[place - 1] and whole[place] and not _is_denial_open(request.lines[place - 1], request):
            lines.append(_BLANK)
        lines.append(line)
    if len(lines) == len(request.lines):
        return request
    of_the_subject = request.sentences[: len(request.sentences) - len(sentences_in(request.lines, request.lexicon))]
    return replace(request, sentences=(*of_the_subject, *sentences_in(lines, request.lexicon)))


def _told(text: str) -> Told:
    return Told(text, words_of(text))


def _is_whole(line: Line, request: Request) -> bool:
    """Tell whether a line says all of a rule, of an end, or that there is a vote."""
    told = _told(line.text)
    if not told.words or len(told.words) > LONGEST or not stands_alone(line):
        return False
    return (
        states_a_rule(told, request)
        or leads_to_an_end(told, request)
        or bool(request.spoken(request.lists.of(*_SPEAKS_OF_IT).find(told.words)))
    )


def _is_denial_open(line: Line, request: Request) -> bool:
    """Tell whether a line ends with a word that denies what the next says: "quorum 5, but no / secret ballot"."""
    words = words_of(line.text)
    return any(hit.end == len(words) for hit in request.lists.of("negation").find(words))


def without_rules(named: Sequence[str], question: str, request: Request) -> tuple[str, ...]:
    """Return the options of a list without the lines at its ends that but say how or until when the vote is held.

    Where the vote is about voting, or they contradict each other ("secret ballot", "open ballot"), they are options.
    """
    rules = [_is_rule(line, request) for line in named]
    if not any(rules) or _about(request.lexicon).find(words_of(question)) or _contradict(named, request):
        return tuple(named)
    rules = [is_rule or says_only_when(_told(line), request) for line, is_rule in zip(named, rules, strict=True)]
    if not any(rules[place] for place in (0, -1)):
        return tuple(named)
    first = rules.index(False) if False in rules else len(rules)
    last = len(rules) - rules[::-1].index(False) if False in rules else len(rules)
    left = tuple(named[first:last])
    return left if not left or len(left) >= _FEWEST else tuple(named)


def _is_rule(text: str, request: Request) -> bool:
    """Tell whether a line is nothing but a rule: "secret ballot", "quorum 5", "you may add options"."""
    told = _told(text)
    hits = (*rules_in(told, request), *_beside(request.lexicon).find(told.words))
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    little = all(at in covered or word.text.isdigit() for at, word in enumerate(told.words))
    return little and not told.asks and states_a_rule(told, request)


def _contradict(named: Sequence[str], request: Request) -> bool:
    keys = {hit.key for line in named for hit in rules_in(_told(line), request)}
    return any(keys.issuperset(pair) for pair in _CONTRARY)


@lru_cache(maxsize=8)
def _beside(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), ("beside_a_rule",)))


@lru_cache(maxsize=8)
def _about(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), ("about_voting",)))
