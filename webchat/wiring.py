"""The one place where the public service is put together."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import UTC, datetime

from frontdoor.content import Content
from frontdoor.ports import Bot, Screening
from frontdoor.reception import Doors, Reception
from frontdoor.settings import Settings
from frontdoor.words import Words
from storage.bus import RedisBus
from storage.conversations import Conversations
from storage.database import Database
from storage.deadlines import Deadlines
from storage.erasing import Eraser
from storage.keys import ServiceKey
from webchat.house import House
from webchat.limits import Limits
from webchat.sockets import Sockets
from webchat.tokens import Tokens


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
