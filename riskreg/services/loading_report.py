"""What a load found and added, and the one way in which it adds: only what is missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from riskreg.domain.sentences import listed, plural
from riskreg.extensions import Table, db

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")
M = TypeVar("M", bound=Table)
MANY = {"policy": "policies", "demonstration person": "demonstration people"}


@dataclass(slots=True)
class LoadReport:
    """How many records of each kind the plan holds, and how many of them were new to the database."""

    held: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)

    @property
    def anything_new(self) -> bool:
        """Whether the load changed the database."""
        return any(self.added.values())

    def count(self, kind: str, *, new: bool) -> None:
        """Count one record."""
        self.held[kind] = self.held.get(kind, 0) + 1
        self.added[kind] = self.added.get(kind, 0) + new

    def __str__(self) -> str:
        """One sentence for the person at the terminal."""
        if not self.anything_new:
            return f"{_counted(self.held)}; nothing new."
        there = sum(self.held.values()) - sum(self.added.values())
        rest = f" The other {plural(there, 'record')} were there already." if there else ""
        return f"Loaded {_counted(self.added)}.{rest}"


def _counted(counts: dict[str, int]) -> str:
    return listed([plural(count, kind, MANY.get(kind)) for kind, count in counts.items() if count])


def add_missing(
    report: LoadReport,
    kind: str,
    present: dict[K, M],
    rows: Iterable[R],
    *,
    key: Callable[[R], K],
    make: Callable[[R], M],
) -> list[tuple[R, M]]:
    """Make a record for each row whose key is not `present`, put it there, flush, and return what was made.

    A record that is there stays as it is, whatever the row says: people may have changed it since.
    """
    made: list[tuple[R, M]] = []
    for row in rows:
        found = key(row)
        report.count(kind, new=found not in present)
        if found not in present:
            present[found] = make(row)
            made.append((row, present[found]))
    db.session.add_all(record for _, record in made)
    db.session.flush()
    return made
