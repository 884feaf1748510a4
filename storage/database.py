"""The engine behind DATABASE_URL: SQLite or PostgreSQL, readers beside one writer at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}

_BUSY_MS = 10_000


class StoreUnavailable(Exception):
    """The database did not take or give: nothing was changed."""


class Conflict(StoreUnavailable):
    """What was written does not fit what is there: another writer was first."""


def async_url(url: str) -> str:
    """The URL with the asynchronous driver of its engine; raises ValueError for an unknown one."""
    parsed = make_url(url)
    engine = parsed.drivername.split("+")[0]
    if engine not in _DRIVERS:
        raise ValueError(f"DATABASE_URL names {engine!r}; sqlite and postgresql are known")
    return parsed.set(drivername=_DRIVERS[engine]).render_as_string(hide_password=False)


class Database:
    """One engine per process. `write` takes the write lock at once, so no update is ever lost."""

    def __init__(self, url: str) -> None:
        """`url` as in the settings; nothing is opened yet."""
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self._writing = asyncio.Lock()
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": 10}
            options["pool_size"] = 5
        else:
            options["pool_size"] = 10
            options["max_overflow"] = 10
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; raises StoreUnavailable."""
        try:
            async with self.engine.connect() as connection:
                yield connection
        except (OperationalError, DBAPIError, OSError) as error:
            raise StoreUnavailable(_said(error)) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end; raises StoreUnavailable when it could not."""
        try:
            if self.is_sqlite:
                async with self._writing, self.engine.connect() as connection:
                    await connection.execution_options(writes=True)
                    async with connection.begin():
                        yield connection
            else:
                async with self.engine.begin() as connection:
                    yield connection
        except IntegrityError as error:
            raise Conflict(_said(error)) from error
        except (OperationalError, DBAPIError, OSError) as error:
            raise StoreUnavailable(_said(error)) from error

    async def checkpoint(self) -> None:
        """Bring SQLite's log into the file and empty it, so that nothing erased stays in it; never raises.

        Somebody who reads for long puts it off to the next time. PostgreSQL looks after its own log.
        """
        if not self.is_sqlite:
            return
        with contextlib.suppress(DBAPIError, OSError):
            async with self._writing, self.engine.connect() as connection:
                await connection.execution_options(bare=True)
                for pragma in ("busy_timeout=200", "wal_checkpoint(TRUNCATE)", f"busy_timeout={_BUSY_MS}"):
                    await connection.exec_driver_sql(f"PRAGMA {pragma}")

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _said(error: Exception) -> str:
    """What the engine said, without the statement's values."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={_BUSY_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # a plain BEGIN takes the write lock late and then fails or loses what another wrote
    options = connection.get_execution_options()
    if options.get("bare"):
        return
    writes = options.get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
