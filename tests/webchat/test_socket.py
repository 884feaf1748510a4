"""A talk over the visitor's socket: coming back, two tabs, repeats, the queue, a person, and being forgotten."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, update

from frontdoor.conversation import State
from frontdoor.message import Said, Sender
from frontdoor.ports import Wake
from frontdoor.routing import Plan, Route
from storage.bus import RedisBus
from storage.database import Database
from storage.tables import conversations, messages
from tests.cast import Counsellor
from tests.fakes import FakeBot
from tests.webchat.careful import CarefulVisitor, Stranger
from tests.webchat.conftest import Visits
from webchat.house import House

RISK = "sdua te jetoj me"
WISH = "dua te flas me nje njeri"
GREETED = "asistenti automatik i ALO-s"


async def _count(database: Database) -> tuple[int, int]:
    async with database.read() as connection:
        return (
            await connection.scalar(select(func.count()).select_from(conversations)) or 0,
            await connection.scalar(select(func.count()).select_from(messages)) or 0,
        )


class TestComingBack:
    """A reload or a dropped connection loses nothing and shows nothing twice."""

    async def test_a_reload_shows_the_whole_talk_in_its_order(self, visitor: CarefulVisitor, visits: Visits) -> None:
        kept = await visitor.says("cfare eshte kanabisi", "first")
        await visitor.sees("Kanabisi", sender="bot")
        await visitor.closes()
        again = await visits(visitor.token)
        assert again.conversation == visitor.conversation
        assert [(m["id"], m["sender"]) for m in again.welcome["messages"]] == [(0, "bot"), (1, "visitor"), (2, "bot")]
        assert again.messages[1]["client_id"] == "first"
        assert again.messages[1]["id"] == kept["id"]
        assert again.welcome["state"] == "bot"

    async def test_with_an_after_only_what_is_new_comes(self, visitor: CarefulVisitor, visits: Visits) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        await visitor.closes()
        again = await visits(visitor.token, after=1)
        assert [m["id"] for m in again.welcome["messages"]] == [2]
        last = await visits(visitor.token, after=2)
        assert last.welcome["messages"] == []

    async def test_an_after_that_was_never_given_hides_nothing(self, visitor: CarefulVisitor, visits: Visits) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        await visitor.closes()
        again = await visits(visitor.token, after=2_000_000_000)
        await again.says("cfare eshte kanabisi")
        await again.sees("Kanabisi", sender="bot")

    async def test_the_last_two_hundred_come_and_after_an_id_all(
        self, visitor: CarefulVisitor, visits: Visits, house: House
    ) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        await visitor.closes()
        view = await house.store.view(visitor.conversation, "web", fresh=True)
        lines = tuple(Said(Sender.SYSTEM, f"rreshti {n}", kind="line") for n in range(250))
        plan = Plan(Route.HOUSE, State.BOT, 0, (), "self", "unknown", said=lines)
        assert await house.store.apply(view, plan) is not None
        reloaded = await visits(visitor.token)
        assert [m["id"] for m in reloaded.welcome["messages"]] == [0, *range(53, 253)]
        returned = await visits(visitor.token, after=2)
        assert [m["id"] for m in returned.welcome["messages"]] == list(range(3, 253))

    async def test_what_was_said_while_the_connection_was_gone_comes_once(
        self, visitor: CarefulVisitor, visits: Visits, bot: FakeBot, house: House
    ) -> None:
        bot.gate = asyncio.Event()
        await visitor.says("cfare eshte kanabisi")
        await visitor.drops()
        bot.gate.set()
        async with asyncio.timeout(5):
            while len(await house.store.after(visitor.conversation, 0)) < 2:
                await asyncio.sleep(0.02)
        again = await visits(visitor.token, after=1)
        await again.sees("Kanabisi", sender="bot")
        await again.says("faleminderit")
        await again.sees(GREETED)
        assert [m["sender"] for _, m in sorted(again.messages.items())] == ["bot", "bot"]

    async def test_a_say_whose_kept_was_lost_is_repeated_and_kept_once(
        self, visitor: CarefulVisitor, visits: Visits, database: Database, house: House
    ) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        await visitor.sends({"type": "say", "client_id": "lost", "text": "cfare eshte kanabisi"})
        await visitor.drops()
        again = await visits(visitor.token, after=2)
        first = await again.says("cfare eshte kanabisi", "lost")
        await again.sees("Kanabisi", sender="bot")
        said = [m for m in await house.store.after(visitor.conversation, 0) if m.client_id == "lost"]
        assert [m.id for m in said] == [first["id"]]

    async def test_an_idle_token_leads_to_an_empty_page(
        self, visitor: CarefulVisitor, visits: Visits, database: Database, house: House, public: str
    ) -> None:
        await visitor.says("pershendetje")
        await visitor.closes()
        idle = house.settings.token_idle_minutes * 60_000 + 1_000
        async with database.write() as connection:
            await connection.execute(update(conversations).values(token_seen_at=conversations.c.token_seen_at - idle))
        stranger = await Stranger.comes(public)
        welcome = await stranger.hello(token=visitor.token)
        assert welcome["error"]["code"] == "unknown_token"
        assert "116 111" in welcome["error"]["message"]
        assert welcome["conversation"] != visitor.conversation
        assert [m["id"] for m in welcome["messages"]] == [0]
        assert (welcome["state"], welcome["token"] == visitor.token) == ("bot", False)
        await stranger.goes()

    async def test_a_token_that_nobody_has_written_with_yet_holds_its_conversation(
        self, visitor: CarefulVisitor, visits: Visits
    ) -> None:
        again = await visits(visitor.token)
        assert (again.conversation, again.token) == (visitor.conversation, visitor.token)
        assert not again.of("error")


class TestTwoTabs:
    """Each tab sees the whole talk, its own words once."""

    async def test_each_hears_the_other(self, visitor: CarefulVisitor, visits: Visits) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        second = await visits(visitor.token)
        await visitor.says("cfare eshte kanabisi", "from the first")
        heard = await second.sees("cfare eshte kanabisi")
        assert (heard["sender"], heard["client_id"]) == ("visitor", "from the first")
        await second.sees("Kanabisi", sender="bot")
        await second.says("faleminderit", "from the second")
        await visitor.sees("faleminderit", sender="visitor")
        assert not [m for m in visitor.of("message") if m.get("client_id") == "from the first"]
        assert not [m for m in second.of("message") if m.get("client_id") == "from the second"]

    async def test_also_when_neither_has_written_yet(self, visitor: CarefulVisitor, visits: Visits) -> None:
        second = await visits(visitor.token)
        assert second.conversation == visitor.conversation
        await visitor.says("cfare eshte kanabisi")
        await second.sees("cfare eshte kanabisi", sender="visitor")
        await second.sees("Kanabisi", sender="bot")

    async def test_the_first_words_of_both_at_once_are_one_conversation(
        self, visitor: CarefulVisitor, visits: Visits, database: Database
    ) -> None:
        second = await visits(visitor.token)
        kept = await asyncio.gather(visitor.says("pershendetje"), second.says("cfare eshte kanabisi"))
        assert kept[0]["id"] != kept[1]["id"]
        assert (await _count(database))[0] == 1
        for tab in (visitor, second):
            await tab.sees("Kanabisi", sender="bot")
            await tab.sees(GREETED)
            assert tab.conversation == visitor.conversation

    async def test_the_same_client_id_from_both_is_kept_once(
        self, visitor: CarefulVisitor, visits: Visits, house: House
    ) -> None:
        await visitor.says("pershendetje")
        second = await visits(visitor.token)
        one, other = await asyncio.gather(visitor.says("a je aty", "same"), second.says("a je aty", "same"))
        assert (one["id"], one["at"]) == (other["id"], other["at"])
        said = await house.store.after(visitor.conversation, 0)
        assert [m.client_id for m in said if m.sender is Sender.VISITOR].count("same") == 1


class TestTwoQuickMessages:
    """Two messages sent without waiting are kept in order and screened against each other."""

    async def test_what_only_both_together_say_is_heard(
        self, visitor: CarefulVisitor, house: House, besa: Counsellor
    ) -> None:
        first, second = await visitor.sends_both("nuk dua me", "te jetoj")
        assert first["id"] < second["id"]
        await visitor.sees("116 111", sender="system")
        assert await besa.queue() == [visitor.conversation]
        now = await house.store.state(visitor.conversation)
        assert now is not None
        assert (now.level, now.categories[0]) == (3, "suicide")

    async def test_also_from_two_tabs_at_once(self, visitor: CarefulVisitor, visits: Visits, house: House) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        second = await visits(visitor.token)
        kept = await asyncio.gather(
            *(tab.says(f"pyetja {n}") for n, tab in enumerate((visitor, second) * 5)),
        )
        ids = [frame["id"] for frame in kept]
        assert len(set(ids)) == 10
        said = await house.store.after(visitor.conversation, 0)
        assert [m.id for m in said] == list(range(1, len(said) + 1))

    async def test_many_at_once_are_kept_in_the_order_of_sending(self, visitor: CarefulVisitor, house: House) -> None:
        texts = [f"fjalia {n}" for n in range(20)]
        kept = await visitor.sends_both(*texts)
        ids = [frame["id"] for frame in kept]
        assert ids == sorted(ids)
        said = [m.text for m in await house.store.after(visitor.conversation, 0) if m.sender is Sender.VISITOR]
        assert said == texts


class TestTyping:
    """Who writes is passed on and never stored."""

    async def test_the_visitors_typing_wakes_the_console_once_in_a_while(
        self, visitor: CarefulVisitor, bus: RedisBus, database: Database
    ) -> None:
        await visitor.sends({"type": "typing"})
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        before = await _count(database)
        heard: list[Wake] = []

        async def listen() -> None:
            async with bus.listen() as wakes:
                async for wake in wakes:
                    heard.append(wake)

        listening = asyncio.create_task(listen())
        for _ in range(5):
            await visitor.sends({"type": "typing"})
        await asyncio.wait([listening], timeout=0.4)
        listening.cancel()
        assert [(w.kind, w.conversation, w.detail) for w in heard] == [
            ("typing", visitor.conversation, {"by": "visitor"})
        ]
        assert await _count(database) == before

    async def test_the_counsellors_typing_is_shown(
        self, visitor: CarefulVisitor, visits: Visits, bus: RedisBus
    ) -> None:
        await visitor.says("pershendetje")
        other = await visits()
        await bus.publish(Wake("typing", visitor.conversation, detail={"by": "counsellor"}))
        await visitor.gets("typing", sender="counsellor")
        assert not other.of("typing")


class TestSeen:
    """What has been read, on both sides."""

    async def test_the_counsellors_reading_is_shown(self, visitor: CarefulVisitor, bus: RedisBus) -> None:
        kept = await visitor.says("pershendetje")
        await bus.publish(Wake("seen", visitor.conversation, kept["id"]))
        await visitor.gets("seen", id=kept["id"])

    async def test_the_visitors_reading_is_kept_and_never_more_than_was_shown(
        self, quiet: CarefulVisitor, database: Database
    ) -> None:
        await quiet.says("pershendetje")
        await quiet.sees(GREETED)
        for up_to in (1, 2, 1, 2_000_000_000, 0):
            await quiet.sends({"type": "seen", "id": up_to})
        async with asyncio.timeout(4):
            while True:
                async with database.read() as connection:
                    if await connection.scalar(select(conversations.c.seen_by_visitor)) == 2:
                        break
                await asyncio.sleep(0.1)
        assert not quiet.of("error")
