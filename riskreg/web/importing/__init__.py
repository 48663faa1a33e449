"""Importing risks: somebody's list of them, or a whole register where none is held."""
