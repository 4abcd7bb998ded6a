"""Answers to `please confirm`: a yes or a no that is all of what is written.

What is confirmed wrongly cannot be taken back, and who answers may speak of a forged mail: "Yes, that's a fake". So
every word must be of the lists in table [confirmation], courtesy, the author's name, or repeat what was asked
(repeated.py). Must not: know what is confirmed, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from gateway.model.understood import Settle
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of
from gateway.understand.reading.repeated import ACT, GOVERNS, OBJECT, OWN, Answer, repeated

_TABLE = "confirmation"
_LONGEST = 300  # letters; more is talk
_SHORTEST_NAME = 3  # letters that a nickname shares with a name: "Benny"
_HEARD = "heard"  # a yes, or that something was heard of: "OK"
_YES, _NO = frozenset({"yes", _HEARD, "join", "leave", "no-more", "remove"}), frozenset({"no"})
# Lists of what may be said in place of a yes, by what is to be confirmed: the table, and the key in it.
_OF_ACT = {
    "join": ((_TABLE, "join"),),
    "leave": ((_TABLE, "leave"), ("govern", "no-more")),
    "remove": (("people", "remove"),),
}
_WISH = "govern"  # what is confirmed in its own words


_MANNERS = ("greeting", "greeting_names", "closing")
_DOUBT = "doubt"
_AGAINST = frozenset({"no", _DOUBT})
_CONTACT = re.compile(r"[\d@/]")
_FOR_TELLING = "for_telling"  # thanks for what was told: it makes "OK" no yes
_COURTESY = "courtesy"  # of any language, as a yes is
_PLAIN = "plain"  # words that say little by themselves
_OF_ONE_LANGUAGE = frozenset({_PLAIN, "beside", OWN})  # since "he", "son" and "ben" are such words in another


@lru_cache(maxsize=8)
def _listed(lexicon: Lexicon) -> Phrases:
    tables = lexicon.tables
    return Phrases(
        (
            *listed(tables(_TABLE), ("yes", _HEARD, "no", _DOUBT, "beside", _FOR_TELLING, _PLAIN, OWN)),
            *((_COURTESY, language, phrase) for _, language, phrase in listed(tables("courtesy"), ("beside",))),
            *listed(tables("govern"), ("polite",)),
            *listed(tables("checkin"), _MANNERS),
        )
    )


@lru_cache(maxsize=32)
def _of_act(act: str, lexicon: Lexicon) -> Phrases:
    return Phrases(found for table, key in _OF_ACT.get(act, ()) for found in listed(lexicon.tables(table), (key,)))


@lru_cache(maxsize=8)
def _parted(lexicon: Lexicon) -> Phrases:
    """Return what is to be done with somebody in words that may stand on both sides of them."""
    return Phrases(one for one in listed(lexicon.tables("people"), ACT) if "…" in one[2])


@lru_cache(maxsize=8)
def _objects(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("people"), (OBJECT,)))


@lru_cache(maxsize=8)
def _wishes(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("govern"), GOVERNS))


def read_confirmation(text: str, act: str, name: str, named: str, lexicon: Lexicon, group: str = "") -> Settle | None:
    """Return 1 for a yes and 0 for a no to a question that asks whether to do `act`; None when it is neither.

    `name` is what the author is called: below it stands what is under a mail, and where that is more than a signature
    all of it says neither. `group` is whom a greeting may name. `named` is what was asked, which a yes may repeat:
    "Yes, cancel V-1". A no does nothing, so that other words may follow it.
    """
    said, below = _parted_at_name(text, name, lexicon)
    if not said or len(said) > _LONGEST or "?" in text or not all(_is_of_signature(line, lexicon) for line in below):
        return None
    words = words_of(said)
    hits = tuple(tuple(_hits(said, words, at, act, lexicon)) for at in range(len(words)))
    if _refuses(hits):
        return Settle(0)
    own, is_wish = _texts(f"{name} {group}"), act == _WISH
    if named and act in ACT:
        whom = _texts(named)
        hits = tuple(
            tuple(hit for hit in found if not _of_somebody_else(words, hit, at, whom, lexicon))
            for at, found in enumerate(hits)
        )
    begun = _begun(words, hits, lexicon, is_wish=is_wish) if named else ()
    if not is_wish:
        hits = _without_names(said, words, hits, _texts(named))

    def asked(language: str) -> dict[int, int]:
        return repeated(Answer(said, words, begun, language), named, _texts(name), is_wish=is_wish) if named else {}

    covers = (_keys(words, hits, language, own, asked(language)) for language in lexicon.tables(_TABLE))
    keys = next(filter(None, covers), frozenset[str]())
    if _FOR_TELLING in keys and keys.isdisjoint(_YES - {_HEARD}):
        return None
    agrees = not keys.isdisjoint(_YES)
    return None if agrees != keys.isdisjoint(_NO) else Settle(int(agrees))


def _of_somebody_else(words: Sequence[Word], hit: Hit, at: int, named: frozenset[str], lexicon: Lexicon) -> bool:
    """Whether an act stands on both sides of words that are no name of whom it was asked for: "schrijf Ben uit"."""
    is_parted = hit.key in ACT and hit in _parted(lexicon).at(words, at)
    return is_parted and any(word.text not in named for word in words[at + 1 : hit.end - 1])


def _begun(
    words: Sequence[Word], hits: Sequence[Sequence[Hit]], lexicon: Lexicon, *, is_wish: bool
) -> tuple[tuple[Hit, ...], ...]:
    """Return the phrases by which an answer may repeat what was asked, by the word they begin at."""
    if is_wish:
        return tuple(tuple(_wishes(lexicon).at(words, at)) for at in range(len(words)))
    return tuple((*found, *_objects(lexicon).at(words, at)) for at, found in enumerate(hits))


def _without_names(
    said: str, words: Sequence[Word], hits: tuple[tuple[Hit, ...], ...], named: frozenset[str]
) -> tuple[tuple[Hit, ...], ...]:
    """Return phrases without small words that are names here: "era Mia", of mia@example.net."""
    return tuple(
        tuple(hit for hit in found if hit.key not in _OF_ONE_LANGUAGE or hit.end > at + 1)
        if words[at].text in named and said[words[at].start].isupper()
        else found
        for at, found in enumerate(hits)
    )


def _texts(said: str) -> frozenset[str]:
    return frozenset(word.text for word in words_of(said[:_LONGEST]))


def _parted_at_name(text: str, name: str, lexicon: Lexicon) -> tuple[str, list[str]]:
    """Return a text up to the line that is its author's name, or what they sign with ("B.", "Benny"), and the lines
    below that one.
    """
    names = [word.text for word in words_of(name)]
    lines = text.strip().split("\n")
    for at, line in enumerate(lines[1:], start=1):
        words = [word.text for word in words_of(line)]
        is_apart = not lines[at - 1].strip() or lines[at - 1].rstrip().endswith(",")
        is_name = bool(words) and all(word in names for word in words)
        if is_name or (is_apart and _is_short_for(words, names) and not _is_against(line, lexicon)):
            return "\n".join(lines[:at]).strip(), lines[at + 1 :]
    return "\n".join(lines).strip(), []


def _is_short_for(words: Sequence[str], names: Sequence[str]) -> bool:
    """Whether words are initials of a name, or one of them a short or a pet form: "B.", "BO", "Benny"."""
    initials = "".join(name[0] for name in names)
    if not words:
        return False
    if all(len(word) == 1 for word in words) or words == [initials]:
        return "".join(words) in (initials, initials[:1])
    one = words[0]
    return len(words) == 1 and any(
        len(one) >= _SHORTEST_NAME and one[:_SHORTEST_NAME] == name[:_SHORTEST_NAME] for name in names
    )


def _is_against(line: str, lexicon: Lexicon) -> bool:
    """Whether a line holds a no or a doubt, in any language."""
    words = words_of(line)
    return any(hit.key in _AGAINST for at in range(len(words)) for hit in _listed(lexicon).at(words, at))


def _is_of_signature(line: str, lexicon: Lexicon) -> bool:
    """Whether a line may stand below a name and say nothing: an address, a number, what somebody is. No sentence."""
    words = line.split()
    if not words:
        return True
    if line.rstrip()[-1] in "!?" or _is_against(line, lexicon):
        return False
    return 2 * sum(word[:1].isupper() or bool(_CONTACT.search(word)) for word in words) > len(words)


def _hits(said: str, words: Sequence[Word], at: int, act: str, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield what begins at a word; manners only where a line or a clause begins, and no "later" among them."""
    before = said[words[at - 1].end : words[at].start] if at else "\n"
    found = _listed(lexicon).at(words, at)
    doubts = {hit.language: hit.end for hit in found if hit.key == _DOUBT}
    for hit in found:
        if hit.key not in _NO and hit.end < max(doubts.values(), default=0):  # "Yeah right", "sí, fue él"
            continue
        is_manners = hit.key in _MANNERS
        is_in_place = (
            "\n" in before or (before != " " and hit.key == "closing") or (hit.key == "greeting_names" and at == 1)
        )
        if hit.key != _DOUBT and (not is_manners or (is_in_place and hit.language not in doubts)):
            yield hit
    against = {hit.end for hit in found if hit.key in _AGAINST}  # "nothing" asks for no act, whatever is asked
    yield from (hit for hit in _of_act(act, lexicon).at(words, at) if hit.end not in against)


def _refuses(hits: Sequence[Sequence[Hit]]) -> bool:
    """Whether a no stands first, and nothing that follows is a yes."""
    first = {hit.key for hit in hits[0] if hit.end == max(one.end for one in hits[0])} if hits and hits[0] else set()
    return not first.isdisjoint(_NO) and all(hit.key not in _YES for found in hits for hit in found)


def _keys(
    words: Sequence[Word],
    hits: Sequence[Sequence[Hit]],
    language: str,
    own: frozenset[str],
    asked: Mapping[int, int],
) -> frozenset[str]:
    """Return of which lists the words are, none where any is of no list. The longest phrase that begins at a word
    counts; behind a yes, `asked` says by their first word which repeat the question, and where they end.
    """
    found: set[str] = set()
    at = 0
    while at < len(words):
        fit = [hit for hit in hits[at] if hit.key not in _OF_ONE_LANGUAGE or hit.language == language]
        again = asked.get(at, at) if not found.isdisjoint(_YES) else at
        if not fit and words[at].text not in own and again == at:
            return frozenset()
        longest = max((*(hit.end for hit in fit), again, at + 1))
        found.update(hit.key for hit in fit if hit.end == longest)
        at = longest
    return frozenset(found)
