"""Results that are overdue: asked for in one query, said in the pack, and never taken for GREEN."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Indicator, Register
from riskreg.queries.overdue_results import overdue_results
from riskreg.queries.packs import pack_content
from riskreg.reports.outline import outline
from tests import factories as make

ENDED = date(2016, 12, 31)
FIRST = datetime(2017, 6, 30, 5, 30, tzinfo=make.NOW.tzinfo)
POLICY = Policy.from_data(1, date(2017, 4, 1), make.RULES)

pytestmark = pytest.mark.usefixtures("app")


def a_quarterly(name: str, ended: date = ENDED) -> Indicator:
    indicator: Indicator = make.IndicatorFactory(name=name, frequency_months=3)
    make.ResultFactory(indicator=indicator, period_end=ended, period=f"{ended:%B %Y}")
    db.session.commit()
    return indicator


def test_a_result_is_overdue_on_the_day_after_it_was_due_and_not_before() -> None:
    a_quarterly("Take-up")
    assert overdue_results(date(2017, 6, 29), POLICY) == []
    (one,) = overdue_results(FIRST.date(), POLICY)
    assert one.sentence == (
        "Not known since 31 December 2016: the next result was due by 29 June 2017 and is 1 day late."
    )


def test_what_is_overdue_is_asked_in_as_many_queries_for_one_as_for_many() -> None:
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


def test_the_pack_says_which_results_behind_open_risks_are_not_known() -> None:
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
