"""Proposing a risk, the list of what waits, and the co-ordinator's answer."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission, require
from riskreg.domain.lifecycle import RiskStatus, change_risk
from riskreg.queries.keeping import proposals_waiting
from riskreg.queries.policies import policy_on
from riskreg.queries.register import RegisterName, only_register
from riskreg.services.assessing import newest_rating
from riskreg.services.proposing import NO_WRITER, approve_risk, is_writer, propose_risk, send_back, submit_draft
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.fields import RevisionField
from riskreg.web.forms import Form
from riskreg.web.keeping.forms import DRAFT, ProposalForm
from riskreg.web.keeping.room import blueprint, open_risk, refusal, step
from riskreg.web.keeping.step_forms import APPROVE, ApprovalForm
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.risks.wording import matrix, rating_words


def _register() -> RegisterName:
    register = only_register()
    if register is None:
        raise NotFound("There is no register yet.")
    return register


@blueprint.route("/risks/propose", methods=["GET", "POST"])
@needs(Permission.PROPOSE_RISK)
def propose() -> ResponseReturnValue:
    """Ask for a new risk, or enter it under the next reference."""
    register, now = _register(), clock.now()
    policy = policy_on(register.id, clock.today())
    form = ProposalForm.of(policy)
    if form.validate_on_submit():
        with saving(form):
            risk = propose_risk(current_actor(), register.id, form.as_new_risk(draft=form.then.data == DRAFT), now)
            drafted = risk.status == RiskStatus.DRAFT
            flash(f"{risk.reference} is {'kept as a draft' if drafted else 'proposed to the risk co-ordinator'}.")
            return redirect(url_for("risks.risk", risk_id=risk.id))
    return page("keeping/propose.html", form=form, register=register, policy=policy, matrix=matrix(policy))


@blueprint.get("/risks/proposals")
@needs(Permission.READ_PROPOSALS)
def proposals() -> ResponseReturnValue:
    """List what was proposed and not answered yet, and the drafts: three queries with the session."""
    return page("keeping/proposals.html", lines=proposals_waiting(_register().id))


class SubmitForm(Form):
    """Nothing but the state of the draft that was seen."""

    revision = RevisionField()


@blueprint.post(f"{RISK}/propose")
@needs(Permission.PROPOSE_RISK)
def submit(risk_id: int) -> ResponseReturnValue:
    """Propose a draft, for the first time or anew."""
    risk, form = open_risk(risk_id), SubmitForm()
    require(is_writer(current_actor(), risk), NO_WRITER)
    return step(
        risk,
        form,
        lambda seen: submit_draft(current_actor(), risk, seen, clock.now()),
        done=f"{risk.reference} is proposed to the risk co-ordinator.",
        heading="Propose this draft",
        button="Propose the risk",
        refused=refusal(lambda: change_risk(RiskStatus(risk.status), "propose")),
    )


@blueprint.route(f"{RISK}/approval", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def approve(risk_id: int) -> ResponseReturnValue:
    """Ask the co-ordinator what becomes of a proposal, or record it."""
    risk = open_risk(risk_id)
    form = ApprovalForm(data={"revision": risk.revision})
    approved, policy = form.answer.data == APPROVE, policy_on(risk.register_id, clock.today())
    answer = approve_risk if approved else send_back
    current, target = newest_rating(risk_id, "current"), newest_rating(risk_id, "target")
    return step(
        risk,
        form,
        lambda seen: answer(current_actor(), risk, form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is {'approved and open' if approved else 'sent back'}.",
        template="keeping/approve.html",
        rating=rating_words(current, risk.own_rag, policy),
        rationale=current.rationale if current else "",
        target=target,
        target_words=rating_words(target, target.rag, policy) if target else "",
        refused=refusal(lambda: change_risk(RiskStatus(risk.status), "approve")),
    )
