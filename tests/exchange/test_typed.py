"""What people type into cells: every way that is understood, and the sentence for every way that is not."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.exchange import typed
from riskreg.exchange.cells import choice
from riskreg.exchange.sheets import Cell, Kind

EMPTY = Cell(None, Kind.EMPTY, "Results", 7, 4)
FORMULA = Cell("=B7*2", Kind.FORMULA, "Results", 7, 4)
ERROR = Cell("#N/A", Kind.ERROR, "Results", 7, 4)
MERGED = Cell(None, Kind.MERGED, "Results", 7, 4, merged_into="Results!D5")
PARSERS = [typed.words, typed.figure(), typed.day, typed.partial_day, typed.year, typed.whole_figure(1, 5)]
PARSERS += [
    typed.calendar_year,
    typed.worded(choice("RED")),
    typed.known_or(typed.figure()),
    typed.filled_or(typed.day),
]


def text(value: str) -> Cell:
    return Cell(value, Kind.TEXT, "Results", 7, 4)


def number(value: str, *, percent: bool = False) -> Cell:
    return Cell(Decimal(value), Kind.FIGURE, "Results", 7, 4, percent=percent)


def from_1904(value: str) -> Cell:
    return Cell(Decimal(value), Kind.FIGURE, "Results", 7, 4, from_1904=True)


def dated(value: date, *, month_only: bool = False) -> Cell:
    return Cell(value, Kind.DATE, "Results", 7, 4, month_only=month_only)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (FORMULA, "the cell holds a formula; paste its value instead."),
        (ERROR, "the cell holds the error #N/A."),
        (MERGED, "the cell is merged with Results!D5; unmerge them and fill each."),
    ],
)
def test_no_parser_takes_a_formula_an_error_or_a_merged_cell(parse: Any, cell: Cell, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        parse(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        (number("74.5"), "percent", "74.5"),
        (number("74.5", percent=True), "percent", "74.5"),
        (number("70.0"), "number", "70.0"),
        (text("74%"), "percent", "74"),
        (text("74.50 %"), "", "74.50"),
        (text("1,234"), "number", "1234"),
        (text("£1,234.50"), "pounds", "1234.50"),
        (text("-£5"), "", "-5"),
        (text("\N{MINUS SIGN}5"), "number", "-5"),
        (text("+5"), "number", "5"),
        (text(".5"), "number", "0.5"),
    ],
)
def test_a_figure_as_people_type_it(cell: Cell, unit: str, value: str) -> None:
    assert str(typed.figure(unit)(cell)) == value


@pytest.mark.parametrize(
    ("cell", "unit", "said"),
    [
        (EMPTY, "", "the cell is empty."),
        (text("N/A"), "", "“N/A” is not a figure."),
        (text("about 70"), "", "“about 70” is not a figure."),
        (text("70.5*"), "", "“70.5*” is not a figure."),
        (text("1,23"), "", "“1,23” is not a figure."),
        (text("1 234"), "", "“1 234” is not a figure."),
        (text("1e5"), "", "“1e5” is not a figure."),
        (text("٧"), "", "“٧” is not a figure."),
        (text("(5)"), "", "“(5)” is in brackets: write it without, and with a minus sign if it is negative."),
        (text("74%"), "number", "“74%” is a percentage; this column holds none."),
        (number("74", percent=True), "days", "“74%” is a percentage; this column holds none."),
        (text("£5"), "percent", "“£5” is an amount in pounds; this column holds none."),
        (dated(date(2017, 4, 1)), "", "“2017-04-01” is a date, not a figure."),
        (Cell(True, Kind.TRUTH, "R", 1, 1), "", "“TRUE” is not a figure."),
        (text("1" * 16), "", "“1111111111111111” has too many digits."),
        (text("0.12345678901"), "", "“0.12345678901” has too many digits."),
    ],
)
def test_what_is_no_figure_is_told(cell: Cell, unit: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        typed.figure(unit)(cell)
    assert str(refused.value) == said


@given(st.decimals(-(10**14), 10**14, places=3))
def test_any_figure_written_with_commas_is_read_back(value: Decimal) -> None:
    assert typed.figure()(text(f"{value:,f}")) == value


@given(st.text())
def test_any_text_is_a_figure_or_a_sentence(value: str) -> None:
    for parse in PARSERS:
        try:
            parse(text(value))
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017 - it may as well be right


@pytest.mark.parametrize("said", ["N/A", "n/a", "-", "–", "..", "…", "Not known", "TBC"])
def test_not_known_where_it_is_allowed_and_a_hint_where_a_cell_may_be_empty(said: str) -> None:
    assert typed.known_or(typed.figure())(text(said)) is None
    with pytest.raises(ValueError, match=r"is not a figure\. Leave the cell empty if there is none\.$"):
        typed.filled_or(typed.figure())(text(said))


def test_an_empty_cell_where_it_is_allowed() -> None:
    assert typed.known_or(typed.figure())(EMPTY) is None
    assert typed.filled_or(typed.figure())(EMPTY) is None
    assert typed.filled_or(typed.figure())(number("5")) == 5
    with pytest.raises(ValueError, match=r"^“five” is not a figure\.$"):
        typed.filled_or(typed.figure())(text("five"))
    assert typed.words(EMPTY) == ""
    for parse in (typed.worded(choice("RED")), typed.day, typed.year):
        with pytest.raises(ValueError, match="empty"):
            parse(EMPTY)


@pytest.mark.parametrize(
    ("cell", "known"),
    [
        (text("3/4/2017"), "2017-04-03"),
        (text("3/4/17"), "2017-04-03"),
        (text("03.04.2017"), "2017-04-03"),
        (text("3 April 2017"), "2017-04-03"),
        (text("3rd Apr 2017"), "2017-04-03"),
        (text("2017-04-03"), "2017-04-03"),
        (text("2017-04-03 00:00:00"), "2017-04-03"),
        (text("3/4/2017 09:30"), "2017-04-03"),
        (text("Apr-17"), "2017-04"),
        (text("April '17"), "2017-04"),
        (text("Sept 2017"), "2017-09"),
        (text("4/2017"), "2017-04"),
        (text("2017"), "2017"),
        (number("2017"), "2017"),
        (number("42828"), "2017-04-03"),
        (number("32874"), "1990-01-01"),
        (number("73415"), "2100-12-31"),
        (from_1904("41366"), "2017-04-03"),
        (from_1904("31412"), "1990-01-01"),
        (from_1904("71953"), "2100-12-31"),
        (text("3\u00a0April\u202f2017"), "2017-04-03"),
        (dated(date(2017, 4, 3)), "2017-04-03"),
        (dated(date(2017, 4, 1), month_only=True), "2017-04"),
        (dated(datetime.fromisoformat("2017-04-03T09:30")), "2017-04-03"),
    ],
)
def test_a_date_as_people_type_it(cell: Cell, known: str) -> None:
    assert typed.partial_day(cell).text == known
    if len(known) == len("2017-04-03"):
        assert typed.day(cell) == date.fromisoformat(known)


@pytest.mark.parametrize(
    "cell",
    [
        *(text(said) for said in ("31/2/2017", "4/13/2017", "soon", "2016/17", "1/1/1066")),
        *(number(said) for said in ("42828.5", "73416", "5")),
        *(from_1904(said) for said in ("41366.5", "73415", "31411", "5")),
        Cell(True, Kind.TRUTH, "R", 1, 1),
        dated(date(1866, 1, 1)),
    ],
)
def test_what_is_no_date_is_told(cell: Cell) -> None:
    with pytest.raises(ValueError, match="is not a date such as 31 March 2018, 31/3/2018 or March 2018"):
        typed.partial_day(cell)


def test_a_month_is_no_day() -> None:
    with pytest.raises(ValueError, match=r"^“April 2017” is not a day; write it as 30 April 2017\.$"):
        typed.day(text("Apr-17"))


@pytest.mark.parametrize(
    ("cell", "first", "last", "written"),
    [
        (text("2016/17"), 2016, 2017, "2016/17"),
        (text("2016-17"), 2016, 2017, "2016/17"),
        (text("2016 – 2017"), 2016, 2017, "2016/17"),
        (text("1999/00"), 1999, 2000, "1999/00"),
        (text("2017"), 2017, 2017, "2017"),
        (number("2017"), 2017, 2017, "2017"),
    ],
)
def test_a_year(cell: Cell, first: int, last: int, written: str) -> None:
    assert typed.year(cell) == typed.Years(first, last)
    assert str(typed.year(cell)) == written


@pytest.mark.parametrize("said", ["2016/18", "2016/16", "16/17", "20167", "0017", "2017.5"])
def test_what_is_no_year_is_told(said: str) -> None:
    with pytest.raises(ValueError, match="is not a year such as 2017 or 2016/17"):
        typed.year(text(said))


def test_a_calendar_year() -> None:
    for cell in (text("2018"), number("2018")):
        assert typed.calendar_year(cell) == 2018
    for cell in (text("2018/19"), text("soon"), number("2018.5"), number("43191"), text("18")):
        with pytest.raises(ValueError, match=r"^“[^”]+” is not a year such as 2018\.$"):
            typed.calendar_year(cell)
    with pytest.raises(ValueError, match="the cell is empty"):
        typed.calendar_year(EMPTY)


def test_whole_figures_and_words() -> None:
    whole = typed.whole_figure(1, 5)
    assert whole(number("3.0")) == 3
    assert whole(text("3")) == 3
    for cell in (number("3.5"), number("6"), text("0")):
        with pytest.raises(ValueError, match="is not a whole number from 1 to 5"):
            whole(cell)
    assert typed.worded(choice("RED", "AMBER"))(text("RED")) == "RED"
    assert typed.words(number("74.50")) == "74.50"
    with pytest.raises(ValueError, match="4,000 are the most"):
        typed.words(text("x" * 4001))
    with pytest.raises(ValueError, match="control character"):
        typed.words(text("x\x01"))


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009"])
def test_a_space_that_nobody_sees_is_one(space: str) -> None:
    assert typed.figure("percent")(text(f"62{space}%")) == 62
    assert typed.figure("pounds")(text(f"£{space}1,234")) == 1234
    assert str(typed.year(text(f"2016{space}/{space}17"))) == "2016/17"


@pytest.mark.parametrize(("value", "said"), [(True, "TRUE"), (False, "FALSE")])
def test_a_truth_is_told_as_its_sheet_shows_it(value: bool, said: str) -> None:
    cell = Cell(value, Kind.TRUTH, "Results", 7, 4)
    for parse in (typed.figure(), typed.whole_figure(1, 5)):
        with pytest.raises(ValueError, match=f"^“{said}” is not a figure"):
            parse(cell)
    for dated_by in (typed.partial_day, typed.year):
        with pytest.raises(ValueError, match=f"^“{said}” is not a "):
            dated_by(cell)


def test_two_dashes_say_that_it_is_not_known() -> None:
    assert typed.known_or(typed.figure())(text("--")) is None
