"""The bot process: `python -m bot.server --listen unix:/run/bot.sock --model models`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from bot.door import build_app
from bot.engine import Engine, load_dialogue
from bot.quiet import prepare

SECONDS_TO_FINISH = 2.0
"""What is under way when the process is told to end has so long."""

_log = logging.getLogger("bot")


class Address(NamedTuple):
    """Where to listen: a Unix socket's path, or a loopback host with its port."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(written: str) -> Address:
    """Read `unix:PATH` or `HOST:PORT`; anything that others could reach is refused with ValueError."""
    if written.startswith("unix:"):
        path = Path(written.removeprefix("unix:"))
        if not path.is_absolute():
            raise ValueError("unix: needs an absolute path")
        if len(os.fsencode(path)) > 107:
            raise ValueError("the socket's path is longer than 107 bytes")
        return Address(path=path)
    host, _, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) > 65_535:
        raise ValueError("expected unix:PATH or HOST:PORT")
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} is not a loopback address; the bot is for this machine alone")
    return Address(host="127.0.0.1" if host == "localhost" else host, port=int(port))


def model_file(place: Path | None) -> Path | None:
    """The model at this path, or the one in this folder; None when there is none."""
    if place is None or not place.exists():
        return None
    if place.is_file():
        return place
    models = sorted(place.glob("bot-*.tar.gz"), key=lambda model: model.stat().st_mtime)
    return models[-1] if models else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end. Exit code 0, 1 when it can't listen, 2 when asked for nonsense."""
    parser = argparse.ArgumentParser(prog="python -m bot.server", description=__doc__)
    parser.add_argument("--listen", type=_argument, required=True, help="unix:PATH or 127.0.0.1:PORT")
    parser.add_argument("--model", type=Path, help="the model, or the folder that holds it")
    parser.add_argument("--parent-stdin", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    prepare()
    model = model_file(options.model)
    try:
        listener = _listener(options.listen)
    except OSError as error:
        print(f"bot: can't listen on {options.listen}: {error.strerror}", file=sys.stderr)
        return 1
    asyncio.run(_serve(listener, options.listen, model, parent_stdin=options.parent_stdin))
    return 0


def _argument(written: str) -> Address:
    try:
        return address(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _listener(where: Address) -> socket.socket:
    if where.path is None:
        family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((where.host, where.port))
        return listener
    _remove_left_over(where.path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(where.path))
    finally:
        os.umask(before)
    return listener


def _remove_left_over(path: Path) -> None:
    """A socket file that nobody listens on any more is in the way; one that is in use stays, and bind fails."""
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


async def _serve(listener: socket.socket, where: Address, model: Path | None, *, parent_stdin: bool) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    engine = Engine(load_dialogue, model)
    # A caller who has given up is not worked for: its place in the waiting line is given free.
    runner = web.AppRunner(
        build_app(engine), access_log=None, handler_cancellation=True, shutdown_timeout=SECONDS_TO_FINISH
    )
    await runner.setup()
    await web.SockSite(runner, listener, backlog=1024).start()
    orphaned = asyncio.Event()
    if parent_stdin:
        _watch_stdin(loop, orphaned, ended)
    if where.path is None:
        where = where._replace(port=listener.getsockname()[1])
    _log.info("listening on %s, %s", where, f"loading {model.name}" if model else "without a model")
    loading = asyncio.ensure_future(_load(engine))
    await ended.wait()
    loading.cancel()
    await runner.cleanup()
    if where.path:
        with contextlib.suppress(FileNotFoundError):
            where.path.unlink()
        if orphaned.is_set():
            # The folder was made for this socket, and who made it may have been killed.
            with contextlib.suppress(OSError):
                where.path.parent.rmdir()
    # Rasa's import or a turn may still run in the engine's thread, for which Python would wait at its exit.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


async def _load(engine: Engine) -> None:
    await engine.start()
    if engine.status == "ready":
        _log.info("ready, model %s", engine.model)


def _watch_stdin(loop: asyncio.AbstractEventLoop, *closed: asyncio.Event) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        for event in closed:
            loop.call_soon_threadsafe(event.set)

    threading.Thread(target=wait, name="parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
