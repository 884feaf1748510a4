"""When a model is trained, and what a broken file says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.inputs import CONFIG, DIALOGUE, DOMAIN, EXAMPLES, ROOT, content_hash
from bot.train import MODELS, main, model_path
from bot.training_data import BrokenTrainingData, Example, check, intents_of, read_examples

Write = Callable[[str], Path]


@pytest.fixture
def examples(tmp_path: Path) -> Write:
    """A folder of examples with this one file in it."""

    def write(content: str) -> Path:
        folder = tmp_path / "examples"
        folder.mkdir(exist_ok=True)
        (folder / "some.yml").write_text(content, encoding="utf-8")
        return folder

    return write


def test_the_examples_of_the_house_are_in_order() -> None:
    known = read_examples(EXAMPLES)

    check(known, intents_of(DOMAIN))
    assert min(sum(e.intent == name for e in known) for name in intents_of(DOMAIN)) >= 40


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('nlu:\n- intent: "greet\n', "some.yml: "),
        ("- greet\n", "some.yml: not a mapping"),
        ("nlu:\n- intent: greet\n", "some.yml: each entry of nlu needs an intent and its examples"),
        ("nlu:\n- intent: greet\n  examples: |\n    hej\n", "some.yml: greet: not an example: 'hej'"),
        ("nlu: []\n", "no examples"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(examples: Write, content: str, complaint: str) -> None:
    with pytest.raises(BrokenTrainingData, match=complaint):
        read_examples(examples(content))


def test_an_intent_that_the_domain_does_not_know() -> None:
    known = [Example(f"tung {n}", "greet", "a.yml") for n in range(5)] + [Example("x", "odd", "b.yml")]

    with pytest.raises(BrokenTrainingData, match=r"^b.yml: the domain has no intent odd$"):
        check(known, ["greet"])


def test_an_intent_with_too_few_examples() -> None:
    with pytest.raises(BrokenTrainingData, match=r"^greet: 1 examples, at least 5 are needed$"):
        check([Example("tung", "greet", "a.yml")], ["greet"])


def test_one_text_for_two_intents_also_when_spelled_otherwise() -> None:
    known = [Example(f"tung {n}", "greet", "a.yml") for n in range(5)]
    known += [Example(f"mirë {n}", "thanks", "b.yml") for n in range(4)]

    with pytest.raises(BrokenTrainingData, match="stands for thanks and for greet"):
        check([*known, Example("TUNG 1", "thanks", "b.yml")], ["greet", "thanks"])


def test_training_on_a_broken_file_is_one_clear_line(
    examples: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = examples("nlu:\n- intent: greet\n  examples: |\n    hej\n")

    assert main(["--out", str(tmp_path), "--examples", str(broken)]) == 1

    assert capsys.readouterr().err == "bot: training failed: some.yml: greet: not an example: 'hej'\n"
    assert not list(tmp_path.glob("bot-*"))


def test_a_current_model_is_kept_and_older_ones_go(model: Path, tmp_path: Path) -> None:
    current = tmp_path / model.name
    current.write_bytes(b"as it was")
    (tmp_path / "bot-0123456789abcdef.tar.gz").write_bytes(b"old")
    (tmp_path / "somebody-elses.tar.gz").write_bytes(b"not ours")

    assert main(["--out", str(tmp_path), "--quiet"]) == 0

    assert current.read_bytes() == b"as it was"
    assert sorted(file.name for file in tmp_path.glob("*.tar.gz")) == [model.name, "somebody-elses.tar.gz"]


def test_looking_whether_the_model_is_current_imports_no_rasa(model: Path) -> None:
    code = "import sys; from bot.train import main; main(['--quiet']); print('rasa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)

    assert done.stdout == f"{model}\nFalse\n"


def test_another_wording_or_another_name_is_another_hash(examples: Write) -> None:
    first = content_hash([examples("nlu: []\n")])
    second = content_hash([examples("nlu: [ ]\n")])
    (examples("nlu: []\n") / "some.yml").rename(examples("nlu: []\n") / "other.yml")

    assert len({first, second, content_hash([examples("nlu: []\n")])}) == 3
    assert model_path(MODELS).name == f"bot-{model_path(MODELS).name[4:20]}.tar.gz"


def test_rasa_finds_nothing_wrong_with_the_files() -> None:
    strict = ["--fail-on-warnings", "--max-history", "5"]
    places = ["--domain", DOMAIN, "--config", CONFIG, "--data", *DIALOGUE, EXAMPLES]
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", *strict, *map(str, places)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3_000:]
