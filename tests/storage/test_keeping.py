"""Keeping: one transaction for a message, one commit for all that wait, and several processes at the same words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from frontdoor.assessment import Evidence, RiskAssessment
from frontdoor.conversation import ScriptPlace, State
from frontdoor.message import Button, Inbound, Said, Sender
from storage.database import Database, StoreUnavailable
from storage.keeping import BATCH, Keeping, ToKeep, pack_evidence, unpack_evidence
from storage.keys import KeyMissing
from storage.tables import audit, conversations, deadlines, messages, outbox
from tests.storage.process import Process, plan, waits


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Process]]:
    """Two web processes over one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Process.running(database_url)) for _ in range(2)]


@pytest.fixture
async def process(processes: list[Process]) -> Process:
    """The first of them."""
    return processes[0]


class TestTwoProcesses:
    """Order, no loss, nothing twice; a conflict is tried again, never guessed away."""

    async def test_both_keep_into_the_same_conversation(self, processes: list[Process]) -> None:
        await processes[0].keeps("c", "fillimi")

        async def works(number: int) -> None:
            for n in range(15):
                await processes[number].keeps("c", f"{number}/{n}")

        await asyncio.gather(works(0), works(1))
        said = await processes[0].said("c")
        assert [number for number, _, _ in said] == list(range(1, 32))
        texts = [text for _, _, text in said]
        assert sorted(texts[1:]) == sorted(f"{number}/{n}" for number in (0, 1) for n in range(15))
        for number in (0, 1):
            mine = [text for text in texts if text.startswith(f"{number}/")]
            assert mine == [f"{number}/{n}" for n in range(15)]
        assert sum(one.conflicts for one in processes) > 0

    async def test_both_open_it_at_once(self, processes: list[Process], database: Database) -> None:
        for n in range(8):
            kept = await asyncio.gather(*(one.keeps(f"c{n}", f"nga {i}") for i, one in enumerate(processes)))
            assert sorted(one.id for one in kept) == [1, 2]
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(conversations)) == 8
            assert await connection.scalar(select(func.count()).select_from(messages)) == 16

    async def test_both_are_given_the_same_message(self, processes: list[Process]) -> None:
        for n in range(8):
            kept = await asyncio.gather(*(one.keeps("c", "njësoj", client_id=f"same{n}") for one in processes))
            assert kept[0].id == kept[1].id
            assert kept[0].at == kept[1].at
            assert sorted(one.again for one in kept) == [False, True]
        assert len(await processes[0].said("c")) == 8

    async def test_many_conversations_in_opposite_orders_do_not_wait_in_a_circle(
        self, processes: list[Process]
    ) -> None:
        names = [f"c{n:02}" for n in range(25)]
        await asyncio.gather(*(processes[0].keeps(name, "fillimi") for name in names))
        forwards = [processes[0].keeps(name, "para") for name in names]
        backwards = [processes[1].keeps(name, "prapa") for name in reversed(names)]
        async with asyncio.timeout(20):
            await asyncio.gather(*forwards, *backwards)
        for name in names:
            assert sorted(text for _, _, text in await processes[0].said(name)) == ["fillimi", "para", "prapa"]


class TestConditions:
    """What was decided over an older view is never kept."""

    async def test_an_old_view_keeps_nothing(self, process: Process) -> None:
        await process.keeps("c", "një")
        old = await process.store.view("c", "web", fresh=True)
        await process.keeps("c", "dy")
        assert await process.tries(old, "tre") is None
        assert [text for _, _, text in await process.said("c")] == ["një", "dy"]

    async def test_a_change_of_who_speaks_makes_a_view_old_although_nothing_was_said(
        self, process: Process, database: Database
    ) -> None:
        await process.keeps("c", "një")
        view = await process.store.view("c", "web", fresh=True)
        async with database.write() as connection:
            await connection.execute(update(conversations).values(epoch=conversations.c.epoch + 1))
        assert await process.tries(view, "dy") is None

    async def test_two_of_the_same_batch_do_not_stand_on_the_same_view(self, process: Process) -> None:
        view = await process.store.view("c", "web")
        kept = await asyncio.gather(process.tries(view, "një"), process.tries(view, "dy"))
        assert [one is not None for one in kept] == [True, False]

    async def test_a_conversation_erased_meanwhile_is_not_changed(self, process: Process, database: Database) -> None:
        await process.keeps("c", "një")
        view = await process.store.view("c", "web", fresh=True)
        async with database.write() as connection:
            await connection.execute(conversations.delete())
        assert await process.tries(view, "dy") is None
        assert await process.store.apply(view, plan(view.conversation)) is None


class TestOneTransaction:
    """Message, assessment, level, state, outbox and deadline stand together or not at all."""

    async def test_all_that_belongs_to_a_message(self, process: Process, database: Database) -> None:
        view = await process.store.view("c", "telegram")
        found = RiskAssessment(
            level=3,
            categories=("suicide", "self_harm"),
            about="other",
            speaker="adult",
            evidence=(Evidence(0, 4, "fjalë", "suicide", "lexicon"),),
            language="sq",
            version="v7",
        )
        said = (
            Said(Sender.SYSTEM, "skripti", (Button("Po", "answer:yes"),), kind="script"),
            Said(Sender.BOT, "rresht"),
        )
        wanted = replace(
            waits(3),
            categories=found.categories,
            about="other",
            speaker="adult",
            said=said,
            silence=True,
            script=ScriptPlace("s", "start", 0),
            raised=True,
        )
        inbound = Inbound("c", "telegram", "u1", "fjalë të mia", address="7201")
        kept = await process.store.keep(view, inbound, None, found, wanted)
        assert kept is not None
        assert (kept.id, [m.id for m in kept.said], kept.again) == (1, [2, 3], False)
        async with database.read() as connection:
            row = (await connection.execute(select(conversations))).mappings().one()
            mine = (await connection.execute(select(messages).where(messages.c.id == 1))).mappings().one()
            carried = (await connection.execute(select(outbox.c.message).order_by(outbox.c.message))).scalars().all()
            due = (await connection.execute(select(deadlines))).mappings().one()
            noted = (await connection.execute(select(audit))).mappings().one()
        assert (row["state"], row["level"], row["lane"], row["epoch"], row["last_id"]) == ("waiting", 3, "risk", 1, 3)
        assert (row["script"], row["script_step"], row["script_asked"]) == ("s", "start", 2)
        assert row["waiting_since"] == row["level_since"] == kept.at
        assert (mine["level"], mine["level_after"], mine["screened_by"], mine["speaker"]) == (3, 3, "v7", "adult")
        assert carried == [2, 3]
        assert due["detail"] == {"asked": 2}
        assert (due["due_at"] - kept.at).total_seconds() == 60
        assert (noted["kind"], noted["detail"]["level"], noted["detail"]["from"]) == ("raised", 3, 0)
        assert (noted["detail"]["why"], noted["detail"]["version"]) == ("words", "v7")
        assert "fjalë" not in str(dict(noted))

    @pytest.mark.parametrize(
        ("assessment", "unread", "why"),
        [
            (RiskAssessment(level=3, version="v"), False, "words"),
            (RiskAssessment(level=3, safe_word=True, version="v"), False, "safe_word"),
            (RiskAssessment(answer="yes", version="v"), False, "answer"),
            (RiskAssessment(version="v"), True, "unread"),
        ],
    )
    async def test_the_audit_says_what_raised_the_level(
        self, process: Process, database: Database, assessment: RiskAssessment, unread: bool, why: str
    ) -> None:
        view = await process.store.view("c", "web")
        inbound = Inbound("c", "web", "u1", "fjalë", token_hash=b"t" * 32, unread=unread)
        assert await process.store.keep(view, inbound, None, assessment, waits(3)) is not None
        view = await process.store.view("c", "web", fresh=True)
        assert await process.store.apply(view, replace(waits(4), epoch_up=False)) is not None
        for n in (1, 2):
            view = await process.store.view("c", "web", fresh=True)
            inbound = Inbound("c", "web", f"press{n}", "Nuk është kështu")
            denied = replace(waits(4), epoch_up=False, not_so=True)
            assert await process.store.keep(view, inbound, "not_so", RiskAssessment(version="v"), denied) is not None
        async with database.read() as connection:
            rows = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
        assert [(row["kind"], row["detail"].get("why"), row["detail"].get("version")) for row in rows] == [
            ("raised", why, "v"),
            ("raised", "silence", None),
            # pressed again it says nothing new
            ("not_so", None, "v"),
        ]

    async def test_nothing_of_it_can_be_read_in_the_rows(self, process: Process, database: Database) -> None:
        secret = "trendafilzezë"
        found = RiskAssessment(version="v", evidence=(Evidence(0, 13, secret, "suicide", "lexicon"),))
        inbound = Inbound("c", "telegram", "u1", secret, address="chat-7201")
        view = await process.store.view("c", "telegram")
        await process.store.keep(view, inbound, None, found, plan(said=(Said(Sender.BOT, f"përgjigje {secret}"),)))
        rows = b""
        async with database.read() as connection:
            for table in (conversations, messages, outbox, audit):
                for row in await connection.execute(select(table)):
                    rows += b"".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
        assert secret.encode() not in rows
        assert b"chat-7201" not in rows

    async def test_a_message_without_its_assessment_is_refused(self, process: Process, database: Database) -> None:
        keeping = Keeping(database, process.key)
        view = await process.store.view("c", "web")
        with pytest.raises(ValueError, match="assessment"):
            await keeping.keep(ToKeep(view, plan(), Inbound("c", "web", "u1", "x")))
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(conversations)) == 0

    def test_evidence_is_read_as_it_was_sealed(self) -> None:
        found = (Evidence(0, 4, "fjalë 😀 \ud83d", "suicide", "model"), Evidence(5, 9, '"[,', "bullying", "context"))
        read = unpack_evidence(pack_evidence(found))
        assert read[1] == found[1]
        assert (read[0].start, read[0].category) == (0, "suicide")


class TestOneCommit:
    """What waits at the same moment is committed together, and one that fails harms no other."""

    async def test_more_than_a_batch_at_once(self, process: Process, database: Database) -> None:
        many = BATCH + 50
        kept = await asyncio.gather(*(process.keeps(f"c{n}", "pershendetje") for n in range(many)))
        assert {one.id for one in kept} == {1}
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(messages)) == many

    async def test_one_that_does_not_open_harms_no_other(self, process: Process, database: Database) -> None:
        for name in ("broken", "whole"):
            await process.keeps(name, "një")
        async with database.write() as connection:
            spoilt = update(conversations).where(conversations.c.id == "broken")
            await connection.execute(spoilt.values(key_id="0" * 16, wrapped_key=b"x" * 60))
        process.key.forget("broken")
        broken, whole = await asyncio.gather(
            process.keeps("broken", "dy"), process.keeps("whole", "dy"), return_exceptions=True
        )
        assert isinstance(broken, KeyMissing)
        assert not isinstance(whole, BaseException)
        assert whole.id == 2

    async def test_when_the_store_is_away_nobody_is_told_otherwise(self, process: Process, database: Database) -> None:
        await process.keeps("a", "një")
        async with database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE messages RENAME TO hidden")
        results = await asyncio.gather(*(process.keeps(n, "dy") for n in ("a", "b")), return_exceptions=True)
        assert [isinstance(result, StoreUnavailable) for result in results] == [True, True]
        async with database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE hidden RENAME TO messages")
        assert (await process.keeps("a", "dy")).id == 2
        assert (await process.keeps("b", "dy")).id == 1

    async def test_who_gave_up_waiting_may_ask_again(self, process: Process) -> None:
        task = asyncio.create_task(process.keeps("c", "një", client_id="u"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await process.store.settle()
        await process.keeps("c", "një", client_id="u")
        assert len(await process.said("c")) == 1

    async def test_a_change_without_a_message_says_its_lines(self, process: Process) -> None:
        await process.keeps("c", "një")
        view = await process.store.view("c", "web", fresh=True)
        kept = await process.store.apply(view, waits(0, "Po të lidhim."))
        assert kept is not None
        assert (kept.id, kept.conversation.state, kept.conversation.epoch) == (2, State.WAITING, 1)
        assert await process.said("c") == [(1, "visitor", "një"), (2, "system", "Po të lidhim.")]
