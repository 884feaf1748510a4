"""The trained model at run time: weights and a vocabulary in plain files, read and applied with numpy alone."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from frontdoor.assessment import RISK_CATEGORIES, Level
from screening.features import Token, beside, of_word, stem

MODELS = Path(__file__).resolve().parent.parent / "models" / "screening"
"""Where training writes and the service reads; kept out of version control."""

LEVELS = (1, 2, 3, 4)
OTHER, ADULT = "other", "adult"
OUTPUTS = (*(f"level {level}" for level in LEVELS), *RISK_CATEGORIES, OTHER, ADULT)
"""What the model gives a probability for: at least each level, each category, about another, by an adult."""

WINDOW = 28
STEP = 14
"""A longer message is also read in pieces of so many words: danger in the middle of much talk stays danger."""
SURE = 0.6
"""From which probability on another person is meant, or an adult writes: else the words fit both."""
MOST_REMEMBERED = 30_000
_STRONGEST_SHARE = 0.4
_MOST_SPANS = 3


class ModelError(Exception):
    """A model that is missing, damaged, or made from other examples; the message says which."""


class Found(NamedTuple):
    """What the model makes of some words: a level, the categories with their probabilities, and where."""

    level: Level
    categories: dict[str, float]
    spans: tuple[tuple[int, int], ...]
    """Half-open spans of the raw text, the strongest words."""
    other: bool
    """Whether somebody else than the writer is meant."""
    adult: bool
    """Whether an adult writes."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a level or a category counts."""

    level: dict[Level, float]
    category: float


class Model:
    """Probabilities and reasons for words; remembers words, never messages."""

    def __init__(
        self,
        vocabulary: Sequence[str],
        idf: Any,
        weights: Any,
        intercepts: Any,
        scales: Any,
        thresholds: Thresholds,
        version: str,
    ) -> None:
        """`weights` has a row for each feature and a column for each output, `scales` factor and offset of each."""
        self._ids = {feature: number for number, feature in enumerate(vocabulary)}
        self._idf = idf
        self._weights = weights
        self._intercepts = intercepts
        self._scales = scales
        self.thresholds = thresholds
        self.version = version
        self._of_word: dict[str, tuple[list[int], str]] = {}

    @classmethod
    def load(cls, folder: Path = MODELS, *, made_from: str | None = None) -> Model:
        """The model in a folder. Raises ModelError; also when it was made from something else than `made_from`."""
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            raw = (folder / "weights.npz").read_bytes()
            if hashlib.sha256(raw).hexdigest() != about["weights_sha256"]:
                raise ModelError(f"{folder}: the weights are not those that training wrote")
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                idf, weights, intercepts, scales = (
                    arrays[name].astype(np.float32) for name in ("idf", "weights", "intercepts", "scales")
                )
            vocabulary = about["vocabulary"]
            shapes = (idf.shape, weights.shape, intercepts.shape, scales.shape)
            size, outputs = len(vocabulary), len(OUTPUTS)
            if shapes != ((size,), (size, outputs), (outputs,), (2, outputs)) or about["outputs"] != list(OUTPUTS):
                raise ModelError(f"{folder}: vocabulary and weights do not belong together")
            if not all(np.isfinite(array).all() for array in (idf, weights, intercepts, scales)):
                raise ModelError(f"{folder}: the weights are not numbers")
            thresholds = Thresholds(
                {level: float(about["thresholds"][str(level)]) for level in LEVELS},
                float(about["thresholds"]["category"]),
            )
            version = str(about["made_from"])
        except ModelError:
            raise
        except FileNotFoundError as error:
            raise ModelError(f"{folder}: there is no model") from error
        except Exception as error:
            raise ModelError(f"{folder}: the model cannot be read: {type(error).__name__}") from error
        if made_from is not None and version != made_from:
            raise ModelError(f"{folder}: the model was made from other examples or code")
        return cls(vocabulary, idf, weights, intercepts, scales, thresholds, version)

    def read(self, tokens: Sequence[Token], message_starts: int = 0) -> Found:
        """What the tokens say; those before `message_starts` are context and give no spans."""
        best: Found | None = None
        for first, last in _pieces(len(tokens), message_starts):
            found = self._read_piece(tokens, first, last, message_starts)
            if best is None or (found.level, max(found.categories.values(), default=0)) > (
                best.level,
                max(best.categories.values(), default=0),
            ):
                best = found
        return best or Found(0, {}, (), False, False)

    def probabilities(self, tokens: Sequence[Token]) -> dict[str, float]:
        """The probability of each output for all tokens as one text."""
        features, _ = self._features(tokens)
        return dict(zip(OUTPUTS, map(float, self._probabilities(*self._values(features))), strict=True))

    def _read_piece(self, tokens: Sequence[Token], first: int, last: int, message_starts: int) -> Found:
        features, words = self._features(tokens[first:last])
        ids, values = self._values(features)
        chances = self._probabilities(ids, values)
        level = self._level(chances)
        other = bool(chances[OUTPUTS.index(OTHER)] >= SURE)
        adult = bool(chances[OUTPUTS.index(ADULT)] >= SURE)
        if not level:
            return Found(0, {}, (), other, adult)
        of_categories = chances[len(LEVELS) : len(LEVELS) + len(RISK_CATEGORIES)]
        strongest = int(of_categories.argmax())
        categories = {
            name: float(of_categories[number])
            for number, name in enumerate(RISK_CATEGORIES)
            if of_categories[number] >= self.thresholds.category or number == strongest
        }
        decided = self._weights[ids, LEVELS.index(level)] + self._weights[ids, len(LEVELS) + strongest]
        share = dict(zip(ids.tolist(), (values * decided).tolist(), strict=True))
        strength = [0.0] * (last - first)
        for feature, begin, end in words:
            half = share[feature] / 2
            strength[begin] += half
            strength[end] += half
        start = max(message_starts - first, 0)
        spans = _strongest(tokens[first:last], strength, start)
        return Found(level, categories, spans, other, adult)

    def _level(self, chances: Any) -> Level:
        """The highest level whose threshold is reached, and those of the levels below it."""
        level = 0
        for number, grade in enumerate(LEVELS):
            if grade > 1 and chances[number] < self.thresholds.level[grade]:
                break
            if chances[number] >= self.thresholds.level[grade]:
                level = grade
        return level

    def _features(self, tokens: Sequence[Token]) -> tuple[list[int], list[tuple[int, int, int]]]:
        """The known features, and each again with the numbers of the words at which it begins and ends."""
        words: list[tuple[int, int, int]] = []
        stems: list[str] = []
        known = self._ids
        for at, token in enumerate(tokens):
            own, short = self._word(token.text)
            stems.append(short)
            words += [(feature, at, at) for feature in own]
            for feature, first in beside(stems, at):
                number = known.get(feature)
                if number is not None:
                    words.append((number, first, at))
        return [feature for feature, _, _ in words], words

    def _word(self, word: str) -> tuple[list[int], str]:
        remembered = self._of_word.get(word)
        if remembered is None:
            numbers = (self._ids.get(feature) for feature in of_word(word))
            remembered = [number for number in numbers if number is not None], stem(word)
            if len(self._of_word) >= MOST_REMEMBERED:
                self._of_word.clear()
            self._of_word[word] = remembered
        return remembered

    def _values(self, features: Iterable[int]) -> tuple[Any, Any]:
        """Each feature once, with its weight in a text of length one: sublinear frequency times rarity."""
        ids, counts = np.unique(np.fromiter(features, dtype=np.int64), return_counts=True)
        values = (1 + np.log(counts)) * self._idf[ids]
        length = math.sqrt(float((values * values).sum()))
        return ids, (values / length if length else values).astype(np.float32)

    def _probabilities(self, ids: Any, values: Any) -> Any:
        scores = values @ self._weights[ids] + self._intercepts
        return 1 / (1 + np.exp(-(scores * self._scales[0] + self._scales[1])))


def _pieces(size: int, message_starts: int) -> Iterable[tuple[int, int]]:
    """The whole text, and when it is long pieces of it; each has some of the message itself."""
    yield 0, size
    if size > WINDOW:
        for first in range(0, size - WINDOW + STEP, STEP):
            if first + WINDOW > message_starts:
                yield first, min(first + WINDOW, size)


def _strongest(tokens: Sequence[Token], strength: Sequence[float], start: int) -> tuple[tuple[int, int], ...]:
    """The spans of the words that speak most for the decision, neighbours joined."""
    most = max(strength[start:], default=0.0)
    if most <= 0:
        return ()
    spans: list[tuple[float, int, int, int]] = []
    for at in range(start, len(tokens)):
        if strength[at] < _STRONGEST_SHARE * most:
            continue
        if spans and at - spans[-1][3] <= 2:
            weight, first, _, _ = spans[-1]
            spans[-1] = (weight + strength[at], first, tokens[at].end, at)
        else:
            spans.append((strength[at], tokens[at].start, tokens[at].end, at))
    kept = sorted(spans, reverse=True)[:_MOST_SPANS]
    return tuple(sorted((first, last) for _, first, last, _ in kept))
