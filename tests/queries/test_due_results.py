"""Which results a period asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskreg.extensions import db
from riskreg.queries.due_results import WantedPeriod, due_results
from tests import factories as make
from tests.web.before_dmt import counted

MARCH = WantedPeriod(date(2017, 3, 31), 2017)


@pytest.mark.usefixtures("plan_app")
def test_of_the_plan_those_are_asked_for_that_are_due_by_the_end_of_march() -> None:
    due = due_results(MARCH)
    assert [row.code for row in due.rows][:2] == ["EY-06", "EY-07"]
    assert (len(due.rows), due.published, due.not_due) == (10, 0, 100)
    first = due.rows[0]
    assert (first.before_period, str(first.before_value), first.before_rag) == ("End of March 2016", "62", "RED")
    assert (first.target, str(first.target_value)) == ("72", "72")
    assert len(due_results(replace(MARCH, everything=True)).rows) == 110
    assert {row.basis for row in due_results(replace(MARCH, basis="snapshot", everything=True)).rows} == {"snapshot"}
    fewer = due_results(replace(MARCH, group="Early Years & Childcare"))
    assert [row.code for row in fewer.rows] == ["EY-06", "EY-07"]


@pytest.mark.usefixtures("app")
class TestOneIndicator:
    """On an empty register."""

    def test_what_is_published_is_left_out_unless_something_was_typed_for_it(self) -> None:
        made = make.ResultFactory(period_end=date(2017, 3, 31))
        due = due_results(MARCH)
        assert (due.rows, due.published) == ([], 1)
        (row,) = due_results(MARCH, also={made.indicator_id}).rows
        assert row.id == made.indicator_id

    def test_a_result_on_another_basis_answers_nothing(self) -> None:
        made = make.ResultFactory(period_end=date(2017, 3, 31), basis="month")
        (row,) = due_results(MARCH).rows
        assert (row.id, row.before_period) == (made.indicator_id, None)

    def test_a_later_result_and_a_superseded_one_are_not_the_one_before(self) -> None:
        made = make.ResultFactory(period_end=date(2016, 3, 31), period="March 2016")
        make.ResultFactory(indicator=made.indicator, period_end=date(2017, 4, 1))
        make.ResultFactory(indicator=made.indicator, period_end=date(2016, 12, 31), current=False)
        (row,) = due_results(MARCH).rows
        assert row.before_period == "March 2016"

    def test_three_queries_for_any_number(self) -> None:
        make.TargetFactory()
        with counted() as few:
            due_results(MARCH)
        for _ in range(20):
            make.ResultFactory()
        db.session.flush()
        with counted() as many:
            due_results(MARCH)
        assert (len(few), len(many)) == (3, 3)
