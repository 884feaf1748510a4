"""How a process of the house starts, listens, logs and ends: one clear line when it cannot start."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from aiohttp import web

from frontdoor.content import ContentError
from frontdoor.settings import Address, Settings, SettingsError

STOP_SECONDS = 2.0
_LOUD = ("aiohttp", "aiosqlite", "alembic", "asyncio", "httpcore", "httpx", "sqlalchemy", "telegram")


class CannotStart(Exception):
    """Why a process does not start, in one line."""


def bind(name: str, address: Address) -> socket.socket:
    """A listening socket; `name` is the setting to blame. Raises CannotStart."""
    bound = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        raise CannotStart(f"{name}: cannot listen on {address}: {error.strerror}") from error
    bound.setblocking(False)
    return bound


async def listen(stack: contextlib.AsyncExitStack, app: web.Application, bound: socket.socket) -> None:
    """Serve an application on a socket until the stack unwinds."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, bound, backlog=1024).start()


def stop_signal() -> asyncio.Event:
    """Set once by Ctrl-C or a request to terminate."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    return stopping


async def unless_stopped[Made](stopping: asyncio.Event, work: Coroutine[Any, Any, Made]) -> Made | None:
    """What the work gives; None when the process is to stop first, and then the work is cancelled."""
    working, stop = asyncio.ensure_future(work), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait((working, stop), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stop):
            task.cancel()
        await asyncio.gather(working, stop, return_exceptions=True)


def start_logging(level: str) -> None:
    """Times, names and codes; libraries speak from warnings on, for their lines may hold addresses or tokens."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def run(start: Callable[[Settings], Awaitable[int]], refusals: tuple[type[Exception], ...]) -> int:
    """Run until it ends; the exit code. `refusals` and the house's own errors become one line and exit code 1."""

    async def started(settings: Settings) -> int:
        return await start(settings)

    try:
        settings = Settings.from_env(os.environ)
        start_logging(settings.log_level)
        return asyncio.run(started(settings))
    except (SettingsError, ContentError, CannotStart) as error:
        print(f"cannot start: {error}", file=sys.stderr)
    except refusals as error:
        lines = str(getattr(error, "orig", None) or error).splitlines()
        print(f"cannot start: {lines[0] if lines else type(error).__name__}", file=sys.stderr)
    except OSError as error:
        print(f"cannot start: {error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1
