"""Words that stand together, and what they are about, as numbers: a whole message is looked up at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

NEAR = 14
"""How many words apart two may stand to count as said together; what they are about, CONCEPTS_NEAR apart."""
CONCEPTS_NEAR = 10
_BESIDE_CONCEPT = 6

_BITS = 18
MOST_NUMBERED = 1 << _BITS
"""How many stems, and how many concepts, a model can tell apart."""

_NEXT, _SECOND, _THREE, _THIRD, _NEAR, _ONE, _ORDER, _ORDER_OF_THREE, _CONCEPTS_NEAR, _WITH_WORD = range(10)
FIRST_OF_CONCEPTS = _ONE << (3 * _BITS)
"""From this key on relations speak of concepts, below it of stems."""


class Relations(NamedTuple):
    """Three arrays alike in length: the key of each relation, and the words at which it begins and ends."""

    keys: Any
    begins: Any
    ends: Any


def relations(stems: Sequence[int], concepts: Sequence[tuple[int, ...]]) -> Relations:
    """All relations in a message, given for each word the number of its stem (-1 unknown) and of its concepts.

    Stems: neighbours in their order, with gaps of one and two, three in a row, and all said near each other in
    any order. Concepts: alone, in their order, near each other, and with the words around them.
    """
    size = len(stems)
    words = np.array(stems, dtype=np.int64).reshape(-1)
    main = np.array([own[0] if own else -1 for own in concepts], dtype=np.int64).reshape(-1)
    first, second, apart = _pairs(size)
    a, b = words[first], words[second]
    c, d = main[first], main[second]
    known, about = (a >= 0) & (b >= 0), (c >= 0) & (d >= 0)
    found: list[tuple[Any, Any, Any]] = []

    def add(kind: int, which: Any, left: Any, right: Any) -> None:
        found.append((_key(kind, left[which], right[which]), first[which], second[which]))

    add(_NEAR, known, np.minimum(a, b), np.maximum(a, b))
    for gap, kind in ((1, _NEXT), (2, _SECOND), (3, _THIRD)):
        add(kind, known & (apart == gap), a, b)
    add(_CONCEPTS_NEAR, about & (apart <= CONCEPTS_NEAR), np.minimum(c, d), np.maximum(c, d))
    beside = apart <= _BESIDE_CONCEPT
    add(_WITH_WORD, beside & (c >= 0) & (b >= 0), c, b)
    add(_WITH_WORD, beside & (d >= 0) & (a >= 0), d, a)
    if size >= 3:
        row = np.flatnonzero((words[:-2] >= 0) & (words[1:-1] >= 0) & (words[2:] >= 0))
        found.append((_key(_THREE, words[row], words[row + 1], words[row + 2]), row, row + 2))
    alone = [(number, at) for at, own in enumerate(concepts) for number in own]
    if alone:
        numbers, at = np.array(alone, dtype=np.int64).T
        found.append((_key(_ONE, numbers, 0 * numbers), at, at))
    spoken = np.flatnonzero(main >= 0)
    for back, kind in ((1, _ORDER), (2, _ORDER_OF_THREE)):
        if len(spoken) > back:
            close = spoken[back:] - spoken[:-back] <= CONCEPTS_NEAR
            rows = [spoken[offset : len(spoken) - back + offset][close] for offset in range(back + 1)]
            found.append((_key(kind, *(main[own] for own in rows)), rows[0], rows[-1]))
    return Relations(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _pairs(size: int) -> tuple[Any, Any, Any]:
    """The places of all two words not too far apart, and how far they are."""
    first = np.repeat(np.arange(size), NEAR)
    apart = np.tile(np.arange(1, NEAR + 1), size)
    inside = first + apart < size
    return first[inside], (first + apart)[inside], apart[inside]


def _key(kind: int, *numbers: Any) -> Any:
    key = kind << (3 * _BITS)
    for place, own in enumerate(numbers):
        key = key + (own << ((2 - place) * _BITS))
    return key
