"""The agenda of a meeting: filling it, putting it in order, and noting what was said."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.sentences import plural
from riskreg.models import AgendaItem, Meeting
from riskreg.services import meetings
from riskreg.web.access import current_actor, needs
from riskreg.web.meetings.forms import ItemForm, NoteForm
from riskreg.web.meetings.room import ADDRESS, ITEM, blueprint, load, load_item, show, to_meeting
from riskreg.web.pages import page
from riskreg.web.requests import saving


@blueprint.post(f"{ADDRESS}/items")
@needs(Permission.MANAGE_MEETINGS)
def add_item(meeting_id: int) -> ResponseReturnValue:
    """Add an item of one's own to the agenda."""
    found, form = load(meeting_id), ItemForm()
    if form.validate_on_submit():
        with saving(form):
            meetings.add_item(current_actor(), found, form.text.data, clock.now())
            flash("The item is at the end of the agenda.")
            return to_meeting(meeting_id)
    return show(meeting_id, form)


@blueprint.post(f"{ADDRESS}/agenda")
@needs(Permission.MANAGE_MEETINGS)
def make_agenda(meeting_id: int) -> ResponseReturnValue:
    """Fill the agenda from the queue, overdue reviews and movements."""
    found = load(meeting_id)
    with saving():
        added = meetings.make_agenda(current_actor(), found, clock.now())
        flash(f"{plural(added, 'item was', 'items were')} added." if added else "Everything is on the agenda already.")
    return to_meeting(meeting_id)


@blueprint.post(f"{ITEM}/up")
@needs(Permission.MANAGE_MEETINGS)
def move_up(item_id: int) -> ResponseReturnValue:
    """Move an item one place up."""
    return _move(item_id, -1)


@blueprint.post(f"{ITEM}/down")
@needs(Permission.MANAGE_MEETINGS)
def move_down(item_id: int) -> ResponseReturnValue:
    """Move an item one place down."""
    return _move(item_id, 1)


def _move(item_id: int, step: int) -> ResponseReturnValue:
    item = load_item(item_id)
    meeting_id = item.meeting_id
    with saving():
        meetings.move_item(current_actor(), item, step, clock.now())
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id, _anchor=f"item-{item_id}"))


@blueprint.post(f"{ITEM}/remove")
@needs(Permission.MANAGE_MEETINGS)
def remove_item(item_id: int) -> ResponseReturnValue:
    """Take an item off the agenda."""
    item = load_item(item_id)
    meeting_id = item.meeting_id
    with saving():
        meetings.remove_item(current_actor(), item, clock.now())
        flash("The item was taken off the agenda.")
    return to_meeting(meeting_id)


@blueprint.route(f"{ITEM}/note", methods=["GET", "POST"])
@needs(Permission.MANAGE_MEETINGS)
def note_item(item_id: int) -> ResponseReturnValue:
    """Record what was said about an item."""
    item = load_item(item_id)
    meeting_id, form = item.meeting_id, NoteForm(obj=item)
    if form.validate_on_submit():
        with saving(form):
            meetings.note_item(current_actor(), item, form.note.data or "", form.revision.data, clock.now())
            flash("The note was saved.")
            return redirect(url_for("meetings.meeting", meeting_id=meeting_id, _anchor=f"item-{item_id}"))
    item = load_item(item_id)
    return _show_note(form, item.meeting, item.text, item)


@blueprint.route(f"{ADDRESS}/note", methods=["GET", "POST"])
@needs(Permission.MANAGE_MEETINGS)
def note_meeting(meeting_id: int) -> ResponseReturnValue:
    """Record what belongs to no item: who was there, when it ended."""
    found = load(meeting_id)
    form = NoteForm(obj=found)
    if form.validate_on_submit():
        with saving(form):
            meetings.note_meeting(current_actor(), found, form.note.data or "", form.revision.data, clock.now())
            flash("The note was saved.")
            return to_meeting(meeting_id)
    found = load(meeting_id)
    return _show_note(form, found, "", found)


def _show_note(form: NoteForm, found: Meeting, text: str, noted: AgendaItem | Meeting) -> ResponseReturnValue:
    """Show the form; after someone else's change, with their note above one's own."""
    if form.changed:
        form.revision.data = noted.revision
    theirs = noted.note if form.changed else ""
    return page("meetings/note.html", form=form, meeting=found, text=text, theirs=theirs)
