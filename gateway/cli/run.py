"""`restante serve`, `tick`, `inject`, `demo`: the flow, whole or by hand.

Must not: decide anything; each command is one call into the flow, and what it gives in words.
"""

from __future__ import annotations

import asyncio
import logging
import mailbox
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click
from rich.table import Table

from gateway.accept.verdict import Reject, recipient_verdict
from gateway.app import App, RehearsalClock
from gateway.cli.shared import counted, fail, print_table, program
from gateway.model.arrival import Arrival
from gateway.pipeline.steering import Preview, envelope_of, import_history, preview
from gateway.send.signing import SigningProblem
from gateway.serving import serve as serve_app


@click.command()
@click.pass_obj
def serve(config: str) -> None:
    """Take mail by SMTP, LMTP and IMAP, process it, keep the clock, send what is due, until told to stop.

    \b
    Example:
      restante --config /etc/restante/restante.toml serve
    """
    with program(config, log_level=logging.INFO) as app:
        settings = app.settings
        if not (settings.smtp.port or settings.lmtp.port or settings.fetched):
            fail(
                f"{config}: smtp.port, lmtp.port: both are 0, so no mail could come in; "
                "set one of them, or imap.host to fetch it from a mailbox"
            )
        try:
            asyncio.run(serve_app(app))
        except* SigningProblem as problems:
            fail(f"{config}: dkim.key_file: {problems.exceptions[0]}")
        except* OSError as problems:
            first = problems.exceptions[0]
            fail(f"{config}: smtp.port, lmtp.port, web.listen or web.metrics: cannot listen: {first}; name a free one")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no instant; write it as 2026-11-23T09:00+01:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@click.command()
@click.option("--now", help="The instant, as 2026-11-23T09:00+01:00; UTC when no zone is given.")
@click.option("--dry-run", is_flag=True, help="Change nothing; show what would go out until then.")
@click.option("--whole", is_flag=True, help="With --dry-run: show each mail whole.")
@click.pass_obj
def tick(config: str, now: str | None, dry_run: bool, whole: bool) -> None:
    """Decide what has fallen due. With --dry-run, preview what would go out at a moment.

    In a rehearsal (`restante init --rehearsal`) the clock is moved by hand: `--now` really moves it.

    \b
    Examples:
      restante tick --now 2026-11-24T09:30+01:00 --dry-run      what will go out tomorrow morning?
      restante tick --now 2026-11-24T09:30+01:00                in a rehearsal: let it happen
    """
    with program(config) as app:
        moment = _instant(now) if now else app.clock()
        if dry_run:
            _show_preview(preview(app.pipeline, moment), moment.tzinfo or UTC, whole)
            return
        if now is not None:
            if not isinstance(app.clock, RehearsalClock):
                fail("the clock of a real store is not moved by hand; use --dry-run, or `restante init --rehearsal`")
            try:
                app.clock.move(moment)
            except ValueError as problem:
                fail(str(problem))
        settled, taken = work(app, moment)
    click.echo(
        f"{counted(settled, 'mail')} processed, {counted(taken, 'due thing')} decided. "
        f"`restante mails --out` lists what is ready to go."
    )


def work(app: App, moment: datetime) -> tuple[int, int]:
    """Process what waits and decide what is due, until nothing is left; return both counts."""
    settled = taken = 0
    while done := app.pipeline.process(moment):
        settled += done
    while done := app.pipeline.tick(moment):
        taken += done
    return settled, taken


def _show_preview(found: list[Preview], zone: tzinfo, whole: bool) -> None:
    if whole:
        for one in found:
            click.echo(one.raw.decode("utf-8", "replace"))
        return
    table = Table(f"at ({zone.tzname(None) or zone})", "workspace", "to", "what", "about")
    for one in found:
        notice = one.stored.notice
        at = f"{notice.due_at.astimezone(zone):%a %Y-%m-%d %H:%M}"
        table.add_row(at, one.workspace, notice.address, notice.kind, notice.mark)
    print_table(table)
    click.echo(f"{counted(len(found), 'mail')} would go out.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "sender", default="", help="The envelope sender; the mail's own From when not given.")
@click.option("--to", "recipients", multiple=True, help="Envelope recipients; the mail's own To and Cc when not given.")
@click.option("--workspace", help="For an mbox: the workspace whose history it is.")
@click.pass_obj
def inject(config: str, file: Path, sender: str, recipients: tuple[str, ...], workspace: str | None) -> None:
    """Take one mail as if it had arrived, and process it.

    An mbox is imported as history: threads are built from it, but nothing in it is executed and nothing is sent.

    \b
    Examples:
      restante inject answer.eml
      restante inject archive.mbox --workspace acme
    """
    raw = file.read_bytes()
    with program(config) as app:
        if raw.startswith(b"From "):
            if workspace is None:
                fail("name the workspace whose history this is: --workspace acme")
            _import(app, file, workspace)
            return
        refused = app.pipeline.check(raw)
        if refused:
            fail(f"{file}: {refused}")
        for given in recipients:
            verdict = recipient_verdict(given, app.pipeline.directory())
            if isinstance(verdict, Reject):
                fail(f"--to {given}: {verdict}")
        envelope = envelope_of(app.pipeline, raw, sender=sender, recipients=recipients)
        if not envelope.recipients:
            fail(f"{file}: none of its recipients is an address of ours; name one with --to")
        now = app.clock()
        arrival = Arrival(
            door="inject",
            reverse_path=envelope.reverse_path,
            recipients=envelope.recipients,
            raw=raw,
            received_at=now,
        )
        waiting = app.pipeline.receive([arrival])
        if waiting:
            fail(str(waiting))
        with app.store.read() as tx:
            number = tx.inbox.list(limit=1)[0].id
        work(app, now)
        with app.store.read() as tx:
            settled = tx.inbox.get(number)
    assert settled is not None
    click.echo(f"{file}: arrival {number} is {settled.state.value}: {settled.reason.replace('-', ' ')}.")
    click.echo(f"`restante mails {number}` shows it, `restante mails --out` what is said in answer.")


def _import(app: App, file: Path, workspace: str) -> None:
    from rich.progress import track  # not for `serve`, which shows none

    with closing(mailbox.mbox(file, create=False)) as box:
        messages = [box.get_bytes(key) for key in track(box.keys(), description="Reading the archive")]
    try:
        counts = import_history(app.pipeline, workspace, messages, now=app.clock())
    except LookupError as problem:
        fail(str(problem))
    click.echo(
        f"{counted(counts.threads, 'thread')} with {counted(counts.posts, 'post')} imported; "
        f"{counts.known} known already, {counts.unreadable} unreadable. Nothing was executed, nothing was sent."
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.option("--quiet", is_flag=True, help="Only the result.")
def demo(folder: Path, quiet: bool) -> None:
    """A team's whole day by mail, on this machine: six people, real SMTP both ways, a hand-moved clock.

    \b
    Example:
      restante demo /tmp/demo
    """
    from gateway.demo.story import run

    asyncio.run(run(folder, quiet=quiet))
