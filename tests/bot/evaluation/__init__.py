"""What the bot understands of questions that nothing was learnt from; run with `bot/.venv/bin/python`."""
