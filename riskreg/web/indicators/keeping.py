"""Adding an indicator, changing what may be changed of it, ending it and taking it up again."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, require
from riskreg.models import Indicator
from riskreg.queries.indicators import group_names
from riskreg.queries.performance import contracts_to_measure
from riskreg.services.indicator_keeping import (
    OWN_ONLY,
    add_indicator,
    change_indicator,
    change_state,
    linked_risks_of,
)
from riskreg.web.access import current_actor, needs
from riskreg.web.in_force import present_register
from riskreg.web.indicators.keeping_forms import AddForm, ChangeForm, StateForm
from riskreg.web.indicators.room import blueprint, known_indicator
from riskreg.web.listing import asked_id
from riskreg.web.pages import page
from riskreg.web.requests import saving

INDICATOR = "/indicators/<id:indicator_id>"


@blueprint.route("/indicators/new", methods=["GET", "POST"])
@needs(Permission.ADD_INDICATOR)
def new() -> ResponseReturnValue:
    """Add an indicator; the address may name the contract that it measures."""
    actor, asked = current_actor(), asked_id("contract")
    keeps = actor.may(Permission.KEEP_INDICATOR)
    contracts = contracts_to_measure(None if keeps else actor.posts)
    require(keeps or bool(contracts), OWN_ONLY)
    form = AddForm(data={"contract_id": str(asked) if asked in dict(contracts) else ""})
    form.offer(group_names(), contracts, any_contract=keeps)
    if form.validate_on_submit():
        with saving(form):
            added = add_indicator(actor, present_register().id, form.as_terms(), form.as_measure(), clock.now())
            flash(f"{added.code} is added. {_next_step(added)}")
            return redirect(url_for("indicators.indicator", indicator_id=added.id))
    return page("indicators/terms.html", form=form, indicator=None, contract_id=asked)


def _next_step(added: Indicator) -> str:
    sets = current_actor().may(Permission.PUBLISH_RESULT)
    if not sets:
        return "The performance officer sets its target and publishes its results."
    return "Set its target, then publish its results." if added.is_rated else "Publish its results."


@blueprint.route(f"{INDICATOR}/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_INDICATOR)
def edit(indicator_id: int) -> ResponseReturnValue:
    """Change what may be changed of an indicator without rewriting its past."""
    found = known_indicator(indicator_id)
    form = ChangeForm.of(found)
    form.offer(group_names(), _with_present(found), any_contract=True)
    if form.validate_on_submit():
        with saving(form):
            change_indicator(
                current_actor(),
                present_register().id,
                found,
                form.as_terms(),
                form.why.data,
                form.revision.data,
                clock.now(),
            )
            flash("The indicator is changed. What it said before is kept in the audit trail.")
            return redirect(url_for("indicators.indicator", indicator_id=indicator_id))
    return page("indicators/terms.html", form=form, indicator=known_indicator(indicator_id), contract_id=None)


def _with_present(found: Indicator) -> list[tuple[int, str]]:
    """The contracts that it may measure, with the one that it does, which may be closed by now."""
    contracts, present = contracts_to_measure(None), found.contract
    if present is not None and present.id not in dict(contracts):
        contracts.append((present.id, f"{present.code} {present.title}"))
    return contracts


@blueprint.route(f"{INDICATOR}/end", methods=["GET", "POST"])
@needs(Permission.KEEP_INDICATOR)
def end(indicator_id: int) -> ResponseReturnValue:
    """End an indicator, or take one up again that ended."""
    found = known_indicator(indicator_id)
    was_live = found.ended_on is None
    form = StateForm(data={"revision": found.revision})
    if form.validate_on_submit():
        with saving(form):
            change_state(current_actor(), present_register().id, found, form.why.data, form.revision.data, clock.now())
            flash("The indicator has ended. Its past stays." if was_live else "The indicator is taken up again.")
            return redirect(url_for("indicators.indicator", indicator_id=indicator_id))
    linked = linked_risks_of(indicator_id) if was_live else []
    return page("indicators/end.html", form=form, indicator=known_indicator(indicator_id), linked=linked)
