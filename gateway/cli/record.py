"""`restante mails`, `decisions`, `export`: what came of each mail, the decision log, and all of a workspace as JSON.

Must not: change the record, but for putting one mail back (`mails N --again`).
"""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec
from rich.table import Table

from gateway.app import App
from gateway.cli.shared import fail, instant, print_table, program
from gateway.export import export_workspace
from gateway.model.arrival import ArrivalState, StoredArrival
from gateway.model.entry import Closed
from gateway.model.notice import NoticeState, StoredNotice
from gateway.model.round import Round
from gateway.pipeline.workspaces import workspace as workspace_named
from store.faults import Forbidden


@click.command()
@click.argument("number", required=False, type=int)
@click.option("--out", is_flag=True, help="Notices we send, instead of mail that arrived.")
@click.option("--state", help="Only those: received, processed, ignored, held, failed; sent, queued, suppressed …")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many lines at most.")
@click.option("--raw", is_flag=True, help="With a number: the mail whole, byte for byte.")
@click.option("--again", is_flag=True, help="With a number: put a failed or held one back.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def mails(
    config: str, number: int | None, out: bool, state: str | None, limit: int, raw: bool, again: bool, as_json: bool
) -> None:
    """Arrivals and notices with their state and reason; one mail whole; put a failed one back.

    \b
    Examples:
      restante mails                  what arrived, newest first
      restante mails --out            what we sent, or will
      restante mails 17 --raw         one mail, byte for byte
      restante mails 17 --again       process a failed one anew
    """
    states = NoticeState if out else ArrivalState
    if state and state not in list(states):
        fail(f"--state: {state!r} is none of {', '.join(states)}")
    if number is None and (raw or again):
        fail("--raw and --again want the number of a mail; `restante mails` lists them")
    with program(config) as app:
        if number is None:
            listing = _list_out if out else _list_in
            listing(app, state, limit, as_json)
        elif again:
            _put_back(app, number, out)
        else:
            showing = _show_out if out else _show_in
            showing(app, number, raw, as_json)


def _put_back(app: App, number: int, out: bool) -> None:
    try:
        with app.store.begin() as tx:
            if (tx.outbox if out else tx.inbox).get(number) is None:
                fail(_no_such(number, out))
            (tx.outbox.requeue if out else tx.inbox.put_back)(number)
    except Forbidden as problem:
        fail(f"{number} cannot be put back: {problem}")
    click.echo(f"{number}: put back; `restante serve` takes it up.")


def _no_such(number: int, out: bool) -> str:
    return (
        f"there is no {'notice' if out else 'arrival'} {number}; `restante mails{' --out' if out else ''}` lists them"
    )


def _list_in(app: App, state: str | None, limit: int, as_json: bool) -> None:
    with app.store.read() as tx:
        found = tx.inbox.list(state=ArrivalState(state) if state else None, limit=limit)
    if as_json:
        click.echo(_json([_plain_arrival(stored) for stored in found]))
        return
    table = Table("no", "arrived (UTC)", "from", "subject", "state", "reason")
    for stored in found:
        at = instant(stored.arrival.received_at)
        author = stored.author or stored.arrival.reverse_path
        table.add_row(str(stored.id), at, author, stored.subject[:60], stored.state.value, stored.reason)
    print_table(table)


def _plain_arrival(stored: StoredArrival) -> dict[str, Any]:
    return {
        "number": stored.id,
        "received_at": stored.arrival.received_at,
        "door": stored.arrival.door,
        "sender": stored.arrival.reverse_path,
        "recipients": stored.arrival.recipients,
        "author": stored.author,
        "subject": stored.subject,
        "message_id": stored.message_id,
        "state": stored.state,
        "reason": stored.reason,
        "detail": stored.detail,
    }


def _show_in(app: App, number: int, raw: bool, as_json: bool) -> None:
    with app.store.read() as tx:
        stored = tx.inbox.get(number)
    if stored is None:
        fail(_no_such(number, out=False))
    if raw:
        if not stored.arrival.raw:
            fail(f"the bytes of arrival {number} are no longer kept (retention.raw_days in the settings)")
        sys.stdout.buffer.write(stored.arrival.raw)
        return
    plain = _plain_arrival(stored)
    if as_json:
        click.echo(_json(plain))
        return
    for key, value in plain.items():
        click.echo(f"{key:12} {value if not isinstance(value, tuple) else ', '.join(value)}")
    click.echo()
    click.echo(stored.arrival.raw.decode("utf-8", "replace"))


def _list_out(app: App, state: str | None, limit: int, as_json: bool) -> None:
    with app.store.read() as tx:
        found = tx.outbox.list(state=NoticeState(state) if state else None, limit=limit)
    if as_json:
        click.echo(_json([_plain_notice(stored) for stored in found]))
        return
    table = Table("no", "due (UTC)", "to", "what", "about", "state", "tries", "reason")
    for stored in found:
        notice = stored.notice
        at = instant(notice.due_at)
        table.add_row(
            str(stored.id), at, notice.address, notice.kind, notice.mark, stored.state.value, str(stored.attempts),
            stored.reason,
        )  # fmt: skip
    print_table(table)


def _plain_notice(stored: StoredNotice) -> dict[str, Any]:
    notice = stored.notice
    return {
        "number": stored.id,
        "due_at": notice.due_at,
        "to": notice.address,
        "kind": notice.kind,
        "mark": notice.mark,
        "state": stored.state,
        "attempts": stored.attempts,
        "reason": stored.reason,
        "detail": stored.detail,
        "sent_at": stored.sent_at,
    }


def _show_out(app: App, number: int, raw: bool, as_json: bool) -> None:
    with app.store.read() as tx:
        stored = tx.outbox.get(number)
    if stored is None:
        fail(_no_such(number, out=True))
    plain = _plain_notice(stored)
    if as_json and not raw:
        click.echo(_json(plain))
        return
    whole = _rendered(app, stored)
    if raw:
        if whole is None:
            fail(f"notice {number} was never rendered: {stored.reason or 'it is no longer owed'}")
        with app.store.read() as tx:
            whole = app.pipeline.files.put_in(tx, stored, whole, app.pipeline.rules.limits)
        sys.stdout.buffer.write(whole)
        return
    for key, value in plain.items():
        click.echo(f"{key:12} {value if value is not None else ''}")
    if whole is not None:
        click.echo()
        click.echo(whole.decode("utf-8", "replace"))


def _rendered(app: App, stored: StoredNotice) -> bytes | None:
    """Return a notice as it went out, or as it would go out now; None when it would not. Changes nothing."""
    if stored.frozen is not None or stored.state is NoticeState.SUPPRESSED:
        return stored.frozen
    with app.store.read() as tx:
        workspace = workspace_named(tx, stored.workspace_id, app.settings.written_separator)
        return app.pipeline.frozen(tx, stored, workspace, stored.notice.due_at)


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode()


@click.command()
@click.argument("workspace")
@click.option("--json", "as_json", is_flag=True, default=True, help="The one format there is.")
@click.pass_obj
def export(config: str, workspace: str, as_json: bool) -> None:
    """Everything of a workspace: members, threads, rounds, deliveries.

    Rounds come with standing answers and outcomes as far as secrecy allows.

    \b
    Example:
      restante export acme --json > acme.json
    """
    with program(config) as app:
        try:
            with app.store.read() as tx:
                document = export_workspace(tx, workspace_named(tx, workspace))
        except LookupError as problem:
            fail(str(problem))
    click.echo(_json(document))


@click.command()
@click.argument("workspace")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def decisions(config: str, workspace: str, as_json: bool) -> None:
    """The decision log: every vote that closed, with what came of it and every reason given, newest first.

    \b
    Example:
      restante decisions acme
    """
    with program(config) as app:
        try:
            with app.store.read() as tx:
                found = tx.rounds.outcomes(workspace_named(tx, workspace).id)
        except LookupError as problem:
            fail(str(problem))
    log = [_plain_decision(round_, closed) for round_, closed in reversed(found) if closed.outcome]
    if as_json:
        click.echo(_json(log))
        return
    table = Table("mark", "closed", "vote", "came to", "answered", "reasons")
    for one in log:
        reasons = "; ".join(f"{said['name'] or '–'}: {said['text']}" for said in one["reasons"])
        came_to = " ".join([one["result"], *one["winners"]])
        answered = f"{one['answered']} of {one['electorate']}"
        table.add_row(one["mark"], str(one["closed_at"])[:16], one["title"], came_to, answered, reasons)
    print_table(table)


def _plain_decision(round_: Round, closed: Closed) -> dict[str, Any]:
    assert closed.outcome is not None
    return {
        "mark": closed.outcome_mark,
        "vote": round_.mark,
        "title": round_.title,
        "closed_at": round_.closed_at,
        **msgspec.to_builtins(closed.outcome),
    }
