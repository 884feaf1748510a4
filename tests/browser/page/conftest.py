"""A house, one Chromium for each file of tests, and a visitor's open page."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.page.fake_house import FakeHouse
from tests.browser.page.scene import EXPECTED_NOISE, PHONE, opened

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest_asyncio.fixture(loop_scope="module")
async def house() -> AsyncIterator[FakeHouse]:
    """A house on a free port."""
    made = FakeHouse()
    runner = await made.start()
    yield made
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A phone that has never been here."""
    made = await browser.new_context(**PHONE)
    made.set_default_timeout(8000)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(context: BrowserContext, house: FakeHouse) -> AsyncIterator[Page]:
    """The chat page, open and welcomed; it must stay free of errors and of broken policies."""
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    await opened(page, house)
    yield page
    assert [fault for fault in faults if not any(noise in fault for noise in EXPECTED_NOISE)] == []
