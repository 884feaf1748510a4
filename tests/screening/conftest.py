"""One screen for all scenes: the lexicon as it is shipped."""

from __future__ import annotations

import pytest

from screening.screen import Screen


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen()
