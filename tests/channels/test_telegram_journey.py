"""The whole way on Telegram: a question, risk, a counsellor, back to the assistant, and everything deleted."""

from __future__ import annotations

import asyncio

import pytest

from frontdoor.message import Sender
from frontdoor.ports import Wake
from storage.database import Database
from storage.desk import Desk
from storage.keys import ServiceKey
from storage.outbox import Outbox
from storage.staff import StaffAccounts
from tests.fakes import FakeBot
from tests.telegram_api import BotApi, Person
from tests.webchat.telegram_scene import Transcript, telegram_open, until
from webchat.house import House

QUESTION = "cfare eshte kanabisi"
RISK = "sdua te jetoj me"


@pytest.fixture
async def besa(database: Database) -> int:
    """A counsellor on shift."""
    accounts = StaffAccounts(database)
    password = await accounts.add("besa", "Besa")
    person, _ = await accounts.sign_in("besa", password)
    await accounts.present(person.id)
    return person.id


class Counsellor:
    """Acts at the desk as the console does: a change, and a wake-up."""

    def __init__(self, desk: Desk, house: House, person: int) -> None:
        self._desk = desk
        self._house = house
        self._person = person
        self._said = 0

    async def claims(self, conversation: str) -> None:
        assert (await self._desk.claim(conversation, self._person)).won
        await self._house.bus.publish(Wake("conversation", conversation))

    async def says(self, conversation: str, text: str) -> None:
        self._said += 1
        await self._desk.reply(conversation, self._person, f"r{self._said}", text)
        await self._house.bus.publish(Wake("conversation", conversation))

    async def closes(self, conversation: str) -> None:
        await self._desk.close(conversation, self._person, 0, "foli me nënën", "helped")
        await self._house.bus.publish(Wake("conversation", conversation))


async def test_from_a_question_to_a_counsellor_and_back_and_then_deleted(
    house: House,
    key: ServiceKey,
    api: BotApi,
    ana: Person,
    transcript: Transcript,
    desk: Desk,
    besa: int,
    bot: FakeBot,
) -> None:
    counsellor = Counsellor(desk, house, besa)
    async with telegram_open(house, key, api):
        ana.writes("/start")
        await ana.reads("jo njeri")
        ana.writes(QUESTION)
        article = await ana.reads("Kanabisi")
        assert not article.protected

        ana.writes(RISK)
        script = await ana.reads("Bëre mirë që e the")
        assert "Nuk është kështu" in script.buttons
        (row,) = await transcript.conversations()
        conversation = str(row["id"])
        assert (row["state"], row["level"], row["lane"]) == ("waiting", 3, "risk")
        ana.writes("a ka njeri")
        await until(lambda: api.service.pending == [])
        assert bot.heard == [QUESTION]

        await counsellor.claims(conversation)
        await ana.reads("Tani po flet me Besa")
        await counsellor.says(conversation, "Përshëndetje, jam Besa. Të lexova.")
        await counsellor.says(conversation, "Je vetëm tani?")
        reply = await ana.reads("Je vetëm tani?")
        assert reply.protected
        ana.writes("jo, jam me motren")
        await until(lambda: api.service.pending == [])
        assert bot.heard == [QUESTION]

        await counsellor.closes(conversation)
        await ana.reads("Tani të përgjigjem prapë unë")
        ana.writes("faleminderit")
        await ana.reads("Mund të më pyesësh diçka")
        assert bot.heard == [QUESTION, "faleminderit"]
        texts = ana.texts
        assert [texts.index(t) for t in texts] == list(range(len(texts)))
        assert texts.index("Përshëndetje, jam Besa. Të lexova.") < texts.index("Je vetëm tani?")
        assert await transcript.visitors() == [QUESTION, RISK, "a ka njeri", "jo, jam me motren", "faleminderit"]

        ana.writes("/fshi")
        last = await ana.reads("u fshi përgjithmonë")
        await until(lambda: list(ana.chat.messages) == [last.id])
        assert await transcript.conversations() == []


async def test_after_the_claim_no_word_of_the_bot_leaves_any_more(
    house: House,
    key: ServiceKey,
    api: BotApi,
    ana: Person,
    transcript: Transcript,
    desk: Desk,
    besa: int,
    bot: FakeBot,
) -> None:
    counsellor = Counsellor(desk, house, besa)
    api.fails("sendMessage", "flood", retry_after=2, times=1)
    async with telegram_open(house, key, api):
        ana.writes(QUESTION)
        # the answer is kept and on its way, but Telegram asks to wait
        await until(lambda: len(api.called("sendMessage")) == 1)
        ana.writes("dua te flas me nje njeri")
        await until(lambda: api.service.pending == [])
        (row,) = await transcript.conversations()
        await counsellor.claims(str(row["id"]))
        await counsellor.says(str(row["id"]), "Jam këtu.")
        await ana.reads("Jam këtu.", within=8)
    assert not any("Kanabisi" in text for text in ana.texts)
    said = [message.sender for message, _ in await transcript.messages()]
    assert Sender.BOT in said


async def test_the_same_updates_once_more_change_nothing(
    house: House, key: ServiceKey, api: BotApi, ana: Person, transcript: Transcript, bot: FakeBot
) -> None:
    ana.writes("pershendetje")
    ana.writes(RISK)
    again = list(api.service.pending)
    async with telegram_open(house, key, api):
        await ana.reads("Bëre mirë që e the")
        await until(lambda: api.service.pending == [])
        await _all_carried(house, key)
        seen = ana.texts
        api.service.pending += again
        api.stir()
        await until(lambda: api.service.pending == [])
        await asyncio.sleep(0.5)
        await _all_carried(house, key)
    assert ana.texts == seen
    levels = [(m.text, level) for m, level in await transcript.messages() if m.sender is Sender.VISITOR]
    assert levels == [("pershendetje", 0), (RISK, 3)]
    assert len(await transcript.conversations()) == 1


async def test_many_who_write_at_once_each_get_their_own_answer(
    house: House, key: ServiceKey, api: BotApi, transcript: Transcript
) -> None:
    people = [api.person(name) for name in ("Ana", "Beni", "Cufe", "Dea", "Era", "Fatos")]
    for person in people:
        person.writes(QUESTION)
        person.writes(RISK)
    async with telegram_open(house, key, api):
        for person in people:
            await person.reads("Bëre mirë që e the", within=10)
    rows = await transcript.conversations()
    assert [row["level"] for row in rows] == [3] * len(people)
    assert len({row["id"] for row in rows}) == len(people)


async def _all_carried(house: House, key: ServiceKey) -> None:
    async with asyncio.timeout(5):
        while await Outbox(house.database, key).waiting():
            await asyncio.sleep(0.05)
