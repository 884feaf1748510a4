"""Which words nobody knows: neither the lexicon, in any spelling that it reads, nor the words that everybody uses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from language.common_words import COMMON_WORDS
from language.spelling import standard_words
from screening.lexicon import load_lexicon
from screening.reading import Reader


@cache
def unknown_words() -> Callable[[str], bool]:
    """Tells of a folded word whether it is unknown. Reads the lexicon once, which takes part of a second."""
    reader = Reader(load_lexicon().vocabulary())

    def unknown(word: str) -> bool:
        if all(part in COMMON_WORDS for part in standard_words(word)):
            return False
        return not any(place.choices for place in reader.read(word).places)

    return unknown
