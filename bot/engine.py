"""Loads Rasa beside the open door, and does one piece of work at a time for those who can't wait long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.quiet import prepare

if TYPE_CHECKING:
    from bot.dialogue import Dialogue

SECONDS_TO_START = 1.5
"""Work that has not begun by then is refused: the caller's visitor hears the fallback within five seconds."""

MOST_WAITING = 200

_Result = TypeVar("_Result")
_log = logging.getLogger("bot")


class NotReady(Exception):
    """There is no model to ask; `status` is loading, no_model or failed."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Busy(Exception):
    """The work could not begin in time."""


class Engine:
    """The model and the one thread that it works in, so that the event loop is free to answer the others."""

    def __init__(
        self, load: Callable[[Path], Dialogue], model: Path | None, *, seconds: float = SECONDS_TO_START
    ) -> None:
        """`load` runs in the engine's thread, on the model's file if there is one."""
        self.model = model.name.removesuffix(".tar.gz") if model else None
        self.status = "loading" if model else "no_model"
        self.detail: str | None = None if model else "train one with python -m bot.train"
        self._load = load
        self._file = model
        self._dialogue: Dialogue | None = None
        self._seconds = seconds
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rasa")

    async def start(self) -> None:
        """Load the model; ends when it is ready or has failed, never raises."""
        if self._file is None:
            return
        loop = asyncio.get_running_loop()
        try:
            self._dialogue = await loop.run_in_executor(self._thread, self._load, self._file)
        except Exception as error:
            self.status, self.model = "failed", None
            self.detail = f"the model could not be loaded: {type(error).__name__}: {error}"[:300]
            _log.error(self.detail)
        else:
            self.status = "ready"

    def ready(self) -> Dialogue:
        """The loaded model. Raises NotReady."""
        if self._dialogue is None:
            raise NotReady(self.status)
        return self._dialogue

    async def ask(self, work: Callable[[Dialogue], _Result]) -> _Result:
        """Do the work in the engine's thread. Raises NotReady and Busy, and what the work raises."""
        dialogue = self.ready()
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            await asyncio.wait_for(self._turn.acquire(), self._seconds)
        except asyncio.TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, dialogue)
        finally:
            self._turn.release()


def load_dialogue(model: Path) -> Dialogue:
    """Import Rasa, load the model and try it once, so that the first visitor does not wait for what is lazy."""
    prepare()
    from rasa.utils.tensorflow.environment import setup_tf_environment

    from bot.dialogue import Dialogue
    from bot.running import InProcessActions, actions_of

    setup_tf_environment()
    dialogue = Dialogue(model, InProcessActions(actions_of("actions")))
    dialogue.turn("warm-up", "web", [], said="përshëndetje")
    return dialogue
