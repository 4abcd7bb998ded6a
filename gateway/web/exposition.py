"""Figures as a monitor reads them: the Prometheus text format, version 0.0.4. Values in, text out.

Written by hand: docs/decisions/0014-figures-by-hand.md. Must not: ask anything for a figure, or hold a label of foreign
text (all are names of our own code).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.pipeline.counting import Figures, Total

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Process:
    """What a process says of itself."""

    memory: int  # octets, resident
    processor: float  # seconds used
    started_at: datetime
    store_size: int  # octets of the file and its log


@dataclass(frozen=True, slots=True)
class Family:
    """One name with its lines: each some labels and a number."""

    name: str
    kind: str  # counter or gauge
    says: str
    lines: Sequence[tuple[Mapping[str, str], float]]


_TOTALS: tuple[tuple[Total, str, str, str], ...] = (
    (Total.ARRIVED, "restante_arrivals_received_total", "door", "Deliveries made durable."),
    (Total.SETTLED, "restante_arrivals_settled_total", "state", "Arrivals by the state they came to."),
    (Total.DECIDED, "restante_decisions_total", "reason", "Decisions on mails and on what fell due."),
    (Total.READ, "restante_readings_total", "kind", "Things said in mails, by how they were read."),
    (Total.ASKED_BACK, "restante_asked_back_total", "", "Pieces of mails that were unclear and asked back."),
    (Total.BOUNCED, "restante_bounces_total", "kind", "Notices of ours that came back."),
    (Total.ATTEMPTED, "restante_attempts_total", "result", "Tries to hand notices on, by what came of them."),
)


def exposition(figures: Figures, process: Process, now: datetime) -> str:
    """Return all figures as text, a line each."""
    return "".join(_written(family) for family in (*_of_flow(figures, now), *_of_process(process)))


def _of_flow(figures: Figures, now: datetime) -> Iterator[Family]:
    for total, name, label, says in _TOTALS:
        found = figures.totals.get(total, {})
        # What has not happened yet is nought, so that a rate has something to start from.
        lines = [({label: key} if label else {}, float(many)) for key, many in sorted(found.items())]
        yield Family(name, "counter", says, lines or ([] if label else [({}, 0.0)]))
    yield _by_state("restante_arrivals_open", "Arrivals not finished.", figures.arrivals)
    yield _by_state("restante_notices_open", "Notices not finished, also those not due yet.", figures.notices)
    yield _one("restante_outbox_due", "Notices due and not gone.", figures.due)
    yield _one("restante_workspaces_unreached", "Workspaces of whose stewards mail reaches none.", figures.unreached)
    age = (now - figures.oldest_due_at).total_seconds() if figures.oldest_due_at else 0.0
    yield _one("restante_outbox_oldest_seconds", "How long the oldest of them has been due.", max(age, 0.0))


def _of_process(process: Process) -> Iterator[Family]:
    yield _one("restante_store_bytes", "The store's file with its log.", process.store_size)
    yield _one("process_resident_memory_bytes", "Resident memory.", process.memory)
    yield Family("process_cpu_seconds_total", "counter", "Processor time used.", [({}, process.processor)])
    yield _one("process_start_time_seconds", "When this process started, since 1970.", process.started_at.timestamp())


def _by_state(name: str, says: str, found: Mapping[str, int]) -> Family:
    return Family(name, "gauge", says, [({"state": state}, float(many)) for state, many in found.items()])


def _one(name: str, says: str, number: float) -> Family:
    return Family(name, "gauge", says, [({}, float(number))])


def _written(family: Family) -> str:
    lines = [f"# HELP {family.name} {_escaped(family.says)}", f"# TYPE {family.name} {family.kind}"]
    lines += [f"{family.name}{_labelled(labels.items())} {_number(value)}" for labels, value in family.lines]
    return "\n".join(lines) + "\n"


def _labelled(labels: Iterable[tuple[str, str]]) -> str:
    inner = ",".join(f'{name}="{_escaped(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels)
    return f"{{{inner}}}" if inner else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
