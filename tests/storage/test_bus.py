"""The bus: it only wakes; stopping, hanging and coming back lose no message and hold up nobody."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis as Client

from frontdoor.ports import Wake
from storage.bus import CHANNEL, RedisBus
from tests.servers import REQUIRE_ALL, Missing, Redis, free_port


class Ear:
    """Hears all wake-ups of a bus."""

    def __init__(self, bus: RedisBus) -> None:
        self._bus = bus
        self.heard: list[Wake] = []
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Ear:
        self._listening = asyncio.create_task(self._listen())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listening is not None
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        async with self._bus.listen() as wakes:
            async for wake in wakes:
                self.heard.append(wake)

    async def hears(self, kind: str, conversation: str | None = None) -> Wake:
        """The first wake-up like this, of those that came and those to come."""
        found: list[Wake] = []

        def came() -> bool:
            found[:] = [w for w in self.heard if (w.kind, w.conversation) == (kind, conversation)]
            return bool(found)

        await _until(came)
        return found[0]


async def _until(done: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.01)


@pytest.fixture
async def other(bus_url: str) -> AsyncIterator[RedisBus]:
    """Another process's bus."""
    opened = RedisBus(bus_url)
    await opened.start()
    await _until(lambda: opened.up)
    yield opened
    await opened.close()


@pytest.fixture
def server() -> Iterator[Redis]:
    """A Redis of the scene's own, to be stopped."""
    try:
        started = Redis()
    except Missing as missing:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(missing))
    yield started
    started.stop()


@pytest.fixture
async def pair(server: Redis) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    """Two processes' buses over it."""
    async with AsyncExitStack() as stack:
        opened = RedisBus(server.url), RedisBus(server.url)
        for one in opened:
            await one.start()
            stack.push_async_callback(one.close)
        await _until(lambda: all(one.up for one in opened))
        yield opened


class TestWaking:
    """Wake-ups reach everybody, also who sent them, once."""

    async def test_both_processes_hear_each_other_and_themselves(self, bus: RedisBus, other: RedisBus) -> None:
        async with Ear(bus) as here, Ear(other) as there:
            await bus.publish(Wake("conversation", "a", 7, {"by": "visitor"}))
            await other.publish(Wake("queue", "b"))
            for ear in (here, there):
                assert await ear.hears("conversation", "a") == Wake("conversation", "a", 7, {"by": "visitor"})
                assert await ear.hears("queue", "b") == Wake("queue", "b")
            await asyncio.sleep(0.1)
            assert (len(here.heard), len(there.heard)) == (2, 2)

    async def test_wakes_of_one_moment_about_the_same_become_one(self, bus: RedisBus, other: RedisBus) -> None:
        async with Ear(other) as there:
            for n in range(50):
                await bus.publish(Wake("conversation", "a", n))
            await bus.publish(Wake("conversation", "b", 1))
            await there.hears("conversation", "b")
            about_a = [wake.last_id for wake in there.heard if wake.conversation == "a"]
            assert about_a == [49]

    async def test_what_is_not_ours_is_passed_over(self, bus: RedisBus, bus_url: str) -> None:
        client = Client.from_url(bus_url)
        async with Ear(bus) as here:
            for garbage in (b"", b"x", b"[]", b"[1,2]", b'["x",[["conversation"]]]', b'{"a":1}', b"\xff\xfe"):
                await client.publish(CHANNEL, garbage)
            await client.publish(CHANNEL, b'["somebody",[["conversation","a",3,{}]]]')
            assert (await here.hears("conversation", "a")).last_id == 3
        assert bus.alive
        assert bus.up
        await client.aclose()

    async def test_who_does_not_listen_holds_up_nobody(self, bus: RedisBus) -> None:
        async with bus.listen(), Ear(bus) as here:
            for n in range(10_050):
                await bus.publish(Wake("conversation", f"c{n}"))
                if n % 500 == 0:
                    await asyncio.sleep(0)
            await here.hears("conversation", "c10049")


class TestCounting:
    """Limits count together, within a window."""

    async def test_two_processes_count_as_one(self, bus: RedisBus, other: RedisBus) -> None:
        key = f"scene:{time.time_ns()}"
        allowed = [await (bus, other)[n % 2].allow(key, 3, 60) for n in range(5)]
        assert allowed == [True, True, True, False, False]
        assert await bus.allow(f"{key}:other", 1, 60)

    async def test_a_window_ends(self, bus: RedisBus) -> None:
        key = f"scene:{time.time_ns()}"
        assert [await bus.allow(key, 1, 0.2) for _ in range(2)] == [True, False]
        await asyncio.sleep(0.3)
        assert await bus.allow(key, 1, 0.2)

    async def test_many_at_once_are_counted_each(self, bus: RedisBus) -> None:
        key = f"scene:{time.time_ns()}"
        allowed = await asyncio.gather(*(bus.allow(key, 100, 60) for _ in range(400)))
        assert sum(allowed) == 100

    async def test_without_a_bus_the_process_counts_alone(self) -> None:
        away = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
        await away.start()
        assert [await away.allow("k", 2, 0.2) for _ in range(3)] == [True, True, False]
        await asyncio.sleep(0.3)
        assert await away.allow("k", 2, 0.2)
        await away.close()


class TestAFault:
    """Redis stops, hangs, and comes back."""

    async def test_it_stops_and_comes_back(self, server: Redis, pair: tuple[RedisBus, RedisBus]) -> None:
        here, there = pair
        async with Ear(here) as near, Ear(there) as far:
            server.stop()
            started = time.monotonic()
            await here.publish(Wake("conversation", "during"))
            assert time.monotonic() - started < 0.5
            # this process goes on by itself
            await near.hears("conversation", "during")
            await _until(lambda: not here.up and not there.up)
            await here.publish(Wake("conversation", "while away"))
            await near.hears("conversation", "while away")
            assert [await here.allow("k", 1, 60) for _ in range(2)] == [True, False]
            assert (here.alive, there.alive) == (True, True)
            for ear in (near, far):
                ear.heard.clear()
            server.start()
            await _until(lambda: here.up and there.up)
            # what happened meanwhile is re-read, once by each
            for ear in (near, far):
                await ear.hears("reread")
            await here.publish(Wake("conversation", "after"))
            await far.hears("conversation", "after")
            for ear in (near, far):
                assert [wake.kind for wake in ear.heard].count("reread") == 1
            assert "while away" not in [wake.conversation for wake in far.heard]

    @pytest.mark.slow
    async def test_it_hangs(self, server: Redis, pair: tuple[RedisBus, RedisBus]) -> None:
        here, _ = pair
        assert server._process is not None
        os.kill(server._process.pid, signal.SIGSTOP)
        try:
            async with Ear(here) as near:
                started = time.monotonic()
                await here.publish(Wake("conversation", "during"))
                await near.hears("conversation", "during")
                assert time.monotonic() - started < 0.5
                # the first that counts waits for it, the others do not wait anew
                assert await here.allow("k", 2, 60)
                started = time.monotonic()
                assert [await here.allow("k", 2, 60) for _ in range(2)] == [True, False]
                assert time.monotonic() - started < 0.5
                await _until(lambda: not here.up, 6)
        finally:
            os.kill(server._process.pid, signal.SIGCONT)
        await _until(lambda: here.up)

    async def test_it_was_never_there(self) -> None:
        away = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
        await away.start()
        async with Ear(away) as near:
            await away.publish(Wake("queue"))
            await near.hears("queue")
        assert (away.up, away.alive) == (False, True)
        await away.close()
        assert not away.alive
