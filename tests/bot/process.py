"""A real bot process on a Unix socket of its own, for tests and measurements; it is ended by its pid."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import io
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
SECONDS_TO_LOAD = 90.0


@dataclass(frozen=True)
class Answered:
    """An answer's status and JSON body."""

    status: int
    body: dict[str, Any]

    @property
    def said(self) -> list[dict[str, Any]]:
        """What the replies name; fails the test when there are none."""
        assert self.status == 200, self.body
        return [reply["custom"] for reply in self.body["replies"]]


class BotProcess:
    """Started at once; its standard input is held open until `stop` or `close_stdin`."""

    def __init__(self, model: Path | None, *, listen: str | None = None) -> None:
        """`model` None starts it without one; `listen` is a Unix socket of its own when not given."""
        self.folder = Path(tempfile.mkdtemp(prefix="bot-"))
        self.socket = self.folder / "s"
        self._log = (self.folder / "log").open("w+")
        where = ["--listen", listen or f"unix:{self.socket}", "--parent-stdin"]
        chosen = ["--model", str(model)] if model else []
        self.process = subprocess.Popen(
            [str(BOT_PYTHON), "-m", "bot.server", *where, *chosen],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def log(self) -> str:
        """All that it has printed."""
        return (self.folder / "log").read_text()

    def health(self) -> dict[str, Any] | None:
        """What it says of itself; None while it does not listen."""
        connection = _OverUnix(self.socket)
        try:
            connection.request("GET", "/health")
            return dict(json.loads(connection.getresponse().read()))
        except OSError:
            return None
        finally:
            connection.close()

    def wait_until(self, status: str, seconds: float = SECONDS_TO_LOAD) -> float:
        """Wait for this health; gives the seconds it took, fails the test after too many."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            said = self.health()
            if said and said["status"] == status:
                return time.monotonic() - began
            assert self.process.poll() is None, self.log
            time.sleep(0.02)
        raise AssertionError(f"not {status} after {seconds} s: {self.health()} {self.log}")

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[BotProcess]:
        """Connections to it, for the running event loop."""
        connector = aiohttp.UnixConnector(str(self.socket), limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            self._session = session
            yield self
            self._session = None
        # The transports close at the event loop's next round.
        await asyncio.sleep(0.05)

    async def post(self, path: str, body: Any) -> Answered:
        """Ask it; `body` is sent as JSON, bytes as they are."""
        assert self._session is not None
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self._session.post(f"http://bot{path}", data=data) as response:
            return Answered(response.status, await response.json())

    async def turn(self, text: str, events: Sequence[dict[str, Any]] = ()) -> Answered:
        """What a visitor on the web says."""
        return await self.post("/turn", _turn(events, text=text))

    async def press(self, intent: str, events: Sequence[dict[str, Any]] = (), **entities: str) -> Answered:
        """A button that the visitor taps."""
        return await self.post("/turn", _turn(events, intent=intent, entities=entities))

    def close_stdin(self) -> None:
        """What happens when its parent dies."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def stop(self) -> None:
        """End it and remove its folder."""
        self.close_stdin()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        shutil.rmtree(self.folder)


def _turn(events: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"conversation": "a-conversation", "channel": "web", "events": list(events), **more}


class _OverUnix(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("bot", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(5)
        self.sock.connect(str(self._path))
