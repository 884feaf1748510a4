"""The bot process under the turns of a busy evening, and its memory over very many: `python -m tests.bench.bot_turns`.

Conversations are made of training examples, several turns each, events carried on as the front door does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.bench.bench_bot import bot_process, present_model
from tests.bench.figures import Used, milliseconds, waited
from tests.bot.process import ROOT, BotProcess

IDLE_CHATS = 60
"""So many wait for their visitor's next words: at 20 turns a second each hears from hers after some three seconds."""

CLIENTS = 4
MOST_MEGABYTES = 1_200

_SAMPLED_EVERY = 250
_FOLLOWED_BY = ("more", "simpler", "source", "who_helps", "how_to_stop", "affirm", "deny", "not_that")
_BESIDE = ("out_of_scope", "help_menu", "bot_challenge", "talk_to_counsellor", "audience_parent", "audience_child")
_DIALOGUE = {*_FOLLOWED_BY, *_BESIDE, "greet", "thanks", "goodbye", "audience_teacher", "audience_professional"}


class Chatter:
    """What visitors write: greetings, questions about topics, what follows an answer, thanks."""

    def __init__(self, seed: int = 116) -> None:
        """The same seed gives the same conversations."""
        self._chance = random.Random(seed)
        self._said: dict[str, list[str]] = {}
        for file in sorted((ROOT / "nlu_data").glob("*.yml")):
            for entry in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["nlu"]:
                lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
                self._said.setdefault(entry["intent"].partition("/")[0], []).extend(lines)
        self._topics = sorted(self._said.keys() - _DIALOGUE)

    def conversation(self) -> Iterator[str]:
        """The messages of one visitor, two to a dozen."""
        chance = self._chance
        if chance.random() < 0.5:
            yield self._one("greet")
        for _ in range(chance.randint(1, 4)):
            yield self._one(chance.choice(self._topics))
            for _ in range(chance.choice((0, 0, 1, 1, 2))):
                yield self._one(chance.choice(_FOLLOWED_BY))
            if chance.random() < 0.15:
                yield self._one(chance.choice(_BESIDE))
        yield self._one(chance.choice(("thanks", "goodbye")))

    def _one(self, intent: str) -> str:
        return self._chance.choice(self._said[intent])


class Talk:
    """One conversation after another at the bot, with its events."""

    def __init__(self, bot: BotProcess, chatter: Chatter, failures: Counter[str]) -> None:
        """`failures` counts the codes of refused turns."""
        self._bot = bot
        self._chatter = chatter
        self._failures = failures
        self._words: Iterator[str] = iter(())
        self._events: list[dict[str, Any]] = []

    async def turn(self) -> None:
        """Say the next words, of the next visitor when this one has said all."""
        text = next(self._words, None)
        if text is None:
            self._words, self._events = self._chatter.conversation(), []
            text = next(self._words)
        answer = await self._bot.turn(text, self._events)
        if answer.status == 200 and answer.body["replies"]:
            self._events = answer.body["events"]
        else:
            self._failures[str(answer.body.get("error", "empty"))] += 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bot_turns", description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="turns a second (%(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of that (%(default)s)")
    parser.add_argument("--soak", type=int, default=5_000, help="turns of the soak; 50000 is the whole (%(default)s)")
    parser.add_argument("--model", type=Path, help="a model; without it the present one, trained if need be")
    options = parser.parse_args(arguments)
    asyncio.run(measure(options.model or present_model(), options.rate, options.seconds, options.soak))


async def measure(model: Path, rate: float, seconds: float, soak: int) -> None:
    """Both figures, on one process, so that the soak begins where the load has ended."""
    chatter = Chatter()
    async with bot_process(model) as bot:
        if seconds:
            await _at_rate(bot, chatter, rate, seconds)
        if soak:
            await _soaked(bot, chatter, soak)


async def _at_rate(bot: BotProcess, chatter: Chatter, rate: float, seconds: float) -> None:
    """An open loop: visitors write when they like, at random moments, however long the others have to wait."""
    failures: Counter[str] = Counter()
    idle = deque(Talk(bot, chatter, failures) for _ in range(IDLE_CHATS))
    took: list[float] = []
    chance = random.Random(20)

    async def turn(due: float) -> None:
        talk = idle.popleft() if idle else Talk(bot, chatter, failures)
        await talk.turn()
        took.append(time.perf_counter() - due)
        idle.append(talk)

    for _ in range(IDLE_CHATS):
        await turn(time.perf_counter())
    took.clear()
    before, stood = Used.by(bot.process.pid), waited(bot.process.pid)
    began = due = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        while (due := due + chance.expovariate(rate)) < began + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(turn(due))
    lasted = time.perf_counter() - began
    processor = (Used.by(bot.process.pid).cpu - before.cpu) / len(took) * 1000
    stood = (waited(bot.process.pid) - stood) / len(took) * 1000
    print(
        f"bot: {len(took) / lasted:.1f} turns/s at random moments for {lasted:.0f} s: {milliseconds(took)}  "
        f"max {max(took) * 1000:.1f} ms  processor {processor:.1f} ms each, "
        f"waited for one {stood:.1f} ms{_told(failures)}",
        flush=True,
    )


async def _soaked(bot: BotProcess, chatter: Chatter, turns: int) -> None:
    """A closed loop of so many turns; prints how the process's memory has grown."""
    failures: Counter[str] = Counter()
    process = psutil.Process(bot.process.pid)
    numbers = itertools.count(1)
    samples = [(0, process.memory_info().rss / 1e6)]
    began = time.perf_counter()

    async def client() -> None:
        talk = Talk(bot, chatter, failures)
        while (number := next(numbers)) <= turns:
            await talk.turn()
            if number % _SAMPLED_EVERY == 0:
                samples.append((number, process.memory_info().rss / 1e6))
            if number % 10_000 == 0:
                print(f"bot: {number} turns, {samples[-1][1]:.0f} MB", flush=True)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    lasted = time.perf_counter() - began
    peak = max(megabytes for _, megabytes in samples)
    print(
        f"bot: {turns} turns by {CLIENTS} clients in {lasted:.0f} s, {turns / lasted:.0f}/s: "
        f"{samples[0][1]:.0f} MB first, {samples[-1][1]:.0f} last, {peak:.0f} at most (aim {MOST_MEGABYTES})"
        f"{_slope(samples)}{_told(failures)}",
        flush=True,
    )


def _slope(samples: Sequence[tuple[int, float]]) -> str:
    """Of a straight line through all but the first fifth, in which what is lazy is filled."""
    settled = samples[len(samples) // 5 :]
    if len(settled) < 3:
        return ""
    line = statistics.linear_regression([turn for turn, _ in settled], [megabytes for _, megabytes in settled])
    return f", {line.slope * 1e6:+.0f} KB for each 1,000 turns after the first fifth"


def _told(failures: Counter[str]) -> str:
    return "".join(f", {count} {code}" for code, count in failures.items()) or ", none failed"


if __name__ == "__main__":
    main()
