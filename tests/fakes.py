"""Stand-ins handed in as arguments: a bot whose answers a scene chooses, screening that breaks, a clock that moves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from frontdoor.assessment import Facts, HistoryEntry, RiskAssessment
from frontdoor.ports import BotTurn, BotUnavailable, ScreeningState
from screening.model import Found, Model
from screening.screen import Screen

Answer = Callable[[str], list[dict[str, Any]]]


def phrase(name: str) -> dict[str, Any]:
    """A reply that names a phrase, as the bot process sends it."""
    return {"custom": {"kind": "phrase", "name": name}}


def article(topic: str) -> dict[str, Any]:
    """A reply that names an article."""
    return {"custom": {"kind": "article", "topic": topic}}


class FakeBot:
    """Answers like the bot process: names in, names out. `heard` is what reached it."""

    def __init__(self, answer: Answer | None = None) -> None:
        """Without an answer of its own it knows cannabis and greets everything else."""
        self._answer = answer or (lambda text: [article("cannabis") if "kanabis" in text else phrase("greet")])
        self.heard: list[str] = []
        self.down = False
        self.gate: asyncio.Event | None = None

    async def turn(
        self,
        conversation: str,
        channel: str,
        events: list[dict[str, Any]],
        *,
        text: str | None = None,
        intent: str | None = None,
    ) -> BotTurn:
        """One turn; waits at the gate when a scene has set one."""
        said = text if text is not None else f"/{intent}"
        self.heard.append(said)
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise BotUnavailable("down")
        return BotTurn(tuple(self._answer(said)), [*events, {"event": "user", "n": len(events)}], intent or "some")

    async def health(self) -> dict[str, Any]:
        """As the process tells it."""
        return {"status": "down", "model": None} if self.down else {"status": "ready", "model": "fake"}


class BrokenScreening:
    """Screening that raises on each message, as when both model and lexicon are damaged."""

    version = "broken"
    state: ScreeningState = "ok"
    """As screening that does not know of its own damage."""

    def screen(self, message: str, history: Sequence[HistoryEntry], facts: Facts) -> RiskAssessment:
        """Never gives a result."""
        raise RuntimeError("damaged")


class BrokenModel:
    """A model that was loaded well and raises on each message."""

    version = "broken"
    doubted: frozenset[str] = frozenset()

    def read(self, *tokens: Any) -> Found:
        """Never gives a result."""
        raise FloatingPointError("damaged")


class WithoutLexicon(Screen):
    """Screening whose lexicon raises on each message."""

    def _found(self, *asked: Any) -> Any:
        raise RecursionError("damaged")


def screen_of(kind: type[Screen], model: BrokenModel) -> Screen:
    """Screening with a model of the scene's own."""
    return kind(model=cast(Model, model))


class Clock:
    """A clock that a scene moves."""

    def __init__(self, now: datetime | None = None) -> None:
        """Noon of some day, unless told otherwise."""
        self.now = now or datetime(2026, 11, 22, 11, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment that the scene is at."""
        return self.now

    def move(self, **by: float) -> None:
        """Move on, as timedelta counts."""
        self.now += timedelta(**by)
