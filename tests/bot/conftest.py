"""The trained model, and bot processes on Unix sockets of their own."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bot.process import BOT_PYTHON, ROOT, BotProcess

# These tests need Rasa, which this Python does not have: `bot/.venv/bin/python -m pytest -c bot/pytest.ini`.
collect_ignore = ["inside"]


@pytest.fixture(scope="session")
def trained_model() -> Path:
    """The current model, trained now if it is not there."""
    if not BOT_PYTHON.exists():
        pytest.fail("the bot's environment is missing: make setup")
    done = subprocess.run(
        [BOT_PYTHON, "-m", "bot.train", "--quiet"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def running_bot(trained_model: Path) -> Iterator[BotProcess]:
    """One bot for all tests that only talk to it: loading takes seconds."""
    bot = BotProcess(trained_model)
    bot.wait_until("ready")
    yield bot
    bot.stop()


@pytest.fixture
async def bot(running_bot: BotProcess) -> AsyncIterator[BotProcess]:
    """The running bot with a session of this test's own event loop."""
    async with running_bot.open():
        yield running_bot
