"""The bot process as its callers see it: health, parse and turn as JSON over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.engine import Busy, Engine, NotReady
from bot.outcome import TurnFailed, UnreadableEvents
from bot.requests import LARGEST_BODY, Refused, parse_request, turn_request

RANKED = 5

_log = logging.getLogger("bot")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NOT_READY = {
    "loading": "the model is being loaded",
    "no_model": "there is no model",
    "failed": "the model could not be loaded",
}


def build_app(engine: Engine) -> web.Application:
    """The routes over an engine, which the caller starts."""
    door = _Door(engine)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_in_words_of_the_contract])
    app.add_routes([web.get("/health", door.health), web.post("/parse", door.parse), web.post("/turn", door.turn)])
    return app


class _Door:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def health(self, request: web.Request) -> web.Response:
        engine = self._engine
        return web.json_response({"status": engine.status, "model": engine.model, "detail": engine.detail})

    async def parse(self, request: web.Request) -> web.Response:
        self._engine.ready()
        text = parse_request(await request.read())
        reading = await self._engine.ask(lambda dialogue: dialogue.read(text))
        return web.json_response(
            {"text": text, "intent": reading.intent, "ranking": reading.ranking, "model": self._engine.model}
        )

    async def turn(self, request: web.Request) -> web.Response:
        asked = turn_request(await request.read(), self._engine.ready().intents)
        answer = await self._engine.ask(
            lambda dialogue: dialogue.turn(
                asked.conversation, asked.channel, asked.events, asked.text, asked.intent, asked.entities
            )
        )
        return web.json_response(
            {
                "replies": answer.replies,
                "events": answer.events,
                "intent": answer.reading.intent,
                "ranking": answer.reading.ranking[:RANKED],
                "model": self._engine.model,
            }
        )


@web.middleware
async def _in_words_of_the_contract(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Whatever goes wrong is `{"error", "message"}` with its status; nothing of what was sent is repeated."""
    try:
        return await handler(request)
    except Refused as refused:
        return _error(refused.status, refused.code, refused.message)
    except NotReady as reason:
        code = "loading" if reason.status == "loading" else "no_model"
        return _error(503, code, _NOT_READY[reason.status])
    except Busy:
        return _error(503, "busy", "too much is waiting; ask again later")
    except web.HTTPRequestEntityTooLarge:
        return _error(413, "too_large", f"the body is larger than {LARGEST_BODY} bytes")
    except web.HTTPException as error:
        return _error(error.status, "bad_request", error.reason)
    except UnreadableEvents as error:
        return _error(400, "bad_request", f"events can't be read: {error}")
    except Exception as error:
        _log.error("a turn failed: %s", error if isinstance(error, TurnFailed) else type(error).__name__)
        return _error(500, "turn_failed", "the turn could not be completed")


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message}, status=status)
