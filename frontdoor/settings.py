"""Settings, read once from the environment; secrets may come from a file; what is wrong stops the start by name."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what was expected."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """host:port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Names of variables are those of the fields, in capitals."""

    data_dir: Path
    database_url: str = field(repr=False)
    bus_url: str | None = field(repr=False)
    service_key_file: Path
    public_listen: Address
    console_listen: Address
    bot_listen: str | None
    bot_python: Path
    models_dir: Path
    public_origins: tuple[str, ...]
    trust_proxy: bool
    secure_cookies: bool
    telegram_token: str | None = field(repr=False)
    telegram_api_url: str | None
    erase_days: int
    token_idle_minutes: int
    sockets_per_address: int
    sockets_in_all: int
    new_conversations_per_address: int
    new_conversations_in_all: int
    messages_per_minute: int
    exit_url: str
    log_level: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """The settings of an environment; raises SettingsError."""
        data_dir = Path(environ.get("DATA_DIR") or ROOT / "data")
        return cls(
            data_dir=data_dir,
            database_url=_database(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'frontdoor.db'}"),
            bus_url=_bus(environ.get("BUS_URL")),
            service_key_file=Path(environ.get("SERVICE_KEY_FILE") or data_dir / "service.key"),
            public_listen=_address(environ, "PUBLIC_LISTEN", "127.0.0.1:8080"),
            console_listen=_address(environ, "CONSOLE_LISTEN", "127.0.0.1:8081"),
            bot_listen=_bot(environ.get("BOT_LISTEN")),
            bot_python=Path(environ.get("BOT_PYTHON") or ROOT / "bot" / ".venv" / "bin" / "python"),
            models_dir=Path(environ.get("MODELS_DIR") or ROOT / "models"),
            public_origins=tuple(part for part in environ.get("PUBLIC_ORIGINS", "").split() if part),
            trust_proxy=_switch(environ, "TRUST_PROXY"),
            secure_cookies=_switch(environ, "SECURE_COOKIES"),
            telegram_token=_secret(environ, "TELEGRAM_TOKEN"),
            telegram_api_url=_http(environ, "TELEGRAM_API_URL"),
            erase_days=_number(environ, "ERASE_DAYS", 30, 1, 365),
            token_idle_minutes=_number(environ, "TOKEN_IDLE_MINUTES", 30, 1, 24 * 60),
            sockets_per_address=_number(environ, "SOCKETS_PER_ADDRESS", 200, 1, 1_000_000),
            sockets_in_all=_number(environ, "SOCKETS_IN_ALL", 10_000, 1, 1_000_000),
            new_conversations_per_address=_number(environ, "NEW_CONVERSATIONS_PER_ADDRESS", 30, 1, 1_000_000),
            new_conversations_in_all=_number(environ, "NEW_CONVERSATIONS_IN_ALL", 1_000, 1, 10_000_000),
            messages_per_minute=_number(environ, "MESSAGES_PER_MINUTE", 40, 1, 1_000_000),
            exit_url=_http(environ, "EXIT_URL") or "https://sq.wikipedia.org/",
            log_level=_level(environ.get("LOG_LEVEL", "INFO")),
        )


def _database(url: str) -> str:
    if not url.startswith(
        ("sqlite:///", "postgresql://", "postgres://", "postgresql+asyncpg://", "sqlite+aiosqlite:///")
    ):
        raise SettingsError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _bus(url: str | None) -> str | None:
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("BUS_URL must begin with redis://, rediss:// or unix://")
    return url or None


def _bot(value: str | None) -> str | None:
    """`unix:/path` or a loopback address with its port; the bot must never be reached from elsewhere."""
    if not value:
        return None
    if value.startswith("unix:/"):
        return value
    host, _, port = value.rpartition(":")
    try:
        loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback or not port.isdigit():
        raise SettingsError("BOT_LISTEN must be unix:/path or a loopback address with a port, such as 127.0.0.1:5005")
    return value


def _address(environ: Mapping[str, str], name: str, default: str) -> Address:
    value = environ.get(name) or default
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise SettingsError(f"{name} must be host:port, such as {default}; it is {value!r}")
    return Address(host.strip("[]"), int(port))


def _http(environ: Mapping[str, str], name: str) -> str | None:
    value = environ.get(name)
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(f"{name} must begin with http:// or https://")
    return value or None


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "no").lower()
    if value not in ("yes", "no", "1", "0", "true", "false"):
        raise SettingsError(f"{name} must be yes or no; it is {value!r}")
    return value in ("yes", "1", "true")


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise SettingsError(f"{name} must be a whole number from {least} to {most}; it is {value!r}")
    return int(value)


def _secret(environ: Mapping[str, str], name: str) -> str | None:
    """The value itself, or the content of the file that NAME_FILE names."""
    file = environ.get(f"{name}_FILE")
    if not file:
        return environ.get(name) or None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except OSError as error:
        raise SettingsError(f"{name}_FILE names {file}, which cannot be read: {error.strerror}") from error


def _level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise SettingsError(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR; it is {value!r}")
    return value.upper()
