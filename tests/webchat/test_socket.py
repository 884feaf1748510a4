"""A talk over the visitor's socket: coming back, two tabs, repeats, the queue, a person, and being forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from sqlalchemy import func, select, update

from frontdoor.content import Content
from frontdoor.conversation import State
from frontdoor.message import Said, Sender
from frontdoor.ports import Wake
from frontdoor.routing import Plan, Route
from frontdoor.settings import Settings
from screening.screen import Screen
from storage.bus import RedisBus

from storage.database import Database
from storage.keys import ServiceKey
from storage.tables import conversations, messages
from tests.cast import Counsellor
from tests.fakes import FakeBot
from tests.servers import free_port
from tests.webchat.careful import CarefulVisitor, Stranger
from tests.webchat.conftest import Visits
from webchat.app import build_app
from webchat.house import House
from webchat.wiring import open_house

RISK = "sdua te jetoj me"
WISH = "dua te flas me nje njeri"
GREETED = "asistenti automatik i ALO-s"


async def _count(database: Database) -> tuple[int, int]:
    async with database.read() as connection:
        return (
            await connection.scalar(select(func.count()).select_from(conversations)) or 0,
            await connection.scalar(select(func.count()).select_from(messages)) or 0,
        )


async def _heard(bus: RedisBus, kind: str, seconds: float = 3) -> Wake:
    """The next wake-up of this kind; the scene must have begun to listen before it causes one."""
    async with bus.listen() as wakes, asyncio.timeout(seconds):
        async for wake in wakes:
            if wake.kind == kind:
                return wake
    raise AssertionError


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
        async with bus.listen() as wakes:
            for _ in range(5):
                await visitor.sends({"type": "typing"})
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    async for wake in wakes:
                        heard.append(wake)
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


class TestTheQueue:
    """Places, estimates, leaving, and the person who comes."""

    async def test_who_asks_for_a_person_is_told_the_place(
        self, visitor: CarefulVisitor, visits: Visits, besa: Counsellor
    ) -> None:
        second = await visits()
        await visitor.says(WISH)
        first = await visitor.is_told("waiting", position=1)
        assert first["wait_seconds"] > 0
        assert "nobody" not in first
        await second.says(WISH)
        assert (await second.is_told("waiting", position=2))["wait_seconds"] > first["wait_seconds"]

    async def test_who_waits_moves_up(self, quiet: CarefulVisitor, quiet_visits: Visits) -> None:
        second = await quiet_visits()
        await quiet.says(WISH)
        await second.says(WISH)
        await second.is_told("waiting", position=2, nobody=True)
        await quiet.sends({"type": "leave"})
        await second.is_told("waiting", position=1)

    async def test_an_emergency_is_shown_no_place(
        self, visitor: CarefulVisitor, visits: Visits, besa: Counsellor
    ) -> None:
        await visitor.says(WISH)
        await visitor.is_told("waiting", position=1)
        second = await visits()
        await second.says(RISK)
        assert await second.is_told("waiting") == {"type": "state", "state": "waiting", "level_high": True}
        again = await visits(second.token)
        assert await again.is_told("waiting", level_high=True) == second.state
        for someone in (second, again):
            assert not [m for m in someone.messages.values() if "Vendi" in m["text"]]

    async def test_the_counsellor_comes_under_an_alias_and_goes_again(
        self, visitor: CarefulVisitor, visits: Visits, besa: Counsellor
    ) -> None:
        await visitor.says(RISK)
        await visitor.is_told("waiting")
        await besa.claims(visitor.conversation)
        assert await visitor.is_told("counsellor") == {"type": "state", "state": "counsellor", "counsellor": "Besa"}
        await besa.says(visitor.conversation, "Jam këtu. Më trego.")
        said = await visitor.sees("Jam këtu", sender="counsellor")
        assert said["counsellor"] == "Besa"
        assert "client_id" not in said
        again = await visits(visitor.token)
        assert await again.is_told("counsellor") == visitor.state
        assert again.messages[said["id"]] == said
        await besa.closes(visitor.conversation, level=3)
        # what remains is said on: the numbers of help stay at hand, now and after a reload
        assert await visitor.is_told("bot", level_high=True) == {"type": "state", "state": "bot", "level_high": True}
        later = await visits(visitor.token)
        await later.is_told("bot", level_high=True)

    async def test_leaving_gives_the_assistant_back(
        self, visitor: CarefulVisitor, bot: FakeBot, besa: Counsellor
    ) -> None:
        await visitor.says(WISH)
        await visitor.is_told("waiting")
        await visitor.sends({"type": "leave"})
        await visitor.sees("Dole nga radha", sender="system")
        await visitor.is_told("bot")
        assert await besa.queue() == []
        await visitor.says("cfare eshte kanabisi")
        await visitor.sees("Kanabisi", sender="bot")

    async def test_leaving_without_waiting_changes_nothing(self, visitor: CarefulVisitor) -> None:
        await visitor.sends({"type": "leave"})
        assert "116 111" in (await visitor.errs("no_conversation"))["message"]
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        before = visitor.transcript
        await visitor.sends({"type": "leave"})
        await visitor.hears_nothing(0.2, sender="system")
        assert visitor.transcript == before


class TestButtons:
    """A tap does what the button was given for, in the conversation that was given it."""

    async def test_a_button_of_the_opening_begins_the_conversation(self, visitor: CarefulVisitor, house: House) -> None:
        buttons = visitor.messages[0]["buttons"]
        kept = await visitor.taps(buttons[0]["title"])
        said = await house.store.after(visitor.conversation, 0)
        assert [(m.id, m.sender, m.text) for m in said[:1]] == [(kept["id"], Sender.VISITOR, buttons[0]["title"])]
        async with asyncio.timeout(3):
            while len(visitor.messages) < 2:
                await asyncio.sleep(0.02)

    async def test_the_same_tap_again_changes_nothing(self, visitor: CarefulVisitor, house: House) -> None:
        payload = visitor.messages[0]["buttons"][0]["payload"]
        frame = {"type": "press", "client_id": "tap", "payload": payload}
        await visitor.sends(frame)
        first = await visitor.gets("kept")
        visitor.frames.clear()
        await visitor.sends(frame)
        assert await visitor.gets("kept") == first
        said = await house.store.after(visitor.conversation, 0)
        assert [m.sender for m in said].count(Sender.VISITOR) == 1

    async def test_a_button_of_another_conversation_is_stale(
        self, visitor: CarefulVisitor, visits: Visits, database: Database
    ) -> None:
        other = await visits()
        for someone in (visitor, other):
            await someone.says("pershendetje")
            await someone.sees(GREETED)
        before = await _count(database)
        foreign = [b["payload"] for m in other.messages.values() for b in m.get("buttons", ())]
        assert len(foreign) >= 2
        made_up = ["", "x", "0.", "0.ff", "2.", "2.AAAAAAAAAAAA", "-1.a", "99999.a", "²2.a", "/restart", "a" * 65]
        for n, payload in enumerate((*foreign, *made_up)):
            await visitor.sends({"type": "press", "client_id": f"p{n}", "payload": payload})
            error = await visitor.errs("stale_button", client_id=f"p{n}")
            assert "116 111" in error["message"]
        assert await _count(database) == before

    async def test_what_a_button_does_stays_in_the_house(self, visitor: CarefulVisitor) -> None:
        await visitor.says("cfare eshte kanabisi")
        article = await visitor.sees("Kanabisi", sender="bot")
        sent = [button for m in visitor.messages.values() for button in m.get("buttons", ())]
        assert article["buttons"]
        assert all(set(button) == {"title", "payload"} for button in sent)
        assert not [b for b in sent if ":" in b["payload"] or b["payload"] in ("menu", "counsellor")]


class TestAnArticle:
    """Question in, article out, with where it is from and how old it is."""

    async def test_it_comes_with_sources_and_date(self, visitor: CarefulVisitor, content: Content) -> None:
        await visitor.says("cfare eshte kanabisi")
        frame = await visitor.sees("Kanabisi", sender="bot")
        head = content.articles["cannabis"].head
        page = frame["article"]
        assert frame["kind"] == "article"
        assert (page["title"], page["written_on"]) == (head.title, head.written_on.isoformat())
        assert page["draft"] is (head.reviewed_on is None)
        assert [source["publisher"] for source in page["sources"]] == [s.publisher for s in head.sources]
        for source in head.sources:
            assert str(source.publisher) in frame["text"]
        assert f"{head.written_on.day}.{head.written_on.month}.{head.written_on.year}" in frame["text"]
        assert "116 111" in page["help"]
        assert "{" not in frame["text"]


class TestErasing:
    """The child's control over what was said, and where it ends."""

    async def test_below_level_three_everything_goes_at_once(
        self, visitor: CarefulVisitor, visits: Visits, database: Database, public: str
    ) -> None:
        await visitor.says("pershendetje")
        await visitor.sees(GREETED)
        await visitor.sends({"type": "erase"})
        assert "days" not in await visitor.gets("erased")
        assert await _count(database) == (0, 0)
        stranger = await Stranger.comes(public)
        welcome = await stranger.hello(token=visitor.token)
        assert welcome["error"]["code"] == "unknown_token"
        assert welcome["conversation"] != visitor.conversation
        await stranger.goes()

    async def test_an_emergency_stays_before_the_team_and_that_is_said(
        self, visitor: CarefulVisitor, database: Database, house: House, besa: Counsellor, public: str
    ) -> None:
        await visitor.says(RISK)
        await visitor.sees("116 111")
        await visitor.sends({"type": "erase"})
        erased = await visitor.gets("erased")
        assert erased["days"] == house.settings.erase_days
        assert str(house.settings.erase_days) in erased["text"]
        assert await besa.queue() == [visitor.conversation]
        before = await _count(database)
        stranger = await Stranger.comes(public)
        welcome = await stranger.hello(token=visitor.token)
        assert welcome["error"]["code"] == "unknown_token"
        assert welcome["conversation"] != visitor.conversation
        assert [m["id"] for m in welcome["messages"]] == [0]
        await stranger.sends({"type": "say", "client_id": "n", "text": "pershendetje"})
        await stranger.hears_until("kept")
        assert (await _count(database))[0] == before[0] + 1
        await stranger.goes()

    async def test_the_other_tab_is_told_too(self, visitor: CarefulVisitor, visits: Visits) -> None:
        await visitor.says("pershendetje")
        second = await visits(visitor.token)
        await visitor.sends({"type": "erase"})
        for tab in (visitor, second):
            await tab.gets("erased")
        await second.sends({"type": "say", "client_id": "late", "text": "a je aty"})
        await second.errs("bad_frame", client_id="late")

    async def test_the_other_tab_learns_it_although_no_wake_up_came(
        self, quiet: CarefulVisitor, quiet_visits: Visits, house: House
    ) -> None:
        await quiet.says("pershendetje")
        await house.eraser.erase(quiet.conversation)
        await quiet.gets("erased")

    async def test_another_conversation_can_begin_on_the_same_connection(self, visitor: CarefulVisitor) -> None:
        await visitor.says("pershendetje")
        await visitor.sends({"type": "erase"})
        await visitor.gets("erased")
        old = visitor.conversation
        visitor.frames.clear()
        visitor.messages.clear()
        await visitor.sends({"type": "hello", "version": 1})
        assert (await visitor.gets("welcome"))["conversation"] != old
        assert (await visitor.says("cfare eshte kanabisi"))["id"] == 1

    async def test_where_nothing_was_kept_there_is_nothing_to_erase(self, visitor: CarefulVisitor) -> None:
        await visitor.sends({"type": "erase"})
        assert "116 111" in (await visitor.errs("no_conversation"))["message"]
        await visitor.says("pershendetje")


@pytest.fixture
async def without_bus(
    settings: Settings, content: Content, database: Database, key: ServiceKey, bot: FakeBot, screening: Screen
) -> AsyncIterator[str]:
    """The public side of a house whose bus never comes up: it looks into the store each second instead."""
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    house = open_house(settings, content, database, key, bus, bot, screening)
    runner = web.AppRunner(build_app(house), access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()
    await bus.close()


@pytest.fixture
async def quiet_visits(without_bus: str) -> AsyncIterator[Visits]:
    """Opens the chat page of the house without a bus."""
    came: list[CarefulVisitor] = []

    async def visit(token: str | None = None, after: int | None = None) -> CarefulVisitor:
        came.append(CarefulVisitor(without_bus, token))
        await came[-1].opens(after=after)
        return came[-1]

    yield visit
    for someone in came:
        await someone.closes()


@pytest.fixture
async def quiet(quiet_visits: Visits) -> CarefulVisitor:
    """A visitor of the house without a bus."""
    return await quiet_visits()
