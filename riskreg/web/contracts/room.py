"""The blueprint that the pages of this room share, and finding the contract they are about."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import NotFound

from riskreg.models import Contract
from riskreg.queries.contract import contract_with_records

blueprint = Blueprint("contracts", __name__)

ADDRESS = "/contracts/<id:contract_id>"
KIND_WORDS = {
    "external": "Externally delivered",
    "internal": "Internally delivered",
    "commissioning": "Commissioning",
}


def load(contract_id: int) -> Contract:
    """Return a contract with what was recorded of it. Raises NotFound, with a sentence."""
    found = contract_with_records(contract_id)
    if found is None:
        raise NotFound(f"There is no contract {contract_id}.")
    return found
