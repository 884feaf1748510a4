"""Patterns over places of words: all patterns at once by bit sets, so that no input can make one hang.

A message is at most some hundred places. For each choice of words one integer has a bit for each place where
the choice stands; following a pattern is shifting and masking such integers, once per step, without ever
going back. The work is therefore linear in the text for each pattern, whatever the text is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from language.common_words import COMMON_WORDS
from screening.notation import Step, Steps, Words
from screening.reading import Place
from screening.vocabulary import Bits, Vocabulary

CHUNK = 512
"""Longer texts are matched piece by piece, with an overlap longer than any pattern reaches."""
OVERLAP = 64

_LOOK_AHEAD = 3
"""How far behind words in any order a word that forbids them still counts."""

_WORD, _NOT, _GAP, _START, _END, _CHOICE, _NEAR = range(7)


class Match(NamedTuple):
    """The owner of a pattern, and the places of its words: the fewest that match, and the most."""

    owner: int
    first: int
    last: int
    widest_first: int
    widest_last: int


class _Phrase(NamedTuple):
    """Steps, and the choices that must all stand in the text for them to match."""

    needs: Bits
    steps: tuple[_Step, ...]


class _Step(NamedTuple):
    kind: int
    argument: int
    phrases: tuple[_Phrase, ...] = ()
    gap: int = 0


class _Compiled(NamedTuple):
    """A pattern ready to be followed; of each of the sets in `needs` one choice must stand in the text."""

    owner: int
    steps: tuple[_Step, ...]
    needs: tuple[Bits, ...]


class Matcher:
    """All patterns of a lexicon, each with the number of its owner."""

    def __init__(self, patterns: Sequence[tuple[int, Steps]], vocabulary: Vocabulary) -> None:
        self._by_key: dict[int, list[_Compiled]] = {}
        self._keys: Bits = 0
        for owner, steps in patterns:
            needs = _needs(steps, vocabulary)
            compiled = _Compiled(owner, _compiled(steps, vocabulary), tuple(need for _, need in sorted(needs)))
            # A pattern waits for the rarest of what it needs.
            for key in _numbers(min(needs)[1]):
                self._by_key.setdefault(key, []).append(compiled)
                self._keys |= 1 << key

    def matches(self, places: Sequence[Place], message_starts: int = 0) -> list[Match]:
        """Every match that does not overlap an earlier one of the same pattern.

        `message_starts` is the place where the message proper begins, when earlier ones stand before it.
        """
        if len(places) <= CHUNK:
            return self._chunk(places, message_starts, len(places))
        found: set[Match] = set()
        for start in range(0, len(places), CHUNK - OVERLAP):
            chunk = places[start : start + CHUNK]
            for match in self._chunk(chunk, message_starts - start, len(places) - start):
                found.add(Match(match.owner, *(place + start for place in match[1:])))
        return sorted(found)

    def _chunk(self, places: Sequence[Place], begins: int, ends: int) -> list[Match]:
        board = _Board(places, begins, ends)
        present = board.present
        keys = present & self._keys
        waiting = {id(pattern): pattern for key in _numbers(keys) for pattern in self._by_key[key]}
        found: list[Match] = []
        for pattern in waiting.values():
            for need in pattern.needs:
                if not need & present:
                    break
            else:
                found += board.follow(pattern)
        return found


def _numbers(bits: Bits) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@lru_cache(maxsize=20_000)
def _set_of(bits: Bits) -> frozenset[int]:
    """The numbers of the choices: asking a set is quicker than masking an integer of some thousand bits."""
    return frozenset(_numbers(bits))


def _compiled(steps: Steps, vocabulary: Vocabulary) -> tuple[_Step, ...]:
    compiled = []
    for step in steps:
        if step.kind == "choice":
            compiled.append(_Step(_CHOICE, 0, _phrases(step, vocabulary)))
        elif step.kind == "near":
            # The rarest first, so that most texts are done with after a word or two.
            words_first = sorted(
                step.phrases, key=lambda phrase: (phrase[0].kind == "not", _frequency(phrase[0].words))
            )
            phrases = _phrases(Step("near", phrases=tuple(words_first)), vocabulary)
            compiled.append(_Step(_NEAR, 0, phrases, step.gap))
        elif step.kind in ("word", "not"):
            kind = _WORD if step.kind == "word" else _NOT
            compiled.append(_Step(kind, vocabulary.numbers[step.words]))
        else:
            kind = {"gap": _GAP, "start": _START, "end": _END}[step.kind]
            compiled.append(_Step(kind, vocabulary.numbers.get(step.words, -1), gap=step.gap))
    return tuple(compiled)


def _phrases(step: Step, vocabulary: Vocabulary) -> tuple[_Phrase, ...]:
    phrases = []
    for phrase in step.phrases:
        needs: Bits = 0
        for inner in phrase:
            if inner.kind == "word":
                needs |= 1 << vocabulary.numbers[inner.words]
        phrases.append(_Phrase(needs, _compiled(phrase, vocabulary)))
    return tuple(phrases)


def _needs(steps: Steps, vocabulary: Vocabulary) -> list[tuple[int, Bits]]:
    """What a text must have for the steps to match: sets of choices, each with how often it turns up."""
    needs = []
    for step in steps:
        if step.kind == "word":
            needs.append((_frequency(step.words), 1 << vocabulary.numbers[step.words]))
        elif step.kind == "near":
            for phrase in step.phrases:
                needs += _needs(phrase, vocabulary)
        elif step.kind == "choice" and all(step.phrases):
            rarest = [min(_needs(phrase, vocabulary), default=None) for phrase in step.phrases]
            known = [need for need in rarest if need]
            if len(known) == len(rarest):
                bits = 0
                for _, need in known:
                    bits |= need
                needs.append((sum(frequency for frequency, _ in known), bits))
    return needs


def _frequency(words: Words) -> int:
    """How often some word of the choice will turn up in ordinary messages, roughly."""
    common = sum(1_000 if len(word) <= 3 else 100 for word in words.whole & COMMON_WORDS)
    return common + len(words.whole) + 5 * len(words.beginnings) + (200 if words.number else 0)


class _Board:
    """One text: for each choice, the places where it stands, worked out when first asked."""

    def __init__(self, places: Sequence[Place], begins: int, ends: int) -> None:
        self.size = len(places)
        self.standing: dict[int, int] = {}
        self.begin = (1 << begins if 0 <= begins < self.size else 0) | (1 if begins > 0 else 0)
        self.end = 1 << ends if 0 <= ends <= self.size else 0
        self.inside = (1 << self.size) - 1
        self.last = 1 << self.size
        self.present: Bits = 0
        distinct: dict[Bits, int] = {}
        place_bit = 1
        for choices, _, _, begins_sentence in places:
            if begins_sentence:
                self.inside ^= place_bit
            if choices:
                self.present |= choices
                distinct[choices] = distinct.get(choices, 0) | place_bit
            place_bit <<= 1
        self.distinct = [(_set_of(choices), standing) for choices, standing in distinct.items()]

    def where(self, choice: int) -> int:
        places = self.standing.get(choice)
        if places is None:
            places = 0
            for choices, standing in self.distinct:
                if choice in choices:
                    places |= standing
            self.standing[choice] = places
        return places

    def passable(self, without: int) -> int:
        """Places that a gap may cross: no beginning of a sentence, none of the words that it must be without."""
        return self.inside & ~self.where(without) if without >= 0 else self.inside

    def after(self, step: _Step, here: int) -> int:
        """Places where the next step may begin, from the places where this one may."""
        kind, argument, phrases, gap = step
        if kind == _WORD:
            return (here & self.where(argument)) << 1
        if kind == _NEAR:
            return self.together(phrases, gap) << 1
        if kind == _CHOICE:
            reached = 0
            for needs, steps in phrases:
                if needs & self.present != needs:
                    continue
                there = here
                for inner in steps:
                    there = self.after(inner, there)
                    if not there:
                        break
                reached |= there
            return reached
        if kind == _GAP:
            passable = self.passable(argument)
            reached = here
            for _ in range(gap):
                here = (here & passable) << 1
                reached |= here
            return reached
        if kind == _NOT:
            return here & ~self.where(argument)
        return here & (self.begin if kind == _START else self.end)

    def together(self, phrases: tuple[_Phrase, ...], width: int) -> int:
        """Places of the last of some words that stand together, in any order, in one sentence."""
        together = (1 << self.size) - 1
        for _, ((kind, argument, _, _),) in phrases:
            seen = standing = self.where(argument)
            for _ in range(width - 1):
                standing = (standing << 1) & self.inside
                seen |= standing
            if kind == _NOT:
                standing = self.where(argument)
                for _ in range(_LOOK_AHEAD):
                    standing = (standing & self.inside) >> 1
                    seen |= standing
            together &= seen if kind == _WORD else ~seen
            if not together:
                return 0
        ends = 0
        for _, ((kind, argument, _, _),) in phrases:
            if kind == _WORD:
                ends |= self.where(argument)
        return together & ends

    def together_from(self, phrases: tuple[_Phrase, ...], end: int) -> int:
        """The place of the first of the words that stand together and end there."""
        upto = (end << 1) - 1
        firsts = [
            (self.where(argument) & upto).bit_length() for _, ((kind, argument, _, _),) in phrases if kind == _WORD
        ]
        return 1 << (min(firsts) - 1)

    def follow(self, pattern: _Compiled) -> list[Match]:
        """All matches of the pattern, one for each place where the fewest words that match begin."""
        everywhere = (1 << (self.size + 1)) - 1
        here = everywhere
        for step in pattern.steps:
            here = self.after(step, here)
            if not here:
                return []
        found: dict[int, Match] = {}
        for end in _numbers(here):
            starts = self.back(pattern.steps, everywhere, 1 << end)
            first = starts.bit_length() - 1
            widest = (starts & -starts).bit_length() - 1
            known = found.get(first)
            last = end - 1 if known is None else known.last
            found[first] = Match(pattern.owner, first, last, widest, end - 1)
        return list(found.values())

    def back(self, steps: tuple[_Step, ...], begun: int, ended: int) -> int:
        """The places where matches began that ended there, of those that may begin at `begun`."""
        trail = [begun]
        for step in steps[:-1]:
            trail.append(self.after(step, trail[-1]))
        here = ended
        for step, before in zip(reversed(steps), reversed(trail), strict=False):
            kind, argument, phrases, gap = step
            if kind == _NEAR:
                here = self.together_from(phrases, here >> 1)
            elif kind == _WORD:
                here = (here >> 1) & before & self.where(argument)
            elif kind == _CHOICE:
                began = 0
                for needs, inner in phrases:
                    if needs & self.present == needs:
                        began |= self.back(inner, before, here) if inner else here & before
                here = began
            elif kind == _GAP:
                passable = self.passable(argument)
                reached = here
                for _ in range(gap):
                    here = (here & (self.inside | self.last)) >> 1 & passable
                    reached |= here
                here = reached & before
            else:
                here &= self.after(step, before)
        return here
