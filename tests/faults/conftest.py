"""What the scenes of faults are made of: real processes, and people who do not notice more of it than they must."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from storage.keys import ServiceKey
from tests.bot.process import BotProcess
from tests.cast import Visitor
from tests.handoff.console import Console
from tests.handoff.scene import PASSWORD
from tests.processes import Parts, bot_for_all, hired
from tests.servers import REQUIRE_ALL, Missing, Postgres, Redis

ENGINES = {
    "sqlite": pytest.param("sqlite"),
    "postgresql": pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.redis]),
}
on_sqlite = pytest.mark.parametrize("engine", [ENGINES["sqlite"]], indirect=True)
on_postgresql = pytest.mark.parametrize("engine", [ENGINES["postgresql"]], indirect=True)

Hire = Callable[[str, str, str], Awaitable[Console]]
Come = Callable[[str], Awaitable[Visitor]]


class StoppablePostgres(Postgres):
    """A PostgreSQL that a scene ends, lets hang and starts again."""

    def goes_away(self) -> None:
        """Ended by its own pid: connections are cut, what was committed is there."""
        os.kill(self._pid(), signal.SIGINT)
        self._process.wait(20)

    def comes_back(self) -> None:
        """Started again over the same files; not waited for."""
        self._process = subprocess.Popen(
            self._process.args, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    @contextlib.contextmanager
    def hangs(self) -> Iterator[None]:
        """It and all who serve somebody stand still: connections stay, nothing answers."""
        main = psutil.Process(self._pid())
        standing = [main, *main.children(recursive=True)]
        for one in standing:
            one.suspend()
        try:
            yield
        finally:
            for one in standing:
                with contextlib.suppress(psutil.Error):
                    one.resume()
            # runuser stops together with what it started
            self._process.send_signal(signal.SIGCONT)

    def _pid(self) -> int:
        return int((self._folder / "data" / "postmaster.pid").read_text().split()[0])


def required[Server: (Redis, StoppablePostgres)](server: type[Server]) -> Server:
    """A server of the scene's own, which it may stop; skips or fails where it is not installed."""
    try:
        return server()
    except Missing as missing:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(missing))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes take their time."""
    for item in items:
        if "tests/faults" in str(item.path):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.bot)


@pytest.fixture(scope="session")
def running_bot() -> Iterator[BotProcess]:
    """One bot process for all scenes that do not kill it."""
    yield from bot_for_all()


@pytest.fixture
def held_bot(running_bot: BotProcess) -> Iterator[Callable[[], contextlib.AbstractContextManager[None]]]:
    """Holds the bot, so that a turn is under way for as long as a scene wants."""

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        running_bot.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            running_bot.process.send_signal(signal.SIGCONT)

    yield hold
    running_bot.process.send_signal(signal.SIGCONT)


@pytest.fixture
def environ(database_url: str, bus_url: str, running_bot: BotProcess, tmp_path: Path) -> dict[str, str]:
    """What processes of one house share."""
    key = tmp_path / "service.key"
    ServiceKey.create(key)
    return {
        "DATABASE_URL": database_url,
        "BUS_URL": bus_url,
        "SERVICE_KEY_FILE": str(key),
        "BOT_LISTEN": f"unix:{running_bot.socket}",
    }


@pytest.fixture
def parts(environ: dict[str, str]) -> Iterator[Parts]:
    """A house in several processes, none started yet."""
    house = Parts(environ)
    yield house
    house.stop()


@pytest.fixture
async def come() -> AsyncIterator[Come]:
    """Visitors with the chat page open at an address."""
    came: list[Visitor] = []

    async def comes(address: str) -> Visitor:
        visitor = Visitor(address)
        came.append(visitor)
        await visitor.opens()
        return visitor

    yield comes
    for visitor in came:
        await visitor.closes()


@pytest.fixture
async def hire() -> AsyncIterator[Hire]:
    """Counsellors with the console open: database, address of the staff service, alias."""
    consoles: list[Console] = []

    async def hires(database_url: str, address: str, alias: str) -> Console:
        once = await hired(database_url, alias)
        console = Console(address)
        consoles.append(console)
        assert (await console.signs_in(alias.lower(), once))[0] == 200
        assert (await console.posts("password", current=once, new=PASSWORD))[0] == 200
        await console.opens()
        return console

    yield hires
    for console in consoles:
        await console.leaves()
