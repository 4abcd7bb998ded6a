"""What one piece of a mail came to, before on_message folds all of them into one decision with at most one receipt.

Must not: decide anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.model.arrival import ArrivalState
from gateway.model.context import Due
from gateway.model.decision import Broadcast, Why
from gateway.model.entry import Entry
from gateway.model.facts import Act, DeclineFacts
from gateway.model.notice import Notice


@dataclass(frozen=True, slots=True)
class Acted:
    """Why, and what follows from one piece.

    `acts` are its lines of the receipt. `decline` is the no it is answered with when the whole mail came to nothing
    else; beside other acts its line in the receipt says it. `settled` is false for what was held or declined: a mail
    in which nothing was settled has no receipt, only its questions back and its noes.
    """

    why: Why
    entries: tuple[Entry, ...] = ()
    notices: tuple[Notice, ...] = ()
    broadcasts: tuple[Broadcast, ...] = ()
    due: tuple[Due, ...] = ()
    undue: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    state: ArrivalState = ArrivalState.PROCESSED
    decline: DeclineFacts | None = None
    settled: bool = True
    release: tuple[int, ...] = ()
    dismiss: tuple[int, ...] = ()
    detail: str = ""


def ignored(why: Why, detail: str = "") -> Acted:
    """Return what finishes a mail in silence."""
    return Acted(why, state=ArrivalState.IGNORED, settled=False, detail=detail)


def declined(why: Why, facts: DeclineFacts) -> Acted:
    """Return a no with its reason: a mail of its own, or a line of the receipt beside other acts."""
    act = Act(name=facts.reason, mark=facts.mark, title=facts.title, text=facts.detail)
    return Acted(why, acts=(act,), decline=facts, settled=False)


def joined(parts: Iterable[Acted]) -> Acted:
    """Return several as one; the first names the reason, SEVERAL when the reasons of what was settled differ."""
    all_parts = tuple(parts)
    settled = tuple(part for part in all_parts if part.settled) or all_parts
    reasons = tuple(dict.fromkeys(part.why for part in settled))
    return Acted(
        why=reasons[0] if len(reasons) == 1 else Why.SEVERAL,
        entries=tuple(entry for part in all_parts for entry in part.entries),
        notices=tuple(notice for part in all_parts for notice in part.notices),
        broadcasts=tuple(broadcast for part in all_parts for broadcast in part.broadcasts),
        due=tuple(due for part in all_parts for due in part.due),
        undue=tuple(key for part in all_parts for key in part.undue),
        acts=tuple(act for part in all_parts for act in part.acts),
        state=settled[0].state,
        decline=all_parts[0].decline if len(all_parts) == 1 else None,
        settled=any(part.settled for part in all_parts),
        release=tuple(number for part in all_parts for number in part.release),
        dismiss=tuple(number for part in all_parts for number in part.dismiss),
        detail="; ".join(part.detail for part in all_parts if part.detail),
    )
