"""The whole house in one process for one machine: public side, console, bot and bus; Ctrl-C ends it all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from frontdoor.content import Content, ContentError
from frontdoor.settings import ROOT, Address, Settings, SettingsError
from handoff.wiring import open_console
from screening.lexicon import LexiconError
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database, StoreUnavailable
from storage.keys import KeyMissing
from storage.migrate import NotAtHead, open_key, upgrade
from storage.valkey import EmbeddedValkey
from webchat.app import build_app
from webchat.bot_client import BotClient
from webchat.bot_process import BotProcess
from webchat.messengers import messengers
from webchat.wiring import open_house

log = logging.getLogger("serve")

MODELS = ROOT / "models"
_STOP_SECONDS = 3.0


class CannotStart(Exception):
    """Why the house does not start, in one line."""


async def serve(settings: Settings) -> None:
    """Start everything, say where it is, and run until a signal comes. Raises CannotStart."""
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    async with contextlib.AsyncExitStack() as stack:
        public, console = (
            _bind("PUBLIC_LISTEN", settings.public_listen),
            _bind("CONSOLE_LISTEN", settings.console_listen),
        )
        content, screening = Content(ROOT / "content"), Screen()
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await upgrade(settings.database_url)
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        key = await open_key(database, settings.service_key_file, may_create=True)

        bus_url = settings.bus_url
        if bus_url is None:
            valkey = EmbeddedValkey()
            stack.push_async_callback(valkey.stop)
            await valkey.start()
            bus_url = valkey.url
        bus = RedisBus(bus_url)
        await bus.start()
        stack.push_async_callback(bus.close)

        bot_process = None
        listen = settings.bot_listen
        if listen is None:
            bot_process = BotProcess(settings.bot_python, ROOT, MODELS, os.environ)
            stack.push_async_callback(bot_process.stop)
            listen = bot_process.listen
        bot = BotClient(listen)
        stack.push_async_callback(bot.close)

        house = open_house(settings, content, database, key, bus, bot, screening)
        beside = messengers(house, key)
        if bot_process is not None:
            beside["bot"] = bot_process.run
        await _listen(stack, build_app(house, beside=beside), public)
        staff_app, password = await open_console(settings, house, database, key, bus)
        await _listen(stack, staff_app, console)
        _tell(settings, password)
        await stopping.wait()
        began = time.monotonic()
        log.info("stopping")
    log.info("stopped after %.1f s", time.monotonic() - began)


def _bind(name: str, address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
        bound.listen(1024)
    except OSError as error:
        bound.close()
        raise CannotStart(f"{name}: cannot listen on {address}: {error.strerror}") from error
    bound.setblocking(False)
    return bound


async def _listen(stack: contextlib.AsyncExitStack, app: web.Application, bound: socket.socket) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, bound).start()


def _tell(settings: Settings, password: str | None) -> None:
    """Addresses, and on the first start the one-time password, for the person at the terminal."""
    print(f"\n  demo page and chat   http://{settings.public_listen}/", flush=True)
    print(f"  console              http://{settings.console_listen}/", flush=True)
    if password is not None:
        print(f"\n  first administrator  admin\n  one-time password    {password}", flush=True)
    print("\n  Ctrl-C stops everything.\n", flush=True)


def start_logging(level: str) -> None:
    """Times, names and codes; libraries speak from warnings on, for their lines may hold addresses or tokens."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("aiohttp", "httpx", "httpcore", "telegram", "sqlalchemy", "aiosqlite", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def main() -> int:
    """Exit code 0 after a signal; 1 with one clear line when something is missing or wrong."""
    try:
        settings = Settings.from_env(os.environ)
        start_logging(settings.log_level)
        if settings.bot_listen is None and not settings.bot_python.exists():
            raise CannotStart(f"the bot's Python {_shown(settings.bot_python)} is not there: run `make setup`")
        asyncio.run(serve(settings))
    except (SettingsError, ContentError, LexiconError, KeyMissing, NotAtHead, CannotStart) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    except (StoreUnavailable, SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        print(f"cannot start: {type(error).__name__}: {reason}", file=sys.stderr)
        return 1
    return 0


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)


if __name__ == "__main__":
    sys.exit(main())
