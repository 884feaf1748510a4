"""Scenes at the console in a real browser: the first password, a risk, claim, reply, close; two who want the same."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from frontdoor.content import Content
from frontdoor.conversation import Conversation
from frontdoor.ports import Wake
from handoff.house import HouseStatus
from storage.bus import RedisBus
from storage.database import Database
from tests.handoff.scene import PASSWORD, Scene
from tests.handoff.week import Corrections
from tests.servers import chromium, serving

pytestmark = pytest.mark.browser

CHILD = "😀 nuk dua te jetoj me, sonte e kam vendosur"
DESKTOP, PHONE = (1366, 768), (390, 844)


@pytest.fixture
def engine() -> str:
    """One engine is enough for what a screen shows."""
    return "sqlite"


@pytest.fixture
def scene(database: Database) -> Scene:
    """The store and a visitor's hand, by the real clock."""
    return Scene.by_the_real_clock(database)


async def well() -> HouseStatus:
    """Nothing is broken, and scripts are drafts, as in a house that nobody has signed for."""
    return HouseStatus(draft_scripts=31)


@pytest.fixture
async def address(scene: Scene, bus: RedisBus, content: Content) -> AsyncIterator[str]:
    """The staff service on a free port."""
    app = scene.app(bus, content, well)
    async with serving(app) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        await opened.close()


class Seat:
    """A counsellor at a screen: speaks of what is seen, not of elements."""

    def __init__(self, page: Page, context: BrowserContext, address: str) -> None:
        """`page` has nothing open yet; whatever its console complains of is collected."""
        self.page, self.context, self.address = page, context, address
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def signs_in(self, user_name: str, password: str = PASSWORD) -> None:
        """Through the door."""
        await self.page.goto(self.address)
        await self.page.get_by_label("Emri i përdoruesit").fill(user_name)
        await self.page.get_by_label("Fjalëkalimi").fill(password)
        await self.page.get_by_role("button", name="Hyr", exact=True).click()

    async def picture(self, name: str) -> None:
        """A screenshot, where a folder for them is given."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            await self.page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def sit(browser: Browser, address: str, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Seat:
    """A new seat with a screen of this size."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
    )
    return Seat(await context.new_page(), context, address)


async def test_from_the_first_password_to_a_talk_that_ends(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    first = await scene.accounts.ensure_admin()
    assert first is not None
    seat = await sit(browser, address)
    page = seat.page
    await seat.signs_in("admin", first)

    await expect(page.get_by_text("Kjo është hyrja e parë")).to_be_visible()
    at_the_door = await Axe().run(page)
    assert at_the_door.violations_count == 0, at_the_door.generate_report()
    await seat.picture("first-password")
    await page.get_by_label("Fjalëkalimi i parë").fill(first)
    await page.get_by_label("Fjalëkalimi i ri · Të paktën 12 shenja.").fill(PASSWORD)
    await page.get_by_label("Fjalëkalimi i ri, edhe një herë").fill(PASSWORD)
    await page.get_by_role("button", name="Ndrysho fjalëkalimin").click()

    await expect(page.get_by_text("Nuk pret askush.")).to_be_visible()
    await expect(page.get_by_text("31 skripte rreziku janë ende pa nënshkrim")).to_be_visible()
    await seat.picture("empty")

    await scene.visitor_says("c1", "pershendetje")
    await scene.visitor_says(
        "c1", CHILD, level=3, words="nuk dua te jetoj", at_once=("Faleminderit që ma tregove. A je në siguri tani?",)
    )
    await bus.publish(Wake("queue", "c1"))
    row = page.get_by_role("list", name="Radha").get_by_role("button")
    await expect(row).to_contain_text("nuk dua te jetoj")
    await expect(row).to_contain_text("Vetëvrasje")
    await expect(page).to_have_title("▲ 3 · Konsola e ALO 116")
    await expect(page.get_by_role("alert").filter(has_text="niveli")).to_have_text("Bisedë e re e nivelit 3 në radhë")

    await row.click()
    await expect(page.get_by_role("log").locator("mark")).to_have_text("nuk dua te jetoj")
    await expect(page.get_by_label("Përgjigjja juaj")).to_be_hidden()
    await seat.picture("preview")
    await page.get_by_role("button", name="Merre bisedën").click()

    field = page.get_by_label("Përgjigjja juaj")
    await expect(field).to_be_focused()
    await expect(page.get_by_text("Nuk pret askush.")).to_be_visible()
    await field.fill("Jam këtu me ty. <b>Je</b> vetëm?")
    await field.press("Enter")
    await expect(page.get_by_role("log").get_by_text("Jam këtu me ty. <b>Je</b> vetëm?")).to_be_visible()
    await expect(field).to_have_value("")

    kept = await scene.visitor_says("c1", "po, vetem ne dhome")
    await bus.publish(Wake("conversation", "c1", kept.id))
    await expect(page.get_by_role("log").get_by_text("po, vetem ne dhome")).to_be_visible()
    await bus.publish(Wake("typing", "c1", detail={"by": "visitor"}))
    await expect(page.get_by_text("Fëmija po shkruan…").first).to_be_visible()
    await seat.picture("talk")

    await page.get_by_role("button", name="Mbyll bisedën").click()
    await seat.picture("closing")
    await page.get_by_role("button", name="Mbylle bisedën").click()
    await expect(page.get_by_text("Shkruani arsyen para se ta mbyllni.")).to_be_visible()
    await page.get_by_label("Arsyeja, shkurt").fill("motra është me të")
    await page.get_by_role("button", name="Mbylle bisedën").click()
    await expect(page.get_by_text("Biseda u mbyll. Asistenti flet përsëri.")).to_be_visible()
    await expect(page.get_by_text("Nuk keni biseda të hapura.")).to_be_visible()

    row_now = await scene.row("c1")
    assert (row_now["state"], row_now["level"]) == ("bot", 0)
    assert [sender for sender, _ in await scene.said("c1")] == [
        "visitor",
        "visitor",
        "system",
        "system",
        "counsellor",
        "visitor",
        "system",
    ]
    assert seat.complaints == []
    await seat.context.close()


async def test_two_want_the_same_child_and_the_other_is_told_by_name(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    await scene.hires("Era")
    await scene.hires("Ben")
    era, ben = await sit(browser, address), await sit(browser, address)
    await era.signs_in("era")
    await ben.signs_in("ben")
    await scene.visitor_says("c1", CHILD, level=4, words="nuk dua te jetoj")
    await bus.publish(Wake("queue", "c1"))
    for seat in (era, ben):
        await seat.page.get_by_role("list", name="Radha").get_by_role("button").click()
    buttons = [await seat.page.get_by_role("button", name="Merre bisedën").element_handle() for seat in (era, ben)]
    # both have pressed before either screen could change
    holder = Conversation("", "")
    async with asyncio.timeout(20):
        await asyncio.gather(*[button.evaluate("button => button.click()") for button in buttons if button])
        while holder.counsellor_alias is None:
            await asyncio.sleep(0.02)
            holder = (await scene.desk.conversation("c1")) or holder
    winner, loser = (era, ben) if holder.counsellor_alias == "Era" else (ben, era)
    await expect(winner.page.get_by_label("Përgjigjja juaj")).to_be_visible()
    told = f"{holder.counsellor_alias} e mori i pari këtë bisedë."
    await expect(loser.page.get_by_text(told)).to_be_visible()
    await expect(loser.page.get_by_label("Përgjigjja juaj")).to_be_hidden()
    await loser.picture("claim-lost")
    for seat in (era, ben):
        await seat.context.close()


async def test_drafts_stay_with_their_child_and_a_hasty_reply_is_asked_about(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    person = await scene.hires("Era")
    seat = await sit(browser, address)
    page = seat.page
    await scene.visitor_says("c1", "jam e para", level=3, words="jam e para", category="physical_abuse")
    await scene.visitor_says("c2", "une jam i dyti", level=3, words="i dyti", category="bullying")
    await scene.desk.claim("c1", person)
    await scene.desk.claim("c2", person)
    await seat.signs_in("era")
    mine = page.get_by_role("list", name="Bisedat e mia").get_by_role("button")
    await expect(mine).to_have_count(2)
    await expect(mine.first).to_contain_text("jam e para")

    field = page.get_by_label("Përgjigjja juaj")
    await mine.first.click()
    await field.fill("vetëm për të parën")
    await mine.last.click()
    await expect(field).to_have_value("")
    await expect(mine.first).to_contain_text("pa dërguar")
    await mine.first.click()
    await expect(field).to_have_value("vetëm për të parën")
    await mine.last.click()
    await field.fill("nxitimthi")
    await field.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("A është kjo biseda e duhur?")
    await expect(dialog).to_contain_text("une jam i dyti")
    await seat.picture("hasty")
    await dialog.get_by_role("button", name="Mos e dërgo").click()
    await expect(field).to_have_value("nxitimthi")
    assert [text for sender, text in await scene.said("c2") if sender == "counsellor"] == []
    await page.wait_for_timeout(1_100)
    await field.press("Enter")
    await expect(page.get_by_role("log").get_by_text("nxitimthi")).to_be_visible()
    assert seat.complaints == []
    await seat.context.close()


async def test_a_draft_survives_a_network_that_is_away_and_goes_out_once(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    await scene.hires("Era")
    seat = await sit(browser, address)
    page = seat.page
    await scene.visitor_says("c1", CHILD, level=3, words="nuk dua te jetoj")
    await seat.signs_in("era")
    await page.get_by_role("button", name="Tjetra").click()
    field = page.get_by_label("Përgjigjja juaj")
    await expect(field).to_be_visible()
    # the reply is kept, but its acknowledgement never arrives
    await page.route("**/api/reply", _kept_but_lost)
    await field.fill("Jam këtu.")
    await field.press("Enter")
    await expect(page.get_by_text("Mesazhi nuk u dërgua. Teksti është ende në fushë.")).to_be_visible()
    await expect(field).to_have_value("Jam këtu.")
    await page.unroute("**/api/reply")
    await field.press("Enter")
    await expect(field).to_have_value("")
    assert [text for sender, text in await scene.said("c1") if sender == "counsellor"] == ["Jam këtu."]
    await expect(page.get_by_role("log").get_by_text("Jam këtu.")).to_have_count(1)
    await seat.context.close()


async def _kept_but_lost(route: Route) -> None:
    await route.fetch()
    await route.abort()


async def test_the_desk_works_by_keyboard_alone(scene: Scene, bus: RedisBus, address: str, browser: Browser) -> None:
    await scene.hires("Era")
    seat = await sit(browser, address)
    page = seat.page
    await scene.visitor_says("c1", "jam e para", level=4, words="jam e para")
    await scene.visitor_says("c2", "une jam i dyti", level=3, words="i dyti")
    await page.goto(address)
    await page.keyboard.type("era")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("list", name="Radha").get_by_role("button")).to_have_count(2)
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_role("log")).to_contain_text("jam e para")
    await page.keyboard.press("Alt+t")
    await expect(page.get_by_role("log")).to_contain_text("une jam i dyti")
    await page.keyboard.press("Alt+1")
    await expect(page.get_by_role("log")).to_contain_text("jam e para")
    await page.keyboard.press("Alt+p")
    await expect(page.get_by_label("Përgjigjja juaj")).to_be_focused()
    await page.keyboard.press("Alt+m")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert (await scene.row("c1"))["state"] == "counsellor"
    await seat.context.close()


RINGS = """
window.tones = 0;
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return made.call(this); };
"""
"""A level 4 rings with four tones."""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_screening_that_fails_cannot_be_missed_and_rings_once_for_who_answers_for_the_house(
    scene: Scene, bus: RedisBus, address: str, browser: Browser, size: tuple[int, int]
) -> None:
    await scene.hires("Vera", "supervisor")
    await scene.hires("Era")
    vera, era = await sit(browser, address, size), await sit(browser, address, size)
    for seat, name in ((vera, "vera"), (era, "era")):
        await seat.page.add_init_script(RINGS)
        await seat.signs_in(name)
        await expect(seat.page.get_by_text("Nuk pret askush.")).to_be_visible()

    async def told(state: str) -> None:
        await bus.publish(Wake("screening", detail={"by": "web-1", "state": state, "version": "a1-b2-c3"}))

    for _ in range(3):
        await told("lexicon")
        await asyncio.sleep(0.6)
    for seat in (vera, era):
        await expect(seat.page.locator(".banner.bad")).to_contain_text("modeli nuk punon, vendos vetëm fjalori")
        await expect(seat.page.locator(".banner.bad")).to_have_attribute("title", "Kontrolli a1-b2-c3")
        await expect(seat.page.locator("#alarm")).to_contain_text("modeli nuk punon")
        await expect(seat.page).to_have_title("⚠ Konsola e ALO 116")
    await vera.picture(f"screening-lexicon-{size[0]}")
    # a browser lets nothing ring before its page is touched: what was due rings then
    for seat in (vera, era):
        assert await seat.page.evaluate("window.tones") == 0
        await seat.page.get_by_role("heading", name="Radha").click()
        await seat.page.wait_for_timeout(300)
    assert [await seat.page.evaluate("window.tones") for seat in (vera, era)] == [4, 0]
    await told("model")
    await expect(vera.page.locator(".banner.bad")).to_contain_text("fjalori nuk punon, vendos vetëm modeli")
    await told("none")
    await expect(vera.page.locator(".banner.bad")).to_contain_text("nuk punon fare")
    assert await vera.page.evaluate("window.tones") == 12
    found = await Axe().run(vera.page)
    assert found.violations_count == 0, found.generate_report()
    await vera.picture(f"screening-none-{size[0]}")
    await told("ok")
    await expect(vera.page.locator(".banner.bad")).to_have_count(0)
    await expect(vera.page.locator("#alarm")).to_have_text("Kontrolli i rrezikut punon përsëri i plotë.")
    await expect(vera.page).to_have_title("Konsola e ALO 116")
    assert await vera.page.evaluate("window.tones") == 12
    assert vera.complaints == []
    for seat in (vera, era):
        await seat.context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_a_full_desk_fits_the_screen_and_is_within_everybodys_reach(
    scene: Scene, bus: RedisBus, address: str, browser: Browser, size: tuple[int, int], dark: bool
) -> None:
    person = await scene.hires("Era")
    await scene.busy_night(person)
    seat = await sit(browser, address, size, dark)
    page = seat.page
    await seat.signs_in("era")
    name = f"{'dark' if dark else 'light'}-{'phone' if size == PHONE else 'desktop'}"
    await expect(page.get_by_role("list", name="Radha").get_by_role("button")).to_have_count(6)
    await seat.picture(f"busy-queue-{name}")
    if size == PHONE:
        await page.get_by_role("button", name="Të miat").click()
        await seat.picture(f"busy-mine-{name}")
    await page.get_by_role("list", name="Bisedat e mia").get_by_role("button").first.click()
    await expect(page.get_by_role("log").locator("mark").first).to_be_visible()
    await page.wait_for_timeout(300)
    await seat.picture(f"busy-talk-{name}")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if size == PHONE:
        await page.get_by_role("button", name="Konteksti").click()
        await seat.picture(f"busy-context-{name}")
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    assert seat.complaints == []
    await seat.context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_who_answers_for_the_house_reads_the_weeks_blind_spots(
    scene: Scene, bus: RedisBus, address: str, browser: Browser, size: tuple[int, int]
) -> None:
    await scene.hires("Vera", "supervisor")
    week = Corrections(scene, await scene.hires("Era"))
    for number in range(3):
        await week.raises(f"m{number}", "po me zbrazqojne prape", to=3 + number % 2)
    await week.lowers("f1")
    await week.denies("f2")
    await week.asks_for_a_person("n1", "tung", channel="telegram")
    await week.writes("x1", "cfare eshte hiv")
    seat = await sit(browser, address, size)
    page = seat.page
    await seat.signs_in("vera")
    await page.get_by_text("Vera").click()
    await page.get_by_role("button", name="Pikat e verbra").click()
    await expect(page.get_by_text("Në këtë javë nuk ka asnjë ndreqje.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Pikat e verbra")).to_be_focused()
    await seat.picture(f"blind-empty-{size[0]}")
    await page.get_by_role("button", name="Java tjetër").click()
    await expect(page.get_by_text("Kjo javë ende nuk ka mbaruar.")).to_be_visible()
    await expect(page.get_by_text("3 nga 7 biseda (43%)")).to_be_visible()
    await expect(page.get_by_text("zbrazqojne").first).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(6)
    await expect(page.get_by_text("me zbrazqojne prape")).to_have_count(0)
    await expect(page.get_by_role("button", name="Java tjetër")).to_be_disabled()
    await seat.picture(f"blind-spots-{size[0]}")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    await page.get_by_role("button", name="Kthehu te bisedat").click()
    await expect(page.get_by_role("heading", name="Radha")).to_be_visible()
    await expect(page.locator("tbody tr")).to_have_count(0)
    assert seat.complaints == []
    await seat.context.close()


async def test_who_counsels_is_not_offered_the_list(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    await scene.hires("Era")
    seat = await sit(browser, address)
    await seat.signs_in("era")
    await seat.page.get_by_text("Era").click()
    await expect(seat.page.get_by_role("button", name="Dil nga konsola")).to_be_visible()
    await expect(seat.page.get_by_role("button", name="Pikat e verbra")).to_have_count(0)
    await seat.context.close()


CHEERFUL = "😀👩‍👩‍👧 e\u0308 🇦🇱 z\u0351\u0351 babi me godet cdo nate, nuk dua te jetoj me 😢"
"""Pictures of several code points, and signs above letters, before the words that count."""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_console_shows_which_words_of_whom_raised_it_and_since_when(
    scene: Scene, bus: RedisBus, address: str, browser: Browser, size: tuple[int, int]
) -> None:
    person = await scene.hires("Era")
    await scene.visitor_says("c1", "pershendetje, jam 13 vjec", age=13)
    await scene.visitor_says(
        "c1",
        CHEERFUL,
        level=3,
        words="me godet cdo nate",
        category="physical_abuse",
        found=(
            ("godet", "physical_abuse", "model"),
            ("nate, nuk dua", "suicide", "context"),
            ("nuk dua te jetoj", "suicide", "model"),
        ),
    )
    await scene.desk.claim("c1", person)
    seat = await sit(browser, address, size)
    page = seat.page
    await seat.signs_in("era")
    if size == PHONE:
        await page.get_by_role("button", name="Të miat").click()
    await page.get_by_role("list", name="Bisedat e mia").get_by_role("button").click()
    marks = page.get_by_role("log").locator("mark")
    await expect(marks).to_have_text(["me ", "godet", " cdo ", "nate", ", ", "nuk dua", " te jetoj"])
    assert await page.get_by_role("log").locator(".words").nth(1).text_content() == CHEERFUL
    looks = [str(await mark.get_attribute("class")).removeprefix("level-mark-3 ") for mark in await marks.all()]
    assert looks == [
        "from-lexicon",
        "from-lexicon from-model",
        "from-lexicon",
        "from-lexicon from-context",
        "from-context",
        "from-context from-model",
        "from-model",
    ]
    assert await marks.nth(3).get_attribute("title") == (
        "Nxjerrë nga programi: Dhunë fizike, nga fjalori; Vetëvrasje, nga konteksti · 3, dëm i rëndë i mundshëm"
    )
    # the browser lays each mark over its own words, one after another
    boxes = [box for mark in await marks.all() if (box := await mark.bounding_box()) is not None]
    assert len(boxes) == 7
    await seat.picture(f"why-talk-{size[0]}")

    if size == PHONE:
        await page.get_by_role("button", name="Konteksti").click()
    why = page.get_by_role("region", name="Konteksti")
    (reason,) = await why.locator(".raising > li").all()
    await expect(reason).to_contain_text("3, dëm i rëndë i mundshëmDhunë fizike, Vetëvrasje")
    await expect(reason.locator("q")).to_have_text(["me godet cdo nate", "godet", "nate, nuk dua", "nuk dua te jetoj"])
    await expect(reason).to_contain_text("Vetëvrasje, nga modeli")
    await expect(reason.locator(".reason-head")).to_have_attribute("title", "Kontrolli test-1")
    await reason.locator("summary").click()
    await expect(reason.locator("details")).to_contain_text("test-1")
    await expect(why).to_contain_text("Mosha e thënë13 vjeç")
    history = why.locator(".history > li")
    await expect(history).to_have_text([re.compile(r"Niveli 3 ← 0, ora \d\d:\d\d · programi, nga fjalët e fëmijës$")])
    await expect(history.first).to_have_attribute("title", "Kontrolli test-1")

    # the program raises it while the talk is open, and then a person lowers it
    kept = await scene.visitor_says("c1", "i kam gati hapat", level=4, words="gati hapat")
    await bus.publish(Wake("conversation", "c1", kept.id))
    await expect(history).to_have_count(2)
    await scene.desk.set_level("c1", person, 2, "po flet me motrën")
    await bus.publish(Wake("conversation", "c1"))
    await expect(history).to_have_count(3)
    await expect(history.last).to_contain_text("Niveli 2 ← 4")
    await expect(history.last).to_contain_text("Era")
    await expect(history.last.locator("q")).to_have_text("po flet me motrën")
    await seat.picture(f"why-context-{size[0]}")
    if size == PHONE:
        await page.get_by_role("button", name="Biseda", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("Era ndryshoi nivelin · niveli 2 ← 4 po flet me motrën")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    assert seat.complaints == []
    await seat.context.close()


async def test_what_nothing_screened_is_named_so_before_and_after_it_is_claimed(
    scene: Scene, bus: RedisBus, address: str, browser: Browser
) -> None:
    await scene.hires("Era")
    await scene.visitor_says("c1", "pershendetje")
    await scene.visitor_says("c1", "me ka ndodhur dicka", unscreened=True)
    seat = await sit(browser, address)
    page = seat.page
    await seat.signs_in("era")
    await expect(page.get_by_role("list", name="Radha").get_by_role("button")).to_contain_text("E pakontrolluar")
    await page.get_by_role("button", name="Tjetra").click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("Hyri në radhë e pakontrolluar")).to_be_visible()
    await expect(log.get_by_text("E pakontrolluar", exact=True)).to_be_visible()
    why = page.get_by_role("region", name="Konteksti")
    await expect(why).to_contain_text("KontrolliE pakontrolluar")
    await expect(why).to_contain_text("Niveli nuk ka ndryshuar.")
    await seat.picture("unscreened")
    assert seat.complaints == []
    await seat.context.close()
