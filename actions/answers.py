"""What a bare "yes" means after what the bot said last."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import last_reply, reply


class ActionAffirm(Action):
    """Takes a yes to the offer of a person as the wish for one."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        last = last_reply(tracker)
        if last.get("kind") == "fallback" and last.get("times") == 2:
            reply(dispatcher, "counsellor")
        else:
            reply(dispatcher, "phrase", name="affirm_nothing")
        return []
