"""The forms of meetings: their dates, an item of the agenda, and what was noted."""

from __future__ import annotations

from riskreg.web.datefields import DateField
from riskreg.web.fields import LongTextField, RevisionField, TextField, WholeNumberField
from riskreg.web.forms import Form


class ScheduleForm(Form):
    """One meeting, or one every so many weeks until a day."""

    title = TextField("What the meeting is called (optional)", hint="“DMT meeting” when left empty.", called="title")
    held_on = DateField(
        "Date of the meeting",
        needed="Enter the date of the meeting.",
        hint="Of a series: the first one. For example, 25 4 2017",
        called="date of the meeting",
    )
    weeks = WholeNumberField(
        "Weeks between the meetings (optional)",
        low=1,
        high=52,
        hint="Only for a series: 2 is every second week.",
        called="number of weeks",
    )
    until = DateField(
        "Last date (optional)",
        hint="Only for a series: no meeting after this day. For example, 31 7 2017",
        called="last date",
    )


class ItemForm(Form):
    """An item of one's own."""

    text = TextField("Add an item of your own", needed="Say what the item is about.", called="item")


class NoteForm(Form):
    """What was said, as it is to stand in the record."""

    note = LongTextField("Note", hint="Who does what by when. Leave it empty to take a note away.", called="note")
    revision = RevisionField()


class NotHeldForm(Form):
    """Why a meeting is not held."""

    reason = LongTextField(
        "Why is it not held?",
        needed="Say why the meeting is not held.",
        hint="It stands in the list of meetings.",
        called="reason",
    )


class ConfirmForm(Form):
    """Nothing to fill in: the button says it all."""
