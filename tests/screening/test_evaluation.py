"""What screening finds must not fall behind what docs/evaluation says; `make evaluate` writes that anew."""

from __future__ import annotations

import json

import pytest

from screening.screen import Screen
from tests.evaluation.__main__ import DOCS
from tests.evaluation.screening import Figures, figures, sets

POINT = 1.0
"""How much less may be found than the report says, over all sets together."""
MESSAGES = 2
"""Of a small kind so many messages less: training on another processor is not the same to the last digit."""


@pytest.fixture(scope="module")
def kept() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads((DOCS / "screening.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def measured(whole: Screen) -> dict[str, Figures]:
    return {name: figures(whole, examples) for name, examples in sets().items()}


def fallen(kept: dict[str, dict[str, float]], measured: dict[str, Figures], name: str) -> float:
    """How many points less than the report says, beyond what a few messages make; below 0 is well."""
    in_all = sum(measured[part].shares[name].all for part in kept)
    now = sum(measured[part].shares[name].good for part in kept)
    before = sum(kept[part][name] * measured[part].shares[name].all / 100 for part in kept)
    return 100 * (before - now) / in_all - max(POINT, 100 * (MESSAGES + 0.5) / in_all)


@pytest.mark.parametrize("kind", ["explicit", "hinted"])
@pytest.mark.parametrize(
    "danger",
    [
        "level 4 at 3 or more",
        "level 3 at 3 or more",
        "level 2 at 2 or more",
        "level 2 and more at 2 or more",
    ],
)
def test_no_danger_is_found_less_often(
    kept: dict[str, dict[str, float]], measured: dict[str, Figures], kind: str, danger: str
) -> None:
    assert fallen(kept, measured, f"{kind}, {danger}") <= 0


def test_harmless_words_raise_no_more(kept: dict[str, dict[str, float]], measured: dict[str, Figures]) -> None:
    share = "raised to 2 or more: all"
    in_all = sum(measured[part].shares[share].all for part in kept)
    now = sum(measured[part].shares[share].good for part in kept)
    before = sum(kept[part][share] * measured[part].shares[share].all / 100 for part in kept)
    assert 100 * (now - before) / in_all <= POINT


def test_the_right_category_is_named_as_often(kept: dict[str, dict[str, float]], measured: dict[str, Figures]) -> None:
    assert fallen(kept, measured, "a right category among those named") <= 0
