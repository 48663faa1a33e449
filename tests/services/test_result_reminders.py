"""Results that are overdue: told to each performance officer once, said in the pack, and never taken for GREEN."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.models import Indicator, Message, Person, Post, Register
from riskreg.queries.overdue_results import overdue_results
from riskreg.queries.packs import pack_content
from riskreg.reports.outline import outline
from riskreg.services.result_reminders import remind_of_results
from tests import factories as make

ENDED = date(2016, 12, 31)
DUE = date(2017, 6, 29)  # three months and the 90 days of grace after it
FIRST = datetime(2017, 6, 30, 5, 30, tzinfo=make.NOW.tzinfo)
POLICY = Policy.from_data(1, date(2017, 4, 1), make.RULES)


class CrashError(BaseException):
    """The process is killed."""


@pytest.fixture
def post(app: Any) -> Post:
    make.RegisterFactory()
    found: Post = make.PostFactory(bringing=("performance_officer",))
    make.PersonFactory(name="Officer", holding=found)
    return found


def a_quarterly(name: str, ended: date = ENDED) -> Indicator:
    indicator: Indicator = make.IndicatorFactory(name=name, frequency_months=3)
    make.ResultFactory(indicator=indicator, period_end=ended, period=f"{ended:%B %Y}")
    db.session.commit()
    return indicator


def told() -> list[tuple[str, list[str]]]:
    """Who was told of which indicators, in order."""
    query = select(Person.name, Message.facts).join(Message.person).where(Message.kind == "results_due")
    return [
        (name, [one["name"] for one in facts["results"]])
        for name, facts in db.session.execute(query.order_by(Message.id))
    ]


def test_an_officer_is_told_on_the_day_after_it_was_due_and_not_before(post: Post) -> None:
    a_quarterly("Take-up")
    assert remind_of_results(FIRST - timedelta(days=1)) == 0
    assert remind_of_results(FIRST) == 1
    (message,) = db.session.scalars(select(Message)).all()
    (facts,) = message.facts["results"]
    assert facts["due_on"] == DUE.isoformat()
    assert facts["sentence"] == (
        "Not known since 31 December 2016: the next result was due by 29 June 2017 and is 1 day late."
    )


def test_every_day_again_tells_nothing_twice_and_what_is_new_once(post: Post) -> None:
    a_quarterly("Take-up")
    a_quarterly("Attendance", date(2017, 1, 31))
    for days in range(60):
        now = FIRST + timedelta(days=days)
        remind_of_results(now)
        db.session.commit()
        assert remind_of_results(now + timedelta(hours=1)) == 0
    assert told() == [("Officer", ["Take-up"]), ("Officer", ["Attendance"])]


def test_the_result_after_a_late_one_is_told_again_when_it_is_late(post: Post) -> None:
    indicator = a_quarterly("Take-up")
    remind_of_results(FIRST)
    make.ResultFactory(indicator=indicator, period_end=date(2017, 3, 31), period="March 2017")
    db.session.commit()
    assert remind_of_results(FIRST + timedelta(days=80)) == 0
    assert remind_of_results(FIRST + timedelta(days=100)) == 1


def test_somebody_new_in_the_post_is_told_where_it_stands(post: Post) -> None:
    a_quarterly("Take-up")
    remind_of_results(FIRST)
    (holding,) = post.holdings
    holding.until_on = FIRST.date()
    make.HoldingFactory(post=post, person=make.PersonFactory(name="Successor"), from_on=FIRST.date())
    db.session.commit()
    assert remind_of_results(FIRST + timedelta(days=1)) == 1
    assert told() == [("Officer", ["Take-up"]), ("Successor", ["Take-up"])]


def test_a_dropped_message_is_not_written_again(post: Post) -> None:
    a_quarterly("Take-up")
    remind_of_results(FIRST)
    db.session.scalars(select(Message)).one().state = "dropped"
    db.session.commit()
    assert remind_of_results(FIRST + timedelta(days=1)) == 0


def test_the_nightly_job_run_twice_tells_once(post: Post) -> None:
    a_quarterly("Take-up")
    assert run_job("remind", FIRST).outcome == "1 digest put into the outbox"
    assert run_job("remind", FIRST + timedelta(hours=1)).outcome == "0 digests put into the outbox"


def test_a_crash_in_the_middle_leaves_nothing_and_the_next_run_tells_everyone_once(post: Post) -> None:
    make.PersonFactory(name="Other officer", holding=make.PostFactory(bringing=("performance_officer",)))
    a_quarterly("Take-up")
    written: list[str] = []

    def killed(*args: Any) -> None:
        statement = str(args[2])
        if statement.startswith("INSERT INTO message"):
            written.append(statement)
            if len(written) == 2:
                raise CrashError

    event.listen(db.engine, "before_cursor_execute", killed)
    try:
        with pytest.raises(CrashError):
            run_job("remind", FIRST)
    finally:
        event.remove(db.engine, "before_cursor_execute", killed)
        db.session.rollback()
    assert told() == []
    run_job("remind", FIRST + timedelta(minutes=5))
    run_job("remind", FIRST + timedelta(minutes=9))
    assert sorted(told()) == [("Officer", ["Take-up"]), ("Other officer", ["Take-up"])]


def test_what_is_overdue_is_asked_in_as_many_queries_for_one_as_for_many(post: Post) -> None:
    counts = []
    for _ in range(2):
        a_quarterly("Take-up")
        seen: list[str] = []

        def note(*args: Any, seen: list[str] = seen) -> None:
            seen.append(args[2])

        event.listen(db.engine, "before_cursor_execute", note)
        overdue_results(FIRST.date(), POLICY)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_pack_says_which_results_behind_open_risks_are_not_known(post: Post) -> None:
    indicator = a_quarterly("Take-up")
    a_quarterly("Attendance")  # behind no risk
    make.LinkFactory(risk=make.RiskFactory(reference__number=20), indicator=indicator)
    make.LinkFactory(risk=make.RiskFactory(closed=True), indicator=indicator)
    db.session.commit()
    register = db.session.scalars(select(Register)).one()
    content = pack_content(register, None, None, FIRST.date())
    (one,) = content["overdue_results"]
    assert (one["about"], one["risks"]) == ("Take-up", ["CYPE 20"])
    (table,) = [block for block in outline(content) if getattr(block, "caption", "") == "Results that are overdue"]
    assert "Not known since 31 December 2016" in table.rows[0][1].text  # type: ignore[union-attr]
    del content["overdue_results"]
    assert not [block for block in outline(content) if getattr(block, "caption", "") == "Results that are overdue"]
