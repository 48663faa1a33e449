"""`flask export NAME`: a part of the register as CSV on standard output, row by row."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from riskreg.cli.sentences import RefusedWord, one_sentence_when_the_database_fails
from riskreg.database import only_reads
from riskreg.queries.exports import EXPORTS, UnknownExportError
from riskreg.services.exporting import csv_lines


@click.command("export", epilog=f"NAME is one of {', '.join(EXPORTS)}.")
@click.argument("name")
@with_appcontext
def export_file(name: str) -> None:
    """Write NAME as CSV (UTF-8) to standard output; docs/exports.md describes the columns."""
    out = sys.stdout.buffer
    with one_sentence_when_the_database_fails(), only_reads():
        try:
            lines = csv_lines(name)
        except UnknownExportError as unknown:
            raise RefusedWord(str(unknown)) from None
        for line in lines:
            out.write(line.encode("utf-8"))
        out.flush()
