"""The results of a period in one table: what is asked for, what is wrong with it, and what it does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Indicator, Result
from tests import factories as make
from tests.guards.test_markup import elements
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_publish import SHOWN, as_shown, stored

PATH = "/indicators/publish?ends=31&ends=3&ends=2017&all=y"


def typed(**values: str) -> dict[str, Any]:
    """The fields of the table: a value or a note for each indicator, by code, as EY_05 or note_EY_05."""
    ids: dict[str, int] = dict(db.session.execute(select(Indicator.code, Indicator.id)).all())
    fresh()
    fields: dict[str, Any] = {}
    for name, value in values.items():
        kind, code = name.split("_", 1) if name[0].islower() else ("value", name)
        fields[f"{kind}-{ids[code.replace('_', '-')]}"] = value
    return fields


def publish(client: FlaskClient, path: str = PATH, **values: str) -> TestResponse:
    """Send the table, and publish it as the consequences that are shown say."""
    fields = typed(**values)
    return as_shown(client, path, post(client, path, **fields), fields)


def test_the_table_begins_with_what_is_due_at_the_end_of_last_month(officer: FlaskClient) -> None:
    text = words(officer.get("/indicators/publish"))
    assert "Results of the period to 31 March 2017" in text
    assert "10 indicators, judged against the target of 2017." in text
    assert "For 100 more indicators the result is not due yet" in text
    assert "EY-06, End of March 2017 62% RED End of March 2016 72%" in text
    assert "110 indicators" in words(officer.get(PATH))
    assert '<details class="govuk-details">' in officer.get("/indicators/publish").text
    assert '<details class="govuk-details" open>' in officer.get(f"{PATH}&period=Spring+2017").text


def test_the_table_is_narrowed_by_basis_and_by_service_group(officer: FlaskClient) -> None:
    text = words(officer.get(f"{PATH}&basis=rolling+three+months"))
    assert "1 indicator, judged" in text
    assert "Three months to March 2017" in text
    assert "3 indicators, judged" in words(officer.get(f"{PATH}&group=SEND"))
    assert "Spring 2017" in words(officer.get(f"{PATH}&group=SEND&period=Spring+2017"))
    empty = "/indicators/publish?ends=31&ends=3&ends=2017&group=SEND"
    assert "No result is asked for" in words(officer.get(empty))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("ends=30&ends=4&ends=2017", "The period has not ended yet."),
        ("ends=31&ends=2&ends=2017", "The last day of the period must be a real date, such as 31 8 2017."),
        ("basis=fortnight", "Choose one of the answers in the list."),
        ("group=Nobody", "Choose one of the answers in the list."),
        ("target=2020", "A period that ended in 2017 is not judged against the target of 2020."),
        ("target=soon", "The year of the target must be a whole number from 2000 to 2100."),
        (
            "ends=31&ends=3&ends=2017&period=December+2016",
            "“December 2016” cannot have ended on 31 March 2017. Correct the name or the last day of the period.",
        ),
        ("period=March", "Name the period with its year, such as March 2017."),
    ],
)
def test_a_period_that_cannot_be_is_refused_with_a_sentence(officer: FlaskClient, query: str, sentence: str) -> None:
    for answer in (officer.get(f"/indicators/publish?{query}"), post(officer, f"/indicators/publish?{query}")):
        assert (answer.status_code, problems(answer)) == (422, [sentence])
        assert "See what it does" not in answer.text


def test_what_it_does_is_shown_before_anything_is_saved(officer: FlaskClient) -> None:
    before = stored()
    answer = post(officer, PATH, **typed(EY_08="60", EY_05="80", EH_03="12.5"))
    text = words(answer)
    assert answer.status_code == 200
    assert "Before you publish" in text
    assert "publish 3 results" in text
    assert "End of March 2017, snapshot 96% GREEN End of August 2016 60% provisional RED ↓ worse 97% of 2017" in text
    assert "1 risk comes before DMT CYPE 22 Thirty hours of free childcare" in text
    assert "1 risk is proposed to DMT for de-escalation CYPE 20" in text
    assert "Head of Early Years and Childcare, as owner of the risk or deputy: CYPE 22 before DMT" in text
    assert stored() == before


def test_all_are_published_as_shown_and_what_they_did_is_said(officer: FlaskClient) -> None:
    answer = publish(officer, EY_08="60", EY_05="80", EH_03="12.5", note_EY_08="From Ofsted.")
    assert (answer.status_code, answer.location) == (302, PATH)
    text = words(officer.get(PATH))
    assert "3 results published: 1 RED, 1 GREEN, 1 not rated." in text
    assert "1 risk escalated: CYPE 22. De-escalation proposed to DMT: CYPE 20." in text
    assert "3 results of this period are published already." in text
    fresh()
    made = db.session.scalars(select(Result).join(Indicator).where(Indicator.code == "EY-08", ~Result.opening)).one()
    assert (made.period, made.target_year, made.note) == ("End of March 2017", 2017, "From Ofsted.")


def test_going_back_keeps_what_was_typed(officer: FlaskClient) -> None:
    fields = typed(EY_08="60", note_EY_08="From Ofsted.")
    answer = post(officer, PATH, **fields, step="change")
    assert answer.status_code == 200
    assert 'value="60"' in answer.text
    assert 'value="From Ofsted."' in answer.text


@pytest.mark.parametrize(
    ("values", "sentences"),
    [
        ({"EY_08": "sixty", "EY_09": "101"}, [
            "EY-08: “sixty” is not a number such as 70 or 70.5, with up to three decimals.",
            "EY-09: This percentage must be between 0 and 100.",
        ]),
        ({"note_EY_08": "Not yet."}, ["EY-08: Enter the result."]),
        ({"EY_08": "60", "status_EY_08": "perhaps"}, ["EY-08: Say whether the result is provisional or final."]),
        ({"EY_08": "60", "note_EY_08": "x" * 2_001}, [
            "EY-08: The note must be 2,000 characters or fewer. You typed 2,001.",
        ]),
        ({}, ["There is nothing to publish. Enter one result at least."]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_row_and_nothing_is_published(
    officer: FlaskClient, values: dict[str, str], sentences: list[str]
) -> None:
    before = stored()
    answer = publish(officer, EY_01="81.0", **values) if values else publish(officer)
    assert (answer.status_code, problems(answer)) == (422, sentences)
    assert all(f'value="{value}"' in answer.text for name, value in values.items() if name[0].isupper())
    assert stored() == before


def test_a_faulty_field_is_tied_to_its_sentence(officer: FlaskClient) -> None:
    (name,) = fields = typed(EY_08="sixty")
    text = " ".join(post(officer, PATH, **fields).text.split())
    assert f'id="{name}-error-1"' in text
    assert f'aria-describedby="{name}-error-1 "' in text
    assert f'href="#{name}"' in text


def test_a_result_published_meanwhile_is_said_beside_its_row(officer: FlaskClient) -> None:
    publish(officer, EY_08="60")
    before = stored()
    answer = publish(officer, EY_08="61", EY_09="90")
    assert answer.status_code == 422
    (sentence,) = problems(answer)
    assert "EY-08: A result for the period that ended on 31 March 2017 is already published" in sentence
    assert 'value="61"' in answer.text
    assert stored() == before


def test_another_outcome_than_was_shown_is_shown_anew_and_not_published(officer: FlaskClient) -> None:
    fields = typed(EY_09="60")
    seen = SHOWN.search(post(officer, PATH, **fields).text)
    assert seen is not None
    publish(officer, EY_05="80")
    before = stored()
    answer = post(officer, PATH, **fields, step="save", shown=seen[1])
    assert answer.status_code == 409
    assert "What this does has changed since you looked at it" in problems(answer)[0]
    assert "Before you publish" in words(answer)
    assert "1 risk is no longer proposed for de-escalation CYPE 20" in words(answer)
    assert stored() == before
    assert as_shown(officer, PATH, answer, fields).status_code == 302


@pytest.mark.parametrize("shown", ["", "forged"])
def test_nothing_is_published_unseen(officer: FlaskClient, shown: str) -> None:
    before = stored()
    answer = post(officer, PATH, **typed(EY_08="60"), step="save", shown=shown)
    assert (answer.status_code, "Before you publish" in words(answer)) == (409, True)
    assert stored() == before


def test_a_field_of_no_indicator_is_left_aside(officer: FlaskClient) -> None:
    answer = post(officer, PATH, **{"value-999999999": "60", "value-x": "60", "value-2147483647": "1"})
    assert (answer.status_code, problems(answer)) == (422, ["There is nothing to publish. Enter one result at least."])


@pytest.mark.parametrize("name", ["Auditor", "Risk Co-ordinator"])
def test_nobody_else_sees_the_way_or_may_go_it(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    assert "/indicators/publish" not in client.get("/indicators").text
    assert client.get(PATH).status_code == 403
    assert post(client, PATH, **typed(EY_08="60")).status_code == 403


def test_the_scorecard_leads_the_officer_there(officer: FlaskClient) -> None:
    assert 'href="/indicators/publish"' in officer.get("/indicators").text


def test_the_number_of_queries_does_not_grow(app: Flask) -> None:
    make.TargetFactory()
    officer = signed_in_as(app, "performance_officer")
    with counted() as few:
        officer.get(PATH)
    for _ in range(40):
        make.TargetFactory()
    db.session.commit()
    with counted() as many:
        officer.get(PATH)
    assert len(few) == len(many) <= 6


def test_the_page_of_consequences_is_sound(officer: FlaskClient) -> None:
    found = elements(post(officer, PATH, **typed(EY_08="60", EY_05="80", EY_09="50", EH_03="12.5")).text)
    ids = [one.get("id") for one in found if one.get("id")]
    assert len(ids) == len(set(ids))
    assert [one.tag for one in found].count("h1") == 1
