"""The DMT queue, and one escalation with its evidence and the decision on it."""
