"""The dashboards of indicators and of contracts, and the rows that no other list shows."""

from __future__ import annotations

from collections import Counter

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.signals import SignalKind
from riskreg.queries.indicators import ScorecardFilter, groups_shown
from riskreg.queries.linked_signals import (
    ON_CONTRACTS,
    ON_INDICATORS,
    LinkedTo,
    endings,
    linked_counts,
    standing_counts,
    standing_of,
)
from riskreg.queries.policies import policy_on
from riskreg.queries.register import risk_divisions
from riskreg.web.access import needs
from riskreg.web.listing import Pages, asked, asked_one_of
from riskreg.web.pages import page
from riskreg.web.seeing.choice import CONTRACTS, INDICATORS, choices, present
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.rows import UNKNOWN
from riskreg.web.seeing.wording import LINKED, SIGNALS, quarter_words


@blueprint.get("/dashboard/indicators")
@needs(Permission.READ_REGISTER)
def indicators() -> ResponseReturnValue:
    """Show the indicators in numbers: at most nine queries with the session."""
    register, today = present(), clock.today()
    policy = policy_on(register.id, today)
    return page(
        "seeing/indicators.html",
        choices=choices(INDICATORS, risk_divisions()),
        groups=groups_shown(ScorecardFilter(), today, policy),
        overdue=sum(group.total for group in groups_shown(ScorecardFilter(stale=True), today, policy)),
        signals=_signals(ON_INDICATORS),
        linked=linked_counts(register.id, LinkedTo.INDICATOR, LinkedTo.INDICATOR_SIGNAL),
        linked_words=LINKED,
    )


@blueprint.get("/dashboard/contracts")
@needs(Permission.READ_REGISTER)
def contracts() -> ResponseReturnValue:
    """Show the contracts in numbers: at most six queries with the session."""
    register = present()
    ends = Counter(one.quarter for one in endings())
    return page(
        "seeing/contracts.html",
        choices=choices(CONTRACTS, risk_divisions()),
        quarters=[(quarter, quarter_words(quarter), count) for quarter, count in ends.items()],
        signals=_signals(ON_CONTRACTS),
        linked=linked_counts(register.id, LinkedTo.CONTRACT, LinkedTo.CONTRACT_SIGNAL),
        linked_words=LINKED,
    )


def _signals(kinds: tuple[SignalKind, ...]) -> list[tuple[SignalKind, str, int]]:
    counts = standing_counts()
    return [(kind, SIGNALS[kind], counts[kind]) for kind in kinds]


@blueprint.get("/dashboard/signals")
@needs(Permission.READ_REGISTER)
def signals() -> ResponseReturnValue:
    """Show the signals of a kind that stand."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    asked_kind = asked_one_of("kind", [str(kind) for kind in SignalKind])
    if not asked_kind:
        raise NotFound(UNKNOWN)
    kind = SignalKind(asked_kind)
    pages = Pages.asked(standing_counts()[kind])
    rows = standing_of(kind, limit=pages.size, offset=pages.offset)
    about = INDICATORS if kind in ON_INDICATORS else CONTRACTS
    return page(
        "seeing/signals.html", title=f"Signals that stand: {SIGNALS[kind]}", about=about, pages=pages, rows=rows
    )


@blueprint.get("/dashboard/endings")
@needs(Permission.READ_REGISTER)
def ending() -> ResponseReturnValue:
    """Show the contracts that end in a quarter, or whose end is not known."""
    if not request.args:
        return redirect(url_for("seeing.contracts"))
    every, wanted = endings(), asked("in")
    quarter = "" if wanted == "unknown" else wanted
    found = [one for one in every if one.quarter == quarter and wanted]
    if not found:
        raise NotFound(UNKNOWN)
    pages = Pages.asked(len(found))
    rows = found[pages.offset : pages.offset + pages.size]
    return page("seeing/endings.html", title=quarter_words(quarter), pages=pages, rows=rows)
