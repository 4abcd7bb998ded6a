"""A ballot filled in like a sheet: the options copied, each on its line, and some ticked, or a line of figures alone.

Must not: know a word of a language, or read a line that is more than an option and its tick, or than figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.model.ballot import Method
from gateway.understand.reading.ballot_text import LONGEST, fold, tokens_of

TICKABLE = frozenset((Method.SINGLE, Method.APPROVAL))
FEWEST_LINES = 2
# Signs of a tick behind or ahead of an option, the plainest first: where a list has ticks, its crosses are refusals.
TICKS = ("✓✔☑✅", "xX", "+", "<←")
# Figures in a line from which on what joins them is no decimal comma and no date: "1,3", "8,5,7".
FEWEST_FIGURES = {Method.APPROVAL: 2, Method.RANKED: 2, Method.SCORE: 3}
FEWEST_BY_SLASH = 3
_FIGURES = re.compile(r"^[ ]*\d{1,2}(?:[ ]*([,+&/])[ ]*\d{1,2})(?:[ ]*\1[ ]*\d{1,2})*[ ]*$", re.MULTILINE)
_MAY_TICK = re.compile(rf"[{TICKS[0]}{TICKS[2]}{TICKS[3]}]|(?:^|[\s:])[{TICKS[1]}](?=\s|$)", re.MULTILINE)
_UNTICKED = "-–—✗✘❌☐⬜"
_LINE = re.compile(
    r"^\s*(?P<ahead>[✓✔☑✅✗✘❌☐⬜+]|[xX](?=\s)|[-–—](?=\s))?\s*(?P<label>.*?)\s*"
    r"(?P<behind>[✓✔☑✅✗✘❌☐⬜]+|(?<=[\s:])[xX+\-–—]|(?:<|←)[-–—=]*(?P<note>[^<←]{0,20}))?\s*$"
)


def ticked(text: str, options: Sequence[str], method: Method) -> str:
    """Return the text with only the ticked options of a copied list, or as it is where no list was ticked."""
    if method not in TICKABLE or len(text) > LONGEST or not _MAY_TICK.search(text):
        return text
    lines = text.split("\n")
    if len(lines) < FEWEST_LINES:
        return text
    labels = {words: option for option in reversed(options) if (words := _words(option))}
    rows = {number: row for number, line in enumerate(lines) if (row := _row(line, labels)) is not None}
    if len(rows) < FEWEST_LINES or len({label for label, _ in rows.values()}) < len(rows):
        return text
    sign = next((signs for signs in TICKS if any(tick and tick in signs for _, tick in rows.values())), "")
    chosen = {number for number, (_, tick) in rows.items() if tick and tick in sign}
    if not chosen or len(chosen) == len(rows):
        return text
    kept = (rows[n][0] if n in chosen else line for n, line in enumerate(lines) if n in chosen or n not in rows)
    return "\n".join(kept)


def listed(text: str, options: Sequence[str], method: Method) -> str:
    """Return the text with the figures of a line that holds nothing else set apart: "1,3" as "1, 3"."""
    fewest = FEWEST_FIGURES.get(method)
    if fewest is None:
        return text

    def parted(line: re.Match[str]) -> str:
        figures = re.findall(r"\d+", line[0])
        slashed = line[1] == "/"  # "3/5/0" may be points out of five
        enough = len(figures) >= (FEWEST_BY_SLASH if slashed else fewest) and not (slashed and method is Method.SCORE)
        named = any(line[0].strip() in option for option in options)
        return ", ".join(figures) if enough and not named else line[0]

    return _FIGURES.sub(parted, text)


def _row(line: str, labels: Mapping[tuple[str, ...], str]) -> tuple[str, str] | None:
    """Return the option a line holds and the sign beside it ("" for none); None for a line of anything else."""
    found = _LINE.match(line)
    if found is None:
        return None
    label = labels.get(_words(found["label"]))
    if label is None:
        return None
    sign = (found["behind"] or found["ahead"] or "")[:1]
    return label, "" if sign in _UNTICKED else sign


def _words(text: str) -> tuple[str, ...]:
    return tuple(fold(token.raw) for token in tokens_of(text) if token.is_word)
