"""What the desk reads: the queue, the watch list, what a counsellor holds, transcripts, and news of many at once."""

from __future__ import annotations

import base64
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frontdoor.assessment import Evidence
from frontdoor.conversation import Conversation
from frontdoor.message import Message
from frontdoor.ports import Clock
from storage.conversation_reading import conversation_of
from storage.database import Database
from storage.desk_queries import HELD, MOVED, PULSE, QUEUE, SAID, WATCH, news_of, one
from storage.keeping import unpack_evidence
from storage.keys import Cipher, KeyMissing, ServiceKey
from storage.placing import open_message
from storage.tables import audit, messages, staff

log = logging.getLogger(__name__)

TRANSCRIPT_LIMIT = 500
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
    """Something that happened to the conversation: `kind` and codes, and the counsellor's reason if one was given.

    `why` and `version` say what raised a level where no person did, `lane` why it began to wait.
    """

    kind: str
    at: datetime
    alias: str | None
    level: int | None
    before: int | None
    reason: str | None = None
    outcome: str | None = None
    why: str | None = None
    version: str | None = None
    lane: str | None = None


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
        return await self._listed(QUEUE)

    async def watch(self) -> list[Raised]:
        """Who is at risk but with the assistant: level 2 and above, longest first."""
        return await self._listed(WATCH)

    async def mine(self, person: int) -> list[Held]:
        """What this person holds, in the order of claiming."""
        return (await self.held([person])).get(person, [])

    async def held(self, people: Sequence[int]) -> dict[int, list[Held]]:
        """What each of these people holds, by one query."""
        found: dict[int, list[Held]] = defaultdict(list)
        async with self._one_statement() as connection:
            for row in (await connection.execute(HELD, {"people": list(people)})).mappings():
                held = Held(
                    conversation_of(row),
                    row["counsellor"],
                    row["unread"],
                    row["seen_by_staff"],
                    row["seen_by_visitor"],
                )
                found[held.staff].append(held)
        return dict(found)

    async def pulse(self) -> tuple[tuple[Any, ...], ...]:
        """Something that differs whenever a list or a held conversation has changed; cheap to ask each second."""
        async with self._one_statement() as connection:
            return tuple(tuple(row) for row in await connection.execute(PULSE))

    async def moved(self, known: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...] | None]:
        """Which of these conversations are no longer as they were known, with what they are like now.

        Known is (last id, epoch, seen by the visitor, whether the visitor has erased it); None now: it is gone.
        """
        async with self._one_statement() as connection:
            rows = {row[0]: tuple(row[1:]) for row in await connection.execute(MOVED, {"known": list(known)})}
        return {name: rows.get(name) for name, before in known.items() if rows.get(name) != before}

    @asynccontextmanager
    async def _one_statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection for a single reading, which needs no transaction around it."""
        async with self._database.read() as connection:
            yield await connection.execution_options(bare=True)

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
            row = (await connection.execute(one(conversation))).mappings().one_or_none()
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
        async with self._one_statement() as connection:
            row = (await connection.execute(one(conversation))).mappings().one_or_none()
        return None if row is None else conversation_of(row)

    async def news(self, after: Mapping[str, int]) -> dict[str, News]:
        """What is new in many conversations, each after its own id, by one query for 256 of them."""
        found: dict[str, News] = {}
        wanted = list(after.items())
        async with self._one_statement() as connection:
            for start in range(0, len(wanted), _MOST_AT_ONCE):
                part = wanted[start : start + _MOST_AT_ONCE]
                size = 1 << (len(part) - 1).bit_length()
                values: dict[str, Any] = {f"i{n}": "" for n in range(size)} | {f"a{n}": 0 for n in range(size)}
                for n, (conversation, last) in enumerate(part):
                    values[f"i{n}"], values[f"a{n}"] = conversation, last
                for row in (await connection.execute(news_of(size), values)).mappings():
                    self._add_news(found, row)
        return found

    def _add_news(self, found: dict[str, News], row: RowMapping) -> None:
        news = found.get(row["id"])
        if news is None:
            news = found[row["id"]] = News(conversation_of(row), row["seen_by_visitor"])
        if row["m_id"] is not None:
            said = {name: row[f"m_{name}"] for name in SAID} | {"alias": row["said_by"]}
            try:
                news.entries.append(entry_of(self._cipher(row), said))
            except KeyMissing:
                # one message that does not open must not silence all the others
                log.error("message %d of a conversation does not open", row["m_id"])

    async def _listed(self, query: Select[Any]) -> list[Raised]:
        async with self._one_statement() as connection:
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
        detail.get("why"),
        detail.get("version"),
        detail.get("lane"),
    )
