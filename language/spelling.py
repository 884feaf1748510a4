"""A second reading of folded words: abbreviations, dialect, letters disguised, spelled out, joined or doubled."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from language.chat_words import ABBREVIATIONS, GHEG

Known = Callable[[str], bool]
"""Tells whether a folded word is in the vocabulary of whoever asks."""

WORD = re.compile(r"[^\W_]+(?:[*@$€][^\W_]+)*")
"""A word of folded text; signs that stand in for a letter belong to it."""

CLITICS = {"s": "nuk", "m": "me", "t": "te", "n": "ne", "c": "cfare", "k": "ke", "q": "qe"}
"""What a single letter before an apostrophe is short for."""

_LEET = str.maketrans("01345@$€", "oieasase")
_DISGUISED = re.compile(r"(?=.*[a-z])(?=.*[01345@$€])[a-z01345@$€]+")
_TWO_DIGITS = re.compile(r"\d{2}")
_DOUBLED = re.compile(r"([a-z])\1")
_LONGEST_SPLIT = 32
_LONGEST_PIECE = 16
_SHORT = "e i me te ne se po do ta ma ti mi si nuk ke ka di du dua jam jom kam kom une ik per nga"
_SHORT_WORDS = frozenset(_SHORT.split())


def standard_words(word: str) -> tuple[str, ...]:
    """The standard words that a folded chat or Gheg word stands for; the word itself when it needs none."""
    return ABBREVIATIONS.get(word) or GHEG.get(word) or (word,)


def second_form(folded: str) -> str:
    """Folded text with disguises undone, abbreviations spelled out and Gheg words in their Tosk form."""
    standard: list[str] = []
    for word, _, _ in spelled_together([match[0] for match in WORD.finditer(folded)]):
        plain = undisguised(word) or word
        standard += (CLITICS[plain],) if plain in CLITICS else standard_words(plain)
    return " ".join(standard)


def undisguised(word: str) -> str | None:
    """The word with digits and signs inside it read as letters ("vd3s"), None when there are none."""
    if not _DISGUISED.fullmatch(word) or _TWO_DIGITS.search(word):
        return None
    return word.translate(_LEET)


def spelled_together(words: Sequence[str]) -> list[tuple[str, int, int]]:
    """The words with runs of three or more single letters joined ("v", "d", "e", "s"); with the span of each."""
    joined: list[tuple[str, int, int]] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and len(words[end]) == 1 and not words[end].isdigit():
            end += 1
        if end - at >= 3:
            joined.append(("".join(words[at:end]), at, end))
            at = end
        else:
            joined.append((words[at], at, at + 1))
            at += 1
    return joined


def single_letters(word: str) -> str:
    """The word with every doubled letter written once."""
    return _DOUBLED.sub(r"\1", word) if _DOUBLED.search(word) else word


def chat_variants(word: str) -> list[str]:
    """Ways in which a chat spelling may have meant another letter; only for words that nobody knows."""
    variants = [single_letters(word)]
    for written, meant in (("w", "v"), ("q", "c"), ("x", "xh"), ("xh", "gj"), ("y", "i"), ("c", "q"), ("i", "y")):
        if written in word:
            variants.append(word.replace(written, meant))
    if "r" in word:
        # "rr" is often typed as one letter and the other way round.
        variants.append(re.sub(r"r+", "rr", word))
    if "e" in word and len(word) >= 6:
        variants.append(word.replace("e", ""))
    return variants


def split_joined(word: str, known: Known) -> list[str] | None:
    """Words written as one ("nukduatejetoj"), None when they cannot all be known words.

    The split with the fewest words wins; the work is bounded because only short inputs are tried.
    """
    length = len(word)
    if not 5 <= length <= _LONGEST_SPLIT:
        return None
    best: list[tuple[float, list[str]] | None] = [(0.0, []), *[None] * length]
    for end in range(1, length + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            before = best[start]
            if before is None:
                continue
            piece = word[start:end]
            cost = 1.0 if start == 0 and piece == "s" else _piece_cost(piece, known)
            current = best[end]
            if cost and (current is None or before[0] + cost < current[0]):
                best[end] = (before[0] + cost, [*before[1], piece])
    reached = best[length]
    if reached is None or len(reached[1]) < 2 or length / len(reached[1]) < 2.4:
        return None
    return reached[1]


def _piece_cost(piece: str, known: Known) -> float:
    """How unlikely the piece is as a word of its own; 0 when it is none."""
    if piece in _SHORT_WORDS:
        return 1.0
    if len(piece) >= 3 and known(piece):
        return 1.6 if len(piece) == 3 else 1.0
    return 0.0
