"""What makes a risk graver beside the words that name it: age, night, contact again, and what is said of these."""

from __future__ import annotations

import re
from collections.abc import Collection, Set

from frontdoor.assessment import Facts
from screening.entries import Signal

CHILD_UNDER = 14
ADULT_FROM = 18
MEANS_MATTER = frozenset({"suicide", "self_harm", "violence_to_others"})
ABUSER_MATTERS = frozenset({"physical_abuse", "emotional_abuse", "sexual_abuse", "immediate_danger"})
NIGHT_HOURS = frozenset({22, 23, 0, 1, 2, 3, 4, 5})

_NUMBERS = {
    "gjashte": 6,
    "shtate": 7,
    "tete": 8,
    "nente": 9,
    "dhjete": 10,
    "njembedhjete": 11,
    "dymbedhjete": 12,
    "trembedhjete": 13,
    "katermbedhjete": 14,
    "pesembedhjete": 15,
    "gjashtembedhjete": 16,
    "shtatembedhjete": 17,
    "tetembedhjete": 18,
}
_NUMBER = rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_YEARS = r"(?:vjec\w*|vjet|vje[qc]\w*|vj|vite|years?(?: old)?|yo|anni)"
_OWN_AGE = re.compile(
    rf"\b(?:jam|jom|i am|i m|im|mosha(?: ime)?|moshen)\s+(?:vetem\s+|nje\s+|nji\s+|vajze\s+|djale\s+|a\s+)*{_NUMBER}"
    rf"(?:\s*{_YEARS}\b|\s*$|\s*[,.!?\n;]|\s+(?:dhe|e|por|po|ne)\b)"
    rf"|\b(?:kam|kom|une|un|i bej|i kam|ho)\s+{_NUMBER}\s*{_YEARS}\b"
    rf"|\b{_NUMBER}\s*{_YEARS}\s+(?:jam|jom|djale|vajze|goce|cun|m|f)\b"
    rf"|^\s*{_NUMBER}\s*{_YEARS}\b"
)
_OWN_CLASS = re.compile(r"\b(?:jam|jom)\s+(?:ne|n)\s+kl\w*\s+(?:e|te|t)?\s*(\d{1,2})\b(?!\s*(?:shok|veta|nxen))")
_ANY_AGE = re.compile(rf"\b{_NUMBER}\s*{_YEARS}")
_CLASS_TO_AGE = 6
_SOME_NUMBER = re.compile(r"\d|(?:gjash|shta|te|nen|mbedh)(?:te|jete)\b")


def own_age(folded: str) -> int | None:
    """The age that the writer says of themselves, from 4 to 99; from the school class when only that is said."""
    if not _SOME_NUMBER.search(folded):
        return None
    for match in _OWN_AGE.finditer(folded):
        age = _number(next(group for group in match.groups() if group))
        if 4 <= age <= 99:
            return age
    own_class = _OWN_CLASS.search(folded)
    if own_class and 1 <= int(own_class[1]) <= 12:
        return int(own_class[1]) + _CLASS_TO_AGE
    return None


def ages_said(folded: str) -> list[int]:
    """All ages that are said of anybody."""
    return [_number(match[1]) for match in _ANY_AGE.finditer(folded)]


def graver(facts: Facts, said: Set[Signal], young: bool, categories: Collection[str]) -> bool:
    """Whether some circumstance raises a level by one, whatever their number.

    Means at hand count where somebody may use them, an abuser at home where there is one.
    """
    at_night = facts.local_time is not None and facts.local_time.hour in NIGHT_HOURS
    return (
        young
        or facts.repeated
        or "intoxicated" in said
        or ("alone" in said and at_night)
        or ("means" in said and not MEANS_MATTER.isdisjoint(categories))
        or ("near" in said and not ABUSER_MATTERS.isdisjoint(categories))
    )


def _number(text: str) -> int:
    return _NUMBERS.get(text) or int(text)
