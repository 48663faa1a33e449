"""What is wrong with a file as a whole: all of it is said, where the file is chosen or before its columns are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.exchange.books import book
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.sheets import choose, kept
from tests.web.test_bad_uploads import KEEPER, UPLOADS, chosen
from tests.web.test_upload_results import XLSX, send

TORN = b"Code,Result\nEY-06,62\nEY-07,1,234\nEY-07\n"
HIDDEN = "To have one read, show it in your spreadsheet and upload the file again."


def renamed(content: bytes, sheet: str, **names: str | None) -> bytes:
    """A workbook of ours with other headings: Target="Goal"; None takes the words away."""

    def change(opened: Any) -> None:
        for cell in opened[sheet][1]:
            cell.value = names.get(str(cell.value).replace(" ", "_"), cell.value)

    return altered(content, change)


def altered(content: bytes, change: Callable[[Any], None]) -> bytes:
    """A workbook of ours as it is after somebody did something to it."""
    opened = load_workbook(BytesIO(content))
    change(opened)
    saved = BytesIO()
    opened.save(saved)
    return saved.getvalue()


def hide(sheet: str) -> Callable[[Any], None]:
    """Hide a sheet behind one that says nothing."""

    def change(opened: Any) -> None:
        opened.create_sheet("Cover").append(["Read me", "first"])
        opened.active = opened.worksheets.index(opened["Cover"])
        opened[sheet].sheet_state = "hidden"

    return change


@pytest.mark.parametrize(("who", "path"), UPLOADS)
def test_every_row_that_does_not_fit_is_named_in_the_order_of_the_file(
    client: FlaskClient, who: str, path: str
) -> None:
    sign_in_as(client, who)
    answer = chosen(client, path, TORN, "results.csv")
    assert answer.status_code == 422
    assert problems(answer) == [
        "results.csv, row 3: the row has 3 cells for 2 columns; look for a comma outside quotation marks.",
        "results.csv, row 4: the row has 1 cell for 2 columns.",
    ]
    assert kept() == 0


@pytest.mark.parametrize(
    ("path", "name"), [("/indicators/targets", "Targets"), ("/indicators/national", "National figures")]
)
def test_a_workbook_whose_sheet_is_hidden_says_so(officer: FlaskClient, path: str, name: str) -> None:
    content = altered(officer.get(f"{path}/download").data, hide(name))
    answer = choose(officer, path, content, "years.xlsx")
    assert answer.status_code == 422
    assert problems(answer)[0].endswith(f"Hidden sheets are not read: {name}. {HIDDEN}")


def test_a_renamed_column_of_targets_is_told_with_its_sheet_and_what_is_there(officer: FlaskClient) -> None:
    content = renamed(officer.get("/indicators/targets/download").data, "Targets", Target="Goal")
    said = "“years.xlsx” is not the workbook of targets that is downloaded here. In the sheet “Targets”, {}"
    assert problems(choose(officer, "/indicators/targets", content, "years.xlsx")) == [
        said.format("Target is missing; there is “Goal”.")
    ]
    content = renamed(content, "Targets", Goal="Targget", GREEN_within=None)
    assert problems(choose(officer, "/indicators/targets", content, "years.xlsx")) == [
        said.format("Target and GREEN within are missing; there is “Targget”.")
    ]


def test_a_renamed_column_of_national_figures_is_told_too(officer: FlaskClient) -> None:
    content = renamed(officer.get("/indicators/national/download").data, "National figures", National_figure="England")
    said = "In the sheet “National figures”, National figure is missing; there is “England”."
    assert said in problems(choose(officer, "/indicators/national", content, "years.xlsx"))[0]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"Result": "Outcome"}, "Result is missing; there is “Outcome”."),
        ({"Comment": "Coment"}, "Comment is missing; there is “Coment”."),
        ({"Note": None}, "Note is missing."),
        ({"Status": "State", "Note": "Whence"}, "Status and Note are missing; there is “State” and “Whence”."),
    ],
)
def test_a_renamed_column_of_our_results_is_told_where_columns_are_chosen(
    officer: FlaskClient, names: dict[str, str | None], said: str
) -> None:
    content = renamed(officer.get(XLSX).data, "Results", **names)
    answer = send(officer, content, ends=["31", "3", "2017"])
    assert "/columns" in answer.location
    assert f"Warning {said}" in words(officer.get(answer.location))


def test_of_another_persons_file_only_the_columns_that_are_needed_are_told(officer: FlaskClient) -> None:
    answer = send(officer, book(["Code", "What we got"], ["EY-05", 90]), ends=["31", "3", "2017"])
    assert "Warning Result is missing; there is “What we got”." in words(officer.get(answer.location))
    answer = send(officer, book(["Measure", "Outturn"], ["EY-05", 90]), ends=["31", "3", "2017"])
    assert "Warning" not in words(officer.get(answer.location))
    answer = send(officer, book(["What", "Outturn"], ["EY-05", 90]), ends=["31", "3", "2017"])
    assert "Warning Code and Indicator are missing; there is “What”." in words(officer.get(answer.location))


def test_a_column_of_our_results_that_is_there_twice_is_told_and_never_read_unasked(officer: FlaskClient) -> None:
    def twice(opened: Any) -> None:
        opened["Results"]["N1"] = "Result"

    answer = send(officer, altered(officer.get(XLSX).data, twice), ends=["31", "3", "2017"])
    assert "/columns" in answer.location
    assert "Warning “Result” is found in columns I and N: which is meant?" in words(officer.get(answer.location))


def test_two_columns_that_may_both_hold_the_result_are_told(officer: FlaskClient) -> None:
    answer = send(officer, book(["Code", "Outturn", "Actual"], ["EY-05", 90, 80]), ends=["31", "3", "2017"])
    assert "Warning “Result” is found in columns B and C: which is meant?" in words(officer.get(answer.location))


def test_a_column_of_targets_that_is_there_twice_is_refused(officer: FlaskClient) -> None:
    def twice(opened: Any) -> None:
        opened["Targets"]["L1"] = "Target"

    content = altered(officer.get("/indicators/targets/download?group=SEND").data, twice)
    answer = choose(officer, "/indicators/targets", content, "targets.xlsx")
    assert (answer.status_code, kept()) == (422, 0)
    (said,) = problems(answer)
    assert said.startswith("“targets.xlsx” is not the workbook of targets that is downloaded here.")
    assert said.endswith("In the sheet “Targets”, “Target” is found in columns G and L: which is meant?")


def test_a_renamed_column_of_our_contracts_is_told_where_columns_are_chosen(client: FlaskClient) -> None:
    sign_in_as(client, KEEPER)
    content = renamed(client.get("/contracts/contracts.xlsx").data, "Contracts", Title="Called", Closed_on="Shut")
    answer = choose(client, "/contracts/upload", content, "contracts.xlsx")
    assert "Warning Title is missing; there is “Called” and “Shut”." in words(client.get(answer.location))


@pytest.mark.parametrize(
    ("path", "top", "said"),
    [
        ("/register/import", "Title,Rating", "Either this or “Likelihood” is needed."),
        ("/register/import", "Title,Rating", "Either this or “Rating” is needed."),
        ("/contracts/upload", "Reference,Provider", "Either this or “Title” is needed."),
    ],
)
def test_where_either_of_two_columns_will_do_it_says_so(client: FlaskClient, path: str, top: str, said: str) -> None:
    sign_in_as(client, KEEPER)
    answer = chosen(client, path, f"{top}\nOne,RED\n".encode(), "list.csv")
    assert said in words(client.get(answer.location))


@pytest.mark.parametrize(("path", "most"), [("/contracts/upload", 2_000), ("/register/import", 10_000)])
def test_a_sheet_that_is_too_long_is_told_before_its_columns_are_chosen(
    client: FlaskClient, path: str, most: int
) -> None:
    def add(opened: Any) -> None:
        opened.create_sheet("Notes").append(["Read me", "first"])

    sign_in_as(client, KEEPER)
    said = f"Warning The sheet has more than {most:,} rows below its headings. Send at most so many at once."
    for more, expected in ((1, True), (0, False)):
        rows = [["EXT-01", "One", "RED"]] * (most + more)
        answer = chosen(client, path, book(["Reference", "Title", "Rating"], *rows, change=add), "long.xlsx")
        assert (said in words(client.get(answer.location))) is expected


def test_a_file_that_is_too_long_has_no_row_with_a_problem(client: FlaskClient) -> None:
    def add(opened: Any) -> None:
        opened.create_sheet("Notes").append(["Read me", "first"])

    sign_in_as(client, KEEPER)
    content = book(["Reference", "Title"], *[["EXT-01", "One"]] * 2_001, change=add)
    answer = chosen(client, "/contracts/upload", content, "long.xlsx")
    text = words(client.get(str(post(client, answer.location, column_0="A", column_2="B", keep_as="").location)))
    assert "What is wrong The sheet has more than 2,000 rows below its headings." in text
    assert "the whole row" not in text
    assert "row has a problem" not in text
