"""A burst of mail that another process has read ahead comes to what it comes to when each mail is read in its turn.

The trip to the worker process and back is made here, by the same way of writing things down. Must not: look at speed.
"""

from __future__ import annotations

import ast
import pickle
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.model.context import MailContext
from gateway.model.entry import Entry
from gateway.model.message import Message
from gateway.model.understood import Understood
from gateway.pipeline.ahead import ReadAhead, Turn, Waiting, pages_of, parse_all, read_all
from gateway.pipeline.flow import Pipeline
from gateway.understand.read import Heard
from tests.flow.town import WORLD, Town

UNDERSTANDING = Path(__file__).parents[2] / "gateway" / "understand"
LEFT_OUT = {
    "fresh",
    "asked_today",
    "tries_today",
    "last_message_ids",
}  # by as_read, under names that nothing else bears


@dataclass
class Ahead(Pipeline):
    """A pipeline whose mail was all read ahead, its pages made elsewhere, by something that may stumble."""

    stood: Counter[bool] = field(default_factory=Counter)
    parsed: dict[int, Message] = field(default_factory=dict)
    stumbles: bool = False

    def process(
        self,
        now: datetime,
        limit: int = 16,
        enough: Callable[[], bool] = lambda: False,
        turn: Turn | None = None,
    ) -> int:
        """Process mail, with what came back of a trip."""
        look = self.look_ahead(now, limit, parsed=self.parsed)
        waiting, asked = look.waiting, _trip(look)
        answers = _trip(read_all(asked.waiting, self.lexicon))
        self.parsed = _trip(parse_all(asked.coming, self.rules.limits))
        if self.stumbles:
            answers = [None if number % 2 else answer for number, answer in enumerate(answers)]
        read: dict[int, ReadAhead] = {}
        for one, said in zip(waiting, answers, strict=True):
            if said is not None:
                read[one.arrival_id] = _counted(one, said, self.stood)
        turn = Turn(read)
        done = super().process(now, limit, enough, turn)
        pages = _trip(pages_of(_trip(turn.wanted), self.templates, ""))
        assert None not in pages
        self.take_pages(turn.wanted, pages)
        return done


class _Counted(ReadAhead):
    """A reading that counts how often it stood."""

    stood: Counter[bool]

    def stands(self, context: MailContext) -> bool:
        """Count, and return, whether it stands."""
        stands = super().stands(context)
        self.stood[stands] += 1
        return stands


def _counted(one: Waiting, said: tuple[Heard, Understood | None], stood: Counter[bool]) -> ReadAhead:
    read = _Counted(one, *said)
    object.__setattr__(read, "stood", stood)
    return read


def _trip(load: Any) -> Any:
    return pickle.loads(pickle.dumps(load, pickle.HIGHEST_PROTOCOL))  # noqa: S301 - our own, of a moment ago


@dataclass(frozen=True)
class Told:
    """What a story came to."""

    entries: tuple[Entry, ...]
    letters: frozenset[tuple[str, bytes]]


def tell(town: Town) -> Told:
    """Tell of two bursts: new threads, and then answers of all kinds, some of which change what others are read by."""
    for number, person in enumerate(WORLD * 2):
        leaves(
            town, person.key, "acme", f"Finding {number}", f"I found ladder {number} behind the shed.\n\nIt is long."
        )
    town.turn()
    town.writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nBy today 20:00.")
    answers(town, "ben", "ballot", "Porto, for the trains")
    answers(town, "ben", "ballot", "Lisbon after all")
    answers(town, "cleo", "ballot", "Hm, l'an dernier il a plu.")
    answers(town, "dev", "ballot", "either would do, what is cheaper?")
    answers(town, "erin", "ballot", "I am out of the office until Friday 5 June.", auto_submitted="auto-replied")
    answers(town, "cleo", "post", "Bien trouvé.\n\nÀ demain.")
    answers(town, "dev", "post", "Thanks!")
    leaves(town, "erin", "acme", "mute P-1", "mute P-1")
    leaves(town, "dev", "acme", "Away", "I am away from 10 June to 12 June.")
    leaves(town, "nobody@example.com", "acme", "Hello", "May I join?")
    leaves(town, "ana", "acme+help", "help", "help")
    town.turn()
    answers(town, "ben", "receipt", "undo")
    answers(town, "cleo", "ask-back", "2")
    town.turn()
    town.at("2026-06-01 22:00")
    told = Told(
        tuple(recorded.entry for recorded in town.ledger()),
        frozenset((letter.to, letter.raw) for letter in town.post_office.letters),
    )
    assert not town.faults
    town.close()
    return told


def leaves(town: Town, who: str, to: str, subject: str, text: str) -> None:
    """Let somebody's mail come in and wait."""
    town.clock.at += timedelta(seconds=1)
    assert town.hands_in(town.mail(who, to, subject, text), to, sender=town.address_of(who)).startswith("250")


def answers(town: Town, who: str, kind: str, text: str, **ways: Any) -> None:
    """Let somebody's answer come in and wait."""
    town.clock.at += timedelta(seconds=1)
    raw, to = town.reply(who, town.newest(who, kind), text, **ways)
    assert town.hands_in(raw, to, sender=town.address_of(who)).startswith("250")


@pytest.mark.parametrize("stumbles", [False, True])
def test_a_burst_read_ahead_comes_to_the_same(tmp_path: Path, *, stumbles: bool) -> None:
    (tmp_path / "ahead").mkdir()
    plain = tell(Town.founded(tmp_path, WORLD))
    town = Town.founded(tmp_path / "ahead", WORLD)
    ahead = Ahead(town.store, town.pipeline.lexicon, town.pipeline.templates, town.pipeline.keys, town.rules)
    ahead.stumbles, town.pipeline = stumbles, ahead
    told = tell(town)
    assert told.entries == plain.entries
    assert told.letters == plain.letters
    assert ahead.stood[True] > 8
    assert stumbles or ahead.stood[False], "Ben's second ballot is read beside his first"


def test_what_is_left_out_for_reading_ahead_nothing_reads() -> None:
    read = {
        f"context.{node.attr}" if isinstance(node.value, ast.Name) and node.value.id == "context" else node.attr
        for file in UNDERSTANDING.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert "context.received_at" in read
    assert not {one.removeprefix("context.") for one in read} & LEFT_OUT
    assert "context.now" not in read
