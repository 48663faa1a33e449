"""What a person wants to be told, how often, and the calendar."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.queries.own_calendar import MOST
from riskreg.services.calendars import calendar_token, renew_calendar, stop_calendar
from riskreg.services.preferences import in_words, set_preferences
from riskreg.web.access import current_actor, signed_in
from riskreg.web.own.forms import PreferencesForm
from riskreg.web.own.room import blueprint
from riskreg.web.own.wording import CANNOT_WAIT
from riskreg.web.pages import page
from riskreg.web.requests import saving


@blueprint.route("/preferences", methods=["GET", "POST"])
@signed_in
def preferences() -> ResponseReturnValue:
    """Show how often a person is told of what, and change it."""
    actor = current_actor()
    person = db.session.get_one(Person, actor.person_id)
    wanted = {kind.name.lower(): kind not in person.switched_off for kind in NoticeKind}
    form = PreferencesForm(rhythm=person.rhythm, weekday=str(person.rhythm_weekday), **wanted)
    if form.validate_on_submit():
        with saving(form):
            rhythm, weekday = form.chosen_rhythm, int(form.weekday.data)
            set_preferences(actor, rhythm, weekday, form.switched_off, clock.now())
            flash(f"Your preferences are kept. The digest comes {in_words(rhythm, weekday)}.")
            return redirect(url_for("own.preferences"))
    token = calendar_token(person)
    return page(
        "own/preferences.html",
        form=form,
        email=person.email,
        cannot_wait=CANNOT_WAIT,
        most=MOST,
        calendar=f"{current_app.config['BASE_URL']}{url_for('own.calendar', token=token)}" if token else "",
    )


@blueprint.post("/preferences/calendar")
@signed_in
def renew() -> ResponseReturnValue:
    """Give the calendar an address, or another one."""
    with saving():
        renewed = renew_calendar(current_actor(), clock.now())
        new = "Your calendar has a new address. The one before it opens nothing any more."
        flash(new if renewed else "Your calendar has an address now.")
    return redirect(url_for("own.preferences", _anchor="calendar"))


@blueprint.post("/preferences/calendar/stop")
@signed_in
def stop() -> ResponseReturnValue:
    """Stop the calendar."""
    with saving():
        stop_calendar(current_actor(), clock.now())
        flash("The calendar was stopped: its address opens nothing any more.")
    return redirect(url_for("own.preferences", _anchor="calendar"))
