"""The shapes of the frames that the server sends, written once from docs/protocol.md."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Id = Annotated[int, Field(ge=0)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
ClientId = Annotated[str, Field(min_length=1, max_length=64)]
State = Literal["bot", "waiting", "counsellor", "closed"]
Sender = Literal["bot", "counsellor", "system", "visitor"]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]


class Shape(BaseModel):
    """A frame, or a part of one."""

    model_config = ConfigDict(strict=True)


class Button(Shape):
    """What can be tapped."""

    title: Annotated[str, Field(min_length=1)]
    payload: Annotated[str, Field(min_length=1, max_length=64)]


class Link(Shape):
    """A link of ours."""

    title: Annotated[str, Field(min_length=1)]
    url: Annotated[str, Field(pattern=r"^(https://|tel:)")]


class Source(Shape):
    """Where an article's facts come from."""

    publisher: str | None
    title: str | None
    year: int | None
    url: str | None


class Article(Shape):
    """The page behind an article."""

    topic: str
    title: str
    register_: Literal["ti", "ju"] = Field(alias="register")
    paragraphs: list[str]
    steps: list[str]
    help: str
    simple: str | None = None
    sources: list[Source]
    draft: bool
    written_on: Day | None = None
    reviewed_on: Day | None


class Said(Shape):
    """A message as `welcome` lists it; the type may be left out there."""

    type: Literal["message"] = "message"
    id: Id
    sender: Sender
    text: str
    at: Moment
    kind: Literal["text", "line", "script", "article"] = "text"
    buttons: list[Button] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    client_id: ClientId | None = None
    counsellor: str | None = None
    article: Article | None = None


class Message(Said):
    """`message`."""

    type: Literal["message"]


class Number(Shape):
    """A number of help, as it is read and as it is dialled."""

    label: str
    number: str
    tel: str


class Welcome(Shape):
    """`welcome`."""

    type: Literal["welcome"]
    conversation: Annotated[str, Field(min_length=1)]
    token: Annotated[str, Field(min_length=1)]
    state: State
    messages: list[Said]
    numbers: dict[str, Number] = Field(default_factory=dict)


class Kept(Shape):
    """`kept`."""

    type: Literal["kept"]
    client_id: ClientId
    id: Id
    at: Moment


class StateFrame(Shape):
    """`state`."""

    type: Literal["state"]
    state: State
    position: Annotated[int, Field(ge=1)] | None = None
    wait_seconds: Annotated[int, Field(ge=0)] | None = None
    level_high: bool = False
    nobody: bool = False
    counsellor: str | None = None


class Typing(Shape):
    """`typing`."""

    type: Literal["typing"]
    sender: Literal["bot", "counsellor"]


class Seen(Shape):
    """`seen`."""

    type: Literal["seen"]
    id: Id


class Erased(Shape):
    """`erased`."""

    type: Literal["erased"]
    days: Annotated[int, Field(ge=1)] | None = None
    text: str | None = None


class Error(Shape):
    """`error`."""

    type: Literal["error"]
    code: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    message: Annotated[str, Field(min_length=1)]
    client_id: ClientId | None = None
    retry_after: int | None = None


_server: TypeAdapter[Any] = TypeAdapter(
    Annotated[
        Message | Welcome | Kept | StateFrame | Typing | Seen | Erased | Error,
        Field(discriminator="type"),
    ]
)


def readable(frame: Any) -> bool:
    """Whether a client of today can use the frame; fields that it does not know are passed over."""
    try:
        _server.validate_python(frame, extra="ignore")
    except ValidationError:
        return False
    return True


def wrong(frame: Any) -> list[str]:
    """What in a frame of ours is not as documented; what the documents do not name is wrong too."""
    try:
        _server.validate_python(frame, extra="forbid")
    except ValidationError as error:
        return [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()]
    waiting = frame["type"] == "state" and "position" in frame
    if waiting and frame["state"] != "waiting":
        return ["position: only who waits has a place"]
    if waiting and frame.get("level_high"):
        return ["position: at level 3–4 no place in a queue is shown"]
    if frame["type"] == "message" and frame["sender"] == "visitor" and frame.get("links"):
        return ["links: what a visitor wrote is never made clickable"]
    return []
