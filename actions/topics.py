"""Which intents are topics, and which topics treat the same matter for a child, a parent, a teacher or a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

_DOMAIN = Path(__file__).resolve().parent.parent / "bot" / "domain" / "topics.yml"

TOPICS: frozenset[str] = frozenset(
    name for intent in yaml.safe_load(_DOMAIN.read_text(encoding="utf-8"))["intents"] for name in intent
)

MATTERS: Sequence[Mapping[str, str]] = (
    {"child": "cyberbullying", "parent": "parents_child_online_harm"},
    {"child": "sextortion", "parent": "parents_child_online_harm"},
    {"child": "grooming", "parent": "parents_child_online_harm"},
    {"child": "school_bullying", "parent": "parents_child_bullied", "teacher": "teachers_bullying"},
    {"child": "privacy_settings", "parent": "parents_online_safety", "teacher": "teachers_online_safety"},
    {"child": "screen_time", "parent": "parents_online_safety"},
    {"child": "drugs_overview", "parent": "parents_talk_about_drugs"},
    {"child": "self_harm_info", "parent": "parents_self_harm_signs"},
    {"child": "running_away", "parent": "parents_runaway_signs"},
    {"child": "violence_at_home", "teacher": "teachers_disclosure", "professional": "professionals_referral"},
    {"child": "sexual_abuse", "teacher": "teachers_disclosure", "professional": "professionals_referral"},
)
"""The same matter in the article for each audience."""

_CLOSE = 0.4
"""So near, as a share of the likeliest, that the difference says nothing about who asks."""

_POSSIBLE = 0.08
"""From this share on the article for the known audience is meant."""


def for_audience(ranking: Sequence[Mapping[str, Any]], audience: str | None) -> str | None:
    """The other article on the likeliest topic's matter that is meant for this audience, None when there is none.

    `ranking` has names and confidences, the likeliest first.
    """
    chances = _chances(ranking)
    likeliest = next(iter(chances))
    for matter in _matters_of(likeliest):
        other = matter.get(audience or "")
        if other and other != likeliest and chances.get(other, 0.0) >= _POSSIBLE * chances[likeliest]:
            return other
    return None


def unclear_audience(ranking: Sequence[Mapping[str, Any]]) -> Mapping[str, str] | None:
    """The articles by audience, when the likeliest two treat one matter for different people and are close."""
    chances = _chances(ranking)
    likeliest = next(iter(chances))
    for matter in _matters_of(likeliest):
        others = [topic for topic in matter.values() if topic != likeliest]
        if any(chances.get(topic, 0.0) >= _CLOSE * chances[likeliest] for topic in others):
            return matter
    return None


def one_matter(topics: Sequence[str]) -> Mapping[str, str] | None:
    """The matter that all of these topics treat, each for other people; None for one topic alone."""
    if len(topics) < 2:
        return None
    return next((matter for matter in MATTERS if set(topics) <= set(matter.values())), None)


def meant_for(matter: Mapping[str, str], audience: str) -> str:
    """The matter's article for who asks; adults without one of their own get the first of other adults."""
    others = [topic for who, topic in matter.items() if who != "child"]
    return matter.get(audience) or others[0]


def _matters_of(topic: str) -> list[Mapping[str, str]]:
    return [matter for matter in MATTERS if topic in matter.values()]


def _chances(ranking: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {str(entry["name"]): float(entry["confidence"]) for entry in ranking}
