"""The console's page with its words as data, and its static files."""

from __future__ import annotations

import html
import re

from aiohttp import web

from frontdoor.message import MAX_TEXT
from handoff.frames import person_json
from handoff.guard import dumps
from handoff.house import CONSOLE, HOUSE, LANGUAGES, PERSON, Refused, language_of
from storage.desk import MAX_REASON, MIN_REASON, OUTCOMES
from storage.staff import MAX_PASSWORD, MIN_PASSWORD

_STATIC = re.compile(r"[a-z_]+\.(?:js|css|svg)")
_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


async def page(request: web.Request) -> web.Response:
    """GET /: one page; who is signed in, the words and the limits stand in it as data, never as code."""
    house, language = request.app[HOUSE], language_of(request)
    person = request.get(PERSON)
    data = dumps(
        {
            "person": person_json(person) if person else None,
            "language": language,
            "languages": LANGUAGES,
            "texts": {name: phrase.get(language) or phrase["sq"] for name, phrase in house.texts.items()},
            "limits": {
                "text": MAX_TEXT,
                "reason": [MIN_REASON, MAX_REASON],
                "password": [MIN_PASSWORD, MAX_PASSWORD],
            },
            "outcomes": OUTCOMES,
        }
    )
    # data inside a script element must not be able to end it
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    template = (CONSOLE / "index.html").read_text(encoding="utf-8")
    filled = template.replace("@language@", language).replace("@title@", html.escape(house.text("title", language)))
    return web.Response(text=filled.replace("@data@", safe), content_type="text/html")


async def static(request: web.Request) -> web.Response:
    """GET /static/<name>: a file of the console, or the tokens that both sides share."""
    name = request.match_info["name"]
    if not _STATIC.fullmatch(name):
        raise Refused(404, "error_not_found")
    path = request.app[HOUSE].tokens if name == "tokens.css" else CONSOLE / name
    if not path.is_file():
        raise Refused(404, "error_not_found")
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(text=path.read_text(encoding="utf-8"), content_type=kind, charset="utf-8")
