"""Lines that change what a vote can choose: "correct the options: A, B, C", "please add Ramen as an option".

A list to be corrected stands behind a colon, in lines with bullets, or behind "change the options to"; an option to be
added is all that a line says beside the words for adding one.
Must not: know who may change options, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from gateway.model.understood import Governing, GoverningAct
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.phrases import Hit, Phrases, listed, words_of
from gateway.understand.reading.phrases import Word as Token

_TABLE = "govern"
_BECOME = "options-become"  # "change the options to", which a list may follow without a colon
_MOST = 30  # options
_LONGEST = 120  # letters of one
_LINE_WORDS = 30
_LABEL_WORDS = 12
_WRAP_FROM = 55  # a line this long may have been wrapped by a mail program
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?[a-zA-Z0-9]{1,2}[.)])\s+(?=\S)")
_COLON = re.compile(r"\s*[:：=]\s*")
_APART = re.compile(r"\s*[,;|]\s+|\s+/\s+")
_SENTENCE_END = re.compile(r"(?<=\w{3}[.!])\s+(?=[^\W\d_a-z])")
_TRAIL = " \t\r\n.!;,:–—-\"'“”«»„"


# --- a list corrected -----------------------------------------------------------------------------------------------


def read_corrected_options(text: str, lexicon: Lexicon) -> Governing | None:
    """Return the options that a new text begins by correcting, "Correct the options: A, B and C", also with one a line
    below; None when it is about something else.
    """
    first, _, below = text.partition("\n")
    words = words_of(first)
    start = _after_manners(words, lexicon)
    keys = (GoverningAct.CORRECT_OPTIONS, _BECOME)
    hits = [hit for hit in _phrases(lexicon).at(words, start) if hit.key in keys] if words else []
    if not hits:
        return None
    rest = first[words[max(hit.end for hit in hits) - 1].end :]
    colon = _COLON.match(rest)
    become = not colon and max(hits, key=lambda hit: hit.end).key == _BECOME and rest.strip(_TRAIL)
    if become:
        return _become(rest, lexicon)
    if not colon and (rest.strip(_TRAIL) or not _BULLET.match(below.lstrip())):
        return None  # "the options should be discussed first"
    options = _listed(rest[colon.end() :] if colon else "", below.splitlines(), lexicon)
    fits = options and len(options) <= _MOST and all(len(option) <= _LONGEST for option in options)
    return Governing(GoverningAct.CORRECT_OPTIONS, options=options) if fits else None


def _become(rest: str, lexicon: Lexicon) -> Governing | None:
    """Return the options that a line changes them to without a colon, two at least: "… to Rome, Porto"."""
    options = () if rest.rstrip().endswith("?") else _listed(rest, (), lexicon)
    is_list = 1 < len(options) <= _MOST and all(len(words_of(option)) <= _LABEL_WORDS for option in options)
    return Governing(GoverningAct.CORRECT_OPTIONS, options=options) if is_list else None


def read_options_named(says: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the options that a correction names, two at least: "options Lisbon, Porto"; () where it is a question."""
    first, _, below = says.partition("\n")
    words = words_of(first)
    hits = _labels(lexicon).at(words, 0) if words and not first.rstrip().endswith("?") else ()
    rest = first[words[max(hit.end for hit in hits) - 1].end :] if hits else ""
    if not hits or rest[:1] == ",":
        return ()
    colon = _COLON.match(rest)
    options = _listed(rest[colon.end() :] if colon else rest, below.splitlines(), lexicon)
    is_list = 1 < len(options) <= _MOST and all(len(words_of(option)) <= _LABEL_WORDS for option in options)
    return options if is_list and all(len(option) <= _LONGEST for option in options) else ()


def read_listed(text: str) -> tuple[str, ...]:
    """Return the options that a text is a list of, two at least, a bullet before each; () for any other text."""
    lines = [line for line in text.splitlines() if line.strip()]
    options = _distinct(_BULLET.sub("", line) for line in lines)
    is_list = 1 < len(options) <= _MOST and all(_BULLET.match(line) for line in lines)
    return options if is_list and all(len(option) <= _LONGEST for option in options) else ()


def _listed(beside: str, below: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """Return the options named beside a colon, else in the lines below it up to an empty one."""
    if not beside.strip():
        bulleted = [line for line in below if _BULLET.match(line)]
        lines = bulleted or _first_lines(below)
        return _distinct(_BULLET.sub("", line) for line in lines)
    for line in _first_lines(below):
        if not beside.rstrip().endswith((",", ";")) and len(beside) < _WRAP_FROM:
            break
        beside = f"{beside.rstrip()} {line.strip()}"
    named = _APART.split(_SENTENCE_END.split(beside.strip(), maxsplit=1)[0])
    last = _at_the_last_and(named[-1], lexicon)
    is_list = not any(len(_at_the_last_and(one, lexicon)) > 1 for one in named[:-1])
    return _distinct((*named[:-1], *last) if is_list else named)


def _first_lines(lines: Sequence[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        if line.strip():
            found.append(line)
        elif found:
            break
    return found


def _at_the_last_and(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Cut "B and C" in two: one that is an option of its own, as "salt and pepper", has others like it beside it."""
    words = words_of(text)
    inner = [hit for hit in _ands(lexicon).find(words) if hit.end < len(words)]
    if not inner:
        return (text,)
    cut = inner[-1]
    pieces = (text[: words[cut.start].start], text[words[cut.end].start :])
    return tuple(piece for piece in pieces if piece.strip(_TRAIL))


def _distinct(options: Iterable[str]) -> tuple[str, ...]:
    stripped = (" ".join(option.strip(_TRAIL).split()) for option in options)
    return tuple({option.casefold(): option for option in stripped if option}.values())


# --- one option added -----------------------------------------------------------------------------------------------


def read_added_option(line: str, lexicon: Lexicon) -> Governing | None:
    """Return the option that a sentence adds: "add option Madrid", "Madrid als Option ergänzen"; None for all else."""
    words = words_of(line)
    if not words or len(words) > _LINE_WORDS or line.rstrip().endswith("?"):
        return None
    start = _after_manners(words, lexicon)
    label = _named_ahead(line, words, start, lexicon) or _named_as(line, words, start, lexicon)
    return Governing(GoverningAct.ADD_OPTION, text=label) if label else None


def _named_ahead(line: str, words: Sequence[Token], start: int, lexicon: Lexicon) -> str:
    """Return the option behind a phrase of two words or more at the start: "add option Madrid"."""
    hits = [
        hit for hit in _phrases(lexicon).at(words, start) if hit.key == GoverningAct.ADD_OPTION and hit.end >= start + 2
    ]
    longest = max(hits, key=lambda hit: hit.end, default=None)
    if longest is None or longest.end >= len(words):
        return ""
    return line[words[longest.end].start :].strip(_TRAIL)


def _named_as(line: str, words: Sequence[Token], start: int, lexicon: Lexicon) -> str:
    """Return the option that a line adds "as an option": a verb of adding begins or ends it, all else is its name."""
    hits = _phrases(lexicon).find(words)
    covered = _covered(hits, ("as-option", "adding", "polite"))
    adds = {at for hit in hits if hit.key == "adding" for at in range(hit.start, hit.end)}
    left = [at for at in range(start, len(words)) if at not in covered]
    is_whole = bool(left) and left == list(range(left[0], left[-1] + 1)) and len(left) <= _LABEL_WORDS
    manners = _covered(hits, ("polite",))
    ends = [at for at in range(start, len(words)) if at not in manners or at in adds]
    if not is_whole or not adds & {start, ends[-1]} or not any(hit.key == "as-option" for hit in hits):
        return ""
    return line[words[left[0]].start : words[left[-1]].end].strip(_TRAIL)


def _covered(hits: Sequence[Hit], keys: Sequence[str]) -> frozenset[int]:
    return frozenset(at for hit in hits if hit.key in keys for at in range(hit.start, hit.end))


# --- words ----------------------------------------------------------------------------------------------------------


def _after_manners(words: Sequence[Token], lexicon: Lexicon) -> int:
    """Return where a line begins once "please", "could you" … are taken off its front."""
    start = 0
    while start < len(words):
        polite = [hit.end for hit in _phrases(lexicon).at(words, start) if hit.key == "polite"]
        if not polite:
            break
        start = max(polite)
    return start if start < len(words) else 0


@lru_cache(maxsize=8)
def _phrases(lexicon: Lexicon) -> Phrases:
    keys = (GoverningAct.CORRECT_OPTIONS.value, _BECOME, GoverningAct.ADD_OPTION.value, "as-option", "adding", "polite")
    return Phrases(listed(lexicon.tables(_TABLE), keys))


@lru_cache(maxsize=8)
def _labels(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("command"), ("options_label",)))


@lru_cache(maxsize=8)
def _ands(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(_TABLE), ("last-one",)))
