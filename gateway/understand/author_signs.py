"""What a mail shows of who or what wrote it: its addresses, its fields, how its subject opens, whether it holds a word.

Each sign is one question with one answer, found once a mail. Must not: conclude from any of them (author.py,
author_reports.py and author_automatic.py do), or hold a word of any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from gateway.model.message import Message
from gateway.understand.lexicon import Lexicon, any_of
from gateway.understand.reply import new_text

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
_LIST_FIELDS = frozenset(
    {"list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere", "x-ml-name", "x-mlname"}
)
_KEYWORD = re.compile(r"\s*([A-Za-z-]+)")
_ANGLED = re.compile(r"<([^<>]*)>")
_LIST_SENDER = re.compile(r"\bowner-|[-+](?:owner|request|admin|errors)@", re.I)
_ANSWERED = re.compile(r"\s*re(?:\[\d+\])?\s*:", re.I)  # RFC 5322 §3.6.5: "Re: " is the one prefix programs agree on


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
class Opening:
    """With which formulas of automatic mail a subject opens."""

    is_strong: bool
    is_weak: bool
    is_failure: bool


@lru_cache(maxsize=256)  # all who answer a mail write the same subject
def _opening(subject: str, lexicon: Lexicon) -> Opening:
    words = _words(lexicon)
    return Opening(
        is_strong=bool(words.strong.match(subject)),
        is_weak=bool(words.weak.match(subject)),
        is_failure=bool(words.failure.match(subject)),
    )


@dataclass(frozen=True)  # without slots, so that what several checks ask for is found once
class Case:
    """One message and what is known beside it."""

    message: Message
    lexicon: Lexicon
    envelope_from: str | None
    is_own_id: Callable[[str], bool]
    is_for_bounces: bool
    names: frozenset[str]  # of the fields it has: most that are asked for are absent

    def field(self, name: str) -> str:
        """Return the first value of a header field, its name in lower case, "" when absent."""
        return self.message.header(name) if name in self.names else ""

    @property
    def _words(self) -> _Words:
        return _words(self.lexicon)

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
        """Return the subject on one line, as much of it as is looked at."""
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
        """True for an address that programs which handle mail write from in their own name."""
        return bool(_SYSTEM.fullmatch(self.local_part))

    @cached_property
    def is_nobody(self) -> bool:
        """True for an address at which nobody reads answers."""
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
        """Return the value of Precedence in lower case, "" when absent."""
        fields = (self.field("precedence"), self.field("x-precedence"))
        return next((field.strip().lower().replace("-", "_") for field in fields if field.strip()), "")

    @cached_property
    def opening(self) -> Opening:
        """Return with which formulas of automatic mail its subject opens."""
        return _opening(self.subject, self.lexicon)

    @cached_property
    def is_list_mail(self) -> bool:
        """True when a list passed it on (RFC 2369, RFC 2919, or older habits): all of its mail bears its marks."""
        return not self.names.isdisjoint(_LIST_FIELDS) or bool(_LIST_SENDER.search(self.field("sender")))

    @cached_property
    def returns_mail(self) -> bool:
        """True when it holds a mail, or the head of one."""
        return not self.kinds.isdisjoint(("message/rfc822", "text/rfc822-headers"))

    @cached_property
    def top(self) -> str:
        """Return the first lines of its text, up to what it quotes."""
        lines = self.message.text.lstrip()[:_LONGEST_TOP].split("\n")
        quoted = next((number for number, line in enumerate(lines) if line.startswith(">")), len(lines))
        return "\n".join(lines[:quoted])

    @cached_property
    def speaks_of_failure(self) -> bool:
        """True when its subject or its top says that a mail did not arrive, or not yet."""
        return bool(self._words.says_failure.search(f"{self.subject}\n{self.top}"))

    @cached_property
    def calls_itself_automatic(self) -> bool:
        """True when its top says that a program wrote it."""
        return bool(self._words.own.search(self.top))

    @cached_property
    def opens_with_formula(self) -> bool:
        """True when its subject opens as automatic replies do, in words that people may write as well or not."""
        return self.opening.is_strong or self.opening.is_weak

    @cached_property
    def behind_formula(self) -> str:
        """Return the subject without the formula that it opens with."""
        return self._words.weak.sub("", self.subject, count=1).strip(" :-")

    @cached_property
    def answers(self) -> bool:
        """True when it says that it answers a mail: by its fields, or by its subject."""
        if self.message.in_reply_to or self.message.references or self.field("x-ms-exchange-inbox-rules-loop"):
            return True
        return bool(_ANSWERED.match(self.subject)) or self.opens_with_formula
