"""Render and send one message."""
