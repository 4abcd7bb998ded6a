"""Who or what wrote a message: a person, or a machine of which kind.

Two mistakes are possible, and they are not alike: a machine taken for a person costs one answer too many; a person
taken for a machine loses their words. So a person is the answer wherever no sign proves a machine, and signs that
people's mail carries too (Precedence, List-*, a no-reply address, the words of an absence) only count together.
Must not: decide what follows from it, or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from gateway.model.message import Message
from gateway.model.nature import Nature, Written
from gateway.understand.lexicon import Lexicon, any_of
from gateway.understand.reading.bounce import STATUS_TYPES, read_complaint, read_json, read_rejection, read_status
from gateway.understand.reading.bounce_parts import Report, said_in
from gateway.understand.reading.bounce_words import NAMED_OUTRIGHT, read_notice, says_it_gave_up, spoken_of
from gateway.understand.reading.calendar import read_calendar
from gateway.understand.reading.reaction import read_reaction
from gateway.understand.reply import new_text

PRESSED = "x-apple-unsubscribe"  # on mail that a program writes when its owner presses "unsubscribe"
LOOP_FIELD = "x-restante-loop"  # on everything we send; whoever hands it back, or on, is no correspondent

# Local parts that are a mail system's own: RFC 5321 §4.5.1, RFC 2142 §5, and the usual spellings.
_DAEMONS = re.compile(r"mailer[-_.]?d(?:a)?emon|mail[-_.]?daemon|mail[-_.]delivery[-_.](?:sub)?system|mdaemon", re.I)
_POSTMASTER = re.compile(r"post[-_.]?master", re.I)
# Programs that handle mail and write in their own name.
_SYSTEM = re.compile(
    r"(?:.*[-_. \"])?(?:smtp|mail[-_.]?(?:service|system|server|gateway|scanner|marshal)|anti[-_.]?virus"
    r"|system[-_. ]?administrator)(?:[-_. \"].*)?",
    re.I,
)
# The reverse-paths of lists and senders, by the usual spellings.
_FOR_BOUNCES = re.compile(r"(?:[^@]*[-_.+])?bounces?(?:[-_.+=][^@]*)?@", re.I)
_NOBODY = re.compile(r"(?:.*[-_.+])?(?:no|do[-_.]?not|dont)[-_.]?(?:reply|respond)(?:[-_.+\d].*)?|nobody", re.I)
_LONGEST_TOP = 1_500
_LONGEST_LOCAL = 256
_LONGEST_SUBJECT = 500


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of all languages that automatic mail is told by, compiled."""

    strong: re.Pattern[str]
    weak: re.Pattern[str]
    own: re.Pattern[str]
    failure: re.Pattern[str]  # at the start of a subject
    says_failure: re.Pattern[str]  # anywhere


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    def listed(key: str) -> str:
        return any_of(lexicon.words("machine", key))

    # A formula opens the subject, at most after a list's tag, and a colon, a dash or nothing follows it. A subject
    # that begins with "Re:" or its kin opens with something else: the person who answered the machine.
    tag = r"^\s*(?:\[[^\]]{1,40}\]\s*)?[\[(<*!]*\s*"
    # Some programs put it right ahead of the subject they answer: "Out of office Re: Lunch".
    end = r"\s*[\])>*!.]*\s*(?:$|[:：;,(\[\"«„“]|[-–—]\s|\s[-–—]|\s[^\W\d]{1,3}:\s)"
    return _Words(
        strong=re.compile(
            rf"{tag}(?:{listed('strong_formulas')}){end}|^\s*[\[(](?:{listed('strong_formulas')})[\])]", re.IGNORECASE
        ),
        weak=re.compile(rf"{tag}(?:{listed('weak_formulas')}){end}", re.IGNORECASE),
        own=re.compile(rf"(?<!\w)(?:{listed('own_words')})", re.IGNORECASE),
        says_failure=re.compile(rf"(?<!\w)(?:{listed('failures')}|{listed('delays')})(?!\w)", re.IGNORECASE),
        failure=re.compile(
            rf"{tag}(?:[^\s:]{{1,80}}\s+)?(?:{listed('failures')}|{listed('delays')}|{listed('reports')})(?!\w)",
            re.IGNORECASE,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Opening:
    """With which formulas of automatic mail a subject opens."""

    is_strong: bool
    is_weak: bool
    is_failure: bool


@lru_cache(maxsize=256)  # all who answer a mail write the same subject
def _opening(subject: str, lexicon: Lexicon) -> _Opening:
    words = _words(lexicon)
    return _Opening(
        is_strong=bool(words.strong.match(subject)),
        is_weak=bool(words.weak.match(subject)),
        is_failure=bool(words.failure.match(subject)),
    )


_LIST_FIELDS = frozenset(
    {"list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere", "x-ml-name", "x-mlname"}
)
_KEYWORD = re.compile(r"\s*([A-Za-z-]+)")
_ANGLED = re.compile(r"<([^<>]*)>")
_LIST_SENDER = re.compile(r"\bowner-|[-+](?:owner|request|admin|errors)@", re.I)


@dataclass(frozen=True)  # without slots, so that what several checks ask for is found once
class _Case:
    """One message and what is known beside it."""

    message: Message
    lexicon: Lexicon
    words: _Words
    envelope_from: str | None
    is_own_id: Callable[[str], bool]
    is_for_bounces: bool
    names: frozenset[str]  # of the fields it has: most that are asked for are absent

    def field(self, name: str) -> str:
        """Return the first value of a header field, its name in lower case, "" when absent."""
        return self.message.header(name) if name in self.names else ""

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Return the media types of its parts."""
        return frozenset(part.media_type for part in self.message.parts)

    @cached_property
    def has_words(self) -> bool:
        """True when somebody wrote a word above or beside its parts; what a program signs with is none.

        A forwarded text without a word of one's own counts as one: only a person's program marks it so.
        """
        return bool(new_text(self.message, None, self.lexicon).text.strip())

    @cached_property
    def subject(self) -> str:
        return " ".join(self.message.subject[:_LONGEST_SUBJECT].split())

    @cached_property
    def is_at_bounce_address(self) -> bool:
        """True when it was sent where only returned mail goes: a reverse-path of ours, or one that looks like one."""
        return self.is_for_bounces or any(
            _FOR_BOUNCES.match(mailbox.address[:_LONGEST_LOCAL]) for mailbox in self.message.to
        )

    @cached_property
    def local_part(self) -> str:
        """Return the local part of From; where From holds no address, what stands in its place."""
        author = self.message.author
        if author:
            return (author.address.rpartition("@")[0] or author.address)[:_LONGEST_LOCAL]
        written = self.field("from")[:_LONGEST_LOCAL]
        inner = _ANGLED.search(written)
        name = inner[1] if inner and inner[1].strip() else written.partition("<")[0]
        return name.strip(' "\\').partition("@")[0].strip(' "\\')

    @cached_property
    def is_daemon(self) -> bool:
        """True when the address is one that only mail systems write from, the empty one among them."""
        return bool(_DAEMONS.fullmatch(self.local_part)) or self.field("from").strip() == "<>"

    @cached_property
    def is_postmaster(self) -> bool:
        """True for an address that mail systems write from, and now and then the person who minds them."""
        return bool(_POSTMASTER.match(self.local_part))

    @cached_property
    def is_system(self) -> bool:
        return bool(_SYSTEM.fullmatch(self.local_part))

    @cached_property
    def is_nobody(self) -> bool:
        return bool(_NOBODY.fullmatch(self.local_part))

    @cached_property
    def has_null_path(self) -> bool:
        """True when the reverse-path is empty: no answer is wanted, ever (RFC 5321 §4.5.5)."""
        if self.envelope_from is not None:
            return self.envelope_from.strip() in ("", "<>")
        return self.field("return-path").strip() == "<>"

    @cached_property
    def auto_submitted(self) -> str:
        """Return the keyword of Auto-Submitted in lower case (RFC 3834 §5), "" when absent."""
        keyword = _KEYWORD.match(self.field("auto-submitted"))
        return keyword[1].lower() if keyword else ""

    @cached_property
    def precedence(self) -> str:
        fields = (self.field("precedence"), self.field("x-precedence"))
        return next((field.strip().lower().replace("-", "_") for field in fields if field.strip()), "")

    @cached_property
    def opening(self) -> _Opening:
        return _opening(self.subject, self.lexicon)

    @property
    def speaks_of_failure(self) -> bool:
        return self.opening.is_failure

    @cached_property
    def is_list_mail(self) -> bool:
        """True when a list passed it on (RFC 2369, RFC 2919, or older habits): all of its mail bears its marks."""
        return not self.names.isdisjoint(_LIST_FIELDS) or bool(_LIST_SENDER.search(self.field("sender")))


def written_by(
    message: Message,
    lexicon: Lexicon,
    envelope_from: str | None = None,
    is_own_id: Callable[[str], bool] = lambda message_id: False,
    is_for_bounces: bool = False,
) -> Written:
    """Return what wrote a message. Never raises.

    `envelope_from` is the reverse-path of the transfer ("" when it was null), None where it is not known: then a
    Return-Path field stands in for it. `is_own_id` says whether a Message-ID, without angle brackets, is one of ours.
    `is_for_bounces` is True when it arrived at a reverse-path of ours, to which nobody but mail systems writes.
    """
    case = _Case(
        message,
        lexicon,
        _words(lexicon),
        envelope_from,
        is_own_id,
        is_for_bounces,
        frozenset(n for n, _ in message.headers),
    )
    written = next((found for check in _CHECKS if (found := check(case))), Written(Nature.PERSON, "no-sign"))
    bounce = written.bounce
    if bounce is not None:
        about = spoken_of(bounce.diagnostic, lexicon, bounce.recipients)
        gave_up = any(says_it_gave_up(said, lexicon) for said in (bounce.diagnostic, said_in(message)))
        written = replace(written, bounce=replace(bounce, speaks_of=about, gave_up=gave_up))
    return written if _is_answerable(case, written) else replace(written, is_answerable=False)


def _is_answerable(case: _Case, written: Written) -> bool:
    """RFC 3834 §2: machines, lists and bulk mail get no automatic answer; nor do those who ask for none.

    Any List-* field speaks against one: a sender of many writes List-Unsubscribe, and often no other.
    """
    if written.is_machine or case.is_nobody or case.is_list_mail or any(n.startswith("list-") for n in case.names):
        return False
    wish = {word.strip().lower() for word in case.field("x-auto-response-suppress").split(",")}
    return case.precedence not in ("bulk", "junk", "list") and wish.isdisjoint(("all", "autoreply"))


# --- our own mail ----------------------------------------------------------------------------------


def _own_loop(case: _Case) -> Written | None:
    if case.field(LOOP_FIELD):
        return Written(Nature.OWN_LOOP, "loop-field")
    if case.message.message_id and case.is_own_id(case.message.message_id):
        return Written(Nature.OWN_LOOP, "own-message-id")
    return None


# --- reports ---------------------------------------------------------------------------------------


def _delivery_report(case: _Case) -> Written | None:
    """RFC 3464: fields for machines. A person who forwards a report sends it as something else than a report."""
    if not _is_report(case):
        return None
    return _written(read_status(case.message))


def _is_report(case: _Case) -> bool:
    if case.message.media_type == "multipart/report":  # RFC 6522
        return True
    # QUIRK: sent as multipart/mixed, or as nothing but its fields. A person who passes one on writes a word about it.
    if not case.kinds.isdisjoint(STATUS_TYPES) and (case.is_postmaster or case.is_nobody or not case.has_words):
        return True
    return case.is_daemon or case.has_null_path or case.auto_submitted not in ("", "no")


def _written(report: Report | None) -> Written | None:
    return Written(report.nature, report.sign, bounce=report.bounce) if report else None


def _complaint(case: _Case) -> Written | None:
    """RFC 5965."""
    return _written(read_complaint(case.message)) if _may_complain(case) else None


def _may_complain(case: _Case) -> bool:
    # QUIRK: Microsoft's complaints are a returned mail and nothing else.
    return "message/feedback-report" in case.kinds or case.kinds == {"message/rfc822"}


def _read_receipt(case: _Case) -> Written | None:
    """RFC 8098; one by which a filter rejected the mail is a bounce."""
    has_notification = "message/disposition-notification" in case.kinds
    if has_notification and (rejection := read_rejection(case.message)):
        return _written(rejection)
    if has_notification and (case.message.media_type == "multipart/report" or not case.has_words):
        return Written(Nature.READ_RECEIPT, "disposition-notification")
    if dict(case.message.media_parameters).get("report-type", "").lower() == "disposition-notification":
        return Written(Nature.READ_RECEIPT, "report-type")
    return None


def _json_report(case: _Case) -> Written | None:
    return _written(read_json(case.message)) if case.is_nobody or case.auto_submitted not in ("", "no") else None


def _notice(case: _Case) -> Written | None:
    """A report in free words, told by who sends it together with what it looks like."""
    if _is_notice(case):
        return _written(read_notice(case.message, case.lexicon))
    if not _may_be_notice(case):
        return None
    report = read_notice(case.message, case.lexicon)
    return _written(report) if report.sign in NAMED_OUTRIGHT and report.bounce.recipients else None


def _is_notice(case: _Case) -> bool:
    """True when who sends it proves a notice."""
    if any(case.field(name) for name in _NOTICE_FIELDS):
        return True
    if case.message.media_type == "multipart/report":
        kind = dict(case.message.media_parameters).get("report-type", "").lower()
        return kind in ("delivery-status", "") or case.is_daemon
    if case.is_daemon:
        return case.speaks_of_failure or not _is_automatic_reply(case)
    return case.speaks_of_failure and (case.has_null_path or case.auto_submitted not in ("", "no"))


# What mail systems write on notices of theirs alone: Exim and Google, Exchange Online, Exchange 2003.
_NOTICE_FIELDS = ("x-failed-recipients", "x-ms-exchange-message-is-ndr", "x-ms-embedded-report")


def _may_be_notice(case: _Case) -> bool:
    """True when it looks like a notice, and its words must prove it: by naming who was not reached as notices do."""
    if case.is_at_bounce_address:
        return bool(case.words.says_failure.search(f"{case.subject}\n{_top(case.message.text)}"))
    if case.speaks_of_failure:
        sends_many = case.precedence in ("bulk", "junk") and not case.is_list_mail
        return case.is_postmaster or case.is_system or case.is_nobody or sends_many or _returns_mail(case)
    return _returns_mail(case) and (case.is_nobody or case.is_postmaster or case.is_system)


def _returns_mail(case: _Case) -> bool:
    return not case.kinds.isdisjoint(("message/rfc822", "text/rfc822-headers"))


# --- what a program sends for its owner --------------------------------------------------------------


def _unsubscription(case: _Case) -> Written | None:
    """Apple's programs write a mail when their owner presses "unsubscribe" (RFC 2369 §3.2, mailto)."""
    asked = case.field(PRESSED).strip().lower() == "true"
    return Written(Nature.UNSUBSCRIBE, PRESSED) if asked else None


def _reaction(case: _Case) -> Written | None:
    found = read_reaction(case.message, case.lexicon)
    return Written(Nature.REACTION, "reaction", reaction=found) if found else None


def _calendar(case: _Case) -> Written | None:
    found = read_calendar(case.message)
    return Written(found.nature, "itip-method", calendar=found.answer) if found else None


# --- automatic mail ----------------------------------------------------------------------------------

# Fields that only programs write when they answer, with the pattern of values that say so.
_ANSWERING_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("x-autoreply", re.compile(r"(?!\s*(?:no|false|0)\b).", re.I)),
    ("x-autorespond", re.compile(r"(?!\s*(?:no|false|0)\b).?", re.I)),
    ("x-autoresponder", re.compile(r"(?!\s*(?:no|false|0)\b).?", re.I)),
    ("x-auto-reply", re.compile(r"(?!\s*(?:no|false|0)\b).", re.I)),
    ("x-autoreply-from", re.compile(r"\S")),
    ("x-mail-autoreply", re.compile(r"\S")),
    ("x-autogenerated", re.compile(r"\s*(?:reply|forward)\b", re.I)),
    ("x-apple-action", re.compile(r"\s*vacation\b", re.I)),
    ("x-ms-exchange-generated-message-source", re.compile(r"\s*Mailbox Rules Agent", re.I)),
    ("x-post-messageclass", re.compile(r"\s*9;.*autoresponder", re.I)),
    ("x-mailer", re.compile(r"\s*vacation\b|.*\bauto-?(?:responder|reply)\b", re.I)),
    ("delivered-to", re.compile(r"\s*autoresponder\s*$", re.I)),
)
_ANSWERING_NAMES = frozenset(name for name, _ in _ANSWERING_FIELDS)
# Fields that programs write on mail of their own accord.
_GENERATING_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("x-ms-exchange-generated-message-source", re.compile(r"\S")),
    ("x-autogenerated", re.compile(r"\S")),
    ("x-fc-machinegenerated", re.compile(r"\s*true\b", re.I)),
    ("x-cron-env", re.compile(r"\S")),
)


def _answering_field(case: _Case) -> Written | None:
    for name, pattern in _ANSWERING_FIELDS if not case.names.isdisjoint(_ANSWERING_NAMES) else ():
        if name in case.names and any(pattern.match(value) for value in case.message.header_all(name)):
            return Written(Nature.AUTOREPLY, name)
    # Many answering programs wrote this before RFC 3834; lists never do.
    return Written(Nature.AUTOREPLY, "precedence") if case.precedence == "auto_reply" else None


def _auto_submitted(case: _Case) -> Written | None:
    """RFC 3834 §5: any keyword but "no" was written by a program, "auto-replied" as an answer.

    QUIRK: answering programs also write "auto-generated" (Exchange does), so that what answers decides.
    """
    if case.auto_submitted in ("", "no"):
        return None
    answers = case.auto_submitted == "auto-replied" or _answers(case)
    return Written(Nature.AUTOREPLY if answers else Nature.BULK, "auto-submitted")


def _answers(case: _Case) -> bool:
    """True when a mail says that it answers one: by its fields, or by its subject."""
    if case.message.in_reply_to or case.message.references or case.field("x-ms-exchange-inbox-rules-loop"):
        return True
    return bool(_ANSWERED.match(case.subject)) or _is_formula(case)


_ANSWERED = re.compile(r"\s*re(?:\[\d+\])?\s*:", re.I)  # RFC 5322 §3.6.5: "Re: " is the one prefix programs agree on


def _is_formula(case: _Case) -> bool:
    return case.opening.is_strong or case.opening.is_weak


def _generating_field(case: _Case) -> Written | None:
    for name, pattern in _GENERATING_FIELDS:
        if name in case.names and pattern.match(case.field(name) or "\n"):
            return Written(Nature.AUTOREPLY if _answers(case) else Nature.BULK, name)
    return None


def _null_path(case: _Case) -> Written | None:
    """RFC 5321 §4.5.5: only notifications have a null reverse-path; what is no report is an answer (RFC 3834 §3.3)."""
    return Written(Nature.AUTOREPLY, "null-reverse-path") if case.has_null_path else None


def _formula(case: _Case) -> Written | None:
    return Written(Nature.AUTOREPLY, "formula") if _is_automatic_reply(case) else None


def _is_automatic_reply(case: _Case) -> bool:
    """True when the subject opens with a formula that no person writes, or with one that people write too and a second
    sign stands beside it.
    """
    return case.opening.is_strong or (case.opening.is_weak and any(sign(case) for sign in _SECOND_SIGNS))


def _calls_itself_automatic(case: _Case) -> bool:
    return bool(case.words.own.search(_top(case.message.text)))


def _top(text: str) -> str:
    """Return the first lines of a text, up to what it quotes."""
    lines = text.lstrip()[:_LONGEST_TOP].split("\n")
    quoted = next((number for number, line in enumerate(lines) if line.startswith(">")), len(lines))
    return "\n".join(lines[:quoted])


def _answers_unasked(case: _Case) -> bool:
    """True for an answer whose subject is a formula and then, whole, the subject of what it answers.

    A person may well turn a subject into "Vacation: who stands in?", and leaves no prefix or tag behind the colon.
    """
    rest = case.words.weak.sub("", case.subject, count=1).strip(" :-")
    return bool(case.message.in_reply_to or case.message.references) and bool(_WHOLE_SUBJECT.match(rest))


_WHOLE_SUBJECT = re.compile(r"[^\W\d]{1,5}(?:\[\d+\])?\s?:\s|\[[^\[\]]{1,60}\]")


_SECOND_SIGNS: tuple[Callable[[_Case], bool], ...] = (
    lambda case: case.has_null_path,
    lambda case: case.precedence in ("bulk", "junk") and not case.is_list_mail,
    # On its own this is a wish not to be answered, and on people's mail too; beside a formula it is what Exchange does.
    lambda case: bool(case.field("x-auto-response-suppress")),
    lambda case: bool(case.field("x-ms-exchange-inbox-rules-loop")),
    lambda case: case.is_nobody,
    _calls_itself_automatic,
    _answers_unasked,
)


def _self_described(case: _Case) -> Written | None:
    """The text says at its top that a program wrote it, and it comes from an address where nobody reads answers."""
    unread = case.is_nobody or case.is_postmaster or (case.precedence in ("bulk", "junk") and not case.is_list_mail)
    if not unread or not _calls_itself_automatic(case):
        return None
    return Written(Nature.AUTOREPLY if _answers(case) else Nature.BULK, "own-words")


def _mass_mail(case: _Case) -> Written | None:
    """Sent to many from an address where nobody reads answers."""
    if not case.is_nobody or case.field("list-post"):
        return None
    marks = ("list-unsubscribe", "list-unsubscribe-post", "feedback-id", "x-auto-response-suppress")
    many = case.precedence in ("bulk", "junk", "list") or any(case.field(name) for name in marks)
    return Written(Nature.BULK, "no-reply-address") if many else None


def _other_report(case: _Case) -> Written | None:
    """A report of a kind not known here is still no person's letter (RFC 6522)."""
    if case.message.media_type == "multipart/report":
        return Written(Nature.BULK, "multipart-report")
    return Written(Nature.BULK, "daemon-address") if case.is_daemon else None


# What programs put together and no person attaches. A mail of this and no word has nobody who waits for an answer.
_FOR_PROGRAMS = STATUS_TYPES | {
    "message/disposition-notification",  # RFC 8098
    "message/feedback-report",  # RFC 5965
    "text/rfc822-headers",  # RFC 6522 §4
    "message/rfc822-headers",
    "message/global-headers",  # RFC 6533
}


def _wordless(case: _Case) -> Written | None:
    """Only parts for programs, and no word: a report that names nobody, a mail handed back, an entry for a calendar."""
    returned = _returns_mail(case) and (case.is_postmaster or case.is_system or case.is_nobody)
    if not (returned or _is_calendar_entry(case) or not case.kinds.isdisjoint(_FOR_PROGRAMS)) or case.has_words:
        return None
    return Written(Nature.BULK, "no-words")


def _is_calendar_entry(case: _Case) -> bool:
    """Whether a calendar sent it: a person who attaches a file gives its name, and is told that it cannot be read."""
    files = [part for part in case.message.parts if part.content.strip()]
    return bool(files) and all(part.media_type == "text/calendar" and not part.filename for part in files)


# In this order: what a mail is made for comes before the marks that all automatic mail bears.
_CHECKS: tuple[Callable[[_Case], Written | None], ...] = (
    _own_loop,
    _delivery_report,
    _complaint,
    _read_receipt,
    _json_report,
    _unsubscription,
    _reaction,
    _calendar,
    _notice,
    _answering_field,
    _auto_submitted,
    _generating_field,
    _null_path,
    _formula,
    _self_described,
    _mass_mail,
    _other_report,
    _wordless,
)
