"""Real servers that tests start for themselves on free ports, and stop by their own pid."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

REQUIRE_ALL = bool(os.environ.get("REQUIRE_ALL"))
"""Where everything is required a missing system package is a failure, not a skip."""


class Missing(Exception):
    """A system package is not installed; says the one command that installs it."""


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """An application open on a free port for a while; gives its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def chromium() -> str:
    """The system's Chromium. Raises Missing."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise Missing("Chromium is missing: apt-get install chromium")


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if path := shutil.which("initdb"):
        return Path(path).parent
    raise Missing("PostgreSQL is missing: apt-get install postgresql")


class Postgres:
    """A PostgreSQL of the tests' own, without durability, on a Unix socket and a free port."""

    def __init__(self) -> None:
        """Makes and starts the cluster. Raises Missing."""
        binaries = _postgres_binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as: list[str] = []
        if os.geteuid() == 0:
            # initdb refuses root
            self._as = ["runuser", "-u", "postgres", "--"]
            owner = pwd.getpwnam("postgres")
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        data = self._folder / "data"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(
            [
                *self._as,
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "tests",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            check=True,
            cwd=self._folder,
            **quiet,  # type: ignore[call-overload]
        )
        self.port = free_port()
        self._process = subprocess.Popen(
            [
                *self._as,
                *(
                    str(binaries / "postgres"),
                    "-D",
                    str(data),
                    "-k",
                    str(self._folder),
                    "-h",
                    "127.0.0.1",
                    "-p",
                    str(self.port),
                ),
                *("-c", "max_connections=200", "-c", "log_min_messages=fatal"),
                *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
            ],
            cwd=self._folder,
            **quiet,  # type: ignore[call-overload]
        )
        self._psql = [str(binaries / "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "tests", "-qAt"]
        for _ in range(100):
            if subprocess.run([*self._psql, "-c", "select 1", "postgres"], check=False, **quiet).returncode == 0:  # type: ignore[call-overload]
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("PostgreSQL did not come up")
        self._made = 0
        asked = [*self._psql, "-c", "show server_version_num", "postgres"]
        version = int(subprocess.run(asked, check=True, capture_output=True).stdout)
        # copying the files is three times faster than writing them through the log
        self._copying = " strategy file_copy" if version >= 150_000 else ""
        # one client for all that is made and dropped: starting one takes longer than its work
        self._client = subprocess.Popen(
            [*self._psql, "postgres"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def database(self, like: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of another that nobody is connected to."""
        self._made += 1
        name = f"t{self._made}"
        template = f" template {like.rsplit('/', 1)[-1]}{self._copying}" if like else ""
        self._does(f"create database {name}{template}")
        return f"postgresql://tests@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Drop a database and whoever is still connected to it."""
        name = url.rsplit("/", 1)[-1]
        self._does(f"drop database if exists {name} with (force)")

    def _does(self, statement: str) -> None:
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(f"{statement};\n\\echo :ERROR\n")
        self._client.stdin.flush()
        if (answer := self._client.stdout.readline().strip()) != "false":
            raise RuntimeError(f"{statement}: {answer or 'no answer'}")

    def stop(self) -> None:
        """End it at once and remove what it wrote."""
        self._client.communicate()
        pid = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
        self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)


class Redis:
    """Debian's Redis on a free port, which can be stopped and started again as a fault."""

    def __init__(self) -> None:
        """Starts it. Raises Missing."""
        self._binary = shutil.which("redis-server") or ""
        if not self._binary:
            raise Missing("Redis is missing: apt-get install redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        self._process = subprocess.Popen(
            [self._binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(16).startswith(b"+PONG"):
                    return
            time.sleep(0.05)
        raise RuntimeError("Redis did not come up")

    def stop(self) -> None:
        """End it, as when its machine goes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
