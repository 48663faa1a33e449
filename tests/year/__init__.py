"""A year of days on the shipped plan, and what the policy says should have been sent in it."""
