"""The package of an .xlsx file, looked through before anything is read from it.

An .xlsx file is a zip of XML parts. Each part is passed once through a parser that keeps nothing: it refuses document
types, through which entities could grow without end, and counts rows, columns and cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from riskreg.exchange.sheets import MOST_COLUMNS, column_of
from riskreg.exchange.tables import BrokenTable, Problem

MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 5_000
LISTED = b"PK\x01\x02"  # begins each entry of the directory of a zip
MOST_CELLS = 2_000_000
MOST_ELEMENTS = 200_000  # of a part that is read whole, such as the styles
LONG_PARTS = frozenset({"worksheet", "sst", "calcChain", "pivotCacheRecords"})  # read piece by piece, or not at all
RATIO_FROM = 10 * 1024 * 1024
MOST_RATIO = 100  # a sheet of 100,000 equal rows packs about thirty to one
CHUNK = 1024 * 1024
ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
RANGE = re.compile(rf"{ADDRESS.pattern}:{ADDRESS.pattern}", re.ASCII)
BROKEN = "the file is broken or was cut off: open it in Excel, save it again and send that."
BOMB = "the file unpacks to far more than a spreadsheet of its size would, and is not opened."
FOREIGN = "the file holds a document type, which no spreadsheet has, and is not opened."
MACROS = "the file is a workbook with macros, which are not taken. Save it as “Excel Workbook (.xlsx)”."
LOCKED = "the file is protected with a password. Take the password off and send it again."
NO_WORKBOOK = "the file is a zip or another document, not a spreadsheet: send an .xlsx or a CSV file."
OTHER_KINDS = {
    "xl/workbook.bin": "the file is a binary workbook (.xlsb): save it as “Excel Workbook (.xlsx)”.",
    "content.xml": "the file is an OpenDocument file: save it as “Excel Workbook (.xlsx)”.",
}
HIDDEN = ("1", "true")
MACRO_PARTS = re.compile(r"vbaproject\.bin$|(^|/)macrosheets/", re.IGNORECASE)
CONTENT_TYPES, WORKBOOK = "[Content_Types].xml", "xl/workbook.xml"
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_KIND = "the file is a “Strict Open XML” workbook: save it as “Excel Workbook (.xlsx)”."


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: its first and last row and column."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Extent:
    """How far a part reaches as a sheet, its cells, those that are empty as well, and what is merged.

    `hidden_rows`: those that hold anything; `hidden_columns`: the first and the last of each group.
    """

    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


class _RefusedError(Exception):
    """The package is not opened; the text says why."""


def examine(content: bytes, name: str) -> Mapping[str, Extent]:
    """Return how far each part of a package reaches as a sheet. Raises BrokenTable when it must not be opened."""
    try:
        _check_parts(content)
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_directory(package, len(content))
            return _extents(package)
    except _RefusedError as refusal:
        raise BrokenTable([Problem(name, None, "", str(refusal))]) from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        raise BrokenTable([Problem(name, None, "", BROKEN)]) from None


def _check_parts(content: bytes) -> None:
    """Refuse a directory that is far too long, before zipfile makes an object of each of its entries."""
    if content.count(LISTED) > MOST_PARTS:
        raise _RefusedError(BOMB)


def _extents(package: zipfile.ZipFile) -> Mapping[str, Extent]:
    extents: dict[str, Extent] = {}
    cells = 0
    for part in package.namelist():
        extents[part] = _Examiner(MOST_CELLS - cells).passed(package, part)
        cells += extents[part].cells
    return extents


def _check_directory(package: zipfile.ZipFile, packed: int) -> None:
    """Refuse by what the directory of a zip says; zipfile unpacks no more of a part than the directory gives it."""
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise _RefusedError(LOCKED)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_FROM and unpacked > MOST_RATIO * packed):
        raise _RefusedError(BOMB)
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise _RefusedError(BROKEN)
    _check_kind(package)


def _check_kind(package: zipfile.ZipFile) -> None:
    """Refuse what is another document, or a workbook of a kind that is not read."""
    names = set(package.namelist())
    for part, why in OTHER_KINDS.items():
        if part in names:
            raise _RefusedError(why)
    if CONTENT_TYPES not in names or not any(one.startswith("xl/") for one in names):
        raise _RefusedError(NO_WORKBOOK)
    if WORKBOOK in names and STRICT in package.read(WORKBOOK):
        raise _RefusedError(STRICT_KIND)
    if any(MACRO_PARTS.search(one) for one in names) or b"macroEnabled" in package.read(CONTENT_TYPES):
        raise _RefusedError(MACROS)


class _Examiner:
    """What the parser calls for each element of a part."""

    def __init__(self, most_cells: int) -> None:
        self.extent = Extent()
        self.most_cells = most_cells
        self.root = ""
        self.elements = self.row = self.column = 0
        self.is_hidden = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.StartElementHandler = self._root

    def passed(self, package: zipfile.ZipFile, part: str) -> Extent:
        """Return how far the part reaches; what is no XML, such as a picture, reaches nowhere."""
        with package.open(part) as source:
            try:
                while chunk := source.read(CHUNK):
                    self.parser.Parse(chunk, False)
                self.parser.Parse(b"", True)
            except expat.ExpatError:
                if self.root == "worksheet":
                    raise _RefusedError(BROKEN) from None
        return self.extent

    def _document_type(self, *_: object) -> None:
        raise _RefusedError(FOREIGN)

    def _root(self, name: str, _: dict[str, str]) -> None:
        self.root = name.rpartition(" ")[2]
        self.parser.StartElementHandler = self._in_sheet if self.root == "worksheet" else self._elsewhere

    def _elsewhere(self, name: str, _: dict[str, str]) -> None:
        if self.root == "sst" and name.endswith(" si"):
            self._count()
        elif self.root not in LONG_PARTS:
            self.elements += 1
            if self.elements > MOST_ELEMENTS:
                raise _RefusedError(BOMB)

    def _in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._count()
            self.column = self._column(attributes.get("r"))
        elif tag in ("v", "is", "f"):
            self.extent.last_row = self.row
            self.extent.last_column = max(self.extent.last_column, self.column)
            if self.is_hidden:
                self.extent.hidden_rows.append(self.row)
                self.is_hidden = False
        elif tag == "row":
            self._next_row(attributes.get("r"))
            self.is_hidden = attributes.get("hidden") in HIDDEN
        elif tag == "col" and attributes.get("hidden") in HIDDEN:
            self._hidden_columns(attributes)
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _column(self, address: str | None) -> int:
        if address is None:
            return self.column + 1
        found = ADDRESS.fullmatch(address)
        if not found or int(found[2]) != self.row:
            raise _RefusedError(BROKEN)
        return column_of(found[1])

    def _count(self) -> None:
        self.extent.cells += 1
        if self.extent.cells > self.most_cells:
            raise _RefusedError(f"the file holds more than {MOST_CELLS:,} cells.")

    def _next_row(self, number: str | None) -> None:
        row = int(number) if number else self.row + 1
        if row <= self.row:
            raise _RefusedError(BROKEN)
        self.row, self.column = row, 0

    def _hidden_columns(self, attributes: dict[str, str]) -> None:
        self.elements += 1
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if self.elements <= MOST_COLUMNS and first.isdecimal() and last.isdecimal():
            self.extent.hidden_columns.append((int(first), int(last)))

    def _merge(self, reference: str) -> None:
        if found := RANGE.fullmatch(reference):
            left, top, right, bottom = found.groups()
            self.extent.merges.append(Merge(int(top), column_of(left), int(bottom), column_of(right)))
