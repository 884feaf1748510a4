"""The engine and the door over a dialogue made for the test: waiting, failing, giving up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.door import build_app
from bot.engine import Engine
from bot.outcome import Answer, Reading, TurnFailed

MODEL = Path("models/bot-of-the-test.tar.gz")
GREET = {"name": "greet", "confidence": 1.0}
HELLO = {"conversation": "a", "channel": "web", "text": "fshehtë"}

Scene = Callable[["Caller", Engine], Awaitable[None]]


class FakeDialogue:
    """Answers like the real one; `held` makes it wait, `raised` fails the turn."""

    def __init__(self) -> None:
        self.intents = frozenset({"greet"})
        self.free = threading.Event()
        self.free.set()
        self.raised: Exception | None = None
        self.turns = 0

    def read(self, text: str) -> Reading:
        return Reading(GREET, [GREET], [])

    def turn(self, conversation: str, channel: str, events: Sequence[Any], *more: Any) -> Answer:
        self.turns += 1
        assert self.free.wait(10)
        if self.raised:
            raise self.raised
        return Answer([{"custom": {"kind": "menu"}}], [], self.read(""))


class Caller:
    """The front door, as far as this test needs one."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ask(self) -> tuple[int, dict[str, Any]]:
        """A turn: status and body."""
        async with self._client.post("/turn", json=HELLO) as response:
            return response.status, await response.json()

    async def health(self) -> dict[str, Any]:
        """What the bot says of itself."""
        async with self._client.get("/health") as response:
            return dict(await response.json())


def play(scene: Scene, load: Callable[[Path], Any], *, model: Path | None = MODEL, seconds: float = 1.5) -> None:
    """Run the scene before an engine that has loaded."""

    async def run() -> None:
        engine = Engine(load, model, seconds=seconds)
        await engine.start()
        async with TestClient(TestServer(build_app(engine), handler_cancellation=True)) as client:
            await scene(Caller(client), engine)

    asyncio.run(run())


def test_a_turn_that_fails_is_an_error_and_the_next_one_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    dialogue = FakeDialogue()

    async def scene(door: Caller, engine: Engine) -> None:
        for raised in (TurnFailed("action_x: ValueError"), KeyError("fshehtë"), RecursionError("fshehtë")):
            dialogue.raised = raised
            assert await door.ask() == (
                500,
                {"error": "turn_failed", "message": "the turn could not be completed"},
            )
        dialogue.raised = None
        assert (await door.ask())[0] == 200

    play(scene, lambda _: dialogue)
    assert [record.getMessage() for record in caplog.records] == [
        "a turn failed: action_x: ValueError",
        "a turn failed: KeyError",
        "a turn failed: RecursionError",
    ]
    assert "fshehtë" not in caplog.text


def test_who_cannot_start_in_time_is_refused_and_health_is_answered_meanwhile() -> None:
    dialogue = FakeDialogue()

    async def scene(door: Caller, engine: Engine) -> None:
        dialogue.free.clear()
        first = asyncio.ensure_future(door.ask())
        await asyncio.sleep(0.05)
        late = await asyncio.gather(*(door.ask() for _ in range(5)))
        assert (await door.health())["status"] == "ready"
        dialogue.free.set()
        assert [(status, body["error"]) for status, body in late] == [(503, "busy")] * 5
        assert (await first)[0] == 200
        assert (await door.ask())[0] == 200

    play(scene, lambda _: dialogue, seconds=0.2)
    assert dialogue.turns == 2


def test_who_gives_up_waiting_is_not_worked_for() -> None:
    dialogue = FakeDialogue()

    async def scene(door: Caller, engine: Engine) -> None:
        dialogue.free.clear()
        first = asyncio.ensure_future(door.ask())
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(door.ask())
        await asyncio.sleep(0.05)
        second.cancel()
        await asyncio.sleep(0.05)
        dialogue.free.set()
        assert (await first)[0] == 200
        assert (await door.ask())[0] == 200

    play(scene, lambda _: dialogue)
    assert dialogue.turns == 2


def test_more_than_may_wait_are_refused_at_once() -> None:
    dialogue = FakeDialogue()

    async def scene(door: Caller, engine: Engine) -> None:
        dialogue.free.clear()
        asked = [asyncio.ensure_future(engine.ask(lambda d: d.read("x"))) for _ in range(210)]
        first = asyncio.ensure_future(door.ask())
        await asyncio.sleep(0.05)
        assert (await door.ask())[1]["error"] == "busy"
        dialogue.free.set()
        await asyncio.gather(first, *asked, return_exceptions=True)

    play(scene, lambda _: dialogue)


def test_a_model_that_cannot_be_loaded_leaves_the_door_open() -> None:
    def load(model: Path) -> Any:
        raise RuntimeError("a damaged file")

    async def scene(door: Caller, engine: Engine) -> None:
        assert await door.health() == {
            "status": "failed",
            "model": None,
            "detail": "the model could not be loaded: RuntimeError: a damaged file",
        }
        status, body = await door.ask()
        assert (status, body["error"]) == (503, "no_model")

    play(scene, load)


def test_without_a_model_nothing_is_loaded() -> None:
    def load(model: Path) -> Any:
        raise AssertionError("nothing to load")

    async def scene(door: Caller, engine: Engine) -> None:
        status, body = await door.ask()
        assert (status, body["error"]) == (503, "no_model")

    play(scene, load, model=None)
