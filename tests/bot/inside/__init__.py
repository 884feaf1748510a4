"""Parts of the bot that only its own Python can import; run with `-c bot/pytest.ini`."""
