"""A process's own engine and store over the scene's database, and the plans that it keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from frontdoor.assessment import RiskAssessment
from frontdoor.conversation import Conversation, Lane, State
from frontdoor.message import Inbound, Said, Sender
from frontdoor.ports import Kept, View
from frontdoor.routing import Plan, Route
from storage.conversations import Conversations
from storage.database import Database
from storage.keys import ServiceKey

SERVICE_KEY = b"k" * 32
SCREENED = RiskAssessment(version="test")


def plan(now: Conversation | None = None, **changes: object) -> Plan:
    """What is to be kept: by default the bot is asked and nothing else changes."""
    now = now or Conversation("", "web")
    values: dict[str, object] = {
        "route": Route.BOT,
        "state": now.state,
        "level": now.level,
        "categories": now.categories,
        "about": now.about,
        "speaker": now.speaker,
        "lane": now.lane,
        "script": now.script,
        "asks_bot": now.state is State.BOT,
    }
    return Plan(**(values | changes))  # type: ignore[arg-type]


def waits(level: int = 3, *lines: str) -> Plan:
    """A plan that puts the conversation before a counsellor."""
    said = tuple(Said(Sender.SYSTEM, line, kind="line") for line in lines)
    return plan(
        route=Route.COUNSELLOR,
        state=State.WAITING,
        level=level,
        lane=Lane.RISK if level >= 3 else Lane.WISH,
        epoch_up=True,
        asks_bot=False,
        said=said,
    )


@dataclass
class Process:
    """One process of several: what it remembers in memory is its own."""

    database: Database
    store: Conversations = field(init=False)
    conflicts: int = 0

    def __post_init__(self) -> None:
        """Nothing is opened yet."""
        self.key = ServiceKey(SERVICE_KEY)
        self.store = Conversations(self.database, self.key)

    @classmethod
    @asynccontextmanager
    async def running(cls, url: str) -> AsyncIterator[Process]:
        """A process over a migrated database."""
        database = Database(url)
        process = cls(database)
        yield process
        await process.store.settle()
        await database.close()

    async def keeps(self, conversation: str, text: str, *, client_id: str | None = None, **changes: object) -> Kept:
        """Keep a visitor's message as Reception does: again from a fresh view when somebody was first."""
        inbound = Inbound(conversation, "web", client_id or text, text, token_hash=conversation.encode().ljust(32))
        for attempt in range(60):
            view = await self.store.view(conversation, "web", fresh=attempt > 0)
            kept = await self.store.keep(view, inbound, None, SCREENED, plan(view.conversation, **changes))
            if kept is not None:
                return kept
            self.conflicts += 1
        raise AssertionError("60 conflicts in a row")

    async def tries(self, view: View, text: str) -> Kept | None:
        """Keep against a view that may be old."""
        inbound = Inbound(view.conversation.id, "web", text, text)
        return await self.store.keep(view, inbound, None, SCREENED, plan(view.conversation))

    async def said(self, conversation: str) -> list[tuple[int, str, str]]:
        """Id, sender and text of all messages, in order."""
        return [(m.id, m.sender.value, m.text) for m in await self.store.after(conversation, 0, 10_000)]
