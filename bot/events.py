"""What is kept of a conversation's tracker events between two turns: small, bounded, without the visitor's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Event = dict[str, Any]

TURNS_KEPT = 10
"""Older turns are forgotten; slots, an open form and a pause outlive them."""

_NEVER_KEPT = frozenset({"user_featurization"})
_OF_RASA = frozenset({"model_id", "assistant_id"})


def to_keep(events: Iterable[Event]) -> list[Event]:
    """The events to hand in at the next turn, given those of the tracker after this one."""
    return _last_turns([_slim(event) for event in events if event["event"] not in _NEVER_KEPT])


def _slim(event: Event) -> Event:
    if event["event"] == "user":
        return _slim_user(event)
    slim = {key: value for key, value in event.items() if value is not None}
    slim["metadata"] = {key: value for key, value in slim.get("metadata", {}).items() if key not in _OF_RASA}
    if "data" in slim:
        slim["data"] = {key: value for key, value in slim["data"].items() if value is not None}
    for key in ("metadata", "hide_rule_turn"):
        if not slim.get(key):
            slim.pop(key, None)
    if event["event"] == "slot":
        slim["value"] = event.get("value")
    return slim


def _slim_user(event: Event) -> Event:
    """Intent and entities: what was said is kept elsewhere, and no policy reads the words of an earlier turn."""
    parsed = event["parse_data"]
    intent = parsed["intent"]
    return {
        "event": "user",
        "timestamp": event.get("timestamp"),
        "input_channel": event.get("input_channel"),
        "parse_data": {
            "intent": {"name": intent.get("name"), "confidence": intent.get("confidence")},
            "entities": parsed.get("entities") or [],
        },
    }


def _last_turns(events: Sequence[Event]) -> list[Event]:
    turns = [place for place, event in enumerate(events) if event["event"] == "user"]
    if len(turns) <= TURNS_KEPT:
        return list(events)
    start = [event for event in events[: turns[0]] if _outlasts(event) is None]
    forgotten, kept = events[: turns[-TURNS_KEPT]], events[turns[-TURNS_KEPT] :]
    return [*start, *_outlasting(forgotten), *kept]


def _outlasting(forgotten: Sequence[Event]) -> list[Event]:
    """The last word of the forgotten turns on each slot, on the open form and on a pause."""
    last: dict[str, Event] = {}
    for event in forgotten:
        subject = _outlasts(event)
        if subject is not None:
            last[subject] = event
    return list(last.values())


def _outlasts(event: Event) -> str | None:
    kind = event["event"]
    if kind == "slot":
        return f"slot {event['name']}"
    return {"active_loop": "form", "pause": "pause", "resume": "pause"}.get(kind)
