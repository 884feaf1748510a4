"""The visitor's side of the truth: what the bot owes and answers, what is seen, who is found by what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import select, update

from frontdoor.conversation import State
from frontdoor.message import Button, Inbound, Said, Sender
from frontdoor.ports import Unanswered
from storage.conversations import HISTORY, Conversations
from storage.database import Database
from storage.keys import KeyMissing
from storage.tables import conversations, messages
from tests.storage.process import SCREENED, Process, plan, waits


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Process]]:
    """Two web processes over one database."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Process.running(database_url)) for _ in range(2)]


@pytest.fixture
async def process(processes: list[Process]) -> Process:
    """The first of them."""
    return processes[0]


async def _owed(process: Process, owner: str, conversation: str = "c") -> Unanswered:
    owed = await process.store.claim_answer(conversation, owner)
    assert owed is not None
    return owed


async def _time_passes(database: Database, **milliseconds: int) -> None:
    """Move moments of all conversations into the past."""
    async with database.write() as connection:
        for name, by in milliseconds.items():
            column = conversations.c[name]
            await connection.execute(update(conversations).where(column.is_not(None)).values({name: column - by}))


class TestWhatTheBotOwes:
    """A lease keeps two processes from answering; a crash leaves it to another."""

    async def test_one_process_answers(self, processes: list[Process]) -> None:
        first, second = processes
        await first.keeps("c", "cfare eshte kanabisi")
        owed = await _owed(first, "first")
        assert (owed.message.text, owed.level, owed.events) == ("cfare eshte kanabisi", 0, [])
        assert await second.store.claim_answer("c", "second") is None
        said = await first.store.answer(owed, "first", [Said(Sender.BOT, "një"), Said(Sender.BOT, "dy")], [{"e": 1}])
        assert said is not None
        assert [m.id for m in said] == [2, 3]
        for process, owner in zip(processes, ("first", "second"), strict=True):
            assert await process.store.claim_answer("c", owner) is None

    async def test_of_many_that_try_at_once_one_has_it(self, processes: list[Process]) -> None:
        await processes[0].keeps("c", "pyetja")
        tried = await asyncio.gather(
            *(processes[n % 2].store.claim_answer("c", f"process {n}") for n in range(10)),
        )
        assert sum(owed is not None for owed in tried) == 1

    async def test_who_died_loses_the_lease_and_cannot_answer_afterwards(
        self, processes: list[Process], database: Database
    ) -> None:
        first, second = processes
        await first.keeps("c", "pyetja")
        late = await _owed(first, "first")
        await _time_passes(database, answer_until=3_100)
        owed = await _owed(second, "second")
        assert await first.store.answer(late, "first", [Said(Sender.BOT, "vonë")], []) is None
        assert await second.store.answer(owed, "second", [Said(Sender.BOT, "në kohë")], []) is not None
        assert [text for _, _, text in await first.said("c")] == ["pyetja", "në kohë"]

    async def test_who_holds_it_may_take_it_again(self, process: Process) -> None:
        await process.keeps("c", "pyetja")
        assert await process.store.claim_answer("c", "first") is not None
        assert await process.store.claim_answer("c", "first") is not None

    async def test_what_was_asked_is_answered_one_after_another_with_the_bots_memory(self, process: Process) -> None:
        for text in ("një", "dy"):
            await process.keeps("c", text)
        first = await _owed(process, "p")
        await process.store.answer(first, "p", [Said(Sender.BOT, "për një")], [{"turn": 1}])
        second = await _owed(process, "p")
        assert (second.message.text, second.events) == ("dy", [{"turn": 1}])
        await process.store.answer(second, "p", [Said(Sender.BOT, "për dy")], None)
        await process.keeps("c", "tre")
        assert (await _owed(process, "p")).events == [{"turn": 1}]

    async def test_a_person_who_takes_over_silences_the_bot(self, process: Process) -> None:
        await process.keeps("c", "pyetja")
        owed = await _owed(process, "p")
        view = await process.store.view("c", "web", fresh=True)
        await process.store.apply(view, waits(3, "skripti"))
        assert await process.store.answer(owed, "p", [Said(Sender.BOT, "tepër vonë")], []) is None
        assert await process.store.claim_answer("c", "p") is None
        assert [sender for _, sender, _ in await process.said("c")] == ["visitor", "system"]

    async def test_what_was_asked_under_an_older_epoch_is_never_said(
        self, process: Process, database: Database
    ) -> None:
        await process.keeps("c", "pyetja")
        owed = await _owed(process, "p")
        async with database.write() as connection:
            await connection.execute(update(conversations).values(epoch=conversations.c.epoch + 1))
        assert await process.store.answer(owed, "p", [Said(Sender.BOT, "tepër vonë")], []) is None

    async def test_a_new_message_does_not_silence_it(self, process: Process) -> None:
        await process.keeps("c", "një")
        owed = await _owed(process, "p")
        await process.keeps("c", "dy")
        said = await process.store.answer(owed, "p", [Said(Sender.BOT, "për një")], [])
        assert said is not None
        assert said[0].id == 3
        assert (await _owed(process, "p")).message.text == "dy"

    async def test_an_erased_conversation_is_owed_nothing(self, process: Process, database: Database) -> None:
        await process.keeps("c", "pyetja")
        owed = await _owed(process, "p")
        async with database.write() as connection:
            await connection.execute(conversations.delete())
        assert await process.store.answer(owed, "p", [Said(Sender.BOT, "askujt")], []) is None

    async def test_what_was_left_owed_is_found_by_all_until_somebody_has_it(
        self, processes: list[Process], database: Database
    ) -> None:
        first, second = processes
        for name in ("a", "b", "c"):
            await first.keeps(name, "pyetja")
        await first.store.apply(await first.store.view("b", "web", fresh=True), waits(0))
        await first.store.claim_answer("c", "first")
        # a message kept this moment is left to who kept it
        assert await second.store.owed() == []
        await _time_passes(database, updated_at=600)
        assert await second.store.owed() == ["a"]
        await _time_passes(database, answer_until=3_100)
        assert sorted(await second.store.owed()) == ["a", "c"]


class TestViews:
    """What screening sees."""

    async def test_what_was_never_kept_does_not_exist(self, process: Process) -> None:
        view = await process.store.view("c", "web")
        assert (view.exists, view.conversation.id, view.history) == (False, "c", ())

    async def test_the_view_in_memory_is_the_one_in_the_store(self, process: Process) -> None:
        for n in range(3):
            await process.keeps("c", f"mesazhi {n}", said=(Said(Sender.SYSTEM, f"rreshti {n}"),))
        remembered = await process.store.view("c", "web")
        fresh = await process.store.view("c", "web", fresh=True)
        assert remembered.conversation == fresh.conversation
        assert [(e.sender, e.text, e.level, e.at) for e in remembered.history] == [
            (e.sender, e.text, e.level, e.at) for e in fresh.history
        ]
        assert [e.text for e in fresh.history][:2] == ["mesazhi 0", "rreshti 0"]

    async def test_history_begins_after_the_mark_and_is_not_endless(self, process: Process, database: Database) -> None:
        for n in range(HISTORY + 5):
            await process.keeps("c", f"mesazhi {n}")
        for fresh in (False, True):
            view = await process.store.view("c", "web", fresh=fresh)
            assert [e.text for e in view.history] == [f"mesazhi {n}" for n in range(5, HISTORY + 5)]
        async with database.write() as connection:
            await connection.execute(update(conversations).values(mark=HISTORY + 3))
        view = await process.store.view("c", "web", fresh=True)
        assert [e.text for e in view.history] == [f"mesazhi {n}" for n in range(HISTORY + 3, HISTORY + 5)]

    async def test_what_was_withdrawn_is_not_shown(self, process: Process, database: Database) -> None:
        await process.keeps("c", "një", said=(Said(Sender.SYSTEM, "dy"),))
        async with database.write() as connection:
            await connection.execute(update(messages).where(messages.c.id == 2).values(withdrawn=True))
        assert [text for _, _, text in await process.said("c")] == ["një"]

    async def test_a_message_moved_in_the_table_does_not_open(self, process: Process, database: Database) -> None:
        for name in ("a", "b"):
            await process.keeps(name, f"fjalët e {name}")
        async with database.write() as connection:
            theirs = select(messages.c.body).where(messages.c.conversation == "b").scalar_subquery()
            await connection.execute(update(messages).where(messages.c.conversation == "a").values(body=theirs))
        with pytest.raises(KeyMissing):
            await process.store.after("a", 0)
        assert await process.said("b") == [(1, "visitor", "fjalët e b")]


class TestFinding:
    """Tokens, addresses, places, and what has moved."""

    async def test_a_token_holds_while_somebody_is_there(self, process: Process, database: Database) -> None:
        await process.keeps("c", "një")
        token = b"c".ljust(32)
        assert await process.store.by_token(token, 30) == "c"
        await _time_passes(database, token_seen_at=29 * 60_000)
        assert await process.store.by_token(token, 30) == "c"
        await _time_passes(database, token_seen_at=29 * 60_000)
        await process.store.alive(["c"], {})
        await _time_passes(database, token_seen_at=29 * 60_000)
        assert await process.store.by_token(token, 30) == "c"
        await _time_passes(database, token_seen_at=30 * 60_000 + 1_000)
        assert await process.store.by_token(token, 30) is None
        assert await process.store.by_token(b"x" * 32, 30) is None

    async def test_reading_only_goes_forward_and_not_past_the_end(self, process: Process, database: Database) -> None:
        for n in range(3):
            await process.keeps("c", f"mesazhi {n}")
        read = []
        for up_to in (2, 1, 3, 4, 0):
            await process.store.alive([], {"c": up_to})
            async with database.read() as connection:
                read.append((await connection.execute(select(conversations.c.seen_by_visitor))).scalar_one())
        assert read == [2, 2, 3, 3, 3]

    async def test_what_has_moved_or_gone_is_found(self, process: Process, database: Database) -> None:
        for name in ("still", "said", "taken", "erased", "gone"):
            await process.keeps(name, "një")
        known = dict.fromkeys(("still", "said", "taken", "erased", "gone"), (1, 0))
        assert await process.store.moved(known) == []
        await process.keeps("said", "dy")
        async with database.write() as connection:
            of = conversations.c.id
            await connection.execute(update(conversations).where(of == "taken").values(epoch=1))
            await connection.execute(update(conversations).where(of == "erased").values(erased_at=1))
            await connection.execute(conversations.delete().where(of == "gone"))
        assert sorted(await process.store.moved(known)) == ["erased", "gone", "said", "taken"]
        many = {f"x{n}": (0, 0) for n in range(1_200)} | {"still": (1, 0)}
        assert len(await process.store.moved(many)) == 1_200

    async def test_the_place_is_the_one_in_the_counsellors_order(self, process: Process) -> None:
        for name, level in (("first", 0), ("second", 0), ("urgent", 4), ("raised", 3)):
            await process.keeps(name, "një")
            await process.store.apply(await process.store.view(name, "web", fresh=True), waits(level))
        places = {}
        for name in ("first", "second", "urgent", "raised"):
            now = await process.store.state(name)
            assert now is not None
            places[name] = await process.store.place(now)
        assert places == {"urgent": 1, "raised": 2, "first": 3, "second": 4}
        await process.keeps("other", "një")
        now = await process.store.state("other")
        assert now is not None
        assert (now.state, await process.store.place(now)) == (State.BOT, None)


class TestButtons:
    """An opaque id is worth something only in the conversation that it was given to."""

    async def test_the_openings_buttons_need_no_row(self, process: Process, database: Database) -> None:
        store = Conversations(database, process.key, (Button("Interneti", "menu:internet"), Button("Po", "menu")))
        given = store.opening_buttons("c")
        assert [(b.title, b.do) for b in given] == [("Interneti", "menu:internet"), ("Po", "menu")]
        assert all(0 < len(b.payload.encode()) <= 64 for b in given)
        press = await store.press("c", given[1].payload)
        assert press is not None
        assert (press.do, press.title) == ("menu", "Po")
        assert await store.press("d", given[1].payload) is None

    async def test_a_given_button_is_found_in_its_own_conversation_only(self, processes: list[Process]) -> None:
        first, second = processes
        said = (Said(Sender.SYSTEM, "Zgjidh.", (Button("Po", "answer:yes"), Button("Jo", "answer:no"))),)
        kept = await first.keeps("a", "një", said=said)
        await first.keeps("b", "një", said=said)
        yes, no = kept.said[0].buttons
        assert yes.payload != no.payload
        press = await second.store.press("a", no.payload)
        assert press is not None
        assert (press.do, press.title, press.message_id) == ("answer:no", "Jo", 2)
        assert await second.store.press("b", no.payload) is None
        for wrong in ("", ".", "2.", "2", "2.x", no.payload + "x", "1." + no.payload[2:], "9999999999.x", "２.x"):
            assert await second.store.press("a", wrong) is None, wrong


async def test_who_is_on_shift_and_who_waits_is_told_truthfully(processes: list[Process]) -> None:
    first, second = processes
    assert (await first.store.presence()).waiting == 0
    await first.keeps("c", "një")
    await first.store.apply(await first.store.view("c", "web", fresh=True), waits(0))
    now = await second.store.presence()
    assert (now.on_shift, now.waiting) == (0, 1)


async def test_a_message_through_a_messenger_carries_its_address_once(process: Process) -> None:
    view = await process.store.view("t", "telegram")
    inbound = Inbound("t", "telegram", "u1", "një", address="7201")
    assert await process.store.keep(view, inbound, None, SCREENED, plan()) is not None
    assert await process.store.by_address("telegram", "7201") == "t"
    assert await process.store.by_address("viber", "7201") is None
    assert await process.store.by_address("telegram", "7202") is None
