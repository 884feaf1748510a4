"""The desk's questions in SQL: lists with the words that raised them, what is held, what is new, what has moved."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from storage.queueing import most_urgent_first
from storage.tables import conversations, messages, staff

QUEUE_LIMIT = 200
RAISING = 3
"""So many of the gravest messages speak for a conversation in a list."""

WATCHED_FROM = 2

# without the tracker and the address, which may be large and are not the desk's business
_HEAD = tuple(
    conversations.c[name]
    for name in (
        "id",
        "channel",
        "state",
        "epoch",
        "last_id",
        "mark",
        "level",
        "categories",
        "about",
        "speaker",
        "age",
        "lane",
        "waiting_since",
        "level_since",
        "watch_since",
        "level2_count",
        "counsellor",
        "script",
        "script_step",
        "script_asked",
        "not_so",
        "locale",
        "erased_at",
        "created_at",
        "wrapped_key",
        "key_id",
        "seen_by_visitor",
        "seen_by_staff",
    )
)


def one(conversation: str) -> Select[Any]:
    """A conversation with the alias of who holds it."""
    return (
        select(*_HEAD, conversations.c.erase_due, staff.c.alias)
        .outerjoin(staff, staff.c.id == conversations.c.counsellor)
        .where(conversations.c.id == conversation)
    )


def _with_words(listed: Any, *order: Any) -> Select[Any]:
    """The chosen conversations, each with its gravest messages since the mark: one row per message."""
    grave = (
        select(
            messages.c.conversation,
            messages.c.id,
            messages.c.evidence,
            messages.c.language,
            func.row_number()
            .over(
                partition_by=messages.c.conversation,
                order_by=(messages.c.evidence.is_(None), messages.c.level.desc(), messages.c.id.desc()),
            )
            .label("n"),
        )
        .join(conversations, conversations.c.id == messages.c.conversation)
        .where(listed, messages.c.id > conversations.c.mark, messages.c.sender == "visitor")
        .subquery("grave")
    )
    chosen = select(conversations.c.id).where(listed).order_by(*order).limit(QUEUE_LIMIT)
    return (
        select(
            *_HEAD,
            grave.c.id.label("message_id"),
            grave.c.evidence,
            grave.c.language,
            literal_column("NULL", String).label("alias"),
        )
        .outerjoin(grave, and_(grave.c.conversation == conversations.c.id, grave.c.n <= RAISING))
        .where(conversations.c.id.in_(chosen))
        .order_by(*order, grave.c.n)
    )


def watched() -> Any:
    """What stands in the watch list: at risk, and with the assistant."""
    return and_(
        conversations.c.state == "bot",
        conversations.c.level >= WATCHED_FROM,
        conversations.c.watch_since.is_not(None),
        conversations.c.erased_at.is_(None),
    )


QUEUE = _with_words(conversations.c.state == "waiting", *most_urgent_first())
WATCH = _with_words(watched(), conversations.c.level.desc(), conversations.c.watch_since, conversations.c.id)

_unread = (
    select(func.count())
    .where(
        messages.c.conversation == conversations.c.id,
        messages.c.id > conversations.c.seen_by_staff,
        messages.c.sender == "visitor",
    )
    .correlate(conversations)
    .scalar_subquery()
)
HELD = (
    select(*_HEAD, staff.c.alias, _unread.label("unread"))
    .join(staff, staff.c.id == conversations.c.counsellor)
    .where(conversations.c.state == "counsellor", conversations.c.counsellor.in_(bindparam("people", expanding=True)))
    .order_by(conversations.c.claimed_at, conversations.c.id)
)

PULSE = (
    select(
        conversations.c.state,
        func.count(),
        func.max(conversations.c.updated_at),
        func.sum(conversations.c.last_id),
        func.sum(conversations.c.epoch),
    )
    .where(
        or_(
            conversations.c.state.in_(("waiting", "counsellor")),
            and_(conversations.c.state == "bot", conversations.c.level >= WATCHED_FROM),
        )
    )
    .group_by(conversations.c.state)
    .order_by(conversations.c.state)
)
MOVED = select(
    conversations.c.id,
    conversations.c.last_id,
    conversations.c.epoch,
    conversations.c.seen_by_visitor,
    conversations.c.erased_at.is_not(None),
).where(conversations.c.id.in_(bindparam("known", expanding=True)))

SAID = (
    "id",
    "sender",
    "body",
    "at",
    "client_id",
    "withdrawn",
    "screened_by",
    "level",
    "level_after",
    "categories",
    "about",
    "speaker",
    "language",
    "evidence",
)


@cache
def news_of(size: int) -> Select[Any]:
    """The query for `size` conversations; sizes are powers of two so that few statements are ever compiled."""
    wanted = union_all(
        *[
            select(bindparam(f"i{n}", type_=String).label("id"), bindparam(f"a{n}", type_=Integer).label("after"))
            for n in range(size)
        ]
    ).cte("wanted")
    holder, teller = staff.alias("holder"), staff.alias("teller")
    return (
        select(
            *_HEAD,
            holder.c.alias,
            teller.c.alias.label("said_by"),
            *[messages.c[name].label(f"m_{name}") for name in SAID],
        )
        .select_from(wanted)
        .join(conversations, conversations.c.id == wanted.c.id)
        .outerjoin(holder, holder.c.id == conversations.c.counsellor)
        .outerjoin(messages, and_(messages.c.conversation == conversations.c.id, messages.c.id > wanted.c.after))
        .outerjoin(teller, teller.c.id == messages.c.staff)
        .order_by(conversations.c.id, messages.c.id)
    )
