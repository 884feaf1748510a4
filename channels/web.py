"""The web channel: the frames of the visitor's socket, checked where they arrive, and written as they leave."""

from __future__ import annotations

import json
import unicodedata
from typing import Annotated, Any, Literal, Never

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from frontdoor.conversation import Conversation, State
from frontdoor.message import MAX_TEXT, Message, Sender
from frontdoor.routing import HIGH

VERSION = 1
MAX_FRAME = 32 * 1024
"""Largest frame in bytes; a larger one ends the connection."""

_LARGEST_ID = 2**31 - 1
# what turns the direction of text or hides it: it never helps a reader, and can make words look like others
_HIDDEN = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF)}
# not "unassigned" altogether: an emoji of this year is that for a Python of last year
_NO_CHARACTERS = {chr(plane + c) for plane in range(0, 0x110000, 0x10000) for c in (0xFFFE, 0xFFFF)} | {
    chr(c) for c in range(0xFDD0, 0xFDF0)
}
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")


def _as_client_id(value: str) -> str:
    if not 0 < len(value.encode()) <= 64 or any(unicodedata.category(char) == "Cc" for char in value):
        raise ValueError("1 to 64 bytes without control characters")
    return value


_CLIENT_ID = Annotated[str, AfterValidator(_as_client_id)]


class _Frame(BaseModel):
    # strict: a number in quotation marks is no number
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Hello(_Frame):
    """The first frame: the protocol's version, and what the visitor has already."""

    type: Literal["hello"]
    version: int
    token: str | None = Field(default=None, max_length=200)
    after: int | None = Field(default=None, ge=0, le=_LARGEST_ID)
    locale: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{0,16}$")


class Say(_Frame):
    """Words of the visitor."""

    type: Literal["say"]
    client_id: _CLIENT_ID
    text: str


class Press(_Frame):
    """A tap on a button of ours."""

    type: Literal["press"]
    client_id: _CLIENT_ID
    payload: str


class Typing(_Frame):
    """The visitor is writing."""

    type: Literal["typing"]


class Seen(_Frame):
    """The visitor has read up to an id."""

    type: Literal["seen"]
    id: int = Field(ge=0, le=_LARGEST_ID)


class Leave(_Frame):
    """Out of the queue, back to the assistant."""

    type: Literal["leave"]


class Erase(_Frame):
    """Forget this conversation."""

    type: Literal["erase"]


Client = Annotated[Hello | Say | Press | Typing | Seen | Leave | Erase, Field(discriminator="type")]
_client: TypeAdapter[Hello | Say | Press | Typing | Seen | Leave | Erase] = TypeAdapter(Client)
_TYPES = frozenset(("hello", "say", "press", "typing", "seen", "leave", "erase"))


class BadFrame(Exception):
    """A frame that cannot be taken: `code` names the error, `ends` says that the connection ends too."""

    def __init__(self, code: str, *, ends: bool = False, client_id: str | None = None) -> None:
        """`code` is one of the phrases of content/phrases/errors.yml; `client_id` of the frame, where it has one."""
        super().__init__(code)
        self.code = code
        self.ends = ends
        self.client_id = client_id


def read(raw: str) -> Hello | Say | Press | Typing | Seen | Leave | Erase:
    """The frame in a text message of the socket; raises BadFrame."""
    if len(raw) > MAX_FRAME or len(raw.encode("utf-8", "surrogatepass")) > MAX_FRAME:
        raise BadFrame("too_large", ends=True)
    try:
        data = json.loads(raw, parse_constant=_no_json)
    except json.JSONDecodeError as error:
        raise BadFrame("bad_json", ends=True) from error
    except (ValueError, RecursionError) as error:
        # JSON it is, but with a number too long or brackets too deep to be one of our frames
        raise BadFrame("bad_frame") from error
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise BadFrame("bad_frame")
    if data["type"] not in _TYPES:
        raise BadFrame("unknown_type")
    try:
        return _client.validate_python(data)
    except ValidationError as error:
        raise BadFrame("bad_frame", client_id=_named(data)) from error


def _no_json(constant: str) -> Never:
    """NaN and the infinities are words of JavaScript, not of JSON."""
    raise BadFrame("bad_json", ends=True)


def _named(data: dict[str, Any]) -> str | None:
    """The client id of a frame that is wrong elsewhere, so that its sender knows which one it was."""
    client_id = data.get("client_id")
    try:
        return _as_client_id(client_id) if isinstance(client_id, str) else None
    except ValueError:
        return None


def words(text: str) -> str:
    """The text as it is kept: trimmed, without control and direction characters; raises BadFrame.

    Everything else stays as the visitor wrote it: markup and slashes are words here, never instructions.
    """
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadFrame("bad_frame")
    clean = "".join(
        char
        for char in text
        if char in "\n\t"
        or not (char in _HIDDEN or char in _NO_CHARACTERS or unicodedata.category(char) in ("Cc", "Co"))
    ).strip()
    if all(unicodedata.category(char) in _INVISIBLE for char in clean):
        raise BadFrame("empty_text")
    if len(clean) > MAX_TEXT:
        raise BadFrame("too_long")
    return clean


def message_frame(message: Message) -> dict[str, Any]:
    """A message as the visitor's client gets it; what a button does stays in the house."""
    frame: dict[str, Any] = {
        "type": "message",
        "id": message.id,
        "sender": message.sender.value,
        "text": message.text,
        "at": stamp(message),
        "kind": message.kind,
    }
    if message.buttons:
        frame["buttons"] = [{"title": button.title, "payload": button.payload} for button in message.buttons]
    if message.links:
        frame["links"] = [{"title": link.title, "url": link.url} for link in message.links]
    if message.article is not None:
        frame["article"] = message.article
    if message.client_id and message.sender is Sender.VISITOR:
        frame["client_id"] = message.client_id
    if message.counsellor:
        frame["counsellor"] = message.counsellor
    return frame


def state_frame(
    conversation: Conversation, place: int | None, wait_seconds: int | None, *, nobody: bool = False
) -> dict[str, Any]:
    """Who speaks now; at level 3–4 no place in a queue is shown, and the numbers stay at hand."""
    frame: dict[str, Any] = {"type": "state", "state": conversation.state.value}
    high = conversation.level >= HIGH
    if conversation.state is State.WAITING and not high and place is not None:
        frame["position"] = place
        if wait_seconds is not None:
            frame["wait_seconds"] = wait_seconds
    if conversation.state is State.WAITING and nobody:
        frame["nobody"] = True
    if conversation.state is State.COUNSELLOR and conversation.counsellor_alias:
        frame["counsellor"] = conversation.counsellor_alias
    if high and conversation.state is not State.COUNSELLOR:
        frame["level_high"] = True
    return frame


def stamp(message: Message) -> str:
    """The moment of a message, ISO 8601 in UTC."""
    return message.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
