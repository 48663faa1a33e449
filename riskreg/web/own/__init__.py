"""What is a person's own: preferences, the messages that came, and the calendar."""
