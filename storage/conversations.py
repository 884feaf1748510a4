"""The visitor's side of the truth: views, keeping in one transaction, what the bot owes, and its answers."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, or_, select, update

from frontdoor.assessment import HistoryEntry, RiskAssessment
from frontdoor.conversation import Conversation
from frontdoor.message import Button, Inbound, Message, Said, Sender
from frontdoor.ports import Kept, Unanswered, View
from frontdoor.routing import Plan
from storage.conversation_reading import ConversationReading, conversation_of, one_conversation
from storage.database import Database
from storage.keeping import Keeping, ToKeep
from storage.keys import ServiceKey
from storage.placing import message_row, open_message, outbox_row, placed
from storage.tables import conversations, database_now, messages, outbox

HISTORY = 30
"""How many messages since the mark screening sees."""

ANSWER_LEASE_MS = 3_000
_CACHED_VIEWS = 5_000


class Conversations(ConversationReading):
    """Reception's store, and what the visitors' sockets read. Nothing here is decided: plans come from routing."""

    def __init__(self, database: Database, key: ServiceKey, opening: Sequence[Button] = ()) -> None:
        """See ConversationReading."""
        super().__init__(database, key, opening)
        self._keeping = Keeping(database, key)
        # a stale view costs one conflict in `keep`, never a wrong decision: keeping is conditional on it
        self._views: OrderedDict[str, View] = OrderedDict()

    async def view(self, conversation: str, channel: str, *, fresh: bool = False) -> View:
        """See ReceptionStore."""
        if not fresh and (known := self._views.get(conversation)) is not None:
            self._views.move_to_end(conversation)
            return known
        async with self._database.read() as connection:
            row = (await connection.execute(one_conversation(conversation))).mappings().one_or_none()
            if row is None:
                self._views.pop(conversation, None)
                return View(Conversation(conversation, channel), exists=False)
            recent = (
                select(messages)
                .where(messages.c.conversation == conversation, messages.c.id > row["mark"])
                .order_by(messages.c.id.desc())
                .limit(HISTORY)
            )
            cipher = self._cipher(row)
            history = [
                _entry(open_message(cipher, m), m["level"], m["language"])
                for m in (await connection.execute(recent)).mappings()
            ]
        view = View(conversation_of(row), tuple(reversed(history)))
        self._remember(view)
        return view

    async def keep(
        self, view: View, inbound: Inbound, do: str | None, assessment: RiskAssessment, plan: Plan
    ) -> Kept | None:
        """See ReceptionStore; what waits at the same moment is committed together."""
        kept = await self._keeping.keep(ToKeep(view, plan, inbound, do, assessment))
        if kept is None:
            self._views.pop(inbound.conversation, None)
        elif not kept.again:
            entry = HistoryEntry(Sender.VISITOR, inbound.text, kept.at, assessment.level, assessment.language)
            self._advance(view, kept, entry)
        return kept

    async def apply(self, view: View, plan: Plan, *, answered: int | None = None) -> Kept | None:
        """See ReceptionStore."""
        kept = await self._keeping.keep(ToKeep(view, plan, answered=answered))
        if kept is None:
            self._views.pop(view.conversation.id, None)
        else:
            self._advance(view, kept, None)
        return kept

    async def claim_answer(self, conversation: str, owner: str) -> Unanswered | None:
        """See ReceptionStore."""
        now = database_now()
        take = (
            update(conversations)
            .where(
                conversations.c.id == conversation,
                conversations.c.state == "bot",
                conversations.c.asked_id > conversations.c.answered_id,
                or_(
                    conversations.c.answer_until.is_(None),
                    conversations.c.answer_until < now,
                    conversations.c.answer_by == owner,
                ),
            )
            .values(answer_by=owner, answer_until=now + ANSWER_LEASE_MS)
            .returning(conversations)
        )
        first = (
            select(messages)
            .where(
                messages.c.conversation == conversation,
                messages.c.id > bindparam("answered_id"),
                messages.c.asks.is_(True),
            )
            .order_by(messages.c.id)
            .limit(1)
        )

        def taken(connection: Connection) -> tuple[RowMapping, RowMapping] | None:
            row = connection.execute(take).mappings().one_or_none()
            if row is None:
                return None
            return row, connection.execute(first, {"answered_id": row["answered_id"]}).mappings().one()

        found = await self._database.at_once(taken)
        if found is None:
            return None
        row, asked = found
        cipher = self._cipher(row)
        events: list[dict[str, Any]] = []
        if row["tracker"] is not None:
            events = json.loads(cipher.open("tracker", "events", row["tracker"]))
        return Unanswered(conversation_of(row), open_message(cipher, asked), asked["level_after"], events)

    async def answer(
        self, owed: Unanswered, owner: str, replies: Sequence[Said], events: list[dict[str, Any]] | None
    ) -> list[Message] | None:
        """See ReceptionStore. A person's claim moves the epoch, and this statement then changes nothing."""
        conversation, epoch = owed.conversation.id, owed.conversation.epoch

        def released(connection: Connection) -> list[Message] | None:
            row = connection.execute(one_conversation(conversation)).mappings().one_or_none()
            if row is None:
                return None
            cipher = self._cipher(row)
            changes: dict[str, Any] = {
                "answered_id": owed.message.id,
                "last_id": conversations.c.last_id + len(replies),
                "answer_until": None,
                "updated_at": database_now(),
            }
            if events is not None:
                sealed = cipher.seal("tracker", "events", json.dumps(events, separators=(",", ":")).encode())
                changes |= {"tracker": sealed, "tracker_epoch": epoch}
            release = (
                update(conversations)
                .where(
                    conversations.c.id == conversation,
                    conversations.c.epoch == epoch,
                    conversations.c.state == "bot",
                    conversations.c.answered_id < owed.message.id,
                    conversations.c.answer_by == owner,
                )
                .values(**changes)
                .returning(conversations.c.last_id, database_now())
            )
            placed_at = connection.execute(release).one_or_none()
            if placed_at is None:
                return None
            last_id, now = placed_at
            given = placed(replies, last_id - len(replies) + 1, now)
            if given:
                connection.execute(insert(messages), [message_row(cipher, conversation, m, epoch) for m in given])
                if row["address"] is not None:
                    carried = [outbox_row(conversation, row["channel"], m, epoch, now) for m in given]
                    connection.execute(insert(outbox), carried)
            return given

        given = await self._database.at_once(released)
        self._answered(conversation, given or [])
        return given

    def _answered(self, conversation: str, given: list[Message]) -> None:
        """The view goes on with the bot's words when it stood right before them; else it is read anew."""
        view = self._views.pop(conversation, None)
        if view is not None and given and view.conversation.last_id == given[0].id - 1:
            history = (*view.history, *(_entry(message, None) for message in given))[-HISTORY:]
            now = replace(view.conversation, last_id=given[-1].id)
            self._remember(replace(view, conversation=now, history=history))

    async def settle(self) -> None:
        """Wait until what is being kept is kept, also when nobody waits for it any more."""
        await self._keeping.settle()

    def forget(self, conversation: str) -> None:
        """Drop what is remembered of a conversation in memory."""
        self._views.pop(conversation, None)
        self._key.forget(conversation)

    def _advance(self, view: View, kept: Kept, entry: HistoryEntry | None) -> None:
        if kept.conversation.state is not view.conversation.state:
            # the queue is longer or shorter now: whoever comes next is told a place that is true
            self._presence_at = 0.0
        added = [entry] if entry else []
        added += [_entry(message) for message in kept.said]
        self._remember(
            replace(view, conversation=kept.conversation, history=(*view.history, *added)[-HISTORY:], exists=True)
        )

    def _remember(self, view: View) -> None:
        self._views[view.conversation.id] = view
        self._views.move_to_end(view.conversation.id)
        if len(self._views) > _CACHED_VIEWS:
            self._views.popitem(last=False)


def _entry(message: Message, level: int | None = None, language: str | None = None) -> HistoryEntry:
    return HistoryEntry(message.sender, message.text, message.at, level or 0, language)
