"""What the bot says when it is not sure: two or three topics to choose from, a rephrasing, then a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import earlier_intents, last_reply, last_topic, perhaps_yes, place_of, reply
from actions.topic import answer_topic
from actions.topics import TOPICS, meant_for, one_matter

_POSSIBLE = 0.1
_LIKELY_TOGETHER = 0.45
_MOST = 3


class ActionFallback(Action):
    """Asks back when few topics are possible; counts how often in a row nothing was, and says 1 or 2."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events: the intents of the turns before tell how often it has been."""
        place = place_of(tracker)
        close = _close_calls(tracker.latest_message.get("intent_ranking") or [])
        matter, who, last = one_matter(close), tracker.get_slot("audience"), last_reply(tracker)
        # A question about a place that was answered has been understood, whatever its intent was called.
        again = next(earlier_intents(tracker), None) in ("nlu_fallback", "not_that") and last.get("kind") != "help"
        if place["service"] or (any(place.values()) and last_topic(tracker)):
            # "Po në Shkodër?" goes on about what was asked before.
            reply(dispatcher, "help", topic=last_topic(tracker), **place)
        elif matter and who:
            answer_topic(dispatcher, tracker, meant_for(matter, who))
        elif not close and perhaps_yes(tracker):
            reply(dispatcher, "concerns", topic=last["topic"])
        elif not close or (again and last.get("kind") in ("choices", "audience")):
            reply(dispatcher, "fallback", times=2 if again else 1)
        elif matter:
            # "Is it the child's article or the parents'?" is not what anybody would ask.
            reply(dispatcher, "audience", topics=dict(matter))
        else:
            reply(dispatcher, "choices", topics=close)
        return []


def _close_calls(ranking: list[dict[str, Any]]) -> list[str]:
    """Up to three topics, one of which is meant rather than not; none when it is anyone's guess."""
    named = [entry for entry in ranking if entry["name"] != "nlu_fallback"]
    if not named or named[0]["name"] not in TOPICS:
        return []
    possible = [entry for entry in named if entry["name"] in TOPICS and entry["confidence"] >= _POSSIBLE][:_MOST]
    if sum(entry["confidence"] for entry in possible) < _LIKELY_TOGETHER:
        return []
    return [str(entry["name"]) for entry in possible]
