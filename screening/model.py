"""The trained model at run time: weights and words in plain files, read and applied with numpy alone."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from frontdoor.assessment import RISK_CATEGORIES, Level
from language.stems import stem
from language.thesaurus import Thesaurus
from screening.examples import HARMLESS
from screening.features import Mark, Token, of_word
from screening.relations import FIRST_OF_CONCEPTS, relations

MODELS = Path(__file__).resolve().parent.parent / "models" / "screening"
"""Where training writes and the service reads; kept out of version control."""

LEVELS = (1, 2, 3, 4)
ARRAYS = ("keys", "idf", "weights", "intercepts", "centre", "spread", "inner", "middle", "outer")
DIGESTS = "digests.json"
"""The file that tells whether the others are as training wrote them."""

OTHER, ADULT = "other", "adult"
OUTPUTS = (*(f"level {level}" for level in LEVELS), *RISK_CATEGORIES, OTHER, ADULT)
"""What the model gives a probability for: at least each level, each category, about another, by an adult."""

HEADS = (*OUTPUTS, *(f"kind {kind}" for kind in HARMLESS))
"""What the first layer scores: all of these, and each kind of harmless words."""

WINDOW = 30
STEP = 18
"""A longer message is also read in pieces of so many words: danger in the middle of much talk stays danger."""
SURE = 0.6
"""From which probability on another person is meant, or an adult writes: else the words fit both."""
MOST_REMEMBERED = 30_000
SHORTEST_SENTENCE = 3
MOST_CATEGORIES = 3
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
    """What a word gives wherever it stands: its features, the number of its stem and of its concepts."""

    features: list[int]
    stem: int
    concepts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What training found. Features are numbered through: words, relations of stems, of concepts, marks.

    `keys` are the relations in ascending order; `weights` has a row for each feature and a column for each head.
    `centre` and `spread` make the heads' scores comparable. Small networks weigh them against each other: of each
    layer (`inner`, `middle`, `outer`) the weights of all networks stand in one array, with the offsets as last row.
    """

    words: list[str]
    marks: list[str]
    stems: list[str]
    concepts: list[str]
    keys: Any
    idf: Any
    weights: Any
    intercepts: Any
    centre: Any
    spread: Any
    inner: Any
    middle: Any
    outer: Any

    @property
    def blocks(self) -> tuple[int, int, int, int]:
        """Where each of the four kinds of features ends; each kind weighs the same in a text."""
        of_stems = len(self.words) + int(np.searchsorted(self.keys, FIRST_OF_CONCEPTS))
        of_concepts = len(self.words) + len(self.keys)
        return len(self.words), of_stems, of_concepts, of_concepts + len(self.marks)

    def check(self) -> None:
        """Raises ValueError when the parts do not belong together."""
        size, heads = self.blocks[3], len(HEADS)
        shapes = (self.idf.shape, self.weights.shape, self.intercepts.shape, self.centre.shape, self.spread.shape)
        if shapes != ((size,), (size, heads), (heads,), (heads,), (heads,)):
            raise ValueError("words and weights do not belong together")
        layers = (self.inner, self.middle, self.outer)
        wide = [heads, self.inner.shape[-1], self.middle.shape[-1], len(OUTPUTS)]
        for layer, coming, going in zip(layers, wide, wide[1:], strict=False):
            if layer.shape != (self.inner.shape[0], coming + 1, going):
                raise ValueError("the networks' layers do not belong together")
        if len(self.keys) and not (np.diff(self.keys) > 0).all():
            raise ValueError("the relations are not in order")
        numbers = (self.idf, self.weights, self.intercepts, self.centre, self.spread, *layers)
        if not all(np.isfinite(array).all() for array in numbers):
            raise ValueError("the weights are not numbers")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability on a level or a category counts."""

    level: dict[Level, float]
    category: float


class Model:
    """Probabilities and reasons for words; remembers words, never messages."""

    def __init__(self, learnt: Learnt, thresholds: Thresholds, doubted: Iterable[str], version: str) -> None:
        """`doubted`: entries of the lexicon that raised harmless examples too often to decide alone."""
        self._names = {name: number for number, name in enumerate(learnt.words)}
        self._names |= {name: learnt.blocks[2] + number for number, name in enumerate(learnt.marks)}
        self._stems = {name: number for number, name in enumerate(learnt.stems)}
        self._concepts = {name: number for number, name in enumerate(learnt.concepts)}
        self._keys = learnt.keys
        self._blocks = learnt.blocks
        self._thesaurus = Thesaurus()
        self._idf = learnt.idf
        self._weights = learnt.weights
        self._intercepts = learnt.intercepts
        self._learnt = learnt
        self.thresholds = thresholds
        self.doubted = frozenset(doubted)
        self.version = version
        self._of_word: dict[str, _Word] = {}

    @classmethod
    def load(cls, folder: Path = MODELS, *, made_from: str | None = None) -> Model:
        """The model in a folder. Raises ModelError; also when it was made from something else than `made_from`."""
        try:
            for name, digest in json.loads((folder / DIGESTS).read_text(encoding="utf-8")).items():
                if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                    raise ModelError(f"{name} is not what training wrote")
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                learnt = Learnt(
                    **{name: about[name] for name in ("words", "marks", "stems", "concepts")},
                    **{name: arrays[name] for name in ARRAYS},
                )
            learnt.check()
            thresholds = Thresholds(
                {level: float(about["thresholds"][str(level)]) for level in LEVELS},
                float(about["thresholds"]["category"]),
            )
            doubted = [str(entry) for entry in about["doubted"]]
            version = str(about["made_from"])
        except (ModelError, ValueError) as error:
            raise ModelError(f"{folder}: {error}") from error
        except FileNotFoundError as error:
            raise ModelError(f"{folder}: there is no model") from error
        except Exception as error:
            raise ModelError(f"{folder}: the model cannot be read: {type(error).__name__}") from error
        if made_from is not None and version != made_from:
            raise ModelError(f"{folder}: the model was made from other examples or code")
        return cls(learnt, thresholds, doubted, version)

    def read(self, tokens: Sequence[Token], marks: Sequence[Mark] = (), message_starts: int = 0) -> Found:
        """What the tokens say together with the lexicon's marks among them.

        Tokens before `message_starts` are context and give no spans.
        """
        features = self._features(tokens, marks, message_starts)
        best: Found | None = None
        for first, last in _pieces(tokens, message_starts):
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

    def weights_of(self, kind: str) -> Any:
        """The weights of the features whose names begin so, a row for each."""
        return self._weights[[number for feature, number in self._names.items() if feature.startswith(kind)]]

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
        likely = sorted(range(len(RISK_CATEGORIES)), key=lambda number: -of_categories[number])[:MOST_CATEGORIES]
        categories = {
            RISK_CATEGORIES[number]: float(of_categories[number])
            for number in likely
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
        words = [self._word(token.text) for token in tokens]
        related = relations([word.stem for word in words], [word.concepts for word in words])
        at = np.searchsorted(self._keys, related.keys)
        at[at == len(self._keys)] = 0
        known = self._keys[at] == related.keys if len(self._keys) else np.zeros(len(at), dtype=bool)
        of_words = [number for word in words for number in word.features]
        places = np.repeat(np.arange(len(words)), [len(word.features) for word in words])
        of_marks = [
            (number, *place)
            for mark in marks
            if (number := self._names.get(mark.feature)) is not None
            and (place := _place(mark, tokens, message_starts)) is not None
        ]
        marked = np.array(of_marks, dtype=np.int64).reshape(-1, 3)
        return (
            np.concatenate([np.array(of_words, dtype=np.int64), self._blocks[0] + at[known], marked[:, 0]]),
            np.concatenate([places, related.begins[known], marked[:, 1]]),
            np.concatenate([places, related.ends[known], marked[:, 2]]),
        )

    def _word(self, word: str) -> _Word:
        remembered = self._of_word.get(word)
        if remembered is None:
            numbers = (self._names.get(feature) for feature in of_word(word))
            remembered = _Word(
                [number for number in numbers if number is not None],
                self._stems.get(stem(word), -1),
                tuple(
                    self._concepts[concept]
                    for concept in self._thesaurus.concepts_of(word)
                    if concept in self._concepts
                ),
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
        return weighed(self._learnt, values @ self._weights[ids] + self._intercepts)


def weighed(learnt: Learnt, scores: Any) -> Any:
    """The probability of each output from the heads' scores of one text: what the networks say on average."""
    flowing = ((scores - learnt.centre) / learnt.spread).astype(np.float64)[None, None, :]
    for layer in (learnt.inner, learnt.middle):
        flowing = np.maximum(flowing @ layer[:, :-1] + layer[:, -1:], 0)
    said = (flowing @ learnt.outer[:, :-1] + learnt.outer[:, -1:]).mean(axis=0)[0]
    return 1 / (1 + np.exp(-said))


def _pieces(tokens: Sequence[Token], message_starts: int) -> Iterable[tuple[int, int]]:
    """The whole text, and when it is long pieces and sentences of it; each has some of the message itself."""
    size = len(tokens)
    yield 0, size
    if size <= WINDOW:
        return
    for first in range(0, size - WINDOW + STEP, STEP):
        if first + WINDOW > message_starts:
            yield first, min(first + WINDOW, size)
    begins = [at for at in range(message_starts, size) if tokens[at].begins]
    for first, last in pairwise([*begins, size]):
        if SHORTEST_SENTENCE <= last - first < WINDOW:
            yield first, last


def _place(mark: Mark, tokens: Sequence[Token], message_starts: int) -> tuple[int, int] | None:
    """The first and the last word of a mark."""
    inside = [
        at for at in range(message_starts, len(tokens)) if tokens[at].start < mark.end and tokens[at].end > mark.start
    ]
    return (inside[0], inside[-1]) if inside else None


def _strongest(tokens: Sequence[Token], strength: Sequence[float], start: int) -> tuple[tuple[int, int], ...]:
    """The spans of the words that speak most for the decision, neighbours joined."""
    most = max(strength[start:], default=0.0)
    if most <= 0:
        return ()
    spans: list[tuple[float, int, int, int]] = []
    for at in range(start, len(tokens)):
        if strength[at] < _STRONGEST_SHARE * most:
            continue
        if spans and at - spans[-1][3] <= 2 and tokens[at].start >= spans[-1][2]:
            weight, first, _, _ = spans[-1]
            spans[-1] = (weight + strength[at], first, tokens[at].end, at)
        else:
            spans.append((strength[at], tokens[at].start, tokens[at].end, at))
    kept = sorted(spans, reverse=True)[:_MOST_SPANS]
    return tuple(sorted((first, last) for _, first, last, _ in kept))
