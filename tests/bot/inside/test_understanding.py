"""Floors under what the trained bot understands of questions that it has not learnt from."""

from __future__ import annotations

import pytest

from bot.dialogue import Dialogue
from bot.inputs import EXAMPLES
from bot.training_data import read_examples
from tests.bot.evaluation.questions import read_questions, twins
from tests.bot.evaluation.understanding import Understanding, limits, read_all


@pytest.fixture(scope="module")
def understood(dialogue: Dialogue) -> Understanding:
    """The questions that are nobody's example, read by the trained model."""
    questions = read_questions()
    near = twins(questions, [example.text for example in read_examples(EXAMPLES)])
    return Understanding(read_all(dialogue, [q for q in questions if q.id not in near]), limits())


def test_enough_is_understood(understood: Understanding) -> None:
    floors = {
        "right topic first": (understood.topics.first, 90),
        "right topic among three": (understood.topics.three, 96),
        "right intent of dialogue": (understood.dialogue.first, 93),
        "out of scope recognised": (understood.out_of_scope.recognised, 85),
    }
    fallen = [
        f"{name}: {share}, at least {floor} %" for name, (share, floor) in floors.items() if share.percent < floor
    ]
    refused = understood.in_scope.refused
    if refused.percent > 3:
        fallen.append(f"in scope refused: {refused}, at most 3 %")

    assert not fallen, "; ".join(fallen) + " (python -m tests.bot.evaluation says where)"


def test_each_intent_is_asked_for_in_each_way_of_typing(dialogue: Dialogue) -> None:
    asked = read_questions()

    for intent in dialogue.intents:
        variants = [question.variant for question in asked if question.intent == intent]
        assert len(variants) >= len(set(variants)) >= 4, intent


def test_no_question_comes_twice() -> None:
    questions = read_questions()

    assert len({question.id for question in questions}) == len({question.text for question in questions}) == 1172
