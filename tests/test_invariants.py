"""The nine invariants of ARCHITECTURE.md, each as a scene that fails when the invariant is broken."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select, update

from frontdoor.content import ALWAYS_SHOWN, Content
from frontdoor.message import Inbound, Sender
from frontdoor.settings import ROOT, Settings
from frontdoor.words import Words
from screening.screen import Screen
from storage.bus import RedisBus
from storage.database import Database
from storage.desk import ReasonMissing
from storage.keys import ServiceKey
from storage.tables import conversations, messages
from tests.cast import PATIENCE, Counsellor, Visitor
from tests.fakes import BrokenScreening, FakeBot, phrase
from tests.servers import serving
from webchat.app import build_app
from webchat.house import House
from webchat.wiring import open_house

RISK = "sdua te jetoj me"
WISH = "dua te flas me nje njeri"


class TestOneNothingReachesTheBotUnscreened:
    """1. No message reaches the bot unscreened; when screening breaks, a person reads."""

    async def test_each_message_is_kept_with_its_assessment(self, visitor: Visitor, database: Database) -> None:
        await visitor.says("pershendetje")
        await visitor.says("nuk dua me te jetoj")
        async with database.read() as connection:
            screened = (
                await connection.execute(select(messages.c.screened_by).where(messages.c.sender == "visitor"))
            ).scalars()
            assert all(version and version != "none" for version in screened)

    async def test_risk_never_reaches_the_bot(self, visitor: Visitor, bot: FakeBot) -> None:
        await visitor.says(RISK)
        await visitor.sees("116 111")
        await asyncio.sleep(0.3)
        assert bot.heard == []

    async def test_broken_screening_leads_to_the_lane_unscreened(
        self, settings: Settings, content: Content, database: Database, key: ServiceKey, bus: RedisBus, bot: FakeBot
    ) -> None:
        broken = open_house(settings, content, database, key, bus, bot, BrokenScreening())
        async with serving(build_app(broken)) as address:
            someone = Visitor(address)
            await someone.opens()
            await someone.says("pershendetje")
            await someone.sees("Po ia kaloj mesazhin tënd një këshilluesi")
            await someone.is_told("waiting")
            async with database.read() as connection:
                row = (await connection.execute(select(conversations.c.lane, conversations.c.level))).one()
            assert tuple(row) == ("unscreened", 0)
            assert bot.heard == []
            await someone.closes()

    async def test_a_real_emergency_stands_above_what_nothing_screened(
        self, visitor: Visitor, public: str, database: Database, besa: Counsellor
    ) -> None:
        for _ in range(5):
            other = Visitor(public)
            await other.opens()
            await other.says(WISH)
            await other.closes()
        async with database.write() as connection:
            await connection.execute(update(conversations).values(lane="unscreened"))
        await visitor.says("i kam gati hapat do i pi te gjitha sonte")
        assert (await besa.queue())[0] == visitor.conversation


class TestTwoKeptBeforeAcknowledged:
    """2. Kept before acknowledged, kept before sent; the same client id again changes nothing."""

    async def test_what_is_acknowledged_is_on_the_disk(self, visitor: Visitor, house: House) -> None:
        kept = await visitor.says("cfare eshte kanabisi")
        found = await house.store.after(visitor.conversation, 0)
        assert (kept["id"], "cfare eshte kanabisi") in [(m.id, m.text) for m in found]

    async def test_a_resend_gives_the_same_and_changes_nothing(self, visitor: Visitor, house: House) -> None:
        first = await visitor.says("pershendetje", "a")
        await visitor.sees("asistenti automatik i ALO-s")
        visitor.frames.clear()
        again = await visitor.says("pershendetje", "a")
        assert (again["id"], again["at"]) == (first["id"], first["at"])
        await asyncio.sleep(0.3)
        said = [m for m in await house.store.after(visitor.conversation, 0) if m.sender is Sender.VISITOR]
        assert len(said) == 1

    async def test_nothing_is_acknowledged_when_the_store_is_away(
        self, visitor: Visitor, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        await visitor.says("pershendetje")
        await visitor.sees("asistenti automatik i ALO-s")
        async with database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE messages RENAME TO hidden_messages")
        await visitor.sends({"type": "say", "client_id": "lost", "text": "nuk dua te jetoj"})
        error = await visitor.gets("error", code="not_kept")
        assert "116 111" in error["message"]
        assert not [f for f in visitor.frames if f["type"] == "kept" and f["client_id"] == "lost"]
        async with database.write() as connection:
            await connection.exec_driver_sql("ALTER TABLE hidden_messages RENAME TO messages")
        assert (await visitor.says("nuk dua te jetoj", "lost"))["id"]
        await visitor.sees("116 111", sender="system")


class TestThreeRiskOnlyRises:
    """3. Risk rises by itself and falls only by a counsellor's hand, with a reason."""

    async def test_harmless_words_do_not_lower_it(self, visitor: Visitor, database: Database) -> None:
        await visitor.says(RISK)
        for text in ("shaka e kisha", "po", "faleminderit, jam mire", "cfare eshte kanabisi"):
            await visitor.says(text)
        async with database.read() as connection:
            level = (await connection.execute(select(conversations.c.level))).scalar_one()
        assert level >= 3

    async def test_not_so_is_noted_and_lowers_nothing(self, visitor: Visitor, database: Database) -> None:
        await visitor.says(RISK)
        await visitor.sees("116 111")
        await visitor.taps("Nuk është kështu")
        async with database.read() as connection:
            row = (await connection.execute(select(conversations.c.level, conversations.c.not_so))).one()
        assert tuple(row) == (3, True)

    async def test_leaving_does_not_take_an_emergency_away(self, visitor: Visitor, besa: Counsellor) -> None:
        await visitor.says(RISK)
        await visitor.sends({"type": "leave"})
        await visitor.sees("Biseda mbetet te ekipi i ALO-s")
        assert await besa.queue() == [visitor.conversation]

    async def test_a_counsellor_lowers_it_with_a_reason_only(self, visitor: Visitor, besa: Counsellor) -> None:
        await visitor.says(RISK)
        await besa.claims(visitor.conversation)
        with pytest.raises(ReasonMissing):
            await besa.closes(visitor.conversation, 0, "")
        await besa.closes(visitor.conversation, 0, "folëm, është me nënën")
        await visitor.is_told("bot")


class TestFourTheBotIsSilent:
    """4. While a person holds it, or is awaited at level 3–4 or on wish, the bot does not speak."""

    async def test_while_a_person_is_awaited(self, visitor: Visitor, bot: FakeBot, besa: Counsellor) -> None:
        await visitor.says(WISH)
        await visitor.is_told("waiting")
        for text in ("cfare eshte kanabisi", "a je aty"):
            await visitor.says(text)
        await visitor.hears_nothing()
        assert bot.heard == []

    async def test_a_claim_overtakes_a_bot_that_thinks(
        self, visitor: Visitor, bot: FakeBot, house: House, besa: Counsellor, database: Database
    ) -> None:
        await visitor.says("kam filluar te pres veten")
        bot.gate = asyncio.Event()
        await visitor.says("cfare eshte kanabisi")
        await _until_heard(bot, 1)
        claim = await besa.claims(visitor.conversation)
        assert claim.won
        bot.gate.set()
        await asyncio.sleep(0.5)
        said = await house.store.after(visitor.conversation, 0)
        joined = next(m.id for m in said if "Besa" in m.text)
        assert [m.text for m in said if m.sender is Sender.BOT and m.id > joined] == []

    async def test_a_page_opened_by_the_visitors_own_tap_is_no_bot_speaking(
        self, visitor: Visitor, bot: FakeBot, besa: Counsellor
    ) -> None:
        await visitor.says(RISK)
        await visitor.sees("116 111")
        await visitor.taps("Lexo ndërkohë")
        await visitor.sees("frymë", seconds=PATIENCE)
        assert bot.heard == []

    async def test_the_bot_speaks_again_after_closing(
        self, visitor: Visitor, bot: FakeBot, house: House, besa: Counsellor
    ) -> None:
        await visitor.says(WISH)
        await besa.claims(visitor.conversation)
        await visitor.is_told("counsellor")
        await visitor.says("cfare eshte kanabisi")
        await visitor.hears_nothing()
        await besa.closes(visitor.conversation)
        await visitor.is_told("bot")
        await visitor.says("cfare eshte kanabisi")
        await visitor.sees("Kanabisi", sender="bot")
        assert bot.heard == ["cfare eshte kanabisi"]


class TestFiveOneWinsAClaim:
    """5. Exactly one counsellor wins a claim; the loser is told who has it."""

    async def test_two_at_once(self, visitor: Visitor, besa: Counsellor, dritan: Counsellor) -> None:
        for _ in range(10):
            await visitor.says(WISH)
            await visitor.is_told("waiting")
            claims = await asyncio.gather(besa.claims(visitor.conversation), dritan.claims(visitor.conversation))
            won = [claim for claim in claims if claim.won]
            lost = [claim for claim in claims if not claim.won]
            assert (len(won), len(lost)) == (1, 1)
            assert lost[0].held_by == won[0].held_by
            await (besa if won[0].held_by == "Besa" else dritan).closes(visitor.conversation)
            await visitor.is_told("bot")


class TestSixSomethingIsHeard:
    """6. The visitor hears something within 5 seconds, whatever is down."""

    async def test_with_the_bot_down(self, visitor: Visitor, bot: FakeBot) -> None:
        bot.down = True
        await visitor.says("cfare eshte kanabisi")
        answer = await visitor.sees("116 111", sender="system")
        assert "u ruajt" in answer["text"]

    async def test_with_nobody_on_shift(self, visitor: Visitor) -> None:
        await visitor.says(RISK)
        answer = await visitor.sees("Tani nuk ka këshillues në chat")
        assert "116 111" in answer["text"]

    async def test_with_a_bot_that_says_nothing_we_know(self, visitor: Visitor, house: House, bot: FakeBot) -> None:
        bot._answer = lambda text: [phrase("no such phrase")]
        await visitor.says("pershendetje")
        await visitor.sees("116 111", sender="system")

    async def test_what_a_crash_left_owed_is_answered_by_another_process(
        self,
        house: House,
        content: Content,
        settings: Settings,
        database: Database,
        key: ServiceKey,
        bus: RedisBus,
        screening: Screen,
    ) -> None:
        dying = FakeBot()
        dying.gate = asyncio.Event()
        first = open_house(settings, content, database, key, bus, dying, screening)
        await first.reception.receive(Inbound("c" * 24, "web", "a", "cfare eshte kanabisi"))
        await _until_heard(dying, 1)
        for task in list(first.reception._answering.values()):
            task.cancel()
        async with serving(build_app(house)):
            for _ in range(100):
                said = await house.store.after("c" * 24, 0)
                if len(said) > 1:
                    break
                await asyncio.sleep(0.1)
        assert [m.sender for m in said] == [Sender.VISITOR, Sender.BOT]


class TestSevenNoTextLeaks:
    """7. Message text enters no log, no error report, no URL."""

    async def test_neither_logs_nor_the_database_file_hold_the_words(
        self,
        visitor: Visitor,
        house: House,
        bot: FakeBot,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        database: Database,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        secret = "trendafilzezë"
        await visitor.says(f"{secret} cfare eshte kanabisi")
        await visitor.sees("Kanabisi")
        bot.down = True
        await visitor.says(f"{secret} edhe nje here")
        await visitor.says(f"{secret} nuk dua te jetoj me")
        await visitor.sends(json.dumps({"type": "say", "client_id": "x", "text": secret * 500}))
        await visitor.gets("error", code="too_long")
        assert secret not in caplog.text
        assert "kanabis" not in caplog.text
        for file in tmp_path.glob("frontdoor.db*"):
            assert secret.encode() not in file.read_bytes()

    async def test_erasing_leaves_nothing(self, visitor: Visitor, house: House, tmp_path: Path) -> None:
        await visitor.says("pershendetje")
        await visitor.sees("asistenti automatik i ALO-s")
        await visitor.sends({"type": "erase"})
        await visitor.gets("erased")
        async with house.database.read() as connection:
            for table in (conversations, messages):
                assert (await connection.execute(select(table))).all() == []


class TestEightOnlyScripts:
    """8. Between a level 3–4 disclosure and the counsellor's first word, all text comes from content/."""

    async def test_every_word_stands_in_content(
        self, visitor: Visitor, content: Content, house: House, besa: Counsellor
    ) -> None:
        written = " ".join(path.read_text("utf-8") for path in sorted((ROOT / "content").rglob("*.yml")))
        known = {_bare(text) for text in re.split(r"[\n\"]", written)}
        await visitor.says("pershendetje")
        await visitor.sees("asistenti automatik i ALO-s")
        before = max(visitor.messages)
        for text in (RISK, "po", "jo", "cfare eshte kanabisi", "1", "a je robot"):
            await visitor.says(text)
        await asyncio.sleep(0.4)
        after = [m for i, m in visitor.messages.items() if i > before and m["sender"] != "visitor"]
        assert after
        for message in after:
            assert message["sender"] == "system"
            for sentence in re.split(r"(?<=[.?!])\s+", message["text"]):
                bare = _bare(sentence)
                assert any(bare in line for line in known), sentence


class TestNineNumbersFromTheDirectory:
    """9. Numbers of help come only from the directory; unverified ones are not shown to children."""

    def test_no_number_stands_outside_the_directory(self) -> None:
        in_texts = re.compile(r"116[ -]?(111|000)|(?<![\d.#])(129|127|128|112)(?!\d|\.\d)")
        # in code three digits may count something; what would be shown stands in quotes or between tags
        in_code = re.compile(r"116[ -]?(111|000)|[\"'`>](129|127|128|112)[\"'`<]|tel:\d")
        found = []
        for path in _shown_files():
            for line_number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if (in_code if path.suffix in (".py", ".js", ".html") else in_texts).search(line):
                    found.append(f"{path.relative_to(ROOT)}:{line_number}: {line.strip()}")
        assert found == []

    def test_phrases_and_scripts_name_the_six_alone(self, content: Content) -> None:
        named = set()
        for path in _shown_files():
            if path.suffix == ".yml":
                named |= set(re.findall(r"\{([a-z_]+)\}", path.read_text("utf-8"))) & set(content.directory)
        assert named == set(ALWAYS_SHOWN)

    def test_articles_tell_what_has_been_checked_and_only_name_the_rest(self, content: Content) -> None:
        told = {entry.shown for entry in content.directory.values() if entry.shown}
        unchecked = [entry for entry in content.directory.values() if not (entry.verified or entry.always)]
        contacts = {part for entry in unchecked for part in (entry.number, entry.url, entry.address) if part} - told
        assert len(contacts) > 10
        words, named = Words(content), 0
        for topic, article in content.articles.items():
            read = words.article(topic)
            assert read.article is not None
            text = "\n".join((read.text, read.article["simple"] or ""))
            assert [contact for contact in contacts if re.search(rf"(?<!\w){re.escape(contact)}(?!\w)", text)] == []
            named += sum(f"{{{entry.slug}}}" in article.help for entry in unchecked)
        assert named

    def test_each_entry_says_whether_and_when_it_was_verified(self) -> None:
        entries = yaml.safe_load((ROOT / "content" / "directory.yml").read_text("utf-8"))["entries"]
        for entry in entries:
            assert isinstance(entry["verified"], bool), entry["slug"]
            assert entry.get("source") or not entry["verified"], entry["slug"]
            assert entry["audience"], entry["slug"]


def _shown_files() -> list[Path]:
    folders = ("content/articles", "content/phrases", "content/scripts")
    texts = [path for folder in folders for path in sorted((ROOT / folder).glob("*.*"))]
    rooms = ("actions", "bot", "channels", "frontdoor", "handoff", "language", "screening", "storage", "webchat")
    code = [
        path
        for room in rooms
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in (".py", ".js", ".html") and ".venv" not in path.parts
    ]
    return texts + code


def _bare(text: str) -> str:
    """Letters only: placeholders and the numbers that fill them both fall away."""
    return re.sub(r"[^a-zçë]+", " ", re.sub(r"\{\w+\}", " ", text.lower())).strip()


async def _until_heard(bot: FakeBot, times: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(bot.heard) < times:
            await asyncio.sleep(0.02)
