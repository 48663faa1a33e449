"""Meetings: dates, the agenda from the queue, the record and its closing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.queries.meetings import last_meeting_before
from riskreg.services import meetings
from riskreg.services.actors import Actor
from riskreg.services.packs import make_pack
from tests import factories as make
from tests.web.before_dmt import decided, escalated, versions

DAY = timedelta(days=1)


def coordinator() -> Actor:
    person = make.PersonFactory(name="The co-ordinator")
    return Actor(person.id, person.name, frozenset({Role.COORDINATOR}), frozenset())


def texts(meeting: models.Meeting) -> list[str]:
    db.session.expire(meeting, ["items"])
    return [item.text for item in meeting.items]


def test_a_series_is_set_up_around_the_meetings_that_are_there(app: Flask) -> None:
    register = make.RegisterFactory()
    make.MeetingFactory(held_on=date(2017, 5, 9))
    made, taken = meetings.schedule_meetings(
        coordinator(), register, " ", date(2017, 4, 25), 2, date(2017, 5, 23), make.NOW
    )
    assert [one.held_on for one in made] == [date(2017, 4, 25), date(2017, 5, 23)]
    assert {one.title for one in made} == {"DMT meeting"}
    assert taken == [date(2017, 5, 9)]
    with pytest.raises(RuleBroken, match="There is a meeting on 9 May 2017 already"):
        meetings.schedule_meetings(coordinator(), register, "", date(2017, 5, 9), None, None, make.NOW)


def test_only_the_co_ordinator_sets_up_meetings(app: Flask) -> None:
    member = Actor(make.PersonFactory().id, "A member", frozenset({Role.DMT_MEMBER}), frozenset())
    with pytest.raises(NotPermitted):
        meetings.schedule_meetings(member, make.RegisterFactory(), "", make.TODAY, None, None, make.NOW)
    for change in (
        lambda: meetings.make_agenda(member, make.MeetingFactory(), make.NOW),
        lambda: meetings.close_meeting(member, make.MeetingFactory(held_on=make.TODAY + DAY), make.NOW),
        lambda: make_pack(member, make.MeetingFactory(held_on=make.TODAY + 2 * DAY), make.NOW),
    ):
        with pytest.raises(NotPermitted):
            change()


def test_the_agenda_is_made_from_the_queue_late_reviews_and_movements(app: Flask) -> None:
    waits = escalated(risk=make.RiskFactory(title="It waits", own_rag="AMBER", effective_rag="RED"))
    escalated(
        risk=make.RiskFactory(title="For later"), status="deferred to a meeting", meeting_on=make.TODAY + 30 * DAY
    )
    escalated(risk=make.RiskFactory(title="For today"), status="deferred to a meeting", meeting_on=make.TODAY)
    make.RiskFactory(title="Nobody looked", review_due_on=make.TODAY - DAY)
    gone = make.RiskFactory(title="It is gone", closed=True)
    versions(gone, (make.NOW - DAY, "open", ""), (make.NOW, "closed", "No longer a risk."))
    meeting, actor = make.MeetingFactory(), coordinator()
    assert meetings.make_agenda(actor, meeting, make.NOW) == 5
    agenda = texts(meeting)
    assert "It waits" in agenda[0]
    assert "For today" in agenda[1]
    assert "Nobody looked: the review by the" in agenda[2]
    assert sorted("For later" in one or "It is gone" in one for one in agenda[3:]) == [True, True]
    assert meetings.make_agenda(actor, meeting, make.NOW) == 0
    assert meeting.items[0].escalation_id == waits.id


def test_the_agenda_is_put_in_order_and_items_come_and_go(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    first, second = (meetings.add_item(actor, meeting, words, make.NOW) for words in ("First", "Second"))
    meetings.move_item(actor, second, -1, make.NOW)
    assert texts(meeting) == ["Second", "First"]
    meetings.note_item(actor, first, "Said.", 0, make.NOW)
    with pytest.raises(RuleBroken, match="has a note"):
        meetings.remove_item(actor, first, make.NOW)
    meetings.remove_item(actor, second, make.NOW)
    assert texts(meeting) == ["First"]
    with pytest.raises(RuleBroken) as refused:
        meetings.add_item(actor, meeting, "  ", make.NOW)
    assert refused.value.field == "text"


def test_a_note_changed_by_someone_else_is_not_written_over(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    item = make.AgendaItemFactory(meeting=meeting)
    meetings.note_item(actor, item, "Theirs.", 0, make.NOW)
    with pytest.raises(ChangedMeanwhile):
        meetings.note_item(actor, item, "Mine.", 0, make.NOW)
    assert item.note == "Theirs."
    meetings.note_meeting(actor, meeting, "All were there.", 0, make.NOW)
    with pytest.raises(ChangedMeanwhile):
        meetings.note_meeting(actor, meeting, "Mine.", 0, make.NOW)
    events = db.session.scalars(select(models.AuditEvent).where(models.AuditEvent.verb == "noted")).all()
    assert [event.detail["new"] for event in events] == ["Theirs.", "All were there."]


def test_closing_joins_each_decision_to_an_item_and_nothing_changes_afterwards(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    listed, beside, put_off = (escalated() for _ in range(3))
    meetings.make_agenda(actor, meeting, make.NOW)
    meetings.remove_item(actor, next(one for one in meeting.items if one.escalation_id == beside.id), make.NOW)
    first = decided(listed, "return to the owner", meeting_on=make.TODAY)
    again = decided(listed, "confirm", meeting_on=make.TODAY, seen_revision=1)
    apart = decided(beside, "decline", meeting_on=make.TODAY)
    later = decided(
        put_off,
        "defer to a meeting",
        meeting_on=make.TODAY,
        deferred_to=make.TODAY + 30 * DAY,
        decided_on=make.TODAY + DAY,
    )
    decided(escalated(), "confirm", meeting_on=make.TODAY - DAY)
    decided(escalated(), "defer to a meeting", deferred_to=make.TODAY + 30 * DAY)
    meetings.close_meeting(actor, meeting, make.NOW)
    db.session.expire(meeting, ["items"])
    joined = [item.decision_id for item in meeting.items if item.decision_id]
    assert sorted(joined) == sorted([first.id, again.id, apart.id, later.id])
    assert (meeting.state, meeting.closed_by) == ("closed", actor.person_id)
    for change in (
        lambda: meetings.add_item(actor, meeting, "Late", make.NOW),
        lambda: meetings.make_agenda(actor, meeting, make.NOW),
        lambda: meetings.move_item(actor, meeting.items[0], 1, make.NOW),
        lambda: meetings.remove_item(actor, meeting.items[0], make.NOW),
        lambda: meetings.note_item(actor, meeting.items[0], "Late", 0, make.NOW),
        lambda: meetings.note_meeting(actor, meeting, "Late", 0, make.NOW),
        lambda: meetings.cancel_meeting(actor, meeting, "Snow.", make.NOW),
        lambda: meetings.close_meeting(actor, meeting, make.NOW),
        lambda: make_pack(actor, meeting, make.NOW),
    ):
        with pytest.raises(RuleBroken, match="is closed"):
            change()


def test_an_empty_meeting_is_not_closed_but_kept_as_not_held(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    make_pack(actor, meeting, make.NOW)
    with pytest.raises(RuleBroken, match="An empty meeting cannot be closed"):
        meetings.close_meeting(actor, meeting, make.NOW)
    with pytest.raises(RuleBroken, match="Say why the meeting is not held"):
        meetings.cancel_meeting(actor, meeting, " ", make.NOW)
    meetings.cancel_meeting(actor, meeting, "Nobody could come.", make.NOW)
    assert (meeting.state, meeting.not_held) == ("closed", "Nobody could come.")
    assert last_meeting_before(meeting.register_id, make.TODAY + DAY) is None
    with pytest.raises(RuleBroken, match="was not held"):
        meetings.check_held(meeting.register_id, make.TODAY, make.TODAY)


def test_a_meeting_at_which_something_was_recorded_was_held(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    meetings.note_meeting(actor, meeting, "All were there.", 0, make.NOW)
    with pytest.raises(RuleBroken, match="so it was held"):
        meetings.cancel_meeting(actor, meeting, "Snow.", make.NOW)


def test_a_meeting_that_was_called_off_is_set_up_again(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(held_on=make.TODAY + DAY), coordinator()
    meetings.cancel_meeting(actor, meeting, "Snow.", make.NOW)
    made, taken = meetings.schedule_meetings(actor, meeting.register, "", meeting.held_on, None, None, make.NOW)
    assert (made, taken) == ([meeting], [])
    assert (meeting.state, meeting.not_held, meeting.closed_at) == ("planned", "", None)


def test_what_was_to_decide_and_was_not_is_named_when_the_record_is_closed(app: Flask) -> None:
    meeting, actor = make.MeetingFactory(), coordinator()
    listed, left = escalated(), escalated()
    meetings.make_agenda(actor, meeting, make.NOW)
    decided(listed, "decline", meeting_on=make.TODAY)
    meetings.close_meeting(actor, meeting, make.NOW)
    told = db.session.scalars(select(models.AuditEvent.sentence).order_by(models.AuditEvent.id.desc()).limit(1)).one()
    assert told.endswith(f"with 1 decision and 0 notes. 1 item was not decided: {left.risk.reference}.")


def test_what_stood_on_the_last_closed_agenda_is_not_told_again(app: Flask) -> None:
    gone = make.RiskFactory(title="It is gone", closed=True)
    versions(gone, (make.NOW - DAY, "open", ""), (make.NOW, "closed", "No longer a risk."))
    actor, last, following = coordinator(), make.MeetingFactory(), make.MeetingFactory(held_on=make.TODAY + 30 * DAY)
    meetings.make_agenda(actor, last, make.NOW)
    assert any("It is gone: left the register" in one for one in texts(last))
    meetings.note_meeting(actor, last, "All were there.", 0, make.NOW)
    meetings.close_meeting(actor, last, make.NOW)
    gone.title = "Called otherwise since"
    assert meetings.make_agenda(actor, following, make.NOW + DAY) == 0


def test_no_agenda_is_made_once_the_day_of_the_meeting_is_over(app: Flask) -> None:
    meeting = make.MeetingFactory()
    escalated()
    with pytest.raises(RuleBroken, match="The day of the meeting of 3 April 2017 is over"):
        meetings.make_agenda(coordinator(), meeting, make.NOW + DAY)
    assert texts(meeting) == []


def test_the_agenda_tells_what_was_decided_since_but_not_what_its_last_meeting_decided(app: Flask) -> None:
    last = make.MeetingFactory(held_on=make.TODAY - DAY, state="closed", closed_at=make.NOW)
    for title, facts in (("At the meeting", {"meeting_on": last.held_on}), ("Between meetings", {})):
        row = escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title=title), status="returned to owner")
        decided(row, "return to the owner", "What of the grant?", **facts)
    following = make.MeetingFactory(held_on=make.TODAY + 30 * DAY)
    meetings.make_agenda(coordinator(), following, make.NOW)
    said = [one for one in texts(following) if "DMT decided" in one]
    assert [one.partition(" ")[2].partition(" ")[2] for one in said] == [
        "Between meetings: DMT decided: return to the owner on 3 April 2017"
    ]
