"""Results by spreadsheet: the file that is downloaded, filled in, uploaded, looked at and published."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.exchange.opening import read_workbook
from riskreg.extensions import db
from tests import factories as make
from tests.exchange.books import book
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, words
from tests.web.sheets import choose, filled_in, kept
from tests.web.test_publish import SHOWN, stored

PATH = "/indicators/upload"
XLSX = "/indicators/publish/results.xlsx?ends=31&ends=3&ends=2017&all=y"
CSV = XLSX.replace(".xlsx", ".csv")


def send(client: FlaskClient, content: bytes, name: str = "results.xlsx", **fields: Any) -> TestResponse:
    """Send a file with the answers that the form comes with."""
    return choose(client, PATH, content, name, **{"status": "provisional", **fields})


def publish(client: FlaskClient, there: str, **fields: str) -> TestResponse:
    """Look at what the rows of an uploaded file would do, then publish as it was shown."""
    answer = post(client, there, **fields)
    found = SHOWN.search(answer.text)
    return post(client, there, **fields, step="save", shown=found[1]) if found else answer


def result_of(code: str, ends: str = "2017-03-31") -> models.Result:
    """The current result of an indicator for a period."""
    fresh()
    query = select(models.Result).join(models.Indicator).where(models.Indicator.code == code, models.Result.current)
    return next(one for one in db.session.scalars(query) if one.period_end.isoformat() == ends)


def test_our_workbook_is_filled_in_and_published_without_choosing_columns(officer: FlaskClient) -> None:
    content = filled_in(
        officer.get(XLSX).data,
        {
            "EY-05": {"Result": 90, "Status": "final", "Note": "From the snapshot."},
            "EY-08": {"Result": "60%", "Comment": "A provider closed."},
        },
    )
    there = send(officer, content).location
    assert "/columns" not in there
    text = words(officer.get(there))
    assert "2 rows can be published. 108 rows without a result are left out." in text
    before = stored()
    shown = post(officer, there)
    assert "1 risk comes before DMT CYPE 22" in words(shown)
    assert stored() == before
    assert publish(officer, there).location == "/indicators/comments"
    assert (result_of("EY-05").value, result_of("EY-05").status) == (Decimal(90), "final")
    slipped = result_of("EY-08")
    assert (slipped.value, slipped.rag, slipped.status) == (Decimal(60), "RED", "provisional")
    assert [one.text for one in db.session.scalars(select(models.ResultComment))] == ["A provider closed."]
    assert kept() == 0


def test_the_workbook_says_what_it_asks_for_and_locks_the_rest(officer: FlaskClient) -> None:
    answer = officer.get(XLSX)
    assert 'filename="results-2017-03-31.xlsx"' in answer.headers["Content-Disposition"]
    sheet = read_workbook(answer.data, "a.xlsx").sheet("Results")
    assert sheet is not None
    lines = list(sheet.lines())
    headings = [cell.words for cell in lines[0].cells.values()]
    assert headings[-5:] == ["Result", "Status", "Note", "Reason for correction", "Comment"]
    row = next(line for line in lines if line.cell("A").words == "EY-06")
    said = [row.cell(letters).words for letters in "ACDEFGH"]
    assert said == ["EY-06", "percent", "snapshot", "2017-03-31", "62", "End of March 2016", "72"]
    assert sheet.last_row == 111
    notes = read_workbook(answer.data, "a.xlsx").sheet("Notes")
    assert notes is not None
    told = [line.cell("A").words.rstrip(".") for line in notes.lines()]
    assert len(told) == len(set(told)) == 8


def test_the_csv_file_comes_back_the_same_way(officer: FlaskClient) -> None:
    lines = officer.get(CSV).data.decode("utf-8-sig").splitlines()
    row = next(line for line in lines if line.startswith("EY-05,"))
    filled = row.replace(",,provisional,", ",90,final,")
    there = send(officer, "\r\n".join([lines[0], filled]).encode(), "results.csv").location
    publish(officer, there)
    assert (result_of("EY-05").value, result_of("EY-05").status) == (Decimal(90), "final")


def test_a_period_that_cannot_be_has_no_file(officer: FlaskClient) -> None:
    answer = officer.get("/indicators/publish/results.xlsx?ends=31&ends=2&ends=2017")
    assert answer.status_code == 404
    assert "The last day of the period must be a real date" in words(answer)


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(officer: FlaskClient) -> None:
    assert problems(post(officer, PATH, status="final")) == ["Choose a file."]
    answer = send(officer, b"x", ends=["1", "5", "2017"], period="Spring")
    assert answer.status_code == 422
    assert problems(answer) == ["The period has not ended yet.", "Name the period with its year, such as March 2017."]
    assert 'value="Spring"' in answer.text
    answer = send(officer, b"x", ends=["31", "3", "2017"], period="Year to March 2016")
    assert problems(answer)[0].startswith("“Year to March 2016” cannot have ended on 31 March 2017.")
    assert kept() == 0
    filled = officer.get(f"{PATH}?ends=31&ends=3&ends=2017&status=final").text
    assert re.search(r'name="ends"[^>]*value="31"', filled)


def test_a_name_that_contradicts_the_last_day_of_a_row_is_named_there(officer: FlaskClient) -> None:
    rows = (["Code", "Result", "Period ends"], ["EY-05", 90, "31/03/2017"], ["EY-08", 60, "31/12/2016"])
    answer = send(officer, book(*rows), period="March 2017")
    there = post(officer, answer.location, column_0="A", column_2="B", column_3="C").location
    text = words(officer.get(there))
    assert "EY-08 C (Period ends) “March 2017” cannot have ended on 31 December 2016." in text
    assert "1 row can be published. 1 row has a problem." in text


def test_wrong_rows_are_shown_beside_the_right_ones_and_left_out_only_when_that_is_ticked(
    officer: FlaskClient,
) -> None:
    rows = (["Code", "Result"], ["EY-05", 90], ["EY-08", "about 60"])
    there = two_columns(officer, book(*rows))
    text = words(officer.get(there))
    assert "1 row can be published. 1 row has a problem." in text
    assert "EY-08 B (Result) “about 60” is not a figure." in text
    assert "row 2 Percentage of eligible children taking up FF2 place (as measured by DfE snapshot) EY-05" in text
    assert "End of March 2017 to 31 March 2017, snapshot 70% RED December 2016 90% provisional" in text
    before = stored()
    refused = post(officer, there)
    assert refused.status_code == 422
    assert problems(refused)[0].startswith("1 row cannot be taken in as it is.")
    assert stored() == before
    publish(officer, there, leave_out="y")
    assert result_of("EY-05").value == Decimal(90)
    assert stored()[0] == before[0] + 1


def two_columns(client: FlaskClient, content: bytes, ends: str = "31 3 2017", **choice: str) -> str:
    """Upload a file of codes and results for a period, say which columns they are, and return the page of its rows."""
    answer = send(client, content, ends=ends.split())
    assert "/columns" in answer.location
    answer = post(client, answer.location, **(choice or {"column_0": "A", "column_2": "B"}))
    assert answer.status_code == 302, answer.text
    return answer.location


def test_what_was_published_meanwhile_is_noticed_and_nothing_is_saved(officer: FlaskClient) -> None:
    there = two_columns(officer, book(["Code", "Result"], ["EY-05", 90]))
    shown = SHOWN.search(post(officer, there).text)
    publish(officer, two_columns(officer, book(["Code", "Result"], ["EY-05", 80])))
    before = stored()
    assert shown
    answer = post(officer, there, step="save", shown=shown[1])
    assert answer.status_code == 422
    assert "is already published" in words(answer)
    assert stored() == before
    assert kept() == 1


def test_a_correction_needs_its_reason_in_the_file(officer: FlaskClient) -> None:
    publish(officer, two_columns(officer, book(["Code", "Result"], ["EY-05", 90])))
    again = two_columns(officer, book(["Code", "Result"], ["EY-05", 90]))
    assert "There is nothing to publish" in words(officer.get(again))
    rows = (["Code", "Result", "Why"], ["EY-05", 91, "It was counted twice."])
    there = two_columns(officer, book(*rows), column_0="A", column_2="B")
    assert "A correction needs a reason." in words(officer.get(there))
    there = two_columns(officer, book(*rows), column_0="A", column_2="B", column_7="C")
    publish(officer, there)
    assert (result_of("EY-05").revision, result_of("EY-05").reason) == (2, "It was counted twice.")


def test_a_file_belongs_to_the_person_who_uploaded_it(officer: FlaskClient, plan_app: Flask) -> None:
    there = two_columns(officer, book(["Code", "Result"], ["EY-05", 90]))
    other = signed_in_as(plan_app, post=make.PostFactory(bringing=("performance_officer",)))
    upload_id = re.search(r"upload/(\d+)", there)
    assert upload_id
    for path in (there, there.replace("?", "/columns?")):
        answer = other.get(path)
        assert (answer.status_code, "This file is not here any more" in words(answer)) == (404, True)
    assert post(other, f"/uploads/{upload_id[1]}/discard").status_code == 404
    assert kept() == 1
    answer = post(officer, f"/uploads/{upload_id[1]}/discard", back="https://elsewhere.example/")
    assert answer.location == "/"
    assert kept() == 0
    assert officer.get(there).status_code == 404


def test_the_address_of_a_discarded_file_never_leads_to_another(officer: FlaskClient) -> None:
    first = send(officer, book(["Code", "Result"], ["EY-05", 90])).location
    assert "/columns" in first
    discard = re.search(r'action="(/uploads/[0-9]+/discard)"', officer.get(first).text)
    assert discard
    post(officer, discard[1], back="/indicators/upload")
    send(officer, book(["Code", "Result"], ["EY-08", 61]))
    assert officer.get(first).status_code == 404


def test_only_the_last_five_files_of_a_person_are_kept(officer: FlaskClient) -> None:
    for number in range(7):
        send(officer, book(["Code", "Result"], ["EY-05", number]))
    assert kept() == 5


def test_the_rows_of_a_long_file_are_asked_for_as_often_as_one(officer: FlaskClient) -> None:
    codes = list(db.session.scalars(select(models.Indicator.code).where(models.Indicator.unit == "percent")))
    fresh()
    one = two_columns(officer, book(["Code", "Result"], ["EY-05", 90]))
    many = two_columns(officer, book(["Code", "Result"], *([code, 50] for code in codes)))
    with counted() as few:
        officer.get(one)
    with counted() as more:
        assert f"{len(codes)} rows can be published" in words(officer.get(many))
    assert len(few) == len(more) <= 10


def test_who_may_not_publish_sees_none_of_it(plan_app: Flask) -> None:
    owner = signed_in_as(plan_app, post=make.PostFactory(bringing=("risk_owner",)))
    for path in (PATH, XLSX, f"{PATH}/1", f"{PATH}/1/columns"):
        assert owner.get(path).status_code == 403, path
    waiting = owner.get("/indicators/comments")  # which results want a comment is for everyone to read
    assert waiting.status_code == 200
    assert '/comment"' not in waiting.text
