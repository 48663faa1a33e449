"""All pages of this room; importing them gives them to the blueprint."""

from riskreg.web.own import calendar_file, messages, preferences
from riskreg.web.own.room import blueprint

__all__ = ["blueprint", "calendar_file", "messages", "preferences"]
