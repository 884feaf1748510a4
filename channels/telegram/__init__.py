"""Telegram: private chats in, the house's words out; the only place that imports the Bot API's library."""

from channels.telegram.arrivals import COMMANDS, Arrival, Command, Elsewhere, Other, Tap, Text
from channels.telegram.channel import TelegramChannel
from channels.telegram.writing import LONGEST, split

__all__ = ["COMMANDS", "LONGEST", "Arrival", "Command", "Elsewhere", "Other", "Tap", "TelegramChannel", "Text", "split"]
