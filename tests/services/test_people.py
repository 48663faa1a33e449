"""People, posts and roles: one change moves the work, history stays, and somebody always stays administrator."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.errors import NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Holding, Message, Person, Post
from riskreg.queries.people import answering, holders_of, people_with_role
from riskreg.queries.sessions import session_of
from riskreg.services import people
from riskreg.services.actors import Actor
from tests import factories as make

NOW, TODAY = make.NOW, make.TODAY
TOMORROW = TODAY + timedelta(days=1)
ADMINISTRATOR = Actor(None, "Administrator", frozenset({Role.ADMINISTRATOR}), frozenset())

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def post() -> Post:
    post: Post = make.PostFactory(title="Head of Early Years", owning=True)
    make.PersonFactory(name="Ann", holding=post)
    return post


@pytest.fixture
def administration() -> Post:
    post: Post = make.PostFactory(title="Administrator", bringing=("administrator",))
    make.PersonFactory(name="Chris", holding=post)
    return post


def names(post: Post, day: date) -> list[str]:
    return [one.name for one in holders_of(post.id, day)]


def last_event() -> AuditEvent:
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    return event


def test_a_person_is_added_and_invited() -> None:
    person = people.add_person(ADMINISTRATOR, "  Ann   Owner ", "Ann@Kent.example", NOW)
    assert (person.name, person.email, person.active, person.password_hash) == (
        "Ann Owner",
        "ann@kent.example",
        True,
        None,
    )
    message = db.session.scalars(select(Message)).one()
    assert (message.kind, message.person_id) == ("account_invitation", person.id)
    assert last_event().sentence == "Ann Owner was added and invited."


@pytest.mark.parametrize(
    ("name", "email", "field", "says"),
    [
        (" ", "ann@kent.example", "name", "Enter a name"),
        ("x" * 201, "ann@kent.example", "name", "Enter a name"),
        ("Ann\u202enosnhoj", "ann@kent.example", "name", "Enter the name without characters that cannot be seen."),
        ("Ann", "ann", "email", "Enter an e-mail address such as"),
        ("Ann", "ann@kent", "email", "Enter an e-mail address such as"),
        ("Ann", "änn@kent.example", "email", "Enter an e-mail address such as"),
        ("Ann", "ann@kent.example\nBcc: x@kent.example", "email", "Enter an e-mail address such as"),
        ("Ann", "KNOWN@kent.example", "email", "This address belongs to Known."),
        ("Ann", "left@kent.example", "email", "This address belongs to Left, who is no longer active."),
    ],
)
def test_a_bad_or_known_address_is_refused_beside_its_field(name: str, email: str, field: str, says: str) -> None:
    make.PersonFactory(name="Known", email="known@kent.example")
    make.PersonFactory(name="Left", email="left@kent.example", active=False)
    with pytest.raises(RuleBroken) as caught:
        people.add_person(ADMINISTRATOR, name, email, NOW)
    assert caught.value.field == field
    assert caught.value.sentence.startswith(says)


def test_a_post_is_handed_over_and_history_stays(post: Post) -> None:
    successor = make.PersonFactory(name="Bo")
    people.hand_over_post(ADMINISTRATOR, post, successor, TODAY, NOW)
    assert names(post, TODAY - timedelta(days=1)) == ["Ann"]
    assert names(post, TODAY) == ["Bo"]
    assert last_event().sentence == "Bo holds the post Head of Early Years from 3 April 2017 after Ann."


def test_a_post_may_be_handed_over_ahead(post: Post) -> None:
    people.hand_over_post(ADMINISTRATOR, post, make.PersonFactory(name="Bo"), date(2017, 5, 1), NOW)
    assert names(post, date(2017, 4, 30)) == ["Ann"]
    assert names(post, date(2017, 5, 1)) == ["Bo"]
    with pytest.raises(RuleBroken) as caught:
        people.hand_over_post(ADMINISTRATOR, post, make.PersonFactory(), TOMORROW, NOW)
    assert caught.value.field == "from_on"
    assert caught.value.sentence == "Bo holds this post from 1 May 2017: choose a later day."


def test_a_vacant_post_is_filled(post: Post) -> None:
    people.end_holding(ADMINISTRATOR, post.holdings[0], TODAY, NOW)
    assert names(post, TODAY) == ["Ann"]
    assert names(post, TOMORROW) == []
    with pytest.raises(RuleBroken, match=r"Ann holds this post until 3 April 2017"):
        people.hand_over_post(ADMINISTRATOR, post, make.PersonFactory(), TODAY, NOW)
    people.hand_over_post(ADMINISTRATOR, post, make.PersonFactory(name="Bo"), TOMORROW, NOW)
    assert names(post, TOMORROW) == ["Bo"]


def test_the_deputy_who_takes_over_is_deputy_no_longer(post: Post) -> None:
    deputy = make.PersonFactory(name="Di", deputising=post)
    people.hand_over_post(ADMINISTRATOR, post, deputy, TODAY, NOW)
    assert names(post, TODAY) == ["Di"]
    assert names(post, TODAY - timedelta(days=1)) == ["Ann", "Di"]


def test_nobody_takes_over_from_themselves_or_after_leaving(post: Post) -> None:
    for person in (post.holdings[0].person, make.PersonFactory(active=False)):
        with pytest.raises(RuleBroken) as caught:
            people.hand_over_post(ADMINISTRATOR, post, person, TODAY, NOW)
        assert caught.value.field == "person_id"


def test_a_deputy_stands_in_with_the_roles_of_the_post(post: Post) -> None:
    deputy = make.PersonFactory(name="Di")
    people.set_deputy(ADMINISTRATOR, post, deputy, TODAY, NOW)
    assert names(post, TODAY) == ["Ann", "Di"]
    standing = session_of(deputy.id, TODAY)
    assert standing is not None
    assert standing.roles == {Role.RISK_OWNER, Role.ACTION_OWNER}
    assert list(standing.posts) == [post.id]
    for person in (deputy, post.holdings[0].person):
        with pytest.raises(RuleBroken, match="this post already"):
            people.set_deputy(ADMINISTRATOR, post, person, TODAY, NOW)


def test_a_holding_ends_once_and_not_before_it_began(post: Post) -> None:
    (holding,) = post.holdings
    with pytest.raises(RuleBroken) as caught:
        people.end_holding(ADMINISTRATOR, holding, date(2016, 12, 31), NOW)
    assert caught.value.field == "until_on"
    people.end_holding(ADMINISTRATOR, holding, TODAY, NOW)
    with pytest.raises(RuleBroken, match="ended already"):
        people.end_holding(ADMINISTRATOR, holding, TOMORROW, NOW)


def test_roles_are_changed_and_said(post: Post) -> None:
    people.set_roles(ADMINISTRATOR, post, [Role.RISK_OWNER, Role.AUDITOR], NOW)
    assert sorted(row.role for row in post.roles) == ["auditor", "risk_owner"]
    assert last_event().detail == {"before": ["action_owner", "risk_owner"], "after": ["auditor", "risk_owner"]}
    assert last_event().sentence == "The post Head of Early Years now brings: auditor and risk owner."
    events = len(db.session.scalars(select(AuditEvent)).all())
    people.set_roles(ADMINISTRATOR, post, [Role.AUDITOR, Role.RISK_OWNER], NOW)
    assert len(db.session.scalars(select(AuditEvent)).all()) == events
    people.set_roles(ADMINISTRATOR, post, [], NOW)
    assert last_event().sentence == "The post Head of Early Years now brings: no role."


def test_a_person_who_leaves_holds_nothing_and_signs_in_no_more(post: Post) -> None:
    person = post.holdings[0].person
    future: Holding = make.HoldingFactory(person=person, from_on=date(2017, 6, 1))
    stamp = person.session_stamp
    people.deactivate_person(ADMINISTRATOR, person, NOW)
    assert not person.active
    assert person.session_stamp != stamp
    assert names(post, TODAY) == []
    assert future.until_on == future.from_on
    assert session_of(person.id, TODAY) is None
    people.hand_over_post(ADMINISTRATOR, post, make.PersonFactory(name="Bo"), TODAY, NOW)
    assert names(post, TODAY) == ["Bo"]
    with pytest.raises(RuleBroken):
        people.deactivate_person(ADMINISTRATOR, person, NOW)


def test_a_person_comes_back_by_a_new_invitation(post: Post) -> None:
    person = post.holdings[0].person
    with pytest.raises(RuleBroken):
        people.reactivate_person(ADMINISTRATOR, person, NOW)
    people.deactivate_person(ADMINISTRATOR, person, NOW)
    people.reactivate_person(ADMINISTRATOR, person, NOW)
    assert person.active
    assert names(post, TOMORROW) == []
    assert db.session.scalars(select(Message)).one().kind == "account_invitation"


@pytest.mark.parametrize(
    "removal",
    [
        lambda post: people.end_holding(ADMINISTRATOR, post.holdings[0], TODAY, NOW),
        lambda post: people.end_holding(ADMINISTRATOR, post.holdings[0], date(2020, 1, 1), NOW),
        lambda post: people.set_roles(ADMINISTRATOR, post, [Role.AUDITOR], NOW),
        lambda post: people.deactivate_person(ADMINISTRATOR, post.holdings[0].person, NOW),
    ],
    ids=["end", "end later", "roles", "deactivate"],
)
def test_the_last_administrator_stays(administration: Post, removal: Callable[[Post], Any]) -> None:
    db.session.commit()
    with pytest.raises(RuleBroken, match="Somebody must stay administrator"):
        removal(administration)
    db.session.rollback()
    assert [one.name for one in people_with_role(Role.ADMINISTRATOR, TODAY)] == ["Chris"]
    make.PersonFactory(holding=make.PostFactory(bringing=("administrator",)))
    removal(administration)


def test_administration_is_handed_over(administration: Post) -> None:
    people.hand_over_post(ADMINISTRATOR, administration, make.PersonFactory(name="Bo"), date(2017, 5, 1), NOW)
    assert [one.name for one in people_with_role(Role.ADMINISTRATOR, date(2017, 5, 1))] == ["Bo"]


def test_only_an_administrator_does_any_of_this(post: Post) -> None:
    auditor = Actor(None, "Auditor", frozenset({Role.AUDITOR}), frozenset())
    person: Person = make.PersonFactory()
    holding = post.holdings[0]
    for attempt in (
        lambda: people.add_person(auditor, "Bo", "bo@kent.example", NOW),
        lambda: people.hand_over_post(auditor, post, person, TODAY, NOW),
        lambda: people.set_deputy(auditor, post, person, TODAY, NOW),
        lambda: people.end_holding(auditor, holding, TODAY, NOW),
        lambda: people.set_roles(auditor, post, [], NOW),
        lambda: people.deactivate_person(auditor, person, NOW),
        lambda: people.reactivate_person(auditor, person, NOW),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_deputies_answer_for_a_post_without_a_holder(post: Post) -> None:
    make.PersonFactory(name="Di", deputising=post)
    assert [one.name for one in answering(holders_of(post.id, TODAY))] == ["Ann"]
    people.end_holding(ADMINISTRATOR, post.holdings[0], TODAY, NOW)
    assert [one.name for one in answering(holders_of(post.id, TOMORROW))] == ["Di"]


def test_who_leaves_today_leaves_a_post_that_was_to_end_later(post: Post) -> None:
    holding = post.holdings[0]
    people.end_holding(ADMINISTRATOR, holding, TODAY + timedelta(days=30), NOW)
    people.deactivate_person(ADMINISTRATOR, holding.person, NOW)
    assert holding.until_on == TODAY


def test_the_calendar_of_who_leaves_stays_closed_when_they_come_back(post: Post) -> None:
    person = post.holdings[0].person
    person.calendar_stamp = "given away"
    people.deactivate_person(ADMINISTRATOR, person, NOW)
    people.reactivate_person(ADMINISTRATOR, person, NOW)
    assert (person.active, person.calendar_stamp) == (True, "")


def test_of_two_administrators_who_deactivate_each_other_at_once_one_stays(
    app: Flask, administration: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["LOCK_SECONDS"] = 20
    other = make.PersonFactory(name="Dana", holding=make.PostFactory(bringing=("administrator",)))
    ids = [administration.holdings[0].person_id, other.id]
    db.session.commit()
    both_wrote, brings = Barrier(2, timeout=20), people._brings_administrator

    def wait(post: Post) -> bool:
        if db.engine.dialect.name == "postgresql":  # SQLite has one writer: the other has not begun
            both_wrote.wait()
        return brings(post)

    def deactivate(person_id: int) -> bool:
        with app.app_context():
            try:
                people.deactivate_person(ADMINISTRATOR, db.session.get_one(Person, person_id), NOW)
                db.session.commit()
            except RuleBroken:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    monkeypatch.setattr(people, "_brings_administrator", wait)
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(deactivate, ids)) == [False, True]
