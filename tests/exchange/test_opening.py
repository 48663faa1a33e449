"""Which files are read at all: each refusal names the file and says what to do; bombs are never opened."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from typing import Any

import pytest

from riskreg.exchange import packages, separated, workbook_cells
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.tables import BrokenTable
from tests.exchange import books

DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
NOT_ONE = "a.xlsx: the file is not a spreadsheet: send an .xlsx or a CSV file."


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "a.csv: the file is empty."),
        (b" \r\n", "a.csv", "a.csv: the file is empty."),
        (b"%PDF-1.7", "a.xlsx", "a.xlsx: the file is a PDF, not a spreadsheet: send an .xlsx or a CSV file."),
        (b"{\\rtf1 x}", "a.xlsx", NOT_ONE),
        (books.OLE + b"\0" * 600, "a.xlsx", NOT_ONE),
        (b"\x89PNG\r\n\0\0,\0", "a.png", "a.png: the file is neither a spreadsheet nor text"),
        (
            books.OLE + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "a.xlsx: the file is protected with a password.",
        ),
        (books.OLE + "Workbook".encode("utf-16-le"), "a.xls", "a.xls: the file is an old Excel workbook (.xls)."),
        (books.OLE + "Book".encode("utf-16-le"), "a.xls", "a.xls: the file is an old Excel workbook (.xls)."),
        (b"<html><table>", "a.xls", "a.xls: the file is a web page or XML, whatever its name says."),
        (b"PK\x03\x04cut off", "a.xlsx", "a.xlsx: the file is broken or was cut off"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_what_it_is(content: bytes, name: str, said: str) -> None:
    assert books.refusals(content, name)[0].startswith(said)


def test_a_file_over_ten_megabytes_is_refused_unread() -> None:
    assert books.refusals(b"x" * 10_600_000) == ["a.xlsx: the file has 10.1 MB; 10 MB are the most."]


def test_a_workbook_cut_off_is_broken() -> None:
    whole = books.book(["a", "b"])
    assert books.refusals(whole[: len(whole) // 2]) == [f"a.xlsx: {packages.BROKEN}"]


@pytest.mark.parametrize(
    "members",
    [
        {"xl/vbaProject.bin": b"\0"},
        {"xl/macrosheets/sheet1.xml": b"<x/>"},
        {"[Content_Types].xml": b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"},
    ],
)
def test_macros_are_refused_wherever_they_are(members: dict[str, bytes]) -> None:
    assert books.refusals(books.repacked(books.book(["a"]), members)) == [f"a.xlsx: {packages.MACROS}"]


def test_a_macro_workbook_is_refused_by_its_name() -> None:
    assert "macros" in books.refusals(books.book(["a"]), "a.XLSM")[0]


@pytest.mark.parametrize(
    ("member", "said"), [("xl/workbook.bin", ".xlsb"), ("content.xml", "OpenDocument"), ("word/document.xml", "a zip")]
)
def test_other_documents_in_a_zip_are_named(member: str, said: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr(member, b"<x/>")
    assert said in books.refusals(packed.getvalue())[0]


def test_a_strict_workbook_is_named() -> None:
    content = books.book(["a"])
    usual = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strict = books.part(content, packages.WORKBOOK).replace(usual, packages.STRICT)
    assert books.refusals(books.repacked(content, {packages.WORKBOOK: strict})) == [f"a.xlsx: {packages.STRICT_KIND}"]


def test_a_zip_with_a_password_is_refused() -> None:
    content = books.book(["a"])
    entry = b"PK\x01\x02\x14\x03\x14\x00"
    locked = content.replace(entry + b"\x00", entry + b"\x01")
    assert locked != content
    assert books.refusals(locked) == [f"a.xlsx: {packages.LOCKED}"]


def test_a_zip_bomb_is_refused_by_its_directory_without_unpacking_it() -> None:
    bomb = books.repacked(books.book(["a"]), {"xl/worksheets/sheet9.xml": b" " * 150_000_000})
    tracemalloc.start()
    assert books.refusals(bomb) == [f"a.xlsx: {packages.BOMB}"]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5_000_000


def test_a_bomb_of_many_members_is_refused() -> None:
    assert books.refusals(books.book(["a"]) + packages.LISTED * 6_000) == [f"a.xlsx: {packages.BOMB}"]


def test_what_unpacks_to_too_much_is_refused_however_well_it_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1_000)
    assert books.refusals(books.book(["a"])) == [f"a.xlsx: {packages.BOMB}"]


@pytest.mark.parametrize(
    "member", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/media/a.svg"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_every_part_and_encoding(member: str, encoding: str) -> None:
    trap = (DOCTYPE + b"<x>&b;</x>").decode().encode(encoding)
    assert books.refusals(books.repacked(books.book(["a"]), {member: trap})) == [f"a.xlsx: {packages.FOREIGN}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<row r="2"', b'<row r="1"'),
        (b'<row r="2"', b'<row r="two"'),
        (b'r="A2"', b'r="A9"'),
        (b"</sheetData>", b""),
        (b"<v>5</v>", b"<v>five</v>"),
    ],
)
def test_a_sheet_that_contradicts_itself_is_broken(old: bytes, new: bytes) -> None:
    content = books.book(["a"], [5])
    broken = books.part(content).replace(old, new)
    assert broken != books.part(content)
    with pytest.raises(BrokenTable, match="broken or was cut off"):
        books.lines_of(books.repacked(content, {"xl/worksheets/sheet1.xml": broken}))


def test_a_workbook_whose_sheets_are_all_hidden_is_refused() -> None:
    content = books.repacked(books.book(["a"]), {})
    hidden = books.part(content, "xl/workbook.xml").replace(b'state="visible"', b'state="hidden"')
    said = books.refusals(books.repacked(content, {"xl/workbook.xml": hidden}))
    assert said == ["a.xlsx: every sheet is hidden: unhide the one that is meant."]


def test_an_empty_workbook_is_refused_and_one_hidden_sheet_is_only_passed_over() -> None:
    assert "is empty" in books.refusals(books.book())[0]

    def hide(opened: Any) -> None:
        opened.create_sheet("Secret").append(["x"])
        opened["Secret"].sheet_state = "veryHidden"

    read = read_workbook(books.book(["a"], change=hide), "a.xlsx")
    assert [sheet.name for sheet in read.visible] == ["Results"]
    assert read.sheet("Secret") is None
    assert read.sheets[1].hidden


def test_too_many_rows_or_columns_are_named_with_their_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_cells, "MOST_ROWS", 2)
    monkeypatch.setattr(workbook_cells, "MOST_COLUMNS", 3)
    assert books.refusals(books.book(["a"], ["b"], [], ["c", None, None, "d"])) == [
        "a.xlsx, Results: the sheet has 4 rows; 2 are the most.",
        "a.xlsx, Results: the sheet has 4 columns; 3 are the most.",
    ]


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_CELLS", 3)
    assert "more than 3 cells" in books.refusals(books.book([1, 2], [3, 4]))[0]


def test_a_part_that_is_read_whole_may_not_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_ELEMENTS", 20)
    assert books.refusals(books.book(["a"])) == [f"a.xlsx: {packages.BOMB}"]


def test_the_cells_that_a_chain_of_formulas_names_are_not_a_sheets() -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = f'<calcChain xmlns="{space}"><c r="B9" i="1"/><c r="A2"/></calcChain>'.encode()
    sheet = books.sheet_of(books.repacked(books.book(["a"]), {"xl/calcChain.xml": chain}))
    assert (sheet.last_row, sheet.last_column) == (1, 1)


def test_rows_that_are_only_formatted_do_not_count() -> None:
    def paint(opened: Any) -> None:
        opened.active.cell(500, 300).number_format = "0.0"

    sheet = books.sheet_of(books.book(["a"], change=paint))
    assert (sheet.last_row, sheet.last_column) == (1, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"one\ntwo\n", f"a.csv: {separated.NO_SEPARATOR}"),
        (
            "a,b\nx\u00e9,1\n".encode() + b"\x81",
            "a.csv: the file is not in UTF-8: save it as “CSV UTF-8” and try again.",
        ),
        ("a,b\nWe’re,1\n".encode() + b"\xe9,2\n", "a.csv, row 2: “Weâ€™re” shows that the encoding is another: save"),
        ("a,b\n1,2\nthe child’s,2\n".encode("mac-roman"), "a.csv, row 3: “childÕs” shows that the encoding is another"),
        ("a,b\n“Good”,2\n".encode("mac-roman"), "a.csv, row 2: “ÒGoodÓ” shows that the encoding is another"),
        ("a,b\nA café – open,2\n".encode("mac-roman"), "a.csv, row 2: “cafŽ” shows that the encoding is another"),
        ("a;b\n2016 – 2017;2\n".encode("mac-roman"), "a.csv, row 2: “Ð” shows that the encoding is another"),
        ("a,b\n1,2\n".encode("utf-16-le"), f"a.csv: {separated.NO_TEXT}"),
        (b'a,b\n"x,1\n', "a.csv, row 2: the row cannot be read from here on"),
        (
            b"a;b\n1;2;3\n",
            "a.csv, row 2: the row has 3 cells for 2 columns; look for a semicolon outside quotation marks.",
        ),
        (b"a,b,c\n1,2\n", "a.csv, row 2: the row has 2 cells for 3 columns."),
        (b"a,b,c\n1\n", "a.csv, row 2: the row has 1 cell for 3 columns."),
        (b"\x81\x00\x1f rubbish, of bytes\n\x8d\n", f"a.csv: {separated.NO_TEXT}"),
        (b"\x89PNG\r\n\x1a\n,\x81\x8d", f"a.csv: {separated.NO_TEXT}"),
        (
            b"Results, 2016/17\nCode,Result,Note\nEY-05,90,fine\nEY-06,80,\n",
            "a.csv, row 1: the row has 2 cells, where those below it have 3. If it is a title, put it in",
        ),
        (
            b"Year; 2016/17; all of it; Kent\nCode;Result;Note\nEY-05;90;fine\n",
            "a.csv, row 1: the row has 4 cells, where those below it have 3. If it is a title, put it in",
        ),
    ],
)
def test_a_csv_file_is_refused_with_the_row_and_the_reason(content: bytes, said: str) -> None:
    assert books.refusals(content, "a.csv")[0].startswith(said)


def test_names_with_accents_are_no_sign_of_another_encoding() -> None:
    names = "Órla Ní Ýr; Françoise à Paris; ÉLODIE; naïve – café’s “Ñandú”; £5 Østergård; Žofie"
    (_, line) = books.lines_of(f'a,b\n"{names}",1\n'.encode("cp1252"), "a.csv")
    assert next(iter(line.cells.values())).words == names


def test_of_a_title_with_a_comma_no_good_row_is_blamed() -> None:
    rows = b"".join(b"EY-%02d,90,fine\n" % number for number in range(30))
    assert len(books.refusals(b"Results, 2016/17\nCode,Result,Note\n" + rows, "a.csv")) == 1


def test_headings_above_figures_with_commas_are_no_title() -> None:
    said = books.refusals(b"Code,Result\nEY-05,1,234\nEY-06,2,345\n", "a.csv")
    assert [one.partition(":")[0] for one in said] == ["a.csv, row 2", "a.csv, row 3"]


def test_of_a_csv_file_with_many_broken_rows_the_first_twenty_are_told() -> None:
    assert len(books.refusals(b"a,b\n" + b"1,2,3\n" * 50, "a.csv")) == separated.MOST_PROBLEMS


def test_a_csv_file_with_too_many_rows_or_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separated, "MOST_ROWS", 2)
    monkeypatch.setattr(separated, "MOST_COLUMNS", 1)
    assert books.refusals(b"a,b\n1,2\n3,4\n5,6\n", "a.csv") == [
        "a.csv: the file has more than 2 rows, which are the most.",
        "a.csv: the file has 2 columns; 1 are the most.",
    ]
