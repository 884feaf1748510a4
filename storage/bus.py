"""The bus over the Redis protocol: wake-ups between processes, and counting for limits; losing it loses no message."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from frontdoor.ports import Wake

log = logging.getLogger(__name__)

CHANNEL = "frontdoor:wake"
_QUEUE = 10_000
_COUNTED = 50_000
_CONNECTIONS = 16
_COUNT_HERE = 5.0
_QUIET = 2.0
_BACK_OFF = (0.1, 0.25, 0.5, 1.0)
_COUNT = """
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return used
"""


class RedisBus:
    """Publishes and hears wake-ups. While Redis is away, this process still wakes itself and counts by itself."""

    def __init__(self, url: str) -> None:
        """`url` as in the settings: redis://, rediss:// or unix://."""
        # under a flood they wait for each other: a pool that raises instead would count beside Redis
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=2,
            socket_timeout=2,
            socket_connect_timeout=2,
            health_check_interval=15,
        )
        self._redis = Redis.from_pool(pool)
        self._script = self._redis.register_script(_COUNT)
        self._listeners: set[asyncio.Queue[Wake]] = set()
        self._pending: dict[tuple[str, str | None, object], Wake] = {}
        self._flush: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._count_here_until = 0.0
        self._me = secrets.token_hex(8)
        self.up = False

    async def start(self) -> None:
        """Begin to listen; returns at once, whether or not Redis is there."""
        self._reader = asyncio.create_task(self._read(), name="bus")

    @property
    def alive(self) -> bool:
        """False once the listening task has died: then the process is not healthy."""
        return self._reader is not None and not self._reader.done()

    async def close(self) -> None:
        """Stop listening and close the connections."""
        for task in (self._reader, self._flush):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self._redis.aclose()

    async def publish(self, wake: Wake) -> None:
        """Tell everybody. Wake-ups of one moment about the same conversation become one; never raises."""
        self._hear(wake)
        self._pending[(wake.kind, wake.conversation, wake.detail.get("by"))] = wake
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._send(), name="bus flush")

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[Wake]]:
        """Wake-ups from now on, also this process's own."""
        queue: asyncio.Queue[Wake] = asyncio.Queue(_QUEUE)
        self._listeners.add(queue)
        try:
            yield _drain(queue)
        finally:
            self._listeners.discard(queue)

    async def allow(self, key: str, limit: int, window: float) -> bool:
        """See ports.Bus; in this process alone while Redis is away."""
        now = time.monotonic()
        if self.up and now >= self._count_here_until:
            try:
                used = await self._script(keys=[f"frontdoor:used:{key}"], args=[int(window * 1000)])
                return int(used) <= limit
            except (RedisError, OSError, TimeoutError):
                # one that hangs must not hold up each message anew
                self._count_here_until = now + _COUNT_HERE
        return self.allow_here(key, limit, window)

    def allow_here(self, key: str, limit: int, window: float) -> bool:
        """See ports.Bus."""
        now = time.monotonic()
        ends, used = self._counted.get(key, (0.0, 0))
        if ends < now:
            ends, used = now + window, 0
        self._counted[key] = (ends, used + 1)
        self._counted.move_to_end(key)
        if len(self._counted) > _COUNTED:
            self._counted.popitem(last=False)
        return used + 1 <= limit

    def _hear(self, wake: Wake) -> None:
        for queue in self._listeners:
            # a listener that does not keep up re-reads everything within a second anyway
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(wake)

    async def _send(self) -> None:
        while self._pending:
            pending, self._pending = list(self._pending.values()), {}
            if not self.up:
                continue
            events = [[w.kind, w.conversation, w.last_id, w.detail] for w in pending]
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await self._redis.publish(CHANNEL, json.dumps([self._me, events], separators=(",", ":")))

    async def _read(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    if not self.up:
                        self.up = True
                        log.info("the bus is there")
                        # what happened while it was away is re-read
                        self._hear(Wake("reread"))
                    attempt = 0
                    asked = False
                    while True:
                        message = await pubsub.get_message(timeout=_QUIET)
                        if message is None:
                            if asked:
                                raise TimeoutError
                            await pubsub.ping()
                            asked = True
                            continue
                        asked = False
                        if message["type"] == "message":
                            self._received(message["data"])
            except (RedisError, OSError, TimeoutError) as error:
                if self.up:
                    log.warning("the bus is away: %s", type(error).__name__)
                self.up = False
                await asyncio.sleep(_BACK_OFF[min(attempt, len(_BACK_OFF) - 1)])
                attempt += 1

    def _received(self, data: bytes) -> None:
        try:
            sender, events = json.loads(data)
            wakes = [Wake(kind, conversation, last_id, detail) for kind, conversation, last_id, detail in events]
        except (ValueError, TypeError):
            log.warning("the bus brought something that is not ours")
            return
        if sender != self._me:
            for wake in wakes:
                self._hear(wake)


async def _drain(queue: asyncio.Queue[Wake]) -> AsyncIterator[Wake]:
    while True:
        yield await queue.get()
