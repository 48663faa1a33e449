"""Contracts, and what is recorded of their end and their reviews."""
