"""How many mails are rendered a second, and digests for thousands of members beside the barest way to make them.

Two sections of the bench. Must not: measure what the shelf of pages saves (the fan-out does): each digest differs.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import jinja2
import msgspec

from gateway.app import App, build, silence_logs
from gateway.model.facts import DigestFacts, ThreadLine
from gateway.model.notice import Attempt, Notice, Outgoing
from gateway.render.render import render
from gateway.render.shelf import Shelf
from gateway.resources import load_templates
from tests.bench.figures import Figure, Scale, at_least, middle
from tests.bench.flow import resident, workspace
from tests.bench.load import prose
from tests.golden import rendered_specimens as specimens

SECONDS = 2.0


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield mails a second of processor, each made anew."""
    templates = replace(load_templates(), shelf=Shelf(0))
    for name, least in (("digest", 300), ("post", None)):
        stored = [specimens.stored(specimens.notice(name, language)) for language in ("en", "fr")]
        for one in stored:
            render(one, specimens.WORKSPACE, templates)
        started, made = time.process_time(), 0
        for one in itertools.cycle(stored):
            render(one, specimens.WORKSPACE, templates)
            made += 1
            if time.process_time() - started > SECONDS:
                break
        rate = made / (time.process_time() - started)
        goal, reached = (f"≥ {least}/s", rate >= least) if least else ("", None)
        yield Figure(
            f"{name}s rendered, each made anew",
            f"{rate:.0f}/s of processor",
            "text and HTML, two languages",
            goal,
            reached,
        )


# --- digests for all --------------------------------------------------------------------------------------------------

AT_ONCE = 50  # what is claimed and frozen in one transaction
SLICE = 500  # digests of ours, then as many the bare way
TRACED = 200

# The barest page that shows the same items: no wrapping, no styles, no links that answer, no marks, no catalogue.
_BARE_TEXT = """{{ facts.until.strftime("%A %d %B") }}
{% for line in facts.needs_you %}
[{{ line.mark }}] {{ line.title }} {{ line.closes_at }}
{% for option in line.question.options %}
  {{ option }}
{% endfor %}
{% endfor %}
{% for line in facts.decided %}
[{{ line.outcome_mark }}] {{ line.title }} {{ line.outcome.answered }} of {{ line.outcome.electorate }}
{% endfor %}
{% for line in facts.open_votes %}
[{{ line.mark }}] {{ line.title }} {{ line.answered }} of {{ line.electorate }} {{ line.closes_at }}
{% endfor %}
{% for thread in facts.threads %}
[{{ thread.mark }}] {{ thread.subject }}
{% for author, text, at in thread.posts %}
{{ author }}, {{ at }}
{{ text }}
{% endfor %}
{% endfor %}
"""
_BARE_HTML = """<html><body><h1>{{ facts.until.strftime("%A %d %B") }}</h1>
{% for line in facts.needs_you %}
<h3>[{{ line.mark }}] {{ line.title }}</h3><p>{{ line.closes_at }}</p>
<ul>{% for option in line.question.options %}<li>{{ option }}</li>{% endfor %}</ul>
{% endfor %}
{% for line in facts.decided %}
<h3>[{{ line.outcome_mark }}] {{ line.title }}</h3><p>{{ line.outcome.answered }} of {{ line.outcome.electorate }}</p>
{% endfor %}
{% for line in facts.open_votes %}
<h3>[{{ line.mark }}] {{ line.title }}</h3><p>{{ line.answered }} of {{ line.electorate }}, {{ line.closes_at }}</p>
{% endfor %}
{% for thread in facts.threads %}
<h3>[{{ thread.mark }}] {{ thread.subject }}</h3>
{% for author, text, at in thread.posts %}<p>{{ author }}, {{ at }}</p><p>{{ text }}</p>{% endfor %}
{% endfor %}
</body></html>
"""


def digest(number: int, app: App) -> Notice:
    """Return the digest of one member: five items, a thread among them that nobody else reads in these words."""
    post = ("Ana Silva", prose(number, 240).replace("\r\n", "\n"), specimens.NOW)
    thread = ThreadLine(mark=f"P-{number}", subject=prose(number, 30).strip(), channel="design", posts=(post,))
    whole = specimens.DIGEST
    facts = DigestFacts(
        since=whole.since, until=whole.until, period="daily", needs_you=whole.needs_you[:2], decided=whole.decided,
        open_votes=whole.open_votes, threads=(thread,),
    )  # fmt: skip
    made = specimens.notice("digest", ("en", "fr")[number % 2], facts=facts)
    return msgspec.structs.replace(
        made, key=f"digest:{number}", member_id=number + 1, address=f"m{number}@example.net", name=f"Member {number}",
        due_at=app.clock() - timedelta(minutes=1),
    )  # fmt: skip


def digests(scale: Scale) -> Iterator[Figure]:
    """Yield the rate of digests rendered and frozen beside the bare way, and the memory that it took."""
    silence_logs()
    with tempfile.TemporaryDirectory() as folder:
        app = build(workspace(Path(folder), 2, 2525, 2526))
        _put(app, scale.digests)
        bare = _bare(app)
        pairs, sizes, peaks = list[tuple[float, float]](), list[float](), list[int]()
        for made in range(0, scale.digests, SLICE):
            reference = _rate(bare, range(made, made + SLICE))
            ours = _freeze(app, SLICE)
            pairs.append((ours, reference))
            sizes.append(resident(os.getpid()))
            print(f"  {made + SLICE:,}: {ours:.0f}/s, bare {reference:.0f}/s, {sizes[-1]:.0f} MiB", file=sys.stderr)
        for start in (scale.digests, 2 * scale.digests):  # traced apart, since tracing slows
            _put(app, TRACED, start)
            peaks.append(_traced(app))
        app.close()
    ours, reference = middle(pairs)
    goal, reached = at_least(ours / reference, 1 / 3)
    yield Figure(f"digests for {scale.digests:,}, rendered and frozen", f"{ours:.0f}/s of processor",
                 f"bare Jinja and email {reference:.0f}/s", goal, reached)  # fmt: skip
    settled = sizes[len(sizes) // 4]
    yield Figure("memory: at the end, beside a quarter of the way", f"{sizes[-1]:.0f} MiB", f"{settled:.0f} MiB",
                 f"{sizes[-1] / settled - 1:+.1%} of ≤ +5 %", sizes[-1] <= settled * 1.05)  # fmt: skip
    yield Figure(f"traced peak of {TRACED} more, and of {TRACED} after", f"{peaks[1] / 2**20:.1f} MiB",
                 f"{peaks[0] / 2**20:.1f} MiB", "≤ +10 %", peaks[1] <= peaks[0] * 1.1)  # fmt: skip


def _put(app: App, many: int, first: int = 0) -> None:
    expires = (app.clock() + timedelta(days=120)).date()
    for start in range(first, first + many, AT_ONCE):
        with app.store.begin() as tx:
            numbers = range(start, min(start + AT_ONCE, first + many))
            tx.outbox.add(1, [digest(number, app) for number in numbers], expires_on=expires)


def _freeze(app: App, many: int) -> float:
    """Return how many digests a second of processor are claimed, rendered, frozen and committed; all are then sent."""
    done, spent = 0, 0.0
    while done < many:
        gc.collect()
        started = time.process_time()
        ready = app.pipeline.prepare(app.clock(), AT_ONCE)
        spent += time.process_time() - started
        assert ready
        done += len(ready)
        _report(app, ready)
    return done / spent


def _report(app: App, ready: Sequence[Outgoing]) -> None:
    now = app.clock()
    app.pipeline.report([Attempt(notice_id=one.notice_id, at=now, code=250, text="ok") for one in ready], now)


def _traced(app: App) -> int:
    gc.collect()
    tracemalloc.start()
    _freeze(app, TRACED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


class _Bare:
    """The barest way: one plain template for each page, and the standard library's message and policy."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._text = jinja2.Environment(trim_blocks=True).from_string(_BARE_TEXT)
        self._html = jinja2.Environment(trim_blocks=True, autoescape=True).from_string(_BARE_HTML)

    def make(self, number: int) -> float:
        """Return the seconds of processor that one took; what it says is made before the clock runs."""
        notice = digest(number, self._app)
        started = time.process_time()
        message = EmailMessage(SMTP)
        message["From"], message["To"] = "bench@ws.example.org", notice.address
        message["Subject"], message["Message-ID"] = "[acme] What is new", f"<{number}@ws.example.org>"
        message.set_content(self._text.render(facts=notice.facts))
        message.add_alternative(self._html.render(facts=notice.facts), subtype="html")
        assert message.as_bytes()
        return time.process_time() - started


def _bare(app: App) -> _Bare:
    bare = _Bare(app)
    _rate(bare, range(20))
    return bare


def _rate(bare: _Bare, numbers: Sequence[int]) -> float:
    return len(numbers) / sum(bare.make(number) for number in numbers)
