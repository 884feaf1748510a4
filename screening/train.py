"""`python -m screening.train`: learn the model from the written examples, when they have changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from language.folding import fold
from screening.examples import HERE as EXAMPLES
from screening.examples import Example, ExamplesError, read_examples
from screening.features import about, beside, of_word, stem, tokens_of
from screening.lexicon import HERE as LEXICON
from screening.model import ADULT, LEVELS, MODELS, OTHER, OUTPUTS, Model, ModelError
from screening.screen import Screen
from screening.thesaurus import HERE as THESAURUS
from screening.thesaurus import Thesaurus

FOLDS = 3
RAISED_WRONGLY = {2: 0.025, 3: 0.25, 4: 0.05}
"""Which share of unseen examples below a level the model may raise to it: what sets the threshold.

Of harmless ones few, for alarms that tire are not heard; of level 2 many to 3, for a person comes sooner then.
"""
CATEGORY = 0.3
FEWEST = 3
"""A feature seen in fewer examples is noise."""
FEWEST_TO_JUDGE = 5
MOST_WRONG = 0.1
"""An entry of the lexicon decides alone unless it was found in so many examples and more than this share harmless."""
_SOFTNESS = 20.0


def made_from(examples: Path = EXAMPLES) -> str:
    """A short digest of all that decides the model: the examples, the reading of words, the learning."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    code = [*sorted(here.glob("*.py")), *sorted((here.parent / "language").glob("*.py"))]
    for path in [*sorted(examples.glob("*.txt")), *sorted(LEXICON.glob("*.yml")), THESAURUS, *code]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def features_of(text: str, lexicon: Screen, thesaurus: Thesaurus) -> tuple[list[str], list[str], list[str]]:
    """The three kinds of features of a message as training counts them; the model at run time finds the same."""
    words = [token.text for token in tokens_of(fold(text))]
    stems = [stem(word) for word in words]
    concepts = [thesaurus.concepts_of(word) for word in words]
    of_words: list[str] = []
    of_concepts: list[str] = []
    for at, word in enumerate(words):
        of_words += of_word(word)
        of_words += [feature for feature, _ in beside(stems, at)]
        of_concepts += [feature for feature, _ in about(stems, concepts, at)]
    return of_words, of_concepts, [mark.feature for mark in lexicon.marks(text)]


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
    lexicon = Screen()
    train([*examples, *of_lexicon(lexicon)], lexicon, MODELS, wanted, out)
    return 0


def of_lexicon(lexicon: Screen) -> list[Example]:
    """The examples of the lexicon's own entries: what it must find, the model learns too."""
    return [
        Example(
            text, entry.level, (entry.category,), "explicit", entry.about or "self", "unknown", "nodia", entry.id, ""
        )
        for entry in lexicon.lexicon.entries
        if entry.kind == "risk" and entry.level > 0
        for text in entry.examples
    ]


def train(examples: Sequence[Example], lexicon: Screen, folder: Path, version: str, out: TextIO) -> None:
    """Learn from the examples and put the model into the folder, whole or not at all."""
    print(f"· the screening model: learning from {len(examples)} examples", file=out, flush=True)
    thesaurus = Thesaurus()
    matrix = Features([features_of(example.text, lexicon, thesaurus) for example in examples])
    wanted = _wanted(examples)
    unseen = _unseen_scores(matrix, wanted, examples)
    scales = np.stack([_scale(unseen[:, number], wanted[:, number]) for number in range(len(OUTPUTS))], axis=1)
    chances = _sigmoid(unseen * scales[0] + scales[1])
    thresholds = _thresholds(chances, examples)
    rows = matrix.of(range(len(examples)))
    weights, intercepts = _fitted(rows, wanted)
    _only_raising(matrix, weights)
    _save(folder, matrix, weights, intercepts, scales, thresholds, _doubted(examples, lexicon), version)


class Features:
    """The examples as a sparse matrix; in each row each kind of features is of length one."""

    def __init__(self, features: Sequence[tuple[list[str], ...]]) -> None:
        """The vocabulary is what turns up in at least FEWEST examples."""
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.vocabulary: list[str] = []
        self.blocks: list[int] = []
        idf: list[Any] = []
        rows: list[Any] = []
        for kind in zip(*features, strict=True):
            vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=FEWEST, dtype=np.float64)
            rows.append(vectorizer.fit_transform(kind))
            self.vocabulary += [str(name) for name in vectorizer.get_feature_names_out()]
            self.blocks.append(len(self.vocabulary))
            idf.append(vectorizer.idf_)
        self.idf = np.concatenate(idf)
        self._rows = hstack(rows).tocsr()

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
        # dual: far fewer examples than features
        learner = LogisticRegression(
            C=_SOFTNESS, solver="liblinear", dual=True, tol=1e-2, class_weight="balanced", random_state=0
        )
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


def _only_raising(matrix: Features, weights: Any) -> None:
    """What the lexicon finds may raise a level and never lower it."""
    of_lexicon = [number for number, feature in enumerate(matrix.vocabulary) if feature.startswith("L ")]
    levels = weights[of_lexicon, : len(LEVELS)]
    weights[of_lexicon, : len(LEVELS)] = np.maximum(levels, 0)


def _doubted(examples: Sequence[Example], lexicon: Screen) -> list[str]:
    """The entries of level 2 and more whose words are too often harmless for deciding without the model."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for example in examples:
        raised = {hit.entry.id for hit in lexicon.hits(example.text) if hit.level >= 2}
        (right if example.level >= 2 else wrong).update(raised)
    seen = right + wrong
    return sorted(
        entry for entry, times in seen.items() if times >= FEWEST_TO_JUDGE and wrong[entry] > MOST_WRONG * times
    )


def _save(
    folder: Path,
    matrix: Features,
    weights: Any,
    intercepts: Any,
    scales: Any,
    thresholds: dict[str, float],
    doubted: Sequence[str],
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
            "doubted": doubted,
            "weights_sha256": hashlib.sha256((new / "weights.npz").read_bytes()).hexdigest(),
            "blocks": matrix.blocks,
            "vocabulary": matrix.vocabulary,
        }
        (new / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(made) / "old")
        shutil.move(new, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
