"""What the bot can say: Rasa's domain, rules and stories, the parts that read a message, the bot process."""
