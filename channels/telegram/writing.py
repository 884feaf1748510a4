"""Words as Telegram takes them: plain text in parts that fit, and buttons as an inline keyboard."""

from __future__ import annotations

import re
from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from frontdoor.message import Button, Message, Sender

LONGEST = 4_096
"""Longest text of one message, in UTF-16 code units, as the service counts."""

_PAYLOAD_BYTES = 64
_NUMBER = re.compile(r"\d{3}")


def split(text: str, longest: int = LONGEST) -> list[str]:
    """The text in parts that the service takes: at a paragraph, else a line, else a space, else a character."""
    parts: list[str] = []
    rest = text.strip()
    while _units(rest) > longest:
        end = _fitting(rest, longest)
        for mark in ("\n\n", "\n", ". ", " "):
            found = rest.rfind(mark, 1, end + 1)
            # a cut in the first half would leave a crumb of a message
            if found > end // 2:
                end = found + (1 if mark == ". " else 0)
                break
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [part for part in (*parts, rest) if part]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _fitting(text: str, longest: int) -> int:
    """How many characters fit into so many UTF-16 units."""
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > longest:
            return index
    return len(text)


def shown(message: Message) -> str:
    """Text and links to pages, without any markup; numbers to call stand in the text already."""
    pages = [link for link in message.links if link.url.startswith("https://") and link.url not in message.text]
    links = "\n".join(f"{link.title}: {link.url}" for link in pages)
    return "\n\n".join(part for part in (message.text.strip(), links) if part)


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """A button a row. One that has no payload of its own stands for its title, as if it had been written."""
    rows = [
        [InlineKeyboardButton(button.title, callback_data=button.payload or f"say:{place}")]
        for place, button in enumerate(buttons)
        if button.title and len(button.payload.encode()) <= _PAYLOAD_BYTES
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def protected(message: Message) -> bool:
    """A counsellor's words can't be forwarded; but a number in them must stay easy to copy."""
    return message.sender is Sender.COUNSELLOR and not _NUMBER.search(message.text)
