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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from language.folding import fold_text

LONGEST_GAP = 8
WIDEST_NEAR = 16
_USUAL_GAP = 3

_WORD = re.compile(r"[^\W_]+")
_PLAIN_WORD = re.compile(r"(?:([a-z0-9])(?!\1\1))+")
_NEAR = re.compile(r"<(\d+) ([^<>]+)>")
_SYMBOL = re.compile(r"\s*(\.\.\.\d*(?:![^\s(){}/^$]+)?|[(){}/^$]|[^\s(){}/^$]+)")


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
    """One step of a pattern: a word, one that must not follow, a gap, an end of the message, or a choice.

    A choice goes on with any of its phrases; an empty phrase among them means that it may be missing.
    """

    kind: Literal["word", "not", "gap", "start", "end", "choice", "near"]
    words: Words = Words()
    gap: int = 0
    phrases: tuple[tuple[Step, ...], ...] = ()


Steps = tuple[Step, ...]
Groups = Mapping[str, Words]


def read_pattern(pattern: str, groups: Groups) -> Steps:
    """The steps that a pattern stands for. Raises PatternError."""
    if pattern.startswith("<"):
        return (_near(pattern, groups),)
    steps = _Reader(pattern, groups).sequence(closing="")
    if not _needs_word(steps):
        raise PatternError("a pattern needs at least one word that must be there")
    if steps[0].kind == "gap" or steps[-1].kind == "gap":
        raise PatternError("a pattern can't begin or end with a gap")
    return steps


def _near(pattern: str, groups: Groups) -> Step:
    """Words in any order: each a phrase of one step, "word" or "not"."""
    match = _NEAR.fullmatch(pattern.strip())
    if not match:
        raise PatternError("words in any order are written “<6 one & other>”")
    width = int(match[1])
    if not 2 <= width <= WIDEST_NEAR:
        raise PatternError(f"words in any order stand within 2 to {WIDEST_NEAR} words, not {width}")
    steps = []
    for item in match[2].split("&"):
        written = item.strip()
        steps.append(Step("not" if written.startswith("!") else "word", read_words(written.lstrip("!"), groups)))
    if sum(step.kind == "word" for step in steps) < 2:
        raise PatternError("at least two words must be there")
    return Step("near", gap=width, phrases=tuple((step,) for step in steps))


def all_words(steps: Steps) -> Iterator[Words]:
    """Every choice of words that the steps speak of."""
    for step in steps:
        if step.words != Words():
            yield step.words
        for phrase in step.phrases:
            yield from all_words(phrase)


def _needs_word(steps: Steps) -> bool:
    return any(
        step.kind in ("word", "near") or (step.kind == "choice" and all(_needs_word(phrase) for phrase in step.phrases))
        for step in steps
    )


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
            word = part.removesuffix("*")
            if not _PLAIN_WORD.fullmatch(word):
                word = fold_text(word)
            if not _WORD.fullmatch(word):
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

    def sequence(self, closing: str) -> Steps:
        """Steps up to the closing bracket or "/", which are left for the caller."""
        steps: list[Step] = []
        begin = self.at
        while self.at < len(self.symbols):
            symbol = self.symbols[self.at]
            if closing and symbol in (closing, "/"):
                break
            self.at += 1
            steps.append(self.step(symbol))
        else:
            if closing:
                raise PatternError(f"“{closing}” is missing")
        if not steps:
            raise PatternError("an empty phrase")
        if closing == ")" and len(steps) > 1 and any("|" in symbol for symbol in self.symbols[begin : self.at]):
            raise PatternError("in round brackets write / between phrases; | stands between single words")
        return tuple(steps)

    def step(self, symbol: str) -> Step:
        if symbol == "(":
            return Step("choice", phrases=((), *self.phrases(")")))
        if symbol == "{":
            phrases = self.phrases("}")
            only_word = len(phrases) == 1 and len(phrases[0]) == 1
            return phrases[0][0] if only_word else Step("choice", phrases=tuple(phrases))
        if symbol in ")}/":
            raise PatternError(f"“{symbol}” without its beginning")
        if symbol == "^":
            return Step("start")
        if symbol == "$":
            return Step("end")
        if symbol.startswith("..."):
            digits, _, without = symbol[3:].partition("!")
            length = int(digits or _USUAL_GAP)
            if not 1 <= length <= LONGEST_GAP:
                raise PatternError(f"a gap is 1 to {LONGEST_GAP} words, not {length}")
            return Step("gap", read_words(without, self.groups) if without else Words(), length)
        if symbol.startswith("!"):
            return Step("not", read_words(symbol[1:], self.groups))
        return Step("word", read_words(symbol, self.groups))

    def phrases(self, closing: str) -> list[Steps]:
        """The phrases up to the closing bracket; those of a single word are made one."""
        phrases = [self.sequence(closing)]
        while self.symbols[self.at] == "/":
            self.at += 1
            phrases.append(self.sequence(closing))
        self.at += 1
        single = [phrase[0].words for phrase in phrases if len(phrase) == 1 and phrase[0].kind == "word"]
        several = [phrase for phrase in phrases if len(phrase) > 1 or phrase[0].kind != "word"]
        if not single:
            return several
        words = Words(
            frozenset().union(*(choice.whole for choice in single)),
            frozenset().union(*(choice.beginnings for choice in single)),
            any(choice.number for choice in single),
        )
        return [(Step("word", words),), *several]
