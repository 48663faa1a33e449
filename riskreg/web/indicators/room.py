"""What the views of this room share: the blueprint, and the indicator that an address names."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from riskreg.extensions import db
from riskreg.models import Indicator

blueprint = Blueprint("indicators", __name__)


def known_indicator(indicator_id: int) -> Indicator:
    """Return the indicator with the contract it measures. Raises NotFound, with a sentence, for an unknown one."""
    found = db.session.get(Indicator, indicator_id, options=[joinedload(Indicator.contract)])
    if found is None:
        raise NotFound(f"There is no indicator {indicator_id}. The scorecard under Indicators lists all there are.")
    return found
