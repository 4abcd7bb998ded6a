"""Tasks out of a request: title, who is to do it, when it is due, one for each listed line or one for the mail.

Must not: decide that a mail asks for tasks (command.py does), or know members' names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from gateway.model.reading import TaskRequest
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.date import Dated
from gateway.understand.reading.date_words import LEADS, TABLE, month_words
from gateway.understand.reading.lines import sentences_of
from gateway.understand.reading.phrases import Phrases, Word, listed, words_of
from gateway.understand.reading.request import Request
from gateway.understand.reading.tongue import is_common

_HANDLE = re.compile(r"(?<![\w.])@([\w.-]*\w)")
_BEHIND = re.compile(r"(?:[ \t]+[^\W\d_][\w'’.-]*(?<![.])){1,4}")  # names have up to so many words more
_TAG = re.compile(r"(?<!\w)#[\w-]+")
_NAME_AHEAD = re.compile(r"\s*([A-ZÀ-Þ][\w'-]+)\s*(?::|\s[-–—]|->|→)\s+(?=\S)")
_NAME_BEHIND = re.compile(r"\s*(?:\(([A-ZÀ-Þ][\w'-]+)\)|(?:[-–—]|->|→)\s*([A-ZÀ-Þ][\w'-]+))\s*[.]?\s*$")
_NAMED_LAST = re.compile(r"([^:]+\s[^:]+?)\s*:\s*([A-ZÀ-Þ][\w'-]+)((?:\s*[,(].*)?[.]?)")
_NAME = re.compile(r"[A-ZÀ-Þ][\w'-]+")
_BRACKETS = re.compile(r"\s*\(([^()]*,[^()]*)\)[.]?\s*$")
_LEFT_OPEN = re.compile(r"\s*\(([^\W\d_]+)\)?\s*$")
_PART_END = re.compile(r"[.,;:!?\n]")
_GLUE = " \t.,;:(-–—"
_EDGES = " \t.,;:!-–—/|()[]*_"
_DUE = frozenset({"by", "until", "before", "on", "within", "in", "for", "to", "this", "at"})
_LONGEST_TITLE = 200
_LONGEST_ARTICLE = 3
_BARE_MONTH = 2  # words: "for December"
_AHEAD_OF_DATE = frozenset({"by", "before", "until"})
_FEW_BEHIND = 3  # words: "before the fair"
_FEWEST_DEED = 2  # words: who, and what
_NO_NAMES = ("task_label", "due_label", "task_lead", "vote_label", "options_label")  # of [command]
_DOER_WORDS = 7  # of a part that says only who does it


def read_tasks(request: Request, *, from_subject: bool) -> tuple[TaskRequest, ...]:
    """Return the tasks a mail asks for; the subject is the title when `from_subject` says that it names one."""
    listed = request.listed_lines() or _handed_out(request)
    if listed:
        behind = tuple(_NAMED_LAST.fullmatch(line) for line in listed)
        each = [match for match in behind if match and not request.dates(match[2])]
        if len(each) == len(listed) > 1:  # "clean the windows: Ann, by Friday"
            found = tuple(task for match in each if (task := read_task(f"{match[1]}{match[3]}", request, who=match[2])))
        else:
            found = tuple(task for task in (read_task(line, request) for line in listed) if task)
        if found:
            return found
    if from_subject and request.subject.text:
        return _with_body(read_task(request.subject.text, request), request)
    sentences = [told.text for told in request.sentences[:2]]
    # "By 16.10. Order the blades": what ends with a date may end the sentence, or not.
    task = read_task("".join(sentences[:1]), request) or read_task(" ".join(sentences), request)
    if task is None:
        return ()
    rest = " ".join(told.text for told in request.sentences[1:3])
    return (
        TaskRequest(
            task.title,
            task.assignee or _assigned(rest, request),
            task.due or _due_of(rest, request),
            task.behind,
        ),
    )


def _handed_out(request: Request) -> tuple[str, ...]:
    """Return the lines without bullets that are a task each: below a mere label, or where several name who does it."""
    named = tuple(line.text for line in request.lines if line.text and _named_first(line.text, request)[0])
    handing = labelled_out(request)
    if max(len(named), len(handing)) > 1:
        return named if len(named) > len(handing) else handing
    return request.bare_lines() if request.whole(request.subject.text, "task_label") else ()


def labelled_out(request: Request) -> tuple[str, ...]:
    """Return the lines without bullets that say first who does it, () for fewer than two: "Priya - do the accounts".

    Most have to go on as a deed does: "Venue: the old mill" hands nothing out.
    """
    if request.listed_lines():
        return ()
    handing = tuple(line.text for line in request.lines if _is_labelled(line.text, request))
    deeds = sum(not tells_only_what(line, request) for line in handing)
    return handing if len(handing) > 1 and 2 * deeds > len(handing) else ()


def tells_only_what(line: str, request: Request) -> bool:
    """Tell whether a line goes on behind its label as a thing does, not a deed: "Venue: the old mill"."""
    behind = _behind_label(line)
    return bool(behind) and is_common(behind[0], request.lexicon)


@lru_cache(maxsize=8)
def _section_labels(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables("checkin"), ("labels_done", "labels_next", "labels_blockers")))


def _is_for_somebody(line: str, request: Request) -> bool:
    """Tell whether a line begins with whom it is for: "For Ilse: count the boxes"."""
    head, colon, deed = line.partition(":")
    words = words_of(head)
    if not colon or len(words_of(deed)) < _FEWEST_DEED or len(words) < _FEWEST_DEED:
        return False
    handed = any(hit.end == len(words) - 1 for hit in request.lists.of("assign_to").at(words, 0))
    named = is_name(words[-1], head) and not request.dates(head)
    return handed and (named or bool(request.lists.of("me").whole(words[-1:])))


def _behind_label(line: str) -> tuple[Word, ...]:
    ahead = _NAME_AHEAD.match(line)
    return words_of(line[ahead.end() :]) if ahead else ()


def _is_labelled(line: str, request: Request) -> bool:
    ahead = _NAME_AHEAD.match(line)
    if _is_for_somebody(line, request):
        return True
    if ahead and _section_labels(request.lexicon).whole(words_of(ahead[1])):
        return False  # "Done: two interviews", of a check-in
    if ahead is None or len(_behind_label(line)) < _FEWEST_DEED or request.dates(ahead[1]):
        return False
    if request.whole(ahead[1], "me"):
        return True
    return not request.whole(ahead[1], *_NO_NAMES) and not is_common(words_of(ahead[1])[0], request.lexicon)


def _with_body(task: TaskRequest | None, request: Request) -> tuple[TaskRequest, ...]:
    """Add what the body says of the task named in the subject: who, and until when."""
    if task is None:
        return ()
    handle = _HANDLE.search(request.body)
    named = task.assignee or (handle[1] if handle else None) or _assigned(request.body, request) or _asked_of(request)
    does_it_oneself = any(request.whole(part, "self_does") for part in _PART_END.split(request.body))
    assignee = named or ("me" if does_it_oneself else None)
    parts = (part for part in _PART_END.split(request.body) if part.strip())
    assignee = assignee or next((who for part in parts if (who := _doer(part, request))), None)
    due = task.due or _due_of(request.body, request)
    return (TaskRequest(task.title, assignee, due),)


def _asked_of(request: Request) -> str | None:
    """Return who is asked to do what a subject names: "Could Bridget do this before Saturday?", "Luke, can you …?"."""
    for told in request.sentences[:1]:
        words = told.words
        called = told.text.split(",")
        if len(called) > 1 and request.whole(called[1], "courtesy_word") and len(words_of(called[0])) == 1:
            name = words_of(called[0])[0]  # "Stefan, please, before the fair"
            if is_name(name, told.text) and not is_common(name, request.lexicon):
                return called[0].strip()
        if told.asks and len(words) > 1 and is_name(words[0], told.text) and told.text[words[0].end] == ",":
            others = (request.lists.of(key).at(words, 1) for key in ("remind_asks", "together"))
            return None if any(others) else told.text[: words[0].end].lstrip()
        starts = {hit.end for hit in request.spoken(request.lists.of("asks_somebody").at(words, 0))} if words else set()
        for at in sorted(starts | {0}):
            if not told.asks or at + 1 >= len(words) or not is_name(words[at], told.text):
                continue
            modal = {hit.end for hit in request.spoken(request.lists.of("asks_somebody").at(words, at + 1))}
            does = (request.lists.of("does_this").at(words, end) for end in {at + 1, *modal} if end < len(words))
            if (at or modal) and any(request.spoken(hits) for hits in does):
                return told.text[words[at].start : words[at].end]
    return None


def read_task(text: str, request: Request, *, who: str | None = None) -> TaskRequest | None:
    """Read one line as a task; None when nothing is left for a title. `who` is known to do it, whoever it names."""
    if who is not None:
        return _task_for(who, text, request)
    handle = _HANDLE.search(text)
    behind = words_behind(text, handle.end()) if handle else ""
    said, text = _says_who(text, request)
    assignee, rest = (said, text) if said else _assignee(text, request)
    due, rest = _due(_TAG.sub("", rest), request)
    rest = _without_when(rest, request) if due else rest
    if assignee is None:
        assignee, rest = _assignee(rest, request)
    bare = _without_lead(rest, request)
    if assignee is None and bare != rest:
        assignee, bare = _named_first(bare, request)  # "Il faudrait que Samira relance …"
        ahead = words_of(rest[: len(rest) - len(bare)])
        words = words_of(bare)
        hangs = len(words) > _FEWEST_DEED and bool(request.lists.of("that").whole(ahead[-1:]))
        if assignee is None and hangs and is_name(words[0], bare):  # "Que Marta recoja las llaves"
            assignee, bare = bare[: words[0].end].strip(), bare[words[1].start :]
    title = bare.strip(_EDGES)
    reading = _me_reading(text, request)
    if not title or not any(char.isalpha() for char in title):
        return None
    assignee = assignee or reading
    behind = behind if handle and assignee == handle[1] else ""
    return TaskRequest(title[:_LONGEST_TITLE], assignee, due, behind)


def words_behind(text: str, end: int) -> str:
    """Return the words right behind a "@name" that ends there, with nothing but blanks between; "" for none."""
    found = _BEHIND.match(text, end)
    return " ".join(found[0].split()) if found else ""


def _task_for(who: str, text: str, request: Request) -> TaskRequest | None:
    first, *others = sentences_of(text, request.lexicon) or [""]
    due, rest = _due(_TAG.sub("", first), request)
    what = _without_lead(rest, request).strip(_EDGES)
    title = ". ".join(filter(None, (what, " ".join(others).strip(_EDGES))))[:_LONGEST_TITLE]
    return TaskRequest(title, who, due or _due_of(" ".join(others), request)) if words_of(title) else None


def _says_who(text: str, request: Request) -> tuple[str | None, str]:
    """Take a part between commas off that says only who does it: "I'll do it", "macht Birgit", "Birgit s'en occupe"."""
    parts = text.split(",")
    for at in range(1, len(parts)):
        who = _doer(parts[at], request)
        if who:
            return who, ",".join(parts[:at] + parts[at + 1 :])
    return None, text


def _doer(part: str, request: Request) -> str | None:
    if request.whole(part, "self_does"):
        return "me"
    words = words_of(part.rstrip(_EDGES))
    if len(words) < 2 or len(words) > _DOER_WORDS:
        return None
    if stressed := _stressed_doer(part, words, request):
        return stressed
    ends = [hit.end for hit in request.lists.of("does_it").at(words, 0)]
    if ends and max(ends) == len(words) - 1 and is_name(words[-1], part) and not _is_date(words[-1], part, request):
        return part[words[-1].start : words[-1].end]
    return (
        part[words[0].start : words[0].end]
        if is_name(words[0], part) and request.lists.of("does_it", "assign_verbs").whole(words[1:])
        else None
    )


def _stressed_doer(part: str, words: Sequence[Word], request: Request) -> str | None:
    """Return the one name in "c'est Denis qui s'en occupe", "it's Ann who does it"; None for others."""
    names = [at for at, word in enumerate(words) if is_name(word, part) and not is_common(word, request.lexicon)]
    if len(names) != 1 or not names[0] or names[0] + 2 >= len(words):
        return None
    at = names[0]
    little = all(is_common(word, request.lexicon) for word in (*words[:at], words[at + 1]))
    does = request.lists.of("does_it", "assign_verbs").whole(words[at + 2 :])
    return part[words[at].start : words[at].end] if little and does else None


def _assignee(text: str, request: Request) -> tuple[str | None, str]:
    """Return who is named to do it, and the text without them."""
    handle = _HANDLE.search(text)
    if handle:
        return handle[1], (text[: handle.start()] + text[handle.end() :]).strip(_EDGES)
    beside = _in_brackets(text, request)
    if beside:
        return beside
    bracketed = _LEFT_OPEN.search(text)
    if bracketed and request.lists.of("me").whole(words_of(bracketed[1])):
        return "me", text[: bracketed.start()]  # "invite the auditor (me, by 20 August)", its date taken off
    behind = _NAME_BEHIND.search(text)
    if behind and not request.dates(behind.group()):
        return behind[1] or behind[2], text[: behind.start()]
    mine = _me_ahead(text, request)
    if mine is not None:
        return "me", mine
    ahead = _NAME_AHEAD.match(text)
    if ahead and not request.whole(ahead[1], *_NO_NAMES):
        return ahead[1], text[ahead.end() :]
    named = _assigned_spot(text, request)
    if named:
        return named[0], f"{text[: named[1]].rstrip(_GLUE)} {text[named[2] :]}".strip()
    return _named_first(text, request)


def _in_brackets(text: str, request: Request) -> tuple[str, str] | None:
    """Return who stands in brackets beside a date at the end, and the text with the date: "… (Leila, by 20 March)"."""
    found = _BRACKETS.search(text)
    parts = [part.strip() for part in found[1].split(",")] if found else []
    names = [part for part in parts if _NAME.fullmatch(part) and not request.dates(part)]
    if found is None or len(names) != 1 or not all(part in names or request.dates(part) for part in parts):
        return None
    rest = ", ".join(part for part in parts if part not in names)
    return names[0], f"{text[: found.start()]} ({rest})"


def _me_ahead(text: str, request: Request) -> str | None:
    """Return what follows "me:" at the front of a line, None where it is not the author who is named there."""
    words = words_of(text)
    if len(words) < 2 or not request.lists.of("me").whole(words[:1]):
        return None
    return text[words[1].start :] if ":" in text[words[0].end : words[1].start] else None


def _named_first(text: str, request: Request) -> tuple[str | None, str]:
    """Read "Ines to book the hall", "Bob kümmert sich um …": a name, then words that hand something over."""
    words = words_of(text)
    at = int(len(words) > 1 and _is_article(words[0], text, request) and is_name(words[1], text))
    if len(words) < at + 3 or not is_name(words[at], text) or _is_lead(words[at], request):
        return None, text
    name = text[words[at].start : words[at].end]
    ends = [hit.end for hit in request.spoken(request.lists.of("assign_verbs").at(words, at + 1))]
    if not ends and request.spoken(request.lists.of("does_verbs").at(words, at + 1)):
        return name, text[words[at + 1].start :]  # "Farah drafts the press release"
    if not ends or max(ends) >= len(words):
        return None, text
    return name, text[words[max(ends)].start :]


def _is_article(word: Word, text: str, request: Request) -> bool:
    """Tell whether a text begins with the article that some languages put before a name: "o Rui", "der Uwe"."""
    named = text[word.start : word.end]
    return len(named) <= _LONGEST_ARTICLE and named.isalpha() and bool(request.lists.of("name_article").whole((word,)))


def is_name(word: Word, text: str) -> bool:
    """Tell whether a word is written as a name is."""
    raw = text[word.start : word.end]
    return raw[:1].isupper() and raw.isalpha() and len(raw) > 1 and not (raw.isupper() and len(raw) > 3)


def _is_lead(word: Word, request: Request) -> bool:
    return bool(request.lists.of("task_lead", "first_person", "task_label").whole((word,)))


def _assigned(text: str, request: Request) -> str | None:
    """Return the name after "assigned to", "owner:" …, "me" for the author."""
    spot = _assigned_spot(text, request)
    return spot[0] if spot else None


def _assigned_spot(text: str, request: Request) -> tuple[str, int, int] | None:
    """Return who is named, and from where to where the text says so."""
    words = words_of(text)
    for hit in request.spoken(request.lists.of("assign_to").find(words)):
        if hit.end >= len(words):
            continue
        one_word = hit.end - hit.start == 1
        following = words[hit.end]
        labelled = ":" in text[words[hit.end - 1].end : following.start]
        alone = hit.end == len(words) - 1 or (not hit.start and _stops_behind(text, following))
        if request.lists.of("me").whole((following,)) and (not one_word or labelled or alone):
            return "me", words[hit.start].start, following.end
        if not is_name(following, text):
            at = hit.end + 1  # "für die Anja", "para o Tomé"
            if (
                at >= len(words)
                or labelled
                or not is_common(following, request.lexicon)
                or not is_name(words[at], text)
            ):
                continue
            following = words[at]
        if labelled or (_stops_behind(text, following) and not _is_date(following, text, request)):
            return text[following.start : following.end], words[hit.start].start, following.end
    return None


def _stops_behind(text: str, word: Word) -> bool:
    """Tell whether a name ends what is said: the text, or a part of it before a mark."""
    rest = text[word.end :].lstrip()
    return not rest or rest[0] in ".,;:!)–—-("


def _is_date(word: Word, text: str, request: Request) -> bool:
    return any(one.when.span[0] <= word.start < one.when.span[1] for one in request.dates(text))


def _me_reading(text: str, request: Request) -> str | None:
    """Return "me" when the author is to be reminded ("remind me to …") or says to do it ("I'll …")."""
    words = words_of(text)
    mine = request.lists.of("me")
    if request.spoken(request.lists.of("my_task").find(words)):
        return "me"
    for hit in request.spoken(request.lists.of("task_ask", "task_lead").find(words)):
        if any(mine.whole((word,)) for word in words[hit.start : hit.end]):
            return "me"
    return "me" if words and request.spoken(mine.at(words, 0)) else None


def _due_of(text: str, request: Request) -> date | None:
    return _due(text, request)[0]


def _due(text: str, request: Request) -> tuple[date | None, str]:
    """Return when it is due, and the text without those words: a date led up to by such words, or the last."""
    dates = tuple(one for one in request.dates(text) if not _is_month_meant(one, request))
    chosen = next((one for one in dates if one.leads & {"by", "until", "before", "within"}), None)
    chosen = chosen or next((one for one in reversed(dates) if one.leads & _DUE or _ends(one, text, request)), None)
    if chosen is None:
        return None, text
    start, end = chosen.when.span
    before, after = text[: _leads_from(text, start, end, request)], text[end:]
    before = _without_label(before, request)
    ahead = "before" in chosen.leads and not chosen.leads & {"by", "until"}  # "before the weekend" begins
    day = chosen.when.day if ahead else chosen.when.end_day or chosen.when.day
    return day, f"{before.rstrip(' (,;:–-')} {after.lstrip(' ),;')}".strip()


def _without_when(text: str, request: Request) -> str:
    """Take a last part off that says but when, its date taken off before: "…, and it has to be finished"."""
    head, comma, tail = text.rpartition(",")
    words = words_of(tail)
    leads = [hit.start for hit in request.spoken(_leads(request.lexicon).find(words)) if hit.key in _AHEAD_OF_DATE]
    words = words[: leads[-1]] if leads and len(words) - leads[-1] <= _FEW_BEHIND else words  # "… done before the fair"
    if not comma or len(words) < _FEWEST_DEED or len(words_of(head)) < _FEWEST_DEED:
        return text
    known = request.lists.of("done", "assign_verbs", "due_label").find(words)
    covered = {at for hit in known for at in range(hit.start, hit.end)}
    ends = any(hit.key == "done" for hit in known)
    says_only = all(at in covered or is_common(word, request.lexicon) for at, word in enumerate(words))
    return head if ends and says_only else text


def _is_month_meant(one: Dated, request: Request) -> bool:
    """Tell whether a month is what something is for: "find a room for December" is not due before it."""
    words = words_of(one.when.evidence)
    months = month_words(request.lexicon)
    is_bare = len(words) <= _BARE_MONTH and words[-1].text in months
    return is_bare and "for" in one.leads and not one.leads & {"until", "before", "within"}


def _leads_from(text: str, start: int, end: int, request: Request) -> int:
    """Return where a date's own words begin: a van is none in "the van on Friday", though "van" may lead up to one."""
    words = words_of(text[start:end])
    hits = _leads(request.lexicon).at(words, 0) if words else ()
    foreign = [hit.end for hit in hits] if not request.spoken(hits) else []
    return start + words[max(foreign)].start if foreign and max(foreign) < len(words) else start


@lru_cache(maxsize=8)
def _leads(lexicon: Lexicon) -> Phrases:
    return Phrases(listed(lexicon.tables(TABLE), LEADS))


def _ends(one: Dated, text: str, request: Request) -> bool:
    """Tell whether a date stands at either end of a text, but for a "please" behind it."""
    behind = text[one.when.span[1] :].strip(_EDGES)
    is_last = not behind or request.whole(behind, "courtesy_word")
    return is_last or not text[: one.when.span[0]].strip(_EDGES)


def _without_label(before: str, request: Request) -> str:
    """Take "due:", "deadline" … off the end of what stands before a date."""
    words = words_of(before)
    for count in (3, 2, 1):
        if len(words) >= count and request.lists.of("due_label").whole(words[-count:]):
            return before[: words[-count].start]
    return before


def _without_lead(text: str, request: Request) -> str:
    """Take "please", "remind me to", "TODO" … off the front, as often as they stand there."""
    for _ in range(3):
        words = words_of(text)
        ends = (
            [hit.end for hit in request.spoken(request.lists.of("task_lead", "my_task").at(words, 0))] if words else []
        )
        if not ends or max(ends) >= len(words):
            return text
        text = text[words[max(ends)].start :]
    return text
