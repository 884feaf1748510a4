"""What the model sees of a message: its words in standard spelling, their stems and pieces, and the lexicon's marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from language.folding import Folded
from language.spelling import CLITICS, WORD, single_letters, spelled_together, standard_words, undisguised
from language.stems import stem

_SENTENCE_END = re.compile(r"(?<!\.)\.(?!\.)|[!?\n;]")
_PICTURE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]")
_LONGEST_WORD = 24
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5


class Mark(NamedTuple):
    """An entry of the lexicon found in a message, with the half-open span of the raw text that it stands on."""

    entry: str
    start: int
    end: int

    @property
    def feature(self) -> str:
        """Its name among the features."""
        return f"L {self.entry}"


class Token(NamedTuple):
    """A word or picture in its standard form, with the half-open span of the raw text that it stands for."""

    text: str
    start: int
    end: int
    begins: bool


def tokens_of(folded: Folded) -> list[Token]:
    """The words in standard spelling ("smuj" is "nuk", "muj"), in order, and after them the pictures.

    A picture between two words keeps them no further apart than they are.
    """
    text = folded.text
    found = list(WORD.finditer(text))
    tokens: list[Token] = []
    pictures: list[Token] = []
    before = 0
    for word, first, last in spelled_together([match[0] for match in found]):
        start, end = found[first].start(), found[last - 1].end()
        between = text[before:start]
        begins = before == 0 or _SENTENCE_END.search(between) is not None
        pictures += _pictures(folded, before, start)
        raw_start, raw_end = folded.raw_span(start, end)
        for form in _standard(word):
            tokens.append(Token(form, raw_start, raw_end, begins))
            begins = False
        before = end
    return [*tokens, *pictures, *_pictures(folded, before, len(text))]


def _pictures(folded: Folded, first: int, last: int) -> Iterator[Token]:
    for match in _PICTURE.finditer(folded.text, first, last):
        yield Token(match[0], *folded.raw_span(match.start(), match.end()), False)


def _standard(word: str) -> tuple[str, ...]:
    if len(word) == 1:
        return (CLITICS.get(word, word),)
    plain = undisguised(word) or word
    forms = standard_words(plain)
    if forms == (plain,):
        forms = (single_letters(plain),)
    return tuple(form[:_LONGEST_WORD] for form in forms)


def of_word(word: str) -> list[str]:
    """The features of a single word: itself, its stem, its pieces."""
    marked = f"_{word}_"
    pieces = [
        marked[i : i + length]
        for length in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for i in range(len(marked) - length + 1)
    ]
    return [f"w {word}", f"s {stem(word)}", *pieces]
