"""Who may come in: the session, the origin of a request, strict headers, and errors that tell nothing."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ValidationError

from handoff.house import HOUSE, PERSON, TOKEN, Refused, language_of
from storage.database import StoreUnavailable
from storage.staff import Locked, PasswordRefused, SignInRefused

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_OPEN = ("/", "/health")
_FIRST = ("/api/password", "/api/sign-out")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Strict headers on whatever leaves the house; a signal, so that errors carry them too."""
    response.headers.update(HEADERS)
    if request.app[HOUSE].secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Each refusal and each failure as a code and a sentence."""
    try:
        return await handler(request)
    except Refused as refused:
        return refusal(request, refused)
    except Locked as locked:
        return refusal(request, Refused(429, "too_many_attempts", minutes=str(locked.minutes)))
    except SignInRefused:
        return refusal(request, Refused(403, "wrong_password"))
    except PasswordRefused as refused:
        return refusal(request, Refused(400, refused.code))
    except StoreUnavailable:
        log.error("the database does not answer")
        return refusal(request, Refused(503, "error_store"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        known = {404: "error_not_found", 405: "error_not_found", 413: "error_bad_request"}
        return refusal(request, Refused(error.status, known.get(error.status, "error_bad_request")))
    except Exception as error:
        # where it failed, not what was in hand: an exception's text may hold words of a conversation
        frame = traceback.extract_tb(error.__traceback__)[-1]
        log.error("a request failed: %s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
        return refusal(request, Refused(500, "error_unexpected"))


def refusal(request: web.Request, refused: Refused) -> web.Response:
    """The JSON of a refusal, in the language of the console."""
    message = request.app[HOUSE].text(refused.code, language_of(request), **refused.fill)
    body = {"error": refused.code, "message": message} | refused.fill
    return web.json_response(body, status=refused.status, dumps=dumps)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What changes something, and the feed, comes from our own page: Origin is this host, the body is JSON."""
    if request.method not in ("GET", "HEAD"):
        if not _ours(request):
            raise Refused(403, "error_not_allowed")
        if request.content_type != "application/json":
            raise Refused(415, "error_bad_request")
    elif request.path == "/feed" and not _ours(request):
        raise Refused(403, "error_not_allowed")
    return await handler(request)


def _ours(request: web.Request) -> bool:
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Everything but the page itself, its static files and signing in needs a session."""
    open_to_all = request.path in _OPEN or request.path.startswith("/static/") or request.path == "/api/sign-in"
    house = request.app[HOUSE]
    token = request.cookies.get(house.cookie, "")
    if token and not request.path.startswith("/static/"):
        person = await house.accounts.session(token)
        if person is not None:
            request[PERSON], request[TOKEN] = person, token
    if not open_to_all:
        if PERSON not in request:
            raise Refused(401, "signed_out")
        if request[PERSON].must_change and request.path not in _FIRST:
            raise Refused(403, "change_password_first")
    return await handler(request)


async def shape[Shape: BaseModel](request: web.Request, model: type[Shape]) -> Shape:
    """The request's body in its shape; refuses anything else without repeating it."""
    try:
        return model.model_validate(json.loads(await request.text()))
    except (ValidationError, ValueError, RecursionError) as error:
        raise Refused(400, "error_bad_request") from error


def dumps(data: object) -> str:
    """Compact JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
