"""What scenes are made of: databases, a bus, a house with its door open, visitors who write."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from frontdoor.content import Content
from frontdoor.settings import ROOT, Settings
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.desk import Desk
from storage.keys import ServiceKey
from storage.migrate import open_key, upgrade
from storage.valkey import EmbeddedValkey
from tests.cast import Counsellor, Visitor
from tests.fakes import FakeBot
from tests.servers import REQUIRE_ALL, Missing, Postgres, Redis, serving
from tests.telegram_api import BotApi, Person
from tests.webchat.telegram_scene import Transcript
from webchat.app import build_app
from webchat.house import House
from webchat.wiring import open_house


def _required(start: type[Postgres] | type[Redis]) -> Postgres | Redis:
    try:
        return start()
    except Missing as missing:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole run."""
    server = _required(Postgres)
    assert isinstance(server, Postgres)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """Debian's Redis for the whole run."""
    server = _required(Redis)
    assert isinstance(server, Redis)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """Each scene with a database is played on both engines."""
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at head, to be copied: migrating it anew for each scene would take longer than the scene."""
    file = tmp_path_factory.mktemp("template") / "head.db"
    asyncio.run(upgrade(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_database(postgres: Postgres) -> str:
    """A PostgreSQL database at head, to be copied."""
    url = postgres.database()
    asyncio.run(upgrade(url))
    return url


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the scene's own on each engine; nobody has opened it."""
    if engine == "sqlite":
        file = tmp_path / "frontdoor.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.database(like=request.getfixturevalue("migrated_database"))
    yield url
    server.drop(url)


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database on each engine that nothing has been done to."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def key(database: Database, tmp_path: Path) -> ServiceKey:
    """The service's key for that database."""
    return await open_key(database, tmp_path / "service.key", may_create=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    """The embedded Valkey for the whole run."""
    with asyncio.Runner() as runner:
        server = EmbeddedValkey()
        runner.run(server.start())
        yield server
        runner.run(server.stop())


@pytest.fixture
def bus_url(engine: str, request: pytest.FixtureRequest) -> str:
    """Embedded Valkey beside SQLite, Debian's Redis beside PostgreSQL."""
    server: EmbeddedValkey | Redis = request.getfixturevalue("valkey" if engine == "sqlite" else "redis")
    return server.url


@pytest.fixture
async def bus(bus_url: str) -> AsyncIterator[RedisBus]:
    """A bus that is up."""
    opened = RedisBus(bus_url)
    await opened.start()
    for _ in range(100):
        if opened.up:
            break
        await asyncio.sleep(0.02)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def content() -> Content:
    """The project's own content."""
    return Content(ROOT / "content")


@pytest.fixture(scope="session")
def screening() -> Screen:
    """The project's own screening."""
    return Screen()


@pytest.fixture
def bot() -> FakeBot:
    """A bot whose answers a scene chooses."""
    return FakeBot()


@pytest.fixture
def settings(tmp_path: Path, database_url: str, bus_url: str) -> Settings:
    """Settings of a house for one scene; limits wide enough not to meet them by chance."""
    return Settings.from_env(
        {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": database_url,
            "BUS_URL": bus_url,
            "NEW_CONVERSATIONS_PER_ADDRESS": "10000",
            "NEW_CONVERSATIONS_IN_ALL": "100000",
            "MESSAGES_PER_MINUTE": "10000",
            "SOCKETS_PER_ADDRESS": "10000",
        }
    )


@pytest.fixture
async def house(
    settings: Settings,
    content: Content,
    database: Database,
    key: ServiceKey,
    bus: RedisBus,
    bot: FakeBot,
    screening: Screen,
) -> House:
    """Everything behind the public side, with a fake bot."""
    return open_house(settings, content, database, key, bus, bot, screening)


@pytest.fixture
async def public(house: House) -> AsyncIterator[str]:
    """The public side, open on a free port; gives its address."""
    async with serving(build_app(house)) as opened:
        yield opened


@pytest.fixture
async def visitor(public: str) -> AsyncIterator[Visitor]:
    """A visitor with the chat page open."""
    someone = Visitor(public)
    await someone.opens()
    yield someone
    await someone.closes()


@pytest.fixture
def desk(house: House, database: Database, key: ServiceKey) -> Desk:
    """Where counsellors act."""
    return Desk(database, key, house.words)


@pytest.fixture
async def besa(database: Database, desk: Desk, bus: RedisBus) -> Counsellor:
    """A counsellor on shift."""
    return await Counsellor.arrives(database, desk, bus, "Besa")


@pytest.fixture
async def dritan(database: Database, desk: Desk, bus: RedisBus) -> Counsellor:
    """Another counsellor on shift."""
    return await Counsellor.arrives(database, desk, bus, "Dritan")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API server for one scene."""
    async with BotApi() as api:
        yield api


@pytest.fixture
def ana(api: BotApi) -> Person:
    """Somebody who writes on Telegram."""
    return api.person("Ana")


@pytest.fixture
def transcript(house: House, key: ServiceKey) -> Transcript:
    """What is kept of what was written."""
    return Transcript(house, key)
