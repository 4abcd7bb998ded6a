"""Who asks to leave, and what: everything, one topic, or what the mail answers. And who asks to join.

Must not: know a language, or decide whether the request is granted.
"""

from __future__ import annotations

import re

from gateway.model.address import KEYWORDS
from gateway.model.reading import CommandReading, Intent
from gateway.understand.reading.command_asked import SHORT, asked_for, is_apt, is_denied
from gateway.understand.reading.command_ours import bears_out, clause_of, is_ours
from gateway.understand.reading.phrases import Hit, Word, fold, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.tongue import is_common

# Words of an address that ask for something, and name no channel.
_ADDRESS_WORDS = ("address_join", "address_leave", "address_help", "address_status", "address_vote", "address_task")


def read_leave(request: Request) -> CommandReading | None:
    """Read "please take me off the list", "désinscription" …"""
    for told, hit in asked_for(request, "leave"):
        if told.is_subject and _stays(request):
            continue
        if is_apt(told, hit, request) and _is_about_us(told, hit, request) and not _conflicts(request):
            return CommandReading(intent=Intent.LEAVE, scope=scope_of(request), evidence=told.text)
    return _read_topic(request) or subject_word(request, "word_leave", Intent.LEAVE)


def _stays(request: Request) -> bool:
    """Tell whether a body denies what its subject asks for: "I don't want to leave any more"."""
    spoken = ((told, hit) for told in request.sentences for hit in request.hits(told, "leave", "word_leave"))
    return any(
        is_denied(told, hit, request)
        for told, hit in spoken
        if not request.hits(told, "mails") and len(told.words) <= SHORT
    )


def _read_topic(request: Request) -> CommandReading | None:
    """Read "I don't need to follow the garden topic any more": of one topic only, which has to be named."""
    for told, hit in asked_for(request, "leave_topic"):
        topic = _channel_said(told, hit, request) or _topic_named(told, 0, request)
        headed = topic and fold(topic) in {word.text for word in words_of(request.subject.text)}
        if topic and topic != _channel(request) and not headed and topic in _written(told, hit):
            continue
        if (
            topic
            and not told.is_subject
            and is_apt(told, hit, request)
            and is_ours(told, hit, request, others=1, groups=True)
        ):
            return CommandReading(intent=Intent.LEAVE, scope=topic, evidence=told.text)
    return None


def _written(told: Told, hit: Hit) -> set[str]:
    return {told.text[word.start : word.end] for word in told.words[hit.start : hit.end]}


def _channel_said(told: Told, hit: Hit, request: Request) -> str | None:
    """Return the channel that a mail was sent to where a phrase names it: "no more garden mail" to acme+garden."""
    said = {word.text for word in told.words[hit.start : hit.end]}
    channel = _channel(request)
    if channel is not None and fold(channel) in said:
        return channel
    head, colon, _ = request.subject.text.partition(":")  # "Re: [acme] garden: slug traps"
    return head.strip() if colon and request.subject.is_reply and fold(head.strip()) in said else None


def _is_about_us(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether what is left or joined is the list, a topic of it or its mail, not some outing on a day."""
    if any(one.start < hit.start and hit.end <= one.end for one in request.hits(told, "done")):
        return False  # "Take it off the list" is said of a thing
    told = _without_purpose(told, hit, request)
    topic = _topic_named(told, hit.start, request)
    return is_ours(told, hit, request, others=bool(topic), groups=True) and not _on_a_day(told, hit, request)


def _without_purpose(told: Told, hit: Hit, request: Request) -> Told:
    """Take what for off the end of a sentence: "put me on the list so I get the rota"."""
    purposes = request.spoken(request.lists.of("so_that").find(told.words))
    start = min((one.start for one in purposes if one.start >= hit.end), default=None)
    return told if start is None else Told(told.text[: told.words[start].start], told.words[:start], told.is_subject)


def _on_a_day(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase names a day that nothing begins on: "sign me up for Saturday"."""
    dates = request.dates(told.text)
    if not dates:
        return False
    start, end = clause_of(told, hit, request)
    first, last = told.words[start].start, told.words[end - 1].end
    first = max(first, told.words[hit.start].start)  # "Friday is my last day so remove me" leaves for good
    within = (one for one in dates if first <= one.when.span[0] < last)
    return any(not one.leads & {"from", "after"} for one in within)


def subject_word(request: Request, key: str, intent: Intent) -> CommandReading | None:
    """Read a subject that is one such word over a short body that bears it out."""
    if request.subject.is_reply or not request.whole(request.subject.text, key) or not bears_out(request, groups=True):
        return None
    if any(_takes_back(told, request) for told in request.sentences):
        return None
    if intent is Intent.LEAVE and any(_names_stretch(told, request) for told in request.sentences):
        return None  # "Leave" over "I'm on annual leave from 3 to 14 August"
    return CommandReading(
        intent=intent, scope=scope_of(request) if intent is Intent.LEAVE else None, evidence=request.subject.text
    )


def _takes_back(told: Told, request: Request) -> bool:
    """Tell whether a sentence denies or supposes something; "we need the mails no longer" bears out that one leaves."""
    if request.hits(told, "hypothetical"):
        return True
    if request.hits(told, "mails") and not request.hits(told, "leave", "word_leave", "join", "halt"):
        return False  # "I never read these mails"
    ended = request.spoken(request.lists.of("no_longer").find(told.words))
    ended = () if request.hits(told, "leave", "join") else ended
    return any(
        not any(one.start <= hit.start and hit.end <= one.end for one in ended)
        for hit in request.hits(told, "negation")
    )


def _names_stretch(told: Told, request: Request) -> bool:
    """Tell whether a sentence speaks of an absence, or names days from and until."""
    dates = request.dates(told.text)
    return bool(dates and request.hits(told, "away")) or any(one.when.end_day or "until" in one.leads for one in dates)


def _conflicts(request: Request) -> bool:
    """Tell whether a mail that asks to leave also asks for the contrary."""
    return bool(asked_for(request, "join")) and not asked_for(request, "everything")


def scope_of(request: Request) -> str | None:
    """Return what is left: "all", a topic named in words ("the design channel") or in the address, None when open."""
    spoken = ((told, hit) for told in request.told for hit in request.hits(told, "leave", "leave_alone", "word_leave"))
    for told, hit in spoken:
        rest = told.words[hit.start :]
        topic = _topic_named(told, hit.start, request)
        if topic:
            return topic
        if request.spoken(request.lists.of("everything").find(rest)):
            return "all"
    if any(request.whole(sentence.text, "everything") for sentence in request.sentences):
        return "all"
    return _channel(request)


def _topic_named(told: Told, start: int, request: Request) -> str | None:
    """Return X of "from the X channel", "du canal X", "des Kanals X", "#X"."""
    tagged = re.search(r"(?<!\w)#([\w-]+)", told.text)
    if tagged:
        return tagged[1]
    words = told.words
    for noun in request.spoken(request.lists.of("scope_noun").find(words)):
        if noun.start < start:
            continue
        before = words[noun.start - 1] if noun.start - 1 > start else None
        after = words[noun.end] if noun.end < len(words) else None
        for word in (before, after):
            if word and not _is_filler(word, request) and (word is after or len(word.text) > 2):
                gap = told.text[words[noun.end - 1].end : word.start] if word is after else ""
                named = word.text in request.parts or word is before or not gap.strip(" '\"«»“”#:")
                topic = _whole_name(told, noun.start - 1, -1) if word is before else _whole_name(told, noun.end, 1)
                if named and not {word.text, fold(topic)} & {request.name, *request.parts[:1]}:
                    return topic
    return None


def _whole_name(told: Told, at: int, step: int) -> str:
    """Return the word `at` with those that hyphens join to it on one side, away from its noun: "garden-club list"."""
    words, last = told.words, at
    while 0 <= last + step < len(words) and _between(told, *sorted((last, last + step))) == "-":
        last += step
    first, last = sorted((at, last))
    return told.text[words[first].start : words[last].end]


def _between(told: Told, one: int, other: int) -> str:
    return told.text[told.words[one].end : told.words[other].start]


def _is_filler(word: Word, request: Request) -> bool:
    single = (word,)
    known = request.lists.of(
        "scope_from", "everything", "first_person", "acknowledged", "only", "leave", "scope_noun", "send", "mails"
    )
    return bool(known.whole(single)) or is_common(word, request.lexicon)


def named_scope(text: str, request: Request) -> str | None:
    """Return a topic as named, None when it is the workspace itself."""
    plain = text.strip("# ")
    return None if fold(plain) in (request.name, *request.parts[:1]) else plain


def _channel(request: Request) -> str | None:
    """Return the channel of the address, if any; its own commands are no channels."""
    if not request.tags:
        return None
    last = request.tags[-1]
    if last.startswith("#"):
        return last[1:]
    return None if last in KEYWORDS or request.whole(last, *_ADDRESS_WORDS) else last


def read_join(request: Request) -> CommandReading | None:
    """Read "please add me to the list", "subscribe" …"""
    if request.subject.is_reply and request.body_words > SHORT:
        return None
    for told, hit in asked_for(request, "join"):
        if is_apt(told, hit, request) and _is_about_us(told, hit, request) and request.body_words <= 2 * SHORT:
            return CommandReading(intent=Intent.JOIN, evidence=told.text)
    return subject_word(request, "word_join", Intent.JOIN)
