"""Settings, read and checked once, frozen. TOML with the environment above it; every fault is named at once.

Must not: be seen by anything but app and cli.
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.model.fault import fault_text
from gateway.model.token import KeyRing

FILE_NAME = "restante.toml"


class SettingsProblem(ValueError):
    """Settings that cannot be used. `faults` holds (key, what is wrong and the mend) for every fault found."""

    def __init__(self, file: Path, faults: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{file}: {key}: {text}" if key else f"{file}: {text}" for key, text in faults))
        self.file = file
        self.faults = faults


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listen(_Table):
    """A door for mail."""

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)  # 0: this door stays shut
    certificate: Path | None = None  # PEM; offers STARTTLS when both are set
    key: Path | None = None


class Submission(_Table):
    """The server that sends our mail on."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    verify: bool = True  # the server's certificate
    username: str = ""
    password: SecretStr = SecretStr("")
    connections: int = Field(default=4, ge=1, le=100)
    per_minute: int = Field(default=0, ge=0)  # 0: no limit


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

    model_config = SettingsConfigDict(env_prefix="RESTANTE_", env_nested_delimiter="__", extra="forbid", frozen=True)

    hostname: str = "localhost"  # how we name ourselves in SMTP
    store: Path = Path("restante.db")  # beside the settings file, unless absolute
    separator: Literal["+", "-", ".", "="] = "+"  # the one we emit; all are accepted
    smtp: Listen = Listen()
    lmtp: Listen = Listen()
    submission: Submission = Submission()
    limits: Limits = Limits()
    tokens: Tokens = Tokens()
    rehearsal: bool = False  # a hand-moved clock: `tick --now` moves it
    raw_days: int = Field(default=365, ge=1)  # how long raw mail is kept
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
        settings = Settings(**document)
    except ValidationError as faults:
        raise SettingsProblem(file, [_fault(fault) for fault in faults.errors()]) from None
    if settings.tokens.current not in settings.tokens.keys:
        raise SettingsProblem(
            file, [("tokens.current", f"there is no key {settings.tokens.current} under [tokens.keys]")]
        )
    return settings.model_copy(update={"store": file.parent / settings.store})


def _fault(fault: Any) -> tuple[str, str]:
    key = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "extra_forbidden":
        tables = (Settings, Listen, Submission, Limits, Tokens)
        near = difflib.get_close_matches(str(fault["loc"][-1]), [n for t in tables for n in t.model_fields], n=1)
        return key, "there is no such key" + (f"; did you mean {near[0]!r}?" if near else "; take it out")
    return key, fault_text(fault)
