"""Threads of an imported archive, by RFC 5256 §3 REFERENCES (the algorithm of Jamie Zawinski).

Live mail is joined by token, then by References, then by marks, one message at a time, and never by subject: that is
the pipeline's work. This is for many messages at once, in any order, with ids doubled, missing or in a circle.
Must not: lose a message, loop on any input, or recurse (threads of archives are as deep as they like).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from gateway.model.message import Message
from gateway.understand.lexicon import Lexicon, any_of

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_MOST_REFERENCES = 1_000
_MOST_SUBJECT = 1_000


@dataclass(frozen=True, slots=True)
class Archived:
    """What threading needs of one message; ids without angle brackets, `references` oldest first."""

    message_id: str = ""
    references: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None

    @classmethod
    def of(cls, message: Message, lenient: bool = False) -> Archived:
        """Return what threading needs of a message as read.

        RFC 5256 §3, step 1 takes valid ids only: in angle brackets, with an "@" (RFC 5322 §3.6.4); others are as good
        as absent. `lenient` takes any: for archives that were exported without the brackets.
        """

        def valid(ids: tuple[str, ...], field: str) -> tuple[str, ...]:
            values = " ".join(message.header_all(field))
            return ids if lenient else tuple(one for one in ids if "@" in one and f"<{one}>" in values)

        return cls(
            message_id="".join(valid((message.message_id,), "message-id")),
            references=valid(message.references, "references"),
            in_reply_to=valid(message.in_reply_to, "in-reply-to"),
            subject=message.subject,
            sent_at=message.date,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: `parent` and `root` are numbers of messages, counted from 0 in the order given.

    `parent` is the message it answers, None at the top of a thread. `root` is one message's number for all of a thread:
    messages that answer a mail the archive lacks share a root and have no parent.
    """

    parent: int | None
    root: int


def thread(messages: Iterable[Archived], by_subject: bool = False, lexicon: Lexicon | None = None) -> tuple[Place, ...]:
    """Return the place of each message, in the order given: as many places as messages, always.

    `by_subject` also joins threads whose base subjects are the same (RFC 5256 §3, step 5); only for archives whose
    programs wrote no References. `lexicon` gives the prefixes of replies that base subjects are stripped of.
    """
    given = tuple(messages)
    forest = _Forest(len(given))
    ids = _own_ids(given)
    for number, message in enumerate(given):
        forest.place(number, ids[number], _ancestors(message))
    forest.prune()
    if by_subject:
        _join_by_subject(forest, given, reply_prefixes(lexicon))
    return forest.places()


def _own_ids(given: Sequence[Archived]) -> list[str]:
    """Return an id for each message, its own where it can be (RFC 5256 §3, step 1): a double gets one made up."""
    taken: set[str] = set()
    ids: list[str] = []
    for number, message in enumerate(given):
        own = message.message_id
        # A made-up id holds a space, which no Message-ID can.
        one = own if own and own not in taken else f"message {number}"
        taken.add(one)
        ids.append(one)
    return ids


def _ancestors(message: Archived) -> tuple[str, ...]:
    """Return the ids a message descends from, oldest first.

    RFC 5256 §3, step 1: References; where there are none, the first id of In-Reply-To.
    """
    named = message.references[-_MOST_REFERENCES:] or message.in_reply_to[:1]
    return tuple(dict.fromkeys(one for one in named if one and one != message.message_id))


class _Forest:
    """The trees while they grow: nodes are numbers, messages first, then the mails that are only spoken of."""

    def __init__(self, messages: int) -> None:
        self.messages = messages
        self.parent: list[int | None] = [None] * messages
        self.children: list[dict[int, None]] = [{} for _ in range(messages)]
        self.node_of: dict[str, int] = {}
        self.gone: set[int] = set()

    # --- step 1 -----------------------------------------------------------------------------------

    def place(self, number: int, own_id: str, ancestors: tuple[str, ...]) -> None:
        """Put a message under the mails it descends from, and these under one another.

        Links between others stand once made; a message's own References outweigh what others said of it.
        """
        node = self._claim(own_id, number)
        previous: int | None = None
        for one in ancestors:
            current = self._node(one)
            if previous is not None and self.parent[current] is None:
                self._link(previous, current)
            previous = current
        if previous is not None or self.parent[node] is not None:
            self._unlink(node)
        if previous is not None:
            self._link(previous, node)

    def _claim(self, own_id: str, number: int) -> int:
        """Give a message its node, with all that was said of its id before it came."""
        spoken_of = self.node_of.get(own_id)
        self.node_of[own_id] = number
        if spoken_of is None:
            return number
        above = self.parent[spoken_of]
        below = tuple(self.children[spoken_of])
        self._unlink(spoken_of)
        self.gone.add(spoken_of)
        for child in below:
            self._unlink(child)
            self._link(number, child)
        if above is not None:
            self._link(above, number)
        return number

    def _node(self, one: str) -> int:
        node = self.node_of.get(one)
        return node if node is not None else self._new(one)

    def _new(self, name: str) -> int:
        self.parent.append(None)
        self.children.append({})
        node = len(self.parent) - 1
        if name:
            self.node_of[name] = node
        return node

    def _link(self, above: int, below: int) -> None:
        """Put one node under another, unless that would close a circle (RFC 5256 §3, step 1, A).

        Under a node without children there is nothing to walk into: so a long chain costs no more than its length.
        """
        if above == below or (self.children[below] and self._is_under(above, below)):
            return
        self.parent[below] = above
        self.children[above][below] = None

    def _unlink(self, node: int) -> None:
        above = self.parent[node]
        if above is not None:
            self.children[above].pop(node, None)
        self.parent[node] = None

    def _is_under(self, node: int, above: int) -> bool:
        walk: int | None = node
        while walk is not None:
            if walk == above:
                return True
            walk = self.parent[walk]
        return False

    # --- step 3 -----------------------------------------------------------------------------------

    def prune(self) -> None:
        """Take out the mails only spoken of: their children move up.

        RFC 5256 §3, step 3: but at the top, one with several children stays, and keeps these together.
        """
        for node in self._deepest_first():
            if node < self.messages:
                continue
            above, below = self.parent[node], tuple(self.children[node])
            if above is None and len(below) > 1:
                continue
            self._unlink(node)
            self.gone.add(node)
            for child in below:
                self._unlink(child)
                if above is not None:
                    self._link(above, child)

    def _deepest_first(self) -> list[int]:
        order = self.tops()
        for node in order:  # grows while it is walked: parents before children
            order.extend(self.children[node])
        return order[::-1]

    def tops(self) -> list[int]:
        """Return the nodes that stand at the top of a thread."""
        return [node for node, above in enumerate(self.parent) if above is None and node not in self.gone]

    # --- the answer -------------------------------------------------------------------------------

    def places(self) -> tuple[Place, ...]:
        """Return the place of each message."""
        places: list[Place] = [Place(None, number) for number in range(self.messages)]
        for top in self.tops():
            members = [top]
            for node in members:
                members.extend(self.children[node])
            own = [node for node in members if node < self.messages]
            root = top if top < self.messages else min(own, default=0)
            for node in own:
                above = self.parent[node]
                is_known = above is not None and above < self.messages
                places[node] = Place(above if is_known else None, root)
        return tuple(places)


# --- step 5 --------------------------------------------------------------------------------------


def _join_by_subject(forest: _Forest, given: Sequence[Archived], prefixes: re.Pattern[str]) -> None:
    """Join threads whose tops have one base subject (RFC 5256 §3, step 5)."""
    tops = sorted(forest.tops(), key=lambda top: (_sent_at(forest, given, top), _speaker(forest, top)))  # step 4
    bases = {top: base_subject(given[_speaker(forest, top)].subject, prefixes) for top in tops}
    table: dict[str, int] = {}
    for top in tops:  # step 5 B
        base = bases[top][0]
        if base and (base not in table or _is_better(forest, bases, top, table[base])):
            table[base] = top
    for top in tops:  # step 5 C
        base = bases[top][0]
        if base and table[base] != top:
            table[base] = _join(forest, bases, table[base], top)


def _speaker(forest: _Forest, top: int) -> int:
    """Return the message that gives a thread its subject and date: its top, or the first child of a missing one."""
    return top if top < forest.messages else min(forest.children[top])


def _sent_at(forest: _Forest, given: Sequence[Archived], top: int) -> datetime:
    if top < forest.messages:
        return given[top].sent_at or _NEVER
    return min((given[child].sent_at or _NEVER for child in forest.children[top]), default=_NEVER)


def _is_better(forest: _Forest, bases: dict[int, tuple[str, bool]], new: int, old: int) -> bool:
    """True when the new one should stand for the subject: a missing mail, or no reply where the old one is."""
    if old >= forest.messages:
        return False
    return new >= forest.messages or (bases[old][1] and not bases[new][1])


def _join(forest: _Forest, bases: dict[int, tuple[str, bool]], old: int, new: int) -> int:
    """Join two threads of one subject; return which top stands for it from now on (step 5 C)."""
    if old >= forest.messages and new >= forest.messages:
        for child in tuple(forest.children[new]):
            forest._unlink(child)
            forest._link(old, child)
        forest.gone.add(new)
        return old
    if old >= forest.messages or (bases[new][1] and not bases[old][1]):
        forest._link(old, new)
        return old
    both = forest._new("")
    forest._link(both, old)
    forest._link(both, new)
    return both


# --- base subjects (RFC 5256 §2.1) ----------------------------------------------------------------


@lru_cache(maxsize=8)
def reply_prefixes(lexicon: Lexicon | None) -> re.Pattern[str]:
    """Return the pattern of what opens the subject of a reply or a forward, in all languages."""
    words = lexicon.words("machine", "reply_prefixes") if lexicon else ()
    return re.compile(rf"(?:{any_of(words)})\s*(?:\[[^\[\]]*\]|\^?\d*|\(\d*\))\s*[:：]\s*", re.IGNORECASE)


_BLOB = re.compile(r"\[[^\[\]]*\]\s*")
_TRAILER = re.compile(r"\s*\(fwd\)\s*$", re.IGNORECASE)  # a word of the protocol, RFC 5256 §5: subj-trailer
_FORWARDED = re.compile(r"^\[fwd:(.*)\]$", re.IGNORECASE | re.DOTALL)  # subj-fwd-hdr, the same


def base_subject(subject: str, prefixes: re.Pattern[str]) -> tuple[str, bool]:
    """Return the base subject in one case, and whether it was one of a reply or a forward."""
    text, is_reply = " ".join(subject[:_MOST_SUBJECT].split()), False
    while True:
        before = text
        while trailer := _TRAILER.search(text):  # step 2
            text, is_reply = text[: trailer.start()], True
        text, stripped = _without_leaders(text, prefixes)  # steps 3 to 5
        is_reply = is_reply or stripped
        if inner := _FORWARDED.match(text):  # step 6
            text, is_reply = inner[1].strip(), True
        if text == before:
            return text.casefold(), is_reply


def _without_leaders(text: str, prefixes: re.Pattern[str]) -> tuple[str, bool]:
    is_reply = False
    while True:
        blob = _BLOB.match(text)
        start = blob.end() if blob else 0
        if prefix := prefixes.match(text, start):  # a leader may stand behind a blob: "[list] Re: …"
            text, is_reply = text[prefix.end() :], True
        elif blob and text[start:].strip():  # step 4: a blob goes unless nothing were left
            text = text[start:]
        else:
            return text, is_reply
