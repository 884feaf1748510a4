"""What words are about: concepts such as "sharp" or "father", so that the model reads words it has not met."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent / "thesaurus.txt"
_LINE = re.compile(r"([a-z_]+(?: [a-z_]+)?):((?: [a-z]+\*?)+)")
_SHORTEST_BEGINNING = 3


class ThesaurusError(ValueError):
    """A line that can't be read; the message names it."""


class Thesaurus:
    """Concepts of folded words: of the whole word, else of the longest beginning that is listed."""

    def __init__(self, file: Path = HERE) -> None:
        """Raises ThesaurusError."""
        self._whole: dict[str, tuple[str, ...]] = {}
        self._beginnings: dict[str, tuple[str, ...]] = {}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            match = _LINE.fullmatch(line)
            if match is None:
                raise ThesaurusError(
                    f"{file.name}:{number}: expected “concept: word word* …”, all in plain small letters"
                )
            concepts = tuple(match[1].split())
            for word in match[2].split():
                known, beginning = (self._beginnings, word[:-1]) if word.endswith("*") else (self._whole, word)
                if beginning in known:
                    raise ThesaurusError(f"{file.name}:{number}: “{word}” stands twice")
                known[beginning] = concepts

    def concepts_of(self, word: str) -> tuple[str, ...]:
        """One concept or two, the first the main one; none for a word that is not listed."""
        found = self._whole.get(word)
        if found is not None:
            return found
        for length in range(len(word), _SHORTEST_BEGINNING - 1, -1):
            found = self._beginnings.get(word[:length])
            if found is not None:
                return found
        return ()
