"""Reminders: the right people are noted, at each stage of each due date once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from riskreg.extensions import db
from riskreg.models import Action, ContractReview, Notice, Person, Post, Risk, SignalRow
from riskreg.services import reminders
from tests import factories as make

DUE = date(2017, 4, 20)
AT = datetime(2017, 4, 20, 5, 30, tzinfo=make.NOW.tzinfo)

pytestmark = pytest.mark.usefixtures("app")


def remind(days: int) -> int:
    """Remind on a day counted from the due date, and commit as the job does."""
    now = AT + timedelta(days=days)
    count = reminders.remind(now, now.date())
    db.session.commit()
    return count


def told() -> dict[str, list[tuple[str, str, str]]]:
    """What is noted for each person: thing, stage and due date."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    query = select(Person.name, Notice.thing, Notice.stage, Notice.due_on).join(Notice.person).order_by(Notice.id)
    for name, thing, stage, due_on in db.session.execute(query):
        found.setdefault(name, []).append((thing, stage, due_on.isoformat()))
    return found


def stages() -> dict[str, list[str]]:
    """The stages that each person is told, in order."""
    return {name: [stage for _, stage, _ in noted] for name, noted in told().items()}


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
    assert stages() == {"Head": ["-14", "-3", "0", "+7", "+14"], "Director": ["+7", "+14"]}


def test_after_a_stop_only_the_latest_stage_is_told(head: Post) -> None:
    a_risk(head)
    remind(5)
    assert stages() == {"Head": ["0"]}


def test_a_day_that_was_missed_is_made_good_as_it_would_have_been(head: Post) -> None:
    a_risk(head)
    for days in (-3, 0):
        reminders.remind(AT + timedelta(days=5), DUE + timedelta(days=days))
    assert stages() == {"Head": ["-3", "0"]}


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
    assert stages() == {"Head": ["-14"], "Successor": ["-14"]}


def test_a_vacant_post_is_the_line_directors_from_the_start(director: Post) -> None:
    vacant = make.PostFactory(title="Head of Nothing", owning=True, line_post=director)
    a_risk(vacant)
    remind(-14)
    assert stages() == {"Director": ["-14"]}


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
    assert stages() == {"Co-ordinator": ["0", "0"]}


def test_a_person_in_several_capacities_is_told_of_a_review_once(director: Post) -> None:
    a_risk(director)
    remind(14)
    assert stages() == {"Director": ["+14"]}


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


def statements_to_remind() -> int:
    """How many statements one run takes on a day on which nobody is told yet."""
    count = 0

    def counts(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counts)
    try:
        reminders.remind(AT, DUE - timedelta(days=17))
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


def test_the_owner_of_an_action_is_told_and_later_the_line_and_the_coordinator(head: Post) -> None:
    make.PersonFactory(name="Co-ordinator", holding=make.PostFactory(coordinating=True))
    make.PersonFactory(name="DMT", holding=make.PostFactory(on_dmt=True))
    risk = a_risk(make.PostFactory(owning=True), review_due_on=DUE + timedelta(days=300))
    make.ActionFactory(risk=risk, owner_post=head, due_on=DUE)
    done = make.ActionFactory(risk=risk, owner_post=head, due_on=DUE, status="done")
    db.session.commit()
    for days in range(-17, 30):
        remind(days)
    assert stages() == {
        "Head": ["-14", "-3", "0", "+7", "+14"],
        "Director": ["+7", "+14"],
        "Co-ordinator": ["+14"],
    }
    assert f"action:{done.id}" not in {thing for noted in told().values() for thing, _, _ in noted}


def test_a_contracts_manager_is_told_of_its_review_and_late_the_head_of_service(head: Post) -> None:
    make.RegisterFactory()
    contract = make.ContractFactory(owner_post=head, review="2017-04", end="")
    db.session.commit()
    for day in range(-10, 60):
        remind(day)
    due = "2017-04-30"
    assert told() == {
        "Head": [(f"contract:{contract.id}", stage, due) for stage in ("-14", "-3", "0", "+1", "+30")],
        "Director": [(f"contract:{contract.id}", "+30", due)],
    }


def test_the_review_that_follows_one_held_is_told_and_the_one_held_is_not(head: Post) -> None:
    make.RegisterFactory()
    contract = make.ContractFactory(owner_post=head, review="2017-03", end="")
    manager = head.holdings[0].person
    held = {"reviewed_on": date(2017, 3, 1), "next_review": "2017-09-15", "note": "Goes well.", "recorded_at": AT}
    db.session.add(ContractReview(contract=contract, person=manager, **held))
    db.session.commit()
    for day in range(-10, 150):
        remind(day)
    assert {due for _, _, due in told()["Head"]} == {"2017-09-15"}


def test_a_contract_that_runs_out_of_road_is_told_to_its_manager_once(head: Post) -> None:
    make.RegisterFactory()
    contract = make.ContractFactory(owner_post=head, end="2017-09-30", review="")
    since = date(2016, 9, 30)
    signal = SignalRow(
        contract=contract, kind="no route", fact="end:2017-09-30", severity=1, reaches=1, sentence="It ends.",
        since=since, found_on=since, found_at=AT, policy_version=1,
    )  # fmt: skip
    db.session.add(signal)
    db.session.commit()
    for day in range(5):
        remind(day)
    assert told() == {"Head": [(f"signal:{signal.id}", "reached", "2016-09-30")]}


def test_the_performance_officers_are_told_of_a_result_ahead_and_when_it_is_overdue() -> None:
    make.RegisterFactory()
    make.PersonFactory(name="Officer", holding=make.PostFactory(bringing=("performance_officer",)))
    indicator = make.IndicatorFactory(frequency_months=3)
    make.ResultFactory(indicator=indicator, period_end=date(2016, 12, 31), period="December 2016")
    db.session.commit()
    for day in range(40, 90):
        remind(day)
    assert told() == {"Officer": [(f"indicator:{indicator.id}", stage, "2017-06-29") for stage in ("-14", "+1")]}


def test_a_result_that_arrived_is_told_again_when_the_next_is_due() -> None:
    make.RegisterFactory()
    make.PersonFactory(name="Officer", holding=make.PostFactory(bringing=("performance_officer",)))
    indicator = make.IndicatorFactory(frequency_months=3)
    make.ResultFactory(indicator=indicator, period_end=date(2016, 12, 31), period="December 2016")
    remind(71)
    make.ResultFactory(indicator=indicator, period_end=date(2017, 3, 31), period="March 2017")
    db.session.commit()
    for day in range(72, 170):
        remind(day)
    assert [due for _, _, due in told()["Officer"]] == ["2017-06-29", "2017-09-28", "2017-09-28"]


def test_what_falls_on_easter_is_told_before_it(head: Post) -> None:
    """Three days before Easter Monday is Good Friday: on the Thursday before, both are told as one."""
    a_risk(head, review_due_on=date(2017, 4, 17))
    make.ActionFactory(risk=a_risk(head, reference__number=21, review_due_on=date(2018, 4, 17)), owner_post=head)
    db.session.execute(update(Action).values(due_on=date(2017, 4, 17)))
    noted: dict[str, list[str]] = {}
    for days in range(-20, 5):
        remind(days)
        new = select(Notice).join(Notice.person).where(Person.name == "Head", Notice.stage.not_in(noted))
        for one in db.session.scalars(new.order_by(Notice.id)):
            noted.setdefault(one.stage, []).append(f"{one.thing.partition(':')[0]} {AT.date() + timedelta(days=days)}")
    assert noted == {
        "-14": ["risk 2017-04-03", "action 2017-04-03"],
        "0": ["risk 2017-04-13", "action 2017-04-13"],
        "+7": ["risk 2017-04-24", "action 2017-04-24"],
    }


def test_a_contracts_review_and_a_result_that_fall_on_a_day_off_are_told_before_it(head: Post) -> None:
    """Sunday 30 April: the month in which the contract is to be reviewed ends; the first reminder of it is Easter's."""
    make.RegisterFactory()
    make.ContractFactory(owner_post=head, review="2017-04", end="")
    make.PersonFactory(name="Officer", holding=make.PostFactory(bringing=("performance_officer",)))
    indicator = make.IndicatorFactory(frequency_months=3)
    make.ResultFactory(indicator=indicator, period_end=date(2016, 11, 5), period="November 2016")
    db.session.commit()
    noted: dict[str, date] = {}
    for days in range(-10, 12):
        remind(days)
        for one in db.session.scalars(select(Notice).order_by(Notice.id)):
            noted.setdefault(f"{one.kind} {one.stage}", AT.date() + timedelta(days=days))
    assert noted == {
        "contract review -14": date(2017, 4, 13),  # 16 April is Easter Sunday
        "contract review -3": date(2017, 4, 27),
        "contract review 0": date(2017, 4, 28),
        "contract review +1": date(2017, 5, 1),
        "result -14": date(2017, 4, 21),  # 22 April is a Saturday
    }
