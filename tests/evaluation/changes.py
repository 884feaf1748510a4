"""The same message typed in another way: what must not change what screening makes of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from language.chat_words import GHEG

Change = Callable[[str, random.Random], str]

_PICTURES = ("😭", "😂", "🙏", "💔", "😔", "🥺")
_TOSK_TO_GHEG = {
    standard[0]: written
    for written, standard in GHEG.items()
    if len(standard) == 1 and standard[0] != written and len(standard[0]) > 2
}


def without_diacritics(text: str, chance: random.Random) -> str:
    """As most write: e for ë, c for ç."""
    return text.translate(str.maketrans("ëËçÇ", "eEcC"))


def mistyped(text: str, chance: random.Random) -> str:
    """One long word loses a letter, or two of its letters change places."""
    words = text.split()
    long_words = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if long_words:
        at = chance.choice(long_words)
        letter = chance.randrange(1, len(words[at]) - 1)
        word = words[at]
        if chance.random() < 0.5:
            words[at] = word[:letter] + word[letter + 1 :]
        else:
            words[at] = word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :]
    return " ".join(words)


def stretched(text: str, chance: random.Random) -> str:
    """The last letter of a word, again and again."""
    words = text.split()
    at = chance.randrange(len(words))
    words[at] += words[at][-1] * 4 if words[at][-1].isalpha() else ""
    return " ".join(words)


def joined(text: str, chance: random.Random) -> str:
    """Two words without the space between them."""
    words = text.split()
    if len(words) > 2:
        at = chance.randrange(len(words) - 1)
        words[at : at + 2] = [words[at] + words[at + 1]]
    return " ".join(words)


def with_pictures(text: str, chance: random.Random) -> str:
    """A picture somewhere, and one at the end."""
    words = text.split()
    words.insert(chance.randrange(len(words) + 1), chance.choice(_PICTURES))
    return " ".join([*words, chance.choice(_PICTURES)])


def glued(text: str, chance: random.Random) -> str:
    """Punctuation without the space after it, and none at the end."""
    return re.sub(r"([,.;!?]) ", r"\1", text).rstrip(".!?")


def in_gheg(text: str, chance: random.Random) -> str:
    """Each word that has a common Gheg form in that form; endings and infinitives stay as they are."""

    def gheg(match: re.Match[str]) -> str:
        word = match[0]
        return _TOSK_TO_GHEG.get(without_diacritics(word.lower(), chance), word)

    return re.sub(r"\w+", gheg, text)


def shouted(text: str, chance: random.Random) -> str:
    """All in capitals."""
    return text.upper()


CHANGES: dict[str, Change] = {
    "without diacritics": without_diacritics,
    "mistyped": mistyped,
    "stretched": stretched,
    "joined words": joined,
    "pictures": with_pictures,
    "glued punctuation": glued,
    "Gheg forms": in_gheg,
    "capitals": shouted,
}
