"""No text that a visitor can receive may harm: words, numbers, questions, and where each script's paths end."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdoor import safe_messaging
from frontdoor.assessment import RISK_CATEGORIES
from frontdoor.content import Content, Script
from frontdoor.safe_messaging import (
    JU_FORMS,
    METHODS,
    RAW_NUMBERS,
    RULES,
    TI_FORMS,
    VISITOR_FILES,
    Finding,
    Severity,
    Text,
    breaking,
    check_script,
    follows,
    phrase_texts,
    script_texts,
    visitor_texts,
)
from frontdoor.spelling import Spelling
from frontdoor.words import Words

CONTENT = Path(__file__).parents[2] / "content"
NUMBERS = ("alo", "missing", "police", "ambulance", "fire", "emergency")
NUMBER = re.compile(r"\{(" + "|".join(NUMBERS) + r")\}")
OUTSIDE = "Jashtë Shqipërisë: {emergency}."

ON_THE_PAGE = ("position", "minutes", "alias", "left", "time", "n", "date", "number", "publisher", "year")
WEEK = ("week", "first", "last")
KNOWN_PLACEHOLDERS = {
    "bot": {*NUMBERS, "publisher", "year", "sources", "date", "theme", "title"},
    "help": {*NUMBERS, "entry", "number", "hours", "address", "place", "names"},
    "system": {*NUMBERS, "position", "minutes", "alias", "n"},
    "errors": {*NUMBERS},
    "visitor": {*NUMBERS, *ON_THE_PAGE},
    "console": {*NUMBERS, "n", "minutes", "alias", "level", "from", "to", "time", "date", "of", "share", *WEEK},
    "script": {*NUMBERS, "PERSON"},
}


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _reached(script: Script) -> dict[str, int]:
    """The highest level at which each step can be said, found by walking every answer."""
    levels: dict[str, int] = {}
    walk = [(script.first, max(script.levels, default=0))]
    while walk:
        name, level = walk.pop()
        if levels.get(name, -1) >= level:
            continue
        levels[name] = level
        walk += [(f.step, max(level, f.level or 0)) for f in follows(script.steps[name]).values() if f.step]
    return levels


HOUSE = Content(CONTENT)
WORDS = Words(HOUSE)
SCRIPTS = tuple(HOUSE.scripts.values())
HIGH_SCRIPTS = tuple(script for script in SCRIPTS if script.levels and min(script.levels) >= 3)
SCRIPT_TEXTS = tuple(text for script in SCRIPTS for text in script_texts(script))


def say(name: str, /, **fill: str) -> str:
    return WORDS.text("checks", name, **fill)


@functools.cache
def found(spelling: Spelling | None = None) -> tuple[Finding, ...]:
    """All errors in what a visitor can receive; past its review date an article is one."""
    all_ = safe_messaging.check(HOUSE, safe_messaging.bodies(CONTENT), date.today(), say, spelling)
    return tuple(finding for finding in all_ if finding.severity is Severity.ERROR)


def errors(rules: set[str], spelling: Spelling | None = None) -> list[tuple[str, str]]:
    """Where what a visitor can receive breaks one of these rules."""
    return [(finding.where, finding.words) for finding in found(spelling) if finding.rule in rules]


def _phrases(locale: str, files: tuple[str, ...]) -> Iterator[tuple[str, Text]]:
    for file in files:
        for text in phrase_texts(file, HOUSE.phrases[file], locale):
            yield file, text


def test_nothing_hurtful_is_said() -> None:
    assert errors({"hurtful", "blame", "diagnosis", "label", "verdict"}) == []


def test_no_total_secrecy_is_promised() -> None:
    assert errors({"secrecy", "promise"}) == []


def test_no_text_names_an_amount() -> None:
    assert errors({"amount", "price"}) == []


@pytest.mark.parametrize("rule", sorted({rule.name for rule in RULES}))
def test_no_rule_of_safe_messaging_is_broken(rule: str) -> None:
    assert errors({rule}) == []


def test_no_child_is_asked_why() -> None:
    assert errors({"why"}) == []


def test_scripts_and_phrases_name_no_means() -> None:
    texts = [text for text in visitor_texts(HOUSE, say) if text.kind in ("script", "phrase")]
    assert len(texts) > 500
    assert all(text.strict for text in texts)
    assert [text.where for text in texts if [*breaking(METHODS, text)]] == []


def test_nothing_that_looks_like_a_number_or_an_address_stands_in_a_text() -> None:
    assert errors({"number"}) == []


def test_numbers_of_help_stand_only_in_the_directory() -> None:
    numbers = [
        f"{path.relative_to(CONTENT)}: {number.group(0)}"
        for path in sorted((*CONTENT.rglob("*.yml"), *CONTENT.rglob("*.md")))
        if path.name != "directory.yml"
        for number in re.finditer(RAW_NUMBERS, path.read_text("utf-8"))
    ]
    assert numbers == []


def test_sentences_are_short() -> None:
    assert errors({"sentence"}) == []


def test_nothing_blinks_or_shouts() -> None:
    assert errors({"shouting", "emoji"}) == []


def test_words_are_written_right(spelling: Spelling) -> None:
    assert errors({"spelling"}, spelling) == []


def test_every_article_has_its_parts_its_sources_and_its_dates() -> None:
    assert [(finding.where, finding.rule, finding.words) for finding in found()] == []


def test_every_placeholder_can_be_filled() -> None:
    texts = [
        *_phrases("sq", (*VISITOR_FILES, "console")),
        *_phrases("en", (*VISITOR_FILES, "console")),
        *(("script", text) for text in SCRIPT_TEXTS),
    ]
    unknown = [
        f"{text.where}: {{{name}}}"
        for kind, text in texts
        for name in re.findall(r"\{(\w+)\}", text.words)
        if name not in KNOWN_PLACEHOLDERS[kind]
    ]
    assert unknown == []
    assert errors({"placeholder"}) == []


def test_both_languages_fill_the_same_places() -> None:
    for file in (*VISITOR_FILES, "console"):
        for name, phrase in _yaml(CONTENT / "phrases" / f"{file}.yml").items():
            assert phrase["sq"].strip(), (file, name)
            assert phrase["en"].strip(), (file, name)
            albanian, english = (set(re.findall(r"\{(\w+)\}", phrase[locale])) for locale in ("sq", "en"))
            assert albanian == english, (file, name)


def test_what_stands_in_two_files_says_the_same() -> None:
    page = _yaml(CONTENT / "phrases" / "visitor.yml")
    lines = _yaml(CONTENT / "phrases" / "bot.yml") | _yaml(CONTENT / "phrases" / "system.yml")
    # the same name for a button and for what it opens
    shared = sorted(set(page) & set(lines) - {"breathing"})
    assert "draft_note" in shared
    assert [name for name in shared if page[name]["sq"] != lines[name]["sq"]] == []


def test_each_error_gives_the_helpline() -> None:
    errors = _yaml(CONTENT / "phrases" / "errors.yml")
    assert [code for code, phrase in errors.items() if "{alo}" not in phrase["sq"]] == []


def test_a_button_does_something_that_exists() -> None:
    topics = {path.stem for path in (CONTENT / "articles").glob("*.md")}
    intents = {"help_menu", "talk_to_counsellor", "bot_challenge", "greet", "affirm", "deny", "not_that"}
    allowed = (
        {"menu", "counsellor", "not_so", "breathing", "leave", "answer:yes", "answer:no"}
        | {f"menu:{theme}" for theme in HOUSE.themes}
        | {f"article:{topic}" for topic in topics}
        | {f"intent:{intent}" for intent in intents}
    )
    done = [
        (file, name, button["do"])
        for file in (*VISITOR_FILES, "console")
        for name, phrase in _yaml(CONTENT / "phrases" / f"{file}.yml").items()
        for button in phrase.get("buttons", ())
    ]
    assert len(done) > 40
    assert [entry for entry in done if entry[2] not in allowed] == []


def test_each_article_is_found_from_the_menu() -> None:
    offered = [topic for theme in HOUSE.themes.values() for topic in theme.topics]
    assert len(offered) == len(set(offered)) == len(HOUSE.articles) == 122
    assert set(offered) == set(HOUSE.articles)


def test_a_menu_is_short_and_its_buttons_are_told_apart() -> None:
    for theme in HOUSE.themes.values():
        titles = [HOUSE.articles[topic].head.button for topic in theme.topics]
        assert len(titles) == len(set(titles)), theme.theme
        assert all(len(group.topics) <= 8 for group in theme.groups), theme.theme
        assert all(page.do == "breathing" for group in theme.groups for page in group.pages), theme.theme


def test_the_breathing_exercise_is_short() -> None:
    assert len(_yaml(CONTENT / "phrases" / "bot.yml")["breathing"]["sq"].split()) <= 60


def test_the_emergency_card_names_each_number_and_ends_outside_albania() -> None:
    card = _yaml(CONTENT / "phrases" / "system.yml")["emergency_card"]["sq"]
    assert set(NUMBER.findall(card)) == set(NUMBERS)
    assert card.endswith(OUTSIDE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_one_question_at_a_time(script: Script) -> None:
    assert [*check_script(script, say)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_every_step_can_be_reached_and_comes_to_an_end(script: Script) -> None:
    assert set(_reached(script)) == set(script.steps)
    for name, step in script.steps.items():
        assert not follows(step) or step.question, f"{name} waits for an answer to no question"

    def walk(name: str, before: tuple[str, ...]) -> None:
        assert name not in before, f"{script.id} goes round in circles: {(*before, name)}"
        for follow in follows(script.steps[name]).values():
            if follow.step:
                walk(follow.step, (*before, name))

    walk(script.first, ())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_every_path_ends_with_a_person_or_a_number(script: Script) -> None:
    """Any step may be the last: the visitor may say something else, or nothing more."""
    for name, step in script.steps.items():
        assert NUMBER.search(step.text) or "{PERSON}" in step.text or "këshillues" in (step.question or ""), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_an_answer_only_raises(script: Script) -> None:
    for name, step in script.steps.items():
        for answer, follow in follows(step).items():
            assert follow.level is None or follow.level > min(script.levels, default=0), (name, answer)


@pytest.mark.parametrize("script", HIGH_SCRIPTS, ids=lambda script: script.id)
def test_from_level_three_a_person_and_a_number_are_named_first(script: Script) -> None:
    assert "{PERSON}" in script.steps[script.first].text
    for name, step in script.steps.items():
        assert NUMBER.search(step.text), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_every_emergency_text_ends_outside_albania(script: Script) -> None:
    for name, level in _reached(script).items():
        assert level < 4 or script.steps[name].text.endswith(OUTSIDE), name


@pytest.mark.parametrize("script", HIGH_SCRIPTS, ids=lambda script: script.id)
def test_after_a_minute_of_silence_we_are_still_here_and_the_question_stays_open(script: Script) -> None:
    answers = follows(script.steps[script.first])
    silent = answers.pop("silence").step
    assert silent is not None
    still = script.steps[silent]
    assert still.text.startswith("Jemi ende këtu")
    assert still.question == script.steps[script.first].question
    assert follows(still) == answers


@pytest.mark.parametrize(
    "script",
    [script for script in HIGH_SCRIPTS if script.speaker != "adult" and script.steps[script.first].yes],
    ids=lambda script: script.id,
)
def test_a_child_may_answer_with_one_alone(script: Script) -> None:
    one = script.steps[script.first].one
    assert one is not None
    assert one.step is not None
    assert max(script.levels[-1], one.level or 0) == 4


@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("category", RISK_CATEGORIES)
def test_each_category_has_words_for_the_child_a_friend_and_an_adult(category: str, level: int) -> None:
    for about in ("self", "other"):
        for speaker in ("child", "unknown", "adult"):
            found = HOUSE.script_for(category, level, about, speaker)
            assert level in found.levels
            assert found.about in (about, "any")
            assert (found.speaker == "adult") == (speaker == "adult"), (about, speaker, found.id)
            if level < 4:
                assert found.category == category, (about, speaker, found.id)


def test_no_two_scripts_fit_equally_well() -> None:
    written = sum(len(_yaml(path)) for path in (CONTENT / "scripts").glob("*.yml"))
    assert written == len(SCRIPTS), "an id stands twice"
    taken: dict[tuple[str, int, str, str], str] = {}
    for script in SCRIPTS:
        for level in script.levels:
            place = (script.category, level, script.about, script.speaker)
            assert place not in taken, f"{script.id} and {taken[place]}"
            taken[place] = script.id


def test_adults_are_addressed_as_ju_and_children_as_ti() -> None:
    to_adults = [text for text in SCRIPT_TEXTS if text.register == "ju"]
    assert len(to_adults) > 100
    assert [text.where for text in to_adults if [*breaking(TI_FORMS, text)]] == []
    assert [text.where for text in SCRIPT_TEXTS if [*breaking(JU_FORMS, text)]] == []


def test_a_signature_is_a_persons() -> None:
    signatures = _yaml(CONTENT / "signatures.yml")["signatures"]
    for signature in signatures:
        assert re.fullmatch(r"[0-9a-f]{64}", signature["digest"])
        assert signature["signed_by"].strip()
        assert signature["signed_on"]
