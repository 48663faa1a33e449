"""The texts that a risk has had, with the words that changed from each to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg.domain.access import Permission
from riskreg.domain.differences import Mark, Piece, differences
from riskreg.queries.timeline import risk_name
from riskreg.queries.versions import Version, count_versions, versions_of
from riskreg.web.access import needs
from riskreg.web.addresses import NO_SUCH_RISK, RISK
from riskreg.web.listing import Pages
from riskreg.web.pages import page
from riskreg.web.seeing.room import blueprint

SHOWN = 20  # a page: every text of a risk may be long
TEXTS = {
    "title": "Title",
    "cause": "Cause",
    "event": "Event",
    "consequence": "Consequence",
    "category": "Category",
    "objective": "Objective",
}
NAMES = {"owner": "Owner", "status": "Status"}  # one name takes the place of another, whatever words they share


@dataclass(frozen=True, slots=True)
class Compared:
    """A text beside the one before it; `changed` holds the fields that differ. The first has none before it."""

    version: Version
    is_first: bool
    changed: Sequence[tuple[str, Sequence[Piece]]]

    @property
    def whole(self) -> list[tuple[str, str]]:
        """Every field of the text that holds anything, with its label."""
        fields = [(label, getattr(self.version, name)) for name, label in (TEXTS | NAMES).items()]
        return [(label, words) for label, words in fields if words]


@blueprint.get(f"{RISK}/versions")
@needs(Permission.READ_REGISTER)
def versions(risk_id: int) -> ResponseReturnValue:
    """Show the texts of a risk, the newest first: four queries with the session, however many there are."""
    risk = risk_name(risk_id)
    if risk is None:
        raise NotFound(NO_SUCH_RISK)
    pages = Pages.asked(count_versions(risk_id), SHOWN)
    rows = versions_of(risk_id, limit=pages.size + 1, offset=pages.offset)  # one more, to compare the last with
    earlier: list[Version | None] = [*rows[1:], None]
    compared = [_compared(one, before) for one, before in zip(rows, earlier, strict=True)]
    return page("seeing/versions.html", risk=risk, pages=pages, versions=compared[: pages.size])


def _compared(version: Version, before: Version | None) -> Compared:
    if before is None:
        return Compared(version, is_first=True, changed=())
    changed: list[tuple[str, list[Piece]]] = []
    for name, label in (TEXTS | NAMES).items():
        old, new = getattr(before, name), getattr(version, name)
        if old != new:
            replaced = [Piece(Mark.REMOVED, f"{old} "), Piece(Mark.ADDED, new)]
            changed.append((label, replaced if name in NAMES else differences(old, new)))
    return Compared(version, is_first=False, changed=changed)
