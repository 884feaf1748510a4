"""One visitor's socket: its frames in order, and what it has been shown."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from typing import Any

from aiohttp import WSMsgType, web

from channels.web import (
    VERSION,
    BadFrame,
    Erase,
    Hello,
    Leave,
    Press,
    Say,
    Seen,
    Typing,
    message_frame,
    read,
    state_frame,
    words,
)
from frontdoor.conversation import Conversation, State
from frontdoor.message import Inbound, Message
from frontdoor.ports import Kept, Wake
from frontdoor.reception import NotKept, StaleButton
from frontdoor.routing import HIGH
from storage.database import StoreUnavailable
from webchat.house import House
from webchat.tokens import token_hash

log = logging.getLogger(__name__)

_LAST = 200
_ALL = 100_000
_TYPING_SECONDS = 2.0
_HELLO_SECONDS = 60
_MINUTES_EACH = 4
_RETRY_SECONDS = 5
_PATIENCE_SECONDS = 4.0
"""A store that hangs must not hang the visitor: within 5 seconds they hear that their words are not kept yet."""


class VisitorSocket:
    """The talk over one connection. Nothing is shown twice, and nothing before it is kept."""

    def __init__(self, house: House, socket: web.WebSocketResponse, address: str) -> None:
        """`address` is what limits count, never the address itself."""
        self._house = house
        self._socket = socket
        self._address = address
        self._locale = "sq"
        self._token = ""
        self._saved = False
        self._showing = asyncio.Lock()
        self._own: set[str] = set()
        self._greeted = False
        self._closing: asyncio.Task[bool] | None = None
        self._state: dict[str, Any] = {}
        self._typed_at = 0.0
        self.conversation: str | None = None
        self.known = (0, 0)
        self.delivered = 0
        self.seen = 0

    @property
    def kept(self) -> bool:
        """True once something of this conversation is kept."""
        return self._saved

    @property
    def waiting(self) -> bool:
        """True while the visitor was last shown a place in the queue."""
        return self._state.get("state") == State.WAITING.value and "position" in self._state

    async def run(self) -> None:
        """Read frames until the connection ends; one that never says hello holds no place for long."""
        greeted = asyncio.get_running_loop().call_later(_HELLO_SECONDS, self._hang_up)
        try:
            async for arrived in self._socket:
                if arrived.type is WSMsgType.TEXT:
                    if not await self._frame(arrived.data):
                        break
                elif arrived.type is WSMsgType.BINARY:
                    await self._error("bad_json")
                    break
                else:
                    break
        finally:
            greeted.cancel()
            self._house.sockets.remove(self)

    def _hang_up(self) -> None:
        if not self._greeted:
            self._closing = asyncio.create_task(self._socket.close(code=1008), name="no hello")

    async def _frame(self, raw: str) -> bool:
        """Take one frame; false when the connection must end."""
        client_id = None
        try:
            frame = read(raw)
            client_id = getattr(frame, "client_id", None)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._take(frame)
        except BadFrame as bad:
            await self._error(bad.code, client_id or bad.client_id)
            if bad.ends:
                await self._socket.close(code=1008 if bad.code == "bad_json" else 1009)
            return not bad.ends
        except StaleButton:
            await self._error("stale_button", client_id)
        except (StoreUnavailable, NotKept, TimeoutError) as error:
            # should it be kept after all, the client hears so when it sends the same again
            log.error("not kept: %s", type(error).__name__)
            await self._error("not_kept", client_id)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:
            # the visitor reads what is kept and whom to call, whatever went wrong here
            log.error("a frame failed: %s at %s", type(error).__name__, _place_of(error))
            await self._error("not_kept", client_id)
        return True

    async def _take(self, frame: Hello | Say | Press | Typing | Seen | Leave | Erase) -> None:
        if isinstance(frame, Hello):
            await self._hello(frame)
            return
        if self.conversation is None:
            raise BadFrame("bad_frame")
        match frame:
            case Say():
                await self._receive(frame.client_id, words(frame.text), None)
            case Press():
                if not 0 < len(frame.payload.encode("utf-8", "replace")) <= 64:
                    raise StaleButton
                await self._receive(frame.client_id, "", frame.payload)
            case Typing():
                now = asyncio.get_running_loop().time()
                if self._saved and now - self._typed_at > _TYPING_SECONDS:
                    self._typed_at = now
                    await self._house.bus.publish(Wake("typing", self.conversation, detail={"by": "visitor"}))
            case Seen():
                if frame.id > self.seen:
                    self.seen = min(frame.id, self.delivered)
            case Leave():
                if not self._saved:
                    raise BadFrame("no_conversation")
                kept = await self._house.reception.leave(self.conversation, "web")
                if kept is not None:
                    await self._show(kept)
            case Erase():
                await self._erase()

    async def _hello(self, hello: Hello) -> None:
        if hello.version != VERSION:
            raise BadFrame("wrong_version")
        if self.conversation is not None:
            raise BadFrame("bad_frame")
        self._locale = "en" if (hello.locale or "").lower().startswith("en") else "sq"
        conversation = None
        if hello.token:
            conversation = await self._known(hello.token)
            self._token = hello.token
            if conversation is None:
                await self._error("unknown_token")
        if conversation is None:
            conversation, self._token = self._house.tokens.new()
        after = hello.after if self._saved else None
        self.conversation, self._greeted = conversation, True
        # listening begins before reading, so that nothing falls between the two
        self._house.sockets.add(self)
        try:
            await self._welcome(conversation, after)
        except BaseException:
            # not said hello yet: the client may do so again
            self._house.sockets.remove(self)
            self.conversation, self._saved = None, False
            raise

    async def _welcome(self, conversation: str, after: int | None) -> None:
        async with self._showing:
            limit = _LAST if after is None else _ALL
            messages = await self._house.store.after(conversation, after or 0, limit) if self._saved else []
            now = await self._house.store.state(conversation) if self._saved else None
            # an `after` that was never given out must not hide what comes
            had = min(after or 0, now.last_id if now else 0)
            self.delivered = max([had, *(message.id for message in messages)])
            shown = [message_frame(message) for message in messages]
            if after is None:
                shown.insert(0, message_frame(self._house.opening(conversation)))
            await self._send(
                {
                    "type": "welcome",
                    "conversation": conversation,
                    "token": self._token,
                    "state": now.state.value if now else State.BOT.value,
                    "messages": shown,
                }
            )
        if now is not None:
            # `welcome` has named the state; a frame of its own follows when there is more to it
            await self.show_state(now, always=now.state is not State.BOT or now.level >= HIGH)

    async def _known(self, token: str) -> str | None:
        """The conversation of a token that still holds; with nothing kept yet our own signature vouches for it."""
        house = self._house
        conversation = await house.store.by_token(token_hash(token), house.settings.token_idle_minutes)
        self._saved = conversation is not None
        if conversation is None:
            unused = house.tokens.unused(token)
            # a conversation that has idled out or was erased is not found again by the token it began with
            conversation = None if unused is None or await house.eraser.was_kept(unused) else unused
        return conversation

    async def _receive(self, client_id: str, text: str, payload: str | None) -> None:
        conversation = self.conversation or ""
        if not self._saved:
            if not await self._house.limits.may_open(self._address):
                await self._error("rate_limited", client_id)
                return
        else:
            # "po", "jo" or a place says nothing by itself, and everything in an emergency
            emergency = bool(self._state.get("level_high")) or self._state.get("state") == State.COUNSELLOR.value
            allowed = self._house.limits.may_say(conversation, emergency=emergency)
            if not allowed and not self._house.reception.urgent(text):
                await self._error("rate_limited", client_id)
                return
        # before it is kept: nobody who reads the store meanwhile may show it to its own writer
        self._own.add(client_id)
        kept = await self._house.reception.receive(
            Inbound(
                conversation=conversation,
                channel="web",
                client_id=client_id,
                text=text,
                payload=payload,
                token_hash=token_hash(self._token),
                locale=self._locale,
            )
        )
        self._saved = True
        at = kept.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await self._send({"type": "kept", "client_id": client_id, "id": kept.id, "at": at})
        if not kept.again:
            await self._show(kept, own=kept.id)

    async def _show(self, kept: Kept, own: int | None = None) -> None:
        """What was kept just now, without reading it again when nothing lies between."""
        if own is not None and self.delivered == own - 1:
            self.delivered = own
        if kept.said and self.delivered == kept.said[0].id - 1:
            async with self._showing:
                await self._give(list(kept.said))
        elif kept.said:
            await self.catch_up()
        self.known = (kept.conversation.last_id, kept.conversation.epoch)
        await self.show_state(kept.conversation)

    async def catch_up(self) -> None:
        """Show what the visitor has not been shown yet, from SQL, and who speaks now."""
        conversation = self.conversation
        if conversation is None:
            return
        async with self._showing:
            await self._give(await self._house.store.after(conversation, self.delivered, _ALL))
        now = await self._house.store.state(conversation)
        if conversation != self.conversation:
            return
        if now is not None:
            # also when another page of the same visitor has said the first word
            self._saved = True
            self.known = (now.last_id, now.epoch)
            await self.show_state(now)
        elif self._saved:
            # erased from another page, and the wake-up for it was lost
            await self.erased(None)

    async def _give(self, messages: list[Message]) -> None:
        for message in messages:
            if message.id <= self.delivered:
                continue
            self.delivered = message.id
            if message.client_id not in self._own:
                await self._send(message_frame(message))

    async def show_state(self, now: Conversation, *, always: bool = False) -> None:
        """Who speaks, when that is not what the visitor was told last."""
        place, wait, nobody = None, None, False
        if now.state is State.WAITING:
            place = await self._house.store.place(now)
            wait = None if place is None else place * _MINUTES_EACH * 60
            nobody = (await self._house.store.presence()).on_shift == 0
        frame = state_frame(now, place, wait, nobody=nobody)
        if frame != self._state and (always or self._state or now.state is not State.BOT):
            self._state = frame
            await self._send(frame)
        self._state = frame

    async def show_place(self, place: int | None) -> None:
        """The place has moved while nothing else has changed."""
        if place is not None and self.waiting and place != self._state["position"]:
            self._state = {**self._state, "position": place, "wait_seconds": place * _MINUTES_EACH * 60}
            await self._send(self._state)

    async def typing(self, sender: str) -> None:
        """Somebody else is writing."""
        await self._send({"type": "typing", "sender": sender})

    async def read_by_staff(self, up_to: int) -> None:
        """The counsellor has read up to an id."""
        await self._send({"type": "seen", "id": up_to})

    async def erased(self, kept_days: int | None) -> None:
        """The conversation is gone for this visitor; the next hello begins another."""
        self._house.sockets.remove(self)
        self.conversation, self._saved, self._state = None, False, {}
        self.known, self.delivered, self.seen = (0, 0), 0, 0
        name = "erased_kept" if kept_days else "erased"
        text = self._house.words.text("system", name, n=str(kept_days or 0))
        await self._send({"type": "erased", "text": text} | ({"days": kept_days} if kept_days else {}))

    async def _erase(self) -> None:
        conversation = self.conversation or ""
        if not self._saved:
            raise BadFrame("no_conversation")
        erased = await self._house.eraser.erase(conversation)
        if erased is None:
            await self.erased(None)
            return
        self._house.store.forget(conversation)
        detail = {"kept_days": erased.kept_days}
        await self._house.bus.publish(Wake("erased", conversation, detail=detail))
        await self._house.bus.publish(Wake("queue", conversation))
        await self.erased(erased.kept_days)

    async def _error(self, code: str, client_id: str | None = None) -> None:
        frame: dict[str, Any] = {
            "type": "error",
            "code": code,
            "message": self._house.words.error(code),
        }
        if client_id is not None:
            frame["client_id"] = client_id
        if code == "rate_limited":
            frame["retry_after"] = _RETRY_SECONDS
        await self._send(frame)

    async def _send(self, frame: dict[str, Any]) -> None:
        if not self._socket.closed:
            try:
                await self._socket.send_str(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            except (ConnectionError, RuntimeError):
                # it is gone; what it missed is shown at the next hello
                return


def _place_of(error: Exception) -> str:
    """Where it went wrong; the error's own text may hold words of the conversation and is never logged."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
