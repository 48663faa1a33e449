"""The rulebook, tested without database, web or clock."""
