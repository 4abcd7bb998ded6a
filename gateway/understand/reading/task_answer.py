"""What is said of a task: taken, declined, handed over, put off, done, dropped, in the languages we read.

Read from the first sentences; what else is said is kept as a remark. Words come from the tables [task] and
[command]. Must not: know whose task it is or who may do what, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from gateway.model.reading import TaskReading
from gateway.model.task import TaskAct
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import read_when
from gateway.understand.reading.phrases import Hit, Phrases, Word, listed, words_of
from gateway.understand.reading.request import Request, Told, make_request
from gateway.understand.reading.tongue import is_common

_LISTENED = 3  # sentences from the top in which something may be said of the task
_LONGEST = 20_000  # letters looked at
_MARK = re.compile(r"^\s*\[?t-\d{1,7}\]?\s*[:).]?\s*(?=\S)", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.])@([\w.+-]*\w(?:@[\w.-]+\w)?)")
_LEADING_ARROW = re.compile(r"(\A|\n+)[ \t]{0,8}(?:[-=]{1,2}>|→)[ \t]{0,8}")
_ARROW_TO_NAME = re.compile(r"^\W*?[→➡⏭]\s*([A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){0,2})\W*$")
_ARROW_BEFORE = re.compile(r"[→➡⏭]\s*")
_ARROW = re.compile(r"^\W*?[→➡⏭]\s*")
_SIGNS = {
    **dict.fromkeys("✓✔✅☑", TaskAct.DONE),
    **dict.fromkeys("✗✘❌🗑", TaskAct.DROP),
    "⏳": TaskAct.STILL,
}
_SHORT = 10  # words of a sentence in which a day may be all that matters
_NEAR = 3  # words between "not" and what it denies
_EARLY, _EARLY_DONE = 0, 3  # words before a single word that says what is done
_AFTER_DONE = 3  # words after one that stands in the midst: "Budget sent to Ana"; what is longer is a story
_NO_WORDS, _YES_WORDS = 3, 8  # of a sentence that is a bare no, or a yes
_NAME_WORDS = 3
_FEWEST_BEHIND = 2  # words behind a day that say more than it does
_TOLD_WORDS = 6  # a sentence of so few words may be in any language

# Where the words of each act stand: table and key. "yes" and "no" say something only where nothing else does.
_SOURCES: tuple[tuple[str, str, str], ...] = (
    ("task", "take", TaskAct.TAKE),
    ("task", "decline", TaskAct.DECLINE),
    ("task", "drop", TaskAct.DROP),
    ("task", "postpone", TaskAct.POSTPONE),
    ("task", "still", TaskAct.STILL),
    ("command", "not_done", TaskAct.STILL),
    ("command", "done", TaskAct.DONE),
    ("task", "yes", "yes"),
    ("task", "no", "no"),
)
_WEAK = frozenset({"yes", "no"})
_NOT_YET = frozenset({"before", "by", "until", "within"})  # words that lead up to a day
# Two acts in one sentence that are one: "I can't, @ben can you?" hands over, "still on it, → Thursday" puts off.
_AS_ONE: dict[frozenset[str], TaskAct] = {
    frozenset({TaskAct.STILL, TaskAct.POSTPONE}): TaskAct.POSTPONE,
    frozenset({TaskAct.TAKE, TaskAct.POSTPONE}): TaskAct.POSTPONE,
    frozenset({TaskAct.TAKE, TaskAct.DONE}): TaskAct.DONE,
    frozenset({TaskAct.TAKE, TaskAct.STILL}): TaskAct.TAKE,
}


class _Words:
    """The phrases of the grammar, compiled."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.acts = Phrases(
            (act, language, phrase)
            for table, key, act in _SOURCES
            for _, language, phrase in listed(lexicon.tables(table), (key,))
        )
        self.before_name = Phrases(listed(lexicon.tables("task"), ("give_to",)))
        self.after_name = Phrases(listed(lexicon.tables("task"), ("asked",)))
        self.me = Phrases(listed(lexicon.tables("command"), ("me",)))
        self.negation = Phrases(listed(lexicon.tables("command"), ("negation",)))
        self.in_part = Phrases(listed(lexicon.tables("task"), ("in_part",)))


@lru_cache(maxsize=4)
def _words(lexicon: Lexicon) -> _Words:
    return _Words(lexicon)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one sentence says of the task. `act` None: something, but not clearly what."""

    act: TaskAct | None
    evidence: str
    who: str = ""
    due: date | None = None


def read_task_answer(text: str, sent_at: datetime, lexicon: Lexicon, *, is_offered: bool = False) -> TaskReading | None:
    """Return what a new text says of the task it answers, None when it says nothing of it: a remark.

    `sent_at` is aware, in its author's zone. `is_offered` says that it answers the mail that gave its author the task:
    a bare no is then a no to the task.
    """
    # Other arrows at the beginning of a line would be taken for a list or a quotation; this one stands alone.
    said_text = _LEADING_ARROW.sub(_apart, _MARK.sub("", text[:_LONGEST], count=1))
    request = make_request("", "", said_text, sent_at, lexicon)
    said = _joined([found for told in request.sentences[:_LISTENED] if (found := _said(told, request, is_offered))])
    if said is None:
        return None
    return TaskReading(said.act, said.who, said.due, _as_written(_remark(said, request)), _as_written(said.evidence))


def _apart(arrow: re.Match[str]) -> str:
    return f"{arrow[1] and arrow[1].ljust(2, chr(10))}➡ "


def _as_written(text: str) -> str:
    return text.replace("\n\n➡ ", "\n→ ").replace("➡ ", "→ ")


def read_owner(text: str, lexicon: Lexicon) -> TaskReading | None:
    """Return whom a short text names in answer to "whom is it for?": a name, an address, or its author; else None."""
    line = next((line.strip(" \t.!,;:") for line in text.splitlines() if line.strip()), "")
    words = words_of(line)
    if not words or "?" in line:
        return None
    if _words(lexicon).me.whole(words):
        return TaskReading(TaskAct.HAND, who="me", evidence=line)
    if "@" in line and len(line.split()) == 1:
        return TaskReading(TaskAct.HAND, who=line.lstrip("@").strip("<>"), evidence=line)
    return TaskReading(TaskAct.HAND, who=line, evidence=line) if len(line.split()) <= _NAME_WORDS else None


def _joined(all_said: Sequence[_Said]) -> _Said | None:
    """Return what several sentences come to: the first says it, unless a later one names who is to do it instead."""
    if not all_said:
        return None
    handed = next((said for said in all_said if said.act is TaskAct.HAND), None)
    first = all_said[0]
    if handed and first.act in (None, TaskAct.DECLINE, TaskAct.HAND):
        due = next((said.due for said in all_said if said.due and said.act in (TaskAct.HAND, TaskAct.POSTPONE)), None)
        return replace(handed, due=due)
    return first


def _remark(said: _Said, request: Request) -> str:
    """Return the author's words, greeting and signature apart, where they say more than the act."""
    whole = request.body.strip()
    return whole if _words_in(whole) > _words_in(said.evidence) else ""


def _words_in(text: str) -> int:
    return sum(any(map(str.isalnum, word.text)) for word in words_of(text))


# --- one sentence ---------------------------------------------------------------------------------------------------


def _said(told: Told, request: Request, is_offered: bool) -> _Said | None:
    handed = _handed(told, request)
    if handed:
        return handed
    acts = _acts(told, request)
    strong = acts.keys() - _WEAK
    if told.asks:  # about the task, or about doing something to it: neither is done by asking
        return _Said(None, told.text) if strong and len(told.words) <= _SHORT else None
    if len(strong) > 1:
        together = _AS_ONE.get(frozenset(strong))
        return _Said(together, told.text, due=_day(told, request) if together is TaskAct.POSTPONE else None)
    if strong:
        return _one_act(TaskAct(next(iter(strong))), acts, told, request)
    day = _bare_day(told, request)
    if day:
        return _Said(TaskAct.POSTPONE, told.text, due=day)
    if acts:
        return _weakly(acts, told, is_offered)
    return _Said(None, told.text) if request.dates(told.text) and len(told.words) <= _SHORT else None


def _one_act(act: TaskAct, acts: dict[str, str], told: Told, request: Request) -> _Said:
    day = _day(told, request) if act is TaskAct.POSTPONE else None
    if act is TaskAct.DECLINE and any(one.leads & _NOT_YET for one in request.dates(told.text)):
        return _Said(None, told.text)  # "I can't before Thursday": put off, or not at all?
    if act is TaskAct.DONE and _spoken(_words(request.lexicon).in_part.find(told.words), told, request):
        return _Said(None, told.text)  # "done except the annex": it is not over
    return _Said(act, _up_to_day(told, request) if day else acts[act], due=day)


def _up_to_day(told: Told, request: Request) -> str:
    """Return a sentence up to the day it names: "→ Friday" of "→ Friday, the bank is slow"."""
    ends = [one.when.span[1] for one in request.dates(told.text)]
    behind = told.text[ends[0] :] if len(ends) == 1 else ""
    return told.text[: ends[0]] if len(words_of(behind)) >= _FEWEST_BEHIND else told.text


def _weakly(acts: dict[str, str], told: Told, is_offered: bool) -> _Said | None:
    """Read a bare yes or no, at the front of a sentence that says nothing else."""
    weak = acts.keys() & _WEAK
    if len(weak) != 1:
        return _Said(None, told.text)
    word = next(iter(weak))
    if not told.words or words_of(acts[word])[0].text != told.words[0].text:
        return None
    if word == "yes":
        return _Said(TaskAct.TAKE, acts[word]) if len(told.words) <= _YES_WORDS else None
    return _Said(TaskAct.DECLINE if is_offered and len(told.words) <= _NO_WORDS else None, acts[word])


def _acts(told: Told, request: Request) -> dict[str, str]:
    """Return the acts that phrases and signs of a sentence say, each with its words; of two that overlap the longer."""
    grammar = _words(request.lexicon)
    hits = _spoken(grammar.acts.find(told.words), told, request)
    found: dict[str, str] = {}
    for hit in _longest(hits):
        act = str(hit.key)
        if not _stands_out(hit, told):
            continue
        if act == TaskAct.DONE and _is_denied(told, hit, request):
            act = str(TaskAct.STILL)
        found.setdefault(act, told.text[told.words[hit.start].start : told.words[hit.end - 1].end])
    for sign, signed in _SIGNS.items():
        if sign in told.text:
            found.setdefault(str(signed), sign)
    if _points_to_day(told, request) or (_ARROW.match(told.text) and not found.keys() - _WEAK):
        found.setdefault(str(TaskAct.POSTPONE), told.text)
    return found


def _points_to_day(told: Told, request: Request) -> bool:
    """Whether an arrow stands before a day, wherever in the sentence that is."""
    arrows = [sign.end() for sign in _ARROW_BEFORE.finditer(told.text)]
    return bool(arrows) and any(one.when.span[0] in arrows for one in request.dates(told.text))


def _stands_out(hit: Hit, told: Told) -> bool:
    """Whether a single word is what the sentence says: it begins or ends it. "Taken", "Report sent"."""
    early = _EARLY_DONE if hit.key == TaskAct.DONE and len(told.words) - hit.end <= _AFTER_DONE else _EARLY
    return hit.end - hit.start > 1 or hit.start <= early or hit.end == len(told.words)


def _spoken(hits: Iterable[Hit], told: Told, request: Request) -> tuple[Hit, ...]:
    """Keep the phrases of languages the mail may be in; a few words do not tell which that is."""
    return tuple(hits) if len(told.words) <= _TOLD_WORDS else request.spoken(hits)


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield the phrases that lie in no longer one: "not done" hides "done"; of equals the first listed."""
    taken: list[Hit] = []
    rank = {act: place for place, (_, _, act) in enumerate(_SOURCES)}
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, rank.get(hit.key, 0))):
        if not any(hit.start < other.end and other.start < hit.end for other in taken):
            taken.append(hit)
            yield hit


def _is_denied(told: Told, hit: Hit, request: Request) -> bool:
    denials = _spoken(_words(request.lexicon).negation.find(told.words[: hit.start]), told, request)
    return any(hit.start - _NEAR <= denial.end <= hit.start for denial in denials)


# --- days -----------------------------------------------------------------------------------------------------------


def _day(told: Told, request: Request) -> date | None:
    """Return the day a sentence names, None where it names none, or several."""
    bare = _bare_day(told, request)
    if bare:
        return bare
    days = {one.when.end_day or one.when.day for one in request.dates(told.text)}
    return days.pop() if len(days) == 1 else None


def _bare_day(told: Told, request: Request) -> date | None:
    """Return the day that is all a sentence says, an arrow before it apart: "→ Thursday", "next week"."""
    when = read_when(_ARROW.sub("", told.text), request.sent_at, request.lexicon)
    return when.day if when else None


# --- handing over ---------------------------------------------------------------------------------------------------


def _handed(told: Told, request: Request) -> _Said | None:
    """Return who is to do it instead: "@ben can you?", "give it to Ben", "Ben, could you do it?"."""
    if len(set(_HANDLE.findall(told.text))) > 1:
        return _Said(None, told.text)  # a task has one owner
    who = _named(told, request)
    return _Said(TaskAct.HAND, told.text, who=who, due=_day(told, request)) if who else None


def _named(told: Told, request: Request) -> str:
    grammar = _words(request.lexicon)
    handle = _HANDLE.search(told.text)
    if handle and (not told.text[: handle.start()].strip(" \t→➡>-=*•") or len(told.words) <= _SHORT):
        acts = _acts(told, request)
        return "" if {TaskAct.DONE, TaskAct.DROP} & acts.keys() else handle[1]
    pointed = _ARROW_TO_NAME.match(told.text)
    if pointed and not _bare_day(told, request) and not _acts(told, request).keys() - {str(TaskAct.POSTPONE)}:
        return pointed[1]
    for hit in _spoken(grammar.before_name.find(told.words), told, request):
        if name := _name_at(told, hit.end, request):
            return name
    name = _name_at(told, 0, request)
    after = len(words_of(name))
    if name and after < len(told.words):
        for hit in _spoken(grammar.after_name.at(told.words, after), told, request):
            # One word may be said of many things ("Ben will …"): it counts in a question, or where nothing follows.
            if told.asks or hit.end - hit.start > 1 or hit.end == len(told.words):
                return name
    for hit in _spoken(grammar.after_name.at(told.words, 0), told, request) if told.asks and told.words else ():
        if name := _name_at(told, hit.end, request):  # "can Ben do it?"
            return name
    return ""


def _name_at(told: Told, start: int, request: Request) -> str:
    """Return the name that begins at a word: one to three words with a capital, side by side; "me" for the author."""
    grammar = _words(request.lexicon)
    if start and grammar.me.whole(told.words[start : start + 1]):
        return "me"
    named: list[Word] = []
    for at, word in enumerate(told.words[start : start + _NAME_WORDS], start):
        raw = told.text[word.start : word.end]
        gap = told.text[named[-1].end : word.start] if named else ""
        is_word = bool(tuple(grammar.acts.at(told.words, at))) or is_common(word, request.lexicon)
        if not raw[:1].isupper() or not raw.isalpha() or gap.strip(" -'’") or is_word or len(raw) < 2:
            break
        named.append(word)
    return told.text[named[0].start : named[-1].end] if named else ""
