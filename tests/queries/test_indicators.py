"""The scorecard's reads: the latest result, trends on one basis, national figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Flask

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Benchmark
from riskreg.queries.indicators import (
    Others,
    ScorecardFilter,
    ScorecardRow,
    group_names,
    groups_shown,
    scorecard,
)
from tests import factories as make

POLICY = Policy.from_data(1, date(2017, 4, 1), make.RULES)


def rows(**wanted: object) -> list[ScorecardRow]:
    """The rows of the scorecard that are wanted."""
    return scorecard(ScorecardFilter(**wanted), make.TODAY, POLICY, offset=0, size=50)  # type: ignore[arg-type]


def test_the_latest_period_counts_and_not_what_was_recorded_last(app: Flask) -> None:
    indicator = make.IndicatorFactory()
    make.ResultFactory(indicator=indicator, value=Decimal(70))
    make.ResultFactory(indicator=indicator, opening_position=True)
    (row,) = rows()
    assert (row.period, row.value) == ("December 2016", Decimal(70))


def test_a_superseded_figure_is_never_the_latest(app: Flask) -> None:
    first = make.ResultFactory(current=False)
    make.ResultFactory(indicator=first.indicator, revision=2, value=Decimal(71))
    (row,) = rows()
    assert row.value == Decimal(71)
    assert [value for value, _ in row.trend] == [Decimal(71)]


def test_a_trend_stays_on_the_basis_of_the_latest_result(app: Flask) -> None:
    indicator = make.IndicatorFactory()
    make.ResultFactory(indicator=indicator, basis="snapshot", period_end=date(2015, 8, 31), value=Decimal(1))
    make.ResultFactory(indicator=indicator, period_end=date(2015, 12, 31), value=Decimal(2))
    make.ResultFactory(indicator=indicator, value=Decimal(3))
    (row,) = rows()
    assert [value for value, _ in row.trend] == [Decimal(2), Decimal(3)]


def test_an_indicator_without_a_result_is_there_all_the_same(app: Flask) -> None:
    make.IndicatorFactory()
    (row,) = rows(rag="not rated")
    assert (row.period, row.value, row.rag, row.target, row.late, row.links) == (None, None, None, "", "", 0)


def test_a_target_in_words_is_shown_as_printed_and_a_figure_with_its_unit(app: Flask) -> None:
    indicator = make.IndicatorFactory()
    make.ResultFactory(indicator=indicator, target_year=2016)
    make.TargetFactory(indicator=indicator, year=2016, kind="up", value=None, printed="↑")
    make.TargetFactory(indicator=indicator, year=2017, value=Decimal("78.0"), printed="78.0")
    (row,) = rows()
    assert (row.target, row.year_target) == ("↑", "78.0%")


def test_groups_count_by_rag_in_the_order_of_the_plan(app: Flask) -> None:
    for group, rag in (("VSK", "RED"), ("SEND", None), ("VSK", "GREEN")):
        make.ResultFactory(indicator=make.IndicatorFactory(service_group=group), rag=rag)
    assert group_names() == ["VSK", "SEND"]
    found = groups_shown(ScorecardFilter(), make.TODAY, POLICY)
    assert [(group.name, group.counts) for group in found] == [
        ("VSK", [("RED", 1), ("GREEN", 1)]),
        ("SEND", [("not rated", 1)]),
    ]
    assert groups_shown(ScorecardFilter(rag="AMBER"), make.TODAY, POLICY) == []


def test_without_a_policy_nothing_is_overdue(app: Flask) -> None:
    make.ResultFactory(period_end=date(2001, 1, 1))
    assert groups_shown(ScorecardFilter(stale=True), make.TODAY, None) == []
    (row,) = scorecard(ScorecardFilter(), make.TODAY, None, offset=0, size=50)
    assert row.late == ""


def test_the_national_column_is_the_latest_year_that_is_known_of_each(app: Flask) -> None:
    """A figure that arrives for one indicator leaves those of the others where they are."""
    first, second = make.IndicatorFactory(), make.IndicatorFactory()
    for indicator, year, value, near in (
        (first, 2016, "60", "58"), (first, 2017, "61", None), (first, 2018, "99", None), (second, 2016, None, "57"),
    ):  # fmt: skip
        figures = {"value": Decimal(value) if value else None, "neighbours": Decimal(near) if near else None}
        db.session.add(Benchmark(indicator_id=indicator.id, year=year, printed="", comparable=False, **figures))
    db.session.flush()
    assert [one.others for one in rows()] == [Others(2017, "61%", False, ""), Others(2016, "", True, "57%")]
