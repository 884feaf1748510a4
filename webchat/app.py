"""The public service: its routes, its socket, and the tasks that run beside them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from storage.database import Database, StoreUnavailable
from storage.leases import Leases
from storage.migrate import NotAtHead, require_head
from webchat import rounds
from webchat.house import House
from webchat.pages import Pages
from webchat.visitor import VisitorSocket

log = logging.getLogger(__name__)

HOUSE = web.AppKey("house", House)
TASKS = web.AppKey("tasks", dict[str, asyncio.Task[None]])


class _OpenSockets(set[web.WebSocketResponse]):
    """The connections to close when the service stops."""


_SOCKETS = web.AppKey("open sockets", _OpenSockets)

# above the protocol's own limit, so that a frame just over it gets its error before the connection ends
_LARGEST = 1024 * 1024
_HEARTBEAT = 30.0


def build_app(house: House, *, beside: dict[str, Callable[[], Awaitable[None]]] | None = None) -> web.Application:
    """The application; `beside` are further tasks by name (delivery, a messenger's loop) that it keeps running."""
    app = web.Application(client_max_size=64 * 1024, middlewares=[_clear_errors])
    app[HOUSE] = house
    app[TASKS] = {}
    app[_SOCKETS] = _OpenSockets()
    Pages(house.content, house.settings).add_to(app)
    app.router.add_get("/chat/socket", _socket)
    app.router.add_get("/health", _health)
    app.router.add_get("/ready", _ready)
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "sockets": house.sockets.listen,
        "rereading": house.sockets.reread,
        "owed": lambda: rounds.answer_owed(house),
        "deadlines": lambda: rounds.fire_deadlines(house),
        "erasing": lambda: rounds.erase_copies(house),
        "screening": lambda: rounds.tell_of_screening(house),
        **(beside or {}),
    }

    async def running(app: web.Application) -> AsyncIterator[None]:
        for name, start in work.items():
            app[TASKS][name] = asyncio.create_task(_told(name, start), name=name)
        yield
        for task in app[TASKS].values():
            task.cancel()
        await asyncio.gather(*app[TASKS].values(), return_exceptions=True)
        await house.sockets.close()
        await house.reception.close()
        await house.store.settle()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(_close_sockets)
    return app


async def _told(name: str, start: Callable[[], Awaitable[None]]) -> None:
    try:
        await start()
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.critical("the task %s has died: %s", name, type(error).__name__)
        raise


@web.middleware
async def _clear_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No stack trace reaches a visitor; every error page has the helpline's number."""
    house = request.app[HOUSE]
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = "not_found" if error.status == 404 else "server_down"
        return _plain(house, code, error.status)
    except Exception as error:
        log.error("a request failed: %s", type(error).__name__)
        return _plain(house, "server_down", 500)


def _plain(house: House, name: str, status: int) -> web.Response:
    text = house.words.text("visitor", name)
    number = house.content.number("alo")
    if number not in text:
        text = f"{text} {number}"
    return web.Response(text=text, status=status, headers={"X-Content-Type-Options": "nosniff"})


async def _socket(request: web.Request) -> web.StreamResponse:
    house = request.app[HOUSE]
    if not _welcome_from(request.headers.get("Origin"), request.host, house.settings.public_origins):
        raise web.HTTPForbidden
    address = house.limits.address(_remote(request, trust=house.settings.trust_proxy))
    socket = web.WebSocketResponse(
        compress=False, heartbeat=_HEARTBEAT, max_msg_size=_LARGEST, timeout=2.0, autoping=True
    )
    if not house.limits.may_connect(address):
        await socket.prepare(request)
        text = house.words.error("full")
        await socket.send_json({"type": "error", "code": "full", "message": text, "retry_after": 30})
        await socket.close(code=1013)
        return socket
    try:
        await socket.prepare(request)
        request.app[_SOCKETS].add(socket)
        await VisitorSocket(house, socket, address).run()
    finally:
        request.app[_SOCKETS].discard(socket)
        house.limits.closed(address)
    return socket


def _welcome_from(origin: str | None, host: str, allowed: tuple[str, ...]) -> bool:
    """A browser names the page's origin: ours, or one of the list. Other clients name none."""
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == host or origin in allowed
    except ValueError:
        return False


def _remote(request: web.Request, *, trust: bool) -> str:
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
    return forwarded if trust and forwarded else request.remote or "unknown"


async def _close_sockets(app: web.Application) -> None:
    # those who talk come back by themselves and find everything that was kept
    for socket in app[_SOCKETS].copy():
        with contextlib.suppress(Exception):
            await socket.close(code=1001)


async def _health(request: web.Request) -> web.Response:
    """200 while all tasks of this process live; else 503 with the names of the dead."""
    dead = sorted(name for name, task in request.app[TASKS].items() if task.done())
    if not getattr(request.app[HOUSE].bus, "alive", True):
        dead.append("bus")
    return web.json_response({"status": "dead" if dead else "ok", "dead": dead}, status=503 if dead else 200)


async def _ready(request: web.Request) -> web.Response:
    """503 only when the database is away, takes nothing or is not at head; a bus or bot that is down degrades."""
    house = request.app[HOUSE]
    state, problem = await readiness(house)
    return web.json_response(state, status=503 if problem else 200)


async def _database_state(database: Database) -> str:
    try:
        await require_head(database)
    except NotAtHead:
        return "not at head"
    except (StoreUnavailable, OSError, Exception) as error:  # each driver has its own errors for being away
        log.error("the database is away: %s", type(error).__name__)
        return "unreachable"
    if database.failed:
        # it can be read; whether it takes anything again only a write can tell
        try:
            await Leases(database).hold("ready", "ready", 0)
        except StoreUnavailable:
            return "takes nothing"
        database.failed = False
    return "ok"


async def readiness(house: House) -> tuple[dict[str, Any], bool]:
    """What works and what does not, without anything that should not be public; and whether it must be 503."""
    database = {"state": await _database_state(house.database)}
    problem = database["state"] != "ok"
    bot = await house.bot.health()
    bus_up = bool(getattr(house.bus, "up", True))
    screening = house.reception.screening
    signed, in_all = house.content.signed_scripts, len(house.content.scripts)
    degraded = [
        name
        for name, ok in (
            ("bus", bus_up),
            ("bot", bot.get("status") == "ready"),
            ("screening", screening.state == "ok"),
            ("scripts", signed == in_all),
        )
        if not ok
    ]
    return {
        "status": "unready" if problem else "degraded" if degraded else "ready",
        "degraded": degraded,
        "database": database,
        "bus": {"state": "ok" if bus_up else "down"},
        "bot": {"state": bot.get("status", "down"), "model": bot.get("model")},
        "screening": {"state": screening.state, "version": screening.version},
        "scripts": {"state": "signed" if signed == in_all else "draft", "signed": signed, "all": in_all},
    }, problem
