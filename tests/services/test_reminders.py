"""Reminders of reviews: the right people, at each stage once, in one digest a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from riskreg.extensions import db
from riskreg.models import Message, Person, Post, Reminder, Risk
from riskreg.services import reminders
from riskreg.services.reminders import remind_of_reviews
from tests import factories as make

DUE = date(2017, 4, 20)
AT = datetime(2017, 4, 20, 5, 30, tzinfo=make.NOW.tzinfo)

pytestmark = pytest.mark.usefixtures("app")


def remind(days: int) -> int:
    """Remind on a day counted from the due date, and commit as the job does."""
    count = remind_of_reviews(AT + timedelta(days=days))
    db.session.commit()
    return count


def told() -> dict[str, list[tuple[str, str, int]]]:
    """What each person's digests say: reference, capacity and days late."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for name, facts in db.session.execute(select(Person.name, Message.facts).join(Message.person).order_by(Message.id)):
        said = [(one["reference"], one["told"], one["days_late"]) for one in facts["reviews"]]
        found.setdefault(name, []).extend(said)
    return found


@pytest.fixture
def director() -> Post:
    post: Post = make.PostFactory(title="Director", on_dmt=True)
    make.PersonFactory(name="Director", holding=post)
    return post


@pytest.fixture
def head(director: Post) -> Post:
    post: Post = make.PostFactory(title="Head of Early Years", owning=True, line_post=director)
    make.PersonFactory(name="Head", holding=post)
    return post


def a_risk(head: Post, **values: Any) -> Risk:
    values = {"owner_post": head, "review_due_on": DUE, "reference__number": 20} | values
    risk: Risk = make.RiskFactory(**values)
    db.session.commit()
    return risk


@pytest.mark.parametrize(
    ("days", "whom"),
    [
        (-15, set()),
        (-14, {"Head"}),
        (-3, {"Head"}),
        (0, {"Head"}),
        (6, {"Head"}),
        (7, {"Head", "Director"}),
        (13, {"Head", "Director"}),
        (14, {"Head", "Director", "Co-ordinator", "Other director"}),
    ],
)
def test_more_people_are_told_the_later_it_gets(head: Post, days: int, whom: set[str]) -> None:
    make.PersonFactory(name="Co-ordinator", holding=make.PostFactory(coordinating=True))
    make.PersonFactory(name="Other director", holding=make.PostFactory(on_dmt=True))
    a_risk(head)
    assert remind(days) == len(whom)
    assert set(told()) == whom


def test_each_stage_is_told_once_over_a_month_of_days(head: Post) -> None:
    a_risk(head)
    for days in range(-17, 30):
        remind(days)
        assert remind(days) == 0
    assert told() == {
        "Head": [("CYPE 20", "owner", days) for days in (-14, -3, 0, 7, 14)],
        "Director": [("CYPE 20", "line director", days) for days in (7, 14)],
    }


def test_after_a_stop_only_the_latest_stage_is_told(head: Post) -> None:
    a_risk(head)
    remind(5)
    assert told() == {"Head": [("CYPE 20", "owner", 5)]}
    assert db.session.scalars(select(Reminder.stage)).all() == ["0"]


def test_several_reviews_make_one_digest_a_person_the_latest_first(head: Post) -> None:
    a_risk(head, review_due_on=DUE - timedelta(days=7), reference__number=1)
    a_risk(head, reference__number=2)
    assert remind(0) == 2
    assert told() == {
        "Head": [("CYPE 01", "owner", 7), ("CYPE 02", "owner", 0)],
        "Director": [("CYPE 01", "line director", 7)],
    }
    message = db.session.scalars(select(Message).join(Message.person).where(Person.name == "Head")).one()
    assert (message.kind, message.period) == ("reviews_due", "2017-04-20")


def test_a_deputy_is_told_as_well(head: Post) -> None:
    make.PersonFactory(name="Deputy", deputising=head)
    a_risk(head)
    remind(-3)
    assert set(told()) == {"Head", "Deputy"}


def test_somebody_new_in_the_post_is_told_where_it_stands(head: Post) -> None:
    a_risk(head)
    remind(-14)
    (holding,) = head.holdings
    holding.until_on = DUE - timedelta(days=11)
    make.HoldingFactory(post=head, person=make.PersonFactory(name="Successor"), from_on=DUE - timedelta(days=10))
    db.session.commit()
    assert remind(-10) == 1
    assert told() == {"Head": [("CYPE 20", "owner", -14)], "Successor": [("CYPE 20", "owner", -10)]}


def test_a_vacant_post_is_the_line_directors_from_the_start_and_it_is_said(director: Post) -> None:
    vacant = make.PostFactory(title="Head of Nothing", owning=True, line_post=director)
    a_risk(vacant)
    remind(-14)
    assert told() == {"Director": [("CYPE 20", "line director", -14)]}
    assert db.session.scalars(select(Message)).one().facts["reviews"][0]["vacant"] is True


def test_the_line_goes_up_past_vacant_posts(director: Post) -> None:
    between = make.PostFactory(title="Assistant director", line_post=director)
    a_risk(make.PostFactory(owning=True, line_post=between))
    remind(0)
    assert set(told()) == {"Director"}


def test_a_line_that_ends_or_turns_in_a_circle_leads_to_the_coordinators() -> None:
    make.PersonFactory(name="Co-ordinator", holding=make.PostFactory(coordinating=True))
    alone = make.PostFactory(owning=True)
    circle = make.PostFactory(owning=True)
    circle.line_post = make.PostFactory(line_post=circle)
    a_risk(alone, reference__number=1)
    a_risk(circle, reference__number=2)
    remind(0)
    assert told() == {"Co-ordinator": [("CYPE 01", "line director", 0), ("CYPE 02", "line director", 0)]}


def test_a_person_in_several_capacities_is_told_of_a_review_once(director: Post) -> None:
    a_risk(director)
    remind(14)
    assert told() == {"Director": [("CYPE 20", "owner", 14)]}


def test_nobody_inactive_is_told(head: Post) -> None:
    head.holdings[0].person.active = False
    a_risk(head)
    remind(0)
    assert set(told()) == {"Director"}


def test_closed_risks_remind_nobody(head: Post) -> None:
    a_risk(head, closed=True)
    assert remind(14) == 0


def test_a_new_due_date_begins_anew(head: Post) -> None:
    risk = a_risk(head)
    remind(0)
    risk.review_due_on = DUE + timedelta(days=90)
    db.session.commit()
    assert remind(1) == 0
    assert remind(76) == 1


def test_another_run_that_was_faster_is_let_have_it(head: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    a_risk(head)
    assert remind(0) == 1
    monkeypatch.setattr(reminders, "_already_told", set)
    assert remind(0) == 0
    assert len(db.session.scalars(select(Message)).all()) == 1


def statements_to_remind() -> int:
    """How many statements one run takes on a day on which nobody is told yet."""
    count = 0

    def counts(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counts)
    try:
        remind_of_reviews(AT - timedelta(days=17))
    finally:
        event.remove(db.engine, "before_cursor_execute", counts)
    return count


def test_the_number_of_queries_does_not_grow_with_the_risks(head: Post) -> None:
    a_risk(head, reference__number=1)
    few = statements_to_remind()
    for number in range(2, 12):
        a_risk(head, reference__number=number)
    assert statements_to_remind() == few <= 12


def test_a_register_without_a_policy_yet_rests(head: Post) -> None:
    a_risk(head, review_due_on=date(2017, 3, 1))
    assert remind(-25) == 0
