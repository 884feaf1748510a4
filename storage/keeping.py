"""Keeping a message: one transaction for all that belongs to it, and one commit for all that wait at the moment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, tuple_, update

from frontdoor.assessment import Evidence, RiskAssessment
from frontdoor.conversation import Conversation, ScriptPlace, State
from frontdoor.message import Inbound, Message, Sender
from frontdoor.ports import Kept, View
from frontdoor.routing import SILENCE_SECONDS, Plan
from storage.database import Conflict, Database, StoreUnavailable
from storage.keys import Cipher, ServiceKey
from storage.placing import instant, message_row, outbox_row, placed
from storage.tables import audit, conversations, database_now, deadlines, messages, outbox

BATCH = 200
GATHER_SECONDS = 0.006
BUSY_SECONDS = 0.015


@dataclass(frozen=True, slots=True)
class ToKeep:
    """A visitor's message with its plan; without `inbound`, a change of the conversation alone."""

    view: View
    plan: Plan
    inbound: Inbound | None = None
    do: str | None = None
    assessment: RiskAssessment | None = None
    answered: int | None = None


@dataclass(slots=True)
class _Rows:
    """What one commit writes."""

    new: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    outbox: list[dict[str, Any]]
    deadlines: list[dict[str, Any]]
    audit: list[dict[str, Any]]


_CHANGED = (
    "state",
    "epoch",
    "last_id",
    "level",
    "level_since",
    "categories",
    "about",
    "speaker",
    "age",
    "lane",
    "waiting_since",
    "watch_since",
    "level2_count",
    "script",
    "script_step",
    "script_asked",
    "not_so",
    "asked_id",
    "answered_id",
    "visitor_at",
    "updated_at",
)
_UPDATE = (
    update(conversations)
    .where(conversations.c.id == bindparam("of"))
    .values({name: bindparam(f"set_{name}", type_=conversations.c[name].type) for name in _CHANGED})
)


class Keeping:
    """One writer per process; what arrives while it commits goes into the next commit together."""

    def __init__(self, database: Database, key: ServiceKey) -> None:
        """Nothing is opened yet."""
        self._database = database
        self._key = key
        self._waiting: list[tuple[ToKeep, asyncio.Future[Kept | None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._ended = 0.0

    async def keep(self, item: ToKeep) -> Kept | None:
        """The message at its place once it is durable; None when the conversation has moved on."""
        future: asyncio.Future[Kept | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="keeping")
        return await future

    async def settle(self) -> None:
        """Wait until nothing waits to be written."""
        if self._writer is not None:
            await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            # one alone goes at once; while they keep coming, a short wait makes one commit of many
            if clock() - self._ended < BUSY_SECONDS:
                await asyncio.sleep(GATHER_SECONDS)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            results: Sequence[Kept | Exception | None]
            try:
                results = await self._commit([item for item, _ in batch])
            except Exception as error:
                if isinstance(error, StoreUnavailable) and not isinstance(error, Conflict):
                    results = [error] * len(batch)
                else:
                    # another process was first with one of them, or one does not open: each by itself,
                    # so that only that one yields
                    results = [await self._commit_alone(item) for item, _ in batch]
            self._ended = clock()
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    async def _commit_alone(self, item: ToKeep) -> Kept | Exception | None:
        try:
            return (await self._commit([item]))[0]
        except Conflict:
            self._key.forget(item.view.conversation.id)
            return None
        except Exception as error:
            return error

    async def _commit(self, items: list[ToKeep]) -> list[Kept | None]:
        return await self._database.at_once(lambda connection: self._transaction(connection, items))

    def _transaction(self, connection: Connection, items: list[ToKeep]) -> list[Kept | None]:
        rows = _Rows([], [], [], [], [], [])
        now = int(connection.execute(select(database_now())).scalar_one())
        before, again = self._before(connection, items), self._again(connection, items)
        results: list[Kept | None] = []
        taken: set[str] = set()
        for item in items:
            conversation = item.view.conversation
            known = again.get((conversation.id, item.inbound.client_id)) if item.inbound else None
            if known is not None:
                results.append(Kept(known[0], known[1], conversation, again=True))
                continue
            row = before.get(conversation.id)
            current = (row["last_id"], row["epoch"]) if row else (0, 0)
            if (
                conversation.id in taken
                or (row is not None) != item.view.exists
                or current != (conversation.last_id, conversation.epoch)
            ):
                results.append(None)
                continue
            taken.add(conversation.id)
            results.append(self._one(item, row, now, rows))
        self._insert(connection, rows)
        return results

    def _before(self, connection: Connection, items: list[ToKeep]) -> dict[str, Any]:
        ids = sorted({item.view.conversation.id for item in items})
        locked = (
            select(
                conversations.c.id,
                conversations.c.last_id,
                conversations.c.epoch,
                conversations.c.asked_id,
                conversations.c.answered_id,
                conversations.c.wrapped_key,
                conversations.c.key_id,
                conversations.c.address,
                conversations.c.visitor_at,
            )
            .where(conversations.c.id.in_(ids))
            .order_by(conversations.c.id)
            .with_for_update()
        )
        return {row["id"]: row for row in connection.execute(locked).mappings()}

    def _again(self, connection: Connection, items: list[ToKeep]) -> dict[tuple[str, str], Any]:
        keys = [(item.inbound.conversation, item.inbound.client_id) for item in items if item.inbound]
        if not keys:
            return {}
        known = select(messages.c.conversation, messages.c.client_id, messages.c.id, messages.c.at).where(
            tuple_(messages.c.conversation, messages.c.client_id).in_(keys)
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(known)}

    def _one(self, item: ToKeep, row: Any, now: int, rows: _Rows) -> Kept:
        """The rows of one message; gives what Reception hears of it."""
        before, plan, inbound = item.view.conversation, item.plan, item.inbound
        wrapped = row["wrapped_key"] if row else self._key.new_wrapped_key(before.id)
        cipher = self._key.cipher(before.id, wrapped, row["key_id"] if row else self._key.id)
        visitor_id = before.last_id + 1
        given = placed(plan.said, visitor_id + (1 if inbound else 0), now)
        last_id = given[-1].id if given else before.last_id + (1 if inbound else 0)
        after = _after(before, plan, item.assessment, last_id, now)
        carried = inbound.address is not None if row is None and inbound else bool(row and row["address"] is not None)
        if inbound is not None:
            rows.messages.append(_visitor_row(cipher, item, visitor_id, after.epoch, now))
        rows.messages += [_full(message_row(cipher, before.id, message, after.epoch)) for message in given]
        if carried:
            # whatever is said here is a line, a script or a page: valid whoever speaks next
            rows.outbox += [outbox_row(before.id, before.channel, message, None, now) for message in given]
        if plan.silence and given:
            rows.deadlines.append(
                {
                    "conversation": before.id,
                    "kind": "silence",
                    "epoch": after.epoch,
                    "detail": {"asked": given[0].id},
                    "due_at": now + SILENCE_SECONDS * 1000,
                }
            )
        rows.audit += [{"at": now, "conversation": before.id} | happened for happened in _happened(item)]
        values = _values(after, row, plan, item, visitor_id, now)
        if row is None and inbound is not None:
            rows.new.append(values | self._opened(inbound, wrapped, cipher, now))
        else:
            rows.changed.append({"of": before.id} | {f"set_{name}": values[name] for name in _CHANGED})
        at = instant(now)
        return Kept(visitor_id if inbound else last_id, at, after, tuple(given))

    def _opened(self, inbound: Inbound, wrapped: bytes, cipher: Cipher, now: int) -> dict[str, Any]:
        address = inbound.address
        return {
            "id": inbound.conversation,
            "channel": inbound.channel,
            "locale": inbound.locale,
            "key_id": self._key.id,
            "wrapped_key": wrapped,
            "token_hash": inbound.token_hash,
            "token_seen_at": now if inbound.token_hash else None,
            "address_mac": self._key.mac(inbound.channel, address) if address else None,
            "address": cipher.seal("conversation", "address", address.encode()) if address else None,
            "created_at": now,
        }

    def _insert(self, connection: Connection, rows: _Rows) -> None:
        # in the order of ids, so that two processes never wait for each other in a circle
        if rows.new:
            connection.execute(insert(conversations), sorted(rows.new, key=lambda row: str(row["id"])))
        if rows.changed:
            connection.execute(_UPDATE, sorted(rows.changed, key=lambda row: str(row["of"])))
        for table, values in (
            (messages, rows.messages),
            (outbox, rows.outbox),
            (deadlines, rows.deadlines),
            (audit, rows.audit),
        ):
            if values:
                connection.execute(insert(table), values)


def _after(before: Conversation, plan: Plan, assessment: RiskAssessment | None, last_id: int, now: int) -> Conversation:
    """The conversation as it stands once the plan is kept."""
    moment = instant(now)
    script = plan.script
    if script is not None and script.asked == 0:
        first = last_id - len(plan.said) + 1
        script = ScriptPlace(script.script, script.step, first)
    waits = plan.state is State.WAITING
    said_age = assessment.age if assessment else None
    return replace(
        before,
        state=plan.state,
        epoch=before.epoch + (1 if plan.epoch_up else 0),
        last_id=last_id,
        level=plan.level,
        level_since=moment if plan.level != before.level else before.level_since,
        categories=plan.categories,
        about=plan.about,
        speaker=plan.speaker,
        age=before.age if said_age is None else said_age,
        lane=plan.lane if waits else None,
        waiting_since=(before.waiting_since or moment) if waits else None,
        watch_since=(before.watch_since or moment) if plan.watch else None,
        level2_count=plan.level2_count,
        script=script,
        not_so=plan.not_so,
        created_at=before.created_at or moment,
    )


def _happened(item: ToKeep) -> list[dict[str, Any]]:
    """What the audit notes of a change: by codes, with what moved the level and the version that decided."""
    before, plan = item.view.conversation, item.plan
    detail: dict[str, Any] = {"level": plan.level, "from": before.level, "categories": list(plan.categories)}
    if item.assessment is not None:
        detail["version"] = item.assessment.version or "none"
    noted = []
    if plan.level > before.level:
        noted.append({"kind": "raised", "detail": detail | {"why": _why(item)}})
    elif plan.level != before.level or plan.state is not before.state:
        lane = {"lane": plan.lane.value} if plan.lane else {}
        noted.append({"kind": plan.state.value, "detail": detail | lane})
    if plan.not_so and not before.not_so:
        noted.append({"kind": "not_so", "detail": detail})
    return noted


def _why(item: ToKeep) -> str:
    """What raised the level, as a code."""
    assessment = item.assessment
    if item.answered is not None or (item.inbound is not None and item.inbound.payload is not None):
        # tapped, or read by the bot as the answer to its question
        return "answer"
    if item.inbound is None or assessment is None:
        return "silence"
    if assessment.safe_word:
        return "safe_word"
    if assessment.level >= item.plan.level:
        return "words"
    return "unread" if item.inbound.unread else "answer"


def _values(after: Conversation, row: Any, plan: Plan, item: ToKeep, visitor_id: int, now: int) -> dict[str, Any]:
    asked = visitor_id if plan.asks_bot else (row["asked_id"] if row else 0)
    answered = row["answered_id"] if row else 0
    if item.answered is not None:
        answered = max(answered, item.answered)
    if plan.epoch_up:
        # somebody else speaks from here on: the bot owes nothing any more
        answered = asked
    script = after.script
    return {
        "state": after.state.value,
        "epoch": after.epoch,
        "last_id": after.last_id,
        "level": after.level,
        "level_since": after.level_since,
        "categories": list(after.categories),
        "about": after.about,
        "speaker": after.speaker,
        "age": after.age,
        "lane": after.lane.value if after.lane else None,
        "waiting_since": after.waiting_since,
        "watch_since": after.watch_since,
        "level2_count": after.level2_count,
        "script": script.script if script else None,
        "script_step": script.step if script else None,
        "script_asked": script.asked if script else None,
        "not_so": after.not_so,
        "asked_id": asked,
        "answered_id": answered,
        "visitor_at": now if item.inbound else (row["visitor_at"] if row else None),
        "updated_at": now,
    }


def _visitor_row(cipher: Cipher, item: ToKeep, visitor_id: int, epoch: int, now: int) -> dict[str, Any]:
    inbound, assessment = item.inbound, item.assessment
    if inbound is None or assessment is None:
        raise ValueError("a visitor's message is kept with its assessment")
    message = Message(
        id=visitor_id,
        sender=Sender.VISITOR,
        text=inbound.text,
        at=instant(now),
        client_id=inbound.client_id,
        do=item.do,
    )
    return message_row(cipher, inbound.conversation, message, epoch) | {
        "asks": item.plan.asks_bot,
        "screened_by": assessment.version or "none",
        "level": assessment.level,
        "level_after": item.plan.level,
        "categories": list(assessment.categories),
        "about": assessment.about,
        "speaker": assessment.speaker,
        "language": assessment.language,
        "evidence": cipher.seal(visitor_id, "evidence", pack_evidence(assessment.evidence))
        if assessment.evidence
        else None,
    }


_NOT_SCREENED = {
    "asks": False,
    "screened_by": None,
    "level": None,
    "level_after": None,
    "categories": None,
    "about": None,
    "speaker": None,
    "language": None,
    "evidence": None,
}


def _full(row: dict[str, Any]) -> dict[str, Any]:
    """The house's message with the columns that only a visitor's has, so that both go in one statement."""
    return row | _NOT_SCREENED


def pack_evidence(evidence: tuple[Evidence, ...]) -> bytes:
    """Evidence as it is sealed with its message."""
    return json.dumps([[e.start, e.end, e.text, e.category, e.source] for e in evidence], ensure_ascii=False).encode(
        "utf-8", "replace"
    )


def unpack_evidence(packed: bytes) -> tuple[Evidence, ...]:
    """Evidence as it was sealed."""
    return tuple(Evidence(*fields) for fields in json.loads(packed))
