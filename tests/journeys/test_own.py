"""What is one's own, by keyboard: preferences are set, the calendar is made, a message that came is read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from flask import Flask
from icalendar import Calendar
from playwright.sync_api import expect
from sqlalchemy import select

from riskreg import clock
from riskreg.extensions import db
from riskreg.mail.sending import Sent
from riskreg.models import Message, Person
from riskreg.services.posting import send_due
from riskreg.services.reminders import remind
from tests.databases import NOW
from tests.journeys.keyboard import Keyboard

HEAD = "Head of Early Years and Childcare"


@pytest.fixture
def _told(journey_app: Flask, address: str) -> None:
    """The reminders of the day wait, and what was raised has been sent with links to this server."""
    journey_app.config["BASE_URL"] = address
    now = max(clock.now(), NOW)  # the hour is that of today, at night one before the plan was loaded
    remind(now, clock.today())
    db.session.commit()

    def deliver(_content: object, started: Callable[[], None]) -> Sent:
        started()
        return Sent()

    send_due(now, deliver=deliver)
    person = db.session.scalars(select(Person).where(Person.name == HEAD)).one()
    first = db.session.scalars(select(Message).where(Message.person_id == person.id).order_by(Message.id)).first()
    assert first
    assert first.state == "sent"
    db.session.remove()


@pytest.mark.usefixtures("_told")
def test_a_message_is_found_from_my_work_and_leads_to_its_risk(person: Callable[[str], Keyboard]) -> None:
    reader = person(HEAD)
    reader.follow("My messages: what was sent to me, and what waits")
    reader.heading("What waits for the next digest")
    reader.see("Reviews that fall due or are late: ")
    reader.choose("Kind", "Escalation raised")
    reader.fill("Words in the subject", "free places")
    reader.press("Apply filters")
    reader.follow(re.compile("CYPE 20 escalated to RED"))
    reader.see("You get this message because you hold the post that owns the risk.")
    reader.follow(re.compile(r"^http:..127.0.0.1:\d+.risks.\d+"))
    reader.heading("CYPE 20")


@pytest.mark.usefixtures("_told")
def test_preferences_are_kept_and_the_calendar_is_made_renewed_and_stopped(person: Callable[[str], Keyboard]) -> None:
    reader = person(HEAD)
    reader.follow("Preferences")
    reader.tick("Once a week")
    reader.choose("Day of a weekly digest", "Thursday")
    reader.tick("Somebody mentions you")
    reader.press("Save preferences")
    reader.see("Your preferences are kept. The digest comes weekly, on Thursday.")
    expect(reader.page.get_by_label("Somebody mentions you")).not_to_be_checked()
    reader.press("Make my calendar")
    first = reader.page.get_by_label("Address of your calendar").input_value()
    with urlopen(first) as answer:
        events = Calendar.from_ical(answer.read()).events
    assert any(str(one["SUMMARY"]).startswith("Review CYPE 20: ") for one in events)
    reader.unfold("How to add it to Outlook or to a telephone")
    reader.see("Subscribe from web")
    reader.press("Renew the address")
    assert reader.page.get_by_label("Address of your calendar").input_value() != first
    reader.press("Stop the calendar")
    reader.see("You have no calendar yet.")
