"""What each sign of the notation means, on small lexicons of the test's own."""

from __future__ import annotations

import pytest

from screening.matching import CHUNK, Matcher
from screening.notation import Words, all_words, read_pattern
from screening.reading import Reader
from screening.vocabulary import Vocabulary, one_mistake_apart

GROUPS = {"dua": Words(frozenset({"dua", "doja"}))}


def found(pattern: str, text: str) -> list[str]:
    """The raw words of each match, the widest."""
    steps = read_pattern(pattern, GROUPS)
    vocabulary = Vocabulary(all_words(steps))
    vocabulary.learn_spellings([])
    reader = Reader(vocabulary)
    places = reader.read(text).places
    return [
        text[places[match.widest_first].start : places[match.widest_last].end]
        for match in Matcher([(0, steps)], vocabulary).matches(places)
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("dua te vdes", "Unë dua të vdes tani", ["dua të vdes"]),
        ("dua te vdes", "te dua vdes", []),
        ("dua|du te vdes", "du te vdes", ["du te vdes"]),
        ("@dua te vdes", "doja te vdes", ["doja te vdes"]),
        ("vetvras*", "kam mendime vetvrasëse", ["vetvrasëse"]),
        ("dua (te) vdes", "dua vdes", ["dua vdes"]),
        ("dua (te shkoj / te) vdes", "dua te shkoj vdes", ["dua te shkoj vdes"]),
        ("{i piva / mora} hapat", "i piva hapat", ["i piva hapat"]),
        ("{i piva / mora} hapat", "i mora hapat", ["mora hapat"]),
        ("babi ... rreh", "babi im po më rreh", ["babi im po më rreh"]),
        ("babi ...2 rreh", "babi im po më rreh", []),
        ("babi ...3!nuk rreh", "babi im nuk më rreh", []),
        ("babi ... rreh", "E pashë babi. Zemra më rreh", []),
        ("rreh !zemra", "me rreh zemra", []),
        ("rreh !zemra", "me rreh fort", ["rreh"]),
        ("^ po $", "po", ["po"]),
        ("^ po $", "po mire", []),
        ("jam # vjec", "jam 14 vjec", ["jam 14 vjec"]),
        ("<5 litar & gati>", "gati e kam një litar", ["gati e kam një litar"]),
        ("<3 litar & gati>", "gati e kam një litar", []),
        ("<5 litar & gati & !anije>", "gati litari i anijes, litar anije", []),
    ],
)
def test_a_sign_means_what_it_says(pattern: str, text: str, words: list[str]) -> None:
    assert found(pattern, text) == words


@pytest.mark.parametrize(
    "text",
    [
        "nuk dua te jetoj",
        "s'dua te jetoj",
        "sdua te jetoj",
        "NUK   DUA!!! të jetoj",
        "nuk dua tejetoj",
        "nukduatejetoj",
        "n u k d u a t e j e t o j",
        "nuk du4 te j3toj",
        "nuk dua te jteoj",
        "nuk dua te jetojjjj",
        "nuk\u200b dua te jetоj",
        "nuk 😭 dua 😭 te jetoj",
        "Nuk. Dua. Të. Jetoj.",
    ],
)
def test_one_pattern_catches_every_spelling(text: str) -> None:
    assert found("nuk dua te jetoj", text)


def test_every_occurrence_is_found_in_a_long_text() -> None:
    text = "po mire " * CHUNK + "dua te vdes " + "ne rregull " * CHUNK + "dua te vdes"
    assert found("dua te vdes", text) == ["dua te vdes"] * 2


def test_one_mistake_is_one_letter() -> None:
    assert one_mistake_apart("vetvrasje", "vetvrasja")
    assert one_mistake_apart("vetvrasje", "vetvrasjje")
    assert one_mistake_apart("vetvrasje", "vetvarsje")
    assert not one_mistake_apart("vetvrasje", "vetvarjse")
