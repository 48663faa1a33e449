"""Finding the indicator that a spreadsheet means, by its code or by its name, and what was published of it before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Indicator, Result

BATCH = 500
MOST_COMPARED = 2_000  # names; of more, no nearest one is looked for
MOST_LOOKED_UP = 50  # times in one file
SHOWN = 60


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """A figure that is published. `ends` is the last day of its period."""

    ends: date
    period: str
    value: Decimal
    rag: str | None


Earlier = dict[tuple[int, str], list[EarlierResult]]


@dataclass(frozen=True, slots=True)
class Named:
    """An indicator as it is found by its name."""

    id: int
    code: str
    name: str
    unit: str
    basis: str


def plain(words: str) -> str:
    """Return words without case and with single spaces, as codes and names are compared."""
    return " ".join(words.casefold().split())


class Names:
    """All indicators by code and by name."""

    def __init__(self, indicators: Collection[Named]) -> None:
        self.by_code = {plain(one.code): one for one in indicators}
        self.by_name: dict[str, list[Named]] = {}
        for one in indicators:
            self.by_name.setdefault(plain(one.name), []).append(one)
        self.looked_up = 0

    @classmethod
    def all(cls) -> Names:
        """Return those that there are, by one query."""
        columns = (Indicator.id, Indicator.code, Indicator.name, Indicator.unit, Indicator.basis)
        return cls([Named(*row) for row in db.session.execute(select(*columns).order_by(Indicator.id))])

    def found(self, code: str, name: str) -> Named:
        """Return the indicator of a code, or without one of a name.

        Raises ValueError, with a sentence, when there is none, when there are several, or when the name is another's.
        """
        named = self.by_name.get(plain(name), []) if name else []
        if code:
            found = self.by_code.get(plain(code))
            if found is None:
                raise ValueError(f"there is no indicator “{_shown(code)}”.{self._nearest(code, name)}")
            if named and found not in named:
                raise ValueError(f"{found.code} is “{found.name}”, but the row names “{named[0].name}”.")
            return found
        if not name:
            raise ValueError("the row names no indicator.")
        if len(named) > 1:
            codes = " and ".join(one.code for one in named)
            raise ValueError(f"{codes} have this name. Say which is meant by its code.")
        if not named:
            raise ValueError(f"there is no indicator “{_shown(name)}”.{self._nearest('', name)}")
        return named[0]

    def _nearest(self, code: str, name: str) -> str:
        """Return which indicator is spelled almost so, as a sentence; nothing when none is."""
        self.looked_up += 1
        if self.looked_up > MOST_LOOKED_UP or len(self.by_code) > MOST_COMPARED:
            return ""
        near = self.by_name.get(plain(name), []) if name else []
        begun = [key for key in self.by_name if key.startswith(plain(name))] if name and not near else []
        if len(begun) == 1:  # a name that was cut short is nearer to its whole than to another of the same length
            near = self.by_name[begun[0]]
        if not near and name:
            near = [self.by_name[key][0] for key in get_close_matches(plain(name), self.by_name, n=1, cutoff=0.6)]
        if not near and code:
            near = [self.by_code[key] for key in get_close_matches(plain(code), self.by_code, n=1, cutoff=0.6)]
        return f" Is it {near[0].code} “{near[0].name}”?" if near else ""


def _shown(words: str) -> str:
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1].rstrip()}…"


def earlier_results(ids: Collection[int]) -> Earlier:
    """Return the current figures of indicators by indicator and basis, oldest first, by one query for 500 of them."""
    waiting, found = iter(sorted(ids)), Earlier()
    while part := list(islice(waiting, BATCH)):
        query = (
            select(Result.indicator_id, Result.basis, Result.period_end, Result.period, Result.value, Result.rag)
            .where(Result.indicator_id.in_(part), Result.current)
            .order_by(Result.period_end)
        )
        for row in db.session.execute(query.where(Result.value.is_not(None))):
            earlier = EarlierResult(row.period_end, row.period, row.value, row.rag)
            found.setdefault((row.indicator_id, row.basis), []).append(earlier)
    return found
