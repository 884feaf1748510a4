"""The trained model, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.quiet import prepare

prepare()

from rasa_sdk import Action  # noqa: E402
from rasa_sdk.executor import ActionExecutor  # noqa: E402

from bot.dialogue import Dialogue  # noqa: E402
from bot.running import InProcessActions, actions_of  # noqa: E402
from bot.train import MODELS, main, model_path  # noqa: E402

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def model() -> Path:
    """The current model, trained now if it is not there."""
    assert main(["--quiet"]) == 0
    return model_path(MODELS)


@pytest.fixture(scope="session")
def dialogue(model: Path) -> Dialogue:
    """The bot with its real actions."""
    return Dialogue(model, InProcessActions(actions_of("actions")))


@pytest.fixture(scope="session")
def dialogue_where(model: Path) -> Callable[[Run], Dialogue]:
    """A bot whose `action_help_menu` does something else; half a second is its limit."""

    def build(run: Run) -> Dialogue:
        executor = ActionExecutor()
        executor.register_action(_Replaced(run))
        return Dialogue(model, InProcessActions(executor, seconds=0.5))

    return build


class _Replaced(Action):
    def __init__(self, run: Run) -> None:
        self.run = run

    def name(self) -> str:
        return "action_help_menu"
