"""What a cell is read as: the figure that is shown, dates, formulas, errors, merged cells, CSV of every make."""

from __future__ import annotations

import tracemalloc
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest

from riskreg.exchange import typed
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Cell, Kind, column_of, letter_of
from riskreg.exchange.workbook_cells import shown_by
from riskreg.worksheets import Book
from tests.exchange import books


def formatted(value: Any, number_format: str) -> Cell:
    def change(opened: Any) -> None:
        opened.active["A1"] = value
        opened.active["A1"].number_format = number_format

    return books.first_cell(books.book(change=change))


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (200, "GR"), (703, "AAA")])
def test_columns_have_letters(column: int, letters: str) -> None:
    assert letter_of(column) == letters
    assert column_of(letters) == column


@pytest.mark.parametrize(
    ("stored", "number_format", "shown", "percent", "exact"),
    [
        (0.745, "0.0%", "74.5", True, None),
        (0.7449, "0.0%", "74.5", True, "74.49"),
        (0.07, "0%", "7", True, None),
        (0.29, "General%", "29", True, None),
        (74.5, "General", "74.5", False, None),
        (0.1 + 0.2, "General", "0.3", False, None),
        (1 / 3, "General", "0.333333333333333", False, None),
        (70, "0.0", "70.0", False, None),
        (70.25, "0.0", "70.3", False, "70.25"),
        (-1234.5, "#,##0.00_);[Red](#,##0.00)", "-1234.50", False, None),
        (1234.5, '_-"£"* #,##0.00_-;-"£"* #,##0.00_-', "1234.50", False, None),
        (1234.5, "[$£-809]#,##0", "1235", False, "1234.5"),
        (2.5, "0.0##", "2.5", False, None),
        (2.12345, "0.0##", "2.123", False, "2.12345"),
        (1200000, "General", "1200000", False, None),
        (1200000, "0,", "1200000", False, None),
        (1.5, "# ?/?", "1.5", False, None),
        (1200, "0.00E+00", "1200", False, None),
        (5, '0.0" %"', "5.0", False, None),
        (0.0, "-0", "0", False, None),
    ],
)
def test_a_figure_has_the_digits_that_are_shown(
    stored: float, number_format: str, shown: str, percent: bool, exact: str | None
) -> None:
    cell = formatted(stored, number_format)
    assert (cell.kind, str(cell.value), cell.percent) == (Kind.FIGURE, shown, percent)
    assert cell.exact == (None if exact is None else Decimal(exact))


def test_an_unknown_number_format_changes_nothing() -> None:
    assert shown_by("nonsense 0.0.0").figure(Decimal("1.23")) == Decimal("1.23")


@pytest.mark.parametrize(
    ("value", "number_format", "kind", "read", "words"),
    [
        (date(2017, 4, 1), "dd/mm/yyyy", Kind.DATE, date(2017, 4, 1), "2017-04-01"),
        (date(2017, 4, 1), "mmm-yy", Kind.DATE, date(2017, 4, 1), "2017-04"),
        (
            datetime.fromisoformat("2017-04-01T09:30"),
            "dd/mm/yyyy hh:mm",
            Kind.DATE,
            datetime.fromisoformat("2017-04-01T09:30"),
            "2017-04-01 09:30:00",
        ),
        (time(9, 30), "hh:mm", Kind.TEXT, "09:30:00", "09:30:00"),
        (42828, "General", Kind.FIGURE, Decimal(42828), "42828"),
        (-5, "dd/mm/yyyy", Kind.TEXT, None, None),
        (9e9, "dd/mm/yyyy", Kind.ERROR, "#VALUE!", "#VALUE!"),
        (True, "General", Kind.TRUTH, True, "yes"),
        (False, "General", Kind.TRUTH, False, "no"),
        ("#N/A", "General", Kind.ERROR, "#N/A", "#N/A"),
        ("=A2+1", "General", Kind.FORMULA, "=A2+1", "=A2+1"),
        (" Schools\u00a0", "General", Kind.TEXT, "Schools", "Schools"),
    ],
)
def test_what_a_cell_holds(value: Any, number_format: str, kind: Kind, read: Any, words: str | None) -> None:
    cell = formatted(value, number_format)
    if words is None:  # a day before the calendar of spreadsheets
        assert cell.kind is not Kind.FIGURE
        return
    assert (cell.kind, cell.value, cell.words) == (kind, read, words)


def test_dates_of_a_workbook_that_counts_from_1904() -> None:
    def change(opened: Any) -> None:
        opened.epoch = datetime.fromisoformat("1904-01-01")
        opened.active["A1"] = date(2017, 4, 1)

    assert books.first_cell(books.book(change=change)).value == date(2017, 4, 1)


@pytest.mark.parametrize(("year", "serial"), [(1900, 42828), (1904, 41366)])
def test_a_day_as_a_plain_number_is_counted_as_its_workbook_counts(year: int, serial: int) -> None:
    def change(opened: Any) -> None:
        opened.epoch = datetime.fromisoformat("1904-01-01") if year == 1904 else opened.epoch

    cell = books.first_cell(books.book([serial], change=change))
    assert (cell.kind, cell.value) == (Kind.FIGURE, serial)
    assert typed.day(cell) == date(2017, 4, 3)


def test_line_ends_and_escapes_of_spreadsheets_are_plain_text() -> None:
    content = books.made(lambda book: book.add_worksheet().write_string(0, 0, "one\r\ntwo _x0041_"))
    assert books.first_cell(content).value == "one\ntwo _x0041_"


def test_merged_cells_are_known_by_their_first() -> None:
    content = books.book(["Title"], ["a", 1], ["b", 2], change=lambda opened: opened.active.merge_cells("B2:C3"))
    first, second, third = books.lines_of(content)
    assert first.filled
    assert second.cell("B").value == 1
    for cell in (second.cell("C"), third.cell("B"), third.cell("C")):
        assert (cell.kind, cell.value, cell.merged_into, cell.filled) == (Kind.MERGED, None, "Results!B2", False)


def test_a_cell_knows_where_it_stands() -> None:
    content = books.book([], ["Indicator"], [], ["x", None, 5])
    line = books.lines_of(content)[1]
    cell = line.cell("C")
    assert (line.number, cell.address, cell.letter) == (4, "Results!C4", "C")
    assert line.cell("B").kind is Kind.EMPTY
    assert line.cell("B").words == ""
    assert str(cell.problem("a.xlsx", "Result", "no.")) == "a.xlsx, Results, row 4, column C (Result): no."
    assert books.first_cell(b"a,b\n1,2\n", "a.csv").address == "A1"


def test_what_a_sheet_says_of_its_own_size_is_not_believed() -> None:
    content = books.book(["a", "b"], ["c", "d"])
    lying = books.part(content).replace(b'ref="A1:B2"', b'ref="A1"')
    assert lying != books.part(content)
    lines = books.lines_of(books.repacked(content, {"xl/worksheets/sheet1.xml": lying}))
    assert [len(line.cells) for line in lines] == [2, 2]


def test_a_sheet_can_be_read_again_and_twice_at_once() -> None:
    sheet = books.sheet_of(books.book(["a"], ["b"], ["c"]))
    pairs = zip(sheet.lines(), sheet.lines(), strict=True)
    assert [one == other for one, other in pairs] == [True, True, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_of_every_make_reads_the_same(encoding: str, separator: str, end: str) -> None:
    rows = [["Provider’s title", "Value"], [f"“A{separator} B”\nand C £", "74,5"], ["", ""], ["D", ""]]
    quoted = [separator.join(f'"{cell}"' if cell else "" for cell in row) for row in rows]
    lines = books.lines_of(end.join(quoted).encode(encoding), "a.csv")
    found = [[line.number, *(cell.words for cell in line.cells.values())] for line in lines]
    assert found == [
        [1, "Provider’s title", "Value"],
        [2, f"“A{separator} B”\nand C £".replace("\t", "\t"), "74,5"],
        [4, "D"],
    ]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"sep=;\na;b\n1,5;2\n", {2: ["a", "b"], 3: ["1,5", "2"]}),
        (b"Kent results\n\na,b\n1,2\n", {1: ["Kent results"], 3: ["a", "b"], 4: ["1", "2"]}),
        (
            b"a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n",
            {1: ["a", "b", "c"], 2: ["1,5", "2,5", "3,5"], 3: ["4,5", "5,5", "6,5"]},
        ),
        (b"a,b,,\n1,2,,\n", {1: ["a", "b"], 2: ["1", "2"]}),
        (b"a,b\n1,2,,\n", {1: ["a", "b"], 2: ["1", "2"]}),
        (b"Ref;Text\n1;a, b, c\n2;d\n", {1: ["Ref", "Text"], 2: ["1", "a, b, c"], 3: ["2", "d"]}),
        (b"a,b\n'=x,'-y\n", {1: ["a", "b"], 2: ["=x", "-y"]}),
    ],
)
def test_the_separator_is_found_and_rows_keep_their_numbers(content: bytes, rows: dict[int, list[str]]) -> None:
    lines = books.lines_of(content, "a.csv")
    assert {line.number: [cell.words for cell in line.cells.values()] for line in lines} == rows


def test_a_formula_in_a_csv_file_is_one() -> None:
    second = books.lines_of(b"a,b\n=1+1,'=2\n", "a.csv")[1]
    assert [second.cell("A").kind, second.cell("B").kind] == [Kind.FORMULA, Kind.TEXT]


def test_many_rows_are_read_in_little_memory() -> None:
    with Book("Many") as book:
        sheet = book.sheet("Many", [(str(number), 9) for number in range(5)])
        for line in range(1, 20_001):
            for column in range(5):
                book.put(sheet, (line, column), line * column)
    content = book.content()
    tracemalloc.start()
    read = read_workbook(content, "a.xlsx").sheets[0]
    assert read.last_row == 20_001
    assert sum(1 for _ in islice(read.lines(), 5_000)) == 5_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 12_000_000
