"""Who passes, is away, or says that this is no check-in, and until when.

Must not: know a language, or take a date for an absence that nothing tells of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gateway.model.reading import CheckInKind, CheckInReading
from gateway.understand.reading.away import absence_in
from gateway.understand.reading.checkin_signs import (
    CLAUSE,
    CLEAR,
    EARLY,
    EARLY_WORDS,
    is_manners,
    is_noise,
    score,
    sentences_in,
    signs_in,
)
from gateway.understand.reading.checkin_words import ALIKE, CUES, WEAK, Speech
from gateway.understand.reading.lines import Line
from gateway.understand.reading.phrases import Hit, Phrases, Word, words_of
from gateway.understand.reading.questions import BLOCKERS, DONE, NEXT

_NEAR_VERB = 2  # words from the verb to the absence it tells of, the verb among them
_FEW_MORE = 3  # words behind an acknowledgement that tell of nothing by themselves


def says_nothing(speech: Speech, own: str) -> CheckInReading | None:
    """Return what a text is that as a whole says nothing, or passes; None when there is more to it."""
    if not own.strip():
        return CheckInReading(CheckInKind.UNCLEAR)
    if _is_acknowledgement(speech, own):
        return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
    return CheckInReading(CheckInKind.SKIP, evidence=own[:200]) if _is_whole_none(speech, own) else None


def _is_whole_none(speech: Speech, own: str) -> bool:
    words = [word for word in words_of(own) if word.text[0].isalnum()]
    return (not words and not own.strip(" .-–—")) or (bool(words) and bool(speech.lists.skip.whole(words)))


def _is_acknowledgement(speech: Speech, own: str) -> bool:
    """Tell whether the text is nothing but "ok", "thanks", "got it" …, in one or a few of such words."""
    words = words_of(own)
    at = 0
    while at < len(words):
        ends = [hit.end for hit in speech.lists.ack.at(words, at)]
        ends += [hit.end for hit in speech.lists.greeting.at(words, at)]
        if not ends:
            return at > 0 and len(words) - at <= _FEW_MORE and not max(score(speech, own[words[at].start :]).values())
        at = max(ends)
    return not speech.lists.skip.whole(words)


def excused(speech: Speech, lines: Sequence[Line]) -> CheckInReading | None:
    """Return a skip when the text first of all says so, or unclear when it says it is no check-in; else None."""
    sentences = [s for line in lines for s in sentences_in(speech, line.text)]
    told = [s for s in sentences if not is_noise(speech, s) and not is_manners(speech, s)] or sentences
    own = " ".join(sentences)
    if _says_unclear(speech, told, own):
        return CheckInReading(CheckInKind.UNCLEAR, evidence=own[:200])
    first = told[0]
    if not (is_away(speech, first) or is_skip(speech, first)):
        return None
    others = [s for s in told[1:] if not is_away(speech, s) and not is_skip(speech, s)]
    if any(score(speech, s)[DONE] >= CLEAR * EARLY for s in others) or _tells_work(speech, first):
        return None
    if speech.lists.past.find(words_of(first)) and any(score(speech, s)[NEXT] >= CLEAR * EARLY for s in others):
        return None  # "nothing special yesterday. Today I finish the budget."
    until = away_until(speech, own, strict=False)
    return CheckInReading(CheckInKind.SKIP, away_until=until, evidence=first[:200])


def _tells_work(speech: Speech, sentence: str) -> bool:
    """Tell whether a sentence that excuses its author first says what was done ("Sent it, off until Monday")."""
    head = CLAUSE.split(sentence)[0] or ""
    if head == sentence:
        return score(speech, head)[DONE] >= CLEAR * EARLY and not is_away(speech, head)
    return not is_away(speech, head) and not is_skip(speech, head) and score(speech, head)[DONE] >= CLEAR * EARLY


def _says_unclear(speech: Speech, sentences: Sequence[str], own: str) -> bool:
    words = words_of(own)
    scores = [score(speech, s) for s in sentences if not s.endswith("?")]
    works = any(score[DONE] >= CLEAR * EARLY for score in scores)
    if any(hit.language in speech.languages for hit in speech.lists.unclear.find(words)) and not works:
        return True
    if not works and _only_promises(speech, sentences, words):
        return True
    asks = [s for s in sentences if s.endswith("?")]
    if len(asks) == len(sentences):
        return True
    said = max((max(one.values()) for one in scores), default=0.0)
    if asks and asks[0] == sentences[0] and said < CLEAR:  # a request, and why
        return True
    if is_away(speech, sentences[0]) or is_skip(speech, sentences[0]):
        return False
    # Wishes and cheers tell of no work: nothing but exclamations, and no sign in them.
    return not said and all(s.rstrip(" )").endswith("!") or not _has_letters(s) for s in sentences)


def _only_promises(speech: Speech, sentences: Sequence[str], words: Sequence[Word]) -> bool:
    """Tell whether a text says that its check-in comes later, and tells of no work beside ("will send this later")."""
    if not any(hit.language in speech.languages for hit in speech.lists.promised.find(words)):
        return False
    clauses = [one for s in sentences for one in CLAUSE.split(s) if one and not is_noise(speech, one)]
    beside = [one for one in clauses if not speech.lists.promised.find(words_of(one)) and not is_away(speech, one)]
    return not any(_tells_anything(speech, one) for one in beside)


def _tells_anything(speech: Speech, clause: str) -> bool:
    """Tell whether a clause has a sign of work: more than "I'm" and "today"."""
    words = words_of(clause)
    signs = ((words[hit.start : hit.end], CUES[hit.key][1]) for hit in signs_in(speech, words))
    lists = speech.lists
    return not all(lists.own.whole(sign) or (weight <= WEAK and lists.times.whole(sign)) for sign, weight in signs)


def _has_letters(text: str) -> bool:
    return any(char.isalpha() for char in text)


def is_skip(speech: Speech, sentence: str) -> bool:
    """Tell whether a sentence passes, or says that there is nothing to tell."""
    *before, last = CLAUSE.split(sentence)
    passes = words_of(last or "") if before else ()
    if passes and speech.lists.skip.whole(passes) and not _tells_work(speech, sentence):
        return True
    words = [word for word in words_of(sentence) if word.text[0].isalnum()]
    hits = list(speech.lists.skip.at(words, 0)) if words else []
    if not hits:
        several = (hit for hit in speech.lists.skip.find(words[:6]) if hit.end - hit.start > 1)
        hits = [hit for hit in several if hit.language in speech.languages]
    signs = speech.lists.cues.find(words) if hits else ()
    hits = [hit for hit in hits if not any(sign.start <= hit.start and sign.end > hit.end for sign in signs)]
    if not hits:
        return False
    end = max(hit.end for hit in hits)
    if _leads_to_work(speech, sentence, words, end) or _takes_a_thing(speech, words, end):
        return False
    if end == len(words) or _stops_after(sentence, words, end):
        return True
    if any(_blocks(sign) and sign.start <= hit.start < sign.end for sign in signs for hit in hits):
        return False  # "no news" from somebody is something in the way
    return end > 1 and not _done_after(speech, words[end:])


def _blocks(sign: Hit) -> bool:
    kind, weight = CUES.get(sign.key.removesuffix(ALIKE), ("", 0.0))
    return kind == BLOCKERS and weight > WEAK


def _stops_after(sentence: str, words: Sequence[Word], end: int) -> bool:
    return end < len(words) and bool(sentence[words[end - 1].end : words[end].start].strip(" "))


def _takes_a_thing(speech: Speech, words: Sequence[Word], end: int) -> bool:
    """Tell whether a phrase for passing goes on to a thing: "je passe le vernis", "ich passe die Texte an"."""
    if end >= len(words) or any(True for _ in speech.lists.times.at(words, end)):
        return False
    return any(True for _ in _spoken(speech, speech.lists.article, words, end))


def _leads_to_work(speech: Speech, sentence: str, words: Sequence[Word], end: int) -> bool:
    """Tell whether a sentence goes on to work: "Not much to tell: finally reached the bank", "…, poster done"."""
    behind = sentence[words[end - 1].end :].lstrip(" )")
    if behind.startswith((",", ";")):
        rest = behind[1:].strip()
        return bool(rest) and score(speech, rest)[DONE] >= CLEAR * EARLY and not is_away(speech, rest)
    if not behind.startswith(":"):
        return False
    signs = ((words[end:][hit.start : hit.end], CUES[hit.key][1]) for hit in signs_in(speech, words[end:]))
    return any(weight > WEAK and not speech.lists.having.whole(sign) for sign, weight in signs)


def _done_after(speech: Speech, words: Sequence[Word]) -> bool:
    """Tell whether work is told right behind; "yesterday" alone tells none."""
    signs = (hit for hit in signs_in(speech, words) if hit.key == "done" and hit.start < 2)
    return any(not speech.lists.times.whole(words[hit.start : hit.end]) for hit in signs)


def is_away(speech: Speech, sentence: str) -> bool:
    """Tell whether a sentence says that its author is or will be away."""
    words = words_of(sentence)
    hits = _away_hits(speech, words)
    if hits:
        early = hits[0].start <= 4 and not _starts_with_work(speech, words[: hits[0].start + 1], hits)
        dated = absence_in(sentence, speech.base, speech.lexicon) is not None
        return (early and (len(words) <= 14 or dated)) or (dated and not _starts_with_work(speech, words, hits))
    backs = [hit for start in range(min(2, len(words))) for hit in speech.lists.back.at(words, start)]
    return bool(backs) and len(words) <= 8 and absence_in(sentence, speech.base, speech.lexicon) is not None


def absence_parted(speech: Speech, sentence: str) -> tuple[str, str]:
    """Return what a sentence tells of being away, and the clauses behind it that tell of work, "" for none.

    "Tomorrow off, on Wednesday I tackle the accounts": the second clause is work, and its day ends no absence.
    """
    clauses = [clause for clause in CLAUSE.split(sentence) if clause and clause.strip()]
    for at in range(1, len(clauses)):
        behind = clauses[at:]
        works = [max(score(speech, one)[DONE], score(speech, one)[NEXT]) >= CLEAR * EARLY for one in behind]
        away = any(is_away(speech, one) or speech.lists.back.find(words_of(one)) for one in behind)
        if is_away(speech, clauses[at - 1]) and works[0] and not away:
            start = sentence.rindex(", ".join(behind)) if ", ".join(behind) in sentence else -1
            return (sentence[:start].rstrip(" ,;"), sentence[start:]) if start > 0 else (sentence, "")
    return sentence, ""


def _away_hits(speech: Speech, words: Sequence[Word]) -> list[Hit]:
    """Return the phrases for being away, without those that go on to mean something else ("off to the market")."""
    hits = [hit for hit in speech.lists.away.find(words) if hit.language in speech.languages]
    if not hits:
        return []
    others = speech.lists.not_away.find(words)
    hits = [hit for hit in hits if not any(_means_other(one, hit) for one in others)]
    return [hit for hit in hits if not _is_a_thing(speech, words, hit) and not _is_of_others(speech, words, hit)]


def _is_a_thing(speech: Speech, words: Sequence[Word], hit: Hit) -> bool:
    """Tell whether an article makes a thing of a word for being away ("the hospital beds", "the holiday rota")."""
    alone = hit.end - hit.start == 1 and hit.start > 0
    return alone and any(True for _ in _spoken(speech, speech.lists.article, words, hit.start - 1))


def _is_of_others(speech: Speech, words: Sequence[Word], hit: Hit) -> bool:
    """Tell whether it is something else that is said to be away: "the parcels are out", "the boiler is off today"."""
    near = range(max(1, hit.start - _NEAR_VERB), hit.start)  # a verb in front has left "I" out
    others = speech.lists.others.find(words[: hit.start])  # "three people off sick"
    is_others = any(one.language in speech.languages for one in others)
    if not is_others and not any(True for at in near for _ in _spoken(speech, speech.lists.others_are, words, at)):
        return False
    return not any(one.language in speech.languages for one in speech.lists.own.find(words))


def _spoken(speech: Speech, phrases: Phrases, words: Sequence[Word], at: int) -> Iterator[Hit]:
    return (hit for hit in phrases.at(words, at) if hit.language in speech.languages)


def _means_other(other: Hit, hit: Hit) -> bool:
    """Tell whether a phrase covers one for being away, or runs into it ("went off" before "off on")."""
    return other.start <= hit.start < other.end and (hit.end <= other.end or other.start < hit.start)


def _starts_with_work(speech: Speech, words: Sequence[Word], away: Sequence[Hit]) -> bool:
    """Tell whether the words before an absence tell of work; "I have" or "I was" alone does not, nor the absence."""
    longer = [one for one in away if one.end - one.start > 1]  # "signed off until Friday"
    signs = (hit for hit in signs_in(speech, words) if hit.key == "done" and hit.start < EARLY_WORDS)
    signs = (hit for hit in signs if not any(one.start <= hit.start < one.end for one in longer))
    return any(not speech.lists.having.whole(words[hit.start : hit.end]) for hit in signs)


def away_until(speech: Speech, own: str, *, strict: bool) -> date | None:
    """Return the last day away named in the sentences that tell of an absence (or right after them)."""
    told = sentences_in(speech, own)
    for index, sentence in enumerate(told):
        if not is_away(speech, sentence):
            continue
        absent, work = absence_parted(speech, sentence)
        alone = strict or work or index + 1 >= len(told)
        stretch = absent if alone else " ".join(told[index : index + 3])
        absence = absence_in(stretch, speech.base, speech.lexicon)
        if absence and absence.until and absence.until > speech.sent_on:
            return absence.until
    return None


def away_from(speech: Speech, own: str) -> date | None:
    """Return the day to come on which an absence begins ("I have Friday off", said on Monday); None for now."""
    for sentence in sentences_in(speech, own):
        if is_away(speech, sentence):
            absence = absence_in(absence_parted(speech, sentence)[0], speech.base, speech.lexicon)
            if absence and absence.starts and absence.starts > speech.sent_on:
                return absence.starts
    return None


def empty_kind(speech: Speech, own: str) -> CheckInKind:
    """Return what a text is that no item was found in: a skip when it says that there is nothing, else unclear."""
    words = words_of(own)
    nothing = speech.lists.none.whole(words) or speech.lists.skip.find(words) or speech.lists.away.find(words)
    return CheckInKind.SKIP if nothing else CheckInKind.UNCLEAR
