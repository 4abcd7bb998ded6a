"""Who tells that they are or will be away, from when and until when.

Must not: know a language, or take the absence of somebody else for the author's.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from gateway.model.reading import CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import absence_in, tells_return
from gateway.understand.reading.command_asked import (
    LONG,
    SHORT,
    agrees,
    answers_questions,
    asked_for,
    is_past,
    is_played,
)
from gateway.understand.reading.command_ours import clause_of, is_ours, says_only_when, strangers
from gateway.understand.reading.doubt import is_on_condition, is_unreal
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.tongue import is_common

_GOING_AND_COMING = 2  # dates: when one goes, and when one is back
_LASTING = frozenset({"from", "until", "to", "for", "within"})  # words that lead up to a stretch of days
_SPOKEN_OF = (
    "away", "away_start", "going", "day_off", "returned", "unreachable", "from_me", "absence_reason",
)  # fmt: skip
_SHORT = 20  # words of a sentence with a date inside what it tells
_HEADING = 3  # words of a subject that names an absence


def read_away(request: Request) -> CommandReading | None:
    """Read "I'm on leave from 3 to 14 August", "OOO" over "Out 8/3 - 8/7", "vacances du … au …"."""
    subject = () if request.subject.is_reply else words_of(request.subject.text)
    spoken_of = request.mentions(
        "away", "away_start", "going", "day_off", "returned", "unreachable", "from_me", "absence_reason"
    )
    parted = [told for told in request.sentences if _is_parted(told, request)]
    if not (spoken_of or parted or request.lists.of("absence_subject").whole(subject)):
        return None
    starts = [told for told in request.told if _starts_away(_without_heads_up(told, request), request)]
    goes = request.mentions("going") and _names_stretch(request)
    keys = ("away", "going") if goes else ("away",)  # "I am going away" says it with dates only
    told_away = [told for told, hit in asked_for(request, *keys) if not _is_other(told, hit, request)]
    days_off = ((told, hit) for told, hit in asked_for(request, "day_off") if _is_day_off(told, hit, request))
    told_away += [told for told, hit in days_off if not _is_other(told, hit, request)]
    told_away += [told for told in request.sentences if _is_headed_absence(told, request)]
    ways = (_goes_and_returns, _is_cut_off, _stays_home, _is_silent)
    told_away += parted
    own = [told for told in request.sentences if any(tells(told, request) for tells in ways)]
    told_away += own
    candidates = [
        told for told in request.told if (told in starts or told in told_away) and not _is_over(told, request)
    ]
    subject_says = any(told.is_subject for told in starts)
    for told in candidates:
        personal = bool(request.hits(told, "first_person", "going")) or told in starts or told in own
        if (told.is_subject and not agrees(request)) or not personal or told.asks or request.body_words > LONG:
            continue
        if request.hits(told, "all_of_us"):
            return None  # "we are all away in August": an absence of theirs too, or a word to everybody
        reading = _absence(told, request)
        if reading:
            return reading
    if request.subject.is_reply and not answers_questions(request):
        return None  # "I can't come, I'm on holiday that week" is said of the thread
    if candidates and (subject_says or (told_away and request.body_words <= SHORT)) and agrees(request):
        candidates = [told for told in candidates if told in starts or _is_all_away(told, request)]
        personal_ = any(request.hits(told, "first_person") or told in starts for told in candidates)
        if personal_ and not any(told.asks for told in request.sentences):
            return CommandReading(intent=Intent.AWAY, evidence=candidates[0].text)
    return None


def _opens(told: Told, at: int, request: Request) -> bool:
    """Tell whether nothing but a little word stands ahead of a place."""
    ahead = [word for word in told.words if word.start < at]
    return len(ahead) <= 1 and all(is_common(word, request.lexicon) for word in ahead)


def _is_cut_off(told: Told, request: Request) -> bool:
    """Tell whether an answer to us says from when to when its author cannot be reached: "…, no signal"."""
    if (
        not answers_questions(request)
        or not request.hits(told, "unreachable")
        or not request.hits(told, "first_person")
    ):
        return False
    return any(one.when.end_day or "until" in one.leads for one in request.dates(told.text))


def _is_parted(told: Told, request: Request) -> bool:
    """Tell whether a date stands inside what tells of an absence: "Ik ben er [deze en volgende week] niet"."""
    if len(told.words) > _SHORT or told.asks or not request.hits(told, "first_person"):
        return False
    spans = [one.when.span for one in request.dates(told.text)]
    if len(spans) != 1 or not _closes_negation(told, spans[0][1], request):
        return False
    rest = f"{told.text[: spans[0][0]]} {told.text[spans[0][1] :]}"
    without = Told(rest, words_of(rest))
    at = sum(word.start < spans[0][0] for word in told.words)
    hits = (hit for hit in request.hits(without, "away", "day_off") if hit.start < at < hit.end)
    return any(not _is_other(without, hit, request) and not is_past(without, hit, request) for hit in hits)


def _closes_negation(told: Told, end: int, request: Request) -> bool:
    """Tell whether a word of denying stands right behind a place: what it denies stands ahead of it."""
    behind = next((at for at, word in enumerate(told.words) if word.start >= end), None)
    return behind is not None and any(behind <= hit.start <= behind + 1 for hit in request.hits(told, "negation"))


def _stays_home(told: Told, request: Request) -> bool:
    """Tell whether an answer to us says that its author is at home with an illness, theirs or a child's, and when."""
    ill = [hit for hit in request.hits(told, "away") if not is_past(told, hit, request)]
    home = request.spoken(request.lists.of("at_home").find(told.words)) if ill else ()
    if not home or told.asks or not answers_questions(request):
        return False
    own = not home[0].start or request.hits(told, "first_person")  # "Home with a stomach bug today"
    return bool(own) and any(one.when.day >= request.sent_at.date() for one in request.dates(told.text))


def _is_silent(told: Told, request: Request) -> bool:
    """Tell whether an answer to us says from when to when nothing will come: "… next week, no answers from me then"."""
    if told.asks or not answers_questions(request) or not request.hits(told, "halt", "negation"):
        return False
    clauses = [(hit, *clause_of(told, hit, request)) for hit in request.hits(told, "from_me")]
    if not any(set(strangers(told, start, end, request)) <= set(range(*hit[2:])) for hit, start, end in clauses):
        return False  # "Don't expect the minutes from me before Friday"
    return any(one.when.end_day or one.leads & _LASTING for one in request.dates(told.text))


def _goes_and_returns(told: Told, request: Request) -> bool:
    """Tell whether an answer to us says where its author will be and when they are back: "…, Friday back again"."""
    if not answers_questions(request) or told.asks or not request.hits(told, "first_person"):
        return False
    dates = request.dates(told.text)
    if len(dates) < _GOING_AND_COMING or any(one.when.day < request.sent_at.date() for one in dates):
        return False
    backs = request.spoken(request.lists.of("returned").find(told.words))
    clauses = [clause_of(told, hit, request) for hit in backs]
    last = max(dates, key=lambda one: one.when.span[0])
    return any(
        told.words[start].start <= last.when.span[0] < told.words[end - 1].end
        and not strangers(told, start, end, request)
        for start, end in clauses
    )


def _is_headed_absence(told: Told, request: Request) -> bool:
    """Tell whether its author says where they will be from when to when, below a subject like "family holiday"."""
    subject = request.told[0]
    if not subject.is_subject or len(subject.words) > _HEADING or not request.hits(told, "first_person"):
        return False
    hits = request.hits(subject, "away") + tuple(request.lists.of("away_start", "absence_subject").find(subject.words))
    others = request.hits(told, "second_person", "propose")
    if not any(hit.end == len(subject.words) for hit in hits) or told.asks or others:
        return False
    return any(one.when.end_day for one in request.dates(told.text)) or tells_return(told.text, request.lexicon)


def _is_day_off(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it is a day that somebody takes: "I have Friday off", "je pose lundi"; not "I take the lid off"."""
    start, end = told.words[hit.start].start, told.words[hit.end - 1].end
    spans = [one.when.span for one in request.dates(told.text)]
    if any(start <= first and last <= end for first, last in spans):
        return True
    _, clause_end = clause_of(told, hit, request)
    if any(_opens(told, first, request) and not told.text[last:start].strip(" ,") for first, last in spans):
        return True  # "Amanhã não estou"
    follows = [span for span in spans if 0 <= sum(end <= word.start < span[0] for word in told.words) <= 1]
    return any(end <= first and told.words[clause_end - 1].end <= last for first, last in follows)


def _without_heads_up(told: Told, request: Request) -> Told:
    """Take "FYI", "Just a heads up:" off the front of a sentence."""
    ends = [hit.end for hit in request.lists.of("heads_up").at(told.words, 0)] if told.words else []
    if not ends or max(ends) >= len(told.words):
        return told
    text = told.text[told.words[max(ends)].start :]
    return Told(text, words_of(text), told.is_subject)


def _is_over(told: Told, request: Request) -> bool:
    """Tell whether all a sentence says of an absence is that it has been, is a joke, is not to be, or may be.

    "I was off for two weeks", "I'd be away then", "I am no longer on leave from the 3rd", "unless I am away".
    """
    hits = request.hits(told, "away", "away_start", "going")
    if is_played(told, request):
        return True
    if hits and all(is_past(told, hit, request) or _was_yesterday(told, hit, request) for hit in hits):
        return True
    if hits and request.hits(told, "returned") and not request.dates(told.text):
        return True  # "back from holiday"
    return any(is_unreal(told, hit, request) or is_on_condition(told, hit, request) for hit in hits)


def _was_yesterday(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether the clause of a phrase names a day gone by and no other: "Yesterday ill, today the report"."""
    start, end = clause_of(told, hit, request)
    words = told.words[start:end]
    goes_on = request.spoken(request.lists.of("yet_to_come").find(words)) or request.spoken(
        _today(request.lexicon).find(words)
    )
    if goes_on or not request.spoken(_yesterday(request.lexicon).find(words)):
        return False
    first, last = told.words[start].start, told.words[end - 1].end
    return not any(first <= one.when.span[0] < last for one in request.dates(told.text))


@lru_cache(maxsize=8)
def _today(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("today",)))


@lru_cache(maxsize=8)
def _yesterday(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("yesterday",)))


def _names_stretch(request: Request) -> bool:
    """Tell whether a mail names a stretch of days, the end of one, or the day of a return."""
    dates = (one for told in request.told for one in request.dates(told.text))
    named = any(one.when.end_day or "until" in one.leads for one in dates)
    return named or any(
        len(request.dates(told.text)) > 1 and tells_return(told.text, request.lexicon) for told in request.told
    )


def _is_all_away(told: Told, request: Request) -> bool:
    """Tell whether the clause of some phrase for being away names nothing else."""
    return any(is_ours(told, hit, request) for hit in request.hits(told, "away"))


def _starts_away(told: Told, request: Request) -> bool:
    """Tell whether a sentence begins with being away and goes on with nothing but when ("OOO", "Urlaub 3.-14.8.")."""
    if not told.words:
        return False
    ends = [hit.end for hit in request.lists.of("away_start").at(told.words, 0)]
    ends += [hit.end for hit in request.hits(told, "away") if _leads_in(told, hit, request)]
    if any(hit.start <= 1 and _is_day_off(told, hit, request) for hit in request.hits(told, "day_off")):
        return True
    if not ends:
        return _says_else_only_when(told, request) or _opens_with_day(told, request)
    end = _chained(told, max(ends), request)
    if end == len(told.words) or _says_what_for(told, request):
        return True
    rest = told.text[told.words[end].start :].partition(" (")[0]  # "Absente demain (déménagement)"
    dates = request.dates(rest)
    covered = sum(len(words_of(one.when.evidence)) for one in dates)
    if dates and answers_questions(request) and not words_of(rest[: dates[0].when.span[0]]):
        return True  # "In hospital tomorrow for a small operation"
    if dates and says_only_when(words_of(rest), request.lexicon):
        return True  # "Off this afternoon and tomorrow"
    return bool(dates) and covered * 2 >= len(words_of(rest))


def _says_else_only_when(told: Told, request: Request) -> bool:
    """Tell whether a sentence is days and an absence, and nothing else: "Thursday and Friday out of office"."""
    hits = (*request.hits(told, "away"), *_reasons(told, request))
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    spans = [one.when.span for one in request.dates(told.text)] if hits else []
    dated = {at for at, word in enumerate(told.words) if any(a <= word.start < b for a, b in spans)}
    rest = [word for at, word in enumerate(told.words) if at not in covered | dated]
    return bool(spans) and not told.asks and says_only_when(rest, request.lexicon)


def _opens_with_day(told: Told, request: Request) -> bool:
    """Tell whether an answer to us opens with a day and goes on with being away: "Today and tomorrow at a fair …"."""
    opening = [one for one in request.dates(told.text) if _opens(told, one.when.span[0], request)]
    if any(one.when.day < request.sent_at.date() for one in opening):
        return False  # "Yesterday ill, today …"
    if not opening or not answers_questions(request) or told.asks:
        return False
    last = max(one.when.span[1] for one in opening)
    return any(
        told.words[hit.start].start >= last and not told.text[last : told.words[hit.start].start].strip(" :")
        for hit in (*request.hits(told, "away"), *_reasons(told, request))
    )


def _reasons(told: Told, request: Request) -> tuple[Hit, ...]:
    """Return what an answer to us may say in place of being away: "jury duty all next week", "heute Zahnarzt"."""
    return request.hits(told, "absence_reason") if answers_questions(request) else ()


def _says_what_for(told: Told, request: Request) -> bool:
    """Tell whether a subject names an absence and what it is for ("Absence for training"), and some sentence when."""
    if not told.is_subject:
        return False
    ends = [hit.end for hit in request.lists.of("absence_noun").at(told.words, 0)]
    if not ends or not any(True for _ in _for(request.lexicon).at(told.words, max(ends))):
        return False
    return any(request.hits(one, "first_person") and request.dates(one.text) for one in request.sentences)


@lru_cache(maxsize=8)
def _for(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("date"), ("for",)))


def _leads_in(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether an absence in two words or more begins a sentence, but for a little word ("on parental leave")."""
    if _is_illness(told, hit, request) or _goes_on_else(told, hit, request):
        return False  # "the fever …" may be the cattle's
    return hit.end > 1 and all(is_common(word, request.lexicon) for word in told.words[: hit.start]) and hit.start <= 1


def _chained(told: Told, at: int, request: Request) -> int:
    """Return where further words for being away end that go on from a place ("out sick", "off sick")."""
    while at < len(told.words):
        end = max((hit.end for hit in request.lists.of("away", "away_start").at(told.words, at)), default=0)
        if not end:
            break
        at = end
    return at


def _is_other(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether it is not the author who is said to be away ("Ana is on holiday", "my neighbour is ill")."""
    start, _ = clause_of(told, hit, request)
    before = told.words[start : hit.start]
    if _goes_on_else(told, hit, request) or _is_but_a_reason(told, hit, request):
        return True
    if (
        start
        and not request.lists.of("first_person").find(told.words[start : hit.end])
        and _is_named(told, start, request)
    ):
        return True  # "I'm waiting for Uwe, ill until Thursday"
    if request.spoken(request.lists.of("second_person", "third_person").find(before)):
        return True
    if request.spoken(request.lists.of("first_person").find(told.words[hit.start : hit.end])):
        return False
    owning = {at for one in request.lists.of("possessive").find(before) for at in range(one.start, one.end)}
    if any(one.start not in owning for one in request.spoken(request.lists.of("first_person").find(before))):
        return False
    if strangers(told, start, hit.start, request):
        return True
    if before and _is_illness(told, hit, request):
        return True  # "my son has the flu": nobody is said to be ill who writes
    return hit.start > 0 and not request.spoken(request.lists.of("first_person").find(told.words))


def _is_named(told: Told, end: int, request: Request) -> bool:
    """Tell whether the part of a sentence up to a word closes with a name."""
    word = told.words[end - 1]
    raw = told.text[word.start : word.end]
    return raw.istitle() and raw.isalpha() and end - 1 in strangers(told, 0, end, request)


def _goes_on_else(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase is but the beginning of another that tells of no absence: "I'm out of money"."""
    others = _not_away(request.lexicon).find(told.words)
    size = hit.end - hit.start
    return any(one.start <= hit.start and hit.end <= one.end and one.end - one.start > size for one in others)


@lru_cache(maxsize=8)
def _not_away(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("checkin"), ("not_away",)))


def _is_illness(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a phrase is the bare name of an illness: whose it is, the words before it say."""
    return bool(request.lists.of("illness").whole(told.words[hit.start : hit.end]))


def _is_but_a_reason(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether an illness is why something else is not done on a day: "Broken arm, so I can't carry chairs …"."""
    dates = request.dates(told.text)
    if not dates or not _is_illness(told, hit, request) or tells_return(told.text, request.lexicon):
        return False
    start, end = clause_of(told, hit, request)
    others = [other for other in request.hits(told, "away") if not start <= other.start < end]
    if others or any(one.when.end_day or one.leads & _LASTING for one in dates):
        return False
    days = (next(at for at, word in enumerate(told.words) if word.end > one.when.span[0]) for one in dates)
    clauses = [clause_of(told, Hit("", "", day, day + 1), request) for day in days if not start <= day < end]
    return len(clauses) == len(dates) and all(strangers(told, *clause, request) for clause in clauses)


def _named_day(told: Told, request: Request) -> date | None:
    """Return the one day that stands right behind being away, be it of a stretch named before, or behind "a day of"."""
    dates = request.dates(told.text)
    hits = request.hits(told, "away")
    days_off = request.hits(told, "day_off")
    for hit in hits:
        last = told.words[hit.end - 1].end
        day = next((one.when for one in dates if last <= one.when.span[0] and not one.when.end_day), None)
        if day is None or sum(last <= word.start < day.span[0] for word in told.words) > 1:
            continue
        within = any(one.when.end_day and one.when.day <= day.day <= one.when.end_day for one in dates)
        named = any(one.start < hit.end and hit.start < one.end for one in days_off)
        if (within or named) and len(dates) == 1 + within:
            return day.day
    return None


def _absence(told: Told, request: Request) -> CommandReading | None:
    """Return the absence with its dates: of the sentence, with what the next ones add ("back on Monday")."""
    sentences = list(request.told)
    here = sentences.index(told)
    following = (one for one in sentences[here + 1 : here + 3] if not request.hits(one, "second_person"))
    later = " ".join(one.text for one in following)
    found = absence_in(told.text, request.sent_at, request.lexicon)
    more = absence_in(f"{told.text} {later}", request.sent_at, request.lexicon) if later else None
    if found is None or (found.until is None and more and more.until):
        found = more or found
    if found is None:
        return None
    day = _named_day(told, request)
    if day is not None and (found.until is None or found.starts != day) and not (more and more.until):
        return CommandReading(intent=Intent.AWAY, away_from=day, until=day, evidence=told.text)
    starts = found.starts
    if found.until and starts == found.until and more and more.until and more.until > found.until:
        return CommandReading(intent=Intent.AWAY, away_from=starts, until=more.until, evidence=told.text)
    if found.until and found.until < request.sent_at.date():
        return None
    return CommandReading(intent=Intent.AWAY, away_from=starts, until=found.until, evidence=told.text)
