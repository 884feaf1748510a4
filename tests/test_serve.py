"""Starting and ending the whole service as a person at a terminal does: what is printed, how fast, what is left."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdoor.settings import Settings, SettingsError
from storage.keys import ServiceKey
from tests.cast import Visitor
from tests.processes import House, Process, asked, needs_bot
from tests.servers import free_port

pytestmark = pytest.mark.bot

ANSWERS_WITHIN = 3.0
STOPS_WITHIN = 5.0


@pytest.fixture(scope="module", autouse=True)
def bot_is_there() -> None:
    """Without the bot's environment nothing here can be tried."""
    needs_bot()


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for two starts in a row."""
    made = tmp_path_factory.mktemp("h")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def refused(environ: dict[str, str], folder: Path | None = None) -> str:
    """Start it, and give the one line with which it refuses to."""
    house = House(environ, folder)
    try:
        assert house.ends() == 1, house.err
        assert "Traceback" not in house.err
        assert house.out == ""
        assert house.family() == []
        assert house.temporary == []
        lines = house.err.strip().splitlines()
        assert len(lines) == 1, house.err
        return lines[0]
    finally:
        house.stop()


async def one_word(public: str) -> None:
    """A visitor writes: from now on the database holds something that the key has wrapped."""
    visitor = Visitor(public)
    await visitor.opens()
    await visitor.says("pershendetje")
    await visitor.closes()


def test_a_first_start_says_where_it_is_and_a_second_only_that(folder: Path) -> None:
    first = House(folder=folder)
    try:
        seconds = first.opens() - first.waited_for_a_processor
        first.bot_is("loading")
        status, ready = asked(f"{first.public}/ready") or (0, {})
        assert status == 200
        assert "bot" in ready["degraded"]
        assert ready["screening"]["state"] == "ok"
        assert seconds < ANSWERS_WITHIN, f"the public side answered after {seconds:.1f} s"
        first.prints("Ctrl-C stops everything")
        assert f"{first.public}/" in first.out
        assert f"{first.console}/" in first.out
        password = first.prints(r"one-time password +(\S+)")[1]
        assert len(password) >= 16
        assert password not in first.err
        status, _ = asked(f"{first.console}/health") or (0, {})
        assert status == 200

        began = time.monotonic()
        first.ctrl_c()
        assert first.ends(STOPS_WITHIN) == 0
        assert time.monotonic() - began < STOPS_WITHIN
        assert first.family() == []
        assert first.temporary == []
        assert "Traceback" not in first.err
    finally:
        first.stop()

    kept = {file.name: file.read_bytes() for file in (folder / "data").glob("service.key")}
    second = House(folder=folder)
    try:
        second.prints("Ctrl-C stops everything")
        assert "password" not in second.out
        second.ctrl_c()
        assert second.ends(STOPS_WITHIN) == 0
        assert second.family() == []
        names = {path.name for path in (folder / "data").iterdir()}
        # a copy would stand there if it had migrated again
        assert {name for name in names if not name.startswith("frontdoor.db-")} == {"frontdoor.db", "service.key"}
        assert (folder / "data" / "service.key").read_bytes() == kept["service.key"]
    finally:
        second.stop()


@pytest.mark.parametrize("setting", ["PUBLIC_LISTEN", "CONSOLE_LISTEN"])
def test_a_port_in_use_is_named(setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert (
            refused({setting: f"127.0.0.1:{port}"})
            == f"cannot start: {setting}: cannot listen on 127.0.0.1:{port}: Address already in use"
        )


def test_a_missing_interpreter_of_the_bot_is_named_with_what_mends_it() -> None:
    line = refused({"BOT_PYTHON": "/nowhere/python"})
    assert line == "cannot start: the bot's Python /nowhere/python is not there: run `make setup`"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PUBLIC_LISTEN", "8080"),
        ("PUBLIC_LISTEN", "127.0.0.1:80800"),
        ("CONSOLE_LISTEN", ":"),
        ("DATABASE_URL", "mysql://here/there"),
        ("BUS_URL", "http://here"),
        ("BOT_LISTEN", "0.0.0.0:5005"),
        ("BOT_LISTEN", "unix:relative"),
        ("ERASE_DAYS", "soon"),
        ("ERASE_DAYS", "0"),
        ("TRUST_PROXY", "perhaps"),
        ("LOG_LEVEL", "LOUD"),
        ("EXIT_URL", "javascript:alert(1)"),
        ("TELEGRAM_TOKEN_FILE", "/nowhere/token"),
    ],
)
def test_a_broken_setting_is_named(setting: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{setting} ") as broken:
        Settings.from_env({setting: value})
    assert "\n" not in str(broken.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TRUST_PROXY", "perhaps"),
        ("PUBLIC_LISTEN", "nowhere.invalid:8080"),
        ("DATABASE_URL", "postgresql://me:secret@x:y/z"),
    ],
)
def test_a_broken_setting_is_told_in_one_line(setting: str, value: str) -> None:
    line = refused({setting: value})
    assert line.startswith(f"cannot start: {setting}")
    assert "secret" not in line


def test_a_data_folder_that_is_a_file_is_named(folder: Path) -> None:
    (folder / "data").write_text("")
    assert str(folder / "data") in refused({}, folder)


def test_a_database_that_is_none_is_said_in_one_line(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "frontdoor.db").write_bytes(b"no database at all" * 1000)
    line = refused({}, folder)
    assert str(folder / "data" / "frontdoor.db") in line
    assert "not a database" in line


def test_a_database_that_is_away_is_said_in_one_line() -> None:
    port = free_port()
    line = refused({"DATABASE_URL": f"postgresql://tests:secret@127.0.0.1:{port}/none"})
    assert line.startswith(f"cannot start: the database postgresql://tests:***@127.0.0.1:{port}/none cannot be used: ")


def test_a_lost_key_is_never_replaced(folder: Path, migrated_file: Path) -> None:
    data = folder / "data"
    data.mkdir()
    shutil.copy(migrated_file, data / "frontdoor.db")
    key = data / "service.key"
    house = House(folder=folder)
    try:
        house.opens()
        asyncio.run(one_word(house.public))
        house.ctrl_c()
        assert house.ends(STOPS_WITHIN) == 0
    finally:
        house.stop()
    right = key.read_bytes()

    key.unlink()
    line = refused({}, folder)
    assert line.startswith(f"cannot start: the service key {key} is not there")
    assert not key.exists()

    ServiceKey.create(key)
    assert "is not the one" in refused({}, folder)
    assert right != key.read_bytes()


@pytest.mark.parametrize("room", ["webchat", "handoff"])
def test_a_part_alone_names_what_it_cannot_do_without(room: str) -> None:
    part = Process("-m", room)
    try:
        assert part.ends() == 1
        assert part.err.startswith("cannot start: ")
        assert "Traceback" not in part.err
        assert part.out == ""
    finally:
        part.stop()
