"""The part of a word that its endings leave alone, roughly."""

from __future__ import annotations

_LONGEST = 5


def stem(word: str) -> str:
    """A rough stem: endings differ by dialect, case and person, beginnings hardly do."""
    short = word[:_LONGEST]
    return short.rstrip("aeiou") if len(short) > 3 and len(short.rstrip("aeiou")) >= 3 else short
