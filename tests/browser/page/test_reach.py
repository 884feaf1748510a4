"""The chat page for everybody: without scripts, by keyboard, with large letters, for screen readers, in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.page.fake_house import FakeHouse
from tests.browser.page.scene import ARTICLE, PHONE, opened, says

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_without_scripts_the_numbers_are_there(browser: Browser, house: FakeHouse) -> None:
    context = await browser.new_context(**PHONE, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{house.base}/chat")
    await expect(page.locator("noscript p")).to_be_visible()
    await expect(page.locator("noscript p")).to_contain_text(house.numbers["alo"]["number"])
    for slug in ("alo", "police", "ambulance"):
        await expect(page.locator(f'a[href="tel:{house.numbers[slug]["tel"]}"]').first).to_be_visible()
    await expect(page).to_have_title("Bisedë")
    await context.close()


async def test_the_first_tab_stop_leaves_and_every_target_is_large(visitor: Page, house: FakeHouse) -> None:
    await house.say(ARTICLE)
    await house.turn({"state": "waiting", "level_high": True})
    await visitor.locator("body").evaluate("() => document.activeElement.blur()")
    await visitor.keyboard.press("Tab")
    await expect(visitor.get_by_role("button", name="Dil shpejt")).to_be_focused()
    sizes = """() => [...document.querySelectorAll("button, .call, .numbers a, .foot a, textarea")]
        .filter((e) => e.offsetParent).map((e) => [e.textContent.trim(), e.offsetWidth, e.offsetHeight])"""
    small = [size for size in await visitor.evaluate(sizes) if size[1] < 44 or size[2] < 44]
    assert small == []


@pytest.mark.parametrize("width", [320, 390])
async def test_nothing_runs_off_the_side_with_the_largest_letters(visitor: Page, house: FakeHouse, width: int) -> None:
    await visitor.set_viewport_size({"width": width, "height": 700})
    for _ in range(2):
        await visitor.get_by_role("button", name="Madhësia e shkronjave").click()
    await house.say(ARTICLE)
    await says(visitor, "fjalë" * 60)
    await house.turn({"state": "waiting", "level_high": True})
    await expect(visitor.locator("#numbers")).to_be_visible()
    assert await visitor.evaluate("document.documentElement.scrollWidth") <= width
    assert await visitor.locator("#scroller").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    assert await visitor.locator("#scroller").evaluate("e => e.clientHeight") > 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_barrier_in_any_state(browser: Browser, house: FakeHouse, scheme: Any) -> None:
    context = await browser.new_context(**PHONE, color_scheme=scheme, reduced_motion="reduce")
    page = await context.new_page()
    await opened(page, house)
    await house.say(ARTICLE)
    await says(page, "po")
    await _no_barrier(page, "open")
    await house.turn({"state": "waiting", "position": 2, "wait_seconds": 100})
    await _no_barrier(page, "waiting")
    await house.say({"sender": "system", "kind": "script", "text": "Telefono 129. A je në siguri tani?"})
    await house.turn({"state": "waiting", "level_high": True})
    await _no_barrier(page, "urgent")
    await house.turn({"state": "counsellor", "counsellor": "Besa"})
    await house.say({"sender": "counsellor", "counsellor": "Besa", "text": "Jam këtu, 116 111 përgjigjet gjithmonë."})
    await house.send({"type": "typing", "sender": "counsellor"})
    await _no_barrier(page, "counsellor")
    await page.get_by_role("button", name="Fshi bisedën").click()
    await _no_barrier(page, "erase")
    await page.get_by_role("button", name="Fshije bisedën").click()
    await expect(page.get_by_text("Biseda u fshi")).to_be_visible()
    await _no_barrier(page, "erased")
    await page.goto(house.base)
    await _no_barrier(page, "demo")
    await context.close()


async def _no_barrier(page: Page, state: str) -> None:
    await page.wait_for_timeout(100)
    found = await Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    assert found.violations_count == 0, f"{state}: {found.generate_report()}"
