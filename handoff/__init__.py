"""The staff service: sign-in, the queue, the desk where a counsellor talks, and the live feed of the console."""
