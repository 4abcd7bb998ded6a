"""What a reply says of its author's own mail beside what it answers: `V-1: Porto`, an empty line, `I'm on leave from 3
to 14 August`. It is parted from the answer, at its top or its bottom, so that neither is taken for the other.

Must not: read a request itself (the caller hands in who does), or look into the middle of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.model.understood import Reading

Asked = Callable[[str], Reading | None]
Said = tuple[str, Reading]  # words, and what they ask

_MOST_WORDS = 25  # of a request
_SIGN_OFF = 6  # words of a thanks or a name below it
_FULL_LINE = 60  # letters of a line that may go on in the next
_MOST_PARTS = 5
_SENTENCE_ENDS = (".", "!", "?", "…", ":")


@dataclass(frozen=True, slots=True)
class Parted:
    """A text without the requests at its ends, and these: (words, what they ask), in the order written."""

    text: str
    asked: tuple[tuple[str, Reading], ...] = ()


def parted(text: str, asked: Asked) -> Parted:
    """Return a text and the requests at its ends: paragraphs of their own, and lines below what is answered.

    Where nothing else is said, the text is left whole.
    """
    top: list[tuple[str, Reading]] = []
    bottom: list[tuple[str, Reading]] = []
    for _ in range(_MOST_PARTS):
        cut = _bottom(text, asked)
        if cut is None:
            break
        text, found = cut
        bottom.insert(0, found)
    first, gap, rest = text.strip().partition("\n\n")
    if gap and rest.strip() and (reading := _read(first, asked)):
        top.append((first.strip(), reading))
        text = rest
    return Parted(text.strip(), (*top, *bottom))


def requests_in(sentences: Sequence[str], asked: Asked, kind: Callable[[Reading], object]) -> tuple[Said, ...]:
    """Return the requests that a text is made of, a sentence each; () where it says anything else, or one thing twice.

    `kind` tells what a request is about: two of a kind may be one, told in two sentences.
    """
    if not 1 < len(sentences) <= _MOST_PARTS:
        return ()
    found = [(sentence, reading) for sentence in sentences if (reading := _read(sentence, asked))]
    kinds = {kind(reading) for _, reading in found}
    return tuple(found) if len(found) == len(kinds) == len(sentences) else ()


def _bottom(text: str, asked: Asked) -> tuple[str, tuple[str, Reading]] | None:
    """Return a text without its last paragraph or line, and what that asks; None where it asks nothing."""
    text = text.rstrip()
    above, gap, last = text.rpartition("\n\n")
    if gap and above.strip():
        if reading := _read(last, asked):
            return above, (last.strip(), reading)
        before, gap, said = above.rstrip().rpartition("\n\n")
        if len(last.split()) <= _SIGN_OFF and gap and before.strip() and (reading := _read(said, asked)):
            return f"{before}\n\n{last}", (said.strip(), reading)
    above, gap, last = text.rpartition("\n")
    if gap and above.strip() and not _goes_on(above) and (reading := _read(last, asked)):
        return above, (last.strip(), reading)
    return None


def _goes_on(above: str) -> bool:
    """Whether the last line of a text may be broken only because it is full."""
    line = above.rstrip().rpartition("\n")[2]
    return len(line) >= _FULL_LINE and not line.endswith(_SENTENCE_ENDS)


def _read(text: str, asked: Asked) -> Reading | None:
    return asked(text.strip()) if text.strip() and len(text.split()) <= _MOST_WORDS else None
