"""The words and the one path: what a message, a conversation and an assessment are, and what happens to each message."""
