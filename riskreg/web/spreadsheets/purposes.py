"""What a room wants from a spreadsheet: its columns, by our names and by those that others give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskreg.domain.sentences import listed
from riskreg.exchange.headings import Wanted, plain_heading
from riskreg.exchange.mapping import ColumnMapping


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
    give to our columns, by the program's name; the one that fits best is suggested.
    """

    name: str
    columns: tuple[WantedColumn, ...]
    either: tuple[tuple[str, ...], ...] = ()
    presets: Mapping[str, Wanted] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        """The columns as `exchange.headings` and `exchange.mapping` take them."""
        return {column.name: column.aliases for column in self.columns}

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
