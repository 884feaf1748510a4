"""What is kept and passed on: SQL holds the truth, the bus (Redis protocol) only wakes."""
