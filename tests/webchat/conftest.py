"""Visitors of the web channel who look closely."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.webchat.careful import CarefulVisitor

Visits = Callable[..., Awaitable[CarefulVisitor]]


@pytest.fixture
async def visits(public: str) -> AsyncIterator[Visits]:
    """Opens the chat page as somebody else, or once more with a token; all are closed at the end."""
    came: list[CarefulVisitor] = []

    async def visit(token: str | None = None, after: int | None = None) -> CarefulVisitor:
        someone = CarefulVisitor(public, token)
        came.append(someone)
        await someone.opens(after=after)
        return someone

    yield visit
    for someone in came:
        await someone.closes()


@pytest.fixture
async def visitor(visits: Visits) -> CarefulVisitor:
    """A visitor with the chat page open."""
    return await visits()
