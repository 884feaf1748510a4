"""A web process killed between keeping a message and answering it: answered all the same, and once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from tests.cast import PATIENCE, Visitor
from tests.faults.conftest import Come, Hire, on_postgresql, on_sqlite
from tests.processes import Parts

Hold = Callable[[], contextlib.AbstractContextManager[None]]

QUESTION = "cfare eshte kanabisi"
ARTICLE = "Kanabisi"
LEASE = 3.0
"""A dead process's lease runs so long; only then may another answer."""


async def answered_once(visitor: Visitor) -> None:
    """The question stands there once with one article after it, also some time later."""
    await visitor.sees(ARTICLE, sender="bot", seconds=PATIENCE + LEASE)
    await visitor.hears_nothing(LEASE + 1.0)
    said = [(sender, text.startswith(ARTICLE)) for sender, text in visitor.transcript if "ALO 116" not in text]
    assert said == [("visitor", False), ("bot", True)], visitor.transcript


@on_sqlite
async def test_one_process_comes_back_and_answers_what_it_owes(parts: Parts, come: Come, held_bot: Hold) -> None:
    parts.start(webs=1)
    visitor = await come(parts.webs[0].address)
    with held_bot():
        await visitor.says(QUESTION)
        parts.webs[0].kill()
        await visitor.closes()
    parts.start(webs=1)
    again = Visitor(parts.webs[1].address, visitor.token)
    await again.opens()
    await answered_once(again)
    await again.closes()


@on_postgresql
async def test_another_process_answers_within_the_time(parts: Parts, come: Come, hire: Hire, held_bot: Hold) -> None:
    parts.start(webs=2, staffs=1)
    first, second = parts.webs
    besa = await hire(parts.environ["DATABASE_URL"], parts.staffs[0].address, "Besa")
    visitor, child = await come(first.address), await come(first.address)
    with held_bot():
        kept = await visitor.says(QUESTION)
        said = time.monotonic()
        risk = await child.says("sdua te jetoj me")
        first.kill()
        await visitor.closes()
        await child.closes()

    # who is in danger waits for no lease
    queued = await besa.sees("queue", lambda frame: frame["items"] != [], seconds=2)
    assert [(item["conversation"], item["level"]) for item in queued["items"]] == [(child.conversation, 3)]
    child = Visitor(second.address, child.token)
    await child.opens(after=risk["id"])
    await child.sees("116 111", seconds=2)
    await child.closes()

    again = Visitor(second.address, visitor.token)
    await again.opens(after=kept["id"])
    await again.sees(ARTICLE, sender="bot", seconds=PATIENCE - (time.monotonic() - said))
    await again.closes()
    whole = Visitor(second.address, visitor.token)
    await whole.opens()
    await answered_once(whole)
    await whole.closes()


@on_postgresql
async def test_a_process_that_wakes_up_too_late_says_nothing(parts: Parts, come: Come, held_bot: Hold) -> None:
    """Not dead but asleep: its answer comes when the other one has given it already."""
    parts.start(webs=2)
    asleep, awake = parts.webs
    visitor = await come(asleep.address)
    with held_bot():
        await visitor.says(QUESTION)
        # by now it has taken the lease and waits for the bot
        await asyncio.sleep(0.3)
        asleep.falls_asleep()
    other = Visitor(awake.address, visitor.token)
    await other.opens()
    await other.sees(ARTICLE, sender="bot", seconds=PATIENCE + LEASE)
    asleep.wakes_up()
    await answered_once(other)
    await visitor.sees(ARTICLE, sender="bot")
    await other.closes()


@on_postgresql
async def test_the_same_first_word_at_two_processes_is_kept_once(parts: Parts) -> None:
    parts.start(webs=2)
    tabs = [Visitor(parts.webs[0].address)]
    await tabs[0].opens()
    tabs.append(Visitor(parts.webs[1].address, tabs[0].token))
    await tabs[1].opens()
    assert tabs[0].conversation == tabs[1].conversation
    kept = await asyncio.gather(
        tabs[0].says(QUESTION, "same"), tabs[1].says(QUESTION, "same"), tabs[0].says("hiv", "b")
    )
    assert kept[0]["id"] == kept[1]["id"] != kept[2]["id"]
    await tabs[1].sees("HIV", sender="bot")
    await tabs[1].sees(ARTICLE, sender="bot")
    for tab in tabs:
        await tab.closes()
    whole = Visitor(parts.webs[0].address, tabs[0].token)
    await whole.opens()
    assert sorted(text for sender, text in whole.transcript if sender == "visitor") == sorted([QUESTION, "hiv"])
    await whole.closes()
