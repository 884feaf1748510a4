"""The channel's own ids of messages of both sides, by which they can be deleted there."""

from __future__ import annotations

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.tables import carried, conversations


class Carried:
    """What a messenger shows of a conversation: its references, kept while the conversation is."""

    def __init__(self, database: Database) -> None:
        """Nothing is opened yet."""
        self._database = database

    async def note(self, conversation: str, message: int, reference: str) -> bool:
        """Keep the reference of a message, 0 for a line outside the transcript; several with a space between.

        False when there is no such conversation (any more).
        """
        async with self._database.write() as connection:
            row = await open_conversation(connection, conversation)
            if row is None or row["erased_at"] is not None:
                return False
            await self.note_within(connection, conversation, message, reference)
        return True

    async def references(self, conversation: str) -> list[str]:
        """All that the channel may still show, oldest message first."""
        shown = select(carried.c.reference).where(carried.c.conversation == conversation)
        async with self._database.read() as connection:
            return list((await connection.execute(shown.order_by(carried.c.message))).scalars())

    async def note_within(
        self, connection: AsyncConnection, conversation: str, message: int, reference: str | None
    ) -> None:
        """The same inside a transaction that has locked the conversation."""
        new = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(carried)
        rows = [
            {"conversation": conversation, "message": message, "reference": part} for part in (reference or "").split()
        ]
        if rows:
            await connection.execute(new.on_conflict_do_nothing(), rows)


async def open_conversation(connection: AsyncConnection, conversation: str) -> RowMapping | None:
    """Whether the conversation is erased or unreachable, held still until the transaction ends."""
    wanted = (
        select(conversations.c.erased_at, conversations.c.unreachable_at)
        .where(conversations.c.id == conversation)
        # erasing must not slip in before the reference is kept
        .with_for_update(read=True, key_share=True)
    )
    return (await connection.execute(wanted)).mappings().one_or_none()
