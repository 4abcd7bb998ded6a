"""Every naming of an option in a ballot's body: labels first, letters and numbers where they fit, then extremes.

Must not: know a word of a language, or judge whether a named option is chosen.
"""

from __future__ import annotations

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_extremes import daypart_of, extreme_of
from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_pointers import Pointers
from gateway.understand.reading.ballot_verdict import content
from gateway.understand.reading.ballot_words import Mark

STRETCH = "counted"  # what a mention is known by that is several options from one to another: "2-4", "A to C"


def mentions_in(body: Body, finder: Finder) -> list[Mention]:
    """Return every naming of an option in the body, in order: labels first, letters and numbers where they fit."""
    pointers = Pointers(finder)
    found = [pointers.picked(m) for m in finder.mentions(body.start, body.end)]
    counted = finder.question.method is Method.SCORE  # there a number is no word, and no option
    labelled = bool(found)  # beside a label a bare number is no option; beside other numbers ("1, 3") it is
    for clause in body.clauses:
        strict = [m for m in pointers.within(clause.start, clause.end, loose=False) if not _overlaps(m, found)]
        loose = (
            []
            if labelled and not _is_bare_list(body, clause)
            else pointers.within(clause.start, clause.end, loose=True)
        )
        taken = [range(m.start, m.end) for m in loose]
        said = [
            at
            for at in content(body, clause.start, clause.end, taken)
            if not (counted and body.marked.tokens[at].kind == "number")
            and not (loose and _is_asked_noun(body, at, loose, finder))
        ]
        if loose and not said:
            found.extend(loose)
        else:
            found.extend(strict)
    if not found:
        found = [m for mark in body.marked.within(body.start, body.end) for m in _described(mark, finder)]
    elif any(m.by == "label" for m in found):  # a part of the day in two words may stand beside one in one word
        parts = [mark for mark in body.marked.within(body.start, body.end) if "daypart" in mark.values]
        described = [m for mark in parts if mark.end - mark.start > 1 for m in _described(mark, finder)]
        found += [m for m in described if not _overlaps(m, found)]
    if any(m.by == "letter" for m in found):  # "D from me and my two"
        found = [m for m in found if not (m.by == "number" and body.marked.tokens[m.start].kind == "word")]
    if finder.question.method is Method.RANKED and any(m.by == "letter" for m in found):
        found = [m for m in found if m.by != "ordinal"]  # "C first, A last": the place of a letter is no option
    if finder.question.method is Method.RANKED:
        found = [m for m in found if not _numbers_next(body, m, found)]
    found = sorted((m for m in found if not _ranks_next(body, m, found)), key=lambda m: m.start)
    return _stretched(body, found) if finder.question.method is Method.APPROVAL else found


def _is_asked_noun(body: Body, at: int, pointed: list[Mention], finder: Finder) -> bool:
    """Whether a word of the question but says what a number or a place beside it is one of: "logo 2", "third logo"."""
    beside = any(at + 1 == m.start or m.end == at for m in pointed)
    return beside and body.marked.tokens[at].fold == body.marked.asked_for and not finder.labels.numbered


def _described(mark: Mark, finder: Finder) -> list[Mention]:
    """Return the options an extreme or a part of the day describes."""
    extreme = extreme_of(mark, finder.question, finder.vocabulary)
    options = daypart_of(mark, finder.labels) if extreme is None else frozenset({extreme})
    return [Mention(options, mark.start, mark.end, "extreme")] if options else []


def _ranks_next(body: Body, mention: Mention, found: list[Mention]) -> bool:
    """Whether an ordinal stands for the place of the label behind it ("2nd choice: Oslo"), not for an option."""
    if mention.by != "ordinal":
        return False
    behind = next((m for m in found if m.by == "label" and m.start >= mention.end), None)
    if behind is None:
        return False
    between = body.marked.tokens[mention.end : behind.start]
    if behind.options == mention.options and any(t.raw == "(" for t in between):
        return False  # "the second one (Oslo)" where Oslo is the second
    return not any(t.is_word for t in between)


def _numbers_next(body: Body, mention: Mention, found: list[Mention]) -> bool:
    """Whether a number is the place of the label behind it, little words between: "no. 1 the Oslo trip"."""
    behind = next((m for m in sorted(found, key=lambda m: m.start) if m.start >= mention.end), None)
    if mention.by != "number" or behind is None or behind.by != "label":
        return False
    marks = body.marked.cover[mention.end : behind.start]  # none over punctuation
    return all(mark is not None and "common" in mark for mark in marks)


def _stretched(body: Body, found: list[Mention]) -> list[Mention]:
    """Return the mentions with "2-4" and "A to C" made the stretch they are."""
    out: list[Mention] = []
    for mention in found:
        before = out[-1] if out else None
        if before is not None and _is_stretch(body, before, mention):
            first, last = min(before.options), max(mention.options)
            out[-1] = Mention(frozenset(range(first, last + 1)), before.start, mention.end, STRETCH)
        else:
            out.append(mention)
    return out


def _is_stretch(body: Body, before: Mention, mention: Mention) -> bool:
    if mention.by != before.by or min(before.options) >= max(mention.options):
        return False
    if before.by == "label":
        marks = body.marked.within(before.end, mention.start)
        ends = (body.marked.tokens[before.end - 1], body.marked.tokens[mention.start])
        days = [body.marked.cover[before.end - 1], body.marked.cover[mention.start]]
        dated = all(day is not None and "weekday" in day for day in days)
        if (dated or all(token.kind == "number" for token in ends)) and not marks:
            between = body.marked.text[ends[0].end : ends[1].start].strip()
            return between in ("-", "–", "—")  # "1-3" of "Photo 1" and so on, "Mon-Wed"
        if len(marks) == 1 and "closing" in marks[0]:  # "mardi à jeudi", where "à jeudi" may end a mail
            return marks[0].start == before.end and marks[0].end == mention.end == mention.start + 1
        return (
            len(before.options) == len(mention.options) == 1
            and len(marks) == 1
            and bool(marks[0].classes & {"to_word", "until", "range_word"})
            and marks[0].end - marks[0].start == mention.start - before.end
        )
    if before.by not in ("number", "letter"):
        return False
    between = body.marked.text[body.marked.tokens[before.end - 1].end : body.marked.tokens[mention.start].start].strip()
    marks = body.marked.within(before.end, mention.start)
    return between in ("-", "–", "—") or (
        len(marks) == 1 and "to_word" in marks[0] and (marks[0].start, marks[0].end) == (before.end, mention.start)
    )


def _is_bare_list(body: Body, clause: Clause) -> bool:
    """Whether the sentence of a clause is nothing but numbers and what joins them: "1, 2 and 4."."""
    sentence = body.sentences[clause.sentence]
    words = [at for at in range(sentence.start, sentence.end) if body.marked.tokens[at].is_word]
    joins = [body.marked.cover[at] for at in words if body.marked.tokens[at].kind != "number"]
    return len(joins) < len(words) and all(m is not None and m.classes & {"and", "filler", "greeting"} for m in joins)


def _overlaps(mention: Mention, others: list[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in others)
