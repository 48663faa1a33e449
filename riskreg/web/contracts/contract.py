"""One contract, and recording its route and its reviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from flask import request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.charts import sparkline
from riskreg.domain.access import Permission, holds, require
from riskreg.domain.links import OF_RISK
from riskreg.domain.signals import Reach
from riskreg.models import Contract
from riskreg.queries.contract import dated_points, dependent_risks, standing_signals
from riskreg.queries.performance import RelyingRisk, performance_of
from riskreg.services.actors import Actor
from riskreg.services.contract_entries import may_keep
from riskreg.services.contract_outcomes import ContractConsequences, KeptContracts
from riskreg.services.contracts import (
    STAGES,
    ReviewEntry,
    RouteEntry,
    preview_review,
    preview_route,
    record_review,
    record_route,
)
from riskreg.services.indicator_keeping import may_add
from riskreg.web.access import current_actor, may, needs
from riskreg.web.contracts.forms import ReviewForm, RouteForm
from riskreg.web.contracts.keeping import consequences
from riskreg.web.contracts.room import ADDRESS, KIND_WORDS, blueprint, load
from riskreg.web.contracts.wording import (
    REACHES,
    dmt_is_told,
    end_in_words,
    extensions_in_words,
    not_known,
    plan_says,
    review_in_words,
    route_in_words,
    what_is_kept,
)
from riskreg.web.in_force import present_policy, present_register
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent, save_or_show

Entry = TypeVar("Entry", RouteEntry, ReviewEntry)
STAGE_WORDS = {int(stage): words for stage, words in STAGES.items()}


@blueprint.get(ADDRESS)
@needs(Permission.READ_REGISTER)
def contract(contract_id: int) -> ResponseReturnValue:
    """Show what the plan says of a contract, its milestones, and what depends on it."""
    found, today = load(contract_id), clock.today()
    facts, risks, policy = found.facts(), dependent_risks(contract_id), present_policy()
    return page(
        "contracts/contract.html",
        contract=found,
        end_in_words=end_in_words(found, facts, today),
        not_known=not_known(found, facts),
        kind=KIND_WORDS[found.kind],
        points=dated_points(facts, policy, today),
        plan_says=plan_says(found, facts),
        signals=standing_signals(found.id),
        risks=risks,
        stages=STAGE_WORDS,
        reaches=REACHES,
        dmt=int(Reach.DMT),
        told=[risk for risk in risks if risk.lets_dmt_know],
        dmt_is_told=dmt_is_told(risks),
        facts=what_is_kept(found, facts),
        mine=found.closed_on is None and may(Permission.RECORD_CONTRACT) and _mine(found),
        keeps=may_keep(current_actor(), found.owner_post_id),
        performance=performance_of(found, today, policy),
        adds=found.closed_on is None and may_add(current_actor(), found.owner_post_id),
        may_link=_may_link,
        heeds=OF_RISK,
        sparkline=sparkline,
    )


def _may_link(risk: RelyingRisk) -> bool:
    """Whether the person may link something to an open risk."""
    in_order = may(Permission.KEEP_REGISTER) or holds(current_actor().posts, risk.owner_post_id)
    return in_order and may(Permission.KEEP_RISK)


@blueprint.route(f"{ADDRESS}/route", methods=["GET", "POST"])
@needs(Permission.RECORD_CONTRACT)
def route(contract_id: int) -> ResponseReturnValue:
    """Record what is decided about a contract's end."""
    found = _load_mine(contract_id)
    form = RouteForm(revision=found.revision)
    if is_sent(form):
        answer = _recorded(form, found, form.as_entry(), preview_route, record_route)
        if answer is not None:
            return answer
    return _show_form("contracts/route.html", form, contract_id)


@blueprint.route(f"{ADDRESS}/review", methods=["GET", "POST"])
@needs(Permission.RECORD_CONTRACT)
def review(contract_id: int) -> ResponseReturnValue:
    """Record a review of a contract that was held."""
    found = _load_mine(contract_id)
    form = ReviewForm(revision=found.revision)
    if is_sent(form):
        answer = _recorded(form, found, form.as_entry(), preview_review, record_review)
        if answer is not None:
            return answer
    return _show_form("contracts/review.html", form, contract_id)


def _recorded(
    form: RouteForm | ReviewForm,
    found: Contract,
    entry: Entry,
    preview: Callable[[Actor, int, Contract, Entry, int, datetime], ContractConsequences],
    record: Callable[..., KeptContracts],
) -> ResponseReturnValue | None:
    """Show what recording an entry would do, or record it."""
    asked = current_actor(), present_register().id, found, entry, form.revision.data, clock.now()
    back = request.path
    return save_or_show(
        form,
        lambda: preview(*asked),
        lambda shown: f"Recorded. {what_changed(record(*asked, shown=shown).evaluation)}",
        lambda outcome: consequences(form, outcome, back),
        url_for("contracts.contract", contract_id=found.id),
    )


def _show_form(template: str, form: RouteForm | ReviewForm, contract_id: int) -> ResponseReturnValue:
    """Show a form with what is recorded so far, read after the form was refused."""
    found = load(contract_id)
    if form.changed:
        form.revision.data = found.revision
    return page(
        template,
        form=form,
        contract=found,
        end_in_words=end_in_words(found, found.facts(), clock.today()),
        review_in_words=review_in_words(found, found.facts()),
        route_in_words=route_in_words(found.facts()),
        extensions=extensions_in_words(found, found.facts()),
        keeps=may_keep(current_actor(), found.owner_post_id),
        stages=STAGE_WORDS,
    )


def _load_mine(contract_id: int) -> Contract:
    found = load(contract_id)
    require(_mine(found), f"This contract is managed by the {found.owner_post.title}.")
    return found


def _mine(found: Contract) -> bool:
    return holds(current_actor().posts, found.owner_post_id)
