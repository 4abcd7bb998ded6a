"""`restante doctor --live`: a mail of ours sent by the configured way out and awaited on the way in, for real.

It bears our loop mark, so that it changes nothing wherever it is read. Must not: process mail, or send any other.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.app import App, access_tokens, account, route
from gateway.cli.finding import Finding
from gateway.model.arrival import StoredArrival
from gateway.model.context import Workspace
from gateway.model.notice import Attempt, Outgoing
from gateway.model.token import Claim
from gateway.pipeline.workspaces import workspace as workspace_named
from gateway.render.headers import LOOP_FIELD
from gateway.send.courier import Courier
from gateway.send.signing import SigningProblem
from gateway.serving import Serving
from store.faults import StoreBusy

LOOK_EVERY = 0.25  # seconds
_STATUS = re.compile(r"^(?:Diagnostic-Code: *(?:smtp;)?|Status:) *(.{1,200})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """The mail that is sent: its id, its bytes, its envelope."""

    message_id: str
    outgoing: Outgoing


def letter(app: App, workspace: Workspace) -> Letter:
    """Return a mail from the workspace to a reply address of its own, as each notice bears one."""
    now = app.clock()
    claim = Claim(notice_id=0, member_id=0, expires_on=(now + timedelta(days=1)).date())
    # A token is the same all day; the moment makes the id of each try another.
    token = app.settings.key_ring().sign(claim, workspace.name)
    returns = app.settings.key_ring().for_returns(token, workspace.name)
    place = workspace.address
    message_id = f"live.{now:%Y%m%d%H%M%S%f}.{place.message_id(token)}"
    mail = EmailMessage()
    mail["From"] = str(place)
    mail["To"] = place.reply_to(token)
    mail["Subject"] = f"[{workspace.name}] restante doctor --live"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    mail[LOOP_FIELD] = str(place)
    mail.set_content("This mail was sent to see whether mail goes out and comes in. It may be deleted.\n")
    raw = mail.as_bytes(policy=SMTP.clone(max_line_length=None, cte_type="7bit"))
    return Letter(
        message_id, Outgoing(notice_id=0, sender=place.verp(returns), recipient=place.reply_to(token), message=raw)
    )


def there_and_back(app: App, name: str, seconds: float) -> list[Finding]:
    """Send, wait, and return how each half went. Doors are opened here unless `serve` holds them."""
    with app.store.read() as tx:
        workspace = workspace_named(tx, name, app.settings.written_separator)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        shown = progress.add_task("sending", total=seconds)

        def show(what: str, passed: float) -> None:
            progress.update(shown, description=what, completed=passed)

        return asyncio.run(_Trip(app, workspace, seconds, show).go())


class _Trip:
    def __init__(self, app: App, workspace: Workspace, seconds: float, show: Callable[[str, float], None]) -> None:
        self.app, self.workspace, self.seconds, self.show = app, workspace, seconds, show
        self.out = f"{app.settings.submission.host}:{app.settings.submission.port}"

    async def go(self) -> list[Finding]:
        try:
            serving = Serving(self.app)
        except SigningProblem as problem:
            return [Finding("live", False, f"dkim.key_file {problem}; nothing was sent")]
        async with AsyncExitStack() as stack:
            if not self._is_served():
                try:
                    await stack.enter_async_context(serving.doors())
                except OSError as problem:
                    return [Finding("live", False, f"the doors cannot be opened: {problem}; nothing was sent")]
            sent = letter(self.app, self.workspace)
            before = await asyncio.to_thread(self._newest)
            attempt = await self._send(serving, sent)
            if not 200 <= attempt.code <= 299:
                return [Finding("live, out", False, self._refused(attempt))]
            out = Finding("live, out", True, f"{self.out} took it: {attempt.code} {attempt.text[:100]}")
            return [out, await self._back(sent, before)]

    def _is_served(self) -> bool:
        try:
            self.app.store.occupy()
        except StoreBusy:
            return True
        return False

    async def _send(self, serving: Serving, sent: Letter) -> Attempt:
        self.show(f"sending by {self.out}", 0)
        came: list[Attempt] = []

        async def claim(limit: int) -> Sequence[Outgoing]:
            return await asyncio.to_thread(serving.for_the_way_out, [sent.outgoing])

        async def report(attempts: Sequence[Attempt]) -> None:
            came.extend(attempts)

        courier = Courier(route(self.app.settings), claim, report, self.app.clock)
        await courier.round_trip()
        await courier.close()
        return came[0]

    def _refused(self, attempt: Attempt) -> str:
        said = f"{self.out}: {attempt.text}"
        if attempt.code == 0:
            return f"{said}; look at submission.host, port and security"
        if attempt.code in (530, 534, 535, 538):
            return f"{said} ({attempt.code}); look at submission.username and its password or token"
        mend = "; if it will not have the sender, set submission.envelope_sender to the address you log in with"
        return f"{self.out} refused it: {attempt.code} {attempt.text}{mend}"

    # --- the way in ---------------------------------------------------------------------------------------------------

    async def _back(self, sent: Letter, before: int) -> Finding:
        loop = asyncio.get_running_loop()
        started = loop.time()
        while (passed := loop.time() - started) < self.seconds:
            self.show(f"waiting for it {self._ways_in()}", passed)
            arrival = await asyncio.to_thread(self._found, sent.message_id, before)
            if arrival is not None:
                return _arrived(arrival, passed)
            await asyncio.sleep(LOOK_EVERY)
        return Finding("live, in", False, await asyncio.to_thread(self._missing, sent))

    def _newest(self) -> int:
        with self.app.store.read() as tx:
            return max((one.id for one in tx.inbox.list(limit=1)), default=0)

    def _found(self, message_id: str, before: int) -> StoredArrival | None:
        """Return what came since and holds our id: the mail itself, or a bounce that returns it."""
        wanted = message_id.encode()
        with self.app.store.read() as tx:
            for listed in tx.inbox.list(limit=100):
                if listed.id <= before:
                    return None
                whole = tx.inbox.get(listed.id)
                if whole is not None and wanted in whole.arrival.raw:
                    return whole
        return None

    def _ways_in(self) -> str:
        settings = self.app.settings
        doors = [f"{name} {door.host}:{door.port}" for name, door in (("smtp", settings.smtp), ("lmtp", settings.lmtp))
                 if door.port]  # fmt: skip
        return "at " + ", ".join([*doors, *(f"{key} {box.host}" for key, box in settings.fetched.items())])

    def _missing(self, sent: Letter) -> str:
        spam = [key for key, box in self.app.settings.fetched.items() if self._is_spam(key, sent.message_id)]
        if spam:
            return (
                f"it lies in the spam folder of {', '.join(spam)}: tell the provider that it is none, or add a filter"
            )
        domain = self.workspace.address.domain
        mend = f"does the mail server hand mail for {domain} on to us? Its log says where it went"
        if self.app.settings.fetched:
            mend = f"does mail to {sent.outgoing.recipient} reach that mailbox? If it takes no '+', set tagged = false"
        return f"not back within {self.seconds:.0f} s {self._ways_in()}; {mend}"

    def _is_spam(self, key: str, message_id: str) -> bool:
        from gateway.arrive.imap_fetch import MailboxProblem, open_mailbox

        mailbox = self.app.settings.fetched[key]
        try:
            box = open_mailbox(account(key, mailbox, access_tokens(mailbox.oauth)))
        except MailboxProblem:
            return False
        try:
            return box.is_in_junk(f"<{message_id}>")
        except Exception:  # only a hint was wanted
            return False
        finally:
            box.close()


def _arrived(arrival: StoredArrival, passed: float) -> Finding:
    raw = arrival.arrival.raw
    head = raw.partition(b"\r\n\r\n")[0].lower()
    if b"multipart/report" in head or not arrival.arrival.reverse_path:
        said = _STATUS.findall(raw.decode("utf-8", "replace"))
        return Finding(
            "live, in", False, f"it came back undelivered: {said[-1].strip() if said else 'no reason given'}"
        )
    return Finding("live, in", True, f"there and back in {passed:.1f} s, by {arrival.arrival.door}")
