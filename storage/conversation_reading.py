"""What is read of conversations: by their visitors' sockets, by the rounds, and by what decides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, or_, select, update

from frontdoor.conversation import Conversation, Lane, ScriptPlace, State
from frontdoor.message import Button, Message
from frontdoor.ports import Presence, Press
from storage.database import Database
from storage.keys import Cipher, ServiceKey
from storage.placing import open_message
from storage.queueing import most_urgent_first
from storage.tables import conversations, database_now, messages, staff

_PRESENCE_MS = 1_000
_PLACES_SECONDS = 1.0


def conversation_of(row: RowMapping) -> Conversation:
    """The conversation of a row of `conversations` (a joined `alias` names who holds it)."""
    script = row["script"]
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        state=State(row["state"]),
        epoch=row["epoch"],
        last_id=row["last_id"],
        mark=row["mark"],
        level=row["level"],
        categories=tuple(row["categories"]),
        about=row["about"],
        speaker=row["speaker"],
        age=row["age"],
        lane=Lane(row["lane"]) if row["lane"] else None,
        waiting_since=row["waiting_since"],
        level_since=row["level_since"],
        watch_since=row["watch_since"],
        level2_count=row["level2_count"],
        counsellor=row["counsellor"],
        counsellor_alias=row.get("alias"),
        script=ScriptPlace(script, row["script_step"], row["script_asked"]) if script else None,
        not_so=row["not_so"],
        locale=row["locale"],
        visitor_gone=row["erased_at"] is not None,
        created_at=row["created_at"],
    )


class ConversationReading:
    """Reads what the truth is; of what it writes, only that a visitor is here and how far they have read."""

    def __init__(self, database: Database, key: ServiceKey, opening: Sequence[Button] = ()) -> None:
        """Needs a database at head. `opening`: the buttons that each visitor is given before the first word."""
        self._database = database
        self._key = key
        self._opening = tuple(opening)
        self._presence = Presence(0, 0)
        self._presence_at = 0.0
        self._places: dict[str, int] = {}
        self._places_at = 0.0
        self._placing = asyncio.Lock()

    def opening_buttons(self, conversation: str) -> tuple[Button, ...]:
        """The opening's buttons with payloads that hold for this conversation only, though nothing is kept yet."""
        return tuple(
            replace(button, payload=f"0.{self._key.sign(f'opening:{conversation}:{place}').hex()}")
            for place, button in enumerate(self._opening)
        )

    async def press(self, conversation: str, payload: str) -> Press | None:
        """See ReceptionStore; a payload is `<message id>.<secret>`."""
        place, _, secret = payload.partition(".")
        if not (place.isascii() and place.isdigit() and len(place) < 10 and secret):
            return None
        if place == "0":
            given = (b for b in self.opening_buttons(conversation) if b.payload == payload)
            return next((Press(button.do, button.title, 0) for button in given), None)
        wanted = (
            select(messages, conversations.c.wrapped_key, conversations.c.key_id)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .where(messages.c.conversation == conversation, messages.c.id == int(place))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).mappings().one_or_none()
        if row is None:
            return None
        cipher = self._key.cipher(conversation, row["wrapped_key"], row["key_id"])
        for button in open_message(cipher, row).buttons:
            if button.payload == payload:
                return Press(button.do, button.title, row["id"])
        return None

    async def presence(self) -> Presence:
        """See ReceptionStore; at most a second old."""
        if time.monotonic() * 1000 - self._presence_at > _PRESENCE_MS:
            before, now = self._presence_at, time.monotonic() * 1000
            if before:
                # set before reading, so that of many who ask at this moment only one reads
                self._presence_at = now
            on_shift = (
                select(func.count())
                .select_from(staff)
                .where(
                    staff.c.present_until > database_now(), staff.c.on_break.is_(False), staff.c.disabled_at.is_(None)
                )
            )
            waiting = select(func.count()).select_from(conversations).where(conversations.c.state == "waiting")
            try:
                async with self._database.read() as connection:
                    both = select(on_shift.scalar_subquery(), waiting.scalar_subquery())
                    row = (await connection.execute(both)).one()
            except BaseException:
                self._presence_at = before
                raise
            self._presence, self._presence_at = Presence(row[0], row[1]), now
        return self._presence

    async def owed(self, limit: int = 50) -> list[str]:
        """Conversations whose bot owes an answer and whose lease nobody holds: after a crash, for anybody."""
        wanted = (
            select(conversations.c.id)
            .where(
                conversations.c.asked_id > conversations.c.answered_id,
                conversations.c.state == "bot",
                or_(conversations.c.answer_until.is_(None), conversations.c.answer_until < database_now()),
                # a message kept this moment is being answered by who kept it
                conversations.c.updated_at < database_now() - 500,
            )
            .order_by(conversations.c.updated_at)
            .limit(limit)
        )
        async with self._database.read() as connection:
            return list((await connection.execute(wanted)).scalars())

    async def by_address(self, channel: str, address: str) -> str | None:
        """The conversation of a messenger's address, found by its keyed hash."""
        wanted = select(conversations.c.id).where(
            conversations.c.channel == channel,
            conversations.c.address_mac == self._key.mac(channel, address),
            conversations.c.erased_at.is_(None),
        )
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(wanted)).scalars().first()
        return found

    async def after(self, conversation: str, after: int, limit: int = 200) -> list[Message]:
        """What the visitor sees: messages after an id; the last `limit` of them when there are more."""
        wanted = (
            select(messages, staff.c.alias, conversations.c.wrapped_key, conversations.c.key_id)
            .join(conversations, conversations.c.id == messages.c.conversation)
            .outerjoin(staff, staff.c.id == messages.c.staff)
            .where(
                messages.c.conversation == conversation,
                messages.c.id > after,
                messages.c.withdrawn.is_(False),
                conversations.c.erased_at.is_(None),
            )
            .order_by(messages.c.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).mappings().all()
        return [
            open_message(self._key.cipher(conversation, row["wrapped_key"], row["key_id"]), row)
            for row in reversed(rows)
        ]

    async def by_token(self, hashed: bytes, idle_minutes: int) -> str | None:
        """The conversation of a token that has not idled out; the token's clock begins anew."""
        now = database_now()
        alive = (
            update(conversations)
            .where(
                conversations.c.token_hash == hashed,
                conversations.c.erased_at.is_(None),
                conversations.c.token_seen_at > now - idle_minutes * 60_000,
            )
            .values(token_seen_at=now)
            .returning(conversations.c.id)
        )
        async with self._database.write() as connection:
            found: str | None = (await connection.execute(alive)).scalar_one_or_none()
        return found

    async def alive(self, present: Sequence[str], read: Mapping[str, int]) -> None:
        """The visitors who are here, so that their tokens do not idle out, and how far each has read."""
        now = database_now()
        async with self._database.write() as connection:
            for start in range(0, len(present), 500):
                here = conversations.c.id.in_(present[start : start + 500])
                await connection.execute(update(conversations).where(here).values(token_seen_at=now))
            if read:
                grows = (
                    update(conversations)
                    .where(
                        conversations.c.id == bindparam("of"),
                        conversations.c.seen_by_visitor < bindparam("up_to"),
                        conversations.c.last_id >= bindparam("up_to"),
                    )
                    .values(seen_by_visitor=bindparam("up_to"))
                )
                rows = [{"of": conversation, "up_to": up_to} for conversation, up_to in sorted(read.items())]
                await connection.execute(grows, rows)

    async def moved(self, known: Mapping[str, tuple[int, int]]) -> list[str]:
        """Which of these conversations are gone, or no longer at the (last id, epoch) that is known of them."""
        ids, now = list(known), dict[str, tuple[int, int]]()
        async with self._database.read() as connection:
            for start in range(0, len(ids), 500):
                wanted = select(conversations.c.id, conversations.c.last_id, conversations.c.epoch).where(
                    conversations.c.id.in_(ids[start : start + 500]), conversations.c.erased_at.is_(None)
                )
                now |= {row[0]: (row[1], row[2]) for row in await connection.execute(wanted)}
        return [conversation for conversation in ids if now.get(conversation) != known[conversation]]

    async def state(self, conversation: str) -> Conversation | None:
        """The conversation now, for its visitor; None when there is none or it was erased."""
        async with self._database.read() as connection:
            row = (await connection.execute(one_conversation(conversation))).mappings().one_or_none()
        return None if row is None or row["erased_at"] is not None else conversation_of(row)

    async def place(self, conversation: Conversation) -> int | None:
        """The place in the queue of a conversation that waits, counted from 1, in the order that counsellors see."""
        if conversation.state is not State.WAITING:
            return None
        asked = time.monotonic()
        async with self._placing:
            known = conversation.id in self._places or self._places_at >= asked
            if not known or asked - self._places_at > _PLACES_SECONDS:
                await self._read_places()
        return self._places.get(conversation.id)

    async def places(self) -> dict[str, int]:
        """The places of all that wait, by conversation: one reading for everybody."""
        async with self._placing:
            await self._read_places()
        return self._places

    async def _read_places(self) -> None:
        numbered = select(conversations.c.id, func.row_number().over(order_by=most_urgent_first())).where(
            conversations.c.state == "waiting"
        )
        began = time.monotonic()
        async with self._database.read() as connection:
            self._places = {row[0]: row[1] for row in await connection.execute(numbered)}
        self._places_at = began

    def _cipher(self, row: RowMapping) -> Cipher:
        return self._key.cipher(row["id"], row["wrapped_key"], row["key_id"])


def one_conversation(conversation: str) -> Any:
    """A conversation's row, with the alias of who holds it."""
    return (
        select(conversations, staff.c.alias)
        .outerjoin(staff, staff.c.id == conversations.c.counsellor)
        .where(conversations.c.id == conversation)
    )
