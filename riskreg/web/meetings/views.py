"""The blueprint of meetings; its views are in the modules beside this one, by subject."""

from __future__ import annotations

from riskreg.web.meetings import agenda, dates, packs
from riskreg.web.meetings.room import blueprint

__all__ = ["agenda", "blueprint", "dates", "packs"]
