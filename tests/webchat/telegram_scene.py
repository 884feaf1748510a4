"""The house with its Telegram door open, beside a Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy import select

from channels.telegram import TelegramChannel
from frontdoor.message import Message, Sender
from storage.keys import ServiceKey
from storage.leases import Leases
from storage.outbox import Outbox
from storage.placing import open_message
from storage.tables import conversations, messages
from tests.telegram_api import BotApi
from tests.telegram_api.server import TOKEN
from webchat.delivery import DeliveryLoop
from webchat.house import House
from webchat.telegram import TelegramLoop


@asynccontextmanager
async def telegram_open(
    house: House, key: ServiceKey, api: BotApi, *, owner: str = "first", leases: Leases | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """Receiving and carrying until the scene is over; gives the receiving task."""
    channel = TelegramChannel(TOKEN, api.url)
    loop = TelegramLoop(channel, house, leases or Leases(house.database), owner)
    delivery = DeliveryLoop(Outbox(house.database, key), {channel.name: channel}, house.bus, owner)
    receiving, carrying = asyncio.create_task(loop.run()), asyncio.create_task(delivery.run())
    try:
        yield receiving
    finally:
        for task in (receiving, carrying):
            task.cancel()
        await asyncio.gather(receiving, carrying, return_exceptions=True)
        await house.reception.close()


class Transcript:
    """What is kept, opened with the key."""

    def __init__(self, house: House, key: ServiceKey) -> None:
        self._database = house.database
        self._key = key

    async def messages(self) -> list[tuple[Message, int | None]]:
        """All messages with the level that screening gave them, in the order of conversations and ids."""
        wanted = (
            select(messages, conversations.c.wrapped_key, conversations.c.key_id)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .order_by(conversations.c.created_at, messages.c.conversation, messages.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return [
            (open_message(self._key.cipher(row["conversation"], row["wrapped_key"], row["key_id"]), row), row["level"])
            for row in rows
        ]

    async def visitors(self) -> list[str]:
        """What visitors said."""
        return [message.text for message, _ in await self.messages() if message.sender is Sender.VISITOR]

    async def conversations(self) -> list[dict[str, object]]:
        """The rows of all conversations, oldest first."""
        async with self._database.read() as connection:
            rows = (await connection.execute(select(conversations).order_by(conversations.c.created_at))).mappings()
            return [dict(row) for row in rows]


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something to become true."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.01)
    assert true()
