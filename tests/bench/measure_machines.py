"""Prints how well people, machines, bounces and threads are told in the shared corpora; see tests/README.md.

Run as `python -m tests.bench.measure_machines [-v]` from the checkout. Where the corpora are absent it says so.
Must not: assert anything (tests do) or keep a copy of the corpora.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.model.message import Message, Unreadable
from gateway.model.nature import Nature, Written
from gateway.resources import load_lexicon
from gateway.understand.author import written_by
from gateway.understand.mime import read_message
from gateway.understand.thread import Archived, thread

CHECKOUT = Path(__file__).resolve().parents[2]
PEOPLE = frozenset({"list"})
MACHINES = frozenset({"bounce", "delay", "dsn_success", "feedback_report", "autoreply", "read_receipt"})
EXPECTED_NATURE = {
    "bounce": Nature.BOUNCE,
    "delay": Nature.DELAY,
    "dsn_success": Nature.DSN_SUCCESS,
    "feedback_report": Nature.COMPLAINT,
    "autoreply": Nature.AUTOREPLY,
    "read_receipt": Nature.READ_RECEIPT,
    "calendar_request": Nature.CALENDAR_REQUEST,
    "calendar_reply": Nature.CALENDAR_ANSWER,
    "calendar_cancel": Nature.CALENDAR_CANCEL,
    "list": Nature.PERSON,
}
LEXICON = load_lexicon()


def corpora() -> Path | None:
    """Return the folder of mail corpora, None where it is absent."""
    shared = Path(os.environ.get("RESTANTE_SHARED") or CHECKOUT.parent / "shared")
    folder = shared / "corpora" / "mail"
    return folder if folder.is_dir() else None


def rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def read(path: Path) -> Message | None:
    """Return the message in a file, None where it is no mail we can read."""
    try:
        return read_message(path.read_bytes())
    except Unreadable:
        return None


# --- people and machines -------------------------------------------------------------------------


@dataclass
class Telling:
    """How labels and natures met."""

    people_for_machines: list[tuple[str, Written]] = field(default_factory=list)
    machines_for_people: list[tuple[str, str]] = field(default_factory=list)
    people: int = 0
    machines: int = 0
    unreadable: list[str] = field(default_factory=list)
    table: Counter[tuple[str, str]] = field(default_factory=Counter)
    amiss: list[tuple[str, str, Written]] = field(default_factory=list)

    @property
    def missed_share(self) -> float:
        """The share of machines taken for people."""
        return len(self.machines_for_people) / max(self.machines, 1)


def tell(folder: Path) -> Telling:
    """Return how each labelled message is told."""
    telling = Telling()
    for row in rows(folder / "labels.jsonl"):
        path, label = row["path"], row["label"]
        message = read(folder / path)
        if message is None:
            telling.unreadable.append(path)
            continue
        written = written_by(message, LEXICON)
        telling.table[label, written.nature] += 1
        telling.people += label in PEOPLE
        telling.machines += label in MACHINES
        if label in PEOPLE and written.nature is not Nature.PERSON:
            telling.people_for_machines.append((path, written))
        if label in MACHINES and written.nature is Nature.PERSON:
            telling.machines_for_people.append((path, label))
        if label in EXPECTED_NATURE and written.nature is not EXPECTED_NATURE[label]:
            telling.amiss.append((path, label, written))
    return telling


# --- bounces -------------------------------------------------------------------------------------


@dataclass
class Recipients:
    """How many reports have the recipients that are expected of them."""

    right: int = 0
    wrong: list[tuple[str, list[str], list[str]]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of reports whose recipients are right, all of them and no other."""
        return self.right / max(self.right + len(self.wrong), 1)


def recipients(folder: Path, asserted: bool) -> Recipients:
    """Return how recipients are read: where a test asserts them, or where one other reader answered."""
    result = Recipients()
    for row in rows(folder / "bounce" / "index.jsonl"):
        expected = row.get("expected", {})
        if "recipients" not in expected or ("recipients_from" not in expected) is not asserted:
            continue
        if row.get("label") == "autoreply":  # the recipient there is only who is away
            continue
        message = read(folder / "bounce" / row["path"])
        written = written_by(message, LEXICON) if message else None
        found = sorted(address.lower() for address in (written.bounce.recipients if written and written.bounce else ()))
        wanted = sorted({address.lower() for address in expected["recipients"]})
        if found == wanted:
            result.right += 1
        else:
            result.wrong.append((row["path"], wanted, found))
    return result


# --- threads -------------------------------------------------------------------------------------


@dataclass
class Parents:
    """How many messages of the boxes have the parent that is expected."""

    right: int = 0
    wrong: list[tuple[str, int, object, object]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of messages whose parent is right."""
        return self.right / max(self.right + len(self.wrong), 1)


def expected_parents(tree: list[Any], parent: int | None = None) -> Iterator[tuple[int, int | None]]:
    """Yield each message and its parent from a tree of [number or null, children]; null is a message not in the box."""
    for number, children in tree:
        if number is not None:
            yield number, parent
        yield from expected_parents(children, number)


def roots(tree: list[Any]) -> Iterator[tuple[int, int]]:
    """Yield each message and the first message, by number, of its thread."""
    for top in tree:
        numbers = [number for number, _ in expected_parents([top])]
        yield from ((number, min(numbers)) for number in numbers)


def parents(folder: Path, key: str, by_subject: bool) -> tuple[Parents, Parents]:
    """Return how parents, and how whole threads, are told in each box; `key` names the oracle's answer."""
    direct, whole = Parents(), Parents()
    for file in sorted((folder / "threading" / "expected").glob("*.json")):
        oracle = json.loads(file.read_text(encoding="utf-8"))
        box = sorted((folder / "threading" / "raw" / file.stem).glob("*.eml"))
        messages = [read(path) for path in box]
        places = thread((Archived.of(message) if message else Archived() for message in messages), by_subject, LEXICON)
        wanted, wanted_roots = dict(expected_parents(oracle[key])), dict(roots(oracle[key]))
        firsts: dict[int, int] = {}
        for number, place in enumerate(places, 1):
            firsts.setdefault(place.root, number)
            found = None if place.parent is None else place.parent + 1
            _count(direct, (file.stem, number, wanted.get(number), found))
            _count(whole, (file.stem, number, wanted_roots.get(number), firsts[place.root]))
    return direct, whole


def _count(result: Parents, case: tuple[str, int, object, object]) -> None:
    if case[2] == case[3]:
        result.right += 1
    else:
        result.wrong.append(case)


# --- the table -----------------------------------------------------------------------------------


def speed(folder: Path) -> float:
    """Return the median milliseconds that telling one message of people takes."""
    messages = [read(folder / row["path"]) for row in rows(folder / "labels.jsonl") if row["label"] in PEOPLE]
    spent = []
    for message in messages:
        if message:
            start = time.perf_counter()
            written_by(message, LEXICON)
            spent.append(time.perf_counter() - start)
    return sorted(spent)[len(spent) // 2] * 1000


def main(arguments: list[str]) -> int:
    """Print the table; with -v, what is not as expected too."""
    folder = corpora()
    if folder is None:
        sys.stdout.write("no corpora here (RESTANTE_SHARED, or ../shared beside the checkout): nothing measured\n")
        return 0
    telling = tell(folder)
    asserted, answered = recipients(folder, True), recipients(folder, False)
    plain, plain_whole = parents(folder, "refs_no_subject_merge", False)
    merged, merged_whole = parents(folder, "rfc5256_references", True)
    lines = [
        ("people taken for machines", f"{len(telling.people_for_machines)} of {telling.people}"),
        ("machines taken for people", f"{len(telling.machines_for_people)} of {telling.machines}"),
        ("unreadable", f"{len(telling.unreadable)}"),
        ("natures other than the label", f"{len(telling.amiss)}"),
        ("recipients, asserted by tests", f"{asserted.share:.1%} of {asserted.right + len(asserted.wrong)}"),
        ("recipients, one other reader's", f"{answered.share:.1%} of {answered.right + len(answered.wrong)}"),
        ("parents, references alone", f"{plain.share:.1%} (whole threads {plain_whole.share:.1%})"),
        ("parents, RFC 5256 with subjects", f"{merged.share:.1%} (whole threads {merged_whole.share:.1%})"),
        ("median of a person's mail", f"{speed(folder):.3f} ms"),
    ]
    sys.stdout.writelines(f"{name:34}{value}\n" for name, value in lines)
    if "-v" in arguments:
        _print_amiss(telling, asserted, answered, plain, merged)
    return 0


def _print_amiss(telling: Telling, *others: Recipients | Parents) -> None:
    for (label, nature), count in sorted(telling.table.items()):
        sys.stdout.write(f"  {label:32}{nature:20}{count}\n")
    for row in (*telling.people_for_machines, *telling.machines_for_people, *telling.amiss):
        sys.stdout.write(f"  told: {row}\n"[:300].rstrip() + "\n")
    for other in others:
        sys.stdout.writelines(f"  {type(other).__name__}: {row}\n" for row in other.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
