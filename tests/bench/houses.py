"""The houses that benchmarks measure: serve.py over SQLite, and processes apart over PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from frontdoor.settings import ROOT
from storage.keys import ServiceKey
from tests.bench.chats import Desk
from tests.handoff.scene import PASSWORD
from tests.servers import Postgres, Redis, free_port

_WIDE = {
    "MESSAGES_PER_MINUTE": "1000000",
    "NEW_CONVERSATIONS_PER_ADDRESS": "1000000",
    "NEW_CONVERSATIONS_IN_ALL": "1000000",
    "SOCKETS_PER_ADDRESS": "100000",
    "SOCKETS_IN_ALL": "100000",
    "LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True)
class Measured:
    """A running house: its two addresses, and the processes that count as it (without bot, bus and database)."""

    name: str
    public: str
    console: str
    pids: tuple[int, ...]
    environ: dict[str, str]

    async def desks(self, count: int) -> list[Desk]:
        """So many counsellors, each at an open console."""
        opened = []
        for number in range(count):
            name = f"bench{number}"
            added = subprocess.run(
                [sys.executable, "-m", "handoff", "add-counsellor", name, f"Bench {number}"],
                cwd=ROOT,
                env=self.environ,
                check=True,
                capture_output=True,
                text=True,
            )
            once = added.stdout.strip().rsplit(" ", 1)[-1]
            desk = Desk(self.console)
            await desk.signs_in(name, once)
            await desk.posts("password", current=once, new=PASSWORD)
            await desk.opens()
            opened.append(desk)
        return opened


@contextlib.contextmanager
def over_sqlite(*, bot: bool) -> Iterator[Measured]:
    """serve.py with its embedded defaults; without `bot`, nobody answers where the bot would be."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_port(), free_port()
        environ = os.environ | _WIDE | {"DATA_DIR": folder} | _listening(*ports)
        if not bot:
            environ["BOT_LISTEN"] = f"127.0.0.1:{free_port()}"
        process = _started([sys.executable, "serve.py"], environ)
        public, console = (f"http://127.0.0.1:{port}" for port in ports)
        try:
            _ready(public, bot=bot)
            yield Measured("SQLite + embedded Valkey, one process", public, console, (process.pid,), environ)
        finally:
            _ended(process)


@contextlib.contextmanager
def over_postgres() -> Iterator[Measured]:
    """One web process and one staff process over PostgreSQL and Redis; nobody answers where the bot would be."""
    postgres, redis = Postgres(), Redis()
    with tempfile.TemporaryDirectory() as folder:
        ServiceKey.create(Path(folder) / "service.key")
        ports = free_port(), free_port()
        own = {
            "DATA_DIR": folder,
            "DATABASE_URL": postgres.database(),
            "BUS_URL": redis.url,
            "BOT_LISTEN": f"127.0.0.1:{free_port()}",
        }
        environ = os.environ | _WIDE | own | _listening(*ports)
        subprocess.run(
            [sys.executable, "-m", "storage", "upgrade"], cwd=ROOT, env=environ, check=True, capture_output=True
        )
        web = _started([sys.executable, "-m", "webchat"], environ)
        staff = _started([sys.executable, "-m", "handoff"], environ)
        public, console = (f"http://127.0.0.1:{port}" for port in ports)
        try:
            _ready(public, bot=False)
            _ready(console, bot=False, path="/health")
            yield Measured("PostgreSQL + Redis, two processes", public, console, (web.pid, staff.pid), environ)
        finally:
            _ended(web)
            _ended(staff)
            redis.stop()
            postgres.stop()


def _listening(public: int, console: int) -> dict[str, str]:
    return {"PUBLIC_LISTEN": f"127.0.0.1:{public}", "CONSOLE_LISTEN": f"127.0.0.1:{console}"}


def _started(command: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(15)


def _ready(address: str, *, bot: bool, path: str = "/ready") -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(address + path, timeout=5) as answer:
            text = answer.read().decode()
            if not bot or re.search(r'"bot": \{"state": "ready"', text):
                return
        time.sleep(0.1)
    raise RuntimeError(f"{address} did not become ready")
