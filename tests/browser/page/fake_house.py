"""A small house for the chat page alone: serves its files and speaks the visitor's socket from memory."""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from aiohttp import WSMsgType, web

ROOT = Path(__file__).parents[3]
WIDGET = ROOT / "webchat" / "widget"
PHRASES = ROOT / "content" / "phrases"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
HOST_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; frame-src 'self'"

Frame = dict[str, Any]


def numbers() -> dict[str, dict[str, str]]:
    """The numbers that are always shown, from the directory."""
    entries = yaml.safe_load((ROOT / "content" / "directory.yml").read_text())["entries"]
    found = {}
    for entry in entries:
        if entry.get("always"):
            number = entry["number"]
            found[entry["slug"]] = {"label": entry["name"], "number": number, "tel": number.replace(" ", "")}
    return found


def phrases(locale: str) -> dict[str, str]:
    """The words of the page in one language."""
    return {name: phrase[locale] for name, phrase in yaml.safe_load((PHRASES / "visitor.yml").read_text()).items()}


@dataclass
class Talk:
    """One conversation of this house."""

    token: str
    conversation: str
    state: Frame = field(default_factory=lambda: {"type": "state", "state": "bot"})
    messages: list[Frame] = field(default_factory=list)

    def place(self, message: Frame) -> Frame:
        """Give the message the next id and keep it."""
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        placed = {"id": len(self.messages) + 1, "at": now, **message}
        self.messages.append(placed)
        return placed


class FakeHouse:
    """Serves the page and answers its socket; a test tells it what to say and when to fail."""

    def __init__(self, locale: str = "sq", opening: bool = True) -> None:
        """`opening` puts a first word of the bot into each new conversation."""
        self.locale = locale
        self.opening = opening
        self.numbers = numbers()
        self.words = phrases(locale)
        self.talks: dict[str, Talk] = {}
        self.sockets: dict[web.WebSocketResponse, Talk | None] = {}
        self.heard: list[Frame] = []
        self.answer: Callable[[Talk, str], list[Frame]] = lambda talk, text: []
        self.away = False
        self.mute = False
        self.refusals: list[Frame] = []
        self.page_data: dict[str, Any] = {}
        self.base = ""

    async def start(self) -> web.AppRunner:
        """Listen on a free port; the caller cleans the runner up."""
        app = web.Application()
        app.router.add_get("/", self._demo)
        app.router.add_get("/chat", self._chat)
        app.router.add_get("/chat/socket", self._socket)
        app.router.add_get("/widget.js", self._widget)
        app.router.add_get("/neutral", self._neutral)
        app.router.add_static("/chat/static/", WIDGET)
        app.on_shutdown.append(lambda app: self.drop())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{port}"
        return runner

    # What a test does to the house.

    @property
    def talk(self) -> Talk:
        """The newest conversation."""
        return list(self.talks.values())[-1]

    def said(self, kind: str = "say") -> list[Frame]:
        """The frames of one type that arrived, in order."""
        return [frame for frame in self.heard if frame["type"] == kind]

    async def say(self, message: Frame) -> None:
        """Say something in the newest conversation, live."""
        placed = self.talk.place(message)
        await self.send({"type": "message", **placed})

    async def turn(self, state: Frame) -> None:
        """Change who speaks, live."""
        self.talk.state = {"type": "state", **state}
        await self.send(self.talk.state)

    async def send(self, frame: Frame) -> None:
        """Send one frame to every page."""
        for socket in list(self.sockets):
            if not socket.closed:
                await socket.send_json(frame)

    async def drop(self) -> None:
        """Cut every connection."""
        for socket in list(self.sockets):
            await socket.close()

    # The pages.

    def _fill(self, name: str) -> str:
        def word(found: re.Match[str]) -> str:
            key = found[1]
            if key == "locale":
                return self.locale
            if key in self.numbers:
                return self.numbers[key]["number"]
            if key.removesuffix("_tel") in self.numbers:
                return self.numbers[key.removesuffix("_tel")]["tel"]
            return html.escape(self._numbered(self.words[key]))

        return re.sub(r"\{\{(\w+)\}\}", word, (WIDGET / name).read_text())

    def _numbered(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: self.numbers[m[1]]["number"] if m[1] in self.numbers else m[0], text)

    async def _chat(self, request: web.Request) -> web.Response:
        data = {
            "phrases": self.words,
            "numbers": self.numbers,
            "socket": "/chat/socket",
            "locale": self.locale,
            "theme": "auto",
            "exit_url": f"{self.base}/neutral",
            **self.page_data,
        }
        block = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        script = f'<script type="application/json" id="page-data">{block}</script>'
        text = self._fill("chat.html").replace("<!--PAGE-DATA-->", script)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def _demo(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": HOST_POLICY}
        return web.Response(text=self._fill("demo.html"), content_type="text/html", headers=headers)

    async def _widget(self, request: web.Request) -> web.Response:
        launcher = {name: text for name, text in self.words.items() if name.startswith("launcher")}
        block = json.dumps(launcher, ensure_ascii=False)
        text = (WIDGET / "widget.js").read_text().replace("/*WIDGET-DATA*/", block)
        return web.Response(text=text, content_type="text/javascript")

    async def _neutral(self, request: web.Request) -> web.Response:
        page = "<!doctype html><title>Moti</title><link rel=icon href=data:,><p>Diell</p>"
        return web.Response(text=page, content_type="text/html")

    # The socket.

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.away:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets[socket] = None
        try:
            async for received in socket:
                if received.type is WSMsgType.TEXT:
                    await self._hear(socket, json.loads(received.data))
        finally:
            del self.sockets[socket]
        return socket

    async def _hear(self, socket: web.WebSocketResponse, frame: Frame) -> None:
        self.heard.append(frame)
        talk = self.sockets[socket]
        kind = frame["type"]
        if kind == "hello":
            await self._welcome(socket, frame)
        elif talk is None:
            return
        elif kind in ("say", "press") and not self.mute:
            await self._keep(socket, talk, frame)
        elif kind == "leave":
            await self.turn({"state": "bot"})
        elif kind == "erase":
            self.talks.pop(talk.token, None)
            await socket.send_json({"type": "erased"})

    async def _welcome(self, socket: web.WebSocketResponse, hello: Frame) -> None:
        token = hello.get("token")
        talk = self.talks.get(token or "")
        if token and talk is None:
            await socket.send_json({"type": "error", "code": "unknown_token", "message": "…"})
        if talk is None:
            talk = Talk(secrets.token_urlsafe(24), f"c_{secrets.token_hex(3)}")
            self.talks[talk.token] = talk
            if self.opening:
                talk.place({"sender": "bot", "kind": "line", "text": "Përshëndetje! Jam asistenti automatik."})
        self.sockets[socket] = talk
        after = hello.get("after", 0)
        messages = [message for message in talk.messages if message["id"] > after]
        welcome = {"type": "welcome", "conversation": talk.conversation, "token": talk.token}
        await socket.send_json({**welcome, "state": talk.state["state"], "messages": messages})
        if talk.state["state"] != "bot":
            await socket.send_json(talk.state)

    async def _keep(self, socket: web.WebSocketResponse, talk: Talk, frame: Frame) -> None:
        if self.refusals:
            await socket.send_json({"type": "error", "client_id": frame["client_id"], **self.refusals.pop(0)})
            return
        known = [one for one in talk.messages if one.get("client_id") == frame["client_id"]]
        text = frame.get("text") or self._title(talk, frame["payload"])
        words = {"sender": "visitor", "text": text, "client_id": frame["client_id"]}
        kept = known[0] if known else talk.place(words)
        await socket.send_json({"type": "kept", "client_id": kept["client_id"], "id": kept["id"], "at": kept["at"]})
        if known:
            return
        for reply in self.answer(talk, text):
            if reply.get("type") == "state":
                await self.turn(reply)
            else:
                await self.say(reply)

    def _title(self, talk: Talk, payload: str) -> str:
        for message in talk.messages:
            for button in message.get("buttons", []):
                if button["payload"] == payload:
                    return str(button["title"])
        return payload
