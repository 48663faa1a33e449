"""The register: filtered, searched, sorted, counted by rating, fifty risks a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import listed
from riskreg.queries import register as found
from riskreg.queries.owners import risk_owners
from riskreg.web.access import needs
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of, left_aside
from riskreg.web.pages import page
from riskreg.web.risks.wording import ratings, standing

blueprint = Blueprint("register", __name__)

EVERY, USED = "all", "used"
STATUSES = {"": "Open", RiskStatus.CLOSED.value: "Closed", EVERY: "Open and closed", USED: "Used before this plan"}
TOO_MANY = "There are too many to list: choose a division first."
NAMES = {
    "rag": "Rating shown",
    "division": "Division",
    "owner": "Owner",
    "status": "Status",
    "escalated": "Escalated to DMT",
    "overdue": "Review overdue",
    "late_actions": "Action overdue",
    "sort": "Order",
}


@blueprint.get("/register")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show the risks that the address asks for: at most eight queries with the session, however many risks."""
    register = found.only_register()
    if register is None:
        return page("register/nothing.html")
    if _status_asked() == USED:
        return _used(register)
    today, sort = clock.today(), asked_one_of("sort", found.SORTS, "reference")
    divisions = _titles(found.risk_divisions())
    division = asked_id("division") if asked_id("division") in divisions else None
    offered = risk_owners(register, division, asked_id("owner"))
    owners = _titles(offered.choices)
    wanted = _wanted(owners, division)
    among = found.risks_found(register, wanted, today)
    counts = among.by_rag
    pages = Pages.asked(counts[wanted.rag] if wanted.rag else sum(counts.values()))
    return page(
        "register/listing.html",
        register=register,
        wanted=wanted,
        sort=sort,
        counts=counts,
        pages=pages,
        risks=found.risk_lines(register, wanted, sort, today, limit=pages.size, offset=pages.offset, among=among.ids),
        owners=[("", "All owners"), *owners.items()],
        owners_hint=TOO_MANY if offered.too_many and division is None else "",
        divisions=[("", "All divisions"), *divisions.items()],
        statuses=list(STATUSES.items()),
        status_shown=_status_asked(),
        shows_used=False,
        filters_on=_filters_on(wanted, owners, divisions),
        left_aside=_left_aside(wanted, sort),
        # made once and not once a row, which would be a tenth of the whole page
        risk_at=url_for("risks.risk", risk_id=1).removesuffix("1"),
        escalation_at=url_for("escalations.escalation", escalation_id=1).removesuffix("1"),
        standing=standing,
        ratings=ratings,
    )


def _used(register: found.RegisterName) -> ResponseReturnValue:
    """Show the references that were used before this plan; what else is asked for does not apply to them."""
    used = found.used_references(register)
    words = listed(found.reference_ranges([one.number for one in used]))
    return page("register/used.html", register=register, shows_used=True, used=used, used_words=words)


def _titles(choices: Sequence[found.Choice]) -> Mapping[int, str]:
    return {choice.id: choice.title for choice in choices}


def _status_asked() -> str:
    return asked_one_of("status", list(STATUSES))


def _wanted(owners: Mapping[int, str], division: int | None) -> found.Wanted:
    """Read the filters; what the register does not know is left aside, and the page says so."""
    owner = asked_id("owner")
    return found.Wanted(
        rag=asked_one_of("rag", [str(rag) for rag in Rag]),
        division_id=division,
        owner_id=owner if owner in owners else None,
        status={EVERY: "", RiskStatus.CLOSED: RiskStatus.CLOSED}.get(_status_asked(), RiskStatus.OPEN),
        escalated=asked("escalated") == "1",
        overdue=asked("overdue") == "1",
        late_actions=asked("late_actions") == "1",
        search=asked("q"),
    )


def _left_aside(wanted: found.Wanted, sort: str) -> str:
    understood = {
        "rag": wanted.rag,
        "division": wanted.division_id,
        "owner": wanted.owner_id,
        "status": _status_asked(),
        "escalated": wanted.escalated,
        "overdue": wanted.overdue,
        "late_actions": wanted.late_actions,
        "sort": sort == asked("sort"),
    }
    return left_aside(understood, NAMES)


def _filters_on(wanted: found.Wanted, owners: Mapping[int, str], divisions: Mapping[int, str]) -> list[tuple[str, str]]:
    """Name every filter in force, with the address without it."""
    named = (
        ("q", f"Words: “{wanted.search}”" if wanted.search else ""),
        ("rag", f"Rating shown: {wanted.rag}" if wanted.rag else ""),
        ("status", STATUSES[_status_asked()] if _status_asked() else ""),
        ("division", divisions.get(wanted.division_id or 0, "")),
        ("owner", owners.get(wanted.owner_id or 0, "")),
        ("escalated", "Escalated to DMT" if wanted.escalated else ""),
        ("overdue", "Review overdue" if wanted.overdue else ""),
        ("late_actions", "Action overdue" if wanted.late_actions else ""),
    )
    return [(words, address_with(**{name: None})) for name, words in named if words]
