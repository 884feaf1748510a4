"""What is asked about the answer just given: more of it, simpler, its source, how to stop, who helps, not that."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import earlier_intents, intent_of, last_reply, last_topic, phrase, place_of, reply
from actions.topic import answer_topic

_REPLIES = {"more": "more", "simpler": "simple", "source": "source", "how_to_stop": "steps", "who_helps": "help"}

STOPPING = {
    **dict.fromkeys(("smoking", "vaping", "shisha", "secondhand_smoke"), "quitting_smoking"),
    **dict.fromkeys(
        (
            "drugs_overview",
            "cannabis",
            "cocaine",
            "ecstasy_synthetics",
            "heroin_opioids",
            "pills_misuse",
            "alcohol",
            "inhalants",
            "addiction",
        ),
        "drug_help",
    ),
}
"""Which article tells how to stop what an article is about; the others' own steps do."""

_STOPPABLE = ("quitting_smoking", "drug_help", "gaming")


class ActionLastTopic(Action):
    """Answers about the topic that was talked about last; without one it asks which is meant."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_last_topic"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        asked, topic = intent_of(tracker), last_topic(tracker)
        if asked == "more" and topic and last_reply(tracker).get("kind") == "simple":
            answer_topic(dispatcher, tracker, topic)
        elif asked == "how_to_stop" and topic in STOPPING:
            answer_topic(dispatcher, tracker, STOPPING[topic])
        elif asked == "how_to_stop" and topic is None:
            reply(dispatcher, "choices", topics=list(_STOPPABLE))
        elif asked == "who_helps":
            reply(dispatcher, "help", topic=topic, **place_of(tracker))
        elif asked == "source" and topic is None:
            phrase(dispatcher, tracker, "source_general")
        elif topic is None:
            phrase(dispatcher, tracker, "which_topic")
        else:
            reply(dispatcher, _REPLIES[asked], topic=topic)
        return []


class ActionNotThat(Action):
    """The visitor says that the answer missed the question: an excuse first, a person the second time."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_not_that"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        if next(earlier_intents(tracker), None) in ("not_that", "nlu_fallback"):
            reply(dispatcher, "fallback", times=2)
        else:
            phrase(dispatcher, tracker, "not_that")
        return []
