"""What screening finds of the danger in the evaluation sets, what it raises for nothing, and what it misses most."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from frontdoor.assessment import Facts, HistoryEntry, RiskAssessment
from frontdoor.message import Sender
from screening.examples import Example, read_examples
from screening.screen import Screen
from tests.evaluation.changes import CHANGES
from tests.evaluation.shares import Share

SETS = Path(__file__).parent.parent / "screening" / "evaluation"
_NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_FACTS = Facts(local_time=_NOON)
WORST = 20


@dataclass
class Figures:
    """All shares of one set by their names, and the danger that was seen least."""

    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    misses: list[tuple[float, Example, RiskAssessment]] = field(default_factory=list)


def sets() -> dict[str, list[Example]]:
    """The evaluation sets by name; each in a folder of its own."""
    return {folder.name: read_examples(folder) for folder in sorted(SETS.iterdir()) if folder.is_dir()}


def needed(example: Example) -> int:
    """The level from which the danger counts as found: that of the example, and 3 for what threatens life."""
    return min(example.level, 3)


def figures(screen: Screen, examples: Sequence[Example]) -> Figures:
    """Screen each message alone, at noon, and count."""
    counted = Figures()
    for example in examples:
        result = screen.screen(example.text, (), _FACTS)
        _count(counted.shares, example, result)
        if example.level >= 2 and result.level < needed(example):
            short = needed(example) - result.level + example.level / 10
            counted.misses.append((short, example, result))
    counted.misses.sort(key=lambda miss: -miss[0])
    return counted


def _count(shares: Mapping[str, Share], example: Example, result: RiskAssessment) -> None:
    if example.level < 2:
        shares["raised to 2 or more: all"].count(result.level >= 2)
        shares[f"raised to 2 or more: {example.kind}"].count(result.level >= 2)
        shares["raised to 3 or more: all"].count(result.level >= 3)
        return
    found = result.level >= needed(example)
    shares[f"{example.kind}, level {example.level} at {needed(example)} or more"].count(found)
    shares[f"{example.kind}, level 2 and more at 2 or more"].count(result.level >= 2)
    shares[f"variant {example.variant} at 2 or more"].count(result.level >= 2)
    shares[f"variant {example.variant} ({example.kind}) at 2 or more"].count(result.level >= 2)
    for category in example.categories:
        shares[f"category {category} at 2 or more"].count(result.level >= 2)
    if example.level == 2:
        shares["level 2 raised to 3 or more"].count(result.level >= 3)
    if example.level == 3:
        shares["level 3 raised to 4"].count(result.level >= 4)
    if result.level >= 2:
        shares["a right category among those named"].count(bool(set(example.categories) & set(result.categories)))
        shares["a right category named first"].count(result.categories[0] in example.categories)
        shares["about"].count(result.about == example.about)
        if example.speaker == "adult":
            shares["an adult known as one"].count(result.speaker == "adult")
        elif example.speaker == "child":
            shares["a child taken for an adult"].count(result.speaker == "adult")


def changed(screen: Screen, examples: Sequence[Example]) -> dict[str, tuple[Share, Share]]:
    """For each way of typing: danger found as written, and found when typed so."""
    drops: dict[str, tuple[Share, Share]] = {}
    dangerous = [example for example in examples if example.level >= 2]
    plain = {example.text: screen.screen(example.text, (), _FACTS).level for example in dangerous}
    for name, change in CHANGES.items():
        chance = random.Random(111)
        before, after = Share(), Share()
        for example in dangerous:
            text = change(example.text, chance)
            if text != example.text:
                before.count(plain[example.text] >= needed(example))
                after.count(screen.screen(text, (), _FACTS).level >= needed(example))
        drops[name] = before, after
    drops["split over two messages"] = _split(screen, dangerous, plain)
    return drops


def _split(screen: Screen, dangerous: Sequence[Example], plain: Mapping[str, int]) -> tuple[Share, Share]:
    """The message sent in two halves, ten seconds apart; what either half raises counts."""
    before, after = Share(), Share()
    for example in dangerous:
        words = example.text.split()
        if len(words) < 4:
            continue
        first, second = " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])
        alone = screen.screen(first, (), _FACTS)
        history = (HistoryEntry(Sender.VISITOR, first, _NOON, alone.level),)
        then = screen.screen(second, history, Facts(local_time=_NOON + timedelta(seconds=10)))
        before.count(plain[example.text] >= needed(example))
        after.count(max(alone.level, then.level) >= needed(example))
    return before, after
