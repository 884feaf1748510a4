"""What scenes at the console are made of: the staff service on a free port, with a real store and bus behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from frontdoor.content import Content
from handoff.house import HouseStatus
from storage.bus import RedisBus
from storage.database import Database
from tests.handoff.console import Console
from tests.handoff.scene import Scene
from tests.servers import serving


@dataclass
class Health:
    """How the house is, as a scene wants it."""

    now: HouseStatus = field(default_factory=HouseStatus)

    async def __call__(self) -> HouseStatus:
        """As set by the scene."""
        return self.now


@pytest.fixture
def scene(database: Database) -> Scene:
    """The store, a visitor's hand, and the staff."""
    return Scene(database)


@pytest.fixture
def health() -> Health:
    """All is well, until a scene says otherwise."""
    return Health()


@pytest.fixture
async def address(scene: Scene, bus: RedisBus, content: Content, health: Health) -> AsyncIterator[str]:
    """The staff service, open; gives its address."""
    app = scene.app(bus, content, health, heartbeat=1.0)
    async with serving(app) as opened:
        yield opened


@pytest.fixture
async def era(scene: Scene, address: str) -> AsyncIterator[Console]:
    """A counsellor at the console."""
    await scene.hires("Era")
    console = Console(address)
    await console.signs_in("era")
    yield console
    await console.leaves()


@pytest.fixture
async def ben(scene: Scene, address: str) -> AsyncIterator[Console]:
    """Another counsellor at the console."""
    await scene.hires("Ben")
    console = Console(address)
    await console.signs_in("ben")
    yield console
    await console.leaves()
