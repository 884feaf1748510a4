"""The engine behind DATABASE_URL: SQLite or PostgreSQL, readers beside one writer at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import asyncpg
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

log = logging.getLogger(__name__)

_BUSY_MS = 2_000
"""How long a writer waits for another process to let go of the file: a visitor must hear of it within 5 seconds."""

_CONNECT_SECONDS = 2.0
_STATEMENT_SECONDS = 2.5
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
AWAY = (DBAPIError, NoConnectionFree, OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
"""How the engines say that they are away; also in the drivers' own errors, which nobody wraps while connecting."""


class StoreUnavailable(Exception):
    """The database did not take or give: nothing was changed."""


class Conflict(StoreUnavailable):
    """What was written does not fit what is there: another writer was first."""


def async_url(url: str) -> str:
    """The URL with the asynchronous driver of its engine; raises ValueError for an unknown one.

    Raises StoreUnavailable for what is no address at all, without repeating it: it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailable("DATABASE_URL is not the address of a database") from error
    engine = parsed.drivername.split("+")[0]
    if engine not in _DRIVERS:
        raise ValueError(f"DATABASE_URL names {engine!r}; sqlite and postgresql are known")
    return parsed.set(drivername=_DRIVERS[engine]).render_as_string(hide_password=False)


class Database:
    """One engine per process. `write` takes the write lock at once, so no update is ever lost."""

    def __init__(self, url: str) -> None:
        """`url` as in the settings; nothing is opened yet, and no file is ever made here."""
        self.url = async_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.failed = False
        """A write has failed, and nobody has tried since whether it works again."""
        self._writing = asyncio.Lock()
        self._file = _File(make_url(self.url)) if self.is_sqlite else None
        self._thread: ThreadPoolExecutor | None = None
        self._own: Engine | None = None
        # no overflow: what it opens is closed again after each use, and opening costs more than waiting
        if self._file is not None:
            self.engine: AsyncEngine = create_async_engine(
                self._file.url,
                connect_args={"timeout": _BUSY_MS / 1000},
                pool_size=6,
                max_overflow=0,
                pool_timeout=_CONNECT_SECONDS,
            )
            self._thread = ThreadPoolExecutor(1, "sqlite")
            self._own = create_engine(
                self._file.url.set(drivername="sqlite"), connect_args={"timeout": _BUSY_MS / 1000}, poolclass=StaticPool
            )
            event.listen(self._own, "connect", _prepare_sqlite)
            event.listen(self._own, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine.pool, "invalidate", _let_go)
        else:
            self.engine = create_async_engine(
                self.url,
                connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": _STATEMENT_SECONDS},
                pool_pre_ping=True,
                pool_size=16,
                max_overflow=0,
                pool_timeout=_CONNECT_SECONDS,
            )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; raises StoreUnavailable."""
        try:
            await self._found()
            async with self.engine.connect() as connection, _given_up(connection):
                yield connection
        except AWAY as error:
            raise StoreUnavailable(f"the database {shown(self.url)}: {said(error)}") from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end; raises StoreUnavailable when it could not."""
        try:
            if self._file is not None:
                async with self._writing:
                    before = await self._found()
                    async with self.engine.connect() as connection:
                        await connection.execution_options(writes=True)
                        async with connection.begin():
                            yield connection
                    if self._file.identity() != before:
                        raise StoreUnavailable("the database file was replaced while it was written to")
            else:
                async with (
                    self.engine.connect() as connection,
                    _given_up(connection),
                    connection.begin(),
                    _given_up(connection),
                ):
                    yield connection
        except IntegrityError as error:
            raise Conflict(said(error)) from error
        except StoreUnavailable:
            self.failed = True
            raise
        except AWAY as error:
            self.failed = True
            raise StoreUnavailable(f"the database {shown(self.url)}: {said(error)}") from error

    async def at_once[R](self, work: Callable[[Connection], R]) -> R:
        """A transaction whose statements need nothing from outside, done in one go; raises StoreUnavailable.

        On SQLite a thread of its own does it: a change of threads for each statement would cost more than they do.
        """
        try:
            if self._file is None or self._thread is None:
                async with (
                    self.engine.connect() as connection,
                    _given_up(connection),
                    connection.begin(),
                    _given_up(connection),
                ):
                    return await connection.run_sync(work)
            async with self._writing:
                before = await self._found()
                result = await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)
                if self._file.identity() != before:
                    raise StoreUnavailable("the database file was replaced while it was written to")
                return result
        except IntegrityError as error:
            raise Conflict(said(error)) from error
        except StoreUnavailable:
            self.failed = True
            raise
        except AWAY as error:
            self.failed = True
            raise StoreUnavailable(f"the database {shown(self.url)}: {said(error)}") from error

    def _work[R](self, work: Callable[[Connection], R]) -> R:
        """In the thread: the connection is its own and stays open."""
        if self._own is None:
            raise StoreUnavailable("the database is closed")
        with self._own.connect().execution_options(writes=True) as connection, connection.begin():
            return work(connection)

    async def checkpoint(self) -> None:
        """Bring SQLite's log into the file and empty it, so that nothing erased stays in it; never raises.

        Somebody who reads for long puts it off to the next time. PostgreSQL looks after its own log.
        """
        if not self.is_sqlite:
            return
        with contextlib.suppress(*AWAY):
            async with self._writing, self.engine.connect() as connection:
                await connection.execution_options(bare=True)
                for pragma in ("busy_timeout=200", "wal_checkpoint(TRUNCATE)", f"busy_timeout={_BUSY_MS}"):
                    await connection.exec_driver_sql(f"PRAGMA {pragma}")

    async def _found(self) -> tuple[int, int] | None:
        """Which file the name leads to; connections to one that stood there before are given up."""
        if self._file is None:
            return None
        now = self._file.identity()
        if self._file.known is not None and self._file.known != now:
            log.error("another database file stands in the place of the one that was open; it is used from now on")
            await self._give_up()
        self._file.known = now
        return now

    async def close(self) -> None:
        """Close all connections."""
        await self._give_up()
        if self._thread is not None:
            self._thread.shutdown()

    async def _give_up(self) -> None:
        await self.engine.dispose()
        if self._thread is not None and self._own is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._own.dispose)


@asynccontextmanager
async def _given_up(connection: AsyncConnection) -> AsyncIterator[None]:
    """A connection on which nothing came is thrown away: being polite to it, as with a rollback, would wait again."""
    try:
        yield
    except (TimeoutError, asyncio.CancelledError):
        await connection.invalidate()
        raise


class _File:
    """A SQLite file under its name: what is written into a file that has lost its name is lost with it."""

    def __init__(self, url: URL) -> None:
        """`url` with the driver's name."""
        self._path = os.path.abspath(url.database or "")
        # without this a missing file would be made anew, empty, and nobody would notice
        self.url = url.set(database=f"file:{quote(self._path)}", query={**url.query, "mode": "rw", "uri": "true"})
        self.known: tuple[int, int] | None = None

    def identity(self) -> tuple[int, int]:
        """Which file it is now. Raises StoreUnavailable when there is none."""
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise StoreUnavailable(f"the database file {self._path}: {error.strerror}") from error
        return found.st_dev, found.st_ino


def shown(url: str) -> str:
    """The URL as it may be printed: without password, without the driver's name."""
    parsed = make_url(url)
    return parsed.set(drivername=parsed.drivername.split("+")[0]).render_as_string(hide_password=True)


def said(error: Exception) -> str:
    """What the engine said, without the statement's values."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return lines[0] if lines else type(error).__name__


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


def _let_go(connection: Any, record: Any, error: BaseException | None) -> None:
    # cancelled in the middle, a connection is closed without a rollback and keeps the write lock
    connection.rollback()


def _begin_sqlite(connection: Any) -> None:
    # a plain BEGIN takes the write lock late and then fails or loses what another wrote
    options = connection.get_execution_options()
    if options.get("bare"):
        return
    writes = options.get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
