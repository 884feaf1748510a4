"""The rounds of the web processes: a deadline fires once, one that fails ends no round, and health tells the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, insert, select, update

from frontdoor.content import Content
from frontdoor.routing import SILENCE_SECONDS
from frontdoor.settings import Settings
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.keys import ServiceKey
from storage.tables import conversations, deadlines
from tests.fakes import FakeBot
from tests.servers import free_port
from tests.webchat.careful import CarefulVisitor
from webchat.app import TASKS, build_app
from webchat.house import House
from webchat.wiring import open_house

RISK = "sdua te jetoj me"
STILL_HERE = "Jemi ende këtu me ty"


@pytest.fixture
async def other(
    settings: Settings,
    content: Content,
    database_url: str,
    key: ServiceKey,
    bus_url: str,
    bot: FakeBot,
    screening: Screen,
    public: str,
) -> AsyncIterator[House]:
    """A second web process beside the first, with an engine and a bus of its own."""
    async with AsyncExitStack() as stack:
        database, bus = Database(database_url), RedisBus(bus_url)
        stack.push_async_callback(database.close)
        stack.push_async_callback(bus.close)
        await bus.start()
        house = open_house(settings, content, database, key, bus, bot, screening)
        runner = web.AppRunner(build_app(house), access_log=None, shutdown_timeout=1)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        yield house


async def _silence(database: Database) -> None:
    """The minute after the script's question has passed."""
    async with database.write() as connection:
        await connection.execute(update(deadlines).values(due_at=deadlines.c.due_at - SILENCE_SECONDS * 1000))


class TestDeadlines:
    """A minute of silence after a script's question."""

    async def test_two_processes_say_the_next_step_once(
        self, visitor: CarefulVisitor, other: House, database: Database
    ) -> None:
        await visitor.says(RISK)
        await visitor.sees("A je në siguri tani?")
        await _silence(database)
        await visitor.sees(STILL_HERE, sender="system")
        await asyncio.sleep(1.2)
        assert sum(STILL_HERE in text for _, text in visitor.transcript) == 1
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(deadlines)) == 0

    async def test_who_has_answered_meanwhile_is_not_asked_again(
        self, visitor: CarefulVisitor, database: Database
    ) -> None:
        await visitor.says(RISK)
        await visitor.says("po")
        await visitor.sees("Rri pranë dikujt")
        await _silence(database)
        await asyncio.sleep(1.3)
        assert not [text for _, text in visitor.transcript if STILL_HERE in text]

    async def test_one_that_fails_holds_up_no_other(
        self, visitor: CarefulVisitor, database: Database, public: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken = CarefulVisitor(public)
        await broken.opens()
        await broken.says("pershendetje")
        await visitor.says(RISK)
        await visitor.sees("A je në siguri tani?")
        async with database.write() as connection:
            mine = conversations.c.id == broken.conversation
            spoilt: dict[str, Any] = {"script": "suicide-3-self", "script_step": "start", "script_asked": 1}
            await connection.execute(update(conversations).where(mine).values(wrapped_key=b"x" * 60, **spoilt))
            due = {"kind": "silence", "epoch": 0, "detail": {"asked": 1}, "due_at": 1}
            await connection.execute(insert(deadlines).values(conversation=broken.conversation, **due))
        await broken.closes()
        await _silence(database)
        await visitor.sees(STILL_HERE, sender="system")
        async with asyncio.timeout(3):
            while "a deadline waits: KeyMissing" not in caplog.text:
                await asyncio.sleep(0.02)
        async with aiohttp.ClientSession() as session, session.get(f"{public}/health") as response:
            assert response.status == 200


class TestHealth:
    """/health for the process, /ready for the house."""

    async def _asked(self, house: House, path: str) -> tuple[int, dict[str, Any]]:
        runner = web.AppRunner(build_app(house), access_log=None, shutdown_timeout=1)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
            answer = response.status, await response.json()
        await runner.cleanup()
        return answer

    async def test_ready_names_each_part_and_its_state(self, house: House, content: Content, screening: Screen) -> None:
        status, state = await self._asked(house, "/ready")
        assert status == 200
        assert state["database"] == {"state": "ok"}
        assert state["bus"] == {"state": "ok"}
        assert state["bot"] == {"state": "ready", "model": "fake"}
        assert state["scripts"]["all"] == len(content.scripts)
        # nobody has signed the scripts: that is said as long as it is so
        assert (state["scripts"]["signed"] < len(content.scripts)) == ("scripts" in state["degraded"])
        assert state["screening"] == {"state": screening.state, "version": screening.version}
        assert (screening.state != "ok") == ("screening" in state["degraded"])
        assert set(state["degraded"]) <= {"scripts", "screening"}

    async def test_a_bot_or_a_bus_that_is_down_degrades(self, house: House, bot: FakeBot) -> None:
        bot.down = True
        away = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
        await away.start()
        status, state = await self._asked(replace(house, bus=away), "/ready")
        await away.close()
        assert (status, state["status"]) == (200, "degraded")
        assert {"bot", "bus"} <= set(state["degraded"])

    async def test_a_database_that_is_gone_or_not_at_head_is_not_ready(self, house: House, database: Database) -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9001'")
        status, state = await self._asked(house, "/ready")
        assert (status, state["status"], state["database"]) == (503, "unready", {"state": "not at head"})
        gone = Database("postgresql://someone:sekret@127.0.0.1:1/frontdoor")
        status, state = await self._asked(replace(house, database=gone), "/ready")
        await gone.close()
        assert (status, state["database"]) == (503, {"state": "unreachable"})
        assert "sekret" not in str(state)

    async def test_a_task_that_has_died_is_named(self, house: House, caplog: pytest.LogCaptureFixture) -> None:
        async def dies() -> None:
            raise RuntimeError("words of somebody")

        app = build_app(house, beside={"messenger": dies})
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.wait([app[TASKS]["messenger"]])
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/health") as response:
            assert response.status == 503
            assert await response.json() == {"status": "dead", "dead": ["messenger"]}
        await runner.cleanup()
        assert "the task messenger has died: RuntimeError" in caplog.text
        assert "words of somebody" not in caplog.text
