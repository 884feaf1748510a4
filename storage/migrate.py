"""Bringing the database to head: only serve.py does it unasked, everybody else refuses what is not head."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.database import AWAY, Database, StoreUnavailable, async_url, said, shown
from storage.keys import KeyMissing, ServiceKey
from storage.tables import conversations, metadata

MIGRATIONS = Path(__file__).parent / "migrations"


class NotAtHead(Exception):
    """The database's revision is not the program's; says both, and the command that mends it."""


REFUSALS: tuple[type[Exception], ...] = (NotAtHead, KeyMissing, StoreUnavailable, SQLAlchemyError)
"""What keeps a process from starting: told in one line."""


def _config(migrations: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    return config


def head(migrations: Path = MIGRATIONS) -> str:
    """The revision that this program needs."""
    revision = ScriptDirectory.from_config(_config(migrations)).get_current_head()
    if revision is None:
        raise NotAtHead("there are no migrations")
    return revision


def _known(migrations: Path) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config(migrations)).walk_revisions()}


async def revision(connection: AsyncConnection) -> str | None:
    """The database's revision; None when it is empty."""
    return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())


async def upgrade(url: str, migrations: Path = MIGRATIONS) -> None:
    """Bring the database to head; a SQLite file that holds something is copied first.

    Raises StoreUnavailable, which names the database and says what is wrong with it, and NotAtHead for a
    revision that this program does not know.
    """
    try:
        await _upgrade(url, migrations)
    except (SQLAlchemyError, *AWAY) as error:
        # the driver's thread still tells the loop that it ends, and would complain about a loop that is closed
        await asyncio.sleep(0.05)
        raise StoreUnavailable(f"the database {shown(url)} cannot be used: {said(error)}") from error


async def _upgrade(url: str, migrations: Path) -> None:
    engine = create_async_engine(async_url(url))
    if engine.dialect.name == "sqlite":
        # the driver begins no transaction before a change of tables: one that fails would stay half done
        event.listen(engine.sync_engine, "connect", _by_hand)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        async with engine.connect() as connection:
            current = await revision(connection)
        if current == head(migrations):
            return
        if current is not None:
            if current not in _known(migrations):
                raise NotAtHead(
                    f"the database is at revision {current}, which this program does not know: "
                    "a newer one has been at work here, start that one"
                )
            _copy(url, current)

        def migrate(connection: Connection) -> None:
            command.upgrade(_config(migrations, connection), "head")

        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def _by_hand(connection: Any, record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _copy(url: str, current: str) -> None:
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return
    file = Path(parsed.database)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for part in ("", "-wal"):
        source = file.with_name(file.name + part)
        if source.exists():
            shutil.copy2(source, file.with_name(f"{file.name}.{current}.{stamp}{part}"))


async def require_head(database: Database) -> None:
    """Raises NotAtHead with one clear line when the database is at another revision."""
    async with database.read() as connection:
        current, wanted = await revision(connection), head()
    if current != wanted:
        raise NotAtHead(
            f"the database is at revision {current or 'none'}, this program needs {wanted}: "
            "run `python -m storage upgrade` (or start serve.py, which does it)"
        )


async def open_key(database: Database, path: Path, *, may_create: bool) -> ServiceKey:
    """The service's key, made only for an empty database; raises KeyMissing when it does not fit what is kept.

    A lost key is never replaced: everything wrapped by it would be lost without anybody noticing.
    """
    async with database.read() as connection:
        known = set((await connection.execute(select(conversations.c.key_id).distinct().limit(20))).scalars())
    if not await asyncio.to_thread(path.exists):
        if known or not may_create:
            raise KeyMissing(
                f"the service key {path} is not there, and the database holds conversations wrapped by it: "
                "put the key back (a new one cannot open them)"
                if known
                else f"the service key {path} is not there: set SERVICE_KEY_FILE, or start serve.py once"
            )
        return ServiceKey.create(path)
    key = ServiceKey.read(path)
    if known - {key.id}:
        raise KeyMissing(
            f"the service key {path} is not the one that wrapped what the database holds: put the right key back"
        )
    return key


def differences(connection: Connection) -> list[Any]:
    """How the migrated database differs from tables.py; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    return list(compare_metadata(context, metadata))


def is_empty(connection: Connection) -> bool:
    """True before the first migration."""
    return not inspect(connection).get_table_names()
