"""What each thing that people do on Telegram brings: the opening, the safe word, erasing, pictures, old buttons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontdoor.content import Content
from storage.keys import ServiceKey
from storage.outbox import Outbox
from tests.fakes import FakeBot
from tests.fakes import article as named_article
from tests.telegram_api import BotApi, Person
from tests.webchat.telegram_scene import Transcript, telegram_open, until
from webchat.house import House

RISK = "sdua te jetoj me"


@pytest.fixture
async def door(house: House, key: ServiceKey, api: BotApi) -> AsyncIterator[None]:
    """The Telegram door stands open for the whole scene."""
    async with telegram_open(house, key, api):
        yield


@pytest.mark.usefixtures("door")
async def test_start_shows_the_opening_and_keeps_nothing(ana: Person, transcript: Transcript) -> None:
    ana.writes("/start")
    seen = await ana.reads("jo njeri")
    assert "Telegram" in seen.text
    assert seen.buttons == ("Shiko temat", "Fol me një këshillues")
    assert await transcript.conversations() == []


@pytest.mark.usefixtures("door")
async def test_the_openings_buttons_work_before_anything_was_kept(
    ana: Person, transcript: Transcript, api: BotApi, bot: FakeBot
) -> None:
    ana.writes("/start")
    await ana.reads("jo njeri")
    query = ana.taps("Shiko temat")
    menu = await ana.reads("Zgjidh njërën")
    assert "Interneti" in menu.buttons
    assert ana.chat.queries[query]
    ana.taps("Interneti")
    await ana.reads("Zgjidh një temë.")
    assert await transcript.visitors() == ["Shiko temat", "Interneti"]
    assert bot.heard == []


@pytest.mark.usefixtures("door")
async def test_a_person_can_be_asked_for_from_the_opening(ana: Person, transcript: Transcript) -> None:
    ana.writes("/start")
    await ana.reads("jo njeri")
    ana.taps("Fol me një këshillues")
    await until(lambda: len(ana.sees) == 2)
    assert (await transcript.conversations())[0]["state"] == "waiting"


@pytest.mark.usefixtures("door")
async def test_while_a_person_is_awaited_start_does_not_bring_the_assistant_back(
    ana: Person, transcript: Transcript, house: House, bot: FakeBot
) -> None:
    ana.writes(RISK)
    await ana.reads("Faleminderit që")
    ana.writes("/start")
    await ana.reads(house.words.line("kept_waiting").text)
    assert not any("jo njeri" in text for text in ana.texts)
    assert bot.heard == []


@pytest.mark.usefixtures("door")
async def test_ndihme_gives_the_numbers_and_a_person_and_no_menu(
    ana: Person, transcript: Transcript, bot: FakeBot
) -> None:
    ana.writes("/ndihme")
    card = await ana.reads("Numrat e ndihmës")
    assert "112" in card.text
    assert (await transcript.conversations())[0]["state"] == "waiting"
    assert bot.heard == []


@pytest.mark.usefixtures("door")
async def test_the_bot_answers_under_a_typing_mark_and_its_buttons_bring_articles(
    ana: Person, transcript: Transcript, content: Content, bot: FakeBot
) -> None:
    bot._answer = lambda text: [named_article(text.removeprefix("/") if text.startswith("/") else "cannabis")]
    ana.writes("cfare eshte kanabisi")
    article = await ana.reads("Kanabisi")
    assert ana.chat.actions == ["typing"]
    assert article.parse_mode is None
    assert article.buttons
    ana.taps(article.buttons[0])
    await until(lambda: len(ana.sees) == 2)
    (asked, tapped) = bot.heard
    assert asked == "cfare eshte kanabisi"
    topic = tapped.removeprefix("/")
    assert content.articles[topic].head.button == article.buttons[0]
    assert content.articles[topic].head.title in ana.texts[-1]


@pytest.mark.usefixtures("door")
async def test_the_menu_leads_through_themes_and_groups_to_an_article(
    ana: Person, transcript: Transcript, content: Content, bot: FakeBot
) -> None:
    bot.down = True
    ana.writes("/start")
    await ana.reads("jo njeri")
    steps = {
        "Shiko temat": "Zgjidh njërën",
        "Interneti": "Interneti. Zgjidh një temë.",
        "Foto, takime, kërcënime": "Foto, takime, kërcënime. Zgjidh një temë.",
    }
    for title, answer in steps.items():
        ana.taps(title)
        await ana.reads(answer)
    topic = content.themes["internet"].groups[2].topics[0]
    ana.taps(content.articles[topic].head.button)
    await ana.reads(content.articles[topic].head.title)
    assert await transcript.visitors() == [*steps, content.articles[topic].head.button]
    assert bot.heard == [f"/{topic}"]


@pytest.mark.usefixtures("door")
async def test_a_forged_or_foreign_button_does_nothing_and_is_said_to_be_old(
    ana: Person, api: BotApi, transcript: Transcript
) -> None:
    beni = api.person("Beni")
    for person in (ana, beni):
        person.writes("cfare eshte kanabisi")
        await person.reads("Kanabisi")
    article = beni.sees[-1]
    ana.taps_payload(ana.sees[-1].id, article.payloads[0])
    await ana.reads("nuk vlen më")
    await until(lambda: ana.sees[0].buttons == ())
    assert await transcript.visitors() == ["cfare eshte kanabisi"] * 2


@pytest.mark.usefixtures("door")
async def test_a_slash_is_a_word_like_any_other(ana: Person, bot: FakeBot, transcript: Transcript) -> None:
    ana.writes("/restart")
    await until(lambda: len(ana.sees) == 1)
    assert await transcript.visitors() == ["/restart"]
    assert bot.heard == ["/restart"]


@pytest.mark.parametrize(("kind", "shown"), [("voice", "[mesazh me zë]"), ("photo", "[foto]"), ("sticker", "[skedar]")])
@pytest.mark.usefixtures("door")
async def test_what_cannot_be_read_is_kept_by_its_kind_and_said_so(
    ana: Person, transcript: Transcript, kind: str, shown: str
) -> None:
    ana.sends(kind)
    seen = await ana.reads("Nuk i dëgjoj dot")
    assert "116 111" in seen.text
    assert "Fol me një këshillues" in seen.buttons
    assert await transcript.visitors() == [shown]


@pytest.mark.usefixtures("door")
async def test_the_words_under_a_picture_are_screened(ana: Person, transcript: Transcript) -> None:
    ana.sends("photo", caption=RISK)
    await ana.reads("Faleminderit që")
    assert await transcript.visitors() == [f"[foto] {RISK}"]
    assert (await transcript.conversations())[0]["level"] == 3


@pytest.mark.usefixtures("door")
async def test_a_place_is_kept_only_where_somebody_may_have_to_be_found(ana: Person, transcript: Transcript) -> None:
    ana.sends("location")
    await ana.reads("Nuk i dëgjoj dot")
    ana.writes(RISK)
    await ana.reads("Faleminderit që")
    ana.sends("location")
    await until(lambda: len([t for t in ana.texts if "Nuk i dëgjoj dot" in t]) == 2)
    assert await transcript.visitors() == ["[vendndodhje]", RISK, "[vendndodhje] 41.32750, 19.81870"]


@pytest.mark.usefixtures("door")
async def test_fshi_deletes_both_sides_there_and_everything_here(
    ana: Person, api: BotApi, transcript: Transcript, house: House
) -> None:
    ana.writes("/start")
    await ana.reads("jo njeri")
    ana.writes("cfare eshte kanabisi")
    await ana.reads("Kanabisi")
    await until(lambda: api.service.pending == [])
    ana.writes("/fshi")
    last = await ana.reads("u fshi përgjithmonë")
    assert "zgjidh fshirjen e saj" in last.text
    # what was on its way meanwhile is taken back
    await until(lambda: list(ana.chat.messages) == [last.id])
    assert await transcript.conversations() == []
    assert await transcript.messages() == []


@pytest.mark.usefixtures("door")
async def test_fshi_in_an_emergency_empties_the_phone_and_says_what_stays(
    ana: Person, transcript: Transcript, house: House, key: ServiceKey
) -> None:
    ana.writes(RISK)
    await ana.reads("Faleminderit që")
    ana.writes("/fshi")
    last = await ana.reads("u fshi nga ky telefon")
    assert str(house.settings.erase_days) in last.text
    # what was on its way meanwhile is taken back
    await until(lambda: list(ana.chat.messages) == [last.id])
    assert RISK in await transcript.visitors()
    (kept,) = await transcript.conversations()
    assert (kept["state"], kept["address_mac"]) == ("waiting", None)
    ana.writes("pershendetje")
    await ana.reads("Përshëndetje")
    assert len(await transcript.conversations()) == 2


@pytest.mark.usefixtures("door")
async def test_fshi_without_a_conversation_removes_what_was_shown(ana: Person, transcript: Transcript) -> None:
    ana.writes("/start")
    await ana.reads("jo njeri")
    ana.writes("/fshi")
    last = await ana.reads("u fshi përgjithmonë")
    # what was on its way meanwhile is taken back
    await until(lambda: list(ana.chat.messages) == [last.id])


@pytest.mark.usefixtures("door")
async def test_what_is_older_than_two_days_stays_and_the_rest_is_explained(
    ana: Person, api: BotApi, transcript: Transcript
) -> None:
    old = ana.writes("cfare eshte kanabisi")
    answer = await ana.reads("Kanabisi")
    api.service.ahead += 49 * 3600
    ana.writes("/fshi")
    last = await ana.reads("u fshi përgjithmonë")
    assert list(ana.chat.messages) == [old, answer.id, last.id]
    assert await transcript.conversations() == []


@pytest.mark.usefixtures("door")
async def test_who_blocked_the_bot_stays_before_the_team_and_can_come_back(
    ana: Person, house: House, key: ServiceKey, transcript: Transcript
) -> None:
    ana.blocks()
    ana.writes(RISK)
    async with asyncio.timeout(5):
        while not (rows := await transcript.conversations()) or rows[0]["unreachable_at"] is None:
            await asyncio.sleep(0.05)
    assert (rows[0]["state"], await Outbox(house.database, key).waiting()) == ("waiting", 0)
    ana.unblocks()
    ana.writes("jam ketu")
    await ana.reads(house.words.line("kept_waiting").text)
    async with asyncio.timeout(5):
        while (await transcript.conversations())[0]["unreachable_at"] is not None:
            await asyncio.sleep(0.05)
