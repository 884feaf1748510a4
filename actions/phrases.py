"""What is said without looking back: greetings, thanks, what the bot is, and what it declines."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import elsewhere, entity, intent_of, last_topic, perhaps_yes, phrase, place_of, reply


class ActionPhrase(Action):
    """Says the phrase that is named like the intent."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_phrase"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        phrase(dispatcher, tracker, intent_of(tracker))
        return []


class ActionOutOfScope(Action):
    """Declines what is not ours, each kind in its own words: homework, jokes, insults, verdicts, the rest."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_out_of_scope"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        kind = entity(tracker, "kind")
        if kind in (None, "other") and elsewhere(tracker):
            reply(dispatcher, "help", topic=last_topic(tracker), **place_of(tracker))
        elif perhaps_yes(tracker):
            reply(dispatcher, "concerns", topic=last_topic(tracker))
        else:
            phrase(dispatcher, tracker, "out_of_scope" if kind in (None, "other") else f"out_of_scope_{kind}")
        return []
