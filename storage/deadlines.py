"""Deadlines as rows: any process fires them, each once, by the database's clock."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update

from frontdoor.ports import Due
from storage.database import Database
from storage.tables import conversations, database_now, deadlines

LEASE_MS = 10_000


class Deadlines:
    """Claims what is due by compare-and-set; what its claimer does not finish comes back after the lease."""

    def __init__(self, database: Database) -> None:
        """Needs a database at head."""
        self._database = database

    async def claim(self, limit: int = 20) -> list[Due]:
        """What is due now and belongs to this process from here on; what an epoch has outlived is dropped."""
        now = database_now()
        free = or_(deadlines.c.lease_until.is_(None), deadlines.c.lease_until < now)
        async with self._database.read() as connection:
            if (
                await connection.execute(select(deadlines.c.id).where(deadlines.c.due_at <= now, free).limit(1))
            ).first() is None:
                return []
        async with self._database.write() as connection:
            due = (
                select(deadlines.c.id)
                .where(deadlines.c.due_at <= now, free)
                .order_by(deadlines.c.due_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            ids = list((await connection.execute(due)).scalars())
            if not ids:
                return []
            outlived = (
                select(deadlines.c.id)
                .join(conversations)
                .where(deadlines.c.id.in_(ids), deadlines.c.epoch != conversations.c.epoch)
            )
            await connection.execute(delete(deadlines).where(deadlines.c.id.in_(outlived.scalar_subquery())))
            taken = (
                update(deadlines)
                .where(deadlines.c.id.in_(ids), free)
                .values(lease_until=now + LEASE_MS)
                .returning(deadlines)
            )
            rows = (await connection.execute(taken)).mappings().all()
        return [Due(row["id"], row["conversation"], row["kind"], row["epoch"], row["detail"]) for row in rows]

    async def done(self, due: Due) -> None:
        """The deadline has been met."""
        async with self._database.write() as connection:
            await connection.execute(delete(deadlines).where(deadlines.c.id == due.id))
