"""Rasa's own classifiers on the tokens of this house, trained and asked as Rasa does it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu

Ranking = list[tuple[str, float]]
Read = Callable[[str], Ranking]

_TOKENS = {"name": "bot.tokens.AlbanianTokenizer"}
_COUNTS: list[dict[str, Any]] = [
    {"name": "CountVectorsFeaturizer", "max_ngram": 2, "min_df": 2},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4, "min_df": 2},
]
_NETWORK = {
    "random_seed": 42,
    "constrain_similarities": True,
    "number_of_transformer_layers": 0,
    "evaluate_on_number_of_examples": 0,
}
LOGISTIC: list[dict[str, Any]] = [_TOKENS, *_COUNTS, {"name": "LogisticRegressionClassifier", "ranking_length": 0}]


def diet(epochs: int) -> list[dict[str, Any]]:
    """DIET over bags of words and pieces, without a transformer."""
    own = {"name": "DIETClassifier", "epochs": epochs, "entity_recognition": False, "ranking_length": 0}
    return [_TOKENS, *_COUNTS, {**own, **_NETWORK, "hidden_layers_sizes": {"text": [256, 128], "label": []}}]


def selector(epochs: int) -> list[dict[str, Any]]:
    """An intent for all topics together, and the response selector to choose the topic."""
    own = {"name": "ResponseSelector", "epochs": epochs, "ranking_length": 0, "retrieval_intent": "faq"}
    return [*LOGISTIC, {**own, **_NETWORK, "hidden_layers_sizes": {"text": [256, 128], "label": []}}]


def trained(pipeline: list[dict[str, Any]], texts: Sequence[str], labels: Iterable[str]) -> Read:
    """Train on these texts; what is given back ranks the labels for a message."""
    with tempfile.TemporaryDirectory() as temporary, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(temporary)
        config = {"recipe": "default.v1", "assistant_id": "evaluation", "language": "sq", "pipeline": pipeline}
        (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        (folder / "nlu.yml").write_text(_examples(texts, labels), encoding="utf-8")
        model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
        if model is None:
            raise RuntimeError("Rasa made no model")
        agent = Agent.load(model)
    loop = asyncio.new_event_loop()

    def read(text: str) -> Ranking:
        return _ranking(loop.run_until_complete(agent.parse_message(text)))

    return read


def _examples(texts: Sequence[str], labels: Iterable[str]) -> str:
    of_label: dict[str, list[str]] = defaultdict(list)
    for text, label in zip(texts, labels, strict=True):
        of_label[label].append(f"- {text}\n")
    content: dict[str, Any] = {
        "version": "3.1",
        "nlu": [{"intent": label, "examples": "".join(lines)} for label, lines in of_label.items()],
    }
    chosen = [label for label in of_label if label.startswith("faq/")]
    if chosen:
        content["responses"] = {f"utter_{label}": [{"text": label}] for label in chosen}
    return yaml.safe_dump(content, allow_unicode=True, width=10_000)


def _ranking(parsed: dict[str, Any]) -> Ranking:
    ranking = [(str(entry["name"]), float(entry["confidence"])) for entry in parsed["intent_ranking"]]
    chosen = parsed.get("response_selector", {}).get("faq")
    if chosen:
        whole = dict(ranking)["faq"]
        topics = [(str(e["intent_response_key"]).partition("/")[2], e["confidence"] * whole) for e in chosen["ranking"]]
        ranking = [entry for entry in ranking if entry[0] != "faq"] + topics
    return sorted(ranking, key=lambda entry: -entry[1])
