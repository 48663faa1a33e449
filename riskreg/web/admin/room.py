"""The blueprint that the modules of this room add their views to."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
