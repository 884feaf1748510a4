"""Reads what a message is about: a linear machine and small networks, whose probabilities mean what they say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from scipy.optimize import minimize_scalar
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.svm import LinearSVC

from bot.features import KINDS, Features
from bot.network import Network, softmax

FEWEST_EXAMPLES = 5
"""A label with fewer can't be spread over learning and calibrating."""

NETWORKS = 2
_SOFTNESS = 0.5
_SCALE = 4.5
"""Scores of the linear machine by this are about as sure as the networks' own."""

_ASKED = 0.15


@dataclass(frozen=True)
class Reader:
    """Labels with a weight for each feature, and the networks; `sharpness` makes probabilities honest."""

    labels: tuple[str, ...]
    features: Features
    weights: Any
    intercepts: Any
    networks: tuple[Network, ...]
    sharpness: float

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str]) -> Reader:
        """Learn from normalised texts and their labels, at least FEWEST_EXAMPLES for each of two labels or more."""
        # Both at once, each in a process of its own: it is the longest part of training.
        jobs = (delayed(_fitted)(texts, labels), delayed(_sharpness)(texts, labels))
        reader, sharpness = Parallel(n_jobs=2)(jobs)
        return cls(**{**vars(reader), "sharpness": sharpness})

    def scores(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """For each normalised text the logarithm of each label's chance, and whether anything in it is known."""
        rows = self.features.of(texts)
        linear = softmax((rows @ self.weights + self.intercepts).astype(np.float64) * _SCALE)
        score = np.log(np.maximum(linear, 1e-6))
        if self.networks:
            together = sum(network.chances(rows) for network in self.networks) / len(self.networks)
            score += np.log(np.maximum(together, 1e-6))
        return score, np.diff(rows.indptr) > 0

    def rankings(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """For each normalised text all labels with their probabilities, the likeliest first.

        A text without anything known (emoji alone) is as likely each label as any other.
        """
        scores, known = self.scores(texts)
        chances = softmax(scores * self.sharpness)
        chances[~known] = 1 / len(self.labels)
        return [[(self.labels[i], float(row[i])) for i in np.argsort(-row, kind="stable")] for row in chances]

    def save(self, folder: Path) -> None:
        """Write plain JSON and arrays: loading them runs no code, unlike a pickle."""
        about = {"labels": self.labels, "terms": self.features.terms, "sharpness": self.sharpness}
        (folder / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        arrays = {f"idf_{kind}": weights for kind, weights in self.features.idf.items()}
        for number, network in enumerate(self.networks):
            arrays |= {f"network_{number}_{name}": layer for name, layer in vars(network).items()}
        np.savez(folder / "model.npz", weights=self.weights, intercepts=self.intercepts, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Reader:
        """Read what `save` wrote; a missing or damaged file raises."""
        about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as arrays:
            networks = sum(name.endswith("_out_bias") for name in arrays)
            return cls(
                labels=tuple(about["labels"]),
                features=Features.loaded(about["terms"], {kind: arrays[f"idf_{kind}"] for kind in KINDS}),
                weights=arrays["weights"],
                intercepts=arrays["intercepts"],
                networks=tuple(
                    Network(*(arrays[f"network_{n}_{name}"] for name in ("into", "into_bias", "out", "out_bias")))
                    for n in range(networks)
                ),
                sharpness=about["sharpness"],
            )


def _fitted(texts: Sequence[str], labels: Sequence[str]) -> Reader:
    features, rows = Features.learnt(texts)
    names, numbers = np.unique(np.asarray(labels), return_inverse=True)
    machine = LinearSVC(C=_SOFTNESS, random_state=0).fit(rows, numbers)
    weights, intercepts = machine.coef_, machine.intercept_
    if len(names) == 2:
        weights, intercepts = np.vstack([-weights, weights]), np.hstack([-intercepts, intercepts])
    return Reader(
        labels=tuple(str(name) for name in names),
        features=features,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        intercepts=intercepts.astype(np.float32),
        networks=tuple(Network.fit(rows, numbers, len(names), seed) for seed in range(NETWORKS)),
        sharpness=1.0,
    )


def _sharpness(texts: Sequence[str], labels: Sequence[str]) -> float:
    """The factor on the scores under which examples that were not learnt from are the least surprising."""
    split = StratifiedShuffleSplit(1, test_size=max(_ASKED, len(set(labels)) / len(labels)), random_state=0)
    learn, ask = next(split.split(np.zeros(len(texts)), labels))
    model = _fitted([texts[i] for i in learn], [labels[i] for i in learn])
    scores, _ = model.scores([texts[i] for i in ask])
    right = np.searchsorted(model.labels, [labels[i] for i in ask])

    def surprise(log_factor: float) -> float:
        chances = softmax(scores * np.exp(log_factor))
        return float(-np.log(np.maximum(chances[np.arange(len(right)), right], 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 4), method="bounded").x))
