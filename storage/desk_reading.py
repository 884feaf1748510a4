"""What the desk reads: the queue, the watch list, what a counsellor holds, transcripts, and news of many at once."""

from __future__ import annotations

import base64
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    RowMapping,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    union_all,
)

from frontdoor.assessment import Evidence
from frontdoor.conversation import Conversation
from frontdoor.message import Message
from frontdoor.ports import Clock
from storage.conversations import conversation_of
from storage.database import Database
from storage.keeping import unpack_evidence
from storage.keys import Cipher, KeyMissing, ServiceKey
from storage.placing import open_message
from storage.queueing import most_urgent_first
from storage.tables import audit, conversations, messages, staff

log = logging.getLogger(__name__)

QUEUE_LIMIT = 200
RAISING = 3
"""So many of the gravest messages speak for a conversation in a list."""

TRANSCRIPT_LIMIT = 500
WATCHED_FROM = 2
_MOST_AT_ONCE = 256
_TOLD = ("raised", "waiting", "claimed", "released", "closed", "level_set", "erased")


@dataclass(frozen=True, slots=True)
class Raised:
    """A conversation in the queue or the watch list; `words` are the visitor's own that speak for its level."""

    conversation: Conversation
    language: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that a counsellor holds; `unread` counts the visitor's messages not yet seen."""

    conversation: Conversation
    staff: int
    unread: int
    seen_by_staff: int
    seen_by_visitor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in a transcript; the fields after it are empty unless a visitor said it."""

    message: Message
    level: int | None = None
    level_after: int | None = None
    categories: tuple[str, ...] = ()
    about: str | None = None
    speaker: str | None = None
    language: str | None = None
    version: str | None = None
    evidence: tuple[Evidence, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to the conversation: `kind` and codes, and the counsellor's reason if one was given."""

    kind: str
    at: datetime
    alias: str | None
    level: int | None
    before: int | None
    reason: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation with its messages after an id, and with what happened to it."""

    conversation: Conversation
    entries: tuple[Entry, ...]
    marks: tuple[Mark, ...]
    seen_by_visitor: int
    seen_by_staff: int
    erase_due: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """What is new in one conversation: how it stands now, and its messages after the id that was asked for."""

    conversation: Conversation
    seen_by_visitor: int
    entries: list[Entry] = field(default_factory=list)


class DeskReading:
    """Reads for the desk; decrypts with the conversations' keys."""

    def __init__(self, database: Database, key: ServiceKey, clock: Clock | None = None) -> None:
        """Without `clock` the database's own clock decides."""
        self._database = database
        self._key = key
        self._clock = clock

    async def queue(self) -> list[Raised]:
        """Who waits, most urgent first; at most 200."""
        return await self._listed(_queue)

    async def watch(self) -> list[Raised]:
        """Who is at risk but with the assistant: level 2 and above, longest first."""
        return await self._listed(_watch)

    async def mine(self, person: int) -> list[Held]:
        """What this person holds, in the order of claiming."""
        return (await self.held([person])).get(person, [])

    async def held(self, people: Sequence[int]) -> dict[int, list[Held]]:
        """What each of these people holds, by one query."""
        found: dict[int, list[Held]] = defaultdict(list)
        async with self._database.read() as connection:
            for row in (await connection.execute(_held, {"people": list(people)})).mappings():
                held = Held(
                    conversation_of(row),
                    row["counsellor"],
                    row["unread"],
                    row["seen_by_staff"],
                    row["seen_by_visitor"],
                )
                found[held.staff].append(held)
        return dict(found)

    async def transcript(self, conversation: str, after: int = 0) -> Transcript | None:
        """The last 500 messages after an id, with assessments and marks; None when there is no such conversation."""
        said = (
            select(messages, staff.c.alias)
            .outerjoin(staff, staff.c.id == messages.c.staff)
            .where(messages.c.conversation == conversation, messages.c.id > after)
            .order_by(messages.c.id.desc())
            .limit(TRANSCRIPT_LIMIT)
        )
        happened = (
            select(audit, staff.c.alias)
            .outerjoin(staff, staff.c.id == audit.c.staff)
            .where(audit.c.conversation == conversation, audit.c.kind.in_(_TOLD))
            .order_by(audit.c.id)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(_conversation(conversation))).mappings().one_or_none()
            if row is None:
                return None
            rows = (await connection.execute(said)).mappings().all()
            marks = (await connection.execute(happened)).mappings().all()
        cipher = self._cipher(row)
        return Transcript(
            conversation_of(row),
            tuple(entry_of(cipher, m) for m in reversed(rows)),
            tuple(_mark(cipher, m) for m in marks),
            row["seen_by_visitor"],
            row["seen_by_staff"],
            row["erase_due"],
        )

    async def conversation(self, conversation: str) -> Conversation | None:
        """How a conversation stands now, with the alias of who holds it."""
        async with self._database.read() as connection:
            row = (await connection.execute(_conversation(conversation))).mappings().one_or_none()
        return None if row is None else conversation_of(row)

    async def news(self, after: Mapping[str, int]) -> dict[str, News]:
        """What is new in many conversations, each after its own id, by one query for 256 of them."""
        found: dict[str, News] = {}
        wanted = list(after.items())
        async with self._database.read() as connection:
            for start in range(0, len(wanted), _MOST_AT_ONCE):
                part = wanted[start : start + _MOST_AT_ONCE]
                size = 1 << (len(part) - 1).bit_length()
                values: dict[str, Any] = {f"i{n}": "" for n in range(size)} | {f"a{n}": 0 for n in range(size)}
                for n, (conversation, last) in enumerate(part):
                    values[f"i{n}"], values[f"a{n}"] = conversation, last
                for row in (await connection.execute(_news(size), values)).mappings():
                    self._add_news(found, row)
        return found

    def _add_news(self, found: dict[str, News], row: RowMapping) -> None:
        news = found.get(row["id"])
        if news is None:
            news = found[row["id"]] = News(conversation_of(row), row["seen_by_visitor"])
        if row["m_id"] is not None:
            said = {name: row[f"m_{name}"] for name in _SAID} | {"alias": row["said_by"]}
            try:
                news.entries.append(entry_of(self._cipher(row), said))
            except KeyMissing:
                # one message that does not open must not silence all the others
                log.error("message %d of a conversation does not open", row["m_id"])

    async def _listed(self, query: Select[Any]) -> list[Raised]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        listed: dict[str, tuple[RowMapping, list[str]]] = {}
        for row in rows:
            _, words = listed.setdefault(row["id"], (row, []))
            if row["evidence"] is None:
                continue
            for evidence in self._evidence(row):
                if evidence.text not in words:
                    words.append(evidence.text)
        return [Raised(conversation_of(row), row["language"], tuple(words)) for row, words in listed.values()]

    def _evidence(self, row: RowMapping) -> tuple[Evidence, ...]:
        """The evidence of a list's row; one that does not open must not hide the conversation."""
        try:
            opened = self._cipher(row).open(row["message_id"], "evidence", row["evidence"])
        except KeyMissing:
            return ()
        return unpack_evidence(opened)

    def _cipher(self, row: RowMapping) -> Cipher:
        return self._key.cipher(row["id"], row["wrapped_key"], row["key_id"])


def entry_of(cipher: Cipher, row: RowMapping | dict[str, Any]) -> Entry:
    """A message with its assessment, of a row of `messages`."""
    evidence = row["evidence"]
    return Entry(
        open_message(cipher, row),
        level=row["level"],
        level_after=row["level_after"],
        categories=tuple(row["categories"] or ()),
        about=row["about"],
        speaker=row["speaker"],
        language=row["language"],
        version=row["screened_by"],
        evidence=unpack_evidence(cipher.open(row["id"], "evidence", evidence)) if evidence is not None else (),
        withdrawn=row["withdrawn"],
    )


def seal_reason(cipher: Cipher, epoch: int, reason: str) -> str:
    """A counsellor's reason for the audit, under the conversation's key: it is erased with that key."""
    return base64.b64encode(cipher.seal(f"epoch {epoch}", "reason", reason.encode())).decode()


def _mark(cipher: Cipher, row: RowMapping) -> Mark:
    detail: dict[str, Any] = row["detail"]
    sealed = detail.get("reason")
    reason = None
    if sealed is not None:
        reason = cipher.open(f"epoch {detail['epoch']}", "reason", base64.b64decode(sealed)).decode()
    return Mark(
        row["kind"],
        row["at"],
        row["alias"],
        detail.get("level"),
        detail.get("from"),
        reason,
        detail.get("outcome"),
    )


def _conversation(conversation: str) -> Select[Any]:
    return (
        select(conversations, staff.c.alias)
        .outerjoin(staff, staff.c.id == conversations.c.counsellor)
        .where(conversations.c.id == conversation)
    )


def _with_words(listed: Any, *order: Any) -> Select[Any]:
    """The chosen conversations, each with its gravest messages since the mark: one row per message."""
    grave = (
        select(
            messages.c.conversation,
            messages.c.id,
            messages.c.evidence,
            messages.c.language,
            func.row_number()
            .over(
                partition_by=messages.c.conversation,
                order_by=(messages.c.evidence.is_(None), messages.c.level.desc(), messages.c.id.desc()),
            )
            .label("n"),
        )
        .join(conversations, conversations.c.id == messages.c.conversation)
        .where(listed, messages.c.id > conversations.c.mark, messages.c.sender == "visitor")
        .subquery("grave")
    )
    chosen = select(conversations.c.id).where(listed).order_by(*order).limit(QUEUE_LIMIT)
    return (
        select(
            conversations,
            grave.c.id.label("message_id"),
            grave.c.evidence,
            grave.c.language,
            literal_column("NULL", String).label("alias"),
        )
        .outerjoin(grave, and_(grave.c.conversation == conversations.c.id, grave.c.n <= RAISING))
        .where(conversations.c.id.in_(chosen))
        .order_by(*order, grave.c.n)
    )


def watched() -> Any:
    """What stands in the watch list: at risk, and with the assistant."""
    return and_(
        conversations.c.state == "bot",
        conversations.c.level >= WATCHED_FROM,
        conversations.c.watch_since.is_not(None),
        conversations.c.erased_at.is_(None),
    )


_queue = _with_words(conversations.c.state == "waiting", *most_urgent_first())
_watch = _with_words(watched(), conversations.c.level.desc(), conversations.c.watch_since, conversations.c.id)

_unread = (
    select(func.count())
    .where(
        messages.c.conversation == conversations.c.id,
        messages.c.id > conversations.c.seen_by_staff,
        messages.c.sender == "visitor",
    )
    .correlate(conversations)
    .scalar_subquery()
)
_held = (
    select(conversations, staff.c.alias, _unread.label("unread"))
    .join(staff, staff.c.id == conversations.c.counsellor)
    .where(conversations.c.state == "counsellor", conversations.c.counsellor.in_(bindparam("people", expanding=True)))
    .order_by(conversations.c.claimed_at, conversations.c.id)
)

_SAID = (
    "id",
    "sender",
    "body",
    "at",
    "client_id",
    "withdrawn",
    "screened_by",
    "level",
    "level_after",
    "categories",
    "about",
    "speaker",
    "language",
    "evidence",
)


@cache
def _news(size: int) -> Select[Any]:
    """The query for `size` conversations; sizes are powers of two so that few statements are ever compiled."""
    wanted = union_all(
        *[
            select(bindparam(f"i{n}", type_=String).label("id"), bindparam(f"a{n}", type_=Integer).label("after"))
            for n in range(size)
        ]
    ).cte("wanted")
    holder, teller = staff.alias("holder"), staff.alias("teller")
    return (
        select(
            conversations,
            holder.c.alias,
            teller.c.alias.label("said_by"),
            *[messages.c[name].label(f"m_{name}") for name in _SAID],
        )
        .select_from(wanted)
        .join(conversations, conversations.c.id == wanted.c.id)
        .outerjoin(holder, holder.c.id == conversations.c.counsellor)
        .outerjoin(messages, and_(messages.c.conversation == conversations.c.id, messages.c.id > wanted.c.after))
        .outerjoin(teller, teller.c.id == messages.c.staff)
        .order_by(conversations.c.id, messages.c.id)
    )
