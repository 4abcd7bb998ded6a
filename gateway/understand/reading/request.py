"""A mail to a workspace made ready for reading as a request: its subject without prefixes, its own lines and sentences.

Must not: conclude what is asked for, or keep a quoted line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated, find_dated
from gateway.understand.reading.date_words import month_words
from gateway.understand.reading.lines import Line, lines_of, sentences_of, without_manners
from gateway.understand.reading.phrases import Hit, Phrases, Word, fold, listed, words_of
from gateway.understand.reading.tongue import languages_of

TABLE = "command"
_MOST_PREFIXES = 8
_LONGEST_SUBJECT = 500
_LONGEST_WHOLE = 500  # letters; what is longer is no single phrase
_MOST_TOLD = 2048
# Lists of very common words, asked for by `Lists.of` in the few sentences they matter in: not looked for in every one.
ASIDE = frozenset(
    (
        "been", "yet_to_come", "if_word", "polite_if", "that", "them", "together", "does_it", "self_does", "instead_of",
        "judged", "habit", "rhythm_subject", "supposed", "on_condition", "no_longer", "called_off", "reply_prefix",
        "forward_prefix", "no_subject", "vote_open", "setting_filler", "scope_from", "checkin_subject", "acknowledged",
        "assign_to", "assign_verbs", "task_lead", "due_label", "word_status", "remind_between", "remind_of",
        "remind_asks", "remind_deed", "remind_ends", "time_given", "task_from", "courtesy_word", "meanwhile",
        "heads_up", "absence_noun", "absence_notice", "address_help", "address_join", "address_leave", "address_status",
        "address_task", "address_vote", "tag_result", "tag_task", "reminder_label", "digest_subject", "word_help",
        "word_join", "word_pause", "word_resume", "word_daily", "word_weekly", "word_biweekly", "word_monthly",
        "word_never", "word_digest", "including", "illness", "name_article", "until_when", "for_whom",
        "absence_subject", "pause_behind", "so_that", "at_home", "beyond_me", "when_i",
    )
)  # fmt: skip
_LONGEST_BARE, _BARE_WORDS = 60, 6  # of a line that may stand in a list without marks
_PREFIX = re.compile(r"\s*([^\W\d_]{1,14})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*")
_BRACKET = re.compile(r"\s*\[([^\]]{1,60})\]\s*")
_LETTERED = re.compile(r"\s*\(?[a-hA-H](?:[.)]|\s?[-–—:])\s+(?=\S)")
_RANGE_ON = re.compile(r"[-–—]\s?\d{1,2}\b")
_SEPARATORS = re.compile(r"[+.=_-]")


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject without its prefixes and bracketed marks; the marks are kept, folded, in order."""

    text: str
    is_reply: bool = False
    is_forward: bool = False
    marks: tuple[str, ...] = ()


class Lists:
    """The word lists of table [command], and those of [checkin] about absence, compiled once for each lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._tables = lexicon.tables(TABLE)
        self._compiled: dict[tuple[str, ...], Phrases] = {}
        self._every = Phrases(phrase for phrase in listed(self._tables) if phrase[0] not in ASIDE)
        self._told: dict[str, tuple[Hit, ...]] = {}  # what was found in the sentences read last
        self.reply_prefixes = self._set("reply_prefix")
        self.forward_prefixes = self._set("forward_prefix")
        self.no_subjects = self._set("no_subject")
        self.bare_asked = frozenset(key for key, _, phrase in listed(self._tables) if phrase == "?")

    def _set(self, key: str) -> frozenset[str]:
        return frozenset(fold(word) for _, _, word in listed(self._tables, (key,)))

    def of(self, *keys: str) -> Phrases:
        """Return the phrases under these keys, of all languages."""
        if keys not in self._compiled:
            self._compiled[keys] = Phrases(listed(self._tables, keys))
        return self._compiled[keys]

    def all_hits(self, told: Told) -> tuple[Hit, ...]:
        """Return every phrase of most keys in a sentence: looked for once, since each rule asks for its own of them."""
        found = self._told.get(told.text)
        if found is None:
            if len(self._told) >= _MOST_TOLD:
                self._told.clear()
            found = self._told[told.text] = self._every.find(told.words)
        return found


@lru_cache(maxsize=8)
def lists_of(lexicon: Lexicon) -> Lists:
    """Return the compiled word lists of a lexicon."""
    return Lists(lexicon)


def split_subject(subject: str, lists: Lists) -> Subject:
    """Take "Re:", "TR:", "[acme]", "[VOTE]" … off a subject, in any order and number."""
    text = " ".join(subject[:_LONGEST_SUBJECT].split())
    is_reply = is_forward = False
    marks: list[str] = []
    for _ in range(_MOST_PREFIXES):
        bracket = _BRACKET.match(text)
        prefix = _PREFIX.match(text)
        word = fold(prefix[1]) if prefix else ""
        if bracket:
            marks.append(fold(bracket[1]).strip())
            text = text[bracket.end() :]
        elif prefix and word in lists.reply_prefixes:
            is_reply, text = True, text[prefix.end() :]
        elif prefix and word in lists.forward_prefixes:
            is_forward, text = True, text[prefix.end() :]
        else:
            break
    if fold(text).strip(" ()[]<>-*.") in lists.no_subjects:  # what programs and archives write where there is none
        text = ""
    return Subject(text.strip(), is_reply, is_forward and not is_reply, tuple(marks))


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the author's (or the subject) with the phrases found in it."""

    text: str
    words: tuple[Word, ...]
    is_subject: bool = False

    @property
    def asks(self) -> bool:
        """Tell whether it ends with a question mark."""
        return self.text.rstrip(" )\"'»”").endswith("?")


@dataclass(frozen=True, slots=True)
class Request:
    """A mail as its author wrote it: address words, subject, lines, sentences. `body` is the lines as one text."""

    parts: tuple[str, ...]
    name: str  # of the workspace, as the address has it
    tags: tuple[str, ...]  # the words behind it, or one channel, with the # before it
    subject: Subject
    lines: tuple[Line, ...]
    sentences: tuple[Told, ...]
    body: str
    languages: frozenset[str]
    sent_at: datetime
    lexicon: Lexicon
    keys: frozenset[str] = frozenset()  # of all phrases in subject and sentences
    words: frozenset[str] = frozenset()  # of the body, folded
    body_words: int = 0  # how many
    strange: dict[tuple[str, bool], tuple[int, ...]] = field(default_factory=dict, compare=False)  # found once
    questions: tuple[str, ...] = ()  # of the check-in that its author has open
    answers_ours: bool = False  # a digest or a question of ours, as its token says

    @property
    def lists(self) -> Lists:
        """Return the compiled word lists."""
        return lists_of(self.lexicon)

    @property
    def told(self) -> tuple[Told, ...]:
        """Return what the author says anew: the sentences, and the subject when it is of their own making."""
        if self.subject.is_reply or not self.subject.text:
            return self.sentences
        return (Told(self.subject.text, words_of(self.subject.text), is_subject=True), *self.sentences)

    def hits(self, told: Told, *keys: str) -> tuple[Hit, ...]:
        """Return the phrases of these keys (but those aside) in a sentence, in the languages the mail may be in."""
        found = self.lists.all_hits(told)
        return tuple([hit for hit in found if hit.key in keys and hit.language in self.languages]) if found else ()

    def mentions(self, *keys: str) -> bool:
        """Tell whether a phrase of these keys stands anywhere in the mail: most long mails hold none of most."""
        return not self.keys.isdisjoint(keys)

    def spoken(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Keep the hits that are of a language the mail may be in."""
        return tuple(hit for hit in hits if hit.language in self.languages)

    def whole(self, text: str, *keys: str) -> bool:
        """Tell whether a text is nothing but a phrase of these keys, in any language."""
        stripped = text.strip(" .!:;,*_\"'«»()")
        if len(stripped) > _LONGEST_WHOLE:
            return False
        if stripped in ("?", "??", "???"):
            return not self.lists.bare_asked.isdisjoint(keys)
        words = words_of(stripped)
        phrases = self.lists.of(*keys)
        if phrases.whole(words):
            return True
        courteous = _courteous(self.lexicon)
        if not words or not (words[0].text in courteous or words[-1].text in courteous):
            return False
        return bool(phrases.whole(_without_courtesy(words, self.lexicon)))

    def dates(self, text: str) -> tuple[Dated, ...]:
        """Return the dates in a text, relative to when the mail was sent."""
        return find_dated(text, self.sent_at, self.lexicon)

    def listed_lines(self) -> tuple[str, ...]:
        """Return the lines that are bulleted, numbered or lettered, without their marks."""
        found = []
        for line in self.lines:
            lettered = _LETTERED.match(line.text)
            if line.bullet or line.number is not None:
                found.append(line.text)
            elif lettered:
                found.append(line.text[lettered.end() :])
        return tuple(text for text in found if text)

    def bare_lines(self) -> tuple[str, ...]:
        """Return the short lines of the first paragraph that is made of such: a list without marks, () for none."""
        run: list[str] = []
        for line in (*self.lines, None):
            text = line.text.strip() if line and not line.is_blank else ""
            if text:
                run.append(text)
                continue
            if run and run[0][-1] in "?:":
                del run[0]  # what is asked stands above
            if len(run) > 1 and all(_is_bare(text) for text in run):
                return tuple(run)
            run = []
        return ()


@lru_cache(maxsize=8)
def _courtesies(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), ("courtesy_word",)))


@lru_cache(maxsize=8)
def _courteous(lexicon: Lexicon) -> frozenset[str]:
    """Return the words of courtesies: most texts begin and end with none."""
    phrases = listed(lexicon.tables(TABLE), ("courtesy_word",))
    return frozenset(word.text for _, _, phrase in phrases for word in words_of(phrase))


def _without_courtesy(words: tuple[Word, ...], lexicon: Lexicon) -> tuple[Word, ...]:
    """Return words without a "please" at either end."""
    hits = _courtesies(lexicon).find(words)
    start = max((hit.end for hit in hits if not hit.start), default=0)
    end = min((hit.start for hit in hits if hit.end == len(words)), default=len(words))
    return words[start:end] if start < end else ()


def _is_bare(text: str) -> bool:
    return len(text) <= _LONGEST_BARE and text[-1] not in ".,;:!?" and len(text.split()) <= _BARE_WORDS


def make_request(
    address: str,
    subject: str,
    text: str,
    sent_at: datetime,
    lexicon: Lexicon,
    answers_ours: bool = False,
    questions: tuple[str, ...] = (),
) -> Request:
    """Return a mail as a request. `sent_at` is aware, in its author's zone; quoted lines are left out."""
    lists = lists_of(lexicon)
    split = split_subject(subject, lists)
    own = [_undated(line, lexicon) for line in lines_of(text) if not line.quoted]
    lines = tuple(without_manners(own, lexicon))
    sentences = sentences_in(lines, lexicon)
    spoken = [word for told in sentences for word in told.words]
    body = "\n".join(line.text for line in lines)
    languages = languages_of((*words_of(split.text), *spoken), lexicon)
    if split.is_reply:  # its subject is ours, and may be in another language than its author's
        written = languages_of(spoken, lexicon)
        languages = languages if languages <= written else languages | written
    local = fold(address.partition("@")[0])
    parts = tuple(part for part in _SEPARATORS.split(local) if part)
    name, tags = _named(local, parts)
    subject_told = Told(split.text, words_of(split.text))
    keys = frozenset(hit.key for told in (subject_told, *sentences) for hit in lists.all_hits(told))
    return Request(
        parts=parts,
        name=name,
        tags=tags,
        subject=split,
        lines=lines,
        sentences=sentences,
        body=body,
        languages=languages,
        sent_at=sent_at,
        lexicon=lexicon,
        keys=keys,
        words=frozenset([word.text for word in spoken]),
        body_words=len(spoken),
        questions=questions,
        answers_ours=answers_ours,
    )


def _named(local: str, parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return a workspace's name and the words behind it: a `+` parts them, else the first word is the name."""
    name, plus, tag = local.partition("+")
    if plus:
        return name, (tag,) if tag.startswith("#") else tuple(part for part in _SEPARATORS.split(tag) if part)
    return (parts[0] if parts else ""), parts[1:]


def _undated(line: Line, lexicon: Lexicon) -> Line:
    """Return a line with the number back in its text where that is of a day ("19. Juni"), and numbers no line."""
    words = words_of(line.text) if line.number is not None else ()
    is_range = bool(_RANGE_ON.match(line.text)) and line.number is not None  # "3.–21. August"
    if not is_range and (not words or words[0].text not in month_words(lexicon)):
        return line
    return replace(line, text=f"{line.number}. {line.text}", number=None)


def sentences_in(lines: Sequence[Line], lexicon: Lexicon) -> tuple[Told, ...]:
    """Return the sentences of some lines, in order."""
    return tuple(_sentences(lines, lexicon))


def _sentences(lines: Sequence[Line], lexicon: Lexicon) -> Iterable[Told]:
    """Yield the sentences; lines that wrap are joined first, bulleted ones stand alone."""
    joined: list[str] = []
    fresh = True
    for line in lines:
        if line.is_blank:
            fresh = True
            continue
        is_item = line.bullet or line.number is not None or bool(_LETTERED.match(line.text))
        apart = fresh or is_item or not joined or joined[-1].endswith((".", "!", "?", ":"))
        if apart or (line.text[:1].isupper() and len(joined[-1]) < _WRAP_FROM):
            joined.append(line.text)
        else:
            joined[-1] += " " + line.text
        fresh = is_item
    for text in joined:
        for sentence in sentences_of(text, lexicon):
            yield Told(sentence, words_of(sentence))


_WRAP_FROM = 55  # a line this long may have been wrapped by a mail program
