"""The views of the links; they are in the modules beside this one."""

from __future__ import annotations

from riskreg.web.links import changing, choosing, seeing
from riskreg.web.links.room import blueprint

__all__ = ["blueprint", "changing", "choosing", "seeing"]
