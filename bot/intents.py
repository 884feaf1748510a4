"""Rasa's intent classifier of this house: the linear model over the words that the tokenizer found."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    INTENT_RANKING_KEY,
    INTENT_RESPONSE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.inputs import LANGUAGE, READING, content_hash
from bot.reader import Reader
from language.spelling import second_form


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WordsClassifier(IntentClassifier, GraphComponent):
    """Sets the intent and the whole ranking; trained in seconds, kept without a pickle."""

    @classmethod
    def required_components(cls) -> list[type]:
        """It reads tokens."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Their versions belong to the cache's key."""
        return ["sklearn", "scipy", "numpy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """What else than this class decides the model: Rasa's cache looks at the class alone."""
        return content_hash([*READING, LANGUAGE])

    def __init__(self, storage: ModelStorage, resource: Resource, model: Reader | None) -> None:
        """`model` is None until trained."""
        self._storage = storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordsClassifier:
        """A new one, to be trained."""
        return cls(model_storage, resource, None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WordsClassifier:
        """The trained one; a damaged archive raises rather than giving an untrained one."""
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Reader.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have a text and an intent."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT) and e.get(INTENT)]
        labels = [e.get(INTENT_RESPONSE_KEY) or e.get(INTENT) for e in examples]
        self._model = Reader.fit([normalised(e) for e in examples], labels)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on each message; of an intent divided into kinds also the entity `kind`.

        An intent's probability is that of all its kinds together: out_of_scope/homework counts for out_of_scope.
        """
        if self._model is None:
            raise RuntimeError("WordsClassifier has to be trained before it can read a message")
        for message, ranking in zip(messages, self._model.rankings([normalised(m) for m in messages]), strict=True):
            chances: dict[str, float] = {}
            for label, chance in ranking:
                intent = label.partition("/")[0]
                chances[intent] = chances.get(intent, 0.0) + chance
            named = [
                {"name": intent, "confidence": chance}
                for intent, chance in sorted(chances.items(), key=lambda item: -item[1])
            ]
            message.set(INTENT, dict(named[0]), add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
            kind = next(k for i, _, k in (label.partition("/") for label, _ in ranking) if i == named[0]["name"])
            if kind:
                found = {ENTITY_ATTRIBUTE_TYPE: "kind", ENTITY_ATTRIBUTE_VALUE: kind}
                message.set(ENTITIES, [*message.get(ENTITIES, []), found], add_to_output=True)
        return messages


def normalised(message: Message) -> str:
    """The message's folded words, abbreviations and dialect words in their standard form."""
    return second_form(" ".join(token.lemma for token in message.get(TOKENS_NAMES[TEXT]) or ()))
