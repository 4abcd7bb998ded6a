"""What a reply says of its author's own mail beside what it answers: `V-1: Porto`, an empty line, `I'm on leave from 3
to 14 August`. It is parted from the answer, at its top or its bottom, so that neither is taken for the other.

Must not: read a request itself (the caller hands in who does), or look into the middle of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.model.understood import Reading, Setting, Word

Asked = Callable[[str], Reading | None]
Said = tuple[str, Reading]  # words, and what they ask

_MOST_WORDS = 25  # of a request
_SIGN_OFF = 6  # words of a thanks or a name below it
_BARE = 2  # words of a line that may stand in a list of such
_FULL_LINE = 60  # letters of a line that may go on in the next
_MOST_PARTS = 5
_SENTENCE_ENDS = (".", "!", "?", "…", ":")
_OF_ANYTHING = (Word.STOP, Word.LESS, Word.MORE)  # words that may speak to readers, of what they read


@dataclass(frozen=True, slots=True)
class Parted:
    """A text without the requests at its ends, and these: (words, what they ask), in the order written."""

    text: str
    asked: tuple[Said, ...] = ()
    above: int = 0  # how many of them stand above it


def parted(text: str, asked: Asked, *, is_post: bool = False) -> Parted:
    """Return a text and the requests at its ends: paragraphs of their own, lines below what is answered, a
    word above it.

    Where nothing else is said, the text is left whole. `is_post`: it is for readers, who may be told "Stop!" as well;
    there a word or two ask for something only below an empty line, and only where they can mean nothing else.
    """
    top: list[Said] = []
    bottom: list[Said] = []
    for _ in range(_MOST_PARTS):
        cut = _bottom(text, asked, is_post=is_post)
        if cut is None:
            break
        text, found = cut
        bottom.insert(0, found)
    for gap in ("\n\n", "\n"):
        first, cut_here, rest = text.strip().partition(gap)
        if not top and cut_here and rest.strip() and (reading := _above(first, gap, rest, asked, is_post=is_post)):
            top.append((first.strip(), reading))
            text = rest
    return Parted(text.strip(), (*top, *bottom), len(top))


def requests_in(sentences: Sequence[str], asked: Asked, kind: Callable[[Reading], object]) -> tuple[Said, ...]:
    """Return the requests that a text is made of, a sentence each; () where it says anything else, or one thing twice.

    `kind` tells what a request is about: two of a kind may be one, told in two sentences.
    """
    if not 1 < len(sentences) <= _MOST_PARTS:
        return ()
    found = [(sentence, reading) for sentence in sentences if (reading := _read(sentence, asked))]
    kinds = {kind(reading) for _, reading in found}
    return tuple(found) if len(found) == len(kinds) == len(sentences) else ()


def _above(first: str, gap: str, rest: str, asked: Asked, *, is_post: bool) -> Reading | None:
    """Return what the first paragraph asks, or a word or two in the first line, unless the next asks too: a list."""
    if is_post and _is_bare(first):
        return None
    is_paragraph = gap != "\n"
    is_word = len(first.split()) <= _BARE and not _read(rest.partition("\n")[0], asked)
    return _read(first, asked) if is_paragraph or is_word else None


def _bottom(text: str, asked: Asked, *, is_post: bool) -> tuple[str, Said] | None:
    """Return a text without its last paragraph or line, and what that asks; None where it asks nothing."""
    text = text.rstrip()
    above, gap, last = text.rpartition("\n\n")
    if gap and above.strip():
        if reading := _read_below(last, asked, is_post=is_post):
            return above, (last.strip(), reading)
        before, gap, said = above.rstrip().rpartition("\n\n")
        is_sign_off = len(last.split()) <= _SIGN_OFF and gap and before.strip()
        if is_sign_off and (reading := _read_below(said, asked, is_post=is_post)):
            return f"{before}\n\n{last}", (said.strip(), reading)
    above, gap, last = text.rpartition("\n")
    is_listed = len(last.split()) <= _BARE and not above.rstrip().endswith(_SENTENCE_ENDS)
    is_left = is_post and (is_listed or _is_bare(last))
    if gap and above.strip() and not is_left and not _goes_on(above) and (reading := _read(last, asked)):
        return above, (last.strip(), reading)
    return None


def _goes_on(above: str) -> bool:
    """Whether the last line of a text may be broken only because it is full."""
    line = above.rstrip().rpartition("\n")[2]
    return len(line) >= _FULL_LINE and not line.endswith(_SENTENCE_ENDS)


def _is_bare(text: str) -> bool:
    """Whether a line is a word or two without a figure: "Stop!", and not "pause 3d"."""
    return len(text.split()) <= _BARE and not any(letter.isdigit() for letter in text)


def _read_below(text: str, asked: Asked, *, is_post: bool) -> Reading | None:
    """Return what a paragraph below a text asks; of a post, none that may be said of what it tells: "Less"."""
    reading = _read(text, asked)
    if not is_post or not isinstance(reading, Setting) or reading.channel or reading.mark:
        return reading
    return None if reading.word in _OF_ANYTHING else reading


def _read(text: str, asked: Asked) -> Reading | None:
    return asked(text.strip()) if text.strip() and len(text.split()) <= _MOST_WORDS else None
