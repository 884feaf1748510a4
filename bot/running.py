"""Runs the actions of `actions/` inside the bot process, in place of Rasa's call to an action server."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from typing import Any

import jsonschema.validators
from rasa.core.actions.action import RemoteAction
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

SECONDS_FOR_AN_ACTION = 2.0


class InProcessActions:
    """What Rasa takes for the endpoint of its action server."""

    url = "in process"
    # Rasa asks here whether to send the whole domain with each call: only for actions that say so.
    kwargs: dict[str, Any] = {"enable_selective_domain": True}  # noqa: RUF012

    def __init__(self, executor: ActionExecutor, seconds: float = SECONDS_FOR_AN_ACTION) -> None:
        """`executor` knows the actions; an action that is not async is refused, no limit would hold it."""
        for name, run in executor.actions.items():
            if not inspect.iscoroutinefunction(run):
                raise TypeError(f"{name} has to be async, else its time can't be limited")
        self._executor = executor
        self._seconds = seconds

    async def request(self, *, json: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Run the action that `json` names. Whatever it raises, a time-out included, reaches the caller."""
        result = await asyncio.wait_for(self._executor.run(json), self._seconds)
        if result is None:
            raise RuntimeError("a call without an action")
        return dict(result)


def actions_of(package: str) -> ActionExecutor:
    """The actions that stand in the modules of this package."""
    folder = importlib.import_module(package).__path__
    modules = [importlib.import_module(f"{package}.{module.name}") for module in pkgutil.iter_modules(folder)]
    executor = ActionExecutor()
    for module in modules:
        for found in vars(module).values():
            if inspect.isclass(found) and issubclass(found, Action) and found.__module__ == module.__name__:
                executor.register_action(found)
    return executor


def check_results_quickly() -> None:
    """Rasa checks the schema of an action's result anew for each result, which takes 30 ms; compile it once."""
    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)(schema)

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        validator.validate(result)
        return True

    # Set on the class, because Rasa makes these objects itself, also deep within a form.
    RemoteAction._validate_action_result = validate
