"""A talk over the visitor's socket: the queue, a person, buttons, articles, and being forgotten."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from frontdoor.content import Content
from frontdoor.message import Sender
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
