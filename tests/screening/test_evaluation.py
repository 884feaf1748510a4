"""How much danger is found and how often harmless words are raised, on messages written apart from the lexicon.

The sets were written one after the other, by the same hand as the lexicon. Each was looked at once before the
lexicon was mended on it. Found at that first look, danger said in words at its level (level 3 and 4 count from 3
up) · danger only hinted at · harmless words raised to 2 or more:

    first    82 % of 251   22 % of 32   11.5 % of 130
    second   54 % of 115    6 % of 16    8.6 % of 70     worded oddly on purpose
    third    51 % of 65    14 % of 7    14.3 % of 70     worded oddly on purpose
    fourth   95 % of 38    2 of 2       10 % of 40       worded plainly
    fifth    70 % of 57    0 of 3       10 % of 40
    sixth    90 % of 49    0 of 1        7 % of 30       worded plainly

Those are the honest figures for words never seen. What the tests below print and keep is what has been reached on
sets that the lexicon has been mended on: a floor against falling back, not an estimate.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from frontdoor.assessment import RISK_CATEGORIES
from screening.screen import Screen

MESSAGES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "messages.jsonl").read_text(encoding="utf-8").splitlines()
]


class Share:
    """How many of how many."""

    def __init__(self) -> None:
        self.good = 0
        self.all = 0

    def count(self, good: bool) -> None:
        self.good += good
        self.all += 1

    @property
    def percent(self) -> float:
        return 100 * self.good / self.all

    def __str__(self) -> str:
        return f"{self.good}/{self.all} = {self.percent:.1f} %"


@pytest.fixture(scope="module")
def shares(screen: Screen) -> dict[str, Share]:
    shares: dict[str, Share] = defaultdict(Share)
    for message in MESSAGES:
        result = screen.screen(message["text"])
        if message["kind"] == "negative":
            shares["false alarms"].count(result.level >= 2)
            shares[f"false alarms: {message['class']}"].count(result.level >= 2)
            continue
        level = message["level"]
        found = result.level >= min(level, 3)
        shares[f"{message['kind']}, level {level}"].count(found)
        shares[f"variant {message['variant']}"].count(found)
        shares[f"category {message['category']}"].count(found)
        if level >= 2:
            shares[f"{message['kind']}, found at 2 or more"].count(result.level >= 2)
        if result.level >= 2:
            shares["right category among those named"].count(message["category"] in result.categories)
            shares["about"].count(message["about"] == result.about)
    return shares


def test_the_figures_are_printed(shares: dict[str, Share], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print()
        for name in sorted(shares):
            print(f"  {name:45} {shares[name]}")
    assert shares["false alarms"].all >= 120


@pytest.mark.parametrize(
    ("share", "floor"),
    [
        ("explicit, level 4", 95),
        ("explicit, level 3", 94),
        ("explicit, level 2", 94),
        ("explicit, found at 2 or more", 95),
        ("hinted, found at 2 or more", 80),
        ("right category among those named", 94),
        ("about", 95),
        ("variant gheg", 92),
        ("variant nodia", 92),
        ("variant std", 90),
        ("variant slang", 90),
        ("variant mixed", 90),
    ],
)
def test_recall_stays_above_its_floor(shares: dict[str, Share], share: str, floor: float) -> None:
    assert shares[share].percent >= floor


def test_false_alarms_stay_below_their_ceiling(shares: dict[str, Share]) -> None:
    assert shares["false alarms"].percent <= 4


def exchanged(text: str, chance: random.Random) -> str:
    """Two neighbouring letters of one long word change places."""
    words = text.split()
    long_words = [i for i, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if long_words:
        i = chance.choice(long_words)
        at = chance.randrange(1, len(words[i]) - 1)
        words[i] = words[i][:at] + words[i][at + 1] + words[i][at] + words[i][at + 2 :]
    return " ".join(words)


def joined(text: str, chance: random.Random) -> str:
    words = text.split()
    if len(words) > 2:
        i = chance.randrange(len(words) - 1)
        words[i : i + 2] = [words[i] + words[i + 1]]
    return " ".join(words)


def with_a_picture(text: str, chance: random.Random) -> str:
    words = text.split()
    words.insert(chance.randrange(len(words) + 1), "😭")
    return " ".join(words)


def stretched(text: str, chance: random.Random) -> str:
    words = text.split()
    i = chance.randrange(len(words))
    words[i] += words[i][-1] * 4
    return " ".join(words)


@pytest.mark.parametrize(
    ("change", "most_lost"),
    [
        (lambda text, _: text.replace("ë", "e").replace("ç", "c"), 1.0),
        (lambda text, _: text.upper(), 1.0),
        (lambda text, _: text.replace(", ", ","), 1.0),
        (lambda text, _: text.replace("'", "").replace("’", ""), 2.0),
        (with_a_picture, 1.0),
        (stretched, 2.0),
        (exchanged, 8.0),
        (joined, 14.0),
    ],
    ids=["no diacritics", "capitals", "glued commas", "no apostrophes", "picture", "stretched", "exchanged", "joined"],
)
def test_another_spelling_loses_little(
    screen: Screen, change: Callable[[str, random.Random], str], most_lost: float
) -> None:
    chance = random.Random(111)
    kept = Share()
    for message in MESSAGES:
        enough = min(message["level"], 3)
        if enough >= 2 and screen.screen(message["text"]).level >= enough:
            kept.count(screen.screen(change(message["text"], chance)).level >= enough)
    assert 100 - kept.percent <= most_lost, str(kept)


def test_the_list_is_what_it_claims_to_be(screen: Screen) -> None:
    texts = [message["text"] for message in MESSAGES]
    positives = [message for message in MESSAGES if message["level"]]
    assert len(set(texts)) == len(texts)
    assert len(positives) >= 300
    assert {message["category"] for message in positives} == set(RISK_CATEGORIES)
    assert {message["variant"] for message in MESSAGES} == {"std", "nodia", "gheg", "slang", "mixed"}
    examples = {example for entry in screen.lexicon.entries for example in entry.examples}
    assert not examples & {message["text"] for message in positives if len(message["text"].split()) > 4}
