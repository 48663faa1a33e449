"""Taking the register out as files: the same for the command and for the pages."""

from __future__ import annotations

from collections.abc import Iterator

from riskreg.exchange.csv_files import csv_file
from riskreg.queries.exports import export_named, export_rows


def csv_lines(name: str) -> Iterator[str]:
    """Return the lines of an export as CSV, made while they are read. Raises UnknownExportError at once.

    The caller keeps the application context until the last line, and says `only_reads()` before the first, since
    a long download must not keep others from writing.
    """
    export = export_named(name)
    return csv_file(export.header, export_rows(export))
