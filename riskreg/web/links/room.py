"""What the views of this room share: the blueprint, and what an address names."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.exceptions import NotFound

from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link
from riskreg.queries.links import INDICATOR, link_to_change
from riskreg.services.links import Subject

blueprint = Blueprint("links", __name__)

INDICATORS, CONTRACTS = "/indicators/<id:indicator_id>", "/contracts/<id:contract_id>"


def known_subject(kind: str, key: int) -> Subject:
    """Return an indicator or a contract by one query. Raises NotFound with a sentence."""
    found = db.session.get(Indicator, key) if kind == INDICATOR else db.session.get(Contract, key)
    if found is None:
        raise NotFound(f"There is no such {kind}. The list of {kind}s has all there are.")
    return found


def known_link(link_id: int) -> Link:
    """Return a link that is in force by one query. Raises NotFound with a sentence."""
    link = link_to_change(link_id)
    if link is None:
        raise NotFound("There is no such link. Perhaps it has ended; the page of its risk lists the links that were.")
    return link


def title_of(subject: Subject) -> str:
    """What an indicator or a contract is called."""
    return subject.name if isinstance(subject, Indicator) else subject.title


def kind_of(subject: Subject) -> str:
    """Which of the two it is."""
    return "indicator" if isinstance(subject, Indicator) else "contract"
