"""What a refusal for good (5xx), or a report of one, speaks of: us, the address it was for, or the mail itself.

A server that takes our mail says much of its own accord with the codes made for addresses: a number a day that is used
up, a sender that is not ours, a login it wants. Counted against members, it would end everybody's mail. So a code that
is of us alone is of us, and what may be of us is, once several addresses in a row are refused alike.
Must not: send, or decide when to try again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.model.nature import Bounce, SpokenOf
from gateway.model.notice import Attempt, PastTry

SEVERAL = 3  # addresses refused alike, and none taken in between: it is not they who want nothing, it is we who may not
LOOKED_BACK = 200  # tries
# A server that took a mail of ours so lately is believed when it says of addresses, however many, that there are none.
BELIEVED_FOR = timedelta(minutes=10)
PUT_BACK_WITHIN = timedelta(days=3)  # what was failed longer ago says nothing any more

# Replies of class 5 that say something of us and not of the notice: no login (530, 535), a mechanism too weak (534) or
# not encrypted (523, 538); RFC 4954 §6. A wrong password must not fail the mails of a day: they wait till it is mended.
OF_LOGIN = frozenset({523, 530, 534, 535, 538})
REFUSED_THERE = "refused-there"  # the reason of one that waits, refused at its address alone
NOT_FROM_US = "not-from-us"
REJECTED = "rejected"
_WAITING = frozenset({REFUSED_THERE, NOT_FROM_US})


class Blame(StrEnum):
    """What a reply of class 5 speaks of, by itself."""

    US = "us"  # our sender, our session, or what the server allows us: it says nothing of the notice
    RECIPIENT = "recipient"  # the address: what another server would have told in a report
    MESSAGE = "message"  # these octets, or an address that cannot be written to at all
    UNSURE = "unsure"  # us, or one address that wants nothing of us: what befalls the others tells


class Cause(StrEnum):
    """What a refusal is taken for, in the light of those about it."""

    AS_SAID = "as-said"
    UNDECIDED = "undecided"  # others are refused alike, too few to tell
    OF_US = "of-us"


# Enhanced codes by subject and detail (RFC 3463 §3, and the registry of RFC 5248), then by subject alone; what is not
# listed is told by the command. QUIRK: Gmail, Microsoft and Zoho have codes of their own for what they allow a sender.
_OF_DETAIL = {
    (1, 0): Blame.UNSURE,  # some address, maybe ours
    (1, 7): Blame.US,  # bad sender's mailbox address
    (1, 8): Blame.US,  # bad sender's system address
    (1, 90): Blame.US,  # Microsoft: the number of recipients a day
    (2, 0): Blame.UNSURE,  # Microsoft: mail that looks as if we were misused
    (2, 3): Blame.MESSAGE,  # longer than is allowed
    (2, 252): Blame.US,  # Microsoft: SendAsDenied
    (3, 4): Blame.MESSAGE,  # too big for the system
    (4, 5): Blame.US,  # congestion. Gmail: the number of mails a day
    (4, 6): Blame.UNSURE,  # a loop on the way. Zoho: so much as to be odd
    (4, 14): Blame.UNSURE,  # Microsoft: a loop on the way
}
# Policy (RFC 3463 §3.8) that is about who sends: our login (RFC 5248, 4954), DKIM, SPF and the name of our machine
# (RFC 7372), how much we send (RFC 5248); Microsoft: sending as another, relaying, spam, our address or domain.
_OF_SENDER = (*range(8, 15), *range(20, 29), 57, 60, 64, *range(501, 504), *range(509, 512), *range(606, 650))
_OF_DETAIL |= {(7, detail): Blame.US for detail in (*_OF_SENDER, *range(700, 751))}
# RFC 7293 §8.3: the mailbox, or its domain, has another owner since we wrote to it first.
_OF_DETAIL |= {(7, detail): Blame.RECIPIENT for detail in (17, 18)}
_POLICY = 7
_OF_SUBJECT = {
    1: Blame.RECIPIENT,
    2: Blame.RECIPIENT,  # mailbox
    3: Blame.UNSURE,  # mail system
    4: Blame.RECIPIENT,  # network and routing: there is no way there
    5: Blame.UNSURE,  # protocol
    6: Blame.MESSAGE,
    _POLICY: Blame.UNSURE,  # QUIRK: Postfix says at RCPT that it will not have the sender, or relay for us at all
}
# What no server says of a sender: there is no such mailbox, or no such domain; it is misspelt, ambiguous, has moved.
_OF_NOBODY = frozenset((1, detail) for detail in (1, 2, 3, 4, 6, 10))
# A mail's time was over: RFC 3463 §3.5; QUIRK: Microsoft's "message expired", for good by its class.
_GAVE_UP = frozenset((4, detail) for detail in (7, 300, 316, 317))
_FULL = (2, 2)  # QUIRK: after DATA Microsoft says of our own mailbox that it may send no more
_NO_ROOM = frozenset({_FULL, (3, 1)})  # of the mailbox, of the system it is on
# Bare replies to RCPT that speak of a mailbox (RFC 5321 §4.2.2, RFC 7504); 551, 553 and 554 may be about relaying.
_OF_MAILBOX = frozenset({550, 552, 556})
_TOO_BIG = 552  # to MAIL and DATA: the size (RFC 1870 §6.1)
_CODE = re.compile(r"(?<![\d.:])[45]\d\d(?=[ -]|$)")  # RFC 5321 §4.2
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_ENHANCED_WITHIN = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_PARTICULAR = re.compile(r"<[^>]*>|\S*[@\d]\S*")  # addresses, numbers, ids: what differs between replies of one kind
_WORDS = re.compile(r"[^\W\d_]+")


def status_of(attempt: Attempt) -> str:
    """Return the enhanced status code at the start of a reply's text (RFC 2034 §4), "" where there is none."""
    found = _ENHANCED.match(attempt.text)
    return found[0].strip() if found else ""


def blame(attempt: Attempt) -> Blame:
    """Return what a reply of class 5 speaks of. Of the message alone where it is none, or answers we know not what."""
    if not attempt.refused or not 500 <= attempt.code <= 599:
        return Blame.MESSAGE
    if attempt.code in OF_LOGIN:
        return Blame.US
    return _BY_COMMAND[attempt.refused](attempt.code, _subject(attempt.text))


def _subject(text: str) -> tuple[int, int]:
    found = _ENHANCED.match(text)
    return (int(found[2]), int(found[3])) if found else (0, 0)


def _by_status(status: tuple[int, int]) -> Blame | None:
    return _OF_DETAIL.get(status) or _OF_SUBJECT.get(status[0])


def _by_sender(code: int, status: tuple[int, int]) -> Blame:
    said = _by_status(status)
    return Blame.MESSAGE if said is Blame.MESSAGE or (said is None and code == _TOO_BIG) else Blame.US


def _by_recipient(code: int, status: tuple[int, int]) -> Blame:
    return _by_status(status) or (Blame.RECIPIENT if code in _OF_MAILBOX else Blame.UNSURE)


def _by_message(code: int, status: tuple[int, int]) -> Blame:
    """Its one recipient may be told of here at last; a general policy that it breaks is one about what it says."""
    said = Blame.UNSURE if status == _FULL else _by_status(status)
    is_policy = status[0] == _POLICY and said is Blame.UNSURE
    return Blame.MESSAGE if said is None or is_policy else said


_BY_COMMAND: dict[str, Callable[[int, tuple[int, int]], Blame]] = {
    "sender": _by_sender,
    "recipient": _by_recipient,
    "message": _by_message,
}


def blame_in_report(report: Bounce) -> Blame:
    """Return what a report on delivery speaks of, by the codes that refusals are told by.

    A far server is asked, and behind ours: what it says of systems and protocols is of the mailbox there (QUIRK:
    Microsoft says 5.5.0 of those that do not exist), unless its words are of who sends; its policy may be of us, unless
    they are of nobody there: "5.7.1 user unknown" (QUIRK). Status codes that say nothing (5.0.0) leave it to the words,
    and so does that of a full mailbox, where they are of a mail's size (QUIRK: Sendmail has 5.2.2 for every bare 552):
    where these name no mailbox either ("554 Message not allowed - [299]", "5.2.0 Mail rejected"), it is our mail they
    refuse.
    """
    status = _status_in(report)
    said = _by_status(status) or Blame.UNSURE
    if status == _FULL and report.speaks_of is SpokenOf.SIZE:
        return Blame.MESSAGE
    if said is not Blame.UNSURE:
        return said
    if lacks_room(report):
        return Blame.RECIPIENT
    return _by_words(report.speaks_of, is_policy=status[0] == _POLICY)


def lacks_room(report: Bounce) -> bool:
    """Tell whether a report is of a mailbox that is there, and full: it may have room again.

    A bare 552 means that, or a mail too large (RFC 5321 §4.2.3, RFC 1870 §6.1); neither says that nobody is there.
    """
    status, found = _status_in(report), _CODE.search(report.diagnostic)
    if status in _NO_ROOM or report.speaks_of is SpokenOf.FULL:
        return True
    is_bare = status[1] == 0 and report.speaks_of in (None, SpokenOf.MAIL)
    return is_bare and found is not None and int(found[0]) == _TOO_BIG


def gave_up(report: Bounce) -> bool:
    """Tell whether a report is of a server that could not be reached, or put us off, till the mail's time was over.

    By its code, by its words unless they or the code are of nobody there, or by the answer it quotes (4yz).
    """
    status, found = _status_in(report), _CODE.search(report.diagnostic)
    if status in _GAVE_UP:
        return True
    is_nobody = status in _OF_NOBODY or report.speaks_of is SpokenOf.NOBODY
    is_put_off = found is not None and found[0].startswith("4")
    return (report.gave_up or is_put_off) and not is_nobody


def _status_in(report: Bounce) -> tuple[int, int]:
    """Return subject and detail of a report's status, of the code within its text where that says nothing."""
    status = _subject(report.status)
    found = None if status[0] else _ENHANCED_WITHIN.search(report.diagnostic)
    return (int(found[2]), int(found[3])) if found else status


def _by_words(about: SpokenOf | None, *, is_policy: bool) -> Blame:
    """Return what a report is of whose codes may mean anything: where no words tell, a policy alone may be of us."""
    if about is SpokenOf.SIZE:
        return Blame.MESSAGE
    if about in (SpokenOf.SENDER, SpokenOf.MAIL) or (is_policy and about not in (SpokenOf.NOBODY, SpokenOf.FULL)):
        return Blame.UNSURE
    return Blame.RECIPIENT


def may_be_of_us(attempt: Attempt) -> bool:
    """Tell whether a refusal is of us where several addresses meet it: not what a mail's own size or shape is told."""
    if not attempt.refused or not 500 <= attempt.code <= 599:
        return False
    said = blame(attempt)
    is_of_octets = _by_status(_subject(attempt.text)) is Blame.MESSAGE or attempt.code == _TOO_BIG
    return said in (Blame.RECIPIENT, Blame.UNSURE) or (said is Blame.MESSAGE and not is_of_octets)


# --- in a row -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """What refusals are in the light of each other, by notice; `put_back` was failed before that could be known."""

    of_us: frozenset[int] = frozenset()
    undecided: frozenset[int] = frozenset()
    put_back: frozenset[int] = frozenset()

    def cause(self, notice_id: int) -> Cause:
        """Return what the refusal of a notice is taken for."""
        if notice_id in self.of_us:
            return Cause.OF_US
        return Cause.UNDECIDED if notice_id in self.undecided else Cause.AS_SAID


@dataclass(frozen=True, slots=True)
class _Refused:
    """A refusal in the row. `outlived`: somebody else was taken since its notice was refused first."""

    notice_id: int
    address: str
    reply: str  # what replies of one kind share
    is_unsure: bool = False  # such are alike, whatever they say
    outlived: bool = False
    is_new: bool = True  # judged now
    is_failed: bool = False

    def is_like(self, other: _Refused) -> bool:
        return self.reply == other.reply or (self.is_unsure and other.is_unsure)


def judged(
    before: Sequence[PastTry],
    tried: Iterable[tuple[str, Attempt]],
    tries: Mapping[int, int],
    now: datetime,
    taken_at: datetime | None = None,
) -> Judged:
    """Return what refusals are: those of one kind at several addresses, with none taken in between, are of us.

    `before`: the tries since the last that was taken, newest first; `tried`: (address, attempt), in order; `tries`: how
    often each notice was tried before; `taken_at`: when a mail was taken last. A notice that is refused again after
    somebody was taken speaks for itself.
    """
    seen = Counter(one.notice_id for one in before)
    reaches_back = len(before) < LOOKED_BACK
    row = [_past(one, reaches_back and one.tries > seen[one.notice_id], now) for one in before if one.code >= 500]
    of_us, undecided, put_back = set[int](), set[int](), set[int]()
    for address, attempt in tried:
        if 200 <= attempt.code <= 299:
            row, seen, reaches_back, taken_at = [], Counter(), True, attempt.at
        if not may_be_of_us(attempt) or _is_believed(attempt, taken_at):
            continue
        number = attempt.notice_id
        one = _new(address, attempt, outlived=reaches_back and tries.get(number, 0) > seen[number])
        alike = [other for other in row if other.is_like(one) and not other.outlived]
        row.append(one)
        if _are_several(alike, one):
            of_us |= {other.notice_id for other in alike if other.is_new} | {number}
            put_back |= {other.notice_id for other in alike if other.is_failed}
        elif not one.outlived and _is_open(alike, one, attempt):
            undecided.add(number)
    return Judged(frozenset(of_us), frozenset(undecided - of_us), frozenset(put_back))


def _is_believed(attempt: Attempt, taken_at: datetime | None) -> bool:
    is_lately = taken_at is not None and attempt.at - taken_at <= BELIEVED_FOR
    return is_lately and attempt.refused == "recipient" and _subject(attempt.text) in _OF_NOBODY


def _past(one: PastTry, outlived: bool, now: datetime) -> _Refused:
    return _Refused(
        one.notice_id, one.address, _of_reply(one.code, one.text), outlived=outlived, is_new=False,
        is_unsure=one.reason in _WAITING and _by_recipient(one.code, _subject(one.text)) is Blame.UNSURE,
        is_failed=one.reason == REJECTED and now - one.at <= PUT_BACK_WITHIN,
    )  # fmt: skip


def _new(address: str, attempt: Attempt, *, outlived: bool) -> _Refused:
    unsure = blame(attempt) is Blame.UNSURE
    return _Refused(attempt.notice_id, address, _of_reply(attempt.code, attempt.text), unsure, outlived)


def _are_several(alike: Sequence[_Refused], one: _Refused) -> bool:
    speaking = alike if one.outlived else (*alike, one)
    return len({other.address for other in speaking}) >= SEVERAL


def _is_open(alike: Sequence[_Refused], one: _Refused, attempt: Attempt) -> bool:
    """Whether a refusal may yet be of us: another address met it, or any did and it is bare and can mean anything."""
    return any(other.address != one.address or not status_of(attempt) for other in alike)


def _of_reply(code: int, text: str) -> str:
    """Return what replies of one kind share: code and enhanced status, else code and words that name nobody."""
    found = _ENHANCED.match(text)
    words = (found[0].strip(),) if found else _WORDS.findall(_PARTICULAR.sub(" ", text.casefold()))
    return " ".join((str(code), *words))
