"""Patterns over places of words: all patterns at once by bit sets, so that no input can make one hang.

A message is at most some hundred places. For each choice of words one integer has a bit for each place where
the choice stands; following a pattern is shifting and masking such integers, once per step, without ever
going back. The work is therefore linear in the text for each pattern, whatever the text is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from language.common_words import COMMON_WORDS
from screening.notation import Steps, Words
from screening.reading import Place
from screening.vocabulary import Bits, Vocabulary

CHUNK = 512
"""Longer texts are matched piece by piece, with an overlap longer than any pattern reaches."""
OVERLAP = 64

_WORD, _NOT, _GAP, _START, _END = range(5)
_KINDS = {"word": _WORD, "not": _NOT, "gap": _GAP, "start": _START, "end": _END}


class Match(NamedTuple):
    """The pattern's owner, and the first and last place of its words."""

    owner: int
    first: int
    last: int


class _Compiled(NamedTuple):
    owner: int
    steps: tuple[tuple[int, int], ...]
    needed: Bits


class Matcher:
    """All patterns of a lexicon, each with the number of its owner."""

    def __init__(self, patterns: Sequence[tuple[int, Steps]], vocabulary: Vocabulary) -> None:
        self._by_key: dict[int, list[_Compiled]] = {}
        self._keys: Bits = 0
        for owner, steps in patterns:
            compiled, key = _compile(owner, steps, vocabulary)
            self._by_key.setdefault(key, []).append(compiled)
            self._keys |= 1 << key

    def matches(self, places: Sequence[Place], message_starts: int = 0) -> list[Match]:
        """Every match that does not overlap an earlier one of the same pattern.

        `message_starts` is the place where the message proper begins, when earlier ones stand before it.
        """
        if len(places) <= CHUNK:
            return self._chunk(places, message_starts, len(places))
        found: set[Match] = set()
        for start in range(0, len(places), CHUNK - OVERLAP):
            for owner, first, last in self._chunk(
                places[start : start + CHUNK], message_starts - start, len(places) - start
            ):
                found.add(Match(owner, first + start, last + start))
        return sorted(found)

    def _chunk(self, places: Sequence[Place], begins: int, ends: int) -> list[Match]:
        present: Bits = 0
        for place in places:
            present |= place.choices
        keys = present & self._keys
        board = _Board(places, begins, ends)
        found: list[Match] = []
        while keys:
            lowest = keys & -keys
            keys ^= lowest
            for pattern in self._by_key[lowest.bit_length() - 1]:
                if pattern.needed & present == pattern.needed:
                    found += board.follow(pattern)
        return found


def _compile(owner: int, steps: Steps, vocabulary: Vocabulary) -> tuple[_Compiled, int]:
    plain: list[tuple[int, int]] = []
    needed: Bits = 0
    for step in steps:
        if step.kind in ("word", "not"):
            argument = vocabulary.numbers[step.words]
            if step.kind == "word":
                needed |= 1 << argument
        else:
            argument = step.gap
        plain.append((_KINDS[step.kind], argument))
    rarest = min((step.words for step in steps if step.kind == "word"), key=_frequency)
    return _Compiled(owner, tuple(plain), needed), vocabulary.numbers[rarest]


def _frequency(words: Words) -> int:
    """How often some word of the choice will turn up in ordinary messages, roughly."""
    common = sum(1_000 if len(word) <= 3 else 100 for word in words.whole & COMMON_WORDS)
    return common + len(words.whole) + 5 * len(words.beginnings) + (200 if words.number else 0)


class _Board:
    """One text: for each choice, the places where it stands, worked out when first asked."""

    def __init__(self, places: Sequence[Place], begins: int, ends: int) -> None:
        self.places = places
        self.size = len(places)
        self.standing: dict[int, int] = {}
        self.begin = (1 << begins if 0 <= begins < self.size else 0) | (1 if begins > 0 else 0)
        self.end = 1 << ends if 0 <= ends <= self.size else 0
        self.words = 0
        for i, place in enumerate(places):
            if place.end:
                self.words |= 1 << i

    def where(self, choice: int) -> int:
        places = self.standing.get(choice)
        if places is None:
            places = 0
            bit = 1 << choice
            for i, place in enumerate(self.places):
                if place.choices & bit:
                    places |= 1 << i
            self.standing[choice] = places
        return places

    def step(self, kind: int, argument: int, here: int) -> int:
        """Places where the next step may begin, from the places where this one may."""
        if kind == _WORD:
            return (here & self.where(argument)) << 1
        if kind == _GAP:
            reached = here
            for _ in range(argument):
                # A gap does not cross the end of a sentence.
                here = (here & self.words) << 1
                reached |= here
            return reached
        if kind == _NOT:
            return here & ~self.where(argument)
        return here & (self.begin if kind == _START else self.end)

    def follow(self, pattern: _Compiled) -> list[Match]:
        here = (1 << self.size) - 1
        trail = []
        for kind, argument in pattern.steps:
            trail.append(here)
            here = self.step(kind, argument, here)
            if not here:
                return []
        found: list[Match] = []
        while here:
            end = here & -here
            start = self.back(pattern, trail, end)
            found.append(Match(pattern.owner, start, end.bit_length() - 2))
            here &= here - 1
        return found

    def back(self, pattern: _Compiled, trail: list[int], end: int) -> int:
        """The last place where a match that ends there may have begun."""
        here = end
        for (kind, argument), before in zip(reversed(pattern.steps), reversed(trail), strict=True):
            if kind == _WORD:
                here = (here >> 1) & before & self.where(argument)
            elif kind == _GAP:
                reached = here
                for _ in range(argument):
                    here = (here >> 1) & self.words
                    reached |= here
                here = reached & before
            else:
                here &= before
        return here.bit_length() - 1
