"""`restante doctor`: whether all is well: settings, ports, mailboxes, templates, charters, what waits, what failed.

Must not: mend what it finds; it says how.
"""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from gateway.accept.addressed import workspace_of
from gateway.app import App, access_tokens, account, build, signer
from gateway.cli.finding import Finding
from gateway.cli.shared import counted
from gateway.config import Settings, SettingsProblem, place_of, read_settings
from gateway.decide.audience import reachable
from gateway.decide.refusals import REFUSED_THERE
from gateway.decide.retries import OURS_TO_MEND
from gateway.model.arrival import ArrivalState
from gateway.model.notice import NoticeState
from gateway.pipeline.flow import SILENCE
from gateway.pipeline.outages import is_set_back
from gateway.pipeline.workspaces import workspace as workspace_named
from gateway.render.environment import TemplateProblem
from gateway.resources import load_templates
from gateway.send.limits import AHEAD, DAY
from gateway.send.signing import SigningProblem
from store.faults import StoreFault
from store.transaction import Transaction


@click.command()
@click.option("--live", is_flag=True, help="Send ourselves a mail by the way out, and wait for it on the way in.")
@click.option("--seconds", default=60.0, show_default=True, help="With --live: how long to wait.")
@click.pass_obj
def doctor(config: str, live: bool, seconds: float) -> None:
    """Look at settings, ports, mailboxes, the store, templates and charters, and say what to mend.

    The exit code is 1 when something is wrong. With --live a mail really goes out and comes in; it changes nothing.

    \b
    Examples:
      restante doctor
      restante doctor --live
    """
    console = Console()
    wrong = 0
    for finding in chain(examine(Path(config)), _there_and_back(config, seconds) if live else ()):
        sign = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]·[/]"}[finding.well]
        console.print(sign, f"{escape(finding.what)}: {escape(finding.says)}", highlight=False, soft_wrap=True)
        wrong += finding.well is False
    raise SystemExit(1 if wrong else 0)


def _there_and_back(config: str, seconds: float) -> Iterator[Finding]:
    try:
        app = build(Path(config))
    except (SettingsProblem, TemplateProblem, StoreFault):
        return  # said already
    try:
        with app.store.read() as tx:
            names = sorted(tx.charters.names())
        if names:
            from gateway.cli.live import there_and_back  # what it needs is loaded by no other command

            yield from there_and_back(app, names[0], seconds)
    finally:
        app.close()


def examine(file: Path) -> Iterator[Finding]:
    """Yield what was found, fault or not, in an order in which each mend helps the next."""
    try:
        settings = read_settings(file)
    except SettingsProblem as problem:
        for key, text in problem.faults:
            yield Finding("settings", False, f"{problem.place(key)}: {text}")
        return
    yield Finding("settings", True, str(file))
    yield from _open_to_others(file, settings)
    yield _sqlite()
    yield from _ports(settings)
    yield from _mailboxes(settings)
    yield from _signing(settings)
    templates = _templates()
    yield templates
    if not templates.well:
        return  # nothing can be opened without them
    try:
        app = build(file)
    except StoreFault as problem:
        yield Finding("store", False, str(problem))
        return
    try:
        yield from _store(app)
    finally:
        app.close()


def _open_to_others(file: Path, settings: Settings) -> Iterator[Finding]:
    """Yield a remark for each file with a secret that more than its owner can read, and for the store's folder."""
    held = {file: "the keys", settings.store: "all mail"}
    held |= dict.fromkeys(settings.secret_files, "a secret")
    for private, what in held.items():
        if private.exists() and private.stat().st_mode & 0o077:
            what_is_it = "settings" if private == file else private.name
            yield Finding(what_is_it, None, f"others can read {private}, and it holds {what}: chmod 600 {private}")
    folder = settings.store.parent
    if folder.exists() and folder.stat().st_mode & 0o077:
        yield Finding("folder", None, f"others can look into {folder}, which holds the store: chmod 700 {folder}")


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version_info
    if version >= (3, 51, 3):
        return Finding("SQLite", True, sqlite3.sqlite_version)
    return Finding(
        "SQLite", None,
        f"{sqlite3.sqlite_version} is older than 3.51.3, which mends a fault of several writers; ours take turns",
    )  # fmt: skip


def _place(key: str, host: str, port: int) -> Finding:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as problem:
            return Finding(key, None, f"{host}:{port} is taken ({problem.strerror}); by `serve`?")
    return Finding(key, True, f"{host}:{port} is free")


def _ports(settings: Settings) -> Iterator[Finding]:
    for name, listen in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        if not listen.port:
            yield Finding(f"{name}.port", None, "0: this door is shut")
            continue
        yield _place(f"{name}.port", listen.host, listen.port)
    for key, text in (("web.listen", settings.web.listen), ("web.metrics", settings.web.metrics)):
        if place := place_of(text):
            yield _place(key, *place)
    out = settings.submission
    try:
        with socket.create_connection((out.host, out.port), timeout=3) as server:
            greeting = server.recv(200).decode("ascii", "replace").strip() if out.security != "tls" else "listens"
    except OSError as problem:
        says = f"{out.host}:{out.port} does not answer ({problem}); no mail can go out: look at that server, or"
        yield Finding("submission", False, f"{says} set submission.host and submission.port")
    else:
        yield Finding("submission", True, f"{out.host}:{out.port} {greeting[:60]}")


def _mailboxes(settings: Settings) -> Iterator[Finding]:
    if not settings.fetched:
        return
    from gateway.arrive.imap_fetch import MailboxProblem, open_mailbox

    for key, mailbox in settings.fetched.items():
        place = f"{mailbox.host}:{mailbox.port}"
        if mailbox.security == "none" and mailbox.host not in _THIS_MACHINE:
            yield Finding(key, None, f'the password goes to {place} in the open; set security = "tls"')
        try:
            box = open_mailbox(account(key, mailbox, access_tokens(mailbox.oauth)))
        except MailboxProblem as problem:
            yield Finding(key, False, f"{place}: {_MENDS[problem.stage]}: {problem}")
            continue
        yield Finding(key, True, f"{place}, {mailbox.folder}" + ("" if box.has_idle else "; looked at every "
                      f"{mailbox.poll_seconds} s, since the server knows no IDLE"))  # fmt: skip
        box.close()


_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_MENDS = {
    "connect": "no connection; look at host, port, security",
    "login": "the login was refused; look at username and its password or token",
    "folder": "the folder cannot be opened; look at folder",
}


def _signing(settings: Settings) -> Iterator[Finding]:
    dkim = settings.dkim
    if not dkim.key_file:
        return
    try:
        signer(settings)
    except SigningProblem as problem:
        yield Finding("dkim.key_file", False, f"{dkim.key_file} {problem}; make one with `openssl genrsa 2048`")
    else:
        yield Finding(
            "dkim", True, f"signs as {dkim.domain}, by the record at {dkim.selector}._domainkey.{dkim.domain}"
        )


def _templates() -> Finding:
    try:
        load_templates()
    except TemplateProblem as problem:
        return Finding("templates", False, str(problem))
    return Finding("templates", True, "all compile")


_REFUSED = {
    "login": "login; look at submission.username and its password or token",
    "not-from-us": "sender, or for what it may send; by the words here set submission.envelope_sender or per_day",
}


def _aliases(app: App, names: Sequence[str]) -> Iterator[Finding]:
    """Yield each alias, or login to a mailbox, of which nobody can tell whose it is among several workspaces."""
    known = sorted(app.pipeline.rules.aliases, key=lambda alias: alias.address) if names else ()
    for alias in known:
        names_itself = alias.address.startswith("@") and not alias.to  # the part before the @ says which
        if not names_itself and workspace_of(alias, alias.address, names) is None:
            yield Finding(
                "aliases", False,
                f"{alias.address} is passed on to none of {', '.join(names)}, so what is written to it proves nobody;"
                f' write it as aliases = {{ "{alias.address}" = "{names[0]}" }}',
            )  # fmt: skip


def _store(app: App) -> Iterator[Finding]:
    now = app.clock()
    sound = app.store.is_healthy
    yield Finding("store", sound, str(app.settings.store) if sound else f"{app.settings.store} is damaged: restore it")
    try:
        app.store.look_at_locks()
    except StoreFault as problem:
        yield Finding("store", False, str(problem))
    with app.store.read() as tx:
        yield from _clock(tx, now)
        names = sorted(tx.charters.names())
        if not names:
            yield Finding("charters", False, "there is none; apply one with `restante charter apply FILE`")
        yield from _aliases(app, names)
        yield from chain.from_iterable(_workspace(tx, name) for name in names)
        yield from _outbox(tx, now)
        yield from _sent_today(app, tx, now)
        yield from _failed(tx)


def _clock(tx: Transaction, now: datetime) -> Iterator[Finding]:
    if is_set_back(tx, now, SILENCE):
        yield Finding(
            "clock", False,
            f"the last sign of life in the store is still to come, and here it is {now:%Y-%m-%d %H:%M} UTC: set the"
            " clock right; if it is right by now, let `serve` run: in an hour it plans anew what it planned",
        )  # fmt: skip


def _workspace(tx: Transaction, name: str) -> Iterator[Finding]:
    workspace = workspace_named(tx, name)
    people = tx.people.all(workspace.id)
    yield Finding(
        f"workspace {name}", True, f"charter version {workspace.charter_version}, {counted(len(people), 'member')}"
    )
    if not any(person.is_steward for person in people):
        yield Finding(f"workspace {name}", False, "has no steward: restante member add … --role steward")
    elif not reachable(people):
        yield Finding(
            f"workspace {name}", False,
            "mail reaches none of its stewards, so nobody settles what is held: see `restante member list"
            f" {name}`; then `restante member resume`, or name another",
        )  # fmt: skip
    if suspended := sum(person.suspended for person in people):
        yield Finding(
            f"workspace {name}", None,
            f"mail to {counted(suspended, 'member')} is suspended: restante member list {name}",
        )  # fmt: skip


def _outbox(tx: Transaction, now: datetime) -> Iterator[Finding]:
    queued, oldest = tx.outbox.depth(now)
    if queued:
        yield Finding(
            "outbox", None,
            f"{counted(queued, 'notice')} due and not gone, the oldest since {oldest}; does `serve` run?",
        )  # fmt: skip
    waiting = tx.outbox.list(state=NoticeState.QUEUED, limit=1000)
    refused = [n for n in waiting if n.reason in OURS_TO_MEND]
    if refused:
        yield Finding(
            "submission", False,
            f"{counted(len(refused), 'notice')} refused for our {_REFUSED[refused[0].reason]}: {refused[0].detail}",
        )  # fmt: skip
    alone = [n for n in waiting if n.reason == REFUSED_THERE]
    if alone:
        yield Finding(
            "outbox", None, f"{counted(len(alone), 'notice')} refused where others are not: {alone[0].detail}"
        )


def _sent_today(app: App, tx: Transaction, now: datetime) -> Iterator[Finding]:
    most = app.settings.submission.per_day
    if most:
        gone = sum(at <= now + AHEAD for at in tx.outbox.sent_since(now - DAY))
        yield Finding("submission.per_day", None if gone >= most else True, f"{gone} of {most} used in 24 hours")


def _failed(tx: Transaction) -> Iterator[Finding]:
    failed = tx.outbox.list(state=NoticeState.FAILED, limit=1000)
    if failed:
        yield Finding(
            "outbox", None, f"{counted(len(failed), 'notice')} failed; look at: restante mails --out --state failed"
        )
    broken = tx.inbox.list(state=ArrivalState.FAILED, limit=1000)
    if broken:
        yield Finding("inbox", None, f"{counted(len(broken), 'mail')} failed; look at: restante mails --state failed")
