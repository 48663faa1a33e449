"""The DMT queue, and one escalation with the decision on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.domain.meetings import MeetingState
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import listed
from riskreg.extensions import db
from riskreg.models import Escalation, Meeting
from riskreg.queries.before_dmt import standing_of, waits_since
from riskreg.queries.escalations import Group, QueueFilter, divisions_with_risks, group_sizes, queued_escalations
from riskreg.queries.evidence import Happened, changes_since, dossier, escalation_with_risk
from riskreg.queries.evidence_files import evidence_of_escalation
from riskreg.queries.meetings import is_set_up
from riskreg.queries.notings import escalations_to_note, notings_of
from riskreg.queries.referrals import referrals_of
from riskreg.services.escalations import record_decision
from riskreg.services.evidence import Place
from riskreg.services.noting import note_escalations
from riskreg.web.access import current_actor, may, needs
from riskreg.web.corporate.wording import referral_words
from riskreg.web.escalations.forms import DecisionForm, NotingForm, decisions_on
from riskreg.web.evidence.listing import Listing
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of, left_aside
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.risks.wording import ratings, standing
from riskreg.web.telling import owner_is_told

blueprint = Blueprint("escalations", __name__)

ADDRESS = "/escalations/<id:escalation_id>"
GROUPS = {
    Group.DECIDE: "For DMT to decide",
    Group.OWNER: "With the owner",
    Group.CORPORATE: "Referred to corporate",
    Group.ENDED: "Ended",
}
FILTERS = {"group": "Group", "rag": "Rating shown", "division": "Division", "unnoted": "Not yet noted"}


@blueprint.get("/queue")
@needs(Permission.READ_QUEUE)
def queue() -> ResponseReturnValue:
    """Show what DMT has to decide, or another group of escalations."""
    return _queue_page(NotingForm() if may(Permission.DECIDE) else None)


@blueprint.post("/queue")
@needs(Permission.DECIDE)
def note() -> ResponseReturnValue:
    """Record that DMT has noted the escalations that are ticked."""
    form = NotingForm()
    if form.validate_on_submit():
        seen = form.ticked.data
        found = escalations_to_note(list(seen))
        with saving(form):
            if len(found) < len(seen):
                raise RuleBroken("One of the escalations is not there any more. Open the page again.", "ticked")
            note_escalations(current_actor(), found, seen, form.text.data, form.meeting_on.data, clock.now())
            flash(f"DMT has noted {listed([str(one.risk.reference) for one in found])}. Nothing is decided by that.")
            return redirect(address_with(page=asked("page") if not asked("unnoted") else None))
    return _queue_page(form)


def _queue_page(form: NotingForm | None) -> ResponseReturnValue:
    divisions = divisions_with_risks()
    names, division = dict(divisions), asked_id("division")
    rag, unnoted = asked_one_of("rag", tuple(Rag)), asked("unnoted") == "1"
    narrowed = QueueFilter(rag, division if division in names else None, unnoted)
    group = Group(asked_one_of("group", tuple(Group), Group.DECIDE))
    known = {"group": group == asked("group"), "rag": rag, "division": narrowed.division_id, "unnoted": unnoted}
    sizes = group_sizes(narrowed)
    pages = Pages.nearest(sizes[group]) if form and form.problems else Pages.asked(sizes[group])
    rows = queued_escalations(group, narrowed, clock.today(), limit=pages.size, offset=pages.offset)
    return page(
        "escalations/queue.html",
        form=form,
        groups=[(one, words, sizes[one]) for one, words in GROUPS.items()],
        group=group,
        rows=rows,
        referrals=referrals_of([row.id for row in rows if row.standing.referral]),
        referral_words=referral_words,
        pages=pages,
        narrowed=narrowed,
        divisions=divisions,
        filters_on=_filters_on(narrowed, names),
        left_aside=left_aside(known, FILTERS),
        standing=standing,
        ratings=ratings,
    )


def _filters_on(narrowed: QueueFilter, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    filters = [(f"rating shown {narrowed.rag}", address_with(rag=None))] if narrowed.rag else []
    if narrowed.division_id is not None:
        filters.append((names[narrowed.division_id], address_with(division=None)))
    if narrowed.unnoted:
        filters.append(("not yet noted", address_with(unnoted=None)))
    return filters


@blueprint.get(ADDRESS)
@needs(Permission.READ_QUEUE)
def escalation(escalation_id: int) -> ResponseReturnValue:
    """Show an escalation with its evidence, and the form of the decision to those who decide."""
    found = _load(escalation_id)
    meeting = meeting_asked()
    at = meeting.held_on if meeting else None
    form = (
        DecisionForm(revision=found.risk.revision, meeting_on=at) if found.is_live and may(Permission.DECIDE) else None
    )
    return _show(found, form)


@blueprint.post(ADDRESS)
@needs(Permission.DECIDE)
def decide(escalation_id: int) -> ResponseReturnValue:
    """Record what DMT decided on an escalation."""
    found = _load(escalation_id)
    meeting = meeting_asked()
    form = DecisionForm(revision=found.risk.revision)
    form.offer(DecisionKind, found.risk)  # one that its status does not allow, the rules refuse with a sentence
    seen = form.revision.data
    if form.validate_on_submit():
        with saving(form):
            decision = record_decision(current_actor(), found, form.as_decision(), seen, clock.now())
            risk = found.risk
            flash(
                f"{risk.reference}: “{decision.kind}” was recorded. The rating shown is {risk.effective_rag}."
                f" {owner_is_told(risk, clock.today())}{_not_set_up(found)}"
            )
            return redirect(_back_to(meeting))
    found = _load(escalation_id)
    return _show(found, form, changes_since(found.risk_id, seen) if form.changed else ())


def _not_set_up(found: Escalation) -> str:
    """Say that nobody has set up the meeting to which an escalation is deferred; nothing otherwise."""
    on = found.meeting_on
    if on is None or on < clock.today() or is_set_up(found.risk.register_id, on):
        return ""
    return " No meeting is set up for that day yet."


def meeting_asked() -> Meeting | None:
    """Return the meeting from whose agenda the reader came, as the address says; only while its record is open."""
    meeting_id = asked_id("meeting")
    found = db.session.get(Meeting, meeting_id) if meeting_id is not None else None
    return found if found and found.state == MeetingState.PLANNED else None


def _back_to(meeting: Meeting | None) -> str:
    """Where to go after a decision: on with the agenda, or back to the queue."""
    if meeting is None:
        return url_for("escalations.queue")
    return url_for("meetings.meeting", meeting_id=meeting.id, _anchor="agenda")


def _load(escalation_id: int) -> Escalation:
    found = escalation_with_risk(escalation_id)
    if found is None:
        raise NotFound(f"There is no escalation {escalation_id}.")
    return found


def _show(found: Escalation, form: DecisionForm | None, changes: Sequence[Happened] = ()) -> ResponseReturnValue:
    allowed, how = decisions_on(found), standing_of(found.id)
    if form is not None:
        form.offer(allowed, found.risk, referred=found.status == EscalationStatus.REFERRED)
        if form.changed:
            form.revision.data = found.risk.revision
    return page(
        "escalations/escalation.html",
        form=form,
        escalation=found,
        risk=found.risk,
        facts=dossier(found.id, found.risk_id),
        notings=notings_of(found.id),
        evidence=Listing(current_actor(), Place(found.risk, escalation=found), evidence_of_escalation(found.id)),
        can_decide=bool(form is not None and allowed),
        changes=changes,
        impossible=_no_longer(found, form) if changes else "",
        meeting=meeting_asked(),
        how=how,
        referrals=referrals_of([found.id]).get(found.id, ()),
        referral_words=referral_words,
        standing=standing(how) if found.is_live else "",
        not_set_up=_not_set_up(found),
        waiting_since=waits_since(found.status, found.opened_on, found.waiting_since),
        ratings=ratings,
    )


def _no_longer(found: Escalation, form: DecisionForm | None) -> str:
    """Say that the decision that was chosen is no longer possible; nothing where it still is."""
    chosen = form.kind.data if form is not None else ""
    if not chosen or chosen in decisions_on(found):
        return ""
    state = f"the escalation is now {found.status}" if found.is_live else f"the escalation has ended: {found.status}"
    return f"You chose “{chosen}”. That is no longer possible: {state}."
