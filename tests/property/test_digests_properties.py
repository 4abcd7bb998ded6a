"""Promises of digests over weeks of a member's life, whatever the settings and however often we are down."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.decide import digest_times, on_tick
from gateway.decide.calendar import DAY, local
from gateway.model.context import Due, News, PostView, TickContext
from gateway.model.facts import CatchUpFacts, DigestFacts
from gateway.model.member import Absence, Delivery, Member
from gateway.model.notice import Notice
from tests.tick_builders import charter, member, utc, workspace

START = utc("2026-03-16T00:00")  # the clocks change in these weeks, north and south
END = START + 28 * DAY
RULES = charter(holidays="FR")
ZONES = ("Europe/Paris", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe")

instants = st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None)).map(
    lambda at: at.replace(tzinfo=START.tzinfo)
)
readers = st.builds(
    member,
    st.just(1),
    st.sampled_from(ZONES),
    delivery=st.sampled_from((Delivery.DAILY, Delivery.WEEKLY)),
    digest_at=st.one_of(st.none(), st.times()),
    digest_weekday=st.integers(0, 6),
    days=st.one_of(st.none(), st.sets(st.integers(0, 6), min_size=1).map(tuple)),
    away=st.one_of(
        st.just(()), st.just((Absence(starts=date(2026, 3, 20), until=date(2026, 3, 27)),))
    ),
)  # fmt: skip
outages = st.lists(st.tuples(instants, st.timedeltas(timedelta(0), timedelta(days=5))), max_size=3)


def post(number: int, at: datetime) -> PostView:
    return PostView(
        mark=f"P-{number}", thread=f"P-{number}", subject="s", channel=None,
        author_id=2, author_name="x", text="t", at=at,
    )  # fmt: skip


def awake(at: datetime, downs: list[tuple[datetime, timedelta]]) -> datetime:
    """When we come round to what falls due at an instant: at once, or after the outages it falls into."""
    for began, lasted in sorted(downs):
        if began <= at < began + lasted:
            at = began + lasted
    return at


def life(one: Member, posts: list[PostView], downs: list[tuple[datetime, timedelta]]) -> list[tuple[datetime, Notice]]:
    """Return the digests of four weeks with when each was made; rows are woken until the time is over."""
    (due,) = digest_times.first_dues(RULES, (one,), START)
    made: list[tuple[datetime, Notice]] = []
    while due.at < END:
        now = awake(due.at, downs)
        since = due.since or START
        news = News(posts=tuple(p for p in posts if since < p.at <= now))
        decision = on_tick.decide(due, TickContext(now, workspace(RULES), members=(one,), news=news))
        made += [(now, notice) for notice in decision.notices]
        following: tuple[Due, ...] = decision.due
        assert [row.key for row in following] == [due.key]
        assert following[0].at > now
        (due,) = following
    return made


@settings(max_examples=60, deadline=None)
@given(readers, st.lists(instants, max_size=25), outages)
def test_every_post_is_told_exactly_once(
    one: Member, times: list[datetime], downs: list[tuple[datetime, timedelta]]
) -> None:
    posts = [post(number, at) for number, at in enumerate(sorted(times))]
    made = life(one, posts, downs)
    told: list[str] = []
    for _, notice in made:
        assert isinstance(notice.facts, (DigestFacts, CatchUpFacts))
        shown = notice.facts.threads if isinstance(notice.facts, DigestFacts) else notice.facts.titles
        told += [line.mark for line in shown]
    assert len(told) == len(set(told))
    last = max((at for at, _ in made), default=START)
    assert {p.mark for p in posts if START < p.at <= last} == set(told)


@settings(max_examples=60, deadline=None)
@given(readers, st.lists(instants, min_size=5, max_size=25), outages)
def test_there_is_one_digest_a_period_at_most(
    one: Member, times: list[datetime], downs: list[tuple[datetime, timedelta]]
) -> None:
    keys = [notice.key for _, notice in life(one, [post(n, at) for n, at in enumerate(times)], downs)]
    assert len(keys) == len(set(keys))


@settings(max_examples=60, deadline=None)
@given(readers, st.lists(instants, min_size=5, max_size=25))
def test_a_digest_comes_at_its_hour_on_days_worked_and_not_while_away(one: Member, times: list[datetime]) -> None:
    hour = one.settings.digest_at or RULES.digest_at
    for now, _ in life(one, [post(n, at) for n, at in enumerate(times)], []):
        there = local(now, one.timezone)
        late = datetime.combine(there.date(), there.time()) - datetime.combine(there.date(), hour)
        assert timedelta(0) <= late <= timedelta(hours=1)  # later where the clocks skip the hour
        assert there.weekday() in (one.settings.days or RULES.working_days)
        assert one.away_on(there.date()) is None


def test_nothing_new_for_weeks_is_no_digest_for_weeks() -> None:
    assert life(member(1, delivery=Delivery.DAILY, digest_at=time(8)), [], []) == []
