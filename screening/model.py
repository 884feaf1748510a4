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
from screening.features import Mark, Token, about, beside, of_word, stem
from screening.thesaurus import Thesaurus

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


class _Word(NamedTuple):
    """What a word gives wherever it stands."""

    features: list[int]
    stem: str
    concepts: tuple[str, ...]


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
        blocks: Sequence[int],
        idf: Any,
        weights: Any,
        intercepts: Any,
        scales: Any,
        thresholds: Thresholds,
        doubted: Iterable[str],
        version: str,
    ) -> None:
        """`weights` has a row for each feature and a column for each output, `scales` factor and offset of each.

        `blocks`: where in the vocabulary each kind of feature ends; each kind weighs the same in a text.
        `doubted`: entries of the lexicon that raised harmless examples too often to decide alone.
        """
        self._ids = {feature: number for number, feature in enumerate(vocabulary)}
        self._blocks = tuple(blocks)
        self._thesaurus = Thesaurus()
        self._idf = idf
        self._weights = weights
        self._intercepts = intercepts
        self._scales = scales
        self.thresholds = thresholds
        self.doubted = frozenset(doubted)
        self.version = version
        self._of_word: dict[str, _Word] = {}

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
            vocabulary, blocks = about["vocabulary"], [int(end) for end in about["blocks"]]
            shapes = (idf.shape, weights.shape, intercepts.shape, scales.shape)
            size, outputs = len(vocabulary), len(OUTPUTS)
            if shapes != ((size,), (size, outputs), (outputs,), (2, outputs)) or about["outputs"] != list(OUTPUTS):
                raise ModelError(f"{folder}: vocabulary and weights do not belong together")
            if sorted(blocks) != blocks or blocks[-1] != size:
                raise ModelError(f"{folder}: the kinds of features do not add up")
            if not all(np.isfinite(array).all() for array in (idf, weights, intercepts, scales)):
                raise ModelError(f"{folder}: the weights are not numbers")
            thresholds = Thresholds(
                {level: float(about["thresholds"][str(level)]) for level in LEVELS},
                float(about["thresholds"]["category"]),
            )
            doubted = [str(entry) for entry in about["doubted"]]
            version = str(about["made_from"])
        except ModelError:
            raise
        except FileNotFoundError as error:
            raise ModelError(f"{folder}: there is no model") from error
        except Exception as error:
            raise ModelError(f"{folder}: the model cannot be read: {type(error).__name__}") from error
        if made_from is not None and version != made_from:
            raise ModelError(f"{folder}: the model was made from other examples or code")
        return cls(vocabulary, blocks, idf, weights, intercepts, scales, thresholds, doubted, version)

    def read(self, tokens: Sequence[Token], marks: Sequence[Mark] = (), message_starts: int = 0) -> Found:
        """What the tokens say together with the lexicon's marks among them.

        Tokens before `message_starts` are context and give no spans.
        """
        features = self._features(tokens, marks, message_starts)
        best: Found | None = None
        for first, last in _pieces(len(tokens), message_starts):
            found = self._read_piece(tokens, features, first, last, message_starts)
            if best is None or (found.level, max(found.categories.values(), default=0)) > (
                best.level,
                max(best.categories.values(), default=0),
            ):
                best = found
        return best or Found(0, {}, (), False, False)

    def probabilities(self, tokens: Sequence[Token], marks: Sequence[Mark] = ()) -> dict[str, float]:
        """The probability of each output for all tokens as one text."""
        chances = self._probabilities(*self._values(self._features(tokens, marks, 0)[0]))
        return dict(zip(OUTPUTS, map(float, chances), strict=True))

    def _read_piece(self, tokens: Sequence[Token], features: Any, first: int, last: int, message_starts: int) -> Found:
        numbers, begins, ends = features
        if (first, last) != (0, len(tokens)):
            inside = (begins >= first) & (ends < last)
            numbers, begins, ends = numbers[inside], begins[inside], ends[inside]
        ids, values = self._values(numbers)
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
        half = (values * decided)[np.searchsorted(ids, numbers)] / 2
        strength = np.bincount(begins - first, half, last - first) + np.bincount(ends - first, half, last - first)
        start = max(message_starts - first, 0)
        spans = _strongest(tokens[first:last], strength.tolist(), start)
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

    def _features(self, tokens: Sequence[Token], marks: Sequence[Mark], message_starts: int) -> tuple[Any, Any, Any]:
        """Three arrays: each known feature as often as it stands there, and the words at which it begins and ends."""
        found: list[tuple[int, int, int]] = []
        stems: list[str] = []
        concepts: list[tuple[str, ...]] = []
        known = self._ids
        for at, token in enumerate(tokens):
            word = self._word(token.text)
            stems.append(word.stem)
            concepts.append(word.concepts)
            found += [(number, at, at) for number in word.features]
            for feature, first in (*beside(stems, at), *about(stems, concepts, at)):
                number = known.get(feature)
                if number is not None:
                    found.append((number, first, at))
        for mark in marks:
            number = known.get(mark.feature)
            places = [
                at
                for at in range(message_starts, len(tokens))
                if tokens[at].start < mark.end and tokens[at].end > mark.start
            ]
            if number is not None and places:
                found.append((number, places[0], places[-1]))
        columns = np.array(found, dtype=np.int64).reshape(-1, 3)
        return columns[:, 0], columns[:, 1], columns[:, 2]

    def _word(self, word: str) -> _Word:
        remembered = self._of_word.get(word)
        if remembered is None:
            numbers = (self._ids.get(feature) for feature in of_word(word))
            remembered = _Word(
                [number for number in numbers if number is not None], stem(word), self._thesaurus.concepts_of(word)
            )
            if len(self._of_word) >= MOST_REMEMBERED:
                self._of_word.clear()
            self._of_word[word] = remembered
        return remembered

    def _values(self, features: Any) -> tuple[Any, Any]:
        """Each feature once, with its weight: sublinear frequency times rarity, each kind of length one."""
        ids, counts = np.unique(features, return_counts=True)
        values = (1 + np.log(counts)) * self._idf[ids]
        first = 0
        for last in np.searchsorted(ids, self._blocks):
            length = math.sqrt(float(values[first:last] @ values[first:last]))
            if length:
                values[first:last] /= length
            first = int(last)
        return ids, values

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
