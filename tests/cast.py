"""The cast of the scenes: a visitor at the public socket, a counsellor at the desk."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

import aiohttp

from frontdoor.message import Message
from frontdoor.ports import Bus, Claim, Wake
from storage.database import Database
from storage.desk import Desk
from storage.staff import StaffAccounts
from tests.handoff.scene import CHEAP

PATIENCE = 5.0
"""Invariant 6: whoever writes hears something within this many seconds."""


class Visitor:
    """Speaks the socket's protocol as any client would: collects frames, and waits for what a scene expects."""

    def __init__(self, address: str, token: str | None = None) -> None:
        """`address` of the public side; `token` of an earlier visit."""
        self._address = address
        self.token = token
        self.conversation = ""
        self.frames: list[dict[str, Any]] = []
        self.messages: dict[int, dict[str, Any]] = {}
        self.state: dict[str, Any] = {}
        self.welcome: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def opens(self, *, after: int | None = None, hello: dict[str, Any] | None = None) -> dict[str, Any]:
        """Connect and say hello; gives the welcome."""
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(f"{self._address}/chat/socket", max_msg_size=0)
        self._reader = asyncio.create_task(self._read(self._socket))
        frame: dict[str, Any] = {"type": "hello", "version": 1}
        if self.token:
            frame["token"] = self.token
        if after is not None:
            frame["after"] = after
        await self.sends(hello or frame)
        self.welcome = await self.gets("welcome")
        self.token, self.conversation = self.welcome["token"], self.welcome["conversation"]
        return self.welcome

    async def closes(self) -> None:
        """Leave; what was kept stays."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()
        self._socket = self._session = self._reader = None

    async def sends(self, frame: dict[str, Any] | str) -> None:
        """A frame as it is, right or wrong."""
        assert self._socket is not None
        await self._socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def says(self, text: str, client_id: str | None = None) -> dict[str, Any]:
        """Say something and wait until it is kept; gives the `kept` frame."""
        name = client_id or secrets.token_hex(8)
        await self.sends({"type": "say", "client_id": name, "text": text})
        return await self.gets("kept", client_id=name)

    async def taps(self, title: str) -> dict[str, Any]:
        """Tap the newest button with this title."""
        for message in sorted(self.messages.values(), key=lambda m: -int(m["id"])):
            for button in message.get("buttons", ()):
                if button["title"] == title:
                    name = secrets.token_hex(8)
                    await self.sends({"type": "press", "client_id": name, "payload": button["payload"]})
                    return await self.gets("kept", client_id=name)
        raise AssertionError(f"no button «{title}» in {[m.get('buttons') for m in self.messages.values()]}")

    async def gets(self, kind: str, seconds: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """The first frame of this kind with these fields, among those that came and those to come."""
        return await self._until(
            lambda: next(
                (f for f in self.frames if f["type"] == kind and all(f.get(k) == v for k, v in fields.items())), None
            ),
            seconds,
            f"{kind} {fields}",
        )

    async def sees(self, words: str, *, sender: str | None = None, seconds: float = PATIENCE) -> dict[str, Any]:
        """A message with these words in it."""

        def found() -> dict[str, Any] | None:
            for message in self.messages.values():
                if words in message["text"] and (sender is None or message["sender"] == sender):
                    return message
            return None

        return await self._until(found, seconds, f"«{words}»")

    async def is_told(self, state: str, seconds: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """Until the state shown is this one, with these fields."""

        def found() -> dict[str, Any] | None:
            fits = self.state.get("state") == state and all(self.state.get(k) == v for k, v in fields.items())
            return self.state if fits else None

        return await self._until(found, seconds, f"state {state} {fields}")

    async def hears_nothing(self, seconds: float = 0.4, sender: str = "bot") -> None:
        """For a while nobody of this kind says anything new."""
        before = {i for i, m in self.messages.items() if m["sender"] == sender}
        await asyncio.sleep(seconds)
        new = {i for i, m in self.messages.items() if m["sender"] == sender} - before
        assert not new, [self.messages[i]["text"] for i in new]

    @property
    def transcript(self) -> list[tuple[str, str]]:
        """Who said what, in order."""
        return [(m["sender"], m["text"]) for _, m in sorted(self.messages.items())]

    async def _until(self, found: Any, seconds: float, what: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds):
                while (result := found()) is None:
                    self._news.clear()
                    await self._news.wait()
                return dict(result)
        except TimeoutError:
            raise AssertionError(f"{what} did not come within {seconds} s; frames: {self.frames[-8:]}") from None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for arrived in socket:
            frame = json.loads(arrived.data)
            self.frames.append(frame)
            match frame["type"]:
                case "welcome":
                    self.messages |= {m["id"]: m for m in frame["messages"]}
                    self.state = {"type": "state", "state": frame["state"]}
                case "message":
                    assert frame["id"] not in self.messages, f"shown twice: {frame['id']}"
                    self.messages[frame["id"]] = frame
                case "state":
                    self.state = frame
            self._news.set()
        self._news.set()


class Counsellor:
    """A counsellor at the desk, who tells the bus of each change as the staff service does."""

    def __init__(self, desk: Desk, bus: Bus, person: int, alias: str) -> None:
        """`person` is the staff id; `alias` the name that others see."""
        self._desk = desk
        self._bus = bus
        self.id = person
        self.alias = alias

    @classmethod
    async def arrives(cls, database: Database, desk: Desk, bus: Bus, alias: str) -> Counsellor:
        """Signed in and on shift."""
        accounts = StaffAccounts(database, hasher=CHEAP)
        password = await accounts.add(alias.lower(), alias)
        person, _ = await accounts.sign_in(alias.lower(), password)
        await accounts.present(person.id)
        return cls(desk, bus, person.id, alias)

    async def queue(self) -> list[str]:
        """The conversations that wait, most urgent first."""
        return [raised.conversation.id for raised in await self._desk.queue()]

    async def claims(self, conversation: str) -> Claim:
        """Take a conversation."""
        claim = await self._desk.claim(conversation, self.id)
        await self._tell(conversation)
        return claim

    async def says(self, conversation: str, text: str, client_id: str | None = None) -> Message:
        """Reply in a conversation."""
        message = await self._desk.reply(conversation, self.id, client_id or secrets.token_hex(8), text)
        await self._tell(conversation)
        return message

    async def closes(self, conversation: str, level: int = 0, reason: str = "folëm gjatë") -> None:
        """Give the conversation back to the bot."""
        await self._desk.close(conversation, self.id, level, reason, "helped")
        await self._tell(conversation)

    async def _tell(self, conversation: str) -> None:
        await self._bus.publish(Wake("conversation", conversation))
        await self._bus.publish(Wake("queue", conversation))
