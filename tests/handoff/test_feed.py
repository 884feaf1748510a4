"""Scenes of the live feed: risk appears, words come at once and once, two processes, a bus that is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from frontdoor.content import Content
from frontdoor.ports import ScreeningHealth, Wake
from handoff.feed import Feed
from handoff.house import HouseStatus
from storage.bus import RedisBus
from storage.staff import Staff
from storage.valkey import EmbeddedValkey
from tests.handoff.conftest import Health
from tests.handoff.console import Console
from tests.handoff.scene import Scene
from tests.servers import serving

CHILD = "sdua te jetoj me, kam vendosur"


def holds(*conversations: str) -> Any:
    """A frame that lists exactly these conversations, in this order."""
    return lambda frame: [item["conversation"] for item in frame["items"]] == list(conversations)


@pytest.fixture
async def other_address(scene: Scene, bus_url: str, content: Content, health: Health) -> AsyncIterator[str]:
    """A second process's staff service: its own bus connection, the same store."""
    bus = RedisBus(bus_url)
    await bus.start()
    while not bus.up:
        await asyncio.sleep(0.02)
    app = scene.app(bus, content, health)
    async with serving(app) as address:
        yield address
    await bus.close()


async def test_a_risk_appears_on_the_open_console_at_once_with_its_words(
    scene: Scene, era: Console, bus: RedisBus
) -> None:
    await era.opens()
    await era.sees("queue", holds())
    await scene.visitor_says("c1", CHILD, level=3, words="sdua te jetoj")
    began = time.monotonic()
    await bus.publish(Wake("queue", "c1"))
    frame = await era.sees("queue", holds("c1"))
    assert time.monotonic() - began < 0.3
    (item,) = frame["items"]
    assert (item["level"], item["words"], item["categories"]) == (3, ["sdua te jetoj"], ["suicide"])
    assert item["waiting_since"].endswith("Z")


async def test_what_no_wake_told_is_read_within_a_second_or_so(scene: Scene, era: Console) -> None:
    await era.opens()
    await scene.visitor_says("c1", CHILD, level=3)
    await era.sees("queue", holds("c1"), seconds=2)
    await era.claims("c1")
    await era.sees("mine", holds("c1"))
    await scene.visitor_says("c1", "je aty")
    await era.hears("c1", "je aty", seconds=2)


async def test_each_word_of_the_child_comes_once_and_in_order(scene: Scene, era: Console, bus: RedisBus) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.opens()
    await era.claims("c1")
    await era.sees("mine", holds("c1"))
    texts = [f"fjala {number}" for number in range(20)]
    for text in texts:
        kept = await scene.visitor_says("c1", text)
        await bus.publish(Wake("conversation", "c1", kept.id))
    await era.hears("c1", texts[-1])
    await asyncio.sleep(1.3)
    heard = [text for text in era.heard("c1") if text.startswith("fjala")]
    assert heard == texts


async def test_the_claim_takes_it_off_everybodys_queue_and_onto_ones_own_list(
    scene: Scene, era: Console, ben: Console
) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.opens()
    await ben.opens()
    await ben.sees("queue", holds("c1"))
    await era.claims("c1")
    await ben.sees("queue", holds())
    frame = await era.sees("mine", holds("c1"))
    assert frame["items"][0]["unread"] == 1
    assert (await ben.sees("mine"))["items"] == []


async def test_a_child_who_waits_can_be_read_but_a_colleagues_talk_is_not_followed(
    scene: Scene, era: Console, ben: Console, bus: RedisBus
) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.opens()
    await ben.opens()
    await era.sends(type="open", conversation="c1", after=0)
    await era.hears("c1", CHILD)
    await ben.claims("c1")
    await era.sees("messages", lambda frame: frame["items"][0]["state"] == "counsellor")
    kept = await scene.visitor_says("c1", "vetëm për Benin")
    await bus.publish(Wake("conversation", "c1", kept.id))
    await asyncio.sleep(1.3)
    assert "vetëm për Benin" not in str(era.frames)
    await era.sends(type="open", conversation="c1", after=0)
    await asyncio.sleep(0.3)
    assert "vetëm për Benin" not in str(era.frames)


async def test_after_closing_the_talk_with_the_bot_is_private_again(scene: Scene, era: Console, bus: RedisBus) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.opens()
    await era.claims("c1")
    await era.sends(type="open", conversation="c1", after=0)
    await era.hears("c1", CHILD)
    await era.posts("close", conversation="c1", level=0, reason="folëm gjatë", outcome="helped")
    await era.sees("mine", holds())
    kept = await scene.visitor_says("c1", "cfare eshte kanabisi")
    await bus.publish(Wake("conversation", "c1", kept.id))
    await asyncio.sleep(1.3)
    assert "kanabisi" not in str(era.frames)


async def test_a_level_two_stands_in_the_watch_list(scene: Scene, era: Console, bus: RedisBus) -> None:
    await era.opens()
    await scene.visitor_says("c1", "me bejne bullizem", level=2, words="bullizem", category="bullying")
    await bus.publish(Wake("queue", "c1"))
    frame = await era.sees("watch", holds("c1"))
    assert frame["items"][0]["words"] == ["bullizem"]


async def test_consoles_of_two_processes_see_the_same(
    scene: Scene, era: Console, other_address: str, bus: RedisBus
) -> None:
    await scene.hires("Vera")
    vera = Console(other_address)
    await vera.signs_in("vera")
    await era.opens()
    await vera.opens()
    await scene.visitor_says("c1", CHILD, level=4)
    await bus.publish(Wake("queue", "c1"))
    await vera.sees("queue", holds("c1"), seconds=0.5)
    await vera.claims("c1")
    await vera.sees("mine", holds("c1"))
    await era.sees("queue", holds(), seconds=0.5)
    await scene.visitor_says("c1", "je aty")
    await bus.publish(Wake("conversation", "c1", 3))
    await vera.hears("c1", "je aty", seconds=0.5)
    await vera.leaves()


async def test_an_open_console_is_presence_and_a_closed_one_is_not_for_long(scene: Scene, era: Console) -> None:
    assert await scene.accounts.on_shift() == ()
    await era.opens()
    assert await scene.accounts.on_shift() == ("Era",)
    assert (await era.sees("shift", lambda frame: bool(frame["aliases"])))["aliases"] == ["Era"]
    await era.posts("break", on=True)
    await era.sees("shift", lambda frame: not frame["aliases"])
    await era.posts("break", on=False)
    await era.shuts()
    scene.clock.passes(seconds=46)
    assert await scene.accounts.on_shift() == ()


async def test_typing_is_passed_on_in_both_directions(scene: Scene, era: Console, ben: Console, bus: RedisBus) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.opens()
    await era.claims("c1")
    await era.sees("mine", holds("c1"))
    await bus.publish(Wake("typing", "c1", detail={"by": "visitor"}))
    assert (await era.sees("typing"))["conversation"] == "c1"
    async with bus.listen() as wakes:
        await ben.posts("typing", conversation="c1")
        await era.posts("typing", conversation="c1")
        async with asyncio.timeout(2):
            async for wake in wakes:
                if wake.kind == "typing":
                    break
    assert (wake.conversation, wake.detail) == ("c1", {"by": "counsellor"})


async def test_reading_is_told_to_the_childs_side_once(scene: Scene, era: Console, bus: RedisBus) -> None:
    await scene.visitor_says("c1", CHILD, level=3)
    await era.claims("c1")
    async with bus.listen() as wakes:
        await era.posts("seen", conversation="c1", id=1)
        await era.posts("seen", conversation="c1", id=1)
        await era.posts("typing", conversation="c1")
        await bus.publish(Wake("end"))
        told = []
        async for wake in wakes:
            if wake.kind == "end":
                break
            told.append((wake.kind, wake.conversation, wake.last_id))
    assert told == [("seen", "c1", 1)]


async def test_an_erased_conversation_leaves_the_console(scene: Scene, era: Console, bus: RedisBus) -> None:
    await scene.visitor_says("c1", "dua nje njeri", wish=True)
    await era.opens()
    await era.claims("c1")
    await era.sees("mine", holds("c1"))
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM conversations")
    await bus.publish(Wake("erased", "c1"))
    assert (await era.sees("erased"))["conversation"] == "c1"
    await era.sees("mine", holds())


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '{"type": 7}',
        '{"no": "type"}',
        '{"type": "open", "conversation": "../x"}',
        "[" * 4000,
    ],
)
async def test_a_frame_that_is_not_understood_gets_a_notice_and_the_feed_goes_on(era: Console, frame: str) -> None:
    await era.opens()
    await era.says(frame)
    assert (await era.sees("notice"))["code"] == "error_bad_request"
    await era.sends(type="hello")
    assert not era.closed


async def test_signing_out_ends_the_feed_at_once(era: Console) -> None:
    await era.opens()
    await era.posts("sign-out")
    await era.ends(1.0)


async def test_a_session_that_runs_out_ends_its_feed(scene: Scene, era: Console) -> None:
    await era.opens()
    scene.clock.passes(hours=13)
    await era.ends(3.0)


async def test_a_console_that_takes_no_more_is_cut_off_and_holds_up_nobody() -> None:
    cut: list[str] = []
    person = Staff(1, "era", "Era", "counsellor", False, False)
    feed = Feed(person, "token", web.WebSocketResponse(), lambda: cut.append("off"), most=3)
    for number in range(5):
        feed.push("typing", conversation=f"c{number}")
    assert cut == ["off", "off"]


async def test_while_the_bus_is_away_the_desk_goes_on(scene: Scene, content: Content, health: Health) -> None:
    valkey = EmbeddedValkey()
    await valkey.start()
    bus = RedisBus(valkey.url)
    await bus.start()
    app = scene.app(bus, content, health)
    async with serving(app) as address:
        await scene.hires("Era")
        era = Console(address)
        await era.signs_in("era")
        await era.opens()
        await valkey.stop()
        # another process keeps this: no wake of it can arrive
        await scene.visitor_says("c1", CHILD, level=4)
        await era.sees("queue", holds("c1"), seconds=2.5)
        assert (await era.claims("c1"))[0] == 200
        await era.sees("mine", holds("c1"))
        await scene.visitor_says("c1", "je aty")
        await era.hears("c1", "je aty", seconds=2.5)
        assert (await era.replies("c1", "Jam këtu."))[0] == 200
        await era.hears("c1", "Jam këtu.")
        await era.leaves()
    await bus.close()


async def test_what_does_not_work_is_shown(era: Console, health: Health) -> None:
    health.now = HouseStatus(bus=True, bot=False, screening=ScreeningHealth("lexicon", "v1"), draft_scripts=7)
    await era.opens()
    frame = await era.sees("status")
    assert (frame["bot"], frame["screening"], frame["draft_scripts"]) == (False, "lexicon", 7)
