"""Says when a message is not understood: Rasa's fallback, which asks for a lead over the next intent among topics only.

Between two topics a small lead is doubt, and the visitor is asked which is meant. A greeting or the wish for a person
that resembles another short message is answered as what it most likely is: silence or a menu would be worse.
"""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY
from rasa.shared.nlu.training_data.message import Message

from bot.inputs import TOPICS
from bot.training_data import intents_of

OUT_OF_SCOPE = "out_of_scope"


def asks_for_a_lead(intent: str) -> bool:
    """Whether this intent has to be clearly likelier than the next."""
    return intent == OUT_OF_SCOPE or intent in _TOPICS


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Doubt(FallbackClassifier):
    """`threshold` holds for all intents, `ambiguity_threshold` for topics and what is out of scope."""

    def _nlu_prediction_ambiguous(self, message: Message) -> tuple[bool, float | None]:
        if not asks_for_a_lead(message.data[INTENT][INTENT_NAME_KEY]):
            return False, None
        ambiguous: tuple[bool, float | None] = super()._nlu_prediction_ambiguous(message)
        return ambiguous


_TOPICS = intents_of(TOPICS)
