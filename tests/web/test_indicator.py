"""The page of one indicator: chart, figures, risks, signals, and who may publish."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import sign_in_as, words


def path_of(code: str, more: str = "") -> str:
    """The address of an indicator."""
    found = db.session.scalar(select(models.Indicator.id).where(models.Indicator.code == code))
    db.session.rollback()
    return f"/indicators/{found}{more}"


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    """Somebody who only reads."""
    sign_in_as(client, "Auditor")
    return client


def test_it_says_at_once_how_the_indicator_stands(reader: FlaskClient) -> None:
    text = words(reader.get(path_of("EY-05")))
    assert "RED 70% for December 2016 against a target of 78%; direction: ↓ worse" in text
    assert "The floor is assumed: the target worsened by 10% of itself." in text


def test_the_chart_has_words_and_the_table_has_its_figures(reader: FlaskClient) -> None:
    answer = reader.get(path_of("EY-05"))
    assert "2 results, the latest: December 2016: 70%, RED." in answer.text
    text = words(answer)
    assert (
        "December 2016 70% provisional 78% of 2017 70.2% assumed RED ↓ worse 3 April 2017 Business Plan, line 538"
        in text
    )
    assert "2016 74% provisional, opening position 74% of 2016 66.6% assumed GREEN" in text
    assert "2020 84% 75.6% (assumed)" in text


def test_a_floor_of_the_past_is_the_one_that_the_result_was_judged_by(reader: FlaskClient) -> None:
    first = db.session.query(models.PolicyVersion).one()
    db.session.add(
        models.PolicyVersion(
            register_id=first.register_id,
            version=2,
            valid_from=date(2017, 4, 3),
            rules={**first.rules, "floor_share": "0.25"},
            reason="Too many were declined.",
            adopted_at=make.NOW,
        )
    )
    db.session.commit()
    text = words(reader.get(path_of("EY-05")))
    assert "2016 74% 66.6% (assumed) policy version 1" in text
    assert "2017 78% 70.2% (assumed) policy version 1" in text
    assert "2018 80% 60% (assumed) –" in text
    assert "2020 84% 63% (assumed)" in text
    assert "December 2016 70% provisional 78% of 2017 70.2% assumed RED" in text
    row = db.session.query(models.TargetRow).filter_by(year=2017).join(models.Indicator).filter_by(code="EY-05").one()
    row.value, row.printed = Decimal(80), "80"
    db.session.commit()
    assert "2017 80% 60% (assumed)" in words(reader.get(path_of("EY-05")))


def test_targets_that_are_no_figure_are_in_the_words_of_the_plan_and_say_why_nothing_is_rated(
    reader: FlaskClient,
) -> None:
    text = words(reader.get(path_of("SI-16")))
    assert (
        "2017 '= National average – – – Business Plan, line 846 Not rated: the target is the national average" in text
    )
    assert "2019 left empty" in text
    assert "28% (not comparable)" in text
    text = words(reader.get(path_of("SI-09")))
    assert "2016 ↑ it should rise" in text
    assert "Not rated: the target says only that it should rise." in text


def test_a_period_without_a_figure_says_what_the_plan_prints(reader: FlaskClient) -> None:
    text = words(reader.get(path_of("EH-03")))
    assert "not rated The plan prints no figure for 2016: N/A." in text


def test_it_says_which_way_is_better_and_how_that_is_known(reader: FlaskClient) -> None:
    text = words(reader.get(path_of("SI-16")))
    assert "Which way is better Lower is better How that is known assumed A gap between groups of pupils" in text
    text = words(reader.get(path_of("SEND-02")))
    assert "Derived. Targets rise from 90 (2017) to 95 (2020)." in text
    assert (
        "Percentage of Education and Health Care Plans (EHCPs) issued within 20 weeks Business Plan, line 806" in text
    )
    assert "The report says Education and Health Care Plans" in text


def test_the_risks_it_bears_on_carry_the_reason_and_what_the_link_heeds(reader: FlaskClient) -> None:
    answer = reader.get(path_of("SI-22"))
    assert "CYPE 01: Schools going into category" in words(answer)
    assert "Watched only: never an escalation" in words(answer)
    assert 'title="The plan links no indicator to a risk; this link was assumed."' in answer.text


def test_every_signal_is_there_with_the_escalation_it_caused(reader: FlaskClient) -> None:
    answer = reader.get(path_of("EY-05"))
    text = words(answer)
    assert "Slipped Found on 3 April 2017 under policy version 1" in text
    assert "it fell from 74% (2016) to 70% (December 2016), and from GREEN against a target of 74%" in text
    assert "Escalation of CYPE 20 (Insufficient take-up of free places for 2 year olds): awaiting DMT" in text
    assert "It has given no signal" in words(reader.get(path_of("EY-01")))


def test_a_target_of_nought_has_no_assumed_floor(app: Flask) -> None:
    make.RegisterFactory()
    result = make.ResultFactory(
        rag="RED",
        target_value=Decimal(0),
        floor_value=Decimal(0),
        floor_assumed=True,
        why="The floor is assumed: the target worsened by 10% of it.",
    )
    text = words(signed_in_as(app, "auditor").get(f"/indicators/{result.indicator_id}"))
    assert "none assumed" in text
    assert "a target of 0% leaves no room for one to be assumed." in text
    assert "The floor is assumed" not in text


def test_the_target_of_the_next_year_is_said_once_to_be_assumed(reader: FlaskClient) -> None:
    text = words(reader.get(path_of("EY-05")))
    said = (
        "Figures published after the 2016 scorecard are judged against the 2017 target:"
        " that they belong to the cycle that the 2017 target ends is assumed."
    )
    assert text.count(said) == 1
    assert said not in words(reader.get(path_of("EY-01")))


def test_a_result_that_is_overdue_is_said_to_be_not_known(app: Flask) -> None:
    make.RegisterFactory()
    result = make.ResultFactory(period_end=date(2015, 8, 31))
    reader = signed_in_as(app, "auditor")
    text = words(reader.get(f"/indicators/{result.indicator_id}"))
    assert "Not known since 31 August 2015: the next result was due by 29 November 2016 and is 125 days late." in text


def test_a_corrected_figure_stays_under_the_one_that_supersedes_it(app: Flask) -> None:
    make.RegisterFactory()
    first = make.ResultFactory(current=False, value=Decimal("70.5"))
    make.ResultFactory(
        indicator=first.indicator, revision=2, value=Decimal("71.0"), reason="A setting was counted twice."
    )
    reader = signed_in_as(app, "auditor")
    text = words(reader.get(f"/indicators/{first.indicator_id}"))
    assert text.index("71.0%") < text.index("Corrected: A setting was counted twice.") < text.index("70.5%")
    assert "revision 1, superseded" in text


def test_an_indicator_without_anything_has_a_sentence_for_each_part(app: Flask) -> None:
    make.RegisterFactory()
    indicator = make.IndicatorFactory()
    reader = signed_in_as(app, "auditor")
    answer = reader.get(f"/indicators/{indicator.id}")
    assert answer.status_code == 200
    for sentence in ("No result has been published yet.", "No target is set.", "No risk is linked", "given no signal"):
        assert sentence in words(answer)


def test_only_a_performance_officer_is_offered_to_publish_and_to_correct(client: FlaskClient) -> None:
    path = path_of("EY-05")
    for name in ("Auditor", "Risk Co-ordinator", "Administrator"):
        sign_in_as(client, name)
        text = client.get(path).text
        assert "/publish" not in text
        assert "/correct" not in text
    sign_in_as(client, "Performance Officer")
    text = client.get(path).text
    assert f'href="{path}/publish"' in text
    assert "/correct" in text


@pytest.mark.parametrize("key", ["999", "99999999999999999999", "-1", "x"])
def test_an_unknown_indicator_is_not_found(reader: FlaskClient, key: str) -> None:
    answer = reader.get(f"/indicators/{key}")
    assert answer.status_code == 404
    assert "<h1" in answer.text


def test_the_number_of_queries_does_not_grow_with_what_there_is(app: Flask) -> None:
    make.RegisterFactory()
    indicator = make.IndicatorFactory()
    _more(indicator, 2015)
    reader = signed_in_as(app, "auditor")
    with counted() as few:
        reader.get(f"/indicators/{indicator.id}")
    for year in range(1950, 2010):
        _more(indicator, year)
    db.session.commit()
    with counted() as many:
        assert words(reader.get(f"/indicators/{indicator.id}")).count("Any slip") == 61
    assert len(few) == len(many) <= 12


def _more(indicator: models.Indicator, year: int) -> None:
    result = make.ResultFactory(indicator=indicator, period_end=date(year, 8, 31), target_year=year)
    make.TargetFactory(indicator=indicator, year=year)
    make.LinkFactory(indicator=indicator)
    db.session.add(
        models.SignalRow(
            indicator_id=indicator.id,
            result_id=result.id,
            kind="red",
            fact=f"annual:{year}",
            severity=2,
            reaches=3,
            sentence="It is RED.",
            since=make.TODAY,
            found_on=make.TODAY,
            found_at=make.NOW,
            policy_version=1,
        )
    )
    db.session.flush()
