"""The house measured: acknowledgements, risk reaching the console, talk both ways, and idle visitors.

Run it with `python -m tests.bench.bench_house`. The driver shares the machine with what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import resource
import time
from collections.abc import Sequence

from tests.bench.chats import Chat, Desk, at_rate, chats, settle
from tests.bench.figures import Used, milliseconds
from tests.bench.houses import Measured, over_postgres, over_sqlite

WISH = "dua te flas me nje njeri"
RISK = "sdua te jetoj me"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_house", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each figure (%(default)s)")
    parser.add_argument("--sqlite-only", action="store_true", help="leave PostgreSQL and Redis out")
    options = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 30_000)), hard))
    with over_sqlite(bot=False) as house:
        asyncio.run(_talking(house, options.seconds))
    if not options.sqlite_only:
        with over_postgres() as house:
            asyncio.run(_talking(house, options.seconds))
    with over_sqlite(bot=True) as house:
        asyncio.run(_with_bot(house, options.seconds))
    asyncio.run(_idle(options.seconds))


async def _talking(house: Measured, seconds: float) -> None:
    """All that needs no bot: visitors wait for a person, or talk with one."""
    print(f"\n{house.name}")
    async with chats(house.public, 200) as visitors:
        for visitor in visitors:
            await visitor.say(WISH)
        await settle(visitors)
        desks = await house.desks(3)
        for rate in (50, 200, 500):
            await _acknowledged(visitors, rate, seconds)
        await _risk_to_console(house, desks[0], visitors, seconds)
        await _held(house, desks, visitors, seconds)
        for desk in desks:
            await desk.leaves()


async def _acknowledged(visitors: list[Chat], rate: float, seconds: float) -> None:
    for visitor in visitors:
        visitor.acknowledged.clear()
    said = await at_rate(visitors, rate, seconds)
    lost = await settle(visitors)
    times = [moment for visitor in visitors for moment in visitor.acknowledged]
    refused = sum(visitor.refused for visitor in visitors)
    print(f"  kept, {rate:3.0f}/s in 200 chats: {milliseconds(times)}  ({said} said, {lost} lost, {refused} refused)")


async def _risk_to_console(house: Measured, desk: Desk, visitors: list[Chat], seconds: float) -> None:
    """From sending a risk message to the frame that shows it on a console, under 100 messages a second."""
    traffic = asyncio.create_task(at_rate(visitors, 100, seconds))
    times = []
    async with chats(house.public, int(seconds * 4)) as children:
        for child in children:
            began = time.perf_counter()
            await child.say(RISK)
            async with asyncio.timeout(20):
                while child.conversation not in desk.raised:
                    await asyncio.sleep(0.001)
            times.append(desk.raised[child.conversation] - began)
            await asyncio.sleep(max(0.0, 0.25 - (time.perf_counter() - began)))
    await traffic
    await settle(visitors)
    print(f"  risk to a console's screen, under 100/s: {milliseconds(times)}  ({len(times)} children)")


async def _held(house: Measured, desks: list[Desk], visitors: list[Chat], seconds: float) -> None:
    """200 conversations held by three consoles: words both ways, and how many a second are borne."""
    by_desk: dict[Desk, list[Chat]] = {desk: [] for desk in desks}
    for desk, visitor in zip(itertools.cycle(desks), visitors, strict=False):
        status, _ = await desk.claims(visitor.conversation)
        if status == 200:
            by_desk[desk].append(visitor)
    held = sum(len(chats) for chats in by_desk.values())
    await asyncio.sleep(1)
    for count, rate in ((30, 15.0), (200, 20.0)):
        to_console, to_visitor = await _both_ways(by_desk, count, rate, seconds)
        print(
            f"  {count} chats, {rate:.0f}/s each way: visitor to console {milliseconds(to_console)}\n"
            f"  {' ' * len(str(count))}        console to visitor {milliseconds(to_visitor)}"
        )
    for rate in (500, 700):
        for visitor in visitors:
            visitor.acknowledged.clear()
        before, seen = Used.by(*house.pids), sum(desk.messages for desk in desks)
        began = time.perf_counter()
        said = await at_rate(visitors, rate, seconds)
        took = time.perf_counter() - began
        lost = await settle(visitors)
        await asyncio.sleep(1)
        after = Used.by(*house.pids)
        shown = sum(desk.messages for desk in desks) - seen
        times = [moment for visitor in visitors for moment in visitor.acknowledged]
        print(
            f"  {said / took:.0f}/s in {held} held chats, 3 consoles: {milliseconds(times)}  "
            f"({said} said, {lost} lost, {shown} shown, {(after.cpu - before.cpu) / said * 1000:.2f} ms processor each)"
        )


async def _both_ways(
    by_desk: dict[Desk, list[Chat]], count: int, rate: float, seconds: float
) -> tuple[list[float], list[float]]:
    pairs = [(desk, chat) for desk, chats in by_desk.items() for chat in chats]
    pairs = random.sample(pairs, min(count, len(pairs)))
    sent: dict[str, tuple[Desk, float]] = {}
    replied: dict[str, tuple[Chat, float]] = {}
    tasks: set[asyncio.Task[object]] = set()
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        desk, chat = random.choice(pairs)
        text = f"po te shkruaj perseri, nr {number} {random.random()}"
        sent[text] = (desk, time.perf_counter())
        await chat.say(text)
        desk, chat = random.choice(pairs)
        words = f"Të dëgjoj, nr {number} {random.random()}"
        replied[words] = (chat, time.perf_counter())
        task: asyncio.Task[object] = asyncio.create_task(desk.replies(chat.conversation, words))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.sleep(2)
    to_console = [desk.seen[text] - at for text, (desk, at) in sent.items() if text in desk.seen]
    to_visitor = [chat.heard[text] - at for text, (chat, at) in replied.items() if text in chat.heard]
    for name, arrived, all_sent in (("console", to_console, sent), ("visitor", to_visitor, replied)):
        if len(arrived) < len(all_sent):
            print(f"  {len(all_sent) - len(arrived)} of {len(all_sent)} never reached the {name}")
    return to_console, to_visitor


async def _with_bot(house: Measured, seconds: float) -> None:
    print(f"\n{house.name}, the bot answering")
    async with chats(house.public, 50) as visitors:
        for rate in (20, 50):
            await _acknowledged(visitors, rate, seconds)
            await asyncio.sleep(2)


async def _idle(seconds: float) -> None:
    print("\nidle visitors (SQLite, one process, without bot and bus)")
    for count in (0, 1000, 5000):
        with over_sqlite(bot=False) as house:
            async with chats(house.public, count):
                await asyncio.sleep(3)
                before = Used.by(*house.pids)
                await asyncio.sleep(seconds)
                after = Used.by(*house.pids)
            print(
                f"  {count:4d} sockets: {after.memory / 2**20:5.0f} MiB, "
                f"{(after.cpu - before.cpu) / seconds * 100:.1f} % of a core"
            )
    with over_sqlite(bot=False) as house:
        async with chats(house.public, 200) as visitors:
            for visitor in visitors:
                await visitor.say(WISH)
            await settle(visitors)
            desks = await house.desks(3)
            for desk, visitor in zip(itertools.cycle(desks), visitors, strict=False):
                await desk.claims(visitor.conversation)
            await asyncio.sleep(3)
            before = Used.by(*house.pids)
            await asyncio.sleep(seconds)
            after = Used.by(*house.pids)
            for desk in desks:
                await desk.leaves()
        print(
            f"  200 idle chats held by 3 consoles: {after.memory / 2**20:5.0f} MiB, "
            f"{(after.cpu - before.cpu) / seconds * 100:.1f} % of a core"
        )


if __name__ == "__main__":
    main()
