"""The answer to a question about a topic: its article, for whom it is asked, and the help near the place named."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import ADULTS, entity, intent_of, phrase, place_of, reply
from actions.topics import for_audience, unclear_audience


class ActionTopic(Action):
    """Names the article; asks who is asking only where that decides which article it is."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_topic"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        topic, audience = intent_of(tracker), tracker.get_slot("audience")
        if entity(tracker, "kind") == "has_child_written":
            phrase(dispatcher, tracker, "has_child_written", topic=topic)
            return []
        ranking = tracker.latest_message.get("intent_ranking") or [tracker.latest_message["intent"]]
        if audience is None and (matter := unclear_audience(ranking)):
            reply(dispatcher, "audience", topics=dict(matter))
            return []
        answer_topic(dispatcher, tracker, for_audience(ranking, audience) or topic)
        return []


def answer_topic(dispatcher: CollectingDispatcher, tracker: Tracker, topic: str) -> None:
    """Name the article, with the service and the place that the message named."""
    who = tracker.get_slot("audience")
    reply(
        dispatcher,
        "article",
        topic=topic,
        **place_of(tracker),
        audience=who if who in ADULTS else None,
    )
