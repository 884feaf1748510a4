"""Carrying the outbox: each conversation in order, none held up by another, at least once, and never after erasing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import delete, select

from channels.telegram import TelegramChannel
from frontdoor.message import Message
from frontdoor.ports import Bus, Channel, Delivery, DeliveryFailed, Wake
from storage.bus import RedisBus
from storage.database import Database, StoreUnavailable
from storage.outbox import Outbox
from storage.tables import conversations
from tests.storage.letters import Letters
from tests.telegram_api import BotApi
from tests.telegram_api.server import TOKEN
from webchat.delivery import DeliveryLoop


class Chats:
    """A channel whose chats a test looks at; `troubles` are raised first, one a send."""

    name = "telegram"

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.forgotten: list[str] = []
        self.troubles: dict[str, list[Exception]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.begun = asyncio.Event()

    async def send(self, address: str, message: Message) -> str | None:
        self.begun.set()
        if address in self.gates:
            await self.gates[address].wait()
        if self.troubles.get(address):
            raise self.troubles[address].pop(0)
        self.said.append((address, message.text))
        return str(len(self.said))

    async def forget(self, address: str, references: Sequence[str]) -> None:
        self.forgotten += references

    def of(self, address: str) -> list[str]:
        return [text for chat, text in self.said if chat == address]


@pytest.fixture
def letters(database: Database) -> Letters:
    return Letters(database)


@pytest.fixture
def chats() -> Chats:
    return Chats()


@asynccontextmanager
async def carrying(outbox: Any, bus: Bus, channel: Channel, **pace: int) -> AsyncIterator[DeliveryLoop]:
    """A worker that carries until the scene is over."""
    loop = DeliveryLoop(outbox, {channel.name: channel}, bus, "worker", **pace)
    task = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_lines_arrive_in_their_order_as_soon_as_the_bus_tells(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    async with carrying(letters.outbox, bus, chats):
        await asyncio.sleep(0.2)
        await letters.hears("ana", "një", "dy", "tre")
        began = time.monotonic()
        await bus.publish(Wake("conversation", "ana"))
        await until(lambda: len(chats.said) == 3)
        assert time.monotonic() - began < 0.9
    assert chats.of("7201") == ["një", "dy", "tre"]
    assert await letters.outbox.waiting() == 0


async def test_without_a_wake_up_a_second_is_all_that_is_lost(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    async with carrying(letters.outbox, bus, chats):
        await asyncio.sleep(0.1)
        await letters.hears("ana", "një")
        await until(lambda: len(chats.said) == 1, 2.5)


async def test_a_chat_in_trouble_keeps_its_order_and_holds_up_no_other(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    letters.addresses = {"ana": "1", "beni": "2"}
    chats.troubles["1"] = [DeliveryFailed("network", permanent=False), RuntimeError("something unforeseen")]
    await letters.hears("ana", "një", "dy")
    await letters.hears("beni", "njëshi", "dyshi")
    async with carrying(letters.outbox, bus, chats):
        await until(lambda: len(chats.of("2")) == 2)
        assert chats.of("1") == []
        letters.clock.move(60)
        await until(lambda: chats.troubles["1"] == [])
        letters.clock.move(60)
        await until(lambda: len(chats.of("1")) == 2)
    assert chats.of("1") == ["një", "dy"]


async def test_a_slow_chat_holds_up_no_other(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    letters.addresses = {"ana": "1", "beni": "2"}
    chats.gates["1"] = asyncio.Event()
    await letters.hears("ana", "një")
    await letters.hears("beni", "njëshi")
    async with carrying(letters.outbox, bus, chats):
        await until(lambda: chats.of("2") == ["njëshi"])
        assert chats.of("1") == []
        chats.gates["1"].set()
        await until(lambda: chats.of("1") == ["një"])


async def test_who_cannot_be_reached_is_marked_and_the_consoles_are_woken(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    chats.troubles["7201"] = [DeliveryFailed("blocked", permanent=True)]
    await letters.hears("ana", "një", "dy")
    async with bus.listen() as wakes, carrying(letters.outbox, bus, chats):
        async with asyncio.timeout(5):
            wake = await anext(wakes)
    assert (wake.kind, wake.conversation) == ("conversation", "ana")
    assert (chats.said, await letters.outbox.waiting()) == ([], 0)
    async with letters.database.read() as connection:
        assert await connection.scalar(select(conversations.c.unreachable_at)) is not None


async def test_what_reached_a_phone_after_erasing_is_taken_back(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    chats.gates["7201"] = asyncio.Event()
    await letters.hears("ana", "një")
    async with carrying(letters.outbox, bus, chats):
        await chats.begun.wait()
        async with letters.database.write() as connection:
            await connection.execute(delete(conversations))
        chats.gates["7201"].set()
        await until(lambda: chats.forgotten == ["1"])


async def test_ending_waits_a_moment_for_what_is_being_sent_so_that_nobody_reads_it_twice(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    chats.gates["7201"] = asyncio.Event()
    await letters.hears("ana", "një")
    async with carrying(letters.outbox, bus, chats):
        await chats.begun.wait()
        asyncio.get_running_loop().call_later(0.2, chats.gates["7201"].set)
    assert chats.said == [("7201", "një")]
    assert await letters.outbox.waiting() == 0


async def test_ending_does_not_wait_for_a_channel_that_hangs(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    chats.gates["7201"] = asyncio.Event()
    await letters.hears("ana", "një")
    async with carrying(letters.outbox, bus, chats):
        await chats.begun.wait()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert await letters.outbox.waiting() == 1


async def test_what_is_claimed_at_the_moment_of_ending_is_still_carried(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    class Slow(Outbox):
        claiming = asyncio.Event()

        async def claim(self, owner: str, limit: int, channels: Collection[str] | None = None) -> list[Delivery]:
            self.claiming.set()
            await asyncio.sleep(0.2)
            return await super().claim(owner, limit, channels)

    await letters.hears("ana", "një")
    slow = Slow(letters.database, letters.key, letters.clock)
    async with carrying(slow, bus, chats):
        await slow.claiming.wait()
    assert chats.said == [("7201", "një")]
    assert await letters.outbox.waiting() == 0


class Troubled:
    """An outbox whose store is away for the first calls of each method."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._away = {"claim": 2, "sent": 2}

    def _perhaps(self, name: str) -> None:
        if self._away[name] > 0:
            self._away[name] -= 1
            raise StoreUnavailable("away")

    async def claim(self, owner: str, limit: int, channels: Collection[str] | None = None) -> list[Delivery]:
        self._perhaps("claim")
        return await self._outbox.claim(owner, limit, channels)

    async def sent(self, delivery: Delivery, reference: str | None) -> bool:
        self._perhaps("sent")
        return await self._outbox.sent(delivery, reference)


async def test_a_store_that_was_away_costs_no_message_and_says_none_twice(
    letters: Letters, chats: Chats, bus: RedisBus
) -> None:
    await letters.hears("ana", "një", "dy")
    async with carrying(Troubled(letters.outbox), bus, chats):
        await until(lambda: len(chats.said) == 2, 8)
    assert chats.of("7201") == ["një", "dy"]


async def test_all_conversations_together_keep_the_channels_pace(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    for n in range(15):
        letters.addresses[f"visitor {n}"] = str(n)
        await letters.hears(f"visitor {n}", "një")
    began = time.monotonic()
    async with carrying(letters.outbox, bus, chats, per_second=10):
        await until(lambda: len(chats.said) == 15)
    assert 0.9 < time.monotonic() - began < 4


async def test_two_workers_say_nothing_twice(letters: Letters, chats: Chats, bus: RedisBus) -> None:
    for n in range(8):
        letters.addresses[f"visitor {n}"] = str(n)
        await letters.hears(f"visitor {n}", "një", "dy", "tre")
    async with carrying(letters.outbox, bus, chats), carrying(Outbox(letters.database, letters.key), bus, chats):
        await until(lambda: len(chats.said) >= 24, 10)
        await asyncio.sleep(0.2)
    assert all(chats.of(str(n)) == ["një", "dy", "tre"] for n in range(8))


async def test_telegrams_flood_control_is_obeyed_and_the_message_comes_once(letters: Letters, bus: RedisBus) -> None:
    async with BotApi() as api:
        ana = api.person("Ana")
        letters.addresses["ana"] = ana.address
        await letters.hears("ana", "një", "dy")
        api.fails("sendMessage", "flood", retry_after=2)
        channel = TelegramChannel(TOKEN, api.url)
        began = time.monotonic()
        async with carrying(letters.outbox, bus, channel):
            await ana.reads("dy", within=8)
            assert time.monotonic() - began > 1.5
        await channel.close()
        assert ana.texts == ["një", "dy"]
        assert await letters.carried.references("ana") == [str(seen.id) for seen in ana.sees]


async def test_a_whole_channel_that_is_asked_to_wait_is_left_in_peace(letters: Letters, bus: RedisBus) -> None:
    async with BotApi() as api:
        people = [api.person(name) for name in ("Ana", "Beni", "Cufe", "Dea", "Era")]
        for person in people:
            letters.addresses[person.name] = person.address
        for person in people[:3]:
            await letters.hears(person.name, "një")
        api.fails("sendMessage", "flood", retry_after=2, times=3)
        channel = TelegramChannel(TOKEN, api.url)
        async with carrying(letters.outbox, bus, channel):
            await until(lambda: len(api.called("sendMessage")) == 3)
            await asyncio.sleep(0.1)
            for person in people[3:]:
                await letters.hears(person.name, "një")
                await bus.publish(Wake("conversation", person.name))
            await asyncio.sleep(1.2)
            assert len(api.called("sendMessage")) == 3
            for person in people:
                await person.reads("një", within=8)
        await channel.close()
