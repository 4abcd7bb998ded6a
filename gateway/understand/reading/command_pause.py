"""Who asks for a pause of their mail, until when, and who wants it back.

Must not: know a language, or take the pause of a meeting or of a machine for one.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import marks_in
from gateway.understand.reading.away import tells_return
from gateway.understand.reading.checkin import tells_work
from gateway.understand.reading.command_asked import (
    SHORT,
    answers_questions,
    asked_for,
    is_apt,
    is_length,
    is_past,
    is_played,
    says_nothing_else,
    until_in,
)
from gateway.understand.reading.command_ours import bears_out, clause_of, is_all_ours, is_ours, strangers
from gateway.understand.reading.date import find_lengths
from gateway.understand.reading.frequency_days import spares_weekends
from gateway.understand.reading.phrases import Hit, listed, words_of
from gateway.understand.reading.request import TABLE, Request, Told
from gateway.understand.reading.spelling import is_spelt_so
from gateway.understand.reading.tongue import is_common

_ONE_DAY = timedelta(days=1)
_MOST_STRANGE = 1  # word for being spared that is in no list
_EXCLAIMED = 2  # words that say why somebody is back: "Exams over!"
_A_CLAUSE = 4  # words that say of themselves who will write: "I'll tell you when"
_RHYTHM_WORDS = ("daily", "weekly", "biweekly", "monthly")


def read_resume(request: Request) -> CommandReading | None:
    """Read "I am back, please send them again"; to be back alone says it only where nothing else is spoken of."""
    if request.body_words > SHORT * 2:
        return None
    for told, hit in asked_for(request, "resume"):
        if until_in(told, request) or not is_apt(told, hit, request) or not is_ours(told, hit, request):
            continue  # a return still to come, or from the shop
        if not is_spelt_so(told.words, hit, request.lexicon):
            continue
        if told.is_subject and not bears_out(request):
            continue
        if request.hits(told, "scope_noun") and not request.hits(told, "mails"):
            continue  # a discussion is taken up again
        if (
            _is_announced(told, hit, request)
            or _is_of_several(told, hit, request)
            or is_past(told, hit, request)
            or marks_in(told.text)
        ):
            continue  # "Can you send me V-7 again?"
        says = told.words[hit.start : hit.end]
        returned = request.lists.of("returned").whole(says) and not request.hits(told, "mails", "send")
        if not returned or all(is_all_ours(one, request) for one in request.told):
            return CommandReading(intent=Intent.RESUME, evidence=told.text)
    return _asks_again(request)


def _asks_again(request: Request) -> CommandReading | None:
    """Read "ready to be asked again", "stuur de vragen maar weer": mail is wanted again by who is back, or says so."""
    back = request.mentions("returned") and any(request.hits(told, "returned") for told in request.told)
    if request.body_words > SHORT or not request.mentions("again"):
        return None
    subject = Told(request.subject.text, words_of(request.subject.text))
    paused = request.subject.is_reply and bool(request.hits(subject, "pause"))
    if not (back or paused or answers_questions(request)):
        return None
    for told in request.sentences:
        agains = request.hits(told, "again")
        mine = request.hits(told, "mails") and request.hits(told, "me") and back
        if not agains or not (mine or request.hits(told, "send", "asked")) or request.dates(told.text):
            continue  # "Ask me again tomorrow"
        others = (one for one in request.sentences if one is not told and (len(one.words) > _EXCLAIMED or not back))
        if not all(is_all_ours(one, request) for one in others):
            continue  # tells of work
        if _is_to_others(told, request):
            continue
        if (told.asks and not back) or request.hits(told, "negation") or is_past(told, agains[0], request):
            continue
        if is_ours(told, agains[0], request, int(back), whole=True):
            return CommandReading(intent=Intent.RESUME, evidence=told.text)
    return None


def _is_to_others(told: Told, request: Request) -> bool:
    """Tell whether it is somebody else something is sent to: "please send it to everybody again"."""
    return bool(request.hits(told, "third_person")) and not request.hits(told, "mails", "me", "first_person")


def _is_announced(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it is what its author will do some day: "I'll unmute myself"."""
    start, _ = clause_of(told, hit, request)
    ahead = told.words[start : hit.start]
    comes = request.spoken(request.lists.of("yet_to_come").find(ahead))
    return bool(comes) and bool(request.spoken(request.lists.of("first_person").find(ahead)))


def _is_of_several(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it is several people who do something again: "we start again on 3 September"."""
    if _is_to_others(told, request):
        return True
    several = request.spoken(request.lists.of("together").find(told.words[: hit.start]))
    return bool(several) and not request.hits(told, "mails", "send", "me")


def read_pause(request: Request) -> CommandReading | None:
    """Read "put me on hold until September", a leave with an end among them."""
    for told, hit in asked_for(request, "pause"):
        if not is_apt(told, hit, request) or not is_ours(told, hit, request) or request.hits(told, "those_days"):
            continue  # "nothing on the other days" is a rhythm
        if (told.is_subject and not bears_out(request)) or _is_of_sending(told, hit, request):
            continue
        if _is_compound(told, hit) or _is_of_a_thing(told, hit, request) or _wishes_days(request):
            continue
        if _is_meant(told, hit, request):
            until, through = _until(told, request)
            return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=told.text)
    halted = _read_halt(request) or _read_spared(request) or _headed_pause(request)
    if halted:
        return halted
    for told, hit in asked_for(request, "leave"):
        if request.hits(told, "those_days"):
            continue
        until = until_in(told, request, lengths=False) or _day_before_which(told, request)
        if _is_meanwhile(told, hit, request):
            return _meanwhile(told, request)
        if not until and _is_for_now(told, hit, request) and is_ours(told, hit, request, groups=True):
            until, through = _until(told, request)  # "no more mails for now, please"
            return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=told.text)
        if (
            until
            and (_ends(told, request) or _day_before_which(told, request))
            and is_ours(told, hit, request, groups=True)
        ):
            through = is_through(told, until, request)
            return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=told.text)
    return None


def _is_compound(told: Told, hit: Hit) -> bool:
    """Tell whether a phrase is but the end of a compound: "un-pause"."""
    return bool(hit.start) and told.text[told.words[hit.start - 1].end : told.words[hit.start].start] == "-"


def _is_of_a_thing(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase has a thing in its gap that is not ours: "put the order on pause"."""
    over = [one for one in request.hits(told, "pause", "pause_alone") if one.start < hit.end and hit.start < one.end]
    at = {word for one in over for word in range(one.start, one.end)}
    known = _pausing(request.lexicon)
    ours = request.lists.of("mails", "everything", "them", "me", "scope_noun")
    gap = (told.words[word] for word in at if told.words[word].text not in known)
    return any(not is_common(word, request.lexicon) and not ours.whole((word,)) for word in gap)


@lru_cache(maxsize=8)
def _pausing(lexicon: Lexicon) -> frozenset[str]:
    """Return the words that phrases of pausing are made of."""
    phrases = (phrase for _, _, phrase in listed(lexicon.tables(TABLE), ("pause", "pause_alone")))
    return frozenset(word.text for phrase in phrases for word in words_of(phrase))


def _wishes_days(request: Request) -> bool:
    """Tell whether some sentence wishes for mail on working days: "… stop over the weekend? Weekdays only please"."""
    return any(request.hits(told, "working_days") and request.hits(told, "only", "send") for told in request.told)


def _is_meanwhile(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether mail is to stop while something lasts: "can you stop these while I'm on leave?"."""
    behind = told.words[hit.end :]
    lasting = request.spoken(request.lists.of("meanwhile").find(behind))
    return bool(lasting) and bool(request.hits(told, "away", "going"))


def _meanwhile(told: Told, request: Request) -> CommandReading:
    """Return the pause with the end that some sentence names."""
    found = ((until, one) for one in request.told if (until := until_in(one, request)))
    until, said = next(found, (None, told))
    return CommandReading(
        intent=Intent.PAUSE, until=until, through=is_through(said, until, request), evidence=told.text
    )


def _is_for_now(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase says that it is for now only, or its sentence that the author will write."""
    start, end = clause_of(told, hit, request)
    ends = request.hits(told, "open_end")
    return any(start <= one.start <= end or one.end - one.start >= _A_CLAUSE for one in ends)


def _read_halt(request: Request) -> CommandReading | None:
    """Read "no more questions until Monday", "stop these till I say otherwise": no mail, and an end to that."""
    if request.body_words > 2 * SHORT:
        return None
    for told, hit in asked_for(request, "halt"):
        if (
            told.is_subject
            or not _halts_mail(told, hit, request)
            or request.hits(told, "those_days")
            or _wishes_rhythm(told, request)
            or _wishes_days(request)
            or spares_weekends(told, request)
            or _is_out_of_reach(told, hit, request)
        ):
            continue
        until, through = _until(told, request)
        if not until:
            until = _day_before_which(told, request)
            through = is_through(told, until, request)
        if not until and not request.hits(told, "open_end"):
            continue
        if is_apt(told, hit, request) and _is_of_us(told, hit, request):
            return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=told.text)
    return None


def _halts_mail(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether what is to stop is our mail: "do not send anyone", "don't send it until Friday" may be of anything.

    What is not to be sent has to be mail, or sent to its author, or else nothing but what is ours is spoken of.
    """
    if request.hits(told, "mails", "everything"):
        return True
    sends = request.hits(told, "send")
    them = request.spoken(request.lists.of("them").find(told.words))
    if any(one.start < hit.end and hit.start < one.end for one in sends):
        to_me = any(one.start == hit.end for one in request.hits(told, "me"))
        return to_me or (bool(them) and says_nothing_else(request))
    return bool(sends or them)


def _read_spared(request: Request) -> CommandReading | None:
    """Read "could I be excused from these until 10 August?": no mail until some day, whatever the word for that is.

    In an answer to what we sent, or below "Pause": elsewhere it may be anything that waits until that day.
    """
    headed = not request.subject.is_reply and request.whole(request.subject.text, "word_pause")
    if request.body_words > SHORT or not (headed or answers_questions(request)) or request.mentions("more_time"):
        return None
    for told in request.sentences:
        ahead = _until_at(told, request)
        if ahead is None or _wishes_rhythm(told, request) or is_played(told, request):
            continue
        ours = request.hits(told, "mails") or request.spoken(request.lists.of("them").find(told.words))
        asks = request.hits(told, "send") and (ours or headed)
        mine = headed and request.hits(told, "me", "first_person")
        others = (one for one in request.sentences if one is not told)
        if not all(_is_of_oneself(one, request) for one in others) or ":" in told.text:
            continue  # tells of work
        if (asks or mine) and len(strangers(told, 0, ahead, request)) <= _MOST_STRANGE:
            until, through = _until(told, request)
            return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=told.text)
    return None


def _is_of_oneself(told: Told, request: Request) -> bool:
    """Tell whether a sentence names nothing but what is ours, or says what its author is busy with: no work done."""
    if is_all_ours(told, request):
        return True
    return bool(request.hits(told, "first_person")) and not tells_work(told.text, request.lexicon)


def _headed_pause(request: Request) -> CommandReading | None:
    """Read "Pause" over what its author is busy with: "New baby! I'll be in touch when I've slept."."""
    subject = request.subject
    if subject.is_reply or not request.whole(subject.text, "word_pause") or request.body_words > SHORT:
        return None
    if any(told.asks or request.hits(told, "pause", "opinion") for told in request.sentences):
        return None
    if not any(request.hits(told, "first_person") for told in request.sentences):
        return None
    until = next((until for told in request.sentences if (until := until_in(told, request))), None)
    return CommandReading(intent=Intent.PAUSE, until=until, evidence=subject.text)


def _until_at(told: Told, request: Request) -> int | None:
    """Return at which word a sentence begins to say until when, None where it does not."""
    open_ends = [hit.start for hit in request.hits(told, "until_then", "open_end")]
    if open_ends:
        return min(open_ends)
    ends = (one.when for one in request.dates(told.text) if "until" in one.leads and not one.when.end_day)
    begins = min((when.span[0] for when in ends), default=None)
    return None if begins is None else sum(word.start < begins for word in told.words)


def _wishes_rhythm(told: Told, request: Request) -> bool:
    """Tell whether a sentence names a rhythm of its own: not that of the mail it speaks of ("the daily questions")."""
    named = {hit.start for hit in request.hits(told, "mails")}
    rhythms = (hit for hit in request.hits(told, *_RHYTHM_WORDS) if not is_length(told, hit, request))
    return any(hit.end not in named for hit in rhythms)


def _day_before_which(told: Told, request: Request) -> date | None:
    """Return the day before which no mail is wanted: "no mail before Thursday"."""
    days = (one.when.day for one in request.dates(told.text) if "before" in one.leads)
    return next((day for day in days if day > request.sent_at.date()), None)


def _is_of_us(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a sentence names nothing but what is ours, but for why its author wants it ("…, I have exams")."""
    if is_all_ours(told, request):
        return True
    start, end = clause_of(told, hit, request)
    until = any(one.start == end for one in request.spoken(request.lists.of("until_when").find(told.words)))
    others = [told.words[:start], () if until else told.words[end:]]  # "until after the wedding" is why, too
    own = all(request.spoken(request.lists.of("first_person").find(words)) for words in others if words)
    return own and is_ours(told, hit, request, whole=True)


def _is_out_of_reach(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether "no email" is not asked for: "no email where I'm going", "no mail from me that week"."""
    if any(hit.end < one.end for one in request.hits(told, "from_me")):
        return True
    return any(one.start <= hit.start < one.end for one in request.hits(told, "unreachable"))


def _is_of_sending(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase is what is to be sent, and not to whom: "send nothing until Monday, the shop is closed"."""
    sends = any(one.start == one.end - 1 == hit.start - 1 for one in request.hits(told, "send"))
    if not sends or not any(True for _ in request.lists.of("halt").at(told.words, hit.start)):
        return False
    return not request.hits(told, "me", "first_person", "mails")


def _ends(told: Told, request: Request) -> bool:
    """Tell whether a sentence says when it ends, or that its author comes back; "at the end of May" it begins."""
    dates = request.dates(told.text)
    lasts = (one.when.evidence for one in dates if one.leads & {"for", "within"})  # "stop these for a fortnight"
    if any(find_lengths(evidence, request.sent_at, request.lexicon) for evidence in lasts):
        return True
    return any("until" in one.leads for one in dates) or tells_return(told.text, request.lexicon)


def _is_meant(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a pause is asked for, not spoken of: of mail or oneself, until some day, or in a word or two."""
    if request.lists.of("me", "mails").find(told.words[hit.start : hit.end]):
        return True
    asks = request.hits(told, "me", "first_person", "mails", "send")
    ends = until_in(told, request) or request.hits(told, "open_end")
    return bool(ends) or bool(asks) or len(told.words) <= hit.end - hit.start + 2


def _until(told: Told, request: Request) -> tuple[date | None, bool]:
    """Return until when, as the sentence says or one that says nothing else; and whether that day is the last one."""
    mine = (told, *(one for one in request.told if is_all_ours(one, request)))
    found = ((until, is_through(one, until, request)) for one in mine if (until := until_in(one, request)))
    return next(found, (None, False))


def is_through(told: Told, until: date | None, request: Request) -> bool:
    """Tell whether the day read as the end of a pause is the last of it: "through Friday", "from 3 to 14 August".

    So it is too where the return is what was named ("back on Monday"): the day before it was read.
    """
    if request.lists.of("including").find(told.words):
        return True
    dates = [one.when for one in request.dates(told.text)]
    named = {when.day for when in dates}
    is_before_return = until is not None and until not in named and until + _ONE_DAY in named
    return is_before_return or any(when.end_day == until for when in dates if when.end_day)
