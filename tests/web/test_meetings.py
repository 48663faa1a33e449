"""The pages of meetings: dates, agenda, notes, the closed record, and the pack with its downloads."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, decided, escalated, fresh, signed_in_as, versions
from tests.web.browsing import post, problems, sign_in_as, words

DAY = timedelta(days=1)


def meetings() -> list[models.Meeting]:
    fresh()
    return list(db.session.scalars(select(models.Meeting).order_by(models.Meeting.held_on)))


def test_a_series_is_set_up_and_listed(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    assert "No meeting is set up." in words(client.get("/meetings"))
    answer = post(client, "/meetings/new", held_on=[25, 4, 2017], weeks=2, until=[23, 5, 2017])
    assert answer.status_code == 302
    text = words(client.get("/meetings"))
    assert "3 meetings were set up." in text
    for day in ("25 April 2017", "9 May 2017", "23 May 2017"):
        assert day in text
    again = post(client, "/meetings/new", held_on=[9, 5, 2017], weeks=1, until=[16, 5, 2017])
    assert again.status_code == 302
    assert "1 meeting was set up. There was one already on 9 May 2017." in words(client.get("/meetings"))


def test_days_on_which_people_do_not_work_are_shown_before_they_are_set_up(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    typed = {"title": "Away day", "held_on": [10, 4, 2017], "weeks": 1, "until": [1, 5, 2017]}
    answer = post(client, "/meetings/new", **typed)
    assert answer.status_code == 200
    text = words(answer)
    assert "2 days on which people do not work:" in text
    assert "17 April 2017 is a bank holiday, Easter Monday. 1 May 2017 is a bank holiday, May Day." in text
    assert "Set up all the same" in text
    assert 'value="Away day"' in answer.text
    assert meetings() == []
    seen = re.findall(r'name="free_days" value="([^"]*)"', answer.text)[0]
    moved = post(client, "/meetings/new", **typed | {"held_on": [15, 4, 2017]}, free_days=seen)
    text = words(moved)
    assert "3 days on which people do not work: 15 April 2017 is a Saturday. 22 April 2017 is a Saturday." in text
    assert meetings() == []
    assert post(client, "/meetings/new", **typed, free_days=seen).status_code == 302
    assert [f"{one.held_on:%d %m}" for one in meetings()] == ["10 04", "17 04", "24 04", "01 05"]


def test_a_single_meeting_on_a_sunday_is_shown_first_as_well(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    text = words(post(client, "/meetings/new", held_on=[9, 4, 2017]))
    assert "1 day on which people do not work: 9 April 2017 is a Sunday." in text
    assert "on which people do not work" not in words(client.get("/meetings/new"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Enter the date of the meeting."),
        ({"held_on": [31, 2, 2017]}, "The date of the meeting must be a real date, such as 31 8 2017."),
        ({"held_on": [2, 4, 2017]}, "The date of the meeting must be today or later."),
        ({"held_on": [25, 4, 2017], "weeks": "2"}, "Enter the date until which the meetings are set up."),
        ({"held_on": [25, 4, 2017], "weeks": "99"}, "The number of weeks must be a whole number from 1 to 52."),
        ({"held_on": [25, 4, 2017], "weeks": 1, "until": [1, 1, 2030]}, "Set up 60 or fewer at once."),
    ],
)
def test_dates_that_make_no_sense_are_refused_and_kept(
    client: FlaskClient, typed: dict[str, object], said: str
) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = post(client, "/meetings/new", title="Away day", **typed)
    assert answer.status_code == 422
    assert said in " ".join(problems(answer))
    assert 'value="Away day"' in answer.text
    assert meetings() == []


def test_the_agenda_of_the_plan_is_made_ordered_and_noted(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    post(client, "/meetings/new", held_on=[3, 4, 2017])
    at = f"/meetings/{meetings()[0].id}"
    assert "Nothing is on the agenda." in words(client.get(at))
    post(client, f"{at}/agenda")
    text = words(client.get(at))
    assert "4 items were added." in text
    assert text.index("CYPE 01 Schools going into category") < text.index("CYPE 20 Insufficient take-up")
    last = meetings()[0].items[-1]
    answer = post(client, f"/agenda-items/{last.id}/up")
    assert answer.location == f"{at}#item-{last.id}"
    text = words(client.get(at))
    assert text.index("CYPE 20 Insufficient take-up") < text.index("CYPE 18 Lack of")
    post(client, f"{at}/agenda")
    assert "Everything is on the agenda already." in words(client.get(at))
    post(client, f"/agenda-items/{last.id}/note", note="The head of service reports in May.", revision=0)
    post(client, f"{at}/items", text="Any other business")
    text = words(client.get(at))
    assert "Note The head of service reports in May." in text
    assert "Any other business to note" in text
    refused = post(client, f"{at}/items", text=" ")
    assert refused.status_code == 422
    assert problems(refused) == ["Say what the item is about."]


def test_a_note_that_someone_else_changed_is_shown_beside_ones_own(app: Flask) -> None:
    item = make.AgendaItemFactory(note="Theirs.", revision=1)
    browser = signed_in_as(app, "coordinator")
    answer = post(browser, f"/agenda-items/{item.id}/note", note="Mine.", revision=0)
    assert answer.status_code == 409
    assert "The note as it stands now Theirs." in words(answer)
    assert "Mine.</textarea>" in answer.text
    assert 'name="revision" type="hidden" value="1"' in answer.text or 'value="1"' in answer.text
    fresh()
    assert db.session.scalar(select(models.AgendaItem.note)) == "Theirs."


def test_the_record_shows_its_decisions_and_stays_when_it_is_closed(app: Flask) -> None:
    meeting = make.MeetingFactory()
    row = escalated(risk=make.RiskFactory(title="Decided there"))
    make.AgendaItemFactory(meeting=meeting, kind="escalation", escalation_id=row.id, text="CYPE 01 Decided there")
    decided(row, "confirm", "It is as bad as it looks.", meeting_on=make.TODAY, due_on=date(2017, 4, 28))
    decided(escalated(), "decline", "Not on the agenda.", meeting_on=make.TODAY)
    browser, at = signed_in_as(app, "coordinator"), f"/meetings/{meeting.id}"
    text = words(browser.get(at))
    assert "Decision: confirm. It is as bad as it looks. The owner answers by 28 April 2017." in text
    assert "Decisions of this meeting that are not on the agenda" in text
    assert "The record keeps 2 decisions and 0 notes." in words(browser.get(f"{at}/close"))
    assert post(browser, f"{at}/close").status_code == 302
    fresh()
    again = db.session.scalars(select(models.Escalation).order_by(models.Escalation.id).limit(1)).one()
    decided(again, "confirm", "Too late.", meeting_on=make.TODAY, seen_revision=9)
    db.session.commit()
    page = browser.get(at)
    text = words(page)
    assert "The record was closed by" in text
    assert "It is as bad as it looks." in text
    assert "Not on the agenda." in text
    assert text.index("Entered for this day after the record was closed") < text.index("Too late.")
    assert "<button" not in page.text.partition("<main")[2].partition("</main>")[0]
    refused = post(browser, f"{at}/items", text="More")
    assert refused.status_code == 422
    assert "The record of the meeting of 3 April 2017 is closed." in problems(refused)[0]
    assert "The record of the meeting of 3 April 2017 is closed." in words(post(browser, f"{at}/packs"))


def test_deciding_from_the_agenda_fills_in_the_meeting_and_leads_back_to_it(app: Flask) -> None:
    meeting, row = make.MeetingFactory(), escalated()
    make.AgendaItemFactory(meeting=meeting, kind="escalation", escalation_id=row.id)
    browser, key = signed_in_as(app, "dmt_member"), row.id
    way = f"/escalations/{key}?meeting={meeting.id}"
    assert f'href="{way}#decide"' in browser.get(f"/meetings/{meeting.id}").text
    page = browser.get(way)
    assert "Back to the meeting of 3 April 2017" in words(page)
    assert 'name="meeting_on" type="text" value="2017"' in page.text
    typed = {"meeting_on": [3, 4, 2017], "reason": "Seen.", "revision": 0}
    put_off = post(browser, way, kind="defer to a meeting", deferred_to=[3, 4, 2017], **typed)
    assert put_off.status_code == 422
    assert problems(put_off) == ["The meeting it is deferred to must be later than today."]
    done = post(browser, way, kind="decline", **typed)
    assert done.location == f"/meetings/{meeting.id}#agenda"
    assert "Decision: decline. Seen." in words(browser.get(f"/meetings/{meeting.id}"))


def test_an_empty_meeting_is_not_closed_and_one_to_come_neither(app: Flask) -> None:
    empty, coming = make.MeetingFactory(), make.MeetingFactory(held_on=make.TODAY + DAY)
    browser = signed_in_as(app, "coordinator")
    answer = post(browser, f"/meetings/{empty.id}/close")
    assert answer.status_code == 422
    assert "An empty meeting cannot be closed." in problems(answer)[0]
    assert "can be closed from that day on" in problems(post(browser, f"/meetings/{coming.id}/close"))[0]
    assert "Close the record" not in words(browser.get(f"/meetings/{coming.id}"))
    assert problems(post(browser, f"/meetings/{coming.id}/cancel")) == ["Say why the meeting is not held."]
    for one, way in ((empty, "This meeting was not held"), (coming, "Cancel this meeting")):
        at = f"/meetings/{one.id}"
        assert way in words(browser.get(at))
        assert post(browser, f"{at}/cancel", reason="Nobody could come.").location == at
        assert ": Nobody could come." in words(browser.get(at))
    assert words(browser.get("/meetings")).count("not held: Nobody could come.") == 2
    assert {(one.state, one.not_held) for one in meetings()} == {("closed", "Nobody could come.")}


def test_what_was_not_decided_is_said_before_the_record_is_closed_and_in_it(app: Flask) -> None:
    meeting, row = make.MeetingFactory(note="All were there."), escalated()
    make.AgendaItemFactory(meeting=meeting, kind="escalation", escalation_id=row.id, text="To be decided")
    said = f"1 item was not decided: {row.risk.reference}."
    browser, at = signed_in_as(app, "coordinator"), f"/meetings/{meeting.id}"
    assert said not in words(browser.get(at))
    assert said in words(browser.get(f"{at}/close"))
    post(browser, f"{at}/close")
    text = words(browser.get(at))
    assert said in text
    assert "To be decided not decided" in text


def test_the_pack_is_made_read_and_taken_out(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    post(client, "/meetings/new", held_on=[25, 4, 2017])
    made = post(client, f"/meetings/{meetings()[0].id}/packs")
    assert made.status_code == 302
    sign_in_as(client.application.test_client(), DIRECTOR)
    page = client.get(made.location)
    text = words(page)
    assert "DMT pack for the meeting of 25 April 2017" in text
    assert "13 open risks. 4 decisions needed from DMT." in text
    assert 'href="/risks/1"' in page.text
    for kind, begins, name in (("xlsx", b"PK", "register"), ("docx", b"PK", "pack"), ("pdf", b"%PDF-", "pack")):
        answer = client.get(f"{made.location}.{kind}")
        assert answer.data.startswith(begins)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="CYPE-{name}-2017-04-03.{kind}"'
    assert "Pack as at 3 April 2017 by Risk Co-ordinator" in words(client.get(f"/meetings/{meetings()[0].id}"))


@pytest.mark.parametrize("path", ["/meetings/99", "/packs/99", "/packs/99.pdf", "/meetings/x", "/packs/1.exe"])
def test_what_does_not_exist_is_said_to_be_missing(client: FlaskClient, path: str) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    assert client.get(path).status_code == 404


def test_readers_see_meetings_and_packs_without_the_ways_to_change_them(app: Flask) -> None:
    item = make.AgendaItemFactory(text="Something to read")
    reader, at = signed_in_as(app, "auditor"), f"/meetings/{item.meeting_id}"
    page = reader.get(at)
    assert "Something to read" in words(page)
    assert "<button" not in page.text.partition("<main")[2].partition("</main>")[0]
    assert "Set up meetings" not in words(reader.get("/meetings"))
    for path in ("/meetings/new", f"{at}/close", f"{at}/packs", f"{at}/agenda", f"/agenda-items/{item.id}/up"):
        assert post(reader, path).status_code == 403
    fresh()
    assert db.session.scalar(select(func.count(models.Pack.id))) == 0


def test_an_agenda_of_many_is_shown_by_as_many_queries_as_one_of_one(app: Flask) -> None:
    meeting = make.MeetingFactory()

    def add() -> None:
        row = escalated()
        make.AgendaItemFactory(meeting=meeting, kind="escalation", escalation_id=row.id, risk_id=row.risk_id)
        decided(row, "confirm", meeting_on=make.TODAY)

    add()
    browser, at = signed_in_as(app, "coordinator"), f"/meetings/{meeting.id}"
    with counted() as few:
        browser.get(at)
    for _ in range(20):
        add()
    db.session.commit()
    with counted() as many:
        browser.get(at)
    assert len(many) == len(few) <= 9
    with counted() as listed:
        browser.get("/meetings")
    assert len(listed) <= 8


def test_a_meeting_whose_day_is_over_offers_the_register_as_at_that_day_and_no_pack(app: Flask) -> None:
    versions(make.RiskFactory(), (make.NOW - 9 * DAY, "open", ""))
    meeting = make.MeetingFactory(held_on=make.TODAY - DAY)
    db.session.commit()
    browser, at = signed_in_as(app, "coordinator"), f"/meetings/{meeting.id}"
    page = browser.get(at)
    assert "Make the pack" not in words(page)
    assert "/register/as-at?day=2017-04-02" in page.text
    assert browser.get("/register/as-at?day=2017-04-02").status_code == 200
    answer = post(browser, f"{at}/packs")
    assert "The meeting of 2 April 2017 is over." in words(answer)
    fresh()
    assert db.session.scalar(select(func.count(models.Pack.id))) == 0


def test_the_numbers_of_a_packs_first_page_lead_to_its_rows(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    post(client, "/meetings/new", held_on=[25, 4, 2017])
    page = client.get(post(client, f"/meetings/{meetings()[0].id}/packs").location).text
    targets = set(re.findall(r'href="#([a-z-]+)"', page))
    assert {"decisions", "movements", "register-red", "register-amber", "register"} <= targets
    for key in targets:
        assert page.count(f' id="{key}"') == 1, key


def test_no_agenda_can_be_made_once_the_day_is_over(app: Flask) -> None:
    meeting = make.MeetingFactory(held_on=make.TODAY - timedelta(days=1))
    escalated()
    db.session.commit()
    coordinator = signed_in_as(app, "coordinator")
    at = f"/meetings/{meeting.id}"
    assert "Make the agenda" not in words(coordinator.get(at))
    refused = post(coordinator, f"{at}/agenda")
    assert refused.status_code == 422
    assert "The day of the meeting of 2 April 2017 is over." in words(refused)
