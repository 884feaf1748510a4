"""Leases: one process at a time, and nothing lost when it dies."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.leases import Leases


class MovedClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def test_the_first_process_holds_the_lease_and_the_second_waits(database: Database) -> None:
    leases = Leases(database)
    assert await leases.hold("telegram", "first", 30) == 0
    assert await leases.hold("telegram", "second", 30) is None
    assert await leases.hold("telegram", "first", 30) == 0


async def test_of_many_that_come_at_once_one_wins(database: Database) -> None:
    leases = Leases(database)
    held = await asyncio.gather(*(leases.hold("telegram", f"process {n}", 30) for n in range(10)))
    assert sorted(held, key=lambda value: value is None) == [0] + [None] * 9


async def test_how_far_the_holder_came_is_handed_on_when_it_has_died(database: Database) -> None:
    clock = MovedClock()
    leases = Leases(database, clock)
    await leases.hold("telegram", "first", 30)
    assert await leases.advance("telegram", "first", 41)
    clock.move(29)
    assert await leases.hold("telegram", "second", 30) is None
    clock.move(2)
    assert await leases.hold("telegram", "second", 30) == 41


async def test_who_was_overtaken_cannot_move_the_value(database: Database) -> None:
    clock = MovedClock()
    leases = Leases(database, clock)
    await leases.hold("telegram", "first", 30)
    clock.move(31)
    await leases.hold("telegram", "second", 30)
    assert await leases.advance("telegram", "second", 7)
    assert not await leases.advance("telegram", "first", 9)
    assert await leases.hold("telegram", "second", 30) == 7


async def test_a_lease_given_back_is_free_at_once_and_only_its_holder_can_give_it(database: Database) -> None:
    leases = Leases(database)
    await leases.hold("telegram", "first", 30)
    await leases.let_go("telegram", "second")
    assert await leases.hold("telegram", "second", 30) is None
    await leases.let_go("telegram", "first")
    assert await leases.hold("telegram", "second", 30) == 0


async def test_leases_of_different_names_do_not_touch(database: Database) -> None:
    leases = Leases(database)
    assert await leases.hold("telegram", "first", 30) == 0
    assert await leases.hold("clock", "second", 30) == 0
    assert await leases.advance("clock", "second", 5)
    assert await leases.hold("telegram", "first", 30) == 0
