"""Words without their ë or ç are found; right words, and only right ones, are let through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from frontdoor.spelling import OwnWords, Slip, Spelling, dictionary, find_dictionary
from tests.content.conftest import WORDS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("eshte", "është"),
        ("cfare", "çfarë"),
        ("femije", "fëmijë"),
        ("Femije", "Fëmijë"),
        ("perse", "përse"),
        ("shkolles", "shkollës"),
        ("keshillues", "këshillues"),
        ("cdo", "çdo"),
        ("nje", "një"),
        ("shume", "shumë"),
        ("telefoono", "telefono"),
        ("s'eshte", ""),
        ("xqwz", ""),
    ],
)
def test_a_wrong_word_is_found_and_the_right_one_is_named(spelling: Spelling, written: str, meant: str) -> None:
    slips = [*spelling.slips(f"Kjo fjalë: {written}.")]
    assert [slip.word for slip in slips] == [written]
    assert meant in ("", slips[0].meant)


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("Nuk do te vijë.", "do te"),
        ("Kur te telefonosh, fol qetë.", "te telefonosh"),
        ("Rri ne shkollë.", "ne shkollë"),
        ("Flasim se bashku.", "se bashku"),
        ("Rri në shkolle.", "në shkolle"),
        ("Mos ke frike.", "ke frike"),
    ],
)
def test_the_words_around_show_the_slips_that_are_words_too(spelling: Spelling, sentence: str, word: str) -> None:
    assert word in [slip.word for slip in spelling.slips(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Fol me një këshillues te {alo}, falas.",
        "S'ka përse; ç'është e mirë, t'ia themi bashkë.",
        "Shko te mjeku ose te dikush që i beson.",
        "Fol te prindërit, te djemtë, te një shok ose te të gjithë.",
        "Puna e një shoqeje dhe e drejta e një fëmije.",
        "Ne jemi këtu dhe ne të dëgjojmë.",
        "Shkruaj te ne, rri me ne.",
        "Fotot në rrjete sociale mund të jenë të rreme.",
        "Thuaji nënës se je mirë.",
        "ALO-s i shkruajnë shumë nxënës.",
        "Shih takeitdown.ncmec.org ose shkruaj te dikush@example.org.",
        "Pse hepatiti B dhe HIV?",
        "SHKRUAJ NDIHMË",
    ],
)
def test_right_sentences_are_left_alone(spelling: Spelling, sentence: str) -> None:
    assert [*spelling.slips(sentence)] == []


def test_a_word_is_named_once(spelling: Spelling) -> None:
    assert [*spelling.slips("Eshte keshtu. Eshte.")] == [Slip("Eshte", "Është"), Slip("keshtu", "kështu")]


def test_two_words_that_the_rules_misjudge_can_be_let_through(forms: frozenset[str]) -> None:
    sentence = "Shkon te shokë të tjerë."
    assert [slip.word for slip in Spelling(forms).slips(sentence)] == ["te shokë"]
    assert [*Spelling(forms, OwnWords.read("te shokë")).slips(sentence)] == []


def test_most_words_that_lose_a_mark_are_noticed_in_our_own_articles(spelling: Spelling) -> None:
    """One word of each sentence at a time; what is left are pairs like "më" and "me", where both are words."""
    lost = noticed = 0
    for path in sorted((WORDS.parent / "articles").glob("*.md")):
        for sentence in path.read_text("utf-8").split("---\n", 2)[2].split("."):
            for word in list(re.finditer(r"\b[^\W\d_]*[ëç][^\W\d_]*\b", sentence))[::5]:
                bare = word[0].translate(str.maketrans("ëçËÇ", "ecEC"))
                lost += 1
                noticed += any(spelling.slips(f"{sentence[: word.start()]}{bare}{sentence[word.end() :]}"))
    assert lost > 200
    assert noticed / lost > 0.8, (noticed, lost)


def test_our_own_list_holds_only_what_the_dictionary_lacks(forms: frozenset[str]) -> None:
    own, plain = OwnWords.read(WORDS.read_text("utf-8")), Spelling(forms)
    assert [word for word in sorted(own.right) if plain.knows(word)] == []


def test_what_is_always_a_slip_is_in_the_dictionary_and_so_is_the_right_word(forms: frozenset[str]) -> None:
    own, plain = OwnWords.read(WORDS.read_text("utf-8")), Spelling(forms)
    assert own.wrong
    for wrong, right in own.wrong.items():
        assert plain.knows(wrong), f"{wrong}: the dictionary finds it anyway"
        assert plain.knows(right), right
        assert wrong not in own.right


def test_no_word_of_our_own_lacks_the_dots_and_hooks_of_a_known_one(forms: frozenset[str]) -> None:
    """A word that becomes a known one with ë or ç is a slip that must not get into the list."""
    own, plain = OwnWords.read(WORDS.read_text("utf-8")), Spelling(forms)
    bare = re.compile("[ec]", re.IGNORECASE)
    suspicious = [
        word
        for word in sorted(own.right)
        if word.islower()
        for at in (found.start() for found in bare.finditer(word))
        if plain.knows(f"{word[:at]}{'ë' if word[at] in 'eE' else 'ç'}{word[at + 1 :]}")
    ]
    assert suspicious == []


def test_the_list_takes_remarks_and_corrections() -> None:
    own = OwnWords.read("# shënim\nlink   # nga interneti\n\nqe → që\n")
    assert (own.right, own.wrong) == (frozenset({"link"}), {"qe": "që"})


def test_a_dictionary_is_read_with_its_endings_and_in_its_encoding(tmp_path: Path) -> None:
    (tmp_path / "sq_XX.aff").write_bytes(
        "SET ISO8859-1\n\nSFX A Y 1\nSFX A ë a ë\n\nPFX P Y 1\nPFX P 0 pa .\n".encode("latin1")
    )
    (tmp_path / "sq_XX.dic").write_bytes("2\nnënë/A\nprerë/P\n".encode("latin1"))
    assert dictionary(tmp_path / "sq_XX.aff") == {"nënë", "nëna", "prerë", "paprerë"}


def test_the_folder_of_dictionaries_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "sq_XX.aff").write_text("SET UTF-8\n")
    assert find_dictionary(str(tmp_path)) != tmp_path / "sq_XX.aff"
    (tmp_path / "sq_XX.dic").write_text("1\nënd\n")
    assert find_dictionary(str(tmp_path)) == tmp_path / "sq_XX.aff"
