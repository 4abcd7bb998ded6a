"""Answers to `please confirm`: a yes or a no that is all of what is written.

What is confirmed wrongly cannot be taken back, and who answers may speak of a forged mail: "Yes, that's a fake". So
every word must be of the lists in table [confirmation], courtesy, the author's name, or of what was asked. Must not:
know what is confirmed, or hold a word of any language.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from gateway.model.understood import Settle
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of

_TABLE = "confirmation"
_LONGEST = 300  # letters; more is talk
_MOST_NAMES = 2  # words that somebody signs with
_YES, _NO = frozenset({"yes", "join", "leave", "no-more", "remove"}), frozenset({"no"})
# Lists of what may be said in place of a yes, by what is to be confirmed: the table, and the key in it.
_OF_ACT = {
    "join": ((_TABLE, "join"),),
    "leave": ((_TABLE, "leave"), ("govern", "no-more")),
    "remove": (("people", "remove"),),
}


_MANNERS = ("greeting", "greeting_names", "closing")
_DOUBT = "doubt"
_PLAIN = "plain"  # words that say little by themselves; of one language, since "he" and "son" are such words in another


@lru_cache(maxsize=8)
def _listed(lexicon: Lexicon) -> Phrases:
    tables = lexicon.tables
    return Phrases(
        (
            *listed(tables(_TABLE), ("yes", "no", _DOUBT, "beside", _PLAIN)),
            *listed(tables("courtesy"), ("beside",)),
            *listed(tables("govern"), ("polite",)),
            *listed(tables("checkin"), _MANNERS),
        )
    )


@lru_cache(maxsize=32)
def _of_act(act: str, lexicon: Lexicon) -> Phrases:
    return Phrases(found for table, key in _OF_ACT.get(act, ()) for found in listed(lexicon.tables(table), (key,)))


def read_confirmation(text: str, act: str, name: str, named: str, lexicon: Lexicon) -> Settle | None:
    """Return 1 for a yes and 0 for a no to a question that asks whether to do `act`; None when it is neither.

    `name` is what the author is called: below it stands what is under a mail, which says nothing. `named` are words of
    what was asked, which a yes may repeat: "Yes, cancel V-1". A no does nothing, so that other words may follow it.
    """
    said = _above_name(text, name)
    if not said or len(said) > _LONGEST or "?" in said:
        return None
    words = words_of(said)
    hits = tuple(tuple(_hits(said, words, at, act, lexicon)) for at in range(len(words)))
    if _refuses(hits):
        return Settle(0)
    own, asked = _texts(name), _texts(named)
    covers = (_keys(words, hits, language, own, asked) for language in lexicon.tables(_TABLE))
    keys = next(filter(None, covers), frozenset[str]())
    agrees = not keys.isdisjoint(_YES)
    return None if agrees != keys.isdisjoint(_NO) else Settle(int(agrees))


def _texts(said: str) -> frozenset[str]:
    return frozenset(word.text for word in words_of(said[:_LONGEST]))


def _above_name(text: str, name: str) -> str:
    """Return a text up to the line that is its author's name, or what they sign with: "B.", "Benny"."""
    own, kept = _texts(name), list[str]()
    initials = {word[0] for word in own}
    for line in text.strip().split("\n"):
        words = words_of(line)
        is_apart = bool(kept) and (not kept[-1].strip() or kept[-1].rstrip().endswith(","))
        signs = is_apart and 0 < len(words) <= _MOST_NAMES and all(word.text[0] in initials for word in words)
        if kept and words and (signs or all(word.text in own for word in words)):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _hits(said: str, words: Sequence[Word], at: int, act: str, lexicon: Lexicon) -> Iterator[Hit]:
    """Yield what begins at a word; manners only where a line or a clause begins, and no "later" among them."""
    before = said[words[at - 1].end : words[at].start] if at else "\n"
    found = _listed(lexicon).at(words, at)
    doubts = {hit.language for hit in found if hit.key == _DOUBT}
    for hit in found:
        is_manners = hit.key in _MANNERS
        is_in_place = (
            "\n" in before or (before != " " and hit.key == "closing") or (hit.key == "greeting_names" and at == 1)
        )
        if hit.key != _DOUBT and (not is_manners or (is_in_place and hit.language not in doubts)):
            yield hit
    yield from _of_act(act, lexicon).at(words, at)


def _refuses(hits: Sequence[Sequence[Hit]]) -> bool:
    """Whether a no stands first, and nothing that follows is a yes."""
    first = {hit.key for hit in hits[0] if hit.end == max(one.end for one in hits[0])} if hits and hits[0] else set()
    return not first.isdisjoint(_NO) and all(hit.key not in _YES for found in hits for hit in found)


def _keys(
    words: Sequence[Word],
    hits: Sequence[Sequence[Hit]],
    language: str,
    own: frozenset[str],
    named: frozenset[str],
) -> frozenset[str]:
    """Return of which lists the words are, none where any is of no list. The longest phrase that begins at a word
    counts.
    """
    found: set[str] = set()
    at = 0
    while at < len(words):
        fit = [hit for hit in hits[at] if hit.key != _PLAIN or hit.language == language]
        known = words[at].text in own or (words[at].text in named and not found.isdisjoint(_YES))
        if not fit and not known:
            return frozenset()
        longest = max((hit.end for hit in fit), default=at + 1)
        found.update(hit.key for hit in fit if hit.end == longest)
        at = longest
    return frozenset(found)
