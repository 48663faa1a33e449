"""Contracts as a list: by kind and service area, with the next milestone and the signals that stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from riskreg.domain.contracts import ContractFacts, Milestone, Route, RouteKind, RouteStage, milestones
from riskreg.domain.contracts import ContractReview as Held
from riskreg.domain.dates import PartialDate, add_months
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Heeds, Reach
from riskreg.extensions import db
from riskreg.models import Contract, ContractReview, ContractRoute, Link, Post, Risk, SignalRow

Rows = Select[*tuple[Any, ...]]
KINDS = ("external", "internal", "commissioning")


class Ends(StrEnum):
    """When a contract ends, as the list is narrowed by it."""

    SOON = "soon"
    PAST = "past"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What the list is narrowed to; empty, None or False does not narrow. `kind` is left aside by the counts."""

    words: str = ""
    kind: str = ""
    area: str = ""
    post_id: int | None = None
    ends: str = ""
    signals: bool = False
    unheeded: bool = False


@dataclass(frozen=True, slots=True)
class ListedContract:
    """One contract in the list. `end` is the present end, moved by what was awarded, or the plan's words; `reaches` is
    the farthest that one of its standing signals reaches, 0 without one; `heeded`: an open risk heeds the contract, so
    that what reaches DMT gets there.
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
    next_milestone: Milestone | None
    signals: int
    reaches: int
    heeded: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed to; `unheeded` counts the contracts whose signals for DMT reach nobody."""

    areas: Sequence[str]
    posts: Sequence[tuple[int, str]]
    unheeded: int


# The end that the last awarded extension brought, or else the plan’s: domain.contracts.ContractFacts.current_end.
_moved = (
    select(ContractRoute.new_end)
    .where(ContractRoute.contract_id == Contract.id, ContractRoute.stage == int(RouteStage.AWARDED))
    .where(ContractRoute.new_end != "")
    .order_by(ContractRoute.on.desc(), ContractRoute.id.desc())
    .limit(1)
    .correlate(Contract)
    .scalar_subquery()
)
present_end = func.coalesce(_moved, Contract.end)
_stands = exists().where(SignalRow.contract_id == Contract.id, SignalRow.state == SignalState.STANDS)
# An open risk lets the contract escalate it: domain.signals.heeded, which of a contract only leaves watching links out.
heeded_by_a_risk = exists().where(
    Link.contract_id == Contract.id,
    Link.heeds != Heeds.WATCH,
    Risk.id == Link.risk_id,
    Risk.status == RiskStatus.OPEN,
)
_unheeded = and_(
    exists().where(
        SignalRow.contract_id == Contract.id,
        SignalRow.state == SignalState.STANDS,
        SignalRow.reaches == int(Reach.DMT),
    ),
    ~heeded_by_a_risk,
)


def kind_sizes(asked: ContractFilter, today: date, policy: Policy) -> dict[str, int]:
    """Return how many contracts of each kind there are under the filter, whatever its own kind; one query."""
    query = select(Contract.kind, func.count()).group_by(Contract.kind)
    sizes = dict.fromkeys(KINDS, 0)
    for row in db.session.execute(_narrowed(query, asked, today, policy)):
        sizes[row[0]] = row[1]
    return sizes


def listed_contracts(
    asked: ContractFilter, today: date, policy: Policy, *, limit: int, offset: int
) -> list[ListedContract]:
    """Return one page of the list in the order of the plan, by four queries."""
    query = _narrowed(select(*_COLUMNS), asked, today, policy)
    if asked.kind:
        query = query.where(Contract.kind == asked.kind)
    in_order = case(*((Contract.kind == kind, place) for place, kind in enumerate(KINDS)))
    rows = db.session.execute(
        query.order_by(in_order, Contract.position, Contract.id).limit(limit).offset(offset)
    ).all()
    ids = [row.id for row in rows]
    routes, reviews, standing = _routes(ids), _reviews(ids), _standing(ids)
    return [_listed(row, _facts(row, routes, reviews), standing.get(row.id, (0, 0)), today, policy) for row in rows]


def choices() -> Choices:
    """Return the service areas and the posts that manage contracts, by one query."""
    unheeded = select(func.count()).select_from(Contract).where(_unheeded).correlate(None).scalar_subquery()
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
    heeded_by_a_risk.label("heeded"),
)


def _narrowed(query: Rows, asked: ContractFilter, today: date, policy: Policy) -> Rows:
    if asked.words:
        texts = (Contract.code, Contract.title, Contract.provider, Contract.description)
        query = query.where(or_(*(text.icontains(asked.words, autoescape=True) for text in texts)))
    if asked.area:
        query = query.where(Contract.service_area == asked.area)
    if asked.post_id is not None:
        query = query.where(Contract.owner_post_id == asked.post_id)
    if asked.signals:
        query = query.where(_stands)
    if asked.unheeded:
        query = query.where(_unheeded)
    if asked.ends:
        query = query.where(_ends(Ends(asked.ends), today, policy))
    return query


def _ends(ends: Ends, today: date, policy: Policy) -> ColumnElement[bool]:
    if ends is Ends.UNKNOWN:
        return present_end == ""
    past = _last_day_by(today - timedelta(days=1))
    if ends is Ends.PAST:
        return past
    return and_(_last_day_by(add_months(today, policy.no_route_months)), ~past)


def _last_day_by(limit: date) -> ColumnElement[bool]:
    """The condition that the last day a stored partial date can mean is not after the limit.

    A month is over by then if it is an earlier one, or the limit is its last day; so with years.
    """
    after = limit + timedelta(days=1)
    text = limit.isoformat()
    return or_(
        and_(func.length(present_end) == len("2018-03-31"), present_end <= text),
        and_(func.length(present_end) == len("2018-03"), present_end < after.isoformat()[:7]),
        and_(func.length(present_end) == len("2018"), present_end < after.isoformat()[:4]),
    )


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
        value_words=row.value_printed,
        end=str(end) if end else row.end_printed,
        end_known=end is not None,
        next_milestone=next(ahead, None) if row.closed_on is None else None,
        signals=standing[0],
        reaches=standing[1],
        heeded=row.heeded,
    )


def _partial(text: str) -> PartialDate | None:
    return PartialDate(text) if text else None


def _facts(row: Any, routes: dict[int, list[Route]], reviews: dict[int, list[Held]]) -> ContractFacts:
    return ContractFacts(
        title=row.title,
        end=_partial(row.end),
        review=_partial(row.review),
        provider_known=row.provider_known,
        needed_from=_partial(row.needed_from),
        closed_on=row.closed_on,
        routes=tuple(routes.get(row.id, ())),
        reviews=tuple(reviews.get(row.id, ())),
    )


def _routes(ids: Sequence[int]) -> dict[int, list[Route]]:
    found: dict[int, list[Route]] = {}
    for key, kind, stage, on, new_end in db.session.execute(
        select(ContractRoute.contract_id, ContractRoute.kind, ContractRoute.stage, ContractRoute.on)
        .add_columns(ContractRoute.new_end)
        .where(ContractRoute.contract_id.in_(ids))
        .order_by(ContractRoute.on, ContractRoute.id)
    ):
        found.setdefault(key, []).append(Route(RouteKind(kind), RouteStage(stage), on, _partial(new_end)))
    return found


def _reviews(ids: Sequence[int]) -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    for key, on, following in db.session.execute(
        select(ContractReview.contract_id, ContractReview.reviewed_on, ContractReview.next_review)
        .where(ContractReview.contract_id.in_(ids))
        .order_by(ContractReview.id)
    ):
        found.setdefault(key, []).append(Held(on, _partial(following)))
    return found


def _standing(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(SignalRow.contract_id, func.count(), func.max(SignalRow.reaches))
        .where(SignalRow.contract_id.in_(ids), SignalRow.state == SignalState.STANDS)
        .group_by(SignalRow.contract_id)
    )
    return {key: (count, reaches) for key, count, reaches in rows if key is not None}
