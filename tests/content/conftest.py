"""The dictionary of this machine, read once for all tests of texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdoor.spelling import INSTALL, OwnWords, Spelling, dictionary, find_dictionary
from tests.servers import REQUIRE_ALL

WORDS = Path(__file__).parents[2] / "content" / "words.txt"


@pytest.fixture(scope="session")
def forms() -> frozenset[str]:
    """All forms of the Albanian dictionary."""
    found = find_dictionary()
    if found is None:
        missing = f"the Albanian dictionary is missing: {INSTALL}"
        if REQUIRE_ALL:
            pytest.fail(missing)
        pytest.skip(missing)
    return dictionary(found)


@pytest.fixture(scope="session")
def spelling(forms: frozenset[str]) -> Spelling:
    """The dictionary with our own words."""
    return Spelling(forms, OwnWords.read(WORDS.read_text("utf-8")))
