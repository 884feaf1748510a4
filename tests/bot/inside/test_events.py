"""What is kept between turns."""

from __future__ import annotations

from typing import Any

from bot.events import TURNS_KEPT, to_keep

START: list[dict[str, Any]] = [
    {"event": "action", "name": "action_session_start"},
    {"event": "session_started"},
    {"event": "action", "name": "action_listen"},
]


def said(text: str, intent: str = "greet") -> dict[str, Any]:
    ranking = [{"name": f"intent_{i}", "confidence": 0.01} for i in range(100)]
    named = {"name": intent, "confidence": 0.9}
    parsed = {"intent": named, "entities": [], "text": text, "intent_ranking": ranking}
    return {"event": "user", "timestamp": 1.0, "text": text, "parse_data": parsed, "input_channel": "web"}


def answered(name: str) -> list[dict[str, Any]]:
    data = {"elements": None, "buttons": None, "custom": {"kind": "menu"}}
    return [
        {"event": "user_featurization", "use_text_for_featurization": False},
        {"event": "action", "name": name, "policy": "RulePolicy", "metadata": {"model_id": "x"}},
        {"event": "bot", "text": None, "data": data, "metadata": {"assistant_id": "y", "utter_action": name}},
        {"event": "action", "name": "action_listen"},
    ]


def test_the_words_and_the_rankings_are_not_kept() -> None:
    kept = to_keep([*START, said("e fshehtë"), *answered("utter_greet")])

    assert kept[3] == {
        "event": "user",
        "timestamp": 1.0,
        "input_channel": "web",
        "parse_data": {"intent": {"name": "greet", "confidence": 0.9}, "entities": []},
    }
    assert "fshehtë" not in str(kept)


def test_nothing_empty_and_no_featurization_is_kept() -> None:
    kept = to_keep([*START, said("hej"), *answered("utter_greet")])

    assert kept[4:] == [
        {"event": "action", "name": "utter_greet", "policy": "RulePolicy"},
        {"event": "bot", "data": {"custom": {"kind": "menu"}}, "metadata": {"utter_action": "utter_greet"}},
        {"event": "action", "name": "action_listen"},
    ]


def test_keeping_twice_changes_nothing() -> None:
    once = to_keep([*START, said("hej"), *answered("utter_greet")])

    assert to_keep(once) == once


def test_the_last_turns_are_kept_with_what_outlives_the_others() -> None:
    events: list[dict[str, Any]] = list(START)
    for number in range(TURNS_KEPT * 3):
        events += [
            said("hej", f"intent_{number}"),
            {"event": "slot", "name": "age", "value": number},
            *answered("utter_greet"),
        ]
        if number == 1:
            events += [{"event": "active_loop", "name": "a_form"}, {"event": "slot", "name": "town", "value": None}]
        events = to_keep(events)

    intents = [event["parse_data"]["intent"]["name"] for event in events if event["event"] == "user"]
    assert intents == [f"intent_{number}" for number in range(TURNS_KEPT * 2, TURNS_KEPT * 3)]
    before = events[: events.index(next(event for event in events if event["event"] == "user"))]
    assert before[:3] == START
    assert {"event": "slot", "name": "age", "value": TURNS_KEPT * 2 - 1} in before
    assert {"event": "slot", "name": "town", "value": None} in before
    assert {"event": "active_loop", "name": "a_form"} in before
    assert len(before) == 6
