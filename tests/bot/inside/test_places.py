"""Which help is asked for and where: entities with their places in the raw text, beside the intent that stood there."""

from __future__ import annotations

import time

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.places import HelpSeeker, entities_in


def found(text: str) -> set[tuple[str, str]]:
    return {(entity["entity"], entity["value"]) for entity in entities_in(text)}


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        (
            "ku eshte njesia e mbrojtjes se femijes ne Shkodër",
            {("service", "child_protection"), ("municipality", "shkoder")},
        ),
        (
            "ku e gjej njësinë për mbrojtjen e fëmijës, Pukë",
            {("service", "child_protection"), ("municipality", "puke")},
        ),
        ("njmf n'kuksi", {("service", "child_protection"), ("municipality", "kukes")}),
        ("a ka qps n'Prizren", {("service", "child_protection"), ("country", "kosovo")}),
        ("ku bej testin e hiv ne durres", {("service", "hiv_test"), ("municipality", "durres")}),
        ("testi i SIDËS", {("service", "hiv_test")}),
        ("cili eshte numri i policise", {("service", "police")}),
        ("qysh thirret policia prej Kosovës", {("service", "police"), ("country", "kosovo")}),
        ("policia n'Poliçan", {("service", "police"), ("municipality", "polican")}),
        ("si thirret ambullanca", {("service", "ambulance")}),
        ("urgjenca!!!", {("service", "ambulance")}),
        ("cilet jane numrat e urgjences", {("service", "emergency")}),
        ("zjarrfikësit tirone", {("service", "fire"), ("municipality", "tirane")}),
        ("zjarrfiksat", {("service", "fire")}),
        ("cfare eshte 112", {("service", "emergency")}),
        ("emergjencat civile", {("service", "civil_emergencies")}),
        ("numri i ALO-s", {("service", "alo")}),
        ("a ekziston 116 000", {("service", "missing")}),
        ("avokati i popullit", {("service", "ombudsman")}),
        ("krimet kibernetike", {("service", "police_cyber")}),
        ("si punon take it down", {("service", "take_it_down")}),
    ],
)
def test_what_is_asked_for_and_where(text: str, entities: set[tuple[str, str]]) -> None:
    assert found(text) == entities


@pytest.mark.parametrize(
    "text",
    [
        "alo a ka njeri",
        "Poliçani",
        "me policen e librave",
        "jam 13 vjec, kam 1290 leke",
        "kam nje test matematike",
        "mbrojtja e skuadres",
        "me mat temperaturen",
        "",
    ],
)
def test_what_names_no_help(text: str) -> None:
    assert not [entity for entity in entities_in(text) if entity["entity"] == "service"]


@pytest.mark.parametrize(
    "text", ["😭 njësia e mbrojtjes n’Shkodër!!!", "POLICIAAAA ne   Tironë", "e\u0308 n'Kuks 129?"]
)
def test_each_entity_knows_its_place_in_the_raw_text(text: str) -> None:
    entities = entities_in(text)

    assert len(entities) == 2
    for entity in entities:
        named = text[entity["start"] : entity["end"]]
        assert named == named.strip(" !?😭")
        assert named


def test_the_component_adds_to_a_message_and_leaves_its_intent() -> None:
    intent = {"name": "find_help", "confidence": 0.9}
    theme = {"entity": "theme", "value": "drugs"}
    asked = Message({TEXT: "policia ne Vlorë", INTENT: intent, ENTITIES: [theme]})
    silent = Message({TEXT: "", INTENT: intent})

    HelpSeeker().process([asked, silent])

    assert asked.get(INTENT) == intent
    assert asked.get(ENTITIES)[0] == theme
    assert [(e["entity"], e["value"], e["start"], e["end"]) for e in asked.get(ENTITIES)[1:]] == [
        ("service", "police", 0, 7),
        ("municipality", "vlore", 11, 16),
    ]
    assert {e["extractor"] for e in asked.get(ENTITIES)[1:]} == {"HelpSeeker"}
    assert ENTITIES in asked.output_properties
    assert not silent.get(ENTITIES)


def test_a_long_message_is_read_in_milliseconds() -> None:
    text = "policia e tiranes dhe njesia e mbrojtjes ne durres mat has fier " * 31
    started = time.perf_counter()
    entities_in(text)
    assert time.perf_counter() - started < 0.1
