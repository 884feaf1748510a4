"""No text that a visitor can receive may harm: words, numbers, questions, and where each script's paths end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdoor.assessment import RISK_CATEGORIES
from frontdoor.content import Content, Follow, Script, Step

CONTENT = Path(__file__).parents[2] / "content"
NUMBERS = ("alo", "missing", "police", "ambulance", "fire", "emergency")
NUMBER = re.compile(r"\{(" + "|".join(NUMBERS) + r")\}")
OUTSIDE = "Jashtë Shqipërisë: {emergency}."
LONGEST_SENTENCE = 22

FORBIDDEN = (
    r"mos u mërzit",
    r"ka njerëz më keq",
    r"mendo(ji)? për prind",
    r"pse s['’]e the",
    r"pse nuk e the",
    r"\bmëkat\w*",
    r"\bturp (të|ta|i) kesh",
    r"\bje (i|e) (sëmurë|çmendur|varur|sigurt|lënduar|kërcënuar)\b",
    r"\b(i/e|e/i)\b",
    r"\bvuan nga\b",
    r"\bkreu vetëvrasje|vetëvrasje e suksesshme",
)
SECRECY = (
    r"mbetet (mes|midis) nesh",
    r"(?<!mos )\b(do ta|e) mba(jmë|j) (të )?sekret(in)?\b",
    r"nuk i(a)? (tregojmë|themi|tregoj|them) (kurrë |dot )?askujt",
    r"askush nuk do ta (marrë vesh|mësojë|dijë)",
    r"askush nuk e (merr vesh|mëson)",
    r"plotësisht (anonim|konfidencial|sekret)",
    r"(premtoj|premtojmë|garantojmë) (se|që)",
)
METHODS = (
    r"\b(litar|bris[kq]|thik|pushk|pistolet|helm|damar|prerj|mbyt|mbidoz|ilaç|tablet|kokrr)",
    r"\b(varj[ea]|hidhu|hidhem|teh|tehe)\b",
)
AMOUNTS = r"\b\d+([.,]\d+)?\s?(mg|g|gram|ml|tableta|hapa|kokrra|gota|shishe|pilula)\b"
RAW_NUMBERS = r"\b116[ -]?\d{3}\b|\b1(12|27|28|29)\b|\b0800\b|\+355"
EMOJI = r"[\U0001F000-\U0001FAFF\u2600-\u27BF]"
TI_FORMS = r"\b(ti|ty|yt|jote|tënd|tënde|telefono|shkruaj|thuaj(i|a|u)?|dëgjoje|tregoji)\b"
JU_FORMS = r"\b(juaj|tuaj|jeni|keni|telefononi|shkruani|thuaj(i|a|u)ni|dëgjojeni|qëndroni)\b"

ON_THE_PAGE = ("position", "minutes", "alias", "left", "time", "n", "date", "number", "publisher", "year")
WEEK = ("week", "first", "last")
KNOWN_PLACEHOLDERS = {
    "bot": {*NUMBERS, "publisher", "year", "sources", "date"},
    "system": {*NUMBERS, "position", "minutes", "alias", "n"},
    "errors": {*NUMBERS},
    "visitor": {*NUMBERS, *ON_THE_PAGE},
    "console": {*NUMBERS, "n", "minutes", "alias", "level", "from", "to", "time", "date", "of", "share", *WEEK},
    "script": {*NUMBERS, "PERSON"},
    "article": {*NUMBERS},
}
VISITOR_FILES = ("bot", "system", "errors", "visitor")
THEMES = ("internet", "drugs", "tobacco", "sexual_health", "growing_up", "rights_and_safety", "service")


@dataclass(frozen=True)
class Text:
    """One text that somebody can receive, with the place where it stands."""

    where: str
    kind: str
    words: str


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def _said(step: Step) -> str:
    """All that is said at this step."""
    return f"{step.text} {step.question or ''}".strip()


def _follows(step: Step) -> dict[str, Follow]:
    """What follows each answer that the step knows."""
    answers = {"yes": step.yes, "no": step.no, "one": step.one, "other": step.other, "silence": step.silence}
    return {answer: follow for answer, follow in answers.items() if follow is not None}


def _reached(script: Script) -> dict[str, int]:
    """The highest level at which each step can be said, found by walking every answer."""
    levels: dict[str, int] = {}
    walk = [(script.first, max(script.levels, default=0))]
    while walk:
        name, level = walk.pop()
        if levels.get(name, -1) >= level:
            continue
        levels[name] = level
        walk += [(f.step, max(level, f.level or 0)) for f in _follows(script.steps[name]).values() if f.step]
    return levels


def _phrase_texts(locale: str, files: tuple[str, ...]) -> Iterator[Text]:
    for file in files:
        for name, phrase in _yaml(CONTENT / "phrases" / f"{file}.yml").items():
            yield Text(f"phrases/{file}.yml {name}", file, phrase[locale])
            for button in phrase.get("buttons", ()):
                yield Text(f"phrases/{file}.yml {name}, a button", file, button["title"][locale])


def _article_texts() -> Iterator[Text]:
    for path in sorted((CONTENT / "articles").glob("*.md")):
        _, head, body = path.read_text("utf-8").split("---\n", 2)
        yield Text(f"articles/{path.name}, title", "article", yaml.safe_load(head)["title"])
        yield Text(f"articles/{path.name}", "article", body)


HOUSE = Content(CONTENT)
SCRIPTS = tuple(HOUSE.scripts.values())
HIGH_SCRIPTS = tuple(script for script in SCRIPTS if script.levels and min(script.levels) >= 3)
SCRIPT_TEXTS = tuple(
    Text(f"script {script.id}, step {name}", "script", _said(step))
    for script in SCRIPTS
    for name, step in script.steps.items()
)
PHRASE_TEXTS = tuple(_phrase_texts("sq", VISITOR_FILES))
VISITOR_TEXTS = (*PHRASE_TEXTS, *SCRIPT_TEXTS, *_article_texts())


def _breaking(texts: tuple[Text, ...], *patterns: str) -> list[str]:
    """Where one of the patterns stands, with what was found."""
    return [
        f"{text.where}: {found.group(0)!r}"
        for text in texts
        for pattern in patterns
        if (found := re.search(pattern, text.words, re.IGNORECASE))
    ]


def _sentences(words: str) -> Iterator[str]:
    """Sentences as a reader takes breath: also at a colon, a semicolon, a line's end."""
    for sentence in re.split(r"[.!?…:;·](?=\s|$|[”“\"])|\n+", words):
        if sentence.strip():
            yield sentence.strip()


def test_nothing_hurtful_is_said() -> None:
    assert _breaking(VISITOR_TEXTS, *FORBIDDEN) == []


def test_no_total_secrecy_is_promised() -> None:
    assert _breaking(VISITOR_TEXTS, *SECRECY) == []


def test_no_child_is_asked_why() -> None:
    asked = [
        text.where
        for text in VISITOR_TEXTS
        for question in re.findall(r"[^.!?\n]*\?", text.words)
        if re.search(r"\bpse\b", question, re.IGNORECASE)
    ]
    assert asked == []


def test_scripts_and_phrases_name_no_means() -> None:
    assert _breaking((*PHRASE_TEXTS, *SCRIPT_TEXTS), *METHODS) == []


def test_no_text_names_an_amount() -> None:
    assert _breaking(VISITOR_TEXTS, AMOUNTS) == []


def test_numbers_of_help_stand_only_in_the_directory() -> None:
    found = [
        f"{path.relative_to(CONTENT)}: {number.group(0)}"
        for path in sorted((*CONTENT.rglob("*.yml"), *CONTENT.rglob("*.md")))
        if path.name != "directory.yml"
        for number in re.finditer(RAW_NUMBERS, path.read_text("utf-8"))
    ]
    assert found == []


def test_sentences_are_short() -> None:
    long = [
        f"{text.where}: {len(sentence.split())} words: {sentence}"
        for text in VISITOR_TEXTS
        for sentence in _sentences(text.words)
        if len(sentence.split()) > LONGEST_SENTENCE
    ]
    assert long == []


def test_nothing_blinks_or_shouts() -> None:
    greeting = ("phrases/bot.yml opening", "phrases/bot.yml greet")
    calm = tuple(text for text in VISITOR_TEXTS if text.where not in greeting)
    assert _breaking(VISITOR_TEXTS, EMOJI) == []
    assert _breaking(tuple(text for text in calm if text.kind != "article"), "!") == []


def test_every_placeholder_can_be_filled() -> None:
    texts = (
        *VISITOR_TEXTS,
        *_phrase_texts("en", (*VISITOR_FILES, "console")),
        *_phrase_texts("sq", ("console",)),
    )
    unknown = [
        f"{text.where}: {{{name}}}"
        for text in texts
        for name in re.findall(r"\{(\w+)\}", text.words)
        if name not in KNOWN_PLACEHOLDERS[text.kind]
    ]
    assert unknown == []


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
    intents = {"help_menu", "talk_to_counsellor", "bot_challenge", "greet", "goodbye", "thanks", "affirm", "deny"}
    allowed = (
        {"menu", "counsellor", "not_so", "breathing", "leave", "answer:yes", "answer:no"}
        | {f"menu:{theme}" for theme in THEMES}
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
    phrases = _yaml(CONTENT / "phrases" / "bot.yml")
    offered = {button["do"] for theme in THEMES for button in phrases[f"menu_{theme}"]["buttons"]}
    articles = {f"article:{path.stem}" for path in (CONTENT / "articles").glob("*.md")}
    assert articles - offered == set()


def test_the_breathing_exercise_is_short() -> None:
    assert len(_yaml(CONTENT / "phrases" / "bot.yml")["breathing"]["sq"].split()) <= 60


def test_the_emergency_card_names_each_number_and_ends_outside_albania() -> None:
    card = _yaml(CONTENT / "phrases" / "system.yml")["emergency_card"]["sq"]
    assert set(NUMBER.findall(card)) == set(NUMBERS)
    assert card.endswith(OUTSIDE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_one_question_at_a_time(script: Script) -> None:
    for name, step in script.steps.items():
        assert "?" not in step.text, name
        assert (step.question or "?").count("?") == 1, name
        assert (step.question or "?").endswith("?"), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_every_step_can_be_reached_and_comes_to_an_end(script: Script) -> None:
    assert set(_reached(script)) == set(script.steps)
    for name, step in script.steps.items():
        assert not _follows(step) or step.question, f"{name} waits for an answer to no question"

    def walk(name: str, before: tuple[str, ...]) -> None:
        assert name not in before, f"{script.id} goes round in circles: {(*before, name)}"
        for follow in _follows(script.steps[name]).values():
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
        for answer, follow in _follows(step).items():
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
    follows = _follows(script.steps[script.first])
    silent = follows.pop("silence").step
    assert silent is not None
    still = script.steps[silent]
    assert still.text.startswith("Jemi ende këtu")
    assert still.question == script.steps[script.first].question
    assert _follows(still) == follows


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
    adults = {script.id for script in SCRIPTS if script.speaker == "adult"}
    spoken = [(t.where.split()[1].rstrip(",") in adults, t) for t in SCRIPT_TEXTS]
    to_adults = tuple(text for adult, text in spoken if adult)
    # quoted speech is somebody else's, and "telefononi bashkë" is said to the child and who stands by
    children = tuple(
        Text(text.where, text.kind, re.sub(r"“[^”]*”|telefononi bashkë", "", text.words, flags=re.IGNORECASE))
        for adult, text in spoken
        if not adult
    )
    assert len(to_adults) > 100
    assert _breaking(to_adults, TI_FORMS) == []
    assert _breaking(children, JU_FORMS) == []


def test_a_signature_is_a_persons() -> None:
    signatures = _yaml(CONTENT / "signatures.yml")["signatures"]
    for signature in signatures:
        assert re.fullmatch(r"[0-9a-f]{64}", signature["digest"])
        assert signature["signed_by"].strip()
        assert signature["signed_on"]
