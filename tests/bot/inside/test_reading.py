"""How a message is read: tokens that keep their place, and a classifier that knows what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.dialogue import Dialogue
from bot.intents import WordsClassifier
from bot.reader import Reader
from bot.tokens import AlbanianTokenizer

FRUIT = {
    "apple": ["molla e kuqe", "nje molle", "dua molle", "molla te embla", "molle e gjelber", "molle"],
    "pear": ["dardha e verdhe", "nje dardhe", "dua dardhe", "dardha te buta", "dardhe e madhe", "dardhe"],
    "plum": ["kumbulla blu", "nje kumbull", "dua kumbulla", "kumbulla te thata", "kumbull e vogel", "kumbull"],
}


def tokens(text: str) -> list[Token]:
    return AlbanianTokenizer(AlbanianTokenizer.get_default_config()).tokenize(Message({TEXT: text}), TEXT)


@pytest.fixture(scope="module")
def fruit() -> Reader:
    pairs = [(text, label) for label, texts in FRUIT.items() for text in texts]
    return Reader.fit([text for text, _ in pairs], [label for _, label in pairs])


@pytest.mark.parametrize(
    ("text", "lemmas"),
    [
        ("Çfarë ËSHTË kjo", ["cfare", "eshte", "kjo"]),
        ("s’dua,por m'ka", ["s", "dua", "por", "m", "ka"]),
        ("ndihmëëëë!!!jam", ["ndihme", "jam"]),
        ("pse?jo", ["pse", "jo"]),
        ("ë", ["e"]),
    ],
)
def test_words_are_folded_and_cut_at_clitics_and_glued_signs(text: str, lemmas: list[str]) -> None:
    assert [token.lemma for token in tokens(text)] == lemmas


@pytest.mark.parametrize("text", ["Çfarë është s’dua,por 😭 m'ka!!!jam", "e\u0308 \u202eabc ﬁn", "ndihmëëëë"])
def test_each_token_knows_its_place_in_the_raw_text(text: str) -> None:
    for token in tokens(text):
        assert text[token.start : token.end] == token.text


@pytest.mark.parametrize("text", ["😭😭", "...", "?"])
def test_a_message_without_words_is_one_token(text: str) -> None:
    assert len(tokens(text)) == 1


def test_a_saved_model_reads_the_same(fruit: Reader, tmp_path: Path) -> None:
    fruit.save(tmp_path)
    loaded = Reader.load(tmp_path)

    asked = ["molle", "dardhe e embel", "dicka tjeter", ""]
    assert loaded.rankings(asked) == fruit.rankings(asked)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.json", "model.npz"]


def test_probabilities_are_sorted_and_sum_to_one(fruit: Reader) -> None:
    (ranking,) = fruit.rankings(["dua nje molle te kuqe"])

    assert ranking[0][0] == "apple"
    assert [chance for _, chance in ranking] == sorted((chance for _, chance in ranking), reverse=True)
    assert sum(chance for _, chance in ranking) == pytest.approx(1, abs=1e-5)


def test_nothing_known_is_as_likely_anything(fruit: Reader) -> None:
    (ranking,) = fruit.rankings([""])

    assert [chance for _, chance in ranking] == [pytest.approx(1 / 3)] * 3


def test_two_labels_will_do() -> None:
    pairs = [(text, label) for label in ("apple", "pear") for text in FRUIT[label]]
    model = Reader.fit([text for text, _ in pairs], [label for _, label in pairs])

    assert [model.rankings([text])[0][0][0] for text in ("molle", "dardhe")] == ["apple", "pear"]


def test_the_same_examples_give_the_same_model(fruit: Reader) -> None:
    pairs = [(text, label) for label, texts in FRUIT.items() for text in texts]
    again = Reader.fit([text for text, _ in pairs], [label for _, label in pairs])

    assert again.rankings(["molle e bute"]) == fruit.rankings(["molle e bute"])


def test_a_doubtful_message_says_fallback_and_keeps_the_real_guesses(dialogue: Dialogue) -> None:
    reading = dialogue.read("🫥")

    assert reading.intent["name"] == "nlu_fallback"
    assert reading.ranking[0]["name"] == "nlu_fallback"
    assert len(reading.ranking) == len(dialogue.intents) + 1


def test_rasa_is_told_of_the_files_that_its_cache_does_not_see() -> None:
    assert len(AlbanianTokenizer.fingerprint_addon({})) == 64
    assert WordsClassifier.fingerprint_addon({}) == AlbanianTokenizer.fingerprint_addon({})
