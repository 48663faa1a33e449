"""National figures by spreadsheet: filled in, uploaded, seen before they are saved; what waited for them is judged."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Benchmark, BenchmarkPast, Indicator, Result, Upload
from tests import factories as make
from tests.exchange.books import book
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import post, problems, words
from tests.web.sheets import filled_in
from tests.web.test_publish import SHOWN
from tests.web.test_targets_workbook import count

PATH = "/indicators/national"
SHEET = "National figures"
HEADINGS = ["Code", "Year", "National figure", "Comparable", "Statistical neighbours", "State"]
WHY = "DfE statistical release, April 2017."


def downloaded(client: FlaskClient, **asked: str) -> bytes:
    answer = client.get(f"{PATH}/download", query_string=asked)
    assert answer.status_code == 200
    return bytes(answer.data)


def uploaded(client: FlaskClient, content: bytes, name: str = "national.xlsx") -> str:
    answer = post(client, PATH, file=(BytesIO(content), name))
    assert answer.status_code == 302, problems(answer)
    return answer.location


def figures_of(code: str, year: int) -> Benchmark | None:
    db.session.rollback()
    query = select(Benchmark).join(Indicator, Indicator.id == Benchmark.indicator_id)
    return db.session.scalar(query.where(Indicator.code == code, Benchmark.year == year))


def waiting() -> None:
    """SI-19, whose target of 2017 is the national average, has a result of 70 that waits for it."""
    indicator = db.session.scalars(select(Indicator).where(Indicator.code == "SI-19")).one()
    make.ResultFactory(indicator=indicator, basis=indicator.basis, period_end=date(2017, 3, 31), period="March 2017")
    db.session.commit()


def test_the_workbook_holds_the_indicators_of_the_year_with_what_is_known(officer: FlaskClient) -> None:
    answer = officer.get(f"{PATH}/download", query_string={"year": "2016", "group": "Early Years & Childcare"})
    assert "filename=national-figures-2016.xlsx" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data))[SHEET]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert len(rows) == 9
    assert (rows[0][0], rows[0][5:]) == ("EY-01", [2016, 69.3, "yes", None, 0])
    assert sheet["G2"].protection.locked is False
    assert sheet["J2"].protection.locked is True


@pytest.mark.parametrize("asked", [{}, {"year": "1999"}, {"year": "soon"}])
def test_the_year_is_the_present_one_unless_another_is_chosen(officer: FlaskClient, asked: dict[str, str]) -> None:
    sheet = load_workbook(BytesIO(downloaded(officer, **asked)))[SHEET]
    assert (sheet.max_row, sheet["F2"].value, sheet["G2"].value) == (111, 2017, None)


def test_what_comes_back_untouched_says_nothing_new(officer: FlaskClient) -> None:
    there = uploaded(officer, downloaded(officer, year="2016"))
    assert "110 rows can be taken in" in words(officer.get(there))
    answer = post(officer, there, reason=WHY)
    assert answer.status_code == 422
    assert "This is what is set already." in words(answer)


def test_figures_are_seen_then_saved_what_waited_is_judged_and_the_file_goes(officer: FlaskClient) -> None:
    waiting()
    typed = {
        "SI-19": {"National figure": "80", "Statistical neighbours": 75.25},
        "EY-01": {"National figure": 70, "Comparable": "no"},
    }
    there = uploaded(officer, filled_in(downloaded(officer, year="2017"), typed, SHEET))
    shown = post(officer, there, reason=WHY)
    text = words(shown)
    assert "This is what 2 changes do." in text
    assert "108 rows stay as they are." in text
    assert "80; neighbours 75.25" in text
    assert "70%, not comparable; neighbours not known" in text
    assert "Results that are rated now" in text
    assert "SI-19, March 2017 70 not rated" in text
    assert figures_of("SI-19", 2017) is None
    digest = SHOWN.search(shown.text)
    assert digest
    assert post(officer, there, reason=WHY, step="save", shown=digest[1]).status_code == 302
    row = figures_of("SI-19", 2017)
    assert row is not None
    assert (f"{row.value:f}", f"{row.neighbours:f}", row.comparable, row.note) == ("80", "75.25", True, WHY)
    indicator = select(Indicator.id).where(Indicator.code == "SI-19").scalar_subquery()
    judged = db.session.scalars(select(Result).where(Result.indicator_id == indicator, Result.target_year == 2017))
    assert judged.one().rag in ("RED", "AMBER", "GREEN")
    assert count(Upload) == 0
    assert officer.get(there).status_code == 404


def test_what_stood_is_kept_with_the_reason(officer: FlaskClient) -> None:
    there = uploaded(officer, filled_in(downloaded(officer, year="2016"), {"EY-01": {"National figure": None}}, SHEET))
    shown = SHOWN.search(post(officer, there, reason="Withdrawn by the DfE.").text)
    assert shown
    post(officer, there, reason="Withdrawn by the DfE.", step="save", shown=shown[1])
    row = figures_of("EY-01", 2016)
    assert row is not None
    assert (row.value, row.revision) == (None, 1)
    past = db.session.scalars(select(BenchmarkPast)).one()
    assert (f"{past.value:f}", past.replaced_why) == ("69.3", "Withdrawn by the DfE.")


def wrong(client: FlaskClient) -> str:
    """Upload a file of which one row is right, and return its page."""
    rows = [
        ["EY-01", 2017, "about 80", None, None, None],
        ["EY-02", 2017, "N/A", None, None, None],
        ["EY-03", 2017, 50, "maybe", None, None],
        ["EY-05", 2017, 50, None, 101, None],
        ["EY-99", 2017, 50, None, None, None],
        ["EY-04", 2017, "=1+1", None, None, None],
        ["EY-06", 2017, 50, None, None, 4],
        ["EY-07", 2017, 50, None, None, None],
        ["EY-07", 2017, 51, None, None, None],
        ["EY-08", 1066, 51, None, None, None],
        ["EY-08", 2017, 90, None, None, None],
    ]
    return uploaded(client, book(HEADINGS, *rows))


def test_every_problem_is_named_by_sheet_row_and_column_and_nothing_is_saved(officer: FlaskClient) -> None:
    there = wrong(officer)
    text = words(officer.get(there))
    assert (
        "1 row can be taken in. Say below why, and see what it changes. 10 rows have a problem: leave them out" in text
    )
    for sentence in (
        "row 2 C (National figure) “about 80” is not a figure.",
        "row 3 C (National figure) “N/A” is not a figure. Leave the cell empty if there is none.",
        "row 4 D (Comparable) “maybe” is not yes or no.",
        "row 5 E (Statistical neighbours) This percentage must be between 0 and 100.",
        "row 6 A (Code) There is no indicator “EY-99”.",
        "row 7 C (National figure) The cell holds a formula; paste its value instead.",
        "row 8 F (State) These figures were changed meanwhile; they are now: not known; neighbours not known.",
        "row 9 B (Year) The national figure of 2017 is there in row 10 too.",
        "row 10 B (Year) The national figure of 2017 is there in row 9 too.",
        "row 11 B (Year) The year must be from 2000 to 2100.",
    ):
        assert sentence in text, sentence
    answer = post(officer, there, reason=WHY)
    assert answer.status_code == 422
    assert problems(answer)[0].startswith("10 rows cannot be taken in as they are.")
    assert figures_of("EY-08", 2017) is None


def test_wrong_rows_are_left_out_only_when_that_is_said(officer: FlaskClient) -> None:
    there = wrong(officer)
    shown = post(officer, there, reason=WHY, leave_out="y")
    assert "This is what 1 change does." in words(shown)
    digest = SHOWN.search(shown.text)
    assert digest
    assert post(officer, there, reason=WHY, leave_out="y", step="save", shown=digest[1]).status_code == 302
    row = figures_of("EY-08", 2017)
    assert row is not None
    assert f"{row.value:f}" == "90"
    assert figures_of("EY-03", 2017) is None


def test_a_file_with_no_right_row_asks_for_nothing_but_another(officer: FlaskClient) -> None:
    there = uploaded(officer, book(HEADINGS, ["EY-01", 2017, "many", None, None, None]))
    page = officer.get(there)
    assert "See what it does" not in page.text
    assert "Nothing is saved yet. Put the workbook right and upload it again" in words(page)
    assert post(officer, there, reason=WHY, leave_out="y", step="save", shown="x").status_code in (409, 422)
    assert figures_of("EY-01", 2017) is None


def test_more_rows_than_are_taken_at_once_are_refused(officer: FlaskClient) -> None:
    rows = [["EY-01", 2017, 50, None, None, None]] * 2_001
    answer = post(officer, PATH, file=(BytesIO(book(HEADINGS, *rows)), "national.xlsx"))
    assert answer.status_code == 422
    assert problems(answer) == [
        "national.xlsx, Results: the sheet has more than 2,000 rows below its headings. Send at most so many at once."
    ]
    there = uploaded(officer, book(HEADINGS, *rows, change=lambda opened: opened.create_sheet("Notes").append(["x"])))
    answer = officer.get(there)
    assert answer.status_code == 422
    assert "The sheet has more than 2,000 rows below its headings. Send at most so many at once." in words(answer)


def test_the_workbook_of_targets_is_another_file(officer: FlaskClient) -> None:
    targets = officer.get("/indicators/targets/download").data
    answer = post(officer, PATH, file=(BytesIO(targets), "targets.xlsx"))
    said = (
        "is not the workbook of national figures that is downloaded here. In the sheet “Targets”, National figure,"
        " Comparable and Statistical neighbours are missing"
    )
    assert said in problems(answer)[0]
    there = uploaded(officer, downloaded(officer))
    assert officer.get(there.replace("/national/", "/targets/")).status_code == 404


def test_a_csv_file_with_our_headings_is_taken(officer: FlaskClient) -> None:
    text = f'{",".join(HEADINGS)}\nEY-05,2017,"82%",no,,\nsi-21,2017,"1,234",,,\n'
    there = uploaded(officer, text.encode(), "national.csv")
    assert "This is what 2 changes do." in words(post(officer, there, reason=WHY))


def test_many_rows_are_asked_for_as_often_as_one(officer: FlaskClient) -> None:
    one = uploaded(officer, book(HEADINGS, ["EY-01", 2017, 50, None, None, None]))
    many = uploaded(officer, downloaded(officer))
    with counted() as few:
        officer.get(one)
    with counted() as more:
        officer.get(many)
    assert len(few) == len(more) <= 12


def test_who_may_not_publish_sees_none_of_it(plan_app: Flask) -> None:
    owner = signed_in_as(plan_app, post=make.PostFactory(bringing=("risk_owner",)))
    for path in (PATH, f"{PATH}/download", f"{PATH}/1"):
        assert owner.get(path).status_code == 403, path
    assert "National figures by spreadsheet" not in owner.get("/indicators").text


def test_without_a_file_or_a_reason_it_is_said(officer: FlaskClient) -> None:
    assert problems(post(officer, PATH)) == ["Choose a file."]
    there = uploaded(officer, downloaded(officer))
    assert problems(post(officer, there, reason=" ")) == ["Say why."]
    assert "Where the figures come from, or why they change" in words(officer.get(there))
