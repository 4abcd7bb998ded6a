"""A marked ballot's frame: greeting and closing told from the body, the body cut into sentences and clauses.

Must not: weigh what a clause means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.understand.reading.ballot_text import classes
from gateway.understand.reading.ballot_words import Mark, Marked

VERDICTS = frozenset(("yes", "no", "for", "against", "block", "abstain", "unopposed", "withdraw", "choose"))
# Marks that begin a clause of their own, and what the clause then is to the one before it.
OPENERS = ("contrast", "change", "reason")
# Marks that begin a sentence where a noun might follow a number: "am 12. Sonst ja", but "am 12. Mai".
BEGINNERS = classes("fallback yes no contrast conclusion choose filler negator first_person rest")
NUMBERING = frozenset((".", ")", ":", "/"))  # marks behind the numbers of a list
MOST_NAME_WORDS = 3
MOST_CLOSING_NAMES = 4  # on the line of a closing: "Thanks, Ana and Bo"
MOST_SIGNATURE_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of tokens between commas and the like; `opener` is "", contrast, change, reason or aside (brackets)."""

    start: int
    end: int
    sentence: int
    opener: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of tokens between stops or line ends."""

    start: int
    end: int
    asks: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A ballot's own words: what stands between greeting and closing."""

    marked: Marked
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    clauses: tuple[Clause, ...]
    told: frozenset[int] = frozenset()  # places that tell another's stance, or count votes
    recalled: frozenset[int] = frozenset()  # places that tell but the past
    reminded: frozenset[int] = frozenset()  # places whose words such a memory goes on about: "Oslo, it was fun"

    def sentence_of(self, at: int) -> int:
        """Return the number of the sentence a token stands in; the last when it stands between two."""
        for number, sentence in enumerate(self.sentences):
            if at < sentence.end:
                return number
        return len(self.sentences) - 1

    def clause_of(self, at: int) -> int:
        """Return the number of the clause a token stands in; the last when it stands between two."""
        return next((number for number, clause in enumerate(self.clauses) if at < clause.end), len(self.clauses) - 1)


def body_of(marked: Marked, is_label: Callable[[int], bool], labels: Sequence[str] = ()) -> Body:
    """Return the text without greeting, closing and name; `is_label` tells tokens that may name one of the `labels`."""
    start = _after_greeting(marked, is_label)
    end = _before_closing(marked, start, is_label)
    sentences = tuple(_sentences(marked, start, end, labels))
    clauses = tuple(c for number, s in enumerate(sentences) for c in _clauses(marked, s, number, is_label))
    return Body(marked, start, end, sentences, clauses)


def _after_greeting(marked: Marked, is_label: Callable[[int], bool]) -> int:
    at = 0
    while True:
        mark = _mark_at(marked, at)
        if mark is None or "greeting" not in mark:
            return at
        after = _after_names(marked, mark.end)
        if after is None and (at or mark.classes & {"all", "filler", "common", "yes"} or _is_subject(marked, mark)):
            return at
        if _is_rest_empty(marked, mark.end if after is None else after):
            return at
        if after is None:
            return mark.end
        at = after


def _is_subject(marked: Marked, mark: Mark) -> bool:
    """Whether a greeting's words are others of whom something is told: "Tout le monde est pour"."""
    voice = marked.voices[mark.start]
    return voice is not None and bool(voice.classes & {"third_person", "cites"})


def _after_names(marked: Marked, at: int) -> int | None:
    """Return the place behind the name and punctuation that end a greeting, None when none do."""
    names = 0
    while at < len(marked.tokens):
        token, mark = marked.tokens[at], marked.cover[at]
        if token.kind == "stop" or (token.kind == "punct" and token.raw not in "()"):
            return _over_stops(marked, at)
        greets = mark is not None and "greeting" in mark
        named = token.kind == "word" and token.raw[0].isupper()
        if not greets and (not named or names == MOST_NAME_WORDS):
            return None
        names += not greets
        at = mark.end if mark is not None else at + 1
    return None


def _over_stops(marked: Marked, at: int) -> int:
    while at < len(marked.tokens) and not marked.tokens[at].is_word:
        at += 1
    return at


def _is_rest_empty(marked: Marked, at: int) -> bool:
    return not any(token.is_word for token in marked.tokens[at:])


def _mark_at(marked: Marked, at: int) -> Mark | None:
    return marked.cover[at] if at < len(marked.cover) else None


def _before_closing(marked: Marked, start: int, is_label: Callable[[int], bool]) -> int:
    floor = max(start + 1, len(marked.tokens) - MOST_SIGNATURE_TOKENS)
    for mark in marked.within(floor):
        if "closing" in mark and _begins_stretch(marked, mark.start) and _is_closing(marked, mark, start, is_label):
            return _trimmed(marked, start, mark.start)
    return _before_name(marked, start, len(marked.tokens), is_label)


def _begins_stretch(marked: Marked, at: int) -> bool:
    return at == 0 or not marked.tokens[at - 1].is_word or marked.tokens[at - 1].kind == "emoji"


def _is_closing(marked: Marked, mark: Mark, start: int, is_label: Callable[[int], bool]) -> bool:
    if not any(token.is_word for token in marked.tokens[start : mark.start]):
        return False
    letter = mark.end - mark.start == 1 and len(marked.tokens[mark.start].fold) == 1  # "x" ends a mail, "B, A" does not
    if letter and "\n" not in marked.tokens[mark.start - 1].raw:
        return False
    line_end = next(
        (i for i in range(mark.end, len(marked.tokens)) if "\n" in marked.tokens[i].raw), len(marked.tokens)
    )
    if not all(_may_sign(marked, i, is_label) for i in range(mark.end, line_end)):
        return False
    names = [i for i in range(mark.end, line_end) if marked.tokens[i].is_word and not _is_closing_word(marked, i)]
    if len(names) > MOST_CLOSING_NAMES:
        return False
    signed = any(marked.tokens[i].is_word for i in range(mark.end, line_end))
    return not _speaks_after(marked, line_end, is_label, named=not signed)


def _is_closing_word(marked: Marked, at: int) -> bool:
    mark = marked.cover[at]
    return mark is not None and "closing" in mark


def _may_sign(marked: Marked, at: int, is_label: Callable[[int], bool]) -> bool:
    """Whether a token on the line of a closing goes with it: a name, more closing words, punctuation."""
    token, mark = marked.tokens[at], marked.cover[at]
    if not token.is_word or token.kind == "emoji":
        return "?" not in token.raw
    if mark is not None and mark.classes & {"closing", "greeting", "thanks"}:
        return True
    if token.kind != "word" or is_label(at):
        return False
    plain = mark is None or not mark.classes & VERDICTS
    return plain and (token.raw[0].isupper() or (mark is not None and "common" in mark))


def _speaks_after(marked: Marked, line_end: int, is_label: Callable[[int], bool], *, named: bool) -> bool:
    """Whether the lines behind a closing say something after all: a verdict or an option; the first may be a name."""
    lines: list[list[int]] = [[]]
    for at in range(line_end, len(marked.tokens)):
        if "\n" in marked.tokens[at].raw:
            lines.append([])
        elif marked.tokens[at].is_word:
            lines[-1].append(at)
    lines = [line for line in lines if line]
    if named and lines and len(lines[0]) <= MOST_NAME_WORDS:
        lines = lines[1:] if all(marked.tokens[at].raw[0].isupper() for at in lines[0]) else lines
    return any(len(line) <= 6 and any(is_label(at) or _is_verdict(marked.cover[at]) for at in line) for line in lines)


def _is_verdict(mark: Mark | None) -> bool:
    return mark is not None and bool(mark.classes & {"yes", "no", "block", "abstain", "unopposed", "withdraw"})


def _before_name(marked: Marked, start: int, end: int, is_label: Callable[[int], bool]) -> int:
    """Return the end of the body without a last line that is but a name, or a name after a dash."""
    at, words = end, 0
    while at > start and words <= MOST_NAME_WORDS:
        token = marked.tokens[at - 1]
        parts = token.kind == "punct" and token.raw in ("–", "—", "-", "/") and words
        if parts and token.raw == "/" and len(marked.tokens[at].raw) == 1:
            return end  # "A/D" names options
        if "\n" in token.raw or parts:
            return _trimmed(marked, start, at - 1) if words and at - 1 > start else end
        if token.is_word:
            mark = marked.cover[at - 1]
            plain = mark is None or not (mark.classes - {"common", "filler", "greeting", "yes_alone", "no_alone"})
            labelled = is_label(at - 1) and not _is_signed(marked, at - 1)
            if token.kind != "word" or not token.raw[0].isupper() or labelled or not plain:
                return end
            words += 1
        at -= 1
    return end


def _is_signed(marked: Marked, at: int) -> bool:
    """Whether a name signs what a full stop ends ahead of it, on the same line: "Anyone but me! - Gareth"."""
    if at < 2 or marked.tokens[at - 1].raw not in ("–", "—", "-"):
        return False
    stop = marked.tokens[at - 2]
    return stop.kind == "stop" and "\n" not in stop.raw


def _trimmed(marked: Marked, start: int, end: int) -> int:
    """Return the end of a stretch without full stops, line ends and dashes at its end; "?" and "!" tell and stay."""
    while end > start and marked.tokens[end - 1].kind == "stop" and not set("?!") & set(marked.tokens[end - 1].raw):
        end -= 1
    while end > start and marked.tokens[end - 1].kind == "punct" and marked.tokens[end - 1].raw in ",–—-":
        end -= 1
    return end


def _sentences(marked: Marked, start: int, end: int, labels: Sequence[str]) -> list[Sentence]:
    found, begin = [], start
    for at in range(start, end):
        token = marked.tokens[at]
        if token.kind != "stop" or _is_inner_stop(marked, at) or _is_in_label(marked, at, labels):
            continue
        if any(t.is_word for t in marked.tokens[begin:at]):
            found.append(Sentence(begin, at, "?" in token.raw))
        elif "?" in token.raw and found:
            found[-1] = Sentence(found[-1].start, found[-1].end, asks=True)
        begin = at + 1
    if any(t.is_word for t in marked.tokens[begin:end]):
        found.append(Sentence(begin, end, asks=False))
    return found


def _is_inner_stop(marked: Marked, at: int) -> bool:
    """Whether a full stop ends no sentence: after a number that a word follows, as in "1. Oslo", "5. Mai"."""
    token = marked.tokens[at]
    if token.raw != "." or at == 0 or at + 1 >= len(marked.tokens):
        return False
    before, after = marked.tokens[at - 1], marked.tokens[at + 1]
    word = marked.cover[at - 1]
    if after.kind == "number" and word is not None and "option_word" in word and len(before.raw) <= 3:
        return True  # "no. 2", "Nr. 3"
    if before.kind == "number":
        listed = at > 1 and marked.tokens[at - 2].raw in (",", "&")  # "1, 2, 4. I am …" ends a list and a sentence
        return after.kind == "word" and not listed and not _begins_anew(marked, at) and _counts(marked, at - 1)
    # "z.B.", "i.e.", "z. B.": single letters in a row
    return before.kind == "word" and len(before.raw) == 1 and after.start == token.end and after.kind == "word"


def _is_in_label(marked: Marked, at: int, labels: Sequence[str]) -> bool:
    """Whether a full stop ends no sentence but stands in the name of an option: "Dr. Lang"."""
    return (
        marked.tokens[at].raw == "."
        and 0 < at < len(marked.tokens) - 1
        and any(marked.source(at - 1, at + 2) in label for label in labels)
    )


def _counts(marked: Marked, at: int) -> bool:
    """Whether a number before a full stop numbers what follows: at the head of a line, next in a list, or a day."""
    before, after = marked.cover[at - 1] if at else None, marked.cover[at + 2]
    if at == 0 or not marked.tokens[at - 1].is_word:
        return True
    if after is not None and after.classes & {"month", "option_word", "best_place"} and "common" not in after:
        return True
    if before is not None and "common" in before and "number" not in before:
        return True  # "am 5. …", "die 2. …"
    last = next((n for n in range(at - 1, -1, -1) if marked.tokens[n].kind == "number"), None)
    if last is None or not marked.tokens[at].fold.isdigit() or marked.tokens[last + 1].raw not in NUMBERING:
        return False  # "Oslo 4, Rome 5. Rome has …" gives points
    return marked.tokens[last].fold == str(int(marked.tokens[at].fold) - 1)


def _begins_anew(marked: Marked, at: int) -> bool:
    """Whether a sentence begins behind the full stop of a number: "until the 12. Otherwise yes"."""
    after, mark = marked.tokens[at + 1], marked.cover[at + 1]
    opens = at < 2 or marked.tokens[at - 2].kind == "stop"  # "1. Yes" in a list
    if opens or not after.raw[0].isupper() or mark is None:
        return False
    return bool(mark.classes & BEGINNERS) and not mark.classes & {"month", "weekday", "option_word"}


def is_set_against(body: Body, clause: Clause) -> bool:
    """Whether the rest of the sentence is set against a clause: "Yes, but who pays?", "Oslo is nice but dear"."""
    behind = next((c for c in body.clauses if c.start >= clause.end), None)
    return behind is not None and behind.sentence == clause.sentence and behind.opener == "contrast"


def is_change(marked: Marked, mark: Mark) -> bool:
    """Whether a mark turns back on what was said: a phrase, or a word that opens its clause ("…, wait")."""
    if "change" not in mark:
        return False
    if mark.classes & {"yes", "no"} and not any(token.is_word for token in marked.tokens[: mark.start]):
        return False  # "No, sorry" turns back on nothing
    if mark.end - mark.start > 1 or mark.start == 0 or not marked.tokens[mark.start - 1].is_word:
        return True
    before = marked.cover[mark.start - 1]
    return before is not None and bool(before.classes & {"contrast", "and", "no", "filler", "conclusion", "choose"})


def _clauses(marked: Marked, sentence: Sentence, number: int, is_label: Callable[[int], bool]) -> list[Clause]:
    found: list[Clause] = []
    begin, opener, at, depth = sentence.start, "", sentence.start, 0

    def close(end: int) -> None:
        if any(t.is_word for t in marked.tokens[begin:end]):
            found.append(Clause(begin, end, number, "aside" if depth else opener))

    while at < sentence.end:
        token, mark = marked.tokens[at], marked.cover[at]
        if token.kind == "punct" and token.raw not in '"&/=<>≥≤[]|':
            close(at)
            depth = depth + 1 if token.raw == "(" else max(0, depth - 1) if token.raw == ")" else depth
            begin, opener, at = at + 1, "", at + 1
            continue
        kind = _opening(marked, mark, sentence) if mark is not None and mark.start == at else ""
        if mark is not None and kind and not (is_label(at) and _names_alone(marked, mark)):
            if any(t.is_word for t in marked.tokens[begin:at]):
                close(at)
                begin = at
            opener = kind
            at = mark.end
            continue
        at += 1
    close(sentence.end)
    return found


def _names_alone(marked: Marked, mark: Mark) -> bool:
    """Whether nothing goes on behind a word that opens clauses, so that it is the label it is too: "train, car"."""
    led = marked.cover[mark.start - 1] if mark.start else None
    after = marked.cover[mark.end] if mark.end < len(marked.tokens) else None
    ends = mark.end >= len(marked.tokens) or not marked.tokens[mark.end].is_word or (after and "than" in after)
    return mark.end - mark.start == 1 and bool(ends or (led is not None and "name_article" in led))


def _opening(marked: Marked, mark: Mark, sentence: Sentence) -> str:
    """Return what a clause is that this mark opens, "" where it opens none."""
    if mark.classes.isdisjoint(OPENERS):  # as nearly all
        return ""
    kind = next(kind for kind in OPENERS if kind in mark.classes)
    if kind == "change" and not is_change(marked, mark):
        return ""
    if kind == "reason" and "conclusion" in mark.classes and mark.start == sentence.start:
        return ""  # Spanish "pues" gives a reason behind what it explains, and opens what follows from the rest
    return kind
