"""`python -m screening.train`: learn the model from the written examples, when they have changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from language.folding import fold
from screening.examples import HERE as EXAMPLES
from screening.examples import Example, ExamplesError, read_examples
from screening.features import beside, of_word, stem, tokens_of
from screening.model import ADULT, LEVELS, MODELS, OTHER, OUTPUTS, Model, ModelError

FOLDS = 5
RAISED_WRONGLY = {2: 0.025, 3: 0.25, 4: 0.05}
"""Which share of unseen examples below a level the model may raise to it: what sets the threshold.

Of harmless ones few, for alarms that tire are not heard; of level 2 many to 3, for a person comes sooner then.
"""
CATEGORY = 0.3
FEWEST = 2
"""A feature seen in fewer examples is noise."""
_SOFTNESS = 10.0


def made_from(examples: Path = EXAMPLES) -> str:
    """A short digest of all that decides the model: the examples, the reading of words, the learning."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    code = [here / name for name in ("examples.py", "features.py", "model.py", "train.py")]
    language = sorted((here.parent / "language").glob("*.py"))
    for path in [*sorted(examples.glob("*.txt")), *code, *language]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def features_of(text: str) -> list[str]:
    """All features of a message as training counts them; the model at run time finds the same."""
    words = [token.text for token in tokens_of(fold(text))]
    stems = [stem(word) for word in words]
    features: list[str] = []
    for at, word in enumerate(words):
        features += of_word(word)
        features += [feature for feature, _ in beside(stems, at)]
    return features


def main(arguments: Sequence[str], out: TextIO) -> int:
    """Train unless the model is up to date; `--force` trains always. Exit code 1 when the examples can't be read."""
    wanted = made_from()
    if "--force" not in arguments:
        try:
            Model.load(MODELS, made_from=wanted)
        except ModelError as problem:
            print(f"· the screening model: {problem}", file=out, flush=True)
        else:
            return 0
    try:
        examples = read_examples()
    except ExamplesError as problem:
        print(problem, file=out)
        return 1
    train(examples, MODELS, wanted, out)
    return 0


def train(examples: Sequence[Example], folder: Path, version: str, out: TextIO) -> None:
    """Learn from the examples and put the model into the folder, whole or not at all."""
    print(f"· the screening model: learning from {len(examples)} examples", file=out, flush=True)
    matrix = Features([features_of(example.text) for example in examples])
    wanted = _wanted(examples)
    unseen = _unseen_scores(matrix, wanted, examples)
    scales = np.stack([_scale(unseen[:, number], wanted[:, number]) for number in range(len(OUTPUTS))], axis=1)
    chances = _sigmoid(unseen * scales[0] + scales[1])
    thresholds = _thresholds(chances, examples)
    rows = matrix.of(range(len(examples)))
    weights, intercepts = _fitted(rows, wanted)
    _save(folder, matrix, weights, intercepts, scales, thresholds, version)


class Features:
    """The examples as a sparse matrix of features, each row of length one."""

    def __init__(self, features: Sequence[Sequence[str]]) -> None:
        """The vocabulary is what turns up in at least FEWEST examples."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=FEWEST, dtype=np.float64)
        self._rows = self._vectorizer.fit_transform(features).tocsr()

    @property
    def vocabulary(self) -> list[str]:
        """The features in the order of the columns."""
        return [str(name) for name in self._vectorizer.get_feature_names_out()]

    @property
    def idf(self) -> Any:
        """How rare each feature is."""
        return self._vectorizer.idf_

    def of(self, numbers: Sequence[int] | Any) -> Any:
        """The rows of these examples, in the form that several threads may read."""
        rows = self._rows[numbers]
        rows.sum_duplicates()
        return rows


def _wanted(examples: Sequence[Example]) -> Any:
    """For each example and output whether it is so."""
    wanted = np.zeros((len(examples), len(OUTPUTS)), dtype=bool)
    for row, example in enumerate(examples):
        for column, output in enumerate(OUTPUTS):
            if column < len(LEVELS):
                wanted[row, column] = example.level >= LEVELS[column]
            elif output == OTHER:
                wanted[row, column] = example.about == "other"
            elif output == ADULT:
                wanted[row, column] = example.speaker == "adult"
            else:
                wanted[row, column] = example.level >= 2 and output in example.categories
    return wanted


def _fitted(rows: Any, wanted: Any) -> tuple[Any, Any]:
    """Weights and intercept of each output; one thread for each core."""
    from sklearn.linear_model import LogisticRegression

    def one(column: int) -> tuple[Any, float]:
        learner = LogisticRegression(C=_SOFTNESS, solver="liblinear", class_weight="balanced", random_state=0)
        learner.fit(rows, wanted[:, column])
        return learner.coef_[0], float(learner.intercept_[0])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        learnt = list(pool.map(one, range(wanted.shape[1])))
    return np.stack([weights for weights, _ in learnt], axis=1), np.array([intercept for _, intercept in learnt])


def _unseen_scores(matrix: Features, wanted: Any, examples: Sequence[Example]) -> Any:
    """The score of each example by a model that has seen nothing written under the same heading."""
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(wanted.shape)
    headings = [example.heading for example in examples]
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for learn, ask in folds.split(headings, groups=headings):
        weights, intercepts = _fitted(matrix.of(learn), wanted[learn])
        scores[ask] = matrix.of(ask) @ weights + intercepts
    return scores


def _scale(scores: Any, wanted: Any) -> Any:
    """Factor and offset that make scores probabilities (Platt), from scores of unseen examples."""
    from sklearn.linear_model import LogisticRegression

    learner = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), wanted)
    return np.array([float(learner.coef_[0, 0]), float(learner.intercept_[0])])


def _sigmoid(scores: Any) -> Any:
    return 1 / (1 + np.exp(-scores))


def _thresholds(chances: Any, examples: Sequence[Example]) -> dict[str, float]:
    """From which probability on each level counts, by what unseen examples of the level below would be raised."""
    levels = np.array([example.level for example in examples])
    thresholds = {"1": 0.5, "category": CATEGORY}
    for level, share in RAISED_WRONGLY.items():
        below = chances[levels < 2 if level == 2 else levels == level - 1, LEVELS.index(level)]
        thresholds[str(level)] = float(np.quantile(below, 1 - share))
    return thresholds


def _save(
    folder: Path,
    matrix: Features,
    weights: Any,
    intercepts: Any,
    scales: Any,
    thresholds: dict[str, float],
    version: str,
) -> None:
    """Write plain JSON and arrays beside the old model and then take its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".screening-") as made:
        new = Path(made) / "new"
        new.mkdir()
        np.savez(
            new / "weights.npz",
            idf=matrix.idf.astype(np.float32),
            weights=weights.astype(np.float32),
            intercepts=intercepts.astype(np.float32),
            scales=scales.astype(np.float32),
        )
        about = {
            "made_from": version,
            "outputs": OUTPUTS,
            "thresholds": thresholds,
            "weights_sha256": hashlib.sha256((new / "weights.npz").read_bytes()).hexdigest(),
            "vocabulary": matrix.vocabulary,
        }
        (new / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(made) / "old")
        shutil.move(new, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
