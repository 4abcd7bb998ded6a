"""What one ballot and one post cost where much is there already, beside where little is: in this process, alternately.

A section of `python -m tests.bench`. Must not: measure the network.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.app import App, build, silence_logs
from gateway.model.arrival import Arrival, ArrivalState
from gateway.model.ballot import Pick
from gateway.model.entry import Answered, Posted
from gateway.model.round import Ballot
from tests.bench.figures import Figure, Scale, at_most, median
from tests.bench.flow import workspace
from tests.bench.load import mail

MEASURES, AT_ONCE, FEW_BALLOTS, FEW_ENTRIES = 150, 2_000, 100, 2_000
HOME = "bench@ws.example.org"


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield both figures."""
    silence_logs()
    with tempfile.TemporaryDirectory() as folder:
        small, large = _vote(Path(folder, "a"), FEW_BALLOTS), _vote(Path(folder, "b"), scale.ballots)
        yield _figure(
            "one ballot", f"{scale.ballots:,} ballots", f"{FEW_BALLOTS}", *_alternately(large, small, _ballot)
        )
    with tempfile.TemporaryDirectory() as folder:
        small, large = _ledger(Path(folder, "a"), FEW_ENTRIES), _ledger(Path(folder, "b"), scale.entries)
        yield _figure("one post", f"{scale.entries:,} entries", f"{FEW_ENTRIES:,}", *_alternately(large, small, _post))


def _figure(what: str, many: str, few: str, large: float, small: float) -> Figure:
    goal, reached = at_most(large / small, 1.30)
    return Figure(f"{what} beside {many}", f"{large:.2f} ms", f"beside {few}: {small:.2f} ms", goal, reached)


Act = tuple[App, int]  # a store, and how many there are already


def _alternately(large: Act, small: Act, mail_of: object) -> tuple[float, float]:
    """Return the median milliseconds of processing one mail in the large store and in the small one."""
    assert callable(mail_of)
    spent: tuple[list[float], list[float]] = ([], [])
    for number in range(MEASURES + 10):
        for (app, there), times in zip((large, small), spent, strict=True):
            arrival = mail_of(app, there + 1 + number)
            assert app.pipeline.receive([arrival]) is None
            started = time.perf_counter()
            assert app.pipeline.process(app.clock(), 1) == 1
            times.append((time.perf_counter() - started) * 1000)
    for app, _ in (large, small):
        with app.store.read() as tx:
            states = {stored.state for stored in tx.inbox.list(limit=MEASURES + 10)}
        assert states == {ArrivalState.PROCESSED}  # none of them was held or declined: that costs less
        app.close()
    return median(spent[0][10:]), median(spent[1][10:])  # the first ones warm up


def _built(folder: Path, members: int) -> App:
    folder.mkdir()
    print(f"  {folder.name}: {members:,} members", file=sys.stderr, flush=True)
    return build(workspace(folder, members, 2525, 2526))


def _arrival(app: App, author: str, to: str, raw: bytes) -> Arrival:
    return Arrival(door="smtp", reverse_path=author, recipients=(to,), raw=raw, received_at=app.clock())


# --- a round ---------------------------------------------------------------------------------------------------------


def _vote(folder: Path, ballots: int) -> Act:
    """Return a store with one open vote, so many ballots in it, and members left to vote."""
    app = _built(folder, ballots + MEASURES + 20)
    opening = (
        "From: Bench <bench@example.net>\r\nTo: <bench+vote@ws.example.org>\r\nSubject: Where shall we meet?\r\n"
        "Message-ID: <open@example.net>\r\n\r\n- Lisbon\r\n- Porto\r\n"
    )
    app.pipeline.receive([_arrival(app, "bench@example.net", "bench+vote@ws.example.org", opening.encode())])
    app.pipeline.process(app.clock())
    with app.store.read() as tx:
        voters = tx.rounds.electorate(1, "V-1")
    assert len(voters) > ballots
    given = [Answered(mark="V-1", member_id=one, answer=Ballot(choice=Pick("Porto"))) for one in voters[:ballots]]
    for start in range(0, len(given), AT_ONCE):
        with app.store.begin() as tx:
            tx.ledger.append(1, given[start : start + AT_ONCE], at=app.clock(), charter_version=1)
    return app, ballots


def _ballot(app: App, number: int) -> Arrival:
    """Return the reply of one voter, to the address with their own token."""
    with app.store.read() as tx:
        voter = tx.rounds.electorate(1, "V-1")[number]
        member = tx.people.get(voter)
        sent = tx.outbox.by_key(1, f"ballot:V-1:{voter}")
    assert member is not None
    assert sent is not None
    to = f"bench+r.{sent.token}@ws.example.org"
    raw = (
        f"From: <{member.address}>\r\nTo: <{to}>\r\nSubject: Re: [bench V-1] Where shall we meet?\r\n"
        f"Message-ID: <b{number}@example.net>\r\n\r\nPorto, please: there is a direct train.\r\n"
    )
    return _arrival(app, member.address, to, raw.encode())


# --- a ledger --------------------------------------------------------------------------------------------------------


def _ledger(folder: Path, entries: int) -> Act:
    """Return a store with so many posts, a thread for each tenth."""
    app, started = _built(folder, 2), time.perf_counter()
    for first in range(1, entries + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, entries + 1))
        with app.store.begin() as tx:
            tx.ledger.append(1, [_entry(number) for number in numbers], at=app.clock(), charter_version=1)
    print(f"  {entries:,} entries in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return app, entries


def _entry(number: int) -> Posted:
    thread = f"P-{(number - 1) // 10 * 10 + 1}"
    return Posted(
        mark=f"P-{number}", thread=thread, author_id=1, author_name="Bench", subject="A post of the bench",
        text="It was said before.", message_id=f"old.{number}@example.net",
    )  # fmt: skip


def _post(app: App, number: int) -> Arrival:
    return _arrival(app, "bench@example.net", HOME, mail(number, 4096, HOME, "scale"))
