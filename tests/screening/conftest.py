"""Screening for all scenes: the lexicon alone, and whole with the model that was built from the examples."""

from __future__ import annotations

import os

import pytest

from screening.model import Model, ModelError
from screening.opening import load_model
from screening.screen import Screen


@pytest.fixture(scope="session")
def screen() -> Screen:
    """The lexicon as it is shipped, without the model: what decides when the model has failed."""
    return Screen()


@pytest.fixture(scope="session")
def model() -> Model:
    """The model made from the present examples."""
    try:
        return load_model()
    except ModelError as problem:
        if os.environ.get("REQUIRE_ALL"):
            pytest.fail(str(problem))
        pytest.skip(f"{problem}; `make model` builds it")


@pytest.fixture(scope="session")
def whole(model: Model) -> Screen:
    """Lexicon and model, as the service runs them."""
    return Screen(model=model)
