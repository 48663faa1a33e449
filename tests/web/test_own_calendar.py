"""A person's calendar: what is in it, who can read it, and that what moves here moves there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar, Event
from werkzeug.test import TestResponse

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Person, Post
from riskreg.services.actions import ActionChange, update_action
from riskreg.services.actors import Actor
from riskreg.services.calendars import calendar_owner, calendar_token, renew_calendar, stop_calendar
from riskreg.services.tokens import reset_of
from tests import factories as make
from tests.web.before_dmt import counted
from tests.web.browsing import words

OWNER = (Role.RISK_OWNER, Role.ACTION_OWNER)


@pytest.fixture(autouse=True)
def _on_monday(app: Flask) -> None:
    app.config["RISKREG_TODAY"] = make.TODAY


def holder(*roles: Role, **facts: Any) -> tuple[Person, Post]:
    """Someone with a calendar, whose only post brings these roles."""
    post = make.PostFactory(bringing=roles or OWNER)
    person = make.PersonFactory(holding=post, calendar_stamp="stamp", **facts)
    db.session.commit()
    return person, post


def path(person: Person) -> str:
    return f"/calendar/{calendar_token(person)}.ics"


def asked(app: Flask, person: Person) -> TestResponse:
    """The calendar as a program gets it that is not signed in."""
    db.session.commit()
    return app.test_client().get(path(person))


def sequence(event: Event) -> int:
    """How often the entry has changed."""
    return int(str(event["SEQUENCE"]))


def events(app: Flask, person: Person) -> dict[str, Event]:
    """The entries by what stands before the @ of their id."""
    answer = asked(app, person)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    found = Calendar.from_ical(answer.data).events
    by_key = {str(one["UID"]).removesuffix("@riskreg.example"): one for one in found}
    assert len(by_key) == len(found)
    return by_key


def test_it_holds_the_reviews_and_actions_of_the_posts_held(app: Flask) -> None:
    person, post = holder()
    risk = make.RiskFactory(reference__number=3, title="Grüße", owner_post=post, red=True)
    action = make.ActionFactory(risk=risk, owner_post=post, text="Find another")
    make.RiskFactory(reference__number=4, owner_post=post, closed=True)
    others = make.RiskFactory(reference__number=5)
    make.ActionFactory(risk=risk, owner_post=post, status="done", progress=100)
    make.ActionFactory(risk=others)
    found = events(app, person)
    assert set(found) == {f"risk-{risk.id}-review", f"action-{action.id}"}
    review, done = found[f"risk-{risk.id}-review"], found[f"action-{action.id}"]
    assert (review.start, review.end) == (date(2017, 7, 3), date(2017, 7, 4))
    assert review["SUMMARY"] == "Review CYPE 03: Grüße"
    assert review["DESCRIPTION"] == f"RED risk, owned by the {post.title}."
    assert review["URL"] == f"http://127.0.0.1:8000/risks/{risk.id}/review"
    assert done.start == date(2017, 8, 31)
    assert done["SUMMARY"] == "Action for CYPE 03: Find another"
    assert done["DESCRIPTION"] == f"0% done. Owned by the {post.title}. The risk is CYPE 03: Grüße."
    assert (review.categories, done.categories) == (["Risk review"], ["Action"])


def test_a_deputy_has_what_the_post_owes_and_a_former_holder_has_not(app: Flask) -> None:
    _, post = holder()
    make.RiskFactory(owner_post=post)
    deputy = make.PersonFactory(deputising=post, calendar_stamp="stamp")
    former = make.PersonFactory(calendar_stamp="stamp")
    make.HoldingFactory(person=former, post=post, deputy=True, until_on=make.TODAY - timedelta(days=1))
    assert len(events(app, deputy)) == 1
    assert events(app, former) == {}


def test_what_is_exempt_is_named_as_its_owner_reads_it_and_said_to_be_exempt(app: Flask) -> None:
    person, post = holder()
    risk = make.RiskFactory(owner_post=post, title="Terms", exempt_why="paragraph 3: Terms of a bidder.")
    action = make.ActionFactory(risk=risk, owner_post=post)
    found = events(app, person)
    assert str(found[f"risk-{risk.id}-review"]["DESCRIPTION"]).endswith("Exempt, paragraph 3.")
    assert str(found[f"action-{action.id}"]["DESCRIPTION"]).endswith("Exempt, paragraph 3.")
    assert "bidder" not in asked(app, person).text


def test_it_holds_the_milestones_of_the_contracts_managed(app: Flask) -> None:
    person, post = holder(Role.CONTRACT_MANAGER)
    contract = make.ContractFactory(
        owner_post=post, title="School meals.", end="2018-03", review="2017-09-15",
        extensions=1, extension_months=12, notice_months=6,
    )  # fmt: skip
    make.ContractFactory(owner_post=post, closed_on=make.TODAY, closed_why="It has ended.")
    make.ContractFactory(owner_post=post, undated=True)
    make.ContractFactory()
    key = f"contract-{contract.id}"
    found = events(app, person)
    assert {name: event.start for name, event in found.items()} == {
        f"{key}-review": date(2017, 9, 15),
        f"{key}-notice": date(2017, 9, 30),
        f"{key}-end": date(2018, 3, 31),
    }
    assert found[f"{key}-end"]["SUMMARY"] == "Contract ends: School meals"
    assert found[f"{key}-notice"]["SUMMARY"] == "Last day for notice of an extension: School meals"
    assert str(found[f"{key}-end"]["DESCRIPTION"]).startswith(
        "Known as March 2018: its last day, 31 March 2018, counts."
    )
    assert found[f"{key}-review"]["URL"] == f"http://127.0.0.1:8000/contracts/{contract.id}"


@pytest.mark.parametrize(("role", "there"), [(Role.DMT_MEMBER, True), (Role.COORDINATOR, True), (Role.AUDITOR, False)])
def test_meetings_are_for_dmt_and_the_coordinator(app: Flask, role: Role, there: bool) -> None:
    person, _ = holder(role)
    held = make.MeetingFactory(held_on=date(2017, 10, 29))
    make.MeetingFactory(held_on=date(2017, 5, 1), state="closed", closed_at=make.NOW, not_held="It was a bank holiday.")
    make.MeetingFactory(held_on=date(2015, 5, 1))
    found = events(app, person)
    assert set(found) == ({f"meeting-{held.id}"} if there else set())
    if there:
        assert found[f"meeting-{held.id}"].start == date(2017, 10, 29)


def test_who_lost_every_role_reads_nothing_any_more(app: Flask) -> None:
    person, post = holder(Role.RISK_OWNER)
    make.RiskFactory(owner_post=post)
    post.roles.clear()
    assert events(app, person) == {}


def test_a_review_is_led_to_the_risk_of_whoever_may_not_review(app: Flask) -> None:
    person, post = holder(Role.AUDITOR)
    risk = make.RiskFactory(owner_post=post)
    assert events(app, person)[f"risk-{risk.id}-review"]["URL"] == f"http://127.0.0.1:8000/risks/{risk.id}"


def test_a_date_that_moves_moves_the_entry_and_its_number_rises(app: Flask) -> None:
    person, post = holder()
    risk = make.RiskFactory(owner_post=post)
    action = make.ActionFactory(risk=risk, owner_post=post)
    before = events(app, person)
    actor = Actor(person.id, person.name, frozenset(OWNER), frozenset({post.id}))
    at = datetime(2017, 4, 3, 23, 30, tzinfo=UTC)
    change = ActionChange("The supplier needs longer.", status=action.status, progress=0, due_on=date(2017, 10, 30))
    update_action(actor, action, change, action.revision, at)
    risk.review_due_on = date(2017, 5, 3)
    after = events(app, person)
    assert set(after) == set(before)
    for key, day in ((f"action-{action.id}", date(2017, 10, 30)), (f"risk-{risk.id}-review", date(2017, 5, 3))):
        assert after[key].start == day
        assert sequence(after[key]) > sequence(before[key])
        assert after[key].LAST_MODIFIED == after[key].DTSTAMP == at


def test_a_new_policy_moves_reviews_and_raises_their_numbers_without_touching_the_risk(app: Flask) -> None:
    person, post = holder()
    risk = make.RiskFactory(owner_post=post)
    before = sequence(events(app, person)[f"risk-{risk.id}-review"])
    first = risk.register.policies[0]
    risk.register.policies.append(type(first)(version=2, valid_from=make.TODAY, rules=first.rules))
    assert sequence(events(app, person)[f"risk-{risk.id}-review"]) == before + 1


def test_a_program_that_has_it_is_told_that_nothing_changed(app: Flask) -> None:
    person, post = holder()
    risk = make.RiskFactory(owner_post=post)
    answer = asked(app, person)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    client, known = app.test_client(), {"If-None-Match": answer.headers["ETag"]}
    again = client.get(path(person), headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(path(person)).status_code == 200
    risk.review_due_on += timedelta(days=1)
    db.session.commit()
    assert client.get(path(person), headers=known).status_code == 200


def test_the_address_is_secret_and_ends_when_renewed_stopped_or_its_owner_leaves(app: Flask) -> None:
    person, _ = holder()
    other, _ = holder()
    actor = Actor(person.id, person.name, frozenset(), frozenset())
    client, first = app.test_client(), path(person)
    assert client.get(first).status_code == 200
    renew_calendar(actor, make.NOW)
    db.session.commit()
    answer, second = client.get(first), path(person)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "There is no calendar at this address." in words(answer)
    assert calendar_token(person) not in answer.text
    assert client.get(second).status_code == 200
    assert path(other) != second
    person.active = False
    db.session.commit()
    assert calendar_owner(calendar_token(person)) is None
    assert client.get(second).status_code == 404
    person.active = True
    stop_calendar(actor, make.NOW)
    db.session.commit()
    assert client.get(second).status_code == 404
    assert calendar_token(person) == ""


@pytest.mark.parametrize("token", ["x", "WzEsInN0YW1wIl0", "WzEsInN0YW1wIl0.AAAA", "%00", "é", "W10.a", "." * 300])
def test_what_was_never_made_opens_nothing(app: Flask, token: str) -> None:
    holder()
    assert app.test_client().get(f"/calendar/{token}.ics").status_code == 404


def test_a_token_made_with_another_key_or_for_another_use_opens_nothing(app: Flask) -> None:
    person, _ = holder()
    address, key = path(person), app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another"
    forged = path(person)
    app.config["SECRET_KEY"] = key
    assert forged != address
    assert app.test_client().get(forged).status_code == 404
    assert reset_of(calendar_token(person)) is None


def test_the_log_does_not_know_the_address(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    person, _ = holder()
    with caplog.at_level("INFO"):
        asked(app, person)
        app.test_client().get(path(person)[:-5] + "x.ics")
    assert "/calendar/<token>.ics" in caplog.text
    assert calendar_token(person)[:12] not in caplog.text


def test_the_day_is_that_of_london_just_after_midnight_in_summer(app: Flask) -> None:
    person, post = holder()
    make.RiskFactory(owner_post=post)
    [event] = events(app, person).values()
    assert event.DTSTAMP.isoformat() == "2017-04-02T23:00:00+00:00"


def test_the_number_of_queries_does_not_grow(app: Flask) -> None:
    person, post = holder(*OWNER, Role.CONTRACT_MANAGER, Role.DMT_MEMBER)
    address, numbers = path(person), []
    for times in (1, 20):
        for number in range(times):
            risk = make.RiskFactory(owner_post=post)
            make.ActionFactory(risk=risk, owner_post=post)
            make.ContractFactory(owner_post=post, needed_from="2018")
            make.MeetingFactory(held_on=date(2017, 4, 3) + timedelta(days=times + number))
        db.session.commit()
        with counted() as statements:
            assert app.test_client().get(address).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] <= 10
