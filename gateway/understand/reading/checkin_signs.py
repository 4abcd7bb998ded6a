"""What a sentence of a check-in speaks of: done, next, blockers, each with how much; or nothing at all.

Must not: know a language, or look at more than one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gateway.understand.reading.checkin_words import (
    ALIKE,
    CUES,
    NEUTRAL,
    STRONG,
    STRONG_BLOCK,
    WEAK,
    CheckInLists,
    Speech,
)
from gateway.understand.reading.lines import sentences_of
from gateway.understand.reading.phrases import Hit, Phrases, Word, words_of
from gateway.understand.reading.questions import BLOCKERS, DONE, NEXT, STANDARD

EARLY_WORDS = 3  # a sign among the first words tells what a sentence is about …
EARLY = 1.5  # … and weighs so much more
_NEAR = range(2)  # words between "not" and what was not done
_MORE = 0.25  # what further signs of the same kind add
CLEAR = 2.0  # from this score on a sentence says what it is
CLAUSE = re.compile(r",\s+(?=\S)|;\s+|\s+(?:[/|–—→⇒-]|[-=]>)\s+")  # what parts the clauses of a sentence


def sentences_in(speech: Speech, text: str) -> list[str]:
    """Return the sentences of a text."""
    return sentences_of(text, speech.lexicon)


def score(speech: Speech, text: str) -> dict[str, float]:
    """Return how much each kind speaks out of a sentence: the best sign of it, early ones weighing more."""
    return dict(zip(STANDARD, _score(speech.lists, speech.languages, text), strict=True))


@lru_cache(maxsize=256)  # a sentence is weighed again and again while it is placed
def _score(lists: CheckInLists, languages: frozenset[str], text: str) -> tuple[float, ...]:
    words = words_of(text)
    strengths: dict[str, list[float]] = {kind: [] for kind in STANDARD}
    signs = _signs(lists, languages, words)
    told = {CUES[hit.key][0] for hit in signs}
    denials = _ends(lists.negation, languages, words) if DONE in told else ()
    behind, meant = len(words), frozenset[int]()
    if DONE in told and NEXT in told:
        behind, meant = _subordinate(lists, languages, words), _meant(lists, words, signs)
    absent = none_hits(lists, text) if BLOCKERS in told else ()
    for hit in signs:
        kind, weight = CUES[hit.key]
        if kind == DONE and hit.start in meant:
            continue  # "going to cut it": the verb is spelt as it is in the past
        if kind == BLOCKERS and any(one.start <= hit.start and hit.end <= one.end for one in absent):
            continue  # "went through without a problem"
        early = EARLY if hit.start < EARLY_WORDS else 1.0
        if kind == DONE and hit.start > behind:
            weight = WEAK  # "the labels go on tomorrow once they have dried"
        denied = kind == DONE and any(hit.start - end in _NEAR for end in denials)
        strengths[BLOCKERS if denied else kind].append(WEAK if denied else weight * early)
    best = ((max(found, default=0.0), sum(found)) for found in (strengths[kind] for kind in STANDARD))
    return tuple(most + _MORE * (whole - most) for most, whole in best)


@lru_cache(maxsize=256)
def none_hits(lists: CheckInLists, text: str) -> tuple[Hit, ...]:
    """Return the phrases in a text that say that nothing is in the way, of all languages."""
    return lists.none_block.find(words_of(text))


def _meant(lists: CheckInLists, words: Sequence[Word], signs: Sequence[Hit]) -> frozenset[int]:
    """Return where words end that say what one is going to do, but for times: a verb behind them tells of no past."""
    ahead = (hit for hit in signs if CUES[hit.key] == (NEXT, STRONG))
    return frozenset(hit.end for hit in ahead if not lists.times.whole(words[hit.start : hit.end]))


def _subordinate(lists: CheckInLists, languages: frozenset[str], words: Sequence[Word]) -> int:
    """Return where a clause of "once", "when", "as soon as" begins behind another; past the words where none does."""
    hits = (hit.start for hit in lists.once.find(words) if hit.language in languages and hit.start)
    return min(hits, default=len(words))


def _ends(phrases: Phrases, languages: frozenset[str], words: Sequence[Word]) -> list[int]:
    """Return where the phrases of these languages end."""
    return [hit.end for hit in phrases.find(words) if hit.language in languages]


def signs_in(speech: Speech, words: Sequence[Word]) -> list[Hit]:
    """Return the signs in a sentence; of two that overlap the longer one is meant, then the stronger."""
    return _signs(speech.lists, speech.languages, words)


def _signs(lists: CheckInLists, languages: frozenset[str], words: Sequence[Word]) -> list[Hit]:
    hits = [hit for hit in lists.cues.find(words) if hit.language in languages]
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.key.endswith(ALIKE), -_weight(hit), hit.start))
    taken = [False] * len(words)
    kept = []
    for hit in hits:
        if not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = [True] * (hit.end - hit.start)
            if hit.key != NEUTRAL:
                kept.append(Hit(hit.key.removesuffix(ALIKE), hit.language, hit.start, hit.end))
    return kept


def is_none(speech: Speech, text: str, kind: str) -> bool:
    """Tell whether an answer says that there is nothing to tell."""
    stripped = text.strip(" .!,;:()[]*_~-–—=/\\'\"")
    if not stripped:
        return True
    words = words_of(stripped)
    if not words:
        return len(stripped) <= 3
    if speech.lists.none.whole(words):
        return True
    letters = [word for word in words if word.text[0].isalnum()]
    if letters and len(letters) < len(words) and speech.lists.none.whole(letters):
        return True
    if _none_for_now(speech, letters):
        return True
    if kind != BLOCKERS:
        return False
    if is_none_block(speech, stripped):
        return True
    return _none_and_well(speech, stripped, letters)


def _none_for_now(speech: Speech, words: Sequence[Word]) -> bool:
    """Tell whether words are "none" and a time ("nothing this week")."""
    ends = [hit.end for hit in speech.lists.none.at(words, 0)] if words else []
    return any(end < len(words) and bool(speech.lists.times.whole(words[end:])) for end in ends)


def _none_and_well(speech: Speech, text: str, words: Sequence[Word]) -> bool:
    """Tell whether a text is "none" and then but more of the kind, thanks, or well-being ("No, all fine")."""
    first = max((hit.end for hit in speech.lists.none.at(words, 0)), default=0) if words else 0
    if not first:
        return False
    rest = list(words[first:])
    return bool(rest) and bool(
        speech.lists.none.whole(rest)
        or speech.lists.ack.whole(rest)
        or speech.lists.greeting.whole(rest)
        or is_none_block(speech, text[rest[0].start :])
    )


def is_none_block(speech: Speech, text: str) -> bool:
    """Tell whether a sentence says that nothing is in the way, rather than what is."""
    words = words_of(text)
    hits = none_hits(speech.lists, text)
    hits = tuple(hit for hit in hits if hit.language in speech.languages or hit.end == len(words))
    if not hits:
        return bool(words) and len(words) <= 3 and bool(speech.lists.skip.whole(words))
    start = min(hit.start for hit in hits)
    end = max(hit.end for hit in hits)
    head = signs_in(speech, words[:start])
    head = [hit for hit in head if not speech.lists.having.whole(words[hit.start : hit.end])]  # "I've nothing …"
    if any(CUES[hit.key][0] in (DONE, NEXT) and CUES[hit.key][1] >= STRONG for hit in head):
        return False
    tail = signs_in(speech, words[end:])
    excepted = any(hit.start == 0 for hit in speech.lists.excepts.find(words[end : end + 3]))
    return not any(CUES[hit.key][0] == BLOCKERS and CUES[hit.key][1] >= STRONG for hit in tail) and not (
        excepted and len(words) - end > 4
    )


def is_noise(speech: Speech, text: str) -> bool:
    """Tell whether a sentence is said beside the check-in: an apology, a remark on how the day was."""
    words = words_of(text)
    ends = [hit.end for hit in speech.lists.noise.at(words, 0)] if words else []
    if not ends:
        second = [hit.end for hit in speech.lists.noise.at(words, 1)] if len(words) > 1 else []
        ends = second
    if not ends:
        return False
    rest = signs_in(speech, words[max(ends) :])
    colon = text[words[max(ends) - 1].end :].lstrip()[:1] == ":"
    return (not colon and not any(CUES[hit.key][1] >= STRONG for hit in rest if CUES[hit.key][0] != BLOCKERS)) or len(
        words
    ) <= max(ends) + 3


def is_manners(speech: Speech, text: str) -> bool:
    """Tell whether a sentence is a greeting or a closing, with a name at most."""
    words = words_of(text)
    if not words or len(words) > 6:
        return not words
    ends = [hit.end for hit in speech.lists.greeting.at(words, 0)]
    return bool(ends) and len(words) - max(ends) <= 2 and max(score(speech, text).values()) < CLEAR


def without_lead_time(speech: Speech, clause: str) -> str:
    """Take "today", "then" … off the front of a clause."""
    words = words_of(clause)
    ends = [hit.end for hit in speech.lists.lead_time.at(words, 0) if hit.language in speech.languages] if words else []
    longest = max(ends, default=0)
    return clause[words[longest].start :] if 0 < longest < len(words) else clause


def _weight(hit: Hit) -> float:
    return CUES.get(hit.key.removesuffix(ALIKE), ("", STRONG_BLOCK + 1))[1]
