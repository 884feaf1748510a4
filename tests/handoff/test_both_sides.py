"""Scenes with both doors open: a visitor at the public socket, counsellors at the console, one store between them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from frontdoor.content import Content
from frontdoor.settings import Settings
from handoff.wiring import OwnStatus, open_console
from storage.bus import RedisBus
from storage.database import Database
from storage.keys import ServiceKey
from tests.cast import Visitor
from tests.fakes import FakeBot
from tests.handoff.console import Console
from tests.servers import free_port


@pytest.fixture
async def besa(
    settings: Settings, content: Content, database: Database, key: ServiceKey, bus: RedisBus
) -> AsyncIterator[Console]:
    """A counsellor at the console, as the house itself wires it, with the feed open."""
    app, accounts = open_console(settings, content, database, key, bus, OwnStatus(content, bus))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    first = await accounts.add("besa", "Besa")
    console = Console(f"http://127.0.0.1:{port}")
    await console.signs_in("besa", first)
    await console.posts("password", current=first, new="një fjalëkalim i ri")
    await console.opens()
    yield console
    await console.leaves()
    await runner.cleanup()


def lists(conversation: str) -> Any:
    """A frame that lists this conversation."""
    return lambda frame: conversation in [item["conversation"] for item in frame["items"]]


async def test_a_risk_reaches_the_screen_and_the_counsellors_words_come_back(
    visitor: Visitor, besa: Console, bot: FakeBot
) -> None:
    await visitor.says("cfare eshte kanabisi")
    await visitor.sees("Kanabis")
    began = time.monotonic()
    await visitor.says("sdua te jetoj me")
    frame = await besa.sees("queue", lists(visitor.conversation))
    assert time.monotonic() - began < 1.0
    (item,) = frame["items"]
    assert item["level"] >= 3
    assert any("jetoj" in words for words in item["words"])

    status, _ = await besa.claims(visitor.conversation)
    assert status == 200
    await besa.sees("mine", lists(visitor.conversation))
    await visitor.is_told("counsellor", counsellor="Besa")
    await visitor.sees("Besa", sender="system")

    await besa.replies(visitor.conversation, "Jam këtu me ty.")
    await visitor.sees("Jam këtu me ty.", sender="counsellor")
    heard = len(bot.heard)
    await visitor.says("faleminderit qe je ketu")
    await besa.hears(visitor.conversation, "faleminderit qe je ketu")
    await visitor.hears_nothing()
    assert len(bot.heard) == heard

    status, _ = await besa.posts(
        "close", conversation=visitor.conversation, level=0, reason="folëm gjatë", outcome="helped"
    )
    assert status == 200
    await visitor.is_told("bot")
    before = max(visitor.messages)
    await visitor.says("cfare eshte kanabisi")
    await visitor.gets("message", sender="bot", id=before + 2)
    assert (await besa.reads(visitor.conversation))[0] == 403


async def test_typing_and_reading_are_seen_on_the_other_side(visitor: Visitor, besa: Console) -> None:
    await visitor.says("sdua te jetoj me")
    await besa.claims(visitor.conversation)
    await besa.sees("mine", lists(visitor.conversation))
    await visitor.sends({"type": "typing"})
    assert (await besa.sees("typing"))["conversation"] == visitor.conversation
    await besa.posts("typing", conversation=visitor.conversation)
    await visitor.gets("typing", sender="counsellor")
    await besa.posts("seen", conversation=visitor.conversation, id=1)
    await visitor.gets("seen", id=1)


async def test_what_the_child_erases_leaves_the_screen(visitor: Visitor, besa: Console) -> None:
    await visitor.says("dua te flas me nje njeri")
    await besa.sees("queue", lists(visitor.conversation))
    calm = visitor.conversation
    await besa.claims(calm)
    await besa.sees("mine", lists(calm))
    await visitor.sends({"type": "erase"})
    await visitor.gets("erased")
    assert (await besa.sees("erased"))["conversation"] == calm
    assert (await besa.reads(calm))[0] == 404


async def test_an_emergency_that_is_erased_stays_with_the_team_for_its_time(visitor: Visitor, besa: Console) -> None:
    await visitor.says("sdua te jetoj me")
    emergency = visitor.conversation
    await besa.claims(emergency)
    await besa.sees("mine", lists(emergency))
    await visitor.sends({"type": "erase"})
    await visitor.gets("erased")
    await besa.sees("messages", lambda frame: any(item["gone"] for item in frame["items"]))
    status, whole = await besa.reads(emergency)
    assert (status, whole["gone"]) == (200, True)
    assert whole["erase_due"].endswith("Z")
    assert whole["messages"][0]["text"] == "sdua te jetoj me"
