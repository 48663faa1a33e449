"""Contracts by spreadsheet: what is written is read again, other people's columns, and what is wrong with rows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests.exchange.books import book
from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.sheets import choose, filled_in, kept
from tests.web.test_contract import MANAGER, path_of
from tests.web.test_contract_keeping import COORDINATOR, contract, count, through

PATH = "/contracts/upload"
WHY = {"reason": "From the contracts team."}


@pytest.fixture
def coordinator(client: FlaskClient) -> FlaskClient:
    """The risk co-ordinator."""
    sign_in_as(client, COORDINATOR)
    return client


def send(client: FlaskClient, content: bytes, name: str = "contracts.xlsx") -> str:
    """Send a file, and return the page of its rows."""
    answer = choose(client, PATH, content, name)
    assert answer.status_code == 302, problems(answer)
    return str(answer.location)


def changed(content: bytes, **values: Any) -> bytes:
    """Our workbook with other values in the row of a contract: EXT_08={"Tier": 1}."""
    return filled_in(content, {code.replace("_", "-"): cells for code, cells in values.items()}, "Contracts")


def everything() -> list[dict[str, object]]:
    """All that is stored of contracts."""
    fresh()
    rows = db.session.execute(select(*models.Contract.__table__.columns).order_by(models.Contract.id)).mappings()
    return [dict(row) for row in rows]


def test_what_was_written_and_is_taken_in_again_changes_nothing(coordinator: FlaskClient) -> None:
    before = everything()
    there = send(coordinator, coordinator.get("/contracts/contracts.xlsx").data)
    assert "/columns" not in there
    text = words(coordinator.get(there))
    assert "122 rows can be taken in: 0 new contracts, 0 contracts with changes, 122 contracts as they are" in text
    assert "No row differs from what is kept, so there is nothing to take in." in text
    assert problems(post(coordinator, there, **WHY)) == [
        "Nothing differs from what is kept already, so there is nothing to save."
    ]
    assert everything() == before


def test_our_csv_file_is_read_again_too_and_changes_nothing(coordinator: FlaskClient) -> None:
    before = everything()
    there = send(coordinator, coordinator.get("/export/contracts.csv").data, "contracts.csv")
    assert "/columns" in there
    answer = coordinator.get(there)
    chosen = {f"column_{number}": value for number, value in enumerate(columns(answer.text)) if value}
    assert len(chosen) == len(columns(answer.text))
    there = str(post(coordinator, there, **chosen, keep_as="").location)
    text = words(coordinator.get(there))
    assert "122 rows can be taken in: 0 new contracts, 0 contracts with changes, 122 contracts as they are" in text
    assert "No row differs from what is kept, so there is nothing to take in." in text
    assert problems(post(coordinator, there, **WHY)) == [
        "Nothing differs from what is kept already, so there is nothing to save."
    ]
    assert everything() == before


def columns(text: str) -> list[str]:
    """The columns that a page suggests, in order."""
    found = []
    for part in text.split('name="column_')[1:]:
        _, _, rest = part.partition(" selected")
        option = part[: part.index(" selected")].rpartition('value="')[2] if rest else '"'
        found.append(option.partition('"')[0])
    return found


def test_changed_and_new_contracts_are_shown_before_they_are_kept(coordinator: FlaskClient) -> None:
    before = count()
    content = changed(coordinator.get("/contracts/contracts.xlsx").data, EXT_08={"End": "July 2019", "Tier": 1})
    workbook = load_workbook(BytesIO(content))
    sheet = workbook["Contracts"]
    headings = {cell.value: cell.column for cell in sheet[1]}
    new = {"Kind": "external", "Service area": "Early Help", "Title": "=Careers", "Managed by": "commissioning manager"}
    for heading, value in new.items():
        cell = sheet.cell(sheet.max_row if heading != "Kind" else sheet.max_row + 1, headings[heading], value)
        cell.data_type = "s"
    saved = BytesIO()
    workbook.save(saved)
    there = send(coordinator, saved.getvalue())
    text = words(coordinator.get(there))
    assert "123 rows can be taken in: 1 new contract, 1 contract with changes, 121 contracts as they are kept" in text
    text = words(post(coordinator, there, **WHY))
    assert "This is what it does to 2 contracts" in text
    assert "121 contracts stay as they are." in text
    assert "End July 2017 July 2019" in text
    assert "EXT-44 =Careers new" in text
    assert (count(), contract("EXT-08").tier) == (before, None)
    assert through(coordinator, there, **WHY).location == "/contracts"
    assert "1 contract added, 1 contract changed." in words(coordinator.get("/contracts"))
    assert (count(), contract("EXT-08").end, contract("EXT-44").title) == (before + 1, "2019-07", "=Careers")
    assert kept() == 0
    fresh()
    sentences = db.session.scalars(select(models.AuditEvent.sentence).where(models.AuditEvent.verb == "changed")).all()
    assert sentences[0].endswith("End: July 2017, now July 2019; Tier: not stated, now 1. From the contracts team.")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Tier": 4}, "(Tier) “4” is not"),
        ({"End": "when it ends"}, "(End) “when it ends” is not a date"),
        ({"End": "31/3/2010", "Start": "1/4/2016"}, "(End) The end must not come before the start, 1 April 2016."),
        ({"Value in total": "-5"}, "(Value in total) Value in total: an amount cannot be negative."),
        (
            {"Value in total": "N/A"},
            "(Value in total) “N/A” is not a figure. Leave the cell empty if there is none.",
        ),
        ({"Kind": "foreign"}, "(Kind) “foreign” is not"),
        ({"Managed by": "Nobody"}, "(Managed by) There is no post “Nobody”."),
        ({"Rolling agreement": "perhaps"}, "(Rolling agreement) “perhaps” is neither yes nor no."),
        ({"Rolling agreement": "yes"}, "(End) A rolling agreement has no end: leave the end empty."),
        ({"Extensions allowed": 2}, "(Months of each extension) Say by how many months each extension is."),
        ({"Title": ""}, "(Title) Enter the title."),
        ({"Title": "=1+1"}, "(Title) The cell holds a formula; paste its value instead."),
    ],
)
def test_what_is_wrong_is_named_with_row_and_column_and_nothing_is_saved(
    coordinator: FlaskClient, cells: dict[str, Any], said: str
) -> None:
    before = everything()
    content = changed(coordinator.get("/contracts/contracts.xlsx").data, EXT_08=cells, EXT_09={"Tier": 2})
    there = send(coordinator, content)
    text = words(coordinator.get(there))
    assert said in text
    assert "1 row has a problem" in text
    assert "Contracts, row 75" in text or "in row 75" in text
    assert "cannot be taken in as it is" in problems(post(coordinator, there, **WHY))[0]
    assert everything() == before
    assert kept() == 1


def test_the_rows_that_are_wrong_are_left_out_only_when_that_is_said(coordinator: FlaskClient) -> None:
    content = changed(coordinator.get("/contracts/contracts.xlsx").data, EXT_08={"Tier": 9}, EXT_09={"Tier": 2})
    there = send(coordinator, content)
    assert through(coordinator, there, **WHY, leave_out="y").location == "/contracts"
    assert (contract("EXT-08").tier, contract("EXT-09").tier) == (None, 2)


def test_other_peoples_columns_are_taken_by_their_headings(coordinator: FlaskClient) -> None:
    content = book(
        ["Contracts of the council"],
        ["Contract title", "Supplier", "Department", "Contract value", "End date", "Contract manager", "Type"],
        ["Careers advice", "CxK", "Skills", "£18,000", "31/03/2019", "Commissioning Manager", "External"],
    )
    there = send(coordinator, content)
    chosen = {f"column_{number}": value for number, value in enumerate(columns(coordinator.get(there).text)) if value}
    there = str(post(coordinator, there, **chosen, keep_as="The council's register").location)
    assert through(coordinator, there, **WHY).location == "/contracts"
    found = contract("EXT-44")
    assert (found.title, found.provider, str(found.value_total), found.end) == (
        "Careers advice",
        "CxK",
        "18000",
        "2019-03-31",
    )
    fresh()
    again = send(coordinator, content)
    answer = post(coordinator, again, **chosen, keep_as="")
    assert "is kept as EXT-44: give its reference." in words(coordinator.get(str(answer.location)))


def test_a_manager_takes_in_the_contracts_of_the_posts_held_only(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    content = client.get("/contracts/contracts.xlsx").data
    keeper = contract("EXT-16").owner_post.title
    moved = {"Tier": 1, "Managed by": keeper}
    there = send(client, changed(content, EXT_08={"Tier": 1}, EXT_09=moved, EXT_16={"Title": "Another title"}))
    text = words(client.get(there))
    assert f"(Reference) It is kept by the {keeper}: nobody else but the risk co-ordinator changes it." in text
    assert text.count("only the risk co-ordinator gives one to others.") == 1
    assert through(client, there, **WHY, leave_out="y").status_code == 302
    assert (contract("EXT-08").tier, contract("EXT-09").tier) == (1, None)


def test_a_change_between_looking_and_saving_is_shown_again(coordinator: FlaskClient) -> None:
    there = send(coordinator, changed(coordinator.get("/contracts/contracts.xlsx").data, EXT_08={"Tier": 1}))
    shown = post(coordinator, there, **WHY).text.partition('name="shown" value="')[2].partition('"')[0]
    contract("EXT-08").tier = 3
    db.session.commit()
    answer = post(coordinator, there, **WHY, step="save", shown=shown)
    assert answer.status_code == 409
    assert "Tier 3 1" in words(answer)
    assert contract("EXT-08").tier == 3


def test_a_file_of_somebody_else_is_not_found(coordinator: FlaskClient) -> None:
    there = send(coordinator, coordinator.get("/contracts/contracts.xlsx").data)
    sign_in_as(coordinator, MANAGER)
    assert coordinator.get(there).status_code == 404


def test_a_file_that_is_no_spreadsheet_is_refused_beside_the_file(coordinator: FlaskClient) -> None:
    answer = choose(coordinator, PATH, b"%PDF-1.4", "contracts.xlsx")
    assert answer.status_code == 422
    assert problems(answer)
    assert kept() == 0


def test_the_transparency_columns_hold_external_contracts_and_nothing_made_up(coordinator: FlaskClient) -> None:
    contract("EXT-09").closed_on, contract("EXT-09").closed_why = None, ""
    fresh()
    lines = coordinator.get("/export/contracts-transparency.csv").text.splitlines()
    assert len(lines) == 44
    assert not [line for line in lines if line.startswith(("INT-", "COM-"))]
    assert "TBC" not in next(line for line in lines if line.startswith("EXT-43"))
    assert lines[0].lstrip("\ufeff").split(",")[:5] == [
        "reference_number", "title", "department", "description", "supplier",
    ]  # fmt: skip


def test_what_is_closed_can_be_told_from_the_workbook(coordinator: FlaskClient) -> None:
    through(coordinator, f"{path_of('EXT-12')}/close", why="It ended.", relied_on="y", revision=0)
    sheet = load_workbook(BytesIO(coordinator.get("/contracts/contracts.xlsx").data))["Contracts"]
    headings = [cell.value for cell in sheet[1]]
    row = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == "EXT-12")
    assert row[headings.index("Closed on")].date().isoformat() == "2017-04-03"
