"""What addresses are made of, and what is said where one leads to nothing.

The id of a row is a number that a database can hold; anything else is no address.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from riskreg.database import LARGEST_ID

RISK, ACTION, CONTROL = "/risks/<id:risk_id>", "/actions/<id:action_id>", "/controls/<id:control_id>"
NO_SUCH_RISK = "There is no such risk in the register. Look for it in the register by its reference or title."
NO_SUCH_PART = "There is no such {}. Look for it on the page of its risk."


class RowId(IntegerConverter):
    """The id of a row, as in `/risks/<id:risk_id>`."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - Werkzeug names it
        super().__init__(map, max=LARGEST_ID)


def read_addresses(app: Flask) -> None:
    """Let the routes of the application say `<id:…>`."""
    app.url_map.converters["id"] = RowId
