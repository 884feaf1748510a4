"""Many visitors and some consoles in one process, as light as can be, with the moments at which things arrived."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import secrets
import time
from collections.abc import AsyncIterator, Sequence

import aiohttp

from tests.handoff.console import Console

TEXTS = (
    "nuk di cfare te bej me shkollen, me duket shume e veshtire",
    "po shoqja ime me tha te njejten gje dje",
    "faleminderit qe me degjon",
    "sot ishte dite e gjate",
    "a mund te te pyes dicka tjeter per internetin",
)


class Chat:
    """One visitor's socket: when each message was acknowledged, and when a counsellor's words came."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._sent: dict[str, float] = {}
        self._reader = asyncio.create_task(self._read())
        self._welcomed = asyncio.Event()
        self.conversation = ""
        self.acknowledged: list[float] = []
        self.refused = 0
        self.heard: dict[str, float] = {}

    @classmethod
    async def open(cls, session: aiohttp.ClientSession, address: str) -> Chat:
        """Connect and say hello."""
        chat = cls(await session.ws_connect(f"{address}/chat/socket", max_msg_size=0))
        await chat._socket.send_str('{"type":"hello","version":1}')
        await chat._welcomed.wait()
        return chat

    async def say(self, text: str) -> None:
        """Say something; the answer's moment is taken when it comes."""
        name = secrets.token_hex(6)
        frame = json.dumps({"type": "say", "client_id": name, "text": text})
        self._sent[name] = time.perf_counter()
        await self._socket.send_str(frame)

    @property
    def pending(self) -> int:
        """Messages sent and not yet acknowledged."""
        return len(self._sent)

    async def close(self) -> None:
        """Hang up."""
        self._reader.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        async for arrived in self._socket:
            now = time.perf_counter()
            frame = json.loads(arrived.data)
            match frame["type"]:
                case "kept":
                    if (sent := self._sent.pop(frame["client_id"], None)) is not None:
                        self.acknowledged.append(now - sent)
                case "message":
                    if frame["sender"] == "counsellor":
                        self.heard[frame["text"]] = now
                case "error":
                    self.refused += 1
                    self._sent.pop(frame.get("client_id", ""), None)
                case "welcome":
                    self.conversation = frame["conversation"]
                    self._welcomed.set()


@contextlib.asynccontextmanager
async def chats(address: str, count: int) -> AsyncIterator[list[Chat]]:
    """So many visitors, connected."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        opened: list[Chat] = []
        for start in range(0, count, 50):
            some = (Chat.open(session, address) for _ in range(min(50, count - start)))
            opened += await asyncio.gather(*some)
        yield opened
        for chat in opened:
            await chat.close()


async def at_rate(talking: Sequence[Chat], rate: float, seconds: float) -> int:
    """Say things at a steady rate, whoever is slow to answer; gives how many were said."""
    began, said = time.perf_counter(), 0
    while (now := time.perf_counter()) - began < seconds:
        due = int((now - began) * rate) - said
        for _ in range(due):
            await random.choice(talking).say(random.choice(TEXTS))
            said += 1
        await asyncio.sleep(max(0.0, began + (said + 1) / rate - time.perf_counter()))
    return said


async def settle(talking: Sequence[Chat], seconds: float = 20) -> int:
    """Wait until all is acknowledged; gives how many never were."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while any(chat.pending for chat in talking):
                await asyncio.sleep(0.02)
    return sum(chat.pending for chat in talking)


class Desk(Console):
    """A console that notes when each visitor's text first came over its feed."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.seen: dict[str, float] = {}
        self.raised: dict[str, float] = {}
        self.messages = 0

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for arrived in socket:
            now = time.perf_counter()
            frame = json.loads(arrived.data)
            if frame["type"] == "messages":
                for item in frame["items"]:
                    for message in item["messages"]:
                        if message["sender"] == "visitor":
                            self.messages += 1
                            self.seen.setdefault(f"{item['conversation']}:{message['id']}", now)
                            self.seen.setdefault(message["text"], now)
            elif frame["type"] == "queue":
                for item in frame["items"]:
                    self.raised.setdefault(item["conversation"], now)
                self.frames.append(frame)
            else:
                self.frames.append(frame)
            self._news.set()
