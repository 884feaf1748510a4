"""Finds in a message which help is asked for and where: entities `service`, `municipality` and `country`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from language.folding import fold
from language.places import places_in

# A service and its words as a pattern over folded text; what is said in more words stands before what is said in one.
_SERVICES = r"""
child_protection = njesi\w*(?: (?:e|per|se|te|s))? mbrojt\w*(?: (?:e|se|te|s))?(?: femij\w*| thmi\w*| fmi\w*)?
child_protection = njmf\w*
child_protection = punonjes\w*(?: (?:e|i|te|per|se))? mbrojt\w*(?: (?:e|se|te) femij\w*)?
child_protection = qendr\w* (?:per|e) pun\w* social\w*
child_protection = qps
police_cyber = (?:polic\w* |krim\w* )(?:e )?kibernetik\w*
hiv_test = test\w*(?: (?:e|i|per|te|se|s))? (?:hiv|aids|sid[ae]s?)
hiv_test = (?:qendr\w* )?ktv
ombudsman = avokat\w* (?:i|e|te) popullit
ombudsman = ombudsman\w*
take_it_down = take ?it ?down
isigurt = isigurt
women_line = linj\w* (?:e|per) grat?(?:ve|e)?
women_line = 116 ?117
missing = 116 ?000
missing = femij\w* (?:i|e|te|se) humbur
alo = 116 ?111
alo = (?:numr\w*|linj\w*|telefon\w*) (?:e|i|te|per) alo(?:[ -]?s)?
alo = alo ?116
alo = linj\w* (?:e|per) (?:femij\w*|ndihm\w*|keshillim\w*)
alo = linj\w* kombetar\w*
kosovo_life_line = linj\w* (?:e|se) jet\w*
civil_emergencies = emergjenc\w* civil\w*
emergency = num\w* (?:e|i|te|per) (?:emergjenc\w*|urgjencave)
emergency = numrat e urgjenc\w*
emergency = emergjenc\w*
emergency = 112
ambulance = ambull?anc\w*
ambulance = urgjenc\w*
ambulance = ndihm\w* (?:e|se) shpejt\w*
ambulance = 127|194
fire = zjarr ?fik\w*
fire = 128|193
police = polic(?:i|ia|ise|ine|is|in|ija|ijes|ijen|ie|it|et|eve|ve)?
police = komisariat\w*
police = 129|192
barnahus = barnahus\w*
lilium = (?:qendr\w* )?lilium\w*
nukjevetem = nukjevetem
aksk = aksk
ashdmf = ashdmf
aksion_plus = aksion plus
kosovo_labyrinth = labyrinth|labirint
pink_embassy = pink embassy
aleanca_lgbt = aleanc\w* lgbt\w*
toxicology = toksikologji\w*
child_psychiatry = psikiatri(?:a|se|ne|ke)?
hpv_vaccine = vaksin\w*(?: (?:e|kunder|per))? hpv
"""


def _pattern() -> tuple[re.Pattern[str], tuple[str, ...]]:
    lines = [line.partition(" = ") for line in _SERVICES.strip().splitlines()]
    either = "|".join(f"({pattern})" for _, _, pattern in lines)
    return re.compile(rf"(?<![^\W_])(?:{either})(?![^\W_])"), tuple(service for service, _, _ in lines)


_SERVICE, _NAMES = _pattern()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class HelpSeeker(GraphComponent, EntityExtractorMixin):
    """Adds entities to what others have found; intents are as they were, and nothing is learnt."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HelpSeeker:
        """It has neither settings nor a memory."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of each message, with their places in the raw text."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = self.add_extractor_name(entities_in(text))
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def entities_in(text: str) -> list[dict[str, Any]]:
    """The services and places that the text names, in their order; the values are slugs."""
    found = [*_services_in(text), *((place.kind, place.slug, place.start, place.end) for place in places_in(text))]
    return [
        {"entity": kind, "value": slug, "start": start, "end": end, "confidence_entity": 1.0}
        for kind, slug, start, end in sorted(found, key=lambda entity: entity[2:])
    ]


def _services_in(text: str) -> Iterator[tuple[str, str, int, int]]:
    folded = fold(text)
    for match in _SERVICE.finditer(folded.text):
        yield "service", _NAMES[(match.lastindex or 1) - 1], *folded.raw_span(*match.span())
