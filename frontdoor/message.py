"""What is said: messages, their buttons and links, and who says them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_TEXT = 2_000
"""Longest visitor message, in code points after trimming."""


class Sender(StrEnum):
    """Who says a message."""

    VISITOR = "visitor"
    BOT = "bot"
    COUNSELLOR = "counsellor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Button:
    """A reply that a tap gives: `do` is what happens (kept here), `payload` the opaque id that leaves the house."""

    title: str
    do: str
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of ours, shown with a title; never one that a visitor pasted."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the house before they have a place in the conversation.

    `kind` is "text", "script", "line" or "article"; `article` is the page behind an article, as plain data.
    """

    sender: Sender
    text: str
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    kind: str = "text"
    article: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message at its place: `id` is the conversation's own counter."""

    id: int
    sender: Sender
    text: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    kind: str = "text"
    article: dict[str, Any] | None = None
    client_id: str | None = None
    counsellor: str | None = None
    do: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a channel received from a visitor: words, or a tap on a button that we gave (`do`).

    `client_id` makes a resend harmless; it is unique within the conversation. `payload` is the opaque id of
    the button tapped; Reception looks up what it does. `unread` stands for a voice or a picture that nobody
    opens here: `text` then says what it was.
    """

    conversation: str
    channel: str
    client_id: str
    text: str
    payload: str | None = None
    token_hash: bytes | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    locale: str = "sq"
    unread: bool = False
