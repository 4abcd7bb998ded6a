"""What a mail to a workspace asks for: by its address, its subject words, one word, or a request in plain language.

In doubt unclear, since acting wrongly is worse than asking. Must not: act on quoted lines, know a language (words come
from the lexicon's [command] table), or decide whether the request is granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from gateway.model.reading import CheckInKind, CommandReading, Intent
from gateway.understand.lexicon import Lexicon
from gateway.understand.marks import marks_in
from gateway.understand.reading.checkin import read_checkin, tells_work
from gateway.understand.reading.checkin_labels import sections_of
from gateway.understand.reading.checkin_words import speech_of
from gateway.understand.reading.command_asked import (
    LONG,
    SHORT,
    asked_for,
    is_denied,
    label_of,
    opens_discussion,
)
from gateway.understand.reading.command_away import read_away
from gateway.understand.reading.command_leave import read_join, read_leave, scope_of
from gateway.understand.reading.command_ours import clause_of, is_all_ours, is_ours, says_only_when, strangers
from gateway.understand.reading.command_pause import read_pause, read_resume
from gateway.understand.reading.command_questions import read_help, read_status
from gateway.understand.reading.command_task import read_new_task, read_task_done, read_todo_lines, tasks_of
from gateway.understand.reading.command_word import read_word
from gateway.understand.reading.frequency import RHYTHMS, read_frequency
from gateway.understand.reading.lines import lines_of
from gateway.understand.reading.phrases import Hit, words_of
from gateway.understand.reading.request import Request, Told, make_request
from gateway.understand.reading.spelling import is_spelt_so
from gateway.understand.reading.vote import (
    asked_options,
    named_alternatives,
    named_options,
    proposal_of,
    read_vote_request,
)

_UNCLEAR = CommandReading(intent=Intent.UNCLEAR)
_MEMBERSHIP = frozenset({"leave", "join"})
_SETTINGS = ("leave", "pause", "join", "resume")
_FEWEST_LABELS = 2
_CALL = 5  # words of a line that calls to vote
_LONGEST_OPENING = 300  # letters in which one says who did it


def read_command(
    address: str,
    subject: str,
    text: str,
    sent_at: datetime,
    lexicon: Lexicon,
    answers_ours: bool = False,
    questions: tuple[str, ...] = (),
) -> CommandReading:
    """Return what a mail asks for.

    `address` is the local part it was sent to; a name of several words needs the `+` that tags stand behind, a channel
    of several words a `#`: `corvid-dev+`, `corvid-dev+leave`, `corvid-dev+#garden-club`.
    `text` is its author's new text, `sent_at` aware and in the author's zone. `questions` are those of the check-in
    that its author has open, () for the standard ones. The first rule that recognises something decides.
    """
    request = make_request(address, subject, text, sent_at, lexicon, answers_ours, questions)
    return next((reading for rule in _RULES if (reading := rule(request))), _UNCLEAR)


def _by_address(request: Request) -> CommandReading | None:
    """Read what the words of the address ask for: acme+vote, acme-join."""
    for tag in reversed(request.tags):
        for key, read in _ADDRESSED:
            if not tag.startswith("#") and request.whole(tag, key):
                return read(request)
    return None


def _address_leave(request: Request) -> CommandReading:
    return CommandReading(intent=Intent.LEAVE, scope=scope_of(request), evidence="address")


def _address_vote(request: Request) -> CommandReading | None:
    return None if request.subject.is_reply else read_vote_request(request)


def _address_task(request: Request) -> CommandReading | None:
    if request.subject.is_reply:
        return None
    named = bool(request.subject.text) and not request.whole(request.subject.text, "task_label", "tag_task")
    return tasks_of(request, from_subject=named)


def _by_mark(request: Request) -> CommandReading | None:
    """Read [VOTE], [TASK], [LAZY CONSENSUS] in front of a subject; a reply to such a mail opens nothing."""
    if request.subject.is_reply:
        return None
    marks = request.subject.marks
    if any(request.whole(mark, "tag_result") for mark in marks):
        return _topic(request)
    if any(request.whole(mark, "tag_consent") for mark in marks):
        return read_vote_request(request, consent=True)
    if any(request.whole(mark, "tag_vote") for mark in marks):
        return read_vote_request(request)
    if any(request.whole(mark, "tag_task") for mark in marks):
        return tasks_of(request, from_subject=True)
    return None


def _not_a_request(request: Request) -> CommandReading | None:
    """Say unclear for strangers' business mail, for what we do not offer, and for mail that says nothing."""
    if not request.subject.text and not request.sentences:
        return _UNCLEAR
    if not request.mentions("business", "business_strong"):
        return None
    subject = words_of(request.subject.text)
    strong = list(request.lists.of("business_strong").find(subject))
    weak = {hit.key + str(hit.start) for hit in request.lists.of("business").find(subject)}
    for told in request.sentences:
        strong += [hit for hit in request.lists.all_hits(told) if hit.key == "business_strong"]
        weak |= {told.text + str(hit.start) for hit in request.hits(told, "business")}
    is_business = (strong and (len(strong) + len(weak) > 1 or request.body_words > 6)) or len(weak) >= 4
    return _UNCLEAR if is_business else None


def _not_offered(request: Request) -> CommandReading | None:
    """Say unclear to a short mail that asks for what we do not do, or only thinks aloud about leaving."""
    if request.body_words > 2 * SHORT:
        return None
    if _removes_another(request):
        return _UNCLEAR
    keys = ("unsupported",) if asked_for(request, "leave") else ("unsupported", "mistaken")
    doubts = ((told, hit) for told in request.told for hit in request.hits(told, *keys))
    return _UNCLEAR if any(_is_of_oneself(told, hit, request) for told, hit in doubts) else None


def _is_of_oneself(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a doubt is about being here: "should I leave?", not "should I get a new kettle?"."""
    doubted = request.hits(told, "hypothetical")
    if request.subject.is_reply or not any(one.start < hit.end and hit.start < one.end for one in doubted):
        return True
    return is_ours(told, hit, request, groups=True)


def _removes_another(request: Request) -> bool:
    """Tell whether somebody else is to be taken off: "Please take Dave off the list", a subject "unsubscribe Tom"."""
    for told in request.told if request.mentions("leave", "word_leave") else ():
        words = told.words
        if not words:
            continue
        asks = request.spoken(request.lists.of("courtesy_word").at(words, 0))
        if told.is_subject:
            asks += tuple(hit for hit in request.hits(told, "word_leave") if not hit.start)
        ends = [hit.start for hit in request.hits(told, "leave") if hit.start] or [len(words) * told.is_subject]
        named = strangers(told, 1, max(ends), request) if asks else ()
        if any(told.text[words[at].start].isupper() for at in named) and not request.hits(told, "me"):
            return True
    return False


def _for_oneself(rule: Callable[[Request], CommandReading | None]) -> Callable[[Request], CommandReading | None]:
    """Let a rule about its author's own settings pass by mail that opens a discussion, or passes something on."""
    return lambda request: None if request.subject.is_forward or opens_discussion(request) else rule(request)


def _frequency(request: Request) -> CommandReading | None:
    if request.body_words > 2 * SHORT:
        return None
    return read_frequency(request)


def _new_vote(request: Request) -> CommandReading | None:
    """Read "Poll: …", "please vote" over options, a proposal that stands unless somebody objects."""
    reading = None if request.subject.is_reply else _vote_said(request)
    return None if reading is None or _speaks_of_a_vote(request) else reading


def _vote_said(request: Request) -> CommandReading | None:
    words = words_of(request.subject.text)
    labels = [hit.end for hit in request.lists.of("vote_label").at(words, 0)] if words else []
    question = label_of(request.subject.text, request, "vote_label")
    if question and any(True for _ in request.lists.of("tag_result").at(words_of(question), 0)):
        return None
    labelled = question or bool(labels and max(labels) == len(words))
    proposed = label_of(request.subject.text, request, "propose_label") or (
        request.mentions("propose") and any(proposal_of(told, request) for told in (*request.told, *request.sentences))
    )
    if label_of(request.subject.text, request, "tag_consent") and not proposed:
        return read_vote_request(request, consent=True)  # "Lazy consensus: …"
    consents = request.mentions("consent") and any(request.hits(told, "consent") for told in request.told)
    if proposed and consents:
        return read_vote_request(request, consent=True)
    if labelled and ":" not in request.subject.text and _asks_for_views(request):
        return None  # talks of a decision
    if labelled and request.body_words <= 4 * LONG and _can_be_answered(request):
        return read_vote_request(request)
    if request.subject.text.endswith("?") and any(_wants_yes_or_no(told, request) for told in request.sentences):
        return None if _asks_for_views(request) else read_vote_request(request)
    if not labelled and _is_headed_vote(request):
        return read_vote_request(request)
    if request.subject.text.endswith("?") and any(_offers_options(told, request) for told in request.sentences):
        return None if _asks_for_views(request) else read_vote_request(request)
    if request.subject.text.endswith("?") and len(request.listed_lines()) > 1 and _calls_to_vote(request):
        return read_vote_request(request)
    asked = [(told, hit) for told, hit in asked_for(request, "vote_ask") if not _asks_about_votes(told, hit, request)]
    if not asked:
        return None
    answerable = (
        len(request.listed_lines()) > 1
        or request.subject.text.endswith("?")
        or any(told.asks for told in request.sentences)
        or any(asked_options(told, request) for told, _ in asked)
        or any(_wants_yes_or_no(told, request) for told in request.sentences)
    )
    if _asks_for_views(request):
        return None  # talks of a vote
    if answerable or any(request.dates(told.text) for told, _ in asked):
        return read_vote_request(request)
    return None


def _is_headed_vote(request: Request) -> bool:
    """Tell whether a subject begins with a word for a vote over a list and a question, or options and an end."""
    words = words_of(request.subject.text)
    headed = any(hit.start == 0 for hit in request.hits(Told(request.subject.text, words), "tag_vote"))
    if not headed or _asks_for_views(request):
        return False
    if request.spoken(request.lists.of("tag_result").find(words)):
        return False
    if any(named_options(told, request) for told in request.sentences):
        return True
    if not any(told.asks for told in request.sentences):
        return False
    if len(request.listed_lines()) > 1:
        return True
    ends = any(one.leads & {"by", "until", "before"} for told in request.sentences for one in request.dates(told.text))
    return ends and any(told.asks and named_alternatives(told, request) for told in request.sentences)


def _offers_options(told: Told, request: Request) -> bool:
    """Tell whether a sentence asks to choose: "Please vote: yes, no, perhaps", "Merci de choisir entre A et B"."""
    if told.asks or any(is_denied(told, hit, request) for hit in request.hits(told, "vote_label", "options_label")):
        return False
    courteous = bool(told.words) and bool(request.spoken(request.lists.of("courtesy_word").at(told.words, 0)))
    return courteous and bool(asked_options(told, request) or named_options(told, request))


def _asks_about_votes(told: Told, hit: Hit, request: Request) -> bool:
    """Tell whether a question is of votes, and calls none: "when does the vote close?"."""
    start, _ = clause_of(told, hit, request)
    return told.asks and start < hit.start and bool(request.lists.of("remind_asks").at(told.words, start))


def _calls_to_vote(request: Request) -> bool:
    """Tell whether a line of a few words calls to vote: "Please all vote:" over a list, below a question."""
    lines = request.listed_lines()
    return any(
        len(told.words) <= _CALL and not told.asks and told.text not in lines and not is_denied(told, hit, request)
        for told in request.sentences
        for hit in request.hits(told, "vote_label", "vote_ask")
    )


def _wants_yes_or_no(told: Told, request: Request) -> bool:
    """Tell whether a sentence says how to answer: "Yes or no please, by Thursday", "Vote yes, no or abstain"."""
    if told.asks and not request.whole(told.text.rstrip("?"), "method_yesno"):
        return False
    return any(hit.start <= 1 for hit in request.hits(told, "method_yesno"))


def _asks_for_views(request: Request) -> bool:
    """Tell whether a mail asks what others think, and lists nothing to choose from."""
    return len(request.listed_lines()) < 2 and any(request.hits(told, "opinion") for told in request.told)


def _speaks_of_a_vote(request: Request) -> bool:
    """Tell whether a mail names a vote and asks nothing itself: "V-7 closes on Friday, please vote"."""
    named = any(mark.startswith("V-") for told in request.told for mark in marks_in(told.text))
    return named and len(request.listed_lines()) < 2 and not any(told.asks for told in request.told)


def _can_be_answered(request: Request) -> bool:
    """Tell whether a vote asks something: a question, options, a method, an end; "Decision: blue" does not."""
    if max(len(request.listed_lines()), len(request.bare_lines())) > 1 or any(
        told.asks for told in (*request.told, *request.sentences)
    ):
        return True
    if ":" not in request.subject.text:
        return any(request.hits(told, "vote_ask", "options_label") for told in request.sentences)
    if request.mentions("vote_ask", "consent", "options_label", *(key for key in request.keys if key[:7] == "method_")):
        return True
    return any(one.leads & {"by", "until", "before"} for told in request.sentences for one in request.dates(told.text))


def _by_machine(request: Request) -> CommandReading | None:
    """Say unclear to what calls itself an automatic reply: it starts no thread."""
    return _UNCLEAR if label_of(request.subject.text, request, "absence_notice") else None


def _refused(request: Request) -> CommandReading | None:
    """Say unclear to a short mail that speaks of leaving, pausing or joining without asking for it."""
    if request.body_words > SHORT or not request.subject.is_reply:
        return None
    spoken = [(told, hit) for told in request.sentences for hit in request.hits(told, *_SETTINGS)]
    meant = (is_spelt_so(told.words, hit, request.lexicon) for told, hit in spoken)
    ours = (hit.key in _MEMBERSHIP or is_ours(told, hit, request) for told, hit in spoken)
    return _UNCLEAR if any(spelt and own for spelt, own in zip(meant, ours, strict=True)) else None


def _checkin_answer(request: Request) -> CommandReading | None:
    """Read a check-in sent as a mail of its own, or in answer to the questions."""
    subject = request.subject.text
    starts = request.lists.of("checkin_subject").at(words_of(subject), 0) if words_of(subject) else ()
    about = any(True for _ in starts)
    if subject and not about:
        return None  # a mail about something else: reading it whole as a check-in would cost, and count for nothing
    text = "\n".join(_numbered_lines(request))
    reading = read_checkin(text, request.sent_at.date(), request.lexicon, request.questions)
    if reading.kind is not CheckInKind.CHECKIN:
        return None
    full = bool(reading.done) and bool(reading.next or reading.blockers or reading.answers)
    full = full or len(reading.answers) > 1
    labelled = full and ":" in text and len(reading.evidence) > 0
    if not (request.subject.is_reply or _is_headed_checkin(request)) and not (labelled and _has_labels(request, text)):
        return None  # "Report on the boiler" is for everybody
    if all(request.whole(item, "acknowledged") for item in reading.done) and not labelled:
        reading = replace(reading, done=())  # "Hm, let me think about it"
        full = bool(reading.answers)
    if not labelled and all(says_only_when(words_of(item), request.lexicon) for item in reading.done):
        full, reading = bool(reading.answers), replace(reading, done=())  # "Diese und nächste Woche bin ich …"
    told_work = request.subject.is_reply and bool(reading.done) and _tells_own_work(request)
    if not labelled and not told_work and request.body_words <= SHORT and _asks_for_a_rhythm(request):
        return None  # "Every day is a lot. Twice a week?"
    if not labelled and request.body_words <= SHORT and request.mentions("unsure"):
        return None  # "I don't know, do as you did last time"
    # A digest is answered with all kinds of talk, and a mail without a subject may be anything: labels have to tell.
    is_digest = bool(request.lists.of("digest_subject").find(words_of(subject)))
    if labelled if is_digest or not subject else told_work or (full and _says_more_than_wishes(request)):
        return CommandReading(intent=Intent.NEW_CHECKIN_ANSWER, checkin=reading, evidence=reading.evidence)
    return None


def _labelled_checkin(request: Request) -> CommandReading | None:
    """Read an answer whose parts are labelled as those of a check-in are, whatever its items speak of."""
    if not request.subject.is_reply or sum(":" in line.text for line in request.lines) < _FEWEST_LABELS:
        return None
    reading = _checkin_answer(request)
    return reading if reading and _has_labels(request, "\n".join(_numbered_lines(request))) else None


def _asks_for_a_rhythm(request: Request) -> bool:
    return request.mentions(*RHYTHMS) and any(told.asks for told in request.sentences)


def _has_labels(request: Request, text: str) -> bool:
    """Tell whether at least two parts of a text are labelled as those of a check-in are ("Done: … Next: …")."""
    sections, _ = sections_of(speech_of(words_of(text), request.sent_at.date(), request.lexicon), lines_of(text))
    return len(sections) >= _FEWEST_LABELS


def _is_headed_checkin(request: Request) -> bool:
    """Tell whether a subject names a check-in and nothing else, but when it is ("Update for Tuesday")."""
    return not request.subject.text or is_all_ours(_without_kind(request), request)


def _without_kind(request: Request) -> Told:
    """Return the subject without the word for a check-in that it begins with."""
    subject = request.subject.text
    words = words_of(subject)
    ends = [hit.end for hit in request.lists.of("checkin_subject").at(words, 0)] if words else []
    rest = subject[words[max(ends) - 1].end :] if ends else subject
    return Told(rest, words_of(rest), is_subject=True)


def _says_more_than_wishes(request: Request) -> bool:
    """Tell whether some line of a check-in is about more than our mail: "weekly is too slow for me" is not."""
    return any(not is_all_ours(told, request) for told in request.sentences)


def _tells_own_work(request: Request) -> bool:
    """Tell whether an answer plainly says what its author did."""
    spoken = request.lists.of("first_person").find(words_of(request.body[:_LONGEST_OPENING]))
    owning = {hit.start for hit in request.lists.of("possessive").find(words_of(request.body[:_LONGEST_OPENING]))}
    return any(hit.start not in owning for hit in spoken) and tells_work(request.body, request.lexicon)


def _numbered_lines(request: Request) -> Iterator[str]:
    """Yield the lines with their numbers and bullets put back."""
    for line in request.lines:
        text = f"{line.number}. {line.text}" if line.number is not None else line.text
        yield f"- {text}" if line.bullet else text


def _topic(request: Request) -> CommandReading | None:
    """Take a mail with a subject of its own and something to say as the start of a thread."""
    if request.subject.is_reply or request.whole(request.subject.text, "acknowledged"):
        return None
    enough = request.body_words >= 3 or (request.subject.is_forward and bool(request.subject.text))
    if not request.subject.text or not enough:
        return None
    return CommandReading(intent=Intent.NEW_TOPIC, title=request.subject.text, evidence=request.subject.text)


_ADDRESSED: tuple[tuple[str, Callable[[Request], CommandReading | None]], ...] = (
    ("address_join", lambda request: CommandReading(intent=Intent.JOIN, evidence="address")),
    ("address_leave", _address_leave),
    ("address_help", lambda request: CommandReading(intent=Intent.HELP, evidence="address")),
    ("address_status", lambda request: CommandReading(intent=Intent.STATUS, evidence="address")),
    ("address_vote", _address_vote),
    ("address_task", _address_task),
)

_RULES: tuple[Callable[[Request], CommandReading | None], ...] = (
    _by_address,
    _by_mark,
    read_todo_lines,
    read_word,
    _not_a_request,
    _labelled_checkin,
    read_task_done,
    read_new_task,
    _new_vote,
    _not_offered,
    _for_oneself(read_resume),
    _for_oneself(read_pause),
    _for_oneself(_frequency),
    _for_oneself(read_leave),
    _for_oneself(read_join),
    _for_oneself(read_away),
    read_help,
    read_status,
    _by_machine,
    _refused,
    _checkin_answer,
    _topic,
)
