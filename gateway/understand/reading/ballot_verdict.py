"""Yes or no in free words: for yesno, consent, lazy consensus and plus-one votes.

Must not: know a word of a language (classes of words come from the lexicon), or name options.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_negation import NEGATORS, denials, names_time, reaches, turns
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_words import Mark

POSITIVE, NEGATIVE, BLOCK, ABSTAIN = "yes", "no", "block", "abstain"
# A term's sign and how much an embedded mention of it weighs; a bare clause weighs BARE.
TERMS = {"for": (1, 2), "against": (-1, 2), "good": (1, 1), "bad": (-1, 1)}
# What a negator turns into a no, and is no sign without one: "I don't see the point".
APPRAISED = frozenset((*TERMS, "block", "merit", "wanted", "unwanted", "worthless"))
BARE, STATED, HINTED = 3, 2, 1
STANCES = frozenset(("yes", "no", "for", "against", "block", "abstain", "unopposed", "good", "bad", "negator"))
AFTER = 4  # tokens between a verb and its denial, in languages that deny there
SAME_STEM = 5  # letters two forms of a word share
OPENINGS = classes("filler contrast conclusion reason and greeting thanks yes no change closing")  # before an answer
AWAY = frozenset(("absent", "whereabouts"))
LONGEST_PLACE = 2  # words of a place where an author is until a day
# What makes words of the question another answer: "we should repaint it or sell it".
TURNING = classes("negator except contrast condition or nor but_not instead until no yes")
PRAISE = frozenset(("good", "bad", "yes"))
JUDGED = (APPRAISED - {"bad"}) | {
    "needless"
}  # beside these a clause says nothing else that matters; "concerns" it does
# Words that dress a vote and say nothing a reader of the result would miss.
CONTENT_FREE = classes(
    """
    common filler yes no for against good unopposed abstain block negator near_negator after_negator
    contrast change conclusion choose thanks closing greeting and or nor option_word ordinal last
    harmless indifferent withdraw all both_of none except rest no_rest tie best_first worst_first
    best_place worst_place lower_place over after also fallback instead doubt time_word hour_word to_word lifted
    weekday smallest largest earliest latest half from_word out_of keep
    yes_clause no_clause yes_word particle minute half_past half_to quarter_past quarter_to full_marks
    ordinal_suffix
    """
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of a verdict: `verdict` is yes, no, block, abstain or a signed number; `start:end` its tokens."""

    verdict: str
    weight: int
    start: int
    end: int
    clause: int
    tepid: bool = False  # said by denying an objection
    soft: bool = False  # an appraisal ("great", "too dear"), which is a vote only where nothing else is said
    felt: bool = False  # how its author feels about it ("not convinced"), which a plain vote overrules


def content(body: Body, start: int, end: int, taken: Iterable[range] = ()) -> list[int]:
    """Return the tokens of a stretch that say something of their own, beside votes, their dress and what is `taken`."""
    covered = {at for stretch in taken for at in stretch}
    return [at for at in range(start, end) if at not in covered and _says_something(body, at)]


def _says_something(body: Body, at: int) -> bool:
    token, mark = body.marked.tokens[at], body.marked.cover[at]
    if token.kind in ("stop", "punct", "emoji", "sign") or len(token.fold) == 1:
        return False
    if mark is not None and "month" in mark and token.fold in body.marked.asked:
        return False  # as a weekday
    return mark is None or not mark.classes & CONTENT_FREE or _counts_up(body, at, mark)


def _counts_up(body: Body, at: int, mark: Mark) -> bool:
    """Whether a number that is a yes as a percentage ("100 %") stands here for an amount."""
    token = body.marked.tokens[at]
    single = token.kind == "number" and mark.end - mark.start == 1 and "yes" in mark
    return single and not body.marked.text[token.end :].lstrip().startswith("%")


def signals(body: Body) -> list[Signal]:
    """Return every sign of a verdict in the body, in order."""
    found: list[Signal] = []
    for number, clause in enumerate(body.clauses):
        found.extend(_clause_signals(body, clause, number))
    return found


def _clause_signals(body: Body, clause: Clause, number: int) -> list[Signal]:
    marks = body.marked.within(clause.start, clause.end)
    negators = denials(marks)
    negators = [*_negators_ahead(body, clause, number), *negators]
    spent: set[int] = set()
    terms = [m for m in marks if m.classes & APPRAISED]
    doubt = next((m.start for m in marks if "doubt" in m), None)
    raw: list[tuple[str, int, Mark, bool]] = []
    for mark in marks:
        particle = mark.classes & {"yes", "no"} and mark.end - mark.start == 1
        if doubt is not None and mark.start > doubt and not (particle or "abstain" in mark):
            continue
        flips = [n for n in negators if n.start not in spent and reaches(body, n, mark)]
        read = _term(mark, turns(flips), body, clause, terms)
        if read is None:
            continue
        if mark.classes & APPRAISED or (flips and "yes" in mark and "particle" not in mark):
            spent |= {n.start for n in flips}
        raw.append((*read, mark, bool(flips) or "unopposed" in mark))
    raw = _negated_behind(raw, negators, spent)
    raw = [entry for entry in raw if entry[2].start not in spent]
    judged = [range(m.start, m.end) for m in marks if m.classes & JUDGED]
    bare = not content(body, clause.start, clause.end, judged)
    first = next((at for at in range(clause.start, clause.end) if body.marked.tokens[at].is_word), clause.start)
    aside = _goes_on_with(body, clause, number) is not None  # "…, which is good"
    return [
        Signal(
            verdict,
            HINTED
            if aside and "particle" not in mark and mark.classes & PRAISE
            else _weight(body, clause, weight, mark, bare=bare, first=first),
            mark.start,
            mark.end,
            number,
            tepid,
            _is_soft(mark),
            "attitude" in mark,
        )
        for verdict, weight, mark, tepid in raw
        if not any(is_none(body, mark, clause) for is_none in NO_SIGNS)
    ]


def _negators_ahead(body: Body, clause: Clause, number: int) -> list[Mark]:
    """Return the negators of the clause that a relative one goes on with: "I know nothing | that speaks against it"."""
    before = _goes_on_with(body, clause, number)
    if before is None:
        return []
    marks = body.marked.within(before.start, before.end)
    return [] if any(m.classes & APPRAISED for m in marks) else [m for m in marks if m.classes & NEGATORS]


def _goes_on_with(body: Body, clause: Clause, number: int) -> Clause | None:
    """Return the clause before a relative one in its sentence, None where a clause is no relative one."""
    voice = body.marked.voices[clause.start]
    before = body.clauses[number - 1] if number else None
    if voice is None or "relative" not in voice or before is None or before.sentence != clause.sentence:
        return None
    return before


def _term(mark: Mark, flips: list[Mark], body: Body, clause: Clause, terms: list[Mark]) -> tuple[str, int] | None:
    """Return the verdict of one mark and its weight when embedded, None when it is none."""
    if mark.classes & {"negator", "near_negator"} and any(reaches(body, mark, t) for t in terms if t is not mark):
        return None
    if body.marked.asked_to_close and mark.classes & {"worthless", "unwanted"}:
        return None  # it may be what the question would begin: "sell raffle tickets?", "waste of money"
    if mark.classes & {"wanted", "unwanted", "worthless"} and (wanted := _of_what_there_is(body, mark, flips)):
        return wanted
    if mark.classes & {"needless", "merit"} and body.marked.asked_to_drop:
        return None  # "we don't need it" may be a yes to dropping it
    if "needless" in mark and "no" not in mark:
        return (NEGATIVE, STATED) if not flips else None
    if "unopposed" in mark:
        return POSITIVE, STATED
    if "but_not" in mark and mark.end == body.sentences[clause.sentence].end:
        return NEGATIVE, BARE  # "Buena idea, pero no": nothing follows that it could deny
    if "decline" in mark and body.marked.offered:
        passes = "abstain" not in mark or _closes(body, mark.end, clause.end)
        return (NEGATIVE, STATED) if passes and not flips else None
    if "abstain" in mark:
        return (ABSTAIN, STATED) if not flips and not _is_part(body, mark, clause) else None
    if "block" in mark:
        return (BLOCK, STATED) if len(flips) % 2 == 0 else None
    named = next((name for name in TERMS if name in mark), None)
    particle = POSITIVE if _does_as_asked(body, mark) else _particle(body, mark, clause)
    if "yes_clause" in mark and "yes" not in mark and _only_urges(body, mark, clause):
        return None
    if particle == POSITIVE and named is None and any(_touches(body, flip, mark) for flip in flips):
        return None  # "nicht klar", "not necessarily"
    if particle == POSITIVE and flips and not mark.classes & {"no", "particle"}:
        return (NEGATIVE, STATED) if len(flips) % 2 else (POSITIVE, STATED)
    if particle == NEGATIVE and mark.end - mark.start == 1 and any("no" not in n for n in flips):
        return None  # a denied no ("pas non") is neither
    if particle and not (named and flips):
        return particle, STATED if named in ("for", "against") else HINTED
    if named is None:
        return (NEGATIVE, STATED) if "merit" in mark and len(flips) % 2 else None
    sign, weight = TERMS[named]
    sign *= -1 if len(flips) % 2 else 1
    return (POSITIVE if sign > 0 else NEGATIVE), weight


def _touches(body: Body, negator: Mark, mark: Mark) -> bool:
    """Whether nothing but a little word parts a denial from a word that is a yes by itself: "no está claro"."""
    single = mark.end - mark.start == 1 and "particle" in mark and "negator" in negator
    marks = body.marked.cover[negator.end : mark.start]
    return single and len(marks) <= 1 and all(m is not None and "common" in m for m in marks)


def _is_part(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a word of abstaining is but one of two that tell of a thing: "noir et blanc"."""
    ahead = body.marked.cover[mark.start - 1] if mark.start > clause.start else None
    joined = ahead is not None and "and" in ahead and mark.end - mark.start == 1
    return joined and bool(content(body, clause.start, mark.start))


def _of_what_there_is(body: Body, mark: Mark, flips: list[Mark]) -> tuple[str, int] | None:
    """Return what it means to want a thing gone ("get rid of it", "nobody reads it") or to stay ("I'd miss it").

    None where the question neither keeps nor ends anything and the words are another answer or none.
    """
    keeps, drops = body.marked.asked_to_keep, body.marked.asked_to_drop
    unwanted = bool(mark.classes & {"unwanted", "worthless"})
    if keeps == drops and (keeps or not unwanted or "yes" in mark):
        return None
    goes = unwanted == (len(flips) % 2 == 0)
    return (POSITIVE if goes == drops else NEGATIVE), STATED


def _does_as_asked(body: Body, mark: Mark) -> bool:
    """Whether a phrase of refusal bids what the question asks for: "drop it" where dropping is the question."""
    if "no" not in mark or mark.end - mark.start == 1 or mark.classes & {"negator", "near_negator"}:
        return False
    tokens = body.marked.tokens[mark.start : mark.end]
    return any(t.fold in body.marked.asked_first for t in tokens) and tokens[-1].fold not in body.marked.asked_first


def _only_urges(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a word that ends a clause but urges what its beginning says: "lasciamo perdere dai"."""
    return "filler" in mark and any(m.classes & {"yes", "no"} for m in body.marked.within(clause.start, mark.start))


def _closes(body: Body, start: int, end: int) -> bool:
    """Whether a stretch adds nothing: "I pass" and "I pass this year", but not "I pass your house on Monday"."""
    marks = [body.marked.cover[at] for at in range(start, end) if body.marked.tokens[at].is_word]
    return all(m is not None and m.classes & {"filler", "this_while"} for m in marks) or _is_for_now(body, start, end)


def _is_for_now(body: Body, start: int, end: int) -> bool:
    """Whether a stretch says no more than a while that is now: "(I can't) this year"."""
    first = body.marked.cover[start]
    return first is not None and "this_while" in first and not content(body, first.end, end)


def _only_repeats(body: Body, start: int, end: int) -> bool:
    """Whether a stretch says something of the question and nothing else: "(I can't) do Thursday"."""
    if any(m.classes & TURNING for m in body.marked.within(start, end)):
        return False
    words = [at for at in range(start, end) if body.marked.tokens[at].is_word and not _is_little(body, at)]
    return bool(words) and all(_is_asked(body, at) for at in words)


def _is_little(body: Body, at: int) -> bool:
    """Whether a function word or a word of dress stands here."""
    mark = body.marked.cover[at]
    return mark is not None and bool(mark.classes & {"common", "filler"}) and not mark.values


def _is_asked(body: Body, at: int) -> bool:
    """Whether a word is one of the question, but for its ending."""
    word = body.marked.tokens[at].fold
    stem = word[:SAME_STEM]
    return word in body.marked.asked or (
        len(stem) == SAME_STEM and any(other.startswith(stem) for other in body.marked.asked)
    )


def _particle(body: Body, mark: Mark, clause: Clause) -> str | None:
    """Return the side of a word that is an answer by itself; some are one only where nothing follows them."""
    closes = mark.end == clause.end or ("no_clause" in mark and _is_for_now(body, mark.end, clause.end))
    if not closes and mark.classes & {"yes_clause", "no_clause"}:
        closes = _only_repeats(body, mark.end, clause.end)
    if (
        "yes" in mark
        or (closes and "yes_clause" in mark)
        or (closes and "yes_word" in mark and mark.start == clause.start)
    ):
        return POSITIVE
    if "no" in mark or (closes and "no_clause" in mark):
        return NEGATIVE
    return None


def is_condition(body: Body, mark: Mark) -> bool:
    """Whether a mark is an "if"; a word that is also a yes is none where its clause ends with it (Spanish "si")."""
    if "condition" not in mark or body.marked.text[: body.marked.tokens[mark.start].start].endswith("-"):
        return False  # "-se" is no "if"
    voice = body.marked.voices[mark.start]
    if voice is not None and "enter" in voice and voice.start < mark.start:
        return False  # "tel mij als ja"
    if "until" in mark and _ends_absence(body, mark):
        return False
    if voice is not None and "likens" in voice and _likens(body, voice):
        return False
    return not ("yes" in mark and any(c.start <= mark.start and c.end == mark.end for c in body.clauses))


def _likens(body: Body, likened: Mark) -> bool:
    """Whether what may be an "if" but likens one thing to another: one word follows it, too little for a condition.

    "Ja, de oude lekt als een mandje", but "ja, als een lid het vraagt".
    """
    at = likened.end
    if at >= body.end or not body.marked.tokens[at].is_word:
        return False
    after = body.marked.cover[at + 1] if at + 1 < body.end else None
    ends = at + 1 >= body.end or not body.marked.tokens[at + 1].is_word
    return ends or (after is not None and bool(after.classes & {"and", "contrast"}))


def _ends_absence(body: Body, mark: Mark) -> bool:
    """Whether an "until" but tells how long its author is away: "I'm away until Friday, so …"."""
    clause = next((c for c in body.clauses if c.start <= mark.start < c.end), None)
    if clause is None or not names_time(body, mark.end, clause.end):
        return False
    for absent in (m for m in body.marked.heard(clause.start, clause.end) if m.classes & AWAY):
        where = LONGEST_PLACE if "whereabouts" in absent else 0  # "I'm in Leeds until Friday"
        ahead = absent.end > mark.start or len(content(body, absent.end, mark.start)) <= where
        # Where the verb's other half stands last: "bin bis zum 15. im Urlaub".
        behind = [at for at in content(body, mark.end, absent.start) if body.marked.tokens[at].kind != "number"]
        if (absent.start < mark.start and ahead) or (absent.start > mark.start and not behind):
            return True
    return False


def _negated_behind(
    raw: list[tuple[str, int, Mark, bool]], negators: list[Mark], spent: set[int]
) -> list[tuple[str, int, Mark, bool]]:
    """Return the signs with those turned that a negator behind the verb denies."""
    out = []
    for verdict, weight, mark, tepid in raw:
        behind = next((n for n in negators if "after_negator" in n and n.start not in spent
                       and 0 <= n.start - mark.end <= AFTER), None)  # fmt: skip
        if behind is not None and verdict == BLOCK:
            spent.add(behind.start)
            continue  # a block denied is no stance
        near = behind is not None and behind.start - mark.end <= AFTER // 2
        whole = near and mark.end - mark.start > 1 and "yes" in mark  # "Meine Zustimmung habt ihr nicht"
        if behind is not None and (whole or mark.classes & TERMS.keys()) and not tepid:
            spent.add(behind.start)
            verdict = NEGATIVE if verdict == POSITIVE else POSITIVE if verdict == NEGATIVE else verdict
            tepid = verdict == POSITIVE
        out.append((verdict, weight, mark, tepid))
    return out


def _weight(body: Body, clause: Clause, weight: int, mark: Mark, *, bare: bool, first: int) -> int:
    if clause.opener in ("reason", "aside"):
        return HINTED
    if bare and mark.classes & {"good", "bad"} and not mark.classes & {"yes", "no"}:
        return STATED
    if bare:
        return BARE
    leads = not content(body, first, mark.start) and not any(
        is_condition(body, m) for m in body.marked.within(first, mark.start)
    )
    if _trails_off(mark, clause):
        return min(weight, HINTED)
    if not leads or _is_soft(mark) or _denies_next(body, mark, clause):
        return min(weight, HINTED) if _denies_next(body, mark, clause) else weight
    return max(weight, STATED) if mark.classes & {"yes", "no", "unopposed"} else weight


def _is_soft(mark: Mark) -> bool:
    """Whether a mark appraises more than it answers."""
    return bool(mark.classes & {"good", "bad"}) and not mark.classes & {"no", "for", "against", "unopposed"}


def _trails_off(mark: Mark, clause: Clause) -> bool:
    """Whether a word that is a yes by itself is but the first of a sentence here, as in "go and see"."""
    single = mark.end - mark.start == 1 and mark.end < clause.end
    return single and "yes" in mark and not mark.classes & {"particle", "for", "unopposed"}


def _denies_next(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a "no" goes with the word behind it: "no harm in it", "no lo he leído"."""
    if mark.end >= clause.end or not mark.classes & {"negator", "near_negator"} or "no" not in mark:
        return False
    after = body.marked.cover[mark.end]
    return after is None or "negator" in mark


def _only_stresses(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a word that is a yes by itself but stresses the stance behind it, or a no ahead: "no, por supuesto"."""
    if "intensifier" not in mark:
        return False
    if mark.end >= clause.end:
        ahead = body.marked.cover[mark.start - 2] if mark.start - 1 > body.start else None
        refused = ahead is not None and "no" in ahead and ahead.end - ahead.start == 1
        return refused and mark.start == clause.start and body.marked.tokens[mark.start - 1].raw == ","
    after = body.marked.cover[mark.end]
    return after is not None and bool(after.classes & STANCES)


def _reports(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a participle tells what was done instead of answering: "she agreed to …", "approved list attached"."""
    if "participle" not in mark or mark.end - mark.start > 1:
        return False
    ahead = body.marked.within(clause.start, mark.start)
    opens = not content(body, clause.start, mark.start) and all(
        m.classes & OPENINGS and "common" not in m for m in ahead
    )
    after = body.marked.cover[mark.end] if mark.end < clause.end else None
    return not opens or (mark.end < clause.end and after is None)


def _denies_other(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a "no" denies a word that the question has not: "no news yet"."""
    if mark.end >= clause.end or not {"no", "near_negator"} <= mark.classes:
        return False
    word = body.marked.tokens[mark.end]
    if word.kind in ("number", "sign"):
        return True  # "no -1s so far"
    if body.marked.cover[mark.end] is not None or word.kind != "word":
        return False
    stem = word.fold[:SAME_STEM]
    return not any(other.startswith(stem) or stem.startswith(other) for other in body.marked.asked if len(other) > 2)


def _about_another(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether agreement or its contrary is with a person or a saying, not with the proposal."""
    after = body.marked.cover[mark.end] if mark.end < clause.end else None
    if after is None or "other" not in after or not mark.classes & {"for", "against", "yes"}:
        return False
    if after.end >= clause.end:
        return False
    if after.end - after.start > 1:
        return True
    article = body.marked.cover[after.end]
    led = article is not None and "name_article" in article and article.end < clause.end  # "com o João"
    at = article.end if article is not None and led else after.end
    token, known = body.marked.tokens[at], body.marked.cover[at]
    named = known is None or not known.classes & {"common", "option_word"}
    named = named and not (led and token.fold in body.marked.asked)
    return token.kind == "word" and token.raw[0].isupper() and len(token.raw) > 1 and named


def _is_amount(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a mark is a number that is no percentage."""
    return _counts_up(body, mark.start, mark)


def _is_if(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a word that is a yes or an "if" is the latter, for what follows it: "si hay dinero"."""
    return "yes" in mark and mark.end - mark.start == 1 and is_condition(body, mark)


def _is_absence(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether a refusal in two words tells of an absence, for its time stands behind it: "I'm out until May"."""
    voice = body.marked.voices[mark.start]
    if "no" not in mark or voice is None or "absent" not in voice or mark.end >= clause.end:
        return False
    after, bound = body.marked.cover[mark.end], body.marked.voices[mark.end]
    if bound is not None and "this_day" in bound and body.marked.tokens[mark.end].fold not in body.marked.asked:
        return True  # "I'm out today", asked about tomorrow
    if after is None:
        return False
    if "closing" in after and bound is not None and "bound" in bound:
        return True  # "até segunda" alone is "until Monday!"
    return bool(after.classes & {"range_word", "until"}) and names_time(body, mark.end, clause.end)


def _welcomes_enquiry(body: Body, mark: Mark, clause: Clause) -> bool:
    """Whether praise goes on with something to find out first that was not asked: "it would be good to know …"."""
    if mark.classes & {"particle", "attitude"} or not mark.classes & {"yes", "good", "for"}:
        return False
    if mark.end - mark.start == 1 and "good" not in mark:
        return False
    behind = next((c for c in body.clauses if c.start >= clause.end), None)
    apart = behind is not None and behind.sentence == clause.sentence and not behind.opener  # "gut wäre, erst zu …"
    end = behind.end if behind is not None and apart else clause.end
    for voice in body.marked.heard(mark.end, end):
        within = body.marked.cover[voice.start]
        if "enquires" not in voice or _is_asked(body, voice.start) or (within and within.start < voice.start):
            continue  # "… if you ask me"
        before = body.marked.cover[voice.start - 1]
        led = before is not None and "to_word" in before and voice.start - 1 >= mark.end
        if led or (voice.start < clause.end and not content(body, mark.end, voice.start)):
            return True
    return False


# What makes a mark of a stance no sign of one.
NO_SIGNS = (_about_another, _only_stresses, _reports, _denies_other, _is_amount, _is_if, _is_absence, _welcomes_enquiry)
