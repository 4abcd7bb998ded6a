"""Talk about the list of options or the form it stands in, which chooses none: "remove Porto", "why is Porto on the
list", "B is a duplicate of A", "Porto should be Ghent", "the link for Porto is broken", "my mail shows only Porto".

Must not: know a word of a language, change the list, or keep a vote from counting that stands beside such talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_mentions import mentions_in
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_talk import BESIDE_LIST, OWN, Spoken, is_asked
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content

_KEYS = frozenset(("strikes", "swaps", "adds", "of_list", "off_list", "should_be", "list_noun", "form", "wonders"))
# What is said of the list beside its name.
_ARRANGING = frozenset(("strikes", "swaps", "adds", "should_be", BESIDE_LIST))
_VOTES = classes("withdraw becomes conclusion for")  # beside these a clause casts a vote, or changes one
_MOST_BIDDING = 2  # words beside such a phrase in a clause that names no option: "please remove it"
_OTHERS = classes("rest other all both_of option_word")  # "Porto, strike the others" is a vote for it
_JUDGES = classes("choose for good")
_DENIES = classes("negator near_negator after_negator reject")
_VERDICTS = classes("yes no for against block abstain unopposed withdraw")
_BIDS = frozenset(("request", "yes_alone"))  # "please"
_LISTING = classes("common and or weekday month")
_MOST_AHEAD = 1  # words of a heading ahead of its noun: "new options: …"
_MOST_BESIDE = 3  # words of a clause that bids to change the list, beside the option and the verb


def talked_of(body: Body, finder: Finder, said: Sequence[Spoken]) -> frozenset[int]:
    """Return the places of clauses that name options only to speak of the list."""
    if all(one.key not in _KEYS for one in said):
        return frozenset()
    named = mentions_in(body, finder)
    found: set[int] = set()
    for one in said:
        clause = next((c for c in body.clauses if c.start <= one.start < c.end), None)
        if clause is None or one.key not in _KEYS or _is_asked(body, finder, one):
            continue
        if _casts(body, clause, () if one.key == "form" else said) or _is_of_a_vote(body, one):
            continue
        found.update(
            _OF_FORM[one.key](body, clause, one, said) if one.key in _OF_FORM else _places(body, clause, one, named)
        )
    return frozenset(found)


def of_the_form(body: Body, said: Sequence[Spoken]) -> frozenset[int]:
    """Return the places of clauses that tell what a mail or a link in it shows, and name a yes or a no within."""
    found: set[int] = set()
    for one in said:
        clause = next((c for c in body.clauses if c.start <= one.start < c.end), None)
        if one.key != "form" or clause is None or is_asked(body.marked, one):
            continue
        opening = body.marked.cover[clause.start]
        marks = body.marked.within(clause.start, clause.end)
        named = any(m.classes & {"yes", "no"} and m.end - m.start == 1 for m in marks)
        if named and (opening is None or not opening.classes & _VERDICTS):
            found.update(_of_the_form(body, clause, one, said))
    return frozenset(found)


def _casts(body: Body, clause: Clause, said: Sequence[Spoken]) -> bool:
    """Whether a clause speaks of its author's own vote: "change my vote to Porto", "I'd add one for Porto"."""
    if any(one.key == OWN and clause.start <= one.start < clause.end for one in said):
        return True
    return any(m.classes & _VOTES for m in body.marked.within(clause.start, clause.end))


def _is_of_a_vote(body: Body, one: Spoken) -> bool:
    """Whether the words belong to a phrase that casts a vote: "change to Porto"."""
    mark = body.marked.cover[one.start]
    return mark is not None and bool(mark.classes & {"choose", "withdraw"}) and not mark.classes & _BIDS


def _is_asked(body: Body, finder: Finder, one: Spoken) -> bool:
    """Whether the question or an option begins with the same word, so that they may answer it."""
    return (one.key != "list_noun" and is_asked(body.marked, one)) or finder.is_label(one.start)


def _places(body: Body, clause: Clause, one: Spoken, named: Sequence[Mention]) -> Iterable[int]:
    """Return the places that a phrase makes mere talk of the list, none where it does not."""
    if any(one.start < m.start < one.end for m in named):
        return range(clause.start, clause.end)  # "haal Porto van de lijst"
    inside = [m for m in named if clause.start <= m.start < clause.end]
    talks = {"strikes": _strikes, "swaps": _swaps, "adds": _adds, "should_be": _renames}
    if inside:
        does = one.key not in talks or talks[one.key](body, clause, one, inside)
        return range(clause.start, clause.end) if does else ()
    if not _bids(body, clause, one):
        return ()
    start = body.sentences[clause.sentence].start  # "Porto is full, take it off the list"
    return chain.from_iterable(range(m.start, m.end) for m in named if start <= m.start < clause.start)


def _bids(body: Body, clause: Clause, one: Spoken) -> bool:
    """Whether a clause that names no option but bids to take one off: "remove it", "take it off the list"."""
    own = range(one.start, one.end)
    words = [at for at in range(clause.start, clause.end) if at not in own and body.marked.tokens[at].is_word]
    more = any(m.classes & _OTHERS for m in body.marked.within(clause.start, clause.end) if m.start not in own)
    return one.key in ("strikes", "off_list") and len(words) <= _MOST_BIDDING and not more


def _strikes(body: Body, clause: Clause, one: Spoken, inside: Sequence[Mention]) -> bool:
    """Whether a clause bids to take an option off the list or to put another in its place, and says little more."""
    taken = [range(m.start, m.end) for m in inside] + [range(one.start, one.end)]
    return len(content(body, clause.start, clause.end, taken)) <= _MOST_BESIDE


def _swaps(body: Body, clause: Clause, one: Spoken, inside: Sequence[Mention]) -> bool:
    """Whether a clause bids to write an option otherwise: "change Porto to Ghent", not "change to Porto"."""
    if len({m.options for m in inside}) > 1 or not _strikes(body, clause, one, inside):
        return False
    first = inside[0]
    between = (one.end, first.start) if one.end <= first.start else (first.end, one.start)
    moves = any("to_word" in m for m in body.marked.within(clause.start, first.start))
    goes_on = content(body, clause.start, clause.end, [range(one.start, one.end), range(first.start, first.end)])
    return not moves and not content(body, *between) and bool(goes_on)


def _adds(body: Body, clause: Clause, one: Spoken, inside: Sequence[Mention]) -> bool:
    """Whether a clause bids to add what is no option: "add Ghent beside Porto"."""
    ahead = [at for at in content(body, clause.start, one.start) if not _only_asks(body, at)]
    behind = content(body, one.end, clause.end)
    added = ahead or behind  # some languages put the verb last
    return bool(added) and not (ahead and behind) and added[0] < min(m.start for m in inside)


def _only_asks(body: Body, at: int) -> bool:
    """Whether a word but asks for what follows: "(can we) add Ghent"."""
    mark = body.marked.cover[at]
    return mark is not None and "request" in mark


def _renames(body: Body, clause: Clause, one: Spoken, inside: Sequence[Mention]) -> bool:
    """Whether a clause gives an option another name: "Porto should be Ghent", not "Porto should be first"."""
    ahead = [m for m in inside if m.end <= one.start and not content(body, m.end, one.start)]
    if not ahead or one.end >= clause.end or any(m.start >= one.end for m in inside):
        return False
    token = body.marked.tokens[one.end]
    return token.kind == "word" and token.raw[0].isupper() and body.marked.cover[one.end] is None


# --- the list and the form by their names ----------------------------------------------------------------------------


def _of_the_list(body: Body, clause: Clause, one: Spoken, said: Sequence[Spoken]) -> Iterable[int]:
    """Return the places told where a clause arranges the list or asks about it, or but heads one: "Options: …".

    With what is listed behind it: "change the options to Rome, Porto".
    """
    clause = _with_only(body, clause)
    own = range(one.start, one.end)
    stretch = range(clause.start, _verb_last(body, clause, said))
    beside = [other for other in said if other.key in _ARRANGING and other.start in stretch and other.start not in own]
    ahead = [at for at in range(clause.start, one.start) if body.marked.tokens[at].is_word]
    heads = len(ahead) <= _MOST_AHEAD and one.end == clause.end and _ends_in_colon(body, clause)
    heads = heads and not _judges(body, clause, ())
    if not heads and (not beside or _judges(body, clause, beside) or _is_own_wish(body, clause)):
        return ()
    end, colon = stretch.stop, _ends_in_colon(body, clause)
    for later in (c for c in body.clauses if c.start >= stretch.stop):
        if not _only_lists(body, later) or not (colon or later.sentence == clause.sentence):
            break
        end = later.end
    return range(clause.start, end)


def _verb_last(body: Body, clause: Clause, said: Sequence[Spoken]) -> int:
    """Return where a clause ends, with a list behind commas if a verb ends that: "… auf Rom, Porto ändern"."""
    later = [c for c in body.clauses if c.start >= clause.end and c.sentence == clause.sentence and not c.opener]
    verbs = [one.end for one in said if one.key in _ARRANGING and later and later[0].start < one.start]
    return next((c.end for c in later if c.end in verbs), clause.end)


def _of_the_form(body: Body, clause: Clause, one: Spoken, said: Sequence[Spoken]) -> Iterable[int]:
    """Return the clause that tells what the mail, the page or a link in it shows or does."""
    clause = _with_only(body, clause)
    return () if _judges(body, clause, [one]) or _is_own_wish(body, clause) else range(clause.start, clause.end)


def _of_a_question(body: Body, clause: Clause, one: Spoken, said: Sequence[Spoken]) -> Iterable[int]:
    """Return the clause that asks why without a question mark: "why is Porto proposed", not "why not Porto"."""
    end = clause.end
    for later in body.clauses:
        if later.start == end and later.sentence == clause.sentence:
            end = later.end
    opens = one.start == body.sentences[clause.sentence].start
    cover = body.marked.cover[one.start]
    denied = body.marked.has("negator", one.end, one.end + 1) or (cover is not None and cover.end > one.end)
    return range(clause.start, end) if opens and not denied and one.end < end else ()


_OF_FORM = {"list_noun": _of_the_list, "form": _of_the_form, "wonders": _of_a_question}


def _with_only(body: Body, clause: Clause) -> Clause:
    """Return a clause with those beside it that a word like "only" or "still" begins, which sets nothing against it."""
    start, end = clause.start, clause.end
    for later in body.clauses:
        if later.start == end and _opens_within(body, later):
            end = later.end
    for earlier in reversed(body.clauses):
        if earlier.end == start and _opens_within(body, next(c for c in body.clauses if c.start == start)):
            start = earlier.start
    return replace(clause, start=start, end=end)


def _opens_within(body: Body, clause: Clause) -> bool:
    mark = body.marked.cover[clause.start]
    return mark is not None and bool(mark.classes & {"sole", "yet"})


def _judges(body: Body, clause: Clause, beside: Sequence[Spoken]) -> bool:
    """Whether a clause chooses or praises beside the words of the list, and denies nothing: "the best of the list"."""
    marks = body.marked.within(clause.start, clause.end)
    if any(m.classes & _DENIES for m in marks):
        return False
    own = {at for other in beside for at in range(other.start, other.end)}
    return any(m.classes & _JUDGES and not m.classes & _BIDS and m.start not in own for m in marks)


def _is_own_wish(body: Body, clause: Clause) -> bool:
    """Whether an author tells what they would do, or asks to be put down: "put me on the list for Porto"."""
    return any(m.classes & {"would_i", "enter"} for m in body.marked.heard(clause.start, clause.end))


def _only_lists(body: Body, later: Clause) -> bool:
    """Whether a clause but goes on with a list: names, and what joins them."""
    marks = body.marked.within(later.start, later.end)
    return not later.opener and all(m.classes & _LISTING for m in marks)


def _ends_in_colon(body: Body, clause: Clause) -> bool:
    return clause.end < body.end and body.marked.tokens[clause.end].raw.startswith(":")
