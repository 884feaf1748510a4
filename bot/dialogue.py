"""Rasa without a memory: a message and the events before it in, replies and the events to keep out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.events import to_keep
from bot.outcome import Answer, Reading, TurnFailed, UnreadableEvents
from bot.running import InProcessActions, check_results_quickly

RANKED = 5
"""So many of the likeliest intents go along with a turn."""

_OWN_TO_RASA = frozenset(
    {USER_INTENT_BACK, USER_INTENT_RESTART, USER_INTENT_SESSION_START, DEFAULT_NLU_FALLBACK_INTENT_NAME}
)


@dataclass
class _Turn:
    """The turn under way: what Rasa's objects, which it calls without an argument of ours, find of it."""

    events: list[Event]
    tracker: DialogueStateTracker | None = None
    failures: list[str] = field(default_factory=list)


_turn: ContextVar[_Turn] = ContextVar("turn")


class Dialogue:
    """The loaded model. For one thread: Rasa's graph and this event loop are not made for two."""

    def __init__(self, model: Path, actions: InProcessActions) -> None:
        """Loads the model, which takes a second; a broken one raises."""
        check_results_quickly()
        agent = _StatelessAgent(action_endpoint=actions)
        agent.load_model(model)
        self._processor: MessageProcessor = agent.processor
        self._loop = asyncio.new_event_loop()
        self.intents = frozenset(agent.domain.intents) - _OWN_TO_RASA

    def read(self, text: str) -> Reading:
        """What the text means; a leading "/" is a sign like any other."""
        parsed = self._loop.run_until_complete(self._processor.parse_message(UserMessage(_plain(text))))
        ranking = [_named(entry) for entry in parsed.get("intent_ranking") or [parsed["intent"]]]
        return Reading(_named(parsed["intent"]), ranking, parsed.get("entities") or [])

    def turn(
        self,
        conversation: str,
        channel: str,
        events: Sequence[dict[str, Any]],
        said: str | None = None,
        intent: str | None = None,
        entities: dict[str, Any] | None = None,
    ) -> Answer:
        """Answer what was `said`, or a button's `intent` with its `entities`.

        Raises UnreadableEvents, and TurnFailed when anything went wrong or nothing would be answered.
        """
        known = _events_from(events)
        if intent is None:
            said = said or ""
            reading = self.read(said)
        else:
            said = f"/{intent}"
            sure = {"name": intent, "confidence": 1.0}
            reading = Reading(sure, [sure], [{"entity": k, "value": v} for k, v in (entities or {}).items()])
        return self._loop.run_until_complete(self._answer(conversation, channel, known, said, reading))

    async def _answer(
        self, conversation: str, channel: str, events: list[Event], said: str, reading: Reading
    ) -> Answer:
        turn = _Turn(events)
        _turn.set(turn)
        output = _Replies(channel)
        parsed = {
            "text": said,
            "intent": reading.intent,
            "entities": reading.entities,
            "intent_ranking": reading.ranking[:RANKED],
        }
        message = UserMessage(said, output, conversation, parsed, channel)
        try:
            # With its parse at hand Rasa does not read the text again, and so executes no command in it.
            await self._processor.handle_message(message)
        except Exception as error:
            raise TurnFailed(type(error).__name__) from error
        if turn.failures:
            raise TurnFailed(", ".join(turn.failures))
        if not output.messages or turn.tracker is None:
            raise TurnFailed(f"no reply to {reading.intent['name']}")
        replies = [{k: v for k, v in m.items() if k != "recipient_id"} for m in output.messages]
        return Answer(replies, to_keep(event.as_dict() for event in turn.tracker.events), reading)


class _GivenEvents(TrackerStore):
    """Hands out the conversation that came with the turn, and keeps what became of it for the turn's end."""

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        turn = _turn.get()
        if not turn.events:
            return None
        return DialogueStateTracker.from_events(sender_id, turn.events, self.domain.slots, domain=self.domain)

    async def save(self, tracker: DialogueStateTracker) -> None:
        _turn.get().tracker = tracker


class _StrictProcessor(MessageProcessor):
    """Rasa goes on when an action fails or predictions go round in circles; here that is noted as a failure."""

    async def _run_action(self, action: Action, *arguments: Any, **named: Any) -> bool:
        return bool(await super()._run_action(_Watched(action), *arguments, **named))

    async def _schedule_reminders(self, *arguments: Any, **named: Any) -> None:
        # Its timers live in this process, which remembers nobody. Only the call with a reminder counts.
        if any(type(event).__name__ == "ReminderScheduled" for event in arguments[0]):
            _turn.get().failures.append("an action asked for a reminder")


class _StatelessAgent(Agent):
    """An agent whose processor is strict and whose tracker store is the turn's own."""

    def load_model(self, model_path: Path, fingerprint: str | None = None) -> None:
        # Rasa wraps each store into one that answers a failure with an empty conversation: not so here.
        self.tracker_store = _GivenEvents(None)
        self.processor = _StrictProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            generator=self.nlg,
            action_endpoint=self.action_endpoint,
            on_circuit_break=lambda *_: _turn.get().failures.append("too many actions"),
        )
        self.domain = self.tracker_store.domain = self.processor.domain
        self.nlg.responses = self.domain.responses


class _Watched:
    """An action that tells the turn when it fails."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *arguments: Any) -> list[Event]:
        try:
            return list(await self._action.run(*arguments))
        except ActionExecutionRejection:
            raise
        except Exception as error:
            _turn.get().failures.append(f"{self._action.name()}: {type(error).__name__}")
            return []


class _Replies(CollectingOutputChannel, OutputChannel):
    """Collects the replies; carries the name of the channel, by which a response may be chosen."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        return self._channel


def _plain(text: str) -> str:
    """The text so that Rasa's reader of commands finds none."""
    return text.strip().lstrip("/") or "-"


def _named(intent: dict[str, Any]) -> dict[str, Any]:
    return {"name": intent["name"], "confidence": round(float(intent["confidence"]), 4)}


# Rasa looks through all its classes for each event, which takes longer than reading it.
_EVENT_CLASSES = {kind.type_name: kind for kind in all_subclasses(Event) if hasattr(kind, "type_name")}


def _events_from(given: Sequence[dict[str, Any]]) -> list[Event]:
    try:
        events = [_EVENT_CLASSES[event["event"]]._from_parameters(dict(event)) for event in given]
    except Exception as error:
        raise UnreadableEvents(type(error).__name__) from error
    for event in events:
        if isinstance(event, UserUttered):
            # Rasa would learn this from an event of its own after each message, which is not kept.
            event.use_text_for_featurization = False
    return events
