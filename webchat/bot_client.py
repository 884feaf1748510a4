"""The bot process seen from the front door: one call per turn, a bounded wait, and never an empty success."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp

from frontdoor.ports import BotTurn, BotUnavailable

log = logging.getLogger(__name__)

TURN_SECONDS = 1.5
"""A visitor hears something within 5 seconds: a bot that takes longer than this is not waited for."""

_AT_ONCE = 16
_WAITING = 200


class BotClient:
    """Speaks to bot/server.py over a Unix socket or a loopback address."""

    def __init__(self, listen: str) -> None:
        """`listen` as in the settings: unix:/path or host:port."""
        self._listen = listen
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def turn(
        self,
        conversation: str,
        channel: str,
        events: list[dict[str, Any]],
        *,
        text: str | None = None,
        intent: str | None = None,
    ) -> BotTurn:
        """See ports.Bot."""
        body: dict[str, Any] = {"conversation": conversation, "channel": channel, "events": events}
        body |= {"intent": intent} if intent else {"text": text}
        if self._waiting >= _WAITING:
            raise BotUnavailable("busy")
        self._waiting += 1
        try:
            async with asyncio.timeout(TURN_SECONDS), self._slots:
                answer = await self._post("/turn", body)
        except TimeoutError as error:
            raise BotUnavailable("timeout") from error
        finally:
            self._waiting -= 1
        replies = answer.get("replies")
        if not isinstance(replies, list) or not replies or not isinstance(answer.get("events"), list):
            raise BotUnavailable("empty")
        return BotTurn(tuple(replies), answer["events"], str((answer.get("intent") or {}).get("name") or ""))

    async def health(self) -> dict[str, Any]:
        """See ports.Bot."""
        try:
            async with asyncio.timeout(2), self._client().get(self._url("/health")) as response:
                return dict(await response.json())
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
            return {"status": "down", "model": None}

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            async with self._client().post(self._url(path), json=body) as response:
                answer = await response.json()
                if response.status != 200:
                    raise BotUnavailable(str(answer.get("error", response.status)))
                return dict(answer)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise BotUnavailable(type(error).__name__) from error

    def _url(self, path: str) -> str:
        return f"http://bot{path}" if self._listen.startswith("unix:") else f"http://{self._listen}{path}"

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            if self._listen.startswith("unix:"):
                connector: aiohttp.BaseConnector = aiohttp.UnixConnector(self._listen.removeprefix("unix:"), limit=0)
            else:
                connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session
