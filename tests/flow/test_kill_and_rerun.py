"""A busy day told many times: once without a death, then with the process killed at each commit in turn, and run on.

What must be the same: every entry of the ledger with its time, and every mail sent, byte for byte; at worst one mail
goes twice, with the same Message-ID and the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from gateway.model.arrival import ArrivalState
from gateway.model.entry import Entry, HeldForSteward
from gateway.model.notice import NoticeState
from tests.flow.mortal import Moment, lived_through
from tests.flow.town import ANA, BEN, CHECK_IN, CLEO, DEV, ERIN, Town

Mail = tuple[str, bytes, str]  # who hands it in, its bytes, its envelope recipient
Step = tuple[str, Callable[[Town], Mail] | None]  # a time of the day, and what somebody writes then
SAMPLES = 33  # deaths of each kind, the first and the last possible one always among them


def writes(who: str, to: str, subject: str, text: str) -> Callable[[Town], Mail]:
    """Let somebody begin something."""
    return lambda town: (who, town.mail(who, to, subject, text), f"{to}@ws.example.org")


def answers(who: str, kind: str, text: str, mark: str = "") -> Callable[[Town], Mail]:
    """Let somebody answer the newest letter of a kind."""

    def answer(town: Town) -> Mail:
        raw, to = town.reply(who, town.newest(who, kind, mark), text)
        return who, raw, to

    return answer


def away(who: str) -> Callable[[Town], Mail]:
    """Let somebody's mail server say that they are away."""

    def answer(town: Town) -> Mail:
        letter = town.newest(who, "prompt")
        raw, to = town.reply(
            who, letter, "I am out of the office until Friday 5 June.", quote=False, auto_submitted="auto-replied"
        )
        return "", raw, to

    return answer


# Between a mail and the answer to it there is more time than a lease lasts: who died holding it lets it go by then.
DAY: tuple[Step, ...] = (
    ("2026-06-01 08:00", writes("ana", "acme", "The ladder", "I found the ladder, it is behind the shed.")),
    ("2026-06-01 08:30", answers("ben", "post", "Well found, I looked for it all week.")),
    ("2026-06-01 09:20", answers("cleo", "prompt", "Fait : la cave\nÀ faire : le toit\nBloqué : pas d'échelle")),
    ("2026-06-01 09:40", answers("ben", "prompt", "Done: the roof\nNext: call the bank")),
    ("2026-06-01 10:00", writes("ana", "acme+vote", "Where do we meet", "- Lisbon\n- Porto\n\nBy today 20:00.")),
    ("2026-06-01 10:30", answers("ben", "ballot", "Porto, for the trains")),
    ("2026-06-01 10:31", answers("cleo", "ballot", "Hm, l'an dernier il a plu.")),
    ("2026-06-01 11:00", answers("cleo", "ask-back", "2")),
    ("2026-06-01 11:30", answers("ben", "receipt", "undo")),
    ("2026-06-01 12:00", answers("ben", "ballot", "Lisbon after all")),
    ("2026-06-01 15:30", away("erin")),
    ("2026-06-01 16:00", answers("ana", "ballot", "extend until today 21:00")),
    ("2026-06-01 16:30", answers("ana", "confirm", "yes")),
    ("2026-06-01 17:00", writes("dev", "acme", "weekly", "weekly")),
    ("2026-06-01 19:30", answers("dev", "ballot", "Porto")),
    ("2026-06-01 21:30", answers("ana", "outcome", "Thank you all, I will book the trains.")),
    ("2026-06-02 09:30", answers("cleo", "prompt", "1 fait\n+ la grange")),
    ("2026-06-02 10:30", None),
)


@dataclass(frozen=True)
class Told:
    """What a day came to."""

    ledger: tuple[tuple[Entry, datetime], ...]
    letters: Counter[tuple[str, str, bytes]]
    commits: int


def tell(folder: Path, dies_at: int | None = None, moment: Moment = Moment.RIGHT_AFTER) -> Told:
    """Tell the day; where the process dies, it is started again at once and its senders try again."""
    town = Town.founded(
        folder,
        (ANA, BEN, CLEO, DEV, ERIN),
        now="2026-06-01 05:00",
        routines={"daily": CHECK_IN | {"open_for": "4 hours", "reminders": ["1 hours"]}},
        votes={"reminders": ["2 hours"]},
    )
    town.store.commits, town.store.dies_at, town.store.moment = 0, dies_at, moment
    deaths = 0
    for wall, write in DAY:
        deaths += lived_through(town, lambda wall=wall: town.at(wall))  # type: ignore[misc]
        if write is not None:
            who, raw, to = write(town)
            town.clock.at += timedelta(seconds=1)
            handed_in: list[str] = []

            def hand_in(who: str = who, raw: bytes = raw, to: str = to, kept: list[str] = handed_in) -> None:
                if not kept:
                    kept.append(town.hands_in(raw, to, sender=town.address_of(who) if who else ""))
                town.turn()

            deaths += lived_through(town, hand_in)
            assert handed_in[0].startswith("250")
    assert deaths == (dies_at is not None)
    commits = town.store.commits
    assert not town.faults
    assert not town.notices(NoticeState.LEASED)
    assert not town.notices(NoticeState.FAILED)
    assert not town.arrivals(ArrivalState.RECEIVED)
    told = Told(
        tuple((_plain(recorded.entry), recorded.at) for recorded in town.ledger()),
        Counter((letter.to, letter.message.message_id, letter.raw) for letter in town.post_office.letters),
        commits,
    )
    town.close()
    return told


def _plain(entry: Entry) -> Entry:
    """A mail that was handed in twice has two arrivals: which of them is held is no difference."""
    return msgspec.structs.replace(entry, arrival_id=0) if isinstance(entry, HeldForSteward) else entry


@cache
def undisturbed() -> Told:
    """Return the day without a death."""
    with TemporaryDirectory() as folder:
        return tell(Path(folder))


def _chosen(moment: Moment) -> list[int]:
    """Return the commits to die at: the first, the last, and evenly between them, others for each moment."""
    right_after = moment is Moment.RIGHT_AFTER
    last = undisturbed().commits if right_after else undisturbed().commits - 1  # after the last no next one comes
    step = max(1, last // (SAMPLES - 1))
    return sorted({1, *range(step if right_after else step // 2, last, step), last})


@pytest.mark.parametrize("moment", list(Moment))
@pytest.mark.parametrize("part", range(2))
def test_a_day_with_a_death_at_any_commit_is_the_same_day(tmp_path: Path, moment: Moment, part: int) -> None:
    expected = undisturbed()
    for number in _chosen(moment)[part::2]:
        folder = tmp_path / str(number)
        folder.mkdir()
        told = tell(folder, number, moment)
        where = f"killed {moment} commit {number} of {expected.commits}"
        assert told.ledger == expected.ledger, where
        assert set(told.letters) == set(expected.letters), where
        assert max(told.letters.values()) <= 2, where


def test_the_undisturbed_day_is_a_busy_one() -> None:
    told = undisturbed()
    assert max(told.letters.values()) == 1, "nothing is sent twice on a day without a death"
    ids = Counter(message_id for _, message_id, _ in told.letters)
    assert max(ids.values()) == 1, "every letter has its own Message-ID"
    assert len({*_chosen(Moment.RIGHT_AFTER), *_chosen(Moment.RIGHT_BEFORE_NEXT)}) >= 60
    assert told.commits > 100
    assert len(told.letters) > 40
    assert len(told.ledger) > 20
