"""The rows behind the numbers of the dashboard."""

from __future__ import annotations

import re
from datetime import date

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import month
from riskreg.queries import dashboard_rows as found
from riskreg.queries.dashboard import Age
from riskreg.queries.policies import policy_on
from riskreg.queries.register import RegisterName, only_register
from riskreg.web.access import needs
from riskreg.web.listing import Pages, asked, asked_one_of
from riskreg.web.pages import page
from riskreg.web.risks.wording import ratings
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.wording import AGES

LEVEL = [str(level) for level in range(1, 6)]
UNKNOWN = "This address names no rows of the dashboard. Go to the dashboard and choose a number."


def _register() -> RegisterName:
    register = only_register()
    if register is None:
        raise NotFound("The register is empty: nothing has been loaded yet.")
    return register


@blueprint.get("/dashboard/risks")
@needs(Permission.READ_REGISTER)
def risks() -> ResponseReturnValue:
    """Show the open risks of a cell of the matrix, without a score, or by how late their review is."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register, today = _register(), clock.today()
    likelihood, impact = asked_one_of("likelihood", LEVEL), asked_one_of("impact", LEVEL)
    unscored = asked_one_of("unscored", [str(rag) for rag in Rag])
    review = asked_one_of("review", [str(age) for age in Age])
    if likelihood and impact:
        wanted = found.risks_scored(register.id, int(likelihood), int(impact))
        title = _cell_words(int(likelihood), int(impact), policy_on(register.id, today))
    elif unscored:
        wanted, title = found.risks_without_score(register.id, unscored), f"Rated {unscored} without a score"
    elif review:
        wanted = found.risks_by_review(register.id, Age(review), today)
        title = f"Reviews: {AGES[Age(review)].lower()}"
    else:
        raise NotFound(UNKNOWN)
    pages = Pages.asked(wanted.total)
    rows = [found.RiskFound(*row) for row in wanted.page(pages.size, pages.offset)]
    return page("seeing/risks.html", register=register, title=title, pages=pages, rows=rows, ratings=ratings)


def _cell_words(likelihood: int, impact: int, policy: Policy) -> str:
    words = policy.likelihood_words[likelihood - 1], policy.impact_words[impact - 1]
    return f"Likelihood {likelihood}, {words[0]}, and impact {impact}, {words[1]}"


@blueprint.get("/dashboard/actions")
@needs(Permission.READ_REGISTER)
def actions() -> ResponseReturnValue:
    """Show the open actions by how late they are."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register, today = _register(), clock.today()
    age = asked_one_of("due", [str(one) for one in Age])
    if not age:
        raise NotFound(UNKNOWN)
    wanted = found.actions_by_age(register.id, Age(age), today)
    pages = Pages.asked(wanted.total)
    rows = [found.ActionFound(*row) for row in wanted.page(pages.size, pages.offset)]
    title = f"Actions: {AGES[Age(age)].lower()}"
    return page("seeing/actions.html", register=register, title=title, pages=pages, rows=rows)


@blueprint.get("/dashboard/escalations")
@needs(Permission.READ_REGISTER)
def escalations() -> ResponseReturnValue:
    """Show the escalations that were opened, or that ended, in a month."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register = _register()
    ended = bool(asked("ended"))
    words = asked("ended") or asked("opened")
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", words, re.ASCII):
        raise NotFound(UNKNOWN)
    first = date.fromisoformat(f"{words}-01")
    wanted = found.escalations_in(register.id, first, ended=ended)
    pages = Pages.asked(wanted.total)
    rows = [found.EscalationFound(*row) for row in wanted.page(pages.size, pages.offset)]
    title = f"Escalations {'ended' if ended else 'opened'} in {month(first)}"
    return page("seeing/escalations.html", register=register, title=title, pages=pages, rows=rows)
