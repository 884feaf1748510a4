"""What a week's corrections tell of screening: where it saw nothing, where it saw too much, by codes and lone words."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, func, select

from frontdoor.message import Message
from language.folding import fold_text
from storage.database import Database
from storage.keys import KeyMissing, ServiceKey
from storage.placing import open_message
from storage.tables import audit, conversations, messages

log = logging.getLogger(__name__)

TIRANE = ZoneInfo("Europe/Tirane")
SHOWN_FROM = 3
"""In so many conversations of the week a word must turn up: fewer could lead to somebody."""
RAISED_FROM = 2
_SHORTEST, _LONGEST = 3, 24
_MOST_MESSAGES = 200
_AT_ONCE = 200
_CORRECTING = ("level_set", "not_so", "waiting")
_TURNING = ("raised", "closed")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_SENTENCE_ENDS = (".", "!", "?", "…", ":")

Kind = Literal["miss", "false_alarm", "near_miss"]
Why = Literal["raised", "lowered", "not_so", "wish"]
KINDS: tuple[Kind, ...] = ("miss", "false_alarm", "near_miss")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week from Monday to Sunday in Tirana, as 2026-W47 names it."""

    year: int
    number: int

    @classmethod
    def named(cls, name: str) -> Week:
        """The week of this name. Raises ValueError."""
        found = _WEEK.fullmatch(name)
        if found is None:
            raise ValueError("a week is named like 2026-W47")
        week = cls(int(found[1]), int(found[2]))
        if not 2000 <= week.year < date.max.year or str(week) != str(week.moved(0)):
            raise ValueError(f"there is no week {name}")
        return week

    @classmethod
    def last_full(cls, now: datetime) -> Week:
        """The newest week that is over."""
        return cls._of(now).moved(-1)

    @classmethod
    def _of(cls, moment: datetime) -> Week:
        year, number, _ = moment.astimezone(TIRANE).isocalendar()
        return cls(year, number)

    def moved(self, weeks: int) -> Week:
        """So many weeks later."""
        year, number, _ = (self.first_day + timedelta(weeks=weeks)).isocalendar()
        return Week(year, number)

    @property
    def begins(self) -> datetime:
        """Monday at midnight in Tirana."""
        return datetime.combine(self.first_day, time(), TIRANE)

    @property
    def ends(self) -> datetime:
        """The next Monday at midnight; not a moment of this week any more."""
        return self.moved(1).begins

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return date.fromisocalendar(self.year, self.number, 7)

    def __str__(self) -> str:
        """2026-W47."""
        return f"{self.year:04}-W{self.number:02}"


@dataclass(frozen=True, slots=True)
class Spot:
    """One correction. `person` is the level by hand, None where nobody has set one; `words` may be shown."""

    kind: Kind
    why: Why
    conversation: str
    at: datetime
    channel: str
    program: int
    person: int | None
    categories: tuple[str, ...] = ()
    language: str | None = None
    version: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """A week: its spots in the order of time, and of how many conversations; `words` with the number of these."""

    week: Week
    conversations: int
    raised: int
    spots: tuple[Spot, ...]
    words: tuple[tuple[str, int], ...]

    def count(self, kind: Kind) -> int:
        """How many conversations have a spot of this kind."""
        return len({spot.conversation for spot in self.spots if spot.kind == kind})

    def out_of(self, kind: Kind) -> int:
        """What the count is a share of: false alarms of the conversations that were raised, the others of all."""
        return self.raised if kind == "false_alarm" else self.conversations


@dataclass(frozen=True, slots=True)
class _Found:
    """A spot with where its talk begins."""

    spot: Spot
    since: datetime | None


class BlindSpots:
    """Reads corrections and the words before them; what it has decrypted stays inside."""

    def __init__(self, database: Database, key: ServiceKey) -> None:
        """Nothing is read yet."""
        self._database = database
        self._key = key

    async def of(self, week: Week, unknown: Callable[[str], bool]) -> Findings:
        """The findings of a week; `unknown` tells of a folded word whether nobody knows it.

        A conversation that the visitor has erased is not in it, nor is the text of any.
        """
        since, until = week.begins.astimezone(UTC), week.ends.astimezone(UTC)
        corrected = select(audit.c.conversation).where(
            audit.c.at >= since, audit.c.at < until, audit.c.kind.in_(_CORRECTING)
        )
        standing = conversations.c.erased_at.is_(None)
        talked = (
            select(messages.c.conversation, func.max(messages.c.level))
            .join(conversations, conversations.c.id == messages.c.conversation)
            .where(messages.c.sender == "visitor", messages.c.at >= since, messages.c.at < until, standing)
            .group_by(messages.c.conversation)
        )
        found: list[_Found] = []
        said: dict[str, list[tuple[RowMapping, Message]]] = {}
        async with self._database.read() as connection:
            levels = {row[0]: row[1] or 0 for row in await connection.execute(talked)}
            wanted = select(conversations).where(conversations.c.id.in_(corrected), standing)
            rows = {row["id"]: row for row in (await connection.execute(wanted)).mappings()}
            names = sorted(rows)
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                happened = (
                    select(audit)
                    .where(
                        audit.c.conversation.in_(some),
                        audit.c.at < until,
                        audit.c.kind.in_(_CORRECTING + _TURNING),
                    )
                    .order_by(audit.c.id)
                )
                of_each: dict[str, list[RowMapping]] = defaultdict(list)
                for mark in (await connection.execute(happened)).mappings():
                    of_each[mark["conversation"]].append(mark)
                fresh = [
                    one
                    for name, marks in of_each.items()
                    for one in _spots(rows[name], marks)
                    if since <= one.spot.at < until
                ]
                found += fresh
                heard = (
                    select(messages)
                    .where(
                        messages.c.conversation.in_({one.spot.conversation for one in fresh}),
                        messages.c.sender == "visitor",
                        messages.c.at < until,
                    )
                    .order_by(messages.c.conversation, messages.c.id)
                )
                for row in (await connection.execute(heard)).mappings():
                    if (message := self._opened(rows[row["conversation"]], row)) is not None:
                        said.setdefault(row["conversation"], []).append((row, message))
        return _findings(week, levels, found, said, unknown)

    def _opened(self, conversation: RowMapping, row: RowMapping) -> Message | None:
        try:
            cipher = self._key.cipher(conversation["id"], conversation["wrapped_key"], conversation["key_id"])
            return open_message(cipher, dict(row) | {"alias": None})
        except KeyMissing:
            # one message that does not open must not hide the week
            log.error("message %d of a conversation does not open", row["id"])
            return None


def _spots(conversation: RowMapping, marks: Sequence[RowMapping]) -> Iterator[_Found]:
    """The spots of one conversation. What a hand sets again before the program speaks is one correction."""
    talk: datetime | None = None
    pending: _Found | None = None
    wished = False
    blank = Spot("miss", "raised", conversation["id"], conversation["created_at"], conversation["channel"], 0, None)
    for mark in marks:
        kind, at, detail = mark["kind"], mark["at"], mark["detail"]
        level, before = detail.get("level", 0), detail.get("from", 0)
        if kind == "level_set":
            program = pending.spot.program if pending else before
            pending = _Found(replace(blank, at=at, program=program, person=level), talk)
        elif kind in _TURNING:
            yield from _settled(pending)
            pending = None
            if kind == "closed":
                talk, wished = at, False
        elif kind == "not_so" and level >= 1:
            yield _Found(replace(blank, kind="false_alarm", why="not_so", at=at, program=level), talk)
        elif kind == "waiting" and detail.get("lane") == "wish" and level == 0 and not wished:
            wished = True
            yield _Found(replace(blank, kind="near_miss", why="wish", at=at), talk)
    yield from _settled(pending)


def _settled(pending: _Found | None) -> Iterator[_Found]:
    if pending is None or pending.spot.person is None or pending.spot.person == pending.spot.program:
        return
    lowered = pending.spot.person < pending.spot.program
    kind: Kind = "false_alarm" if lowered else "miss"
    why: Why = "lowered" if lowered else "raised"
    yield _Found(replace(pending.spot, kind=kind, why=why), pending.since)


def _findings(
    week: Week,
    levels: dict[str, int],
    found: list[_Found],
    said: dict[str, list[tuple[RowMapping, Message]]],
    unknown: Callable[[str], bool],
) -> Findings:
    words = _Words(unknown)
    before: list[tuple[Spot, set[str]]] = []
    for one in found:
        spot = one.spot
        talk = [
            (row, message)
            for row, message in said.get(spot.conversation, ())
            # what a button says are our own words
            if message.do is None and (one.since is None or message.at > one.since) and message.at <= spot.at
        ][-_MOST_MESSAGES:]
        before.append(
            (_described(spot, [row for row, _ in talk]), words.of(spot.conversation, [m.text for _, m in talk]))
        )
    shown = words.shown()
    spots = [replace(spot, words=tuple(sorted(shown[word] for word in own & shown.keys()))) for spot, own in before]
    raised = {name for name, level in levels.items() if level >= RAISED_FROM}
    return Findings(
        week,
        len(levels.keys() | {spot.conversation for spot in spots}),
        len(raised | {spot.conversation for spot in spots if spot.kind == "false_alarm"}),
        tuple(sorted(spots, key=lambda spot: (spot.at, spot.conversation, spot.kind))),
        tuple(sorted(((shown[word], words.conversations(word)) for word in shown), key=lambda one: (-one[1], one[0]))),
    )


def _described(spot: Spot, rows: Sequence[RowMapping]) -> Spot:
    """The spot with what the program had said of the talk's messages."""
    categories = dict.fromkeys(
        category for row in sorted(rows, key=lambda row: -(row["level"] or 0)) for category in row["categories"] or ()
    )
    last: Any = rows[-1] if rows else {}
    return replace(spot, categories=tuple(categories), language=last.get("language"), version=last.get("screened_by"))


class _Words:
    """Lone words that nobody knows, and in which conversations; a name or a secret must not come out of it."""

    def __init__(self, unknown: Callable[[str], bool]) -> None:
        self._unknown = unknown
        self._where: dict[str, set[str]] = defaultdict(set)
        self._spelled: dict[str, Counter[str]] = defaultdict(Counter)
        self._names: set[str] = set()

    def of(self, conversation: str, texts: Sequence[str]) -> set[str]:
        """The unknown words of some messages, folded; they are counted for this conversation."""
        found: set[str] = set()
        for text in texts:
            for word in self._lone(text):
                folded = fold_text(word)
                if folded.isalpha() and self._unknown(folded):
                    found.add(folded)
                    self._where[folded].add(conversation)
                    self._spelled[folded][word] += 1
        return found

    def shown(self) -> dict[str, str]:
        """The words that may be shown, folded, with how they are mostly written."""
        return {
            word: min(self._spelled[word], key=lambda spelling: (-self._spelled[word][spelling], spelling))
            for word, where in self._where.items()
            if len(where) >= SHOWN_FROM and word not in self._names
        }

    def conversations(self, word: str) -> int:
        """In how many conversations a folded word was found."""
        return len(self._where[word])

    def _lone(self, text: str) -> Iterator[str]:
        """Words in small letters. What has a capital inside a sentence is a name, here and wherever it stands."""
        text = unicodedata.normalize("NFC", text)
        shouted = text.upper() == text
        begins = True
        for chunk in text.split():
            bare = chunk.strip("".join({sign for sign in chunk if not sign.isalnum()}))
            parts = re.split(r"['’‘`´-]", bare)
            # an address, a name on the net, a number: nothing of it
            if all(part.isalpha() for part in parts):
                for part in parts:
                    if part == part.lower():
                        if _SHORTEST <= len(part) <= _LONGEST:
                            yield part
                    elif not shouted and not (begins and part[1:] == part[1:].lower()):
                        self._names.add(fold_text(part))
                    begins = False
            begins = chunk.endswith(_SENTENCE_ENDS)
