"""The notation of lexicon patterns: what a clinician writes, read into plain steps over folded words.

word            that word, however it is spelled: case, ë and ç make no difference
a|b|c           one of these words
stem*           any word that begins so
@name           one of the words of that group in words.yml
#               a number
(a) (a b)       may be missing
{a b / c / d e} one of these phrases
...  ...5       up to 3 (5) other words in between
!a|b            here follows none of these words
^  $            beginning, end of the message
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from language.folding import fold_text

MOST_VARIANTS = 64
LONGEST_GAP = 8
_USUAL_GAP = 3

_SYMBOL = re.compile(r"\s*(\.\.\.\d*|[(){}/^$]|[^\s(){}/^$]+)")


class PatternError(ValueError):
    """A pattern that can't be read; the message says why, in words for the person who edits it."""


@dataclass(frozen=True, slots=True)
class Words:
    """A choice of words: whole ones, beginnings, or any number."""

    whole: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()
    number: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pattern: a word, a word that must not follow, a gap, or an end of the message."""

    kind: Literal["word", "not", "gap", "start", "end"]
    words: Words = Words()
    gap: int = 0


Steps = tuple[Step, ...]
Groups = Mapping[str, Words]


def read_pattern(pattern: str, groups: Groups) -> list[Steps]:
    """All plain sequences of steps that a pattern stands for. Raises PatternError."""
    reader = _Reader(pattern, groups)
    variants = reader.sequence(closing="")
    for steps in variants:
        if not any(step.kind == "word" for step in steps):
            raise PatternError("a pattern needs at least one word that must be there")
        if steps[0].kind == "gap" or steps[-1].kind == "gap":
            raise PatternError("a pattern can't begin or end with a gap")
    return list(dict.fromkeys(variants))


def read_words(choice: str, groups: Groups) -> Words:
    """A choice such as "vdes|vdek*|@vras"."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    number = False
    for part in choice.split("|"):
        if not part:
            raise PatternError(f"an empty choice in “{choice}”")
        if part == "#":
            number = True
        elif part.startswith("@"):
            group = groups.get(part[1:])
            if group is None:
                raise PatternError(f"there is no group “{part}” in words.yml")
            whole |= group.whole
            beginnings |= group.beginnings
            number = number or group.number
        else:
            word = fold_text(part.removesuffix("*"))
            if not re.fullmatch(r"[^\W_]+", word):
                raise PatternError(f"“{part}” is not one word")
            if not part.endswith("*"):
                whole.add(word)
            elif len(word) < 2:
                raise PatternError(f"“{part}” is too short for a beginning")
            else:
                beginnings.add(word)
    return Words(frozenset(whole), frozenset(beginnings), number)


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, groups: Groups) -> None:
        self.symbols = _SYMBOL.findall(pattern)
        self.groups = groups
        self.at = 0

    def sequence(self, closing: str) -> list[Steps]:
        """Variants up to the closing bracket (or "/", left for the caller)."""
        variants: list[Steps] = [()]
        while self.at < len(self.symbols):
            symbol = self.symbols[self.at]
            if symbol == closing or (symbol == "/" and closing == "}"):
                return variants
            self.at += 1
            following = self.after(symbol)
            variants = [done + more for done in variants for more in following]
            if len(variants) > MOST_VARIANTS:
                raise PatternError(f"more than {MOST_VARIANTS} variants: split the pattern in two")
        if closing:
            raise PatternError(f"“{closing}” is missing")
        return variants

    def after(self, symbol: str) -> list[Steps]:
        if symbol == "(":
            return [(), *self.closed(")")]
        if symbol == "{":
            choices = self.closed("}")
            while self.symbols[self.at - 1] == "/":
                choices += self.closed("}")
            return choices
        if symbol in ")}/":
            raise PatternError(f"“{symbol}” without its beginning")
        if symbol == "^":
            return [(Step("start"),)]
        if symbol == "$":
            return [(Step("end"),)]
        if symbol.startswith("..."):
            length = int(symbol[3:] or _USUAL_GAP)
            if not 1 <= length <= LONGEST_GAP:
                raise PatternError(f"a gap is 1 to {LONGEST_GAP} words, not {length}")
            return [(Step("gap", gap=length),)]
        if symbol.startswith("!"):
            return [(Step("not", read_words(symbol[1:], self.groups)),)]
        return [(Step("word", read_words(symbol, self.groups)),)]

    def closed(self, closing: str) -> list[Steps]:
        variants = self.sequence(closing)
        self.at += 1
        if () in variants:
            raise PatternError("empty brackets")
        return variants
