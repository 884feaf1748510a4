"""The Telegram channel through the real library, against a Bot API server."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from channels.telegram import Command, Elsewhere, Other, Tap, TelegramChannel, Text, split
from frontdoor.message import Button, Link, Message, Sender
from frontdoor.ports import DeliveryFailed
from tests.telegram_api import BotApi, Person
from tests.telegram_api.server import TOKEN


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TOKEN, api.url)
    yield channel
    await channel.close()


@pytest.fixture
def ana(api: BotApi) -> Person:
    return api.person("Ana")


def said(
    text: str, *buttons: Button, sender: Sender = Sender.BOT, id: int = 7, links: tuple[Link, ...] = ()
) -> Message:
    return Message(id, sender, text, datetime(2026, 11, 22, tzinfo=UTC), buttons=buttons, links=links)


@contextmanager
def failing(reason: str, *, permanent: bool) -> Iterator[list[DeliveryFailed]]:
    """The delivery fails with this decision."""
    raised: list[DeliveryFailed] = []
    with pytest.raises(DeliveryFailed) as caught:
        yield raised
    raised.append(caught.value)
    assert (str(caught.value), caught.value.permanent) == (reason, permanent)


async def test_words_arrive_as_plain_text_and_the_reference_names_the_message(
    channel: TelegramChannel, ana: Person
) -> None:
    reference = await channel.send(ana.address, said("Ç'është <b>kjo</b>? *Jo* [ç](tg://x) _dhe_ ë."))
    (seen,) = ana.sees
    assert seen.text == "Ç'është <b>kjo</b>? *Jo* [ç](tg://x) _dhe_ ë."
    assert (reference, seen.parse_mode, seen.buttons) == (str(seen.id), None, ())


async def test_buttons_stand_in_rows_and_carry_only_their_opaque_id(channel: TelegramChannel, ana: Person) -> None:
    buttons = (Button("Interneti", "menu:internet", "7.Ab3"), Button("Fol me një këshillues", "counsellor", "7.Cd4"))
    await channel.send(ana.address, said("Zgjidh.", *buttons))
    (seen,) = ana.sees
    assert seen.buttons == ("Interneti", "Fol me një këshillues")
    assert seen.payloads == ("7.Ab3", "7.Cd4")


async def test_a_tap_comes_back_with_the_payload_and_the_message_it_belongs_to(
    channel: TelegramChannel, ana: Person, api: BotApi
) -> None:
    reference = await channel.send(ana.address, said("Zgjidh.", Button("Po", "answer:yes", "7.Ab3")))
    query = ana.taps("Po")
    (tap,) = await channel.updates(0, 0)
    assert isinstance(tap, Tap)
    assert (tap.payload, tap.reference, tap.address, tap.title) == ("7.Ab3", reference, ana.address, None)
    await channel.answered(tap.query)
    assert ana.chat.queries == {query: True}


async def test_a_button_without_a_payload_stands_for_the_words_on_it(channel: TelegramChannel, ana: Person) -> None:
    await channel.send(ana.address, said("Zgjidh.", Button("Shiko temat", "menu"), Button("Një njeri", "counsellor")))
    ana.taps("Një njeri")
    (tap,) = await channel.updates(0, 0)
    assert isinstance(tap, Tap)
    assert (tap.payload, tap.title) == (None, "Një njeri")


async def test_links_to_pages_stand_under_the_text(channel: TelegramChannel, ana: Person) -> None:
    links = (Link("Burimi", "https://example.org/a"), Link("Telefono", "tel:123"))
    await channel.send(ana.address, said("Një faqe.", links=links))
    assert ana.texts == ["Një faqe.\n\nBurimi: https://example.org/a"]


async def test_only_a_counsellors_words_are_protected_and_never_a_number(channel: TelegramChannel, ana: Person) -> None:
    for sender, text in (
        (Sender.BOT, "bot"),
        (Sender.SYSTEM, "rresht"),
        (Sender.COUNSELLOR, "Jam këtu."),
        (Sender.COUNSELLOR, "Telefono 116 111."),
    ):
        await channel.send(ana.address, said(text, sender=sender))
    assert [seen.protected for seen in ana.sees] == [False, False, True, False]


async def test_a_long_text_comes_in_parts_that_lose_nothing_and_the_buttons_under_the_last(
    channel: TelegramChannel, ana: Person
) -> None:
    paragraphs = [f"{n}. " + "fjalë të gjata për provë " * 30 for n in range(12)]
    reference = await channel.send(ana.address, said("\n\n".join(paragraphs), Button("Po", "menu", "7.x")))
    assert len(ana.sees) == 3
    assert " ".join(" ".join(ana.texts).split()) == " ".join(" ".join(paragraphs).split())
    assert [seen.buttons for seen in ana.sees] == [(), (), ("Po",)]
    assert reference == " ".join(str(seen.id) for seen in ana.sees)


def test_parts_are_counted_in_utf_16_units_and_never_cut_a_character() -> None:
    text = "😀" * 5_000
    parts = split(text)
    assert "".join(parts) == text
    assert [len(part.encode("utf-16-le")) // 2 for part in parts] == [4096, 4096, 1808]


async def test_what_was_carried_of_a_long_text_is_not_said_again_after_a_failure(
    channel: TelegramChannel, ana: Person, api: BotApi
) -> None:
    text = "\n\n".join(f"pjesa {n} " + "a" * 3_000 for n in range(3))
    api.fails("sendMessage", "error", spared=1)
    with failing("network", permanent=False):
        await channel.send(ana.address, said(text))
    reference = await channel.send(ana.address, said(text))
    assert [seen.text[:7] for seen in ana.sees] == ["pjesa 0", "pjesa 1", "pjesa 2"]
    assert reference == " ".join(str(seen.id) for seen in ana.sees)


async def test_flood_control_says_how_long_to_wait(channel: TelegramChannel, ana: Person, api: BotApi) -> None:
    api.fails("sendMessage", "flood", retry_after=17)
    with failing("flood", permanent=False) as raised:
        await channel.send(ana.address, said("një"))
    assert raised[0].retry_after == 17
    assert ana.sees == []


async def test_who_blocked_the_bot_cannot_be_reached(channel: TelegramChannel, ana: Person) -> None:
    ana.blocks()
    with failing("blocked", permanent=True):
        await channel.send(ana.address, said("një"))


async def test_a_chat_that_does_not_exist_cannot_be_reached(channel: TelegramChannel) -> None:
    with failing("refused", permanent=True):
        await channel.send("42", said("një"))


@pytest.mark.parametrize("kind", ["error", "garbage", "lost_call", "lost_answer"])
async def test_a_service_in_trouble_is_asked_once_and_tried_again_later(
    channel: TelegramChannel, ana: Person, api: BotApi, kind: str
) -> None:
    api.fails("sendMessage", kind)
    with failing("network", permanent=False):
        await channel.send(ana.address, said("një"))
    assert len(api.called("sendMessage")) == 1


async def test_a_wrong_token_is_not_the_visitors_fault(api: BotApi, ana: Person) -> None:
    channel = TelegramChannel("116111:wrong", api.url)
    with failing("token_refused", permanent=False):
        await channel.send(ana.address, said("një"))
    await channel.close()


async def test_a_refused_button_does_not_cost_the_words(channel: TelegramChannel, ana: Person, api: BotApi) -> None:
    api.fails("sendMessage", "refused")
    await channel.send(ana.address, said("një", Button("Po", "menu", "7.x")))
    assert [(seen.text, seen.buttons) for seen in ana.sees] == [("një", ())]


async def test_messages_of_both_sides_are_deleted(channel: TelegramChannel, ana: Person) -> None:
    written = ana.writes("një")
    reference = await channel.send(ana.address, said("a" * 5_000))
    await channel.forget(ana.address, [str(written), reference or "", "999999"])
    assert ana.chat.messages == {}


async def test_messages_older_than_two_days_stay_and_the_others_still_go(
    channel: TelegramChannel, ana: Person, api: BotApi
) -> None:
    old = ana.writes("e vjetër")
    api.service.ahead += 49 * 3600
    new = ana.writes("e re")
    await channel.forget(ana.address, [str(old), str(new)])
    assert list(ana.chat.messages) == [old]


async def test_more_messages_than_the_service_deletes_at_once(channel: TelegramChannel, ana: Person) -> None:
    written = [str(ana.writes(f"{n}")) for n in range(250)]
    await channel.forget(ana.address, written)
    assert ana.chat.messages == {}


async def test_deleting_survives_a_service_in_trouble(channel: TelegramChannel, ana: Person, api: BotApi) -> None:
    written = ana.writes("një")
    api.fails("deleteMessages", "error")
    await channel.forget(ana.address, [str(written)])
    assert list(ana.chat.messages) == [written]


async def test_what_people_send_arrives_as_words_commands_and_kinds(channel: TelegramChannel, ana: Person) -> None:
    ana.writes("cfare eshte kanabisi")
    for command in (
        "/start",
        "/start shkolla",
        "/ndihme@bisede_prove_bot",
        "/NDIHMË",
        "/fshi",
        "/fshi gjithçka",
        "/restart",
    ):
        ana.writes(command)
    ana.sends("voice")
    ana.sends("photo", caption="shiko çfarë më bëri")
    ana.sends("location")
    arrived = await channel.updates(0, 0)
    assert [(type(a), getattr(a, "text", getattr(a, "name", getattr(a, "kind", "")))) for a in arrived] == [
        (Text, "cfare eshte kanabisi"),
        (Command, "start"),
        (Command, "start"),
        (Command, "ndihme"),
        (Command, "ndihme"),
        (Command, "fshi"),
        (Text, "/fshi gjithçka"),
        (Text, "/restart"),
        (Other, "voice"),
        (Other, "photo"),
        (Other, "location"),
    ]
    photo, location = arrived[-2:]
    assert isinstance(photo, Other)
    assert isinstance(location, Other)
    assert photo.caption == "shiko çfarë më bëri"
    assert location.place == (41.3275, 19.8187)


async def test_an_edited_message_arrives_as_a_new_one(channel: TelegramChannel, ana: Person) -> None:
    written = ana.writes("jam mire")
    ana.edits(written, "nuk jam mire")
    first, second = await channel.updates(0, 0)
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert (first.text, second.text, first.reference) == ("jam mire", "nuk jam mire", second.reference)
    assert first.update_id != second.update_id


async def test_groups_are_not_for_us(channel: TelegramChannel, api: BotApi) -> None:
    group = api.group("Klasa 9B")
    api.service.written(group, {"text": "pershendetje"})
    (arrived,) = await channel.updates(0, 0)
    assert arrived == Elsewhere(arrived.update_id, str(group.id))
    await channel.leave(str(group.id))
    assert group.left


async def test_an_update_that_the_library_cannot_read_hides_no_other(
    channel: TelegramChannel, ana: Person, api: BotApi
) -> None:
    ana.writes("para")
    api.service.tell("message", {"message_id": "?", "date": "yesterday", "chat": {"type": "private"}})
    ana.writes("pas")
    arrived = await channel.updates(0, 0)
    assert [getattr(a, "text", None) for a in arrived] == ["para", None, "pas"]
    assert [a.update_id for a in arrived] == sorted(a.update_id for a in arrived)


async def test_only_what_lies_before_the_offset_is_confirmed(channel: TelegramChannel, ana: Person) -> None:
    for word in ("një", "dy", "tre"):
        ana.writes(word)
    first = await channel.updates(0, 0)
    assert [a.update_id for a in await channel.updates(0, 0)] == [a.update_id for a in first]
    rest = await channel.updates(first[0].update_id + 1, 0)
    assert [a.update_id for a in rest] == [a.update_id for a in first[1:]]


async def test_a_poll_waits_for_the_next_word(channel: TelegramChannel, ana: Person) -> None:
    polling = asyncio.create_task(channel.updates(0, 10))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    ana.writes("një")
    (arrived,) = await polling
    assert isinstance(arrived, Text)
    assert time.monotonic() - began < 1


async def test_two_that_poll_at_once_are_told_apart(channel: TelegramChannel) -> None:
    first = asyncio.create_task(channel.updates(0, 10))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(channel.updates(0, 0))
    with failing("polled_elsewhere", permanent=False):
        await first
    assert await second == []


async def test_the_bot_introduces_itself_with_its_commands_and_takes_a_hook_away(
    channel: TelegramChannel, api: BotApi, ana: Person
) -> None:
    api.service.webhook = "https://example.org/hook"
    ana.writes("një")
    with failing("polled_elsewhere", permanent=False):
        await channel.updates(0, 0)
    await channel.introduce({"ndihme": "Numrat e ndihmës", "fshi": "Fshi bisedën"}, "Bisedë pa emër.")
    assert [entry["command"] for entry in api.service.commands] == ["ndihme", "fshi"]
    assert api.service.texts == {"description": "Bisedë pa emër."}
    assert len(await channel.updates(0, 0)) == 1


async def test_neither_token_nor_words_are_ever_logged(
    api: BotApi, ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = TelegramChannel(TOKEN, api.url)
    ana.writes("nje fjale e fshehte")
    await channel.updates(0, 0)
    await channel.send(ana.address, said("nje pergjigje e fshehte"))
    for kind in ("error", "garbage", "lost_call", "flood", "refused"):
        for method in ("getUpdates", "sendMessage"):
            api.fails(method, kind)
        with pytest.raises(DeliveryFailed) as send_failed:
            await channel.send(ana.address, said("nje pergjigje e fshehte"))
        with pytest.raises(DeliveryFailed) as read_failed:
            await channel.updates(0, 0)
        for failed in (send_failed, read_failed):
            assert TOKEN not in "".join(traceback.format_exception(failed.value))
    api.service.tell("message", {"message_id": "?", "text": "nje fjale e fshehte"})
    await channel.updates(0, 0)
    await channel.close()
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    assert "fsheht" not in caplog.text
