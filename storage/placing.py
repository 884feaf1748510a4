"""Giving words their place in a conversation: sealing them, opening them, and the rows that keep and carry them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from frontdoor.message import Button, Link, Message, Said, Sender
from storage.keys import Cipher
from storage.tables import messages, outbox


def seal_body(cipher: Cipher, message: Message) -> bytes:
    """Text, buttons, links and page of a message, bound to its id."""
    body: dict[str, Any] = {"t": message.text}
    if message.buttons:
        body["b"] = [[button.title, button.do, button.payload] for button in message.buttons]
    if message.links:
        body["l"] = [[link.title, link.url] for link in message.links]
    if message.kind != "text":
        body["k"] = message.kind
    if message.article is not None:
        body["a"] = message.article
    if message.do is not None:
        body["d"] = message.do
    # a lone surrogate is cleaned at the edge; should one come this far it must not lose the message
    plain = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return cipher.seal(message.id, "body", plain)


def open_message(cipher: Cipher, row: RowMapping | dict[str, Any]) -> Message:
    """The message of a row of `messages`; a joined `alias` names its counsellor."""
    body = json.loads(cipher.open(row["id"], "body", row["body"]))
    return Message(
        id=row["id"],
        sender=Sender(row["sender"]),
        text=body["t"],
        at=row["at"],
        buttons=tuple(Button(*button) for button in body.get("b", ())),
        links=tuple(Link(*link) for link in body.get("l", ())),
        kind=body.get("k", "text"),
        article=body.get("a"),
        client_id=row["client_id"],
        counsellor=row.get("alias"),
        do=body.get("d"),
    )


def instant(milliseconds: int) -> datetime:
    """The moment of a database clock's reading."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def placed(said: Sequence[Said], first_id: int, now: int) -> list[Message]:
    """The house's words with their ids from `first_id` on; each button gets an opaque id of its own."""
    return [
        Message(
            id=first_id + offset,
            sender=words.sender,
            text=words.text,
            at=instant(now),
            buttons=tuple(
                replace(button, payload=f"{first_id + offset}.{secrets.token_urlsafe(9)}") for button in words.buttons
            ),
            links=words.links,
            kind=words.kind,
            article=words.article,
        )
        for offset, words in enumerate(said)
    ]


def message_row(
    cipher: Cipher, conversation: str, message: Message, epoch: int, staff: int | None = None
) -> dict[str, Any]:
    """The row of one of the house's messages."""
    return {
        "conversation": conversation,
        "id": message.id,
        "sender": message.sender.value,
        "body": seal_body(cipher, message),
        "at": message.at,
        "epoch": epoch,
        "client_id": message.client_id,
        "staff": staff,
    }


def outbox_row(conversation: str, channel: str, message: Message, epoch: int | None, now: int) -> dict[str, Any]:
    """The row that makes a messenger carry the message; `epoch` binds the bot's words to who speaks."""
    return {"conversation": conversation, "message": message.id, "channel": channel, "epoch": epoch, "due_at": now}


async def place(
    connection: AsyncConnection,
    cipher: Cipher,
    row: RowMapping | dict[str, Any],
    said: Sequence[Said],
    now: int,
    *,
    staff: int | None = None,
    client_id: str | None = None,
) -> list[Message]:
    """Insert the house's words after `row["last_id"]`, with what carries them when the channel needs it.

    `row` needs id, channel, address, epoch and last_id as they were before; the caller moves `last_id` in
    the same transaction.
    """
    given = placed(said, row["last_id"] + 1, now)
    if client_id is not None:
        given = [replace(given[0], client_id=client_id), *given[1:]]
    if not given:
        return []
    await connection.execute(
        insert(messages), [message_row(cipher, row["id"], message, row["epoch"], staff) for message in given]
    )
    if row["address"] is not None:
        carried = [
            outbox_row(row["id"], row["channel"], m, row["epoch"] if m.sender is Sender.BOT else None, now)
            for m in given
        ]
        await connection.execute(insert(outbox), carried)
    return given
