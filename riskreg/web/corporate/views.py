"""The corporate register, and one referral with the answer to it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.referrals import Answer, ReferralState
from riskreg.extensions import db
from riskreg.models import Referral
from riskreg.queries import referrals as found
from riskreg.queries.evidence import Happened, changes_since
from riskreg.services.referrals import give_answer
from riskreg.web.access import current_actor, may, needs
from riskreg.web.corporate.forms import AnswerForm, HandBackForm
from riskreg.web.corporate.wording import referral_words
from riskreg.web.listing import Pages, asked_one_of
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.risks.wording import ratings
from riskreg.web.telling import owner_and_dmt_are_told

blueprint = Blueprint("corporate", __name__)

Answering = AnswerForm | HandBackForm
FORMS: dict[ReferralState, type[Answering]] = {
    ReferralState.PROPOSED: AnswerForm,
    ReferralState.ACCEPTED: HandBackForm,
}

ADDRESS = "/corporate/<id:referral_id>"
GROUPS = {
    found.Group.PROPOSED: "To answer",
    found.Group.ACCEPTED: "Accepted",
    found.Group.EARLIER: "Declined or ended",
}
DONE = {
    Answer.ACCEPT: "{reference} was accepted as {corporate}. The directorate keeps managing it",
    Answer.DECLINE: "{reference} was declined. It is before DMT again",
    Answer.HAND_BACK: "{reference} was handed back. It is before DMT again",
}


@blueprint.get("/corporate")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show what DMT referred to the corporate register: at most eight queries with the session."""
    group = found.Group(asked_one_of("group", tuple(found.Group), found.Group.PROPOSED))
    sizes = found.group_sizes()
    pages = Pages.asked(sizes[group])
    return page(
        "corporate/listing.html",
        register=found.corporate_register(),
        coordinators=found.coordinators(),
        groups=[(one, words, sizes[one]) for one, words in GROUPS.items()],
        group=group,
        rows=found.referrals_in(group, limit=pages.size, offset=pages.offset),
        pages=pages,
        words=referral_words,
        ratings=ratings,
        waited=_waited,
    )


def _waited(one: found.Referred) -> int:
    """How many days a proposal has waited for its answer."""
    return (clock.today() - day_of(one.proposed_at)).days


@blueprint.get(ADDRESS)
@needs(Permission.READ_REGISTER)
def referral(referral_id: int) -> ResponseReturnValue:
    """Show a referral with what it rests on, and the form of the answer to those who answer."""
    return _show(_load(referral_id), None)


@blueprint.post(f"{ADDRESS}/answer")
@needs(Permission.ANSWER_REFERRAL)
def answer(referral_id: int) -> ResponseReturnValue:
    """Record whether the corporate register accepts a risk or declines it."""
    row = _load(referral_id)
    form = AnswerForm(revision=row.escalation.risk.revision)
    return _take(row, form)


@blueprint.post(f"{ADDRESS}/hand-back")
@needs(Permission.ANSWER_REFERRAL)
def hand_back(referral_id: int) -> ResponseReturnValue:
    """Record that the corporate register hands an accepted risk back."""
    row = _load(referral_id)
    form = HandBackForm(revision=row.escalation.risk.revision)
    return _take(row, form)


def _load(referral_id: int) -> Referral:
    row = db.session.get(Referral, referral_id)
    if row is None:
        raise NotFound(f"There is no referral {referral_id} to the corporate register.")
    return row


def _take(row: Referral, form: Answering) -> ResponseReturnValue:
    """Record the answer and lead to the referral, or show the form again with why it was not taken."""
    seen = form.revision.data
    if form.validate_on_submit():
        with saving(form):
            give_answer(current_actor(), row, form.answer, form.said.data, seen, clock.now())
            words = DONE[form.answer].format(reference=row.escalation.risk.reference, corporate=row.reference)
            told = owner_and_dmt_are_told(row.escalation.risk, clock.today(), "The owner and DMT", "The members of DMT")
            flash(f"{words}. {told}")
            return redirect(url_for("corporate.referral", referral_id=row.id))
    return _show(row, form, changes_since(row.escalation.risk_id, seen) if form.changed else ())


def _show(row: Referral, sent: Answering | None, changes: Sequence[Happened] = ()) -> ResponseReturnValue:
    """Show a referral. `sent`: the form that was sent and not taken, shown again where it still suits."""
    one, revision = found.referral_named(row.id), row.escalation.risk.revision
    kind = FORMS.get(ReferralState(row.state)) if may(Permission.ANSWER_REFERRAL) else None
    suits = kind is not None and isinstance(sent, kind)
    shown = sent if suits else kind(formdata=None, revision=revision) if kind else None
    if sent is not None and sent.changed:
        sent.revision.data = revision
    return page(
        "corporate/referral.html",
        form=sent if sent is not None else shown,
        shown=shown,
        typed=sent.said.data if sent is not None and not suits else "",
        one=one,
        corporate=row.register,
        words=referral_words(one),
        ratings=ratings,
        history=found.history_of(one),
        changes=changes,
    )
