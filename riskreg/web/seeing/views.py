"""All pages of this room; importing them gives them to the blueprint."""

from riskreg.web.seeing import dashboard, past, rows, timeline
from riskreg.web.seeing.room import blueprint

__all__ = ["blueprint", "dashboard", "past", "rows", "timeline"]
