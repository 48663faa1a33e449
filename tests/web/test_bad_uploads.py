"""The worst that people upload, wherever a spreadsheet is taken in; CSV files of results; what we write ourselves."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import update

from riskreg.exchange.packages import BOMB
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Risk
from tests.exchange.books import OLE, book, repacked
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.sheets import choose, kept
from tests.web.test_bad_results import HEADINGS, NAMED_05, rows_page
from tests.web.test_publish import stored
from tests.web.test_upload_results import send

OFFICER, KEEPER = "Performance Officer", "Risk Co-ordinator"
UPLOADS = [
    (OFFICER, "/indicators/upload"),
    (OFFICER, "/indicators/targets"),
    (OFFICER, "/indicators/national"),
    (KEEPER, "/contracts/upload"),
    (KEEPER, "/register/import"),
]
FORMULA = '=HYPERLINK("https://elsewhere.example","Look")'


def chosen(client: FlaskClient, path: str, content: bytes, name: str) -> Any:
    """Send a file to one of the uploads with the answers that its form comes with."""
    return choose(client, path, content, name, **({"status": "provisional"} if path.endswith("/upload") else {}))


@pytest.mark.parametrize(("who", "path"), UPLOADS)
def test_the_worst_is_refused_beside_the_file_wherever_one_is_taken_in(
    client: FlaskClient, who: str, path: str
) -> None:
    sign_in_as(client, who)
    fine = book(["Code", "Title"], ["EY-05", "One"])
    worst = {
        "bomb.xlsx": (repacked(fine, {"xl/worksheets/sheet9.xml": b" " * 150_000_000}), BOMB),
        "macro.xlsx": (repacked(fine, {"xl/vbaProject.bin": b"\0"}), "the file is a workbook with macros"),
        "macro.xlsm": (fine, "the file is a workbook with macros"),
        "password.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "the file is protected with a password."),
        "encoding.csv": ("Code,Title\nEY-05,One\n".encode("utf-16-le"), "save it as “CSV UTF-8”"),
        "bytes.csv": (b"\x01\x02\xff\xfe\x9d" * 50, "the file is neither a spreadsheet nor text"),
        "long.csv": (b"Code,Title\n" + b"EY-05,One\n" * 100_000, "the file has more than 100,000 rows"),
    }
    for name, (content, sentence) in worst.items():
        answer = chosen(client, path, content, name)
        assert answer.status_code == 422, name
        assert sentence in problems(answer)[0], name
    assert kept() == 0


def suggested(client: FlaskClient, where: str) -> str:
    """Take the columns that are suggested for an uploaded file, and return the address of its rows."""
    page = client.get(where).text
    fields = re.findall(r'<select[^>]*name="(column_\d+)"(.*?)</select>', page, re.DOTALL)
    picked = {name: re.search(r'value="([^"]*)"[^>]*selected', options) for name, options in fields}
    answer = post(client, where, **{name: found[1] for name, found in picked.items() if found})
    assert answer.status_code == 302, problems(answer)
    return answer.location


@pytest.mark.parametrize(
    ("path", "top", "row"),
    [("/contracts/upload", "Reference,Title", "EXT-01,One"), ("/register/import", "Title,Rating", "One,RED")],
)
def test_more_rows_than_are_taken_at_once_are_refused_with_the_number(
    client: FlaskClient, path: str, top: str, row: str
) -> None:
    sign_in_as(client, KEEPER)
    content = f"{top}\n{f'{row}{chr(10)}' * 99_000}".encode()
    answer = chosen(client, path, content, "long.csv")
    assert (answer.status_code, kept()) == (422, 0)
    most = "10,000" if path == "/register/import" else "2,000"
    assert problems(answer) == [
        f"long.csv: the sheet has more than {most} rows below its headings. Send at most so many at once."
    ]


def test_a_formula_in_a_sheet_of_contracts_is_named_with_its_cell(client: FlaskClient) -> None:
    sign_in_as(client, KEEPER)
    content = book(["Reference", "Title", "Provider"], ["EXT-01", "=1+1", "One"])
    there = suggested(client, chosen(client, "/contracts/upload", content, "contracts.xlsx").location)
    assert "row 2 B (Title) The cell holds a formula; paste its value instead." in words(client.get(there))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("EY-05,,about 90", f"row 2 {NAMED_05} C (Result) “about 90” is not a figure."),
        ("EY-05,,N/A", f"row 2 {NAMED_05} C (Result) “N/A” is not a figure. Leave the cell empty if there is none."),
        ("EY-05,,-", f"row 2 {NAMED_05} C (Result) “-” is not a figure. Leave the cell empty if there is none."),
        ("EY-05,,=A1+1", f"row 2 {NAMED_05} C (Result) The cell holds a formula; paste its value instead."),
        ("EY-05,,+A1", f"row 2 {NAMED_05} C (Result) “+A1” is not a figure."),
        ("EY-05,,-1", f"row 2 {NAMED_05} C (Result) This percentage must be between 0 and 100."),
        ("EY-99,,90", "row 2 not known A (Code) There is no indicator “EY-99”."),
        ("EY-05,,90,,42825", f"row 2 {NAMED_05} E (Period ends) “42825” does not say on which day the period ended"),
        ("EY-05,,90,,2015/16", "“2015/16” is another period than the one that was chosen, to 31 March 2017."),
        (
            "EY-05,,90\nEY-05,,91",
            f"row 3 {NAMED_05} A (Code) The indicator is there for the period to 31 March 2017 in row 2 too.",
        ),
        ('EY-05,,90 %\nSI-21,,"1,234"', "2 rows can be published."),
    ],
)
def test_a_csv_file_of_results_is_told_the_same(client: FlaskClient, line: str, sentence: str) -> None:
    sign_in_as(client, OFFICER)
    before = stored()
    rows = "\n".join(f"{one}{',' * (4 - _commas(one))}" for one in line.split("\n"))
    content = f"{','.join(HEADINGS)}\n{rows}\n".encode()
    assert sentence in words(client.get(rows_page(client, content, "results.csv")))
    assert stored() == before


def _commas(line: str) -> int:
    return len(next(csv.reader([line]))) - 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'Code,Result\nEY-05,"90\nEY-06,80\n', "row 2: the row cannot be read from here on"),
        (b"Code,Result\nEY-05,90,extra\n", "row 2: the row has 3 cells for 2 columns; look for a comma outside"),
        (b"Code,Result\nEY-05,caf\xe9 \xff\x9d\n", "the file is not in UTF-8"),
        (b"Code,Result\nEY-05,\x0090\n", "the file is neither a spreadsheet nor text"),
    ],
)
def test_a_broken_csv_file_is_refused_with_its_row(client: FlaskClient, content: bytes, sentence: str) -> None:
    sign_in_as(client, OFFICER)
    answer = send(client, content, "results.csv")
    assert answer.status_code == 422
    assert sentence in problems(answer)[0]
    assert kept() == 0


def test_what_a_spreadsheet_that_we_write_contains_never_runs_as_a_formula(client: FlaskClient) -> None:
    for column in (Indicator.name, Indicator.comment, Contract.title, Contract.provider, Risk.title, Risk.cause):
        db.session.execute(update(column.class_).values({column.key: FORMULA}))
    db.session.commit()
    sign_in_as(client, OFFICER)
    period = "ends=31&ends=3&ends=2017&all=y"
    files = [f"/indicators/publish/results.{kind}?{period}" for kind in ("xlsx", "csv")]
    files += ["/indicators/targets/download", "/indicators/national/download"]
    held = [_never_runs(client, path) for path in files]
    sign_in_as(client, KEEPER)
    files = ["/contracts/contracts.xlsx", "/export/whole-register.xlsx"]
    files += [f"/export/{name}.csv" for name in ("risks", "indicators", "contracts", "results", "targets")]
    held += [_never_runs(client, path) for path in files]
    assert all(held)


def _never_runs(client: FlaskClient, path: str) -> bool:
    """Look into every cell of a file; whether the words that look like a formula are there, as words."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    if ".csv" in path:
        cells = [cell for row in csv.reader(StringIO(answer.data.decode("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))], path
        return f"'{FORMULA}" in cells
    sheets = load_workbook(BytesIO(answer.data)).worksheets
    found = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in found if cell.data_type == "f" or cell.hyperlink], path
    return FORMULA in [cell.value for cell in found]
