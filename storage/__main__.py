"""`python -m storage upgrade` brings the database of DATABASE_URL to head."""

from __future__ import annotations

import asyncio
import os
import sys

from frontdoor.settings import Settings, SettingsError
from storage.database import StoreUnavailable
from storage.migrate import head, upgrade


def main(arguments: list[str]) -> int:
    """Exit code 0 when the database is at head afterwards, 1 when it cannot be, 2 for other words than `upgrade`."""
    if arguments != ["upgrade"]:
        print("usage: python -m storage upgrade", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(upgrade(settings.database_url))
    except StoreUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the database is at {head()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
