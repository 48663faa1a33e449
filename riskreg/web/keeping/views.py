"""The blueprint of keeping a risk; its views are in the modules beside this one, by subject."""

from __future__ import annotations

from riskreg.web.keeping import exempting, mitigation, proposing, rating, standing, text
from riskreg.web.keeping.room import blueprint

__all__ = ["blueprint", "exempting", "mitigation", "proposing", "rating", "standing", "text"]
