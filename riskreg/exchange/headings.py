"""Finding the row that names the columns, in a sheet that somebody else laid out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import takewhile

from riskreg.exchange.sheets import Cell, Line, Sheet
from riskreg.exchange.tables import Problem, quoted

SEARCHED = 30
WORD = re.compile(r"[^\W_]+")
PLURAL_FROM = 4

Wanted = Mapping[str, Sequence[str]]
"""The columns that are wanted, by name, each with the other names it goes by."""


@cache
def plain_heading(heading: str) -> str:
    """Return a heading without what people write in different ways: case, spaces, punctuation, plural."""
    found = WORD.findall(heading.casefold())
    return "".join(word.removesuffix("s") if len(word) >= PLURAL_FROM else word for word in found)


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns (None: no row does), and what of the wanted it holds.

    `columns` has the letters of each wanted column that was found, `headings` what is written there, `missing` those
    that were not found with the heading that comes nearest (or nothing), `repeated` those that stand in several
    columns, of which the first is taken, `unknown` all other headings by their letters.
    """

    row: int | None
    columns: Mapping[str, str]
    headings: Mapping[str, str]
    missing: Mapping[str, str]
    repeated: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, str]

    def problems(self, file: str, sheet: str, optional: Collection[str] = ()) -> list[Problem]:
        """Return what is wrong with it: a wanted column missing that is not optional, or there twice."""
        if self.row is None:
            names = ", ".join(quoted(name) for name in self.missing)
            why = f"none of the first {SEARCHED} rows names the columns {names}."
            return [Problem(file, None, "", why, sheet)]
        return [Problem(file, self.row, column, why, sheet) for column, why in self._faults(optional)]

    def _faults(self, optional: Collection[str]) -> Iterator[tuple[str, str]]:
        for name, near in self.missing.items():
            if name not in optional:
                meant = f" {quoted(near)} – did you mean {quoted(name)}?" if near else ""
                yield name, f"the column is missing.{meant}"
        for name, letters in self.repeated.items():
            yield name, f"the column is there more than once: in {' and '.join(letters)}."


def find_header(sheet: Sheet, wanted: Wanted, row: int | None = None) -> Header:
    """Return the row, of the first 30, that holds the most wanted names; of several the uppermost.

    `row` says which row it is when a person has chosen it.
    """
    upper = takewhile(lambda line: line.number <= (row or SEARCHED), sheet.lines())
    found = [_header(line, wanted) for line in upper if row in (None, line.number)]
    best = max(found, key=lambda header: len(header.columns), default=None)
    if best and (best.columns or row):
        return best
    return Header(None, {}, {}, dict.fromkeys(wanted, ""), {}, {})


def _header(line: Line, wanted: Wanted) -> Header:
    """Read one row as the header. A column's own name goes before its other names."""
    written = {cell.letter: cell.words for cell in sorted(line.cells.values(), key=_position) if cell.words}
    plain = {letter: plain_heading(heading) for letter, heading in written.items()}
    taken: dict[str, list[str]] = {}
    for name, others in wanted.items():
        own = [letter for letter in plain if plain[letter] == plain_heading(name)]
        keys = {plain_heading(other) for other in others}
        taken[name] = own or [letter for letter in plain if plain[letter] in keys]
    used = {letter for letters in taken.values() for letter in letters}
    unknown = {letter: heading for letter, heading in written.items() if letter not in used}
    return Header(
        row=line.number,
        columns={name: letters[0] for name, letters in taken.items() if letters},
        headings={name: written[letters[0]] for name, letters in taken.items() if letters},
        missing={name: _nearest(name, unknown.values()) for name, letters in taken.items() if not letters},
        repeated={name: tuple(letters) for name, letters in taken.items() if len(letters) > 1},
        unknown=unknown,
    )


def _position(cell: Cell) -> int:
    return cell.column


def _nearest(name: str, headings: Collection[str]) -> str:
    """Return the heading whose spelling comes nearest to a name; nothing when none comes near."""
    spelled = {plain_heading(heading): heading for heading in headings}
    near = get_close_matches(plain_heading(name), spelled, n=1, cutoff=0.7)
    return spelled[near[0]] if near else ""
