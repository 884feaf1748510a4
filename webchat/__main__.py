"""`python -m webchat`: the public service alone, where it runs on many machines; the bot and the bus run elsewhere."""

from __future__ import annotations

import contextlib
import sys

from frontdoor.content import Content
from frontdoor.process import CannotStart, bind, listen, run, stop_signal, unless_stopped
from frontdoor.settings import ROOT, Settings
from screening.entries import LexiconError
from screening.opening import open_screen
from storage.bus import RedisBus
from storage.database import Database
from storage.migrate import REFUSALS, open_key, require_head
from webchat.app import build_app
from webchat.bot_client import BotClient
from webchat.messengers import messengers
from webchat.wiring import open_house


async def serve(settings: Settings) -> int:
    """Serve until a signal comes. Raises CannotStart when a setting is missing that only serve.py can do without."""
    if settings.bus_url is None or settings.bot_listen is None:
        raise CannotStart("python -m webchat needs BUS_URL and BOT_LISTEN; serve.py starts its own bus and bot")
    stopping = stop_signal()
    async with contextlib.AsyncExitStack() as stack:
        bound = bind("PUBLIC_LISTEN", settings.public_listen)
        stack.callback(bound.close)
        content = Content(ROOT / "content")
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await require_head(database)
        key = await open_key(database, settings.service_key_file, may_create=False)
        screening = await unless_stopped(stopping, open_screen())
        if screening is None:
            return 0
        bus = RedisBus(settings.bus_url)
        await bus.start()
        stack.push_async_callback(bus.close)
        bot = BotClient(settings.bot_listen)
        stack.push_async_callback(bot.close)
        house = open_house(settings, content, database, key, bus, bot, screening)
        await listen(stack, build_app(house, beside=messengers(house, key)), bound)
        print(f"public side on http://{settings.public_listen}/", flush=True)
        await stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(run(serve, (LexiconError, *REFUSALS)))
