"""What the bot sees of a message: words, pieces of words, stems near each other, and what the words are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from language.stems import stem
from language.thesaurus import Thesaurus

KINDS = ("words", "pieces", "stems", "concepts")
_WEIGHTS = {"words": 1.0, "pieces": 1.0, "stems": 1.0, "concepts": 0.7}
_NEAR = 4
_FEWEST = 2
"""What only one example has teaches nothing, and doubles the model."""

_thesaurus = Thesaurus()


class Features:
    """Turns normalised texts into rows of numbers, each kind of features of length one before its weight."""

    def __init__(self, vectorizers: dict[str, TfidfVectorizer]) -> None:
        """`vectorizers` have learnt their terms; see `learnt` and `loaded`."""
        self._vectorizers = vectorizers

    @classmethod
    def learnt(cls, texts: Sequence[str]) -> tuple[Features, csr_matrix]:
        """The features of these texts, and their rows."""
        made = {kind: _vectorizer(kind, min_df=_FEWEST) for kind in KINDS}
        rows = [made[kind].fit_transform(texts) * _WEIGHTS[kind] for kind in KINDS]
        return cls(made), hstack(rows, format="csr", dtype="float32")

    @classmethod
    def loaded(cls, terms: dict[str, list[str]], weights: dict[str, Any]) -> Features:
        """From what `terms` and `idf` gave."""
        made = {kind: _vectorizer(kind, vocabulary=terms[kind]) for kind in KINDS}
        for kind, vectorizer in made.items():
            vectorizer.idf_ = weights[kind]
        return cls(made)

    @property
    def terms(self) -> dict[str, list[str]]:
        """The terms of each kind, in order."""
        return {kind: [str(t) for t in self._vectorizers[kind].get_feature_names_out()] for kind in KINDS}

    @property
    def idf(self) -> dict[str, Any]:
        """How rare each term is."""
        return {kind: self._vectorizers[kind].idf_ for kind in KINDS}

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """A row for each normalised text."""
        rows = [self._vectorizers[kind].transform(texts) * _WEIGHTS[kind] for kind in KINDS]
        return hstack(rows, format="csr", dtype="float32")


def near_stems(text: str) -> list[str]:
    """Stems, and pairs of stems near each other in their order: "si ta le" and "si mund ta le" share some."""
    return _with_pairs([stem(word) for word in text.split()])


def near_concepts(text: str) -> list[str]:
    """What the words are about, and pairs of that near each other."""
    found = [_thesaurus.concepts_of(word) for word in text.split()]
    second = [concepts[1] for concepts in found if len(concepts) > 1]
    return _with_pairs([concepts[0] if concepts else "" for concepts in found]) + second


def _with_pairs(names: Sequence[str]) -> list[str]:
    alone = [name for name in names if name]
    pairs = [
        f"{first}~{second}"
        for place, first in enumerate(names)
        for second in names[place + 1 : place + _NEAR + 1]
        if first and second
    ]
    return alone + pairs


def _vectorizer(kind: str, **more: Any) -> TfidfVectorizer:
    if kind == "words":
        # One-letter words count: "s dua" must differ from "dua".
        return TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\b\w+\b", sublinear_tf=True, **more)
    if kind == "pieces":
        return TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, **more)
    return TfidfVectorizer(analyzer=near_stems if kind == "stems" else near_concepts, sublinear_tf=True, **more)
