"""Deadlines: rows that any process fires, each once, by the database's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import func, select, update

from frontdoor.message import Said, Sender
from frontdoor.routing import SILENCE_SECONDS
from storage.database import Database
from storage.deadlines import LEASE_MS, Deadlines
from storage.tables import conversations, database_now, deadlines
from tests.storage.process import Process


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Process]]:
    """Two web processes over one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Process.running(database_url)) for _ in range(2)]


@pytest.fixture
async def clocks(processes: list[Process]) -> list[Deadlines]:
    """What each of the two fires with."""
    return [Deadlines(process.database) for process in processes]


async def _asked(process: Process, conversation: str) -> None:
    """A script has asked a question, and a minute begins."""
    said = (Said(Sender.SYSTEM, "A je në siguri tani?", kind="script"),)
    await process.keeps(conversation, "pershendetje", said=said, silence=True)


async def _due(database: Database, by: int = SILENCE_SECONDS * 1000 + 100) -> None:
    """Time passes."""
    async with database.write() as connection:
        await connection.execute(update(deadlines).values(due_at=deadlines.c.due_at - by))
        leased = update(deadlines).where(deadlines.c.lease_until.is_not(None))
        await connection.execute(leased.values(lease_until=deadlines.c.lease_until - by))


async def _left(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(deadlines)) or 0


async def test_nothing_is_due_before_its_time(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    await _asked(processes[0], "c")
    assert await clocks[0].claim() == []
    await _due(database, SILENCE_SECONDS * 1000 - 5_000)
    assert await clocks[0].claim() == []
    await _due(database, 5_100)
    (due,) = await clocks[1].claim()
    assert (due.conversation, due.kind, due.epoch, due.detail) == ("c", "silence", 0, {"asked": 2})


async def test_two_processes_fire_each_once(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    names = [f"c{n}" for n in range(30)]
    await asyncio.gather(*(_asked(processes[0], name) for name in names))
    await _due(database)
    fired: list[str] = []
    while len(fired) < len(names):
        rounds = await asyncio.gather(*(clock.claim(4) for clock in clocks for _ in range(3)))
        came = [due for found in rounds for due in found]
        assert came, f"only {len(fired)} fired"
        fired += [due.conversation for due in came]
        for due in came:
            await clocks[0].done(due)
    assert sorted(fired) == sorted(names)
    assert await _left(database) == 0


async def test_what_its_claimer_does_not_finish_comes_back(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    await _asked(processes[0], "c")
    await _due(database)
    assert len(await clocks[0].claim()) == 1
    assert await clocks[1].claim() == []
    await _due(database, LEASE_MS + 100)
    (due,) = await clocks[1].claim()
    await clocks[1].done(due)
    await _due(database, LEASE_MS + 100)
    assert await clocks[0].claim() == []


async def test_what_was_asked_before_somebody_else_spoke_is_dropped(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    for name in ("claimed", "waiting"):
        await _asked(processes[0], name)
    async with database.write() as connection:
        claimed = update(conversations).where(conversations.c.id == "claimed")
        await connection.execute(claimed.values(epoch=conversations.c.epoch + 1))
    await _due(database)
    assert [due.conversation for due in await clocks[0].claim()] == ["waiting"]
    assert await _left(database) == 1


async def test_an_erased_conversation_has_none(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    await _asked(processes[0], "c")
    await _due(database)
    async with database.write() as connection:
        await connection.execute(conversations.delete())
    assert await clocks[0].claim() == []
    assert await _left(database) == 0


async def test_the_longest_due_come_first_and_not_all_at_once(
    processes: list[Process], clocks: list[Deadlines], database: Database
) -> None:
    for n in range(4):
        await _asked(processes[0], f"c{n}")
        async with database.write() as connection:
            mine = update(deadlines).where(deadlines.c.conversation == f"c{n}")
            await connection.execute(mine.values(due_at=database_now() - 1_000 * (n + 1)))
    assert sorted(due.conversation for due in await clocks[0].claim(2)) == ["c2", "c3"]
    assert sorted(due.conversation for due in await clocks[1].claim(2)) == ["c0", "c1"]
