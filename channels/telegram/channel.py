"""The channel itself: carries words to a private chat, reads what was written there, deletes what it may."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from telegram import Bot, BotCommand, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from channels.telegram.arrivals import Arrival, arrival, read_one
from channels.telegram.writing import keyboard, protected, shown, split
from frontdoor.message import Message
from frontdoor.ports import DeliveryFailed

log = logging.getLogger(__name__)

# the library's own switch for the type that `retry_after` will have in its next version
os.environ.setdefault("PTB_TIMEDELTA", "true")

_API = "https://api.telegram.org"
_WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
_DELETED_AT_ONCE = 100
_WRONG_TOKEN_SECONDS = 30.0
_BEGUN = 1_000
_GRACE_SECONDS = 1.5


class TelegramChannel:
    """Carries words to a private chat and reads what is written there. No name and no number is looked at."""

    name = "telegram"

    def __init__(self, token: str, api_url: str | None = None) -> None:
        """`api_url` replaces the service's own address. Nothing is sent yet."""
        _silence()
        address = f"{(api_url or _API).rstrip('/')}/bot"
        self._reading = _Remembered(connection_pool_size=2, connect_timeout=5, read_timeout=5, write_timeout=5)
        self._sending = HTTPXRequest(connection_pool_size=32, connect_timeout=4, read_timeout=6, write_timeout=4)
        self._bot = Bot(token, base_url=address, request=self._sending, get_updates_request=self._reading)
        self._begun: dict[tuple[str, int], list[str]] = {}
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def send(self, address: str, message: Message) -> str | None:
        """See frontdoor.ports.Channel; the references of a long message stand with a space between.

        At least once: when the service took the message and its answer was lost, the next try sends it again.
        """
        parts = split(shown(message))
        key = (address, message.id)
        # what an earlier try has already carried of a long message is not said again
        carried = list(self._begun.pop(key, ())) if message.id else []
        self._under_way += 1
        self._idle.clear()
        try:
            for part in parts[len(carried) :]:
                last = len(carried) == len(parts) - 1
                carried.append(await self._send(address, part, message, last))
        except (DeliveryFailed, asyncio.CancelledError):
            if carried and message.id and len(self._begun) < _BEGUN:
                self._begun[key] = carried
            raise
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()
        return " ".join(carried) or None

    async def forget(self, address: str, references: Sequence[str]) -> None:
        """See frontdoor.ports.Channel. The service deletes what is younger than 48 hours; the rest stays."""
        ids = sorted({int(part) for reference in references for part in reference.split() if part.isdigit()})
        for start in range(0, len(ids), _DELETED_AT_ONCE):
            some = ids[start : start + _DELETED_AT_ONCE]
            try:
                await self._bot.delete_messages(int(address), some)
            except BadRequest:
                # one that is too old refuses them all: each by itself
                for one in some:
                    with suppress(TelegramError):
                        await self._bot.delete_message(int(address), one)
            except TelegramError as error:
                log.warning("telegram: messages could not be deleted: %s", type(error).__name__)

    async def updates(self, offset: int, timeout: int) -> list[Arrival]:
        """What arrived, in the order in which it is to be handled; raises DeliveryFailed.

        All before `offset` is confirmed by this call and never comes again. Waits up to `timeout` seconds.
        """
        with _as_failure():
            try:
                updates = await self._bot.get_updates(offset or None, timeout=timeout, allowed_updates=_WANTED)
                return [arrival(update) for update in updates]
            except TelegramError:
                raise
            except Exception:
                # one update that the library does not understand must not hide the others
                return [read_one(raw, self._bot) for raw in self._reading.result()]

    async def answered(self, query: str) -> None:
        """Stop the waiting mark on a tapped button; a tap too old to be answered is fine."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(query)

    async def without_buttons(self, address: str, reference: str) -> None:
        """Take away the buttons of a message, as far as the service allows it."""
        with suppress(TelegramError):
            await self._bot.edit_message_reply_markup(int(address), int(reference))

    async def typing(self, address: str) -> None:
        """Show for some seconds that an answer is being written."""
        with suppress(TelegramError):
            await self._bot.send_chat_action(int(address), ChatAction.TYPING)

    async def leave(self, chat: str) -> None:
        """Leave a group: what children write there is not for us to read."""
        with suppress(TelegramError):
            await self._bot.leave_chat(int(chat))

    async def introduce(self, commands: Mapping[str, str], description: str = "") -> None:
        """Polling instead of a hook, and the commands with what they do; raises DeliveryFailed."""
        with _as_failure():
            await self._bot.delete_webhook(drop_pending_updates=False)
            if commands:
                await self._bot.set_my_commands([BotCommand(name, text) for name, text in commands.items()])
            if description:
                await self._bot.set_my_description(description)

    async def close(self) -> None:
        """Close the connections, after a moment for what is being sent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._idle.wait()
        await self._reading.shutdown()
        await self._sending.shutdown()

    async def _send(self, address: str, part: str, message: Message, last: bool) -> str:
        buttons = keyboard(message.buttons) if last else None
        with _as_failure():
            try:
                return await self._post(address, part, message, buttons)
            except BadRequest:
                if buttons is None:
                    raise
                # a button that the service refuses must not cost the words
                return await self._post(address, part, message, None)

    async def _post(self, address: str, part: str, message: Message, buttons: InlineKeyboardMarkup | None) -> str:
        sent = await self._bot.send_message(
            int(address),
            part,
            reply_markup=buttons,
            protect_content=protected(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return str(sent.message_id)


class _Remembered(HTTPXRequest):
    """Keeps the last answer of the service, so that its updates can be read one by one."""

    _last = b""

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """As the library does it."""
        code, self._last = await super().do_request(*args, **named)
        return code, self._last

    def result(self) -> list[dict[str, Any]]:
        """The updates of the last answer, as plain data."""
        raw, self._last = self._last, b""
        return list(json.loads(raw)["result"])


@contextmanager
def _as_failure() -> Iterator[None]:
    """The library's errors as the decision that follows from them, without its words: they may hold the token."""
    failure: DeliveryFailed
    try:
        yield
        return
    except RetryAfter as error:
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        failure = DeliveryFailed("flood", permanent=False, retry_after=seconds)
    except (Forbidden, ChatMigrated):
        failure = DeliveryFailed("blocked", permanent=True)
    except InvalidToken:
        failure = DeliveryFailed("token_refused", permanent=False, retry_after=_WRONG_TOKEN_SECONDS)
    except Conflict:
        failure = DeliveryFailed("polled_elsewhere", permanent=False)
    except BadRequest:
        failure = DeliveryFailed("refused", permanent=True)
    except TimedOut:
        failure = DeliveryFailed("timeout", permanent=False)
    except TelegramError:
        failure = DeliveryFailed("network", permanent=False)
    raise failure from None


def _silence() -> None:
    """httpx logs addresses that hold the token; the library, when it stumbles, logs what people wrote."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
