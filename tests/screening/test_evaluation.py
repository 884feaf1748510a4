"""What screening finds must not fall behind what docs/evaluation says; `make evaluate` writes that anew."""

from __future__ import annotations

import json

import pytest

from screening.screen import Screen
from tests.evaluation.__main__ import DOCS
from tests.evaluation.screening import Figures, figures, sets

POINT = 1.0
"""How much less of a kind of danger may be found than the report says; of a small kind, one message less."""


@pytest.fixture(scope="module", params=["first", "second"])
def measured(request: pytest.FixtureRequest, whole: Screen) -> tuple[dict[str, float], Figures]:
    kept: dict[str, dict[str, float]] = json.loads((DOCS / "screening.json").read_text(encoding="utf-8"))
    return kept[request.param], figures(whole, sets()[request.param])


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
def test_no_danger_is_found_less_often(measured: tuple[dict[str, float], Figures], kind: str, danger: str) -> None:
    kept, now = measured
    share = now.shares[f"{kind}, {danger}"]
    assert share.percent >= kept[f"{kind}, {danger}"] - max(POINT, 100.5 / share.all)


def test_harmless_words_raise_no_more(measured: tuple[dict[str, float], Figures]) -> None:
    kept, now = measured
    assert now.shares["raised to 2 or more: all"].percent <= kept["raised to 2 or more: all"] + POINT


def test_the_right_category_is_named_as_often(measured: tuple[dict[str, float], Figures]) -> None:
    kept, now = measured
    name = "a right category among those named"
    assert now.shares[name].percent >= kept[name] - POINT
