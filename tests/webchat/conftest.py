"""Visitors of the web channel who look closely."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from frontdoor.content import Content
from frontdoor.settings import Settings
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.keys import ServiceKey
from tests.fakes import FakeBot
from tests.servers import free_port, serving
from tests.webchat.careful import CarefulVisitor, Stranger
from webchat.app import build_app
from webchat.wiring import open_house

Visits = Callable[..., Awaitable[CarefulVisitor]]


@pytest.fixture
async def visits(public: str) -> AsyncIterator[Visits]:
    """Opens the chat page as somebody else, or once more with a token; all are closed at the end."""
    came: list[CarefulVisitor] = []

    async def visit(token: str | None = None, after: int | None = None) -> CarefulVisitor:
        someone = CarefulVisitor(public, token)
        came.append(someone)
        await someone.opens(after=after)
        return someone

    yield visit
    for someone in came:
        await someone.closes()


@pytest.fixture
async def visitor(visits: Visits) -> CarefulVisitor:
    """A visitor with the chat page open."""
    return await visits()


@pytest.fixture
async def stranger(public: str) -> AsyncIterator[Stranger]:
    """Somebody who has connected and said nothing yet."""
    someone = await Stranger.comes(public)
    yield someone
    await someone.goes()


@pytest.fixture
async def without_bus(
    settings: Settings, content: Content, database: Database, key: ServiceKey, bot: FakeBot, screening: Screen
) -> AsyncIterator[str]:
    """The public side of a house whose bus never comes up: it looks into the store each second instead."""
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    house = open_house(settings, content, database, key, bus, bot, screening)
    async with serving(build_app(house)) as opened:
        yield opened
    await bus.close()


@pytest.fixture
async def quiet_visits(without_bus: str) -> AsyncIterator[Visits]:
    """Opens the chat page of the house without a bus."""
    came: list[CarefulVisitor] = []

    async def visit(token: str | None = None, after: int | None = None) -> CarefulVisitor:
        came.append(CarefulVisitor(without_bus, token))
        await came[-1].opens(after=after)
        return came[-1]

    yield visit
    for someone in came:
        await someone.closes()


@pytest.fixture
async def quiet(quiet_visits: Visits) -> CarefulVisitor:
    """A visitor of the house without a bus."""
    return await quiet_visits()
