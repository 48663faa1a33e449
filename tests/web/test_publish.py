"""Publishing a result: what it does, what it says, and what is refused with everything typed kept."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_indicator import path_of

SHOWN = re.compile(r'name="shown" value="([0-9a-f]+)"')
ENTRY = {
    "value": "90",
    "period": "March 2017",
    "period_end": [31, 3, 2017],
    "target_year": "2017",
    "status": "final",
    "note": "From the snapshot.",
}


def publish(client: FlaskClient, code: str = "EY-05", **fields: Any) -> TestResponse:
    """Send a result, and publish it as the consequences that are shown say."""
    path, typed = path_of(code, "/publish"), {**ENTRY, **fields}
    return as_shown(client, path, post(client, path, **typed), typed)


def as_shown(client: FlaskClient, path: str, answer: TestResponse, typed: dict[str, Any]) -> TestResponse:
    """Publish what a page of consequences shows; an answer that is no such page is returned as it is."""
    found = SHOWN.search(answer.text)
    return post(client, path, **typed, step="save", shown=found[1]) if found else answer


def stored() -> tuple[int, int]:
    """How many results and audit events there are."""
    fresh()
    counts = [
        db.session.scalar(select(func.count()).select_from(table)) for table in (models.Result, models.AuditEvent)
    ]
    fresh()
    return counts[0] or 0, counts[1] or 0


def test_the_form_asks_for_the_result_and_shows_the_risks_that_hang_on_it(officer: FlaskClient) -> None:
    answer = officer.get(path_of("EY-05", "/publish"))
    text = words(answer)
    assert "CYPE 20: Insufficient take-up of free places for 2 year olds heeds any slip" in text
    assert '<option value="2017" selected>2017: 78%</option>' in " ".join(answer.text.split())


def test_what_it_does_is_shown_before_it_is_saved_and_can_be_changed(officer: FlaskClient) -> None:
    before, path = stored(), path_of("EY-08", "/publish")
    typed = {**ENTRY, "value": "60"}
    answer = post(officer, path, **typed)
    assert answer.status_code == 200
    assert "1 risk comes before DMT CYPE 22" in words(answer)
    assert 'name="note" value="From the snapshot."' in answer.text
    again = post(officer, path, **typed, step="change")
    assert (again.status_code, "From the snapshot." in again.text, 'value="60"' in again.text) == (200, True, True)
    assert stored() == before


def test_a_result_on_another_basis_stands_beside_the_usual_one(officer: FlaskClient) -> None:
    publish(officer, "EY-05", value="71", basis="quarter", period_end=[31, 12, 2016], period="Quarter to December 2016")
    fresh()
    made = db.session.scalars(select(models.Result).where(models.Result.basis == "quarter")).one()
    assert (made.revision, made.direction) == (1, None)


def test_a_page_says_what_a_result_is_measured_over_where_that_is_not_the_usual(officer: FlaskClient) -> None:
    before = words(officer.get(path_of("EY-05")))
    assert "(snapshot)" not in before
    assert "more than one basis" not in before
    publish(officer, "EY-05", value="71", basis="month", period="March 2017")
    text = words(officer.get(path_of("EY-05")))
    assert "71% for March 2017 (month) against a target of 78%." in text
    assert "March 2017 month 71% final" in text
    assert "December 2016 70% provisional" in text
    assert "The results are on more than one basis: month, snapshot." in text
    assert "The chart shows those on the basis of the latest: month." in text
    assert "71% March 2017, month" in words(officer.get("/indicators?q=FF2+place"))
    fresh()
    risk = db.session.scalars(
        select(models.Link.risk_id).join(models.Indicator).where(models.Indicator.code == "EY-05")
    )
    assert "71% March 2017, month" in words(officer.get(f"/risks/{risk.one()}"))


def test_a_result_that_slips_puts_the_risk_before_dmt_and_says_so(officer: FlaskClient) -> None:
    path = path_of("EY-08")
    answer = publish(officer, "EY-08", value="60")
    assert (answer.status_code, answer.location) == (302, path)
    text = words(officer.get(path))
    assert "Published. RED against 97%. 1 risk escalated: CYPE 22." in text
    assert "March 2017 60% final 97% of 2017" in text
    fresh()
    result = db.session.scalars(select(models.Result).where(models.Result.period == "March 2017")).one()
    assert (result.value, result.printed, result.status) == (Decimal(60), "60", "final")
    assert (result.note, result.person_id is not None, result.revision) == ("From the snapshot.", True, 1)
    told = db.session.scalars(select(models.AuditEvent.sentence).where(models.AuditEvent.verb == "published")).one()
    assert told.endswith("60% published for March 2017.")


def test_a_signal_of_a_risk_that_is_before_dmt_already_joins_its_escalation(officer: FlaskClient) -> None:
    publish(officer, "EY-09", value="60")
    text = words(officer.get(path_of("EY-09")))
    assert "Published. RED against 92%. A new reason before DMT: CYPE 20." in text


def test_a_reason_that_goes_from_a_risk_that_stays_before_dmt_is_said(officer: FlaskClient) -> None:
    publish(officer, "EY-09", value="60")
    publish(officer, value="80")
    text = words(officer.get(path_of("EY-05")))
    assert "Published. GREEN against 78%. One reason less before DMT: CYPE 20." in text


def test_a_result_that_recovers_proposes_de_escalation(officer: FlaskClient) -> None:
    publish(officer, value="80")
    assert "Published. GREEN against 78%. De-escalation proposed to DMT: CYPE 20." in words(
        officer.get(path_of("EY-05"))
    )


def test_a_result_that_changes_nothing_says_that_too(officer: FlaskClient) -> None:
    publish(officer, "EY-01", value="81.0")
    assert "Published. GREEN against 81%. No escalation changed." in words(officer.get(path_of("EY-01")))


def test_a_result_that_cannot_be_rated_says_why(officer: FlaskClient) -> None:
    publish(officer, "EH-03", value="12.5")
    text = words(officer.get(path_of("EH-03")))
    assert "Published. Not rated: the target says only that it should rise. No escalation changed." in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"value": ""}, "Enter the result."),
        ({"value": "about 70"}, "“about 70” is not a number such as 70 or 70.5, with up to three decimals."),
        ({"value": "N/A"}, "“N/A” is not a number such as 70 or 70.5, with up to three decimals."),
        ({"value": "70.1234"}, "“70.1234” is not a number such as 70 or 70.5, with up to three decimals."),
        ({"value": "170"}, "This percentage must be between 0 and 100."),
        ({"value": "-1"}, "This percentage must be between 0 and 100."),
        ({"value": "1e2"}, "“1e2” is not a number such as 70 or 70.5, with up to three decimals."),
        ({"value": "7" * 41}, "The result must be 40 characters or fewer. You typed 41."),
        ({"period": "  "}, "Name the period with its year, such as March 2017."),
        ({"period": "March"}, "Name the period with its year, such as March 2017."),
        (
            {"period": "December 2016"},
            "“December 2016” cannot have ended on 31 March 2017. Correct the name or the last day of the period.",
        ),
        (
            {"period": "December 2016", "period_end": [30, 12, 2016]},
            (
                "“December 2016” is the period that ended on 31 December 2016."
                " Name this one differently, or correct its last day."
            ),
        ),
        ({"period_end": ["", "", ""]}, "Enter the last day of the period."),
        ({"period_end": [31, 2, 2017]}, "The last day of the period must be a real date, such as 31 8 2017."),
        ({"period_end": ["", 3, 2017]}, "The last day of the period must include a day."),
        ({"period_end": [4, 4, 2017]}, "The period has not ended yet."),
        ({"period_end": [31, 12, 1999]}, "The period must have ended in the year 2000 or later."),
        ({"target_year": ""}, "Choose the target."),
        ({"target_year": "1871"}, "Choose the target."),
        ({"target_year": "2019"}, "A period that ended in 2017 is not judged against the target of 2019."),
        ({"status": "perhaps"}, "Say whether the result is provisional or final."),
        ({"note": "x" * 20_000}, "The note must be 2,000 characters or fewer. You typed 20,000."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_published(
    officer: FlaskClient, fields: dict[str, Any], sentence: str
) -> None:
    before = stored()
    answer = publish(officer, **fields)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert f"Error: {sentence}" in words(answer).replace("Error: Error:", "Error:")
    assert "From the snapshot." in answer.text or "note" in fields
    assert stored() == before


def test_a_text_of_20000_characters_is_kept_in_the_form(officer: FlaskClient) -> None:
    long = "Some words. " * 1_700
    answer = publish(officer, note=long)
    assert answer.status_code == 422
    assert long.strip() in answer.text


def test_a_period_already_published_leads_to_its_correction(officer: FlaskClient) -> None:
    before = stored()
    answer = publish(officer, period_end=[31, 12, 2016])
    assert answer.status_code == 422
    sentences = problems(answer)
    assert len(sentences) == 1
    assert "already published (December 2016: 70%). Correct that result instead." in sentences[0]
    assert "December 2016 is published already: 70%, provisional, on 3 April 2017." in words(answer)
    known = db.session.scalars(select(models.Result.id).where(models.Result.period == "December 2016")).first()
    assert 'value="90"' in answer.text
    fresh()
    assert known is not None
    assert "/correct" in answer.text
    assert stored() == before


def test_a_forged_form_publishes_nothing(officer: FlaskClient) -> None:
    before = stored()
    answer = officer.post(path_of("EY-05", "/publish"), data={**ENTRY, "csrf_token": "forged"})
    assert answer.status_code == 400
    assert stored() == before


@pytest.mark.parametrize("name", ["Auditor", "Risk Co-ordinator", "Administrator", "Head of School Improvement"])
def test_nobody_else_may_publish(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    before = stored()
    assert client.get(path_of("EY-05", "/publish")).status_code == 403
    answer = publish(client)
    assert answer.status_code == 403
    assert "This is for: performance officer." in words(answer)
    assert stored() == before


def test_an_unknown_indicator_is_not_found(officer: FlaskClient) -> None:
    answer = officer.get("/indicators/999/publish")
    assert answer.status_code == 404
    assert "There is no indicator 999." in words(answer)


def test_before_anything_is_loaded_there_is_no_register_to_evaluate(app: Flask) -> None:
    indicator = make.IndicatorFactory()
    officer = signed_in_as(app, "performance_officer")
    answer = post(officer, f"/indicators/{indicator.id}/publish", **ENTRY)
    assert answer.status_code == 404


def test_the_number_of_queries_of_the_form_does_not_grow(app: Flask) -> None:
    indicator = make.IndicatorFactory()
    make.LinkFactory(indicator=indicator)
    officer = signed_in_as(app, "performance_officer")
    with counted() as few:
        officer.get(f"/indicators/{indicator.id}/publish")
    for _ in range(40):
        make.LinkFactory(indicator=indicator)
    db.session.commit()
    with counted() as many:
        officer.get(f"/indicators/{indicator.id}/publish")
    assert len(few) == len(many) <= 6
