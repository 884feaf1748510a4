"""What the scenes of the chat page share: sizes, an article, and short words for what a visitor does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.page.fake_house import FakeHouse, Frame

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}}
EXPECTED_NOISE = ("WebSocket connection", "net::ERR")

ARTICLE: Frame = {
    "sender": "bot",
    "kind": "article",
    "text": "Kanabisi",
    "article": {
        "topic": "cannabis",
        "title": "Kanabisi",
        "paragraphs": ["Një paragraf.", "Një tjetër."],
        "steps": ["Thuaj jo.", "Fol me dikë."],
        "help": "Dikush të dëgjon.",
        "simple": "Më thjesht.",
        "sources": [
            {"publisher": "NIDA", "title": "Cannabis", "year": 2019, "url": "https://nida.nih.gov/"},
            {"publisher": None, "title": None, "year": None, "url": None},
        ],
        "draft": True,
        "written_on": "2026-11-22",
        "reviewed_on": None,
    },
    "buttons": [{"title": "Alkooli", "payload": "p-alcohol"}, {"title": "Duhani", "payload": "p-smoking"}],
}


async def opened(page: Page, house: FakeHouse) -> None:
    """Go to the chat and wait for the first word."""
    await page.goto(f"{house.base}/chat")
    await expect(page.get_by_text("Jam asistenti automatik")).to_be_visible()


def field(page: Page) -> Locator:
    """Where the visitor writes."""
    return page.get_by_label("Mesazhi yt")


async def says(page: Page, text: str) -> None:
    """The visitor writes and presses Enter."""
    await field(page).fill(text)
    await field(page).press("Enter")


def own(page: Page, text: str) -> Locator:
    """A bubble of the visitor."""
    return page.locator(".entry.visitor", has_text=text)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to be true on the server's side."""
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.03)
    raise AssertionError("it did not come true")
