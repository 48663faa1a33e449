"""Setting targets and national figures on their pages: seen before it is saved, refused with a sentence, kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Benchmark, BenchmarkPast, Escalation, Indicator, TargetPast, TargetRow
from tests import factories as make
from tests.web.before_dmt import counted
from tests.web.browsing import post, problems, sign_in_as, words

WHY = "Agreed by DMT."


def indicator_of(code: str) -> int:
    """The id of an indicator of the plan."""
    found = db.session.scalars(select(Indicator.id).where(Indicator.code == code)).one()
    db.session.rollback()
    return found


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def send(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Look at what a form does, then save it as it was shown."""
    shown = post(client, path, **fields)
    assert shown.status_code == 200, problems(shown)
    digest = shown.text.partition('name="shown" value="')[2].partition('"')[0]
    return post(client, path, **fields, step="save", shown=digest)


def target(value: str = "80", **other: object) -> dict[str, object]:
    """What the form of a target that nobody has changed yet sends."""
    return {"kind": "figure", "value": value, "floor": "", "reason": WHY, "revision": 1, **other}


class TestTarget:
    """One target."""

    def test_what_it_does_is_shown_first_and_saved_as_shown(self, officer: FlaskClient) -> None:
        path = f"/indicators/{indicator_of('EY-05')}/targets/2017"
        assert "In force: 78%." in words(officer.get(path))
        shown = post(officer, path, **target("70", floor="65"))
        text = words(shown)
        assert "Nothing is saved yet." in text
        assert "78% 70%, floor 65%" in text
        assert "Results that keep their rating" in text
        assert "December 2016 70% RED GREEN" in text
        assert "No escalation changes." in text
        assert count(TargetPast) == 0
        saved = send(officer, path, **target("70", floor="65"))
        assert saved.status_code == 302
        listing = officer.get(saved.location)
        assert "1 change saved. No escalation changed." in words(listing)
        assert "2017 70%, floor 65%" in words(listing)
        assert "2017 Target: 78%" in words(listing)
        assert WHY in words(listing)
        row = db.session.scalars(select(TargetRow).where(TargetRow.indicator_id == 5, TargetRow.year == 2017)).one()
        assert (str(row.value), row.revision) == ("70", 1)

    def test_going_back_keeps_what_was_typed(self, officer: FlaskClient) -> None:
        answer = post(officer, "/indicators/5/targets/2018", **target("79.5"), step="change")
        assert 'value="79.5"' in answer.text
        assert count(TargetPast) == 0

    def test_a_cleared_floor_stays_cleared(self, officer: FlaskClient) -> None:
        path = "/indicators/5/targets/2018"
        assert send(officer, path, **target("80", floor="70")).status_code == 302
        assert send(officer, path, **target("80", floor="", revision=2)).status_code == 302
        row = db.session.scalars(select(TargetRow).where(TargetRow.indicator_id == 5, TargetRow.year == 2018)).one()
        assert row.floor is None

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"value": "many"}, "“many” is not a number such as 70 or 70.5, with up to three decimals."),
            ({"value": ""}, "Enter the figure."),
            ({"value": "180"}, "This percentage must be between 0 and 100."),
            ({"value": "80", "floor": "90"}, "Higher is better: the floor must not be above the target."),
            ({"reason": " "}, "Say why it is set so."),
            ({"kind": ""}, "Say what the target is."),
            ({"kind": "up"}, "There is no figure to a target that says “it should rise”: leave this empty."),
            ({"value": "78"}, "This is what is set already."),
            ({"value": "8" * 41}, "The figure must be 40 characters or fewer. You typed 41."),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
        self, officer: FlaskClient, fields: dict[str, str], sentence: str
    ) -> None:
        answer = post(officer, "/indicators/5/targets/2017", **{**target(), **fields})
        assert answer.status_code == 422
        assert problems(answer) == [sentence]
        assert fields.get("value", "80") in answer.text
        assert count(TargetPast) == 0

    def test_the_second_of_two_sees_what_the_first_set(self, officer: FlaskClient) -> None:
        path = "/indicators/5/targets/2017"
        send(officer, path, **target("80"))
        answer = post(officer, path, **target("82"))
        assert answer.status_code == 409
        assert problems(answer) == ["This target was changed meanwhile; it says now: 80%. Nothing was saved."]
        assert 'name="revision" type="hidden" value="2"' in answer.text or 'value="2"' in answer.text
        assert send(officer, path, **target("82", revision=2)).status_code == 302

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/indicators/5/targets/1999", 404),
            ("/indicators/5/targets/99999999999999999999", 404),
            ("/indicators/999999/targets/2018", 404),
            ("/indicators/5/national/2101", 404),
            ("/indicators/999999/targets", 404),
            ("/indicators/5/targets/2035", 200),
        ],
    )
    def test_an_address_that_names_nothing_is_no_page(self, officer: FlaskClient, path: str, status: int) -> None:
        assert officer.get(path).status_code == status

    def test_a_close_indicator_is_asked_for_tolerances(self, officer: FlaskClient) -> None:
        close = db.session.scalars(select(Indicator.id).where(Indicator.polarity == "close")).first()
        db.session.rollback()
        text = words(officer.get(f"/indicators/{close}/targets/2018"))
        assert "GREEN within (optional)" in text
        assert "Floor standard" not in text


class TestNational:
    """One year's national figure."""

    def waiting(self) -> int:
        """An indicator of the plan whose target of 2017 is the national average, with a result that waits for it."""
        indicator = db.session.scalars(select(Indicator).where(Indicator.code == "SI-19")).one()
        make.ResultFactory(indicator=indicator, basis=indicator.basis, value=Decimal(30))
        risk = make.RiskFactory(reference__number=90)
        make.LinkFactory(risk=risk, indicator=indicator)
        db.session.commit()
        key: int = indicator.id
        db.session.rollback()
        return key

    def test_a_result_that_waited_is_rated_and_escalates(self, officer: FlaskClient) -> None:
        path = f"/indicators/{self.waiting()}/national/2017"
        before = count(Escalation)
        assert "results of that year that wait for it are judged by this figure" in words(officer.get(path))
        fields = {"value": "20", "neighbours": "18", "comparable": "y", "reason": "DfE.", "revision": 0}
        text = words(post(officer, path, **fields))
        assert "December 2016 30 not rated RED" in text
        assert "1 risk comes before DMT CYPE 90" in text
        assert (count(Escalation), count(Benchmark)) == (before, count(Benchmark))
        saved = send(officer, path, **fields)
        assert "1 change saved. 1 result rated now. 1 risk escalated: CYPE 90." in words(officer.get(saved.location))
        assert count(Escalation) == before + 1

    def test_it_is_shown_on_the_page_of_the_indicator_and_in_the_scorecard(self, officer: FlaskClient) -> None:
        fields = {"value": "68", "neighbours": "66.5", "comparable": "y", "reason": "DfE.", "revision": 0}
        assert send(officer, "/indicators/5/national/2017", **fields).status_code == 302
        answer = officer.get("/indicators/5")
        assert "2017 78% 70.2% (assumed) 68% 66.5%" in words(answer)
        assert "statistical neighbours" in answer.text
        assert "68% 2017 neighbours 66.5%" in words(officer.get("/indicators?q=EY-05"))
        assert "66.5" in officer.get("/export/targets.csv").text
        assert count(BenchmarkPast) == 0

    def test_nothing_new_is_refused(self, officer: FlaskClient) -> None:
        answer = post(officer, "/indicators/5/national/2019", value="", neighbours="", reason=WHY, revision=0)
        assert answer.status_code == 422
        assert problems(answer) == ["This is what is set already."]


class TestReading:
    """Who only reads."""

    def test_who_may_not_set_targets_reads_them_and_is_offered_nothing(self, client: FlaskClient) -> None:
        sign_in_as(client, "Risk Co-ordinator")
        answer = client.get("/indicators/5/targets")
        assert "2020 84%" in words(answer)
        assert "/indicators/5/targets/2020" not in answer.text
        for path in ("/indicators/5/targets/2020", "/indicators/5/national/2020", "/indicators/targets"):
            assert client.get(path).status_code == 403
            assert post(client, path, **target()).status_code == 403

    def test_the_list_takes_as_many_queries_for_one_change_as_for_many(
        self, plan_app: Flask, officer: FlaskClient
    ) -> None:
        send(officer, "/indicators/5/targets/2017", **target("80"))
        first = self.queries(officer)
        send(officer, "/indicators/5/targets/2018", **target("81"))
        send(officer, "/indicators/5/targets/2019", **target("82.5"))
        assert self.queries(officer) == first <= 15

    def queries(self, officer: FlaskClient) -> int:
        with counted() as sent:
            officer.get("/indicators/5/targets")
        return len(sent)

    def test_each_source_stands_by_itself_and_a_year_without_one_says_so(self, officer: FlaskClient) -> None:
        text = words(officer.get(f"/indicators/{indicator_of('VSK-02')}/targets"))
        assert "Business Plan, line 880 Business Plan, lines 880, 954 A 2015 figure" in text
        assert "2021 none is set not known not known none is kept" in text

    def test_the_page_of_an_indicator_lists_the_escalations_it_caused(self, client: FlaskClient) -> None:
        sign_in_as(client, "Auditor")
        answer = client.get("/indicators/5")
        text = words(answer)
        assert "Escalation of CYPE 20:" in text.partition("Escalations it caused")[2]
        assert "none yet" in text.partition("Escalations it caused")[2]
        assert "Too few results for a forecast: it needs 3 on the same basis, and there" in text

    def test_the_watch_list_says_what_it_is(self, client: FlaskClient) -> None:
        sign_in_as(client, "Auditor")
        indicator = make.IndicatorFactory(name="A slow riser", position=1)
        make.TargetFactory(indicator=indicator, year=2018, value=Decimal(84))
        for year, value in ((2014, 70), (2015, 72), (2016, 74)):
            make.ResultFactory(
                indicator=indicator, period=str(year), period_end=make.TODAY.replace(year, 8, 31),
                target_year=year, value=Decimal(value), rag="GREEN",
            )  # fmt: skip
        db.session.commit()
        text = words(client.get("/indicators/watch"))
        assert "A slow riser" in text
        assert (
            "2 indicators to watch. 2 indicators have enough results for a forecast. 44 indicators have too few."
            in text
        )
        assert "78% in 2018 (the results lie on a line), target 84%: would be AMBER" in text
        assert "it raises no escalation" in text
        page = words(client.get(f"/indicators/{indicator.id}"))
        assert "78% in 2018 (the results lie on a line), target 84%: would be AMBER" in page
        assert "forecast: a straight line, with its range" in page

    def test_the_quarterly_performance_report_has_a_heading_of_its_own(self, client: FlaskClient) -> None:
        sign_in_as(client, "Auditor")
        assert ">Quarterly Performance Report</a>" in client.get("/indicators").text
        assert (
            '<h1 class="govuk-heading-l">Quarterly Performance Report indicators</h1>'
            in client.get("/indicators?qpr=1").text
        )
