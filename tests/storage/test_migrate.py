"""Migrations: they make the tables as the program knows them, after a copy, and never go unnoticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, select, text

from storage.database import Database, StoreUnavailable
from storage.migrate import MIGRATIONS, NotAtHead, differences, head, is_empty, require_head, upgrade
from storage.tables import conversations
from tests.storage.process import Process

_NEXT = '''
"""Something of the next year."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{after}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("leases", sa.Column("of_next_year", sa.Integer()))
    {then}


def downgrade() -> None:
    op.drop_column("leases", "of_next_year")
'''


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """The migrations with one more, as a later version of the program has them."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9001_next.py").write_text(_NEXT.format(after=head(), then=""))
    return folder


def _columns(connection: Connection) -> set[str]:
    return {str(column["name"]) for column in inspect(connection).get_columns("leases")}


class TestTheTables:
    """What the migrations make is what the program expects."""

    async def test_migrations_and_tables_agree(self, empty_url: str) -> None:
        database = await _migrated(empty_url)
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []
            assert not await connection.run_sync(is_empty)
        await require_head(database)
        await database.close()

    async def test_a_difference_would_be_seen(self, empty_url: str) -> None:
        database = await _migrated(empty_url)
        async with database.write() as connection:
            await connection.execute(text("ALTER TABLE leases ADD COLUMN unknown INTEGER"))
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) != []
        await database.close()

    async def test_again_changes_nothing_and_copies_nothing(self, empty_url: str, tmp_path: Path) -> None:
        database = await _migrated(empty_url)
        await Process(database).keeps("c", "pershendetje")
        await database.close()
        before = sorted(tmp_path.iterdir())
        await upgrade(empty_url)
        assert {file.suffix for file in tmp_path.iterdir()} <= {file.suffix for file in before} | {".db-wal"}
        async with Process.running(empty_url) as process:
            assert len(await process.said("c")) == 1


class TestALaterVersion:
    """The next version's migration."""

    async def test_what_is_kept_stays(self, empty_url: str, next_year: Path) -> None:
        async with Process.running((await _migrated(empty_url, close=True)).url) as process:
            await process.keeps("c", "pershendetje")
        await upgrade(empty_url, next_year)
        async with Process.running(empty_url) as process:
            assert await process.said("c") == [(1, "visitor", "pershendetje")]
            async with process.database.engine.connect() as connection:
                assert "of_next_year" in await connection.run_sync(_columns)

    async def test_a_sqlite_file_is_copied_first(self, migrated_file: Path, tmp_path: Path, next_year: Path) -> None:
        file = tmp_path / "data" / "frontdoor.db"
        file.parent.mkdir()
        shutil.copy(migrated_file, file)
        url = f"sqlite:///{file}"
        async with Process.running(url) as process:
            await process.keeps("c", "pershendetje")
        await upgrade(url, next_year)
        (copy,) = [path for path in file.parent.glob(f"frontdoor.db.{head()}.*") if "-" not in path.name]
        async with Process.running(f"sqlite:///{copy}") as old:
            await require_head(old.database)
            assert await old.said("c") == [(1, "visitor", "pershendetje")]
            async with old.database.engine.connect() as connection:
                assert "of_next_year" not in await connection.run_sync(_columns)

    async def test_one_that_fails_leaves_all_as_it_was(self, empty_url: str, next_year: Path) -> None:
        await _migrated(empty_url, close=True)
        script = next_year / "versions" / "9001_next.py"
        script.write_text(_NEXT.format(after=head(), then='op.execute("INSERT INTO nowhere VALUES (1)")'))
        with pytest.raises(StoreUnavailable, match="cannot be used"):
            await upgrade(empty_url, next_year)
        database = Database(empty_url)
        await require_head(database)
        async with database.engine.connect() as connection:
            assert "of_next_year" not in await connection.run_sync(_columns)
        await database.close()

    async def test_what_a_newer_program_has_migrated_is_refused(
        self, empty_url: str, next_year: Path, tmp_path: Path
    ) -> None:
        await upgrade(empty_url, next_year)
        before = sorted(tmp_path.iterdir())
        with pytest.raises(NotAtHead, match=r"9001.*newer"):
            await upgrade(empty_url)
        database = Database(empty_url)
        with pytest.raises(NotAtHead, match="9001"):
            await require_head(database)
        await database.close()
        assert [path.name for path in sorted(tmp_path.iterdir())] == [path.name for path in before]


class TestNotAtHead:
    """Only serve.py migrates by itself; the others refuse and name the command."""

    async def test_an_empty_database_is_refused_with_the_command(self, empty_url: str) -> None:
        if empty_url.startswith("sqlite"):
            Path(empty_url.removeprefix("sqlite:///")).touch()
        database = Database(empty_url)
        with pytest.raises(NotAtHead) as told:
            await require_head(database)
        await database.close()
        assert "python -m storage upgrade" in str(told.value)
        assert head() in str(told.value)
        assert "revision none" in str(told.value)
        assert "\n" not in str(told.value)

    async def test_a_folder_that_is_not_there_is_one_clear_line(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable) as told:
            await upgrade(f"sqlite:///{tmp_path / 'nowhere' / 'frontdoor.db'}")
        assert "\n" not in str(told.value)
        assert "frontdoor.db" in str(told.value)


async def _migrated(url: str, *, close: bool = False) -> Database:
    await upgrade(url)
    database = Database(url)
    async with database.read() as connection:
        assert (await connection.execute(select(conversations))).all() == []
    if close:
        await database.close()
    return database
