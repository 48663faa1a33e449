"""Tables that people made: every problem is named with file, row and column, and nothing else ever comes out."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskreg.domain.access import Role
from riskreg.domain.dates import PartialDate
from riskreg.domain.scoring import Rag
from riskreg.exchange.cells import (
    calendar_year,
    choice,
    choices,
    decimal,
    iso_date,
    matching,
    partial_date,
    whole,
)
from riskreg.exchange.plan_tables import SPECS
from riskreg.exchange.tables import (
    LONGEST,
    BrokenTable,
    Column,
    Problem,
    Row,
    TableSpec,
    flag,
    needed,
    optional,
    read_table,
    wording,
    words,
    yes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Row):
    """A row with a cell of each sort."""

    code: str = needed(words)
    rag: Rag = needed(choice(Rag.RED, Rag.AMBER, Rag.GREEN))  # noqa: RUF009
    value: Decimal | None = optional(decimal)  # noqa: RUF009
    on: date | None = optional(iso_date)  # noqa: RUF009
    end: PartialDate | None = optional(partial_date)  # noqa: RUF009
    assumed: bool = flag()
    note: str = wording()


FIGURES = TableSpec("figures.csv", Figure, ("code",))
HEADER = "code,rag,value,on,end,assumed,note\n"
UNCLOSED = (
    "figures.csv, row 2: the row cannot be read from here on (unexpected end of data); "
    "look for a quotation mark that is not closed."
)
GOOD = "A,RED,1.50,2017-04-03,2018-03,yes,words\n"


def problems(content: str | bytes, spec: TableSpec[Figure] = FIGURES) -> list[str]:
    with pytest.raises(BrokenTable) as broken:
        read_table(content.encode() if isinstance(content, str) else content, spec)
    assert str(broken.value).splitlines() == [str(problem) for problem in broken.value.problems]
    return [str(problem) for problem in broken.value.problems]


def test_a_good_table_is_read_into_values() -> None:
    rows = read_table((HEADER + GOOD + "B,GREEN,,,,,\n").encode(), FIGURES)
    filled = {"value": Decimal("1.50"), "on": date(2017, 4, 3), "end": PartialDate("2018-03"), "assumed": True}
    assert rows == [
        Figure(row=2, code="A", rag=Rag.RED, note="words", **filled),  # type: ignore[arg-type]
        Figure(row=3, code="B", rag=Rag.GREEN, value=None, on=None, end=None, assumed=False, note=""),
    ]
    assert str(rows[0].value) == "1.50"


def test_the_columns_follow_from_the_row() -> None:
    assert FIGURES.columns[0] == Column("code", words, required=True)
    assert FIGURES.columns[5] == Column("assumed", yes, empty=False)


def test_columns_may_stand_in_any_order_and_marks_of_spreadsheets_do_no_harm() -> None:
    content = "\ufeffnote , code,rag,on,end,assumed,value,,\r\n x ,A,RED,,,,-7,,\r\n,,,,,,,\r\n\r\n"
    (row,) = read_table(content.encode(), FIGURES)
    assert (row.row, row.code, row.note, row.value) == (2, "A", "x", Decimal(-7))


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    content = HEADER + 'A,RED,,,,,"two\nlines"\n\n' + "B,PURPLE,,,,,\n"
    assert problems(content) == ["figures.csv, row 4, column rag: “PURPLE” is not RED, AMBER or GREEN."]


def test_every_problem_is_named_at_once() -> None:
    content = HEADER + ",PURPLE,1O,2017-02-30,soon,no,\n" + GOOD + GOOD
    assert problems(content) == [
        "figures.csv, row 2, column code: the cell is empty.",
        "figures.csv, row 2, column rag: “PURPLE” is not RED, AMBER or GREEN.",
        "figures.csv, row 2, column value: “1O” is not a figure such as 1200 or -3.5.",
        "figures.csv, row 2, column on: “2017-02-30” is a date that does not exist.",
        "figures.csv, row 2, column end: “soon” is not a date such as 2018-03-31, 2018-03 or 2018.",
        "figures.csv, row 2, column assumed: “no” is neither yes nor empty.",
        "figures.csv, row 4, column code: code “A” is in row 3 already.",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "figures.csv: the file is empty."),
        ("\ufeff \n", "figures.csv: the file is empty."),
        (
            HEADER.replace("rag", "ragg") + GOOD,
            "figures.csv, row 1, column ragg: this is no column of the table. Is it “rag”?",
        ),
        (HEADER.replace("note", "n") + GOOD, "figures.csv, row 1, column n: this is no column of the table."),
        (HEADER.replace("rag,", "rag,rag,") + GOOD, "figures.csv, row 1, column rag: the column is there twice."),
        (HEADER.replace("rag", "") + GOOD, "figures.csv, row 1: a column has no name."),
        (HEADER.strip() + ",more\n", "figures.csv, row 1, column more: this is no column of the table."),
        (HEADER.replace(",note", ""), "figures.csv, row 1, column note: the column is missing."),
        (HEADER + "A,RED,1,200,,,,\n", "figures.csv, row 2, column on: “200” is not a date such as 2017-04-03."),
        (
            HEADER + GOOD.strip() + ",more\n",
            "figures.csv, row 2: the row has 8 cells for 7 columns; look for a comma outside quotation marks.",
        ),
        (HEADER + "A,RED\n", "figures.csv, row 2: the row has 2 cells for 7 columns."),
        (HEADER + "A\n", "figures.csv, row 2: the row has 1 cell for 7 columns."),
        (
            HEADER + f"A,RED,,,,,{'x' * 20_000}\n",
            "figures.csv, row 2, column note: the text has 20,000 characters; 4,000 are the most.",
        ),
        (HEADER + "A\0,RED,,,,,\n", "figures.csv, row 2, column code: the text holds a control character (U+0000)."),
        (
            HEADER + 'A,RED,,,,,"never closed\n',
            UNCLOSED,
        ),
        (HEADER + f"A,{'P' * 99},,,,,\n", f"figures.csv, row 2, column rag: “{'P' * 60}…” is not RED, AMBER or GREEN."),
    ],
)
def test_a_broken_table_is_refused_with_a_sentence(content: str, said: str) -> None:
    assert said in problems(content)


def test_a_text_of_the_greatest_length_is_read() -> None:
    (row,) = read_table((HEADER + f"A,RED,,,,,{'x' * LONGEST}\n").encode(), FIGURES)
    assert len(row.note) == LONGEST


def test_a_huge_cell_is_refused_as_well() -> None:
    assert "field larger than field limit" in problems(HEADER + f"A,RED,,,,,{'x' * 200_000}\n")[0]


def test_a_key_of_two_columns_is_named_with_both() -> None:
    spec = TableSpec("figures.csv", Figure, ("code", "rag"))
    content = HEADER + "A,RED,,,,,\nA,AMBER,,,,,\nA,RED,,,,,\n"
    assert problems(content, spec) == ["figures.csv, row 4: code “A” and rag “RED” are together in row 2 already."]


@pytest.mark.parametrize("content", ["naïve,£".encode("latin-1"), HEADER.encode("utf-16"), b"\xff\xfe\x00"])
def test_another_encoding_is_named(content: bytes) -> None:
    assert problems(content) == ["figures.csv: the file is not in UTF-8: save it as “CSV UTF-8” and try again."]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, why in (
        ("none.csv", "the file is missing."),
        ("folder.csv", "the file cannot be read (Is a directory)."),
    ):
        with pytest.raises(BrokenTable) as broken:
            read_table(tmp_path / name, FIGURES)
        assert str(broken.value) == f"{name}: {why}"


def test_a_file_is_named_as_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(HEADER + "A,,,,,,\n")
    with pytest.raises(BrokenTable, match=r"^mine\.csv, row 2, column rag: the cell is empty\.$"):
        read_table(tmp_path / "mine.csv", FIGURES)


@pytest.mark.parametrize(
    "cell", ["1,200", "1e3", "NaN", "Infinity", "٣", "1.", ".5", "+1", "- 1", "1 2", "9" * 16, "5%"]
)
def test_what_is_no_plain_figure_becomes_no_number(cell: str) -> None:
    with pytest.raises(ValueError, match="is not a figure such as"):
        decimal(cell)


@pytest.mark.parametrize(
    "cell", ["20170403", "2017-W14-1", "3/4/2017", "2017-4-3", "2017-13-01", "1617-04-03", "9999-01-01"]
)
def test_what_is_no_day_becomes_no_date(cell: str) -> None:
    with pytest.raises(ValueError, match=f"^“{cell}” is (not|a date that does not exist)"):
        iso_date(cell)


@pytest.mark.parametrize("cell", ["TBC", "2018-13", "2018-02-30", "٢٠١٨", "201", "2018-3", "0000", "9999"])
def test_words_become_no_partial_date(cell: str) -> None:
    with pytest.raises(ValueError, match=f"^“{cell}” is (not|a date that does not exist)"):
        partial_date(cell)


def test_whole_numbers_years_and_codes_keep_their_bounds() -> None:
    assert (whole(0, 6)("6"), calendar_year("2017"), matching("[A-Z]+", "X")("AB")) == (6, 2017, "AB")
    for parse, cell in (
        (whole(0, 6), "7"),
        (whole(0, 6), "1.0"),
        (whole(0, 6), "-1"),
        (calendar_year, "17"),
        (calendar_year, "2017.0"),
        (matching("[A-Z]+", "X"), "ab"),
    ):
        with pytest.raises(ValueError, match=f"^“{cell}” is not"):
            parse(cell)


def test_several_choices_are_told_apart() -> None:
    roles = choices(*Role)
    assert roles("auditor; dmt_member") == (Role.AUDITOR, Role.DMT_MEMBER)
    for cell in ("auditor;king", "auditor;", "auditor;auditor"):
        with pytest.raises(ValueError, match=r"is not risk_owner, .* or administrator|says the same twice"):
            roles(cell)


CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["RED", "yes", "1.5", "2017-04-03", "2018-03", '"', "\0", "\r", "\n", "CYPE 01", "figure", "١"]),
)


def as_csv(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def read_or_refused(content: bytes, spec: TableSpec[Any]) -> tuple[list[Any], tuple[Problem, ...]]:
    try:
        return read_table(content, spec), ()
    except BrokenTable as broken:
        return [], broken.problems


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
@example(b'code,rag\n"')
@example(b"\xef\xbb\xbf")
def test_any_file_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    rows, said = read_or_refused(content, FIGURES)
    assert not (rows and said)


@given(st.sampled_from(sorted(SPECS)), st.data())
def test_any_row_of_any_table_of_a_plan_is_read_or_refused(name: str, data: st.DataObject) -> None:
    spec = SPECS[name]
    header = [column.name for column in spec.columns]
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header) - 1, max_size=len(header) + 1), max_size=3))
    read, said = read_or_refused(as_csv([header, *rows]).encode("utf-8", "replace"), spec)
    assert all(problem.file == spec.name and problem.message.endswith(".") for problem in said)
    assert said or len(read) <= len(rows)


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20))))
def test_what_was_written_is_read_again(cells: list[tuple[str]]) -> None:
    spec = TableSpec("figures.csv", Figure)
    rows = [[cell, "RED", "", "", "", "", ""] for (cell,) in cells]
    kept = [cell.strip() for (cell,) in cells if cell.strip()]
    content = as_csv([[column.name for column in spec.columns], *rows]).encode()
    if len(kept) == len(cells):
        assert [row.code for row in read_table(content, spec)] == kept
