"""The path of a message, in order: screen, keep in one transaction, acknowledge, answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from frontdoor.assessment import Facts, RiskAssessment
from frontdoor.conversation import Conversation
from frontdoor.message import Inbound, Said
from frontdoor.ports import (
    Bot,
    BotTurn,
    BotUnavailable,
    Bus,
    Clock,
    Due,
    Kept,
    Press,
    ReceptionStore,
    Screening,
    ScreeningHealth,
    Unanswered,
    View,
    Wake,
)
from frontdoor.routing import Arrived, Plan, after_silence, decide
from frontdoor.words import Words

log = logging.getLogger(__name__)

TIRANE = ZoneInfo("Europe/Tirane")
_TRIES = 12
UNSCREENED = RiskAssessment(unscreened=True, version="none")


class StaleButton(Exception):
    """The tapped button was never given to this conversation."""


class NotKept(Exception):
    """The message could not be kept; the visitor must be told so, and given the helpline's number."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything that Reception works with, wired by each process in one place."""

    store: ReceptionStore
    screening: Screening
    bot: Bot
    words: Words
    bus: Bus
    clock: Clock
    owner: str
    live_channels: frozenset[str] = frozenset({"web"})


class Reception:
    """Where every message arrives. `receive` is the only place where the order of things stands."""

    def __init__(self, doors: Doors) -> None:
        """`doors.owner` names this process in leases."""
        self._doors = doors
        self._answering: dict[str, asyncio.Task[None]] = {}
        self._screening_failed = False

    async def receive(self, inbound: Inbound) -> Kept:
        """Screen, keep, then let it be answered; returns when the message is durable.

        Raises StaleButton for a button that was not given, NotKept when the conversation would not hold
        still, and whatever the store raises: then nothing was kept.
        """
        press = await self._pressed(inbound)
        for attempt in range(_TRIES):
            view = await self._doors.store.view(inbound.conversation, inbound.channel, fresh=attempt > 0)
            assessment = self._screen(inbound, press, view)
            plan = await self._plan(inbound, press, view, assessment)
            do = press.do if press else None
            kept = await self._doors.store.keep(view, _as_said(inbound, press), do, assessment, plan)
            if kept is not None:
                break
        else:
            raise NotKept(f"{_TRIES} tries")
        if not kept.again:
            await self._tell(kept, plan)
            if plan.asks_bot:
                self.answer(inbound.conversation)
        return kept

    def urgent(self, text: str) -> bool:
        """True for words that no limit may hold back: risk, the wish for a person, or what nothing could screen."""
        try:
            found = self._doors.screening.screen(text, (), Facts())
        except Exception as error:
            self._screening_raised(error)
            return True
        return found.level >= 2 or found.wish or found.safe_word or found.unscreened

    def answer(self, conversation: str) -> None:
        """Let the bot answer what it owes in a conversation, beside everything else."""
        running = self._answering.get(conversation)
        if running is None or running.done():
            self._start(conversation, self._answer(conversation))

    async def close(self) -> None:
        """Wait shortly for answers under way; what stays owed is taken over by another process."""
        tasks = [task for task in self._answering.values() if not task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=1.5)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def owner(self) -> str:
        """This process's name, as in leases."""
        return self._doors.owner

    @property
    def screening(self) -> ScreeningHealth:
        """How screening is, for /ready and the console; once it has raised nothing of it counts as working."""
        screening = self._doors.screening
        return ScreeningHealth("none" if self._screening_failed else screening.state, screening.version)

    def _screening_raised(self, error: Exception) -> None:
        if not self._screening_failed:
            log.critical("screening failed: %s; messages go to the lane unscreened", type(error).__name__)
        self._screening_failed = True

    async def _pressed(self, inbound: Inbound) -> Press | None:
        if inbound.payload is None:
            return None
        press = await self._doors.store.press(inbound.conversation, inbound.payload)
        if press is None:
            raise StaleButton
        return press

    def _screen(self, inbound: Inbound, press: Press | None, view: View) -> RiskAssessment:
        """The assessment of the visitor's words; our own words on a button raise nothing."""
        if press is not None:
            return self._of_tap(press.do)
        local = self._doors.clock().astimezone(TIRANE)
        conversation = view.conversation
        facts = Facts(local_time=local, age=conversation.age, repeated=conversation.mark > 0)
        try:
            return self._doors.screening.screen(inbound.text, view.history, facts)
        except Exception as error:
            # whatever fails inside must not lose a child: a person reads what nothing has screened
            self._screening_raised(error)
            return UNSCREENED

    def _of_tap(self, do: str) -> RiskAssessment:
        """A button's own words raise nothing, but for "it concerns me" under an article on a grave matter."""
        concern = self._doors.words.concern(do)
        version = self._doors.screening.version
        if concern is None:
            return RiskAssessment(version=version, language="sq")
        return RiskAssessment(concern.level, (concern.category,), speaker="child", version=version, language="sq")

    async def _plan(self, inbound: Inbound, press: Press | None, view: View, assessment: RiskAssessment) -> Plan:
        live = inbound.channel in self._doors.live_channels
        arrived = Arrived(view.conversation, assessment, press.do if press else None, live, inbound.unread)
        return decide(arrived, self._doors.words, await self._doors.store.presence())

    async def _tell(self, kept: Kept, plan: Plan) -> None:
        last = kept.said[-1].id if kept.said else kept.id
        await self._doors.bus.publish(Wake("conversation", kept.conversation.id, last))
        if plan.raised or plan.epoch_up or plan.watch:
            await self._doors.bus.publish(Wake("queue", kept.conversation.id, last))

    def _start(self, conversation: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"answer {conversation}")
        self._answering[conversation] = task

        def done(finished: asyncio.Task[None]) -> None:
            if self._answering.get(conversation) is finished:
                del self._answering[conversation]
            if not finished.cancelled() and (error := finished.exception()) is not None:
                log.error("answering failed: %s; the answer stays owed", type(error).__name__)

        task.add_done_callback(done)

    async def _answer(self, conversation: str) -> None:
        """Answer, one after another, all that is owed; a lease keeps other processes from doing the same."""
        store = self._doors.store
        while (owed := await store.claim_answer(conversation, self._doors.owner)) is not None:
            events, wished = None, None
            try:
                turn = await self._turn(owed)
                wished = self._wished(turn, owed.conversation)
                speaker = owed.conversation.speaker
                replies = () if wished else self._doors.words.from_bot(turn.replies, level=owed.level, speaker=speaker)
                events = turn.events
            except BotUnavailable as error:
                log.warning("the bot gave no answer: %s", error)
                replies = self._without_bot(owed)
            except Exception as error:
                # an answer that nobody can read would be asked for again and again
                log.error("the bot's answer cannot be said: %s", type(error).__name__)
                replies = self._without_bot(owed)
            if wished:
                await self._apply(conversation, owed.conversation.channel, wished, answered=owed.message.id)
                continue
            messages = await store.answer(owed, self._doors.owner, replies, events)
            if messages is None:
                return
            await self._doors.bus.publish(Wake("conversation", conversation, messages[-1].id if messages else 0))

    async def _turn(self, owed: Unanswered) -> BotTurn:
        kind, _, name = (owed.message.do or "").partition(":")
        intent = name if kind in ("intent", "article") else None
        return await self._doors.bot.turn(
            owed.conversation.id,
            owed.conversation.channel,
            owed.events,
            text=None if intent else owed.message.text,
            intent=intent,
        )

    def _without_bot(self, owed: Unanswered) -> tuple[Said, ...]:
        """A page that was tapped needs no bot; to words it is said that the bot is down."""
        return self._doors.words.page(owed.message.do or "") or (self._doors.words.bot_down(),)

    def _wished(self, turn: BotTurn, before: Conversation) -> str | None:
        """What the bot understood and the front door does, as if its button had been tapped: a person, or a concern.

        A concern that is known already is no second one, and adults were not asked.
        """
        for reply in turn.replies:
            custom = reply.get("custom") or {}
            if custom.get("kind") == "counsellor":
                return "counsellor"
            concerns = f"concerns:{custom.get('topic')}"
            concern = self._doors.words.concern(concerns) if custom.get("kind") == "concerns" else None
            if concern is None or before.speaker == "adult":
                continue
            if concern.level > before.level or concern.category not in before.categories:
                return concerns
        return None

    async def leave(self, conversation: str, channel: str) -> Kept | None:
        """Out of the queue, back to the assistant, unless it is an emergency; None when nothing was kept yet."""
        return await self._apply(conversation, channel, "leave")

    async def _apply(self, conversation: str, channel: str, do: str, *, answered: int | None = None) -> Kept | None:
        """Do what a button does, without a message of the visitor."""
        for _ in range(_TRIES):
            view = await self._doors.store.view(conversation, channel, fresh=True)
            if not view.exists:
                return None
            arrived = Arrived(view.conversation, self._of_tap(do), do, channel in self._doors.live_channels)
            plan = decide(arrived, self._doors.words, await self._doors.store.presence())
            kept = await self._doors.store.apply(view, plan, answered=answered)
            if kept is not None:
                await self._tell(kept, plan)
                return kept
        raise NotKept(f"{_TRIES} tries")

    async def silence(self, due: Due) -> None:
        """A minute has passed after a script's question without an answer: say the step meant for that."""
        view = await self._doors.store.view(due.conversation, "", fresh=True)
        place = view.conversation.script
        if not view.exists or place is None or place.asked != due.detail.get("asked"):
            return
        plan = after_silence(view.conversation, self._doors.words, await self._doors.store.presence())
        if plan is not None and (kept := await self._doors.store.apply(view, plan)) is not None:
            await self._tell(kept, plan)


def _as_said(inbound: Inbound, press: Press | None) -> Inbound:
    """A tap is kept as the words on the button, so that the counsellor reads what the visitor chose."""
    return inbound if press is None else replace(inbound, text=press.title)


__all__ = ["Doors", "NotKept", "Reception", "StaleButton"]
