"""The outbox: what messengers still have to carry, in order within each conversation, under short leases."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frontdoor.ports import Clock, Delivery
from storage.carried import Carried, open_conversations
from storage.database import Database
from storage.keys import KeyMissing, ServiceKey
from storage.moment import clock_ms
from storage.placing import open_message
from storage.tables import audit, conversations, messages, outbox, staff

log = logging.getLogger(__name__)

LEASE_SECONDS = 15
"""A delivery that is not settled within this time is given out again: carried at least once."""

_BACK_OFF = (1, 2, 4, 8, 16, 32, 60)
_UNREADABLE_SECONDS = 60


def back_off(attempts: int) -> float:
    """Seconds until the next try, after so many that failed."""
    return float(_BACK_OFF[min(attempts, len(_BACK_OFF)) - 1])


class Outbox:
    """Gives out the head of each conversation's line; the bot's words only while nobody else has taken over."""

    def __init__(self, database: Database, key: ServiceKey, clock: Clock | None = None) -> None:
        """`clock` replaces the database's own."""
        self._database = database
        self._key = key
        self._clock = clock
        self._carried = Carried(database)

    async def claim(self, owner: str, limit: int, channels: Collection[str] | None = None) -> list[Delivery]:
        """Up to `limit` messages whose turn it is, leased to `owner`: at most one of each conversation."""
        async with self._database.read() as connection:
            due = _due(await clock_ms(connection, self._clock), channels)
            # most looks find nothing, and they must not take the write lock
            if not await connection.scalar(select(exists(select(outbox.c.id).where(due, _is_head())))):
                return []
        async with self._database.write() as connection:
            now = await clock_ms(connection, self._clock)
            due = _due(now, channels)
            await self._withdraw_overtaken(connection, due)
            heads = (
                select(outbox.c.id)
                .where(due, _is_head())
                .order_by(outbox.c.due_at, outbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list((await connection.execute(heads)).scalars())
            if not ids:
                return []
            await connection.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids))
                .values(lease_by=owner, lease_until=now + LEASE_SECONDS * 1000)
            )
            rows = (await connection.execute(_contents(ids))).mappings().all()
            return await self._opened(connection, rows, now)

    async def sent(self, delivery: Delivery, reference: str | None) -> bool:
        """The message was carried; `reference` may name several of the channel's messages, space between.

        False when the visitor has erased the conversation meanwhile: what was carried must be taken back.
        """
        async with self._database.write() as connection:
            await connection.execute(delete(outbox).where(outbox.c.id == delivery.outbox_id))
            known = await open_conversations(connection, [delivery.conversation])
            if not known or known[0]["erased_at"] is not None:
                return False
            if reference:
                entry = (delivery.conversation, delivery.message.id, reference)
                await self._carried.note_within(connection, [entry])
            if known[0]["unreachable_at"] is not None:
                await connection.execute(
                    update(conversations).where(conversations.c.id == delivery.conversation).values(unreachable_at=None)
                )
        return True

    async def failed(
        self, delivery: Delivery, permanent: bool, retry_after: float | None = None, reason: str = ""
    ) -> None:
        """The message was not carried: it waits for its next try, and what follows it waits behind it.

        `permanent` marks the conversation as unreachable, and what still waited for it is withdrawn.
        """
        async with self._database.write() as connection:
            now = await clock_ms(connection, self._clock)
            if permanent:
                await self._unreachable(connection, delivery, reason, now)
                return
            wait = max(back_off(delivery.attempts + 1), retry_after or 0)
            await connection.execute(
                update(outbox)
                .where(outbox.c.id == delivery.outbox_id)
                .values(
                    attempts=outbox.c.attempts + 1,
                    due_at=now + round(wait * 1000),
                    lease_by=None,
                    lease_until=None,
                )
            )

    async def waiting(self) -> int:
        """How many messages are still to be carried."""
        async with self._database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(outbox)) or 0)

    async def _withdraw_overtaken(self, connection: AsyncConnection, due: ColumnElement[bool]) -> None:
        """The bot's words that somebody else has overtaken: they are kept, but nobody will say them."""
        overtaken = (
            select(outbox.c.id)
            .join(conversations, conversations.c.id == outbox.c.conversation)
            .where(due, outbox.c.epoch.is_not(None), outbox.c.epoch != conversations.c.epoch)
            .with_for_update(of=outbox, skip_locked=True)
        )
        ids = list((await connection.execute(overtaken)).scalars())
        if ids:
            await self._drop(connection, outbox.c.id.in_(ids))

    async def _drop(self, connection: AsyncConnection, which: ColumnElement[bool]) -> None:
        gone = delete(outbox).where(which).returning(outbox.c.conversation, outbox.c.message)
        rows = sorted((row[0], row[1]) for row in await connection.execute(gone))
        for conversation, message in rows:
            await connection.execute(
                update(messages)
                .where(messages.c.conversation == conversation, messages.c.id == message)
                .values(withdrawn=True)
            )

    async def _unreachable(self, connection: AsyncConnection, delivery: Delivery, reason: str, now: int) -> None:
        marked = await connection.execute(
            update(conversations).where(conversations.c.id == delivery.conversation).values(unreachable_at=now)
        )
        await self._drop(connection, outbox.c.conversation == delivery.conversation)
        if marked.rowcount:
            await connection.execute(
                insert(audit).values(
                    at=now,
                    conversation=delivery.conversation,
                    kind="unreachable",
                    detail={"channel": delivery.channel, "reason": reason},
                )
            )

    async def _opened(self, connection: AsyncConnection, rows: Sequence[RowMapping], now: int) -> list[Delivery]:
        given: list[Delivery] = []
        for row in rows:
            if row["address"] is None or row["erased_at"] is not None:
                await self._drop(connection, outbox.c.id == row["outbox_id"])
                continue
            try:
                given.append(self._delivery(row))
            except KeyMissing:
                # one that does not open must not hold up the others
                log.error("a message of the outbox does not open with the service key; it waits")
                await connection.execute(
                    update(outbox)
                    .where(outbox.c.id == row["outbox_id"])
                    .values(due_at=now + _UNREADABLE_SECONDS * 1000, lease_by=None, lease_until=None)
                )
        return given

    def _delivery(self, row: RowMapping) -> Delivery:
        cipher = self._key.cipher(row["conversation"], row["wrapped_key"], row["key_id"])
        return Delivery(
            outbox_id=row["outbox_id"],
            conversation=row["conversation"],
            channel=row["outbox_channel"],
            address=cipher.open("conversation", "address", row["address"]).decode(),
            message=open_message(cipher, row),
            attempts=row["attempts"],
        )


def _due(now: int, channels: Collection[str] | None) -> ColumnElement[bool]:
    """Rows whose time has come and that nobody is carrying."""
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until < now)
    ours = true() if channels is None else outbox.c.channel.in_(channels)
    return and_(outbox.c.due_at <= now, free, ours)


def _is_head() -> ColumnElement[bool]:
    """Nothing earlier of the same conversation is still to be carried, failed and waiting ones included."""
    earlier = outbox.alias("earlier")
    return ~exists(
        select(earlier.c.id).where(
            earlier.c.conversation == outbox.c.conversation, earlier.c.message < outbox.c.message
        )
    )


def _contents(ids: Iterable[int]) -> Any:
    """All that a delivery needs, for rows of the outbox."""
    return (
        select(
            outbox.c.id.label("outbox_id"),
            outbox.c.channel.label("outbox_channel"),
            outbox.c.attempts,
            conversations.c.address,
            conversations.c.erased_at,
            conversations.c.wrapped_key,
            conversations.c.key_id,
            staff.c.alias,
            messages,
        )
        .join(conversations, conversations.c.id == outbox.c.conversation)
        .join(messages, and_(messages.c.conversation == outbox.c.conversation, messages.c.id == outbox.c.message))
        .outerjoin(staff, staff.c.id == messages.c.staff)
        .where(outbox.c.id.in_(list(ids)))
        .order_by(outbox.c.due_at, outbox.c.id)
    )
