"""What becomes of each question when the trained bot reads it, counted."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import ActionFallback
from actions.topics import unclear_audience
from bot.dialogue import Dialogue
from bot.doubt import asks_for_a_lead
from bot.inputs import CONFIG
from tests.bot.evaluation.questions import DIALOGUE, OUT_OF_SCOPE, Question, themes
from tests.evaluation.shares import Share

_FALLBACK = "nlu_fallback"


class Outcome(str, Enum):
    """What the visitor gets."""

    RIGHT = "right"
    WRONG = "wrong"
    OFFERED = "right among the buttons"
    OFFERED_WRONG = "buttons without the right one"
    REFUSED = "refused"


@dataclass(frozen=True)
class Limits:
    """When `bot.doubt.Doubt` steps in."""

    threshold: float
    ambiguity: float


@dataclass(frozen=True)
class Reading:
    """A question, the intents by likelihood before any threshold, and what the bot would ask back."""

    question: Question
    ranking: Sequence[Mapping[str, Any]]
    kind: str
    choices: Sequence[str]
    places: bool
    audiences: Sequence[str]

    @property
    def first(self) -> str:
        """The likeliest intent."""
        return str(self.ranking[0]["name"])

    @property
    def right_first(self) -> bool:
        """Whether the likeliest is right."""
        return self.first == self.question.intent

    @property
    def right_among_three(self) -> bool:
        """Whether one of the three likeliest is right."""
        return self.question.intent in [entry["name"] for entry in self.ranking[:3]]

    def is_given(self, limits: Limits) -> bool:
        """Whether the likeliest is sure enough, and enough surer than the next."""
        first, second = (float(entry["confidence"]) for entry in self.ranking[:2])
        return first >= limits.threshold and (first - second >= limits.ambiguity or not asks_for_a_lead(self.first))

    def outcome(self, limits: Limits) -> Outcome:
        """What the visitor gets; a question that is out of scope is rightly refused."""
        given = self.is_given(limits)
        if not self.question.in_scope:
            if given and self.first != OUT_OF_SCOPE:
                return Outcome.WRONG
            return Outcome.OFFERED_WRONG if self.choices and not given else Outcome.RIGHT
        if given and self.right_first:
            return Outcome.RIGHT
        if given and self.first == OUT_OF_SCOPE:
            return Outcome.REFUSED
        offered = self.audiences if given else self.choices
        if offered:
            return Outcome.OFFERED if self.question.intent in offered else Outcome.OFFERED_WRONG
        return Outcome.WRONG if given or self.places else Outcome.REFUSED


def limits() -> Limits:
    """Those of config.yml."""
    pipeline = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["pipeline"]
    fallback = next(part for part in pipeline if part["name"] == "bot.doubt.Doubt")
    return Limits(fallback["threshold"], fallback["ambiguity_threshold"])


def read_all(dialogue: Dialogue, questions: Iterable[Question]) -> list[Reading]:
    """Each question read by the trained model, as the first message of a conversation."""
    return [_reading(dialogue, question) for question in questions]


def _reading(dialogue: Dialogue, question: Question) -> Reading:
    found = dialogue.read(question.text)
    ranking = [entry for entry in found.ranking if entry["name"] != _FALLBACK]
    doubtful = {"name": _FALLBACK, "confidence": 1.0}
    said = {"intent": doubtful, "intent_ranking": [doubtful, *ranking], "entities": found.entities}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("evaluation", {}, said, [], False, None, {}, None)
    asyncio.run(ActionFallback().run(dispatcher, tracker, {}))
    back = dispatcher.messages[0]["custom"]
    topics = back.get("topics", ())
    kinds = [str(entity["value"]) for entity in found.entities if entity["entity"] == "kind"]
    return Reading(
        question=question,
        ranking=ranking,
        kind=kinds[0] if kinds else "",
        choices=tuple(topics.values() if isinstance(topics, dict) else topics),
        places=back["kind"] == "help",
        audiences=tuple((unclear_audience(ranking) or {}).values()),
    )


@dataclass(frozen=True)
class Figures:
    """The shares of a group of questions, all in scope or all out of scope."""

    readings: Sequence[Reading]
    limits: Limits

    def share(self, good: Callable[[Reading], bool]) -> Share:
        """How many readings are so."""
        counted = Share()
        for reading in self.readings:
            counted.count(good(reading))
        return counted

    def ending(self, *outcomes: Outcome) -> Share:
        """How many questions end in one of these."""
        return self.share(lambda reading: reading.outcome(self.limits) in outcomes)

    @property
    def first(self) -> Share:
        """The right intent is the likeliest."""
        return self.share(lambda reading: reading.right_first)

    @property
    def three(self) -> Share:
        """The right intent is among the three likeliest."""
        return self.share(lambda reading: reading.right_among_three)

    @property
    def refused(self) -> Share:
        """Of questions in scope: neither an answer nor buttons."""
        return self.ending(Outcome.REFUSED)

    @property
    def recognised(self) -> Share:
        """Of questions out of scope: not answered as if they were in scope."""
        return self.ending(Outcome.RIGHT, Outcome.OFFERED_WRONG)


class Understanding:
    """All readings with the limits of config.yml, or others."""

    def __init__(self, readings: Sequence[Reading], limits: Limits) -> None:
        """`readings` as from `read_all`."""
        self.readings, self.limits = readings, limits
        self._themes = themes()

    def with_limits(self, limits: Limits) -> Understanding:
        """The same readings under other limits."""
        return Understanding(self.readings, limits)

    def of(self, chosen: Callable[[Reading], bool]) -> Figures:
        """The figures of the readings chosen."""
        return Figures([reading for reading in self.readings if chosen(reading)], self.limits)

    def theme(self, intent: str) -> str:
        """The theme of a topic, or what else an intent is."""
        return self._themes.get(intent, DIALOGUE if intent != OUT_OF_SCOPE else OUT_OF_SCOPE)

    @property
    def topics(self) -> Figures:
        """The questions about a topic."""
        return self.of(lambda reading: reading.question.intent in self._themes)

    @property
    def dialogue(self) -> Figures:
        """What is said beside the topics: greetings, thanks, "more", the wish for a person."""
        return self.of(lambda reading: self.theme(reading.question.intent) == DIALOGUE)

    @property
    def in_scope(self) -> Figures:
        """Both together."""
        return self.of(lambda reading: reading.question.in_scope)

    @property
    def out_of_scope(self) -> Figures:
        """What the house has no answer to."""
        return self.of(lambda reading: not reading.question.in_scope)

    def by_theme(self) -> dict[str, Figures]:
        """The topics of each theme, in the menu's order."""
        names = dict.fromkeys(self._themes.values())
        of_theme = ((name, [r for r in self.readings if self.theme(r.question.intent) == name]) for name in names)
        return {name: Figures(readings, self.limits) for name, readings in of_theme}

    def by_variant(self) -> dict[str, Figures]:
        """The questions about topics by how they are typed."""
        names = sorted({reading.question.variant for reading in self.readings})
        topics = self.topics.readings
        return {name: Figures([r for r in topics if r.question.variant == name], self.limits) for name in names}

    def confusions(self) -> Counter[tuple[str, str]]:
        """How often one intent is taken for another."""
        wrong = (r for r in self.readings if not r.right_first)
        return Counter((reading.question.intent, reading.first) for reading in wrong)

    def misses(self) -> dict[str, list[Reading]]:
        """For each intent the questions whose likeliest intent is another, in the menu's order."""
        order = {intent: number for number, intent in enumerate(self._themes)}
        missed: dict[str, list[Reading]] = defaultdict(list)
        for reading in self.readings:
            if not reading.right_first:
                missed[reading.question.intent].append(reading)
        return dict(sorted(missed.items(), key=lambda entry: (order.get(entry[0], len(order)), entry[0])))
