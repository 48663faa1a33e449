"""Targets by spreadsheet: what is downloaded comes back, is seen before it is saved, and is saved all or not at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import TargetPast, TargetRow, Upload
from tests.web.browsing import post, problems, words

COLUMNS = {"Code": "A", "Year": "F", "Target": "G", "Floor standard": "H", "GREEN within": "I", "State": "K"}
GROUP = "Early Years & Childcare"


def downloaded(client: FlaskClient, group: str = GROUP) -> bytes:
    answer = client.get("/indicators/targets/download", query_string={"group": group})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return bytes(answer.data)


def changed(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook as it is after somebody typed into its sheet."""
    book = load_workbook(BytesIO(content))
    change(book["Targets"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fill(*typed: tuple[str, int, str, Any]) -> Callable[[Any], None]:
    """Type into the rows of codes and years."""

    def change(sheet: Any) -> None:
        rows = {(row[0].value, row[5].value): row[0].row for row in sheet.iter_rows(min_row=2)}
        for code, year, heading, value in typed:
            sheet[f"{COLUMNS[heading]}{rows[code, year]}"] = value

    return change


def upload(client: FlaskClient, content: bytes, name: str = "targets.xlsx") -> TestResponse:
    return post(client, "/indicators/targets", file=(BytesIO(content), name))


def count(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def uploaded(client: FlaskClient, *typed: tuple[str, int, str, Any]) -> str:
    answer = upload(client, changed(downloaded(client), fill(*typed)))
    assert answer.status_code == 302, problems(answer)
    return answer.location


def test_the_workbook_holds_every_indicator_of_the_group_with_the_years_ahead(officer: FlaskClient) -> None:
    sheet = load_workbook(BytesIO(downloaded(officer)))["Targets"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert len(rows) == 9 * 5
    assert [row[5] for row in rows[:5]] == [2017, 2018, 2019, 2020, 2021]
    assert rows[0][0] == "EY-01"
    assert rows[0][6] == 81
    assert rows[4][6] is None
    assert sheet["G2"].protection.locked is False
    assert sheet["F2"].protection.locked is True


def test_all_groups_come_back_untouched_and_say_nothing_new(officer: FlaskClient) -> None:
    there = upload(officer, downloaded(officer, "")).location
    assert "550 rows can be taken in. Say below why, and see what they change." in words(officer.get(there))
    answer = post(officer, there, reason="No change.")
    assert answer.status_code == 422
    assert "This is what is set already." in words(answer)


def test_changes_are_seen_then_saved_and_the_file_goes(officer: FlaskClient) -> None:
    there = uploaded(
        officer,
        ("EY-05", 2018, "Target", 82.5),
        ("EY-05", 2018, "Floor standard", "75%"),
        ("EY-05", 2021, "Target", "National average"),
        ("EY-06", 2019, "Target", "↑"),
        ("EY-06", 2020, "Target", None),
    )
    assert "45 rows can be taken in" in words(officer.get(there))
    shown = post(officer, there, reason="Agreed by DMT.")
    text = words(shown)
    assert "This is what 4 changes do." in text
    assert "41 rows stay as they are." in text
    assert "2018 81% 82.5%, floor 75%" in text or "82.5%, floor 75%" in text
    assert count(TargetPast) == 0
    digest = shown.text.partition('name="shown" value="')[2].partition('"')[0]
    saved = post(officer, there, reason="Agreed by DMT.", step="save", shown=digest)
    assert saved.status_code == 302
    assert (count(TargetPast), count(Upload)) == (3, 0)
    row = db.session.scalars(select(TargetRow).where(TargetRow.indicator_id == 5, TargetRow.year == 2018)).one()
    assert (str(row.value), str(row.floor), row.note) == ("82.5", "75", "Agreed by DMT.")
    assert officer.get(there).status_code == 404


def test_every_problem_is_named_by_sheet_row_and_column_and_nothing_is_saved(officer: FlaskClient) -> None:
    there = uploaded(
        officer,
        ("EY-01", 2017, "Target", "about 80"),
        ("EY-01", 2018, "Floor standard", 99),
        ("EY-01", 2019, "GREEN within", 2),
        ("EY-01", 2020, "Code", "EY-99"),
        ("EY-02", 2017, "Year", 2018),
        ("EY-02", 2019, "State", 4),
        ("EY-02", 2020, "Year", "2019/20"),
    )
    answer = post(officer, there, reason="Agreed.")
    assert answer.status_code == 422
    text = words(answer)
    assert "Targets, row 2 G (Target) “about 80” is not a number" in text
    assert "Targets, row 3 H (Floor standard) Higher is better: the floor must not be above the target." in text
    assert "Targets, row 4 I (GREEN within) A tolerance is for an indicator" in text
    assert "Targets, row 5 A (Code) There is no indicator “EY-99”." in text
    assert "Targets, row 7 F (Year) The target of 2018 is there in row 8 too." in text
    assert "Targets, row 8 F (Year) The target of 2018 is there in row 7 too." in text
    assert "Targets, row 9 K (State) This target was changed meanwhile" in text
    assert "Targets, row 10 F (Year) “2019/20” is not a year such as 2018." in text
    assert count(TargetPast) == 0


@pytest.mark.parametrize("value", ["=1+1", "#N/A"])
def test_a_formula_is_refused_as_soon_as_the_file_is_read(officer: FlaskClient, value: str) -> None:
    there = uploaded(officer, ("EY-01", 2017, "Target", value))
    text = words(officer.get(there))
    assert "Targets, row 2 G (Target) The cell holds" in text
    answer = post(officer, there, reason="Agreed.")
    assert "1 row has a problem: leave it out, or put it right in the workbook and upload it again" in words(answer)
    assert answer.status_code == 422
    assert count(TargetPast) == 0


def test_a_target_that_was_changed_after_the_download_is_noticed(officer: FlaskClient) -> None:
    there = uploaded(officer, ("EY-05", 2018, "Target", 82))
    row = db.session.scalars(select(TargetRow).where(TargetRow.indicator_id == 5, TargetRow.year == 2018)).one()
    row.value, row.revision = Decimal(83), 1
    db.session.commit()
    answer = post(officer, there, reason="Agreed.")
    text = words(answer)
    assert "This target was changed meanwhile; it says now: 83%. Download the workbook again." in text, text


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "targets.xlsx", "empty"),
        (
            b"Code,Year\nEY-01,2017\n",
            "targets.csv",
            "downloaded here. Target, Floor standard, GREEN within, AMBER within and State are missing.",
        ),
        (b"%PDF-1.7", "targets.pdf", ""),
    ],
)
def test_another_file_is_refused_and_not_kept(officer: FlaskClient, content: bytes, name: str, sentence: str) -> None:
    answer = upload(officer, content, name)
    assert answer.status_code == 422
    assert sentence in problems(answer)[0]
    assert count(Upload) == 0


def test_without_a_file_or_a_reason_it_is_said(officer: FlaskClient) -> None:
    assert problems(post(officer, "/indicators/targets")) == ["Choose a file."]
    there = uploaded(officer, ("EY-05", 2018, "Target", 82))
    assert problems(post(officer, there, reason=" ")) == ["Say why."]


def test_a_file_is_its_uploaders_own_and_can_be_discarded(officer: FlaskClient) -> None:
    there = uploaded(officer, ("EY-05", 2018, "Target", 82))
    key = there.rpartition("/")[2]
    answer = post(officer, f"/uploads/{key}/discard", back="/indicators/targets")
    assert answer.location == "/indicators/targets"
    assert officer.get(there).status_code == 404


def test_a_csv_file_with_our_headings_is_taken(officer: FlaskClient) -> None:
    text = "Code,Year,Target,Floor standard,GREEN within,AMBER within,State\nEY-05,2018,82%,,,,0\nEY-05,2022,85,,,,\n"
    there = upload(officer, text.encode(), "targets.csv").location
    shown = words(post(officer, there, reason="Agreed."))
    assert "This is what 2 changes do." in shown
