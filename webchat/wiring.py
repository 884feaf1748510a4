"""The one place where the public service is put together."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from channels.telegram import TelegramChannel
from frontdoor.content import Content
from frontdoor.ports import Bot, Channel, Screening
from frontdoor.reception import Doors, Reception
from frontdoor.settings import Settings
from frontdoor.words import Words
from storage.bus import RedisBus
from storage.conversations import Conversations
from storage.database import Database
from storage.deadlines import Deadlines
from storage.erasing import Eraser
from storage.keys import ServiceKey
from storage.leases import Leases
from storage.outbox import Outbox
from webchat.delivery import DeliveryLoop
from webchat.house import House
from webchat.limits import Limits
from webchat.sockets import Sockets
from webchat.telegram import TelegramLoop
from webchat.tokens import Tokens

Beside = dict[str, Callable[[], Awaitable[None]]]


def owner() -> str:
    """This process's name in leases: no two are alike, and none outlives its process."""
    return f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"


def open_house(
    settings: Settings,
    content: Content,
    database: Database,
    key: ServiceKey,
    bus: RedisBus,
    bot: Bot,
    screening: Screening,
) -> House:
    """Everything behind the public side. Nothing is started."""
    words = Words(content)
    store = Conversations(database, key, words.opening().buttons)
    reception = Reception(Doors(store, screening, bot, words, bus, lambda: datetime.now(UTC), owner()))
    return House(
        settings=settings,
        database=database,
        content=content,
        words=words,
        store=store,
        eraser=Eraser(database, key, settings.erase_days),
        deadlines=Deadlines(database),
        bus=bus,
        bot=bot,
        reception=reception,
        sockets=Sockets(store, bus),
        limits=Limits(settings, bus, key.mac("limits", "daily salt")),
        tokens=Tokens(key),
    )


def messengers(house: House, key: ServiceKey) -> Beside:
    """The tasks that carry words to messengers and receive from them; none where no token is set."""
    if house.settings.telegram_token is None:
        return {}
    channel = TelegramChannel(house.settings.telegram_token, house.settings.telegram_api_url)
    outbox = Outbox(house.database, key)
    channels: dict[str, Channel] = {channel.name: channel}
    name = owner()
    delivery = DeliveryLoop(outbox, channels, house.bus, name)
    loop = TelegramLoop(channel, house, Leases(house.database), name)
    return {"delivery": delivery.run, "telegram": loop.run}


