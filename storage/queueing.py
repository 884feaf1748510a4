"""The order of the queue: what counts as more urgent, said once in SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, type_coerce

from storage.tables import conversations

LEVEL_WORTH_MS = 15 * 60 * 1000
"""Below level 3 a level counts as much as a quarter of an hour of waiting."""

_waiting = type_coerce(conversations.c.waiting_since, BigInteger)
_at_level = type_coerce(func.coalesce(conversations.c.level_since, conversations.c.waiting_since), BigInteger)


def rank() -> ColumnElement[int]:
    """3 for level 4, 2 for level 3, 1 for the lane unscreened, 0 for the rest; no waiting lifts above its rank."""
    return case(
        (conversations.c.level >= 4, 3),
        (conversations.c.level == 3, 2),
        (conversations.c.lane == "unscreened", 1),
        else_=0,
    )


def weight() -> ColumnElement[int]:
    """Within a rank: who has stood longest at its level, or has waited longest with a head start per level.

    Milliseconds, less is more urgent. It does not depend on the present, so the order stands still by itself.
    """
    return case(
        (conversations.c.level >= 3, _at_level),
        (conversations.c.lane == "unscreened", _waiting),
        else_=_waiting - conversations.c.level * LEVEL_WORTH_MS,
    )


def most_urgent_first() -> tuple[Any, ...]:
    """What an ORDER BY over waiting conversations takes; the id settles what is otherwise equal."""
    return rank().desc(), weight().asc(), conversations.c.id
