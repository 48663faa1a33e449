"""The files: the list of them, each as a download, and who may take the audit trail."""

from __future__ import annotations

import csv
import io

import pytest
from flask.testing import FlaskClient

from riskreg.queries.exports import EXPORTS
from tests.web.browsing import sign_in_as, words

LOADED = {"risks": 13, "indicators": 110, "targets": 550, "contracts": 122, "links": 75}


@pytest.fixture
def auditor(client: FlaskClient) -> FlaskClient:
    """The auditor, who may take everything."""
    sign_in_as(client, "Auditor")
    return client


def test_the_page_lists_every_file_with_its_columns(auditor: FlaskClient) -> None:
    answer = auditor.get("/export")
    text = words(answer)
    for name, export in EXPORTS.items():
        assert f'href="/export/{name}.csv"' in answer.text
        assert export.meaning in text
        for column in export.columns:
            assert column.name in text
            assert column.meaning in text


@pytest.mark.parametrize("name", list(EXPORTS))
def test_a_file_has_its_header_its_name_and_its_kind(auditor: FlaskClient, name: str) -> None:
    with auditor.get(f"/export/{name}.csv") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="riskreg-{name}-2017-04-03.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == EXPORTS[name].header
    if name in LOADED:
        assert len(rows) == LOADED[name] + 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_file_begins_with_the_mark_that_a_spreadsheet_needs_and_ends_lines_as_it_should(auditor: FlaskClient) -> None:
    with auditor.get("/export/risks.csv") as answer:
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert answer.data.endswith(b"\r\n")


def test_a_file_is_sent_in_pieces_and_not_held_whole(auditor: FlaskClient) -> None:
    with auditor.get("/export/targets.csv", buffered=False) as answer:
        pieces = [len(piece) for piece in answer.response if piece]
    assert len(pieces) >= 3


@pytest.mark.parametrize("name", ["passwords", "RISKS", "..%2Frisks", "risks%00"])
def test_an_unknown_file_is_not_found(auditor: FlaskClient, name: str) -> None:
    assert auditor.get(f"/export/{name}.csv").status_code == 404


def test_an_unknown_file_says_which_there_are(auditor: FlaskClient) -> None:
    assert "choose risks, indicators, targets" in words(auditor.get("/export/everything.csv"))


def test_the_audit_trail_is_only_for_who_may_read_it(client: FlaskClient) -> None:
    sign_in_as(client, "Performance Officer")
    answer = client.get("/export/audit.csv")
    assert answer.status_code == 403
    assert "audit" not in client.get("/export").text.lower().partition("<main")[2].partition("</main")[0]
    with client.get("/export/risks.csv") as allowed:
        assert allowed.status_code == 200


def test_a_reader_can_go_on_reading_after_a_download_was_broken_off(auditor: FlaskClient) -> None:
    answer = auditor.get("/export/targets.csv", buffered=False)
    next(iter(answer.response))
    answer.close()
    assert auditor.get("/export").status_code == 200


def test_somebody_who_is_not_signed_in_gets_no_file(client: FlaskClient) -> None:
    answer = client.get("/export/risks.csv")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")
