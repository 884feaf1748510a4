"""The written examples: files that anybody can edit, enough of everything, and nothing learnt that is asked later."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from frontdoor.assessment import RISK_CATEGORIES
from language.folding import fold_text
from screening.examples import HARMLESS, Example, ExamplesError, main, read_examples
from tests.evaluation.screening import sets

ALIKE = 0.75
"""Two messages that share so much of their four-letter pieces are one message written twice."""


@pytest.fixture(scope="module")
def learnt() -> list[Example]:
    return read_examples()


@pytest.fixture(scope="module")
def asked() -> dict[str, list[Example]]:
    return sets()


def written(tmp_path: Path, text: str) -> list[Example]:
    (tmp_path / "some.txt").write_text(text, encoding="utf-8")
    return read_examples(tmp_path)


def test_a_heading_says_what_stands_under_it(tmp_path: Path) -> None:
    danger = "= 3 suicide+self_harm hinted other adult gheg\nnji mesazh\n\nnji tjeter\n"
    text = f"# a note\n{danger}= 0 none game self child slang\nloj\n"
    first, second, third = written(tmp_path, text)
    assert (first.text, first.level, first.categories) == ("nji mesazh", 3, ("suicide", "self_harm"))
    assert (first.kind, first.about, first.speaker, first.variant) == ("hinted", "other", "adult", "gheg")
    assert (first.source, first.heading) == ("some.txt:3", "some.txt:2")
    assert second.heading == first.heading
    assert (third.level, third.categories) == (0, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("pa titull\n", "some.txt:1: a message before the first"),
        ("= 3 suicide hinted self child\n", "some.txt:1: expected “= level"),
        ("= 5 suicide hinted self child std\n", "level 5 is not 0 to 4"),
        ("= 3 sadness hinted self child std\n", "sadness is none of suicide"),
        ("= 3 suicide game self child std\n", "the kind is one of explicit, hinted"),
        ("= 1 none hinted self child std\n", "the kind is one of mild"),
        ("= 2 none explicit self child std\n", "level 2 needs a category"),
        ("= 0 none game me child std\n", "me is none of self, other"),
        ("= 0 none game self child tosk\n", "tosk is none of std"),
        (
            "= 0 none game self child std\nËshtë\n= 2 bullying hinted self child std\neshte\n",
            "level 2, but 0 at some.txt:2",
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_file_and_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ExamplesError, match=problem):
        written(tmp_path, text)
    out = io.StringIO()
    assert main([str(tmp_path)], out) == 1
    assert problem in out.getvalue()


def test_there_is_enough_to_learn_from(learnt: list[Example]) -> None:
    assert len(learnt) >= 4_000
    harmless = [example for example in learnt if example.level < 2]
    assert 0.4 <= len(harmless) / len(learnt) <= 0.6
    assert {example.kind for example in harmless} == set(HARMLESS)
    of_category = Counter(name for example in learnt if example.level >= 2 for name in example.categories)
    assert set(of_category) == set(RISK_CATEGORIES)
    assert min(of_category.values()) >= 150
    variants = Counter(example.variant for example in learnt)
    assert all(variants[variant] >= 500 for variant in ("std", "nodia", "gheg", "slang", "mixed"))


def test_there_is_enough_to_ask(asked: dict[str, list[Example]]) -> None:
    examples = [example for name in asked for example in asked[name]]
    assert len(examples) >= 1_200
    for kind in ("explicit", "hinted"):
        assert sum(example.kind == kind for example in examples) >= 300
    assert {name for example in examples for name in example.categories} == set(RISK_CATEGORIES)
    assert {example.variant for example in examples} >= {"std", "nodia", "gheg", "slang", "mixed"}


def test_nothing_asked_was_learnt(learnt: list[Example], asked: dict[str, list[Example]]) -> None:
    by_piece: dict[str, list[int]] = {}
    pieces = [_pieces(example.text) for example in learnt]
    for number, own in enumerate(pieces):
        for piece in own:
            by_piece.setdefault(piece, []).append(number)
    twins = []
    for name, examples in asked.items():
        for example in examples:
            own = _pieces(example.text)
            shared: Counter[int] = Counter()
            for piece in own:
                shared.update(by_piece.get(piece, ()))
            for number, common in shared.most_common(5):
                # a greeting or two words are nobody's: they turn up everywhere
                if len(own) >= 12 and common > ALIKE * len(own | pieces[number]):
                    twins.append((name, example.text, learnt[number].text))
    assert twins == []


def _pieces(text: str) -> set[str]:
    folded = fold_text(text)
    return {folded[at : at + 4] for at in range(len(folded) - 3)}
