"""The words that patterns speak of: which choices a written word belongs to, and its near misspellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from language.common_words import COMMON_WORDS
from screening.notation import Words

SHORTEST_MISSPELLED = 4
LONGEST_MISSPELLED = 18

Bits = int
"""A set of choices: bit n stands for the choice numbered n."""


class Vocabulary:
    """Numbers each choice of words and tells for any word, in constant time, the choices it belongs to."""

    def __init__(self, choices: Iterable[Words]) -> None:
        self.numbers: dict[Words, int] = {}
        self._whole: dict[str, Bits] = defaultdict(int)
        self._beginnings: dict[str, Bits] = defaultdict(int)
        self._number: Bits = 0
        for choice in choices:
            if choice not in self.numbers:
                self._add(choice)
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})
        self._whole = dict(self._whole)
        self._beginnings = dict(self._beginnings)
        self._shortened: dict[str, list[str]] = defaultdict(list)

    def _add(self, choice: Words) -> None:
        bit = 1 << len(self.numbers)
        self.numbers[choice] = len(self.numbers)
        for word in choice.whole:
            self._whole[word] |= bit
        for beginning in choice.beginnings:
            self._beginnings[beginning] |= bit
        if choice.number:
            self._number |= bit

    def choices_of(self, word: str) -> Bits:
        """All choices that the word belongs to."""
        bits = self._whole.get(word, 0)
        longest = len(word)
        beginnings = self._beginnings
        for length in self._lengths:
            if length > longest:
                break
            bits |= beginnings.get(word[:length], 0)
        if self._number and word.isdigit():
            bits |= self._number
        return bits

    def knows(self, word: str) -> bool:
        """Whether some pattern speaks of the word, or everybody uses it."""
        return word in COMMON_WORDS or self.choices_of(word) != 0

    def longest_beginning(self, word: str) -> int:
        """How many letters of the word are the beginning that some pattern names."""
        return max((length for length in self._lengths if word[:length] in self._beginnings), default=0)

    def knows_whole(self, word: str) -> bool:
        """Whether the word stands as it is in some pattern, or everybody uses it."""
        return word in COMMON_WORDS or word in self._whole

    def learn_spellings(self, words: Iterable[str]) -> None:
        """Take the right spellings that misspelled words are compared with, beside the whole words."""
        spellings = {word for word in words if self.choices_of(word)} | set(self._whole)
        for word in sorted(spellings):
            if SHORTEST_MISSPELLED <= len(word) <= LONGEST_MISSPELLED:
                for short in _shortened(word):
                    self._shortened[short].append(word)
        self._shortened = dict(self._shortened)

    def near(self, word: str) -> Bits:
        """Choices of the words one mistake away: a letter more, less, changed, or two exchanged."""
        if not SHORTEST_MISSPELLED <= len(word) <= LONGEST_MISSPELLED:
            return 0
        bits = 0
        seen = set()
        for short in _shortened(word):
            for candidate in self._shortened.get(short, ()):
                if candidate not in seen:
                    seen.add(candidate)
                    # Four letters leave too many neighbours: there only an exchange counts.
                    if one_mistake_apart(word, candidate) and (len(word) > 4 or sorted(word) == sorted(candidate)):
                        bits |= self.choices_of(candidate)
        return bits

    def masked(self, word: str) -> Bits:
        """Choices of the words that the word may hide behind one asterisk ("v*tvrasje")."""
        before, _, after = word.partition("*")
        bits = 0
        for candidate in self._shortened.get(before + after, ()):
            if len(candidate) == len(word) and candidate.startswith(before) and candidate.endswith(after):
                bits |= self.choices_of(candidate)
        return bits


def _shortened(word: str) -> set[str]:
    """The word and what is left of it when one letter is taken away; the first letter stays."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


def one_mistake_apart(a: str, b: str) -> bool:
    """Whether one letter added, dropped, changed or exchanged with its neighbour makes one word the other."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    start = 0
    while start < len(a) and a[start] == b[start]:
        start += 1
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    if a[start + 1 :] == b[start + 1 :]:
        return True
    return a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
