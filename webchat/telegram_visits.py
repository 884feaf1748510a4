"""What each thing that arrives from Telegram does: words to Reception, the opening, erasing, and lines beside it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from channels.telegram import Arrival, Command, Elsewhere, Other, Tap, TelegramChannel, Text, split
from channels.web import BadFrame, words
from frontdoor.conversation import Conversation, State
from frontdoor.message import MAX_TEXT, Inbound, Message, Said, Sender
from frontdoor.ports import DeliveryFailed, Kept, Wake
from frontdoor.reception import StaleButton
from frontdoor.routing import HIGH
from storage.carried import Carried
from storage.database import StoreUnavailable
from webchat.house import House

log = logging.getLogger(__name__)

COMMANDS = ("start", "ndihme", "fshi")

STORE_SECONDS = 3.5
"""A store that does not answer within this time is away: the visitor must hear something within 5 seconds."""

_FORGET_SECONDS = 8.0
_SAY_AGAIN_SECONDS = 10.0
_REMEMBERED = 10_000
_RATE_TOLD_SECONDS = 60

# the phrase that a counsellor reads in place of it
_KINDS = {
    "voice": "kind_voice",
    "audio": "kind_voice",
    "photo": "kind_photo",
    "video": "kind_video",
    "video_note": "kind_video",
    "location": "kind_location",
}


async def in_time[R](work: Coroutine[Any, Any, R], seconds: float = STORE_SECONDS) -> R:
    """The store's answer; raises StoreUnavailable when it takes too long, and then lets it end by itself.

    What is being written is never broken off: whether it was kept shows when the same thing comes again.
    """
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        raise StoreUnavailable("no answer in time")
    return task.result()


class TelegramVisits:
    """Handling the same thing again changes nothing: what was kept is known by its update's number."""

    def __init__(self, channel: TelegramChannel, house: House) -> None:
        """Nothing is sent yet."""
        self._channel = channel
        self._house = house
        self._carried = Carried(house.database)
        # messages in chats of which nothing is kept yet, so that /fshi can delete these too
        self._loose: OrderedDict[str, list[str]] = OrderedDict()
        self._to_note: list[tuple[str, int, str]] = []
        self._settling = asyncio.Lock()
        self._beside: set[asyncio.Task[None]] = set()

    async def handle(self, arrival: Arrival) -> None:
        """Returns when what arrived is kept; raises StoreUnavailable, and then nothing was."""
        match arrival:
            case Text():
                await self._words(arrival, arrival.text)
            case Other():
                await self._other(arrival)
            case Tap():
                self._run(self._channel.answered(arrival.query))
                await self._tap(arrival)
            case Command(name="start"):
                await self._start(arrival)
            case Command(name="fshi"):
                await self._erase(arrival)
            case Command():
                await self._words(arrival, f"/{arrival.name}")
            case Elsewhere(chat=str(chat)):
                self._run(self._channel.leave(chat))

    async def settle(self) -> None:
        """Keep the references of what was handled; due before any of it is confirmed."""
        async with self._settling:
            noting, self._to_note = self._to_note, []
            if not noting:
                return
            try:
                await in_time(self._carried.note_all(noting))
            except StoreUnavailable:
                self._to_note = noting + self._to_note
                raise

    def not_kept(self, address: str) -> None:
        """Tell a chat that its words were not kept, with whom to call."""
        self._say(address, _line(self._house.words.error("not_kept")))

    async def close(self) -> None:
        """Give up the lines that are still under way."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def _words(self, arrival: Text | Other | Command, text: str) -> Kept | None:
        """Everything that was written, in parts where one message would be too long; gives the last one kept."""
        kept = None
        conversation = await self._conversation(arrival.address)
        for number, part in enumerate(split(text, MAX_TEXT), 1):
            try:
                clean = words(part)
            except BadFrame:
                # nothing of it can be seen: there is nothing to keep
                continue
            if not await self._may_say(conversation, arrival.address, clean):
                return kept
            client_id = f"u{arrival.update_id}" + (f".{number}" if number > 1 else "")
            kept = await self._receive(conversation, arrival, client_id, clean)
        return kept

    async def _may_say(self, conversation: str, address: str, text: str) -> bool:
        if self._house.limits.may_say(conversation) or self._house.reception.urgent(text):
            return True
        # a flood must not be answered with a flood
        if await self._house.bus.allow(f"told:{conversation}", 1, _RATE_TOLD_SECONDS):
            self._say(address, _line(self._house.words.error("rate_limited")))
        return False

    async def _receive(
        self,
        conversation: str,
        arrival: Text | Other | Command | Tap,
        client_id: str,
        text: str,
        payload: str | None = None,
    ) -> Kept:
        unread = isinstance(arrival, Other)
        inbound = Inbound(conversation, "telegram", client_id, text, payload, address=arrival.address, unread=unread)
        kept = await in_time(self._house.reception.receive(inbound))
        if not isinstance(arrival, Tap):
            self._to_note.append((conversation, kept.id, arrival.reference))
        if loose := self._loose.pop(arrival.address, None):
            self._to_note.append((conversation, 0, " ".join(loose)))
        if not kept.again and not kept.said and kept.conversation.state is State.BOT:
            self._run(self._channel.typing(arrival.address))
        return kept

    async def _tap(self, tap: Tap) -> None:
        conversation = await self._conversation(tap.address)
        payload = tap.payload or self._of_opening(conversation, tap.title)
        try:
            if payload is None and tap.title is None:
                raise StaleButton
            await self._receive(conversation, tap, f"u{tap.update_id}", tap.title or "", payload)
        except StaleButton:
            self._run(self._channel.without_buttons(tap.address, tap.reference))
            self._say(tap.address, self._house.words.line("stale_button_pressed"))

    def _of_opening(self, conversation: str, title: str | None) -> str | None:
        """The opening is shown before there is a conversation: its buttons are found by what stands on them."""
        buttons = self._house.store.opening_buttons(conversation)
        return next((button.payload for button in buttons if button.title == title), None)

    async def _other(self, other: Other) -> None:
        """What cannot be read is kept by its kind, so that a counsellor knows of it; the visitor is told so."""
        kind = self._house.words.text("system", _KINDS.get(other.kind, "kind_other"))
        now = await self._known(other.address) if other.place is not None else None
        if other.place is not None and now is not None and now.level >= HIGH:
            # a place is never asked for, and kept only where somebody may have to be found
            kind += f" {other.place[0]:.5f}, {other.place[1]:.5f}"
        await self._words(other, f"{kind} {other.caption}".strip())

    async def _start(self, command: Command) -> None:
        """The first words; nothing is kept for them. Once a person is involved, /start is a word like any other."""
        now = await self._known(command.address)
        if now is not None and now.state in (State.WAITING, State.COUNSELLOR):
            await self._words(command, "/start")
            return
        opening, about = self._house.words.opening(), self._house.words.line("start_telegram")
        said = replace(opening, text=f"{opening.text}\n\n{about.text}")
        self._say(command.address, said, command.reference)

    async def _erase(self, command: Command) -> None:
        """Both sides' messages there, then everything here; then it is said what stays and how to remove it."""
        conversation = await in_time(self._house.store.by_address("telegram", command.address))
        shown = [command.reference, *self._loose.pop(command.address, ())]
        kept_days = None
        await self.settle()
        if conversation is not None:
            shown += await in_time(self._carried.references(conversation))
        # first there, because the references go with the conversation
        await self._forget(command.address, shown)
        erased = await in_time(self._house.eraser.erase(conversation)) if conversation is not None else None
        if erased is not None and conversation is not None:
            kept_days = erased.kept_days
            self._house.store.forget(conversation)
            await self._house.bus.publish(Wake("erased", conversation, detail={"kept_days": kept_days}))
            await self._house.bus.publish(Wake("queue", conversation))
            await self._forget(command.address, [late for late in erased.references if late not in shown])
        lines = self._house.words
        line = lines.line("erased") if kept_days is None else lines.line("erased_kept", n=str(kept_days))
        self._say(command.address, replace(line, text=f"{line.text}\n\n{lines.line('erased_telegram').text}"))

    async def _forget(self, address: str, references: list[str]) -> None:
        """As much as can be deleted within a moment: others wait behind it."""
        if references:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FORGET_SECONDS):
                    await self._channel.forget(address, references)

    async def _conversation(self, address: str) -> str:
        """The conversation of a chat; a new one gets its row with its first message."""
        known = await in_time(self._house.store.by_address("telegram", address))
        return known or secrets.token_hex(12)

    async def _known(self, address: str) -> Conversation | None:
        conversation = await in_time(self._house.store.by_address("telegram", address))
        return await in_time(self._house.store.state(conversation)) if conversation is not None else None

    def _say(self, address: str, said: Said, *also: str) -> None:
        """A line outside the transcript, beside everything else; `also` are messages that belong to it."""
        self._run(self._said(address, said, also))

    async def _said(self, address: str, said: Said, also: tuple[str, ...]) -> None:
        message = Message(0, said.sender, said.text, datetime.now(UTC), said.buttons, said.links, said.kind)
        reference = None
        try:
            reference = await self._channel.send(address, message)
        except DeliveryFailed as failure:
            if not failure.permanent:
                await asyncio.sleep(min(failure.retry_after or 1.0, _SAY_AGAIN_SECONDS))
                with suppress(DeliveryFailed):
                    reference = await self._channel.send(address, message)
        with suppress(StoreUnavailable):
            await self._remember(address, [*also, *([reference] if reference else [])])

    async def _remember(self, address: str, references: list[str]) -> None:
        conversation = await self._house.store.by_address("telegram", address)
        if conversation is not None and await self._carried.note(conversation, 0, " ".join(references)):
            return
        self._loose.setdefault(address, []).extend(references)
        if len(self._loose) > _REMEMBERED:
            self._loose.popitem(last=False)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)

        def done(finished: asyncio.Task[None]) -> None:
            self._beside.discard(finished)
            if not finished.cancelled() and (error := finished.exception()) is not None:
                log.error("telegram: a line was not said: %s", type(error).__name__)

        task.add_done_callback(done)


def _line(text: str) -> Said:
    return Said(Sender.SYSTEM, text, kind="line")
