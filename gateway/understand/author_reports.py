"""Reports on mail of ours that was sent: of delivery, of complaints, of reading; by their form, else by their words.

Each check says what a mail is, or None. Must not: take a person's letter that passes a report on for one, or read whom
a report is about (the files of reading/ do).
"""

from __future__ import annotations

from gateway.model.nature import Nature, Written
from gateway.understand.author_automatic import is_automatic_reply
from gateway.understand.author_signs import Case
from gateway.understand.reading.bounce import STATUS_TYPES, read_complaint, read_json, read_rejection, read_status
from gateway.understand.reading.bounce_parts import Report
from gateway.understand.reading.bounce_words import NAMED_OUTRIGHT, read_notice


def delivery_report(case: Case) -> Written | None:
    """RFC 3464: fields for machines. A person who forwards a report sends it as something else than a report."""
    if not _is_report(case):
        return None
    return _written(read_status(case.message))


def _is_report(case: Case) -> bool:
    if case.message.media_type == "multipart/report":  # RFC 6522
        return True
    # QUIRK: sent as multipart/mixed, or as nothing but its fields. A person who passes one on writes a word about it.
    if not case.kinds.isdisjoint(STATUS_TYPES) and (case.is_postmaster or case.is_nobody or not case.has_words):
        return True
    return case.is_daemon or case.has_null_path or case.auto_submitted not in ("", "no")


def _written(report: Report | None) -> Written | None:
    return Written(report.nature, report.sign, bounce=report.bounce) if report else None


def complaint(case: Case) -> Written | None:
    """RFC 5965."""
    return _written(read_complaint(case.message)) if _may_complain(case) else None


def _may_complain(case: Case) -> bool:
    # QUIRK: Microsoft's complaints are a returned mail and nothing else.
    return "message/feedback-report" in case.kinds or case.kinds == {"message/rfc822"}


def read_receipt(case: Case) -> Written | None:
    """RFC 8098; one by which a filter rejected the mail is a bounce."""
    has_notification = "message/disposition-notification" in case.kinds
    if has_notification and (rejection := read_rejection(case.message)):
        return _written(rejection)
    if has_notification and (case.message.media_type == "multipart/report" or not case.has_words):
        return Written(Nature.READ_RECEIPT, "disposition-notification")
    if dict(case.message.media_parameters).get("report-type", "").lower() == "disposition-notification":
        return Written(Nature.READ_RECEIPT, "report-type")
    return None


def json_report(case: Case) -> Written | None:
    """Return a report that a provider writes as JSON, where an address that nobody reads sends it."""
    return _written(read_json(case.message)) if case.is_nobody or case.auto_submitted not in ("", "no") else None


def notice(case: Case) -> Written | None:
    """A report in free words, told by who sends it together with what it looks like."""
    if _is_notice(case):
        return _written(read_notice(case.message, case.lexicon))
    if not _may_be_notice(case):
        return None
    report = read_notice(case.message, case.lexicon)
    return _written(report) if report.sign in NAMED_OUTRIGHT and report.bounce.recipients else None


def _is_notice(case: Case) -> bool:
    """True when who sends it proves a notice."""
    if any(case.field(name) for name in _NOTICE_FIELDS):
        return True
    if case.message.media_type == "multipart/report":
        kind = dict(case.message.media_parameters).get("report-type", "").lower()
        return kind in ("delivery-status", "") or case.is_daemon
    if case.is_daemon:
        return case.opening.is_failure or not is_automatic_reply(case)
    return case.opening.is_failure and (case.has_null_path or case.auto_submitted not in ("", "no"))


# What mail systems write on notices of theirs alone: Exim and Google, Exchange Online, Exchange 2003.
_NOTICE_FIELDS = ("x-failed-recipients", "x-ms-exchange-message-is-ndr", "x-ms-embedded-report")


def _may_be_notice(case: Case) -> bool:
    """True when it looks like a notice, and its words must prove it: by naming who was not reached as notices do."""
    if case.is_at_bounce_address:
        return case.speaks_of_failure
    if case.opening.is_failure:
        sends_many = case.precedence in ("bulk", "junk") and not case.is_list_mail
        return case.is_postmaster or case.is_system or case.is_nobody or sends_many or case.returns_mail
    return case.returns_mail and (case.is_nobody or case.is_postmaster or case.is_system)
