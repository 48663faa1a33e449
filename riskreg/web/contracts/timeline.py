"""What ends when, by quarter, with what it is worth."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.queries.contract_timeline import Quarter, quarters
from riskreg.web.access import needs
from riskreg.web.contracts.room import blueprint
from riskreg.web.pages import page
from riskreg.web.seeing.wording import quarter_words

LONGEST_BAR = 240  # units of the drawing


@blueprint.get("/contracts/timeline")
@needs(Permission.READ_REGISTER)
def timeline() -> ResponseReturnValue:
    """Show in which quarter contracts end: two queries beside those of every page."""
    found, today = quarters(), clock.today()
    most = max((one.contracts for one in found if one.quarter), default=1)
    now = f"{today.year}-{(today.month + 2) // 3}"
    return page(
        "contracts/timeline.html",
        rows=[
            (one, quarter_words(one.quarter), _where(one, now), one.contracts * LONGEST_BAR // most) for one in found
        ],
        longest=LONGEST_BAR,
        ending=sum(one.contracts for one in found),
    )


def _where(one: Quarter, now: str) -> str:
    """Say whether a quarter is over or running; nothing when it is to come or not known."""
    if not one.quarter or "-" not in one.quarter:
        return "over" if one.quarter and one.quarter < now[:4] else ""
    if one.quarter == now:
        return "now"
    return "over" if one.quarter < now else ""
