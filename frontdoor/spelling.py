"""Whether Albanian words are written as the dictionary has them, ë and ç above all; no part of the service."""

from __future__ import annotations

import functools
import itertools
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PLACES = ("/usr/share/hunspell", "/usr/share/myspell/dicts", "~/Library/Spelling", "/Library/Spelling")
INSTALL = "apt-get install myspell-sq"
"""The one command that brings the dictionary to Debian and Ubuntu; elsewhere DICPATH names its folder."""

_NOT_WORDS = re.compile(r"\{\w+\}|https?://\S+|\b\w+(?:\.\w+)*\.\w{2,}\b|\S+@\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_APOSTROPHE = re.compile("['’]")
_SHORTENED = frozenset(("s", "t", "m", "ç", "c", "n", "d", "nj"))
_ENDINGS = frozenset(("s", "së", "t", "të", "in", "it", "n", "në", "i", "ja", "je", "ve", "sh"))
_UNMARKED = str.maketrans("ëçËÇ", "ecEC")
_MARKS = {"e": "ë", "c": "ç", "E": "Ë", "C": "Ç"}
_CORRECTED = re.compile(r"(\S.*?)\s*→\s*(\S.*)")
_LETTERS = "abcçdeëfghijklmnopqrstuvxyz"
_LONGEST_GUESS = 10

# Where the dictionary has both spellings, the words around say which one it must be.
_NEARBY = (
    *(
        (
            re.compile(rf"\b(?:ke|ka|kam|kemi|keni|kanë|kesh|ketë|merr|merrni|jep|jepni|kërko) ({noun}e)\b", re.I),
            f"{noun}ë",
        )
        for noun in ("frik", "nevoj", "ndihm", "frym", "koh", "forc")
    ),
    (re.compile(r"\b(?:do|duhet|mund|dua|duan|për|pa|mos) (te)\b", re.I), "të"),
    (
        re.compile(r"\b(te) (?:j(?:em|esh|etë|emi|eni|enë)|k(?:em|esh|etë|emi|eni|enë)|mos|(?:[mt]['’])\w+)\b", re.I),
        "të",
    ),
    # after "te" stands a name, a pronoun or the form with an article: "te mjeku", "te prindërit"
    (
        re.compile(
            r"\b([Tt]e) (?!(?:\w*një|unë|çdo|shumë|ne|ajo|ato|këto|kjo|tjetër|vetë|njerëz|\w*kush|\w*të)\b)"
            r"[a-zçë]*[^\W\d_aituy]\b"
        ),
        "të",
    ),
    (
        re.compile(r"\b(se) (?:bashku|pari|dyti|treti|fundi|shpejti|paku|tepërmi|afërmi|largu|koti|jashtmi)\b", re.I),
        "së",
    ),
    (
        re.compile(
            r"(?<!te )(?<!nga )(?<!me )(?<!mes )(?<!ndaj )(?<!edhe )\b(ne)"
            r" (?!(?:te|të|nuk|mund|do|edhe|e|i|u|ju|ta|ia|nga|me|për)\b|[st]['’]|\w+(?:më|im|emi)\b)\w+",
            re.I,
        ),
        "në",
    ),
)
# after these stands the accusative: "në shkollë", never "në shkolle", though "i një shkolle" is right
_ACCUSATIVE = re.compile(r"\b(?:në|me|për|pa|mbi|nëpër|çdo|(?<![ietë] )një) (?!ende\b|vete\b)(\w{3,}e)\b", re.I)


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that is not written as it should be, with the word that was probably meant."""

    word: str
    meant: str = ""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Our own list: words that the dictionary lacks, and words that it has but that are always a slip here."""

    right: frozenset[str] = frozenset()
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> OwnWords:
        """One word a line, or `wrong → right`; from # on a remark."""
        right, wrong = set(), {}
        for line in (line.partition("#")[0].strip() for line in text.splitlines()):
            if found := _CORRECTED.fullmatch(line):
                wrong[found[1]] = found[2]
            elif line:
                right.add(line)
        return cls(frozenset(right), wrong)


class Spelling:
    """The dictionary with all its forms, and our own words."""

    def __init__(self, forms: frozenset[str], own: OwnWords = OwnWords()) -> None:
        """`forms` are what `dictionary` gives."""
        self._forms = forms
        self._own = own

    def knows(self, word: str) -> bool:
        """Whether the word is written right, at the beginning of a sentence or inside."""
        if self._has(word):
            return True
        if "-" in word:
            first, _, rest = word.partition("-")
            return self.knows(first) and (rest in _ENDINGS or self.knows(rest))
        if _APOSTROPHE.search(word):
            short, rest = _APOSTROPHE.split(word, maxsplit=1)
            return short.lower() in _SHORTENED and self.knows(rest)
        return False

    def slips(self, text: str) -> Iterator[Slip]:
        """Each word of the text that is not known, once, and those that the words around show to be wrong."""
        plain = _NOT_WORDS.sub(" ", text)
        for word in dict.fromkeys(_WORD.findall(plain)):
            if meant := self._own.wrong.get(word.lower()):
                yield Slip(word, meant)
            elif not self.knows(word):
                yield Slip(word, self._meant(word))
        for slip in dict.fromkeys(self._misplaced(plain)):
            if slip.word.lower() not in self._own.right:
                yield slip

    def _misplaced(self, plain: str) -> Iterator[Slip]:
        """Words that are right by themselves but not beside their neighbours."""
        for pattern, meant in _NEARBY:
            for found in pattern.finditer(plain):
                right = meant.capitalize() if found[1][0].isupper() else meant
                yield Slip(found[0], found[0].replace(found[1], right, 1))
        for found in _ACCUSATIVE.finditer(plain):
            # "në rrjete" is the plural of "rrjet"
            plural = self._has(found[1][:-1]) or found[1].endswith(("je", "ve"))
            if not plural and self._has(found[1][:-1] + "ë"):
                yield Slip(found[0], found[0][:-1] + "ë")

    def _has(self, word: str) -> bool:
        if len(word) == 1 and word.isupper():
            return True
        written = (word, word.lower(), word.capitalize()) if word.isupper() else (word, word[:1].lower() + word[1:])
        return any(form in self._forms or form in self._own.right for form in written)

    def _meant(self, word: str) -> str:
        """The same word with ë and ç where they belong; else a known word one letter away; else nothing."""
        for guess in (*self._marked(word), *_one_letter_away(word)):
            if self._has(guess):
                return guess
        return ""

    def _marked(self, word: str) -> Iterator[str]:
        bare = word.translate(_UNMARKED)
        choices = [_MARKS.get(letter, letter) + letter * (letter in _MARKS) for letter in bare]
        if sum(len(choice) > 1 for choice in choices) <= _LONGEST_GUESS:
            # who leaves out one mark has most likely left out all
            yield from map("".join, itertools.product(*choices))


def _one_letter_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in _LETTERS)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in _LETTERS)


def find_dictionary(named: str | None = None) -> Path | None:
    """The Albanian dictionary of this machine (its .aff file), if there is one; `named` stands for DICPATH."""
    folders = os.environ.get("DICPATH", "") if named is None else named
    for place in (*folders.split(os.pathsep), *PLACES):
        if place:
            for found in sorted(Path(place).expanduser().glob("sq*.aff")):
                if found.with_suffix(".dic").exists():
                    return found
    return None


@functools.cache
def dictionary(aff: Path) -> frozenset[str]:
    """All forms that a Hunspell dictionary stands for: each stem with each of its endings or beginnings."""
    rules, encoding = _affixes(aff)
    forms: set[str] = set()
    for line in aff.with_suffix(".dic").read_text(encoding).splitlines()[1:]:
        stem, _, flags = line.strip().partition("/")
        forms.add(stem)
        for flag in flags:
            for ends, strip, add, fits in rules[flag]:
                if fits.search(stem):
                    kept = stem[: len(stem) - strip] if ends else stem[strip:]
                    forms.add(kept + add if ends else add + kept)
    return frozenset(forms)


type _Affix = tuple[bool, int, str, re.Pattern[str]]


def _affixes(aff: Path) -> tuple[defaultdict[str, list[_Affix]], str]:
    """The rules by their flag, and the encoding that the file names."""
    encoding = re.search(rb"^SET\s+(\S+)", aff.read_bytes(), re.MULTILINE)
    named = encoding[1].decode("ascii") if encoding else "utf-8"
    rules: defaultdict[str, list[_Affix]] = defaultdict(list)
    for line in aff.read_text(named).splitlines():
        match line.split():
            case ["SFX" | "PFX" as kind, flag, strip, add, condition, *_]:
                ends = kind == "SFX"
                fits = re.compile(f"{condition}$" if ends else f"^{condition}")
                rules[flag].append((ends, 0 if strip == "0" else len(strip), "" if add == "0" else add, fits))
    return rules, named
