"""Floods: limited with the number to call, the service up, one alarm, and a known child's risk still heard."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import Redis as Client
from sqlalchemy import func, select

from frontdoor.content import Content
from frontdoor.settings import Settings
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.keys import ServiceKey
from storage.tables import conversations
from tests.cast import Counsellor
from tests.fakes import FakeBot
from tests.servers import free_port
from tests.webchat.careful import CarefulVisitor, Stranger, is_clear
from webchat.app import build_app
from webchat.limits import Limits
from webchat.wiring import open_house

RISK = "sdua te jetoj me"
Opens = Callable[..., Awaitable[str]]
Guest = Callable[[str], Awaitable[CarefulVisitor]]


@pytest.fixture
async def opens(
    settings: Settings,
    content: Content,
    database: Database,
    key: ServiceKey,
    bus: RedisBus,
    bot: FakeBot,
    screening: Screen,
) -> AsyncIterator[Opens]:
    """Opens the public side with limits of the scene's own; nothing was counted before."""
    client = Client.from_url(settings.bus_url or "")
    await client.flushall()
    await client.aclose()
    async with AsyncExitStack() as stack:

        async def open_with(used: RedisBus = bus, **limits: int | bool) -> str:
            house = open_house(replace(settings, **limits), content, database, key, used, bot, screening)  # type: ignore[arg-type]
            runner = web.AppRunner(build_app(house), access_log=None, shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            port = free_port()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            return f"http://127.0.0.1:{port}"

        yield open_with


@pytest.fixture
async def guest(opens: Opens) -> AsyncIterator[Guest]:
    """Somebody with the chat page open at one of these doors."""
    async with AsyncExitStack() as stack:

        async def comes(public: str) -> CarefulVisitor:
            someone = CarefulVisitor(public)
            stack.push_async_callback(someone.closes)
            await someone.opens()
            return someone

        yield comes


async def _begins(public: str, address: str | None = None) -> str:
    """Somebody comes, says the first word and goes; gives `kept` or the code of the error."""
    someone = await Stranger.comes(public, {"X-Forwarded-For": address} if address else None)
    try:
        await someone.hello()
        await someone.sends({"type": "say", "client_id": secrets.token_hex(8), "text": "pershendetje"})
        frame = await someone.hears()
    finally:
        await someone.goes()
    if frame["type"] == "error":
        assert is_clear(frame, frame["code"])
        assert frame["retry_after"] > 0
    return str(frame.get("code", frame["type"]))


async def _kept(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(conversations)) or 0


def _alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "flood" in record.getMessage()]


class TestNewConversations:
    """Each needs a row, so they are counted, by address and in all."""

    async def test_one_address_is_stopped_and_the_others_are_served(
        self, opens: Opens, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        public = await opens(new_conversations_per_address=5, trust_proxy=True)
        answers = await asyncio.gather(*(_begins(public, "203.0.113.7") for _ in range(20)))
        assert sorted(answers) == ["kept"] * 5 + ["rate_limited"] * 15
        assert await _kept(database) == 5
        # whoever sent it first stands to the left: what the nearest proxy saw counts, not what a visitor claims
        assert await _begins(public, "198.51.100.1, 203.0.113.7") == "rate_limited"
        assert await _begins(public, "203.0.113.8") == "kept"
        (alarm,) = _alarms(caplog)
        assert "203.0.113" not in alarm

    async def test_a_thousand_addresses_are_stopped_by_the_limit_in_all(
        self, opens: Opens, guest: Guest, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        public = await opens(new_conversations_in_all=20, trust_proxy=True)
        known = await guest(public)
        await known.says("pershendetje")
        answers: list[str] = []
        for start in range(0, 1_000, 50):
            them = (f"10.{n // 250}.{n % 250}.9" for n in range(start, start + 50))
            answers += await asyncio.gather(*(_begins(public, address) for address in them))
        assert (answers.count("kept"), answers.count("rate_limited")) == (19, 981)
        assert await _kept(database) == 20
        assert len(_alarms(caplog)) == 1
        await known.says(RISK)
        await known.sees("116 111", sender="system")
        async with aiohttp.ClientSession() as session:
            for path in ("/chat", "/health"):
                async with session.get(public + path) as response:
                    assert response.status == 200

    async def test_what_a_visitor_claims_is_not_believed_without_a_proxy(self, opens: Opens) -> None:
        public = await opens(new_conversations_per_address=3)
        answers = [await _begins(public, f"203.0.113.{n}") for n in range(6)]
        assert answers == ["kept"] * 3 + ["rate_limited"] * 3

    async def test_two_processes_count_together(self, opens: Opens, settings: Settings) -> None:
        other_bus = RedisBus(settings.bus_url or "")
        await other_bus.start()
        async with asyncio.timeout(3):
            while not other_bus.up:
                await asyncio.sleep(0.02)
        doors = [
            await opens(new_conversations_per_address=4),
            await opens(other_bus, new_conversations_per_address=4),
        ]
        answers = [await _begins(doors[n % 2]) for n in range(8)]
        assert answers == ["kept"] * 4 + ["rate_limited"] * 4
        await other_bus.close()

    async def test_with_the_bus_down_the_limits_hold_in_the_process(
        self, opens: Opens, guest: Guest, caplog: pytest.LogCaptureFixture
    ) -> None:
        away = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
        await away.start()
        public = await opens(away, new_conversations_per_address=4, messages_per_minute=3)
        someone = await guest(public)
        for n in range(4):
            await someone.says("pershendetje", f"m{n}")
        await someone.sends({"type": "say", "client_id": "over", "text": "pershendetje"})
        await someone.errs("rate_limited", client_id="over")
        await someone.says(RISK)
        answers = [await _begins(public) for _ in range(5)]
        assert answers == ["kept"] * 3 + ["rate_limited"] * 2
        assert len(_alarms(caplog)) == 1
        await away.close()


class TestMessages:
    """A conversation's own limit holds back chatter, never a cry for help."""

    async def test_chatter_is_limited_and_risk_gets_through(
        self, opens: Opens, guest: Guest, database: Database, besa: Counsellor
    ) -> None:
        public = await opens(messages_per_minute=5)
        someone, other = await guest(public), await guest(public)
        # the first opens the conversation and is counted there
        for n in range(6):
            await someone.says(f"fjala {n}")
        for n in range(3):
            await someone.sends({"type": "say", "client_id": f"over{n}", "text": f"fjala {n}"})
            error = await someone.errs("rate_limited", client_id=f"over{n}")
            assert is_clear(error, "rate_limited")
            assert error["retry_after"] > 0
        await someone.says(RISK)
        await someone.sees("116 111", sender="system")
        assert await besa.queue() == [someone.conversation]
        await other.says("pershendetje")
        await other.says("ndihme")

    @pytest.mark.parametrize("urgent", ["ndihme", "dua te flas me nje njeri", "me rreh babai cdo dite"])
    async def test_so_do_the_safe_word_and_the_wish_for_a_person(self, opens: Opens, guest: Guest, urgent: str) -> None:
        public = await opens(messages_per_minute=1)
        someone = await guest(public)
        for text in ("pershendetje", "a je aty"):
            await someone.says(text)
        await someone.sends({"type": "say", "client_id": "over", "text": "a je aty"})
        await someone.errs("rate_limited")
        await someone.says(urgent)
        await someone.is_told("waiting")

    async def test_an_answer_in_an_emergency_is_not_held_back(
        self, opens: Opens, guest: Guest, database: Database
    ) -> None:
        public = await opens(messages_per_minute=1)
        someone = await guest(public)
        await someone.says(RISK)
        for text in ("po", "ai eshte ketu", "1"):
            await someone.says(text)
        await someone.taps("Nuk është kështu")
        async with database.read() as connection:
            assert await connection.scalar(select(conversations.c.level)) == 4


class TestSockets:
    """Open connections, by address and in all."""

    @pytest.mark.parametrize("limit", ["sockets_per_address", "sockets_in_all"])
    async def test_too_many_are_told_so_and_sent_away(
        self, opens: Opens, limit: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        public = await opens(trust_proxy=True, **{limit: 3})
        came = [await Stranger.comes(public, {"X-Forwarded-For": "203.0.113.7"}) for _ in range(3)]
        for someone in came:
            await someone.hello()
        for _ in range(3):
            one_more = await Stranger.comes(public, {"X-Forwarded-For": "203.0.113.7"})
            error = await one_more.hears()
            assert is_clear(error, "full")
            assert error["retry_after"] > 0
            assert await one_more.is_sent_away() == 1013
            await one_more.goes()
        assert len(_alarms(caplog)) == 1
        elsewhere = await Stranger.comes(public, {"X-Forwarded-For": "203.0.113.8"})
        if limit == "sockets_per_address":
            await elsewhere.hello()
        else:
            assert (await elsewhere.hears())["code"] == "full"
        await elsewhere.goes()
        # who goes makes room
        await came.pop().goes()
        async with asyncio.timeout(3):
            while True:
                someone = await Stranger.comes(public, {"X-Forwarded-For": "203.0.113.7"})
                await someone.sends({"type": "hello", "version": 1})
                answer = await someone.hears()
                came.append(someone)
                if answer["type"] == "welcome":
                    break
        for someone in came:
            await someone.goes()


class TestAddresses:
    """What is counted instead of an address."""

    def _limits(self, settings: Settings, bus: RedisBus, secret: bytes = b"s" * 32) -> Limits:
        return Limits(settings, bus, secret)

    async def test_it_cannot_be_turned_back_and_differs_by_secret(self, settings: Settings, bus: RedisBus) -> None:
        limits = self._limits(settings, bus)
        assert limits.address("203.0.113.7") == limits.address("203.0.113.7")
        assert limits.address("203.0.113.7") != limits.address("203.0.113.8")
        assert limits.address("203.0.113.7") != self._limits(settings, bus, b"t" * 32).address("203.0.113.7")
        assert "203" not in limits.address("203.0.113.7")

    async def test_an_ipv6_network_is_one_visitor(self, settings: Settings, bus: RedisBus) -> None:
        limits = self._limits(settings, bus)
        mine = {
            limits.address(a) for a in ("2001:db8::1", "2001:db8:0:0:ffff::2", "[2001:db8::3]", "2001:0db8::4%eth0")
        }
        assert len(mine) == 1
        assert limits.address("2001:db8:0:1::1") not in mine
        assert limits.address("::ffff:203.0.113.7") == limits.address("203.0.113.7")
        assert limits.address("::ffff:203.0.113.7") != limits.address("::ffff:203.0.113.8")
        assert limits.address("unknown") == limits.address("unknown")
