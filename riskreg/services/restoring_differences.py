"""Where a whole register says something else of an indicator or a contract than is held here, which stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from riskreg.domain.sentences import listed
from riskreg.queries.exports import EXPORTS, export_rows
from riskreg.services.restoring_evidence import column_of_code
from riskreg.services.whole_columns import columns_read
from riskreg.services.whole_register import SheetLine

CALLED = {"indicators": "name", "contracts": "title"}
UNDER = {
    "contracts": ("contract-routes", "contract-reviews", "contract-providers"),
    "indicators": ("targets", "past-targets", "past-national", "results", "result-comments"),
}
SAYS: dict[str, tuple[str, ...]] = {
    "contract-routes": ("route", "stage", "on", "new_end"),
    "contract-reviews": ("reviewed_on", "next_review", "note"),
    "contract-providers": ("provider", "until_on"),
    "targets": (
        *("year", "kind", "target", "floor", "green_tolerance", "amber_tolerance"),
        *("national", "national_comparable", "neighbours"),
    ),
    "past-targets": ("year", "kind", "target", "floor", "green_tolerance", "amber_tolerance"),
    "past-national": ("year", "national", "national_comparable", "neighbours"),
    "results": ("basis", "period_end", "revision", "value", "status"),
    "result-comments": ("basis", "period_end", "revision", "comment"),
}
"""What a line says; when it was recorded and by whom is left out: it is another load of the same plan."""


def differences(lines: Mapping[str, list[SheetLine]]) -> Iterator[str]:
    """Yield a sentence for each indicator and contract that is held here and of which the lines say something else.

    It takes one query a sheet, and has to be asked before anything is added.
    """
    for sheet, under in UNDER.items():
        if not lines[sheet]:
            continue
        code, columns = column_of_code(sheet), columns_read(EXPORTS[sheet])
        held = {row[code]: row for row in _held(sheet)}
        others = {name: _differing(name, lines[name]) for name in under}
        for line in lines[sheet]:
            row = held.get(line[code])
            if row is None:
                continue
            terms = [name.replace("_", " ") for name in columns if _plain(row[name]) != _plain(line[name])]
            sheets = [name for name, codes in others.items() if line[code] in codes]
            if terms or sheets:
                yield _sentence(f"{line[code]} {row[CALLED[sheet]]}", terms, sheets)


def _sentence(what: str, terms: list[str], sheets: list[str]) -> str:
    found = listed([f"“{name}”" for name in terms])
    if sheets:
        what_sheets = f"the {'sheet' if len(sheets) == 1 else 'sheets'} {listed([f'“{name}”' for name in sheets])}"
        found = f"{found}, and in {what_sheets}" if terms else what_sheets
    return f"{what} stays as it is held here. The workbook says something else in {found}."


def _held(sheet: str) -> Iterator[dict[str, Any]]:
    export = EXPORTS[sheet]
    for row in export_rows(export):
        yield dict(zip(export.header, row, strict=True))


def _differing(sheet: str, lines: Iterable[SheetLine]) -> set[str]:
    """The codes of which a sheet says something else; those that are not held here are among them."""
    code, columns = column_of_code(sheet), SAYS[sheet]
    there: dict[str, Counter[tuple[Any, ...]]] = {}
    for row in _held(sheet):
        there.setdefault(row[code], Counter())[tuple(_plain(row[name]) for name in columns)] += 1
    given: dict[str, Counter[tuple[Any, ...]]] = {}
    for line in lines:
        given.setdefault(line[code], Counter())[tuple(_plain(line[name]) for name in columns)] += 1
    return {one for one in there.keys() | given.keys() if there.get(one) != given.get(one)}


def _plain(value: Any) -> Any:
    """What a cell can tell apart: no words are nothing, and a moment has seconds."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return None if value == "" else value
