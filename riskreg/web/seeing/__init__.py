"""Seeing the register: the dashboard, the register as at a day, what changed, and one risk over time."""
