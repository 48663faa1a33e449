"""One risk: its page, its review, putting it before DMT, and its actions."""
