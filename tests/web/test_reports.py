"""The pages of reports to the Cabinet Committee: made for a period, listed, read, and taken out as files."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests.web.before_dmt import DIRECTOR, counted, fresh
from tests.web.browsing import post, problems, sign_in_as, words

YEAR = {"since": [1, 4, 2017], "until": [3, 4, 2017]}


def reports() -> list[models.Pack]:
    fresh()
    return list(db.session.scalars(select(models.Pack).where(models.Pack.kind == "committee")))


def test_a_report_is_made_for_the_financial_year_and_taken_out(client: FlaskClient) -> None:
    person = sign_in_as(client, "Risk Co-ordinator")
    person_id = person.id
    page = client.get("/reports")
    assert "No report was made yet." in words(page)
    for value in ('value="1"', 'value="4"', 'value="2017"', 'value="3"'):
        assert value in page.text
    made = post(client, "/reports", **YEAR)
    assert made.status_code == 302
    row = reports()[0]
    assert (row.meeting_id, str(row.since), str(row.as_at), row.made_by) == (
        None,
        "2017-04-01",
        "2017-04-03",
        person_id,
    )
    text = words(client.get(made.location))
    for sentence in (
        "Report to the Cabinet Committee, 1 April 2017 to 3 April 2017",
        "13 open risks.",
        "stays as it is",
    ):
        assert sentence in text
    for kind, begins in (("xlsx", b"PK"), ("docx", b"PK"), ("pdf", b"%PDF-")):
        answer = client.get(f"{made.location}.{kind}")
        assert answer.data.startswith(begins)
        assert f"-2017-04-03.{kind}" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="CYPE-committee-re')
    assert "1 April 2017 to 3 April 2017" in words(client.get("/reports"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, ["Enter the first day of the report.", "Enter the last day of the report."]),
        ({**YEAR, "until": [4, 4, 2017]}, ["The last day of the report must be today or earlier."]),
        ({"since": [3, 4, 2017], "until": [2, 4, 2017]}, ["The first day of the report must not be after the last."]),
        (
            {**YEAR, "until": [2, 4, 2017]},
            ["The register has no risk until 3 April 2017, so there is nothing to report."],
        ),
        (
            {**YEAR, "since": [1, 4, 1900]},
            ["The first day of the report must be 1 April 2017 or later: the register was begun on 3 April 2017."],
        ),
        ({**YEAR, "since": [31, 2, 2017]}, ["The first day must be a real date, such as 31 8 2017."]),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    client: FlaskClient, typed: dict[str, object], said: list[str]
) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = post(client, "/reports", **typed)
    assert (answer.status_code, problems(answer)) == (422, said)
    assert reports() == []


def test_readers_read_reports_and_make_none(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    address = post(client, "/reports", **YEAR).location
    client.post("/sign-out")
    reader = client.application.test_client()
    sign_in_as(reader, DIRECTOR)
    page = reader.get("/reports")
    assert "Make the report" not in page.text
    assert address in page.text
    assert "Reports" in words(reader.get("/meetings"))
    assert reader.get(address).status_code == 200
    assert post(reader, "/reports", **YEAR).status_code == 403
    assert len(reports()) == 1


def test_a_report_and_a_pack_are_not_found_under_each_others_address(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    report = post(client, "/reports", **YEAR).location.rpartition("/")[2]
    assert client.get(f"/packs/{report}").status_code == 404
    assert client.get(f"/packs/{report}.docx").status_code == 404
    for path in ("/reports/999", "/reports/999.pdf", "/reports/x", f"/reports/{report}.exe"):
        assert client.get(path).status_code == 404


def test_the_list_takes_as_many_queries_for_one_report_as_for_many(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    post(client, "/reports", **YEAR)
    with counted() as few:
        client.get("/reports")
    for _ in range(3):
        post(client, "/reports", **YEAR)
    with counted() as many:
        client.get("/reports")
    assert len(few) == len(many) <= 8
