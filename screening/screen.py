"""One message in, one assessment out: lexicon or model over the words, their context and the circumstances."""

from __future__ import annotations

import hashlib
import logging
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence, Set
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
    Level,
    RiskAssessment,
    Source,
    Speaker,
)
from frontdoor.message import Sender
from frontdoor.ports import ScreeningState
from language.detection import detect_language
from language.folding import Folded, fold
from screening.circumstances import ADULT_FROM, CHILD_UNDER, ages_said, graver, own_age
from screening.entries import Entry, Signal
from screening.features import Mark, Token, tokens_of
from screening.lexicon import HERE, Lexicon, load_lexicon
from screening.matching import Match, Matcher
from screening.model import Found, Model
from screening.reading import Place, Reader, Text

log = logging.getLogger(__name__)

JOINED_WITHIN = timedelta(minutes=5)
JOINED_MESSAGES = 2
JOINED_WORDS = 10
"""How much of what was said just before may belong to the same sentence."""
SENTENCE_ENDS = (".", "?", "!")
MILD_BECOMES_MARKED = 3
"""Which message of level 1 in a conversation counts as level 2."""
MOST_EVIDENCE = 12
NOTHING_ELSE = 0.7
"""From which share of a message on the lexicon's words are the whole of it."""


class Hit(NamedTuple):
    """An entry found in the message, at the level that is left after the guards."""

    entry: Entry
    first: int
    last: int
    widest_first: int
    widest_last: int
    level: int


class ScreeningFailed(Exception):
    """Neither lexicon nor model could say anything; the message must be read by a person."""


class _Words(NamedTuple):
    """What the lexicon finds in a message."""

    hits: Sequence[Hit] = ()
    marks: Sequence[Mark] = ()
    shares: Sequence[float] = ()
    """Which share of the message's words each hit takes up."""
    said: frozenset[Signal] = frozenset()
    check_in: bool = False
    evidence: tuple[Evidence, ...] = ()


class Screen:
    """Screens messages with the lexicon of a folder and a model; raises LexiconError when the folder can't be used."""

    def __init__(self, folder: Path = HERE, model: Model | None = None) -> None:
        """Without a model the lexicon decides alone, and `state` says so."""
        self.lexicon: Lexicon = load_lexicon(folder)
        entries = self.lexicon.entries
        patterns = [(i, steps) for i, entry in enumerate(entries) for steps in entry.patterns]
        vocabulary = self.lexicon.vocabulary()
        self._matcher = Matcher(patterns, vocabulary)
        self._reader = Reader(vocabulary)
        self._model = model
        self._model_works = model is not None
        self._lexicon_works = True
        self.version = f"{self.lexicon.digest}-{_code_digest()}-{model.version if model else 'none'}"

    @property
    def state(self) -> ScreeningState:
        """For /ready and the console: once a half has failed it stays named until the process starts anew."""
        if self._lexicon_works:
            return "ok" if self._model_works else "lexicon"
        return "model" if self._model_works else "none"

    def screen(self, message: str, history: Sequence[HistoryEntry] = (), facts: Facts | None = None) -> RiskAssessment:
        """The assessment of the visitor's new message after `history` (oldest first, without the message).

        Where one half fails the other decides. When the lexicon fails and the model sees no grave danger the
        assessment is `unscreened`, for what the visitor wishes was not read. Raises ScreeningFailed.
        """
        facts = facts or Facts()
        folded = fold(message)
        just_before = _just_before(message, history, facts)
        words = self._by_lexicon(message, just_before)
        found, joined = self._by_model(folded, words.marks if words else (), just_before)
        if words is None and found is None:
            raise ScreeningFailed
        read = words or _Words()
        hits = self._counting(read, found)
        level = max([hit.level for hit in hits] + [found.level if found else 0], default=0)
        age = own_age(folded.text)
        known_age = facts.age if age is None else age
        about = _about(hits, read.said, found)
        young = known_age is not None and known_age < CHILD_UNDER
        if about == "other":
            young = any(said_age < CHILD_UNDER for said_age in ages_said(folded.text))
        if level == 1 and _mild_before(history) + 1 >= MILD_BECOMES_MARKED:
            level = 2
        categories = _categories(hits, found, level)
        if level == 2 and graver(facts, read.said, young, categories):
            level = 3
        return RiskAssessment(
            level=level,
            categories=categories,
            about=about,
            speaker=_speaker(read.said, age, found),
            evidence=_joined_evidence(read.evidence, _model_evidence(message, found, joined, categories)),
            language=detect_language(message, folded.text, _languages(history)),
            version=self.version,
            wish="wish" in read.said,
            safe_word="safe_word" in read.said,
            check_in=read.check_in and level < 2,
            answer=_answer(read.said),
            age=age,
            unscreened=words is None and level < 3,
        )

    def _by_lexicon(self, message: str, just_before: Sequence[str]) -> _Words | None:
        try:
            text, before, hits, said, check_in = self._found(message, just_before)
            marks = _marks(hits, text, before)
            size = max(len(text.places), 1)
            shares = [(hit.widest_last - max(hit.widest_first, before) + 1) / size for hit in hits]
            return _Words(hits, marks, shares, frozenset(said), check_in, _evidence(message, hits, text, before))
        except Exception as error:
            if self._lexicon_works:
                log.critical("the lexicon failed: %s; the model decides alone", type(error).__name__)
            self._lexicon_works = False
            return None

    def _counting(self, read: _Words, found: Found | None) -> list[Hit]:
        """The hits that count: all when the model agrees or is not there, else those that decide alone.

        What a doubted entry says against the model is mild, unless the message says hardly anything else: the
        assistant answers, and offers a person.
        """
        if found is None or self._model is None or found.level >= 2:
            return list(read.hits)
        doubted = self._model.doubted
        return [
            hit._replace(level=1) if hit.level > 1 and share < NOTHING_ELSE and hit.entry.id in doubted else hit
            for hit, share in zip(read.hits, read.shares, strict=True)
        ]

    def _by_model(self, folded: Folded, marks: Sequence[Mark], just_before: Sequence[str]) -> tuple[Found | None, bool]:
        """What the model finds, and whether only together with what was said just before."""
        if self._model is None:
            return None, False
        try:
            tokens = tokens_of(folded)
            found = self._model.read(tokens, marks)
            earlier = [tokens_of(fold(text)) for text in just_before] if tokens else []
            before = [Token(token.text, 0, 0, token.begins) for own in earlier for token in own[-JOINED_WORDS:]]
            if before:
                together = self._model.read([*before, *tokens], marks, len(before))
                # what an earlier message said by itself was raised then
                if together.level > found.level and all(
                    together.level > self._model.read(own).level for own in earlier
                ):
                    return together, True
            return found, False
        except Exception as error:
            if self._model_works:
                log.critical("the screening model failed: %s; the lexicon decides alone", type(error).__name__)
            self._model_works = False
            return None, False

    def marks(self, message: str) -> list[Mark]:
        """What the model is told of the lexicon's findings in a message that stands alone."""
        text, before, hits, _, _ = self._found(message, ())
        return _marks(hits, text, before)

    def chances(self, message: str) -> dict[str, float] | None:
        """The model's probability of each level, category and circumstance for the whole message; None without one."""
        if self._model is None:
            return None
        return self._model.probabilities(tokens_of(fold(message)), self.marks(message))

    def decides_alone(self, entry: Entry) -> bool:
        """Whether an entry raises against the model; else only with it, or where it is nearly all that is said."""
        return self._model is None or entry.id not in self._model.doubted

    def hits(self, message: str, history: Sequence[HistoryEntry] = (), facts: Facts | None = None) -> list[Hit]:
        """The entries that raise the message, for those who want to know which."""
        return self._found(message, _just_before(message, history, facts or Facts()))[2]

    def entries_in(self, message: str) -> list[Entry]:
        """Every entry whose words stand in the message, guards and signals too, before guards have lowered."""
        text = self._reader.read(message)
        found = (self.lexicon.entries[match.owner] for match in self._matcher.matches(text.places))
        return list(dict.fromkeys(entry for entry in found if not entry.laughing or text.laughing()))

    def _found(self, message: str, just_before: Sequence[str]) -> tuple[Text, int, list[Hit], set[Signal], bool]:
        text = self._reader.read(message)
        places, before = self._with_what_was_just_said(text.places, just_before)
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

    def _with_what_was_just_said(self, places: list[Place], just_before: Sequence[str]) -> tuple[list[Place], int]:
        """The places after those of the visitor's last words, and how many these are."""
        joined = places
        for text in reversed(just_before):
            if text.rstrip().endswith(SENTENCE_ENDS):
                joined = [joined[0]._replace(begins=True), *joined[1:]]
            joined = self._reader.read(text).places[-JOINED_WORDS:] + joined
        before = min(len(joined) - len(places), JOINED_WORDS)
        return joined[len(joined) - len(places) - before :], before


def _just_before(message: str, history: Sequence[HistoryEntry], facts: Facts) -> list[str]:
    """The visitor's last messages that were written just before this one, oldest first."""
    next_at: datetime = facts.local_time or (history[-1].at if history else datetime.min)
    texts: list[str] = []
    own = [entry for entry in history if entry.sender == Sender.VISITOR][-JOINED_MESSAGES:]
    for entry in reversed(own):
        comparable = (next_at.tzinfo is None) == (entry.at.tzinfo is None)
        if comparable and not timedelta(0) <= next_at - entry.at <= JOINED_WITHIN:
            break
        texts.append(entry.text)
        next_at = entry.at
    return texts[::-1] if message.strip() else []


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


def _categories(hits: Iterable[Hit], found: Found | None, level: Level) -> tuple[str, ...]:
    """The categories of both halves; first those that stand for the level, then the likelier."""
    highest: dict[str, int] = {}
    for hit in hits:
        highest[hit.entry.category] = max(hit.level, highest.get(hit.entry.category, 0))
    chances = found.categories if found and found.level >= 2 else {}
    if level >= 2:
        # beside something grave, mild words of another kind say nothing
        highest = {name: grade for name, grade in highest.items() if grade >= 2}
    strongest = max(chances, key=lambda name: chances[name], default=None)
    for name in chances:
        of_model = found.level if found and name == strongest else 2
        highest[name] = max(of_model, highest.get(name, 0))
    return tuple(
        sorted(highest, key=lambda name: (-highest[name], -chances.get(name, 0.0), RISK_CATEGORIES.index(name)))
    )


def _about(hits: Sequence[Hit], said: Set[Signal], found: Found | None) -> About:
    """Whom the grave words are about; the writer when in doubt."""
    highest = max((hit.level for hit in hits), default=0)
    grave = {hit.entry.about for hit in hits if hit.level >= min(highest, 3)} - {None}
    if grave == {"other"}:
        return "other"
    if found is not None and grave != {"self"}:
        return "other" if found.other else "self"
    of_another = "other" in said and "self" not in said
    return "other" if of_another and grave != {"self"} else "self"


def _speaker(said: Set[Signal], age: int | None, found: Found | None) -> Speaker:
    if "adult" in said:
        return "adult"
    if age is not None:
        return "child" if age < ADULT_FROM else "adult"
    if "child" in said:
        return "child"
    return "adult" if found is not None and found.adult else "unknown"


def _answer(said: Set[Signal]) -> Answer | None:
    if "one" in said:
        return "one"
    if "no" in said:
        return "no"
    return "yes" if "yes" in said else None


def _languages(history: Iterable[HistoryEntry]) -> list[str]:
    """In which languages the visitor has written before."""
    return [entry.language for entry in history if entry.sender == Sender.VISITOR and entry.language]


def _mild_before(history: Iterable[HistoryEntry]) -> int:
    return sum(entry.sender == Sender.VISITOR and entry.level >= 1 for entry in history)


def _marks(hits: Iterable[Hit], text: Text, before: int) -> list[Mark]:
    """Each entry found, on its words of this message."""
    return [
        Mark(
            hit.entry.id,
            text.places[max(hit.widest_first - before, 0)].start,
            text.places[hit.widest_last - before].end,
        )
        for hit in hits
    ]


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


def _model_evidence(message: str, found: Found | None, joined: bool, categories: Sequence[str]) -> tuple[Evidence, ...]:
    """The words that moved the model most, for its strongest category."""
    if found is None or not found.level or not categories:
        return ()
    category = max(found.categories, key=lambda name: found.categories[name])
    source: Source = "context" if joined else "model"
    return tuple(Evidence(start, end, message[start:end], category, source) for start, end in found.spans)


def _joined_evidence(lexicon: Sequence[Evidence], model: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Both in the order of the text, without what the model says inside the lexicon's words for the same category."""
    inside = [
        span
        for span in model
        if not any(
            span.category == other.category and other.start <= span.start and span.end <= other.end for other in lexicon
        )
    ]
    gravest = [*lexicon, *inside][:MOST_EVIDENCE]
    return tuple(sorted(gravest, key=lambda span: (span.start, -span.end, span.category)))
