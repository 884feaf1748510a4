"""What the public service works with, wired once per process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from frontdoor.content import Content
from frontdoor.message import Message
from frontdoor.ports import Bot, Bus
from frontdoor.reception import Reception
from frontdoor.settings import Settings
from frontdoor.words import Words
from storage.conversations import Conversations
from storage.database import Database
from storage.deadlines import Deadlines
from storage.erasing import Eraser
from webchat.limits import Limits
from webchat.sockets import Sockets
from webchat.tokens import Tokens


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind the public side."""

    settings: Settings
    database: Database
    content: Content
    words: Words
    store: Conversations
    eraser: Eraser
    deadlines: Deadlines
    bus: Bus
    bot: Bot
    reception: Reception
    sockets: Sockets
    limits: Limits
    tokens: Tokens

    def opening(self, conversation: str) -> Message:
        """The first words, shown before anything is kept; its id 0 lies before all others."""
        said = self.words.opening()
        return Message(
            id=0,
            sender=said.sender,
            text=said.text,
            at=datetime.now(UTC),
            buttons=self.store.opening_buttons(conversation),
            kind="line",
        )
