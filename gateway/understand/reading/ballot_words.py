"""A text marked with the words of the languages it seems to be written in.

Must not: hold a word of any language itself, or decide what a ballot means.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from rapidfuzz import fuzz, process

from gateway.understand.reading.ballot_asked import asked
from gateway.understand.reading.ballot_text import Token, classes, fold, tokens_of
from gateway.understand.reading.ballot_vocabulary import (
    FIRST_PERSON,
    SPELT,
    Language,
    Phrase,
    Vocabulary,
    jumble,
    longest,
    vocabulary,
)

# Classes of words worth finding in any language, whatever the language of the rest.
PORTABLE = classes(
    """
    yes no for against block abstain withdraw both good irony greeting closing thanks filler weekday
    month indifferent change doubt no_to outright
    """
)
LITTLE = frozenset(("common", "option_word"))
# Found even where the likeliest language has the word, but in longer phrases only.
REFUSALS = frozenset(("no", "no_to", "outright"))
WOULD_I = frozenset(("would_i",))
SHORTEST_VERB = 5
MAY_SWALLOW = frozenset(("yes", "no", "but_not"))  # may end in what begins a longer phrase: "but | not sure"
OVERRIDING = classes("doubt indifferent later defer abstain unopposed withdraw for against block yes no")
SIDES = {"for": "yes", "good": "yes", "against": "no"}
MOST_TOKENS, HEAD_TOKENS = 700, 500
CLOSE_ENOUGH = 85
AHEAD = 10
FEW_WORDS = 2  # beside no more than these a letter is more likely an option than a word
MOST_WEIGHED = 120  # words of a text by which its language is told
LONG_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of tokens `start:end` that the lexicon knows; `values` holds the number of a valued class."""

    start: int
    end: int
    classes: frozenset[str]
    values: Mapping[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.classes


@dataclass(frozen=True, slots=True)
class Marked:
    """A tokenised text and its marks, in order and without overlap."""

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    cover: tuple[Mark | None, ...]  # for each token its mark
    voices: tuple[Mark | None, ...] = ()  # for each token its mark of a voice
    voiced: tuple[Mark, ...] = ()  # these marks, each once
    heard_at: tuple[int, ...] = ()  # where each of them begins
    asked_to_keep: bool = False  # whether the question is about leaving things as they are
    asked_to_drop: bool = False  # whether the question is about ending something, so that "we don't need it" is a yes
    asked_to_close: bool = False  # whether it is with a word that may bid to begin something too: "sell raffle tickets"
    asked_to_change: bool = False  # whether it is about putting something else in place of what there is
    offered: bool = False  # whether the question offers its reader something, so that "I'll pass" is a no
    asked_to_object: bool = False  # whether the question is who objects, so that "no objection" is a no
    asked_when: bool = False  # whether the question names a time of its own, which an answer may move
    asked: frozenset[str] = frozenset()  # the words of the question, folded
    asked_first: frozenset[str] = frozenset()  # its first and its last word of content: where its verb stands
    asked_days: frozenset[tuple[str, int]] = frozenset()  # the weekdays and months it names
    asked_for: str = ""  # its word right behind a "which": what its options are
    asked_of_reader: bool = False  # whether it asks where its reader is, so that "I'm in Porto" answers it
    ironic: bool = False  # whether the text ends with a sign that it is not meant
    starts: tuple[int, ...] = ()  # where each mark begins
    folds: tuple[str, ...] = ()  # for each token the spelling under which it was looked for
    order: tuple[str, ...] = ()  # the languages it may be in, likeliest first

    def has(self, name: str, start: int = 0, end: int | None = None) -> bool:
        """Whether a mark of this class begins within the stretch."""
        return any(name in mark.classes for mark in self.within(start, end))

    def within(self, start: int = 0, end: int | None = None) -> list[Mark]:
        """Return the marks that begin within the stretch."""
        first = bisect_left(self.starts, start)
        return list(self.marks[first:] if end is None else self.marks[first : bisect_left(self.starts, end, first)])

    def heard(self, start: int = 0, end: int | None = None) -> list[Mark]:
        """Return the marks of voices that begin within the stretch."""
        first = bisect_left(self.heard_at, start)
        stop = len(self.heard_at) if end is None else bisect_left(self.heard_at, end, first)
        return list(self.voiced[first:stop])

    def source(self, start: int, end: int) -> str:
        """Return the text of a stretch of tokens, as written."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""


def marked(text: str, question: str, words: Vocabulary, *, respell: bool = False) -> Marked:
    """Return the text marked with the words of the languages it seems to be written in; `respell` mends typos."""
    return marked_again(text, tokens_of(text), question, words, respell=respell)


def marked_again(text: str, cut: list[Token], question: str, words: Vocabulary, *, respell: bool) -> Marked:
    """Return a text marked that is cut into tokens already."""
    tokens = _bounded(cut)
    order = _likely(tokens, question, words)
    return _marked(text, question, words, tokens, order, _known_forms(tokens, words, order if respell else ()))


def respelt(before: Marked, question: str, words: Vocabulary) -> Marked | None:
    """Return a text marked as it was written with its typos mended, None where none is."""
    folds = _known_forms(before.tokens, words, before.order)
    if tuple(folds) == before.folds:
        return None
    return _marked(before.text, question, words, before.tokens, before.order, folds)


def _marked(
    text: str, question: str, words: Vocabulary, tokens: tuple[Token, ...], order: tuple[str, ...], folds: list[str]
) -> Marked:
    marks: list[Mark] = []
    cover: list[Mark | None] = [None] * len(tokens)
    at = 0
    while at < len(tokens):
        mark = _mark_at(tokens, folds, at, words, order) if folds[at] in words.beginners else None
        if mark is None:
            at += 1
            continue
        if mark.end - at > 1 and mark.classes & MAY_SWALLOW:
            mark = _cut_short(mark, tokens, folds, words, order) or mark
        marks.append(mark)
        cover[at : mark.end] = [mark] * (mark.end - at)
        at = mark.end
    voices = _voices(tokens, folds, cover, words, order)
    heard_at = tuple(at for at, m in enumerate(voices) if m is not None and m.start == at)
    return Marked(
        text,
        tokens,
        tuple(marks),
        tuple(cover),
        voices,
        tuple(m for at in heard_at if (m := voices[at]) is not None),
        heard_at,
        *asked(question, words),
        ironic=text.rstrip().casefold().endswith(words.irony_signs),
        starts=tuple(m.start for m in marks),
        folds=tuple(folds),
        order=order,
    )


def _voices(
    tokens: tuple[Token, ...],
    folds: list[str],
    known: Sequence[Mark | None],
    words: Vocabulary,
    order: tuple[str, ...],
) -> tuple[Mark | None, ...]:
    cover: list[Mark | None] = [None] * len(tokens)
    tables = [words.languages[code].voices for code in order]
    endings = words.languages[order[0]].would_endings if order else ()
    at = 0
    while at < len(tokens):
        best: tuple[int, Phrase] | None = None
        word = folds[at]
        for table in tables:
            if word not in table.firsts:
                continue
            end, phrase = longest(tokens, folds, at, table)
            if phrase and (best is None or end > best[0]):
                best = end, phrase
        if best is not None:
            cover[at : best[0]] = [Mark(at, best[0], _told_by_accents(best[1], tokens[at : best[0]]))] * (best[0] - at)
        elif endings and known[at] is None and len(word) > SHORTEST_VERB and word.endswith(endings):
            cover[at] = Mark(at, at + 1, WOULD_I)
        at = best[0] if best else at + 1
    return tuple(cover)


def _told_by_accents(phrase: Phrase, tokens: Sequence[Token]) -> frozenset[str]:
    """Return what a phrase is: "sí" is a yes where "si" may be an "if", and accents, where they are written, tell."""
    told = phrase.accented.get(" ".join([t.raw.casefold() for t in tokens])) if phrase.accented else None
    return told or phrase.classes


def _cut_short(
    mark: Mark, tokens: tuple[Token, ...], folds: list[str], words: Vocabulary, order: tuple[str, ...]
) -> Mark | None:
    """Return an answer without its last word where a phrase begins with that word and goes on: "pues | no sé qué"."""
    last, phrases = mark.end - 1, words.languages[order[0]].phrases
    end, following = longest(tokens, folds, last, phrases)
    if following is None or (end <= mark.end and not _is_bare_if(tokens, mark, following)):
        return None
    if end > mark.end and not following.classes & OVERRIDING:
        return None
    reached, phrase = longest(tokens[:last], folds[:last], mark.start, phrases)
    if phrase is None or any(token.is_word for token in tokens[reached:last]):
        return None
    return Mark(mark.start, reached, phrase.classes, phrase.values)


def _is_bare_if(tokens: Sequence[Token], mark: Mark, last: Phrase) -> bool:
    """Whether a yes is followed by an "if" that only an accent would make a yes too: "Sí si hay dinero"."""
    accents = [not token.raw.isascii() for token in tokens[mark.start : mark.end]]
    return accents[0] and not accents[-1] and "condition" in last.classes and bool(last.accented)


def _bounded(tokens: list[Token]) -> tuple[Token, ...]:
    """Return the tokens, of a text with too many the first and the last: what follows compares them with each other."""
    return tuple(tokens if len(tokens) <= MOST_TOKENS else tokens[:HEAD_TOKENS] + tokens[HEAD_TOKENS - MOST_TOKENS :])


@lru_cache(maxsize=256)
def _question_weights(question: str, words: Vocabulary) -> tuple[tuple[str, float], ...]:
    weights = _weights((t.fold for t in tokens_of(question[:600])), words)
    written = frozenset(question.casefold())
    told = {code: len(written & language.telltales) for code, language in words.languages.items()}
    return tuple((code, weight + 2 * told[code]) for code, weight in weights.items())


def _weights(folds: Iterable[str], words: Vocabulary) -> dict[str, float]:
    """Return how much of the text each language claims; a word shared by many counts little for each."""
    weights = dict.fromkeys(words.languages, 0.0)
    for word in islice(folds, MOST_WEIGHED):
        owners = words.owners.get(word, ())
        for code in owners:
            weights[code] += 1 / len(owners)
    return weights


def _likely(tokens: Iterable[Token], question: str, words: Vocabulary) -> tuple[str, ...]:
    """Return the languages the text may be in, likeliest first: its own words tell, then those of the question."""
    spoken = [t for t in tokens if t.kind == "word"]
    longer = [t for t in spoken if len(t.fold) > 1 or not t.raw.isascii()]  # "A, C en D" may be of any, not "é"
    weights = _weights((t.fold for t in (spoken if len(longer) > FEW_WORDS else longer)), words)
    for code, weight in _question_weights(question, words):
        weights[code] += min(weight, 4) * 0.3
    if spelt := "".join(t.raw for t in tokens if not t.raw.isascii()):
        for code, language in words.languages.items():
            weights[code] += not language.telltales.isdisjoint(spelt.casefold())
    order = sorted(weights, key=lambda code: -weights[code])
    best = weights[order[0]] if order else 0
    return tuple(code for code in order if weights[code] >= 0.6 * best or code == order[0])


def _known_forms(tokens: Sequence[Token], words: Vocabulary, order: tuple[str, ...]) -> list[str]:
    """Return for each token the spelling under which it is known; most are known as they stand."""
    owners = words.owners
    return [t.fold if t.kind != "word" or t.fold in owners else _known_form(t, words, order) for t in tokens]


def _known_form(token: Token, words: Vocabulary, order: tuple[str, ...]) -> str:
    """Return the spelling under which a word is known: drawn-out letters shortened, and with `order` typos mended."""
    word = token.fold
    if LONG_RUN.search(word):
        for short in (LONG_RUN.sub(r"\1", word), LONG_RUN.sub(r"\1\1", word)):
            if short in words.owners:
                return short
    return _mended(word, words, order) if order and len(word) >= 4 else word


@lru_cache(maxsize=4096)  # names and the words of a question stand in answer after answer
def _mended(word: str, words: Vocabulary, order: tuple[str, ...]) -> str:
    letters = jumble(word)  # two words with neighbours swapped are made of the same
    for code in order:
        language = words.languages[code]
        swapped = next((spelt for spelt in language.jumbled.get(letters, ()) if is_swapped(word, spelt)), None)
        if swapped is not None:
            return swapped
        if process.extractOne(word, language.spelt, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH) is None:
            continue
        found = process.extract(word, language.spelt, scorer=fuzz.ratio, limit=6, score_cutoff=CLOSE_ENOUGH - AHEAD)
        best, rivals = found[0], [row for row in found if found[0][1] - row[1] < AHEAD]
        if _is_prefixed(word, best[0]):
            return word
        side = _verdicts(language, best[0])
        if all(_verdicts(language, other) == side or _is_prefixed(word, other) for other, _, _ in rivals):
            return best[0]
    return word


def _is_prefixed(word: str, other: str) -> bool:
    """Whether a word is another one with something put ahead of it, which may deny it: "unreasonable"."""
    return len(word) > len(other) + 1 and word.endswith(other)


def is_swapped(word: str, other: str) -> bool:
    """Whether two neighbouring letters changed places: "nadai" for "nadia"."""
    if len(word) != len(other) or word == other:
        return False
    first = next(n for n, (one, two) in enumerate(zip(word, other, strict=True)) if one != two)
    return word[first : first + 2] == other[first : first + 2][::-1] and word[first + 2 :] == other[first + 2 :]


def _verdicts(language: Language, word: str) -> frozenset[str]:
    """Return the sides a word can be on, so that "agree" and "agreed" are no rivals."""
    phrase = language.phrases.phrases.get(word)
    return frozenset(SIDES.get(name, name) for name in phrase.classes & SPELT) if phrase is not None else frozenset()


def _mark_at(
    tokens: tuple[Token, ...], folds: list[str], at: int, words: Vocabulary, order: tuple[str, ...]
) -> Mark | None:
    """Return the longest phrase that begins here, of the likeliest language among equals."""
    begun_in = words.beginners.get(folds[at])
    if begun_in is None or not tokens[at].is_word:
        return None
    best: tuple[int, Phrase] | None = None
    for code in order:
        if code not in begun_in:
            continue
        end, phrase = longest(tokens, folds, at, words.languages[code].phrases)
        if phrase and (best is None or end > best[0]):
            best = end, phrase
    if best is None:
        best = _foreign(tokens, folds, at, words, order, begun_in)
    if best is None:
        return None
    end, phrase = _refusal_elsewhere(tokens, folds, at, words, best) or best
    return Mark(at, end, _told_by_accents(phrase, tokens[at:end]), phrase.values)


def _foreign(
    tokens: tuple[Token, ...],
    folds: list[str],
    at: int,
    words: Vocabulary,
    order: tuple[str, ...],
    begun_in: tuple[str, ...],
) -> tuple[int, Phrase] | None:
    """Return a phrase of another language, where it is one that says the same anywhere."""
    others = [code for code in begun_in if code not in order]
    if not others:
        return None
    alone = sum(token.is_word for token in tokens) == 1  # "Non." in answer to an English question
    own = not alone and bool(order) and order[0] in words.owners[folds[at]]
    if own and _is_known(folds[at], words.languages[order[0]]):
        return None
    found = (longest(tokens, folds, at, words.languages[code].phrases) for code in others)
    wanted = REFUSALS if own else PORTABLE
    portable = [(end, phrase) for end, phrase in found if phrase and phrase.classes & wanted]
    return max(portable, key=lambda pair: pair[0], default=None)


def _refusal_elsewhere(
    tokens: tuple[Token, ...], folds: list[str], at: int, words: Vocabulary, best: tuple[int, Phrase]
) -> tuple[int, Phrase] | None:
    """Return the refusal that a little word is in another language, where nothing follows that it would go with.

    In French "no" is short for "number", yet "Oslo: no" and "no a Oslo" refuse in answer to a French question too.
    """
    if best[0] > at + 1 or not best[1].classes <= LITTLE or not words.can_be(folds[at], "no"):
        return None
    books = [words.languages[code].phrases for code in words.beginners[folds[at]]]
    found = [(end, phrase) for end, phrase in (longest(tokens, folds, at, book) for book in books) if phrase]
    led = [(end, phrase) for end, phrase in found if "no_to" in phrase.classes and _is_word(tokens, end)]
    if not led and _goes_with(tokens, at + 1, words, best[1]):
        return None
    return max(led or [one for one in found if "no" in one[1].classes], key=lambda one: one[0], default=None)


def _goes_with(tokens: tuple[Token, ...], at: int, words: Vocabulary, phrase: Phrase) -> bool:
    """Whether what stands here goes with a little word ahead: any word with "the", a number with "no."."""
    if not _is_word(tokens, at) or "common" in phrase.classes:
        return _is_word(tokens, at)
    follower = tokens[at]
    return follower.kind != "word" or len(follower.fold) == 1 or bool(words.values(follower.fold, "number"))


def _is_word(tokens: tuple[Token, ...], at: int) -> bool:
    return at < len(tokens) and tokens[at].is_word


def _is_known(word: str, language: Language) -> bool:
    """Whether a language knows a word by itself, not but in a longer phrase as English does "non" ("non-binding")."""
    return word in language.phrases.phrases


__all__ = [
    "AHEAD",
    "CLOSE_ENOUGH",
    "FIRST_PERSON",
    "LONG_RUN",
    "Mark",
    "Marked",
    "Vocabulary",
    "fold",
    "is_swapped",
    "marked",
    "respelt",
    "vocabulary",
]
