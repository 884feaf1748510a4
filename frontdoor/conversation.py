"""A conversation: who holds it, how urgent it is, and where screening's history begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdoor.assessment import About, Level, Speaker


class State(StrEnum):
    """Who speaks with the visitor."""

    BOT = "bot"
    WAITING = "waiting"
    COUNSELLOR = "counsellor"
    CLOSED = "closed"


class Lane(StrEnum):
    """Why a conversation waits; `unscreened` stands below confirmed level 3 and above the rest."""

    RISK = "risk"
    WISH = "wish"
    UNSCREENED = "unscreened"


@dataclass(frozen=True, slots=True)
class ScriptPlace:
    """Where a conversation stands in a risk script: the script's id, its step, and the message that asked."""

    script: str
    step: str
    asked: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it is kept.

    `epoch` grows at each change of who speaks; what was computed under an older epoch is never said.
    `last_id` is the counter of its messages, `mark` the id after which screening's history begins.
    """

    id: str
    channel: str
    state: State = State.BOT
    epoch: int = 0
    last_id: int = 0
    mark: int = 0
    level: Level = 0
    categories: tuple[str, ...] = ()
    about: About = "self"
    speaker: Speaker = "unknown"
    age: int | None = None
    lane: Lane | None = None
    waiting_since: datetime | None = None
    level_since: datetime | None = None
    watch_since: datetime | None = None
    level2_count: int = 0
    counsellor: int | None = None
    counsellor_alias: str | None = None
    script: ScriptPlace | None = None
    not_so: bool = False
    locale: str = "sq"
    visitor_gone: bool = False
    created_at: datetime | None = None
