"""Settings, read and checked once, frozen. TOML with the environment above it; every fault is named at once.

Must not: be seen by anything but app and cli.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.model.fault import fault_text
from gateway.model.token import KeyRing

FILE_NAME = "restante.toml"
PREFIX = "RESTANTE_"  # of a key in the environment


class SettingsProblem(ValueError):
    """Settings that cannot be used. `faults` holds (key, what is wrong and the mend) for every fault found."""

    def __init__(self, file: Path, faults: list[tuple[str, str]]) -> None:
        self.file = file
        self.faults = faults
        places = ((self.place(key), text) for key, text in faults)
        super().__init__("\n".join(f"{place}: {text}" for place, text in places))

    def place(self, key: str) -> str:
        """Return where a key is set: the variable of the environment, which goes first, or the file and the key."""
        variable = PREFIX + key.upper().replace(".", "__")
        if key and variable in map(str.upper, os.environ):
            return f"{variable} in the environment: {key}"
        return f"{self.file}: {key}" if key else str(self.file)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listen(_Table):
    """A door for mail."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)  # 0: this door stays shut
    certificate: Path | None = None  # PEM; offers STARTTLS when both are set
    key: Path | None = None


class OAuth(_Table):
    """A login by an access token instead of a password (XOAUTH2)."""

    command: str = ""  # prints an access token; or the keys below
    token_url: str = ""  # where a refresh token is exchanged for an access token (RFC 6749 §6)
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    refresh_token_file: Path | None = None  # read instead, and written anew when the provider gives another
    scope: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything of it is."""
        return bool(self.command or self.token_url)


class Submission(_Table):
    """The server that sends our mail on."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    verify: bool = True  # the server's certificate
    ca_file: Path | None = None  # PEM; certificates signed by it are trusted, beside those the machine trusts
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    oauth: OAuth = OAuth()
    envelope_sender: str = ""  # for providers that allow only one; bounces come to it
    connections: int = Field(default=4, ge=1, le=100)
    per_domain: int = Field(default=0, ge=0)  # recipients of one domain at once; 0: no limit
    per_minute: int = Field(default=0, ge=0)  # 0: no limit
    per_day: int = Field(default=0, ge=0)  # in any 24 hours; 0: no limit


class Mailbox(_Table):
    """An ordinary mailbox that mail is fetched from, by IMAP."""

    host: str = ""  # "": none
    port: int = Field(default=993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    verify: bool = True
    ca_file: Path | None = None
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    oauth: OAuth = OAuth()
    folder: str = Field(default="INBOX", min_length=1)
    done_folder: str = Field(default="Restante", min_length=1)  # where fetched mail goes
    aside_folder: str = Field(default="Restante aside", min_length=1)  # where too large and unreadable mail goes
    recipient_header: str = ""  # the field in which this mailbox's server writes the envelope's recipient
    address: str = ""  # of the workspace that gets mail in which none of our addresses stands
    idle: bool = True
    poll_seconds: int = Field(default=60, ge=5, le=3600)  # between looks, where the server knows no IDLE

    @field_validator("recipient_header")
    @classmethod
    def _a_field_name(cls, name: str) -> str:
        if name and not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError('is no name of a header field; write one as "Delivered-To", without a colon')
        return name


class Dkim(_Table):
    """Signing what we send, where the server that sends it on does not."""

    domain: str = ""
    selector: str = ""
    key_file: Path | None = None  # PEM, RSA; the public half stands in DNS at SELECTOR._domainkey.DOMAIN


class Web(_Table):
    """Pages and figures over HTTP. Each stays off until it is given a place to listen."""

    listen: str = ""  # HOST:PORT of the pages, for a web server before us that speaks HTTPS
    url: str = ""  # how the world reaches them; our mails then carry one-click unsubscribing (RFC 8058)
    metrics: str = ""  # HOST:PORT of /healthz, /readyz and /metrics, which need not be public

    @field_validator("listen", "metrics")
    @classmethod
    def _a_place(cls, place: str) -> str:
        if place and place_of(place) is None:
            raise ValueError(f'{place!r} is no HOST:PORT; write it as "127.0.0.1:8080"')
        return place

    @field_validator("url")
    @classmethod
    def _https(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment):
            raise ValueError(
                'wants https and no more than a path (RFC 8058 §3.1); write it as "https://mail.example.org"'
            )
        return url.rstrip("/")


class Retention(_Table):
    """How long what is only kept to be looked at again is kept. The record of what was understood stays."""

    raw_days: int = Field(default=365, ge=1)  # the bytes of mail that came in
    sent_days: int = Field(default=365, ge=1)  # the bytes of mail we sent, and the answers of servers to it


class Limits(_Table):
    """What one mail may be."""

    message_bytes: int = Field(default=26_214_400, ge=65_536, le=200_000_000)
    free_disk_bytes: int = Field(
        default=104_857_600, ge=0
    )  # below this, mail is answered with 452 and stays with its sender


class Tokens(_Table):
    """Keys that sign our addresses, by number; hex, at least 64 digits. Add a key and make it current to rotate."""

    keys: dict[int, SecretStr] = Field(default_factory=dict)
    current: int = 1
    days: int = Field(default=120, ge=7, le=3650)  # how long a token counts

    @field_validator("keys")
    @classmethod
    def _long_enough(cls, keys: dict[int, SecretStr]) -> dict[int, SecretStr]:
        for number, key in keys.items():
            try:
                size = len(bytes.fromhex(key.get_secret_value()))
            except ValueError:
                raise ValueError(f"key {number} is not hex; make one with `openssl rand -hex 32`") from None
            if size < 32 or not 0 <= number <= 255:
                raise ValueError(f"key {number}: a number from 0 to 255 and at least 64 hex digits are wanted")
        return keys


class Settings(BaseSettings):
    """Everything that can be set. Environment variables begin with RESTANTE_, tables are joined by two underscores."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    hostname: str = "localhost"  # how we name ourselves in SMTP
    store: Path = Path("restante.db")  # beside the settings file, unless absolute
    separator: Literal["+", "-", ".", "="] = "+"  # the one we emit; all are accepted
    tagged: bool = True  # false: we write the plain address only, for a mailbox that has no other
    smtp: Listen = Listen()
    lmtp: Listen = Listen()
    imap: Mailbox = Mailbox()
    mailboxes: tuple[Mailbox, ...] = ()  # further ones
    submission: Submission = Submission()
    dkim: Dkim = Dkim()
    limits: Limits = Limits()
    retention: Retention = Retention()
    web: Web = Web()
    tokens: Tokens = Tokens()
    authserv_ids: tuple[str, ...] = ()  # mail servers whose Authentication-Results count (RFC 8601)
    aliases: dict[str, str] = Field(default_factory=dict)  # addresses, or "@domain", whose mail is passed on → to whom
    read_ahead: bool = True  # while much mail waits, by a second process, where there is a second processor
    rehearsal: bool = False  # a hand-moved clock: `tick --now` moves it
    catch_up_minutes: int = Field(
        default=15, ge=0, le=1440
    )  # after an outage rounds close that much later: mail comes first

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file, which arrives as arguments."""
        return env_settings, init_settings

    @field_validator("aliases", mode="before")
    @classmethod
    def _listed(cls, aliases: Any) -> Any:
        """Take a plain list for aliases that say no workspace."""
        is_plain = isinstance(aliases, list | tuple) and all(isinstance(one, str) for one in aliases)
        return dict.fromkeys(aliases, "") if is_plain else aliases

    @property
    def written_separator(self) -> str:
        """What stands before a tag in the addresses we write, "" where they bear none."""
        return self.separator if self.tagged else ""

    @property
    def fetched(self) -> dict[str, Mailbox]:
        """The mailboxes that mail is fetched from, by the key they stand under."""
        listed = {"imap": self.imap, **{f"mailboxes.{n}": mailbox for n, mailbox in enumerate(self.mailboxes)}}
        return {key: mailbox for key, mailbox in listed.items() if mailbox.host}

    @property
    def passed_on_to_us(self) -> tuple[tuple[str, str], ...]:
        """Addresses to which mail for us is written, beside our own: aliases, and what we log in to mailboxes by. Each
        with the workspace it is for, "" where that is not said.
        """
        logins = ((mailbox.username, mailbox.address) for mailbox in self.fetched.values())
        return (*self.aliases.items(), *((name, to) for name, to in logins if "@" in name))

    @property
    def secret_files(self) -> tuple[Path, ...]:
        """The files named here that hold a secret, in no particular order."""
        logins: tuple[Submission | Mailbox, ...] = (self.submission, *self.fetched.values())
        found = [self.dkim.key_file, *(login.password_file for login in logins)]
        found += [login.oauth.refresh_token_file for login in logins]
        return tuple(file for file in found if file is not None)

    def key_ring(self) -> KeyRing:
        """Return the keys that sign our addresses."""
        return KeyRing(
            {n: bytes.fromhex(k.get_secret_value()) for n, k in self.tokens.keys.items()}, self.tokens.current
        )


def read_settings(file: Path) -> Settings:
    """Return the settings of a file with the environment above it. Raises SettingsProblem naming every fault."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsProblem(file, [("", "there is no such file; make one with `restante init DIR`")]) from None
    except OSError as problem:
        raise SettingsProblem(file, [("", f"cannot be read: {problem.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsProblem(file, [("", f"is not TOML: {problem}")]) from None
    try:
        settings = _beside(file.parent, Settings(**document))
    except ValidationError as faults:
        found = [_fault(fault) for fault in faults.errors()]
        raise SettingsProblem(file, [*found, *_at_odds_beside(faults, document, file.parent)]) from None
    wrong = list(_at_odds(settings))
    if wrong:
        raise SettingsProblem(file, wrong)
    return settings


def _beside(folder: Path, settings: Settings) -> Settings:
    """Return the settings with the files they name found beside the settings file, unless absolute."""
    changed: dict[str, Any] = {"store": folder / settings.store}
    for name in ("imap", "submission", "dkim"):
        changed[name] = _placed(folder, getattr(settings, name))
    changed["mailboxes"] = tuple(_placed(folder, mailbox) for mailbox in settings.mailboxes)
    return settings.model_copy(update=changed)


def _placed(folder: Path, table: _Table) -> _Table:
    changed: dict[str, Any] = {}
    for name in type(table).model_fields:
        value = getattr(table, name)
        if name.endswith("_file") and value is not None:
            changed[name] = folder / value
        elif isinstance(value, OAuth):
            changed[name] = _placed(folder, value)
    return table.model_copy(update=changed)


# --- values that are each right and do not go together ---------------------------------------------------------------


def _at_odds(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.tokens.current not in settings.tokens.keys:
        yield "tokens.current", f"there is no key {settings.tokens.current} under [tokens.keys]"
    for key, mailbox in settings.fetched.items():
        yield from _mailbox_faults(key, mailbox)
    for number, mailbox in enumerate(settings.mailboxes):
        if not mailbox.host:
            yield f"mailboxes.{number}.host", "is missing; write the IMAP server's name"
    yield from _login_faults("submission", settings.submission)
    sender = settings.submission.envelope_sender
    if sender and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", sender):
        yield "submission.envelope_sender", 'is no address; write it as "acme@example.org"'
    yield from _dkim_faults(settings.dkim)
    if bool(settings.web.listen) != bool(settings.web.url):
        missing = "listen" if settings.web.url else "url"
        yield f"web.{missing}", "is missing; [web] wants listen and url together, or neither"


class _AsGiven(Settings):
    """Settings of a document alone, in which the environment is already."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The document is all there is."""
        return (init_settings,)


def _at_odds_beside(faults: ValidationError, document: dict[str, Any], folder: Path) -> list[tuple[str, str]]:
    """Return what does not go together among the values that are right, so that all is named at once."""
    wrong = [tuple(fault["loc"]) for fault in faults.errors()]
    try:
        rest = _AsGiven(**_without(wrong, _merged(document, EnvSettingsSource(Settings)())))
    except ValidationError:
        return []
    keys = {".".join(map(str, steps)) for steps in wrong}
    return [(key, text) for key, text in _at_odds(_beside(folder, rest)) if not _rests_on(key, keys)]


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(below[key], above[key]) for key in above if _are_tables(below.get(key), above[key])}
    return below | above | both


def _are_tables(*values: Any) -> bool:
    return all(isinstance(value, dict) for value in values)


def _without(wrong: Sequence[tuple[int | str, ...]], value: Any) -> Any:
    """Return a document without the values at these places."""
    gone = {steps[0] for steps in wrong if len(steps) == 1}
    within = {
        key: [steps[1:] for steps in wrong if steps[0] == key and len(steps) > 1] for key in {s[0] for s in wrong}
    }
    if isinstance(value, dict):
        return {key: _without(within.get(key, ()), one) for key, one in value.items() if key not in gone}
    if isinstance(value, list):
        return [_without(within.get(at, ()), one) for at, one in enumerate(value) if at not in gone]
    return value


# Keys beside one that its fault may rest on, in the same table.
_BESIDE = {"current": ("keys",), "password": ("password_file", "oauth"), "refresh_token": ("refresh_token_file",)}


def _rests_on(key: str, wrong: set[str]) -> bool:
    """Whether a fault rests on a value that is named as wrong itself."""
    table, _, last = key.rpartition(".")
    near = (key, *(f"{table}.{name}" for name in _BESIDE.get(last, ())))
    return any(
        f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.") for one in near for other in wrong
    )


def _mailbox_faults(key: str, mailbox: Mailbox) -> Iterator[tuple[str, str]]:
    if not mailbox.username:
        yield f"{key}.username", "is missing; write the name to log in with, often the whole address"
    elif not (_secret_of(mailbox) or mailbox.oauth.is_set):
        yield f"{key}.password", f"is missing; set it, {key}.password_file, or [{key}.oauth]"
    yield from _login_faults(key, mailbox)
    folders = {"folder": mailbox.folder, "done_folder": mailbox.done_folder, "aside_folder": mailbox.aside_folder}
    for name, folder in folders.items():
        if any(folder == other for twin, other in folders.items() if twin < name):
            yield f"{key}.{name}", f"{folder!r} stands twice; folder, done_folder and aside_folder must differ"
    if mailbox.address and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", mailbox.address):
        yield f"{key}.address", 'is no address; write that of the workspace, as "acme@example.org"'


def _login_faults(key: str, table: Mailbox | Submission) -> Iterator[tuple[str, str]]:
    oauth = table.oauth
    if bool(_secret_of(table)) + oauth.is_set > 1 or (table.password.get_secret_value() and table.password_file):
        yield f"{key}.password", f"one login is enough: password, password_file or [{key}.oauth]"
    if (_secret_of(table) or oauth.is_set) and not table.username:
        yield f"{key}.username", "is missing; a login wants a name"
    yield from _file_faults(key, {"password_file": table.password_file, "ca_file": table.ca_file})
    if oauth.command and oauth.token_url:
        yield f"{key}.oauth.command", "one way to a token is enough: command or token_url"
    if oauth.token_url:
        yield from _token_faults(f"{key}.oauth", oauth)


def _token_faults(key: str, oauth: OAuth) -> Iterator[tuple[str, str]]:
    if not _is_safe(oauth.token_url):
        yield f"{key}.token_url", "wants https: a refresh token is as good as a password"
    if not oauth.client_id:
        yield f"{key}.client_id", "is missing; the provider gave it when you registered the application"
    if not (oauth.refresh_token.get_secret_value() or oauth.refresh_token_file):
        yield f"{key}.refresh_token", f"is missing; set it, or {key}.refresh_token_file"
    yield from _file_faults(key, {"refresh_token_file": oauth.refresh_token_file})


def _is_safe(url: str) -> bool:
    """Whether nobody on the way can read what is sent: encrypted, or to this very machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _dkim_faults(dkim: Dkim) -> Iterator[tuple[str, str]]:
    given = {"domain": dkim.domain, "selector": dkim.selector, "key_file": dkim.key_file}
    if not any(given.values()):
        return
    for name, value in given.items():
        if not value:
            yield f"dkim.{name}", "is missing; [dkim] wants domain, selector and key_file together"
    yield from _file_faults("dkim", {"key_file": dkim.key_file})


def _file_faults(key: str, files: dict[str, Path | None]) -> Iterator[tuple[str, str]]:
    for name, file in files.items():
        if file is None:
            continue
        try:
            file.read_bytes()
        except OSError as problem:
            yield f"{key}.{name}", f"{file} cannot be read: {problem.strerror}"


def place_of(text: str) -> tuple[str, int] | None:
    """Return host and port of `HOST:PORT`, with IPv6 in brackets; None when it is no such thing. Port 0 is any."""
    host, colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        return None
    return host, int(port)


def _secret_of(table: Mailbox | Submission) -> str:
    return table.password.get_secret_value() or str(table.password_file or "")


def password_of(table: Mailbox | Submission) -> str:
    """Return the password a table names, "" for none. A file may end its line; OSError when it is gone since."""
    if table.password_file is None:
        return table.password.get_secret_value()
    return table.password_file.read_text(encoding="utf-8").strip("\r\n")


_MOVED = {"raw_days": "raw_days in the table [retention]"}  # keys of before


def _fault(fault: Any) -> tuple[str, str]:
    key = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden" and key in _MOVED:
        return key, f"now stands elsewhere; write it as {_MOVED[key]}"
    if fault["type"] == "extra_forbidden":
        tables = (Settings, Listen, Submission, Mailbox, OAuth, Dkim, Limits, Retention, Web, Tokens)
        near = difflib.get_close_matches(str(fault["loc"][-1]), [n for t in tables for n in t.model_fields], n=1)
        return key, "there is no such key" + (f"; did you mean {near[0]!r}?" if near else "; take it out")
    return key, fault_text(fault)
