"""What a mail to a workspace asks for: by its address, its subject words, one word, or a request in plain language.

In doubt unclear, since acting wrongly is worse than asking. Must not: act on quoted lines, know a language (words come
from the lexicon's [command] table), or decide whether the request is granted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime

from gateway.model.reading import CheckInKind, CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import absence_in
from gateway.understand.reading.checkin import read_checkin, tells_work
from gateway.understand.reading.date import read_when
from gateway.understand.reading.frequency import read_frequency
from gateway.understand.reading.phrases import Hit, Word, fold, words_of
from gateway.understand.reading.request import Request, Told, make_request
from gateway.understand.reading.task import read_tasks
from gateway.understand.reading.tongue import is_common
from gateway.understand.reading.vote import proposal_of, read_vote_request

_UNCLEAR = CommandReading(intent=Intent.UNCLEAR)
_LONGEST_WORD = 500  # letters; what is longer is not one word, nor one with a date
_SHORT = 25  # words of a body that is a request and little else
_LONG = 90  # from here on only the first sentences are listened to
_FIRST = 2
_NEAR = 3  # words between "not" and what it denies
_SIGN = re.compile(r"[✅✔☑]")
_MARK = re.compile(r"(?i)(?<!\w)([tvcpd])-?(\d{1,6})(?!\w)")
_WHOLE: tuple[tuple[str, CommandReading], ...] = (
    ("word_leave", CommandReading(intent=Intent.LEAVE)),
    ("word_pause", CommandReading(intent=Intent.PAUSE)),
    ("word_resume", CommandReading(intent=Intent.RESUME)),
    ("word_help", CommandReading(intent=Intent.HELP)),
    ("word_status", CommandReading(intent=Intent.STATUS)),
    ("word_join", CommandReading(intent=Intent.JOIN)),
    ("word_daily", CommandReading(intent=Intent.SET_FREQUENCY, frequency="daily")),
    ("word_weekly", CommandReading(intent=Intent.SET_FREQUENCY, frequency="weekly")),
    ("word_biweekly", CommandReading(intent=Intent.SET_FREQUENCY, frequency="biweekly")),
    ("word_monthly", CommandReading(intent=Intent.SET_FREQUENCY, frequency="monthly")),
    ("word_never", CommandReading(intent=Intent.SET_FREQUENCY, frequency="never")),
)


def read_command(
    address: str, subject: str, text: str, sent_at: datetime, lexicon: Lexicon, answers_ours: bool = False
) -> CommandReading:
    """Return what a mail asks for.

    `address` is the local part it was sent to, `text` its author's new text, `sent_at` aware and in the author's zone.
    The first rule that recognises something decides.
    """
    request = make_request(address, subject, text, sent_at, lexicon, answers_ours)
    return next((reading for rule in _RULES if (reading := rule(request))), _UNCLEAR)


# --- by address and by marks of the subject --------------------------------------------------------------------------


def _by_address(request: Request) -> CommandReading | None:
    """Read what the words of the address ask for: acme+vote, acme-join."""
    for part in reversed(request.parts[1:]):
        for key, read in _ADDRESSED:
            if request.whole(part, key):
                return read(request)
    return None


def _address_leave(request: Request) -> CommandReading:
    return CommandReading(intent=Intent.LEAVE, scope=_scope(request), evidence="address")


def _address_vote(request: Request) -> CommandReading | None:
    return None if request.subject.is_reply else read_vote_request(request)


def _address_task(request: Request) -> CommandReading | None:
    if request.subject.is_reply:
        return None
    named = bool(request.subject.text) and not request.whole(request.subject.text, "task_label", "tag_task")
    return _tasks(request, from_subject=named)


def _by_mark(request: Request) -> CommandReading | None:
    """Read [VOTE], [TASK], [LAZY CONSENSUS] in front of a subject; a reply to such a mail opens nothing."""
    if request.subject.is_reply:
        return None
    marks = request.subject.marks
    if any(request.whole(mark, "tag_result") for mark in marks):
        return _topic(request)
    if any(request.whole(mark, "tag_consent") for mark in marks):
        return read_vote_request(request, consent=True)
    if any(request.whole(mark, "tag_vote") for mark in marks):
        return read_vote_request(request)
    if any(request.whole(mark, "tag_task") for mark in marks):
        return _tasks(request, from_subject=True)
    return None


# --- one word that is the whole text ---------------------------------------------------------------------------------


def _one_word(request: Request) -> CommandReading | None:
    """Read a setting in one word: the whole new text, or the whole subject over an empty body."""
    text = " ".join(told.text for told in request.sentences)
    if text:
        return _whole_word(text, request) if len(text) <= _LONGEST_WORD else None
    return None if request.subject.is_reply else _whole_word(request.subject.text, request)


def _whole_word(text: str, request: Request) -> CommandReading | None:
    for key, reading in _WHOLE:
        if request.whole(text, key):
            if reading.intent is Intent.LEAVE:
                return CommandReading(intent=Intent.LEAVE, scope=_scope(request), evidence=text)
            return reading
    return _word_with_date(text, request) or _word_with_scope(text, request)


def _word_with_date(text: str, request: Request) -> CommandReading | None:
    """Read "pause 3d", "pause until 1 September", "resume Monday"."""
    words = words_of(text)
    ends = [hit.end for hit in request.lists.of("word_pause").at(words, 0)] if words else []
    if not ends or max(ends) >= len(words) or len(words) > 9:
        return None
    when = read_when(text[words[max(ends)].start :], request.sent_at, request.lexicon)
    return CommandReading(intent=Intent.PAUSE, until=when.end_day or when.day, evidence=text) if when else None


def _word_with_scope(text: str, request: Request) -> CommandReading | None:
    """Read "unsubscribe design", "leave all": one word, then the topic."""
    words = words_of(text)
    ends = [hit.end for hit in request.lists.of("word_leave").at(words, 0)] if words else []
    if not ends or len(words) - max(ends) != 1 or max(ends) > 1:
        return None
    rest = text[words[-1].start : words[-1].end]
    if request.lists.of("everything").whole(words[-1:]):
        return CommandReading(intent=Intent.LEAVE, scope="all", evidence=text)
    if request.lists.of("acknowledged", "first_person", "only", "me").whole(words[-1:]):
        return CommandReading(intent=Intent.LEAVE, evidence=text)
    known = rest.casefold() in request.parts or rest.startswith("#")
    return CommandReading(intent=Intent.LEAVE, scope=_named_scope(rest, request), evidence=text) if known else None


# --- what is not for us to act on ------------------------------------------------------------------------------------


def _not_a_request(request: Request) -> CommandReading | None:
    """Say unclear for strangers' business mail, for what we do not offer, and for mail that says nothing."""
    subject = words_of(request.subject.text)
    strong = list(request.lists.of("business_strong").find(subject))
    weak = {hit.key + str(hit.start) for hit in request.lists.of("business").find(subject)}
    for told in request.sentences:
        strong += [hit for hit in request.lists.all_hits(told) if hit.key == "business_strong"]
        weak |= {told.text + str(hit.start) for hit in request.hits(told, "business")}
    if (strong and (len(strong) + len(weak) > 1 or request.body_words > 6)) or len(weak) >= 4:
        return _UNCLEAR
    if not request.subject.text and not request.sentences:
        return _UNCLEAR
    return None


def _not_offered(request: Request) -> CommandReading | None:
    """Say unclear to a short mail that asks for what we do not do, or only thinks aloud about leaving."""
    if request.body_words > 2 * _SHORT:
        return None
    return _UNCLEAR if any(request.hits(told, "unsupported") for told in request.told) else None


# --- requests in plain language --------------------------------------------------------------------------------------


def _listened(request: Request) -> tuple[Told, ...]:
    """Return the sentences that may ask for something: all of a short mail, the first ones of a long one."""
    return request.told if request.body_words <= _LONG else request.told[: _FIRST + 1]


def _opens_discussion(request: Request) -> bool:
    """Tell whether a mail of its own asks for views: it speaks of a matter, and sets nothing for its author."""
    if request.subject.is_reply or not request.mentions("opinion"):
        return False
    return any(request.hits(told, "opinion") for told in request.told)


def _for_oneself(rule: Callable[[Request], CommandReading | None]) -> Callable[[Request], CommandReading | None]:
    """Let a rule about its author's own settings pass by mail that opens a discussion."""
    return lambda request: None if _opens_discussion(request) else rule(request)


def _asked(request: Request, *keys: str) -> list[tuple[Told, Hit]]:
    """Return the phrases of these keys that ask for something: not denied, not supposed, not asked about."""
    if not request.mentions(*keys):
        return []
    return [
        (told, hit)
        for told in _listened(request)
        for hit in request.hits(told, *keys)
        if not _denied(told, hit, request)
        and not _supposed(told, hit, request)
        and not _is_of_another(told, hit, request)
    ]


def _denied(told: Told, hit: Hit, request: Request) -> bool:
    denials = request.spoken(request.lists.of("negation").find(told.words[: hit.start]))
    between = told.text[told.words[denials[-1].end - 1].end : told.words[hit.start].start] if denials else ""
    near = any(hit.start - _NEAR <= denial.end <= hit.start for denial in denials)
    return near and not any(mark in between for mark in ",;:.")


def _is_of_another(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether somebody else is said to want it ("Ana wants to leave"): a name or "she" before, and no "I"."""
    before = told.words[: hit.start]
    if not before or request.lists.of("first_person").find(told.words[: hit.end]):
        return False
    if request.spoken(request.lists.of("third_person").find(before)):
        return True
    if any(_is_named(word, told, request) for word in before[1:][-_NEAR + 1 :]):
        return True
    first = before[0]
    raw = told.text[first.start : first.end]
    return raw.istitle() and raw.isalpha() and not told.is_subject and not is_common(first, request.lexicon)


def _is_named(word: Word, told: Told, request: Request) -> bool:
    """Tell whether a word inside a sentence looks like somebody's name."""
    raw = told.text[word.start : word.end]
    known = request.lists.of("mails", "everything", "only", "send").whole((word,))
    return raw.istitle() and raw.isalpha() and not known and not is_common(word, request.lexicon)


def _supposed(told: Told, hit: Hit, request: Request) -> bool:
    supposed = request.spoken(request.lists.of("hypothetical").find(told.words))
    return any(one.start <= hit.start for one in supposed)


def _is_apt(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase in the subject is most of it, or one in the body stands in a short mail or early on."""
    if told.is_subject:
        return (hit.end - hit.start) * 2 >= len(told.words)
    return request.body_words <= 2 * _SHORT or told in request.sentences[:_FIRST]


def _resume(request: Request) -> CommandReading | None:
    for told, hit in _asked(request, "resume"):
        if _until(told, request):
            continue  # a return still to come
        ends_there = hit.end == len(told.words) or bool(told.text[told.words[hit.end - 1].end :].lstrip()[:1] in ",.!;")
        about_mail = request.hits(told, "mails", "send", "away") and hit.end - hit.start > 1
        if _is_apt(told, hit, request) and (ends_there or about_mail) and request.body_words <= _SHORT * 2:
            return CommandReading(intent=Intent.RESUME, evidence=told.text)
    return None


def _pause(request: Request) -> CommandReading | None:
    for told, hit in _asked(request, "pause"):
        single = hit.end - hit.start == 1
        dated = _until(told, request)
        about_us = _is_of_mail(told, hit, request) and (
            dated or request.hits(told, "first_person", "mails", "send") or len(told.words) <= 3
        )
        if (
            _is_apt(told, hit, request)
            and not (single and not about_us)
            and not (told.is_subject and not _agrees(request))
        ):
            return CommandReading(intent=Intent.PAUSE, until=dated or _until_anywhere(request), evidence=told.text)
    for told, _ in _asked(request, "leave"):
        until = _until(told, request)
        if until:
            return CommandReading(intent=Intent.PAUSE, until=until, evidence=told.text)
    return None


def _is_of_mail(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether nothing but mail or its author is to be paused: no other thing is named behind the word."""
    start = told.words[hit.end - 1].end
    end = next((one.when.span[0] for one in request.dates(told.text) if one.when.span[0] >= start), len(told.text))
    named = [word for word in told.words[hit.end :] if word.start < end]
    ours = request.lists.of("mails", "first_person", "me", "everything", "only")
    return all(is_common(word, request.lexicon) or ours.whole((word,)) for word in named)


def _agrees(request: Request) -> bool:
    """Tell whether a body leaves a setting in the subject standing: it is short and opens no discussion."""
    if request.body_words > _SHORT:
        return False
    return not any(told.asks or request.hits(told, "opinion") for told in request.sentences)


def _until(told: Told, request: Request) -> date | None:
    absence = absence_in(told.text, request.sent_at, request.lexicon) if request.dates(told.text) else None
    return absence.until if absence and absence.until and absence.until >= request.sent_at.date() else None


def _until_anywhere(request: Request) -> date | None:
    return next((until for told in request.told if (until := _until(told, request))), None)


def _away(request: Request) -> CommandReading | None:
    """Read "I'm on leave from 3 to 14 August", "OOO" over "Out 8/3 - 8/7", "vacances du … au …"."""
    if not request.mentions("away", "away_start"):
        return None
    starts = [told for told in request.told if _starts_away(told, request)]
    told_away = [told for told, hit in _asked(request, "away") if not _is_other(told, hit, request)]
    candidates = [told for told in request.told if told in starts or told in told_away]
    subject_says = any(told.is_subject for told in starts)
    for told in candidates:
        personal = bool(request.hits(told, "first_person")) or told in starts
        if (told.is_subject and not _agrees(request)) or not personal or told.asks or request.body_words > _LONG:
            continue
        reading = _absence(told, request)
        if reading:
            return reading
    if candidates and (subject_says or (told_away and request.body_words <= _SHORT)) and _agrees(request):
        personal_ = any(request.hits(told, "first_person") or told in starts for told in candidates)
        if personal_ and not any(told.asks for told in request.sentences):
            return CommandReading(intent=Intent.AWAY, evidence=candidates[0].text)
    return None


def _starts_away(told: Told, request: Request) -> bool:
    """Tell whether a sentence begins with being away and goes on with nothing but when ("OOO", "Urlaub 3.-14.8.")."""
    if not told.words:
        return False
    ends = [hit.end for hit in request.lists.of("away_start").at(told.words, 0)]
    if not ends:
        return False
    if max(ends) == len(told.words):
        return True
    if _all_away(told, request):
        return True
    rest = told.text[told.words[max(ends)].start :]
    dates = request.dates(rest)
    covered = sum(len(words_of(one.when.evidence)) for one in dates)
    return bool(dates) and covered * 2 >= len(words_of(rest))


def _all_away(told: Told, request: Request) -> bool:
    """Tell whether a sentence is made of nothing but words for being away ("out sick")."""
    at = 0
    while at < len(told.words):
        at = max((hit.end for hit in request.lists.of("away", "away_start").at(told.words, at)), default=0)
        if not at:
            return False
    return True


def _is_other(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether somebody else is said to be away ("Ana is on holiday"): no word for the author stands before it."""
    before = told.words[: hit.start]
    if not before:
        return False
    if request.spoken(request.lists.of("second_person").find(before[-_NEAR:])):
        return True
    if request.spoken(request.lists.of("first_person").find(before)):
        return False
    following = request.spoken(request.lists.of("first_person").find(told.words[hit.start :]))
    named = any(told.text[word.start : word.end].istitle() for word in before[1:2] if len(word.text) > 2)
    return not following or named


def _absence(told: Told, request: Request) -> CommandReading | None:
    """Return the absence with its dates: of the sentence, with what the next ones add ("back on Monday")."""
    sentences = list(request.told)
    here = sentences.index(told)
    later = " ".join(one.text for one in sentences[here + 1 : here + 3])
    found = absence_in(told.text, request.sent_at, request.lexicon)
    more = absence_in(f"{told.text} {later}", request.sent_at, request.lexicon) if later else None
    if found is None or (found.until is None and more and more.until):
        found = more or found
    if found is None:
        return None
    starts = found.starts
    if found.until and starts == found.until and more and more.until and more.until > found.until:
        return CommandReading(intent=Intent.AWAY, away_from=starts, until=more.until, evidence=told.text)
    if found.until and found.until < request.sent_at.date():
        return None
    return CommandReading(intent=Intent.AWAY, away_from=starts, until=found.until, evidence=told.text)


def _frequency(request: Request) -> CommandReading | None:
    if request.body_words > 2 * _SHORT:
        return None
    return read_frequency(request)


def _leave(request: Request) -> CommandReading | None:
    for told, hit in _asked(request, "leave"):
        if _is_apt(told, hit, request) and not _conflicts(request):
            return CommandReading(intent=Intent.LEAVE, scope=_scope(request), evidence=told.text)
    return _subject_word(request, "word_leave", Intent.LEAVE)


def _subject_word(request: Request, key: str, intent: Intent) -> CommandReading | None:
    """Read a subject that is one such word over a short body that does not say otherwise."""
    if request.subject.is_reply or not request.whole(request.subject.text, key) or not _agrees(request):
        return None
    if any(request.hits(told, "negation", "hypothetical") for told in request.sentences):
        return None
    return CommandReading(
        intent=intent, scope=_scope(request) if intent is Intent.LEAVE else None, evidence=request.subject.text
    )


def _conflicts(request: Request) -> bool:
    """Tell whether a mail that asks to leave also asks for the contrary."""
    return bool(_asked(request, "join")) and not _asked(request, "everything")


def _scope(request: Request) -> str | None:
    """Return what is left: "all", a topic named in words ("the design channel") or in the address, None when open."""
    spoken = ((told, hit) for told in request.told for hit in request.hits(told, "leave", "word_leave"))
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
                if named and word.text not in request.parts[:1]:
                    return told.text[word.start : word.end]
    return None


def _is_filler(word: Word, request: Request) -> bool:
    single = (word,)
    known = request.lists.of(
        "scope_from", "everything", "first_person", "acknowledged", "only", "leave", "scope_noun", "send", "mails"
    )
    return bool(known.whole(single)) or is_common(word, request.lexicon)


def _named_scope(text: str, request: Request) -> str | None:
    plain = text.strip("# ")
    return None if fold(plain) == request.parts[0] else plain


def _channel(request: Request) -> str | None:
    """Return the channel of the address, if any; its own commands are no channels."""
    if len(request.parts) < 2:
        return None
    last = request.parts[-1]
    commands = any(request.whole(last, key) for key, _ in _ADDRESSED)
    return None if commands else last


def _join(request: Request) -> CommandReading | None:
    if request.subject.is_reply and request.body_words > _SHORT:
        return None
    for told, hit in _asked(request, "join"):
        if _is_apt(told, hit, request) and request.body_words <= 2 * _SHORT:
            return CommandReading(intent=Intent.JOIN, evidence=told.text)
    return _subject_word(request, "word_join", Intent.JOIN)


def _help(request: Request) -> CommandReading | None:
    if request.body_words > _SHORT:
        return None
    subject_asks = request.whole(request.subject.text, "word_help") or not request.subject.text
    for told in request.told:
        for hit in request.hits(told, "help"):
            if subject_asks or request.subject.is_reply or (hit.end - hit.start) * 2 >= len(told.words):
                return CommandReading(intent=Intent.HELP, evidence=told.text)
    return CommandReading(intent=Intent.HELP) if request.whole(request.subject.text, "word_help") else None


def _status(request: Request) -> CommandReading | None:
    if request.body_words > _SHORT:
        return None
    subject_asks = request.whole(request.subject.text, "word_status") or not request.subject.text
    for told in request.told:
        for hit in request.hits(told, "status"):
            fits = (hit.end - hit.start) * 3 >= len(told.words) or request.hits(told, "send")
            if subject_asks or (fits and (told.asks or not told.is_subject or not request.sentences)):
                return CommandReading(intent=Intent.STATUS, evidence=told.text)
    asked = subject_asks and bool(request.subject.text) and not request.subject.is_reply
    return CommandReading(intent=Intent.STATUS) if asked and _agrees(request) else None


# --- tasks, votes, check-ins, topics ---------------------------------------------------------------------------------


def _task_done(request: Request) -> CommandReading | None:
    """Read "done" in answer to a reminder, "T-12 done", "Done: renew the insurance"."""
    first = request.sentences[0] if request.sentences else None
    reminded = _label_of(request.subject.text, request, "reminder_label")
    if reminded is None and any(mark.startswith("t-") and _MARK.fullmatch(mark) for mark in request.subject.marks):
        reminded = request.subject.text
    if request.subject.is_reply and first and reminded is not None:
        return (
            CommandReading(intent=Intent.TASK_DONE, task=reminded, evidence=first.text) if _says_done(request) else None
        )
    if request.subject.is_reply:
        return _marked_done(request)
    done_label = _label_of(request.subject.text, request, "done")
    if done_label and not any(request.hits(told, "not_done") for told in request.told):
        return CommandReading(intent=Intent.TASK_DONE, task=done_label, evidence=request.subject.text)
    return _marked_done(request)


def _marked_done(request: Request) -> CommandReading | None:
    """Read an item mark with a word for done: "T-12 done"."""
    if not request.mentions("done"):
        return None
    for told in request.told:
        mark = _MARK.search(told.text)
        if mark and mark[1].upper() == "T" and request.hits(told, "done") and not request.hits(told, "not_done"):
            return CommandReading(intent=Intent.TASK_DONE, task=mark.group().upper(), evidence=told.text)
    return None


def _says_done(request: Request) -> bool:
    """Tell whether the first sentence says that it is done: not almost, not tomorrow, not in a question."""
    first = request.sentences[0]
    if first.asks or any(request.hits(told, "not_done") for told in request.sentences[:1]):
        return False
    if _SIGN.search(first.text):
        return True
    words = first.words
    hits = [hit for hit in request.lists.of("done").find(words) if hit.start <= 3 or hit.end == len(words)]
    return bool(hits) and not any(_denied(first, hit, request) for hit in hits)


def _label_of(subject: str, request: Request, key: str) -> str | None:
    """Return what follows a label of this key and a colon at the front of a subject; None without such a label."""
    head, colon, rest = subject.partition(":")
    if colon and rest.strip() and request.whole(head, key):
        return rest.strip()
    words = words_of(subject)
    marked = _MARK.match(subject.strip("[] "))
    if key == "reminder_label" and marked and marked[1].upper() == "T" and len(words) > 2:
        return subject
    return None


def _new_task(request: Request) -> CommandReading | None:
    """Read "Task: …", "À faire", action points in a list, "remind me to …", "@ines … by Friday" in the subject."""
    if request.subject.is_reply:
        return _asked_task(request)
    labelled = _label_of(request.subject.text, request, "task_label")
    if labelled:
        from_subject = not request.listed_lines()
        return _tasks(_with_subject(request, labelled), from_subject=from_subject)
    words = words_of(request.subject.text)
    starts = [hit.end for hit in request.lists.of("task_label").at(words, 0)] if words else []
    if starts and (max(starts) == len(words) or request.listed_lines()) and request.sentences:
        return _tasks(request, from_subject=False)
    if re.search(r"(?<![\w.])@\w", request.subject.text) and request.dates(request.subject.text):
        return _tasks(request, from_subject=True)
    return _asked_task(request)


def _asked_task(request: Request) -> CommandReading | None:
    asked = _asked(request, "task_ask")
    if not asked:
        return None
    told, hit = asked[0]
    if request.listed_lines():
        return _tasks(request, from_subject=False)
    if hit.end == len(told.words):  # "please add this as a task": the subject names it
        named = bool(request.subject.text) and not request.subject.is_reply and not told.is_subject
        return _tasks(request, from_subject=True) if named else None
    return _tasks(replace(request, sentences=(replace(told, is_subject=False),)), from_subject=False)


def _with_subject(request: Request, text: str) -> Request:
    subject = replace(request.subject, text=text)
    return replace(request, subject=subject)


def _tasks(request: Request, *, from_subject: bool) -> CommandReading | None:
    tasks = read_tasks(request, from_subject=from_subject)
    return CommandReading(intent=Intent.NEW_TASK, tasks=tasks, evidence=request.subject.text) if tasks else None


def _new_vote(request: Request) -> CommandReading | None:
    """Read "Poll: …", "please vote" over options, a proposal that stands unless somebody objects."""
    if request.subject.is_reply:
        return None
    words = words_of(request.subject.text)
    labels = [hit.end for hit in request.lists.of("vote_label").at(words, 0)] if words else []
    labelled = _label_of(request.subject.text, request, "vote_label") or bool(labels and max(labels) == len(words))
    proposed = _label_of(request.subject.text, request, "propose_label") or (
        request.mentions("propose") and any(proposal_of(told, request) for told in request.sentences)
    )
    consents = request.mentions("consent") and any(request.hits(told, "consent") for told in request.told)
    if proposed and consents:
        return read_vote_request(request, consent=True)
    if labelled and request.body_words <= 4 * _LONG:
        return read_vote_request(request)
    asked = _asked(request, "vote_ask")
    if not asked:
        return None
    answerable = (
        len(request.listed_lines()) > 1
        or request.subject.text.endswith("?")
        or any(told.asks for told in request.sentences)
    )
    if len(request.listed_lines()) < 2 and any(request.hits(told, "opinion") for told in request.told):
        return None  # talks of a vote, and asks for views
    if answerable or any(request.dates(told.text) for told, _ in asked):
        return read_vote_request(request)
    return None


def _refused(request: Request) -> CommandReading | None:
    """Say unclear to a short mail that speaks of leaving, pausing or joining without asking for it."""
    if request.body_words > _SHORT or not request.subject.is_reply:
        return None
    spoken = any(request.hits(told, "leave", "pause", "join", "resume") for told in request.sentences)
    return _UNCLEAR if spoken else None


def _checkin_answer(request: Request) -> CommandReading | None:
    """Read a check-in sent as a mail of its own, or in answer to the questions."""
    subject = request.subject.text
    starts = request.lists.of("checkin_subject").at(words_of(subject), 0) if words_of(subject) else ()
    about = any(True for _ in starts)
    if subject and not about:
        return None  # a mail about something else: reading it whole as a check-in would cost, and count for nothing
    text = "\n".join(_numbered_lines(request))
    reading = read_checkin(text, request.sent_at.date(), request.lexicon)
    if reading.kind is not CheckInKind.CHECKIN:
        return None
    full = bool(reading.done) and bool(reading.next or reading.blockers)
    labelled = full and ":" in text and len(reading.evidence) > 0
    told_work = request.subject.is_reply and bool(reading.done) and tells_work(request.body, request.lexicon)
    if (about and (full or told_work)) or (not subject and labelled):
        return CommandReading(intent=Intent.NEW_CHECKIN_ANSWER, checkin=reading, evidence=reading.evidence)
    return None


def _numbered_lines(request: Request) -> Iterator[str]:
    """Yield the lines with their numbers and bullets put back."""
    for line in request.lines:
        text = f"{line.number}. {line.text}" if line.number is not None else line.text
        yield f"- {text}" if line.bullet else text


def _topic(request: Request) -> CommandReading | None:
    """Take a mail with a subject of its own and something to say as the start of a thread."""
    if request.subject.is_reply or request.whole(request.subject.text, "acknowledged"):
        return None
    enough = request.body_words >= 3 or (request.subject.is_forward and bool(request.subject.text))
    if not request.subject.text or not enough:
        return None
    return CommandReading(intent=Intent.NEW_TOPIC, title=request.subject.text, evidence=request.subject.text)


_ADDRESSED: tuple[tuple[str, Callable[[Request], CommandReading | None]], ...] = (
    ("address_join", lambda request: CommandReading(intent=Intent.JOIN, evidence="address")),
    ("address_leave", _address_leave),
    ("address_help", lambda request: CommandReading(intent=Intent.HELP, evidence="address")),
    ("address_status", lambda request: CommandReading(intent=Intent.STATUS, evidence="address")),
    ("address_vote", _address_vote),
    ("address_task", _address_task),
)

_RULES: tuple[Callable[[Request], CommandReading | None], ...] = (
    _by_address,
    _by_mark,
    _one_word,
    _not_a_request,
    _task_done,
    _new_task,
    _new_vote,
    _not_offered,
    _for_oneself(_resume),
    _for_oneself(_pause),
    _for_oneself(_frequency),
    _for_oneself(_leave),
    _for_oneself(_join),
    _for_oneself(_away),
    _help,
    _status,
    _refused,
    _checkin_answer,
    _topic,
)
