"""Namings of options in runs that share what is said of them: "A and B", "A, B and C", "all but A, B".

Must not: know a word of a language, or judge whether a named option is chosen.
"""

from __future__ import annotations

from gateway.understand.reading.ballot_frame import Body
from gateway.understand.reading.ballot_options import Mention
from gateway.understand.reading.ballot_text import classes

LINKS = frozenset(("and", "or", "nor"))
UNLINKING = classes("reject negator contrast instead to_word from_word than conclusion over reason")
MATCHING = frozenset(("than", "matches"))  # behind an "as well" these but join
LEADS = frozenset(("no_to", "to_word"))
BRIDGES = frozenset(("common", "option_word", "ordinal_suffix"))  # between options that share what is said of them


def chains_of(body: Body, found: list[Mention], links: list[str]) -> list[list[int]]:
    """Return the mentions in runs that share what is said of them: "A and B", "A, B and C", "all but A, B"."""
    chains: list[list[int]] = []
    for number, link in enumerate(links):
        if link and chains:
            chains[-1].append(number)
        else:
            chains.append([number])
    parts = [part for chain in chains for part in _parted(body, found, links, chain)]
    return [piece for part in parts for piece in _without_spare(body, found, part)]


def _without_spare(body: Body, found: list[Mention], chain: list[int]) -> list[list[int]]:
    """Return a run with its last option apart where that is but a second choice: "A, and B as a backup"."""
    end = found[chain[-1]].end
    behind = next((m for m in body.marked.within(end, body.end) if "common" not in m), None)
    spare = behind is not None and "fallback" in behind and "over" not in behind
    if len(chain) == 1 or behind is None or not spare or not _is_passed(body, end, behind.start):
        return [chain]
    return [chain[:-1], chain[-1:]]


def _is_passed(body: Body, start: int, end: int) -> bool:
    """Whether nothing but little words stands in a stretch."""
    marks = body.marked.cover[start:end]
    return all(mark is not None and "common" in mark for mark in marks)


def _parted(body: Body, found: list[Mention], links: list[str], chain: list[int]) -> list[list[int]]:
    """Return a run cut at its commas, unless a word links its end or an exception opens it."""
    joined = max((place for place, n in enumerate(chain) if place and links[n] in ("and", "or", "nor")), default=0)
    clause = body.clauses[clause_number(body, found[chain[0]].start)]
    excepted = any(m.classes & {"except"} for m in body.marked.within(clause.start, found[chain[0]].start))
    if excepted:
        return [chain]
    parts = [[chain[0]]]
    for place, number in enumerate(chain[1:], start=1):
        if links[number] == "comma" and place > joined:
            parts.append([number])
        else:
            parts[-1].append(number)
    return parts


def link_between(body: Body, before: Mention | None, mention: Mention) -> str:
    """Return how a mention hangs on the one before it: "" when something is said between."""
    if before is None:
        return ""
    link = "same"
    for at in range(before.end, mention.start):
        token, mark = body.marked.tokens[at], body.marked.cover[at]
        if mark is not None and mark.start < before.end:
            continue  # the "th" of "4th" goes with the option
        if token.kind == "stop" or (token.kind == "punct" and token.raw in ":()–—-"):
            return ""
        if token.kind == "punct":
            link = {"/": "slash", ",": "comma", "&": "and", "=": "tie"}.get(token.raw, token.raw)
        elif mark is not None and mark.classes & LINKS and not mark.classes & {"over", "choose"}:
            link = "or" if "or" in mark else "and" if "and" in mark else "nor"
        elif mark is not None and mark.classes & MATCHING and _is_matched(body, before):
            link = "and"  # "as well Oslo as Rome"
        elif mark is not None and "to_word" in mark and link in LINKS and _is_led_by(body, before, LEADS):
            continue  # "no to Oslo and to Rome", "I'll come to the talk and to the film"
        elif mark is None or not mark.classes & BRIDGES or mark.classes & UNLINKING:
            return ""
    return link


def _is_matched(body: Body, mention: Mention) -> bool:
    """Whether an option is named as one of two alike, ahead of the word that leads to the other: "sia Oslo (che …)"."""
    clause = body.clauses[clause_number(body, mention.start)]
    return body.marked.has("as_well", clause.start, mention.start)


def _is_led_by(body: Body, mention: Mention, names: frozenset[str]) -> bool:
    """Whether a mark of some classes stands right ahead of an option, articles skipped."""
    at = mention.start - 1
    while at >= body.start and (mark := body.marked.cover[at]) is not None:
        if mark.classes & names:
            return True
        if "common" not in mark:
            return False
        at = mark.start - 1
    return False


def clause_number(body: Body, at: int) -> int:
    """Return the number of the clause a token stands in; the last when it stands in none."""
    return next((n for n, c in enumerate(body.clauses) if c.start <= at < c.end), max(0, len(body.clauses) - 1))
