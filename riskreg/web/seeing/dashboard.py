"""The dashboard: every number of it leads to its rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar, TypeVarTuple

from flask import current_app, get_template_attribute, redirect, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import add_months
from riskreg.domain.scoring import LEVELS
from riskreg.domain.sentences import month
from riskreg.queries import dashboard as counts
from riskreg.queries.change_parts import Part
from riskreg.queries.changes import count_changes, count_tally
from riskreg.queries.narrowing import Scope
from riskreg.queries.policies import policy_on
from riskreg.queries.register import only_register, risk_divisions
from riskreg.queries.stamps import register_stamp
from riskreg.web.access import current_actor, needs
from riskreg.web.listing import asked
from riskreg.web.pages import page
from riskreg.web.risks.wording import matrix
from riskreg.web.seeing.choice import CONTRACTS, INDICATORS, choices, scope_of, usual
from riskreg.web.seeing.forms import SinceForm, asked_days, refuse_later
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.wording import AGES, PARTS

KEPT = "riskreg.dashboard"
MOST_KEPT = 64
Asked = TypeVarTuple("Asked")
Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard counts. `matrix` and `moved` stay true until a rating or a risk itself changes."""

    risks: counts.OpenRisks
    matrix: counts.Matrix
    actions: dict[counts.Age, int]
    months: list[counts.MonthCounts]
    moved: dict[Part, int]


def figures_of(scope: Scope, since: date, today: date) -> Figures:
    """Count, or return what was counted since it could last have changed: one query instead of eleven.

    The stamp is asked first, so that what is recorded while counting asks for counting again.
    """
    stamp = register_stamp()
    tally = _kept(stamp.events, count_tally, scope, since, today)
    return Figures(
        _kept(stamp.anything, counts.open_risks, scope, today),
        _kept(stamp.ratings, counts.matrix_of, scope),
        _kept(stamp.anything, counts.action_ages, scope, today),
        _kept(stamp.events, counts.escalations_by_month, scope, today),
        _kept(stamp.ratings, count_changes, scope, since, today, tally),
    )


def _kept(stamp: object, count: Callable[[*Asked], Counted], *asked_of: *Asked) -> Counted:
    kept: OrderedDict[object, Counted] = current_app.extensions.setdefault(KEPT, OrderedDict())
    key = (count, asked_of, stamp)
    if key not in kept:
        kept[key] = count(*asked_of)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return kept[key]


@lru_cache(maxsize=MOST_KEPT)
def _boxes(*typed: str) -> Markup:
    """The boxes of a date without a mistake; kept, since making them takes a sixth of the time of the page."""
    form = SinceForm(MultiDict([("since", one) for one in typed]))
    boxes: Markup = get_template_attribute("seeing/parts.html", "date_boxes")(form.since)
    return boxes


@blueprint.get("/dashboard")
@needs(Permission.READ_REGISTER)
def home() -> ResponseReturnValue:
    """Show the register in numbers, first what the reader's roles look after: at most fifteen queries."""
    register, today = only_register(), clock.today()
    if register is None:
        return page("register/nothing.html")
    of = asked("of") or usual(current_actor())
    if of in (INDICATORS, CONTRACTS):
        return redirect(url_for(f"seeing.{of}"))
    if not asked("of") and of.isdecimal():  # a division: the address says of which
        return redirect(url_for("seeing.home", of=of))
    divisions = risk_divisions()
    shown = scope_of(register, of, divisions)
    before = add_months(today, -1)
    typed = asked_days(since=before)
    form = SinceForm(typed)
    if form.validate():
        refuse_later(form, "since", today)
    since = before if form.problems else form.since.data
    policy = policy_on(register.id, today)
    return page(
        "seeing/dashboard.html",
        form=form,
        boxes=None if form.problems else _boxes(*typed.getlist("since")),
        register=register,
        shown=shown,
        choices=choices(of, divisions),
        divisions=divisions,
        figures=figures_of(shown.scope, since, today),
        policy=policy,
        cells=list(zip(reversed(LEVELS), matrix(policy), strict=True)),
        since=since,
        parts=PARTS,
        ages=AGES,
        month_words=month,
        risk_at=url_for("risks.risk", risk_id=1).removesuffix("1"),
    )
