"""The bot killed in the middle of a turn, and the whole house killed: nobody waits, nothing is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import psutil
import pytest

from frontdoor.content import Content
from frontdoor.words import Words
from tests.cast import PATIENCE, Visitor
from tests.faults.conftest import Come, Hire
from tests.processes import House, needs_bot

RISK = "sdua te jetoj me"
GONE_WITHIN = 5.0


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """`serve.py` with its own bot, which is ready."""
    needs_bot()
    started = House()
    try:
        started.bot_is("ready")
        yield started
    finally:
        started.stop()


async def test_the_bot_is_killed_mid_turn(house: House, come: Come, hire: Hire, content: Content) -> None:
    fallback = Words(content).bot_down().text
    visitor = await come(house.public)
    await visitor.says("cfare eshte kanabisi")
    await visitor.sees("Kanabisi", sender="bot")
    first = house.bot

    # the turn is under way and cannot end any more
    first.suspend()
    kept = await visitor.says("cfare eshte hiv")
    began = time.monotonic()
    await asyncio.sleep(0.3)
    assert fallback not in [text for _, text in visitor.transcript]
    first.kill()
    assert (await visitor.sees(fallback))["id"] == kept["id"] + 1
    assert time.monotonic() - began < PATIENCE

    # no bot at all: who is in danger needs none
    child = await come(house.public)
    began = time.monotonic()
    await child.says(RISK)
    await child.sees("116 111", seconds=2)
    assert time.monotonic() - began < 2
    besa = await hire(house.database_url, house.console, "Besa")
    row = (await besa.sees("queue", lambda frame: frame["items"] != []))["items"][0]
    assert (row["conversation"], row["level"]) == (child.conversation, 3)

    # it is started again by itself, and goes on with the same conversation
    await asyncio.to_thread(house.bot_is, "ready")
    assert house.bot.pid != first.pid
    await visitor.says("po alkooli")
    await visitor.sees("Alkooli", sender="bot")
    again = Visitor(house.public, visitor.token)
    messages = (await again.opens())["messages"]
    await again.closes()
    told = [message["text"] for message in messages if message["sender"] == "visitor"]
    assert told == ["cfare eshte kanabisi", "cfare eshte hiv", "po alkooli"]
    assert [message["text"] for message in messages].count(fallback) == 1


def test_the_house_is_killed_and_leaves_nobody(house: House) -> None:
    family = house.family()
    names = sorted(" ".join(one.cmdline())[-60:] for one in family)
    assert len(family) == 4, names
    _is_gone_after_kill(house, family)


def test_the_house_is_killed_while_its_bot_is_still_loading() -> None:
    needs_bot()
    house = House()
    try:
        house.bot_is("loading")
        _is_gone_after_kill(house, house.family())
    finally:
        house.stop()


def _is_gone_after_kill(house: House, family: list[psutil.Process]) -> None:
    assert house.temporary != []
    began = time.monotonic()
    house.kill()
    _, left = psutil.wait_procs(family, timeout=GONE_WITHIN)
    assert left == [], f"{time.monotonic() - began:.1f} s after the kill"
    assert house.family() == []
    assert house.temporary == []
