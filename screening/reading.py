"""Raw text to the places of its words, each with the choices that the word may belong to."""

from __future__ import annotations

import re
from typing import NamedTuple

from language.common_words import COMMON_WORDS
from language.folding import Folded, fold
from language.spelling import (
    CLITICS,
    WORD,
    chat_variants,
    single_letters,
    spelled_together,
    split_joined,
    standard_words,
    undisguised,
)
from screening.vocabulary import Bits, Vocabulary

MOST_REMEMBERED = 30_000
_LONGEST_WORD = 40
_OWN_STEM = 7
_SHORTEST_JOINED = 9
"""Shorter words, and those with so long a known beginning, are inflected words and never two written as one."""
_SENTENCE_END = re.compile(r"(?<!\.)\.(?!\.)|[!?\n;]")
_AGE_JOINED = re.compile(r"(\d+)([a-z]{2,})")
_LAUGHTER = re.compile(r"[😂🤣😆😹😝😜]|\b(?:a?(?:ha){2,}h?|(?:he){3,}|l[uo]l|lmf?ao|x+d+|jk)\b")


class Place(NamedTuple):
    """Where a word stands in the raw text, its choices, and whether a sentence begins with it."""

    choices: Bits
    start: int
    end: int
    begins: bool = False


class Text(NamedTuple):
    """A message as patterns see it."""

    places: list[Place]
    folded: Folded

    def laughing(self) -> bool:
        """Whether the writer laughs, in letters or pictures."""
        return _LAUGHTER.search(self.folded.text) is not None


class Reader:
    """Reads messages with the vocabulary of the lexicon; remembers words, never messages."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._remembered: dict[str, tuple[Bits, ...]] = {}

    def read(self, text: str) -> Text:
        """Any text, in time linear in its length."""
        folded = fold(text)
        found = list(WORD.finditer(folded.text))
        places: list[Place] = []
        before = 0
        for word, first, last in spelled_together([match[0] for match in found]):
            start, end = found[first].start(), found[last - 1].end()
            begins = start - before > 1 and _SENTENCE_END.search(folded.text, before, start) is not None
            raw_start, raw_end = folded.raw_span(start, end)
            for choices in self._choices(word):
                places.append(Place(choices, raw_start, raw_end, begins))
                begins = False
            before = end
        return Text(places, folded)

    def _choices(self, word: str) -> tuple[Bits, ...]:
        known = self._remembered.get(word)
        if known is None:
            known = self._work_out(word)
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[word] = known
        return known

    def _work_out(self, word: str) -> tuple[Bits, ...]:
        of = self.vocabulary.choices_of
        standard = standard_words(word)
        if len(standard) > 1:
            return tuple(of(part) for part in standard)
        choices = of(word) | of(standard[0])
        if len(word) == 1:
            return (choices | of(CLITICS.get(word, word)),)
        if self.vocabulary.knows_whole(word) or word.isdigit() or len(word) > _LONGEST_WORD:
            return (choices if word in COMMON_WORDS else choices | of(single_letters(word)),)
        return self._guess(word, choices)

    def _guess(self, word: str, choices: Bits) -> tuple[Bits, ...]:
        """What a word may mean that nobody knows as it stands: disguised, chat spelling, joined, misspelled."""
        of = self.vocabulary.choices_of
        if "*" in word:
            return (self.vocabulary.masked(word),)
        if age := _AGE_JOINED.fullmatch(word):
            return (of(age[1]), *self._work_out(age[2]))
        plain = undisguised(word)
        if plain is not None:
            return self._work_out(plain)
        if not word.isascii() or len(word) < 3:
            return (choices,)
        begins_as_known = choices != 0
        for variant in chat_variants(word):
            choices |= of(variant)
        if not choices and word[0] in CLITICS and len(word) >= 4 and self.vocabulary.knows(word[1:]):
            return (of(word[0]) | of(CLITICS[word[0]]), *self._work_out(word[1:]))
        if (begins_as_known and self._may_be_joined(word)) or not choices:
            known = self.vocabulary.knows_whole if begins_as_known else self.vocabulary.knows
            pieces = split_joined(word, known)
            if pieces:
                return tuple(choices for piece in pieces for choices in self._work_out(piece))
        return (choices | self.vocabulary.near(word),)

    def _may_be_joined(self, word: str) -> bool:
        return len(word) >= _SHORTEST_JOINED and self.vocabulary.longest_beginning(word) < _OWN_STEM
