"""The scorecard: its groups, filters and counts, bad addresses, and how it is read."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import sign_in_as, words

GROUPS = (
    "Early Years & Childcare",
    "School Improvement",
    "SEND",
    "VSK",
    "Fair Access",
    "Provision Planning",
    "Skills & Employability",
    "Early Help & Preventative Services",
)


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    """Somebody who only reads."""
    sign_in_as(client, "Auditor")
    return client


def test_the_scorecard_shows_all_indicators_in_the_groups_and_order_of_the_plan(reader: FlaskClient) -> None:
    text = words(reader.get("/indicators"))
    assert "110 indicators" in text
    places = [text.index(f"{group} {count} indicators:") for group, count in zip(GROUPS, _sizes(), strict=True)]
    assert places == sorted(places)
    assert text.index("EY-01") < text.index("EY-09") < text.index("SI-01") < text.index("EH-26")


def _sizes() -> list[int]:
    return [9, 39, 3, 2, 10, 3, 18, 26]


def test_a_row_shows_result_target_rag_direction_and_its_risks(reader: FlaskClient) -> None:
    answer = reader.get("/indicators?q=FF2+place+%28as")
    text = words(answer)
    assert "EY-05 70% December 2016 78% RED ↓ worse – 78%" in text
    assert "1 risk depends on EY-05" in text
    assert "app-sparkline" in answer.text
    assert 'href="/indicators/5#risks"' in answer.text


def test_cells_that_are_no_figure_are_shown_in_the_words_of_the_plan(reader: FlaskClient) -> None:
    text = words(reader.get("/indicators?group=School+Improvement"))
    assert "36.8% 2016 25% RED – 28% 2016, not comparable '= National average" in text
    assert "↑ not rated" in text


def test_the_ten_of_the_quarterly_performance_report_are_found_and_marked(reader: FlaskClient) -> None:
    answer = reader.get("/indicators?qpr=1")
    assert "10 indicators found" in words(answer)
    assert answer.text.count('<abbr title="Quarterly Performance Report">') == 10


@pytest.mark.parametrize(
    ("query", "here"),
    [
        ("", "All indicators"),
        ("?qpr=1", "Quarterly Performance Report"),
        ("?qpr=1&rag=RED", "Quarterly Performance Report"),
        ("?stale=1", "Results overdue"),
    ],
)
def test_the_list_that_is_shown_is_marked_among_the_lists(reader: FlaskClient, query: str, here: str) -> None:
    lists = (
        reader.get(f"/indicators{query}").text.partition('aria-label="Lists of indicators"')[2].partition("</nav>")[0]
    )
    assert re.findall(r'aria-current="page">([^<]+)<', lists) == [here]
    assert lists.count("app-counts__item--here") == 1


@pytest.mark.parametrize(("path", "columns"), [("/indicators?qpr=1", 8), ("/contracts?kind=external", 9)])
def test_on_a_telephone_each_cell_stands_under_the_name_of_its_column(
    reader: FlaskClient, path: str, columns: int
) -> None:
    text = reader.get(path).text
    assert 'role="table" class="govuk-table app-table app-stack' in text
    rows = text.count('<th scope="row" role="rowheader"')
    assert rows > 0
    assert len(re.findall(r'role="cell"\s+data-label="', text)) == text.count("<td") == rows * columns


@pytest.mark.parametrize(("query", "found"), [("rag=RED", "RED"), ("rag=not+rated", "not rated"), ("linked=1", "risk")])
def test_a_filter_shows_as_many_as_the_count_says(reader: FlaskClient, query: str, found: str) -> None:
    answer = reader.get(f"/indicators?{query}")
    count = answer.text.count('<th scope="row"')
    assert 0 < count < 110
    assert f"{count} indicators found" in words(answer)
    assert answer.text.count(found) >= count


def test_a_count_beside_a_group_leads_to_exactly_those_rows(reader: FlaskClient) -> None:
    answer = reader.get("/indicators")
    assert 'href="/indicators?group=SEND&amp;rag=RED"' in answer.text
    assert "1 indicator found" in words(reader.get("/indicators?group=SEND&rag=RED"))


def test_overdue_results_are_found_by_the_rule_and_say_so(app: Flask) -> None:
    make.RegisterFactory()
    make.ResultFactory(indicator=make.IndicatorFactory(name="Long ago"), period_end=date(2016, 1, 2))
    make.ResultFactory(indicator=make.IndicatorFactory(name="Just in time"), period_end=date(2016, 1, 3))
    make.ResultFactory(
        indicator=make.IndicatorFactory(name="Every month", frequency_months=1), period_end=date(2016, 12, 1)
    )
    reader = signed_in_as(app, "auditor")
    text = words(reader.get("/indicators?stale=1"))
    assert "2 indicators found" in text
    assert "Not known since 2 January 2016: the next result was due by 2 April 2017 and is 1 day late." in text
    assert "Every month" in text
    assert "Just in time" not in text


def test_the_plan_itself_holds_one_result_that_is_overdue(reader: FlaskClient) -> None:
    text = words(reader.get("/indicators?stale=1"))
    assert "1 indicator found" in text
    assert "EH-12 Not known since 30 June 2014" in text


def test_nothing_overdue_is_said_in_a_sentence(app: Flask) -> None:
    make.RegisterFactory()
    make.ResultFactory()
    assert "No result is overdue" in words(signed_in_as(app, "auditor").get("/indicators?stale=1"))


def test_a_search_takes_wildcards_as_typed_and_finds_nothing_with_a_way_on(reader: FlaskClient) -> None:
    text = words(reader.get("/indicators?q=%25%25%25"))
    assert "0 indicators" in text
    assert "No indicator is all of this." in text


@pytest.mark.parametrize("query", ["rag=PURPLE", "group=None", "stale=perhaps", "q=%00", "linked=2"])
def test_an_unknown_filter_is_left_out(reader: FlaskClient, query: str) -> None:
    answer = reader.get(f"/indicators?{query}")
    assert answer.status_code == 200
    assert "110 indicators" in words(answer)


@pytest.mark.parametrize("page", ["2", "0", "x", "99999999999"])
def test_a_page_out_of_range_is_not_found_and_says_so(reader: FlaskClient, page: str) -> None:
    answer = reader.get(f"/indicators?page={page}")
    assert answer.status_code == 404
    assert "There is no page" in words(answer)


def test_an_empty_register_says_that_nothing_is_loaded(app: Flask) -> None:
    answer = signed_in_as(app, "auditor").get("/indicators")
    assert answer.status_code == 404
    assert "No register has been loaded yet." in words(answer)


def test_a_register_without_indicators_says_so(app: Flask) -> None:
    make.RegisterFactory()
    answer = signed_in_as(app, "auditor").get("/indicators")
    assert answer.status_code == 200
    assert "No indicator is loaded yet." in words(answer)


def test_files_are_offered_for_downloading(reader: FlaskClient) -> None:
    text = reader.get("/indicators").text
    for name in ("indicators", "targets", "results"):
        assert f'href="/export/{name}.csv"' in text


def test_the_number_of_queries_does_not_grow_with_the_rows(app: Flask) -> None:
    make.RegisterFactory()
    _one_more()
    reader = signed_in_as(app, "auditor")
    with counted() as few:
        assert "1 indicator" in words(reader.get("/indicators"))
    for _ in range(99):
        _one_more()
    db.session.commit()
    with counted() as many:
        assert "100 indicators" in words(reader.get("/indicators"))
    assert len(few) == len(many) <= 12


def _one_more() -> None:
    indicator = make.IndicatorFactory()
    make.ResultFactory(indicator=indicator)
    make.ResultFactory(indicator=indicator, opening_position=True)
    make.TargetFactory(indicator=indicator)
    db.session.add(
        models.Benchmark(indicator_id=indicator.id, year=2016, printed="5", value=Decimal(5), comparable=True)
    )
    make.LinkFactory(indicator=indicator)


def test_reading_changes_nothing(reader: FlaskClient) -> None:
    before = db.session.scalar(select(func.count()).select_from(models.AuditEvent))
    db.session.rollback()
    reader.get("/indicators")
    assert db.session.scalar(select(func.count()).select_from(models.AuditEvent)) == before


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in_page(client: FlaskClient) -> None:
    answer = client.get("/indicators?rag=RED")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
