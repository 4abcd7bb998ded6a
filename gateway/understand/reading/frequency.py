"""How often, on which days and at what time somebody wants their mail: "once a week please", "only on Mondays".

Must not: take a mere mention of a weekday or a rhythm for a wish; a word of asking or limiting has to stand by it.
"""

from __future__ import annotations

import re
from datetime import time

from gateway.model.reading import CommandReading, Intent
from gateway.understand.reading.command_asked import (
    answers_questions,
    is_length,
    is_past,
    is_played,
    label_of,
    says_nothing_else,
)
from gateway.understand.reading.command_ours import (
    bears_out,
    clause_of,
    days_in,
    is_all_ours,
    says_only_when,
    strangers,
)
from gateway.understand.reading.date import find_clock
from gateway.understand.reading.date_rules import half_day
from gateway.understand.reading.frequency_days import (
    TERSE,
    day_hits,
    day_words,
    denied_days,
    is_behind_instead,
    named_days,
    names_each,
    only_denies,
    parts_in,
    spares_weekends,
)
from gateway.understand.reading.phrases import Hit, Word, words_of
from gateway.understand.reading.request import Request, Told

RHYTHMS = ("biweekly", "monthly", "weekly", "never", "daily")  # the rarer one is wished for where two are named
_RHYTHM_WORDS = ("word_daily", "word_weekly", "word_biweekly", "word_monthly")
_SHORT = 14
_OPENING = 2  # words in which a sentence says whom it is about
_FEWEST_SENTENCES = 2
_DIGIT = re.compile(r"\d")


def read_frequency(request: Request) -> CommandReading | None:
    """Return the rhythm, days and time a mail wishes for, None when it wishes for none."""
    frequency: str | None = None
    days: tuple[str, ...] = ()
    clock: time | None = None
    asked = False
    beyond = False  # the rhythm read so far is one that its author can't keep
    wished = False  # of the sentence before
    before: Told | None = None
    for told in request.told:
        wished = _wishes(told, request) or (wished and _adds_when(told, request))
        wished = wished or _wishes_so(told, before, request) or _says_when(told, before, request)
        if wished and not only_denies(told, request):
            asked = True
            if (rhythm := _rhythm(told, request)) and (frequency is None or beyond):
                frequency, beyond = rhythm, _is_beyond_me(told, request)
            days = days or named_days(told, request) or _days_before(told, before, request)
            clock = clock or _clock(told, request)
        before = told
    if not asked or not (frequency or days or clock):
        return None
    if days and frequency == "never":
        frequency = None  # "Never on Mondays"
    if days and frequency in ("daily", "weekly", "monthly") and not _explicit(request, frequency):
        frequency = None
    return CommandReading(
        intent=Intent.SET_FREQUENCY,
        frequency=frequency,
        days=days,
        at=clock,
        evidence=" ".join(t.text for t in request.told)[:200],
    )


def _wishes(told: Told, request: Request) -> bool:
    """Tell whether a sentence asks for mail in some rhythm: it limits ("only"), or asks and speaks of mail."""
    rhythm = request.hits(told, *RHYTHMS, "every_other", "working_days")
    days = day_words(told, request)
    limits = bool(request.hits(told, "only"))
    asks = bool(request.hits(told, "send"))
    speaks = bool(request.hits(told, "mails")) or _is_headed_mails(request)
    terse = request.subject.is_reply and len(told.words) <= TERSE and not told.asks
    these = asks and request.spoken(request.lists.of("them").find(told.words))  # "let's make this monthly for me"
    if not (speaks or told.asks or these) and request.spoken(request.lists.of("together").find(told.words)):
        return False  # what several people do, rather than what one of them is sent
    if _asks_to_know(told, request):
        return False
    if any(hit.key == "never" and hit.end - hit.start > 1 for hit in rhythm) and answers_questions(request):
        return _speaks_of_us(told, request) and says_nothing_else(request)  # "No need for the digest"
    if limits and _leaves_out(told, request):
        return True
    if terse and request.hits(told, "every_other", "biweekly"):
        return _speaks_of_us(told, request)
    if _is_short_question(told, request) and (rhythm or days):
        return _speaks_of_us(told, request)  # "Every second Monday?"
    if answers_questions(request) and request.whole(told.text, *_RHYTHM_WORDS):
        return True  # "Every day is too often. Weekly?"
    if spares_weekends(told, request):
        return True
    if _begins_without_days(told, request):
        return True  # "Never on Mondays, the workshop is shut"
    if _halts_on_days(told, request):
        return _speaks_of_us(told, request)  # "Pas de questions le mercredi"
    if told.is_subject:
        spoken = request.whole(told.text, *RHYTHMS) and request.mentions("mails")
        named = bool(rhythm) and len(told.words) <= 4 and (limits or asks or speaks or spoken)
        return named and bears_out(request) and _speaks_of_us(told, request)
    asks = asks or (bool(rhythm) and _asks_whether_may(told, request))
    if not (asks or limits) or not (speaks or answers_questions(request)):
        return False
    if limits and _opens_with_time(told, request):
        return True  # "7 am please, before the children wake up"
    if days and not rhythm and not (limits or speaks) and _is_one_off(told, request):
        return False
    if days and not rhythm and not speaks and _tells_absence(told, request):
        return False
    if rhythm or days:
        return (asks or _is_short(told, request)) and _speaks_of_us(told, request)
    return (asks or _asks_whether_may(told, request)) and _names_time(told, request) and _speaks_of_us(told, request)


def _asks_whether_may(told: Told, request: Request) -> bool:
    """Tell whether a question of mail begins as what asks for something does: "May the digest come at nine?"."""
    opens = told.asks and bool(told.words) and (request.hits(told, "mails") or answers_questions(request))
    return bool(opens) and bool(request.spoken(request.lists.of("asks_somebody").at(told.words, 0)))


def _leaves_out(told: Told, request: Request) -> bool:
    """Tell whether an answer to us says which days are no good, and to leave them out: "…, so skip those please"."""
    if not answers_questions(request) or not request.hits(told, "except_words"):
        return False
    them = request.hits(told, "those_days") or request.spoken(request.lists.of("them").find(told.words))
    return bool(denied_days(told, request)) and bool(them or "those" in told.text) and not told.asks


def _halts_on_days(told: Told, request: Request) -> bool:
    """Tell whether an answer to us wants no mail on some day of each week."""
    if told.asks or not request.hits(told, "halt") or not request.hits(told, "mails") or not answers_questions(request):
        return False
    return names_each(told, request)


def _begins_without_days(told: Told, request: Request) -> bool:
    """Tell whether an answer to us begins with days of each week that are no good, and nothing else."""
    if told.asks or not told.words or not answers_questions(request):
        return False
    starts = [hit for hit in request.hits(told, "never", "negation") if not hit.start]
    if not starts or not names_each(told, request):
        return False
    start, end = clause_of(told, starts[0], request)
    rest = [word for at, word in enumerate(told.words[:end]) if at >= starts[0].end and not _is_courtesy(word, request)]
    return not start and says_only_when(rest, request.lexicon)


def _is_short(told: Told, request: Request) -> bool:
    """Tell whether a sentence, or the clause of a day or a rhythm in it, is but a few words."""
    if len(told.words) <= _SHORT:
        return True
    clauses = (clause_of(told, hit, request) for hit in (*request.hits(told, *RHYTHMS), *day_hits(told, request)))
    return any(end - start <= _SHORT for start, end in clauses)


def _wishes_so(told: Told, before: Told | None, request: Request) -> bool:
    """Tell whether a sentence asks for what the one before named: "… could you send them on those days only?"."""
    if not request.hits(told, "those_days") or not request.hits(told, "send", "only"):
        return False
    speaks = request.hits(told, "mails") or answers_questions(request)
    return bool(speaks and _days_before(told, before, request)) and is_all_ours(told, request)


def _says_when(told: Told, before: Told | None, request: Request) -> bool:
    """Tell whether a sentence says when, below "Settings" or behind "could you ask me a bit later?"."""
    asked = before is not None and before.asks and answers_questions(request) and _asks_us(before, request)
    if told.is_subject or told.asks or not (asked or _is_headed_mails(request)):
        return False
    when = request.hits(told, *RHYTHMS, "every_other") or day_words(told, request) or _names_time(told, request)
    return bool(when) and is_all_ours(told, request)


def _asks_us(told: Told, request: Request) -> bool:
    """Tell whether a sentence asks for our mail: "could you ask me", "can I have these"."""
    ours = request.hits(told, "mails", "me") or request.spoken(request.lists.of("them").find(told.words))
    return bool(request.hits(told, "send") and ours)


def _days_before(told: Told, before: Told | None, request: Request) -> tuple[str, ...]:
    """Return the days named in the sentence before where this one says "on those days"."""
    return named_days(before, request) if before and request.hits(told, "those_days") else ()


def _tells_absence(told: Told, request: Request) -> bool:
    """Tell whether somebody says that they are away on a day, and not each week: "just to say I'm away on Friday"."""
    if not request.hits(told, "first_person") or request.hits(told, "those_days") or names_each(told, request):
        return False
    days = days_in(told.words, request)
    clauses = [clause_of(told, hit, request) for hit in request.hits(told, "away", "day_off")]
    return any(start <= at < end for start, end in clauses for at in days)


def _is_one_off(told: Told, request: Request) -> bool:
    """Tell whether a mail that answers a digest names a day and none of our mail: "Monday works for me".

    One that answers the reminder of a task speaks of the task: "I ordered them, they come on Thursday".
    """
    if label_of(request.subject.text, request, "reminder_label"):
        return True
    sends = request.hits(told, "send")
    parted = any(one.end <= other.start for one in sends for other in sends)  # "could you", and a verb of sending
    if told.asks and parted and _names_time(told, request):
        return False  # "could it come on Friday evening at six?"
    digests = request.lists.of("digest_subject").find(words_of(request.subject.text))
    return bool(digests) and not request.spoken(request.lists.of("them").find(told.words))


def _opens_with_time(told: Told, request: Request) -> bool:
    """Tell whether the first clause of a sentence is a time and courtesy, in an answer to what we sent."""
    clause = re.split(r"[,;.!]", told.text, maxsplit=1)[0]
    if not answers_questions(request) or find_clock(clause, request.sent_at, request.lexicon) is None:
        return False
    return says_only_when([word for word in words_of(clause) if not _is_courtesy(word, request)], request.lexicon)


def _is_short_question(told: Told, request: Request) -> bool:
    """Tell whether a question is a rhythm or days and hardly a word more, behind something else: "… Every Monday?"."""
    if not told.asks or not answers_questions(request) or len(request.sentences) < _FEWEST_SENTENCES:
        return False
    hits = (*request.hits(told, *RHYTHMS, "every_other", "every", "only"), *day_hits(told, request))
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    return len(told.words) <= len(covered) + 1


def _asks_to_know(told: Told, request: Request) -> bool:
    """Tell whether a question asks about our mail rather than for it: "Why did this arrive at 4am?"."""
    opening = request.spoken(request.lists.of("remind_asks").at(told.words, 0)) if told.words else ()
    return told.asks and bool(opening) and not any(hit.start == 0 for hit in request.hits(told, "send"))


def _is_courtesy(word: Word, request: Request) -> bool:
    return bool(request.lists.of("courtesy_word", "only").whole((word,)))


def _is_headed_mails(request: Request) -> bool:
    """Tell whether the subject is about our mail and nothing else ("mail settings", "how often")."""
    if request.whole(request.subject.text, "rhythm_subject"):
        return True
    if request.subject.is_reply or not request.mentions("mails"):
        return False
    subject = request.told[0]
    return subject.is_subject and bool(request.hits(subject, "mails")) and is_all_ours(subject, request)


def _names_time(told: Told, request: Request) -> bool:
    return find_clock(told.text, request.sent_at, request.lexicon) is not None


def _speaks_of_us(told: Told, request: Request) -> bool:
    """Tell whether the clauses that name a rhythm, a day or a time name nothing else but mail and its author."""
    if is_played(told, request) or _is_anothers(told, request):
        return False
    if request.hits(told, "those_days") and request.hits(told, "me", "mails"):
        return True  # "I volunteer on Saturdays, so only ask me then"
    named = [*request.hits(told, *RHYTHMS, "every_other", "working_days"), *day_hits(told, request)]
    if not named:
        return not strangers(told, 0, _wanted_until(told, request), request) or bool(request.hits(told, "mails"))
    wished = [hit for hit in named if not _is_passed_over(told, hit, request)]
    return any(_is_ours_but_what_is_not_wanted(told, hit, request) for hit in wished)


def _is_ours_but_what_is_not_wanted(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a rhythm or a day names nothing but what is ours, up to "instead of"."""
    start, end = clause_of(told, hit, request)
    wanted = _wanted_until(told, request)
    return not strangers(told, start, min(end, wanted) if wanted > hit.start else end, request)


def _wanted_until(told: Told, request: Request) -> int:
    """Return at which word a sentence goes on to what is not wanted ("… instead of all these bits") or when to why."""
    instead = request.spoken(request.lists.of("instead_of", "when_i").find(told.words))
    return min((one.start for one in instead), default=len(told.words))


def _is_anothers(told: Told, request: Request) -> bool:
    """Tell whether a sentence is about somebody else ("my sister reads hers weekly") or an absence that is over."""
    if any(is_past(told, hit, request) for hit in request.hits(told, "away")):
        return True
    owned = [hit.end for hit in request.hits(told, "possessive") if hit.start == 0]
    if owned and max(owned) in strangers(told, 0, len(told.words), request):
        return True
    asks = request.hits(told, "send", *RHYTHMS)  # "serait-il possible" and "alle zwei Wochen" speak of nobody
    return any(
        hit.start < _OPENING and not any(one.start <= hit.start and hit.end <= one.end for one in asks)
        for hit in request.hits(told, "third_person")
    )


def _adds_when(told: Told, request: Request) -> bool:
    """Tell whether a sentence behind a wish says but on which days, or at what time ("Fridays, around 4pm")."""
    when = day_words(told, request) or find_clock(told.text, request.sent_at, request.lexicon)
    return bool(when) and not told.asks and is_all_ours(told, request)


def _rhythm(told: Told, request: Request) -> str | None:
    if request.hits(told, "every_other") and (day_words(told, request) or request.hits(told, "biweekly")):
        return "biweekly"
    hits = [hit for hit in request.hits(told, *RHYTHMS) if not is_length(told, hit, request)]
    wished = [hit for hit in hits if not _is_passed_over(told, hit, request)]
    if len({hit.key for hit in wished}) > 1:  # "I'd prefer every day, once a week I've forgotten half of it"
        asked = [hit for hit in wished if _stands_with_wish(told, hit, request)]
        wished = asked or wished
    return next((rhythm for rhythm in RHYTHMS if any(hit.key == rhythm for hit in wished)), None)


def _is_beyond_me(told: Told, request: Request) -> bool:
    """Tell whether a rhythm is one that somebody does not manage: "I can't read one a day. Fridays?"."""
    return bool(request.spoken(request.lists.of("beyond_me").find(told.words)))


def _stands_with_wish(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a word of asking or limiting stands in the clause of a rhythm."""
    start, end = clause_of(told, hit, request)
    return any(start <= one.start < end for one in request.hits(told, "send", "only"))


def _is_passed_over(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a rhythm is the one that is not wanted: "instead of weekly", "daily is too much", "I get …"."""
    if is_behind_instead(told, hit.start, request):
        return True
    start, end = clause_of(told, hit, request)
    habit = request.spoken(request.lists.of("habit").at(told.words, start))
    return bool(habit or request.spoken(request.lists.of("judged").find(told.words[start:end])))


def _explicit(request: Request, frequency: str) -> bool:
    """Tell whether a rhythm stands in the same breath as the days ("weekly, on Mondays")."""
    return frequency != "daily" and any(
        request.hits(told, frequency) and day_words(told, request) for told in request.told
    )


def _clock(told: Told, request: Request) -> time | None:
    """Return the time wished for: "I start at eleven, could you ask me at half eleven?" says first why."""
    asks = min((hit.start for hit in request.hits(told, "send")), default=0)
    why, wish = told.text[: told.words[asks].start], told.text[told.words[asks].start :]
    wished = find_clock(wish, request.sent_at, request.lexicon) if asks and not _DIGIT.search(why) else None
    clock = wished or find_clock(told.text, request.sent_at, request.lexicon)
    parts = parts_in(told, request) if clock else frozenset()
    settled = "morning" in parts or bool(request.spoken(request.lists.of("instead_of").find(told.words)))
    if clock is None or settled or not parts:
        return clock
    return half_day(clock, min(parts)) or clock  # "lieber abends, so gegen sieben"
