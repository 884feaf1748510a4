"""The replies that actions give, and what they can read off the turns before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

ADULTS = ("parent", "teacher", "professional")
_PLACE = ("service", "municipality", "country")
_POSSIBLE_YES = 0.15


def reply(dispatcher: CollectingDispatcher, kind: str, **details: Any) -> None:
    """Say `{"kind": kind, ...}`, leaving out what is None: the front door has the words for it."""
    given = {name: value for name, value in details.items() if value is not None}
    dispatcher.utter_message(json_message={"kind": kind, **given})


def phrase(dispatcher: CollectingDispatcher, tracker: Tracker, name: str, **details: Any) -> None:
    """Say a phrase of content/phrases/bot.yml, to an adult in the adults' form."""
    who = tracker.get_slot("audience")
    reply(dispatcher, "phrase", name=name, audience=who if who in ADULTS else None, **details)


def intent_of(tracker: Tracker) -> str:
    """What the present message was understood as."""
    return str(tracker.latest_message["intent"]["name"])


def entity(tracker: Tracker, name: str) -> str | None:
    """What the present message named of this kind, the first of it."""
    found = next(tracker.get_latest_entity_values(name), None)
    return str(found) if found else None


def place_of(tracker: Tracker) -> dict[str, str | None]:
    """Which help the present message names, and where: to be given on with a reply."""
    return {name: entity(tracker, name) for name in _PLACE}


def elsewhere(tracker: Tracker) -> bool:
    """«Po në Tiranë?»: names a place, right after an answer about help somewhere."""
    last = last_reply(tracker)
    about_places = last.get("kind") == "help" or (last.get("kind") == "article" and any(last.get(n) for n in _PLACE))
    return about_places and any(entity(tracker, name) for name in _PLACE[1:])


def perhaps_yes(tracker: Tracker) -> bool:
    """A yes is possible right after an article for a child: some ask whether they concern the reader.

    Then "po, më ka ndodhur" or "ndoshta" must not be put off as something that the bot cannot help with.
    """
    last, ranking = last_reply(tracker), tracker.latest_message.get("intent_ranking") or []
    chance = next((entry["confidence"] for entry in ranking if entry["name"] == "affirm"), 0.0)
    return last.get("kind") == "article" and not last.get("audience") and chance >= _POSSIBLE_YES


def earlier_intents(tracker: Tracker) -> Iterator[str]:
    """The intents of the visitor's messages before the present one, latest first."""
    users = [event for event in reversed(tracker.events) if event["event"] == "user"]
    for event in users[1:]:
        yield str(event["parse_data"]["intent"]["name"])


def replies_before(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """What the bot has said before, as the front door got it, latest first."""
    for event in reversed(tracker.events):
        if event["event"] == "bot":
            yield dict((event.get("data") or {}).get("custom") or {})


def last_reply(tracker: Tracker) -> dict[str, Any]:
    """What the bot said last; empty when it has said nothing."""
    return next(replies_before(tracker), {})


def last_topic(tracker: Tracker) -> str | None:
    """The topic that was talked about last, None before the first."""
    return next((str(said["topic"]) for said in replies_before(tracker) if said.get("topic")), None)
