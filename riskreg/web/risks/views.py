"""One risk: its page, its review, putting it before DMT, and updating its actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import ActionStatus
from riskreg.domain.sentences import day
from riskreg.domain.signals import Reach
from riskreg.models import Action, ReviewDraft, Risk
from riskreg.queries import history
from riskreg.queries import risk as found
from riskreg.queries.before_dmt import waits_since
from riskreg.queries.evidence_files import evidence_of_action, evidence_of_risk
from riskreg.queries.keeping import responses_of_risk
from riskreg.queries.linked import linked_contracts, linked_indicators
from riskreg.queries.people import holders_of
from riskreg.queries.referrals import referrals_of
from riskreg.queries.review_drafts import draft_of
from riskreg.services.actions import WHOLE
from riskreg.services.actions import update_action as record_update
from riskreg.services.escalations import raise_escalation as put_before_dmt
from riskreg.services.evidence import Place
from riskreg.services.review_drafts import discard_draft, keep_draft
from riskreg.services.reviews import complete_review
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import ACTION, NO_SUCH_PART, NO_SUCH_RISK, RISK
from riskreg.web.corporate.wording import referral_words
from riskreg.web.evidence.listing import Listing
from riskreg.web.indicators.wording import why_so
from riskreg.web.keeping.ways import keeping_of, may_become_control
from riskreg.web.listing import asked
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.risks.forms import ActionForm, EscalationForm, ReviewForm
from riskreg.web.risks.rights import Rights, only_owners
from riskreg.web.risks.wording import matrix, rating_words, ratings, standing, trend_of
from riskreg.web.telling import owner_and_dmt_are_told

blueprint = Blueprint("risks", __name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A risk as a page opens it, with what the person may do."""

    rated: found.RatedRisk
    rights: Rights

    @property
    def risk(self) -> Risk:
        """The risk itself."""
        return self.rated.risk


def _open(risk_id: int) -> Opened:
    rated = found.rated_risk(risk_id, clock.today())
    if rated is None:
        raise NotFound(NO_SUCH_RISK)
    return Opened(rated, Rights(current_actor(), rated.risk))


@blueprint.get(RISK)
@needs(Permission.READ_REGISTER)
def risk(risk_id: int) -> ResponseReturnValue:
    """Show everything about a risk: at most fifteen queries with the session, however much there is."""
    opened, today = _open(risk_id), clock.today()
    rated, policy = opened.rated, opened.rated.policy
    escalation, how = rated.escalation, rated.standing
    return page(
        "risks/risk.html",
        risk=rated.risk,
        rated=rated,
        rights=opened.rights,
        rating=rating_words(rated.current, rated.risk.own_rag, policy),
        target=rating_words(rated.target, rated.target.rag, policy) if rated.target else "",
        ratings=ratings(rated.risk.own_rag, rated.risk.effective_rag, unconfirmed=bool(how and how.is_unconfirmed)),
        standing=standing(how) if how else "",
        waiting_since=waits_since(escalation.status, escalation.opened_on, escalation.waiting_since)
        if escalation
        else None,
        reasons=found.escalation_reasons(escalation.id) if escalation else (),
        referrals=referrals_of([escalation.id])[escalation.id] if escalation and how and how.referral else (),
        referral_words=referral_words,
        holders=holders_of(rated.risk.owner_post_id, today),
        controls=found.controls_of_risk(risk_id),
        actions=found.actions_of_risk(risk_id),
        indicators=linked_indicators(risk_id, policy, today),
        contracts=linked_contracts(risk_id, policy, today),
        reviews=found.reviews_of_risk(risk_id),
        responses=responses_of_risk(risk_id),
        keeping=keeping_of(current_actor(), rated.risk, escalated=escalation is not None),
        evidence=Listing(current_actor(), Place(rated.risk), evidence_of_risk(risk_id)),
        history=history.history_of_risk(risk_id, everything=asked("history") == "all"),
        trend_of=trend_of,
        why_so=why_so,
        Reach=Reach,
    )


@blueprint.route(f"{RISK}/review", methods=["GET", "POST"])
@needs(Permission.REVIEW_RISK)
def review(risk_id: int) -> ResponseReturnValue:
    """Show the questions of a review, complete it, or keep the answers so far until it is finished later."""
    opened = _open(risk_id)
    opened.rights.require_owner()
    draft = draft_of(risk_id, current_actor().person_id)
    form, now = ReviewForm.of(opened.risk, opened.rated.policy, draft.answers if draft else None), clock.now()
    seen = form.revision.data or 0
    if request.method == "POST" and "later" in request.form:
        if form.may_be_kept():
            with saving(form):
                keep_draft(current_actor(), opened.risk, form.so_far(), seen, now)
                flash(_kept(opened.risk.review_due_on))
                return redirect(url_for("risks.risk", risk_id=risk_id))
    elif form.validate_on_submit():
        with saving(form):
            complete_review(current_actor(), opened.risk, form.as_answers(), seen, now)
            flash(_reviewed(opened.risk))
            return redirect(url_for("risks.risk", risk_id=risk_id))
    return _review_page(_open(risk_id) if form.problems else opened, form, seen, draft)


@blueprint.post(f"{RISK}/review/start-again")
@needs(Permission.REVIEW_RISK)
def start_again(risk_id: int) -> ResponseReturnValue:
    """Throw away the answers that were kept, and begin the review anew."""
    opened = _open(risk_id)
    with saving():
        discard_draft(current_actor(), opened.risk)
        return redirect(url_for("risks.review", risk_id=risk_id))


def _kept(due: date) -> str:
    if due < clock.today():
        return f"Your answers are kept. The review was due on {day(due)}: finish it soon."
    return f"Your answers are kept. Finish the review by {day(due)}."


def _reviewed(risk: Risk) -> str:
    return (
        f"The review of {risk.reference} is complete. Your rating is {risk.own_rag}. "
        f"The next review is due on {day(risk.review_due_on)}."
    )


def _review_page(opened: Opened, form: ReviewForm, seen: int, draft: ReviewDraft | None) -> ResponseReturnValue:
    rated, today, risk_id = opened.rated, clock.today(), opened.risk.id
    indicators = linked_indicators(risk_id, rated.policy, today)
    contracts = linked_contracts(risk_id, rated.policy, today)
    last = next(iter(found.reviews_of_risk(risk_id, limit=1)), None)
    moved_on = draft is not None and draft.seen_revision != rated.risk.revision and not form.changed
    linked = [one.id for one in indicators], [one.contract.id for one in contracts]
    return page(
        "risks/review.html",
        form=form,
        risk=rated.risk,
        rated=rated,
        rating=rating_words(rated.current, rated.risk.own_rag, rated.policy),
        policy=rated.policy,
        matrix=matrix(rated.policy),
        last=last,
        happened=history.changes_since(risk_id, rated.risk.recorded_at, last.recorded_at if last else None, *linked),
        meanwhile=history.changes_since_revision(risk_id, seen) if form.changed else (),
        draft=draft,
        since_draft=history.changes_since_revision(risk_id, draft.seen_revision) if draft and moved_on else (),
        controls=[one for one in found.controls_of_risk(risk_id) if one.in_place],
        actions=found.actions_of_risk(risk_id),
        indicators=indicators,
        responses=responses_of_risk(risk_id),
    )


@blueprint.route(f"{RISK}/escalate", methods=["GET", "POST"])
@needs(Permission.RAISE_ESCALATION)
def raise_escalation(risk_id: int) -> ResponseReturnValue:
    """Ask why DMT should look at a risk, or put it before DMT."""
    opened = _open(risk_id)
    opened.rights.require_escalation()
    form = EscalationForm()
    if form.validate_on_submit():
        with saving(form):
            put_before_dmt(current_actor(), opened.risk, form.reason.data, clock.now())
            told = owner_and_dmt_are_told(opened.risk, clock.today(), "Its members and the owner", "Its members")
            flash(f"{opened.risk.reference} is before DMT. {told}")
            return redirect(url_for("risks.risk", risk_id=risk_id))
    return page("risks/escalate.html", form=form, risk=opened.risk, rated=opened.rated)


@blueprint.get(ACTION)
@needs(Permission.READ_REGISTER)
def action(action_id: int) -> ResponseReturnValue:
    """Show an action with its updates, and the form for the next one to who may write it."""
    opened = _open_action(action_id)
    mine = Rights(current_actor(), opened.risk).update(opened.owner_post_id)
    return _action_page(opened, ActionForm.of(opened) if mine else None)


@blueprint.post(ACTION)
@needs(Permission.UPDATE_ACTION)
def update_action(action_id: int) -> ResponseReturnValue:
    """Record how far an action is."""
    opened = _open_action(action_id)
    Rights(current_actor(), opened.risk).require_update(opened)
    form = ActionForm.of(opened)
    seen = form.revision.data or 0
    if form.validate_on_submit():
        with saving(form):
            record_update(current_actor(), opened, form.as_change(), seen, clock.now())
            whole = form.status.data == ActionStatus.DONE and form.progress.data != WHOLE
            flash(
                "The action is updated. It is done, so its progress is now 100%." if whole else "The action is updated."
            )
            return redirect(url_for("risks.risk", risk_id=opened.risk_id))
    return _action_page(opened, form, seen)


def _open_action(action_id: int) -> Action:
    opened = found.action_with_risk(action_id)
    if opened is None:
        raise NotFound(NO_SUCH_PART.format("action"))
    return opened


def _action_page(opened: Action, form: ActionForm | None, seen: int = 0) -> ResponseReturnValue:
    updates = found.updates_of_action(opened.id)
    meanwhile = updates[: opened.revision - seen] if form is not None and form.changed else ()  # one revision each
    return page(
        "risks/action.html",
        form=form,
        action=opened,
        risk=opened.risk,
        updates=updates,
        meanwhile=meanwhile,
        evidence=Listing(current_actor(), Place(opened.risk, action=opened), evidence_of_action(opened.id)),
        only_owners=only_owners(opened),
        becomes_control=may_become_control(current_actor(), opened),
    )
