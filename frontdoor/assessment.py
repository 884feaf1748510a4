"""What screening says of one message: level, categories, and the words that speak for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from frontdoor.message import Sender

Level = int
"""0 information · 1 mild distress · 2 risk without immediate danger · 3 serious harm likely · 4 life threatened now."""

About = Literal["self", "other"]
Speaker = Literal["child", "adult", "unknown"]
Source = Literal["lexicon", "model", "context"]
Answer = Literal["yes", "no", "one"]

RISK_CATEGORIES = (
    "suicide",
    "self_harm",
    "physical_abuse",
    "emotional_abuse",
    "sexual_abuse",
    "online_sexual_exploitation",
    "bullying",
    "trafficking_exploitation",
    "missing_runaway",
    "neglect",
    "substance_emergency",
    "pregnancy_crisis",
    "eating_disorder",
    "immediate_danger",
    "violence_to_others",
    "mental_distress",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the visitor that speak for a category: a half-open span in code points of the raw message."""

    start: int
    end: int
    text: str
    category: str
    source: Source


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An earlier message as screening sees it: context, never raised again.

    `language`: what a visitor's message was called; None when nobody looked.
    """

    sender: Sender
    text: str
    at: datetime
    level: Level = 0
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the words: local time of the visitor's country, age if said before, repeated contact.

    `repeated`: a counsellor has closed an earlier talk of this conversation.
    """

    local_time: datetime | None = None
    age: int | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """The result of screening one message.

    `categories` has the most severe first. `wish`: the visitor asks for a person. `safe_word`: the whole
    message is the safe word. `check_in`: the words are truly ambiguous, one gentle question is due.
    `answer`: how the message answers a question just asked. `age`: what the visitor says of their own.
    `unscreened`: nothing could decide.
    """

    level: Level = 0
    categories: tuple[str, ...] = ()
    about: About = "self"
    speaker: Speaker = "unknown"
    evidence: tuple[Evidence, ...] = ()
    language: str = "unknown"
    version: str = ""
    wish: bool = False
    safe_word: bool = False
    check_in: bool = False
    answer: Answer | None = None
    age: int | None = None
    unscreened: bool = False
