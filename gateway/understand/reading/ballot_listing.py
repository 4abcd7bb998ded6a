"""Talk about the list of options, which chooses none: "remove Porto", "B is a duplicate of A", "Porto should be Ghent".

Must not: know a word of a language, change the list, or keep a vote from counting that stands beside such talk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from gateway.understand.reading.ballot_frame import Body, Clause
from gateway.understand.reading.ballot_mentions import mentions_in
from gateway.understand.reading.ballot_options import Finder, Mention
from gateway.understand.reading.ballot_talk import OWN, Spoken, is_asked
from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_verdict import content

_KEYS = frozenset(("strikes", "swaps", "adds", "of_list", "off_list", "should_be"))
_VOTES = classes("withdraw becomes conclusion for")  # beside these a clause casts a vote, or changes one
_MOST_BIDDING = 2  # words beside such a phrase in a clause that names no option: "please remove it"
_OTHERS = classes("rest other all both_of option_word")  # "Porto, strike the others" is a vote for it
_MOST_BESIDE = 3  # words of a clause that bids to change the list, beside the option and the verb


def talked_of(body: Body, finder: Finder, said: Sequence[Spoken]) -> frozenset[int]:
    """Return the places of clauses that name options only to speak of the list."""
    said = [one for one in said if one.key in _KEYS or one.key == OWN]
    if all(one.key == OWN for one in said):
        return frozenset()
    named = mentions_in(body, finder)
    found: set[int] = set()
    for one in said:
        clause = next((c for c in body.clauses if c.start <= one.start < c.end), None)
        if clause is None or one.key == OWN or _is_asked(body, finder, one):
            continue
        if _casts(body, clause, said) or _is_of_a_vote(body, one):
            continue
        found.update(_places(body, clause, one, named))
    return frozenset(found)


def _casts(body: Body, clause: Clause, said: Sequence[Spoken]) -> bool:
    """Whether a clause speaks of its author's own vote: "change my vote to Porto", "I'd add one for Porto"."""
    if any(one.key == OWN and clause.start <= one.start < clause.end for one in said):
        return True
    return any(m.classes & _VOTES for m in body.marked.within(clause.start, clause.end))


def _is_of_a_vote(body: Body, one: Spoken) -> bool:
    """Whether the words belong to a phrase that casts a vote: "change to Porto"."""
    mark = body.marked.cover[one.start]
    return mark is not None and bool(mark.classes & {"choose", "withdraw"})


def _is_asked(body: Body, finder: Finder, one: Spoken) -> bool:
    """Whether the question or an option begins with the same word, so that they may answer it."""
    return is_asked(body.marked, one) or finder.is_label(one.start)


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
