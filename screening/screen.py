"""One message in, one assessment out: the lexicon over the words, their context and the circumstances."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from frontdoor.assessment import (
    RISK_CATEGORIES,
    About,
    Answer,
    Evidence,
    Facts,
    HistoryEntry,
    RiskAssessment,
    Source,
    Speaker,
)
from frontdoor.message import Sender
from language.detection import detect_language
from screening.circumstances import ADULT_FROM, CHILD_UNDER, ages_said, graver, own_age
from screening.entries import Entry, Signal
from screening.lexicon import HERE, Lexicon, load_lexicon
from screening.matching import Match, Matcher
from screening.notation import all_words
from screening.reading import Place, Reader, Text
from screening.vocabulary import Vocabulary

JOINED_WITHIN = timedelta(minutes=5)
JOINED_MESSAGES = 2
JOINED_WORDS = 10
"""How much of what was said just before may belong to the same sentence."""
SENTENCE_ENDS = (".", "?", "!")
MILD_BECOMES_MARKED = 3
"""Which message of level 1 in a conversation counts as level 2."""
MOST_EVIDENCE = 12


class Hit(NamedTuple):
    """An entry found in the message, at the level that is left after the guards."""

    entry: Entry
    first: int
    last: int
    widest_first: int
    widest_last: int
    level: int


class Screen:
    """Screens messages with the lexicon of a folder; raises LexiconError when that can't be used."""

    def __init__(self, folder: Path = HERE) -> None:
        self.lexicon: Lexicon = load_lexicon(folder)
        entries = self.lexicon.entries
        patterns = [(i, steps) for i, entry in enumerate(entries) for steps in entry.patterns]
        vocabulary = Vocabulary(words for _, steps in patterns for words in all_words(steps))
        vocabulary.learn_spellings(self.lexicon.spellings())
        self._matcher = Matcher(patterns, vocabulary)
        self._reader = Reader(vocabulary)
        self.version = f"{self.lexicon.digest}-{_code_digest()}"

    def screen(self, message: str, history: Sequence[HistoryEntry] = (), facts: Facts | None = None) -> RiskAssessment:
        """The assessment of the visitor's new message after `history` (oldest first, without the message)."""
        facts = facts or Facts()
        text, before, hits, said, check_in = self._found(message, history, facts)
        level = max((hit.level for hit in hits), default=0)
        age = own_age(text.folded.text)
        age = facts.age if age is None else age
        about = _about(hits, said)
        young = age is not None and age < CHILD_UNDER
        if about == "other":
            young = any(said_age < CHILD_UNDER for said_age in ages_said(text.folded.text))
        if level == 1 and _mild_before(history) + 1 >= MILD_BECOMES_MARKED:
            level = 2
        categories = _categories(hits)
        if level == 2 and graver(facts, said, young, categories):
            level = 3
        return RiskAssessment(
            level=level,
            categories=categories,
            about=about,
            speaker=_speaker(said, age),
            evidence=_evidence(message, hits, text, before),
            language=detect_language(message, text.folded.text),
            version=self.version,
            wish="wish" in said,
            safe_word="safe_word" in said,
            check_in=check_in and level < 2,
            answer=_answer(said),
        )

    def hits(self, message: str, history: Sequence[HistoryEntry] = (), facts: Facts | None = None) -> list[Hit]:
        """The entries that raise the message, for those who want to know which."""
        return self._found(message, history, facts or Facts())[2]

    def entries_in(self, message: str) -> list[Entry]:
        """Every entry whose words stand in the message, guards and signals too, before guards have lowered."""
        text = self._reader.read(message)
        found = (self.lexicon.entries[match.owner] for match in self._matcher.matches(text.places))
        return list(dict.fromkeys(entry for entry in found if not entry.laughing or text.laughing()))

    def _found(
        self, message: str, history: Sequence[HistoryEntry], facts: Facts
    ) -> tuple[Text, int, list[Hit], set[Signal], bool]:
        text = self._reader.read(message)
        places, before = self._with_what_was_just_said(text.places, history, facts)
        matches = self._matcher.matches(places, before)
        hits: list[Hit] = []
        guards: dict[int, list[Match]] = {}
        said: set[Signal] = set()
        for match in matches:
            if match.widest_last < before:
                continue
            entry = self.lexicon.entries[match.owner]
            if entry.kind == "risk":
                hits.append(Hit(entry, *match[1:], entry.level))
            elif entry.kind == "guard":
                guards.setdefault(match.owner, []).append(match)
            elif match.first >= before and entry.says:
                said.add(entry.says)
        only_laughing = [owner for owner in guards if self.lexicon.entries[owner].laughing]
        if only_laughing and not text.laughing():
            guards = {owner: found for owner, found in guards.items() if owner not in only_laughing}
        lowered, check_in = _lowered(hits, guards, self.lexicon)
        return text, before, lowered, said, check_in

    def _with_what_was_just_said(
        self, places: list[Place], history: Sequence[HistoryEntry], facts: Facts
    ) -> tuple[list[Place], int]:
        """The places after the visitor's last words, when these were written just before, and how many these are."""
        joined = places
        next_at: datetime = facts.local_time or (history[-1].at if history else datetime.min)
        own = [entry for entry in history if entry.sender == Sender.VISITOR][-JOINED_MESSAGES:]
        for entry in reversed(own):
            comparable = (next_at.tzinfo is None) == (entry.at.tzinfo is None)
            if not joined or (comparable and not timedelta(0) <= next_at - entry.at <= JOINED_WITHIN):
                break
            if entry.text.rstrip().endswith(SENTENCE_ENDS):
                joined = [joined[0]._replace(begins=True), *joined[1:]]
            joined = self._reader.read(entry.text).places[-JOINED_WORDS:] + joined
            next_at = entry.at
        before = min(len(joined) - len(places), JOINED_WORDS)
        return joined[len(joined) - len(places) - before :], before


def _code_digest() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *(here.parent / "language").glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:6]


class _Reach:
    """The matches of one guard; tells whether one of them reaches over given places, in logarithmic time."""

    def __init__(self, guard: Entry, matches: Sequence[Match]) -> None:
        self.guard = guard
        self.categories = guard.categories or frozenset(RISK_CATEGORIES)
        ordered = sorted((match.widest_first, match.widest_last) for match in matches)
        self._firsts = [first for first, _ in ordered]
        self._lasts = list(accumulate((last for _, last in ordered), max))

    def over(self, first: int, last: int) -> bool:
        at = bisect_right(self._firsts, first) - 1
        return at >= 0 and self._lasts[at] >= last


def _lowered(hits: Iterable[Hit], guards: Mapping[int, Sequence[Match]], lexicon: Lexicon) -> tuple[list[Hit], bool]:
    """The hits after each guard has lowered those that lie wholly inside its own words."""
    reaches = [_Reach(lexicon.entries[owner], matches) for owner, matches in guards.items()]
    left: list[Hit] = []
    check_in = False
    for hit in hits:
        level = hit.level
        for reach in reaches:
            guard = reach.guard
            lowers = guard.level < hit.level and hit.entry.category in reach.categories
            if lowers and reach.over(hit.first, hit.last):
                level = min(level, guard.level)
                check_in = check_in or guard.check_in
        check_in = check_in or (hit.entry.check_in and level == hit.level)
        if level > 0:
            left.append(hit if level == hit.level else hit._replace(level=level))
    return left, check_in


def _categories(hits: Iterable[Hit]) -> tuple[str, ...]:
    highest: dict[str, int] = {}
    for hit in hits:
        highest[hit.entry.category] = max(hit.level, highest.get(hit.entry.category, 0))
    return tuple(sorted(highest, key=lambda name: (-highest[name], RISK_CATEGORIES.index(name))))


def _about(hits: Sequence[Hit], said: set[Signal]) -> About:
    """Whom the grave words are about; the writer when in doubt."""
    highest = max((hit.level for hit in hits), default=0)
    grave = {hit.entry.about for hit in hits if hit.level >= min(highest, 3)} - {None}
    of_another = "other" in said and "self" not in said
    if grave == {"other"} or (of_another and grave != {"self"}):
        return "other"
    return "self"


def _speaker(said: set[Signal], age: int | None) -> Speaker:
    if "adult" in said:
        return "adult"
    if age is not None:
        return "child" if age < ADULT_FROM else "adult"
    return "child" if "child" in said else "unknown"


def _answer(said: set[Signal]) -> Answer | None:
    if "one" in said:
        return "one"
    if "no" in said:
        return "no"
    return "yes" if "yes" in said else None


def _mild_before(history: Iterable[HistoryEntry]) -> int:
    return sum(entry.sender == Sender.VISITOR and entry.level >= 1 for entry in history)


def _evidence(message: str, hits: Iterable[Hit], text: Text, before: int) -> tuple[Evidence, ...]:
    """The words of this message that speak for each category, without those inside longer ones."""
    spans: dict[tuple[str, int, int], Source] = {}
    level: dict[tuple[str, int, int], int] = {}
    for hit in hits:
        start = text.places[max(hit.widest_first - before, 0)].start
        end = text.places[hit.widest_last - before].end
        span = (hit.entry.category, start, -end)
        if hit.first >= before or span not in spans:
            spans[span] = "lexicon" if hit.first >= before else "context"
        level[span] = max(hit.level, level.get(span, 0))
    kept: list[tuple[str, int, int]] = []
    for span in sorted(spans):
        inside = kept and kept[-1][0] == span[0] and -span[2] <= -kept[-1][2]
        if not inside:
            kept.append(span)
    gravest = sorted(kept, key=lambda span: -level[span])[:MOST_EVIDENCE]
    return tuple(
        Evidence(start, -end, message[start:-end], category, spans[category, start, end])
        for category, start, end in sorted(gravest, key=lambda span: (span[1], -span[2], span[0]))
    )
