"""Carries the outbox: many conversations at once, each in its own order, at the pace that the channels bear."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from frontdoor.ports import Bus, Channel, Delivery, DeliveryFailed, Wake
from storage.database import StoreUnavailable
from storage.outbox import LEASE_SECONDS, Outbox

log = logging.getLogger(__name__)

SEND_SECONDS = LEASE_SECONDS - 3.0
"""A send that takes longer is given up while its lease still holds."""

_LOOK_SECONDS = 1.0
_GATHER_SECONDS = 0.02
_GRACE_SECONDS = 1.0
_SETTLE_PAUSES = (0.1, 0.3, 1.0)
_FLOODED = 3


class DeliveryLoop:
    """Gives each message of the outbox to its channel. At least once: a crash between both sides says it again."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        bus: Bus,
        owner: str,
        *,
        at_once: int = 24,
        per_second: int = 25,
    ) -> None:
        """`owner` names this process in leases; `per_second` is for all conversations together."""
        self._outbox = outbox
        self._channels = channels
        self._bus = bus
        self._owner = owner
        self._at_once = at_once
        self._per_second = per_second
        self._begun: deque[float] = deque()
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._claiming: asyncio.Task[list[Delivery]] | None = None
        self._flooded: defaultdict[str, set[str]] = defaultdict(set)
        self._paused: dict[str, float] = {}

    async def run(self) -> None:
        """Carry until cancelled; what is under way then gets a moment to be settled."""
        listening = asyncio.create_task(self._listen(), name="delivery wakes")
        try:
            while True:
                self._news.clear()
                room = self._room()
                for delivery in await self._claimed(room):
                    self._start(delivery)
                await self._rest(room)
        finally:
            listening.cancel()
            await self._settle()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self) -> None:
        """Wake-ups spare the second; without the bus nothing is lost."""
        async with self._bus.listen() as wakes:
            async for wake in wakes:
                if wake.kind in ("outbox", "conversation", "reread"):
                    self._news.set()

    def _room(self) -> int:
        """How many more may begin now."""
        now = time.monotonic()
        while self._begun and self._begun[0] <= now - 1.0:
            self._begun.popleft()
        return max(0, min(self._at_once - len(self._tasks), self._per_second - len(self._begun)))

    async def _rest(self, room: int) -> None:
        """Until there is news, or time to look again."""
        # at the limit of a second the next place becomes free within some milliseconds
        wait = _LOOK_SECONDS if room else 0.05
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
                # one look for all that happens at the same moment
                await asyncio.sleep(_GATHER_SECONDS)
        except TimeoutError:
            return

    async def _claimed(self, room: int) -> list[Delivery]:
        now = time.monotonic()
        channels = {name for name in self._channels if self._paused.get(name, 0.0) <= now}
        if not room or not channels:
            return []
        self._claiming = asyncio.create_task(self._outbox.claim(self._owner, room, channels))
        try:
            # when this loop is ended meanwhile, what is claimed is still carried: its lease would hold it up
            return await asyncio.shield(self._claiming)
        except StoreUnavailable:
            log.error("the store is away; the outbox waits")
            return []

    def _start(self, delivery: Delivery) -> None:
        self._begun.append(time.monotonic())
        task = asyncio.create_task(self._carry(delivery), name="delivery")
        self._tasks.add(task)

        def done(finished: asyncio.Task[None]) -> None:
            self._tasks.discard(finished)
            # the next message of this conversation has become the head of its line
            self._news.set()
            if not finished.cancelled() and (error := finished.exception()) is not None:
                log.error("a delivery was not settled: %s; its lease will end", type(error).__name__)

        task.add_done_callback(done)

    async def _carry(self, delivery: Delivery) -> None:
        channel = self._channels[delivery.channel]
        try:
            async with asyncio.timeout(SEND_SECONDS):
                reference = await channel.send(delivery.address, delivery.message)
        except DeliveryFailed as failure:
            await self._failed(delivery, failure)
        except Exception as error:
            # whatever it is, the message waits for its next try and the others go on
            code = "timeout" if isinstance(error, TimeoutError) else type(error).__name__
            await self._failed(delivery, DeliveryFailed(code, permanent=False))
        else:
            self._flooded.pop(delivery.channel, None)
            if not await _persistently(lambda: self._outbox.sent(delivery, reference)):
                await channel.forget(delivery.address, [reference] if reference else [])

    async def _failed(self, delivery: Delivery, failure: DeliveryFailed) -> None:
        log.warning("%s: not carried: %s, try %d", delivery.channel, failure, delivery.attempts + 1)
        if failure.retry_after:
            self._slow_down(delivery, failure.retry_after)
        await _persistently(lambda: self._outbox.failed(delivery, failure.permanent, failure.retry_after, str(failure)))
        if failure.permanent:
            await self._bus.publish(Wake("conversation", delivery.conversation))

    def _slow_down(self, delivery: Delivery, seconds: float) -> None:
        """One chat that is asked to wait holds up nobody; several at once mean the whole channel."""
        flooded = self._flooded[delivery.channel]
        flooded.add(delivery.conversation)
        if len(flooded) >= _FLOODED:
            self._paused[delivery.channel] = time.monotonic() + seconds
            flooded.clear()

    async def _settle(self) -> None:
        if self._claiming is not None and not self._claiming.done():
            with suppress(StoreUnavailable):
                for delivery in await self._claiming:
                    self._start(delivery)
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _persistently[R](attempt: Callable[[], Awaitable[R]]) -> R:
    """Some tries for what must be written down, lest the visitor reads the same words twice."""
    for pause in _SETTLE_PAUSES:
        try:
            return await attempt()
        except StoreUnavailable:
            await asyncio.sleep(pause)
    return await attempt()
