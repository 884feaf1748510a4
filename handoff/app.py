"""The staff service, wired: everything comes by argument, and lives as long as the application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from frontdoor.ports import Bus
from handoff import blind_spots_api, desk_api, pages, sign_in
from handoff.feed import HEARTBEAT_SECONDS, HUB, Hub, feed
from handoff.guard import add_headers, plain_errors, same_origin, signed_in
from handoff.house import HOUSE, TOKENS, House, Status
from storage.blind_spots import BlindSpots
from storage.desk import Desk
from storage.staff import StaffAccounts

_MAX_BODY = 32_768


def build_app(
    *,
    desk: Desk,
    accounts: StaffAccounts,
    bus: Bus,
    texts: Mapping[str, Mapping[str, str]],
    status: Status,
    secure: bool = False,
    tokens: Path = TOKENS,
    heartbeat: float = HEARTBEAT_SECONDS,
    sign_ins_per_address: int = 60,
    blind_spots: BlindSpots | None = None,
) -> web.Application:
    """The console's application.

    `texts` are the console's phrases by name and language (`house.console_texts` makes them), `secure` says
    that browsers reach it over https, `tokens` is the style sheet that both sides share, `heartbeat` is how often
    the feed renews presence, in seconds, `sign_ins_per_address` how many tries a quarter of an hour allows,
    `blind_spots` reads the weekly list; without it there is none.
    """
    app = web.Application(middlewares=[plain_errors, same_origin, signed_in], client_max_size=_MAX_BODY)
    app[HOUSE] = House(desk, accounts, bus, texts, status, secure, tokens, sign_ins_per_address, blind_spots)
    app[HUB] = hub = Hub(app[HOUSE], heartbeat)
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(hub.running)
    app.on_shutdown.append(hub.close_all)
    app.router.add_get("/", pages.page)
    app.router.add_get("/health", health)
    app.router.add_get("/static/{name}", pages.static)
    app.router.add_get("/feed", feed)
    app.router.add_get("/api/transcript", desk_api.transcript)
    app.router.add_get("/api/blind-spots", blind_spots_api.blind_spots)
    for path, handler in {
        "sign-in": sign_in.sign_in,
        "sign-out": sign_in.sign_out,
        "password": sign_in.change_password,
        "break": sign_in.take_break,
        "claim": desk_api.claim,
        "next": desk_api.claim_next,
        "reply": desk_api.reply,
        "close": desk_api.close,
        "level": desk_api.set_level,
        "seen": desk_api.seen,
        "typing": desk_api.typing,
    }.items():
        app.router.add_post(f"/api/{path}", handler)
    return app


async def health(request: web.Request) -> web.Response:
    """GET /health: 503 once one of the feed's tasks has died."""
    alive = request.app[HUB].alive
    return web.json_response({"status": "ok" if alive else "failed"}, status=200 if alive else 503)
