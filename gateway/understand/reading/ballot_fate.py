"""What is to become of what there is, told by a verb: kept, ended or changed, where the question asks one of these.

"We mustn't change it" is a yes to keeping it and a no to changing it; "no reason to keep it" is a yes to ending it.
Must not: know a word of a language, or weigh one sign against another.
"""

from __future__ import annotations

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import BARE, NEGATIVE, POSITIVE, SAME_STEM, STATED, Signal, content
from gateway.understand.reading.ballot_vocabulary import Vocabulary
from gateway.understand.reading.ballot_words import FIRST_PERSON, Mark

STAYS, GOES, ALTERS = "keep_question", "drop_question", "change_question"
FATES = {STAYS: STAYS, GOES: GOES, "drop_behind": GOES, ALTERS: ALTERS}
# What a verb says to a question, in this order: 1 agrees, -1 does not. What is not listed is another answer: "end it",
# asked to change it.
ANSWERS = {
    (STAYS, STAYS): 1, (STAYS, GOES): -1, (STAYS, ALTERS): -1,
    (GOES, STAYS): -1, (GOES, GOES): 1,
    (ALTERS, STAYS): -1, (ALTERS, ALTERS): 1,
}  # fmt: skip
# What may stand beside the verb: words of no weight, of duty and will, and what denies.
DENYING = classes("negator after_negator no_clause no_reason reject none")
BESIDE = DENYING | classes(
    """
    common filler yes_clause yes_word keep goes_on choose rather merit contrast conclusion and to_word light intensifier
    near_negator good for
    """
)
# What makes the clause another answer, or none.
ASIDE = classes(
    """
    condition doubt later defer except or both withdraw change former irony indifferent abstain block against bad
    instead lower_place until limit yes unopposed sole
    """
)
PARTICLES = frozenset(("yes", "no"))
TOO = frozenset(("common", "degree"))


def fated(body: Body, words: Vocabulary) -> list[Signal]:
    """Return what a text bids to keep, end or change as a yes or a no to a question that asks one of these."""
    aim = _aim(body)
    if not aim:
        return []
    found = []
    for number, clause in enumerate(body.clauses):
        if clause.opener in ("reason", "aside") or body.sentences[clause.sentence].asks:
            continue
        favoured = _favoured_from(body, number, words)
        said = _said_in(body, clause, words) if favoured is not None or not _is_told(body, clause) else None
        if said is None and favoured is not None and _goes_on(body, clause):
            said = STAYS, 1
        sign = ANSWERS.get((aim, said[0]), 0) * said[1] if said else 0
        if not sign:
            continue
        start = favoured if favoured is not None else _without_reason_from(body, number)
        weight = BARE if _answers_ahead(body, clause) else STATED
        agrees = start == clause.start or favoured is not None
        verdict = POSITIVE if (sign > 0) == agrees else NEGATIVE
        found.append(Signal(verdict, weight, start, clause.end, number))
    return found


def _favours(mark: Mark) -> bool:
    """Whether a mark says that its author is for what follows: "I'm in favour (of …)", "ich bin dafür (, dass …)"."""
    own = "yes" in mark and bool(mark.classes & {FIRST_PERSON, "choose"})
    return (own or "for" in mark) and not mark.classes & (ASIDE - {"yes"})


def _favoured_from(body: Body, number: int, words: Vocabulary) -> int | None:
    """Return where the clause before one begins that is for what this one says, its verb last; None where none is.

    "I'm for it, …" is an answer; "ich bin dafür, sie zu behalten" is one with what follows only.
    """
    clause, before = body.clauses[number], body.clauses[number - 1] if number else None
    if before is None or before.sentence != clause.sentence or clause.opener or _is_told(body, before):
        return None
    last = body.marked.cover[before.end - 1]
    led = last is not None and _favours(last) and not body.marked.has("negator", before.start, before.end)
    told = _goes_on(body, clause) or bool(_fate_at(body, clause.end - 1, words))
    return before.start if led and told else None


def _goes_on(body: Body, clause: Clause) -> bool:
    """Whether a clause says that something goes on, and denies nothing: "dass wir sie weiter drucken"."""
    marks = body.marked.within(clause.start, clause.end)
    return any("goes_on" in m for m in marks) and not any(m.classes & (DENYING | ASIDE) for m in marks)


def _without_reason_from(body: Body, number: int) -> int:
    """Return where "I see no reason" begins that a clause goes on with behind a comma, else where the clause does."""
    clause, before = body.clauses[number], body.clauses[number - 1] if number else None
    if before is None or before.sentence != clause.sentence or clause.opener:
        return clause.start
    ends = (m for m in body.marked.within(before.start, before.end) if "no_reason" in m and m.end == before.end)
    return next((m.start for m in ends), clause.start)


def _aim(body: Body) -> str:
    """Return what the question asks, "" where it is none of these or more than one."""
    asked = body.marked
    if asked.asked_to_object:
        return ""
    aims = [aim for aim, asks in ((STAYS, asked.asked_to_keep), (GOES, asked.asked_to_drop),
                                  (ALTERS, asked.asked_to_change)) if asks]  # fmt: skip
    return aims[0] if len(aims) == 1 else ""


def _is_told(body: Body, clause: Clause) -> bool:
    aside = body.told | body.recalled
    return any(at in aside for at in range(clause.start, clause.end))


def _answers_ahead(body: Body, clause: Clause) -> bool:
    """Whether a bare yes or no stands ahead in the sentence, which a contrary bidding takes back: "Yes, keep it"."""
    start = body.sentences[clause.sentence].start
    return any(m.classes & PARTICLES and m.end - m.start == 1 for m in body.marked.within(start, clause.start))


def _said_in(body: Body, clause: Clause, words: Vocabulary) -> tuple[str, int] | None:
    """Return the fate a clause bids and 1, or -1 where it is denied; None where it says anything else beside it."""
    verbs = {at: fate for at in range(clause.start, clause.end) if (fate := _fate_at(body, at, words))}
    fates = frozenset(verbs.values())
    if len(fates) != 1:
        return None
    fate = next(iter(fates))
    marks = body.marked.within(clause.start, clause.end)
    bids = [m for m in marks if any(m.start <= at < m.end for at in verbs)]
    others = [m for m in marks if m not in bids and not (_favours(m) and m.start < min(verbs))]
    if any(_turns_verb(mark, fate) for mark in bids) or not all(_may_stand_beside(mark, others) for mark in others):
        return None
    if fate == GOES and body.marked.asked_to_close and not all(_is_named(body, at) for at in verbs):
        return None  # "scrap it", asked to sell raffle tickets
    known = [range(m.start, m.end) for m in marks]
    said = content(body, clause.start, clause.end, known)
    if any(at not in verbs and not _is_of_the_thing(body, at, fate, words) for at in said):
        return None
    if any("good" in m or "for" in m for m in others if m.start > min(verbs)):
        return None  # "keep up the good work"
    denials = [m for m in others if _denies(m) or "near_negator" in m]
    reasons = [m for m in denials if "no_reason" in m]
    if reasons and len(denials) > 1:
        return None  # "no reason not to …"
    return fate, -1 if denials else 1


def _fate_at(body: Body, at: int, words: Vocabulary) -> str:
    """Return what a word bids to do, "" for nothing; without the little word that some languages write behind it."""
    fold = body.marked.folds[at]
    for code in body.marked.order:
        language = words.languages[code]
        stems = (fold, *(fold[: -len(e)] for e in language.enclitics if fold.endswith(e) and len(fold) > SAME_STEM))
        for stem in stems:
            phrase = language.asked.phrases.get(stem)
            fates = {fate for name, fate in FATES.items() if phrase is not None and name in phrase.classes}
            if fates:
                return fates.pop() if len(fates) == 1 else ""
    return ""


def _turns_verb(mark: Mark, fate: str) -> bool:
    """Whether the phrase a verb stands in says something of its own: "change my vote", "don't change a thing"."""
    if mark.classes & ASIDE:
        return True
    if mark.end - mark.start == 1:
        return False
    if not mark.classes & (BESIDE | {"yes", "no", "unwanted"}):
        return True  # "keep up the good work"
    return (
        bool(mark.classes & DENYING)
        or ("keep" in mark and fate != STAYS)
        or (bool(mark.classes & {"no", "unwanted"}) and fate != GOES)
    )


def _may_stand_beside(mark: Mark, others: list[Mark]) -> bool:
    if "near_negator" in mark and any("merit" in m and m.start == mark.end for m in others):
        return True  # "no point"
    if "negator" in mark or ("choose" in mark and "change" in mark):  # "better keep it"
        return True
    if mark.end - mark.start > 1 and "no" in mark:
        return not mark.classes & ASIDE  # "surely not"
    return bool(mark.classes & BESIDE) and not mark.classes & (ASIDE | {"no"})


def _denies(mark: Mark) -> bool:
    denies = mark.classes & DENYING and not mark.classes >= TOO  # Dutch "te" is "too", and the "to" of a verb
    return bool(denies) or ("no" in mark and mark.end - mark.start > 1)


def _is_of_the_thing(body: Body, at: int, fate: str, words: Vocabulary) -> bool:
    """Whether a word names what was asked about or "the old one", is but "must", or how a thing is kept ("open")."""
    voice = body.marked.voices[at]
    little = ("asking", "stays_so") if fate == STAYS else ("asking",)
    dressed = not _asked_as(body, body.marked.folds[at], words).isdisjoint(little)
    dressed = dressed or body.marked.folds[at] in words.languages[body.marked.order[0]].enclitics
    return dressed or _is_named(body, at) or (voice is not None and "current" in voice)


def _is_named(body: Body, at: int) -> bool:
    """Whether the question has a word, but for its ending."""
    fold, asked = body.marked.folds[at], body.marked.asked
    stem = fold[:SAME_STEM]
    return fold in asked or (len(stem) == SAME_STEM and any(word.startswith(stem) for word in asked))


def _asked_as(body: Body, fold: str, words: Vocabulary) -> frozenset[str]:
    """Return what a word is in a question of the likeliest language."""
    phrase = words.languages[body.marked.order[0]].asked.phrases.get(fold) if body.marked.order else None
    return phrase.classes if phrase is not None else frozenset()
