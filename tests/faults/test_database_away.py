"""The database gone, read-only, full, locked or hanging: a clear error, nothing acknowledged, and then it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import secrets
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from storage.keys import ServiceKey
from storage.migrate import upgrade
from storage.valkey import EmbeddedValkey
from tests.bot.process import BotProcess
from tests.cast import PATIENCE, Visitor
from tests.faults.conftest import Come, Hire, StoppablePostgres, required
from tests.processes import House, Parts, asked

QUESTION = "cfare eshte kanabisi"
ARTICLE = "Kanabisi"

Fault = Callable[[House, Path], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def moved_away(house: House, file: Path) -> Iterator[None]:
    """Another place; nothing stands where it was, also when it is over."""
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    try:
        yield
        assert not file.exists(), "a new, empty database was made"
    finally:
        elsewhere.rename(file)


@contextlib.contextmanager
def a_folder_in_its_place(house: House, file: Path) -> Iterator[None]:
    """As after a wrong mount."""
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        elsewhere.rename(file)


@contextlib.contextmanager
def read_only(house: House, file: Path) -> Iterator[None]:
    """Nobody may write to it, not even the administrator."""
    files = [str(file), f"{file}-wal"]
    if subprocess.run(["chattr", "+i", *files], check=False, capture_output=True).returncode != 0:
        pytest.skip("chattr +i needs an administrator and a file system that knows it")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


@contextlib.contextmanager
def full(house: House, file: Path) -> Iterator[None]:
    """No byte fits in any more."""
    process = psutil.Process(house.pid)
    before = process.rlimit(resource.RLIMIT_FSIZE)
    process.rlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        process.rlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def locked(house: House, file: Path) -> Iterator[None]:
    """Somebody else writes and does not end."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture(scope="module")
def house(running_bot: BotProcess) -> Iterator[House]:
    """`serve.py` over SQLite, with the bot of all scenes."""
    started = House({"BOT_LISTEN": f"unix:{running_bot.socket}"})
    try:
        started.prints("Ctrl-C stops everything")
        yield started
    finally:
        started.stop()


async def is_not_kept(visitor: Visitor, client_id: str, text: str) -> None:
    """In time comes an error that gives the number, and no acknowledgement."""
    began = time.monotonic()
    await visitor.sends({"type": "say", "client_id": client_id, "text": text})
    error = await visitor.gets("error", client_id=client_id)
    assert time.monotonic() - began < PATIENCE
    assert error["code"] == "not_kept"
    assert "116 111" in error["message"]
    assert not [frame for frame in visitor.frames if frame["type"] == "kept" and frame["client_id"] == client_id]


async def goes_on(address: str) -> None:
    """Alive but not ready, and says what is wrong."""
    health = await asyncio.to_thread(asked, f"{address}/health")
    assert health == (200, {"status": "ok", "dead": []})
    answer = await asyncio.to_thread(asked, f"{address}/ready", 10)
    assert answer is not None
    status, ready = answer
    assert status == 503
    assert ready["status"] == "unready"
    assert ready["database"]["state"] != "ok"


async def recovers(address: str) -> None:
    """Ready again by itself."""
    ends = time.monotonic() + 10
    while (answer := await asyncio.to_thread(asked, f"{address}/ready")) is None or answer[0] != 200:
        assert time.monotonic() < ends, answer
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("fault", [moved_away, a_folder_in_its_place, read_only, full, locked])
async def test_sqlite_takes_nothing(house: House, come: Come, fault: Fault) -> None:
    visitor, child = await come(house.public), await come(house.public)
    await visitor.says(QUESTION)
    await visitor.sees(ARTICLE, sender="bot")
    with fault(house, house.folder / "data" / "frontdoor.db"):
        await asyncio.gather(
            is_not_kept(visitor, "lost", "po alkooli"),
            # somebody new, in danger
            is_not_kept(child, "danger", "sdua te jetoj me"),
        )
        await goes_on(house.public)
        page = await asyncio.to_thread(asked, f"{house.console}/health")
        assert page == (200, {"status": "ok"})
    await recovers(house.public)
    # the page repeats by itself what was not acknowledged
    kept = [await visitor.says("po alkooli", "lost"), await child.says("sdua te jetoj me", "danger")]
    await visitor.sees("Alkooli", sender="bot")
    await child.sees("116 111", seconds=2)
    whole = Visitor(house.public, visitor.token)
    messages = (await whole.opens())["messages"]
    await whole.closes()
    assert [(m["id"], m["text"]) for m in messages if m["sender"] == "visitor"] == [
        (1, QUESTION),
        (kept[0]["id"], "po alkooli"),
    ]
    assert "Traceback" not in house.err


async def test_a_counsellor_is_told_too_and_keeps_the_words(house: House, come: Come, hire: Hire) -> None:
    child = await come(house.public)
    await child.says("dua te flas me nje njeri")
    besa = await hire(house.database_url, house.console, "Besa")
    assert (await besa.claims(child.conversation))[0] == 200
    client_id = secrets.token_hex(6)
    with moved_away(house, house.folder / "data" / "frontdoor.db"):
        status, said = await besa.replies(child.conversation, "jam këtu", client_id)
        assert (status, said["error"]) == (503, "error_store")
    await recovers(house.public)
    assert (await besa.replies(child.conversation, "jam këtu", client_id))[0] == 200
    await child.sees("jam këtu", sender="counsellor")
    assert [text for sender, text in child.transcript if sender == "counsellor"] == ["jam këtu"]


def test_a_database_that_cannot_be_written_to_is_said_at_the_start(migrated_file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "frontdoor.db"
    shutil.copy(migrated_file, file)
    house = None
    if subprocess.run(["chattr", "+i", file], check=False, capture_output=True).returncode != 0:
        pytest.skip("chattr +i needs an administrator and a file system that knows it")
    try:
        house = House({"BOT_LISTEN": "127.0.0.1:1"}, tmp_path)
        assert house.ends() == 1
        assert house.err.splitlines()[-1].startswith("cannot start: the database sqlite:///")
        assert str(file) in house.err
        assert "Traceback" not in house.err
        assert house.family() == []
    finally:
        subprocess.run(["chattr", "-i", file], check=True)
        if house is not None:
            house.stop()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[StoppablePostgres]:
    """A PostgreSQL that nobody else needs."""
    server = required(StoppablePostgres)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def split(
    own_postgres: StoppablePostgres,
    running_bot: BotProcess,
    valkey: EmbeddedValkey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Parts]:
    """A web and a staff process over it."""
    key = tmp_path_factory.mktemp("key") / "service.key"
    ServiceKey.create(key)
    url = own_postgres.database()
    asyncio.run(upgrade(url))
    house = Parts(
        {
            "DATABASE_URL": url,
            "BUS_URL": valkey.url,
            "SERVICE_KEY_FILE": str(key),
            "BOT_LISTEN": f"unix:{running_bot.socket}",
        }
    )
    house.start(webs=1, staffs=1)
    yield house
    house.stop()


@contextlib.contextmanager
def ended(server: StoppablePostgres) -> Iterator[None]:
    """Shut down, then started again."""
    server.goes_away()
    try:
        yield
    finally:
        server.comes_back()


@contextlib.contextmanager
def hanging(server: StoppablePostgres) -> Iterator[None]:
    """There, but nothing comes from it."""
    with server.hangs():
        yield


@pytest.mark.postgres
@pytest.mark.parametrize("fault", [ended, hanging])
async def test_postgresql_takes_nothing(
    split: Parts,
    own_postgres: StoppablePostgres,
    come: Come,
    hire: Hire,
    fault: Callable[[StoppablePostgres], contextlib.AbstractContextManager[None]],
) -> None:
    web, staff = split.webs[0], split.staffs[0]
    alias = fault.__name__.capitalize()
    besa = await hire(split.environ["DATABASE_URL"], staff.address, alias)
    visitor, child, new = await come(web.address), await come(web.address), await come(web.address)
    await visitor.says(QUESTION)
    await visitor.sees(ARTICLE, sender="bot")
    await child.says("dua te flas me nje njeri")
    assert (await besa.claims(child.conversation))[0] == 200
    with fault(own_postgres):
        results = await asyncio.gather(
            is_not_kept(visitor, f"{alias}-1", "po alkooli"),
            is_not_kept(new, f"{alias}-2", "sdua te jetoj me"),
            besa.replies(child.conversation, "jam këtu", f"{alias}-3"),
        )
        assert results[2][0] == 503, staff.err
        await goes_on(web.address)
        assert await asyncio.to_thread(asked, f"{staff.address}/health") == (200, {"status": "ok"})
    await recovers(web.address)
    await visitor.says("po alkooli", f"{alias}-1")
    await new.says("sdua te jetoj me", f"{alias}-2")
    assert (await besa.replies(child.conversation, "jam këtu", f"{alias}-3"))[0] == 200
    await visitor.sees("Alkooli", sender="bot")
    await new.sees("116 111", seconds=2)
    await child.sees("jam këtu", sender="counsellor")
    await besa.sees("queue", lambda frame: any(i["conversation"] == new.conversation for i in frame["items"]))
    whole = Visitor(web.address, visitor.token)
    messages = (await whole.opens())["messages"]
    await whole.closes()
    assert [m["text"] for m in messages if m["sender"] == "visitor"] == [QUESTION, "po alkooli"]
    for process in (web, staff):
        assert "Traceback" not in process.err
        assert "has died" not in process.err
