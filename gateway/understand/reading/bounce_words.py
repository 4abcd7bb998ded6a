"""Notices of failed delivery in free words: whom they name, in which sign, and whether they gave up.

Whether a message is such a notice at all is concluded in gateway/understand/author.py. Must not: raise on any message,
or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message as LibraryMessage
from functools import lru_cache
from itertools import islice

from flufl.bounce import all_failures

from gateway.model.message import Message
from gateway.model.nature import Nature, SpokenOf
from gateway.understand.lexicon import Lexicon, any_of
from gateway.understand.reading.bounce_parts import (
    ADDRESS,
    FIND_ADDRESS,
    MOST_RECIPIENTS,
    MOST_TEXT,
    STATUS,
    Report,
    Returned,
    TakenApart,
    addresses_in,
    bare,
    is_whole,
    report,
    take_apart,
    unique,
)

_MOST_LIBRARY = 20_000
_REPLY = re.compile(r"(?<![\d.:])([45]\d\d)(?=[ -])")  # RFC 5321 §4.2


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of all languages that notices are told by, compiled."""

    failure: re.Pattern[str]
    delay: re.Pattern[str]
    leads: tuple[str, ...]  # what stands before a recipient, case folded, after a space


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    leads = lexicon.words("machine", "recipient_leads") + lexicon.words("machine", "failures")
    return _Words(
        failure=re.compile(any_of(lexicon.words("machine", "failures")), re.IGNORECASE),
        delay=re.compile(any_of(lexicon.words("machine", "delays")), re.IGNORECASE),
        leads=tuple(f" {lead.casefold()}" for lead in leads),
    )


# An address that heads its line, as lists of failed recipients are written, whatever the language around them.
_HEADS_LINE = re.compile(
    rf"^[ \t>*•|-]{{0,40}}(?:[Ss][Mm][Tt][Pp]:)?(?:<(?P<angled>{ADDRESS})>|\"?(?P<bare>{ADDRESS})\"?)"
    r"[ \t]*(?:$|(?=[:;,(\[<)]|\.\.\.|-{1,2}[ \t>])|(?P<then>(?<=[ \t])(?=\S)))",
    re.MULTILINE,
)
# The recipient's line of an SMTP dialogue, or a reply to it (RFC 5321 §4.1.1.3, §4.2).
_RCPT = re.compile(rf"\bRCPT\s+TO:\s*<?({ADDRESS})", re.IGNORECASE)
_REPLY_ABOUT = re.compile(
    rf"^[ \t<>]*[45]\d\d[ -](?:#?[45]\.\d+\.\d+[ ]){{0,2}}<?({ADDRESS})(?=>|[ \t]*\.\.\.)", re.MULTILINE
)


def _heads(apart: TakenApart, words: _Words) -> Iterator[str]:
    for match in _HEADS_LINE.finditer(apart.words):
        address = match["angled"] or match["bare"]
        if is_whole(address) and not (match["then"] is not None and _is_within_prose(apart.words, match.start())):
            yield address


def _is_within_prose(text: str, start: int) -> bool:
    """True where the line before ends within a sentence: an address then heads its line by chance."""
    before = text[max(start - 300, 0) : max(start - 1, 0)].rpartition("\n")[2]
    same_margin = _margin(before) == _margin(text[start : start + 300])
    return same_margin and "@" not in before and bool(re.search(r"[\w,]$", before.rstrip()))


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _dialogue(apart: TakenApart, words: _Words) -> Iterator[str]:
    for pattern in (_REPLY_ABOUT, _RCPT):
        yield from (match[1] for match in pattern.finditer(apart.words))


def _led(apart: TakenApart, words: _Words) -> Iterator[str]:
    for match in FIND_ADDRESS.finditer(apart.words):
        before = apart.words[max(match.start() - 100, 0) : match.start()]
        said = before.rstrip(_BETWEEN)
        # A blank line parts two sentences, where words that meet across it say nothing together.
        sentence = f" {' '.join(re.split(_BLANK_LINE, said)[-1].split())}".casefold()
        if said != before and sentence.endswith(words.leads):
            yield match.group()


_BETWEEN = " \t\n:'\"([<"
_BLANK_LINE = r"\n[ \t]*\n"


def _shared(apart: TakenApart, words: _Words) -> Iterator[str]:
    """Yield the addresses the notice names that the returned mail was written to."""
    written_to = {address.casefold() for address in apart.returned.addresses("to", "cc", "x-envelope-to")}
    return (address for address in addresses_in(apart.words) if address.casefold() in written_to)


# Whom notices tell one to ask: RFC 2142 and its kin.
_ROLES = re.compile(r"(?:abuse|help|helpdesk|hostmaster|noc|postmaster|security|support|webmaster)[+@-]", re.IGNORECASE)


def _only_one_left(apart: TakenApart, words: _Words) -> Iterator[str]:
    lines = apart.words.split("\n")[:300]
    named = unique(address for line in lines for address in addresses_in(line) if not _ROLES.match(address))
    yield from named if len(named) == 1 else ()


def _written_to(apart: TakenApart, words: _Words) -> Iterator[str]:
    """Yield whom the returned mail was written to, when that was one address."""
    to = apart.returned.addresses("x-envelope-to", "to")
    yield from to if len(to) == 1 else ()


def _by_library(apart: TakenApart, words: _Words) -> Iterator[str]:
    """Yield what flufl.bounce finds in the words of a notice."""
    letter = LibraryMessage()
    for name, value in apart.identity:
        letter[name] = " ".join(value.split())
    if not letter["from"]:
        letter["from"] = "mailer-daemon"  # without a sender the library logs a fault of its own
    letter.set_payload(apart.words[:_MOST_LIBRARY].encode("ascii", "replace").decode("ascii"))
    try:
        temporary, permanent = all_failures(letter)
    except Exception:  # it parses what strangers wrote, with many small parsers; none of their faults may be ours
        return
    found = [address.decode("ascii", "replace") for address in (*permanent, *temporary)]
    yield from unique(sorted(address for address in found if FIND_ADDRESS.fullmatch(address) and is_whole(address)))


# In this order; the first that finds anybody is believed. The library knows formats of single products, and guesses
# less than what comes after it.
_SEARCHES: tuple[tuple[str, Callable[[TakenApart, _Words], Iterator[str]]], ...] = (
    ("listed", _heads),
    ("dialogue", _dialogue),
    ("led", _led),
    ("library", _by_library),
    ("shared", _shared),
    ("only-one", _only_one_left),
    ("returned-to", _written_to),
)


# By which words a refusal is told, in this order: of the sender first, who may be nobody known there as well.
_TOLD_BY = (
    ("refusals_of_sender", SpokenOf.SENDER),
    ("refusals_of_nobody", SpokenOf.NOBODY),
    ("refusals_of_room", SpokenOf.FULL),  # "mailbox size limit exceeded" is of no mail's size
    ("refusals_of_size", SpokenOf.SIZE),
    ("refusals_of_such_mail", SpokenOf.SENDER),  # "User unknown in relay recipient table" is not of relaying
    ("refusals_of_what_is_gone", SpokenOf.NOBODY),
)
_OF_MAILBOX = "refusals_of_mailbox"
_BEHIND_ADDRESS = "refusals_behind_address"  # "ben@example.net unknown": it says so of whom we wrote to alone
_GAVE_UP = "refusals_after_trying"
_MOST_NAMED = 20
_SAYS = re.compile(r"[^\W\d_]{2}")
_NAME = re.compile(r"@|://|\w\.\w")  # an address, a page, a host: a server may be called as it likes


@lru_cache(maxsize=8)
def _about(lexicon: Lexicon) -> tuple[tuple[SpokenOf, re.Pattern[str]], ...]:
    return tuple((about, _any_word(lexicon, name)) for name, about in _TOLD_BY)


@lru_cache(maxsize=40)
def _any_word(lexicon: Lexicon, name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of(lexicon.words('machine', name))})(?!\w)", re.IGNORECASE)


def spoken_of(diagnostic: str, lexicon: Lexicon, recipients: Sequence[str] = ()) -> SpokenOf | None:
    """Return what the words of a diagnostic are about, None where there are none, or no server's code with them.

    `recipients` are whom the report is of: an address beside them that is unknown may be ours.
    Only what stands behind the far server's code is its own; names within it tell where its words do not
    ("see http://www.openspf.net/…").
    """
    code = _REPLY.search(diagnostic)
    own = _any_word(lexicon, "refusals_told_to_sender").sub(" ", diagnostic[code.end() if code else 0 :]).split()
    without_names = " ".join(word for word in own if not _NAME.search(word))
    without_addresses = " ".join(word for word in own if "@" not in word)
    told = next(
        (
            about
            for said in (without_names, without_addresses)
            for about, words in _about(lexicon)
            if words.search(said)
        ),
        None,
    )
    if told or not (code or STATUS.search(diagnostic)) or not _SAYS.search(without_names):
        return told
    if _is_unknown(" ".join(own), recipients, lexicon):
        return SpokenOf.NOBODY
    return SpokenOf.MAILBOX if _any_word(lexicon, _OF_MAILBOX).search(without_names) else SpokenOf.MAIL


def says_it_gave_up(text: str, lexicon: Lexicon) -> bool:
    """Tell whether a notice says that the mail was tried until its time was over, so that nobody was asked at last."""
    return _any_word(lexicon, _GAVE_UP).search(" ".join(text[:MOST_TEXT].split())) is not None


def _is_unknown(said: str, recipients: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether one of the addresses is named, and behind it that it is unknown."""
    words = any_of(lexicon.words("machine", _BEHIND_ADDRESS))
    behind = "|".join(map(re.escape, recipients[:_MOST_NAMED])) or r"(?!)"
    return bool(re.search(rf"(?<![\w.+-])(?:{behind})[>)\]\"'.,:; ]*(?:{words})(?!\w)", said, re.IGNORECASE))


def read_notice(message: Message, lexicon: Lexicon) -> Report:
    """Return what a notice in free words says; it names nobody when no recipient can be told.

    Only for messages that are known to be notices: of any other text it makes nonsense.
    """
    apart, words = take_apart(message), _words(lexicon)
    sign, recipients = _named(message, apart, words)
    status = STATUS.search(apart.words)
    lines = apart.words.split("\n")
    diagnostic = next((line for line in lines if _REPLY.search(line) or STATUS.search(line)), "")
    nature = _nature_of_words(message.subject[:500], apart.words, words)
    return report(
        nature,
        sign,
        recipients=recipients,
        status=status.group() if status and not status.group().startswith("2") else "",
        diagnostic=diagnostic,
        returned=apart.returned,
    )


def _named(message: Message, apart: TakenApart, words: _Words) -> tuple[str, tuple[str, ...]]:
    listed = unique(a for value in message.header_all("x-failed-recipients") for a in addresses_in(value))
    if listed:
        return "failed-recipients", listed  # Exim and Google say it in a field of the notice itself
    strangers = _not_recipients(message, apart.returned)
    for sign, search in _SEARCHES:
        named = map(bare, islice(search(apart, words), 10 * MOST_RECIPIENTS))
        found = [address for address in named if address.casefold() not in strangers and _is_likely(address, apart)]
        if found:
            return sign, unique(found)
    # Someone wrote to themselves: then the one who failed is the one who is told.
    to_oneself = unique(map(bare, _heads(apart, words)))
    return ("listed", to_oneself) if to_oneself else ("notice", ())


def _is_likely(address: str, apart: TakenApart) -> bool:
    """False for a host without a domain, often one cut short, unless brackets say that an address is meant."""
    return "." in address.rpartition("@")[2] or f"<{address}>" in apart.words


# The searches whose finding is a sign of a notice in itself.
NAMED_OUTRIGHT = frozenset({"failed-recipients", "listed", "dialogue", "led", "library"})


def _not_recipients(message: Message, returned: Returned) -> frozenset[str]:
    """Return the addresses, case folded, that stand in notices without being the one that failed."""
    senders = returned.addresses("return-path", "from", "sender", "reply-to", "errors-to")
    parties = [mailbox.address for mailbox in (*message.to, *message.cc)]
    parties += [message.author.address] if message.author else []
    ids = returned.ids()
    written_to = {address.casefold() for address in returned.addresses("to", "cc")}
    return frozenset(address.casefold() for address in (*senders, *parties, *ids)) - written_to


def _nature_of_words(subject: str, text: str, words: _Words) -> Nature:
    """Return whether a notice says that it gave up or that it still tries; in doubt it gave up."""
    if words.delay.search(subject):
        return Nature.DELAY
    return Nature.DELAY if words.delay.search(text[:4_000]) and not words.failure.search(subject) else Nature.BOUNCE
