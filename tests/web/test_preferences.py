"""Preferences: how often a person is told and of what, kept for that person alone; and the calendar's address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import AuditEvent, Person
from tests import factories as make
from tests.web.browsing import post, problems, words

ALL = {kind.name.lower(): "y" for kind in NoticeKind}
ADDRESS = re.compile(r'value="(http://127\.0\.0\.1:8000/calendar/[^"]+\.ics)"')


def signed_in(app: Flask, **facts: Any) -> tuple[FlaskClient, Person]:
    """A window of someone who holds no post."""
    person = make.PersonFactory(**facts)
    db.session.commit()
    return window_of(app, person), person


def window_of(app: Flask, person: Person) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{person.id}:{person.session_stamp}"
        session["_fresh"] = True
    return client


def kept(person: Person) -> tuple[str, int, list[str]]:
    db.session.expire_all()
    return person.rhythm, person.rhythm_weekday, person.switched_off


def audited() -> list[tuple[str, str, str]]:
    rows = db.session.execute(select(AuditEvent.subject, AuditEvent.verb, AuditEvent.sentence).order_by(AuditEvent.id))
    return [(row[0], row[1], row[2]) for row in rows]


def test_the_page_says_what_comes_when_and_what_cannot_be_switched_off(app: Flask) -> None:
    client, _ = signed_in(app, email="ada@kent.example")
    text = words(client.get("/preferences"))
    assert "at ada@kent.example" in text
    assert "A digest goes on working days only: never on a weekend or on a bank holiday in England." in text
    assert "Once a working day At 06:30, if there is something." in text
    for kind in NoticeKind:
        assert kind.title in text
    for sentence in ("DMT decides on a risk that you own.", "A job of the register fails: to the administrators."):
        assert sentence in text.partition("What cannot be switched off")[2]


def test_every_kind_of_notice_has_a_ticked_box_with_a_hint_until_it_is_switched_off(app: Flask) -> None:
    client, _ = signed_in(app, switched_off=["mention"])
    page = client.get("/preferences").text
    boxes = re.findall(r'type="checkbox".*?>', page, re.DOTALL)
    assert len(boxes) == len(NoticeKind)
    assert sum("checked" in box for box in boxes) == len(NoticeKind) - 1
    assert not re.search(r'-hint">\s*</div>', page)


def test_what_is_chosen_is_kept_shown_and_audited_without_a_name(app: Flask) -> None:
    client, person = signed_in(app, name="Ada Byron")
    fields = {name: value for name, value in ALL.items() if name not in ("mention", "pack")}
    answer = post(client, "/preferences", rhythm="weekly", weekday="3", **fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/preferences")
    assert kept(person) == ("weekly", 3, ["mention", "pack"])
    assert "Your preferences are kept. The digest comes weekly, on Thursday." in words(client.get("/preferences"))
    [(subject, _, sentence)] = audited()
    assert subject == f"person:{person.id}"
    assert sentence == "The digest comes weekly, on Thursday. 2 kinds of notice switched off: mention and pack."


def test_what_was_kept_already_is_no_event(app: Flask) -> None:
    client, person = signed_in(app)
    assert post(client, "/preferences", rhythm="daily", weekday="0", **ALL).status_code == 302
    assert kept(person) == ("daily", 0, [])
    assert audited() == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"weekday": "1"}, "Choose how often the digest comes."),
        ({"rhythm": "hourly", "weekday": "1"}, "Choose how often the digest comes."),
        ({"rhythm": "weekly"}, "Choose a day from Monday to Friday."),
        ({"rhythm": "weekly", "weekday": "5"}, "Choose a day from Monday to Friday."),
        ({"rhythm": "weekly", "weekday": "-1"}, "Choose a day from Monday to Friday."),
        ({"rhythm": "weekly", "weekday": "Monday"}, "Choose a day from Monday to Friday."),
    ],
)
def test_what_makes_no_sense_is_refused_and_the_ticks_stay(app: Flask, fields: dict[str, str], sentence: str) -> None:
    client, person = signed_in(app)
    answer = post(client, "/preferences", mention="y", **fields)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert answer.text.count(" checked>") + answer.text.count(" checked ") >= 1
    assert kept(person) == ("daily", 0, [])


def test_of_two_browsers_the_last_one_wins_and_says_so_truly(app: Flask) -> None:
    first, person = signed_in(app)
    second = window_of(app, person)
    post(first, "/preferences", rhythm="weekly", weekday="1", **ALL)
    post(second, "/preferences", rhythm="at once", weekday="0", mention="y")
    assert "The digest comes at once." in words(second.get("/preferences"))
    assert kept(person) == ("at once", 0, [str(kind) for kind in NoticeKind if kind != NoticeKind.MENTION])


def test_preferences_are_ones_own(app: Flask) -> None:
    client, _ = signed_in(app)
    other = make.PersonFactory()
    db.session.commit()
    post(client, "/preferences", rhythm="weekly", weekday="4", person_id=other.id)
    assert kept(other) == ("daily", 0, [])


def test_the_calendar_is_made_renewed_and_stopped(app: Flask) -> None:
    client, person = signed_in(app, name="Ada Byron")
    assert not ADDRESS.search(client.get("/preferences").text)
    post(client, "/preferences/calendar")
    made = client.get("/preferences")
    first = ADDRESS.search(made.text)
    assert "Your calendar has an address now." in words(made)
    assert "the one before" not in words(made).lower()
    post(client, "/preferences/calendar")
    renewed = client.get("/preferences")
    second = ADDRESS.search(renewed.text)
    assert "Your calendar has a new address. The one before it opens nothing any more." in words(renewed)
    assert first
    assert second
    assert first[1] != second[1]
    text = words(client.get("/preferences"))
    assert "Keep it to yourself: whoever has it can read your calendar without signing in." in text
    assert "Subscribe to it rather than import it" in text
    post(client, "/preferences/calendar/stop")
    assert not ADDRESS.search(client.get("/preferences").text)
    post(client, "/preferences/calendar/stop")
    events = audited()
    assert [subject for subject, _, _ in events] == [f"person:{person.id}"] * 3
    assert not any(first[1][-20:-4] in sentence or "Ada" in sentence for _, _, sentence in events)


def test_no_page_with_the_address_is_kept_by_a_browser(app: Flask) -> None:
    client, _ = signed_in(app)
    post(client, "/preferences/calendar")
    assert client.get("/preferences").headers["Cache-Control"] == "no-store"


def test_the_ways_to_it_are_where_a_person_looks(app: Flask) -> None:
    client, _ = signed_in(app, holding=make.PostFactory(owning=True))
    page = client.get("/").text
    assert 'href="/messages"' in page.partition("<main")[2].partition("</main")[0]
    for way in ("/messages", "/preferences"):
        assert f'href="{way}"' in page.partition("<footer")[2]
