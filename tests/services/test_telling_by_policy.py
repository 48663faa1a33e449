"""Who hears of what is late is what the policy of the day says: at each step, in reminders and in digests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import Action, Notice, Person, PolicyVersion, Post, Risk
from riskreg.queries.due import read_due
from riskreg.queries.staff import Staff
from riskreg.services import digests, reminders
from riskreg.services.digest_items import why
from tests import factories as make

DUE = date(2017, 4, 20)
AT = datetime(2017, 4, 20, 5, 30, tzinfo=make.NOW.tzinfo)
EVERYONE = {"Hal Head", "Dora Director", "Cora Co-ordinator", "Dan Member"}

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def head() -> Post:
    """A post with somebody in every capacity around it."""
    line = make.PostFactory(title="Director")
    make.PersonFactory(name="Dora Director", holding=line)
    post: Post = make.PostFactory(title="Head of Early Years", owning=True, line_post=line)
    make.PersonFactory(name="Hal Head", holding=post)
    make.PersonFactory(name="Cora Co-ordinator", holding=make.PostFactory(coordinating=True))
    make.PersonFactory(name="Dan Member", holding=make.PostFactory(on_dmt=True))
    return post


@pytest.fixture
def risk(head: Post) -> Risk:
    """A risk whose review is due on the day."""
    row: Risk = make.RiskFactory(owner_post=head, review_due_on=DUE, reference__number=20)
    db.session.commit()
    return row


@pytest.fixture
def action(head: Post) -> Action:
    """An action that is due on the day; the review of its risk is far off."""
    far = make.RiskFactory(owner_post=head, review_due_on=DUE + timedelta(days=300))
    row: Action = make.ActionFactory(risk=far, owner_post=head, due_on=DUE)
    db.session.commit()
    return row


def adopt(version: int, valid_from: date, **rules: Any) -> None:
    register = make.RegisterFactory()
    known = {**make.RULES, **rules}
    db.session.add(PolicyVersion(register_id=register.id, version=version, valid_from=valid_from, rules=known))
    db.session.commit()


def remind(days: Collection[int]) -> None:
    """Remind on days counted from the due date, and commit as the job does."""
    for one in days:
        now = AT + timedelta(days=one)
        reminders.remind(now, now.date())
        db.session.commit()


def stages() -> dict[str, list[str]]:
    """The stages that each person is told, in order."""
    found: dict[str, list[str]] = {}
    query = select(Person.name, Notice.stage).join(Notice.person).order_by(Notice.id)
    for name, stage in db.session.execute(query):
        found.setdefault(name, []).append(stage)
    return found


CASES: list[tuple[list[str], list[str], dict[str, list[str]]]] = [
    ([], [], {}),
    ([], ["DMT"], {"Dan Member": ["+14"]}),
    (["co-ordinator"], ["co-ordinator"], {"Cora Co-ordinator": ["+7", "+14"]}),
    (["DMT"], ["line director", "DMT"], {"Dan Member": ["+7", "+14"], "Dora Director": ["+14"]}),
    (
        ["line director", "co-ordinator", "DMT"],
        ["line director", "co-ordinator", "DMT"],
        {name: ["+7", "+14"] for name in EVERYONE - {"Hal Head"}},
    ),
]
OWNER = {"Hal Head": ["-14", "-3", "0", "+7", "+14"]}


@pytest.mark.parametrize(("first", "second", "others"), CASES)
def test_the_policy_says_who_hears_of_a_late_review(
    risk: Risk, first: list[str], second: list[str], others: dict[str, list[str]]
) -> None:
    adopt(2, date(2017, 4, 2), late_review_told_first=first, late_review_told_second=second)
    remind(range(-17, 30))
    assert stages() == OWNER | others


@pytest.mark.parametrize(("first", "second", "others"), CASES)
def test_the_policy_says_who_hears_of_a_late_action(
    action: Action, first: list[str], second: list[str], others: dict[str, list[str]]
) -> None:
    adopt(2, date(2017, 4, 2), late_action_told_first=first, late_action_told_second=second)
    remind(range(-17, 30))
    assert stages() == OWNER | others


def test_a_version_without_these_rules_tells_as_it_always_did(risk: Risk, action: Action) -> None:
    (version,) = db.session.scalars(select(PolicyVersion))
    version.rules = {name: rule for name, rule in make.RULES.items() if "_told_" not in name}
    db.session.commit()
    remind([7, 14])
    assert stages() == {
        "Hal Head": ["+7", "+7", "+14", "+14"],
        "Dora Director": ["+7", "+7", "+14", "+14"],
        "Cora Co-ordinator": ["+14", "+14"],
        "Dan Member": ["+14"],
    }


def test_another_policy_tells_from_its_own_day_on_and_not_before(action: Action) -> None:
    adopt(2, DUE + timedelta(days=16), late_action_told_second=["line director", "co-ordinator", "DMT"])
    remind([14, 15])
    assert "Dan Member" not in stages()
    remind([16, 17])
    assert stages()["Dan Member"] == ["+14"]


def test_a_vacant_posts_late_review_is_its_lines_whatever_the_policy_says(head: Post, risk: Risk) -> None:
    adopt(2, date(2017, 4, 2), late_review_told_first=[], late_review_told_second=[])
    head.holdings[0].until_on = date(2017, 4, 1)
    db.session.commit()
    remind([0, 7, 14])
    assert stages() == {"Dora Director": ["0", "+7", "+14"]}


def test_each_is_told_as_what_the_policy_names(action: Action) -> None:
    make.PersonFactory(name="Dee Deputy", deputising=action.owner_post)
    everyone = ["line director", "co-ordinator", "DMT"]
    adopt(2, date(2017, 4, 2), late_action_told_first=everyone, late_action_told_second=everyone)
    today = DUE + timedelta(days=7)
    (due,) = read_due(NoticeKind.ACTION, today, [action.id])
    people = {row.id: row.name for row in db.session.scalars(select(Person))}
    told = {people[key]: why(due, telling) for key, telling in Staff(today).told_of(due).items()}
    owns = "Head of Early Years"
    assert told == {
        "Hal Head": f"You are told as the {owns}, who owns the action.",
        "Dee Deputy": f"You are told as a deputy of the {owns}, who owns the action.",
        "Dora Director": f"You are told as the line director of the {owns}, who owns the action.",
        "Cora Co-ordinator": f"You are told as a risk co-ordinator; the {owns} owns the action.",
        "Dan Member": f"You are told as a member of DMT; the {owns} owns the action.",
    }


def test_what_waited_for_a_digest_is_not_told_to_whom_the_policy_names_no_more(risk: Risk) -> None:
    remind([7])
    adopt(2, DUE + timedelta(days=8), late_review_told_first=[], late_review_told_second=["DMT"])
    now = AT + timedelta(days=8, hours=2)
    for one in digests.ready(now):
        assert digests.put_digest(one, now)
    db.session.flush()
    for message in {notice.message for notice in db.session.scalars(select(Notice)) if notice.message}:
        digests.write_digest(message, now)
    ended = {one.person.name: one.ended_why for one in db.session.scalars(select(Notice).where(Notice.ended_why != ""))}
    assert ended == {"Dora Director": "By now Hal Head is told of it instead."}
