"""Files that are taken out: cells that a spreadsheet cannot misread, columns that the documentation names."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert

from riskreg.exchange.csv_files import BYTE_ORDER_MARK, cell, csv_file, safe_words
from riskreg.extensions import db
from riskreg.models import AuditEvent
from riskreg.queries.exports import EXPORTS, UnknownExportError
from riskreg.services.exporting import csv_lines

DOCUMENT = Path(__file__).parents[2] / "docs" / "exports.md"
NAMES = ["risks", "indicators", "targets", "results", "result-comments", "contracts", "contracts-transparency", "links"]
NAMES += ["escalations", "decisions", "notings", "referrals", "controls", "actions", "reviews", "evidence"]
NAMES += ["references", "versions", "assessments", "responses", "updates", "past-links"]
NAMES += ["past-targets", "past-national", "contract-routes", "contract-reviews", "contract-providers"]
NAMES += ["signals", "escalation-signals", "meetings", "agenda", "audit"]
PLANNED = {"risks": 13, "indicators": 110, "targets": 550, "results": 116, "contracts": 122, "links": 75}
PLANNED |= {"controls": 18, "actions": 21, "reviews": 0, "decisions": 0}
NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(csv_lines(name)), newline=""), strict=True))


def described() -> str:
    """The part of docs/exports.md that follows from the code."""
    parts = []
    for export in EXPORTS.values():
        lines = [f"| `{one.name}` | {one.meaning} | {one.unit} |" for one in export.columns]
        parts += [
            f"## {export.name}",
            "",
            export.meaning,
            "",
            "| column | meaning | unit |",
            "|---|---|---|",
            *lines,
            "",
        ]
    return "\n".join(parts)


@pytest.mark.parametrize("words", ["=1+1", "+44 1622", "-x", "@name", "\t=1", "\rx", "\nx", "'=1", "''@x", "-1-1"])
def test_words_that_look_like_a_formula_get_an_apostrophe(words: str) -> None:
    assert safe_words(words) == f"'{words}"


@pytest.mark.parametrize("words", ["", "plain", "'plain'", "-3.5", "-0", "1=1", "↑", "£1.5m", "a\n=b"])
def test_other_words_stay_as_they_are(words: str) -> None:
    assert safe_words(words) == words


@given(st.text())
def test_taking_one_apostrophe_away_gives_the_words_again(words: str) -> None:
    shown = safe_words(words)
    assert not re.match(r"[=+@\t\r\n]|-(?![0-9]+(\.[0-9]+)?\Z)", shown)
    assert (shown[1:] if re.match(r"'+[=+@\t\r\n-]", shown) else shown) == words


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=2, max_size=2)))
def test_a_csv_reader_finds_the_cells_again(rows: list[list[str]]) -> None:
    written = "".join(csv_file(["a", "b"], rows))
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert read == [["a", "b"], *([safe_words(words) for words in row] for row in rows)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-7, "-7"),
        (Decimal("-0.040"), "-0.040"),
        (Decimal("1E+3"), "1000"),
        (date(2017, 4, 3), "2017-04-03"),
        (NOW, "2017-04-03 09:30:00"),
        (datetime(2017, 1, 3, 8, 30, tzinfo=UTC), "2017-01-03 08:30:00"),
        ({"b": "é", "a": 1}, '{"a": 1, "b": "é"}'),
        (["=x"], '["=x"]'),
    ],
)
def test_a_value_is_shown_as_an_officer_reads_it(value: object, shown: str) -> None:
    assert cell(value) == shown


def test_lines_end_as_the_standard_has_them() -> None:
    assert list(csv_file(["a"], [["x, y"]])) == ["a\r\n", '"x, y"\r\n']
    assert BYTE_ORDER_MARK.encode() == b"\xef\xbb\xbf"


def test_the_exports_are_those_that_were_promised() -> None:
    assert list(EXPORTS) == NAMES
    for export in EXPORTS.values():
        assert len(set(export.header)) == len(export.header)
        assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in export.header)


def test_the_documentation_and_the_code_agree() -> None:
    _, _, tables = DOCUMENT.read_text(encoding="utf-8").partition("\n## ")
    assert f"## {tables}" == described(), "copy what described() returns into docs/exports.md"


@pytest.mark.parametrize("name", NAMES)
def test_every_export_can_be_read_on_an_empty_register(app: Flask, name: str) -> None:
    assert list(csv_lines(name)) == [",".join(EXPORTS[name].header) + "\r\n"]


def test_an_unknown_export_is_refused_at_once_with_the_names_there_are(app: Flask) -> None:
    with pytest.raises(UnknownExportError, match=r"There is no export “riks”: choose risks, .* and audit\.$"):
        csv_lines("riks")


@pytest.mark.parametrize(("name", "rows"), PLANNED.items())
def test_the_plan_comes_out_whole_by_one_query_each(plan_app: Flask, name: str, rows: int) -> None:
    statements: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", seen)
    try:
        assert len(table(name)) == rows
    finally:
        event.remove(db.engine, "before_cursor_execute", seen)
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


def test_a_risk_comes_out_as_it_stands(plan_app: Flask) -> None:
    risks = {row["reference"]: row for row in table("risks")}
    row = risks["CYPE 20"]
    assert (row["own_rag"], row["effective_rag"], row["escalation"]) == ("AMBER", "RED", "awaiting DMT")
    assert (row["likelihood"], row["score"], row["assumed"]) == ("", "", "yes")
    assert row["owner"] == "Head of Early Years and Childcare"
    assert row["printed"].startswith("CYPE 20 ")


def test_an_escalation_comes_out_with_its_sentences(plan_app: Flask) -> None:
    row = next(row for row in table("escalations") if row["risk"] == "CYPE 20")
    assert (row["rag_before"], row["rag_after"], row["raised_by"]) == ("AMBER", "RED", "the register")
    assert "fell from 74% (2016) to 70% (December 2016)" in row["sentences"]
    assert int(row["signals"]) >= 1


def test_printed_words_stand_beside_what_was_read_from_them(plan_app: Flask) -> None:
    targets = {(row["indicator"], row["year"]): row for row in table("targets")}
    odd = targets["SI-16", "2017"]
    assert (odd["target_printed"], odd["kind"], odd["target"]) == ("''= National average", "national", "")
    assert targets["SI-19", "2017"]["target_printed"] == "'= National average"
    assert (targets["SI-16", "2016"]["national_printed"], targets["SI-16", "2016"]["national_comparable"]) == (
        "28*",
        "no",
    )
    results = {(row["indicator"], row["period_end"]): row for row in table("results")}
    assert (results["SI-10", "2016-08-31"]["printed"], results["SI-10", "2016-08-31"]["value"]) == ("-0.04", "-0.04")
    assert (results["EY-05", "2016-12-31"]["rag"], results["EY-05", "2016-12-31"]["floor_assumed"]) == ("RED", "yes")
    contracts = {row["contract"]: row for row in table("contracts")}
    assert (contracts["EXT-07"]["end_printed"], contracts["EXT-07"]["end"]) == ("July 2017", "2017-07")
    assert [code for code, row in contracts.items() if row["provider_known"] == "no"] == ["EXT-24", "EXT-43"]


def test_no_export_holds_a_formula(plan_app: Flask) -> None:
    for name in NAMES:
        for row in csv.reader(io.StringIO("".join(csv_lines(name)), newline="")):
            for value in row:
                assert not re.match(r"[=+@\t\r\n]", value)
                assert not value.startswith("-") or Decimal(value).is_finite()


def many_events(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"at": NOW, "verb": "said", "subject": f"risk:{number}", "sentence": "x" * 200, "detail": {"n": number}}


def test_memory_does_not_grow_with_the_rows(app: Flask) -> None:
    peaks = []
    for _ in range(2):
        db.session.execute(insert(AuditEvent), list(many_events(6000)))
        db.session.commit()
        tracemalloc.start()
        rows = sum(1 for _ in csv_lines("audit")) - 1
        peaks.append((rows, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
        db.session.rollback()
    (few, before), (many, after) = peaks
    assert (few, many) == (6000, 12000)
    assert after < before * 1.2
