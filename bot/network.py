"""A network with one hidden layer over sparse rows, which updates only the weights that a batch has touched.

scikit-learn's network writes all of its first layer at each batch: 20 seconds a round on our examples against one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

HIDDEN = 128
ROUNDS = 16
_BATCH = 32
_RATE, _SLOWER = 0.2, 0.8
_DROPPED, _DROPPED_HIDDEN = 0.6, 0.3
"""Shares that each round does not see: more than half of a message's features, so that no word decides alone."""


@dataclass(frozen=True)
class Network:
    """Weights of the two layers."""

    into: Any
    into_bias: Any
    out: Any
    out_bias: Any

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Any, kinds: int, seed: int) -> Network:
        """Learn from rows and the numbers of their labels (Adagrad); the same seed gives the same network."""
        chance = np.random.default_rng(seed)
        layers = [
            (chance.standard_normal((rows.shape[1], HIDDEN)) * 0.3).astype(np.float32),
            np.zeros(HIDDEN, np.float32),
            (chance.standard_normal((HIDDEN, kinds)) / np.sqrt(HIDDEN)).astype(np.float32),
            np.zeros(kinds, np.float32),
        ]
        seen = [np.full_like(layer, 1e-3) for layer in layers]
        for turn in range(ROUNDS):
            rate = _RATE * (1 - turn / ROUNDS * _SLOWER)
            order = chance.permutation(rows.shape[0])
            for start in range(0, len(order), _BATCH):
                batch = order[start : start + _BATCH]
                _learn(layers, seen, rows[batch], labels[batch], rate, chance)
        return cls(*layers)

    def chances(self, rows: csr_matrix) -> Any:
        """For each row the probability of each label."""
        return softmax(np.maximum(rows @ self.into + self.into_bias, 0) @ self.out + self.out_bias)


def softmax(scores: Any) -> Any:
    """Scores as probabilities, row by row."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def _learn(layers: list[Any], seen: list[Any], rows: csr_matrix, labels: Any, rate: float, chance: Any) -> None:
    into, into_bias, out, out_bias = layers
    kept = chance.random(rows.nnz) > _DROPPED
    touched, places = np.unique(rows.indices[kept], return_inverse=True)
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    narrow = csr_matrix((rows.data[kept] / (1 - _DROPPED), places, ends), shape=(rows.shape[0], len(touched)))
    before = narrow @ into[touched] + into_bias
    open_ = (chance.random(before.shape) > _DROPPED_HIDDEN).astype(np.float32) / (1 - _DROPPED_HIDDEN)
    hidden = np.maximum(before, 0) * open_
    wrong = softmax(hidden @ out + out_bias)
    wrong[np.arange(len(labels)), labels] -= 1
    wrong /= len(labels)
    back = (wrong @ out.T) * open_ * (before > 0)
    steps = (narrow.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0))
    seen[0][touched] += steps[0] ** 2
    into[touched] -= rate * steps[0] / np.sqrt(seen[0][touched])
    for layer, past, step in list(zip(layers, seen, steps, strict=True))[1:]:
        past += step**2
        layer -= rate * step / np.sqrt(past)
