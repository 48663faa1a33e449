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
from riskreg.queries.linked_signals import LinkedTo
from riskreg.queries.policies import policy_on
from riskreg.web.access import needs
from riskreg.web.listing import Pages, asked, asked_one_of
from riskreg.web.pages import page
from riskreg.web.risks.wording import ratings
from riskreg.web.seeing.choice import Shown, asked_scope, present
from riskreg.web.seeing.room import blueprint
from riskreg.web.seeing.wording import AGES, LINKED

RAGS = [str(rag) for rag in Rag]
LEVEL = [str(level) for level in range(1, 6)]
UNKNOWN = "This address names no rows of the dashboard. Go to the dashboard and choose a number."


@blueprint.get("/dashboard/risks")
@needs(Permission.READ_REGISTER)
def risks() -> ResponseReturnValue:
    """Show the open risks behind a number of the dashboard."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register = present()
    shown = asked_scope(register)
    wanted, title = _risks_wanted(shown, clock.today())
    pages = Pages.asked(wanted.total)
    rows = [found.RiskFound(*row) for row in wanted.page(pages.size, pages.offset)]
    title += shown.elsewhere
    return page(
        "seeing/risks.html", register=register, title=title, of=shown.of, pages=pages, rows=rows, ratings=ratings
    )


def _risks_wanted(shown: Shown, today: date) -> tuple[found.RowsWanted, str]:
    """What the address asks for, with its title: a cell of the matrix, no score, a late review, a rating, a link."""
    scope = shown.scope
    likelihood, impact = asked_one_of("likelihood", LEVEL), asked_one_of("impact", LEVEL)
    if likelihood and impact:
        title = _cell_words(int(likelihood), int(impact), policy_on(scope.register_id, today))
        return found.risks_scored(scope, int(likelihood), int(impact)), title
    if unscored := asked_one_of("unscored", RAGS):
        return found.risks_without_score(scope, unscored), f"Rated {unscored} without a score"
    if review := asked_one_of("review", [str(age) for age in Age]):
        return found.risks_by_review(scope, Age(review), today), f"Reviews: {AGES[Age(review)].lower()}"
    if rag := asked_one_of("rag", [*RAGS, "all"]):
        rag = rag.removeprefix("all")
        return found.risks_rated(scope, rag), f"Rating shown: {rag}" if rag else "All open risks"
    if linked := asked_one_of("linked", [str(to) for to in LinkedTo]):
        return found.risks_linked(scope, LinkedTo(linked)), f"Open risks {LINKED[LinkedTo(linked)]}"
    raise NotFound(UNKNOWN)


def _cell_words(likelihood: int, impact: int, policy: Policy) -> str:
    words = policy.likelihood_words[likelihood - 1], policy.impact_words[impact - 1]
    return f"Likelihood {likelihood}, {words[0]}, and impact {impact}, {words[1]}"


@blueprint.get("/dashboard/actions")
@needs(Permission.READ_REGISTER)
def actions() -> ResponseReturnValue:
    """Show the open actions by how late they are."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register, today = present(), clock.today()
    shown = asked_scope(register)
    age = asked_one_of("due", [str(one) for one in Age])
    if not age:
        raise NotFound(UNKNOWN)
    wanted = found.actions_by_age(shown.scope, Age(age), today)
    pages = Pages.asked(wanted.total)
    rows = [found.ActionFound(*row) for row in wanted.page(pages.size, pages.offset)]
    title = f"Actions: {AGES[Age(age)].lower()}{shown.elsewhere}"
    return page("seeing/actions.html", register=register, title=title, of=shown.of, pages=pages, rows=rows)


@blueprint.get("/dashboard/escalations")
@needs(Permission.READ_REGISTER)
def escalations() -> ResponseReturnValue:
    """Show the escalations that were opened, or that ended, in a month."""
    if not request.args:
        return redirect(url_for("seeing.home"))
    register = present()
    shown = asked_scope(register)
    ended = bool(asked("ended"))
    words = asked("ended") or asked("opened")
    if not re.fullmatch(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", words, re.ASCII):
        raise NotFound(UNKNOWN)
    first = date.fromisoformat(f"{words}-01")
    wanted = found.escalations_in(shown.scope, first, ended=ended)
    pages = Pages.asked(wanted.total)
    rows = [found.EscalationFound(*row) for row in wanted.page(pages.size, pages.offset)]
    title = f"Escalations {'ended' if ended else 'opened'} in {month(first)}{shown.elsewhere}"
    return page("seeing/escalations.html", register=register, title=title, of=shown.of, pages=pages, rows=rows)
