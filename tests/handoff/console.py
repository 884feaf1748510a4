"""A counsellor's console without a browser: its requests, its feed, and what it waits for."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

import aiohttp
from yarl import URL

from tests.handoff.scene import PASSWORD

PATIENCE = 3.0


class Console:
    """Speaks to the staff service as the page does."""

    def __init__(self, address: str) -> None:
        """`address` of the staff service."""
        self._address = address
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self.frames: list[dict[str, Any]] = []

    async def posts(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """A request as our own page makes it; gives status and JSON."""
        async with self._session.post(
            f"{self._address}/api/{path}", json=body, headers={"Origin": self._address}
        ) as answer:
            said: dict[str, Any] = await answer.json()
            return answer.status, said

    async def asks(self, path: str, method: str = "GET", **how: Any) -> tuple[int, str, Any]:
        """Any request; gives status, text and headers."""
        async with self._session.request(method, f"{self._address}{path}", **how) as answer:
            return answer.status, await answer.text(), answer.headers

    async def signs_in(self, user_name: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
        """Sign in."""
        return await self.posts("sign-in", user_name=user_name, password=password)

    async def claims(self, conversation: str) -> tuple[int, dict[str, Any]]:
        """Claim a conversation."""
        return await self.posts("claim", conversation=conversation)

    async def replies(self, conversation: str, text: str, client_id: str | None = None) -> tuple[int, dict[str, Any]]:
        """Reply in a conversation."""
        name = client_id or secrets.token_hex(6)
        return await self.posts("reply", conversation=conversation, client_id=name, text=text)

    async def reads(self, conversation: str) -> tuple[int, dict[str, Any]]:
        """The transcript."""
        status, text, _ = await self.asks("/api/transcript", params={"conversation": conversation})
        whole: dict[str, Any] = json.loads(text)
        return int(status), whole

    async def opens(self) -> None:
        """Open the feed and say hello."""
        self._socket = await self._session.ws_connect(f"{self._address}/feed", origin=self._address)
        self._reader = asyncio.create_task(self._read(self._socket))
        await self.sends(type="hello")
        await self.sees("shift")

    async def sends(self, **frame: Any) -> None:
        """A frame on the feed."""
        assert self._socket is not None
        await self._socket.send_str(json.dumps(frame))

    async def says(self, text: str) -> None:
        """Anything at all on the feed."""
        assert self._socket is not None
        await self._socket.send_str(text)

    async def sees(
        self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda frame: True, seconds: float = PATIENCE
    ) -> dict[str, Any]:
        """The newest frame of this kind that fits, among those that came and those to come."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    newest = (frame for frame in reversed(self.frames) if frame["type"] == kind and fits(frame))
                    if (found := next(newest, None)) is not None:
                        return dict(found)
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind} that fits within {seconds} s: {self.frames[-6:]}") from None

    async def hears(self, conversation: str, text: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """A message over the feed."""

        def has(frame: dict[str, Any]) -> bool:
            return any(
                item["conversation"] == conversation and any(m["text"] == text for m in item["messages"])
                for item in frame["items"]
            )

        frame = await self.sees("messages", has, seconds)
        said: list[dict[str, Any]] = [m for item in frame["items"] for m in item["messages"] if m["text"] == text]
        return said[0]

    def heard(self, conversation: str) -> list[str]:
        """All texts that the feed brought of a conversation, in the order of coming."""
        return [
            message["text"]
            for frame in self.frames
            if frame["type"] == "messages"
            for item in frame["items"]
            if item["conversation"] == conversation
            for message in item["messages"]
        ]

    @property
    def closed(self) -> bool:
        """Whether the feed has ended."""
        return self._socket is None or self._socket.closed

    async def ends(self, seconds: float) -> None:
        """The feed is ended by the other side."""
        async with asyncio.timeout(seconds):
            while not self.closed:
                self._news.clear()
                await self._news.wait()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that this console holds."""
        return {
            name: morsel.value for name, morsel in self._session.cookie_jar.filter_cookies(URL(self._address)).items()
        }

    async def shuts(self) -> None:
        """The feed is closed, as when the page is."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def leaves(self) -> None:
        """The browser is closed."""
        await self.shuts()
        await self._session.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for arrived in socket:
            self.frames.append(json.loads(arrived.data))
            self._news.set()
        self._news.set()
