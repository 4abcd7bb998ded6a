"""What was understood of each mail of the demo, as a table: read from the record, as `restante mails` would.

Must not: change the record.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.app import App
from gateway.model.entry import (
    Answered,
    AnswerRestored,
    AwayNoted,
    BlockerClosed,
    Bounced,
    Entry,
    Posted,
    RoundOpened,
    SettingsChanged,
    TaskChanged,
    TaskMade,
)
from gateway.model.round import Ballot, CheckIn
from gateway.understand.requests import plain_choice

# What leaves nothing in the ledger, in words of its own where its reason says too little.
_WITHOUT_ENTRY = {
    "asked-back": "asked back",
    "too-late": "too late",
    "tried": "tried only: nothing is done",
    "helped": "told what was asked for",
}


def show_understood(app: App, console: Console) -> None:
    """Print a line for each arrival: who wrote, about what, and what it was understood to say."""
    with app.store.read() as tx:
        arrivals = list(reversed(tx.inbox.list(limit=500)))
        said: dict[int, list[str]] = {}
        for workspace_id in tx.charters.names().values():
            for recorded in tx.ledger.entries(workspace_id):
                if recorded.arrival_id is not None and (words := _words(recorded.entry)):
                    said.setdefault(recorded.arrival_id, []).append(words)
    table = Table("arrived", "from", "subject", "understood as", title="What was understood of each mail")
    for stored in arrivals:
        at = stored.arrival.received_at.astimezone(ZoneInfo("Europe/Paris"))
        understood = (
            "; ".join(said.get(stored.id, [])) or _WITHOUT_ENTRY.get(stored.reason) or stored.reason.replace("-", " ")
        )
        table.add_row(
            f"{at:%a %H:%M}", stored.author.partition("@")[0], escape(stored.subject[:44]), escape(understood)
        )
    console.print(table)


def _words(entry: Entry) -> str:
    match entry:
        case Answered(answer=Ballot(choice=choice, comment=comment), mark=mark):
            return f"{mark}: votes {plain_choice(choice)}" + (f" ({comment[:40]})" if comment else "")
        case Answered(answer=CheckIn() as said, mark=mark):
            own = f", {len(said.answers)} answers" if said.answers else ""
            return f"{mark}: {len(said.done)} done, {len(said.next)} next, {len(said.blockers)} blockers{own}"
        case Answered(mark=mark):
            return f"{mark}: skips"
        case RoundOpened(round=opened):
            return f"opens {opened.mark}"
        case Posted(mark=mark, thread=thread):
            return f"posts {mark} in {thread}" if mark != thread else f"starts thread {mark}"
        case TaskMade(task=task):
            return f"makes {task.mark}"
        case TaskChanged(mark=mark, act=done):
            return f"{mark}: {done.value}"
        case AnswerRestored(mark=mark, standing=standing):
            return f"{mark}: undone" + ("" if standing is None else ", as it was before")
        case BlockerClosed():
            return "closes a blocker"
        case AwayNoted(absence=absence):
            return f"away until {absence.until or 'further notice'}"
        case Bounced(permanent=permanent):
            return "a notice of ours came back" + (" for good" if permanent else "")
        case SettingsChanged():
            return "changes settings"
    return ""
