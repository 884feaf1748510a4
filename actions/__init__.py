"""What the bot does: rasa_sdk actions, run inside the bot process; they name a reply, the front door acts."""
