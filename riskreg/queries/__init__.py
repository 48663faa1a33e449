"""Reads for pages and reports; they never write."""
