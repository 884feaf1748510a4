"""The Bot API over HTTP, as its documentation says, with faults that tests switch on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from tests.telegram_api.people import Person
from tests.telegram_api.service import ApiError, Chat, Json, Service

TOKEN = "116111:AAHtestsOnlyTokenWithNoAccessAnywhere000"
_STRUCTURED = {"reply_markup", "allowed_updates", "message_ids", "commands", "link_preview_options", "scope"}


@dataclass
class Fault:
    """What goes wrong with `times` calls of a method, after `spared` that go well.

    flood: 429 with retry_after · error: a 5xx · refused: a 400 · garbage: an answer that is not JSON ·
    lost_call: the connection breaks before the call is done · lost_answer: it breaks after.
    """

    method: str
    kind: Literal["flood", "error", "refused", "garbage", "lost_call", "lost_answer"]
    times: int = 1
    status: int = 502
    retry_after: int = 1
    spared: int = 0


class BotApi:
    """The server, on a port of its own; `person` casts somebody who writes to the bot."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.service = Service()
        self.faults: list[Fault] = []
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._stirred = asyncio.Event()
        self._polling: asyncio.Event | None = None
        self._people = 0

    async def start(self, port: int = 0) -> None:
        """Listen; `url` is what TELEGRAM_API_URL is to be."""
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/bot{token}/{method}", self._called)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close all connections."""
        if self._polling is not None:
            self._polling.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    def person(self, first_name: str) -> Person:
        """Somebody with a private chat."""
        self._people += 1
        return Person(self, first_name, 7_200_000_000 + self._people)

    def group(self, title: str) -> Chat:
        """A group that somebody has put the bot into."""
        self._people += 1
        number = -4_000_000 - self._people
        user = {"id": 7_300_000_000 + self._people, "is_bot": False, "first_name": "Dikush"}
        chat = Chat(number, {"id": number, "type": "group", "title": title}, user)
        self.service.chats[number] = chat
        return chat

    def fails(self, method: str, kind: Any, **how: int) -> None:
        """Let the next calls of a method go wrong; see Fault."""
        self.faults.append(Fault(method, kind, **how))

    def called(self, method: str) -> list[Json]:
        """The parameters of all calls of a method so far, failed ones included."""
        return [call for name, call in self.service.calls if name.lower() == method.lower()]

    def stir(self) -> None:
        """Something has changed: whoever waits looks again."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def stirred(self) -> None:
        """Wait for the next change."""
        await self._stirred.wait()

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refused(ApiError(401, "Unauthorized"))
        call = await _parameters(request)
        self.service.calls.append((method, call))
        fault = self._fault(method)
        if fault is not None and fault.kind != "lost_answer":
            return _gone_wrong(fault, request)
        try:
            answer = await self._done(method, call)
        except ApiError as error:
            return _refused(error)
        finally:
            self.stir()
        if fault is not None:
            return _broken(request)
        return web.json_response({"ok": True, "result": answer})

    async def _done(self, method: str, call: Json) -> Any:
        if method.lower() == "getupdates":
            return await self._updates(call)
        if method.lower() not in self.service.methods:
            raise ApiError(404, "Not Found")
        return self.service.methods[method.lower()](call)

    async def _updates(self, call: Json) -> list[Json]:
        """Long polling: the answer comes when there is something, or when the time is over."""
        if self._polling is not None:
            self._polling.set()
        mine = self._polling = asyncio.Event()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(float(call.get("timeout") or 0), 50)):
                    while not (found := self.service.updates(call)) and not mine.is_set():
                        # a new poll ends this one, as does anything that people do
                        await _first_of(mine.wait(), self.stirred())
            if mine.is_set():
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            return found or self.service.updates(call)
        finally:
            if self._polling is mine:
                self._polling = None

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method.lower() != method.lower() or fault.times == 0:
                continue
            if fault.spared:
                fault.spared -= 1
                continue
            fault.times -= 1
            return fault
        return None


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _parameters(request: web.Request) -> Json:
    """A call's parameters: from the query, a form, or JSON; structured ones come as JSON in a form."""
    call: Json = dict(request.query)
    if request.content_type == "application/json":
        call |= await request.json()
    else:
        call |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in _STRUCTURED & call.keys():
        if isinstance(call[name], str):
            call[name] = json.loads(call[name])
    return {
        name: {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
        for name, value in call.items()
    }


def _refused(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code)


def _gone_wrong(fault: Fault, request: web.Request) -> web.StreamResponse:
    match fault.kind:
        case "flood":
            wait = fault.retry_after
            return _refused(ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait))
        case "refused":
            return _refused(ApiError(400, "Bad Request: something that only the service knows"))
        case "garbage":
            return web.Response(text="<html>not what you asked for</html>", content_type="text/html")
        case "lost_call":
            return _broken(request)
    return _refused(ApiError(fault.status, "Internal Server Error"))


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
