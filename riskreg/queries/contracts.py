"""Contracts as a list: by kind and service area, with the next milestone and the signals that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func, select

from riskreg.domain.contract_terms import KINDS
from riskreg.domain.contracts import ContractFacts, Milestone, Route, RouteKind, RouteStage, milestones
from riskreg.domain.contracts import ContractReview as Held
from riskreg.domain.dates import stored_partial
from riskreg.domain.escalation import SignalState
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Contract, ContractReview, ContractRoute, Post, SignalRow
from riskreg.queries.contract_filters import ContractFilter, heeded_by_a_risk, is_unheeded, narrowed, present_end
from riskreg.queries.performance import any_late, performance, periods_counted


@dataclass(frozen=True, slots=True)
class ListedContract:
    """One contract in the list. `end` is the present end, moved by what was awarded, or the plan's words; `reaches` is
    the farthest that one of its standing signals reaches, 0 without one; `heeded`: an open risk heeds the contract, so
    that what reaches DMT gets there. `performance` is the worst RAG of its own indicators, in a word; `late`: the next
    result of one of them is overdue.
    """

    id: int
    code: str
    kind: str
    area: str
    title: str
    provider: str
    value_total: Decimal | None
    value_yearly: Decimal | None
    value_words: str
    end: str
    end_known: bool
    rolling: bool
    tier: int | None
    critical: bool
    manager: str
    next_milestone: Milestone | None
    signals: int
    reaches: int
    heeded: bool
    performance: str
    late: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed to; `unheeded` counts the contracts whose signals for DMT reach nobody."""

    areas: Sequence[str]
    posts: Sequence[tuple[int, str]]
    unheeded: int


def kind_sizes(asked: ContractFilter, today: date, policy: Policy) -> dict[str, int]:
    """Return how many contracts of each kind there are under the filter, whatever its own kind; one query."""
    query = select(Contract.kind, func.count()).group_by(Contract.kind)
    sizes = dict.fromkeys(KINDS, 0)
    for row in db.session.execute(narrowed(query, asked, today, policy)):
        sizes[row[0]] = row[1]
    return sizes


def listed_contracts(
    asked: ContractFilter, today: date, policy: Policy, *, limit: int, offset: int, sort: str = ""
) -> list[ListedContract]:
    """Return one page of the list, in the order of the plan or as sorted (see SORTS), by four queries."""
    query = narrowed(select(*_COLUMNS).join(Post, Post.id == Contract.owner_post_id), asked, today, policy)
    if asked.kind:
        query = query.where(Contract.kind == asked.kind)
    rows = db.session.execute(query.order_by(*_order(sort)).limit(limit).offset(offset)).all()
    ids = [row.id for row in rows]
    routes, reviews, standing = _routes(ids), _reviews(ids), _standing(ids)
    return [_listed(row, _facts(row, routes, reviews), standing.get(row.id, (0, 0)), today, policy) for row in rows]


def choices() -> Choices:
    """Return the service areas and the posts that manage contracts, by one query."""
    unheeded = select(func.count()).select_from(Contract).where(is_unheeded).correlate(None).scalar_subquery()
    rows = db.session.execute(
        select(Contract.service_area, Post.id, Post.title, unheeded.label("unheeded"))
        .join(Post, Post.id == Contract.owner_post_id)
        .distinct()
    ).all()
    posts = sorted({(row.title, row.id) for row in rows})
    count = rows[0].unheeded if rows else 0
    return Choices(sorted({row.service_area for row in rows}), [(key, title) for title, key in posts], count)


_COLUMNS = (
    Contract.id,
    Contract.code,
    Contract.kind,
    Contract.service_area,
    Contract.title,
    Contract.provider,
    Contract.value_total,
    Contract.value_yearly,
    Contract.value_printed,
    Contract.end,
    Contract.end_printed,
    Contract.review,
    Contract.needed_from,
    Contract.provider_known,
    Contract.closed_on,
    Contract.value_note,
    Contract.rolling,
    Contract.tier,
    Contract.extensions,
    Contract.notice_months,
    Contract.safeguarding_critical,
    Post.title.label("manager"),
    heeded_by_a_risk.label("heeded"),
    performance.label("performance"),
    periods_counted.label("periods_counted"),
)

_KIND_ORDER = case(*((Contract.kind == kind, place) for place, kind in enumerate(KINDS)))
_AMOUNT = cast(func.coalesce(Contract.value_total, Contract.value_yearly), Float)
# What the list may be sorted by, in the address; each with a minus in front for the other way round.
SORTS: dict[str, ColumnElement[Any]] = {
    "code": func.lower(Contract.code),
    "title": func.lower(Contract.title),
    "provider": func.nullif(func.lower(Contract.provider), ""),
    "value": _AMOUNT,
    "tier": Contract.tier.expression,
    "manager": func.lower(Post.title),
    "end": func.nullif(present_end, ""),
}


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    """What is not known comes last, whichever way round."""
    by = SORTS.get(sort.removeprefix("-"))
    plan = (_KIND_ORDER, Contract.position.expression, Contract.id.expression)
    if by is None:
        return plan
    return (by.is_(None), by.desc() if sort.startswith("-") else by, *plan)


def _listed(row: Any, facts: ContractFacts, standing: tuple[int, int], today: date, policy: Policy) -> ListedContract:
    ahead = (point for point in milestones(facts, policy) if point.on >= today)
    end = facts.current_end
    return ListedContract(
        id=row.id,
        code=row.code,
        kind=row.kind,
        area=row.service_area,
        title=row.title,
        provider=row.provider,
        value_total=row.value_total,
        value_yearly=row.value_yearly,
        value_words=row.value_printed or row.value_note,
        end=str(end) if end else row.end_printed,
        end_known=end is not None,
        rolling=row.rolling,
        tier=row.tier,
        critical=row.safeguarding_critical,
        manager=row.manager,
        next_milestone=next(ahead, None) if row.closed_on is None else None,
        signals=standing[0],
        reaches=standing[1],
        heeded=row.heeded,
        performance=row.performance,
        late=any_late(row.periods_counted, today, policy),
    )


def _facts(row: Any, routes: dict[int, list[Route]], reviews: dict[int, list[Held]]) -> ContractFacts:
    return ContractFacts(
        title=row.title,
        end=stored_partial(row.end),
        review=stored_partial(row.review),
        provider_known=row.provider_known,
        needed_from=stored_partial(row.needed_from),
        closed_on=row.closed_on,
        routes=tuple(routes.get(row.id, ())),
        reviews=tuple(reviews.get(row.id, ())),
        tier=row.tier,
        rolling=row.rolling,
        extensions=row.extensions,
        notice_months=row.notice_months,
    )


def _routes(ids: Sequence[int]) -> dict[int, list[Route]]:
    found: dict[int, list[Route]] = {}
    for key, kind, stage, on, new_end in db.session.execute(
        select(ContractRoute.contract_id, ContractRoute.kind, ContractRoute.stage, ContractRoute.on)
        .add_columns(ContractRoute.new_end)
        .where(ContractRoute.contract_id.in_(ids))
        .order_by(ContractRoute.on, ContractRoute.id)
    ):
        found.setdefault(key, []).append(Route(RouteKind(kind), RouteStage(stage), on, stored_partial(new_end)))
    return found


def _reviews(ids: Sequence[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for key, on, following in db.session.execute(
        select(ContractReview.contract_id, ContractReview.reviewed_on, ContractReview.next_review)
        .where(ContractReview.contract_id.in_(ids))
        .order_by(ContractReview.id)
    ):
        found.setdefault(key, []).append(Held(on, stored_partial(following)))
    return found


def _standing(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(SignalRow.contract_id, func.count(), func.max(SignalRow.reaches))
        .where(SignalRow.contract_id.in_(ids), SignalRow.state == SignalState.STANDS)
        .group_by(SignalRow.contract_id)
    )
    return {key: (count, reaches) for key, count, reaches in rows if key is not None}
