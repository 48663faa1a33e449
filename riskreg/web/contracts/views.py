"""Contracts as a list, one contract, and recording its route and its reviews."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission, holds, require
from riskreg.domain.sentences import plural
from riskreg.domain.signals import Reach
from riskreg.models import Contract
from riskreg.queries.contract import contract_with_records, dated_points, dependent_risks, standing_signals
from riskreg.queries.contracts import (
    KINDS,
    ContractFilter,
    Ends,
    choices,
    kind_sizes,
    listed_contracts,
)
from riskreg.services.contracts import STAGES, record_review, record_route
from riskreg.web.access import current_actor, may, needs
from riskreg.web.contracts.forms import ReviewForm, RouteForm
from riskreg.web.contracts.wording import (
    dmt_is_told,
    end_in_words,
    not_known,
    plan_says,
    review_in_words,
    route_in_words,
)
from riskreg.web.in_force import present_policy, present_register
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.requests import saving

blueprint = Blueprint("contracts", __name__)

ADDRESS = "/contracts/<id:contract_id>"
KIND_WORDS = {
    "external": "Externally delivered",
    "internal": "Internally delivered",
    "commissioning": "Commissioning",
}
REACHES = {int(reach): reach.who for reach in Reach}
STAGE_WORDS = {int(stage): words for stage, words in STAGES.items()}


@blueprint.get("/contracts")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show the contracts, by kind and service area."""
    policy, today, known = present_policy(), clock.today(), choices()
    posts, post = dict(known.posts), asked_id("manager")
    narrowed = ContractFilter(
        words=asked("q"),
        kind=asked_one_of("kind", KINDS),
        area=asked_one_of("area", tuple(known.areas)),
        post_id=post if post in posts else None,
        ends=asked_one_of("ends", tuple(Ends)),
        signals=asked("signals") == "1",
        unheeded=asked("unheeded") == "1",
    )
    ends_words = {
        Ends.SOON: f"ends within {plural(policy.no_route_months, 'month')}",
        Ends.PAST: "has ended already",
        Ends.UNKNOWN: "no date known",
    }
    sizes = kind_sizes(narrowed, today, policy)
    pages = Pages.asked(sizes[narrowed.kind] if narrowed.kind else sum(sizes.values()))
    rows = listed_contracts(narrowed, today, policy, limit=pages.size, offset=pages.offset)
    return page(
        "contracts/listing.html",
        kinds=[("", "All", sum(sizes.values()))] + [(key, KIND_WORDS[key], size) for key, size in sizes.items()],
        groups=[
            (KIND_WORDS[key[0]], key[1], list(some)) for key, some in groupby(rows, lambda row: (row.kind, row.area))
        ],
        pages=pages,
        narrowed=narrowed,
        known=known,
        ends_words=ends_words,
        filters_on=_filters_on(narrowed, posts, ends_words),
        reaches=REACHES,
        dmt=int(Reach.DMT),
    )


@blueprint.get(ADDRESS)
@needs(Permission.READ_REGISTER)
def contract(contract_id: int) -> ResponseReturnValue:
    """Show what the plan says of a contract, its milestones, and what depends on it."""
    found, today = _load(contract_id), clock.today()
    facts, risks = found.facts(), dependent_risks(contract_id)
    return page(
        "contracts/contract.html",
        contract=found,
        end_in_words=end_in_words(found, facts, today),
        not_known=not_known(found, facts),
        kind=KIND_WORDS[found.kind],
        points=dated_points(facts, present_policy(), today),
        plan_says=plan_says(found),
        signals=standing_signals(found.id),
        risks=risks,
        stages=STAGE_WORDS,
        reaches=REACHES,
        dmt=int(Reach.DMT),
        told=[risk for risk in risks if risk.lets_dmt_know],
        dmt_is_told=dmt_is_told(risks),
        mine=may(Permission.RECORD_CONTRACT) and _mine(found),
    )


@blueprint.route(f"{ADDRESS}/route", methods=["GET", "POST"])
@needs(Permission.RECORD_CONTRACT)
def route(contract_id: int) -> ResponseReturnValue:
    """Record what is decided about a contract's end."""
    found = _load_mine(contract_id)
    form = RouteForm(revision=found.revision)
    if form.validate_on_submit():
        with saving(form):
            done = record_route(
                current_actor(), present_register().id, found, form.as_entry(), form.revision.data, clock.now()
            )
            flash(f"Recorded. {what_changed(done)}")
            return redirect(url_for("contracts.contract", contract_id=contract_id))
    return _show_form("contracts/route.html", form, contract_id)


@blueprint.route(f"{ADDRESS}/review", methods=["GET", "POST"])
@needs(Permission.RECORD_CONTRACT)
def review(contract_id: int) -> ResponseReturnValue:
    """Record a review of a contract that was held."""
    found = _load_mine(contract_id)
    form = ReviewForm(revision=found.revision)
    if form.validate_on_submit():
        with saving(form):
            done = record_review(
                current_actor(), present_register().id, found, form.as_entry(), form.revision.data, clock.now()
            )
            flash(f"Recorded. {what_changed(done)}")
            return redirect(url_for("contracts.contract", contract_id=contract_id))
    return _show_form("contracts/review.html", form, contract_id)


def _show_form(template: str, form: RouteForm | ReviewForm, contract_id: int) -> ResponseReturnValue:
    """Show a form with what is recorded so far, read after the form was refused."""
    found = _load(contract_id)
    if form.changed:
        form.revision.data = found.revision
    return page(
        template,
        form=form,
        contract=found,
        end_in_words=end_in_words(found, found.facts(), clock.today()),
        review_in_words=review_in_words(found, found.facts()),
        route_in_words=route_in_words(found.facts()),
        stages=STAGE_WORDS,
    )


def _load(contract_id: int) -> Contract:
    found = contract_with_records(contract_id)
    if found is None:
        raise NotFound(f"There is no contract {contract_id}.")
    return found


def _load_mine(contract_id: int) -> Contract:
    found = _load(contract_id)
    require(_mine(found), f"This contract is managed by the {found.owner_post.title}.")
    return found


def _mine(found: Contract) -> bool:
    return holds(current_actor().posts, found.owner_post_id)


def _filters_on(narrowed: ContractFilter, posts: dict[int, str], ends_words: dict[Ends, str]) -> list[tuple[str, str]]:
    """Return what is filtered, each with the address without it."""
    found = []
    if narrowed.words:
        found.append((f"“{narrowed.words}”", address_with(q=None)))
    if narrowed.area:
        found.append((narrowed.area, address_with(area=None)))
    if narrowed.post_id is not None:
        found.append((f"managed by the {posts[narrowed.post_id]}", address_with(manager=None)))
    if narrowed.ends:
        found.append((ends_words[Ends(narrowed.ends)], address_with(ends=None)))
    if narrowed.signals:
        found.append(("with standing signals", address_with(signals=None)))
    if narrowed.unheeded:
        found.append(("with signals for DMT that no risk heeds", address_with(unheeded=None)))
    return found
