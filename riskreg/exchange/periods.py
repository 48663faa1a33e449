"""What a cell says of the period of a figure."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from riskreg.domain.dates import PartialDate, read_partial
from riskreg.domain.periods import periods_in
from riskreg.domain.sentences import day
from riskreg.exchange.sheets import Cell, Kind
from riskreg.exchange.tables import quoted
from riskreg.exchange.typed import partial_day, readable

MONTH = re.compile(r"(?<![a-z])(?P<month>[a-z]{3,9})[\s,./-]+(?P<year>(?:19|20)[0-9]{2})(?![0-9/])", re.IGNORECASE)


def period_end(cell: Cell, chosen: date | None) -> date:
    """Return the last day of the period that a cell names; an empty cell means the period that was chosen.

    Raises ValueError, with a sentence, when it names another period, or no day where none was chosen.
    """
    if readable(cell).kind is Kind.EMPTY:
        if chosen is None:
            raise ValueError("the period is missing: write its last day here, or give it with the file.")
        return chosen
    found = _known_end(cell)
    if found is not None and (chosen is None or found == chosen):
        return found
    periods = [(found, found)] if found else list(periods_in(cell.words))
    if chosen is not None and any(first <= chosen <= last for first, last in periods):
        return chosen
    if chosen is not None and periods:
        said = f"{quoted(cell.words)}, {day(found)}," if found and cell.words.isdecimal() else quoted(cell.words)
        raise ValueError(f"{said} is another period than the one that was chosen, to {day(chosen)}.")
    raise ValueError(f"{quoted(cell.words)} does not say on which day the period ended, such as 31 March 2017.")


def _known_end(cell: Cell) -> date | None:
    """Return the last day of a cell that names a day or a month, also within words: Quarter to March 2017."""
    found: PartialDate | None = None
    with suppress(ValueError):
        found = partial_day(cell)
    if found is None and (named := MONTH.search(cell.words)):
        with suppress(ValueError):
            found = read_partial(f"{named['month']} {named['year']}")
    return found.last_day if found and len(found.text) > len("2017") else None
