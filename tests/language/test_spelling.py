"""The second reading: abbreviations, dialect, disguised, spelled out and joined words."""

from __future__ import annotations

import pytest

from language.chat_words import ABBREVIATIONS, GHEG
from language.common_words import COMMON_WORDS
from language.folding import fold_text
from language.spelling import chat_variants, second_form, spelled_together, split_joined, standard_words, undisguised


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        ("sdua te jetoj", "nuk dua te jetoj"),
        ("S'muj ma", "nuk mund ma"),
        ("qysh jom sot", "si jam sot"),
        ("m'rreh baba n'shpi", "me rreh babai ne shtepi"),
        ("cka po bon", "cfare po ben"),
        ("flm shm", "faleminderit shume"),
        ("v d e s", "vdes"),
        ("dua te vd3s", "dua te vdes"),
    ],
)
def test_the_second_form_is_standard(written: str, standard: str) -> None:
    assert second_form(fold_text(written)) == standard


def test_digits_are_letters_only_inside_words() -> None:
    assert undisguised("vd3s") == "vdes"
    assert undisguised("4lo") == "alo"
    assert undisguised("116") is None
    assert undisguised("14vjec") is None
    assert undisguised("vdes") is None


def test_only_three_single_letters_and_more_are_one_word() -> None:
    assert spelled_together(["dua", "v", "d", "e", "s"]) == [("dua", 0, 1), ("vdes", 1, 5)]
    assert spelled_together(["a", "e", "di"]) == [("a", 0, 1), ("e", 1, 2), ("di", 2, 3)]


def test_joined_words_are_split_when_all_are_known() -> None:
    assert split_joined("nukduatejetoj", {"jetoj"}.__contains__) == ["nuk", "dua", "te", "jetoj"]
    assert split_joined("duatevdes", {"vdes", "ate"}.__contains__) == ["dua", "te", "vdes"]
    assert split_joined("shkollat", {"jetoj"}.__contains__) is None


def test_chat_letters_have_variants() -> None:
    assert "vdes" in chat_variants("wdes")
    assert "rreh" in chat_variants("reh")


def test_tables_hold_folded_words_only() -> None:
    for table in (ABBREVIATIONS, GHEG):
        for word, standard in table.items():
            assert fold_text(word) == word
            assert all(fold_text(part) == part for part in standard)
    assert all(fold_text(word) == word and word.isalpha() for word in COMMON_WORDS)
    assert standard_words("libri") == ("libri",)
