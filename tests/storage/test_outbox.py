"""The outbox: in order within a conversation, once under a lease, and the bot silent once overtaken."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, select, update

from frontdoor.assessment import RiskAssessment
from frontdoor.conversation import State
from frontdoor.message import Button, Inbound, Said, Sender
from frontdoor.routing import Plan, Route
from storage.database import Database
from storage.outbox import LEASE_SECONDS, back_off
from storage.tables import audit, conversations, messages, outbox
from tests.storage.letters import CHAT, Letters


@pytest.fixture
def house(database: Database) -> Letters:
    return Letters(database)


async def test_a_message_is_given_out_once_with_its_address_and_text(house: Letters) -> None:
    await house.hears("ana", "Mirë se erdhe.")
    (delivery,) = await house.outbox.claim("worker", 10)
    assert (delivery.address, delivery.channel, delivery.message.text) == (CHAT, "telegram", "Mirë se erdhe.")
    assert (delivery.message.sender, delivery.attempts) == (Sender.SYSTEM, 0)
    assert await house.outbox.claim("another", 10) == []


async def test_the_second_line_waits_until_the_first_is_carried(house: Letters) -> None:
    await house.hears("ana", "një", "dy", "tre")
    said = []
    while deliveries := await house.outbox.claim("worker", 10):
        (delivery,) = deliveries
        said.append(delivery.message.text)
        assert await house.outbox.sent(delivery, str(delivery.message.id))
    assert said == ["një", "dy", "tre"]
    assert await house.outbox.waiting() == 0


async def test_what_failed_holds_up_its_own_conversation_only_and_keeps_its_place(house: Letters) -> None:
    await house.hears("ana", "një", "dy")
    await house.hears("beni", "njëshi")
    first = {d.conversation: d for d in await house.outbox.claim("worker", 10)}
    await house.outbox.failed(first["ana"], permanent=False)
    assert await house.outbox.sent(first["beni"], "1")
    assert await house.outbox.claim("worker", 10) == []
    house.clock.move(back_off(1) + 0.1)
    (again,) = await house.outbox.claim("worker", 10)
    assert (again.message.text, again.attempts) == ("një", 1)


async def test_each_failure_waits_longer_and_never_less_than_the_channel_asks(house: Letters) -> None:
    assert [back_off(n) for n in (1, 2, 3, 20)] == [1, 2, 4, 60]
    await house.hears("ana", "një")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.failed(delivery, permanent=False, retry_after=90)
    house.clock.move(89)
    assert await house.outbox.claim("worker", 10) == []
    house.clock.move(2)
    assert len(await house.outbox.claim("worker", 10)) == 1


async def test_a_worker_that_died_loses_its_lease_and_the_message_is_carried_by_another(house: Letters) -> None:
    await house.hears("ana", "një")
    assert len(await house.outbox.claim("died", 10)) == 1
    house.clock.move(LEASE_SECONDS - 1)
    assert await house.outbox.claim("alive", 10) == []
    house.clock.move(2)
    (delivery,) = await house.outbox.claim("alive", 10)
    assert delivery.message.text == "një"


async def test_the_bots_words_are_withdrawn_once_somebody_else_speaks(house: Letters) -> None:
    await house.hears("ana", asks_bot=True)
    (bot,) = await house.bot_says("ana", "një përgjigje e botit")
    await house.hears("ana", "po vjen një njeri", epoch_up=True)
    (delivery,) = await house.outbox.claim("worker", 10)
    assert delivery.message.text == "po vjen një njeri"
    assert await house.withdrawn("ana") == [bot.id]


async def test_the_bots_words_of_the_same_epoch_are_carried_in_their_order(house: Letters) -> None:
    await house.hears("ana", asks_bot=True)
    await house.bot_says("ana", "një", "dy")
    said = []
    while deliveries := await house.outbox.claim("worker", 10):
        said.append(deliveries[0].message.text)
        await house.outbox.sent(deliveries[0], None)
    assert said == ["një", "dy"]


async def test_the_bots_failed_words_are_withdrawn_when_their_next_try_comes_too_late(house: Letters) -> None:
    await house.hears("ana", asks_bot=True)
    (bot,) = await house.bot_says("ana", "vonë")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.failed(delivery, permanent=False)
    await house.hears("ana", epoch_up=True)
    house.clock.move(10)
    assert await house.outbox.claim("worker", 10) == []
    assert await house.withdrawn("ana") == [bot.id]


async def test_a_visitor_who_cannot_be_reached_is_marked_and_nothing_more_is_tried(house: Letters) -> None:
    kept = await house.hears("ana", "një", "dy")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.failed(delivery, permanent=True, reason="blocked")
    assert await house.outbox.waiting() == 0
    assert await house.withdrawn("ana") == [m.id for m in kept.said]
    async with house.database.read() as connection:
        unreachable = await connection.scalar(select(conversations.c.unreachable_at))
        noted = (await connection.execute(select(audit).where(audit.c.kind == "unreachable"))).mappings().one()
    assert unreachable is not None
    assert noted["detail"] == {"channel": "telegram", "reason": "blocked"}


async def test_a_visitor_who_comes_back_is_reachable_again(house: Letters) -> None:
    await house.hears("ana", "një")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.failed(delivery, permanent=True, reason="blocked")
    await house.hears("ana", "dy")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.sent(delivery, "5")
    async with house.database.read() as connection:
        assert await connection.scalar(select(conversations.c.unreachable_at)) is None


async def test_the_channels_ids_of_both_sides_are_kept_for_deleting_there(house: Letters) -> None:
    kept = await house.hears("ana", "një tekst i gjatë")
    assert await house.carried.note("ana", kept.id, "100")
    assert await house.carried.note("ana", kept.id, "100")
    (delivery,) = await house.outbox.claim("worker", 10)
    await house.outbox.sent(delivery, "101 102")
    assert await house.carried.references("ana") == ["100", "101", "102"]


async def test_what_was_carried_into_an_erased_conversation_is_to_be_taken_back(house: Letters) -> None:
    await house.hears("ana", "një")
    await house.hears("beni", "njëshi")
    deliveries = {d.conversation: d for d in await house.outbox.claim("worker", 10)}
    async with house.database.write() as connection:
        await connection.execute(delete(conversations).where(conversations.c.id == "ana"))
        await connection.execute(update(conversations).values(erased_at=house.clock()))
    assert not await house.outbox.sent(deliveries["ana"], "1")
    assert not await house.outbox.sent(deliveries["beni"], "2")
    assert not await house.carried.note("ana", 0, "3")
    assert not await house.carried.note("beni", 0, "4")
    assert await house.carried.references("ana") == await house.carried.references("beni") == []
    assert await house.outbox.waiting() == 0


async def test_nothing_more_is_said_to_a_phone_on_which_the_conversation_was_erased(house: Letters) -> None:
    kept = await house.hears("ana", "një")
    async with house.database.write() as connection:
        await connection.execute(update(conversations).values(erased_at=house.clock()))
    assert await house.outbox.claim("worker", 10) == []
    assert await house.withdrawn("ana") == [m.id for m in kept.said]


async def test_a_message_that_does_not_open_holds_up_nobody_else(house: Letters) -> None:
    await house.hears("ana", "një")
    await house.hears("beni", "njëshi")
    async with house.database.write() as connection:
        await connection.execute(update(messages).where(messages.c.conversation == "ana").values(body=b"x" * 40))
    (delivery,) = await house.outbox.claim("worker", 10)
    assert delivery.conversation == "beni"
    assert await house.outbox.waiting() == 2


async def test_only_messages_of_the_channels_asked_for_are_given(house: Letters) -> None:
    await house.hears("ana", "një")
    assert await house.outbox.claim("worker", 10, {"viber"}) == []
    assert len(await house.outbox.claim("worker", 10, {"telegram"})) == 1


async def test_workers_that_claim_at_once_never_get_the_same_message(house: Letters) -> None:
    for n in range(12):
        await house.hears(f"visitor {n}", "një")
    given = await asyncio.gather(*(house.outbox.claim(f"worker {n}", 5) for n in range(6)))
    ids = [delivery.outbox_id for deliveries in given for delivery in deliveries]
    assert len(ids) == len(set(ids)) == 12


async def test_buttons_come_out_with_their_opaque_payload(house: Letters) -> None:
    view = await house.store.view("ana", "telegram")
    plan = Plan(
        Route.HOUSE, State.BOT, 0, (), "self", "unknown", said=(Said(Sender.BOT, "Zgjidh.", (Button("Po", "menu"),)),)
    )
    inbound = Inbound("ana", "telegram", "u1", "menu", address=CHAT)
    await house.store.keep(view, inbound, None, RiskAssessment(version="test"), plan)
    (delivery,) = await house.outbox.claim("worker", 1)
    (button,) = delivery.message.buttons
    assert button.title == "Po"
    assert 0 < len(button.payload.encode()) <= 64
    async with house.database.read() as connection:
        assert await connection.scalar(select(outbox.c.lease_by)) == "worker"
