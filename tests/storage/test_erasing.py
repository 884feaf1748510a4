"""Erasing: what goes at once and for good, what stays before the team for a time, and that nothing leads back to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from storage.database import Database
from storage.deadlines import Deadlines
from storage.erasing import Eraser
from storage.tables import audit, carried, conversations, deadlines, messages, metadata, outbox
from tests.storage.letters import Letters
from tests.storage.process import Process, waits

DAYS = 30
DAY_MS = 24 * 3_600 * 1000


@pytest.fixture
def process(database: Database) -> Process:
    """A web process."""
    return Process(database)


@pytest.fixture
def eraser(process: Process) -> Eraser:
    """Forgets, and keeps emergencies for thirty days."""
    return Eraser(process.database, process.key, DAYS)


async def _rows(database: Database) -> dict[str, int]:
    """How many rows each table holds, without the empty ones."""
    async with database.read() as connection:
        counted = {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }
    return {name: number for name, number in counted.items() if number}


async def _in_the_files(folder: Path, *wanted: bytes) -> list[str]:
    """The database's files that hold one of these byte strings."""
    return [file.name for file in folder.glob("frontdoor.db*") if any(one in file.read_bytes() for one in wanted)]


class TestAtOnce:
    """Levels 0–2: key, rows and bytes are destroyed."""

    async def test_no_row_of_it_is_left_in_any_table(self, database: Database) -> None:
        letters = Letters(database)
        await letters.hears("ana", "një", "dy", asks_bot=True)
        await letters.bot_says("ana", "tre")
        (delivery,) = await letters.outbox.claim("worker", 1)
        await letters.outbox.sent(delivery, "100")
        kept = await Process(database).keeps("beni", "pershendetje")
        async with database.write() as connection:
            due = deadlines.insert().values(conversation="ana", kind="silence", epoch=0, detail={}, due_at=1)
            await connection.execute(due)
        assert (await _rows(database)).keys() >= {"conversations", "messages", "outbox", "carried", "deadlines"}
        erased = await Eraser(database, letters.key, DAYS).erase("ana")
        assert erased is not None
        assert (erased.kept_days, erased.address, erased.references) == (None, "7201", ("100",))
        assert await _rows(database) == {"conversations": 1, "messages": 1, "audit": 1}
        async with database.read() as connection:
            noted = (await connection.execute(select(audit))).mappings().one()
        assert (noted["conversation"], noted["kind"], noted["detail"]) == (
            "ana",
            "erased",
            {"level": 0, "kept_days": 0},
        )
        assert kept.id == 1

    async def test_neither_key_nor_words_stay_in_the_file(self, migrated_file: Path, tmp_path: Path) -> None:
        (tmp_path / "frontdoor.db").write_bytes(migrated_file.read_bytes())
        async with Process.running(f"sqlite:///{tmp_path / 'frontdoor.db'}") as process:
            for n in range(40):
                await process.keeps("other", f"mesazhi {n}")
            await process.keeps("mine", "nje fjale qe duhet harruar " * 20)
            async with process.database.read() as connection:
                mine = conversations.c.id == "mine"
                key = (await connection.execute(select(conversations.c.wrapped_key).where(mine))).scalar_one()
                of_mine = messages.c.conversation == "mine"
                body = (await connection.execute(select(messages.c.body).where(of_mine))).scalar_one()
                token = (await connection.execute(select(conversations.c.token_hash).where(mine))).scalar_one()
            traces = (key, body, body[40:120], token)
            assert await _in_the_files(tmp_path, *traces)
            await Eraser(process.database, process.key, DAYS).erase("mine")
            assert await _in_the_files(tmp_path, *traces) == []
            assert len(await process.said("other")) == 40

    async def test_a_reader_at_work_only_puts_it_off(self, migrated_file: Path, tmp_path: Path) -> None:
        (tmp_path / "frontdoor.db").write_bytes(migrated_file.read_bytes())
        url = f"sqlite:///{tmp_path / 'frontdoor.db'}"
        async with Process.running(url) as process, Process.running(url) as reader:
            await process.keeps("mine", "nje fjale qe duhet harruar " * 20)
            async with process.database.read() as connection:
                body = (await connection.execute(select(messages.c.body))).scalar_one()
            eraser = Eraser(process.database, process.key, DAYS)
            async with reader.database.read() as reading:
                assert len((await reading.execute(select(messages))).all()) == 1
                assert await eraser.erase("mine") is not None
            assert await eraser.erase_due() == 0
            assert await _in_the_files(tmp_path, body) == []

    async def test_the_key_is_forgotten_in_memory_too(
        self, process: Process, eraser: Eraser, database: Database
    ) -> None:
        await process.keeps("c", "pershendetje")
        async with database.read() as connection:
            row = (await connection.execute(select(conversations))).mappings().one()
        before = process.key.cipher("c", row["wrapped_key"], row["key_id"])
        await eraser.erase("c")
        assert process.key.cipher("c", row["wrapped_key"], row["key_id"]) is not before

    async def test_twice_is_once_and_what_never_was_is_nothing(self, process: Process, eraser: Eraser) -> None:
        await process.keeps("c", "pershendetje")
        assert await eraser.erase("c") is not None
        assert await eraser.erase("c") is None
        assert await eraser.erase("never") is None
        assert (await eraser.was_kept("c"), await eraser.was_kept("never")) == (True, False)


class TestAnOpenEmergency:
    """Levels 3–4: gone for the visitor, and before the team for a set time."""

    async def _raised(self, process: Process, level: int = 3) -> None:
        view = await process.store.view("c", "web")
        await process.keeps("c", "pershendetje")
        view = await process.store.view("c", "web", fresh=True)
        assert await process.store.apply(view, waits(level, "skripti")) is not None

    @pytest.mark.parametrize("level", [3, 4])
    async def test_it_stays_and_nothing_of_the_visitors_leads_to_it(
        self, process: Process, eraser: Eraser, database: Database, level: int
    ) -> None:
        await self._raised(process, level)
        async with database.read() as connection:
            token = (await connection.execute(select(conversations.c.token_hash))).scalar_one()
        assert await process.store.by_token(token, 30) == "c"
        erased = await eraser.erase("c")
        assert erased is not None
        assert erased.kept_days == DAYS
        assert (await _rows(database))["messages"] == 2
        assert await process.store.by_token(token, 30) is None
        assert await process.store.after("c", 0) == []
        assert await process.store.state("c") is None
        assert await eraser.erase("c") is None

    async def test_a_messengers_address_does_not_find_it_any_more(self, database: Database) -> None:
        letters = Letters(database)
        await letters.hears("ana", "një")
        async with database.write() as connection:
            await connection.execute(update(conversations).values(level=3))
        assert await letters.store.by_address("telegram", "7201") == "ana"
        await Eraser(database, letters.key, DAYS).erase("ana")
        assert await letters.store.by_address("telegram", "7201") is None

    async def test_when_its_time_has_come_it_is_destroyed(
        self, process: Process, eraser: Eraser, database: Database
    ) -> None:
        await self._raised(process)
        await process.keeps("other", "pershendetje")
        await eraser.erase("c")
        assert await eraser.erase_due() == 0
        async with database.write() as connection:
            past = update(conversations).where(conversations.c.id == "c")
            await connection.execute(past.values(erase_due=conversations.c.erase_due - DAYS * DAY_MS - 1_000))
        assert await eraser.erase_due() == 1
        assert await _rows(database) == {"conversations": 1, "messages": 1, "audit": 2}
        assert await eraser.erase_due() == 0

    async def test_while_a_counsellor_holds_it_its_time_has_not_come(
        self, process: Process, eraser: Eraser, database: Database
    ) -> None:
        await self._raised(process)
        await eraser.erase("c")
        held: dict[str, Any] = {"state": "counsellor", "counsellor": 1, "erase_due": 1}
        async with database.write() as connection:
            person = {"user_name": "besa", "alias": "Besa", "role": "counsellor", "password_hash": "-", "created_at": 1}
            staff = metadata.tables["staff"]
            await connection.execute(staff.insert().values(id=1, **person))
            await connection.execute(update(conversations).values(**held))
        assert await eraser.erase_due() == 0
        async with database.write() as connection:
            await connection.execute(update(conversations).values(state="bot", counsellor=None))
        assert await eraser.erase_due() == 1

    async def test_its_deadlines_still_fire(self, process: Process, eraser: Eraser, database: Database) -> None:
        await self._raised(process)
        async with database.write() as connection:
            due = deadlines.insert().values(conversation="c", kind="silence", epoch=1, detail={}, due_at=1)
            await connection.execute(due)
        await eraser.erase("c")
        assert len(await Deadlines(database).claim()) == 1

    async def test_what_is_said_to_it_later_is_carried_nowhere(self, database: Database) -> None:
        letters = Letters(database)
        await letters.hears("ana", "një")
        async with database.write() as connection:
            await connection.execute(update(conversations).values(level=4))
            await connection.execute(delete(outbox))
        await Eraser(database, letters.key, DAYS).erase("ana")
        view = await letters.store.view("ana", "telegram", fresh=True)
        assert view.conversation.visitor_gone
        await letters.store.apply(view, waits(4, "një rresht"))
        assert await letters.outbox.claim("worker", 10) == []
        async with database.read() as connection:
            assert (await connection.execute(select(carried))).all() == []
