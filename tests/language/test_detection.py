"""Which language a message is written in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language.detection import detect_language


@pytest.mark.parametrize(
    "text",
    [
        "si ta bej profilin privat",
        "A mund të flas me dikë?",
        "qysh me e lon duhanin",
        "s'po muj me fjet hiq",
        "flm shume per ndihmen",
        "po",
        "jo ska gje",
    ],
)
def test_albanian_in_its_spellings(text: str) -> None:
    assert detect_language(text) == "sq"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello i need help please", "en"),
        ("ciao ho bisogno di aiuto", "it"),
        ("како си денес", "sr"),
        ("ќе дојдам", "mk"),
        ("θέλω βοήθεια", "el"),
        ("12345 !!", "unknown"),
        ("😂😂", "unknown"),
        ("", "unknown"),
    ],
)
def test_other_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert detect_language(text) == "unknown" or len(detect_language(text)) == 2
