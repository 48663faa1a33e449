"""The blueprint of the administrator's room; its views are in the modules beside this one, by subject."""

from __future__ import annotations

from riskreg.web.admin import audit, jobs, mail, people, posts, trying
from riskreg.web.admin.room import blueprint

__all__ = ["audit", "blueprint", "jobs", "mail", "people", "posts", "trying"]
