"""Requests in one word that is the whole new text, or with a date or a topic behind it: "pause 3d", "leave all".

Must not: know a language, or read more than one short line.
"""

from __future__ import annotations

from gateway.model.reading import CommandReading, Intent, When
from gateway.understand.reading.command_leave import named_scope, scope_of
from gateway.understand.reading.command_ours import says_only_when
from gateway.understand.reading.command_pause import is_through
from gateway.understand.reading.date import find_clock, read_when
from gateway.understand.reading.frequency_days import named_days
from gateway.understand.reading.phrases import fold, words_of
from gateway.understand.reading.request import Request, Told
from gateway.understand.reading.spelling import is_spelt_so

_LONGEST_WORD = 500  # letters; what is longer is not one word, nor one with a date
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

_RHYTHMS = {"word_daily": "daily", "word_weekly": "weekly", "word_biweekly": "biweekly", "word_monthly": "monthly"}
_WITH_TIME = 8  # words of a rhythm and when


def read_word(request: Request) -> CommandReading | None:
    """Read a setting in one word: the whole new text, or the whole subject over an empty body."""
    text = " ".join(told.text for told in request.sentences)
    if text:
        return (_whole_word(text, request) or _goes_on(text, request)) if len(text) <= _LONGEST_WORD else None
    return None if request.subject.is_reply else _whole_word(request.subject.text, request)


def _whole_word(text: str, request: Request) -> CommandReading | None:
    for key, reading in _WHOLE:
        if _is_word(text, key, request):
            if reading.intent is Intent.LEAVE:
                return CommandReading(intent=Intent.LEAVE, scope=scope_of(request), evidence=text)
            return reading
    return _word_with_date(text, request) or _word_with_time(text, request) or _word_with_scope(text, request)


def _goes_on(text: str, request: Request) -> CommandReading | None:
    """Read a body that is but when, below a subject in one word: "Pause", "for two weeks"; "Digest", "at 8"."""
    subject = request.subject
    if subject.is_reply or not request.whole(subject.text, "word_pause", "word_digest"):
        return None
    whole = f"{subject.text} {text.strip()}"
    return _word_with_date(whole, request) or _word_with_time(whole, request)


def _is_word(text: str, key: str, request: Request) -> bool:
    """Tell whether a text is nothing but a word of this key, spelt as the language it is listed for spells it."""
    if not request.whole(text, key):
        return False
    words = words_of(text)
    hits = request.lists.of(key).whole(words)
    return not hits or any(is_spelt_so(words, hit, request.lexicon) for hit in hits)


def _word_with_date(text: str, request: Request) -> CommandReading | None:
    """Read "pause 3d", "pause until 1 September", "resume Monday"."""
    words = words_of(text)
    ends = [hit.end for hit in request.lists.of("word_pause").at(words, 0)] if words else []
    if not ends or max(ends) >= len(words) or len(words) > 9:
        return None
    when = _read_end(text[words[max(ends)].start :], request)
    if when is None:
        return None
    until = when.end_day or when.day
    through = is_through(Told(text, words), until, request)
    return CommandReading(intent=Intent.PAUSE, until=until, through=through, evidence=text)


def _read_end(text: str, request: Request) -> When | None:
    """Read a day, words that include it taken off its end: "Friday inclusive"."""
    words = words_of(text)
    last = min((hit.start for hit in request.lists.of("including").find(words) if hit.end == len(words)), default=0)
    return read_when(text[: words[last].start] if last else text, request.sent_at, request.lexicon)


def _word_with_time(text: str, request: Request) -> CommandReading | None:
    """Read "digest 8:00", "daily at 8", "weekly on Fridays": a rhythm or the digest, then when, and nothing else."""
    told = Told(text, words_of(text))
    hits = request.lists.of("word_digest", *_RHYTHMS).at(told.words, 0) if told.words else ()
    longest = max(hits, key=lambda hit: (hit.end, hit.key == "word_digest"), default=None)
    if longest is None or not longest.end < len(told.words) <= _WITH_TIME or told.asks:
        return None
    if not says_only_when(told.words[longest.end :], request.lexicon):
        return None  # "daily standup at 9" is an appointment
    clock, days = find_clock(text, request.sent_at, request.lexicon), named_days(told, request)
    if not clock and not days:
        return None
    frequency = _RHYTHMS.get(longest.key)
    return CommandReading(
        intent=Intent.SET_FREQUENCY,
        frequency="weekly" if days and frequency == "daily" else frequency,
        days=days,
        at=clock,
        evidence=text,
    )


def _word_with_scope(text: str, request: Request) -> CommandReading | None:
    """Read "unsubscribe design", "leave all": one word, then the topic."""
    words = words_of(text)
    ends = [hit.end for hit in request.lists.of("word_leave").at(words, 0)] if words else []
    if not ends or max(ends) != 1 or len(words) == 1:
        return None
    rest = text[words[1].start : words[-1].end]
    if len(words) > 2 and fold(rest) != request.name:  # one word, or the name that an address of several words has
        return None
    if request.lists.of("everything").whole(words[-1:]):
        return CommandReading(intent=Intent.LEAVE, scope="all", evidence=text)
    if request.lists.of("acknowledged", "first_person", "only", "me").whole(words[-1:]):
        return CommandReading(intent=Intent.LEAVE, evidence=text)
    known = fold(rest) in (request.name, *request.parts) or rest.startswith("#")
    return CommandReading(intent=Intent.LEAVE, scope=named_scope(rest, request), evidence=text) if known else None
