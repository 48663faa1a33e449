"""The blueprint of the meetings' room, and how its views find a meeting and show it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.meetings import MeetingState
from riskreg.extensions import db
from riskreg.models import AgendaItem, Decision, Meeting
from riskreg.queries.meetings import decisions_at, meeting_with_items, packs_of
from riskreg.queries.notings import notings_at
from riskreg.services.meetings import undecided
from riskreg.web.access import may
from riskreg.web.meetings.forms import ItemForm
from riskreg.web.pages import page

blueprint = Blueprint("meetings", __name__)

ADDRESS = "/meetings/<id:meeting_id>"
ITEM = "/agenda-items/<id:item_id>"


def to_meeting(meeting_id: int) -> Response:
    """Lead back to the meeting."""
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id))


def load(meeting_id: int) -> Meeting:
    """Return a meeting with its agenda. Raises NotFound, with a sentence."""
    found = meeting_with_items(meeting_id)
    if found is None:
        raise NotFound(f"There is no meeting {meeting_id}. It may have been cancelled.")
    return found


def load_item(item_id: int) -> AgendaItem:
    """Return an item of an agenda. Raises NotFound, with a sentence."""
    found = db.session.get(AgendaItem, item_id)
    if found is None:
        raise NotFound(f"There is no item {item_id} on any agenda. It may have been taken off.")
    return found


def show(meeting_id: int, form: ItemForm) -> ResponseReturnValue:
    """Show a meeting; `form` adds an item of one's own."""
    found = load(meeting_id)
    planned, decisions = found.state == MeetingState.PLANNED, decisions_at(found.register_id, found.held_on)
    packs, notings = packs_of(meeting_id), notings_at(found.register_id, found.held_on)
    in_time = [one for one in notings if found.closed_at is None or one.at <= found.closed_at]
    changes = planned and may(Permission.MANAGE_MEETINGS)
    return page(
        "meetings/meeting.html",
        form=form,
        meeting=found,
        lines=_lines(found, decisions),
        later=[] if planned else _unjoined(found, decisions),
        apart=_apart(found, decisions) if planned else [],
        noted=in_time,
        noted_later=[one for one in notings if one not in in_time],
        packs=packs,
        planned=planned,
        changes=changes,
        can_pack=changes and found.held_on >= clock.today(),
        can_close=changes and found.held_on <= clock.today(),
        can_cancel=changes and not (found.note or decisions or notings or any(item.note for item in found.items)),
        undecided="" if planned or found.not_held else undecided(found, decisions),
    )


def _lines(found: Meeting, decisions: Sequence[Decision]) -> list[tuple[AgendaItem, list[Decision]]]:
    """Each item with its decisions: those joined to it once the record is closed, those of the day before that."""
    if found.state != MeetingState.PLANNED:
        return [(item, [item.decision] if item.decision else []) for item in found.items]
    return [
        (item, [one for one in decisions if item.escalation_id is not None and one.escalation_id == item.escalation_id])
        for item in found.items
    ]


def _apart(found: Meeting, decisions: Sequence[Decision]) -> list[Decision]:
    """Decisions of the day on what is not on the agenda."""
    listed_there = {item.escalation_id for item in found.items}
    return [one for one in decisions if one.escalation_id not in listed_there]


def _unjoined(found: Meeting, decisions: Sequence[Decision]) -> list[Decision]:
    """Decisions that name the meeting's date and were recorded after its record was closed."""
    joined = {item.decision_id for item in found.items}
    return [one for one in decisions if one.id not in joined]
