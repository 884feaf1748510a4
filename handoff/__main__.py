"""`python -m handoff`: the staff service alone, or a command that adds a person or resets a password."""

from __future__ import annotations

import contextlib
import sys

from frontdoor.content import Content
from frontdoor.process import CannotStart, bind, listen, run, stop_signal
from frontdoor.settings import ROOT, Settings
from handoff.commands import parse, run_command
from handoff.wiring import OwnStatus, open_console
from storage.bus import RedisBus
from storage.database import Database
from storage.migrate import REFUSALS, open_key, require_head
from storage.staff import StaffAccounts


async def main(settings: Settings) -> int:
    """Do the command, or serve until a signal comes."""
    arguments = parse(sys.argv[1:])
    async with contextlib.AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        await require_head(database)
        if arguments.command:
            return await run_command(StaffAccounts(database), arguments)
        if settings.bus_url is None:
            raise CannotStart("python -m handoff needs BUS_URL; serve.py starts its own bus")
        stopping = stop_signal()
        bound = bind("CONSOLE_LISTEN", settings.console_listen)
        stack.callback(bound.close)
        content = Content(ROOT / "content")
        key = await open_key(database, settings.service_key_file, may_create=False)
        bus = RedisBus(settings.bus_url)
        await bus.start()
        stack.push_async_callback(bus.close)
        app, accounts = open_console(settings, content, database, key, bus, OwnStatus(content, bus))
        password = await accounts.ensure_admin()
        await listen(stack, app, bound)
        print(f"console on http://{settings.console_listen}/", flush=True)
        if password is not None:
            print(f"first administrator admin, one-time password {password}", flush=True)
        await stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(run(main, REFUSALS))
