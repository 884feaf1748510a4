"""The public service: visitors' sockets, the bot's client, and the delivery of what is to be said."""
