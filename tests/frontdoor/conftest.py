"""The project's own words."""

from __future__ import annotations

import pytest

from frontdoor.content import Content
from frontdoor.words import Words


@pytest.fixture(scope="session")
def words(content: Content) -> Words:
    """What the house says."""
    return Words(content)
