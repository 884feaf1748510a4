"""What may be asked of the bot process, checked before it comes near the model."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

LARGEST_BODY = 1024 * 1024
LONGEST_TEXT = 4_096
"""In code points; the longest that any channel lets through."""

MOST_EVENTS = 2_000
CHANNELS = ("web", "telegram")

_CONVERSATION = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """The request can't be answered; carries the status and the code of the contract, never what was sent."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class TurnRequest:
    """A message, or a button's intent, with the conversation before it."""

    conversation: str
    channel: str
    events: list[dict[str, Any]]
    text: str | None
    intent: str | None
    entities: dict[str, str]


def parse_request(body: bytes) -> str:
    """The text of a request to read a message."""
    return _text(_object(body))


def turn_request(body: bytes, intents: Collection[str]) -> TurnRequest:
    """A request for a turn; `intents` are those that a button may carry."""
    asked = _object(body)
    conversation, channel = asked.get("conversation"), asked.get("channel")
    if not isinstance(conversation, str) or not _CONVERSATION.fullmatch(conversation):
        raise _bad("conversation has to be 1 to 128 letters, digits or any of . : _ -")
    if channel not in CHANNELS:
        raise _bad(f"channel has to be one of {', '.join(CHANNELS)}")
    events = asked.get("events", [])
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise _bad("events has to be a list of objects")
    if len(events) > MOST_EVENTS:
        raise Refused(413, "too_large", f"more than {MOST_EVENTS} events")
    if ("text" in asked) == ("intent" in asked):
        raise _bad("either text or intent is needed")
    if "text" in asked:
        return TurnRequest(conversation, channel, events, _text(asked), None, {})
    if not isinstance(asked["intent"], str) or asked["intent"] not in intents:
        raise _bad("no such intent")
    return TurnRequest(conversation, channel, events, None, asked["intent"], _entities(asked))


def _object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise _bad("the body has to be JSON") from None
    if not isinstance(asked, dict):
        raise _bad("the body has to be a JSON object")
    return asked


def _text(asked: dict[str, Any]) -> str:
    text = asked.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _bad("text has to be a string with something in it")
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too_large", f"text is longer than {LONGEST_TEXT} characters")
    if _SURROGATE.search(text):
        raise _bad("text has half a character in it (a lone surrogate)")
    return text


def _entities(asked: dict[str, Any]) -> dict[str, str]:
    entities = asked.get("entities") or {}
    if not isinstance(entities, dict) or not all(_is_short(part) for item in entities.items() for part in item):
        raise _bad("entities has to be an object of short strings")
    return entities


def _is_short(part: Any) -> bool:
    return isinstance(part, str) and 0 < len(part) <= 128 and not _SURROGATE.search(part)


def _bad(message: str) -> Refused:
    return Refused(400, "bad_request", message)
