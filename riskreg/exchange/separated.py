"""Reading a CSV file as people's programs write it: any usual encoding, any usual separator."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice

from riskreg.domain.sentences import plural
from riskreg.exchange.csv_files import without_apostrophe
from riskreg.exchange.sheets import MOST_COLUMNS, MOST_ROWS, Cell, Kind, Line, Sheet, Workbook
from riskreg.exchange.tables import NOT_UTF8, UNSHOWABLE, BrokenTable, Problem, cells_for, cut, plain, quoted

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LOOKED_AT = 30
MOST_PROBLEMS = 20
ROWS_BELOW = 2  # a title has headings and a row below it, at least
FIGURE = re.compile(r"\s*[-+£]?[0-9]")
# What no English text holds when it is read as Windows-1252: UTF-8 in parts of it, or the apostrophes, dashes and
# accents of an old Macintosh, which turn into capitals behind small letters and between spaces.
MISREAD = re.compile(r'[^\s,;|"]*(?:[ÂÃ][\x80-\xbf]|â€|[a-z][À-ÞŠŒŽŸ]|(?<= )[ÐÑ](?= ))[^\s,;|"]*')
DECLARED = re.compile(r'"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)  # what Excel writes and reads as a first line
NO_SEPARATOR = (
    "no separator was found: the columns of a CSV file are parted by commas, semicolons, tabs or bars, "
    "and a table has at least two."
)
NO_TEXT = "the file is neither a spreadsheet nor text: send an .xlsx file, or save it as “CSV UTF-8”."


def read_separated(content: bytes, name: str) -> Workbook:
    """Return the one sheet of a CSV file. Raises BrokenTable with each row that has too many or too few cells."""
    text = _decoded(content, name)
    declared = DECLARED.match(text)
    separator = declared[1] if declared else _separator(text, name)
    problems = [Problem(name, number, "", why) for number, why in _title(text, separator)]
    if problems:
        raise BrokenTable(problems)
    width = last_row = last_column = 0
    for number, record in _records(text, name, problems, separator):
        filled = len(_trimmed(record))
        width = width or (len(record) if len(record) > 1 else 0)
        if filled:
            last_row, last_column = number, max(last_column, filled)
        if filled and width and (why := _width_fault(len(record), filled, width, separator)):
            problems.append(Problem(name, number, "", why))
        if last_row > MOST_ROWS or len(problems) >= MOST_PROBLEMS:
            break
    problems += _too_large(last_row, last_column, name)
    if problems:
        raise BrokenTable(problems)
    return Workbook(name, (Sheet("", False, last_row, last_column, partial(_lines, text, separator)),))


def _records(text: str, name: str, problems: list[Problem], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its row, without a first line that only declares the separator."""
    return islice(cut(text, name, problems, separator), 1 if DECLARED.match(text) else 0, None)


def _width_fault(cells: int, filled: int, width: int, separator: str) -> str:
    """Return what is wrong with a row below the first that has columns: too many cells, or too few."""
    if filled > width:
        stray = SEPARATORS[separator]
        return f"{cells_for(filled, width)}; look for a {stray} outside quotation marks."
    return f"{cells_for(cells, width)}." if cells < width else ""


def _title(text: str, separator: str) -> Iterator[tuple[int, str]]:
    """Yield the first row of several cells when it is a title in which a separator stands, with what is wrong with it.

    It is one where the next has another number of cells, none of them a figure, and all that follow have as many.
    """
    upper = islice(_records(text, "", [], separator), LOOKED_AT)
    filled = [(number, record) for number, record in upper if len(record) > 1 and _trimmed(record)]
    if len(filled) <= ROWS_BELOW:
        return
    (number, title), (_, headings), *others = filled
    width = len(headings)
    if len(title) != width and not any(map(FIGURE.match, headings)) and all(len(row) == width for _, row in others):
        stray = SEPARATORS[separator]
        why = f"the row has {plural(len(title), 'cell')}, where those below it have {width}. If it is a title,"
        yield number, f"{why} put it in quotation marks, or take the {stray} out."


def _too_large(last_row: int, last_column: int, name: str) -> Iterator[Problem]:
    if last_row > MOST_ROWS:
        yield Problem(name, None, "", f"the file has more than {MOST_ROWS:,} rows, which are the most.")
    if last_column > MOST_COLUMNS:
        yield Problem(name, None, "", f"the file has {last_column:,} columns; {MOST_COLUMNS} are the most.")


def _lines(text: str, separator: str) -> Iterator[Line]:
    for number, record in _records(text, "", [], separator):
        cells = {column: _cell(words, number, column) for column, words in enumerate(record, 1) if plain(words)}
        if cells:
            yield Line("", number, cells)


def _cell(words: str, row: int, column: int) -> Cell:
    """Return a cell; words that begin with an equals sign are a formula to whoever opens the file."""
    kind = Kind.FORMULA if words.startswith("=") else Kind.TEXT
    return Cell(plain(without_apostrophe(words)), kind, "", row, column)


def _decoded(content: bytes, name: str) -> str:
    """Return the text of a file. Its encoding is told by a byte order mark; without one it is UTF-8 or Windows-1252."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = _eight_bits(content, name)
    except UnicodeDecodeError:
        no_text = UNSHOWABLE.search(content.decode("latin-1"))
        raise BrokenTable([Problem(name, None, "", NO_TEXT if no_text else NOT_UTF8)]) from None
    if "\x00" in text:
        raise BrokenTable([Problem(name, None, "", NO_TEXT)])
    return text


def _eight_bits(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if found := MISREAD.search(text):
        row = text.count("\n", 0, found.start()) + 1
        why = f"{quoted(found[0])} shows that the encoding is another: save the file as “CSV UTF-8” and try again."
        raise BrokenTable([Problem(name, row, "", why)])
    return text


def _separator(text: str, name: str) -> str:
    """Return the separator that cuts the most of the first rows into the same number of cells."""

    def agreed(separator: str) -> tuple[int, int]:
        widths = Counter(len(record) for _, record in islice(cut(text, name, [], separator), LOOKED_AT))
        several = [(rows, width) for width, rows in widths.items() if width > 1]
        return max(several, default=(0, 0))

    found = max(SEPARATORS, key=agreed)
    if agreed(found) == (0, 0):
        raise BrokenTable([Problem(name, None, "", NO_SEPARATOR)])
    return found


def _trimmed(record: list[str]) -> list[str]:
    cells = [plain(cell) for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    return cells
