"""Whose stance a stretch of a ballot tells, and of when: its author's own, or another's, a count of votes, or the past.

Must not: know a word of a language, or weigh a stance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_words import FIRST_PERSON, Mark

IsLabel = Callable[[int], bool]
# Openers after which an author speaks for themselves again: "Ana wants Oslo, but …", "…, so …".
OWN_OPENERS = frozenset(("contrast", "change", "conclusion"))
# What a memory of an option is not: a choice or a refusal made in the same breath.
DECIDES = classes("choose for reject negator near_negator except withdraw change conclusion")
NAMES = frozenset(("weekday", "month"))  # "Sam" and "Mai" are names of people too
FEWEST_COUNTED, MOST_COUNTED = 2, 999  # "3 yes" counts votes; "100 % yes" does not
MOST_COUNTED_WORDS = 2
COUNTED = frozenset(("yes", "no", "for", "against", "abstain", "block"))


def with_voices(body: Body, is_label: IsLabel) -> Body:
    """Return the body with the places noted that tell another's stance, a count of votes, or the past."""
    recalled, reminded = _recalled(body, is_label)
    return replace(body, told=_told(body, is_label) | _counted(body), recalled=recalled, reminded=reminded)


def _told(body: Body, is_label: IsLabel) -> frozenset[int]:
    """Return the places where another's stance is told."""
    found: set[int] = set()
    if any(_is_tally(body, mark) for mark in body.marked.heard(body.start, body.end)) or _lists_voters(body):
        return frozenset(range(body.start, body.end))
    carried, sentence = False, -1
    for clause in body.clauses:
        carried = carried and clause.sentence == sentence
        sentence = clause.sentence
        start, carries = _told_from(body, clause, is_label)
        if start is None and carried and not _is_own(body, clause):
            start, carries = clause.start, True
        if start is not None:
            own = _own_again(body, clause, start, is_label)
            found.update(range(start, own))
            carries = carries and own == clause.end
        carried = carries
        if _names_speaker(body, clause, is_label):
            found.update(range(body.sentences[sentence].start, clause.end))
    return frozenset(found)


def _is_tally(body: Body, mark: Mark) -> bool:
    """Whether a mark tells how a vote went; a single word ("results") does as a heading only."""
    headed = mark.end < body.end and body.marked.tokens[mark.end].raw == ":"
    return "tally" in mark and (mark.end - mark.start > 1 or headed)


def _told_from(body: Body, clause: Clause, is_label: IsLabel) -> tuple[int | None, bool]:
    """Return where in a clause another's stance begins (None: nowhere), and whether the next goes on with it."""
    voices = body.marked.heard(clause.start, clause.end)
    for mark in voices:
        if "proxy" in mark:
            return body.sentences[clause.sentence].start, True
        if "cites" in mark and not any(FIRST_PERSON in m and m.start == mark.end for m in voices):
            return mark.start, True
        if "third_person" in mark and not any(is_label(at) for at in range(mark.start, mark.end)):
            later = [m for m in voices if m.start >= mark.start]
            # A verb right behind "mi jefe" is his, though its form may be the author's too.
            if not any(FIRST_PERSON in m and "third_person" not in m and m.start != mark.end for m in later):
                return mark.start, any("he_stance" in m and _goes_on(body, clause, m) for m in later)
        elif "he_stance" in mark:
            subject = _subject_of(body, clause, mark, is_label)
            if subject is not None:
                return subject, _goes_on(body, clause, mark)
    return None, False


def _goes_on(body: Body, clause: Clause, verb: Mark) -> bool:
    """Whether what another says goes on behind a clause: not where the verb ends it, as in "as Ana says, …"."""
    ends = verb.end == clause.end
    return not ends or (verb.end < body.end and body.marked.tokens[verb.end].raw in (":", '"'))


def _subject_of(body: Body, clause: Clause, verb: Mark, is_label: IsLabel) -> int | None:
    """Return where the third person stands whose stance a verb tells, None where it is the author's or nobody's."""
    for at in range(verb.start - 1, clause.start - 1, -1):
        token, mark, voice = body.marked.tokens[at], body.marked.cover[at], body.marked.voices[at]
        if is_label(at) or (voice is not None and FIRST_PERSON in voice):
            return None
        third = voice is not None and "third_person" in voice
        called = token.raw[0].isupper() and (_may_be_name(body, at) or _is_spelt_as_name(body, at, verb))
        named = mark is None or called
        if token.kind == "word" and (named or third):
            return at
    return None


def _is_own(body: Body, clause: Clause) -> bool:
    """Whether the author speaks for themselves in a clause that follows another's stance."""
    opening = body.marked.cover[clause.start]
    if clause.opener in OWN_OPENERS or (opening is not None and opening.classes & OWN_OPENERS):
        return True
    marks = [*body.marked.heard(clause.start, clause.end), *body.marked.within(clause.start, clause.end)]
    return any(FIRST_PERSON in mark for mark in marks)


def _own_again(body: Body, clause: Clause, start: int, is_label: IsLabel) -> int:
    """Return where the author speaks again behind another's stance, a clause's end where nowhere.

    "My kids say Oslo | so Oslo it is", "Ana wants Oslo | and I Rome".
    """
    for mark in body.marked.within(start + 1, clause.end):
        if not mark.classes & {"conclusion", "and"} or "choose" in mark or mark.end >= clause.end:
            continue  # in "Ana would vote Oslo" nobody concludes
        after, voice = body.marked.cover[mark.end], body.marked.voices[mark.end]
        first = voice is not None and FIRST_PERSON in voice
        concludes = is_label(mark.end) or (after is not None and after.classes & COUNTED)
        if first or (concludes and "conclusion" in mark):
            return mark.start
    return clause.end


def _names_speaker(body: Body, clause: Clause, is_label: IsLabel) -> bool:
    """Whether a clause says whose words those before it were: "Oslo, says Ana"."""
    verb = body.marked.voices[clause.start]
    if verb is None or "he_stance" not in verb or verb.end >= clause.end:
        return False
    token, mark, voice = body.marked.tokens[verb.end], body.marked.cover[verb.end], body.marked.voices[verb.end]
    named = token.kind == "word" and token.raw[0].isupper() and mark is None and not is_label(verb.end)
    return named or (voice is not None and "third_person" in voice)


def _lists_voters(body: Body) -> bool:
    """Whether two lines or more are a name with a signed number: "Ana: +1"."""
    lines = 0
    for sentence in body.sentences:
        words = [at for at in range(sentence.start, sentence.end) if body.marked.tokens[at].is_word]
        signs = [at for at in words if body.marked.tokens[at].kind == "sign"]
        names = [at for at in words if body.marked.tokens[at].raw[0].isupper() and _may_be_name(body, at)]
        lines += len(signs) == 1 and bool(names) and len(words) <= len(names) + 2
    return lines > 1


def _may_be_name(body: Body, at: int) -> bool:
    mark = body.marked.cover[at]
    return mark is None or mark.classes <= NAMES


def _is_spelt_as_name(body: Body, at: int, verb: Mark) -> bool:
    """Whether a little word of some language is the name of who does: "Ben wants …", where "ben" may be "well"."""
    mark = body.marked.cover[at]
    return (
        mark is not None and mark.classes <= {"filler"} and (mark.start, mark.end, verb.start) == (at, at + 1, at + 1)
    )


def _counted(body: Body) -> frozenset[int]:
    """Return the places of votes that are counted, not cast: "5 yes", "+1: 4"."""
    tokens = body.marked.tokens
    found: set[int] = set()
    for at in range(body.start, body.end):
        mark = body.marked.cover[at]
        start, end = (mark.start, mark.end) if mark is not None else (at, at + 1)
        signed = tokens[at].kind == "sign" and abs(float(tokens[at].fold)) <= 1
        cast = signed or (mark is not None and mark.classes & COUNTED and at == start and not _is_clause(mark))
        if not cast:
            continue
        split = end < body.end and tokens[end].raw in (":", "=")
        ahead = start > body.start and _count_at(body, start - 1) and not _speaks_before(body, start)
        behind = body.marked.cover[end] if signed and end < body.end else None
        nobody = behind is not None and "none" in behind  # "-1: none"
        behind_it = split and end + 1 < body.end and _count_at(body, end + 1) and not _is_word(body, end + 2)
        if ahead or nobody or behind_it:
            found.update(range(start, end))
    return frozenset(found)


def _is_clause(mark: Mark) -> bool:
    """Whether a refusal or consent in several words stands here, which no number counts: "le 6 ça ne va pas"."""
    return mark.end - mark.start > MOST_COUNTED_WORDS and not mark.classes & {"for", "against", "abstain", "block"}


def _speaks_before(body: Body, at: int) -> bool:
    """Whether the author speaks of themselves ahead of a number: "I have 2 objections" counts no votes."""
    start = max((c.start for c in body.clauses if c.start <= at), default=body.start)
    return any(FIRST_PERSON in mark for mark in body.marked.heard(start, at))


def _is_word(body: Body, at: int) -> bool:
    return at < body.end and body.marked.tokens[at].is_word and body.marked.tokens[at].kind != "number"


def _count_at(body: Body, at: int) -> bool:
    """Whether a number of votes stands here."""
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.kind == "number":
        return token.fold.isdigit() and FEWEST_COUNTED <= int(token.fold) <= MOST_COUNTED
    return mark is not None and "both_of" not in mark and mark.values.get("number", 0) >= FEWEST_COUNTED


def _recalled(body: Body, is_label: IsLabel) -> tuple[frozenset[int], frozenset[int]]:
    """Return the places of clauses that but remember ("Oslo was great"), and of what they remember ("Oslo, …")."""
    found: set[int] = set()
    reminded: set[int] = set()
    for number, clause in enumerate(body.clauses):
        if not any("past" in mark for mark in body.marked.heard(clause.start, clause.end)):
            continue
        if any(m.classes & DECIDES for m in body.marked.within(clause.start, clause.end)):
            continue
        found.update(range(clause.start, clause.end))
        if number and not clause.opener and _opens_small(body, clause, is_label):
            before = body.clauses[number - 1]
            if before.sentence == clause.sentence:
                reminded.update(range(before.start, before.end))
    return frozenset(found), frozenset(reminded)


def _opens_small(body: Body, clause: Clause, is_label: IsLabel) -> bool:
    """Whether a clause begins with a little word that stands for what was named before it: "…, it was fun"."""
    opening, voices = body.marked.cover[clause.start], body.marked.voices[clause.start : clause.start + 2]
    if any(is_label(at) for at in range(clause.start, clause.end)):
        return False
    own = voices[0] is not None and FIRST_PERSON in voices[0]
    small = opening is None or "common" in opening
    return small and not own and any(v is not None and "past" in v for v in voices)
