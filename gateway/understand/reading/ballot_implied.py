"""Answers that are implied, not given: things left as they are, no reason seen, the question's words bid, another wish.

Must not: know a word of a language, or weigh one sign against another.
"""

from __future__ import annotations

from itertools import pairwise

from gateway.understand.reading.ballot_asked import DAY, DAYS
from gateway.understand.reading.ballot_frame import Body, Clause, Sentence
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import AWAY, BARE, NEGATIVE, POSITIVE, SAME_STEM, STATED, Signal, content
from gateway.understand.reading.ballot_words import FIRST_PERSON, Mark

ANSWERS_TO = frozenset(("yes_to", "no_to"))
SHORTEST_ENDING = 4  # letters that may stand for a longer word they end: "feest" for "zomerfeest"
DENIALS = frozenset(("negator", "after_negator", "no", "no_clause"))
BOUNDS = classes("until range_word condition")
REFUSALS = classes("no against block negator")
PRAISE = frozenset(("yes", "yes_clause", "good", "unopposed", "suffices"))
WISHES = classes("rather choose for wants")
JUDGING = classes("yes for choose rather good")  # behind praise of the old: perhaps of the new
# Beside these a wish for something else is no answer, or is one without it.
NO_WISH = classes("later defer doubt abstain indifferent condition yes no for against unopposed withdraw block keep")


def kept(body: Body) -> list[Signal]:
    """Return a wish to leave things as they are as a sign: no to a change, yes where to keep is the question."""
    found = []
    for number, clause in enumerate(body.clauses):
        for mark in body.marked.within(clause.start, clause.end):
            if "keep" in mark and not _is_denied(body, clause, mark):
                verdict = POSITIVE if body.marked.asked_to_keep else NEGATIVE
                found.append(Signal(verdict, STATED, mark.start, mark.end, number))
    return found


def _is_denied(body: Body, clause: Clause, mark: Mark) -> bool:
    """Whether a negator stands right ahead of a mark, or right behind it: "don't keep it", "gardons pas"."""
    ahead = [m for m in body.marked.within(clause.start, mark.start) if "negator" in m]
    behind = body.marked.cover[mark.end] if mark.end < clause.end else None
    return (bool(ahead) and not content(body, ahead[-1].end, mark.start)) or (
        behind is not None and "after_negator" in behind
    )


def contented(body: Body) -> list[Signal]:
    """Return praise of what there is already ("the old one does fine") as the sign of a wish to keep it.

    In place of the signs in the praise itself, which would agree to the change; with "…, but it's slow" behind it, it
    is no sign at all.
    """
    found = []
    for number, clause in enumerate(body.clauses):
        current = next((m for m in body.marked.heard(clause.start, clause.end) if "current" in m), None)
        if current is None or clause.opener == "reason" or content(body, clause.start, current.start):
            continue
        marks = body.marked.within(current.end, clause.end)
        named = any(
            body.marked.tokens[at].fold in body.marked.asked for at in content(body, current.start, current.end)
        )
        praise = next((m for m in marks if m.classes & PRAISE), None)
        if praise is None or any(m.classes & DENIALS for m in marks) or content(body, current.end, praise.start):
            continue  # "what is written there is fine" speaks of no old thing
        if not named and clause.start not in body.told:
            verdict = POSITIVE if body.marked.asked_to_keep else NEGATIVE
            parted = body.sentences[clause.sentence].asks or _is_qualified(body, number)
            weight = 0 if parted or _is_gone_by(body, current.end, praise.start, clause.end) else STATED
            found.append(Signal(verdict, weight, clause.start, clause.end, number))
    return found


def served(body: Body) -> list[Signal]:
    """Return what does for its author already as a no to what is offered: "That's kind, but the PDF is enough"."""
    found = []
    for number, clause in enumerate(body.clauses if body.marked.offered else ()):
        marks = body.marked.within(clause.start, clause.end)
        enough = next((m for m in marks if "suffices" in m), None)
        if enough is None or clause.opener != "contrast" or body.sentences[clause.sentence].asks:
            continue
        said = content(body, clause.start, clause.end, [range(enough.start, enough.end)])
        other = said and not any(_is_asked(body, at) for at in said)
        if other and clause.start not in body.told and not any(m.classes & DENIALS for m in marks):
            found.append(Signal(NEGATIVE, STATED, clause.start, clause.end, number))
    return found


def _is_gone_by(body: Body, start: int, end: int, behind: int) -> bool:
    """Whether praise is of what once was, or more behind it judges: "The old one was good. This is better."."""
    past = any("past" in m for m in body.marked.heard(start, end))
    return past or any(m.classes & JUDGING for m in body.marked.within(behind, body.end))


def excluded(body: Body) -> list[Signal]:
    """Return "anything but" what was asked for as a no: "Anything but yellow"."""
    found: list[Signal] = []
    if body.marked.asked_to_drop or body.marked.asked_to_keep:
        return found
    for number, clause in enumerate(body.clauses):
        for mark in body.marked.within(clause.start, clause.end):
            said = content(body, mark.end, clause.end)
            opens = mark.end - mark.start > 1 and not content(body, clause.start, mark.start)
            named = len(said) == 1 and _is_asked(body, said[0]) and not body.sentences[clause.sentence].asks
            if "except" in mark and opens and named and mark.start not in body.told:
                found.append(Signal(NEGATIVE, STATED, mark.start, mark.end, number))
    return found


def _is_qualified(body: Body, number: int) -> bool:
    """Whether the clause behind one is set against it, in the same sentence: "…, but …"."""
    clauses = body.clauses[number : number + 2]
    return len(clauses) > 1 and clauses[1].opener == "contrast" and clauses[0].sentence == clauses[1].sentence


def without_reason(body: Body) -> list[Signal]:
    """Return "I see no reason to" as a no, where what follows is what was asked or nothing at all."""
    found = []
    for number, clause in enumerate(body.clauses):
        for mark in body.marked.within(clause.start, clause.end):
            if "no_reason" in mark and (mark.end == clause.end or _repeats(body, mark.end, clause.end)):
                keeps = body.marked.asked_to_drop and body.marked.has("keep", mark.end, clause.end)
                found.append(Signal(POSITIVE if keeps else NEGATIVE, STATED, mark.start, mark.end, number))
    return found


def _repeats(body: Body, start: int, end: int) -> bool:
    """Whether the first word of content in a stretch is one of the question, but for its ending."""
    if any(m.classes & REFUSALS for m in body.marked.within(start, end)):
        return False  # "no reason to say no"
    said = content(body, start, end)
    stem = body.marked.tokens[said[0]].fold[:SAME_STEM] if said else ""
    return not said or (len(stem) == SAME_STEM and any(word.startswith(stem) for word in body.marked.asked))


def answered(body: Body) -> list[Signal]:
    """Return a "yes to" or "no to" with the question's own word behind it: "No to the fair"."""
    marks = body.marked.within(body.start, body.end)
    divided = all(any(name in mark for mark in marks) for name in ANSWERS_TO)  # "yes to this, no to that"
    if body.marked.asked_to_drop or (divided and not any("contrast" in mark for mark in marks)):
        return []
    found = []
    for number, clause in enumerate(body.clauses):
        for mark in body.marked.within(clause.start, clause.end):
            led = mark.classes & ANSWERS_TO and not content(body, _spoken_from(body, clause, mark), mark.start)
            if led and _names_question(body, mark.end, clause.end):
                verdict = POSITIVE if "yes_to" in mark else NEGATIVE
                found.append(Signal(verdict, STATED, mark.start, mark.end, number))
    return found


def _spoken_from(body: Body, clause: Clause, mark: Mark) -> int:
    """Return where an answer begins: behind "I'd say" where that stands ahead of it, else with its clause."""
    said = (m for m in body.marked.within(clause.start, mark.start) if {"choose", FIRST_PERSON} <= m.classes)
    return max((m.end for m in said), default=clause.start)


def _names_question(body: Body, start: int, end: int) -> bool:
    """Whether the first word of a stretch that is no little one is a word of the question, or ends one."""
    for at in range(start, end):
        token, mark = body.marked.tokens[at], body.marked.cover[at]
        if token.kind != "word" or (mark is not None and "common" in mark):
            continue
        longer = len(token.fold) >= SHORTEST_ENDING and any(word.endswith(token.fold) for word in body.marked.asked)
        return longer or _is_asked(body, at)
    return False


def none_object(body: Body) -> list[Signal]:
    """Return a bare "none", or "I don't mind", as a no where the question is who objects."""
    if not body.marked.asked_to_object or any(s.asks for s in body.sentences):
        return []
    marks = [m for m in body.marked.within(body.start, body.end) if m.classes & {"none", "indifferent"}]
    spans = [range(m.start, m.end) for m in marks]
    if not marks or content(body, body.start, body.end, spans):
        return []
    number = next((n for n, c in enumerate(body.clauses) if c.start <= marks[0].start < c.end), 0)
    return [Signal(NEGATIVE, STATED, marks[0].start, marks[0].end, number)]


def set_apart(body: Body, own: list[Signal]) -> list[Signal]:
    """Return a bare "I'm not" as a no, right behind another's stance as the contrary one: "All are for it, I'm not"."""
    found = []
    for number, (before, clause) in enumerate(pairwise((None, *body.clauses))):
        if clause is None or clause.start in body.told or not _only_denies(body, clause):
            continue
        theirs = _told_in(body, before, own) if before is not None else ""
        if not theirs and (clause.opener or body.sentences[clause.sentence].asks or len(body.clauses) > 1):
            continue
        verdict = POSITIVE if theirs == NEGATIVE else NEGATIVE
        found.append(Signal(verdict, STATED, clause.start, clause.end, number, tepid=verdict == POSITIVE))
    return found


def _told_in(body: Body, clause: Clause, own: list[Signal]) -> str:
    """Return the verdict of another that a clause tells, "" for none."""
    told = [s.verdict for s in own if s.start in body.told and clause.start <= s.start < clause.end]
    if told:
        return told[-1]
    last = body.marked.cover[clause.end - 1]
    ends = last is not None and last.start in body.told and bool(last.classes & {"yes_word", "yes_clause"})
    return POSITIVE if ends else ""


def _only_denies(body: Body, clause: Clause) -> bool:
    """Whether a clause is its author and a denial, and nothing else."""
    marks = body.marked.within(clause.start, clause.end)
    own = any(FIRST_PERSON in mark for mark in [*body.marked.heard(clause.start, clause.end), *marks])
    denials = [m for m in marks if m.classes & DENIALS and not m.classes & {"worthless", "unwanted"}]
    plain = all(m.classes & {"common", "filler", "contrast"} or m in denials for m in marks)
    ends = len(denials) == 1 and denials[0].end == clause.end  # "I'm not", but "I wasn't there"
    return own and plain and ends and not content(body, clause.start, clause.end)


def echoed(body: Body) -> list[Signal]:
    """Return a command that repeats a word of the question and adds none ("Renew it!") as a yes, denied as a no.

    A reason behind it is what tells, within its sentence or in one of its own: "Brown. Because we miss 1974".
    """
    tokens = body.marked.tokens
    announced = (  # "I've changed my mind: renew it"
        Sentence(c.start, c.end, body.sentences[c.sentence].asks)
        for c in body.clauses
        if c.start > body.start and tokens[c.start - 1].raw == ":" and not c.opener
    )
    found = [signal for stretch in (*body.sentences, *announced) for signal in _echoed_in(body, stretch)]
    reasons = [clause.start for clause in body.clauses if clause.opener == "reason"]
    return [signal for signal in found if not any(start >= signal.end for start in reasons)]


def denied(body: Body) -> list[Signal]:
    """Return a command not to do what was asked ("Don't send it yet, …") as a no."""
    found = []
    for number, clause in enumerate(body.clauses):
        said = content(body, clause.start, clause.end)
        opening = body.marked.cover[clause.start]
        bids = opening is not None and "negator" in opening and not clause.opener and clause.start not in body.told
        asked = len(said) == 1 and body.marked.tokens[said[0]].fold in body.marked.asked
        marks = [] if not asked else body.marked.within(clause.start, said[0])
        if bids and asked and len(marks) == 1 and "no_clause" in marks[0] and marks[0].end == said[0]:
            found.append(Signal(NEGATIVE, STATED, clause.start, said[0] + 1, number))
    return found


def wished_not(body: Body) -> list[Signal]:
    """Return a wish not to do what was asked ("I'd rather not appear on it") as a no, in place of the wish as a yes."""
    found = []
    for number, clause in enumerate(body.clauses):
        if clause.start in body.told or body.sentences[clause.sentence].asks:
            continue
        marks = body.marked.within(clause.start, clause.end)
        denial = next((m for m in marks if "negator" in m), None)
        ahead = [m for m in marks if denial is not None and m.start < denial.start]
        wish = next((m for m in ahead if m.classes & WISHES), None)
        if denial is None or wish is None or any(m.classes & DENIALS for m in ahead):
            continue
        said = content(body, denial.end, clause.end)
        plain = not content(body, clause.start, denial.start, [range(wish.start, wish.end)])
        if plain and said and all(_is_asked(body, at) for at in said):  # "I'd rather not miss the fair" is no no to it
            found.append(Signal(NEGATIVE, STATED, wish.start, clause.end, number))
    return found


def favoured_otherwise(body: Body) -> list[Signal]:
    """Return "I'm for an organ instead" as a sign of no weight, in place of the yes it begins with."""
    found = []
    for number, clause in enumerate(body.clauses):
        behind = body.clauses[number + 1] if number + 1 < len(body.clauses) else None
        goes_on = behind is not None and behind.sentence == clause.sentence and not behind.opener
        for mark in body.marked.within(clause.start, clause.end):
            if not mark.classes & {"yes", "for"} or mark.end - mark.start == 1 or FIRST_PERSON not in mark:
                continue
            ends = mark.end == clause.end  # "ich bin dafür, lieber …"
            end = behind.end if behind is not None and goes_on and ends else clause.end
            instead = any("in_its_place" in m for m in body.marked.heard(mark.start, end))
            if instead and any(not _is_asked(body, at) for at in content(body, mark.end, end)):
                found.append(Signal(POSITIVE, 0, mark.start, end, number))
    return found


def _echoed_in(body: Body, sentence: Sentence) -> list[Signal]:
    words = [at for at in range(sentence.start, sentence.end) if body.marked.tokens[at].is_word]
    said = content(body, sentence.start, sentence.end)
    if sentence.asks or len(said) != 1 or len(words) > 5 or sentence.start in body.told:
        return []
    opening = max(c.start for c in body.clauses if c.start <= said[0])
    ahead = body.marked.within(opening, said[0])  # "none at all, move it" denies nothing
    denied = any(m.classes & {"negator", "no_clause"} for m in ahead)
    little = {"negator", "filler", "no_clause", *(("common",) if denied else ())}  # "not in green"
    plain = all(m.classes & little and "none" not in m for m in ahead)  # "nothing to report"
    word = body.marked.tokens[said[0]].fold
    ends = said[0] == words[-1] and word not in body.marked.asked_first  # "Renew." asks for it, "The stand." does not
    # "Supprimons !", "Renovadlo, por favor"
    urged = said[0] == words[0] and _is_verb_asked(body, said[0]) and _is_courteous(body, said[0] + 1, sentence.end)
    if not urged and (word not in body.marked.asked or not plain or (ends and not denied)):
        return []
    number = next(n for n, clause in enumerate(body.clauses) if clause.start <= said[0] < clause.end)
    return [Signal(NEGATIVE if denied else POSITIVE, STATED, said[0], said[0] + 1, number)]


def _is_courteous(body: Body, start: int, end: int) -> bool:
    """Whether a stretch is empty but for words of dress: "please"."""
    words = [body.marked.cover[at] for at in range(start, end) if body.marked.tokens[at].is_word]
    return all(mark is not None and "filler" in mark and not mark.classes & DENIALS for mark in words)


def carried_on(body: Body) -> list[Signal]:
    """Return a command to go on with what the question asks to end ("Keep printing it") as a no."""
    found = []
    for number, clause in enumerate(body.clauses):
        if clause.opener or not body.marked.asked_to_drop or body.sentences[clause.sentence].asks:
            continue
        for mark in body.marked.within(clause.start, clause.end):
            if "goes_on" not in mark or any(
                t.fold in body.marked.asked for t in body.marked.tokens[mark.start : mark.end]
            ):
                continue  # "… and keep the website?" proposes it itself
            said = content(body, mark.end, clause.end)
            opens = not content(body, clause.start, mark.start) and mark.start not in body.told
            if opens and said and body.marked.tokens[said[0]].fold in body.marked.asked:
                ahead = body.marked.within(clause.start, mark.start)
                verdict = POSITIVE if any(m.classes & DENIALS for m in ahead) else NEGATIVE
                found.append(Signal(verdict, STATED, mark.start, mark.end, number))
    return found


def wished(body: Body) -> list[Signal]:
    """Return what its author would do, where that is what was asked and nothing more ("I'd buy it"), as a yes.

    Not where the question is to end something: "I'd love the trip" is no yes to cancelling it.
    """
    found: list[Signal] = []
    if body.marked.asked_to_drop:
        return found
    for number, clause in enumerate(body.clauses):
        said = content(body, clause.start, clause.end)
        if clause.opener or body.sentences[clause.sentence].asks or len(said) != 1 or clause.start in body.told:
            continue
        marks = body.marked.within(clause.start, clause.end)
        would = any("rather" in m for m in marks) or any(
            "would_i" in m for m in body.marked.heard(clause.start, said[0] + 1)
        )
        denials = [m for m in marks if m.classes & DENIALS]
        plain = all(m.classes & {"common", "filler", "rather", "does_it"} for m in marks if m not in denials)
        does = any("does_it" in m and m.start == said[0] for m in marks)  # whatever was asked: "I'd take it"
        if plain and not denials and (does or (would and _is_verb_asked(body, said[0]))):
            found.append(Signal(POSITIVE, STATED, said[0], said[0] + 1, number))
        if plain and does and len(denials) == 1 and "negator" in denials[0]:
            found.append(Signal(NEGATIVE, STATED, denials[0].start, said[0] + 1, number))
    return found


def taken_up(body: Body) -> list[Signal]:
    """Return an offer taken up in so many words ("happy to help"), where the question makes one, as a yes."""
    found = []
    for number, clause in enumerate(body.clauses):
        if clause.opener or not body.marked.offered or body.sentences[clause.sentence].asks:
            continue
        marks = body.marked.within(clause.start, clause.end)
        if any(m.classes & DENIALS and "take_up" not in m for m in marks):
            continue  # "doe ik niet"
        ands = {m.start for m in marks if "and" in m}  # French "je m'en charge plus" is a refusal
        for mark in marks:
            if (
                "take_up" in mark
                and mark.end not in ands
                and not content(body, clause.start, clause.end, [range(mark.start, mark.end)])
            ):
                found.append(Signal(POSITIVE, STATED, mark.start, mark.end, number))
    return found


def excused(body: Body) -> list[Signal]:
    """Return an absence on the day an offer is for as a no: "Can you … on Thursday?" – "Thursday I'm in Leeds"."""
    found = []
    for number, clause in enumerate(body.clauses):
        if not body.marked.offered or clause.start in body.told or body.sentences[clause.sentence].asks:
            continue
        marks = body.marked.within(clause.start, clause.end)
        bound = any(m.classes & BOUNDS for m in marks)  # "until Wednesday"
        away = (m for m in body.marked.heard(clause.start, clause.end) if m.classes & AWAY)
        apart = next((mark for mark in away if _is_elsewhere(body, mark, clause)), None)
        if apart is not None and not bound and _is_then(body, clause, marks) and not _is_outweighed(body, number):
            weight = BARE if "absent" in apart else STATED
            found.append(Signal(NEGATIVE, weight, clause.start, clause.end, number))
    return found


def _is_outweighed(body: Body, number: int) -> bool:
    """Whether a sentence goes on with a "but" behind a clause: "I'm in Leeds but I can call in"."""
    behind = body.clauses[number + 1] if number + 1 < len(body.clauses) else None
    return behind is not None and behind.sentence == body.clauses[number].sentence and behind.opener == "contrast"


def _is_then(body: Body, clause: Clause, marks: list[Mark]) -> bool:
    """Whether a clause names the time the question does: its day, its date, "tomorrow"."""
    days = {(name, m.values[name]) for m in marks for name in DAYS if name in m.values}
    tokens = body.marked.tokens[clause.start : clause.end]
    days |= {(DAY, int(t.fold)) for t in tokens if t.kind == "number" and t.fold.isdigit()}
    seasons = (m for m in body.marked.heard(clause.start, clause.end) if m.classes & {"season", "this_day"})
    named = any(body.marked.tokens[m.start].fold in body.marked.asked for m in seasons)
    return named or not days.isdisjoint(body.marked.asked_days)


def _is_elsewhere(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a mark tells an absence, or that its author is at a place written as a name."""
    if "absent" in mark:
        return "free_then" not in mark  # "I'm off on Thursday": gone, or free to come
    named = mark.end < clause.end and body.marked.cover[mark.end] is None
    return named and body.marked.tokens[mark.end].raw[0].isupper()


def wished_otherwise(body: Body) -> list[Signal]:
    """Return a wish for something the question does not name as a no to it: "I'd rather spend it on chairs"."""
    if any(body.marked.has(name, body.start, body.end) for name in ("later", "defer", "withdraw")):
        return []
    found = []
    for number, clause in enumerate(body.clauses):
        if clause.opener or body.sentences[clause.sentence].asks:
            continue
        for mark in body.marked.within(clause.start, clause.end):
            if "rather" in mark and mark.start not in body.told and _is_another_wish(body, mark, clause):
                found.append(Signal(NEGATIVE, STATED, mark.start, mark.end, number))
    return found


def _is_another_wish(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether what is wished for has no word of the question, and is nothing but a wish."""
    if any(m.classes & NO_WISH for m in body.marked.within(mark.end, clause.end)):
        return False
    said = content(body, mark.end, clause.end)
    return bool(said) and not any(_is_asked(body, at) for at in said)


def _is_verb_asked(body: Body, at: int) -> bool:
    """Whether a word is the verb of the question, which stands first or last in it, but for its ending."""
    stem = body.marked.tokens[at].fold[:SAME_STEM]
    first = body.marked.asked_first
    return body.marked.tokens[at].fold in first or (
        len(stem) == SAME_STEM and any(word.startswith(stem) for word in first)
    )


def _is_asked(body: Body, at: int) -> bool:
    """Whether a word is one of the question, but for its ending."""
    word = body.marked.tokens[at].fold
    stem = word[:SAME_STEM]
    return word in body.marked.asked or any(
        len(stem) == SAME_STEM and other.startswith(stem) for other in body.marked.asked
    )
