"""Whether words above or below answers are manners and nothing else: a greeting, thanks, a closing, a name.

Only those may be left out of a mail. Words come from the tables [checkin], [courtesy] and [govern]. Must not: know what
is answered (the caller hands in who does), or hold a word of any language.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.courtesy import is_courtesy
from gateway.understand.reading.lines import lines_of, without_manners
from gateway.understand.reading.phrases import words_of

_LEADING = 10  # words of a line that only leads on: "Here are my answers:"
_LEADS_ON = (":", "：", ",", "，")
_LONGEST = 600  # letters; more is never manners alone
_INITIALS = 3  # letters of a name cut short

Says = Callable[[str], bool]  # whether words say anything: an answer, a request


def is_manners(text: str, name: str, lexicon: Lexicon, says: Says) -> bool:
    """Whether nothing is said but manners; `name` is what the author is called. A question says more."""
    if not text.strip():
        return True
    if len(text) > _LONGEST or "?" in text:
        return False
    kept = [line.text for line in without_manners(lines_of(text), lexicon) if line.text]
    return all(_is_polite(line, name, lexicon, says) for line in kept)


def _is_polite(line: str, name: str, lexicon: Lexicon, says: Says) -> bool:
    if is_courtesy(line, name, lexicon) or _is_name(line, name) or not words_of(line):
        return True
    return line.rstrip().endswith(_LEADS_ON) and len(line.split()) <= _LEADING and not says(_plain(line))


def _plain(line: str) -> str:
    return line.strip().rstrip("".join(_LEADS_ON)).strip()


def _is_name(line: str, name: str) -> bool:
    """Whether a line is the author's name, or its first letters."""
    own, said = {word.text for word in words_of(name)}, [word.text for word in words_of(line)]
    initials = "".join(word.text[0] for word in words_of(name))
    short = "".join(said)
    return all(word in own for word in said) or (len(short) <= _INITIALS and initials.startswith(short))
