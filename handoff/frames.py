"""The shapes at the console's edge: what it may send, and how the desk's findings look as JSON."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from frontdoor.conversation import Conversation
from frontdoor.message import MAX_TEXT
from storage.desk import MAX_REASON, OUTCOMES
from storage.desk_reading import Entry, Held, Mark, News, Raised, Transcript
from storage.staff import Staff

_CODE_LETTERS = "BCDFGHJKLMNPQRSTVXZ"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def cleaned(text: str) -> str:
    """Text without control characters and without those that turn the direction of writing."""
    kept = (
        c for c in text.replace("\r\n", "\n") if c in "\n\t" or (unicodedata.category(c) != "Cc" and c not in _TURNING)
    )
    return "".join(kept).strip()


def _some(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


Id = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_\-]+$")]
Level = Annotated[int, Field(ge=0, le=4)]
Place = Annotated[int, Field(ge=0, lt=2**31)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(cleaned), AfterValidator(_some)]
Reason = Annotated[str, StringConstraints(max_length=MAX_REASON), AfterValidator(cleaned)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class SignIn(_Frame):
    """Who signs in."""

    user_name: Annotated[str, StringConstraints(max_length=64)]
    password: Password


class NewPassword(_Frame):
    """A change of one's own password."""

    current: Password
    new: Password


class Target(_Frame):
    """Something about one conversation."""

    conversation: Id


class Nothing(_Frame):
    """A request that needs no words."""


class Reply(Target):
    """The counsellor's words; `client_id` makes sending again harmless."""

    client_id: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_\-]+$")]
    text: Text


class Closing(Target):
    """The end of a talk: the level that remains, and how it ended."""

    level: Level = 0
    reason: Reason = ""
    outcome: Annotated[str, Field(pattern=f"^({'|'.join(OUTCOMES)})$")] = "helped"


class LevelSet(Target):
    """A level set by hand."""

    level: Level
    reason: Reason = ""


class Seen(Target):
    """Everything up to `id` was on the screen."""

    id: Place


class Break(_Frame):
    """A break begins or ends."""

    on: bool


class Open(_Frame):
    """A frame of the feed: follow this conversation from after `after` on; none ends it."""

    conversation: Id | None = None
    after: Place = 0


def person_json(person: Staff) -> dict[str, Any]:
    """A person as their own console shows them."""
    return {
        "alias": person.alias,
        "user_name": person.user_name,
        "role": person.role,
        "must_change": person.must_change,
        "on_break": person.on_break,
    }


@lru_cache(maxsize=5_000)
def code_of(conversation: str) -> str:
    """A short name for a conversation among colleagues, such as KT-52; it says nothing about the child."""
    number = int.from_bytes(hashlib.sha256(conversation.encode()).digest()[:6])
    number, digits = divmod(number, 100)
    number, first = divmod(number, len(_CODE_LETTERS))
    return f"{_CODE_LETTERS[first]}{_CODE_LETTERS[number % len(_CODE_LETTERS)]}-{digits:02d}"


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """How a conversation stands, without any words."""
    return {
        "conversation": conversation.id,
        "code": code_of(conversation.id),
        "channel": conversation.channel,
        "state": conversation.state.value,
        "level": conversation.level,
        "lane": conversation.lane.value if conversation.lane else None,
        "categories": list(conversation.categories),
        "about": conversation.about,
        "speaker": conversation.speaker,
        "age": conversation.age,
        "waiting_since": _at(conversation.waiting_since),
        "level_since": _at(conversation.level_since),
        "watch_since": _at(conversation.watch_since),
        "counsellor": conversation.counsellor_alias,
        "not_so": conversation.not_so,
        "gone": conversation.visitor_gone,
        "last_id": conversation.last_id,
    }


def raised_json(raised: Raised) -> dict[str, Any]:
    """A row of the queue or of the watch list."""
    row = conversation_json(raised.conversation)
    # what grows with each message would make every row differ each time
    del row["last_id"]
    return row | {"language": raised.language, "words": list(raised.words)}


def held_json(held: Held) -> dict[str, Any]:
    """A row of one's own conversations."""
    return conversation_json(held.conversation) | {
        "unread": held.unread,
        "seen": held.seen_by_staff,
        "seen_by_visitor": held.seen_by_visitor,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """A message with what screening found in it; offsets are code points."""
    message = entry.message
    row: dict[str, Any] = {
        "id": message.id,
        "sender": message.sender.value,
        "kind": message.kind,
        "text": message.text,
        "at": _at(message.at),
    }
    if message.counsellor is not None:
        row["alias"] = message.counsellor
    if message.do is not None:
        row["pressed"] = True
    if message.client_id is not None and message.client_id.startswith("s:"):
        row["client_id"] = message.client_id[2:]
    if message.article is not None:
        row["title"] = message.article.get("title")
    if entry.withdrawn:
        row["withdrawn"] = True
    if entry.version is not None:
        row |= {
            "level": entry.level,
            "level_after": entry.level_after,
            "categories": list(entry.categories),
            "about": entry.about,
            "speaker": entry.speaker,
            "language": entry.language,
            "version": entry.version,
            "evidence": [
                {"start": e.start, "end": e.end, "text": e.text, "category": e.category, "source": e.source}
                for e in entry.evidence
            ],
        }
    return row


def mark_json(mark: Mark) -> dict[str, Any]:
    """Something that happened, among the messages by its time."""
    return {
        "kind": mark.kind,
        "at": _at(mark.at),
        "alias": mark.alias,
        "level": mark.level,
        "from": mark.before,
        "reason": mark.reason,
        "outcome": mark.outcome,
        "why": mark.why,
        "version": mark.version,
        "lane": mark.lane,
    }


def transcript_json(transcript: Transcript) -> dict[str, Any]:
    """A whole conversation."""
    return conversation_json(transcript.conversation) | {
        "messages": [entry_json(entry) for entry in transcript.entries],
        "marks": [mark_json(mark) for mark in transcript.marks],
        "mark": transcript.conversation.mark,
        "seen": transcript.seen_by_staff,
        "seen_by_visitor": transcript.seen_by_visitor,
        "erase_due": _at(transcript.erase_due),
    }


def news_json(news: News, after: int) -> dict[str, Any]:
    """What is new after an id in a conversation."""
    return conversation_json(news.conversation) | {
        "seen_by_visitor": news.seen_by_visitor,
        "messages": [entry_json(entry) for entry in news.entries if entry.message.id > after],
    }
