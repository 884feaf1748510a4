"""Named leases: one process at a time does what must be done once, and hands on how far it came."""

from __future__ import annotations

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite

from frontdoor.ports import Clock
from storage.database import Database
from storage.moment import clock_ms
from storage.tables import leases


class Leases:
    """Taken by compare-and-set, with the database's clock; who dies loses them when the time is over."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        """`clock` replaces the database's own."""
        self._database = database
        self._clock = clock

    async def hold(self, name: str, owner: str, seconds: float) -> int | None:
        """Take the lease or keep it longer; gives its value, None while another process holds it."""
        new = (sqlite.insert if self._database.is_sqlite else postgresql.insert)(leases)
        async with self._database.write() as connection:
            now = await clock_ms(connection, self._clock)
            await connection.execute(new.values(name=name, value=0).on_conflict_do_nothing())
            taken = (
                update(leases)
                .where(
                    leases.c.name == name,
                    or_(leases.c.owner == owner, leases.c.owner.is_(None), leases.c.until < now),
                )
                .values(owner=owner, until=now + round(seconds * 1000))
                .returning(leases.c.value)
            )
            value = (await connection.execute(taken)).scalar_one_or_none()
        return None if value is None else int(value)

    async def advance(self, name: str, owner: str, value: int) -> bool:
        """Keep how far the holder came; false when another process has taken over meanwhile."""
        moved = update(leases).where(leases.c.name == name, leases.c.owner == owner).values(value=value)
        async with self._database.write() as connection:
            return (await connection.execute(moved)).rowcount == 1

    async def let_go(self, name: str, owner: str) -> None:
        """Give the lease back at once, so that the next process need not wait for its end."""
        free = update(leases).where(leases.c.name == name, leases.c.owner == owner).values(owner=None, until=None)
        async with self._database.write() as connection:
            await connection.execute(free)
