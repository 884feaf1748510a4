"""The bot: its process seen from outside, and in `inside/`, run by the bot's own Python, its parts."""
