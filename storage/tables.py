"""The tables: what is kept, column by column; migrations follow this file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as whole milliseconds since 1970: the same order and arithmetic on each engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """An aware datetime, or milliseconds as they are."""
        if value is None or isinstance(value, int):
            return value
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError("an instant needs a datetime with its zone")
        return round(value.timestamp() * 1000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """An aware datetime in UTC."""
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


class database_now(FunctionElement[int]):
    """The database's own clock, in milliseconds since 1970."""

    type = BigInteger()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **kw: Any) -> str:
    # unixepoch('subsec') would need SQLite 3.42; Debian 12 has 3.40
    return "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)"


@compiles(database_now, "postgresql")
def _postgresql_now(element: Any, compiler: Any, **kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_name", String(64), nullable=False, unique=True),
    Column("alias", String(64), nullable=False, unique=True, comment="the only name others see"),
    Column("role", String(16), nullable=False, comment="counsellor | supervisor | admin"),
    Column("password_hash", String(255), nullable=False),
    Column("must_change", Boolean, nullable=False, default=False, comment="a one-time password is in use"),
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", Instant),
    Column("present_until", Instant, comment="the console's heartbeat: on shift until then"),
    Column("on_break", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("staff", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("locale", String(8), nullable=False, default="sq"),
    Column("key_id", String(16), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    # who may speak with it: a web token as a hash, a messenger's address as a keyed hash beside its cipher
    Column("token_hash", LargeBinary(32), unique=True),
    Column("token_seen_at", Instant),
    Column("address_mac", LargeBinary(32), unique=True),
    Column("address", LargeBinary),
    # who speaks
    Column("state", String(12), nullable=False),
    Column("epoch", Integer, nullable=False, default=0),
    Column("last_id", Integer, nullable=False, default=0),
    Column("mark", Integer, nullable=False, default=0, comment="screening's history begins after this id"),
    Column("counsellor", ForeignKey("staff.id"), index=True),
    Column("claimed_at", Instant),
    # how urgent
    Column("level", Integer, nullable=False, default=0),
    Column("level_since", Instant),
    Column("categories", JSON, nullable=False, default=list),
    Column("about", String(8), nullable=False, default="self"),
    Column("speaker", String(8), nullable=False, default="unknown"),
    Column("age", Integer),
    Column("lane", String(12)),
    Column("waiting_since", Instant),
    Column("watch_since", Instant),
    Column("level2_count", Integer, nullable=False, default=0),
    Column("script", String(64)),
    Column("script_step", String(64)),
    Column("script_asked", Integer),
    Column("not_so", Boolean, nullable=False, default=False),
    # what the bot owes
    Column("asked_id", Integer, nullable=False, default=0, comment="last visitor message the bot is to answer"),
    Column("answered_id", Integer, nullable=False, default=0),
    Column("answer_by", String(40)),
    Column("answer_until", Instant),
    Column("tracker", LargeBinary),
    Column("tracker_epoch", Integer),
    # who has read
    Column("seen_by_visitor", Integer, nullable=False, default=0),
    Column("seen_by_staff", Integer, nullable=False, default=0),
    # the visitor's wish to be forgotten; the staff's copy of an emergency stays until then
    Column("erased_at", Instant),
    Column("erase_due", Instant),
    Column("unreachable_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("visitor_at", Instant, comment="last word of the visitor"),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("state IN ('bot','waiting','counsellor','closed')", name="state"),
    CheckConstraint("level BETWEEN 0 AND 4", name="level"),
    CheckConstraint("state <> 'counsellor' OR counsellor IS NOT NULL", name="held_by"),
    CheckConstraint("state <> 'waiting' OR waiting_since IS NOT NULL", name="waits_since"),
    Index("ix_conversations_state_level", "state", "level"),
    Index(
        "ix_conversations_owed",
        "answer_until",
        sqlite_where=text("asked_id > answered_id"),
        postgresql_where=text("asked_id > answered_id"),
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sender", String(12), nullable=False),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="text, buttons, links: AES-256-GCM under the conversation's key",
    ),
    Column("at", Instant, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("client_id", String(64)),
    Column("staff", ForeignKey("staff.id")),
    Column("asks", Boolean, nullable=False, default=False, comment="the bot owes this message an answer"),
    Column("withdrawn", Boolean, nullable=False, default=False, comment="placed but never carried to the visitor"),
    # the assessment of a visitor's message; `screened_by` is the version that decided, 'none' when all failed
    Column("screened_by", String(40)),
    Column("level", Integer),
    Column("level_after", Integer),
    Column("categories", JSON),
    Column("about", String(8)),
    Column("speaker", String(8)),
    Column("language", String(8)),
    Column("evidence", LargeBinary, comment="spans with the words, under the conversation's key"),
    CheckConstraint("sender IN ('visitor','bot','counsellor','system')", name="sender"),
    CheckConstraint("sender <> 'visitor' OR screened_by IS NOT NULL", name="screened"),
    Index("uq_messages_client", "conversation", "client_id", unique=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("message", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("epoch", Integer, comment="set for the bot's words: carried only while the epoch is the same"),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_by", String(40)),
    Column("lease_until", Instant),
    Index("ix_outbox_due_at", "due_at"),
    Index("uq_outbox_message", "conversation", "message", unique=True),
)

carried = Table(
    "carried",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "reference",
        String(64),
        primary_key=True,
        comment="the channel's own id of a message, to delete it there",
    ),
    Column("message", Integer, nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("detail", JSON, nullable=False, default=dict),
    Column("due_at", Instant, nullable=False, index=True),
    Column("lease_until", Instant),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("conversation", String(32), index=True, comment="no foreign key: the trace outlives the words"),
    Column("staff", Integer),
    Column("kind", String(24), nullable=False),
    Column(
        "detail",
        JSON,
        nullable=False,
        default=dict,
        comment="codes and levels, never words of the conversation",
    ),
)

contact_facts = Table(
    "contact_facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("municipality", String(32)),
    Column("channel", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("about", String(8), nullable=False),
    Column("speaker", String(8), nullable=False),
    Column("outcome", String(32), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(40)),
    Column("until", Instant),
    Column(
        "value",
        BigInteger,
        nullable=False,
        default=0,
        comment="what the holder hands on, such as an update offset",
    ),
)
