"""A ballot's text, made ready: cleaned, cut to a bounded length, split into folded tokens and lines.

Must not: know a word of any language, or a vote.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LONGEST = 6000  # characters read of one ballot: the beginning, where most answer, and the end, where some conclude
HEAD = 4500

# Words stand first, being most of a text; no other kind begins with a letter.
_TOKEN = re.compile(
    r"""
      (?P<word>[^\W\d_]+)
    | (?P<sign>(?<![\w.,+/\-])(?:\+\ ?|-)\d+(?:[.,]\d+)?(?![\w%]))
    | (?P<time>(?<!\d)\d{1,2}[:h]\d{2}(?!\d))
    | (?P<number>\d{1,3}(?:['\ ]\d{3})+(?!\d)|\d+(?:\.\d+|,\d+(?![\d,]))?)
    | (?P<emoji>[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])
    | (?P<stop>[.!?…;\n]+)
    | (?P<punct>[,:()\[\]><≥≤=/–—|"&]|(?:^|(?<=\s))-+(?=\s|$))
    """,
    re.VERBOSE,
)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})  # as they are written where there are none
_EXTRA_FOLDS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("’‘´`ʼ′", "'")
    | dict.fromkeys("“”„«»‹›", '"')
    | dict.fromkeys("\u00a0\u202f\u2007\t", " ")
    | {"−": "-"}
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe0f\ufe0e\ufeff\U0001f3fb-\U0001f3ff\u00ad]")
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~|<(s|del|strike)>[^<\n]{1,200}</\1>", re.IGNORECASE)
_STRUCK_LINE = re.compile(rf"\W*\w{{1,2}}[.):]\s*(?:{_STRUCK.pattern})\W*", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<!\w)([*_]{1,3})(?=\S)([^*_\n]{1,200}?)(?<=\S)\1(?!\w)")
_DASH_SIGN = re.compile(r"(?:^|(?<=[\s(]))[–—](?=\d)", re.MULTILINE)
_BULLET = re.compile(r"^[ ]*[-*•·◦]+[ ]+(?=\S)", re.MULTILINE)
_CHECKED = re.compile(r"^\W{0,4}[\[(][ ]*[xX✓✔☑✅][ ]*[\])]|^[ ]*[☑✅☒][ ]*(?=\w)|[\[(][xX✓✔☑✅][\])][ ]*$")
_UNCHECKED = re.compile(r"^\W{0,4}(?:\[[ ._]*\]|\([ _]+\))|^[ ]*[☐⬜][ ]*(?=\w)|\[[ _]*\][ ]*$")
_BOX_OPENS = frozenset("[(☑✅☒")
_BOX = re.compile(r"[\[(][ ._xX✓✔☑✅]*[\])]|[☑☒☐⬜]")
# An 8 has eyes only behind a word: "(8)" and "8) Oslo" are numbers.
_SMILEY = re.compile(r"(?<!\w)(?:[:;=xX]|(?<=[^\W\d_][ ])8)['-]?[)(DPpo/|](?!\w)|\^\^|<3")
_EYES = ":;=xX8^<"  # no smile without one of them
# One that ends a sentence in place of its full stop: "never again :) The second one."
_LAST_SMILE = re.compile(r"(?<=[^\W\d_])[ ]+(?:[:;=]['-]?[)(DP](?!\w)|\^\^)[ ]+(?=[^\W\d_]+[ .!,])")


class Token(NamedTuple):  # a tuple, for a text is made of hundreds: a frozen class takes three times as long to make
    """A piece of text: `kind` is sign, time, number, word, emoji, stop or punct; `fold` is what is compared.

    `is_word` says whether it says something, as opposed to punctuation.
    """

    raw: str
    fold: str
    kind: str
    start: int
    end: int
    is_word: bool


_made = tuple.__new__


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text without case, accents and ligatures."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_EXTRA_FOLDS))
    return "".join(c for c in spread if not unicodedata.combining(c))


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text in order; apostrophes and hyphens inside words only part them."""
    # Made as a tuple is: the naming of fields takes as long again, and every word of every ballot is made here.
    return [
        _made(Token, ((raw := found[0]), fold(raw), "word", *found.span(), True))
        if found.lastgroup == "word"
        else _other(found)
        for found in _TOKEN.finditer(text)
    ]


def _other(found: re.Match[str]) -> Token:
    """Return a token that is no word."""
    raw = found.group()
    kind = found.lastgroup or "punct"
    folded = raw.replace(" ", "").replace("'", "").replace(",", ".") if kind in ("sign", "number") else fold(raw)
    return Token(raw, folded, kind, *found.span(), kind not in ("stop", "punct"))


def cleaned(text: str) -> str:
    """Return the author's own lines: nothing quoted, struck out or behind a signature mark; checked boxes alone."""
    text = text if len(text) <= LONGEST else f"{text[:HEAD]}\n\n{text[HEAD - LONGEST :]}"
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        text = text.replace("`", "'").replace("\t", " ")
    else:
        text = _DASH_SIGN.sub("-", _INVISIBLE.sub("", text.translate(_TYPOGRAPHY)))
    lines = _checked_lines(_before_signature([line for line in text.split("\n") if not line.lstrip().startswith(">")]))
    text = _STRUCK.sub(" ", "\n".join(_without_struck(lines)))
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(r"\2", text)
    text = _joined(_BULLET.sub("", text))
    if any(eyes in text for eyes in _EYES):
        text = _SMILEY.sub(" ", _LAST_SMILE.sub(_full_stop, text))
    return text.strip()


def _without_struck(lines: list[str]) -> list[str]:
    """Return the lines without those that are struck out whole but for their number: "2. ~~Oslo~~"."""
    return [line for line in lines if ("~~" not in line and "</" not in line) or not _STRUCK_LINE.fullmatch(line)]


def _full_stop(smile: re.Match[str]) -> str:
    """Return a full stop in place of a smile that a capital letter follows."""
    return ". " if smile.string[smile.end()].isupper() else " "


def _before_signature(lines: list[str]) -> list[str]:
    # RFC 3676 §4.3: "-- " on a line of its own opens the signature.
    for number, line in enumerate(lines):
        if line.rstrip() == "--" and any(before.strip() for before in lines[:number]):
            return lines[:number]
    return lines


def _checked_lines(lines: list[str]) -> list[str]:
    checked = [line for line in lines if not _BOX_OPENS.isdisjoint(line) and _CHECKED.search(line)]
    if not checked:
        return lines
    return [_BOX.sub(" ", line) for line in lines if line in checked or not (_UNCHECKED.search(line))]


def _joined(text: str) -> str:
    """Return the text with wrapped lines joined: a long line followed by one that goes on in small letters."""
    out: list[str] = []
    before = ""
    for line in text.split("\n"):
        bare = line.strip()
        wrapped = len(before) > 55 and bare[:1].islower()
        if out and wrapped:
            out[-1] = f"{out[-1].rstrip()} {bare}"
        else:
            out.append(line)
        before = line
    return "\n".join(out)


def classes(names: str) -> frozenset[str]:
    """Return the set of class names in a text that lists them."""
    return frozenset(names.split())
