"""Who or what wrote a message: a person, or a machine of which kind.

Two mistakes are possible, and they are not alike: a machine taken for a person costs one answer too many; a person
taken for a machine loses their words. So a person is the answer wherever no sign proves a machine, and signs that
people's mail carries too (Precedence, List-*, a no-reply address, the words of an absence) only count together.
Must not: decide what follows from it, or hold a word of any language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway.model.message import Message
from gateway.model.nature import Nature, Written
from gateway.understand import author_automatic as automatic
from gateway.understand import author_reports as reports
from gateway.understand.author_signs import Case
from gateway.understand.lexicon import Lexicon
from gateway.understand.reading.bounce_parts import said_in
from gateway.understand.reading.bounce_words import says_it_gave_up, spoken_of
from gateway.understand.reading.calendar import read_calendar
from gateway.understand.reading.reaction import read_reaction

PRESSED = "x-apple-unsubscribe"  # on mail that a program writes when its owner presses "unsubscribe"
LOOP_FIELD = "x-restante-loop"  # on everything we send; whoever hands it back, or on, is no correspondent


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
    names = frozenset(name for name, _ in message.headers)
    case = Case(message, lexicon, envelope_from, is_own_id, is_for_bounces, names)
    written = next((found for check in _CHECKS if (found := check(case))), Written(Nature.PERSON, "no-sign"))
    bounce = written.bounce
    if bounce is not None:
        about = spoken_of(bounce.diagnostic, lexicon, bounce.recipients)
        gave_up = any(says_it_gave_up(said, lexicon) for said in (bounce.diagnostic, said_in(message)))
        written = replace(written, bounce=replace(bounce, speaks_of=about, gave_up=gave_up))
    return written if _is_answerable(case, written) else replace(written, is_answerable=False)


def _is_answerable(case: Case, written: Written) -> bool:
    """RFC 3834 §2: machines, lists and bulk mail get no automatic answer; nor do those who ask for none.

    Any List-* field speaks against one: a sender of many writes List-Unsubscribe, and often no other.
    """
    if written.is_machine or case.is_nobody or case.is_list_mail or any(n.startswith("list-") for n in case.names):
        return False
    wish = {word.strip().lower() for word in case.field("x-auto-response-suppress").split(",")}
    return case.precedence not in ("bulk", "junk", "list") and wish.isdisjoint(("all", "autoreply"))


def _own_loop(case: Case) -> Written | None:
    if case.field(LOOP_FIELD):
        return Written(Nature.OWN_LOOP, "loop-field")
    if case.message.message_id and case.is_own_id(case.message.message_id):
        return Written(Nature.OWN_LOOP, "own-message-id")
    return None


def _unsubscription(case: Case) -> Written | None:
    """Apple's programs write a mail when their owner presses "unsubscribe" (RFC 2369 §3.2, mailto)."""
    asked = case.field(PRESSED).strip().lower() == "true"
    return Written(Nature.UNSUBSCRIBE, PRESSED) if asked else None


def _reaction(case: Case) -> Written | None:
    found = read_reaction(case.message, case.lexicon)
    return Written(Nature.REACTION, "reaction", reaction=found) if found else None


def _calendar(case: Case) -> Written | None:
    found = read_calendar(case.message)
    return Written(found.nature, "itip-method", calendar=found.answer) if found else None


# In this order: what a mail is made for comes before the marks that all automatic mail bears.
_CHECKS: tuple[Callable[[Case], Written | None], ...] = (
    _own_loop,
    reports.delivery_report,
    reports.complaint,
    reports.read_receipt,
    reports.json_report,
    _unsubscription,
    _reaction,
    _calendar,
    reports.notice,
    automatic.answering_field,
    automatic.auto_submitted,
    automatic.generating_field,
    automatic.null_path,
    automatic.formula,
    automatic.self_described,
    automatic.mass_mail,
    automatic.other_report,
    automatic.wordless,
)
