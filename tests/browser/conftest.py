"""The system's Chromium, and the bot that answers in the scenes before a whole house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.bot.process import BotProcess
from tests.processes import bot_for_all
from tests.servers import REQUIRE_ALL, Missing, chromium


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium; skips with the command that installs it, fails where everything is required."""
    try:
        path = chromium()
    except Missing as missing:
        if REQUIRE_ALL:
            raise
        pytest.skip(str(missing))
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def running_bot() -> Iterator[BotProcess]:
    """One bot process for all scenes that do not kill it."""
    yield from bot_for_all()
