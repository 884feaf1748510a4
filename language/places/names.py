"""The names of places with all their forms, from language/municipalities.yml, and which name a misspelt word means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from language.chat_words import ABBREVIATIONS, GHEG
from language.common_words import COMMON_WORDS
from language.foreign_words import FOREIGN_WORDS

Kind = Literal["municipality", "country"]


class Municipality(NamedTuple):
    """One of the 61; `county` is the slug of the county, which has the name of its chief town."""

    slug: str
    name: str
    county: str


class Name(NamedTuple):
    """What a form stands for, and when it counts: always, with a cue, right after "ne", not beside some words."""

    slug: str
    kind: Kind
    cued: bool = False
    person: bool = False
    after_ne: bool = False
    unless: frozenset[str] = frozenset()


_ENDINGS = {
    "i": ("", "i", "it", "in"),
    "u": ("", "u", "ut", "un"),
    "a": ("", "e", "a", "es", "en", "s"),
    "ia": ("", "a", "se", "ne", "n", "s", "e", "es", "je"),
    "forms": ("",),
    "after_ne": ("",),
}
_LONG = 6
"""Names of so many letters are recognised with one letter wrong; and stems that have lost their "ë" count alone."""

_SHORTEST_JOINED = 4
_JOINED = ("prej", "nga", "ne", "n")

_data: Mapping[str, Any] = yaml.load(
    Path(__file__).parent.with_name("municipalities.yml").read_text("utf-8"),
    # ten times faster than the one in Python, which some builds of PyYAML have alone
    Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
)
_KNOWN = COMMON_WORDS.union(ABBREVIATIONS, GHEG, *FOREIGN_WORDS.values(), _data["never"])

MUNICIPALITIES: Mapping[str, Municipality] = {
    entry["slug"]: Municipality(entry["slug"], entry["name"], entry["county"]) for entry in _data["municipalities"]
}
"""The 61 municipalities by their slugs, in the order of their counties."""

COUNTRIES: frozenset[str] = frozenset(entry["of"] for entry in _data["countries"])
"""The slugs of what is outside Albania."""


def _forms() -> Iterator[tuple[str, Name, bool]]:
    """Each form with its name, and whether misspellings of it count."""
    for entry in (*_data["municipalities"], *_data["towns"], *_data["countries"]):
        slug = entry.get("slug") or entry["of"]
        kind: Kind = "country" if slug in COUNTRIES else "municipality"
        cued = entry.get("cued", ())
        for key in _ENDINGS.keys() & entry.keys():
            for stem in entry[key]:
                for ending in _ENDINGS[key]:
                    form = stem + ending
                    short = key == "a" and not ending and len(stem) < _LONG
                    name = Name(
                        slug,
                        kind,
                        cued=cued == "all" or form in cued or short,
                        person=entry.get("person", False),
                        after_ne=key == "after_ne",
                        unless=frozenset(entry.get("unless", ())),
                    )
                    yield form, name, not (name.cued or entry.get("exact", False))


def _tables() -> tuple[dict[str, Name], dict[str, set[str]], dict[str, int]]:
    names: dict[str, Name] = {}
    lacking: dict[str, set[str]] = {}
    words: dict[str, int] = {}
    for form, name, may_be_misspelt in _forms():
        known = names.setdefault(form, name)
        if known.slug != name.slug:
            raise ValueError(f"municipalities.yml: {form!r} stands for {known.slug} and for {name.slug}")
        if known.cued and not name.cued:
            names[form] = name
        first = form.split(" ")[0]
        words[first] = max(words.get(first, 1), form.count(" ") + 1)
        if may_be_misspelt and len(form) >= _LONG and " " not in form:
            for lack in _lacking_one(form):
                lacking.setdefault(lack, set()).add(form)
    return names, lacking, words


def _lacking_one(word: str) -> Iterator[str]:
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


NAMES, _LACKING, WORDS = _tables()
"""Form → what it stands for; the misspelt ones; first word → how many words a form that begins so may have."""


def joined(word: str) -> tuple[Name, int] | None:
    """The name and its length in a word that is written together with its preposition ("nkuks", "netirane")."""
    if word[:1] not in ("n", "p") or word in _KNOWN:
        return None
    for before in _JOINED:
        rest = word.removeprefix(before)
        if rest != word and len(rest) >= _SHORTEST_JOINED and (name := NAMES.get(rest)) and not name.after_ne:
            return name, len(rest)
    return None


def misspelt(word: str) -> Name | None:
    """The name that the word has with one letter wrong, missing, doubled or in its neighbour's place."""
    if len(word) < _LONG or word in _KNOWN or not word.isalpha():
        return None
    meant = set(_LACKING.get(word, ()))
    for lack in _lacking_one(word):
        if lack in NAMES and len(lack) >= _LONG and lack in _LACKING.get(lack[:1] + lack[2:], ()):
            meant.add(lack)
        meant.update(form for form in _LACKING.get(lack, ()) if len(form) == len(word) and _one_slip(form, word))
    names = [NAMES[form] for form in meant]
    if not names or len({name.slug for name in names}) > 1:
        return None
    # a short word is sooner another word than a slip
    return names[0]._replace(cued=len(word) == _LONG)


def _one_slip(form: str, word: str) -> bool:
    """Whether two words of one length differ in one letter, or have two neighbours changed over."""
    different = [at for at in range(len(form)) if form[at] != word[at]]
    if len(different) == 2:
        first, second = different
        return second == first + 1 and form[first] == word[second] and form[second] == word[first]
    return len(different) == 1
