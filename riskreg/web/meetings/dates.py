"""The dates of meetings: the list, setting up one or a series, and one meeting with its agenda and record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.meetings import series
from riskreg.domain.sentences import day, listed, plural
from riskreg.extensions import db
from riskreg.models import Register
from riskreg.queries.meetings import decisions_at, meeting_lines, past_meetings
from riskreg.services import meetings
from riskreg.web.access import current_actor, needs
from riskreg.web.in_force import present_register
from riskreg.web.listing import Pages
from riskreg.web.meetings.forms import ConfirmForm, ItemForm, NotHeldForm, ScheduleForm
from riskreg.web.meetings.room import ADDRESS, blueprint, load, show, to_meeting
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.working_days import why_free

SEEN = "free_days"  # those that the person was shown


@blueprint.get("/meetings")
@needs(Permission.READ_QUEUE)
def listing() -> ResponseReturnValue:
    """List the meetings that come, and those that were held."""
    register, today = present_register(), clock.today()
    pages = Pages.asked(past_meetings(register.id, today))
    return page(
        "meetings/listing.html",
        coming=meeting_lines(register.id, today, coming=True),
        past=meeting_lines(register.id, today, coming=False, limit=pages.size, offset=pages.offset),
        pages=pages,
    )


@blueprint.route("/meetings/new", methods=["GET", "POST"])
@needs(Permission.MANAGE_MEETINGS)
def schedule() -> ResponseReturnValue:
    """Set up one meeting or a series; days on which people do not work only once they were shown."""
    form = ScheduleForm()
    register = db.get_or_404(Register, present_register().id)
    if form.validate_on_submit():
        with saving(form):
            free = _free_days(series(form.held_on.data, form.weeks.data, form.until.data, clock.today()))
            if free and request.form.get(SEEN) != _as_seen(free):
                return page("meetings/schedule.html", form=form, free=free, seen=(SEEN, _as_seen(free)))
            made, taken = meetings.schedule_meetings(
                current_actor(), register, form.title.data or "", form.held_on.data, form.weeks.data, form.until.data,
                clock.now(),
            )  # fmt: skip
            left_out = f" There was one already on {listed([day(one) for one in taken])}." if taken else ""
            flash(f"{plural(len(made), 'meeting was', 'meetings were')} set up.{left_out}")
            return redirect(url_for("meetings.listing"))
    return page("meetings/schedule.html", form=form, free={}, seen=None)


def _free_days(days: Iterable[date]) -> dict[date, str]:
    """The days among these on which people do not work, with why."""
    return {one: why for one in days if (why := why_free(one))}


def _as_seen(free: Iterable[date]) -> str:
    return " ".join(one.isoformat() for one in free)


@blueprint.get(ADDRESS)
@needs(Permission.READ_QUEUE)
def meeting(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting: its agenda, its decisions and notes, and its packs."""
    return show(meeting_id, ItemForm())


@blueprint.route(f"{ADDRESS}/close", methods=["GET", "POST"])
@needs(Permission.MANAGE_MEETINGS)
def close(meeting_id: int) -> ResponseReturnValue:
    """Ask once more, then close the record for good."""
    found, form = load(meeting_id), ConfirmForm()
    if form.validate_on_submit():
        with saving(form):
            meetings.close_meeting(current_actor(), found, clock.now())
            flash("The record is closed.")
            return to_meeting(meeting_id)
    found = load(meeting_id)
    decisions = decisions_at(found.register_id, found.held_on)
    return page(
        "meetings/close.html",
        form=form,
        meeting=found,
        decisions=decisions,
        undecided=meetings.undecided(found, decisions),
        notes=meetings.notes_of(found),
    )


@blueprint.route(f"{ADDRESS}/cancel", methods=["GET", "POST"])
@needs(Permission.MANAGE_MEETINGS)
def cancel(meeting_id: int) -> ResponseReturnValue:
    """Ask why a meeting is not held, then close it with the reason."""
    found, form = load(meeting_id), NotHeldForm()
    if form.validate_on_submit():
        with saving(form):
            meetings.cancel_meeting(current_actor(), found, form.reason.data, clock.now())
            flash("The meeting is kept in the list as not held.")
            return to_meeting(meeting_id)
    return page("meetings/cancel.html", form=form, meeting=load(meeting_id))
