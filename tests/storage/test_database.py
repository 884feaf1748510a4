"""The engine under everything: no update is lost, nothing half-done stays, and what fails says so without the words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from storage.database import Conflict, Database, StoreUnavailable, async_url
from storage.tables import database_now, leases

WRITERS = 2
EACH = 40


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    """Two processes' engines over one database, with a number in it that both count up."""
    async with AsyncExitStack() as stack:
        opened = [Database(database_url) for _ in range(WRITERS)]
        for one in opened:
            stack.push_async_callback(one.close)
        async with opened[0].write() as connection:
            await connection.execute(insert(leases).values(name="number", value=0))
        yield opened


async def _number(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(leases.c.value))).scalar_one())


async def _counts_up(database: Database) -> None:
    async with database.write() as connection:
        locked = select(leases.c.value).where(leases.c.name == "number").with_for_update()
        value = int((await connection.execute(locked)).scalar_one())
        # the other writers get their turn between reading and writing, if anything lets them
        await asyncio.sleep(0)
        await connection.execute(update(leases).values(value=value + 1))


class TestTheLostUpdate:
    """Two writers that read and then write: each update counts."""

    async def test_two_processes(self, processes: list[Database]) -> None:
        async def works(database: Database) -> None:
            for _ in range(EACH):
                await _counts_up(database)

        await asyncio.gather(*(works(database) for database in processes))
        assert await _number(processes[0]) == WRITERS * EACH

    async def test_many_tasks_of_one_process(self, processes: list[Database]) -> None:
        await asyncio.gather(*(_counts_up(processes[0]) for _ in range(EACH)))
        assert await _number(processes[0]) == EACH

    async def test_readers_see_all_or_nothing_and_wait_for_nobody(self, processes: list[Database]) -> None:
        writer, reader = processes
        async with writer.write() as connection:
            await connection.execute(update(leases).values(value=7))
            async with asyncio.timeout(2):
                assert await _number(reader) == 0
        assert await _number(reader) == 7


class TestWhatFails:
    """A failure changes nothing, lets go of what it held, and does not repeat the words."""

    async def test_an_error_inside_takes_everything_back(self, processes: list[Database]) -> None:
        async def fails() -> None:
            async with processes[0].write() as connection:
                await connection.execute(update(leases).values(value=9))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fails()
        assert await _number(processes[1]) == 0
        await _counts_up(processes[1])

    async def test_a_cancelled_writer_lets_go(self, processes: list[Database]) -> None:
        reached = asyncio.Event()

        async def hangs() -> None:
            async with processes[0].write() as connection:
                await connection.execute(update(leases).values(value=9))
                reached.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(hangs())
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(3):
            for database in processes:
                await _counts_up(database)
        assert await _number(processes[0]) == 2

    async def test_what_does_not_fit_is_a_conflict_not_a_store_that_is_away(self, processes: list[Database]) -> None:
        with pytest.raises(Conflict):
            async with processes[0].write() as connection:
                await connection.execute(insert(leases).values(name="number", value=1))

    async def test_the_error_does_not_repeat_what_was_to_be_written(self, database: Database) -> None:
        with pytest.raises(StoreUnavailable) as failed:
            async with database.write() as connection:
                await connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "trendafil"})
        assert "trendafil" not in str(failed.value)
        assert "\n" not in str(failed.value)

    async def test_a_server_that_is_not_there_is_told_without_its_password(self) -> None:
        away = Database("postgresql://someone:sekret@127.0.0.1:1/frontdoor")
        with pytest.raises(StoreUnavailable) as failed:
            async with away.read():
                pass
        assert "sekret" not in str(failed.value)
        await away.close()


class TestTheEngine:
    """What each engine is told when it opens."""

    async def test_the_databases_clock_is_the_present(self, database: Database) -> None:
        async with database.read() as connection:
            first = int((await connection.execute(select(database_now()))).scalar_one())
        assert abs(first - time.time() * 1000) < 5_000

    async def test_sqlite_writes_durably_and_deletes_for_good(self, migrated_file: Path) -> None:
        database = Database(f"sqlite:///{migrated_file}")
        async with database.read() as connection:
            told = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        await database.close()
        assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}

    @pytest.mark.parametrize(
        ("url", "wanted"),
        [
            ("sqlite:////data/f.db", "sqlite+aiosqlite:////data/f.db"),
            ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
            ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
        ],
    )
    def test_the_url_gets_its_driver(self, url: str, wanted: str) -> None:
        assert async_url(url) == wanted

    @pytest.mark.parametrize("url", ["mysql://h/d", "oracle://h"])
    def test_other_engines_are_named_as_unknown(self, url: str) -> None:
        with pytest.raises(ValueError, match="sqlite and postgresql are known"):
            async_url(url)
