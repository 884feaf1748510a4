"""The whole house in one process for one machine: public side, console, bot and bus; Ctrl-C ends it all."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from pathlib import Path

from frontdoor.content import Content
from frontdoor.process import CannotStart, bind, listen, run, stop_signal, unless_stopped
from frontdoor.settings import ROOT, Settings
from handoff.house import HouseStatus
from handoff.wiring import drafts, open_console
from screening.entries import LexiconError
from screening.opening import open_screen
from storage.bus import RedisBus
from storage.database import Database
from storage.migrate import REFUSALS, open_key, upgrade
from storage.valkey import EmbeddedValkey
from webchat.app import build_app, readiness
from webchat.bot_client import BotClient
from webchat.bot_process import BotProcess
from webchat.house import House
from webchat.messengers import messengers
from webchat.wiring import open_house

log = logging.getLogger("serve")


async def serve(settings: Settings) -> int:
    """Start everything, say where it is, and run until a signal comes."""
    stopping = stop_signal()
    async with contextlib.AsyncExitStack() as stack:
        public = bind("PUBLIC_LISTEN", settings.public_listen)
        stack.callback(public.close)
        console = bind("CONSOLE_LISTEN", settings.console_listen)
        stack.callback(console.close)
        bot_process = _bot_process(settings)
        if bot_process is not None:
            stack.push_async_callback(bot_process.stop)
        content = Content(ROOT / "content")
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        await upgrade(settings.database_url)
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        key = await open_key(database, settings.service_key_file, may_create=True)
        screening = await unless_stopped(stopping, open_screen())
        if screening is None:
            return 0
        bus = await _bus(stack, settings)
        bot = BotClient(settings.bot_listen or (bot_process.listen if bot_process else ""))
        stack.push_async_callback(bot.close)

        house = open_house(settings, content, database, key, bus, bot, screening)
        beside = messengers(house, key)
        if bot_process is not None:
            beside["bot"] = bot_process.run
        await listen(stack, build_app(house, beside=beside), public)
        staff_app, accounts = open_console(settings, content, database, key, bus, _Status(house))
        password = await accounts.ensure_admin()
        await listen(stack, staff_app, console)
        _tell(settings, password)
        await stopping.wait()
        began = time.monotonic()
        log.info("stopping")
    log.info("stopped after %.1f s", time.monotonic() - began)
    return 0


class _Status:
    """What the console shows of the public side, which runs in the same process."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self) -> HouseStatus:
        state, _ = await readiness(self._house)
        return HouseStatus(
            bus=state["bus"]["state"] == "ok",
            bot=state["bot"]["state"] == "ready",
            screening=self._house.reception.screening,
            draft_scripts=drafts(self._house.content),
        )


def _bot_process(settings: Settings) -> BotProcess | None:
    """The bot as our child, unless the settings say where one runs already."""
    if settings.bot_listen is not None:
        return None
    if not settings.bot_python.exists():
        raise CannotStart(f"the bot's Python {_shown(settings.bot_python)} is not there: run `make setup`")
    return BotProcess(settings.bot_python, ROOT, settings.models_dir, os.environ)


async def _bus(stack: contextlib.AsyncExitStack, settings: Settings) -> RedisBus:
    """The bus that the settings name, or an embedded one."""
    url = settings.bus_url
    if url is None:
        valkey = EmbeddedValkey()
        stack.push_async_callback(valkey.stop)
        await valkey.start()
        url = valkey.url
    bus = RedisBus(url)
    await bus.start()
    stack.push_async_callback(bus.close)
    return bus


def _tell(settings: Settings, password: str | None) -> None:
    """Addresses, and on the first start the one-time password, for the person at the terminal."""
    lines = [
        "",
        f"  demo page and chat   http://{settings.public_listen}/",
        f"  console              http://{settings.console_listen}/",
    ]
    if password is not None:
        lines += ["", "  first administrator  admin", f"  one-time password    {password}"]
    print("\n".join([*lines, "", "  Ctrl-C stops everything.", ""]), flush=True)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


if __name__ == "__main__":
    sys.exit(run(serve, (LexiconError, *REFUSALS)))
