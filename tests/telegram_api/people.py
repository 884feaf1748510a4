"""People on Telegram, as tests cast them: they write, tap, send pictures, block, and see what their chat shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.telegram_api.service import Chat

if TYPE_CHECKING:
    from tests.telegram_api.server import BotApi


@dataclass(frozen=True)
class Seen:
    """A message of the bot as the chat shows it."""

    id: int
    text: str
    buttons: tuple[str, ...]
    payloads: tuple[str, ...]
    protected: bool
    parse_mode: str | None


class Person:
    """One person with a private chat with the bot; the names are there to be kept nowhere."""

    def __init__(self, api: BotApi, first_name: str, number: int) -> None:
        self.name = first_name
        self._api = api
        user = {
            "id": number,
            "is_bot": False,
            "first_name": first_name,
            "last_name": "Mbiemrishpikur",
            "username": f"{first_name.lower()}_prove",
            "language_code": "sq",
        }
        shape = {key: user[key] for key in ("id", "first_name", "last_name", "username")} | {"type": "private"}
        self.chat = Chat(number, shape, user)
        api.service.chats[number] = self.chat

    @property
    def address(self) -> str:
        """The chat's id, as the bot uses it."""
        return str(self.chat.id)

    def writes(self, text: str) -> int:
        """A text or a command; gives the message's id."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        return self._sends(content)

    def edits(self, message: int, text: str) -> None:
        """Change a message that was written before."""
        edited = self.chat.messages[message] | {"text": text, "edit_date": int(self._api.service.now())}
        self.chat.messages[message] = edited
        self._api.service.tell("edited_message", edited)
        self._api.stir()

    def sends(self, kind: str, caption: str = "", **fields: Any) -> int:
        """A voice message, a picture, a sticker, a place, a contact."""
        file = {"file_id": "AgAD", "file_unique_id": "AQAD"}
        contents: dict[str, Any] = {
            "voice": file | {"duration": 3},
            "photo": [file | {"width": 90, "height": 90}],
            "sticker": file | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
            "location": {"latitude": 41.3275, "longitude": 19.8187},
            "contact": {"phone_number": "+355690000000", "first_name": self.name},
        }
        content = {kind: contents[kind] | fields if isinstance(contents[kind], dict) else contents[kind]}
        return self._sends(content | ({"caption": caption} if caption else {}))

    def taps(self, title: str) -> str:
        """Tap the newest button with this title; gives the query's id."""
        for message in reversed(self.chat.messages.values()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == title:
                        return self.taps_payload(message["message_id"], button["callback_data"])
        raise AssertionError(f"{self.name} sees no button {title!r}")

    def taps_payload(self, message: int, payload: str) -> str:
        """Tap with a payload of one's own, as a forged client could."""
        query = self._api.service.tapped(self.chat, self.chat.messages[message], payload)
        self._api.stir()
        return query

    def blocks(self) -> None:
        """Block the bot: from now on it is refused."""
        self.chat.blocked = True

    def unblocks(self) -> None:
        """Take the bot back."""
        self.chat.blocked = False

    @property
    def sees(self) -> list[Seen]:
        """What the bot has written and the chat still shows, oldest first."""
        return [
            Seen(
                id=message["message_id"],
                text=message["text"],
                buttons=tuple(b["text"] for row in _rows(message) for b in row),
                payloads=tuple(b["callback_data"] for row in _rows(message) for b in row),
                protected=bool(message.get("has_protected_content")),
                parse_mode=message.get("_parse_mode"),
            )
            for message in self.chat.messages.values()
            if message["from"]["is_bot"]
        ]

    @property
    def texts(self) -> list[str]:
        """The texts of what is seen."""
        return [seen.text for seen in self.sees]

    async def reads(self, words: str, within: float = 5.0) -> Seen:
        """Wait until a message with these words is there."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for seen in self.sees:
                        if words in seen.text:
                            return seen
                    await self._api.stirred()
        except TimeoutError:
            raise AssertionError(f"{self.name} waited for {words!r} and sees {self.texts}") from None

    def _sends(self, content: dict[str, Any]) -> int:
        message = self._api.service.written(self.chat, content)
        self._api.stir()
        return int(message["message_id"])


def _rows(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return list(message.get("reply_markup", {}).get("inline_keyboard", []))
