"""What arrives from Telegram, as plain data: words, commands, taps, and what is not for us."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import Any

import telegram
from telegram import Bot
from telegram.constants import ChatType

log = logging.getLogger(__name__)

COMMANDS = {"start": "start", "ndihme": "ndihme", "ndihmë": "ndihme", "fshi": "fshi"}

_COMMAND = re.compile(r"/([a-zë]+)(?:@\w+)?(?:\s+(\S.*))?", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"say:(\d{1,2})")
_KINDS = (
    "voice",
    "photo",
    "video",
    "video_note",
    "audio",
    "sticker",
    "animation",
    "document",
    "location",
    "contact",
    "poll",
)


@dataclass(frozen=True, slots=True)
class Text:
    """Words that somebody wrote, new or edited."""

    update_id: int
    address: str = field(repr=False)
    reference: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Command:
    """One of our commands, alone: start, ndihme, fshi."""

    update_id: int
    address: str = field(repr=False)
    reference: str
    name: str


@dataclass(frozen=True, slots=True)
class Tap:
    """A button tapped under message `reference`: its opaque payload, or its title where it was given none."""

    update_id: int
    address: str = field(repr=False)
    reference: str
    query: str
    payload: str | None
    title: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Other:
    """Anything that is not words: `kind` of it, what was written beneath, the place of a location."""

    update_id: int
    address: str = field(repr=False)
    reference: str
    kind: str
    caption: str = field(repr=False)
    place: tuple[float, float] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Not for us: a group, a channel, another bot, or something that could not be read."""

    update_id: int
    chat: str | None = field(default=None, repr=False)


type Arrival = Text | Command | Tap | Other | Elsewhere


def arrival(update: telegram.Update) -> Arrival:
    """What an update brings, as plain data; names and telephone numbers are left where they are."""
    if update.callback_query is not None:
        return _tap(update.update_id, update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.chat.type != ChatType.PRIVATE:
        chat = update.effective_chat
        group = chat is not None and chat.type != ChatType.PRIVATE
        return Elsewhere(update.update_id, str(chat.id) if chat is not None and group else None)
    if message.from_user is not None and message.from_user.is_bot:
        return Elsewhere(update.update_id)
    address, reference = str(message.chat.id), str(message.message_id)
    if message.text:
        if (command := _command(message.text)) is not None:
            return Command(update.update_id, address, reference, command)
        return Text(update.update_id, address, reference, _whole(message.text))
    kind = next((name for name in _KINDS if getattr(message, name, None)), "other")
    place = (message.location.latitude, message.location.longitude) if message.location else None
    return Other(update.update_id, address, reference, kind, _whole(message.caption or ""), place)


def _whole(text: str) -> str:
    """Halves of surrogate pairs are no characters and would break whatever comes later."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _tap(update_id: int, query: telegram.CallbackQuery) -> Arrival:
    message = query.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return Elsewhere(update_id)
    data = query.data or ""
    payload: str | None = data
    title = None
    if _TITLE.fullmatch(data):
        # no payload is kept for it: the words on the button are taken from the message that shows them
        payload, title = None, _title(message, data)
    return Tap(update_id, str(message.chat.id), str(message.message_id), query.id, payload, title)


def _title(message: telegram.MaybeInaccessibleMessage, data: str) -> str | None:
    markup = message.reply_markup if isinstance(message, telegram.Message) else None
    shown = [button for row in markup.inline_keyboard for button in row] if markup else []
    return next((button.text for button in shown if button.callback_data == data), None)


def _command(text: str) -> str | None:
    """Our command when the text is nothing else; words behind it make it a text like any other."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name = COMMANDS.get(found[1].lower())
    return name if not found[2] or name == "start" else None


def read_one(raw: dict[str, Any], bot: Bot) -> Arrival:
    try:
        update = telegram.Update.de_json(raw, bot)
        return arrival(update)
    except Exception as error:
        log.error("telegram: an update could not be read: %s", type(error).__name__)
        return Elsewhere(int(raw["update_id"]))
