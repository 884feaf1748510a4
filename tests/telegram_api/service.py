"""The service behind the Bot API: chats, messages, the queue of updates, and each method that a bot calls."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

type Json = dict[str, Any]

_DELETABLE_SECONDS = 48 * 3600
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


class ApiError(Exception):
    """What the service refuses: its code, its description, and parameters such as retry_after."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass
class Chat:
    """A chat as the service knows it, with the names that a bot is told."""

    id: int
    shape: Json
    user: Json
    blocked: bool = False
    left: bool = False
    messages: dict[int, Json] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    queries: dict[str, bool] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return bool(self.shape["type"] == "private")


class Service:
    """Everything but HTTP. Methods take the call's parameters and give its result or raise ApiError."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.pending: list[Json] = []
        self.commands: list[Json] = []
        self.texts: dict[str, str] = {}
        self.webhook = ""
        self.calls: list[tuple[str, Json]] = []
        self.ahead = 0.0
        self._allowed: list[str] = []
        self._message_id = 100
        self._update_id = 730_000_000
        self._query_id = 4_000_000_000_000
        self.methods: dict[str, Callable[[Json], Any]] = {
            name.lower(): method
            for name, method in {
                "getMe": self.get_me,
                "setWebhook": self.set_webhook,
                "deleteWebhook": self.delete_webhook,
                "getWebhookInfo": self.get_webhook_info,
                "sendMessage": self.send_message,
                "sendChatAction": self.send_chat_action,
                "answerCallbackQuery": self.answer_callback_query,
                "editMessageReplyMarkup": self.edit_message_reply_markup,
                "deleteMessage": self.delete_message,
                "deleteMessages": self.delete_messages,
                "leaveChat": self.leave_chat,
                "setMyCommands": self.set_my_commands,
                "getMyCommands": lambda call: self.commands,
                "setMyName": lambda call: self._text(call, "name", 64),
                "setMyDescription": lambda call: self._text(call, "description", 512),
                "setMyShortDescription": lambda call: self._text(call, "short_description", 120),
            }.items()
        }

    def now(self) -> float:
        """The service's time, which tests move forward."""
        return time.time() + self.ahead

    # what people do

    def written(self, chat: Chat, content: Json, kind: str = "message") -> Json:
        """A person's new message, and the update that tells the bot."""
        self._message_id += 1
        message = {
            "message_id": self._message_id,
            "from": chat.user,
            "chat": chat.shape,
            "date": int(self.now()),
            **content,
        }
        chat.messages[self._message_id] = message
        self.tell(kind, message)
        return message

    def tapped(self, chat: Chat, message: Json, data: str) -> str:
        """A person's tap on a button; gives the query's id."""
        self._query_id += 1
        query = str(self._query_id)
        chat.queries[query] = False
        shown = {key: value for key, value in message.items() if not key.startswith("_")}
        self.tell(
            "callback_query",
            {"id": query, "from": chat.user, "message": shown, "chat_instance": f"-{chat.id}", "data": data},
        )
        return query

    def tell(self, kind: str, content: Json) -> None:
        """Put an update into the bot's queue, unless the bot asked not to be told of this kind."""
        self._update_id += 1
        if self._allowed and kind not in self._allowed:
            return
        self.pending.append({"update_id": self._update_id, kind: content})

    def restart_ids(self, at: int) -> None:
        """After a week without updates the service counts on from a number of its own choice."""
        self._update_id = at

    # getting updates

    def updates(self, call: Json) -> list[Json]:
        """What a getUpdates call gives now, after it has confirmed what lies before its offset."""
        if self.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        if "allowed_updates" in call:
            self._allowed = list(call["allowed_updates"])
        offset, limit = int(call.get("offset") or 0), int(call.get("limit") or 100)
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset <= self._update_id + 1:
            # an offset beyond all that was ever given belongs to an older count and confirms nothing
            self.pending = [update for update in self.pending if update["update_id"] >= offset]
        return self.pending[: max(1, min(limit, 100))]

    # methods of the Bot API

    def get_me(self, call: Json) -> Json:
        return {
            "id": 116_111,
            "is_bot": True,
            "first_name": "Bisedë",
            "username": "bisede_prove_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_webhook(self, call: Json) -> bool:
        self.webhook = str(call.get("url") or "")
        return True

    def delete_webhook(self, call: Json) -> bool:
        self.webhook = ""
        if call.get("drop_pending_updates"):
            self.pending.clear()
        return True

    def get_webhook_info(self, call: Json) -> Json:
        return {
            "url": self.webhook,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }

    def send_message(self, call: Json) -> Json:
        chat = self._open_chat(call)
        text = str(call.get("text") or "").strip()
        if not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise ApiError(400, "Bad Request: message is too long")
        markup = _checked_markup(call.get("reply_markup"))
        self._message_id += 1
        message: Json = {
            "message_id": self._message_id,
            "from": {key: self.get_me({})[key] for key in ("id", "is_bot", "first_name", "username")},
            "chat": chat.shape,
            "date": int(self.now()),
            "text": text,
        }
        if markup:
            message["reply_markup"] = markup
        if call.get("protect_content"):
            message["has_protected_content"] = True
        # how it was sent, for tests to look at; never part of an answer
        chat.messages[self._message_id] = message | {"_parse_mode": call.get("parse_mode")}
        return message

    def send_chat_action(self, call: Json) -> bool:
        chat = self._open_chat(call)
        if call.get("action") not in _ACTIONS:
            raise ApiError(400, "Bad Request: wrong parameter action in request")
        chat.actions.append(call["action"])
        return True

    def answer_callback_query(self, call: Json) -> bool:
        query = str(call.get("callback_query_id"))
        for chat in self.chats.values():
            if query in chat.queries:
                chat.queries[query] = True
                return True
        raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")

    def edit_message_reply_markup(self, call: Json) -> Json:
        chat = self._open_chat(call)
        message = chat.messages.get(int(call.get("message_id") or 0))
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if not message["from"]["is_bot"]:
            raise ApiError(400, "Bad Request: message can't be edited")
        markup = _checked_markup(call.get("reply_markup"))
        if markup == message.get("reply_markup"):
            raise ApiError(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        if markup:
            message["reply_markup"] = markup
        return {key: value for key, value in message.items() if not key.startswith("_")}

    def delete_message(self, call: Json) -> bool:
        chat = self._chat(call)
        message = chat.messages.get(int(call.get("message_id") or 0))
        if message is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        if self.now() - message["date"] > _DELETABLE_SECONDS:
            raise ApiError(400, "Bad Request: message can't be deleted for everyone")
        del chat.messages[message["message_id"]]
        return True

    def delete_messages(self, call: Json) -> bool:
        chat = self._chat(call)
        ids = call.get("message_ids") or []
        if not 1 <= len(ids) <= 100:
            raise ApiError(400, "Bad Request: there must be 1-100 message identifiers")
        found = [chat.messages[number] for number in ids if number in chat.messages]
        if any(self.now() - message["date"] > _DELETABLE_SECONDS for message in found):
            raise ApiError(400, "Bad Request: message can't be deleted for everyone")
        for message in found:
            del chat.messages[message["message_id"]]
        return True

    def leave_chat(self, call: Json) -> bool:
        chat = self._chat(call)
        if chat.private:
            raise ApiError(400, "Bad Request: chat is not a group")
        chat.left = True
        return True

    def set_my_commands(self, call: Json) -> bool:
        commands = call.get("commands") or []
        for entry in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", entry.get("command", "")):
                raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(entry.get("description", "")) <= 256:
                raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    def _text(self, call: Json, name: str, longest: int) -> bool:
        text = str(call.get(name) or "")
        if len(text) > longest:
            raise ApiError(400, f"Bad Request: {name} is too long")
        self.texts[name] = text
        return True

    def _chat(self, call: Json) -> Chat:
        try:
            return self.chats[int(call["chat_id"])]
        except (KeyError, ValueError, TypeError):
            raise ApiError(400, "Bad Request: chat not found") from None

    def _open_chat(self, call: Json) -> Chat:
        chat = self._chat(call)
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat.left:
            raise ApiError(403, "Forbidden: bot is not a member of the group chat")
        return chat


def _checked_markup(markup: Any) -> Json | None:
    """An inline keyboard as the service takes it."""
    if not markup or not markup.get("inline_keyboard"):
        return None
    for row in markup["inline_keyboard"]:
        for button in row:
            if not str(button.get("text") or "").strip():
                raise ApiError(400, "Bad Request: can't parse inline keyboard button: field text is empty")
            if not 1 <= len(str(button.get("callback_data") or "").encode()) <= 64:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return dict(markup)
