"""The watch list: who is on it, who has too few results, and the escalations that an indicator caused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Indicator
from riskreg.queries.forecasts import watch_list
from tests import factories as make

POLICY = Policy.from_data(1, date(2017, 4, 1), make.RULES)


def an_indicator(*values: int, rag: str = "GREEN", goal: int = 84, basis: str = "annual") -> Indicator:
    """Results at the end of each school year up to 2016, and a target for 2018."""
    indicator: Indicator = make.IndicatorFactory()
    make.TargetFactory(indicator=indicator, year=2018, value=Decimal(goal))
    for number, value in enumerate(values):
        year = 2017 - len(values) + number
        make.ResultFactory(
            indicator=indicator, period_end=date(year, 8, 31), period=str(year), target_year=year, rag=rag,
            value=Decimal(value), basis=basis,
        )  # fmt: skip
    return indicator


@pytest.mark.parametrize(
    ("values", "rag", "goal", "listed"),
    [
        ((70, 72, 74), "GREEN", 84, True),
        ((70, 72, 74), "AMBER", 84, True),
        ((70, 72, 74), "RED", 84, False),  # that it misses is known already
        ((70, 72, 74), "GREEN", 78, False),
        ((72, 74), "GREEN", 84, False),
    ],
)
def test_what_is_not_red_and_would_miss_is_watched(
    app: Flask, values: tuple[int, ...], rag: str, goal: int, listed: bool
) -> None:
    indicator = an_indicator(*values, rag=rag, goal=goal)
    found = watch_list(POLICY)
    assert [one.id for one in found.watched] == ([indicator.id] if listed else [])


def test_the_first_year_that_is_missed_is_named(app: Flask) -> None:
    indicator = an_indicator(70, 72, 74)
    make.TargetFactory(indicator=indicator, year=2017, value=Decimal(76))
    (one,) = watch_list(POLICY).watched
    assert (one.prospect.year, str(one.prospect.forecast.value), one.prospect.judgement.rag) == (2018, "78", "AMBER")


def test_results_on_another_basis_are_not_mixed_in(app: Flask) -> None:
    indicator = an_indicator(72, 74)
    make.ResultFactory(indicator=indicator, period_end=date(2014, 8, 31), basis="quarter", rag="GREEN")
    found = watch_list(POLICY)
    assert (found.watched, found.forecast, found.too_few) == ([], 0, 1)


def test_a_list_of_many_takes_as_many_queries_as_one_of_one(app: Flask) -> None:
    counts = []
    for _ in range(2):
        an_indicator(70, 72, 74)
        db.session.commit()
        seen: list[str] = []

        def note(*args: object, seen: list[str] = seen) -> None:
            seen.append(str(args[2]))

        event.listen(db.engine, "before_cursor_execute", note)
        watch_list(POLICY)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([one for one in seen if one.startswith("SELECT")]))
    assert counts == [3, 3]
