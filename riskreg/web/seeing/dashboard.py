"""The dashboard: every number of it leads to its rows."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from flask import current_app, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import add_months
from riskreg.domain.scoring import LEVELS
from riskreg.domain.sentences import month
from riskreg.queries import dashboard as counts
from riskreg.queries.changes import Part, count_changes
from riskreg.queries.policies import policy_on
from riskreg.queries.register import only_register
from riskreg.web.access import needs
from riskreg.web.pages import page
from riskreg.web.risks.wording import matrix
from riskreg.web.seeing.forms import SinceForm, asked_days, refuse_later
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.wording import AGES, PARTS

KEPT = "riskreg.dashboard"
MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """What the dashboard counts; it stays true until something is recorded."""

    risks: counts.OpenRisks
    matrix: counts.Matrix
    actions: dict[counts.Age, int]
    months: list[counts.MonthCounts]
    moved: dict[Part, int]


def figures_of(register_id: int, since: date, today: date) -> Figures:
    """Count, or return what was counted since anything was last recorded: one query instead of ten.

    The stamp is asked first, so that what is recorded while counting asks for counting again.
    """
    key = (register_id, since, today, counts.register_stamp())
    kept: OrderedDict[object, Figures] = current_app.extensions.setdefault(KEPT, OrderedDict())
    found = kept.get(key)
    if found is None:
        found = kept[key] = Figures(
            counts.open_risks(register_id, today),
            counts.matrix_of(register_id),
            counts.action_ages(register_id, today),
            counts.escalations_by_month(register_id, today),
            count_changes(register_id, since, today),
        )
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return found


@blueprint.get("/dashboard")
@needs(Permission.READ_REGISTER)
def home() -> ResponseReturnValue:
    """Show the register in numbers: at most fifteen queries with the session, however many risks."""
    register, today = only_register(), clock.today()
    if register is None:
        return page("register/nothing.html")
    usual = add_months(today, -1)
    form = SinceForm(asked_days(since=usual))
    if form.validate():
        refuse_later(form, "since", today)
    since = usual if form.problems else form.since.data
    policy = policy_on(register.id, today)
    return page(
        "seeing/dashboard.html",
        form=form,
        register=register,
        figures=figures_of(register.id, since, today),
        policy=policy,
        cells=list(zip(reversed(LEVELS), matrix(policy), strict=True)),
        since=since,
        parts=PARTS,
        ages=AGES,
        month_words=month,
        risk_at=url_for("risks.risk", risk_id=1).removesuffix("1"),
    )
