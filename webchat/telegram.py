"""Polls Telegram: one process at a time, and an update is confirmed only after what it brought is kept."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from itertools import takewhile

from channels.telegram import Arrival, Elsewhere, TelegramChannel
from frontdoor.ports import DeliveryFailed
from storage.database import StoreUnavailable
from storage.leases import Leases
from webchat.house import House
from webchat.telegram_visits import COMMANDS, TelegramVisits, in_time

log = logging.getLogger(__name__)

LEASE = "telegram"
LEASE_SECONDS = 7.0
POLL_SECONDS = 3
TRIES = 3
"""How often an update is tried whose handling fails for another reason than a store that is away."""

AT_ONCE = 16
"""How many chats are handled beside each other; within a chat one thing follows the other."""

_LOOK_SECONDS = 1.0
_HOLD_SECONDS = 2.5
_BACK_OFF = (0.2, 0.5, 1.0)


class TelegramLoop:
    """Handles each chat's updates in their order; what comes again because it was not confirmed changes nothing."""

    def __init__(self, channel: TelegramChannel, house: House, leases: Leases, owner: str) -> None:
        """`owner` names this process; the channel is closed when `run` ends."""
        self._channel = channel
        self._house = house
        self._leases = leases
        self._owner = owner
        self._visits = TelegramVisits(channel, house)
        self._offset: int | None = None
        self._introduced = False
        self._failures = 0
        self._tries: dict[int, int] = {}
        self._told: set[str] = set()
        # handled, but behind one that must come again
        self._handled: set[int] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Receive until cancelled; another process can then go on at once."""
        try:
            while True:
                await self._round()
        finally:
            await self._visits.close()
            with suppress(StoreUnavailable):
                await in_time(self._leases.let_go(LEASE, self._owner))
            await self._channel.close()

    async def _round(self) -> None:
        """One look at what arrived. Each failure waits a little, and nothing is confirmed meanwhile."""
        try:
            if not await self._held():
                await asyncio.sleep(_LOOK_SECONDS)
            elif await self._all(await self._channel.updates(self._offset or 0, POLL_SECONDS)):
                self._failures = 0
                self._told.clear()
            else:
                await self._pause()
        except StoreUnavailable:
            log.error("the store is away; telegram's updates wait")
            await self._tell_of_outage()
            await self._pause()
        except DeliveryFailed as failure:
            log.warning("telegram could not be read: %s", failure)
            await self._pause(failure.retry_after)

    async def _held(self) -> bool:
        """Whether this process is the one that polls; the first time it tells Telegram so."""
        self._introduced = self._introduced and self._offset is not None
        self._offset = await in_time(self._leases.hold(LEASE, self._owner, LEASE_SECONDS), _HOLD_SECONDS)
        if self._offset is None:
            return False
        if not self._introduced:
            await self._channel.introduce(self._commands())
            self._introduced = True
        return True

    def _commands(self) -> dict[str, str]:
        """The commands with what stands beside them in Telegram's menu."""
        told = self._house.content.phrases["system"]
        return {name: told[f"command_{name}"].sq for name in COMMANDS if f"command_{name}" in told}

    async def _all(self, arrivals: list[Arrival]) -> bool:
        """Handle what arrived, chats beside each other; confirms up to the first that must come again.

        False when there is one. Raises StoreUnavailable.
        """
        chats: defaultdict[str, list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            if arrival.update_id not in self._handled:
                chats["" if isinstance(arrival, Elsewhere) else arrival.address].append(arrival)
        kept = await asyncio.gather(*(self._chat(of_one) for of_one in chats.values()))
        done = list(takewhile(lambda arrival: arrival.update_id in self._handled, arrivals))
        if done:
            await self._visits.settle()
            # the service may count on from a smaller number after a quiet week: the offset follows, whichever way
            self._offset = done[-1].update_id + 1
            held = await in_time(self._leases.advance(LEASE, self._owner, self._offset))
            self._handled -= {arrival.update_id for arrival in done}
            if not held:
                self._handled.clear()
                return False
        if not all(kept):
            raise StoreUnavailable("some of it was not kept")
        return len(done) == len(arrivals)

    async def _chat(self, arrivals: list[Arrival]) -> bool:
        """What one chat brought, in its order, up to the first that fails; false when the store was away."""
        async with self._at_once:
            for arrival in arrivals:
                try:
                    await self._visits.handle(arrival)
                except StoreUnavailable:
                    return False
                except Exception as error:
                    if not self._passed_over(arrival, error):
                        return True
                self._tries.pop(arrival.update_id, None)
                self._handled.add(arrival.update_id)
        return True

    def _passed_over(self, arrival: Arrival, error: Exception) -> bool:
        """One update must not stop all that follow; its sender hears that it was not kept."""
        tries = self._tries[arrival.update_id] = self._tries.get(arrival.update_id, 0) + 1
        log.error("an update (%s) failed: %s, try %d", type(arrival).__name__, type(error).__name__, tries)
        if tries < TRIES:
            return False
        log.critical("an update (%s) was passed over after %d tries", type(arrival).__name__, tries)
        if not isinstance(arrival, Elsewhere):
            self._visits.not_kept(arrival.address)
        return True

    async def _tell_of_outage(self) -> None:
        """While nothing can be kept, who writes learns it once, with the numbers; the words still wait for us."""
        if self._offset is None:
            return
        with suppress(DeliveryFailed):
            for arrival in await self._channel.updates(self._offset, 0):
                if not isinstance(arrival, Elsewhere) and arrival.address not in self._told:
                    self._told.add(arrival.address)
                    self._visits.not_kept(arrival.address)

    async def _pause(self, least: float | None = None) -> None:
        wait = _BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)]
        self._failures += 1
        await asyncio.sleep(max(wait, least or 0.0))
