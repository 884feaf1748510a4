"""Which language a message is written in."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import detection
from language.common_words import COMMON_WORDS
from language.detection import LANGUAGES, detect_language
from language.folding import fold_text
from language.foreign_words import FOREIGN_WORDS, OPENINGS
from tests.evaluation.languages import confusion, read, recognised, report, taken_for_albanian

LANGUAGES_DEV = Path(__file__).with_name("languages_dev.jsonl")
HEARD = frozenset((Path(detection.__file__).with_name("heard_words.txt")).read_text(encoding="ascii").split())


def test_the_figures_of_messages_that_nothing_was_chosen_by() -> None:
    lines = read()
    assert len(lines) >= 700
    assert recognised(lines).percent >= 97.0
    assert taken_for_albanian(lines).percent <= 1.8
    for variant in ("std", "nodia", "gheg"):
        assert recognised(line for line in lines if line.variant == variant).percent >= 97.5
    for variant in ("slang", "mixed"):
        assert recognised(line for line in lines if line.variant == variant).percent >= 94.5


def test_each_other_language_is_seldom_taken_for_albanian() -> None:
    lines = read()
    for language in ("de", "en", "fr", "it", "mk", "sr", "tr", "el"):
        share = taken_for_albanian(line for line in lines if line.language == language)
        assert share.percent <= (4.6 if language == "el" else 3.0)


def test_the_sets_share_nothing_but_single_words() -> None:
    final = {line.text.lower() for line in read()}
    dev = {line.text.lower() for line in read(LANGUAGES_DEV)}
    assert not {text for text in final & dev if " " in text}


def test_the_table_counts_every_message_once() -> None:
    assert sum(sum(said.values()) for said in confusion().values()) == len(read())
    assert "| sq |" in report()


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
        "my mom nuk me le te dal",
        "ciao a ka njeri ktu",
        "ich kom frik me shku n'schule",
    ],
)
def test_albanian_in_its_spellings(text: str) -> None:
    assert detect_language(text) == "sq"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hello i need help please", "en"),
        ("ciao ho bisogno di aiuto", "it"),
        ("како си данас", "sr"),
        ("како си денес", "mk"),
        ("ќе дојдам", "mk"),
        ("θέλω βοήθεια", "el"),
        ("thelo na miliso me kapoion", "el"),
        ("treba mi neko za razgovor", "sr"),
        ("sakam da zboruvam so nekoj", "mk"),
        ("что ты делаешь сегодня", "unknown"),
        ("12345 !!", "unknown"),
        ("😂😂", "unknown"),
        ("", "unknown"),
    ],
)
def test_other_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_short_foreign_message_does_not_yet_name_its_language() -> None:
    assert detect_language("sto male") == "unknown"
    assert detect_language("sto male", before=["unknown"]) == "it"


@pytest.mark.parametrize(
    ("text", "language"),
    [("hello", "en"), ("help", "en"), ("ciao aiuto", "it"), ("bonjour", "fr"), ("merhaba", "tr"), ("hilfe", "de")],
)
def test_an_unmistakable_opening_names_it_at_once(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["ok", "help", "no", "sto male", "😂", "13"])
def test_a_few_words_keep_the_conversation_albanian(text: str) -> None:
    assert detect_language(text, before=["sq", "unknown", "sq"]) == "sq"


@pytest.mark.parametrize("text", ["ok", "si", "tiktok", "me te"])
def test_a_few_words_keep_the_conversation_italian(text: str) -> None:
    assert detect_language(text, before=["it"]) == "it"


def test_an_albanian_conversation_turns_after_two_foreign_messages() -> None:
    first = detect_language("mi sento solo", before=["sq"])
    assert first == "unknown"
    assert detect_language("non dormo più", before=["sq", first]) == "it"


def test_an_albanian_conversation_turns_after_one_foreign_message_of_four_words() -> None:
    assert detect_language("i want to sleep", before=["sq", "sq"]) == "en"


@pytest.mark.parametrize("text", ["ckemi", "nuk e di", "a ka njeri"])
def test_albanian_is_albanian_at_once_after_another_language(text: str) -> None:
    assert detect_language(text, before=["en", "en"]) == "sq"


def test_the_folded_text_may_come_along() -> None:
    text = "Çka po bën, a je mirë?"
    assert detect_language(text, fold_text(text), ["sq"]) == detect_language(text, before=["sq"]) == "sq"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200), st.lists(st.sampled_from(LANGUAGES), max_size=3))
def test_any_text_has_an_answer(text: str, before: list[str]) -> None:
    assert detect_language(text, before=before) in (*LANGUAGES, "unknown")


def test_a_long_message_takes_no_longer_than_a_short_one() -> None:
    def best(text: str) -> float:
        times = []
        for _ in range(20):
            start = perf_counter()
            detect_language(text, text)
            times.append(perf_counter() - start)
        return min(times)

    assert best("sot nuk " * 10_000) < 20 * best("sot nuk " * 12)


def test_word_tables_are_folded() -> None:
    for words in (*FOREIGN_WORDS.values(), *OPENINGS.values(), HEARD):
        assert all(fold_text(word) == word and word.isalnum() for word in words)


def test_what_was_heard_repeats_no_other_table() -> None:
    assert not HEARD & COMMON_WORDS
    assert not any(HEARD & words for words in FOREIGN_WORDS.values())


def test_openings_are_words_of_their_language() -> None:
    assert all(words <= FOREIGN_WORDS[language] for language, words in OPENINGS.items())
