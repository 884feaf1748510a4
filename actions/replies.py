"""The replies that actions give, and what they can read off the turns before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher


def reply(dispatcher: CollectingDispatcher, kind: str, **details: Any) -> None:
    """Say `{"kind": kind, ...}`: the front door has the words for it."""
    dispatcher.utter_message(json_message={"kind": kind, **details})


def earlier_intents(tracker: Tracker) -> Iterator[str]:
    """The intents of the visitor's messages before the present one, latest first."""
    users = [event for event in reversed(tracker.events) if event["event"] == "user"]
    for event in users[1:]:
        yield str(event["parse_data"]["intent"]["name"])


def last_reply(tracker: Tracker) -> dict[str, Any]:
    """What the bot said last, as the front door got it; empty when it has said nothing."""
    for event in reversed(tracker.events):
        if event["event"] == "bot":
            return dict((event.get("data") or {}).get("custom") or {})
    return {}
