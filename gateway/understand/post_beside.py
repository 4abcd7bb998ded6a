"""A text for readers that also asks something of its author's own mail: the post without what no reader is asked, and
the requests. Neither is lost in the other, and nobody is shown a `mute`.

Must not: read a request itself (asking.py does), or say what a text answers (answers.py does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from gateway.model.address import Door
from gateway.model.reading import CommandReading, Intent
from gateway.model.understood import CatchUp, Piece, Reading, Setting
from gateway.understand.asking import asked_beside, request_in, setting_in
from gateway.understand.beside import Parted, Said, parted
from gateway.understand.mail import Mail
from gateway.understand.manners import is_manners
from gateway.understand.reading.catching_up import read_catch_up
from gateway.understand.reading.command_ours import is_all_ours
from gateway.understand.reading.phrases import words_of
from gateway.understand.reading.request import Request, Told, make_request

_TERSE = 4  # words of a line that asks what was missed, and ends with no question mark
_SHORT = 12  # words that may be a request and why it is made, and nothing else
_REASON = 25  # words that speak of our mails, and so may be why something is asked of them
_LISTED = re.compile(r"\s{0,3}(?:[-*+•·–—]|\(?\d{1,3}[.):])\s")
_FOR_READERS = (Intent.AWAY, Intent.RESUME)  # of these they may want to know as well
_OF_OWN_MAIL = (Intent.AWAY, Intent.PAUSE, Intent.RESUME, Intent.SET_FREQUENCY)
_IN_A_CLAUSE = (Intent.AWAY, Intent.PAUSE)  # asked in a clause, and the next may be for readers
_CLAUSES = re.compile(r"[,;:()–—]\s|\s[-–—]\s")
_TALK = (Intent.NEW_TOPIC, Intent.UNCLEAR)

_Asked = Callable[[str], Reading | None]


@dataclass(frozen=True, slots=True)
class PostBeside:
    """What is for readers, and what is asked beside it: (words, what they ask), in the order written.

    `left` is what is not asked; `text` that, and of an absence its words too. Both are "" where all else is manners.
    """

    text: str
    left: str
    asked: tuple[Said, ...]
    is_above: bool = False  # something is asked above all else, which may be why


def post_beside(text: str, mail: Mail) -> PostBeside | None:
    """Return a reply to a post and the requests at its ends; None where none stands there, or nothing else is said."""
    return _apart(text, mail, lambda said: _asked(said, mail))


def may_be_why(apart: PostBeside) -> bool:
    """Whether what is left of a reply that shows no thread may be why something is asked of its author's own mail."""
    return apart.is_above and len(apart.left.split()) <= _SHORT


def says_more(text: str, asked: Reading, mail: Mail) -> bool:
    """Whether a reply to a post that asks something as a whole, `asked`, says something to its readers too.

    A few words beside a request are why it is made; that somebody is away is an answer to many a question.
    """
    if len(text.split()) > _SHORT:
        return True
    if not isinstance(asked, CommandReading) or asked.intent not in _OF_OWN_MAIL:
        return False
    request = _request(text, mail)
    if asked.intent is Intent.AWAY:
        return not all(is_all_ours(told, request) for told in request.sentences)
    if asked.intent is Intent.PAUSE and _has_clause_beside(request):
        return True
    first = request.sentences[0] if len(request.sentences) > 1 else None
    return first is not None and not _asks(first, request, mail)


def new_post_beside(mail: Mail, whole: Reading) -> tuple[Piece, ...]:
    """Return the pieces of a new mail to the workspace that starts a thread and asks something of its author's own mail
    besides; () where it does one of these only. `whole` is what it was read as in one.
    """
    context = mail.context
    if context.author is None or context.destination.door is not Door.POST:
        return ()
    asks = isinstance(whole, CommandReading) and whole.intent in (*_OF_OWN_MAIL, Intent.STATUS)
    if not asks and not (isinstance(whole, CommandReading) and whole.intent in _TALK):
        return ()
    text = mail.found.own
    apart = _apart(text, mail, lambda said: _asked_of_new(said, mail))
    if apart is not None and apart.left and not _is_reason(apart, mail):
        topic = Piece(apart.text, reading=request_in(apart.text, mail) if mail.message.subject.strip() else None)
        is_topic = not isinstance(topic.reading, CommandReading) or topic.reading.intent in _TALK
        post = topic if is_topic else Piece(apart.text)
        return (post, *(Piece(said, reading=reading) for said, reading in apart.asked))
    if apart is None and asks and _is_public(mail) and _tells_more(whole, mail, _request(text, mail)):
        return (Piece(text), Piece(text, reading=whole))
    return ()


def _apart(text: str, mail: Mail, asked: _Asked) -> PostBeside | None:
    read = cache(asked)
    alone = parted(text, read)
    if _is_asked(alone) and is_manners(alone.text, mail.name, mail.lexicon, lambda said: True):
        return PostBeside("", "", alone.asked)
    apart = parted(text, read, is_post=True)
    if not _is_asked(apart):
        return None
    above, below = apart.asked[: apart.above], apart.asked[apart.above :]
    text = "\n\n".join((*_told(above), apart.text, *_told(below)))
    return PostBeside(text, apart.text, apart.asked, bool(above))


def _is_asked(apart: Parted) -> bool:
    """Whether anything is asked; "less", and below it "more", is a list."""
    return bool(apart.asked) and sum(isinstance(one, Setting) for _, one in apart.asked) <= 1


def _told(asked: Sequence[Said]) -> Iterator[str]:
    """Yield the words of requests that readers may want to know of too."""
    for said, one in asked:
        if isinstance(one, CommandReading) and one.intent in _FOR_READERS and len(said.split()) > 1:
            yield said


def _asked(text: str, mail: Mail) -> Reading | None:
    """Return what words apart ask for; an entry of a list is one of several things, and asks for nothing."""
    return None if _LISTED.match(text) else asked_beside(text, mail)


def _asked_of_new(text: str, mail: Mail) -> Reading | None:
    """Return what words of a new mail ask for, whatever its subject does. A word at its top may be a heading."""
    may_be_missed = "?" in text or len(text.split()) <= _TERSE
    if may_be_missed and (catch_up := read_catch_up(text, mail.written_at, mail.lexicon)):
        return catch_up
    asked = _asked(text, _as_reply(mail))
    is_heading = isinstance(asked, Setting) and mail.found.own.lstrip().startswith(text)
    return None if is_heading else asked


def _as_reply(mail: Mail) -> Mail:
    """Return a mail as one whose subject is not of its own making: it asks for nothing, and no line asks for it."""
    return replace(mail, message=replace(mail.message, subject=f"Re: {mail.message.subject}"))


# --- why something is asked -----------------------------------------------------------------------------------------


def _is_public(mail: Mail) -> bool:
    """Whether the subject of a new mail names something for its readers, and not a request of its own."""
    subject = mail.message.subject.strip()
    if not subject or setting_in(subject, mail) or read_catch_up(subject, mail.written_at, mail.lexicon):
        return False
    asked = request_in("", mail)
    return asked.intent in (*_TALK, Intent.AWAY)


def _is_reason(apart: PostBeside, mail: Mail) -> bool:
    """Whether what stands beside the requests of a new mail may be why they are made: few words, below a subject that
    asks too, or about our mails.
    """
    words = len(apart.left.split())
    if any(isinstance(one, CatchUp) or _is_away(one) for _, one in apart.asked):
        return False
    if words <= _REASON and _request(apart.left, mail).mentions("mails"):
        return True
    return words <= _SHORT and not _is_public(mail)


def _is_away(reading: Reading | None) -> bool:
    return isinstance(reading, CommandReading) and reading.intent is Intent.AWAY


def _tells_more(asked: Reading, mail: Mail, request: Request) -> bool:
    """Whether some sentence speaks of something else than what is asked; but for an absence, before it is asked."""
    told = request.sentences
    if _has_clause_beside(request) and isinstance(asked, CommandReading) and asked.intent in _IN_A_CLAUSE:
        return True
    others = [one for one in told if not is_all_ours(one, request) and not _asks(one, request, mail)]
    return bool(others) and (_is_away(asked) or others[0] is told[0])


def _has_clause_beside(request: Request) -> bool:
    """Whether one clause of a sentence that does not name our mails speaks of something else than the others do."""
    for told in request.sentences:
        clauses = [] if request.hits(told, "mails") else _CLAUSES.split(told.text)
        ours = [is_all_ours(Told(clause, words_of(clause)), request) for clause in clauses if clause.strip()]
        if len(ours) > 1 and not all(ours):
            return True
    return False


def _asks(told: Told, request: Request, mail: Mail) -> bool:
    """Whether a sentence asks something of its author's own mail, or speaks of that."""
    return bool(request.hits(told, "mails")) or request_in(told.text, _as_reply(mail)).intent not in _TALK


def _request(text: str, mail: Mail) -> Request:
    return make_request(mail.context.workspace.name, "", text, mail.written_at, mail.lexicon)
