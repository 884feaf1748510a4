"""A small Bot API server after the Bot API's documentation, with people who write, tap and read."""

from tests.telegram_api.people import Person, Seen
from tests.telegram_api.server import BotApi, Fault

__all__ = ["BotApi", "Fault", "Person", "Seen"]
