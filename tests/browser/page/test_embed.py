"""The embed script on a host page with a strict policy: the panel, the focus, leaving, and nobody else asked."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.browser.page.fake_house import FakeHouse
from tests.browser.page.scene import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_embed_opens_a_panel_and_escape_gives_the_focus_back(browser: Browser, house: FakeHouse) -> None:
    context = await browser.new_context(**DESK)
    host = await context.new_page()
    faults: list[str] = []
    host.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    await host.goto(house.base)
    launcher = host.get_by_role("button", name="Bisedo me ne")
    assert await host.locator("iframe").count() == 0
    assert house.heard == []
    await launcher.click()
    panel = host.frame_locator("iframe")
    await expect(panel.get_by_label("Mesazhi yt")).to_be_focused()
    box = await host.locator("iframe").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (400, 640)
    await host.keyboard.press("Escape")
    await expect(launcher).to_be_focused()
    await expect(host.locator("iframe")).to_be_hidden()
    await house.say({"sender": "counsellor", "counsellor": "Besa", "text": "Jam këtu."})
    await expect(host.get_by_role("button", name="Bisedo me ne · pa emër (1)")).to_be_visible()
    await host.keyboard.press("Enter")
    await expect(panel.get_by_text("Jam këtu.")).to_be_visible()
    assert faults == []
    await context.close()


async def test_three_escapes_leave_the_host_page_too(browser: Browser, house: FakeHouse) -> None:
    house.page_data = {"exit_url": "https://neutral.invalid/"}
    context = await browser.new_context(**DESK)
    host = await context.new_page()
    await host.route("https://neutral.invalid/", lambda route: route.fulfill(body="Diell"))
    await host.goto(house.base)
    await host.get_by_role("button", name="Bisedo me ne").click()
    await expect(host.frame_locator("iframe").get_by_label("Mesazhi yt")).to_be_focused()
    for _ in range(3):
        await host.keyboard.press("Escape")
    await host.wait_for_url("https://neutral.invalid/")
    await context.close()


async def test_leaving_quickly_in_the_panel_takes_the_host_page_along(browser: Browser, house: FakeHouse) -> None:
    house.page_data = {"exit_url": "https://neutral.invalid/"}
    context = await browser.new_context(**PHONE)
    host = await context.new_page()
    await host.route("https://neutral.invalid/", lambda route: route.fulfill(body="Diell"))
    await host.goto(house.base)
    await host.get_by_role("button", name="Bisedo me ne").click()
    panel = host.frame_locator("iframe")
    await expect(panel.get_by_text("Jam asistenti automatik")).to_be_visible()
    box = await host.locator("iframe").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    await panel.get_by_role("button", name="Dil shpejt").click()
    await host.wait_for_url("https://neutral.invalid/")
    await context.close()


async def test_the_page_asks_nobody_else(browser: Browser, house: FakeHouse) -> None:
    context = await browser.new_context(**DESK)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(house.base)
    await page.get_by_role("button", name="Bisedo me ne").click()
    await expect(page.frame_locator("iframe").get_by_text("Jam asistenti automatik")).to_be_visible()
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((house.base, "data:"))] == []
    await context.close()
