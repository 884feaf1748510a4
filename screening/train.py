"""`python -m screening.train`: learn the model from the written examples, when they have changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from language.folding import fold
from language.stems import stem
from language.thesaurus import HERE as THESAURUS
from language.thesaurus import Thesaurus
from screening.examples import HERE as EXAMPLES
from screening.examples import Example, ExamplesError, read_examples
from screening.features import of_word, tokens_of
from screening.lexicon import HERE as LEXICON
from screening.model import ADULT, ARRAYS, DIGESTS, HEADS, LEVELS, MODELS, OTHER, OUTPUTS, Learnt, Model, ModelError
from screening.relations import FIRST_OF_CONCEPTS, relations
from screening.screen import Screen

FOLDS = 3
_DECIDES_NOTHING = frozenset({"__init__", "__main__", "explain", "opening"})
RAISED_WRONGLY = {2: 0.08, 3: 0.18, 4: 0.06}
"""Which share of unseen examples below a level the model may raise to it: what sets the threshold.

Of harmless ones few, for alarms that tire are not heard; of level 2 many to 3, for a person comes sooner then.
"""
CATEGORY = 0.06
"""From which probability on a category is named, beside the likeliest."""
FEWEST = 3
"""A feature seen in fewer examples is noise."""
FEWEST_TO_JUDGE = 5
MOST_WRONG = 0.1
"""An entry of the lexicon decides alone unless it was found in so many examples and more than this share harmless."""
_SOFTNESS = 20.0
NEURONS = (64, 32)
ROUNDS = 20
NETWORKS = 3


def made_from(examples: Path = EXAMPLES) -> str:
    """A short digest of all that decides the model: the examples, the reading of words, the learning."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    code = [path for path in sorted(here.glob("*.py")) if path.stem not in _DECIDES_NOTHING]
    code += sorted((here.parent / "language").glob("*.py"))
    for path in [*sorted(examples.glob("*.txt")), *sorted(LEXICON.glob("*.yml")), THESAURUS, *code]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Numbers(dict[str, int]):
    """A number for each name, given when it first turns up."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]


class Readings:
    """The features of examples, kind by kind, as the model at run time finds them."""

    def __init__(self, lexicon: Screen) -> None:
        """`lexicon` is a screen without a model: its marks are features too."""
        self.stems = Numbers()
        self.concepts = Numbers()
        self._lexicon = lexicon
        self._thesaurus = Thesaurus()

    def of(self, text: str) -> tuple[list[str], list[int], list[int], list[str]]:
        """Words and their pieces, relations of stems, relations of concepts, marks of the lexicon."""
        words = [token.text for token in tokens_of(fold(text))]
        keys = relations(
            [self.stems[stem(word)] for word in words],
            [tuple(self.concepts[name] for name in self._thesaurus.concepts_of(word)) for word in words],
        ).keys
        return (
            [feature for word in words for feature in of_word(word)],
            keys[keys < FIRST_OF_CONCEPTS].tolist(),
            keys[keys >= FIRST_OF_CONCEPTS].tolist(),
            [mark.feature for mark in self._lexicon.marks(text)],
        )


def main(arguments: Sequence[str], out: TextIO) -> int:
    """Train unless the model is up to date; `--force` trains always. Exit code 1 when the examples can't be read."""
    version = made_from()
    if "--force" not in arguments:
        try:
            Model.load(MODELS, made_from=version)
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
    train([*examples, *of_lexicon(lexicon)], lexicon, MODELS, version, out)
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
    readings = Readings(lexicon)
    matrix = Features([readings.of(example.text) for example in examples])
    answers = wanted(examples)
    unseen = unseen_scores(matrix, answers, examples)
    weights, intercepts = fitted(matrix.of(range(len(examples))), answers)
    only_raising(matrix, weights)
    words, of_stems, of_concepts, marks = matrix.vocabularies
    networks = Networks(unseen, answers[:, : len(OUTPUTS)], [example.heading for example in examples])
    learnt = Learnt(
        words=words,
        marks=marks,
        stems=list(readings.stems),
        concepts=list(readings.concepts),
        keys=np.array([*of_stems, *of_concepts], dtype=np.int64),
        idf=matrix.idf.astype(np.float32),
        weights=weights.astype(np.float32),
        intercepts=intercepts,
        centre=networks.centre,
        spread=networks.spread,
        **networks.layers(),
    )
    thresholds = _thresholds(networks.unseen(), examples)
    _save(folder, learnt, thresholds, _doubted(examples, lexicon), version)


class Features:
    """The examples as a sparse matrix; in each row each kind of features is of length one."""

    def __init__(self, features: Sequence[tuple[list[Any], ...]]) -> None:
        """The vocabulary of each kind is what turns up in at least FEWEST examples, in order."""
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.vocabularies: list[list[Any]] = []
        idf: list[Any] = []
        rows: list[Any] = []
        for kind in zip(*features, strict=True):
            vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=FEWEST, dtype=np.float64)
            rows.append(vectorizer.fit_transform(kind))
            vocabulary = sorted(vectorizer.vocabulary_, key=lambda name: vectorizer.vocabulary_[name])
            self.vocabularies.append(vocabulary)
            idf.append(vectorizer.idf_)
        self.idf = np.concatenate(idf)
        self._rows = hstack(rows).tocsr()

    def of(self, numbers: Sequence[int] | Any) -> Any:
        """The rows of these examples, in the form that several processes may read."""
        rows = self._rows[numbers]
        rows.sum_duplicates()
        rows.sort_indices()
        return rows


def wanted(examples: Sequence[Example]) -> Any:
    """For each example (row) and head of the model (column) whether it is so."""
    answers = np.zeros((len(examples), len(HEADS)), dtype=bool)
    for row, example in enumerate(examples):
        for column, output in enumerate(HEADS):
            if column < len(LEVELS):
                answers[row, column] = example.level >= LEVELS[column]
            elif output == OTHER:
                answers[row, column] = example.about == "other"
            elif output == ADULT:
                answers[row, column] = example.speaker == "adult"
            elif output.startswith("kind "):
                answers[row, column] = output == f"kind {example.kind}"
            else:
                answers[row, column] = example.level >= 2 and output in example.categories
    return answers


def fitted(rows: Any, answers: Any) -> tuple[Any, Any]:
    """Weights (a column for each head) and intercepts; one process for each core.

    Threads would share one source of randomness, and no two trainings would be alike.
    """
    from joblib import Parallel, delayed

    columns = (answers[:, column] for column in range(answers.shape[1]))
    learnt = Parallel(n_jobs=os.cpu_count())(delayed(_head)(rows, column) for column in columns)
    return np.stack([weights for weights, _ in learnt], axis=1), np.array([intercept for _, intercept in learnt])


def _head(rows: Any, answers: Any) -> tuple[Any, float]:
    from sklearn.linear_model import LogisticRegression

    # dual: far fewer examples than features
    learner = LogisticRegression(
        C=_SOFTNESS, solver="liblinear", dual=True, tol=1e-2, class_weight="balanced", random_state=0
    )
    learner.fit(rows, answers)
    return learner.coef_[0], float(learner.intercept_[0])


def unseen_scores(matrix: Features, answers: Any, examples: Sequence[Example]) -> Any:
    """The score of each example by a model that has seen nothing written under the same heading."""
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(answers.shape)
    headings = [example.heading for example in examples]
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for learn, ask in folds.split(headings, groups=headings):
        weights, intercepts = fitted(matrix.of(learn), answers[learn])
        scores[ask] = matrix.of(ask) @ weights + intercepts
    return scores


class Networks:
    """The second layer: small networks that weigh the heads' scores of unseen examples against each other.

    What one head takes for danger another knows as a joke: together they raise far less for nothing.
    """

    def __init__(self, scores: Any, answers: Any, headings: Sequence[str]) -> None:
        """`scores` and `answers` have a row for each example."""
        self.centre, self.spread = scores.mean(axis=0), scores.std(axis=0) + 1e-9
        self._rows = (scores - self.centre) / self.spread
        self._answers = answers
        self._headings = headings
        self._learnt = self._networks(self._rows, answers)

    def layers(self) -> dict[str, Any]:
        """Of each layer the weights of all networks, the offsets as last row."""
        return {
            name: np.stack([np.vstack([net.coefs_[number], net.intercepts_[number]]) for net in self._learnt])
            for number, name in enumerate(("inner", "middle", "outer"))
        }

    def said(self, scores: Any) -> Any:
        """The probabilities for scores as scikit-learn computes them."""
        return self._said(self._learnt, (scores - self.centre) / self.spread)

    def unseen(self) -> Any:
        """The probabilities of each example by networks that have seen nothing written under the same heading."""
        from sklearn.model_selection import GroupKFold

        chances = np.zeros(self._answers.shape)
        folds = GroupKFold(FOLDS, shuffle=True, random_state=1)
        for learn, ask in folds.split(self._headings, groups=self._headings):
            chances[ask] = self._said(self._networks(self._rows[learn], self._answers[learn]), self._rows[ask])
        return chances

    @staticmethod
    def _networks(rows: Any, answers: Any) -> list[Any]:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        with warnings.catch_warnings():
            # so many rounds and no more: longer learning is learning by heart
            warnings.simplefilter("ignore", ConvergenceWarning)
            return [
                MLPClassifier(NEURONS, alpha=1e-2, batch_size=256, max_iter=ROUNDS, random_state=number).fit(
                    rows, answers
                )
                for number in range(NETWORKS)
            ]

    @staticmethod
    def _said(networks: Sequence[Any], rows: Any) -> Any:
        chances = [np.clip(net.predict_proba(rows), 1e-12, 1 - 1e-12) for net in networks]
        return _sigmoid(np.mean([np.log(chance / (1 - chance)) for chance in chances], axis=0))


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


def only_raising(matrix: Features, weights: Any) -> None:
    """What the lexicon finds may raise a level and never lower it."""
    marks = len(matrix.vocabularies[3])
    of_levels = weights[len(weights) - marks :, : len(LEVELS)]
    of_levels[:] = np.maximum(of_levels, 0)


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


def _save(folder: Path, learnt: Learnt, thresholds: dict[str, float], doubted: Sequence[str], version: str) -> None:
    """Write plain JSON and arrays beside the old model and then take its place."""
    learnt.check()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".screening-") as made:
        new = Path(made) / "new"
        new.mkdir()
        np.savez(new / "weights.npz", **{name: getattr(learnt, name) for name in ARRAYS})
        about = {
            "made_from": version,
            "thresholds": thresholds,
            "doubted": doubted,
            "stems": learnt.stems,
            "concepts": learnt.concepts,
            "words": learnt.words,
            "marks": learnt.marks,
        }
        (new / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in new.iterdir()}
        (new / DIGESTS).write_text(json.dumps(digests), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(made) / "old")
        shutil.move(new, folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
