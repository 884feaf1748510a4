"""The channel's own ids of messages of both sides, by which they can be deleted there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
        return await self.note_all([(conversation, message, reference)]) == 1

    async def note_all(self, entries: Sequence[tuple[str, int, str]]) -> int:
        """The same for several at once, each a conversation, a message and its reference; how many were kept."""
        async with self._database.write() as connection:
            known = await open_conversations(connection, {conversation for conversation, _, _ in entries})
            open_ones = {row["id"] for row in known if row["erased_at"] is None}
            kept = [entry for entry in entries if entry[0] in open_ones]
            await self.note_within(connection, kept)
        return len(kept)

    async def references(self, conversation: str) -> list[str]:
        """All that the channel may still show, oldest message first."""
        shown = select(carried.c.reference).where(carried.c.conversation == conversation)
        async with self._database.read() as connection:
            return list((await connection.execute(shown.order_by(carried.c.message))).scalars())

    async def note_within(self, connection: AsyncConnection, entries: Sequence[tuple[str, int, str]]) -> None:
        """The same inside a transaction that holds the conversations still."""
        new = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(carried)
        rows = [
            {"conversation": conversation, "message": message, "reference": part}
            for conversation, message, references in entries
            for part in references.split()
        ]
        if rows:
            await connection.execute(new.on_conflict_do_nothing(), rows)


async def open_conversations(connection: AsyncConnection, ids: Collection[str]) -> Sequence[RowMapping]:
    """Whether conversations are erased or unreachable, held still until the transaction ends."""
    wanted = (
        select(conversations.c.id, conversations.c.erased_at, conversations.c.unreachable_at)
        .where(conversations.c.id.in_(ids))
        # in the order of ids, so that two processes never wait for each other in a circle
        .order_by(conversations.c.id)
        # erasing must not slip in before the reference is kept
        .with_for_update(read=True, key_share=True)
    )
    return (await connection.execute(wanted)).mappings().all()
