"""What a file may not mean although it can be read: shares, figures of last time, rows that nobody sees."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, Result, Risk, TargetRow
from tests.exchange.books import book
from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.sheets import choose
from tests.web.test_bad_results import FINE, HEADINGS, rows_page, said_of
from tests.web.test_bad_uploads import KEEPER, chosen, suggested
from tests.web.test_targets_workbook import uploaded

NATIONAL = "Code,Year,National figure,Comparable,Statistical neighbours,State\n"
TARGETS = "Code,Year,Target,Floor standard,GREEN within,AMBER within,State\n"


def indicator(code: str) -> Indicator:
    fresh()
    return db.session.scalars(select(Indicator).where(Indicator.code == code)).one()


def without_figures(code: str) -> None:
    """Let nothing be known of an indicator: no figure of its results, no target, no national figure."""
    found = indicator(code).id
    db.session.execute(update(Result).where(Result.indicator_id == found).values(value=None, rag=None))
    for table in (TargetRow, Benchmark):
        db.session.execute(delete(table).where(table.indicator_id == found))
    db.session.commit()


def national(client: FlaskClient, *rows: str) -> str:
    """What the page says of a file of national figures."""
    content = NATIONAL + "".join(f"{row}\n" for row in rows)
    answer = choose(client, "/indicators/national", content.encode(), "national.csv")
    assert answer.status_code == 302, problems(answer)
    return words(client.get(answer.location))


def test_a_result_that_may_be_a_share_is_asked_for_whatever_its_size(officer: FlaskClient) -> None:
    found = indicator("EY-05").id
    db.session.execute(update(Result).where(Result.indicator_id == found).values(value=Decimal("5.5")))
    db.session.commit()
    assert "C (Result) “0.055”: is it 5.5% or 0.055%? Write the sign." in said_of(officer, ["EY-05", None, 0.055])
    for row in ("0.055%", 0.9):
        assert "1 row can be published." in said_of(officer, ["EY-05", None, row])


def test_a_result_that_may_be_a_share_is_doubted_where_nothing_was_before(officer: FlaskClient) -> None:
    without_figures("EY-05")
    text = said_of(officer, ["EY-05", None, 0.7])
    assert "Warning Row 2, EY-05: “0.7”: is it 70% or 0.7%? No earlier figure tells; write the sign." in text
    assert "1 row can be published." in text
    assert "Warning" not in said_of(officer, ["EY-05", None, "0.7%"])


def test_a_target_that_may_be_a_share_is_asked_for(officer: FlaskClient) -> None:
    there = uploaded(
        officer,
        ("EY-01", 2017, "Target", 0.8),
        ("EY-01", 2021, "Target", 0.82),
        ("EY-05", 2018, "Floor standard", 0.7),
        ("EY-05", 2019, "Target", "0.8%"),
        ("EY-06", 2019, "Target", "National average +0.5"),
    )
    text = words(officer.get(there))
    assert "G (Target) “0.8”: is it 80% or 0.8%? Write the sign." in text
    assert "G (Target) “0.82”: is it 82% or 0.82%? Write the sign." in text
    assert "H (Floor standard) “0.7”: is it 70% or 0.7%? Write the sign." in text
    assert "3 rows have a problem" in text
    assert post(officer, there, reason="Agreed.").status_code == 422


def test_a_national_figure_that_may_be_a_share_is_asked_for(officer: FlaskClient) -> None:
    text = national(officer, "EY-01,2017,0.7,yes,0.65,", "EY-05,2017,0.7%,yes,,")
    assert "row 2 C (National figure) “0.7”: is it 70% or 0.7%? Write the sign." in text
    assert "row 2 E (Statistical neighbours) “0.65”: is it 65% or 0.65%? Write the sign." in text
    assert "1 row can be taken in." in text


def test_targets_and_national_figures_are_doubted_where_nothing_was_before(officer: FlaskClient) -> None:
    without_figures("EY-05")
    said = "Warning Row 2, EY-05: “0.7”: is it 70% or 0.7%? No earlier figure tells; write the sign."
    text = national(officer, "EY-05,2017,0.7,yes,,")
    assert said in text
    assert "1 row can be taken in." in text
    answer = choose(officer, "/indicators/targets", f"{TARGETS}EY-05,2018,0.7,,,,\n".encode(), "targets.csv")
    assert said in words(officer.get(answer.location))


def test_a_small_target_that_is_set_already_is_not_asked_about(officer: FlaskClient) -> None:
    found = indicator("EY-05").id
    row = db.session.scalars(select(TargetRow).where(TargetRow.indicator_id == found, TargetRow.year == 2018)).one()
    row.value, revision = Decimal("0.5"), row.revision
    db.session.commit()
    content = f"{TARGETS}EY-05,2018,0.5,,,,{revision}\n"
    answer = choose(officer, "/indicators/targets", content.encode(), "targets.csv")
    text = words(officer.get(answer.location))
    assert "is it 50%" not in text
    assert "1 row can be taken in." in text


SAME: list[list[Any]] = [["EY-05", None, 70], ["EY-06", None, 62], ["EY-08", None, 96]]


def before(code: str) -> str:
    """The latest figure of an indicator, on its own basis."""
    one = indicator(code)
    query = select(Result.value).where(Result.indicator_id == one.id, Result.basis == one.basis, Result.current)
    return str(db.session.scalars(query.order_by(Result.period_end.desc())).first())


def test_most_figures_of_the_last_period_are_doubted_as_all_are(officer: FlaskClient) -> None:
    said = "4 of the 5 figures are those that are published for End of March 2016 already. Is it the right file?"
    four = [*SAME, ["EY-07", None, before("EY-07")]]
    assert f"Warning {said}" in said_of(officer, *four, ["EY-01", None, "1.5%"])
    assert "Warning" not in said_of(officer, *SAME, ["EY-07", None, 11])
    assert "Warning" not in said_of(officer, *SAME[:2])


def test_figures_without_one_before_say_nothing_of_the_period(officer: FlaskClient) -> None:
    without_figures("EY-07")
    text = said_of(officer, *SAME, ["EY-07", None, 11])
    assert "Warning 3 of the 4 figures are those that are published for December 2016 already." in text


def hidden(rows: tuple[int, ...] = (), columns: tuple[str, ...] = ()) -> Callable[[Any], None]:
    """Hide rows and columns of a sheet."""

    def change(opened: Any) -> None:
        for number in rows:
            opened.active.row_dimensions[number].hidden = True
        for letter in columns:
            opened.active.column_dimensions[letter].hidden = True

    return change


def test_results_that_nobody_sees_are_told(officer: FlaskClient) -> None:
    text = said_of(officer, FINE, ["EY-08", None, 88], change=hidden((1, 3, 9), ("C", "G")))
    assert "Warning Hidden rows are read as well: row 3. Delete what is not meant and upload the file again." in text
    assert "Warning Hidden columns are read as well: C. Choose others if they are not meant." in text
    assert "2 rows can be published." in text
    assert "Hidden" not in said_of(officer, FINE, change=hidden((9,), ("G",)))


@pytest.mark.parametrize("path", ["/contracts/upload", "/register/import"])
def test_contracts_and_risks_that_nobody_sees_are_told(client: FlaskClient, path: str) -> None:
    sign_in_as(client, KEEPER)
    rows = [[f"X{number}", f"Thing {number}", "RED"] for number in range(8)]
    content = book(["Reference", "Title", "Rating"], *rows, change=hidden((2, 3, 4, 5), ("B",)))
    there = suggested(client, chosen(client, path, content, "list.xlsx").location)
    text = words(client.get(there))
    assert "Warning Hidden rows are read as well: row 2 and 3 more rows." in text
    assert "Warning Hidden columns are read as well: B." in text


def test_targets_that_nobody_sees_are_told(officer: FlaskClient) -> None:
    content = book(TARGETS.strip().split(","), ["EY-05", 2018, 82, None, None, None, 0], change=hidden((2,)))
    answer = choose(officer, "/indicators/targets", content, "targets.xlsx")
    assert "Warning Hidden rows are read as well: row 2." in words(officer.get(answer.location))


def test_where_a_row_stands_is_told_alike_of_right_and_wrong_rows(officer: FlaskClient) -> None:
    text = words(officer.get(rows_page(officer, book(HEADINGS, FINE, ["EY-08", None, "N/A"]))))
    assert "Results, row 3" in text
    assert "Results, row 2 Percentage of eligible" in text


def test_where_a_risk_stands_is_told_alike_of_right_and_wrong_rows(client: FlaskClient) -> None:
    sign_in_as(client, KEEPER)
    rows = [["Rain", "RED"], ["Storm", "RED"], ["Storm", "RED"]]
    content = book(["Title", "Rating"], *rows, name="Risks")
    there = suggested(client, chosen(client, "/register/import", content, "list.xlsx").location)
    owner = db.session.scalars(select(Risk.owner_post_id).order_by(Risk.id)).first()
    text = words(post(client, there, source="another register", owner=owner, division="", held="leave"))
    assert "1 new risk 2 rows with a problem" in text
    assert "Risks, row 3 A (Title) The same title is in row 4 too." in text
    assert "Risks, row 2 CYPE 24 Rain" in text


def test_a_truth_in_the_cell_of_a_target_is_told_as_the_sheet_shows_it(officer: FlaskClient) -> None:
    there = uploaded(officer, ("EY-01", 2017, "Target", True))
    assert "G (Target) “TRUE” is not a number" in words(officer.get(there))
