"""The words and the one path: what messages, conversations and assessments are, and what happens to each message."""
