"""The files of a pack, opened again by other programs: Word, spreadsheet and PDF say what was frozen."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from riskreg.reports import printing
from riskreg.reports.blocks import Bullets, Heading, Table, Text
from riskreg.reports.excel import COLUMNS, register_workbook
from riskreg.reports.outline import outline
from riskreg.reports.pdf import NoPdfError, pack_pdf
from riskreg.reports.sections import APPENDIX_RISKS
from riskreg.reports.word import pack_document
from riskreg.worksheets import CELL_MOST

TEMPLATES = Path(__file__).parents[2] / "templates"
NONE: dict[str, Any] = {"likelihood": None, "impact": None, "rag": ""}


def risk(**changes: Any) -> dict[str, Any]:
    """A risk as a pack freezes it."""
    known: dict[str, Any] = {
        "risk_id": 1, "reference": "CYPE 01", "title": "Schools going into category", "cause": "", "event": "It may.",
        "consequence": "Costs", "published": "", "owner": "Head of School Improvement", "division": "Quality",
        "own_rag": "AMBER", "rag": "RED", "current": {"likelihood": 3, "impact": 4, "rag": "AMBER"}, "target": NONE,
        "direction": "worse", "timescale": "2017-08-31", "review_due_on": "2017-07-03",
        "controls": [{"text": "Visits", "owner": "Head of Service"}],
        "actions": [{"text": "Visit more", "owner": "Head of Service", "due_on": "2017-08-31", "status": "done"}],
    }  # fmt: skip
    return {**known, **changes}


def content(**changes: Any) -> dict[str, Any]:
    """The content of a small pack."""
    decision: dict[str, Any] = {
        "escalation_id": 7, "risk_id": 1, "reference": "CYPE 01", "title": "Schools going into category",
        "owner": "Head of School Improvement", "status": "awaiting DMT", "own_rag": "AMBER", "rag": "RED",
        "since": "2017-04-01", "days": 2, "proposal": "", "reasons": ["It fell from 74% to 70%."],
        "said": {"text": "We are on it.", "kind": "review", "name": "An owner"},
        "decided": {"kind": "defer to a meeting", "text": "Not yet.", "name": "A member"},
    }  # fmt: skip
    movement = {
        "on": "2017-04-02", "risk_id": 1, "reference": "CYPE 01", "title": "Schools", "what": "put before DMT",
        "before": "AMBER", "after": "RED", "reason": "It fell.",
    }  # fmt: skip
    late = {"risk_id": 1, "reference": "CYPE 01", "owner": "Head", "due_on": "2017-04-01", "days": 2, "status": "done"}
    known: dict[str, Any] = {
        "register": {"id": 1, "prefix": "CYPE", "name": "Children"}, "as_at": "2017-04-03", "held_on": "2017-04-25",
        "since": "2017-03-28", "policy": 1, "counts": {"RED": 1, "AMBER": 0, "GREEN": 0},
        "matrix": [{"words": "3, possible", "cells": [{"score": 12, "rag": "AMBER", "risks": ["CYPE 01"]}]}],
        "impact_words": ["serious"], "unscored": [risk()], "decisions": [decision], "movements": [movement],
        "above_target": [{**risk(), "target": "GREEN", "late": True}],
        "late_reviews": [{**late, "title": "Schools", "rag": "RED"}], "late_actions": [{**late, "text": "Visit"}],
        "signals": [{"sentence": "It ends.", "since": "2017-04-01", "kind": "contract", "risks": ["CYPE 01"]}],
        "risks": [risk()],
    }  # fmt: skip
    return {**known, **changes}


def rows(written: bytes) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(written))
    return [tuple(cell.value for cell in row) for row in book["Register"].iter_rows()]


def test_the_spreadsheet_has_the_councils_columns_and_a_risk_a_row() -> None:
    found = rows(register_workbook(content()))
    assert list(found[0]) == [column.heading for column in COLUMNS]
    one = dict(zip(found[0], found[1], strict=True))
    assert one["Reference"] == "CYPE 01"
    assert (one["Current likelihood"], one["Current impact"], one["Target impact"]) == (3, 4, None)
    assert str(one["Timescale"]) == "2017-08-31 00:00:00"
    assert one["Controls with owners"] == "Visits (Head of Service)"
    assert one["Actions with owners and dates"] == "Visit more (Head of Service), 31 August 2017"
    assert one["Direction of travel"] == "worse"


@pytest.mark.parametrize("words", ["=1+1", "+44 1622", "-5", "@SUM(A1)", "{=1}", "https://kent.example", "007"])
def test_a_text_stays_the_text_that_was_typed(words: str) -> None:
    sheet = load_workbook(io.BytesIO(register_workbook(content(risks=[risk(title=words)]))))["Register"]
    cell = sheet.cell(2, 2)
    assert (cell.value, cell.data_type, cell.hyperlink) == (words, "s", None)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    found = rows(register_workbook(content(risks=[risk(title="x" * (CELL_MOST + 1))])))
    assert len(found[1][1]) == CELL_MOST
    assert found[1][1].endswith("[…]")


def test_an_empty_register_is_a_sheet_with_its_head() -> None:
    assert len(rows(register_workbook(content(risks=[])))) == 1


def test_the_word_document_has_headings_tables_and_every_sentence() -> None:
    document = Document(io.BytesIO(pack_document(content())))
    headings = [one.text for one in document.paragraphs if one.style and one.style.name in ("Title", "Heading 1")]
    assert headings[0] == "DMT pack for the meeting of 25 April 2017"
    assert "Movements since the meeting of 28 March 2017" in headings
    text = "\n".join(one.text for one in document.paragraphs)
    for sentence in (
        "It fell from 74% to 70%.",
        "We are on it. (review, An owner)",
        "Rating: Raised from AMBER to RED",
    ):
        assert sentence in text
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert "\u00a0AMBER\u00a0 12, CYPE 01" in cells
    assert "31 August 2017 (past)" in cells


def test_the_tables_of_the_word_document_have_the_widths_of_the_pdf() -> None:
    document = Document(io.BytesIO(pack_document(content())))
    table = next(one for one in document.tables if one.rows[0].cells[-1].text == "Reason")
    page = document.sections[0]
    room = page.page_width - page.left_margin - page.right_margin  # type: ignore[operator]
    for places in ([*table.columns], *([*row.cells] for row in table.rows)):
        assert [round(100 * (one.width or 0) / room) for one in places] == [8, 23, 21, 12, 36]


def test_characters_that_no_document_may_hold_are_left_out_of_word() -> None:
    document = Document(io.BytesIO(pack_document(content(risks=[risk(title="A\x0bB\x01C")]))))
    assert any("ABC" in cell.text for cell in document.tables[-1].columns[1].cells)


def test_the_pdf_is_tagged_titled_and_says_the_same() -> None:
    reader = PdfReader(io.BytesIO(pack_pdf(content(), TEMPLATES)))
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "en-GB"  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == "DMT pack for the meeting of 25 April 2017"
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "It fell from 74% to 70%." in text
    assert "Late reviews, answers to DMT and actions by owner" in text


def test_markup_that_was_typed_is_shown_and_fetches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("kept from the reader")
    typed = f'<b>bold</b><img src="file://{secret}"><link rel="attachment" href="file://{secret}">'
    reader = PdfReader(io.BytesIO(pack_pdf(content(risks=[risk(title=typed)]), TEMPLATES)))
    assert "<b>bold</b>" in "".join(page.extract_text() for page in reader.pages)
    assert not reader.attachments


def test_a_machine_without_the_libraries_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for status, said in ((printing.LIBRARIES_MISSING, "Pango"), (1, "could not be made")):
        program = tmp_path / f"{status}.py"
        program.write_text(f"raise SystemExit({status})")
        monkeypatch.setattr(printing, "__file__", str(program))
        with pytest.raises(NoPdfError, match=said):
            pack_pdf(content(), TEMPLATES)


def test_an_appendix_that_nobody_reads_is_left_to_the_spreadsheet() -> None:
    many = [risk() for _ in range(APPENDIX_RISKS + 1)]
    blocks = outline(content(risks=many, unscored=many))
    assert any(isinstance(one, Text) and one.text.startswith("1 more without a score:") for one in blocks)
    last = blocks[-1]
    assert isinstance(last, Text)
    assert "The spreadsheet holds them all." in last.text
    assert len(rows(register_workbook(content(risks=many)))) == APPENDIX_RISKS + 2


def test_a_pack_with_nothing_in_it_says_so_in_each_part() -> None:
    parts = ("unscored", "decisions", "movements", "above_target", "late_reviews", "late_actions", "signals", "risks")
    nothing: dict[str, Any] = {part: [] for part in parts}
    blocks = outline(content(**nothing, since=None, held_on=None))
    text = " ".join(block.text for block in blocks if isinstance(block, Text))
    for sentence in ("Nothing waits for DMT.", "Nothing moved.", "No review is overdue.", "No signal stands."):
        assert sentence in text


def test_every_number_on_the_first_page_leads_to_its_rows() -> None:
    blocks = outline(content())
    keys = [one.key for one in blocks if isinstance(one, Heading | Table) and one.key]
    links = [item.to for one in blocks if isinstance(one, Bullets) for item in one.items if item.to]
    counts = next(one for one in blocks if isinstance(one, Table))
    links += [cell.to for row in counts.rows for cell in row if cell.to]
    assert set(links) == {
        "register",
        "decisions",
        "movements",
        "above-target",
        "late",
        "signals",
        "unscored",
        "register-red",
    }
    assert set(links) <= set(keys)
    assert len(keys) == len(set(keys))


def test_counts_stand_beside_those_before_with_the_change() -> None:
    before = {"RED": 0, "AMBER": 1, "GREEN": 0}
    counts = next(one for one in outline(content(counts_before=before)) if isinstance(one, Table))
    assert counts.head == ("Rating shown", "On 3 April 2017", "When 28 March 2017 began", "Change")
    assert [[cell.text for cell in row[1:]] for row in counts.rows] == [
        ["1", "0", "1 more"], ["0", "1", "1 fewer"], ["0", "0", "none"], ["1", "1", "none"],
    ]  # fmt: skip


def test_what_is_exempt_is_marked_by_a_word_in_every_file() -> None:
    word = "exempt, paragraph 3"
    parts = [{"text": "Visits", "owner": "", "exempt": word, "due_on": "2017-08-31"}]
    frozen = content(risks=[risk(exempt=word, controls=parts, actions=parts)])
    one = rows(register_workbook(frozen))[1]
    assert one[1] == f"Schools going into category ({word})"
    assert [one[14], one[15]] == [f"Visits ({word})", f"Visits ({word}), 31 August 2017"]
    last = [cell.text for cell in Document(io.BytesIO(pack_document(frozen))).tables[-1].rows[1].cells]
    assert [text.count(word) for text in last] == [0, 1, 0, 0, 0, 0, 0, 1, 1]
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pack_pdf(frozen, TEMPLATES))).pages)
    assert "Exempt from public papers: CYPE 01." in " ".join(printed.split())
