"""The only place that builds things: settings → clock, words, templates, store, edges. Time and chance come from here.

Must not: hold any logic of the domain.
"""

from __future__ import annotations

import logging
import secrets
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from gateway.config import Mailbox, OAuth, Settings, password_of, read_settings
from gateway.logs import Faults
from gateway.model.address import Alias, fold_address
from gateway.pipeline.flow import Pipeline, Rules
from gateway.resources import load_lexicon, load_templates
from gateway.send.courier import Route
from gateway.send.login import AccessTokens, ByCommand, ByRefreshToken
from gateway.send.signing import Signer
from gateway.understand.scan import Limits
from store.database import Store
from store.faults import StoreFault

if TYPE_CHECKING:  # loaded when a mailbox is named in the settings
    from gateway.arrive.imap_fetch import Account


def system_clock() -> datetime:
    """Return the instant it is, in UTC."""
    return datetime.now(UTC)


def new_key() -> str:
    """Return a key for tokens, in hex."""
    return secrets.token_hex(32)


@dataclass
class RehearsalClock:
    """A clock moved by hand: it stands where `tick --now` left it."""

    store: Store

    def __call__(self) -> datetime:
        """Return where it stands; the real instant before it was first moved."""
        with self.store.read() as tx:
            noted = tx.get_mark("clock")
        return datetime.fromisoformat(noted) if noted else system_clock()

    def move(self, now: datetime) -> None:
        """Move it, forward only: the record knows no way back."""
        if now < self():
            raise ValueError(f"the clock of this rehearsal already stands at {self().isoformat(timespec='minutes')}")
        with self.store.begin() as tx:
            tx.set_mark("clock", now.astimezone(UTC).isoformat())


@dataclass
class App:
    """One Restante over one settings file."""

    settings: Settings
    store: Store
    pipeline: Pipeline
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def build(file: Path, *, create: bool = False) -> App:
    """Return the program for a settings file. Raises SettingsProblem, or StoreFault when the store is not to be had."""
    return build_from(read_settings(file), create=create)


def build_from(settings: Settings, *, create: bool = False, clock: Callable[[], datetime] | None = None) -> App:
    """Return the program for settings already read; `clock` replaces the system's."""
    keys = settings.key_ring()
    store = Store.open(settings.store, keys=keys, create=create)
    rules = Rules(
        separator=settings.written_separator,
        token_days=settings.tokens.days,
        catch_up=timedelta(minutes=settings.catch_up_minutes),
        limits=Limits(size=settings.limits.message_bytes),
        authserv_ids=settings.authserv_ids,
        pages=settings.web.url,
        aliases=frozenset(Alias(fold_address(one), fold_address(to)) for one, to in settings.passed_on_to_us),
    )
    templates = load_templates()  # ahead of the words, which then stand where there was room for making it
    pipeline = Pipeline(store, load_lexicon(), templates, keys, rules)
    return App(settings, store, pipeline, clock or (RehearsalClock(store) if settings.rehearsal else system_clock))


def log_to_stderr(*, plain: bool, level: int = logging.INFO) -> None:
    """Write one line for each thing that happened: key and value, JSON unless a person watches."""
    logging.getLogger("mail").setLevel(logging.ERROR)  # aiosmtpd's own log would name addresses
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it tells how it reads, line by line
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            Faults(telling=(StoreFault,)),
            structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )


def silence_logs() -> None:
    """Write faults only: for the demo, where a person reads something else."""
    log_to_stderr(plain=True, level=logging.ERROR)


def route(settings: Settings) -> Route:
    """Return the way out that the settings name."""
    out = settings.submission
    return Route(
        host=out.host,
        port=out.port,
        security=out.security,
        verify=out.verify,
        ca_file=str(out.ca_file) if out.ca_file else None,
        username=out.username,
        password=password_of(out),
        tokens=access_tokens(out.oauth),
        hostname=settings.hostname,
        connections=out.connections,
        per_domain=out.per_domain,
        per_minute=out.per_minute,
    )


def account(key: str, mailbox: Mailbox, tokens: AccessTokens | None) -> Account:
    """Return a mailbox of the settings and the way into it; `key` is where it stands there."""
    from gateway.arrive.imap_fetch import Account

    return Account(
        label=key,
        host=mailbox.host,
        port=mailbox.port,
        username=mailbox.username,
        security=mailbox.security,
        tls=_verifying(mailbox),
        password=password_of(mailbox),
        token=tokens,
        folder=mailbox.folder,
        done_folder=mailbox.done_folder,
        aside_folder=mailbox.aside_folder,
        idle=mailbox.idle,
    )


def _verifying(server: Mailbox) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file:
        context.load_verify_locations(cafile=server.ca_file)
    if not server.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def access_tokens(oauth: OAuth) -> AccessTokens | None:
    """Return what gives access tokens as the settings say, None where a password does."""
    if not oauth.is_set:
        return None
    if oauth.command:
        return AccessTokens(ByCommand(oauth.command), time.monotonic)
    asking = ByRefreshToken(
        url=oauth.token_url,
        client_id=oauth.client_id,
        client_secret=oauth.client_secret.get_secret_value(),
        refresh_token=oauth.refresh_token.get_secret_value(),
        file=oauth.refresh_token_file,
        scope=oauth.scope,
    )
    return AccessTokens(asking, time.monotonic)


def signer(settings: Settings) -> Signer | None:
    """Return what signs our mail, None when the server that sends it on does. Raises SigningProblem for a bad key."""
    dkim = settings.dkim
    return Signer(dkim.domain, dkim.selector, dkim.key_file.read_bytes()) if dkim.key_file else None
