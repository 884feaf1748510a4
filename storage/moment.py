"""What time it is: the database's clock, or one that a test moves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frontdoor.ports import Clock
from storage.tables import database_now


async def clock_ms(connection: AsyncConnection, clock: Clock | None) -> int:
    """Milliseconds since 1970 by the given clock, else by the database's own."""
    if clock is not None:
        return round(clock().timestamp() * 1000)
    return int(await connection.scalar(select(database_now())) or 0)
