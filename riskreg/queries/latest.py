"""The latest result of an indicator, and the one after which its next counts as overdue.

They differ where an indicator has results on several bases. The latest is what is known of it now, whatever it is
measured over. The next result is asked for on the usual basis, so it counts from the last one there: a figure for a
month leaves the one for the year as late as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import add_months
from riskreg.domain.policy import Policy
from riskreg.domain.signals import stale
from riskreg.extensions import db
from riskreg.models import Indicator, Result

_one = aliased(Result)
_its = aliased(Indicator)
_later = aliased(Result)
Order = tuple[ColumnElement[Any], ...]
Rows = Select[*tuple[Any, ...]]


def newest_first(result: Any = Result, indicator: Any = Indicator) -> Order:
    """The order of an indicator's results: by period, and of two that end on one day the one on the usual basis."""
    return (result.period_end.desc(), (result.basis == indicator.basis).desc(), result.id.desc())


def latest_result(result: Any) -> ColumnElement[bool]:
    """The condition that joins an indicator to its latest result: an index seek each, however many results."""
    return and_(result.indicator_id == Indicator.id, result.id == _newest())


def last_usual(result: Any) -> ColumnElement[bool]:
    """The condition that joins an indicator to the result from which its next is counted: the last on its usual basis.

    Where it has none there, its latest on any.
    """
    counted = func.coalesce(_newest(_one.basis == Indicator.basis), _newest())
    return and_(result.indicator_id == Indicator.id, result.id == counted)


def _newest(*among: ColumnElement[bool]) -> ColumnElement[int | None]:
    # The indicator a second time: on SQLite a subquery cannot be ordered by a column from outside of it.
    query = select(_one.id).join(_its, _its.id == _one.indicator_id)
    query = query.where(_one.indicator_id == Indicator.id, _one.current, *among)
    return query.order_by(*newest_first(_one, _its)).limit(1).correlate(Indicator).scalar_subquery()


def only_over(result: Any) -> ColumnElement[str]:
    """The usual basis, where a later result than this one is known on another: only there is the next one not known."""
    later = exists().where(_later.indicator_id == Indicator.id, _later.current, _later.period_end > result.period_end)
    return case((later.correlate(Indicator, result), Indicator.basis), else_=literal("")).label("only_over")


def with_lateness(query: Rows, result: Any) -> Rows:
    """Add to a query over indicators what `lateness` reads, by an outer join to `result`, an alias of Result."""
    columns = (result.period_end.label("counted_from"), Indicator.frequency_months, only_over(result))
    return query.outerjoin(result, last_usual(result)).add_columns(*columns)


def lateness(row: Any, today: date, policy: Policy | None) -> str:
    """Say that the next result of an indicator is overdue; empty when it is not, or nothing is known to be due.

    `row` comes from a query that went through `with_lateness`.
    """
    if policy is None or row.counted_from is None:
        return ""
    return stale(row.counted_from, row.frequency_months, today, policy, row.only_over)


def overdue_before(frequency_months: int, today: date, policy: Policy) -> date:
    """Return the last period end that makes a result overdue today, as `domain.signals.stale` counts."""
    near = add_months(today - timedelta(days=policy.result_grace_days), -frequency_months)
    days = (near + timedelta(days=away) for away in range(5, -6, -1))
    return next(day for day in days if stale(day, frequency_months, today, policy))


def lateness_of(ids: Collection[int], today: date, policy: Policy | None) -> Mapping[int, str]:
    """Return for each indicator what says that its next result is overdue, by one query."""
    query = with_lateness(select(Indicator.id), aliased(Result)).where(Indicator.id.in_(ids))
    return {row.id: lateness(row, today, policy) for row in db.session.execute(query)}
