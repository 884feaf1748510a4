"""Limits of the public socket: per address (a keyed hash with a daily salt) and in all; known risk always passes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import time
from collections import Counter

from frontdoor.ports import Bus
from frontdoor.settings import Settings

log = logging.getLogger(__name__)

_DAY = 86_400
_ALARM_SECONDS = 60.0
_EMERGENCY_TIMES = 10


class Limits:
    """Counts on the bus, and in this process while the bus is down. Tells of a flood once a minute."""

    def __init__(self, settings: Settings, bus: Bus, secret: bytes) -> None:
        """`secret` keys the daily salt, the same in each process, so that all count together."""
        self._settings = settings
        self._bus = bus
        self._secret = secret
        self._open: Counter[str] = Counter()
        self._alarmed_at = -_ALARM_SECONDS
        self.refused = 0

    def address(self, remote: str) -> str:
        """What is counted instead of an address: a hash that nobody can turn back, another one each day."""
        day = str(int(time.time()) // _DAY)
        salt = hmac.digest(self._secret, day.encode(), "sha256")
        return hashlib.blake2b(_network(remote).encode(), key=salt, digest_size=12).hexdigest()

    def may_connect(self, address: str) -> bool:
        """One more open socket from an address; `closed` gives it back."""
        if (
            self._open.total() >= self._settings.sockets_in_all
            or self._open[address] >= self._settings.sockets_per_address
        ):
            self._refuse("sockets")
            return False
        self._open[address] += 1
        return True

    def closed(self, address: str) -> None:
        """A socket that was allowed has closed."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]

    @property
    def sockets(self) -> int:
        """Open sockets in this process."""
        return self._open.total()

    async def may_open(self, address: str) -> bool:
        """One more new conversation, from this address and in all."""
        by_address, in_all = await asyncio.gather(
            self._bus.allow(f"new:{address}", self._settings.new_conversations_per_address, 600),
            self._bus.allow("new", self._settings.new_conversations_in_all, 60),
        )
        if not (by_address and in_all):
            self._refuse("new conversations")
        return by_address and in_all

    def may_say(self, conversation: str, *, emergency: bool = False) -> bool:
        """One more message of a conversation within its minute; more of them where each answer may count."""
        limit = self._settings.messages_per_minute * (_EMERGENCY_TIMES if emergency else 1)
        # a visitor talks to one process; asking the bus for each message would cost more than it guards
        return self._bus.allow_here(f"say:{conversation}", limit, 60)

    def _refuse(self, what: str) -> None:
        self.refused += 1
        if time.monotonic() - self._alarmed_at > _ALARM_SECONDS:
            self._alarmed_at = time.monotonic()
            log.error("flood: %s are being refused (%d refused so far)", what, self.refused)


def _network(remote: str) -> str:
    """An IPv6 visitor owns a /64: count that, not each address of it."""
    try:
        address = ipaddress.ip_address(remote.strip("[]").partition("%")[0])
    except ValueError:
        return remote
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))
