"""What a bare "yes" or "no" means after what the bot said last."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import elsewhere, last_reply, last_topic, perhaps_yes, phrase, place_of, reply
from actions.topic import answer_topic


class ActionAffirm(Action):
    """Takes a yes to the offer of a person as the wish for one, and a yes after an article as "it concerns me"."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_affirm"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        last = last_reply(tracker)
        if elsewhere(tracker):
            # "Po në Tiranë?" begins like a yes.
            reply(dispatcher, "help", topic=last_topic(tracker), **place_of(tracker))
        elif last.get("kind") == "fallback" and last.get("times") == 2:
            reply(dispatcher, "counsellor")
        elif last.get("kind") == "choices":
            answer_topic(dispatcher, tracker, str(last["topics"][0]))
        elif last.get("kind") == "article" and not last.get("audience"):
            # The front door knows whether its article asked, as it never asks adults; else this is any yes.
            reply(dispatcher, "concerns", topic=last["topic"])
        else:
            phrase(dispatcher, tracker, "affirm_nothing")
        return []


class ActionDeny(Action):
    """Takes a no to offered topics as "none of these", and a no after an article as "it does not concern me"."""

    def name(self) -> str:
        """As the domain calls it."""
        return "action_deny"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """One reply, no events."""
        last = last_reply(tracker)
        if perhaps_yes(tracker):
            # "Ndoshta" is no no.
            reply(dispatcher, "concerns", topic=last["topic"])
        elif last.get("kind") == "choices":
            reply(dispatcher, "fallback", times=2)
        elif last.get("kind") == "article" and not last.get("audience"):
            reply(dispatcher, "concerns_not", topic=last["topic"])
        else:
            phrase(dispatcher, tracker, "deny_nothing")
        return []
