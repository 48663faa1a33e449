"""What people do to spreadsheets: each is named with sheet, row and column, and nothing is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from riskreg.exchange.packages import BOMB
from tests.exchange.books import OLE, book, made, repacked
from tests.web.browsing import post, problems, words
from tests.web.sheets import kept
from tests.web.test_publish import stored
from tests.web.test_upload_results import publish, result_of, send

HEADINGS = ["Code", "Indicator", "Result", "Status", "Period ends"]
FINE = ["EY-05", None, 90]
NAME_05 = "Percentage of eligible children taking up FF2 place (as measured by DfE snapshot)"
NAMED_05 = f"{NAME_05} EY-05"


def rows_page(client: FlaskClient, content: bytes, name: str = "results.xlsx", ends: str = "31 3 2017") -> str:
    """Upload a file, take the columns that are suggested, and return the page of its rows."""
    answer = send(client, content, name, ends=ends.split())
    assert answer.status_code == 302, problems(answer)
    page = client.get(answer.location).text
    chosen: dict[str, Any] = {}
    for number in range(9):
        _, _, rest = page.partition(f'name="column_{number}"')
        field = rest.partition("</select>")[0]
        chosen |= {f"column_{number}": field.split('" selected')[0].rpartition('"')[2]} if '" selected' in field else {}
    answer = post(client, answer.location, **chosen)
    assert answer.status_code == 302, problems(answer)
    return answer.location


def said_of(client: FlaskClient, *rows: list[Any], change: Callable[[Any], None] | None = None) -> str:
    """What the page says of a workbook with these rows below the headings; nothing is saved by looking."""
    before = stored()
    there = rows_page(client, book(HEADINGS, *rows, change=change))
    text = words(client.get(there))
    assert stored() == before
    return text


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["EY-05", None, "about 90"], f"Results, row 2 {NAMED_05} C (Result) “about 90” is not a figure."),
        (["EY-05", None, "N/A"], "“N/A” is not a figure. Leave the cell empty if there is none."),
        (["EY-05", None, "-"], "C (Result) “-” is not a figure. Leave the cell empty if there is none."),
        (["EY-05", None, "=A1+1"], "C (Result) The cell holds a formula; paste its value instead."),
        (["EY-05", None, "#REF!"], "C (Result) The cell holds the error #REF!."),
        (["EY-05", None, date(2017, 3, 31)], "C (Result) “2017-03-31” is a date, not a figure."),
        (["EY-05", None, 190], "C (Result) This percentage must be between 0 and 100."),
        (["EY-05", None, "£90"], "C (Result) “£90” is an amount in pounds; this column holds none."),
        (["EY-05", None, 0.745], "C (Result) “0.745”: is it 74.5% or 0.745%? Write the sign."),
        (["EY-O5", None, 90], "Results, row 2 not known A (Code) There is no indicator “EY-O5”. Is it EY-05"),
        ([None, "Take-up of places", 90], "B (Indicator) There is no indicator “Take-up of places”."),
        ([None, NAME_05.replace("eligible", "elligible"), 90], "Is it EY-05 “Percentage of eligible"),
        (
            [None, "Percentage of EY settings with Good or Outstanding Ofsted Judgements", 90],
            "There is no indicator “Percentage of EY settings with Good or Outstanding Ofsted J…”. Is it EY-08",
        ),
        (["EY-05", "Percentage of EYs", 90], "1 row can be published."),
        ([None, None, 90], "B (Indicator) The row names no indicator."),
        (["EY-05", None, 90, "draft"], "D (Status) “draft” is neither provisional nor final."),
        (
            ["EY-05", None, 90, None, "2015/16"],
            "E (Period ends) “2015/16” is another period than the one that was chosen",
        ),
        (
            ["EY-05", None, 90, None, date(2016, 3, 31)],
            "is another period than the one that was chosen, to 31 March 2017.",
        ),
        (["EY-05", None, 90, None, 42460], "“42460”, 31 March 2016, is another period than the one that was chosen"),
        (["EY-05", None, 90, None, 42825], "1 row can be published."),
        (["EY-05", None, 90, None, "2016/17"], "1 row can be published."),
        (["EY-05", None, 90, None, "Quarter to March 2017"], "1 row can be published."),
        (["EY-05", None, 90, None, "Q4"], "“Q4” does not say on which day the period ended, such as 31 March 2017."),
    ],
)
def test_a_faulty_row_is_named_with_its_cell(officer: FlaskClient, row: list[Any], sentence: str) -> None:
    assert sentence in said_of(officer, row)


def test_signs_and_commas_and_odd_spelling_of_names_are_read(officer: FlaskClient) -> None:
    there = rows_page(
        officer,
        book(
            HEADINGS,
            [None, f"  {NAME_05.upper()} ", "90 %"],
            ["si-21", None, "1,234", "Final"],
        ),
    )
    assert "1,234 final" in words(officer.get(there))
    publish(officer, there)
    assert f"{result_of('EY-05').value:f}" == "90"
    assert (f"{result_of('SI-21').value:f}", result_of("SI-21").status) == ("1234", "final")


def test_an_indicator_that_is_there_twice_is_refused_in_both_rows(officer: FlaskClient) -> None:
    text = said_of(officer, FINE, ["EY-05", None, 80], ["EY-08", None, 88])
    assert f"row 2 {NAMED_05} A (Code) The indicator is there for the period to 31 March 2017 in row 3 too." in text
    assert f"row 3 {NAMED_05} A (Code) The indicator is there for the period to 31 March 2017 in row 2 too." in text
    assert "1 row can be published. 2 rows have a problem." in text


def test_a_period_that_is_there_twice_is_refused_and_two_periods_are_not(officer: FlaskClient) -> None:
    rows = [["EY-05", None, 90, None, "30/11/2016"], ["EY-05", None, 91, None, "31/1/2017"]]
    there = rows_page(officer, book(HEADINGS, *rows), ends="")
    assert "2 rows can be published" in words(officer.get(there))
    again = [*rows, ["EY-05", None, 92, None, "Jan 2017"]]
    assert f"row 4 {NAMED_05} A (Code) The indicator is there for the period to 31 January 2017 in row 3 too." in words(
        officer.get(rows_page(officer, book(HEADINGS, *again), ends=""))
    )


def test_a_period_that_nobody_gave_is_asked_for(officer: FlaskClient) -> None:
    text = words(officer.get(rows_page(officer, book(HEADINGS, FINE), ends="")))
    assert "The period is missing: write its last day here, or give it with the file." in text


def test_merged_cells_are_named_and_a_heading_across_the_rows_is_none(officer: FlaskClient) -> None:
    def merge(opened: Any) -> None:
        opened.active.merge_cells("A2:E2")
        opened.active.merge_cells("C3:C4")

    text = said_of(officer, ["Early years"], FINE, ["EY-08", None, 88], change=merge)
    assert "EY-08 C (Result) The cell is merged with Results!C3; unmerge them and fill each." in text
    assert "1 row can be published. 1 row has a problem. 1 row without a result is left out." in text


def test_headings_lower_down_and_under_other_names_are_found(officer: FlaskClient) -> None:
    content = book(["CYPE scorecard"], [], ["as at March 2017"], ["Ref", "KPI", "OUTTURN"], FINE)
    assert "1 row can be published" in words(officer.get(rows_page(officer, content)))


def test_hidden_sheets_are_not_read_and_named(officer: FlaskClient) -> None:
    def hide(opened: Any) -> None:
        sheet = opened.create_sheet("Old")
        sheet.append(HEADINGS)
        sheet.append(["EY-08", None, 1])
        sheet.sheet_state = "hidden"

    answer = send(officer, book(HEADINGS, FINE, change=hide), ends=["31", "3", "2017"])
    assert "Hidden sheets are not read: Old." in words(officer.get(answer.location))
    assert "1 row can be published" in said_of(officer, FINE, change=hide)


def test_results_of_last_year_in_this_years_sheet_are_doubted(officer: FlaskClient) -> None:
    last = [["EY-05", None, 70], ["EY-06", None, 62], ["EY-08", None, 96]]
    assert "All 3 figures are those that are published for December 2016 already." in said_of(officer, *last)
    content = book(["Results for 2015/16"], HEADINGS, FINE)
    text = words(officer.get(rows_page(officer, content, "KPIs 2014.xlsx")))
    assert "“Results for 2015/16” names another year than that of the period to 31 March 2017." in text
    assert "“KPIs 2014.xlsx” names another year" in text
    assert "Warning" not in said_of(officer, FINE)


def test_a_renamed_heading_is_asked_for_and_a_missing_one_refused(officer: FlaskClient) -> None:
    answer = send(officer, book(["Code", "What we got"], ["EY-05", 90]), ends=["31", "3", "2017"])
    refused = post(officer, answer.location, column_0="A")
    assert (refused.status_code, problems(refused)) == (422, ["Choose the column that holds “Result”."])
    refused = post(officer, answer.location, column_2="B")
    assert problems(refused) == ["Choose the column for one of these: Code and Indicator."]
    refused = post(officer, answer.location, column_0="A", column_2="A")
    assert problems(refused) == ["Column A is given for two things."]
    assert post(officer, answer.location, column_0="A", column_2="B").status_code == 302


def test_more_than_two_thousand_rows_are_refused_with_a_sentence(officer: FlaskClient) -> None:
    def add(opened: Any) -> None:
        opened.create_sheet("Notes").append(["Read this first."])

    answer = officer.get(rows_page(officer, book(HEADINGS, *[FINE] * 2_001, change=add)))
    assert answer.status_code == 422
    assert "The sheet has more than 2,000 rows below its headings. Send at most so many at once." in words(answer)
    assert "row has a problem" not in words(answer)
    assert "not known" not in words(answer)


def test_a_workbook_of_a_hundred_thousand_rows_is_refused(officer: FlaskClient) -> None:
    def fill(opened: Any) -> None:
        sheet = opened.add_worksheet("Results")
        sheet.write_row(0, 0, ["Code", "Result"])
        for number in range(1, 100_000):
            sheet.write_row(number, 0, ["EY-05", number])

    answer = send(officer, made(fill), ends=["31", "3", "2017"])
    assert (answer.status_code, kept()) == (422, 0)
    assert problems(answer) == [
        "results.xlsx, Results: the sheet has more than 2,000 rows below its headings. Send at most so many at once."
    ]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "results.xlsx", "“results.xlsx” is empty."),
        (b"x" * (10 * 1024 * 1024 + 1), "results.csv", "“results.csv” is larger than 10 MB."),
        (b"%PDF-1.7", "results.xlsx", "results.xlsx: the file is a PDF, not a spreadsheet"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "the file is protected with a password."),
        (OLE + "Workbook".encode("utf-16-le"), "a.xls", "the file is an old Excel workbook (.xls)."),
        (b"PK\x03\x04cut off", "a.xlsx", "the file is broken or was cut off"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_beside_the_file(
    officer: FlaskClient, content: bytes, name: str, sentence: str
) -> None:
    answer = send(officer, content, name, ends=["31", "3", "2017"])
    assert answer.status_code == 422
    assert sentence in problems(answer)[0]
    assert kept() == 0


def test_macros_and_bombs_are_refused(officer: FlaskClient) -> None:
    macros = repacked(book(HEADINGS, FINE), {"xl/vbaProject.bin": b"\0"})
    assert "macros" in problems(send(officer, macros))[0]
    bomb = repacked(book(HEADINGS, FINE), {"xl/worksheets/sheet9.xml": b" " * 150_000_000})
    assert problems(send(officer, bomb)) == [f"results.xlsx: {BOMB}"]
    assert kept() == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_in_any_usual_encoding_and_with_any_usual_separator_is_read(
    officer: FlaskClient, encoding: str, separator: str
) -> None:
    lines = [["Code", "Result", "Note"], ["EY-05", "90", "Café – checked"]]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    text = words(officer.get(rows_page(officer, content, "results.csv")))
    assert "1 row can be published" in text
    assert "Café – checked" in text
