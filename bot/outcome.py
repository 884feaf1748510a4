"""What comes of a message: what it was understood as, what is answered, or why nothing can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class TurnFailed(Exception):
    """The turn gave no answer that may be shown. The message names actions and exceptions, never words."""


class UnreadableEvents(Exception):
    """The events handed in are none that Rasa knows."""


@dataclass(frozen=True)
class Reading:
    """What a message was understood as; `ranking` is complete, the likeliest first."""

    intent: dict[str, Any]
    ranking: list[dict[str, Any]]
    entities: list[dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """Replies for the visitor, and the events to hand in at the next turn."""

    replies: list[dict[str, Any]]
    events: list[dict[str, Any]]
    reading: Reading
