"""The trained model: the same figures as training gave, refused when damaged, and never the only one to decide."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor.assessment import Facts
from language.folding import fold
from screening import train as training
from screening.examples import Example, read_examples
from screening.features import tokens_of
from screening.model import LEVELS, OUTPUTS, Model, ModelError
from screening.screen import Screen, ScreeningFailed
from tests.fakes import BrokenModel, WithoutLexicon, screen_of
from tests.screening.damage import cut_off, flipped, without_weights


@pytest.fixture(scope="module")
def few() -> list[Example]:
    """Some of the examples, of all files."""
    return read_examples()[::60]


@pytest.fixture(scope="module")
def small(few: list[Example], screen: Screen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model learnt from these few."""
    folder = tmp_path_factory.mktemp("models") / "screening"
    with (folder.parent / "log").open("w") as log:
        training.train(few, screen, folder, "small", log)
    return folder


def test_the_service_computes_what_training_computed(small: Path, few: list[Example], screen: Screen) -> None:
    readings = training.Readings(screen)
    matrix = training.Features([readings.of(example.text) for example in few])
    rows, answers = matrix.of(range(len(few))), training.wanted(few)
    weights, intercepts = training.fitted(rows, answers)
    training.only_raising(matrix, weights)
    networks = training.Networks(
        training.unseen_scores(matrix, answers, few), answers[:, : len(OUTPUTS)], [example.heading for example in few]
    )
    expected = networks.said(rows @ weights + intercepts)
    model = Model.load(small)
    for number, example in enumerate(few):
        found = model.probabilities(tokens_of(fold(example.text)), screen.marks(example.text))
        assert np.allclose([found[output] for output in OUTPUTS], expected[number], rtol=0, atol=1e-6), example.text


def with_a_word_less(folder: Path) -> None:
    about = json.loads((folder / "model.json").read_text())
    about["words"].pop()
    (folder / "model.json").write_text(json.dumps(about))


def with_another_threshold(folder: Path) -> None:
    file = folder / "model.json"
    about = json.loads(file.read_text())
    about["thresholds"]["2"] = 0.99
    file.write_text(json.dumps(about))


def without_digests(folder: Path) -> None:
    (folder / "digests.json").unlink()


def not_json(folder: Path) -> None:
    (folder / "model.json").write_text("{")


def empty(folder: Path) -> None:
    (folder / "model.json").write_text("{}")


DAMAGES = [
    flipped,
    cut_off,
    without_weights,
    with_a_word_less,
    with_another_threshold,
    without_digests,
    not_json,
    empty,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_model_is_refused_in_one_line(small: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "screening"
    shutil.copytree(small, folder)
    Model.load(folder, made_from="small")
    damage(folder)
    with pytest.raises(ModelError) as refused:
        Model.load(folder)
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_model_of_other_examples_is_refused(small: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="other examples or code"):
        Model.load(small, made_from="another")
    with pytest.raises(ModelError, match="there is no model"):
        Model.load(tmp_path)


def test_what_the_lexicon_finds_can_only_raise(model: Model) -> None:
    assert (model.weights_of("L ")[:, : len(LEVELS)] >= 0).all()


def test_each_version_of_words_and_model_is_another(screen: Screen, whole: Screen, model: Model) -> None:
    assert screen.version.endswith("-none")
    assert whole.version == screen.version.removesuffix("none") + model.version


def test_the_model_fails_and_the_lexicon_decides_with_one_alarm(caplog: pytest.LogCaptureFixture) -> None:
    screen = screen_of(Screen, BrokenModel())
    with caplog.at_level(logging.CRITICAL):
        assert screen.screen("dua të vdes").level == 3
        assert screen.screen("babi më rreh").level == 3
        assert screen.screen("si jeni").level == 0
    assert screen.state == "lexicon"
    assert [record.levelname for record in caplog.records] == ["CRITICAL"]
    assert "vdes" not in caplog.text


def test_the_lexicon_fails_and_the_model_decides(model: Model, caplog: pytest.LogCaptureFixture) -> None:
    screen = WithoutLexicon(model=model)
    with caplog.at_level(logging.CRITICAL):
        grave = screen.screen("dua te vdes, skam me fuqi te jetoj")
        mild = screen.screen("si jeni")
    assert (grave.level >= 3, grave.unscreened) == (True, False)
    assert (mild.level, mild.unscreened) == (0, True)
    assert screen.state == "model"
    assert len(caplog.records) == 1


def test_both_fail_and_a_person_must_read() -> None:
    screen = screen_of(WithoutLexicon, BrokenModel())
    with pytest.raises(ScreeningFailed):
        screen.screen("si jeni")
    assert screen.state == "none"


def test_danger_in_the_middle_of_much_talk_is_found(whole: Screen) -> None:
    talk = "sot kishim matematike dhe profa na dha shume detyra, pastaj luajtem futboll me shoket e klases. "
    text = talk * 9 + "kam vendosur ta vras veten sonte. " + talk * 9
    result = whole.screen(text)
    assert result.level >= 3
    assert any("vras" in evidence.text for evidence in result.evidence)
    assert whole.screen(talk * 18).level < 2


def test_the_models_evidence_is_words_of_the_message(whole: Screen) -> None:
    text = "😭😭 pershendetje   librat e mi merrini ju, mua\u200b s'më duhen më… lamtumire te gjitheve"
    for evidence in whole.screen(text).evidence:
        assert text[evidence.start : evidence.end] == evidence.text
        assert evidence.text.strip() == evidence.text


_PIECES = st.sampled_from(
    [
        "dua",
        "te",
        "vdes",
        "s'",
        "😭",
        "vras",
        "vëten",
        "babi",
        "rreh",
        "\n",
        "foto",
        "…",
        "ë",
        "12",
        "vjec",
        "!",
        "v",
        "d",
        "e",
        "s",
        "nuk",
        "\u202e",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=6), max_size=90).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    screen = _opened()
    result = screen.screen(text, (), Facts())
    assert 0 <= result.level <= 4
    for evidence in result.evidence:
        assert text[evidence.start : evidence.end] == evidence.text


_SCREENS: list[Screen] = []


def _opened() -> Screen:
    """Whole where the model was built, else the lexicon alone: any text must be read by both."""
    if not _SCREENS:
        try:
            _SCREENS.append(Screen(model=Model.load()))
        except ModelError:
            _SCREENS.append(Screen())
    return _SCREENS[0]
