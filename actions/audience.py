"""Who asks: a child, a parent, a teacher or a professional; remembered, and asked only where it decides the answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import ADULTS, intent_of, last_reply, reply
from actions.topics import meant_for


class ActionAudience(Action):
    """Remembers who asks; after the question for it, gives the article that was meant."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_audience"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, and the slot."""
        who = intent_of(tracker).removeprefix("audience_")
        adult = who if who in ADULTS else None
        last = last_reply(tracker)
        if last.get("kind") == "audience":
            reply(dispatcher, "article", topic=meant_for(last["topics"], who), audience=adult)
        else:
            reply(dispatcher, "phrase", name="audience_noted", audience=adult)
        return [SlotSet("audience", who)]
