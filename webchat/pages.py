"""What browsers load: chat page, embed script and demo page, filled with phrases and numbers from content/."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from frontdoor.content import ALWAYS_SHOWN, PLACEHOLDER, Content
from frontdoor.settings import Settings

WIDGET = Path(__file__).parent / "widget"
_MARK = re.compile(r"\{\{([a-z_0-9]+)\}\}")
_SHOWN = ALWAYS_SHOWN
_EACH = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_PAGE = {
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes
    kind: str
    tag: str

    @classmethod
    def of(cls, body: bytes, kind: str) -> _File:
        return cls(body, gzip.compress(body, 9, mtime=0), kind, f'"{hashlib.sha256(body).hexdigest()[:16]}"')


class Pages:
    """All files, filled and packed once when the service starts."""

    def __init__(self, content: Content, settings: Settings) -> None:
        """Raises ContentError's kin KeyError when a page names a phrase that content/ does not have."""
        self._content = content
        self._settings = settings
        self._chat = {locale: self._page("chat.html", locale) for locale in ("sq", "en")}
        self._demo = self._page("demo.html", "sq")
        launcher = {k: v for k, v in self._phrases("sq").items() if k.startswith("launcher")}
        script = (WIDGET / "widget.js").read_text("utf-8")
        self._script = _File.of(script.replace("/*WIDGET-DATA*/", _json(launcher)).encode(), "text/javascript")
        self._static = {
            path.name: _File.of(path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream")
            for path in sorted(WIDGET.iterdir())
            if path.suffix in (".js", ".css") and path.name != "widget.js"
        }

    def add_to(self, app: web.Application) -> None:
        """The routes."""
        app.router.add_get("/", self._demo_page)
        app.router.add_get("/chat", self._chat_page)
        app.router.add_get("/widget.js", self._embed)
        app.router.add_get("/chat/static/{name}", self._file)

    async def _demo_page(self, request: web.Request) -> web.Response:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; frame-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return _respond(request, self._demo, {**_PAGE, "Content-Security-Policy": policy})

    async def _chat_page(self, request: web.Request) -> web.Response:
        locale = "en" if request.query.get("locale") == "en" else "sq"
        scheme = "wss" if request.secure or self._settings.secure_cookies else "ws"
        holders = " ".join(("'self'", *self._settings.public_origins))
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
            f"connect-src 'self' {scheme}://{request.host}; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors {holders}"
        )
        headers = {**_PAGE, "Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return _respond(request, self._chat[locale], headers)

    async def _embed(self, request: web.Request) -> web.Response:
        # other sites load this script: that is what it is for
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
        return _respond(request, self._script, headers)

    async def _file(self, request: web.Request) -> web.Response:
        file = self._static.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound(text=self._phrases("sq")["not_found"])
        return _respond(request, file, {"Cache-Control": "public, max-age=300"})

    def _page(self, name: str, locale: str) -> _File:
        phrases = self._phrases(locale)
        numbers = {
            slug: {
                "label": self._content.directory[slug].name,
                "number": self._content.number(slug),
                "tel": _dialled(self._content.number(slug)),
            }
            for slug in _SHOWN
        }
        fill: dict[str, str] = {**phrases, "locale": locale}
        for slug in _SHOWN:
            fill |= {slug: numbers[slug]["number"], f"{slug}_tel": numbers[slug]["tel"]}
        data = {
            # each byte counts on an old phone: the demo page alone needs its own
            "phrases": {k: v for k, v in phrases.items() if not k.startswith("demo_")},
            "numbers": numbers,
            "socket": "/chat/socket",
            "locale": locale,
            "theme": "auto",
            "exit_url": self._settings.exit_url,
            "idle_minutes": self._settings.token_idle_minutes,
            "embed_origins": list(self._settings.public_origins),
        }
        text = (WIDGET / name).read_text("utf-8")
        filled = _MARK.sub(lambda mark: html.escape(fill[mark.group(1)]), text)
        block = f'<script type="application/json" id="page-data">{_json(data)}</script>'
        return _File.of(filled.replace("<!--PAGE-DATA-->", block).encode(), "text/html")

    def _phrases(self, locale: str) -> dict[str, str]:
        numbers = self._content.numbers
        return {
            name: PLACEHOLDER.sub(
                lambda mark: numbers.get(mark.group(1), mark.group(0)),
                phrase.en if locale == "en" and phrase.en else phrase.sq,
            )
            for name, phrase in self._content.phrases["visitor"].items()
        }


def _json(data: Mapping[str, Any]) -> str:
    # no tag can end or begin inside the block
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _dialled(number: str) -> str:
    return "".join(char for char in number if char.isdigit() or char == "+")


def _respond(request: web.Request, file: _File, headers: Mapping[str, str]) -> web.Response:
    sent = {**_EACH, "ETag": file.tag, "Vary": "Accept-Encoding", **headers}
    if request.headers.get("If-None-Match") == file.tag and "no-store" not in sent.get("Cache-Control", ""):
        return web.Response(status=304, headers=sent)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if packed:
        sent["Content-Encoding"] = "gzip"
    return web.Response(
        body=file.packed if packed else file.body, content_type=file.kind, charset="utf-8", headers=sent
    )
