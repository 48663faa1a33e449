"""Reading the recorded past of a register for a replay: by a fixed number of queries, whatever there is.

Only what its risks are or were linked to is read. It scales with the results, routes and decisions on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Select, or_, select, union

from riskreg.domain.choices import Heeds
from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.lifecycle import DecisionKind, RiskStatus
from riskreg.domain.past import Happening, IndicatorPast, Past, ResultPast, What
from riskreg.domain.scoring import Rag
from riskreg.domain.targets import Judgement, Polarity
from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Decision,
    Escalation,
    Indicator,
    Link,
    LinkPast,
    Referral,
    Result,
    Review,
    Risk,
    RiskVersion,
    TargetPast,
    TargetRow,
)
from riskreg.queries.past_contracts import contracts_of

PART = 2_000


def past_of(register_id: int) -> Past:
    """Return everything that a replay of the register's past reads."""
    indicators = {f"indicator:{one.id}": one for one in _indicators(register_id)}
    contracts, touched = contracts_of(_subjects(register_id, "contract_id"))
    linked, merged = _moments(register_id, "linked"), {(id_, at) for id_, _, at in _moments(register_id, "took in")}
    happenings = (
        *_statuses(register_id),
        *_links(register_id, linked, merged),
        *_reviews(register_id),
        *_raised_by_people(register_id),
        *_decisions(register_id),
        *_came_back(register_id),
    )
    looks: dict[datetime, set[str]] = {}
    for subject, indicator in indicators.items():
        for result in indicator.results:
            for at in (result.recorded_at, result.judged_at):
                if at is not None:
                    looks.setdefault(at, set()).add(subject)
    for at, subject in touched:
        looks.setdefault(at, set()).add(subject)
    for one in happenings:
        # What a merged risk was linked to is looked at in the night that follows, and any other link at once.
        if one.what in (What.LINKED, What.UNLINKED) and (one.risk_id, one.at) not in merged:
            looks.setdefault(one.at, set()).add(one.subject)
    return Past(indicators, contracts, happenings, {at: frozenset(subjects) for at, subjects in looks.items()})


def _subjects(register_id: int, column: str) -> Any:
    """The ids of the indicators or contracts that a risk of the register is or was linked to."""
    parts = [
        select(getattr(table, column))
        .join(Risk, Risk.id == table.risk_id)
        .where(Risk.register_id == register_id, getattr(table, column).is_not(None))
        for table in (Link, LinkPast)
    ]
    return union(*parts)


def _indicators(register_id: int) -> Iterator[IndicatorPast]:
    wanted = _subjects(register_id, "indicator_id")
    tolerances = _tolerances(wanted)
    results: dict[int, list[ResultPast]] = {}
    query = (
        select(Result.indicator_id, Result.period, Result.period_end, Result.target_year, Result.basis, Result.value)
        .add_columns(Result.opening, Result.revision, Result.recorded_at, Result.judged_at, Result.policy_version)
        .add_columns(Result.rag, Result.target_value, Result.floor_value, Result.floor_assumed, Result.why)
        .where(Result.indicator_id.in_(wanted))
    )  # in the order of the facts of ResultPast, then of Judgement
    # A part at a time: as many rows at once as there are results take longer to be kept in memory than to be read.
    for row in db.session.execute(query.execution_options(yield_per=PART)):
        results.setdefault(row.indicator_id, []).append(_result(row, tolerances))
    about = select(Indicator.id, Indicator.name, Indicator.unit, Indicator.polarity).where(Indicator.id.in_(wanted))
    for id_, name, unit, polarity in db.session.execute(about.order_by(Indicator.id)):
        yield IndicatorPast(id_, name, unit, Polarity(polarity), tuple(results.get(id_, ())))


Tolerances = dict[tuple[int, int], list[tuple[datetime | None, Any, Any]]]


def _result(row: Any, tolerances: Tolerances) -> ResultPast:
    indicator_id, *facts, rag, target, floor, assumed, why = row
    of_target = tolerances.get((indicator_id, row.target_year))
    green, amber = _tolerance(of_target, row.judged_at) if of_target else (None, None)
    facts += (Judgement(Rag(rag) if rag else None, target, floor, assumed, why), green, amber)
    return ResultPast(*facts)


def _tolerances(wanted: Any) -> Tolerances:
    """The tolerances of each target, the oldest first, with the moment until which they held."""
    found: Tolerances = {}
    for table, until in ((TargetPast, TargetPast.replaced_at), (TargetRow, None)):
        query = select(table.indicator_id, table.year, table.green_tolerance, table.amber_tolerance)
        query = query.where(table.indicator_id.in_(wanted)).order_by(table.id)
        known = or_(table.green_tolerance.is_not(None), table.amber_tolerance.is_not(None))
        rows = query.add_columns(until) if until is not None else query.where(known)
        for id_, year, green, amber, *rest in db.session.execute(rows):
            found.setdefault((id_, year), []).append((rest[0] if rest else None, green, amber))
    return found


def _tolerance(held: Iterable[tuple[datetime | None, Any, Any]], judged_at: datetime | None) -> tuple[Any, Any]:
    for until, green, amber in held:
        if until is None or (judged_at is not None and judged_at < until):
            return green, amber
    return None, None


def _of(register_id: int, query: Select[*tuple[Any, ...]]) -> Iterable[Any]:
    return db.session.execute(query.where(Risk.register_id == register_id))


def _statuses(register_id: int) -> Iterator[Happening]:
    """When each risk came into the register and left it, by its versions; one without any stands as it is entered."""
    query = select(Risk.id, Risk.status, Risk.recorded_at, RiskVersion.status, RiskVersion.recorded_at)
    query = query.outerjoin(RiskVersion, RiskVersion.risk_id == Risk.id).order_by(Risk.id, RiskVersion.version)
    before: tuple[int, bool] = (0, False)
    for id_, status, entered_at, then, at in _of(register_id, query):
        was_open = before == (id_, True)
        is_open = (then or status) == RiskStatus.OPEN
        if is_open and not was_open:
            yield Happening(at or entered_at, What.OPENED, id_)
        elif was_open and not is_open:
            yield Happening(at, What.LEFT, id_)
        before = (id_, is_open)


def _moments(register_id: int, verb: str) -> set[tuple[int, str, datetime]]:
    """The risk, the subject and the moment of everything in the trail of a risk that is called so."""
    query = select(AuditEvent.risk_id, AuditEvent.subject, AuditEvent.at).join(Risk, Risk.id == AuditEvent.risk_id)
    return {tuple(row) for row in _of(register_id, query.where(AuditEvent.verb == verb))}


def _links(
    register_id: int, linked: Collection[tuple[int, str, datetime]], merged: Collection[tuple[int, datetime]]
) -> Iterator[Happening]:
    """When each link began and ended. One that was changed ended and began at the same moment.

    A link that was says on which day it began; at which moment, the trail: it was made, or came with a merged risk.
    """
    began: dict[tuple[int, str], list[datetime]] = {}
    for risk_id, subject, at in linked:
        began.setdefault((risk_id, subject), []).append(at)
    columns = (LinkPast.risk_id, LinkPast.indicator_id, LinkPast.contract_id, LinkPast.heeds)
    query = select(*columns, LinkPast.from_on, LinkPast.ended_at).join(Risk, Risk.id == LinkPast.risk_id)
    for risk_id, indicator_id, contract_id, heeds, from_on, ended_at in _of(register_id, query.order_by(LinkPast.id)):
        key = (risk_id, _subject(indicator_id, contract_id))
        moments = began.setdefault(key, [])
        came = [at for id_, at in merged if id_ == risk_id and from_on == day_of(at)]
        since = max((at for at in (*moments, *came) if at < ended_at), default=None) or _midnight(from_on)
        yield Happening(since, What.LINKED, *key, heeds=Heeds(heeds))
        yield Happening(ended_at, What.UNLINKED, *key)
        moments.append(ended_at)
    present = select(Link.risk_id, Link.indicator_id, Link.contract_id, Link.heeds, Link.recorded_at)
    present = present.join(Risk, Risk.id == Link.risk_id)
    for risk_id, indicator_id, contract_id, heeds, recorded_at in _of(register_id, present):
        key = (risk_id, _subject(indicator_id, contract_id))
        since = max((recorded_at, *(at for at in began.get(key, ()) if at > recorded_at)))
        yield Happening(since, What.LINKED, *key, heeds=Heeds(heeds))


def _subject(indicator_id: int | None, contract_id: int | None) -> str:
    return f"indicator:{indicator_id}" if indicator_id else f"contract:{contract_id}"


def _midnight(day: date | None) -> datetime:
    """The beginning of a day in London; of one that is not known, long before the register began."""
    return datetime.combine(day or date(1900, 1, 1), time(), tzinfo=LONDON).astimezone(UTC)


def _reviews(register_id: int) -> Iterator[Happening]:
    query = select(Review.recorded_at, Review.risk_id).join(Risk, Risk.id == Review.risk_id)
    for at, risk_id in _of(register_id, query):
        yield Happening(at, What.REVIEWED, risk_id)


def _raised_by_people(register_id: int) -> Iterator[Happening]:
    query = select(Escalation.opened_at, Escalation.risk_id).join(Risk, Risk.id == Escalation.risk_id)
    for at, risk_id in _of(register_id, query.where(Escalation.person_id.is_not(None))):
        yield Happening(at, What.RAISED, risk_id)


def _decisions(register_id: int) -> Iterator[Happening]:
    query = select(Decision.decided_at, Escalation.risk_id, Decision.kind)
    query = query.join(Escalation, Escalation.id == Decision.escalation_id).join(Risk, Risk.id == Escalation.risk_id)
    for at, risk_id, kind in _of(register_id, query.order_by(Decision.id)):
        yield Happening(at, What.DECIDED, risk_id, decision=DecisionKind(kind))


def _came_back(register_id: int) -> Iterator[Happening]:
    """When the corporate register declined a risk or handed it back; an end with a decision of DMT is that."""
    query = select(Escalation.risk_id, Referral.state, Referral.answered_at, Referral.ended_at, Decision.decided_at)
    query = query.join(Escalation, Escalation.id == Referral.escalation_id).join(Risk, Risk.id == Escalation.risk_id)
    same = (Decision.escalation_id == Referral.escalation_id) & (Decision.decided_at == Referral.ended_at)
    for risk_id, state, answered_at, ended_at, decided_at in _of(register_id, query.outerjoin(Decision, same)):
        if state == "declined":
            yield Happening(answered_at, What.CAME_BACK, risk_id)
        elif ended_at is not None and decided_at is None:
            yield Happening(ended_at, What.CAME_BACK, risk_id)
