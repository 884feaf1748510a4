"""Text brought to one plain spelling, with the way back to the raw characters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language.folding import fold, fold_text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Çfarë po bën?", "cfare po ben?"),
        ("Sdiiii, çka m’BËN?", "sdi, cka m ben?"),
        ("s'dua të jetoj më", "s dua te jetoj me"),
        ("M`ka rreh baba.po ti", "m ka rreh baba. po ti"),
        ("nânë ô bôn", "nane o bon"),
        ("mirë,po ti?jo", "mire, po ti? jo"),
        ("«NDIHMË»", '"ndihme"'),
        ("rrrrreh velllla", "rreh vella"),
        ("  dy\t  hapësira \n\n rresht ", "dy hapesira\nrresht"),
        ("1000 lekë 😭😭 3,5", "1000 leke 😭😭 3,5"),
        ("shiko alo116.al", "shiko alo116.al"),
        ("v.d.e.s", "v.d.e.s"),
        ("ｖｄｅｓ 𝓭𝓾𝓪", "vdes dua"),
    ],
)
def test_chat_spelling_comes_to_one_form(written: str, folded: str) -> None:
    assert fold_text(written) == folded


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("du\u200ba t\u00ade v\ufeffdes", "dua te vdes"),
        ("dua te vdеs", "dua te vdes"),
        ("ｄua tе vdеѕ", "dua te vdes"),
        ("дуа те вдес", "dua te vdes"),
        ("e\u0308sht\u0065\u0308", "eshte"),
        ("\u202edua\u202c te vdes", "dua te vdes"),
    ],
)
def test_invisible_and_look_alike_characters_hide_nothing(written: str, folded: str) -> None:
    assert fold_text(written) == folded


def test_a_folded_span_leads_back_to_the_raw_words() -> None:
    raw = "Nuk e di… s’DUAAAAA  të\u200b jetoj më!"
    folded = fold(raw)
    start = folded.text.index("s dua te jetoj")
    first, last = folded.raw_span(start, start + len("s dua te jetoj"))
    assert raw[first:last] == "s’DUAAAAA  të\u200b jetoj"


def test_control_characters_and_lone_surrogates_survive() -> None:
    assert fold_text("a\x00b\ud800c\x1bd") == "a b\N{REPLACEMENT CHARACTER}c d"


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_text_folds_with_an_offset_for_each_character(text: str) -> None:
    folded = fold(text)
    assert len(folded.offsets) == len(folded.text)
    assert all(0 <= offset < len(text) for offset in folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    folded.text.encode("utf-8")


@settings(deadline=None)
@given(ANY_TEXT)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@pytest.mark.parametrize("unit", ["a", "'", "a.b", " \n", "ё", "\u0308", "rrr ", "a,b", "😂", "\ud800", "s'd "])
def test_work_grows_linearly(unit: str) -> None:
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        begun = time.process_time()
        fold(text)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(200_000) < 2.0
