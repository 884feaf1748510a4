"""Any text gets an answer, quickly, and no input can make a pattern hang."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor.message import MAX_TEXT
from screening.notation import Steps
from screening.screen import Screen

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=400)
FRAGMENTS = """nuk s' dua te me vdes jetoj veten vras babi rreh po kam foto kercenon leke 14 vjec . , ! 😂 v d e s
hapat piva thike nga shtepia iki fle rruge vetem mami e i gjitha ndihme*m *"""
RISKY = st.lists(st.sampled_from([*FRAGMENTS.split(), "\n", "\u202e", "\ud800"]), max_size=80).map(" ".join)


@pytest.fixture(scope="module")
def hostile_words(screen: Screen) -> list[str]:
    """The words that stand in most patterns, most of all those that every gap may swallow."""

    def words(steps: Steps) -> set[str]:
        return {word for step in steps for word in step.words.whole} | {
            word for step in steps for phrase in step.phrases for word in words(phrase)
        }

    everywhere: dict[str, int] = {}
    for entry in screen.lexicon.entries:
        for steps in entry.patterns:
            for word in words(steps):
                everywhere[word] = everywhere.get(word, 0) + 1
    return sorted(everywhere, key=lambda word: -everywhere[word])


def seconds(screen: Screen, text: str) -> float:
    """The least processor time of three tries: what the screen needs, not what others on the machine take."""
    tries = []
    for _ in range(3):
        begun = time.process_time()
        screen.screen(text)
        tries.append(time.process_time() - begun)
    return min(tries)


@settings(max_examples=150, deadline=None)
@given(st.one_of(ANYTHING, RISKY))
def test_any_text_is_screened_and_spans_lie_inside_it(text: str) -> None:
    result = _SCREEN.screen(text)
    assert 0 <= result.level <= 4
    for evidence in result.evidence:
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.text


_SCREEN = Screen()


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\ud800",
        "\u202e",
        "vdes ",
        "v d e s ",
        "babi me rreh ",
        "nuk ",
        "e.",
        "!",
        "😂",
        "12",
        "*",
        "qzx ",
        "\n",
        "'",
    ],
)
def test_a_hundred_thousand_characters_are_screened(screen: Screen, unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    begun = time.process_time()
    result = screen.screen(text)
    assert time.process_time() - begun < 6
    assert all(text[e.start : e.end] == e.text for e in result.evidence)


def test_hostile_messages_of_the_greatest_length_stay_quick(screen: Screen, hostile_words: list[str]) -> None:
    chance = random.Random(116)
    texts = []
    for count in (5, 20, 100, 1_000):
        for _ in range(4):
            words = chance.choices(hostile_words[:count], k=MAX_TEXT)
            texts.append(" ".join(words)[:MAX_TEXT])
    texts += [
        ("ab" * 9 + " ") * 200,
        "me te nuk " * 300,
        "rrreh" * 500,
        "".join(chance.choices("vdesrh mt", k=MAX_TEXT)),
    ]
    texts += ["".join(chance.choices("abcdefghijklmnopqrstuvxyz", k=6)) + " " for _ in range(1)]
    slowest = max(seconds(screen, text[:MAX_TEXT]) for text in texts)
    assert slowest < 0.15, "hostile text; ordinary text of this length has its own limit below"


def test_ordinary_messages_are_quick(screen: Screen) -> None:
    short = "sdua te jetoj me, babi me bertet cdo nate dhe jam vetem ne dhome"
    long = " ".join([short, "si ta bej profilin privat ne insta, dikush ma hapi llogarine dje"] * 40)
    screen.screen(long)
    assert seconds(screen, short) < 0.005
    assert seconds(screen, long[:300]) < 0.02
    assert seconds(screen, long[:MAX_TEXT]) < 0.08


def test_time_grows_with_length_and_not_faster(screen: Screen) -> None:
    text = "babi me rreh dhe nuk dua te jetoj me ne kete shtepi, po vdes nga frika " * 600
    shorter, longer = seconds(screen, text[:8_000]), seconds(screen, text[:40_000])
    assert longer < 5 * shorter * 2
