"""Asking of results that were typed into a form whether one was meant as a share, such as 0.745 for 74.5%.

In a form the sign costs one stroke, so it is asked for also where no earlier figure tells; a file is doubted there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from riskreg.domain.errors import RowProblem, RowsBroken
from riskreg.domain.figures import read_figure, share_question
from riskreg.extensions import db
from riskreg.models import Indicator
from riskreg.queries.indicator_names import EarlierResult, earlier_results
from riskreg.services.actors import Actor
from riskreg.services.publishing import Consequences, preview
from riskreg.services.results import ResultEntry


def preview_typed(actor: Actor, register_id: int, entries: Sequence[ResultEntry], now: datetime) -> Consequences:
    """Return what publishing results as they were typed would do, and leave nothing behind.

    Raises as publish_results does, and RowsBroken with each figure that may be meant as a share and has no sign.
    """
    found = preview(actor, register_id, entries, now)
    if asked := list(_asked(entries)):
        raise RowsBroken(asked)
    return found


def _asked(entries: Sequence[ResultEntry]) -> Iterator[RowProblem]:
    """Yield the question of each entry of which it is asked; all can be read. By two queries."""
    ids = {entry.indicator_id for entry in entries}
    columns = select(Indicator.id, Indicator.unit, Indicator.basis).where(Indicator.id.in_(ids))
    indicators = {row.id: row for row in db.session.execute(columns)}
    known = earlier_results(ids)
    for entry in entries:
        about = indicators[entry.indicator_id]
        value = read_figure(entry.value, about.unit, is_gap=True)
        there = known.get((about.id, entry.basis or about.basis), [])
        if any((one.ends, one.value) == (entry.period_end, value) for one in there):
            continue
        if question := share_question(entry.value.strip(), value, about.unit, _earlier(there, entry)):
            yield RowProblem(entry.row, f"{question} Write the sign.", "value")


def _earlier(there: Sequence[EarlierResult], entry: ResultEntry) -> Decimal | None:
    """Return the figure of the period before, or else the one that the entry corrects."""
    before = [one.value for one in there if one.ends < entry.period_end]
    corrected = [one.value for one in there if one.ends == entry.period_end]
    known = before or corrected
    return known[-1] if known else None
