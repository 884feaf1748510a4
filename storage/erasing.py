"""Erasing: keys and rows are destroyed at once, except that an open emergency stays before the team for a set time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, or_, select, update

from storage.database import Database
from storage.keys import ServiceKey
from storage.tables import audit, carried, conversations, database_now

OPEN_EMERGENCY = 3
_DAY_MS = 24 * 3_600 * 1000


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: `kept_days` when the staff's copy stays, `references` of what a messenger still shows."""

    kept_days: int | None
    address: str | None
    references: tuple[str, ...]


class Eraser:
    """Forgets conversations for visitors, and for good when their time has come."""

    def __init__(self, database: Database, key: ServiceKey, days: int) -> None:
        """`days`: how long the staff's copy of an emergency stays."""
        self._database = database
        self._key = key
        self._days = days

    async def erase(self, conversation: str) -> Erased | None:
        """The visitor's wish to be forgotten; None when there is no such conversation (any more)."""
        async with self._database.write() as connection:
            row = (
                (
                    await connection.execute(
                        select(conversations).where(conversations.c.id == conversation).with_for_update()
                    )
                )
                .mappings()
                .one_or_none()
            )
            if row is None or row["erased_at"] is not None:
                return None
            shown = (
                select(carried.c.reference).where(carried.c.conversation == conversation).order_by(carried.c.message)
            )
            references = tuple((await connection.execute(shown)).scalars())
            address = None
            if row["address"] is not None:
                cipher = self._key.cipher(conversation, row["wrapped_key"], row["key_id"])
                address = cipher.open("conversation", "address", row["address"]).decode()
            kept = row["level"] >= OPEN_EMERGENCY
            now = database_now()
            if kept:
                await connection.execute(
                    update(conversations)
                    .where(conversations.c.id == conversation)
                    .values(
                        erased_at=now,
                        erase_due=now + self._days * _DAY_MS,
                        # neither the old token nor the old chat leads back to it
                        token_hash=None,
                        address_mac=None,
                        updated_at=now,
                    )
                )
            else:
                await connection.execute(delete(conversations).where(conversations.c.id == conversation))
            await connection.execute(
                insert(audit).values(
                    at=now,
                    conversation=conversation,
                    kind="erased",
                    detail={"level": row["level"], "kept_days": self._days if kept else 0},
                )
            )
        self._key.forget(conversation)
        await self._database.checkpoint()
        return Erased(self._days if kept else None, address, references)

    async def was_kept(self, conversation: str) -> bool:
        """True when something of it was ever kept, also when it was erased since."""
        wanted = select(
            or_(
                exists().where(conversations.c.id == conversation),
                exists().where(audit.c.conversation == conversation),
            )
        )
        async with self._database.read() as connection:
            return bool((await connection.execute(wanted)).scalar_one())

    async def erase_due(self) -> int:
        """Destroy what has stayed its time; how many."""
        now = database_now()
        due = select(conversations.c.id).where(conversations.c.erase_due < now, conversations.c.state != "counsellor")
        async with self._database.read() as connection:
            ids = list((await connection.execute(due.limit(100))).scalars())
        if ids:
            async with self._database.write() as connection:
                await connection.execute(delete(conversations).where(conversations.c.id.in_(ids)))
        # also when nothing was due: an earlier one may have been put off
        await self._database.checkpoint()
        for conversation in ids:
            self._key.forget(conversation)
        return len(ids)
