"""Figures as text: the form a monitor reads, and that what nobody counted is still told."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from gateway.model.reading import CommandReading, Intent
from gateway.model.understood import Governing, GoverningAct, Piece, Setting, Undo, Word
from gateway.pipeline.counting import Counts, Figures, Total, reading_kind
from gateway.web.exposition import Process, exposition

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROCESS = Process(memory=100_000_000, processor=1.25, started_at=NOW - timedelta(hours=1), store_size=4096)
EMPTY = Figures(totals={}, arrivals={"received": 0}, notices={"queued": 0}, due=0, oldest_due_at=None)

# The text format of Prometheus, version 0.0.4: a comment, or a name with labels and a number.
LINE = re.compile(
    r"# (?:HELP|TYPE) [a-z_]+ .+"
    r'|[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"\})? -?[0-9]+(?:\.[0-9]+)?'
)


def test_every_line_has_the_form_of_the_format() -> None:
    counts = Counts()
    counts.note(Total.READ, 'odd "label"\n\\')
    counts.note(Total.SETTLED, "processed", 3)
    counts.keep()
    figures = Figures(counts.snapshot(), {"held": 2}, {"queued": 7}, 5, NOW - timedelta(seconds=90.5))
    text = exposition(figures, PROCESS, NOW)
    assert text.endswith("\n")
    assert [line for line in text.splitlines() if not LINE.fullmatch(line)] == []
    assert 'restante_readings_total{kind="odd \\"label\\"\\n\\\\"} 1' in text
    assert 'restante_arrivals_settled_total{state="processed"} 3' in text
    assert "restante_outbox_oldest_seconds 90.5" in text
    assert "process_cpu_seconds_total 1.25" in text


def test_each_name_is_described_once() -> None:
    names = [line.split()[2] for line in exposition(EMPTY, PROCESS, NOW).splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert all(name.endswith("_total") or "_total" not in name for name in names)


def test_what_never_happened_is_nought() -> None:
    text = exposition(EMPTY, PROCESS, NOW)
    assert "\nrestante_asked_back_total 0\n" in text
    assert "\nrestante_outbox_oldest_seconds 0\n" in text


def test_what_came_to_nothing_is_not_counted() -> None:
    counts = Counts()
    counts.note(Total.SETTLED, "processed")
    counts.forget()
    counts.keep()
    assert counts.snapshot()[Total.SETTLED] == {}


def test_a_reading_is_counted_under_a_name_of_ours_never_under_its_words() -> None:
    readings = [
        None,
        CommandReading(Intent.STATUS, evidence="secret words"),
        Governing(GoverningAct.EXTEND),
        Setting(Word.STOP),
    ]
    kinds = [reading_kind(Piece(text="secret words", reading=reading)) for reading in (*readings, Undo(1))]
    assert kinds == ["text", "request status", "govern extend", "setting stop", "undo"]
