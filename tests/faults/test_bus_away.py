"""Redis away for ten seconds while people talk: nothing is lost, nothing comes twice, words arrive within seconds."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.cast import Visitor
from tests.faults.conftest import Come, Hire, on_postgresql, required
from tests.handoff.console import Console
from tests.processes import Parts, asked
from tests.servers import Redis

AWAY_SECONDS = 10.0
ARRIVES_WITHIN = 2.0
"""Consoles and sockets re-read each second while the bus is down."""

QUESTION = "cfare eshte kanabisi"
ARTICLE = "Kanabisi"


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis that nobody else needs."""
    server = required(Redis)
    yield server
    server.stop()


@pytest.fixture
def bus_url(own_redis: Redis) -> str:
    """The house's bus is the one that goes away."""
    return own_redis.url


@dataclass
class Traffic:
    """Visitors who ask the bot, one who talks with a counsellor, and one who only listens to another.

    What they said, and how long it took to arrive.
    """

    console: Console
    child: Visitor
    other: Console
    listener: Visitor
    asking: list[Visitor]
    said: dict[str, list[str]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)

    async def flows(self, until: float) -> None:
        """All of them at once, until this moment."""
        talks = [self._asks(visitor, place, until) for place, visitor in enumerate(self.asking)]
        await asyncio.gather(
            self._child_tells(until),
            self._counsellor_tells("first", self.console, self.child, until),
            self._counsellor_tells("second", self.other, self.listener, until),
            *talks,
        )

    async def _asks(self, visitor: Visitor, place: int, until: float) -> None:
        for number in itertools.count():
            if time.monotonic() > until:
                return
            await visitor.says(QUESTION, f"q-{place}-{round(until)}-{number}")
            self.said.setdefault(visitor.conversation, []).append(QUESTION)
            await asyncio.sleep(1.0)

    async def _child_tells(self, until: float) -> None:
        for number in itertools.count():
            if time.monotonic() > until:
                return
            text = f"fëmija {round(until)} {number}"
            began = time.monotonic()
            await self.child.says(text)
            self.said.setdefault("child", []).append(text)
            await self.console.hears(self.child.conversation, text, seconds=8)
            self.late.append(time.monotonic() - began)
            await asyncio.sleep(0.3)

    async def _counsellor_tells(self, who: str, console: Console, child: Visitor, until: float) -> None:
        for number in itertools.count():
            if time.monotonic() > until:
                return
            text = f"{who} {round(until)} {number}"
            began = time.monotonic()
            status, _ = await console.replies(child.conversation, text)
            assert status == 200
            self.said.setdefault(who, []).append(text)
            await child.sees(text, seconds=8)
            self.late.append(time.monotonic() - began)
            await asyncio.sleep(0.3)


@on_postgresql
async def test_redis_is_away_for_ten_seconds(parts: Parts, come: Come, hire: Hire, own_redis: Redis) -> None:
    parts.start(webs=2, staffs=2)
    here, there = parts.webs
    besa = await hire(parts.environ["DATABASE_URL"], parts.staffs[0].address, "Besa")
    dritan = await hire(parts.environ["DATABASE_URL"], parts.staffs[1].address, "Dritan")
    child, listener = await come(there.address), await come(here.address)
    for console, visitor in ((besa, child), (dritan, listener)):
        await visitor.says("dua te flas me nje njeri")
        assert (await console.claims(visitor.conversation))[0] == 200
        await visitor.is_told("counsellor")
    traffic = Traffic(besa, child, dritan, listener, [await come(web.address) for web in (here, there, here)])

    await traffic.flows(time.monotonic() + 2)
    quiet = max(traffic.late)
    traffic.late.clear()

    own_redis.stop()
    gone = time.monotonic()
    await traffic.flows(gone + AWAY_SECONDS / 2)
    for web in parts.webs:
        status, ready = asked(f"{web.address}/ready") or (0, {})
        assert (status, ready["bus"]["state"]) == (200, "down")
        assert asked(f"{web.address}/health") == (200, {"status": "ok", "dead": []})
    # a new child in danger, while nothing wakes anybody
    other = await come(here.address)
    began = time.monotonic()
    await other.says("sdua te jetoj me")
    await other.sees("116 111", seconds=2)
    for console in (besa, dritan):
        await console.sees("queue", lambda frame: [i["level"] for i in frame["items"]] == [3])
    assert time.monotonic() - began < 3
    # both at once: one wins, the other is told
    claims = await asyncio.gather(besa.claims(other.conversation), dritan.claims(other.conversation))
    assert sorted(status for status, _ in claims) == [200, 409]
    await other.is_told("counsellor")
    await traffic.flows(gone + AWAY_SECONDS)
    away = max(traffic.late)
    traffic.late.clear()

    own_redis.start()
    back = time.monotonic()
    while (asked(f"{here.address}/ready") or (0, {}))[1]["bus"]["state"] != "ok":
        assert time.monotonic() - back < 5
        await asyncio.sleep(0.1)
    await traffic.flows(time.monotonic() + 2)
    again = max(traffic.late)
    print(f"\narrived within {quiet:.2f} s, {away:.2f} s without Redis, {again:.2f} s with it again")
    assert away < ARRIVES_WITHIN
    assert again < ARRIVES_WITHIN

    await asyncio.sleep(2)
    await _is_whole(traffic, here.address, there.address)


async def _is_whole(traffic: Traffic, here: str, there: str) -> None:
    """Whoever opens the page anew, at the other process, finds each word once and in order, and each answer once."""
    for visitor in traffic.asking:
        whole = Visitor(there, visitor.token)
        messages = (await whole.opens())["messages"]
        await whole.closes()
        asked_for = [m["text"] for m in messages if m["sender"] == "visitor"]
        assert asked_for == traffic.said[visitor.conversation]
        answers = [m["text"] for m in messages if m["sender"] == "bot" and m["id"] > 0]
        assert len(answers) == len(asked_for)
        assert all(answer.startswith(ARTICLE) for answer in answers)
        # what came live is what is there
        assert {m["id"] for m in messages if m["sender"] == "bot"} == {
            i for i, m in visitor.messages.items() if m["sender"] == "bot"
        }
    for who, child, address in (("first", traffic.child, here), ("second", traffic.listener, there)):
        whole = Visitor(address, child.token)
        messages = (await whole.opens())["messages"]
        await whole.closes()
        assert [m["text"] for m in messages if m["sender"] == "counsellor"] == traffic.said[who]
        told = traffic.said["child"] if child is traffic.child else []
        assert [m["text"] for m in messages if m["sender"] == "visitor"][1:] == told
    heard = [text for text in traffic.console.heard(traffic.child.conversation) if text in traffic.said["child"]]
    assert heard == traffic.said["child"]
