"""A visitor who looks at each frame: whether it is as documented, and whether it says anything that it should not."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from typing import Any

import aiohttp

from tests.cast import PATIENCE, Visitor
from tests.contract.shapes import wrong

INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|sqlalchemy|asyncpg|sqlite|pydantic|Exception|Error\b", re.I
)
"""What an error for a visitor never holds."""


def is_clear(error: dict[str, Any], code: str) -> bool:
    """An error for a visitor: the code, a sentence in words, the number to call, nothing of the inside."""
    return error["code"] == code and "116 111" in error["message"] and not INSIDE.search(error["message"])


class CarefulVisitor(Visitor):
    """Finds fault with frames that docs/protocol.md does not describe, and with messages that come twice."""

    async def closes(self) -> None:
        """Leave, and say what was wrong."""
        reader = self._reader
        await super().closes()
        if reader is not None and not reader.cancelled() and (error := reader.exception()) is not None:
            raise error
        for frame in self.frames:
            assert not wrong(frame), (wrong(frame), frame)

    async def drops(self) -> None:
        """The connection is gone without a goodbye, as in a tunnel."""
        assert self._socket is not None
        response = self._socket._response
        assert response.connection is not None
        assert response.connection.transport is not None
        response.connection.transport.abort()
        await asyncio.sleep(0)
        await self.closes()

    async def sends_both(self, *texts: str) -> list[dict[str, Any]]:
        """Say several things without waiting in between; gives their `kept`."""
        names = [secrets.token_hex(8) for _ in texts]
        for name, text in zip(names, texts, strict=True):
            await self.sends({"type": "say", "client_id": name, "text": text})
        return [await self.gets("kept", client_id=name) for name in names]

    async def errs(self, code: str, **fields: Any) -> dict[str, Any]:
        """The next error, which has this code; forgets it again."""
        error = await self.gets("error", **fields)
        self.frames.remove(next(frame for frame in self.frames if frame == error))
        assert error["code"] == code, error
        return error

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All frames of this kind that came."""
        return [frame for frame in self.frames if frame["type"] == kind]


class Stranger:
    """Somebody at the socket who follows no rules: sends what a scene likes and reads what comes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: aiohttp.ClientSession) -> None:
        """A connection that is open already."""
        self._socket = socket
        self._session = session

    @classmethod
    async def comes(cls, address: str, headers: dict[str, str] | None = None) -> Stranger:
        """Connect, without a hello."""
        session = aiohttp.ClientSession()
        try:
            socket = await session.ws_connect(f"{address}/chat/socket", headers=headers, max_msg_size=0)
        except aiohttp.ClientError:
            await session.close()
            raise
        return cls(socket, session)

    async def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello; gives the welcome, with the error before it where there was one."""
        await self.sends({"type": "hello", "version": 1, **fields})
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["type"] != "welcome":
            frames.append(await self.hears())
        return frames[-1] | ({"error": frames[0]} if len(frames) > 1 else {})

    async def sends(self, frame: Any) -> None:
        """A frame: text as it is, bytes as a binary frame, all else as JSON."""
        if isinstance(frame, bytes):
            await self._socket.send_bytes(frame)
        else:
            await self._socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def sends_text(self, raw: bytes) -> None:
        """These bytes as a text frame, whether or not they are text."""
        await self._socket.send_frame(raw, aiohttp.WSMsgType.TEXT)

    async def hears(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next frame; fails when the connection ends instead."""
        arrived = await self._socket.receive(seconds)
        assert arrived.type is aiohttp.WSMsgType.TEXT, (arrived.type, self._socket.close_code)
        frame = json.loads(arrived.data)
        assert not wrong(frame), (wrong(frame), frame)
        return dict(frame)

    async def hears_until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next frame of this kind with these fields."""
        while True:
            frame = await self.hears()
            if frame["type"] == kind and all(frame.get(k) == v for k, v in fields.items()):
                return frame

    async def is_sent_away(self) -> int | None:
        """The code with which the connection ends; fails when it does not."""
        arrived = await self._socket.receive(PATIENCE)
        assert arrived.type in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSING,
        ), arrived
        return self._socket.close_code

    async def goes(self) -> None:
        """Close."""
        await self._socket.close()
        await self._session.close()
