"""What the bot says when it did not understand: a rephrasing first, a person from the second time on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import earlier_intents, reply


class ActionFallback(Action):
    """Counts how often in a row the visitor was not understood, and says 1 or 2."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events: the intents of the turns before tell how often it has been."""
        again = next(earlier_intents(tracker), None) == "nlu_fallback"
        reply(dispatcher, "fallback", times=2 if again else 1)
        return []
