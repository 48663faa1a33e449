"""Correcting a result: the old figure is kept, escalations that rested on it are withdrawn, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_indicator import path_of
from tests.web.test_publish import as_shown, stored

ENTRY = {"value": "77", "status": "final", "reason": "A nursery was left out."}


def result_of(code: str = "EY-05", period: str = "December 2016") -> int:
    """The id of the current result of a period."""
    query = select(models.Result.id).join(models.Indicator, models.Indicator.id == models.Result.indicator_id)
    found = db.session.scalars(
        query.where(models.Indicator.code == code, models.Result.period == period, models.Result.current)
    ).one()
    fresh()
    return found


def correct(client: FlaskClient, result_id: int, **fields: Any) -> TestResponse:
    """Send a correction, and publish it as the consequences that are shown say."""
    path, typed = f"/results/{result_id}/correct", {**ENTRY, **fields}
    return as_shown(client, path, post(client, path, **typed), typed)


def test_the_form_shows_the_figure_that_it_supersedes(officer: FlaskClient) -> None:
    answer = officer.get(f"/results/{result_of()}/correct")
    text = words(answer)
    assert "Correct the result for December 2016" in text
    assert "Result 70%, provisional Rated RED against 78% Published 3 April 2017" in text
    assert 'value="70"' in answer.text


def test_a_correction_that_takes_the_reason_away_withdraws_the_escalation(officer: FlaskClient) -> None:
    old = result_of()
    shown = words(post(officer, f"/results/{old}/correct", **{**ENTRY, "value": "79.0"}))
    assert "Before you correct" in shown
    assert "This is what it does to correct 1 result." in shown
    answer = correct(officer, old, value="79.0")
    assert (answer.status_code, answer.location) == (302, path_of("EY-05"))
    text = words(officer.get(path_of("EY-05")))
    assert "Corrected. GREEN against 78%. Escalation withdrawn: CYPE 20." in text
    assert "Corrected: A nursery was left out." in text
    assert "revision 1, superseded 70%" in text
    fresh()
    kept = db.session.get_one(models.Result, old)
    assert (kept.current, kept.value) == (False, Decimal(70))
    assert result_of() != old


def test_a_reason_that_a_correction_only_changes_is_said_to_take_the_place_of_the_other(officer: FlaskClient) -> None:
    shown = words(post(officer, f"/results/{result_of()}/correct", **ENTRY))
    assert "1 risk is before DMT already and gets a new reason CYPE 20" in shown
    assert shown.count("It takes the place of an earlier reason, which no longer stands.") == 1
    correct(officer, result_of())
    assert "Corrected. AMBER against 78%. A new reason before DMT: CYPE 20." in words(officer.get(path_of("EY-05")))
    fresh()
    told = db.session.scalars(select(models.Notice.facts).where(models.Notice.kind == "escalation joined")).first()
    assert told is not None
    assert told["detail"][0].endswith("It takes the place of an earlier reason, which no longer stands.")


def test_a_provisional_figure_can_be_made_final_without_changing(officer: FlaskClient) -> None:
    correct(officer, result_of(), value="70", reason="It is final now.")
    assert "Made final. RED against 78%. No escalation changed." in words(officer.get(path_of("EY-05")))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": ""}, "Enter the result."),
        ({"value": "seventy"}, "“seventy” is not a number such as 70 or 70.5, with up to three decimals."),
        ({"status": ""}, "Say whether the result is provisional or final."),
        ({"reason": "   "}, "Say why the result is corrected."),
        ({"reason": "y" * 20_000}, "The reason must be 2,000 characters or fewer. You typed 20,000."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_corrected(
    officer: FlaskClient, fields: dict[str, Any], sentence: str
) -> None:
    before, result = stored(), result_of()
    answer = correct(officer, result, **fields)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    for name, typed in {**ENTRY, **fields}.items():
        assert name == "status" or str(typed).strip() in answer.text
    assert stored() == before
    assert result_of() == result


def test_two_people_cannot_correct_the_same_figure(officer: FlaskClient) -> None:
    old = result_of()
    correct(officer, old, value="75")
    before = stored()
    answer = correct(officer, old, value="71")
    assert answer.status_code == 409
    assert "This result has been corrected meanwhile." in problems(answer)[0]
    assert 'value="71"' in answer.text
    assert "Correct the figure that stands now" in words(answer)
    assert stored() == before


def test_an_old_address_leads_to_the_figure_that_stands_now(officer: FlaskClient) -> None:
    old = result_of()
    correct(officer, old, value="75")
    answer = officer.get(f"/results/{old}/correct")
    assert (answer.status_code, answer.location) == (302, f"/results/{result_of()}/correct")
    assert "That figure was corrected already." in words(officer.get(answer.location))


@pytest.mark.parametrize(
    "name", ["Auditor", "Risk Co-ordinator", "Corporate Director, Children, Young People and Education"]
)
def test_nobody_else_may_correct(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    before, result = stored(), result_of()
    assert client.get(f"/results/{result}/correct").status_code == 403
    assert correct(client, result).status_code == 403
    assert stored() == before


def test_an_unknown_result_is_not_found(officer: FlaskClient) -> None:
    answer = officer.get("/results/99999/correct")
    assert answer.status_code == 404
    assert "There is no result 99999." in words(answer)
    assert correct(officer, 99999).status_code == 404
