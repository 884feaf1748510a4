"""The places that a message names, in any form that young people write.

A folder, not a file: screening's model is bound to the code right in language/, and places decide nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from language.folding import fold
from language.places.names import COUNTRIES, MUNICIPALITIES, NAMES, WORDS, Kind, Municipality, Name, joined, misspelt
from language.spelling import WORD

__all__ = ["COUNTRIES", "MUNICIPALITIES", "Kind", "Municipality", "Place", "places_in"]


class Place(NamedTuple):
    """A place that a message names; `start` and `end` are a half-open span in the raw text.

    The slug is a municipality's, also for its towns and villages, or a country's: kosovo, north_macedonia,
    montenegro, abroad.
    """

    slug: str
    kind: Kind
    start: int
    end: int


class _Found(NamedTuple):
    """A name with its span in the folded text, and the number of the word behind it."""

    name: Name
    start: int
    end: int
    next: int


_Word = tuple[str, int, int]

_PREPOSITIONS = frozenset(["ne", "n", "nga", "prej", "kah", "afer"])
_AND = frozenset(["dhe", "edhe", "e", "apo", "ose", "o"])
_OF = frozenset(["e", "i", "te", "se", "s", "t"])
_AT = frozenset(["te", "tek"])
_BEFORE_A_NAME = """
bashki bashkia bashkise bashkine qytet qyteti qytetit qytetin rreth rrethi rrethit rrethin qark qarku qarkut qarkun
komuna komunes komunen komune policia policise policine komisariati komisariatit komisariatin spitali spitalit
spitalin njesia njesise njesine qendra qendres qendren njmf femijes femijeve
"""
_STREET = "rr rruga rruges rrugen rruge bulevardi bulevardit bulevardin sheshi sheshit sheshin"
_KINDS_OF_PLACE = frozenset(_BEFORE_A_NAME.split())
_STREETS = frozenset(_STREET.split())


def places_in(text: str, *, asked: bool = False) -> tuple[Place, ...]:
    """All places in the message, in their order.

    `asked`: it answers a question for the place, so that names which are also everyday words count alone.
    """
    folded = fold(text)
    words = [(match[0], *match.span()) for match in WORD.finditer(folded.text)]
    return tuple(
        Place(found.name.slug, found.name.kind, *folded.raw_span(found.start, found.end))
        for found in _read(folded.text, words, asked)
    )


def _read(text: str, words: Sequence[_Word], asked: bool) -> Iterator[_Found]:
    at = 0
    last: _Found | None = None
    while at < len(words):
        found = _at(text, words, at)
        if found and _counts(found.name, words, at, last, asked or found.start > words[at][1]):
            yield found
            last, at = found, found.next
        else:
            at += 1


def _at(text: str, words: Sequence[_Word], at: int) -> _Found | None:
    """The longest name that begins with this word."""
    word, start, end = words[at]
    for behind in range(min(at + WORDS.get(word, 0), len(words)), at, -1):
        written = text[start : words[behind - 1][2]].replace("-", " ").replace(". ", " ")
        if name := NAMES.get(written):
            return _Found(name, start, words[behind - 1][2], behind)
    if together := joined(word):
        return _Found(together[0], end - together[1], end, at + 1)
    meant = misspelt(word)
    return _Found(meant, start, end, at + 1) if meant else None


def _counts(name: Name, words: Sequence[_Word], at: int, last: _Found | None, sure: bool) -> bool:
    before = words[at - 1][0] if at else ""
    of = words[at - 2][0] if at > 1 and before in _OF else ""
    if before in _STREETS or of in _STREETS or any(word in name.unless for word, _, _ in words):
        return False
    if name.after_ne:
        return before in ("ne", "n")
    if sure or not name.cued or before in _PREPOSITIONS or before in _KINDS_OF_PLACE or of in _KINDS_OF_PLACE:
        return True
    if last and last.next == at - 1 and before in _AND:
        return True
    # "te kruja" is at Kruja, "te mat" is a verb, and "te vlora" is at somebody's who has this name
    return before in _AT and words[at][0][-1] in "aiu" and not name.person
