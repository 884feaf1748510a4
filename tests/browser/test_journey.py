"""The main path in real browsers, before a real house: two visitors, two counsellors, from a question to the end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, FrameLocator, Locator, Page, Response, ViewportSize, expect

from storage.keys import ServiceKey
from tests.bot.process import BotProcess
from tests.handoff.scene import PASSWORD
from tests.processes import Crossing, House, Parts, hired, needs_bot

pytestmark = [pytest.mark.browser, pytest.mark.bot, pytest.mark.slow]

QUESTION = "cfare eshte kanabisi"
WISH = "dua te flas me nje njeri"
RISK = "sdua te jetoj me"
EVIDENCE = "sdua te jetoj"
RISK_SECONDS = 2.0
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1366, "height": 768},
}
PHONE: dict[str, Any] = {"viewport": SIZES["phone"], "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": SIZES["desktop"]}


@dataclass
class Stage:
    """A house that stands: where visitors and counsellors find it, and how a visitor is led to another process."""

    name: str
    public: str
    consoles: tuple[str, str]
    database_url: str
    moves_on: Callable[[], None]
    complaints: list[str] = field(default_factory=list)

    async def picture(self, page: Page, name: str) -> None:
        """What is on the screen, at both sizes, where a folder for it is given."""
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        before = page.viewport_size
        for size, viewport in SIZES.items():
            await page.set_viewport_size(viewport)
            await page.wait_for_timeout(250)
            await page.screenshot(path=str(Path(folder) / f"{self.name}-{name}-{size}.png"))
        if before is not None:
            await page.set_viewport_size(before)


@pytest.fixture
async def one_machine() -> AsyncIterator[Stage]:
    """`serve.py`: SQLite, embedded Valkey, its own bot process."""
    needs_bot()
    house = House()
    try:
        await asyncio.to_thread(house.bot_is, "ready")
        house.prints("Ctrl-C stops everything")
        yield Stage("one", house.public, (house.console, house.console), house.database_url, lambda: None)
        assert "Traceback" not in house.err
        assert not [said for said in (QUESTION, WISH, RISK, EVIDENCE) if said in house.err + house.out]
    finally:
        house.stop()


@pytest.fixture
async def many_machines(
    running_bot: BotProcess, database_url: str, bus_url: str, tmp_path: Path
) -> AsyncIterator[Stage]:
    """PostgreSQL, Redis, two processes for visitors behind one address, two for counsellors, one bot."""
    key = tmp_path / "service.key"
    ServiceKey.create(key)
    parts = Parts(
        {
            "DATABASE_URL": database_url,
            "BUS_URL": bus_url,
            "SERVICE_KEY_FILE": str(key),
            "BOT_LISTEN": f"unix:{running_bot.socket}",
        }
    )
    crossing = None
    try:
        parts.start(webs=2, staffs=2)
        crossing = Crossing(parts.webs[0].address, parts.webs[1].address)
        await crossing.opens()
        consoles = (parts.staffs[0].address, parts.staffs[1].address)
        yield Stage("many", crossing.address, consoles, database_url, lambda: crossing.choose(1))
        for process in (*parts.webs, *parts.staffs):
            assert "Traceback" not in process.err
            assert not [said for said in (QUESTION, WISH, RISK, EVIDENCE) if said in process.err + process.out]
    finally:
        if crossing is not None:
            await crossing.shuts()
        parts.stop()


class Child:
    """Somebody who writes, on a page of their own or in the frame on a school's page."""

    def __init__(self, page: Page, chat: Page | FrameLocator) -> None:
        """`chat` is where the talk is: the page, or the frame in it."""
        self.page = page
        self.chat = chat

    async def says(self, text: str) -> float:
        """Write and press Enter; gives the moment. It must be kept."""
        box = self.chat.get_by_label("Mesazhi yt")
        await box.fill(text)
        began = time.monotonic()
        await box.press("Enter")
        return began

    def said(self, sender: str, text: str = "") -> Locator:
        """What stands there from one side."""
        return self.chat.locator(f".entry.{sender}", has_text=text)

    async def sees(self, text: str, seconds: float = 8.0) -> Locator:
        """These words come into view."""
        found = self.chat.get_by_text(text).last
        await expect(found).to_be_visible(timeout=seconds * 1000)
        return found


class Seat:
    """A counsellor at the console."""

    def __init__(self, page: Page, alias: str) -> None:
        """`alias` is what others see."""
        self.page = page
        self.alias = alias
        self.queue = page.get_by_role("list", name="Radha").get_by_role("button")
        self.claim = page.get_by_role("button", name="Merre bisedën")
        self.log = page.get_by_role("log")
        self.field = page.get_by_label("Përgjigjja juaj")

    async def signs_in(self, address: str, once: str) -> None:
        """With the one-time password, which is changed first."""
        page = self.page
        await page.goto(address)
        await page.get_by_label("Emri i përdoruesit").fill(self.alias.lower())
        await page.get_by_label("Fjalëkalimi").fill(once)
        await page.get_by_role("button", name="Hyr", exact=True).click()
        await page.get_by_label("Fjalëkalimi i parë").fill(once)
        await page.get_by_label("Fjalëkalimi i ri · Të paktën 12 shenja.").fill(PASSWORD)
        await page.get_by_label("Fjalëkalimi i ri, edhe një herë").fill(PASSWORD)
        await page.get_by_role("button", name="Ndrysho fjalëkalimin").click()
        await expect(page.get_by_role("heading", name="Bisedat e mia")).to_be_visible()

    async def replies(self, text: str) -> None:
        """Write and press Enter."""
        await self.field.fill(text)
        await self.field.press("Enter")
        await expect(self.log.get_by_text(text)).to_be_visible()


Open = Callable[[dict[str, Any]], Awaitable[Page]]


async def journey(stage: Stage, browser: Browser) -> None:
    """From a question to the end of a talk, for two visitors and two counsellors."""

    async def opened(how: dict[str, Any]) -> Page:
        context = await browser.new_context(**how)
        context.set_default_timeout(15_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: stage.complaints.append(str(error)))
        page.on("console", lambda said: _complain(stage, said))
        page.on("response", lambda answer: _refused(stage, answer))
        return page

    era, ben = await _counsellors(stage, opened)
    teen, child = await _visitors(stage, opened)
    await _a_question(stage, teen, child)
    await _a_wish(stage, era, teen, child)
    await _a_risk(stage, era, child)
    winner, loser = await _both_want_it(stage, era, ben)
    await _they_talk(stage, winner, child)
    await _it_ends(stage, winner, child)
    await _the_next(stage, loser, teen)
    # who lost the claim is refused it; nothing else may go wrong
    assert sorted(stage.complaints) == ["409 /api/claim"]


def _complain(stage: Stage, said: ConsoleMessage) -> None:
    if said.type == "error" and "Failed to load resource" not in said.text:
        stage.complaints.append(said.text)


def _refused(stage: Stage, answer: Response) -> None:
    if answer.status >= 400:
        stage.complaints.append(f"{answer.status} {urlsplit(answer.url).path}")


async def _counsellors(stage: Stage, opened: Open) -> tuple[Seat, Seat]:
    era, ben = Seat(await opened(DESKTOP), "Era"), Seat(await opened(DESKTOP), "Ben")
    for seat, address in zip((era, ben), stage.consoles, strict=True):
        await seat.signs_in(address, await hired(stage.database_url, seat.alias))
    await expect(era.page.get_by_text("Nuk pret askush.")).to_be_visible()
    await stage.picture(era.page, "01-console-empty")
    return era, ben


async def _visitors(stage: Stage, opened: Open) -> tuple[Child, Child]:
    school = await opened(DESKTOP)
    await school.goto(f"{stage.public}/")
    await stage.picture(school, "02-school")
    await school.get_by_role("button", name="Bisedo me ne").click()
    teen = Child(school, school.frame_locator("iframe"))
    await teen.sees("Jam asistenti automatik")
    await stage.picture(school, "03-widget")
    page = await opened(PHONE)
    await page.goto(f"{stage.public}/chat")
    child = Child(page, page)
    await child.sees("Jam asistenti automatik")
    await stage.picture(page, "03-chat")
    return teen, child


async def _a_question(stage: Stage, *visitors: Child) -> None:
    for visitor in visitors:
        await visitor.says(QUESTION)
        article = visitor.chat.locator(".entry.article")
        await expect(article.get_by_role("heading", name="Kanabisi")).to_be_visible()
        await expect(article).to_contain_text("NIDA, 2019")
        await expect(article).to_contain_text("22.11.2026")
        await expect(visitor.said("visitor", QUESTION)).to_contain_text("U ruajt")
    await stage.picture(visitors[0].page, "04-article-widget")
    await stage.picture(visitors[1].page, "04-article-chat")


async def _a_wish(stage: Stage, era: Seat, teen: Child, child: Child) -> None:
    await teen.says(WISH)
    await teen.sees("Vendi yt në radhë: 1")
    await child.says(WISH)
    await child.sees("Vendi yt në radhë: 2")
    await expect(era.queue).to_have_count(2)
    await expect(era.queue.first).to_contain_text("Kërkon një njeri")
    await stage.picture(teen.page, "05-queue-widget")
    await stage.picture(child.page, "05-queue-chat")
    await stage.picture(era.page, "05-queue-console")


async def _a_risk(stage: Stage, era: Seat, child: Child) -> None:
    began = await child.says(RISK)
    script = child.chat.locator(".entry.script")
    await expect(script).to_be_visible(timeout=RISK_SECONDS * 1000)
    await expect(script).to_contain_text("116 111", timeout=RISK_SECONDS * 1000)
    assert time.monotonic() - began < RISK_SECONDS
    # came second, stands first
    await expect(era.queue.first).to_contain_text(EVIDENCE)
    await expect(era.queue.first).to_contain_text("Vetëvrasje")
    await expect(era.page).to_have_title("▲ 3 · Konsola e ALO 116")
    await stage.picture(child.page, "06-risk-chat")
    await stage.picture(era.page, "06-risk-console")


async def _both_want_it(stage: Stage, era: Seat, ben: Seat) -> tuple[Seat, Seat]:
    for seat in (era, ben):
        await seat.queue.first.click()
        marked = seat.log.locator("mark")
        await expect(marked).to_have_count(1)
        words = await marked.inner_text()
        assert EVIDENCE in words
        assert words in RISK
        await expect(seat.field).to_be_hidden()
    await stage.picture(era.page, "07-read-console")
    buttons = [await seat.claim.element_handle() for seat in (era, ben)]
    # both have pressed before either screen could change
    await asyncio.gather(*[button.evaluate("button => button.click()") for button in buttons if button])
    for winner, loser in ((era, ben), (ben, era)):
        told = loser.page.get_by_text(f"{winner.alias} e mori i pari këtë bisedë.")
        if await _comes(told):
            break
    else:
        raise AssertionError("nobody was told that the other was first")
    await expect(winner.field).to_be_focused()
    await expect(loser.field).to_be_hidden()
    await stage.picture(loser.page, "08-lost-console")
    await stage.picture(winner.page, "08-won-console")
    return winner, loser


async def _comes(what: Locator) -> bool:
    try:
        await expect(what).to_be_visible(timeout=3_000)
    except AssertionError:
        return False
    return True


async def _they_talk(stage: Stage, winner: Seat, child: Child) -> None:
    await child.sees(f"Tani po flet me {winner.alias}")
    await expect(child.chat.locator("header")).to_contain_text(winner.alias)
    bot_said = await child.said("bot").count()
    await winner.replies("Jam këtu me ty. Je vetëm?")
    await child.sees("Jam këtu me ty. Je vetëm?")
    await child.says("po, vetem ne dhome")
    await expect(winner.log.get_by_text("po, vetem ne dhome")).to_be_visible()

    # the page is opened anew, where there are several processes at another one
    stage.moves_on()
    await child.page.reload()
    # the line that was true when it was said
    await expect(child.chat.get_by_text("Vendi yt në radhë: 2")).to_have_count(1)
    for text in (QUESTION, WISH, RISK, "po, vetem ne dhome"):
        await expect(child.said("visitor", text)).to_have_count(1)
    await expect(child.said("counsellor", "Jam këtu me ty. Je vetëm?")).to_have_count(1)
    await child.says(QUESTION)
    await expect(winner.log.get_by_text(QUESTION)).to_have_count(2)
    await winner.replies("Faleminderit që më shkruan.")
    await child.sees("Faleminderit që më shkruan.")
    await child.page.wait_for_timeout(600)
    assert await child.said("bot").count() == bot_said, "the bot spoke while a person held the conversation"
    await stage.picture(child.page, "09-talk-chat")
    await stage.picture(winner.page, "09-talk-console")


async def _it_ends(stage: Stage, winner: Seat, child: Child) -> None:
    page = winner.page
    await page.get_by_role("button", name="Mbyll bisedën").click()
    await stage.picture(page, "10-closing-console")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Mbylle bisedën").click()
    await expect(dialog.get_by_text("Shkruani arsyen para se ta mbyllni.")).to_be_visible()
    await dialog.get_by_label("Arsyeja, shkurt").fill("motra është me të")
    await dialog.get_by_role("radio", name="1, shqetësim i lehtë").check()
    await dialog.get_by_role("button", name="Mbylle bisedën").click()
    await child.sees("Tani të përgjigjem prapë unë, asistenti automatik")
    await expect(child.chat.locator("header")).to_contain_text("asistenti automatik")
    await child.says("po alkooli")
    await expect(child.chat.get_by_role("heading", name="Alkooli")).to_be_visible()
    await stage.picture(child.page, "10-bot-back-chat")
    await stage.picture(page, "11-closed-console")


async def _the_next(stage: Stage, loser: Seat, teen: Child) -> None:
    await loser.page.get_by_role("button", name="Tjetra").click()
    await teen.sees(f"Tani po flet me {loser.alias}")
    await loser.replies("Përshëndetje, të dëgjoj.")
    await teen.sees("Përshëndetje, të dëgjoj.")
    await stage.picture(teen.page, "12-talk-widget")


async def test_on_one_machine(one_machine: Stage, browser: Browser) -> None:
    await journey(one_machine, browser)


@pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.redis])], indirect=True
)
async def test_on_many_machines(many_machines: Stage, browser: Browser) -> None:
    await journey(many_machines, browser)
