"""The menu of what the bot can talk about, of all themes or of one."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import reply


class ActionHelpMenu(Action):
    """Shows the menu of the theme that a button named, else all themes."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_help_menu"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        theme = next(tracker.get_latest_entity_values("theme"), None)
        if theme:
            reply(dispatcher, "menu", theme=str(theme))
        else:
            reply(dispatcher, "menu")
        return []
