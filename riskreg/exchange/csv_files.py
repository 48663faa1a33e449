"""Writing CSV files that a spreadsheet opens without surprises (RFC 4180, UTF-8).

Words that a spreadsheet would take for a formula get an apostrophe in front; figures never do.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from riskreg.domain.dates import LONDON

BYTE_ORDER_MARK = "\ufeff"  # Excel takes a file for UTF-8 only when it begins with this
FORMULA = re.compile("'*[=+@\t\r\n-]")
FIGURE = re.compile(r"-[0-9]+(\.[0-9]+)?")


class _Line:
    """What csv writes to: it hands each line back."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def safe_words(words: str) -> str:
    """Return words as a cell holds them: with an apostrophe before what a spreadsheet would take for a formula.

    Words that begin with apostrophes before such a sign get one more, so that taking one away always gives the words.
    """
    return f"'{words}" if FORMULA.match(words) and not FIGURE.fullmatch(words) else words


def without_apostrophe(words: str) -> str:
    """Return the words that a cell made by `safe_words` stands for."""
    return words[1:] if words.startswith("'") and FORMULA.match(words) else words


def _moment(value: datetime) -> str:
    return value.astimezone(LONDON).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def _structure(value: object) -> str:
    return safe_words(json.dumps(value, ensure_ascii=False, sort_keys=True))


SHOWN: dict[type, Callable[[Any], str]] = {
    str: safe_words,
    type(None): lambda _: "",
    bool: lambda value: "yes" if value else "no",
    int: str,
    Decimal: lambda value: f"{value:f}",
    date: date.isoformat,
    datetime: _moment,
    dict: _structure,
    list: _structure,
}


def cell(value: object) -> str:
    """Return a value as its cell holds it: dates as 2017-04-03, moments in London time, yes or no, or nothing."""
    return SHOWN[type(value)](value)


def csv_file(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a file's lines, the header first, each as soon as its row is there."""
    writer = csv.writer(_Line())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
