"""Settings: read once; what is wrong is named with what was expected, and secrets are never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdoor.settings import ROOT, Settings, SettingsError


def test_without_any_all_of_them_hold() -> None:
    settings = Settings.from_env({})
    assert settings.data_dir == ROOT / "data"
    assert settings.database_url == f"sqlite:///{ROOT / 'data' / 'frontdoor.db'}"
    assert settings.service_key_file == ROOT / "data" / "service.key"
    assert (str(settings.public_listen), str(settings.console_listen)) == ("127.0.0.1:8080", "127.0.0.1:8081")
    assert (settings.bus_url, settings.bot_listen, settings.telegram_token) == (None, None, None)
    assert (settings.trust_proxy, settings.erase_days, settings.token_idle_minutes) == (False, 30, 30)


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    names = ("DATA_DIR", "DATABASE_URL", "BUS_URL", "PUBLIC_LISTEN", "BOT_LISTEN", "ERASE_DAYS", "EXIT_URL")
    assert Settings.from_env(dict.fromkeys(names, "")) == Settings.from_env({})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "mysql://u:sekret@h/d", "sqlite:/// or postgresql://"),
        ("DATABASE_URL", "frontdoor.db", "sqlite:/// or postgresql://"),
        ("BUS_URL", "http://h:sekret", "redis://"),
        ("BUS_URL", "localhost:6379", "redis://"),
        ("BOT_LISTEN", "0.0.0.0:5005", "loopback"),
        ("BOT_LISTEN", "192.0.2.1:5005", "loopback"),
        ("BOT_LISTEN", "localhost:5005", "loopback"),
        ("BOT_LISTEN", "127.0.0.1", "loopback"),
        ("PUBLIC_LISTEN", "8080", "host:port"),
        ("PUBLIC_LISTEN", "127.0.0.1:http", "host:port"),
        ("PUBLIC_LISTEN", "127.0.0.1:70000", "host:port"),
        ("CONSOLE_LISTEN", ":8081", "host:port"),
        ("TELEGRAM_API_URL", "api.telegram.org", "http:// or https://"),
        ("EXIT_URL", "javascript:alert(1)", "http:// or https://"),
        ("TRUST_PROXY", "maybe", "yes or no"),
        ("SECURE_COOKIES", "on", "yes or no"),
        ("ERASE_DAYS", "0", "from 1 to 365"),
        ("ERASE_DAYS", "366", "from 1 to 365"),
        ("ERASE_DAYS", "a month", "from 1 to 365"),
        ("ERASE_DAYS", "-1", "from 1 to 365"),
        ("ERASE_DAYS", "٣", "from 1 to 365"),
        ("TOKEN_IDLE_MINUTES", "1441", "from 1 to 1440"),
        ("SOCKETS_PER_ADDRESS", "0", "whole number"),
        ("SOCKETS_IN_ALL", "1.5", "whole number"),
        ("NEW_CONVERSATIONS_PER_ADDRESS", "many", "whole number"),
        ("NEW_CONVERSATIONS_IN_ALL", "0", "whole number"),
        ("MESSAGES_PER_MINUTE", "", None),
        ("MESSAGES_PER_MINUTE", "none", "whole number"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("TELEGRAM_TOKEN_FILE", "/nowhere/token", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str, expected: str | None) -> None:
    if expected is None:
        assert Settings.from_env({name: value}) == Settings.from_env({})
        return
    with pytest.raises(SettingsError) as told:
        Settings.from_env({name: value})
    message = str(told.value)
    assert name in message
    assert expected in message
    assert "sekret" not in message
    assert "\n" not in message


@pytest.mark.parametrize("value", ["unix:/run/bot.sock", "127.0.0.1:5005", "127.0.0.9:5005", "[::1]:5005"])
def test_the_bot_is_reached_on_this_machine_only(value: str) -> None:
    assert Settings.from_env({"BOT_LISTEN": value}).bot_listen == value


@pytest.mark.parametrize(("value", "meant"), [("yes", True), ("1", True), ("True", True), ("no", False), ("0", False)])
def test_switches(value: str, meant: bool) -> None:
    assert Settings.from_env({"TRUST_PROXY": value}).trust_proxy is meant


def test_ipv6_and_several_origins() -> None:
    settings = Settings.from_env({"PUBLIC_LISTEN": "[::1]:8080", "PUBLIC_ORIGINS": " https://a.al  https://b.al "})
    assert (settings.public_listen.host, settings.public_listen.port) == ("::1", 8080)
    assert settings.public_origins == ("https://a.al", "https://b.al")


def test_a_secret_may_come_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("7201:sekret\n")
    for environ in ({"TELEGRAM_TOKEN_FILE": str(file)}, {"TELEGRAM_TOKEN": "7201:sekret"}):
        settings = Settings.from_env(environ)
        assert settings.telegram_token == "7201:sekret"
        assert "sekret" not in repr(settings)


def test_a_password_in_the_databases_address_is_not_shown() -> None:
    settings = Settings.from_env({"DATABASE_URL": "postgresql://u:sekret@h/d", "BUS_URL": "redis://:sekret@h:6379/0"})
    assert "sekret" not in repr(settings)
