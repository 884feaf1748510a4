"""Turns of the loaded model: what is answered, and what happens when an action misbehaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.dialogue import Dialogue
from bot.outcome import TurnFailed, UnreadableEvents

TOPICS = [
    "privacy_settings",
    "passwords",
    "cyberbullying",
    "sexting",
    "sextortion",
    "grooming",
    "cannabis",
    "alcohol",
    "smoking",
    "vaping",
    "sti_overview",
    "hiv",
    "condoms",
    "puberty_girls",
    "puberty_boys",
    "stress_and_exams",
    "child_rights",
    "running_away",
    "confidentiality",
    "emergency_numbers",
]

REPLIES = {
    "greet": {"kind": "phrase", "name": "greet"},
    "goodbye": {"kind": "phrase", "name": "goodbye"},
    "thanks": {"kind": "phrase", "name": "thanks"},
    "affirm": {"kind": "phrase", "name": "affirm_nothing"},
    "deny": {"kind": "phrase", "name": "deny_nothing"},
    "bot_challenge": {"kind": "phrase", "name": "bot_challenge"},
    "out_of_scope": {"kind": "phrase", "name": "out_of_scope"},
    "talk_to_counsellor": {"kind": "counsellor"},
    "help_menu": {"kind": "menu"},
    **{topic: {"kind": "article", "topic": topic} for topic in TOPICS},
}

Where = Callable[[Callable[..., Any]], Dialogue]


def press(dialogue: Dialogue, intent: str, events: Any = (), **entities: str) -> list[dict[str, Any]]:
    answer = dialogue.turn("c", "web", events, intent=intent, entities=entities)
    return [reply["custom"] for reply in answer.replies]


def test_the_bot_knows_these_intents_and_no_command_of_rasa(dialogue: Dialogue) -> None:
    assert dialogue.intents == set(REPLIES)


@pytest.mark.parametrize("intent", REPLIES)
def test_each_intent_has_one_answer(dialogue: Dialogue, intent: str) -> None:
    assert press(dialogue, intent) == [REPLIES[intent]]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("pershendetje", "greet"),
        ("a je robot apo njeri", "bot_challenge"),
        ("dua te flas me nje njeri", "talk_to_counsellor"),
        ("flm shume", "thanks"),
        ("cfare eshte kanabisi", "cannabis"),
        ("ÇFARË ËSHTË KANABISI???", "cannabis"),
        ("c'eshte hiv", "hiv"),
        ("sa eshte numri i policise", "emergency_numbers"),
    ],
)
def test_spelling_does_not_matter(dialogue: Dialogue, text: str, intent: str) -> None:
    assert dialogue.turn("c", "web", [], said=text).reading.intent["name"] == intent


def test_a_channel_is_told_to_rasa(dialogue: Dialogue) -> None:
    events = dialogue.turn("c", "telegram", [], intent="greet").events

    assert [event["input_channel"] for event in events if event["event"] == "user"] == ["telegram"]


def test_an_action_that_raises_fails_the_turn_and_prints_no_word(
    dialogue_where: Where, capfd: pytest.CaptureFixture[str]
) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        raise ValueError(f"fshehtë {tracker.latest_message}")

    with pytest.raises(TurnFailed, match=r"^action_help_menu: ValueError$"):
        press(dialogue_where(run), "help_menu", theme="fshehtë")

    printed = capfd.readouterr()
    assert printed.out + printed.err == ""


def test_an_action_that_hangs_fails_the_turn_in_time(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        await asyncio.sleep(60)
        return []

    with pytest.raises(TurnFailed, match="TimeoutError"):
        press(dialogue_where(run), "help_menu")


def test_an_action_without_a_word_is_no_empty_success(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return []

    with pytest.raises(TurnFailed, match="no reply to help_menu"):
        press(dialogue_where(run), "help_menu")


def test_an_action_with_a_malformed_result_fails_the_turn(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        return [{"event": "slot", "timestamp": "yesterday"}]

    with pytest.raises(TurnFailed, match="ValidationError"):
        press(dialogue_where(run), "help_menu")


def test_actions_that_call_each_other_without_end_fail_the_turn(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        return [{"event": "followup", "name": "action_help_menu"}]

    with pytest.raises(TurnFailed, match="too many actions"):
        press(dialogue_where(run), "help_menu")


def test_a_reminder_fails_the_turn_since_nobody_would_be_there_to_keep_it(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(json_message={"kind": "menu"})
        when = "2030-01-01T00:00:00"
        return [{"event": "reminder", "intent": "greet", "date_time": when, "kill_on_user_msg": False}]

    with pytest.raises(TurnFailed, match="reminder"):
        press(dialogue_where(run), "help_menu")


def test_an_action_that_could_not_be_stopped_is_refused_at_the_start(dialogue_where: Where) -> None:
    def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        return []

    with pytest.raises(TypeError, match="action_help_menu has to be async"):
        dialogue_where(run)


def test_after_a_failed_turn_the_next_one_is_as_if_nothing_had_been(dialogue_where: Where) -> None:
    async def run(dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ValueError

    bot = dialogue_where(run)
    with pytest.raises(TurnFailed):
        press(bot, "help_menu")

    assert press(bot, "hiv") == [REPLIES["hiv"]]


def test_a_conversation_that_a_person_holds_is_not_answered(dialogue: Dialogue) -> None:
    with pytest.raises(TurnFailed, match="no reply"):
        press(dialogue, "greet", [{"event": "action", "name": "action_listen"}, {"event": "pause"}])


@pytest.mark.parametrize("event", [{}, {"event": "made_up"}, {"event": "user"}, {"event": None}])
def test_events_that_rasa_does_not_know(dialogue: Dialogue, event: dict[str, Any]) -> None:
    with pytest.raises(UnreadableEvents):
        press(dialogue, "greet", [event])
