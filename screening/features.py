"""What the model sees of a message: words, their stems and pieces, and which stand beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from language.folding import Folded
from language.spelling import CLITICS, WORD, single_letters, spelled_together, standard_words, undisguised

_SENTENCE_END = re.compile(r"(?<!\.)\.(?!\.)|[!?\n;]")
_PICTURE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55]")
_STEM = 5
_LONGEST_WORD = 24
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
NEAR = 14
"""How many words apart two may stand to count as said together; what they are about, CONCEPTS_NEAR apart."""
CONCEPTS_NEAR = 10
_BESIDE_CONCEPT = 6


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
    """The words in standard spelling ("smuj" is "nuk", "muj") and the pictures, in order."""
    text = folded.text
    found = list(WORD.finditer(text))
    tokens: list[Token] = []
    before = 0
    for word, first, last in spelled_together([match[0] for match in found]):
        start, end = found[first].start(), found[last - 1].end()
        between = text[before:start]
        begins = before == 0 or _SENTENCE_END.search(between) is not None
        tokens += _pictures(folded, before, start)
        raw_start, raw_end = folded.raw_span(start, end)
        for form in _standard(word):
            tokens.append(Token(form, raw_start, raw_end, begins))
            begins = False
        before = end
    tokens += _pictures(folded, before, len(text))
    return tokens


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


def stem(word: str) -> str:
    """A rough stem: endings differ by dialect, case and person, beginnings hardly do."""
    short = word[:_STEM]
    return short.rstrip("aeiou") if len(short) > 3 and len(short.rstrip("aeiou")) >= 3 else short


def of_word(word: str) -> list[str]:
    """The features of a single word: itself, its stem, its pieces."""
    marked = f"_{word}_"
    pieces = [
        marked[i : i + length]
        for length in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for i in range(len(marked) - length + 1)
    ]
    return [f"w {word}", f"s {stem(word)}", *pieces]


def beside(stems: Sequence[str], at: int) -> list[tuple[str, int]]:
    """The features that end at the word `at`, each with the number of the word at which it begins.

    Neighbours in their order, with gaps of one and two, and all words said not long before, in any order.
    """
    last = stems[at]
    found: list[tuple[str, int]] = []
    if at >= 1:
        found.append((f"{stems[at - 1]} {last}", at - 1))
    if at >= 2:
        found.append((f"{stems[at - 2]} * {last}", at - 2))
        found.append((f"{stems[at - 2]} {stems[at - 1]} {last}", at - 2))
    if at >= 3:
        found.append((f"{stems[at - 3]} ** {last}", at - 3))
    for first in range(max(at - NEAR, 0), at):
        other = stems[first]
        found.append((f"& {other} {last}" if other < last else f"& {last} {other}", first))
    return found


def about(stems: Sequence[str], concepts: Sequence[tuple[str, ...]], at: int) -> list[tuple[str, int]]:
    """The features of what the words up to `at` are about, each with the number of the word at which it begins.

    Concepts alone, in their order and near each other, and each with the words around it.
    """
    found = [(f"C {concept}", at) for concept in concepts[at]]
    main = concepts[at][0] if concepts[at] else None
    last = stems[at]
    earlier = [before for before in range(at - 1, max(at - CONCEPTS_NEAR, 0) - 1, -1) if concepts[before]]
    for before in earlier:
        other = concepts[before][0]
        if main is not None:
            found.append((f"CC {other} {main}" if other < main else f"CC {main} {other}", before))
        if at - before <= _BESIDE_CONCEPT:
            found.append((f"CW {other} {last}", before))
    if main is not None:
        found += [(f"CW {main} {stems[before]}", before) for before in range(max(at - _BESIDE_CONCEPT, 0), at)]
        if earlier:
            second = concepts[earlier[0]][0]
            found.append((f"C {second} {main}", earlier[0]))
            if len(earlier) > 1:
                found.append((f"C {concepts[earlier[1]][0]} {second} {main}", earlier[1]))
    return found
