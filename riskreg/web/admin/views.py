"""The blueprint of the administrator's room; its views are in the modules beside this one, by subject."""

from __future__ import annotations

from riskreg.web.admin import audit, mail, people, posts
from riskreg.web.admin.room import blueprint

__all__ = ["audit", "blueprint", "mail", "people", "posts"]
