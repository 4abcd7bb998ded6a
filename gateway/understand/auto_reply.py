"""Automatic replies to a mail of ours: a reply that bears no mark told by its words, and what one says of an absence.

A vacation program answers whatever comes: that its owner is away, when they answer, and who else can help. A text that
says all this is one; a word more and a person wrote it. Must not: hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from gateway.model.message import Message
from gateway.model.nature import Written
from gateway.model.reading import NewText
from gateway.model.understood import AbsenceNotice
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.away import read_absence
from gateway.understand.reading.courtesy import is_courtesy
from gateway.understand.reading.date import find_dated
from gateway.understand.reading.lines import lines_of, without_manners
from gateway.understand.reading.phrases import Phrases, listed, words_of
from gateway.understand.reading.tongue import is_common

VACATION_WORDS = "vacation-words"  # the sign of a reply that nothing but its words tells
_LONGEST = 800  # letters; who writes more says more
_SHORTEST = 6  # letters that may tell of an absence: "A", "yes", "+1" do in no language
_AT_LENGTH = 8  # words that may say whom else to ask
_QUOTE = frozenset({"attribution", "header-block", "html-container", "original", "quote-prefix"})  # signs of one
_ANSWERED = re.compile(r"\s*re(?:\[\d+\])?\s*:", re.I)
_SENTENCE_END = re.compile(r"(?<=[.!…])\s+")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
# Not behind the full stop of a day: "bis 12. Juni", "bis 12.06. nicht da".
_DATED_SENTENCE_END = re.compile(
    r"(?<=[^\d\s][.!?…])\s+|(?<=\d{4}\.)\s+|(?<=\d[!?…])\s+|(?:(?<=\d\.\d\.)|(?<=\d\.\d\d\.))\s+(?=[A-ZÀ-Þ])"
)
_MOST_TEXT = 6_000  # letters; signatures and legal texts follow
_AWAY = ("away", "back", "absence_notice")
# How a desk numbers what it answers: "#4711", "INC-20931", "[Case 83021]". Nobody who is away does; nor do our marks.
_NUMBERED = re.compile(r"#\s?\d{3,}|\b[A-Z]{2,6}-\d{3,}\b|\[(?:[^\]\n]{0,20}[^\]\n\w-])?\d{4,}\]")


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    return Phrases(
        (
            *listed(lexicon.tables("auto_reply"), ("stock", "contact", "filler")),
            *listed(lexicon.tables("command"), ("away", "absence_notice")),
            *listed(lexicon.tables("checkin"), ("away", "back")),
        )
    )


@lru_cache(maxsize=8)
def _formulas(lexicon: Lexicon) -> Phrases:
    return Phrases(
        (key, language, phrase)
        for key in _AWAY
        for _, language, phrase in listed(lexicon.tables("machine"), ("strong_formulas",))
    )


@lru_cache(maxsize=8)
def _receipts(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("auto_reply"), ("receipts",)))


def is_vacation_reply(message: Message, said: NewText, written_at: datetime, lexicon: Lexicon) -> bool:
    """Return whether an answer is all that a vacation program says.

    Such programs rarely quote what they answer, and mail programs of people nearly always do: below a quote it is
    somebody's word, "Sorry, I'm on leave until 15 June. I will answer when I return."
    """
    text = said.own
    answers = message.in_reply_to or message.references or _ANSWERED.match(message.subject)
    if not answers or len(text) > _LONGEST or "?" in text or _quotes(said):
        return False
    found = {hit.key for hit in _phrases(lexicon).find(words_of(text))}
    if found.isdisjoint(("stock", "contact")) or found.isdisjoint(("away", "absence_notice")):
        return False
    name = message.author.name if message.author else ""
    lines = (line.text for line in without_manners(lines_of(text), lexicon) if line.text)
    sentences = (one for one in _SENTENCE_END.split(" ".join(lines)) if one.strip())
    return all(is_courtesy(one, name, lexicon) or _says_no_more(one, written_at, lexicon) for one in sentences)


def _quotes(said: NewText) -> bool:
    return any(left.sign in _QUOTE for left in said.dropped) or any(block.under for block in said.blocks)


def _says_no_more(sentence: str, written_at: datetime, lexicon: Lexicon) -> bool:
    """Whether a sentence holds what such programs say, and nothing else but days and the commonest words.

    Whom else to ask may be said at some length.
    """
    words = words_of(sentence)
    hits = _phrases(lexicon).find(words)
    covered = {at for hit in hits for at in range(hit.start, hit.end)}
    days = [one.when.span for one in find_dated(sentence, written_at, lexicon)]
    rest = [
        word
        for at, word in enumerate(words)
        if at not in covered
        and not is_common(word, lexicon)
        and not any(start <= word.start < end for start, end in days)
    ]
    if any(hit.key == "contact" for hit in hits):
        return len(rest) <= _AT_LENGTH
    return not rest and any(hit.key != "filler" for hit in hits)


# --- what it says ---------------------------------------------------------------------------------------------------


def absence_told(
    written: Written, subject: str, text: str, sent_at: datetime, lexicon: Lexicon
) -> AbsenceNotice | None:
    """Return the absence an automatic reply tells of, None where it tells of none.

    Its days are those of the sentences that tell of one: another day is that by which somebody answers, or of whom else
    to ask. One in a language whose words we do not know may well tell of one: it does, undated, unless it says next to
    nothing, speaks for a desk, or bears nothing but an empty reverse-path, which any program may write.
    """
    said = _of_the_absence(text, sent_at, lexicon)
    if said or _tells(subject, lexicon):
        absence = read_absence(subject, said, sent_at, lexicon)
        if absence and (absence.starts or absence.until or said):
            return AbsenceNotice(absence.starts, absence.until)
    if len(text.strip()) < _SHORTEST or written.reason == "null-reverse-path":
        return None
    return None if _speaks_for_a_desk(subject, text, lexicon) else AbsenceNotice()


def _of_the_absence(text: str, sent_at: datetime, lexicon: Lexicon) -> str:
    """Return the sentences of a text that tell of an absence, with those that say nothing but days.

    Those about whom else to ask are left out where others name days.
    """
    paragraphs = (" ".join(one.split()) for one in _PARAGRAPH_END.split(text[:_MOST_TEXT]))
    sentences = [one for paragraph in paragraphs for one in _DATED_SENTENCE_END.split(paragraph)]
    days = [[one.when.span for one in find_dated(sentence, sent_at, lexicon)] for sentence in sentences]
    told = [_tells(sentence, lexicon) for sentence in sentences]
    if not any(told):
        return ""
    others = [_names_others(sentence, lexicon) for sentence in sentences]
    has_own_days = any(
        is_told and spans and not other for is_told, spans, other in zip(told, days, others, strict=True)
    )
    kept = (
        sentence
        for sentence, spans, is_told, other in zip(sentences, days, told, others, strict=True)
        if not (other and has_own_days) and (is_told or (spans and _says_but_days(sentence, spans, lexicon)))
    )
    return "\n\n".join(kept)


def _tells(text: str, lexicon: Lexicon) -> bool:
    """Whether a text tells of being away or coming back; that it is an automatic reply tells nothing."""
    words, formulas = words_of(text), _formulas(lexicon)
    return any(hit.key in _AWAY and hit not in formulas.at(words, hit.start) for hit in _phrases(lexicon).find(words))


def _names_others(sentence: str, lexicon: Lexicon) -> bool:
    return any(hit.key == "contact" for hit in _phrases(lexicon).find(words_of(sentence)))


def _says_but_days(sentence: str, days: Sequence[tuple[int, int]], lexicon: Lexicon) -> bool:
    words = words_of(sentence)
    return all(is_common(word, lexicon) or any(start <= word.start < end for start, end in days) for word in words)


def _speaks_for_a_desk(subject: str, text: str, lexicon: Lexicon) -> bool:
    said = f"{subject}\n{text[:_LONGEST]}"
    return bool(_NUMBERED.search(said)) or bool(_receipts(lexicon).find(words_of(said)))
