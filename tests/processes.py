"""The house's processes as they are really started: on free ports, with a folder of their own, ended by pid alone."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from frontdoor.settings import ROOT
from storage.database import Database
from storage.staff import StaffAccounts
from tests.bot.process import BOT_PYTHON, BotProcess
from tests.servers import REQUIRE_ALL, free_port

STARTS_WITHIN = 60.0
"""Generous: the machine may be busy with something else."""

BOT_READY_WITHIN = 120.0
_HANDED_ON = ("PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
_OPEN_LIMITS = {
    "NEW_CONVERSATIONS_PER_ADDRESS": "10000",
    "NEW_CONVERSATIONS_IN_ALL": "100000",
    "MESSAGES_PER_MINUTE": "10000",
    "SOCKETS_PER_ADDRESS": "10000",
}


class Process:
    """One of ours, started as a person would; what it prints is kept, and only its own pid is ever signalled."""

    def __init__(self, *arguments: str, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        """`arguments` after the interpreter; `folder` for data and temporary files, its own when not given."""
        self._own_folder = folder is None
        # short, because the path of a Unix socket may have some 100 characters only
        self.folder = folder or Path(tempfile.mkdtemp(prefix="h-"))
        (self.folder / "tmp").mkdir(exist_ok=True)
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115 - closed in stop
        handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
        self.environ = {
            **handed_on,
            "DATA_DIR": str(self.folder / "data"),
            "TMPDIR": str(self.folder / "tmp"),
            **_OPEN_LIMITS,
            **(environ or {}),
        }
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            # as a shell does it: Ctrl-C then reaches the whole group, and nobody outside of it
            start_new_session=True,
        )
        self.pid = self._process.pid

    @property
    def out(self) -> str:
        """What it has printed."""
        return _read(self._out)

    @property
    def err(self) -> str:
        """What it has complained of."""
        return _read(self._err)

    @property
    def temporary(self) -> list[str]:
        """What lies in its folder for temporary files."""
        return sorted(path.name for path in (self.folder / "tmp").iterdir())

    def prints(self, pattern: str, seconds: float = STARTS_WITHIN) -> re.Match[str]:
        """Wait until it has printed this; fails the test when it ends before, or does not in time."""
        return _until(lambda: re.search(pattern, self.out), seconds, f"«{pattern}»", self)

    def complains(self, pattern: str, seconds: float = STARTS_WITHIN) -> re.Match[str]:
        """Wait until this stands in its log."""
        return _until(lambda: re.search(pattern, self.err), seconds, f"«{pattern}» in the log", self)

    def ends(self, seconds: float = STARTS_WITHIN) -> int:
        """Wait for its end; gives the exit code."""
        return self._process.wait(seconds)

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    @property
    def waited_for_a_processor(self) -> float:
        """The seconds in which it could have run, but others had the machine: not its own slowness."""
        with contextlib.suppress(OSError):
            return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9
        return 0.0

    def ctrl_c(self) -> None:
        """As from the terminal: to the process and all of its group."""
        os.killpg(self.pid, signal.SIGINT)

    def falls_asleep(self) -> None:
        """Stopped, not dead: as a machine that has no time for it."""
        self._process.send_signal(signal.SIGSTOP)

    def wakes_up(self) -> None:
        """It goes on where it was."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9 of this process alone."""
        self._process.kill()
        self._process.wait(10)

    def family(self) -> list[psutil.Process]:
        """It and everything it has started, known by the folder that each was given; also orphans."""
        mine, found = str(self.folder / "tmp"), []
        for one in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                # Valkey writes its title over its environment
                known = one.environ().get("TMPDIR") == mine or mine in " ".join(one.cmdline())
                if known and one.status() != psutil.STATUS_ZOMBIE:
                    found.append(one)
        return found

    def terminate(self) -> None:
        """Ask it to end; `stop` waits for that."""
        if not self.ended:
            self._process.terminate()

    def stop(self) -> None:
        """End it in order and remove what it wrote; what it left behind is ended by its pid."""
        if not self.ended:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        for left in self.family() if self._own_folder else ():
            with contextlib.suppress(psutil.Error):
                left.kill()
        self._out.close()
        self._err.close()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class House(Process):
    """`serve.py`: everything on one machine."""

    def __init__(self, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        """Started, not waited for."""
        public, console = free_port(), free_port()
        self.public = f"http://127.0.0.1:{public}"
        self.console = f"http://127.0.0.1:{console}"
        listen = {"PUBLIC_LISTEN": f"127.0.0.1:{public}", "CONSOLE_LISTEN": f"127.0.0.1:{console}"}
        super().__init__("serve.py", environ={**listen, **(environ or {})}, folder=folder)

    @property
    def database_url(self) -> str:
        """Its database, for looking into it and for adding people."""
        return self.environ.get("DATABASE_URL") or f"sqlite:///{self.folder / 'data' / 'frontdoor.db'}"

    def opens(self, seconds: float = STARTS_WITHIN) -> float:
        """Wait until the public side answers; gives the seconds since the start."""
        _until(lambda: asked(f"{self.public}/health") is not None, seconds, "the public side", self)
        return time.monotonic() - self.began

    def bot_is(self, status: str, seconds: float = BOT_READY_WITHIN) -> None:
        """Wait until the bot says so of itself."""
        _until(lambda: _bot_status(self.public) == status, seconds, f"a bot that is {status}", self)

    @property
    def bot(self) -> psutil.Process:
        """The bot's process."""
        return next(one for one in self.family() if "bot.server" in one.cmdline())


class Web(Process):
    """`python -m webchat`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` names database, bus, key and bot; started, not waited for."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        super().__init__("-m", "webchat", environ={"PUBLIC_LISTEN": f"127.0.0.1:{port}", **environ})


class Staff(Process):
    """`python -m handoff`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` names database, bus and key; started, not waited for."""
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        super().__init__("-m", "handoff", environ={"CONSOLE_LISTEN": f"127.0.0.1:{port}", **environ})


class Parts:
    """The house in several processes over one database and one bus; what a scene started is stopped at its end."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        """`environ` names database, bus, key and bot."""
        self.environ = dict(environ)
        self.webs: list[Web] = []
        self.staffs: list[Staff] = []

    def start(self, webs: int = 0, staffs: int = 0) -> None:
        """So many more of each, at once; waits until they answer."""
        new_webs = [Web(self.environ) for _ in range(webs)]
        new_staffs = [Staff(self.environ) for _ in range(staffs)]
        self.webs += new_webs
        self.staffs += new_staffs
        for web in new_webs:
            web.prints("public side on")
        for staff in new_staffs:
            staff.prints("console on")

    def stop(self) -> None:
        """End them all."""
        for process in (*self.webs, *self.staffs):
            process.terminate()
        for process in (*self.webs, *self.staffs):
            process.stop()


class Crossing:
    """One address in front of several processes, as a balancer gives it: who comes is led to the one chosen now."""

    def __init__(self, *addresses: str) -> None:
        """`addresses` of the processes; the first is chosen."""
        self._ports = [int(address.rpartition(":")[2]) for address in addresses]
        self._chosen = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.address = ""

    async def opens(self) -> None:
        """Begin to lead."""
        self._server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def choose(self, place: int) -> None:
        """From now on to this one; what is open stays."""
        self._chosen = place

    async def shuts(self) -> None:
        """End all that is open."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._ports[self._chosen])
            try:
                await asyncio.gather(_carry(reader, back), _carry(there, writer))
            finally:
                back.close()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.close()
            self._tasks.discard(task)


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except OSError:
        pass
    finally:
        # one side has gone: the other learns it
        target.close()


async def hired(database_url: str, alias: str) -> str:
    """A new counsellor, who signs in with the alias in small letters; gives the one-time password."""
    database = Database(database_url)
    try:
        return await StaffAccounts(database).add(alias.lower(), alias)
    finally:
        await database.close()


def asked(url: str, seconds: float = 5.0) -> tuple[int, dict[str, Any]] | None:
    """Status and JSON of a GET; None while nobody answers."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=seconds)
    try:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def bot_missing() -> str | None:
    """Why no bot process can be started here; None when it can."""
    if not BOT_PYTHON.exists():
        return "the bot's environment is missing: make setup"
    if not list((ROOT / "models").glob("bot-*.tar.gz")):
        return "the bot's model is missing: make model"
    return None


def needs_bot() -> None:
    """Skip where the bot cannot run, fail where everything is required."""
    if missing := bot_missing():
        if REQUIRE_ALL:
            pytest.fail(missing)
        pytest.skip(missing)


_BOT: list[BotProcess] = []


def bot_for_all() -> Iterator[BotProcess]:
    """One bot process for all scenes that only talk to it; a session fixture of several folders yields from here."""
    needs_bot()
    if not _BOT:
        _BOT.append(BotProcess(ROOT / "models"))
    _BOT[0].wait_until("ready", BOT_READY_WITHIN)
    yield _BOT[0]
    while _BOT:
        _BOT.pop().stop()


def _bot_status(public: str) -> str | None:
    answer = asked(f"{public}/ready")
    return answer[1]["bot"]["state"] if answer else None


def _until[T](found: Callable[[], T | None], seconds: float, what: str, process: Process) -> T:
    ends = time.monotonic() + seconds
    while not (result := found()):
        if process.ended:
            raise AssertionError(f"ended with {process.ends()} before {what}:\n{process.out}\n{process.err}")
        if time.monotonic() > ends:
            raise AssertionError(f"{what} did not come within {seconds} s:\n{process.out}\n{process.err}")
        time.sleep(0.02)
    return result


def _read(file: Any) -> str:
    # the process writes at its own place in the file: ours must not be moved
    return os.pread(file.fileno(), 1_000_000, 0).decode("utf-8", "replace")
