"""The cases that must hold whatever else changes: who is in danger, how grave, and in whose words."""

from __future__ import annotations

import pytest

from screening.screen import Screen

DANGER = [
    ("sdua te jetoj me", 3, "suicide", "self"),
    ("Nuk dua të jetoj më", 3, "suicide", "self"),
    ("s'du me jetu ma", 3, "suicide", "self"),
    ("po du me dek", 3, "suicide", "self"),
    ("kom me vra veten", 4, "suicide", "self"),
    ("i piva te gjitha hapat", 4, "suicide", "self"),
    ("nuk dua të vdes, vetëm të ndalojë dhimbja", 2, "suicide", "self"),
    ("vjet doja të vdisja", 3, "suicide", "self"),
    ("shoqja ime do të vdesë", 3, "suicide", "other"),
    ("e pres veten", 2, "self_harm", "self"),
    ("babi më rreh çdo natë", 3, "physical_abuse", "self"),
    ("po m'rreh baba tash", 4, "physical_abuse", "self"),
    ("mami më thotë se s'më do", 2, "emotional_abuse", "self"),
    ("xhaxhai më prek", 3, "sexual_abuse", "self"),
    ("po më shantazhon me fotot", 3, "online_sexual_exploitation", "self"),
    ("nje burre po m'shkrun cdo nate ne insta", 3, "online_sexual_exploitation", "self"),
    ("më bullizojnë në shkollë", 2, "bullying", "self"),
    ("duan të më martojnë me zor", 3, "trafficking_exploitation", "self"),
    ("dua te iki nga shtepia", 2, "missing_runaway", "self"),
    ("kam ikur nga shtëpia dhe jam në rrugë vetëm", 3, "missing_runaway", "self"),
    ("vajza ime s'është kthyer që dje", 4, "missing_runaway", "other"),
    ("s'kemi bukë në shtëpi", 2, "neglect", "self"),
    ("shoku s'zgjohet, piu shumë hapa", 4, "substance_emergency", "other"),
    ("mendoj se jam shtatzënë", 2, "pregnancy_crisis", "self"),
    ("vjell pasi ha", 2, "eating_disorder", "self"),
    ("babi ka marrë thikën, do na vrasë", 4, "immediate_danger", "self"),
    ("jena t'ngujum", 3, "immediate_danger", "self"),
    ("kam thikë në çantë për ta", 3, "violence_to_others", "self"),
    ("dëgjoj zëra në kokë", 2, "mental_distress", "self"),
    ("jam shumë i trishtuar", 1, "mental_distress", "self"),
    ("voglio morire sdi cte bej", 3, "suicide", "self"),
    ("i want to kill myself", 3, "suicide", "self"),
]


@pytest.mark.parametrize(("text", "level", "category", "about"), DANGER)
def test_danger_in_words_is_found(screen: Screen, text: str, level: int, category: str, about: str) -> None:
    result = screen.screen(text)
    assert (result.level, category in result.categories, result.about) == (level, True, about)
    assert result.version == screen.version


HARMLESS = [
    "cfare eshte kanabisi",
    "dua te flas me nje njeri",
    "po vdes së qeshuri 😂",
    "vdiqa duke qeshur",
    "vdeksha po gënjej",
    "më vrau mësuesja me detyra",
    "më vrasin këpucët",
    "si ta vras kohën",
    "i vrava të gjithë në Fortnite",
    "e rrahëm 3-0",
    "më ndjek në Instagram",
    "më preku shumë kënga",
    "ika nga shtëpia e gjyshes në 5",
    "nuk më rreh njeri",
    "nuk pi drogë",
    "ese për vetëvrasjen te një roman",
    "më rreh zemra kur e shoh",
    "mamaja ime është shtatzënë",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_idioms_games_homework_and_negation_raise_nobody(screen: Screen, text: str) -> None:
    assert screen.screen(text).level == 0


AMBIGUOUS = [
    "do vras veten nëse humb Partizani",
    "do hidhem nga ballkoni po na la me klasë",
    "do më vrasë babi për notën",
    "çfarë është vetëvrasja",
    "do të të vras po s'erdhe 😂",
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_truly_ambiguous_words_ask_for_one_gentle_question(screen: Screen, text: str) -> None:
    result = screen.screen(text)
    assert (result.level, result.check_in) == (0, True)


@pytest.mark.parametrize(("text", "level", "category", "about"), DANGER)
def test_with_the_model_danger_in_words_is_found_as_well(
    whole: Screen, text: str, level: int, category: str, about: str
) -> None:
    result = whole.screen(text)
    assert (result.level >= min(level, 3), category in result.categories, result.about) == (True, True, about)


@pytest.mark.parametrize("text", HARMLESS)
def test_with_the_model_harmless_words_raise_nobody_either(whole: Screen, text: str) -> None:
    assert whole.screen(text).level <= 1


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_with_the_model_ambiguous_words_are_asked_about(whole: Screen, text: str) -> None:
    result = whole.screen(text)
    assert result.level >= 2 or result.check_in


def test_what_the_lexicon_must_find_is_found_with_the_model(whole: Screen) -> None:
    """A doubted entry may be overruled in other company, never in its own examples."""
    missed = [
        (entry.id, text)
        for entry in whole.lexicon.entries
        if entry.kind == "risk" and entry.level >= 2
        for text in entry.examples
        if whole.screen(text).level < min(entry.level, 3)
    ]
    assert missed == []


def test_a_guard_never_deletes_another_hit(screen: Screen) -> None:
    result = screen.screen("haha po vdes së qeshuri, po vërtet dua të vdes")
    assert result.level == 3
    assert [evidence.text for evidence in result.evidence] == ["dua të vdes"]
    assert screen.screen("luaj fortnite se babi më rreh").level == 3


def test_evidence_is_the_exact_raw_words(screen: Screen) -> None:
    text = "Pershendetje!! sDUA   t\u200bë jetoj më 😭"
    (evidence,) = screen.screen(text).evidence
    assert evidence.text == text[evidence.start : evidence.end] == "sDUA   t\u200bë jetoj më"
    assert (evidence.category, evidence.source) == ("suicide", "lexicon")


@pytest.mark.parametrize(
    "text",
    [
        "sdua te jetoj me",
        "S'DUA TË JETOJ MË",
        "sdua te jetoj meee",
        "sdua  te jetoj   me...",
        "s d u a  t e  j e t o j",
        "sdu4 te j3toj me",
        "sdua te jetоj me",
        "sduatejetoj",
        "sdua te jteoj me",
        "sdua,te jetoj me",
        "s'dua t'jetoj ma",
    ],
)
def test_spelling_and_evasion_hide_nothing(screen: Screen, text: str) -> None:
    assert screen.screen(text).level == 3


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("djali im 15 vjeç e pret veten", "adult"),
        ("jam mësuese, një nxënës vjen me mavijosje", "adult"),
        ("si prind, çfarë bëj nëse djali im pi drogë", "adult"),
        ("babi im më rreh", "child"),
        ("jam 13 vjec dhe dua te vdes", "child"),
        ("dua te vdes", "unknown"),
    ],
)
def test_who_speaks_is_told_from_the_words(screen: Screen, text: str, speaker: str) -> None:
    assert screen.screen(text).speaker == speaker


@pytest.mark.parametrize("text", ["NDIHMË", "ndihme!!", "/ndihme", "nihmeee 😭", "Help", "ndihm ndihm", "«ndihmë»"])
def test_the_safe_word_alone_is_heard(screen: Screen, text: str) -> None:
    assert screen.screen(text).safe_word


@pytest.mark.parametrize("text", ["më duhet ndihmë për detyrat", "ndihme me matematiken", "faleminderit"])
def test_the_safe_word_inside_a_sentence_is_not(screen: Screen, text: str) -> None:
    assert not screen.screen(text).safe_word


@pytest.mark.parametrize(
    "text",
    [
        "dua te flas me nje njeri",
        "a ka njeri aty?",
        "du me fol me dike",
        "me lidh me nje keshillues te lutem",
        "s'dua robot",
        "dua një psikologe",
        "can i talk to a person",
        "a mund te flas me nje psikolog",
    ],
)
def test_the_wish_for_a_person_is_heard(screen: Screen, text: str) -> None:
    result = screen.screen(text)
    assert (result.wish, result.level) == (True, 0)


@pytest.mark.parametrize("text", ["dua te flas per drogen", "a ka ilaç për HIV", "kush je ti"])
def test_other_wishes_are_not_that_wish(screen: Screen, text: str) -> None:
    assert not screen.screen(text).wish


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("po", "yes"),
        ("Po po!", "yes"),
        ("yes", "yes"),
        ("po, ndonjëherë", "yes"),
        ("jo", "no"),
        ("jo ska", "no"),
        ("nuk jam", "no"),
        ("1", "one"),
        ("1!!", "one"),
        ("dua te di per puberteti", None),
    ],
)
def test_short_answers_are_told(screen: Screen, text: str, answer: str | None) -> None:
    assert screen.screen(text).answer == answer
