"""Publishing and correcting results: what is refused, what is kept, and what each is judged against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, Result
from riskreg.services.actors import Actor
from riskreg.services.evaluation import evaluate_register
from riskreg.services.publishing import publish_results
from riskreg.services.results import ResultEntry, correction_of
from tests import factories as make

NOW = make.NOW
OFFICER = Actor(None, "Performance officer", frozenset({Role.PERFORMANCE_OFFICER}), frozenset())
READER = Actor(None, "Auditor", frozenset({Role.AUDITOR}), frozenset())


MARCH = ResultEntry(0, "70", "March 2017", date(2017, 3, 31), 2017)


def entry(value: str = "70", **other: Any) -> ResultEntry:
    """A result for March 2017."""
    return replace(MARCH, value=value, **other)


def indicator(**about: object) -> Indicator:
    """An indicator with a target of 78 for 2017."""
    register = make.RegisterFactory()
    assert register.id
    made: Indicator = make.IndicatorFactory(**about)
    make.TargetFactory(indicator=made)
    return made


def publish(found: Indicator, typed: ResultEntry, actor: Actor = OFFICER) -> Result:
    """Publish on the one register of the test."""
    one = replace(typed, indicator_id=found.id)
    return publish_results(actor, make.RegisterFactory().id, [one], NOW).results[0]


def correct(result: Result, value: str, reason: str) -> Result:
    """Publish a correction that makes a result final."""
    register = make.RegisterFactory().id
    return publish_results(OFFICER, register, [correction_of(result, value, "final", reason)], NOW).results[0]


@pytest.mark.usefixtures("app")
class TestPublishing:
    """On an empty register."""

    @pytest.mark.parametrize(
        ("value", "rag"), [("78", "GREEN"), ("78.0", "GREEN"), ("77.9", "AMBER"), ("70.2", "AMBER"), ("70.19", "RED")]
    )
    def test_equal_counts_as_reached(self, value: str, rag: str) -> None:
        result = publish(indicator(), entry(value))
        assert (result.rag, result.floor_value, result.floor_assumed) == (rag, Decimal("70.20"), True)

    @pytest.mark.parametrize(
        "typed", ["", "N/A", "↑", "seventy", "7o", "70,5", "1e5", "NaN", "101", "-1", "--3", "28*", "७०", "70.1234"]
    )
    def test_a_figure_that_is_no_number_is_refused(self, typed: str) -> None:
        found = indicator()
        with pytest.raises(RuleBroken) as refused:
            publish(found, entry(typed))
        assert refused.value.field == "value"
        assert db.session.scalar(select(func.count()).select_from(Result)) == 0

    @pytest.mark.parametrize(("typed", "stored"), [("7,800", "7800"), (" 3020 ", "3020")])
    def test_thousands_commas_are_read(self, typed: str, stored: str) -> None:
        assert publish(indicator(unit="number"), entry(typed)).value == Decimal(stored)

    def test_a_percent_sign_is_read_and_the_precision_kept(self) -> None:
        assert str(publish(indicator(), entry("70.50%")).value) == "70.50"

    @pytest.mark.parametrize("ended", [date(2017, 4, 4), date(1999, 12, 31)])
    def test_a_period_that_has_not_ended_or_is_long_past_is_refused(self, ended: date) -> None:
        with pytest.raises(RuleBroken) as refused:
            publish(indicator(), entry(period_end=ended))
        assert refused.value.field == "period_end"

    def test_a_period_already_published_is_refused_with_the_offer_to_correct_it(self) -> None:
        found = indicator()
        publish(found, entry())
        with pytest.raises(RuleBroken, match=r"already published .* Correct that result instead"):
            publish(found, entry("71"))

    def test_a_gap_between_two_percentages_may_turn_round(self) -> None:
        assert publish(indicator(name="Gender achievement gap"), entry("-0.4")).value == Decimal("-0.4")

    @pytest.mark.parametrize(
        ("other", "field"), [({"period": "March"}, "period"), ({"target_year": 2020}, "target_year")]
    )
    def test_a_period_says_its_year_and_is_judged_by_a_target_near_it(self, other: dict[str, Any], field: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            publish(indicator(), entry(**other))
        assert refused.value.field == field

    def test_two_periods_of_an_indicator_are_not_called_the_same(self) -> None:
        found = indicator()
        publish(found, entry())
        earlier = entry(period_end=date(2017, 3, 30), period="march 2017 ")
        with pytest.raises(RuleBroken, match=r"“march 2017” is the period that ended on 31 March 2017") as refused:
            publish(found, earlier)
        assert refused.value.field == "period"
        publish(found, replace(earlier, basis="quarter"))
        publish(indicator(), earlier)

    def test_two_periods_of_one_publication_are_not_called_the_same(self) -> None:
        found = indicator()
        both = [entry(indicator_id=found.id, period_end=date(2017, 3, ends)) for ends in (30, 31)]
        with pytest.raises(RuleBroken, match=r"“March 2017” is the period that ended on 30 March 2017"):
            publish_results(OFFICER, make.RegisterFactory().id, both, NOW)
        with pytest.raises(RuleBroken, match=r"“March 2017” cannot have ended on 28 February 2017"):
            publish(found, entry(period_end=date(2017, 2, 28)))

    def test_only_the_performance_officer_publishes(self) -> None:
        with pytest.raises(NotPermitted):
            publish(indicator(), entry(), READER)

    def test_a_correction_keeps_what_it_corrects_and_asks_why(self) -> None:
        found = indicator()
        first = publish(found, entry())
        with pytest.raises(RuleBroken, match="why"):
            correct(first, "71", "  ")
        db.session.refresh(first)
        second = correct(first, "71", "A late return.")
        assert (first.value, first.current) == (Decimal(70), False)
        assert (second.value, second.current, second.revision, second.reason) == (
            Decimal(71),
            True,
            2,
            "A late return.",
        )

    def test_correcting_what_someone_else_has_corrected_is_refused(self) -> None:
        first = publish(indicator(), entry())
        correct(first, "71", "A late return.")
        with pytest.raises(ChangedMeanwhile):
            correct(first, "72", "Another.")

    def test_the_direction_of_travel_follows_a_correction_of_the_period_before(self) -> None:
        found = indicator()
        earlier = publish(found, entry("70", period="March 2016", period_end=date(2016, 3, 31)))
        later = publish(found, entry("72"))
        assert later.direction == "better"
        correct(earlier, "75", "Recounted.")
        assert later.direction == "worse"

    def test_a_national_average_judges_only_once_it_is_known(self) -> None:
        found = indicator()
        found.targets[0].kind, found.targets[0].value = "national", None
        result = publish(found, entry("70"))
        assert (result.rag, "not known yet" in result.why) == (None, True)
        db.session.add(Benchmark(indicator_id=found.id, year=2017, printed="69", value=Decimal(69), comparable=True))
        db.session.flush()
        db.session.expire(found)
        evaluate_register(make.RegisterFactory().id, NOW)
        assert (result.rag, result.judged_at) == ("GREEN", NOW)
        assert publish(found, entry("70", period="April 2017", period_end=date(2017, 4, 1))).rag == "GREEN"


def test_every_opening_result_of_the_plan_was_judged_and_none_became_a_wrong_number(plan_app: Flask) -> None:
    opening = db.session.scalars(select(Result).where(Result.opening)).all()
    assert len(opening) == 110
    assert [row.printed for row in opening if row.value is None] == ["N/A"]
    assert all(row.judged_at for row in opening if row.value is not None)
    assert all(row.why for row in opening if row.value is not None and row.rag is None)
