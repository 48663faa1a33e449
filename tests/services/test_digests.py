"""Digests: one a person, in the rhythm of each, and true at the moment at which it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.domain.notices import Rhythm
from riskreg.extensions import db
from riskreg.jobs import due_jobs, run_job
from riskreg.mail.sending import Outcome, Sent, TemporaryFailure
from riskreg.models import Message, Notice, Person, Post, Risk
from riskreg.services import digests, reminders
from riskreg.services.posting import send_due
from tests import factories as make

MONDAY = datetime(2017, 4, 24, 6, 0, tzinfo=make.NOW.tzinfo)  # 07:00 in London
DAY = MONDAY.date()
FIRST_STAGE = timedelta(days=14)  # before the due date the first reminder comes

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def director() -> Post:
    post: Post = make.PostFactory(title="Director", on_dmt=True)
    make.PersonFactory(name="Dora Director", holding=post)
    return post


@pytest.fixture
def head(director: Post) -> Post:
    post: Post = make.PostFactory(title="Head of Early Years", owning=True, line_post=director)
    make.PersonFactory(name="Hal Head", holding=post)
    return post


def a_risk(head: Post, due_on: date = DAY, **values: Any) -> Risk:
    risk: Risk = make.RiskFactory(owner_post=head, review_due_on=due_on, **({"reference__number": 20} | values))
    db.session.commit()
    return risk


def live(now: datetime) -> None:
    """What the jobs of a moment do, short of sending."""
    reminders.remind(now, now.date())
    for one in digests.ready(now):
        digests.put_digest(one, now)
    db.session.commit()


def sent(now: datetime, outcome: Outcome | None = None) -> dict[str, str]:
    """Send what waits and return the text that each person gets."""
    texts: dict[str, str] = {}

    def take(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        if outcome is None:
            started()
            body = message.get_body(("plain",))
            texts[message["To"].addresses[0].display_name] = " ".join(body.get_content().split()) if body else ""
        return outcome or Sent()

    send_due(now, deliver=take)
    return texts


def ended() -> list[tuple[str, str, str]]:
    """The notices that were not told: whose, at which stage and why."""
    query = select(Person.name, Notice.stage, Notice.ended_why).join(Notice.person).where(Notice.state == "dropped")
    return [(name, stage, why) for name, stage, why in db.session.execute(query.order_by(Notice.id))]


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def test_everything_that_waits_for_a_person_comes_in_one_message(head: Post) -> None:
    risk = a_risk(head, DAY - timedelta(days=7))
    make.ActionFactory(risk=risk, owner_post=head, due_on=DAY + timedelta(days=3), text="Train the panel")
    a_risk(head, DAY, reference__number=21)
    live(MONDAY)
    texts = sent(MONDAY)
    assert set(texts) == {"Hal Head", "Dora Director"}
    order = ["LATE", "Review of CYPE 20", "7 days late", "TO DO", "Review of CYPE 21", "Train the panel", "in 3 days"]
    places = [texts["Hal Head"].index(words) for words in order]
    assert places == sorted(places)
    assert "as the line director of the Head of Early Years" in texts["Dora Director"]
    assert "CYPE 21" not in texts["Dora Director"]


def test_a_second_run_and_a_second_scheduler_put_nothing_twice(head: Post) -> None:
    a_risk(head)
    live(MONDAY)
    waiting = digests.Waiting(person("Hal Head").id, Rhythm.DAILY, [])
    live(MONDAY + timedelta(minutes=1))
    assert not digests.put_digest(waiting, MONDAY)
    assert len(db.session.scalars(select(Message)).all()) == 1


def test_a_daily_digest_is_one_a_day_also_when_more_comes_later(head: Post) -> None:
    a_risk(head)
    live(MONDAY)
    a_risk(head, reference__number=21)
    live(MONDAY + timedelta(hours=3))
    assert "CYPE 21" not in sent(MONDAY + timedelta(hours=3))["Hal Head"]
    live(MONDAY + timedelta(days=1))
    assert "CYPE 21" in sent(MONDAY + timedelta(days=1))["Hal Head"]


def test_nothing_goes_on_a_weekend_and_the_latest_stage_goes_after_it(head: Post) -> None:
    saturday = MONDAY + timedelta(days=5)
    a_risk(head, saturday.date() + timedelta(days=3))
    live(saturday)
    assert sent(saturday) == {}
    make.RiskFactory(owner_post=head, review_due_on=saturday.date() + timedelta(days=100), reference__number=3)
    tuesday = saturday + timedelta(days=3)  # Monday 1 May is a bank holiday
    for days in (1, 2):
        live(saturday + timedelta(days=days))
        assert sent(saturday + timedelta(days=days)) == {}
    live(tuesday)
    assert sent(tuesday)["Hal Head"].count("Review of CYPE 20") == 1
    assert ended() == [("Hal Head", "-3", "Overtaken by a later reminder of the same.")]


def test_two_digests_that_waited_for_the_mail_server_tell_a_thing_once(head: Post) -> None:
    a_risk(head, DAY + timedelta(days=3))
    live(MONDAY)
    away, back = TemporaryFailure("Away.", server=True), MONDAY + timedelta(days=3)
    assert sent(MONDAY, away) == {}
    a_risk(head, back.date(), reference__number=21)
    live(back)
    texts: list[str] = []

    def take(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        started()
        texts.append(str(message.get_body(("plain",))))
        return Sent()

    send_due(back, deliver=take)
    (text,) = texts
    assert "Review of CYPE 20" in text
    assert "Review of CYPE 21" in text
    assert ended() == [("Hal Head", "-3", "Overtaken by a later reminder of the same.")]
    assert list(db.session.scalars(select(Message.state).order_by(Message.id))) == ["dropped", "sent"]


def test_a_digest_stands_when_the_later_one_was_lost_or_waits_for_its_day(head: Post) -> None:
    a_risk(head, DAY + timedelta(days=3))
    live(MONDAY)
    sent(MONDAY, TemporaryFailure("Away.", server=True))
    back = MONDAY + timedelta(days=3)
    reminders.remind(back, back.date())
    db.session.commit()
    assert "Review of CYPE 20" in sent(back)["Hal Head"]  # the later one is in no digest yet
    first = db.session.scalars(select(Message)).one()
    live(back)
    later = db.session.scalars(select(Message).where(Message.id > first.id)).one()
    first.state, first.next_attempt_at, later.state = "waiting", back, "failed"
    db.session.commit()
    assert "Review of CYPE 20" in sent(back)["Hal Head"]


def test_whoever_wants_to_hear_weekly_hears_on_that_day_how_it_stands_then(head: Post) -> None:
    hal = person("Hal Head")
    hal.rhythm, hal.rhythm_weekday = "weekly", 3
    a_risk(head)
    got: dict[int, str] = {}
    for days in range(5):
        now = MONDAY + timedelta(days=days)
        live(now)
        if text := sent(now).get("Hal Head"):
            got[days] = text
    assert list(got) == [3]
    assert "3 days late" in got[3]


def mornings(days: range, skipped: Collection[int] = ()) -> list[int]:
    """Run the jobs of each day from a Monday on but on some, and return on which days Hal got a digest."""
    got = []
    for number in days:
        now = MONDAY + timedelta(days=number)
        if number in skipped:
            continue
        for name, day in due_jobs(now):
            assert run_job(name, now, day).ok
        run_job("digests", now)
        if "Hal Head" in sent(now):
            got.append(number)
    return got


@pytest.mark.parametrize(
    ("weekday", "stop", "expected"),
    [
        (0, (), [0, 8, 14]),  # 1 May, day 7, is a bank holiday
        (0, (7, 8), [0, 9, 14]),
        (1, (), [1, 8, 15]),
        (1, (8, 9), [1, 10, 15]),
        (1, (8, 9, 10, 11, 12, 13, 14, 15), [1, 16]),
        (4, (), [4, 11]),
        (4, (4, 5, 6), [8, 11]),  # its week begins on the Friday
    ],
)
def test_a_weekly_digest_whose_day_was_missed_goes_on_the_next_working_day(
    head: Post, weekday: int, stop: tuple[int, ...], expected: list[int]
) -> None:
    """Something new falls due on each day."""
    hal = person("Hal Head")
    hal.rhythm, hal.rhythm_weekday = "weekly", weekday
    for number in range(17):
        a_risk(head, DAY + timedelta(days=number), reference__number=30 + number)
    assert mornings(range(17), stop) == expected


@pytest.mark.parametrize(("noted_for", "expected"), [(8, [10]), (9, [10]), (10, [10]), (11, [15])])
def test_what_was_noted_after_the_stop_does_not_wait_a_week(head: Post, noted_for: int, expected: list[int]) -> None:
    """The Tuesday was missed, and all that the reader is told was noted on the Thursday after, or later."""
    hal = person("Hal Head")
    hal.rhythm, hal.rhythm_weekday = "weekly", 1
    a_risk(head, DAY + timedelta(days=noted_for) + FIRST_STAGE)
    assert mornings(range(17), (8, 9)) == expected


def test_a_day_before_the_first_run_was_not_missed(head: Post) -> None:
    """A register that begins on a Monday holds nothing back from the Friday before."""
    hal = person("Hal Head")
    hal.rhythm, hal.rhythm_weekday = "weekly", 4
    a_risk(head)
    assert mornings(range(6)) == [4]


def test_whoever_wants_to_hear_at_once_hears_several_times_a_day(head: Post) -> None:
    person("Hal Head").rhythm = "at once"
    a_risk(head)
    live(MONDAY)
    assert "CYPE 20" in sent(MONDAY)["Hal Head"]
    a_risk(head, reference__number=21)
    later = MONDAY + timedelta(minutes=5)
    live(later)
    assert "CYPE 21" in sent(later)["Hal Head"]


def test_what_is_switched_off_is_not_told_and_the_record_says_so(head: Post) -> None:
    person("Hal Head").switched_off = ["action"]
    risk = a_risk(head, DAY + timedelta(days=100))
    make.ActionFactory(risk=risk, owner_post=head, due_on=DAY)
    live(MONDAY)
    assert sent(MONDAY) == {}
    assert ended() == [("Hal Head", "0", "Switched off by the person.")]


def test_a_review_that_is_done_before_the_message_leaves_is_left_out(head: Post) -> None:
    risk = a_risk(head)
    a_risk(head, reference__number=21)
    live(MONDAY)
    risk.review_due_on = DAY + timedelta(days=90)
    db.session.commit()
    text = sent(MONDAY)["Hal Head"]
    assert "CYPE 21" in text
    assert "CYPE 20" not in text
    assert ended() == [("Hal Head", "0", "It is now due on 23 July 2017.")]


def test_a_digest_of_which_nothing_is_left_is_not_sent(head: Post) -> None:
    risk = a_risk(head)
    live(MONDAY)
    risk.status = "closed"
    db.session.commit()
    assert sent(MONDAY) == {}
    message = db.session.scalars(select(Message)).one()
    assert (message.state, message.last_error) == ("dropped", "Nothing of it was still to be told.")
    assert ended() == [("Hal Head", "0", "The risk is no longer open.")]


def test_a_risk_with_another_owner_by_now_is_told_to_that_one(head: Post, director: Post) -> None:
    other = make.PostFactory(title="Head of SEN", owning=True, line_post=director)
    make.PersonFactory(name="Sal Sen", holding=other)
    risk = a_risk(head)
    live(MONDAY)
    risk.owner_post = other
    db.session.commit()
    assert sent(MONDAY) == {}
    assert ended() == [("Hal Head", "0", "By now Sal Sen is told of it instead.")]
    live(MONDAY + timedelta(minutes=5))
    assert "CYPE 20" in sent(MONDAY + timedelta(minutes=5))["Sal Sen"]


def test_what_waits_while_the_server_is_away_is_true_when_it_leaves(head: Post) -> None:
    risk = a_risk(head)
    live(MONDAY)
    sent(MONDAY, TemporaryFailure("away", server=True))
    risk.title = "Another title"
    db.session.commit()
    later = MONDAY + timedelta(days=1)
    text = sent(later)["Hal Head"]
    assert "Another title" in text
    assert "1 day late" in text


def test_a_vacant_posts_review_says_that_it_is_vacant(director: Post) -> None:
    a_risk(make.PostFactory(title="Head of Nothing", owning=True, line_post=director))
    live(MONDAY)
    assert (
        "You are told because the post that owns the risk, Head of Nothing, is vacant." in sent(MONDAY)["Dora Director"]
    )


def test_somebody_who_is_no_longer_active_gets_none(head: Post) -> None:
    a_risk(head)
    reminders.remind(MONDAY, DAY)
    person("Hal Head").active = False
    db.session.commit()
    for one in digests.ready(MONDAY):
        assert not digests.put_digest(one, MONDAY)
    assert ended() == [("Hal Head", "0", "The person is no longer active here.")]


def test_the_job_waits_for_the_days_reminders_but_not_for_ever(head: Post) -> None:
    a_risk(head)
    reminders.remind(MONDAY - timedelta(days=1), DAY)
    db.session.commit()
    assert run_job("digests", MONDAY).outcome == "nothing to do"
    assert run_job("digests", MONDAY + timedelta(hours=2)).outcome == "1 digest put into the outbox"


def test_the_job_goes_after_the_reminders(head: Post) -> None:
    a_risk(head)
    assert run_job("evaluate", MONDAY).ok
    assert run_job("remind", MONDAY).outcome == "1 reminder noted"
    assert run_job("digests", MONDAY).outcome == "1 digest put into the outbox"
    assert run_job("digests", MONDAY).outcome == "nothing to do"
