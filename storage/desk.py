"""The desk's side of the truth: claiming, replying, levels, closing, and giving back what nobody holds any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frontdoor.conversation import Lane, State
from frontdoor.message import Message, Said, Sender
from frontdoor.ports import Claim, Clock
from storage.conversation_reading import conversation_of
from storage.database import Database
from storage.desk_queries import WATCHED_FROM, watched
from storage.desk_reading import DeskReading, seal_reason
from storage.keys import ServiceKey
from storage.moment import clock_ms
from storage.placing import instant, open_message, place
from storage.queueing import most_urgent_first
from storage.tables import audit, contact_facts, conversations, messages, staff

MIN_REASON = 3
MAX_REASON = 500
OUTCOMES = ("helped", "informed", "referred", "left", "other")
TIRANE = ZoneInfo("Europe/Tirane")
_TRIES = 5


class Lines(Protocol):
    """Where the system's lines to the visitor come from."""

    def line(self, name: str, **fill: str) -> Said:
        """A line of the system, by its name in content/."""
        ...


class NotYours(Exception):
    """Only who holds a conversation may do this; `held_by` is the alias of who does, None when nobody."""

    def __init__(self, held_by: str | None) -> None:
        """`held_by` as an alias."""
        super().__init__("the conversation is held by somebody else")
        self.held_by = held_by


class ReasonMissing(Exception):
    """A level falls only with a reason of at least three characters."""


class UnknownStaff(Exception):
    """Nobody works here under this id."""


class Desk(DeskReading):
    """Reads as DeskReading does, and changes. Each change is one transaction, audited by codes, never by words.

    Nothing is published here: whoever calls tells the bus.
    """

    def __init__(self, database: Database, key: ServiceKey, lines: Lines, clock: Clock | None = None) -> None:
        """`lines` gives the words of the system; without `clock` the database's own clock decides."""
        super().__init__(database, key, clock)
        self._lines = lines

    async def claim(self, conversation: str, person: int) -> Claim:
        """Take a conversation that waits or is watched. Exactly one wins; the others learn who has it."""
        taken = (
            update(conversations)
            .where(conversations.c.id == conversation, or_(conversations.c.state == "waiting", watched()))
            .values(
                state="counsellor",
                counsellor=person,
                epoch=conversations.c.epoch + 1,
                last_id=conversations.c.last_id + 1,
                lane=None,
                waiting_since=None,
                script=None,
                script_step=None,
                script_asked=None,
                answered_id=conversations.c.asked_id,
                answer_by=None,
                answer_until=None,
            )
            .returning(conversations)
        )
        async with self._database.write() as connection:
            alias = await self._alias(connection, person)
            now = await clock_ms(connection, self._clock)
            row = (await connection.execute(taken.values(claimed_at=now, updated_at=now))).mappings().one_or_none()
            if row is None:
                return await self._lost(connection, conversation, person)
            line = self._lines.line("counsellor_joined", alias=alias)
            await self._say(connection, row, line, now, last_id=row["last_id"] - 1)
            await self._audit(connection, row, "claimed", now, person, {"level": row["level"]})
        return Claim(True, alias, replace(conversation_of(row), counsellor_alias=alias))

    async def claim_next(self, person: int) -> Claim | None:
        """Take the most urgent that waits; None when nobody does."""
        first = (
            select(conversations.c.id)
            .where(conversations.c.state == "waiting")
            .order_by(*most_urgent_first())
            .limit(_TRIES)
        )
        async with self._database.read() as connection:
            waiting = (await connection.execute(first)).scalars().all()
        for conversation in waiting:
            claim = await self.claim(conversation, person)
            if claim.won:
                return claim
        return None

    async def reply(self, conversation: str, person: int, client_id: str, text: str) -> Message:
        """Say the counsellor's words. The same `client_id` again gives the same message. Raises NotYours."""
        kept_as = f"s:{client_id}"
        async with self._database.write() as connection:
            row = await self._locked(connection, conversation)
            said = await self._said_before(connection, row, person, kept_as)
            if said is not None:
                return said
            held = self._of(row, person)
            now = await clock_ms(connection, self._clock)
            words = Said(Sender.COUNSELLOR, text)
            given = await place(connection, self._cipher(held), held, [words], now, staff=person, client_id=kept_as)
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(last_id=given[-1].id, updated_at=now)
            )
        return replace(given[0], counsellor=held["alias"])

    async def close(self, conversation: str, person: int, level: int, reason: str, outcome: str) -> Message:
        """Give the conversation back to the bot at the level that remains; gives the line that says so.

        Raises NotYours, ReasonMissing. Screening's history begins anew after that line.
        """
        if outcome not in OUTCOMES:
            raise ValueError(f"an outcome is one of {OUTCOMES}")
        async with self._database.write() as connection:
            row = self._of(await self._locked(connection, conversation), person)
            now = await clock_ms(connection, self._clock)
            reason = _checked(reason, row["level"], level)
            epoch = row["epoch"] + 1
            # somebody at risk stays in the staff's sight after the talk
            watch = now if level >= WATCHED_FROM else None
            line = self._lines.line("counsellor_left_bot_back")
            given = await self._say(connection, dict(row) | {"epoch": epoch}, line, now, last_id=row["last_id"])
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(
                    state="bot",
                    epoch=epoch,
                    last_id=given.id,
                    mark=given.id,
                    level=level,
                    level_since=now,
                    categories=row["categories"] if level >= WATCHED_FROM else [],
                    level2_count=0,
                    lane=None,
                    waiting_since=None,
                    watch_since=watch,
                    script=None,
                    script_step=None,
                    script_asked=None,
                    not_so=False,
                    counsellor=None,
                    claimed_at=None,
                    answered_id=conversations.c.asked_id,
                    answer_by=None,
                    answer_until=None,
                    tracker=None,
                    tracker_epoch=None,
                    updated_at=now,
                )
            )
            await self._audit(
                connection,
                row,
                "closed",
                now,
                person,
                {"level": level, "from": row["level"], "outcome": outcome},
                reason,
            )
            await connection.execute(insert(contact_facts).values(_fact(row, outcome, instant(now))))
        return given

    async def set_level(self, conversation: str, person: int, level: int, reason: str) -> None:
        """Set the level by hand, up or down. Raises NotYours, ReasonMissing."""
        if not 0 <= level <= 4:
            raise ValueError("a level is 0 to 4")
        async with self._database.write() as connection:
            row = self._of(await self._locked(connection, conversation), person)
            if row["level"] == level:
                return
            now = await clock_ms(connection, self._clock)
            reason = _checked(reason, row["level"], level)
            # the epoch moves so that nothing decided against the old level is kept
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(level=level, level_since=now, epoch=conversations.c.epoch + 1, updated_at=now)
            )
            detail = {"level": level, "from": row["level"]}
            await self._audit(connection, row, "level_set", now, person, detail, reason)

    async def seen(self, conversation: str, person: int, up_to: int) -> bool:
        """The counsellor has read up to an id; it only grows. False when it is not theirs, or was known."""
        grows = (
            update(conversations)
            .where(
                conversations.c.id == conversation,
                conversations.c.counsellor == person,
                conversations.c.state == "counsellor",
                conversations.c.seen_by_staff < up_to,
                conversations.c.last_id >= up_to,
            )
            .values(seen_by_staff=up_to)
        )
        async with self._database.write() as connection:
            return bool((await connection.execute(grows)).rowcount)

    async def opened(self, conversation: str, person: int) -> None:
        """Note that somebody read a conversation that they do not hold."""
        async with self._database.write() as connection:
            now = await clock_ms(connection, self._clock)
            values = {"at": now, "conversation": conversation, "staff": person, "kind": "opened", "detail": {}}
            await connection.execute(insert(audit).values(values))

    async def release_abandoned(self, seconds: int) -> list[str]:
        """Put back what is held by somebody whose console has been gone for so long; gives those conversations."""
        async with self._database.read() as connection:
            since = await clock_ms(connection, self._clock) - seconds * 1000
            left = (
                select(conversations.c.id, conversations.c.epoch)
                .join(staff, staff.c.id == conversations.c.counsellor)
                .where(conversations.c.state == "counsellor", conversations.c.claimed_at < since, _gone(since))
                .order_by(conversations.c.id)
            )
            found = (await connection.execute(left)).all()
        return [conversation for conversation, epoch in found if await self._release(conversation, epoch, since)]

    async def _release(self, conversation: str, epoch: int, since: int) -> bool:
        """One compare-and-set: false when the counsellor came back, or another process was first."""
        async with self._database.write() as connection:
            row = await self._locked(connection, conversation)
            if row is None or row["epoch"] != epoch or row["state"] != State.COUNSELLOR:
                return False
            absent = select(func.count()).where(staff.c.id == row["counsellor"], _gone(since))
            if not await connection.scalar(absent):
                return False
            now = await clock_ms(connection, self._clock)
            present = select(func.count()).where(
                staff.c.present_until > now, staff.c.on_break.is_(False), staff.c.disabled_at.is_(None)
            )
            name = "searching" if await connection.scalar(present) else "person_nobody"
            changed = dict(row) | {"epoch": epoch + 1}
            given = await self._say(connection, changed, self._lines.line(name), now, last_id=row["last_id"])
            await connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(
                    state="waiting",
                    epoch=epoch + 1,
                    last_id=given.id,
                    lane=(Lane.RISK if row["level"] >= WATCHED_FROM else Lane.WISH).value,
                    # the truth about the wait: since the visitor's own last word
                    waiting_since=row["visitor_at"] or now,
                    counsellor=None,
                    claimed_at=None,
                    updated_at=now,
                )
            )
            await self._audit(connection, row, "released", now, row["counsellor"], {"level": row["level"]})
        return True

    async def _lost(self, connection: AsyncConnection, conversation: str, person: int) -> Claim:
        row = await self._locked(connection, conversation, lock=False)
        if row is None or row["state"] != State.COUNSELLOR:
            return Claim(False, None, None if row is None else conversation_of(row))
        # a second tap of the same person is not a defeat
        return Claim(row["counsellor"] == person, row["alias"], conversation_of(row))

    async def _alias(self, connection: AsyncConnection, person: int) -> str:
        alias = await connection.scalar(
            select(staff.c.alias).where(staff.c.id == person, staff.c.disabled_at.is_(None))
        )
        if alias is None:
            raise UnknownStaff
        return str(alias)

    async def _locked(self, connection: AsyncConnection, conversation: str, lock: bool = True) -> RowMapping | None:
        """The conversation's row, locked for this transaction, with the holder's alias."""
        wanted = (
            select(conversations, staff.c.alias)
            .outerjoin(staff, staff.c.id == conversations.c.counsellor)
            .where(conversations.c.id == conversation)
        )
        if lock:
            wanted = wanted.with_for_update(of=conversations)
        return (await connection.execute(wanted)).mappings().one_or_none()

    def _of(self, row: RowMapping | None, person: int) -> RowMapping:
        """The row when this person holds it. Raises NotYours."""
        if row is None or row["state"] != State.COUNSELLOR:
            raise NotYours(None)
        if row["counsellor"] != person:
            raise NotYours(row["alias"])
        return row

    async def _said_before(
        self, connection: AsyncConnection, row: RowMapping | None, person: int, client_id: str
    ) -> Message | None:
        if row is None:
            return None
        known = (
            select(messages, staff.c.alias)
            .join(staff, staff.c.id == messages.c.staff)
            .where(
                messages.c.conversation == row["id"],
                messages.c.client_id == client_id,
                messages.c.staff == person,
            )
        )
        said = (await connection.execute(known)).mappings().one_or_none()
        return None if said is None else open_message(self._cipher(row), said)

    async def _say(
        self,
        connection: AsyncConnection,
        row: RowMapping | dict[str, Any],
        line: Said,
        now: int,
        *,
        last_id: int,
    ) -> Message:
        """Give a line of the system its place after `last_id`; the caller has moved or moves the counter."""
        cipher = self._key.cipher(row["id"], row["wrapped_key"], row["key_id"])
        return (await place(connection, cipher, dict(row) | {"last_id": last_id}, [line], now))[0]

    async def _audit(
        self,
        connection: AsyncConnection,
        row: RowMapping,
        kind: str,
        now: int,
        person: int,
        detail: dict[str, Any],
        reason: str = "",
    ) -> None:
        if reason:
            sealed = seal_reason(self._cipher(row), row["epoch"], reason)
            detail = detail | {"reason": sealed, "epoch": row["epoch"]}
        values = {"at": now, "conversation": row["id"], "staff": person, "kind": kind, "detail": detail}
        await connection.execute(insert(audit).values(values))


def _checked(reason: str, before: int, after: int) -> str:
    """The reason as it is kept; a fall needs one."""
    reason = reason.strip()[:MAX_REASON]
    if after < before and len(reason) < MIN_REASON:
        raise ReasonMissing
    return reason


def _gone(since: int) -> Any:
    """Staff whose console has not been heard of since then."""
    return or_(staff.c.present_until.is_(None), staff.c.present_until < since, and_(staff.c.disabled_at.is_not(None)))


def _fact(row: RowMapping, outcome: str, now: datetime) -> dict[str, Any]:
    """A contact as figures count it: codes, month and hour in Tirana; nothing leads back from it."""
    local = (row["claimed_at"] or now).astimezone(TIRANE)
    return {
        "month": local.strftime("%Y-%m"),
        "hour": local.hour,
        "channel": row["channel"],
        "level": row["level"],
        "categories": list(row["categories"]),
        "about": row["about"],
        "speaker": row["speaker"],
        "outcome": outcome,
    }
