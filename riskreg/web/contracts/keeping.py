"""Adding a contract, changing its terms, replacing its provider, closing and reopening it.

Each first shows what it would do to signals and escalations.
"""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, Role
from riskreg.domain.contract_terms import ContractTerms
from riskreg.models import Contract
from riskreg.queries.keeping import posts_to_choose
from riskreg.services.contract_closing import change_state, preview_state, risks_that_heed
from riskreg.services.contract_entries import ContractEntry, may_keep, require_keeper
from riskreg.services.contract_keeping import keep_contracts, preview_contracts
from riskreg.services.contract_outcomes import ContractConsequences
from riskreg.web.access import current_actor, needs
from riskreg.web.contracts.keeping_forms import ProviderForm, StateForm, TermsForm
from riskreg.web.contracts.room import ADDRESS, blueprint, load
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent, save_or_show, typed_fields


@blueprint.route("/contracts/new", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def new() -> ResponseReturnValue:
    """Add a contract."""
    form = TermsForm.of(ContractTerms(), _posts(None), 0)
    if is_sent(form):
        answer = _kept(
            form, ContractEntry(form.as_terms(ContractTerms())), url_for("contracts.listing"), url_for("contracts.new")
        )
        if answer is not None:
            return answer
    return page("contracts/terms.html", form=form, contract=None, back=url_for("contracts.listing"))


@blueprint.route(f"{ADDRESS}/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def edit(contract_id: int) -> ResponseReturnValue:
    """Change the terms of a contract; another provider has a page of its own."""
    found = _mine(contract_id)
    terms, there = found.terms(), url_for("contracts.contract", contract_id=contract_id)
    form = TermsForm.of(terms, _posts(found), found.revision)
    del form.provider
    if is_sent(form):
        entry = ContractEntry(form.as_terms(terms), contract_id, form.revision.data)
        answer = _kept(form, entry, there, url_for("contracts.edit", contract_id=contract_id))
        if answer is not None:
            return answer
    return page("contracts/terms.html", form=form, contract=load(contract_id), back=there)


@blueprint.route(f"{ADDRESS}/provider", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def provider(contract_id: int) -> ResponseReturnValue:
    """Put another provider in the place of the present one, which is kept."""
    found = _mine(contract_id)
    terms, there = found.terms(), url_for("contracts.contract", contract_id=contract_id)
    form = ProviderForm(revision=found.revision)
    if is_sent(form):
        entry = ContractEntry(form.of_terms(terms), contract_id, form.revision.data, form.until)
        answer = _kept(form, entry, there, url_for("contracts.provider", contract_id=contract_id))
        if answer is not None:
            return answer
    return page("contracts/provider.html", form=form, contract=load(contract_id), back=there)


@blueprint.route(f"{ADDRESS}/close", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def close(contract_id: int) -> ResponseReturnValue:
    """Close a contract that has ended, or reopen one that was closed."""
    found = _mine(contract_id)
    register_id, there = present_register().id, url_for("contracts.contract", contract_id=contract_id)
    form = StateForm.of(found, risks_that_heed(contract_id))
    if is_sent(form):
        closing, seen, actor, now = form.as_closing(), form.revision.data, current_actor(), clock.now()
        was_open = found.closed_on is None

        def save(shown: str) -> str:
            done = change_state(actor, register_id, found, closing, seen, now, shown=shown)
            return f"{'Closed' if was_open else 'Reopened'}. {what_changed(done.evaluation)}"

        answer = save_or_show(
            form,
            lambda: preview_state(actor, register_id, found, closing, seen, now),
            save,
            lambda outcome: consequences(form, outcome, url_for("contracts.close", contract_id=contract_id)),
            there,
        )
        if answer is not None:
            return answer
    return page(
        "contracts/close.html", form=form, contract=load(contract_id), heeding=risks_that_heed(contract_id), back=there
    )


def consequences(form: Form, found: ContractConsequences, back: str) -> ResponseReturnValue:
    """Show what saving would do."""
    return page("contracts/consequences.html", form=form, found=found, typed=typed_fields(form), back=back)


def _kept(form: Form, entry: ContractEntry, there: str, back: str) -> ResponseReturnValue | None:
    """Show what keeping the terms would do, or keep them."""
    actor, register_id, now = current_actor(), present_register().id, clock.now()
    reason = request.form.get("reason", "")

    def save(shown: str) -> str:
        done = keep_contracts(actor, register_id, [entry], reason, now, shown=shown)
        said = "Saved" if entry.contract_id is not None else f"{done.contracts[0].code} is added"
        return f"{said}. {what_changed(done.evaluation)}"

    return save_or_show(
        form,
        lambda: preview_contracts(actor, register_id, [entry], reason, now),
        save,
        lambda found: consequences(form, found, back),
        there,
    )


def _mine(contract_id: int) -> Contract:
    found = load(contract_id)
    require_keeper(current_actor(), found)
    return found


def _posts(found: Contract | None) -> list[tuple[int, str]]:
    """The posts that may manage a contract and that the person may give it to, with the one that does."""
    present = found.owner_post_id if found else None
    actor = current_actor()
    offered = [one for one in posts_to_choose(Role.CONTRACT_MANAGER) if may_keep(actor, one[0])]
    if found and present not in dict(offered):
        offered.append((found.owner_post_id, found.owner_post.title))
    return offered
