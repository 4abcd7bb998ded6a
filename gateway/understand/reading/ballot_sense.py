"""Words of a stance that stand in another sense, and so are none: "approval from the landlord", "our support staff".

A stance is told by its word; that it is one, by what stands around the word. Each sense here is one of grammar: a noun
that somebody else is to give, a thing told of by an "is", a verb with its own object, a time, a wellbeing, an adverb of
another verb, talk of the mails themselves. Must not: know a word of a language ([ballot_sense] has them), or weigh one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_text import classes, tokens_of
from gateway.understand.reading.ballot_verdict import OPENINGS, content, is_asked_word
from gateway.understand.reading.ballot_vocabulary import spelt_out
from gateway.understand.reading.ballot_words import FIRST_PERSON, Mark

TABLE = "ballot_sense"
STEMS = "done"  # the key whose words are but beginnings: "bloqu" of "bloqué", "bloquée"
_BITS = {key: 1 << place for place, key in enumerate(
    ("noun", "act", "own", "ours", "theirs", "article", "indefinite", "on", "is", "side", "toward", "lasting", "span",
     "fares", "here", "asks_back", "with", "adverb", "that", "clitic", "you", "of", "mail", "mutual", "into", "for_it",
     "stand")
)}  # fmt: skip
(_NOUN, _ACT, _OWN, _OURS, _THEIRS, _ARTICLE, _INDEFINITE, _ON, _IS, _SIDE, _TOWARD, _LASTING, _SPAN,
 _FARES, _HERE, _ASKS_BACK, _WITH, _ADVERB, _THAT, _CLITIC, _YOU, _OF, _MAIL, _MUTUAL, _INTO, _FOR_IT, _STAND,
) = _BITS.values()  # fmt: skip
_STANCES = classes("yes no for against block abstain good unopposed needless indifferent acknowledges yes_clause")
_SIDES = classes("for against block")
_PRAISE = classes("good yes indifferent yes_clause acknowledges")
_REMARKS = classes("good yes no needless unopposed acknowledges")  # what may be of the mails: "no need", "kein Problem"
_PASSES = frozenset(("abstain", "decline"))
_THANKS = frozenset(("thanks", "closing"))  # "merci à tous" ends mails too
_CALENDAR = classes("weekday month daypart")
_DRESS = OPENINGS | {"common"}
_FARTHEST_VERB = 3  # words between "is" and what is told: "is again badly blocked"
_FARTHEST_PERSON = 3  # words between an adverb and who acts: "genau deswegen rufe | ich"
_FARTHEST_MAIL = 5  # words between a remark and the mail it is about: "no need to send the | reminder"
_FARTHEST_HOUR = 3  # words between a preposition and its time: "für ein paar | Tage"
_FARTHEST_OWNER = 2  # words between "my" and what it owns: "my full | support"
_FARTHEST_THANKS = 3  # words of a thanks that opens a mail
_FARTHEST_PASS = 4  # words behind "I pass" among which something passed stands


@dataclass(frozen=True, slots=True)
class _Tongue:
    """The words of one language, folded, each with the keys it is listed under, a bit a key."""

    words: Mapping[str, int]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]  # by their first word
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Senses:
    """The words of [ballot_sense] by language."""

    tongues: Mapping[str, _Tongue]


@lru_cache(maxsize=8)
def senses_of(lexicon: Lexicon) -> Senses:
    """Return the compiled table; cached, as a lexicon is compared by identity."""
    return Senses({code: _tongue(table) for code, table in lexicon.tables(TABLE).items()})


def _tongue(table: Mapping[str, Any]) -> _Tongue:
    words: dict[str, int] = {}
    phrases: dict[str, tuple[tuple[tuple[str, ...], int], ...]] = {}
    for key, listed in table.items():
        for first, *more in _spellings(listed) if key != STEMS else ():
            if more:
                phrases[first] = (*phrases.get(first, ()), (tuple(more), _BITS[key]))
            else:
                words[first] = words.get(first, 0) | _BITS[key]
    return _Tongue(words, phrases, tuple(table.get(STEMS, ())))


def _spellings(listed: Iterable[str]) -> Iterable[list[str]]:
    return ([token.fold for token in tokens_of(spelt)] for phrase in listed for spelt in spelt_out(phrase))


@dataclass(frozen=True, slots=True)
class _Text:
    """A ballot's body with what its words are around a stance: for each token the keys that begin there."""

    body: Body
    keys: tuple[int, ...]
    tongues: tuple[_Tongue, ...]

    def has(self, key: int, start: int, end: int) -> bool:
        """Whether a word of a key begins within a stretch."""
        return any(keys & key for keys in self.keys[max(start, 0) : max(end, 0)])

    def strange(self, start: int, end: int) -> list[int]:
        """Return the words of a stretch that say something the question does not speak of."""
        return [at for at in content(self.body, start, end) if not is_asked_word(self.body, at)]

    def speaks(self, at: int) -> bool:
        """Whether a word of the first person stands here."""
        voices = self.body.marked.voices
        return 0 <= at < len(voices) and (voice := voices[at]) is not None and FIRST_PERSON in voice

    def is_word(self, key: int, at: int) -> bool:
        """Whether a word of a key stands here by itself, not but as the first of a phrase."""
        fold = self.body.marked.tokens[at].fold
        return any(tongue.words.get(fold, 0) & key for tongue in self.tongues)

    def is_done(self, mark: Mark) -> bool:
        """Whether a mark tells what was done: "blocked", "aceptada"."""
        fold = self.body.marked.tokens[mark.start].fold
        return any(fold.startswith(tongue.stems) for tongue in self.tongues)


def _text(body: Body, senses: Senses) -> _Text:
    tongues = tuple(senses.tongues[code] for code in body.marked.order if code in senses.tongues)
    folds = [token.fold for token in body.marked.tokens]  # as written: a mended typo may be a stance
    keys = [0] * len(folds)
    for tongue in tongues:
        words, phrases = tongue.words, tongue.phrases
        for at, fold in enumerate(folds):
            if fold in words:
                keys[at] |= words[fold]
            if fold in phrases:
                for more, key in phrases[fold]:
                    if tuple(folds[at + 1 : at + 1 + len(more)]) == more:
                        keys[at] |= key
    return _Text(body, tuple(keys), tongues)


def in_another_sense(body: Body, senses: Senses) -> frozenset[int]:
    """Return the places of words that would be a stance, and are none where they stand."""
    text: _Text | None = None
    found: set[int] = set()
    for clause in body.clauses:
        marks = [m for m in body.marked.within(clause.start, clause.end) if not m.classes.isdisjoint(_STANCES)]
        if not marks:
            continue
        text = text or _text(body, senses)
        if _tells_of_noun(text, clause) or _is_predicate(text, clause, marks[0]):
            found.update(range(clause.start, clause.end))
            continue
        for mark in marks:
            if any(is_other(text, clause, mark) for is_other in SENSES):
                found.update(range(mark.start, mark.end))
    return frozenset(found)


def parts_in_another_sense(body: Body, finder: Finder, senses: Senses) -> frozenset[int]:
    """Return, where options are named, such places that but share a word with one: "our support team" of "Support Ltd".

    And those of an abstention. A label in full is a label, whatever its words may mean.
    """
    found = in_another_sense(body, senses)
    if not found:
        return found
    parts = (m for m in finder.mentions(body.start, body.end) if m.by == "label" and m.start in found)
    shared = (range(m.start, m.end) for m in parts if all(_is_part(body, finder, m, n) for n in m.options))
    passed = (range(m.start, m.end) for m in body.marked.within(body.start, body.end) if "abstain" in m)
    return found & frozenset(chain.from_iterable((*shared, *passed)))


def _is_part(body: Body, finder: Finder, mention: Mention, option: int) -> bool:
    """Whether a mention leaves out words of a label, and its clause chooses nothing: "I'd go with the support firm"."""
    words = [token for token in tokens_of(finder.question.options[option]) if token.is_word]
    clause = body.clauses[body.clause_of(mention.start)]
    chosen = any("choose" in m for m in body.marked.within(clause.start, mention.start))
    return len(words) > mention.end - mention.start and not chosen


# --- nouns: approval, consent, support -------------------------------------------------------------------------------


def _is_given_by_others(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a noun of a stance is not its author's: "approval from the landlord", "our support staff"."""
    if not text.keys[mark.start] & _NOUN or not _is_noun(text, mark) or _is_own(text, clause, mark):
        return False
    if not _THANKS.isdisjoint(chain.from_iterable(m.classes for m in _thanked(text, clause, mark))):
        return True
    lead = mark.start - 1
    led = text.keys[lead] if lead >= clause.start else 0
    if led & _ARTICLE and (led & (_THEIRS | _INDEFINITE) or (lead > clause.start and not led & _OURS)):
        return True  # "pending your approval", "do me a favour", "we wait for the approval"
    strange = text.strange(clause.start, clause.end)
    dressed = strange == [lead] if lead == clause.start else strange == [mark.end] and not led & _ARTICLE
    if not strange or (dressed and (lead == clause.start or mark.end + 1 == clause.end)):
        return False  # "Full support", "accord total"
    near = range(max(clause.start, mark.start - _FARTHEST_VERB), mark.start)
    spoken = any(text.speaks(at) and not text.strange(at + 1, mark.start) for at in near)  # "… | I can support"
    acts = text.keys[mark.start] & _ACT and not led & _ARTICLE and (spoken or strange[0] > mark.start)
    return not acts or _goes_on_as_noun(text, clause, mark, strange)


def _is_noun(text: _Text, mark: Mark) -> bool:
    """Whether a mark is no longer than the noun: "approval", "visto bueno", but not "accord de principe"."""
    return mark.end - mark.start == 1 or (mark.end - mark.start == 2 and not text.is_word(_NOUN, mark.start))


def _is_own(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a noun is said to be the author's: "my full support", "approval from me"."""
    thanked = text.body.marked.has("thanks", clause.start, mark.start)
    if not thanked and text.has(_OWN, max(clause.start, mark.start - _FARTHEST_OWNER), mark.start):
        return True
    behind = text.body.marked.cover[mark.end] if mark.end < clause.end else None
    return behind is not None and FIRST_PERSON in behind and "filler" in behind


def _thanked(text: _Text, clause: Clause, mark: Mark) -> list[Mark]:
    """Return the marks ahead of a noun, with those of a thanks that opens the mail: "Grazie | del sostegno"."""
    opens = clause.start == text.body.start
    return text.body.marked.within(max(0, clause.start - _FARTHEST_THANKS) if opens else clause.start, mark.start)


def _goes_on_as_noun(text: _Text, clause: Clause, mark: Mark, strange: list[int]) -> bool:
    """Whether what may be a verb goes on as a noun does: "support told me …", "support from the city"."""
    behind = text.body.marked.cover[mark.end] if mark.end < clause.end else None
    if behind is not None and behind.classes & {"from_word", "out_of"}:
        return True
    return mark.start == clause.start and mark.end in strange


def _tells_of_noun(text: _Text, clause: Clause) -> bool:
    """Whether a clause but tells of such a noun: "the approval is not there yet", which nothing in it answers."""
    at = clause.start + bool(text.keys[clause.start] & _ARTICLE)
    if at >= clause.end or not text.keys[at] & _NOUN:
        return False
    return _is_given_by_others(text, clause, text.body.marked.cover[at] or Mark(at, at + 1, frozenset()))


# --- verbs and what they are about -----------------------------------------------------------------------------------


def _is_told_of_a_thing(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether it is told of something or somebody else by an "is": "the road is blocked", "the landlord is for it"."""
    nearest = range(mark.start - 1, max(clause.start, mark.start - _FARTHEST_VERB - 1), -1)
    verb = next((at for at in nearest if text.keys[at] & _IS), None)
    if verb is None or FIRST_PERSON in mark or not _takes_side(text, mark):
        return False
    while verb > clause.start and text.keys[verb - 1] & _IS:
        verb -= 1  # "has been"
    if any(text.speaks(at) for at in (verb - 1, verb, verb + 1)):
        return False
    subject = text.body.marked.cover[verb - 1] if verb > clause.start else None
    if subject is not None and "common" in subject:
        return False  # "it is accepted", "I think this is against …"
    owned = text.is_done(mark) and text.has(_OWN, clause.start, verb)  # "my number was blocked"
    return owned or bool(text.strange(clause.start, verb))


def _takes_side(text: _Text, mark: Mark) -> bool:
    """Whether a mark is a side that is taken, or what was done: "in favour", "blocked"; not "a good idea"."""
    if text.keys[mark.start] & _SIDE or text.is_done(mark):
        return True
    return mark.end - mark.start == 1 and not mark.classes.isdisjoint(_SIDES)


def _has_its_object(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether what is blocked is a thing of its own: "I blocked the afternoon", "the road block"."""
    if "block" not in mark:
        return False
    strange = text.strange(clause.start, clause.end)
    if mark.start - 1 in strange and not any(text.speaks(at) for at in range(clause.start, mark.start)):
        return True
    at = mark.end
    if at >= clause.end or _is_time(text, at):
        return at < clause.end  # "I blocked Tuesday"
    led = text.keys[at] & _ARTICLE or _is_number(text, at)
    return bool(led and ({at + 1, at + 2} & set(strange) or (at + 1 < clause.end and _is_time(text, at + 1))))


def _is_mutual(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether several are still to agree on something: "let's agree on a date", "se mettre d'accord"."""
    if mark.classes.isdisjoint(("for", "yes")):
        return False
    if text.has(_MUTUAL, clause.start, mark.start):
        return True
    on = mark.end
    return (
        on + 2 < clause.end
        and bool(text.keys[on] & _ON and text.keys[on + 1] & _INDEFINITE)
        and not _is_number(text, on + 2)  # "de acuerdo en un 100 %"
    )


def _passes_something(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether "I pass" has another sense: "passo in ufficio", "I pass the bakery"."""
    if not mark.classes >= _PASSES:
        return False
    return bool(text.strange(mark.end, min(clause.end, mark.end + _FARTHEST_PASS)))


def _is_for_that(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a "for it" but goes with another verb: "den Freitag dafür geblockt"."""
    if not text.keys[mark.start] & _FOR_IT or mark.end - mark.start > 1 or mark.end >= clause.end:
        return False
    near = max(clause.start, mark.start - _FARTHEST_VERB)
    return not text.has(_STAND, near, mark.start) and bool(text.strange(mark.end, clause.end))


# --- times -----------------------------------------------------------------------------------------------------------


def _is_of_time(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a preposition leads to a time: "gegen Mittag", "pour deux jours"."""
    leads = text.keys[mark.end - 1]
    if not leads & (_TOWARD | _LASTING):
        return False
    for at in range(mark.end, min(mark.end + _FARTHEST_HOUR, clause.end)):
        if is_asked_word(text.body, at):
            return False
        if text.keys[at] & _SPAN or (leads & _TOWARD and _is_time(text, at)):
            return True
        if _is_number(text, at):
            if leads & _TOWARD and not _counts(text, clause, at + 1):
                return True
        elif not text.keys[at] & _ARTICLE:
            return False
    return False


def _is_time(text: _Text, at: int) -> bool:
    """Whether an hour, a day or a part of one stands here that the question does not name."""
    mark = text.body.marked.cover[at]
    named = mark is not None and not mark.classes.isdisjoint(_CALENDAR)
    timed = named or text.body.marked.tokens[at].kind == "time" or bool(text.keys[at] & _SPAN)
    return timed and not is_asked_word(text.body, at)


def _is_number(text: _Text, at: int) -> bool:
    mark = text.body.marked.cover[at]
    return text.body.marked.tokens[at].kind in ("number", "time") or (mark is not None and "number" in mark.values)


def _counts(text: _Text, clause: Clause, at: int) -> bool:
    """Whether a number is of things, which stand behind it: "gegen drei Regeln", but "gegen drei ins Büro"."""
    if at >= clause.end or text.keys[at] & _INTO:
        return False
    voice = text.body.marked.voices[at]
    placed = voice is not None and not voice.classes.isdisjoint(("placed", "whereabouts"))
    return not placed and bool(content(text.body, at, at + 1))


# --- wellbeing and courtesy ------------------------------------------------------------------------------------------


def _is_wellbeing(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether praise is of how its author fares: "I'm fine, thanks for asking", "mir geht es gut", "todo bien aquí"."""
    if mark.classes.isdisjoint(_PRAISE) or not mark.classes.isdisjoint(_SIDES) or text.is_done(mark):
        return False
    if text.has(_WITH, mark.start, min(mark.end + 1, clause.end)):
        return False  # "I'm fine with it, thanks for asking"
    fares = (at for at in range(clause.start, clause.end) if text.keys[at] & _FARES)
    if any(not _is_of_stance(text, at, mark) for at in fares):
        return True
    answers = "particle" in mark or _is_plain(mark)  # "Yes, and thank you for asking"
    if answers and not text.speaks(mark.start - 1) and not text.speaks(mark.start - 2):
        return False
    if text.has(_HERE, clause.start, clause.end):
        return True
    asks_back = text.has(_ASKS_BACK, mark.end, len(text.keys))
    return asks_back and not content(text.body, mark.end, clause.end)


def _is_of_stance(text: _Text, at: int, mark: Mark) -> bool:
    """Whether a word belongs to another stance: "ok ci sto", "estoy a favor"."""
    cover = text.body.marked.cover[at]
    if cover is mark:
        return "good" not in mark
    return cover is not None and not cover.classes.isdisjoint(("yes", "for", "against"))


def _is_adverb(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a word that is a yes alone goes with a verb of its own: "genau dazu habe ich …", "claro que …"."""
    if not text.keys[mark.end - 1] & _ADVERB or mark.end >= clause.end or not mark.classes.isdisjoint(_SIDES):
        return False
    if not all(m.classes & _DRESS for m in text.body.marked.within(clause.start, mark.start)):
        return False
    rest = text.strange(mark.end, clause.end)
    if text.keys[mark.end] & (_THAT | _CLITIC):
        return bool(rest)
    near = range(mark.end + 1, min(mark.end + _FARTHEST_PERSON + 1, clause.end))
    who = next((at for at in near if text.speaks(at)), None)
    if who is None or not rest:
        return False
    verb = text.body.marked.cover[who - 1]
    if verb is not None and verb.classes & {"yes", "for"}:
        return False  # "gern stimme ich zu"
    goes_on = any(text.speaks(at) for at in range(who + 1, clause.end))
    return len(rest) > 1 or rest[0] != who - 1 or goes_on  # "gerne mache ich das" says no more than yes


def _is_predicate(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether such a word but begins what is said of something: "klar ist das nicht", "sure is hot"."""
    if mark.end >= clause.end or not (text.keys[mark.end - 1] & _ADVERB and text.keys[mark.end] & _IS):
        return False
    ahead = text.body.marked.within(clause.start, mark.start)
    return not content(text.body, clause.start, mark.start) and all(m.classes & OPENINGS for m in ahead)


def _welcomes_a_person(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether praise is for what its reader did, or courtesy to them: "nice to see you", "gut, dass du fragst"."""
    courteous = text.keys[mark.end - 1] & (_ADVERB | _OF)  # "gerne", "happy to"
    if not (courteous or mark.classes & {"good", "acknowledges"}) or not mark.classes.isdisjoint(_SIDES):
        return False
    behind = clause if mark.end < clause.end else _led_on(text.body, clause)
    if behind is None:
        return False
    start = mark.end if behind is clause else behind.start
    if not text.has(_YOU, start, behind.end):
        return False
    after = text.body.marked.cover[start]
    led = after is not None and "to_word" in after
    return led or bool(text.keys[start] & (_THAT | _LASTING | _OF) or text.keys[mark.end - 1] & _OF)


def _led_on(body: Body, clause: Clause) -> Clause | None:
    """Return the clause behind a comma in the same sentence, None where one is set against the rest."""
    behind = next((c for c in body.clauses if c.start >= clause.end), None)
    if behind is None or behind.sentence != clause.sentence or behind.opener:
        return None
    return behind if body.marked.tokens[clause.end].raw == "," else None


def _is_of_the_mails(text: _Text, clause: Clause, mark: Mark) -> bool:
    """Whether a remark is about the mails themselves: "no need to reply", "no worries about the late mail"."""
    if mark.classes.isdisjoint(_REMARKS) or "particle" in mark or _is_plain(mark):
        return False
    goes_on = next((c.end for c in text.body.clauses if c.start == clause.end and c.opener == "reason"), clause.end)
    behind = range(mark.end, min(mark.end + _FARTHEST_MAIL, goes_on))  # "kein Problem | wegen der späten Antwort"
    ahead = range(max(clause.start, mark.start - _FARTHEST_VERB), mark.start)
    mails = (at for at in chain(behind, ahead) if text.keys[at] & _MAIL)
    return mark.classes.isdisjoint(_SIDES) and any(not is_asked_word(text.body, at) for at in mails)


def _is_plain(mark: Mark) -> bool:
    """Whether a mark is a yes or a no in one word, which is of nothing else."""
    return mark.end - mark.start == 1 and not mark.classes & {"good", "needless", "unopposed"}


Sense = Callable[[_Text, Clause, Mark], bool]
SENSES: tuple[Sense, ...] = (
    _is_given_by_others,
    _is_told_of_a_thing,
    _has_its_object,
    _is_mutual,
    _passes_something,
    _is_for_that,
    _is_of_time,
    _is_wellbeing,
    _is_adverb,
    _welcomes_a_person,
    _is_of_the_mails,
)
