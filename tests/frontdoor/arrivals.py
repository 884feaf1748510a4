"""Messages as they arrive at the decision: short words for states, levels and what screening found."""

from __future__ import annotations

from datetime import UTC, datetime

from frontdoor.assessment import Answer, RiskAssessment
from frontdoor.conversation import Conversation, Lane, ScriptPlace, State
from frontdoor.message import Sender
from frontdoor.ports import Presence
from frontdoor.routing import Arrived, Plan, decide
from frontdoor.words import Words

NOW = datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC)
ON_SHIFT = Presence(on_shift=2, waiting=4)
NOBODY = Presence(on_shift=0, waiting=4)


def talk(state: State = State.BOT, level: int = 0, **fields: object) -> Conversation:
    """A conversation; one that waits has its lane and its moment."""
    values: dict[str, object] = {"id": "c", "channel": "web", "state": state, "level": level, "last_id": 4}
    if state is State.WAITING:
        values |= {"lane": Lane.RISK if level >= 3 else Lane.WISH, "waiting_since": NOW, "epoch": 1}
    if state is State.COUNSELLOR:
        values |= {"counsellor": 1, "counsellor_alias": "Besa", "epoch": 2}
    if level >= 2:
        values |= {"categories": ("suicide",), "level_since": NOW}
    return Conversation(**(values | fields))  # type: ignore[arg-type]


def found(level: int = 0, *categories: str, **fields: object) -> RiskAssessment:
    """What screening says of a message."""
    values: dict[str, object] = {"level": level, "categories": categories, "language": "sq", "version": "test"}
    return RiskAssessment(**(values | fields))  # type: ignore[arg-type]


def answered(answer: Answer) -> RiskAssessment:
    """A message that answers a question and says nothing else."""
    return found(answer=answer)


def at_step(conversation: Conversation, script: str, step: str = "start") -> dict[str, object]:
    """The place of an open question, as a field of the conversation."""
    return {"script": ScriptPlace(script, step, conversation.last_id)}


def plan(
    words: Words,
    conversation: Conversation,
    assessment: RiskAssessment | None = None,
    *,
    do: str | None = None,
    live: bool = True,
    presence: Presence = ON_SHIFT,
    unread: bool = False,
) -> Plan:
    """What is decided for one message."""
    return decide(Arrived(conversation, assessment or found(), do, live, unread), words, presence)


def said(of: Plan) -> str:
    """All that the house says at once."""
    return "\n".join(one.text for one in of.said)


def senders(of: Plan) -> set[Sender]:
    """Who says it."""
    return {one.sender for one in of.said}
