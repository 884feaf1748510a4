"""The lexicon as shipped: every entry does what its examples say, and nothing can be left half said."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from frontdoor.assessment import RISK_CATEGORIES
from screening.entries import LexiconError
from screening.explain import broken_examples
from screening.lexicon import HERE, load_lexicon
from screening.screen import Screen

GOOD = """
- id: wish
  level: 3
  category: suicide
  patterns: ["dua (te) vdes"]
  examples: ["dua të vdes"]
"""


def test_every_example_matches_and_no_counterexample_does(screen: Screen) -> None:
    assert list(broken_examples(screen)) == []


def test_all_sixteen_categories_are_covered_and_unreviewed_until_a_person_reviews(screen: Screen) -> None:
    entries = screen.lexicon.entries
    count = Counter(entry.category for entry in entries if entry.kind == "risk")
    assert set(count) == set(RISK_CATEGORIES)
    for entry in entries:
        assert (entry.reviewed_by is None) == (entry.reviewed_on is None)
        assert entry.counterexamples, f"{entry.id} says nowhere what it must not match"


def test_the_screen_is_ready_within_a_second_of_processor_time() -> None:
    begun = time.process_time()
    Screen()
    assert time.process_time() - begun < 2.0


def test_the_version_changes_with_the_words(tmp_path: Path) -> None:
    for path in HERE.glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = load_lexicon(tmp_path).digest
    (tmp_path / "extra.yml").write_text(GOOD.replace("id: wish", "id: extra"), encoding="utf-8")
    assert load_lexicon(tmp_path).digest != before


@pytest.mark.parametrize(
    ("broken", "line", "problem"),
    [
        (GOOD.replace("level: 3", "level: 9"), 3, "a level is 0 to 4"),
        (GOOD.replace("level: 3", "strength: 3"), 2, "exactly one of level"),
        (GOOD.replace("category: suicide", "category: sucide"), 4, "no category"),
        (GOOD.replace("(te)", "(te"), 5, "“)” is missing"),
        (GOOD.replace("dua", "@duaa"), 5, "no group"),
        (GOOD.replace('vdes"]', '... "]', 1), 5, "begin or end with a gap"),
        (GOOD.replace("dua (te) vdes", "(te)"), 5, "at least one word that must be there"),
        (GOOD.replace("dua (te) vdes", "(dua te|me)"), 5, "write / between phrases"),
        (GOOD.replace("dua (te) vdes", "<6 dua>"), 5, "at least two words"),
        (GOOD.replace("dua (te) vdes", "v* dua"), 5, "too short for a beginning"),
        (GOOD.replace("dua (te) vdes", "dua ...20 vdes"), 5, "a gap is 1 to"),
        (GOOD + GOOD, 8, "already used"),
        (GOOD.replace("examples", "exampels"), 6, "unknown field"),
        (GOOD.replace('["dua të vdes"]', "[]"), 2, "needs examples"),
        (GOOD.replace("- id: wish", "- id: [wish"), 3, "not YAML"),
        ("words: no list\n", 1, "a list is expected"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, broken: str, line: int, problem: str) -> None:
    path = tmp_path / "broken.yml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(LexiconError) as refused:
        load_lexicon(tmp_path)
    assert refused.value.line == line
    assert problem in refused.value.problem
    assert str(refused.value).startswith(f"{path}:{line}: ")


def test_no_lexicon_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no lexicon files"):
        load_lexicon(tmp_path)
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LexiconError, match="can't be read"):
        load_lexicon(tmp_path)
