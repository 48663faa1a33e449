"""All pages of this room; importing them gives them to the blueprint."""

from riskreg.web.seeing import dashboard, panels, past, rows, timeline, versions
from riskreg.web.seeing.room import blueprint

__all__ = ["blueprint", "dashboard", "panels", "past", "rows", "timeline", "versions"]
