"""A store whose visitors write and are answered, with the outbox beside it and a clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from frontdoor.assessment import RiskAssessment
from frontdoor.conversation import State
from frontdoor.message import Inbound, Message, Said, Sender
from frontdoor.ports import Kept
from frontdoor.routing import Plan, Route
from storage.carried import Carried
from storage.conversations import Conversations
from storage.database import Database
from storage.keys import ServiceKey
from storage.outbox import Outbox
from storage.tables import messages

CHAT = "7201"


class MovedClock:
    """A clock that goes with the real one, and further when a test moves it."""

    def __init__(self) -> None:
        self.ahead = timedelta(seconds=1)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Letters:
    """A store with visitors who write, lines that are said to them, and the outbox beside it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.key = ServiceKey(b"k" * 32)
        self.store = Conversations(database, self.key)
        self.clock = MovedClock()
        self.outbox = Outbox(database, self.key, self.clock)
        self.carried = Carried(database)
        self.addresses: dict[str, str] = {}
        self._written = 0

    async def hears(self, name: str, *lines: str, asks_bot: bool = False, epoch_up: bool = False) -> Kept:
        """A visitor writes, and the house says these lines at once."""
        self._written += 1
        view = await self.store.view(name, "telegram", fresh=True)
        plan = Plan(
            route=Route.BOT,
            state=State.BOT,
            level=0,
            categories=(),
            about="self",
            speaker="unknown",
            said=tuple(Said(Sender.SYSTEM, line) for line in lines),
            asks_bot=asks_bot,
            epoch_up=epoch_up,
        )
        # a chat has one conversation: each name gets a chat of its own
        address = self.addresses.setdefault(name, CHAT if not self.addresses else f"{CHAT}{len(self.addresses)}")
        inbound = Inbound(name, "telegram", f"u{self._written}", "përshëndetje", address=address)
        kept = await self.store.keep(view, inbound, None, RiskAssessment(version="test"), plan)
        assert kept is not None
        return kept

    async def bot_says(self, name: str, *texts: str) -> list[Message]:
        """The bot answers what it was asked."""
        owed = await self.store.claim_answer(name, "bot process")
        assert owed is not None
        said = await self.store.answer(owed, "bot process", [Said(Sender.BOT, text) for text in texts], [])
        assert said is not None
        return said

    async def withdrawn(self, name: str) -> list[int]:
        wanted = select(messages.c.id).where(messages.c.conversation == name, messages.c.withdrawn.is_(True))
        async with self.database.read() as connection:
            return list((await connection.execute(wanted.order_by(messages.c.id))).scalars())
