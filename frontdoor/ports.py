"""What Reception and the desk need from outside: a store, screening, a bot, channels, the wake-up bus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from frontdoor.assessment import Facts, HistoryEntry, Level, RiskAssessment
from frontdoor.conversation import Conversation
from frontdoor.message import Inbound, Message, Said
from frontdoor.routing import Plan


class Clock(Protocol):
    """Time, passed in."""

    def __call__(self) -> datetime:
        """The present moment, in UTC with its zone."""
        ...


ScreeningState = Literal["ok", "lexicon", "model", "none"]
"""Both halves of screening work, one alone, or neither."""


@dataclass(frozen=True, slots=True)
class ScreeningHealth:
    """How screening is, and which version of it."""

    state: ScreeningState = "ok"
    version: str = ""


class Screening(Protocol):
    """Words in, RiskAssessment out; may raise, Reception then treats the message as unscreened."""

    version: str

    @property
    def state(self) -> ScreeningState:
        """What of it has worked so far."""
        ...

    def screen(self, message: str, history: Sequence[HistoryEntry], facts: Facts) -> RiskAssessment:
        """Assess one message against what was said before it."""
        ...


class BotUnavailable(Exception):
    """The bot gave no answer: down, loading, busy, or its turn failed. Carries a code, never words."""


@dataclass(frozen=True, slots=True)
class BotTurn:
    """What the bot answered: replies as it names them, and the tracker events to keep for the next turn."""

    replies: tuple[dict[str, Any], ...]
    events: list[dict[str, Any]]
    intent: str


class Bot(Protocol):
    """The bot process, stateless: events in, replies and events out."""

    async def turn(
        self,
        conversation: str,
        channel: str,
        events: list[dict[str, Any]],
        *,
        text: str | None = None,
        intent: str | None = None,
    ) -> BotTurn:
        """One turn. Raises BotUnavailable when there is no answer within the time given."""
        ...

    async def health(self) -> dict[str, Any]:
        """`{"status": ready|loading|no_model|failed|down, "model": id or None}`; never raises."""
        ...


class DeliveryFailed(Exception):
    """A channel could not carry a message. `permanent` says that trying again is useless."""

    def __init__(self, reason: str, *, permanent: bool, retry_after: float | None = None) -> None:
        """`reason` is a code for logs, without words of the conversation; `retry_after` in seconds."""
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after


class Channel(Protocol):
    """A place people write from, seen from inside: it carries one message to an address."""

    name: str

    async def send(self, address: str, message: Message) -> str | None:
        """Carry the message; gives the channel's own reference to it. Raises DeliveryFailed."""
        ...

    async def forget(self, address: str, references: Sequence[str]) -> None:
        """Delete what the channel still shows of the conversation, as far as the service allows it."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A visitor's message at its place. `again` is true when the same client id was kept before.

    `said` are the house's messages kept in the same transaction, `conversation` is as it stands after it.
    """

    id: int
    at: datetime
    conversation: Conversation
    said: tuple[Message, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A conversation as Reception sees it before deciding: its state, and what was said since the mark."""

    conversation: Conversation
    history: tuple[HistoryEntry, ...] = ()
    exists: bool = True


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A visitor's message that the bot owes an answer, with the tracker events before it."""

    conversation: Conversation
    message: Message
    level: Level
    events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message of the outbox that this process holds a lease on; `message` has its id."""

    outbox_id: int
    conversation: str
    channel: str
    address: str
    message: Message
    attempts: int


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that has come and that this process has claimed."""

    id: int
    conversation: str
    kind: str
    epoch: int
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """The outcome of a claim: `won`, or who holds the conversation."""

    won: bool
    held_by: str | None
    conversation: Conversation | None


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is on shift, and how many conversations wait: what may be told truthfully."""

    on_shift: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Press:
    """What a tapped button does: its action, and the title that the visitor saw."""

    do: str
    title: str
    message_id: int


class ReceptionStore(Protocol):
    """What Reception needs of the truth."""

    async def view(self, conversation: str, channel: str, *, fresh: bool = False) -> View:
        """The conversation now; one that was never kept comes with `exists=False`."""
        ...

    async def press(self, conversation: str, payload: str) -> Press | None:
        """The button behind an opaque id, if this conversation was given it."""
        ...

    async def keep(
        self, view: View, inbound: Inbound, do: str | None, assessment: RiskAssessment, plan: Plan
    ) -> Kept | None:
        """Keep message, assessment, level, state and outbox in one transaction.

        None when the conversation moved on meanwhile (its last id or epoch is not the view's): screen again.
        """
        ...

    async def apply(self, view: View, plan: Plan, *, answered: int | None = None) -> Kept | None:
        """A change without a visitor's message: what the plan says, under the same condition as `keep`.

        `answered` levels what the bot owes up to that message.
        """
        ...

    async def presence(self) -> Presence:
        """Counsellors on shift now, and conversations waiting."""
        ...

    async def claim_answer(self, conversation: str, owner: str) -> Unanswered | None:
        """Take (or renew) the lease on what the conversation's bot still owes; None: nothing, or another has it."""
        ...

    async def answer(
        self, owed: Unanswered, owner: str, replies: Sequence[Said], events: list[dict[str, Any]] | None
    ) -> list[Message] | None:
        """Give the bot's replies their place by one statement conditional on the epoch, and keep its events.

        None when a person took over meanwhile (or another process answered): nothing was said.
        """
        ...


@dataclass(frozen=True, slots=True)
class Wake:
    """Something changed: re-read it. `last_id` spares a reading where it is already known."""

    kind: str
    conversation: str | None = None
    last_id: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


class Bus(Protocol):
    """Wakes other processes; losing an event costs a second, never a message."""

    async def publish(self, wake: Wake) -> None:
        """Tell everybody; never raises."""
        ...

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[Wake]]:
        """Events from now on."""
        ...

    async def allow(self, key: str, limit: int, window: float) -> bool:
        """Count one use of `key`; false when there were more than `limit` within `window` seconds."""
        ...

    def allow_here(self, key: str, limit: int, window: float) -> bool:
        """The same, counted in this process only and without asking anybody."""
        ...


__all__ = [
    "Bot",
    "BotTurn",
    "BotUnavailable",
    "Bus",
    "Channel",
    "Claim",
    "Clock",
    "Delivery",
    "DeliveryFailed",
    "Due",
    "Kept",
    "Presence",
    "Press",
    "ReceptionStore",
    "Screening",
    "ScreeningHealth",
    "ScreeningState",
    "Unanswered",
    "View",
    "Wake",
]
