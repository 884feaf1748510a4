"""A linear classifier over words and pieces of words whose probabilities mean what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

FEWEST_EXAMPLES = 5
"""A label with fewer can't be spread over the folds that calibration needs."""

_FOLDS = 4
_SOFTNESS = 0.5


@dataclass(frozen=True)
class LinearModel:
    """Labels with a weight for each feature; `sharpness` turns scores into probabilities."""

    labels: tuple[str, ...]
    words: TfidfVectorizer
    pieces: TfidfVectorizer
    weights: Any
    intercepts: Any
    sharpness: float

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str]) -> LinearModel:
        """Learn from normalised texts and their labels, at least FEWEST_EXAMPLES for each of two labels or more."""
        return replace(_fitted(texts, labels), sharpness=_sharpness(texts, labels))

    def scores(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """For each normalised text a score for each label, and whether anything in it is known."""
        features = hstack([self.words.transform(texts), self.pieces.transform(texts)], format="csr")
        # In the weights' own precision: else each call would make a copy of all of them.
        return features.astype(np.float32) @ self.weights + self.intercepts, np.diff(features.indptr) > 0

    def rankings(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """For each normalised text all labels with their probabilities, the likeliest first.

        A text without anything known (emoji alone) is as likely each label as any other.
        """
        scores, known = self.scores(texts)
        chances = _softmax(scores.astype(np.float64) * self.sharpness)
        chances[~known] = 1 / len(self.labels)
        return [[(self.labels[i], float(row[i])) for i in np.argsort(-row, kind="stable")] for row in chances]

    def save(self, folder: Path) -> None:
        """Write plain JSON and arrays: loading them runs no code, unlike a pickle."""
        terms = {
            "labels": self.labels,
            "words": _terms(self.words),
            "pieces": _terms(self.pieces),
            "sharpness": self.sharpness,
        }
        (folder / "model.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        np.savez(
            folder / "model.npz",
            weights=self.weights,
            intercepts=self.intercepts,
            words_idf=self.words.idf_,
            pieces_idf=self.pieces.idf_,
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote; a missing or damaged file raises."""
        terms = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            words, pieces = _words(vocabulary=terms["words"]), _pieces(vocabulary=terms["pieces"])
            words.idf_, pieces.idf_ = arrays["words_idf"], arrays["pieces_idf"]
            return cls(
                labels=tuple(terms["labels"]),
                words=words,
                pieces=pieces,
                weights=arrays["weights"],
                intercepts=arrays["intercepts"],
                sharpness=terms["sharpness"],
            )


def _words(**more: Any) -> TfidfVectorizer:
    # One-letter words count: "s dua" must differ from "dua".
    return TfidfVectorizer(analyzer="word", ngram_range=(1, 2), token_pattern=r"\b\w+\b", sublinear_tf=True, **more)


def _pieces(**more: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, **more)


def _terms(vectorizer: TfidfVectorizer) -> list[str]:
    return [str(term) for term in vectorizer.get_feature_names_out()]


def _fitted(texts: Sequence[str], labels: Sequence[str]) -> LinearModel:
    words, pieces = _words(), _pieces()
    features = hstack([words.fit_transform(texts), pieces.fit_transform(texts)], format="csr")
    classifier = LinearSVC(C=_SOFTNESS, random_state=0).fit(features, labels)
    weights, intercepts = classifier.coef_, classifier.intercept_
    if len(classifier.classes_) == 2:
        weights, intercepts = np.vstack([-weights, weights]), np.hstack([-intercepts, intercepts])
    return LinearModel(
        labels=tuple(str(label) for label in classifier.classes_),
        words=words,
        pieces=pieces,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        intercepts=intercepts.astype(np.float32),
        sharpness=1.0,
    )


def _sharpness(texts: Sequence[str], labels: Sequence[str]) -> float:
    """The factor on the scores under which unseen examples are the least surprising."""
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    scores = np.empty((len(texts), len(set(labels))))
    for learn, ask in folds.split(texts, labels):
        # Words and their weights are learnt anew: a word known from the text asked about would flatter the scores.
        model = _fitted([texts[i] for i in learn], [labels[i] for i in learn])
        scores[ask] = model.scores([texts[i] for i in ask])[0]
    right = np.searchsorted(np.unique(labels), labels)

    def surprise(log_factor: float) -> float:
        chances = _softmax(scores * np.exp(log_factor))
        return float(-np.log(np.maximum(chances[np.arange(len(right)), right], 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 4), method="bounded").x))


def _softmax(scores: Any) -> Any:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)
