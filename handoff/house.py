"""What the console's handlers work with, and how they refuse: a code and a sentence, never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aiohttp import web

from frontdoor.content import Content
from frontdoor.ports import Bus, ScreeningHealth
from frontdoor.words import Words
from storage.blind_spots import BlindSpots
from storage.desk import Desk
from storage.staff import Staff, StaffAccounts

CONSOLE = Path(__file__).parent / "console"
TOKENS = Path(__file__).parent.parent / "webchat" / "widget" / "tokens.css"
LANGUAGES = ("sq", "en")


@dataclass(frozen=True, slots=True)
class HouseStatus:
    """What works and what does not."""

    bus: bool = True
    bot: bool = True
    screening: ScreeningHealth = field(default_factory=ScreeningHealth)
    draft_scripts: int = 0


class Status(Protocol):
    """How the house is, asked by the feed every few seconds."""

    async def __call__(self) -> HouseStatus:
        """Never raises."""
        ...


class Refused(Exception):
    """A request that is not done: `code` names a phrase of the console, `fill` completes it."""

    def __init__(self, status: int, code: str, **fill: str) -> None:
        """`status` is the HTTP status."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.fill = fill


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a handler needs, by argument; `secure` says that browsers come over https."""

    desk: Desk
    accounts: StaffAccounts
    bus: Bus
    texts: Mapping[str, Mapping[str, str]]
    status: Status
    secure: bool = False
    tokens: Path = TOKENS
    sign_ins_per_address: int = 60
    blind_spots: BlindSpots | None = None

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; over https browsers guard the prefix."""
        return "__Host-desk" if self.secure else "desk"

    def text(self, code: str, language: str = "sq", **fill: str) -> str:
        """A sentence of the console; unknown codes give the general one."""
        phrase = self.texts.get(code) or self.texts["error_unexpected"]
        text = phrase.get(language) or phrase["sq"]
        for name, value in fill.items():
            text = text.replace("{" + name + "}", value)
        return text


HOUSE = web.AppKey("house", House)
PERSON = web.RequestKey("person", Staff)
TOKEN = web.RequestKey("token", str)


def language_of(request: web.Request) -> str:
    """The language that this person's console is set to."""
    chosen = request.cookies.get("lang", "sq")
    return chosen if chosen in LANGUAGES else "sq"


def console_texts(content: Content) -> dict[str, dict[str, str]]:
    """The console's phrases in both languages, with the numbers filled in."""
    words = Words(content)
    return {
        name: {language: words.text("console", name, language) for language in LANGUAGES}
        for name in content.phrases["console"]
    }
