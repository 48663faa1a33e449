"""What a room wants from a spreadsheet: its columns, by our names and by those that others give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskreg.domain.sentences import listed
from riskreg.exchange.headings import Header, Wanted, find_header, plain_heading
from riskreg.exchange.mapping import MOST_AT_ONCE, ColumnMapping
from riskreg.exchange.sheets import Sheet
from riskreg.exchange.tables import quoted

MOST_NAMED = 5  # headings in one sentence


@dataclass(frozen=True, slots=True)
class WantedColumn:
    """A column. `aliases`: other headings it goes by; `hint`: what it holds, in a sentence."""

    name: str
    aliases: tuple[str, ...] = ()
    needed: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a spreadsheet is taken in for. `name` is that of Upload.purpose.

    `either`: groups of columns of which at least one must be there. `presets`: the headings that well-known programs
    give to our columns, by the program's name; the one that fits best is suggested. `told`: columns of our own
    workbook that are not read. `most`: the rows that are taken at once.
    """

    name: str
    columns: tuple[WantedColumn, ...]
    either: tuple[tuple[str, ...], ...] = ()
    presets: Mapping[str, Wanted] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    most: int = MOST_AT_ONCE

    @property
    def wanted(self) -> Wanted:
        """The columns as `exchange.headings` and `exchange.mapping` take them."""
        return {column.name: column.aliases for column in self.columns}

    def header_of(self, sheet: Sheet, row: int | None) -> Header:
        """Return what a row of headings names, by our own names or by those of the program that name most of it.

        `row` None: the row that looks most like headings.
        """
        found = [find_header(sheet, wanted, row) for wanted in (self.wanted, *self.presets.values())]
        return max(found, key=lambda header: (len(header.columns), -len(header.repeated), -len(header.missing)))

    def is_ours(self, mapping: ColumnMapping) -> bool:
        """Whether every column was found under our own name: a file of ours that was filled in."""
        found = {name: plain_heading(heading) for name, heading in mapping.headings.items()}
        return all(found.get(column.name) == plain_heading(column.name) for column in self.columns)

    def lacks(self, mapping: ColumnMapping) -> list[tuple[str, str]]:
        """Return each column that is needed and not mapped, with the sentence that says so."""
        found = [
            (column.name, f"Choose the column that holds “{column.name}”.")
            for column in self.columns
            if column.needed and column.name not in mapping.columns
        ]
        return found + [
            (group[0], f"Choose the column for one of these: {listed(list(group))}.")
            for group in self.either
            if not set(group) & set(mapping.columns)
        ]

    def doubled(self, header: Header) -> str:
        """Return, in sentences, which columns are found more than once: which is meant, nobody can tell."""
        found = {name: listed(list(letters)) for name, letters in header.repeated.items()}
        return " ".join(f"{quoted(name)} is found in columns {there}: which is meant?" for name, there in found.items())

    def not_found(self, header: Header) -> str:
        """Return, as a sentence, which columns a row of headings lacks, each with what is there in its place.

        Of a workbook of ours, known by most of our own names, it tells every column; of any other those that are
        needed. It is empty when none is lacking.
        """
        own = {plain_heading(column.name) for column in self.columns}
        there = [plain_heading(heading) for heading in header.headings.values()]
        ours = 2 * sum(heading in own for heading in there) > len(own)
        any_of = {name for group in self.either if not set(group) & set(header.columns) for name in group}
        missing = [
            column.name
            for column in self.columns
            if column.name in header.missing and (ours or column.needed or column.name in any_of)
        ]
        if not missing:
            return ""
        told = {plain_heading(heading) for heading in self.told}
        others = [heading for heading in header.unknown.values() if plain_heading(heading) not in told]
        near = [header.missing[name] for name in missing if header.missing[name]]
        rest = near if len(near) == len(missing) else others
        names = f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        return f"{names}; there is {listed([quoted(one) for one in rest[:MOST_NAMED]])}." if rest else f"{names}."
