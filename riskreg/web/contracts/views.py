"""All pages of this room; importing them gives them to the blueprint."""

from riskreg.web.contracts import contract, files, importing, keeping, listing, timeline
from riskreg.web.contracts.room import blueprint

__all__ = ["blueprint", "contract", "files", "importing", "keeping", "listing", "timeline"]
