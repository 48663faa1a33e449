"""What the views of this room share: the blueprint, and the year that an address names."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import NotFound

from riskreg.domain.target_setting import EARLIEST_YEAR, LATEST_YEAR

blueprint = Blueprint("targets", __name__)


def known_year(year: int) -> int:
    """Return a year that may have a target. Raises NotFound, with a sentence, for any other."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotFound(f"Targets are set for the years {EARLIEST_YEAR} to {LATEST_YEAR}.")
    return year
