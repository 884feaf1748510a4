"""A house for the desk's scenes: a visitor who writes, counsellors who are there, and the real store under them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from argon2 import PasswordHasher
from sqlalchemy import insert, select, update

from frontdoor.assessment import Evidence, RiskAssessment, Source
from frontdoor.content import Content
from frontdoor.conversation import Lane, State
from frontdoor.message import Inbound, Said, Sender
from frontdoor.ports import Kept
from frontdoor.routing import Plan, Route
from handoff.app import build_app
from handoff.house import Status, console_texts
from storage.blind_spots import BlindSpots
from storage.bus import RedisBus
from storage.conversations import Conversations
from storage.database import Database
from storage.desk import Desk
from storage.keys import ServiceKey
from storage.staff import StaffAccounts
from storage.tables import conversations, messages, staff

_SCRIPT = "Mirë që shkrove. Nuk jam këtu për të të gjykuar. A je tani në një vend ku ka njerëz?"
_IMAGES = "online_sexual_exploitation"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "një fjalëkalim i gjatë"

LINES = {
    "counsellor_joined": "Tani po flet me {alias}.",
    "counsellor_left_bot_back": "Të përgjigjem prapë unë, asistenti.",
    "searching": "Po kërkojmë një këshillues.",
    "person_nobody": "Tani nuk ka këshillues në chat.",
}


class Lines:
    """The few lines that the desk says."""

    def line(self, name: str, **fill: str) -> Said:
        """A line by its name."""
        return Said(Sender.SYSTEM, LINES[name].format(**fill), kind="line")


@dataclass
class Watch:
    """A clock that a scene moves."""

    now: datetime = datetime(2026, 11, 22, 23, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The scene's moment."""
        return self.now

    def passes(self, **delta: float) -> None:
        """Time goes on, as in timedelta's arguments."""
        self.now += timedelta(**delta)


@dataclass
class Present(Watch):
    """The real moment, for scenes beside a browser."""

    def __call__(self) -> datetime:
        """The present; `now` follows."""
        self.now = datetime.now(UTC)
        return self.now


@dataclass
class Scene:
    """The store with a visitor's hand, and counsellors by alias."""

    database: Database
    clock: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        """Open the desk and the visitor's side over the same database."""
        self.key = ServiceKey(b"k" * 32)
        self.visitors = Conversations(self.database, self.key)
        self.desk = Desk(self.database, self.key, Lines(), self.clock)
        self.accounts = StaffAccounts(self.database, self.clock, hasher=CHEAP)
        self._said = 0

    @classmethod
    def by_the_real_clock(cls, database: Database) -> Scene:
        """A scene beside a browser, whose clock cannot be moved."""
        return cls(database, Present())

    def app(self, bus: RedisBus, content: Content, status: Status, **more: Any) -> web.Application:
        """The staff service over this store, with the weekly list; sign-ins from one address meet no limit."""
        return build_app(
            desk=self.desk,
            accounts=self.accounts,
            bus=bus,
            texts=console_texts(content),
            status=status,
            sign_ins_per_address=10_000,
            blind_spots=BlindSpots(self.database, self.key),
            **more,
        )

    async def hires(self, alias: str, role: str = "counsellor") -> int:
        """A person with a changed password; the user name is the alias in small letters."""
        user_name = alias.lower()
        await self.accounts.add(user_name, alias, role)
        async with self.database.write() as connection:
            row = await connection.execute(
                update(staff)
                .where(staff.c.user_name == user_name)
                .values(password_hash=CHEAP.hash(PASSWORD), must_change=False)
                .returning(staff.c.id)
            )
            return int(row.scalar_one())

    async def visitor_says(
        self,
        conversation: str,
        text: str,
        *,
        level: int = 0,
        words: str = "",
        category: str = "suicide",
        found: tuple[tuple[str, str, Source], ...] = (),
        age: int | None = None,
        wish: bool = False,
        unscreened: bool = False,
        channel: str = "web",
        at_once: tuple[str, ...] = (),
    ) -> Kept:
        """The visitor writes; the level, the words that speak for it and what the house says are the scene's.

        `found` are further words with their category and source.
        """
        self._said += 1
        first: tuple[tuple[str, str, Source], ...] = ((words, category, "lexicon"),) if words else ()
        evidence = tuple(
            Evidence(text.index(said), text.index(said) + len(said), said, of, source)
            for said, of, source in first + found
        )
        assessment = RiskAssessment(
            level=level,
            categories=tuple(dict.fromkeys((category, *(of for _, of, _ in found)))) if level else (),
            age=age,
            speaker="child",
            evidence=evidence,
            language="sq",
            version="none" if unscreened else "test-1",
            wish=wish,
            unscreened=unscreened,
        )
        view = await self.visitors.view(conversation, channel, fresh=True)
        inbound = Inbound(
            conversation,
            channel,
            f"c{self._said}",
            text,
            token_hash=hashlib.sha256(conversation.encode()).digest() if channel == "web" else None,
            address="4242" if channel == "telegram" else None,
        )
        said = tuple(Said(Sender.SYSTEM, line, kind="script") for line in at_once)
        plan = _plan(view.conversation, assessment, said)
        kept = await self.visitors.keep(view, inbound, None, assessment, plan)
        assert kept is not None, "the scene's visitor was overtaken"
        if kept.conversation.state is not view.conversation.state or not view.exists:
            await self.since(conversation, waiting_since=self.clock() if kept.conversation.waiting_since else None)
        if kept.conversation.level != view.conversation.level:
            await self.since(conversation, level_since=self.clock())
        await self.since(conversation, visitor_at=self.clock())
        return kept

    async def since(self, conversation: str, **values: Any) -> None:
        """Set columns of the conversation by hand."""
        async with self.database.write() as connection:
            await connection.execute(update(conversations).where(conversations.c.id == conversation).values(values))

    async def row(self, conversation: str) -> dict[str, Any]:
        """The conversation as the table holds it."""
        async with self.database.read() as connection:
            wanted = select(conversations).where(conversations.c.id == conversation)
            return dict((await connection.execute(wanted)).mappings().one())

    async def said(self, conversation: str) -> list[tuple[str, str]]:
        """Who said what, in order."""
        transcript = await self.desk.transcript(conversation)
        assert transcript is not None
        return [(entry.message.sender.value, entry.message.text) for entry in transcript.entries]

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table."""
        async with self.database.read() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    async def bot_owes(self, conversation: str) -> None:
        """The bot is at work on the last message."""
        row = await self.row(conversation)
        await self.since(conversation, asked_id=row["last_id"], answer_by="web-1", answer_until=self.clock.now)

    async def busy_night(self, person: int) -> None:
        """Six who wait, two who are watched, three whom this person holds: what a full screen must bear."""
        ago = timedelta
        waiting: list[tuple[str, str, int, str, str, timedelta]] = [
            ("w4", "po rri te dritarja, sot mbaron cdo gje", 4, "sot mbaron cdo gje", "suicide", ago(seconds=95)),
            ("w3", "babi me godet cdo nate me rrip", 3, "me godet cdo nate", "physical_abuse", ago(minutes=3)),
            (
                "w3b",
                "me kerkon para se i nxjerr fotot",
                3,
                "i nxjerr fotot",
                "online_sexual_exploitation",
                ago(minutes=9),
            ),
            ("w2", "te gjithe qeshin me mua ne grup", 2, "qeshin me mua", "bullying", ago(minutes=22)),
            ("w0", "a mund te flas me nje njeri", 0, "", "", ago(minutes=4)),
        ]
        for name, text, level, words, category, wait in waiting:
            channel = "telegram" if name == "w3" else "web"
            await self.visitor_says(
                name, text, level=level, words=words, category=category, wish=level < 3, channel=channel
            )
            await self.since(name, waiting_since=self.clock() - wait, level_since=self.clock() - wait)
        await self.visitor_says("wu", "????", unscreened=True)
        for name, text in (("b1", "nuk ha me prej nje jave"), ("b2", "e pres veten ndonjehere")):
            category = "eating_disorder" if name == "b1" else "self_harm"
            await self.visitor_says(name, text, level=2, words=text[:12], category=category)
        held = (("h1", "kam ikur nga shtepia, jam te stacioni", 3, "kam ikur nga shtepia", "missing_runaway"),)
        for name, text, level, words, category in (*held, ("h2", "me ndjek dikush", 4, "me ndjek", "immediate_danger")):
            await self.visitor_says(name, "pershendetje")
            await self.visitor_says(name, text, level=level, words=words, category=category, at_once=(_SCRIPT,))
            await self.desk.claim(name, person)
        await self.desk.reply("h1", person, "r1", "Mirë që shkrove. Jam këtu me ty. A ka njerëz aty ku je?")
        await self.visitor_says("h1", "po ka, por kam frike se me gjejne dhe nuk di cte bej tani")
        await self.desk.set_level("h2", person, 3, "u fsheh te një fqinje")

    async def on_shift(self, *people: int) -> None:
        """These people's consoles are open."""
        for person in people:
            await self.accounts.present(person)


def _plan(before: Any, assessment: RiskAssessment, said: tuple[Said, ...]) -> Plan:
    """What routing would decide, as far as the desk sees it."""
    level = max(before.level, assessment.level)
    held = before.state is State.COUNSELLOR
    queue = not held and (assessment.level >= 3 or assessment.wish or assessment.unscreened)
    lane = Lane.UNSCREENED if assessment.unscreened else Lane.WISH if assessment.wish else Lane.RISK
    waits = queue or before.state is State.WAITING
    return Plan(
        route=Route.HELD if held else Route.COUNSELLOR if queue else Route.BOT,
        state=State.COUNSELLOR if held else State.WAITING if waits else State.BOT,
        level=level,
        categories=assessment.categories or before.categories,
        about="self",
        speaker="child",
        lane=(lane if queue else before.lane) if waits else None,
        epoch_up=queue and before.state is not State.WAITING,
        said=said,
        watch=level == 2 and not held,
        level2_count=1 if level == 2 else 0,
        raised=assessment.level > before.level,
    )


__all__ = ["CHEAP", "LINES", "PASSWORD", "Lines", "Scene", "Watch", "insert", "messages"]
