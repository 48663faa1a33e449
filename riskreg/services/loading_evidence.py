"""Loading what risks depend on: indicators with targets, national figures and results, and contracts.

Results are stored as the plan gives them and not judged: evaluating the register judges what is not judged yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select

from riskreg.domain.contract_terms import provider_known
from riskreg.exchange.plan_tables import BenchmarkRow, ContractRow, IndicatorRow, Plan, ResultRow, TargetRow
from riskreg.extensions import db
from riskreg.models import Benchmark, Contract, Indicator, Post, Result
from riskreg.models import TargetRow as Target
from riskreg.services.loading_report import LoadReport, add_missing


def load_indicators(plan: Plan, report: LoadReport) -> dict[str, Indicator]:
    """Add the indicators that are missing, in the order of the plan after those that are there; return all by code."""
    last = db.session.scalar(select(func.max(Indicator.position))) or 0

    def make(row: IndicatorRow) -> Indicator:
        return Indicator(
            code=row.code,
            service_group=row.group,
            position=last + row.row - 1,
            name=row.name,
            unit=row.unit,
            decimals=row.decimals,
            polarity=row.polarity,
            polarity_basis=row.polarity_basis,
            polarity_reason=row.polarity_reason,
            basis=row.basis,
            frequency_months=row.frequency_months,
            comment=row.comment,
            qpr=row.qpr,
            qpr_line=row.qpr_line,
            qpr_note=row.qpr_note,
            source_line=row.line,
            note=row.note,
        )

    indicators = {row.code: row for row in db.session.scalars(select(Indicator))}
    add_missing(report, "indicator", indicators, plan.indicators, key=lambda row: row.code, make=make)
    return indicators


def load_targets(plan: Plan, indicators: Mapping[str, Indicator], report: LoadReport) -> None:
    """Add the targets of years that have none."""

    def make(row: TargetRow) -> Target:
        return Target(
            indicator_id=indicators[row.indicator].id,
            year=row.year,
            printed=row.printed,
            kind=row.kind,
            value=row.value,
            source_line=row.line,
            note=row.note,
        )

    present = {(row.indicator_id, row.year): row for row in db.session.scalars(select(Target))}
    add_missing(
        report, "target", present, plan.targets, key=lambda row: (indicators[row.indicator].id, row.year), make=make
    )


def load_benchmarks(plan: Plan, indicators: Mapping[str, Indicator], report: LoadReport) -> None:
    """Add the national figures of years that have none."""

    def make(row: BenchmarkRow) -> Benchmark:
        return Benchmark(
            indicator_id=indicators[row.indicator].id,
            year=row.year,
            printed=row.printed,
            value=row.value,
            comparable=row.comparable,
            source_line=row.line,
            note=row.note,
        )

    present = {(row.indicator_id, row.year): row for row in db.session.scalars(select(Benchmark))}
    add_missing(
        report,
        "national figure",
        present,
        plan.benchmarks,
        key=lambda row: (indicators[row.indicator].id, row.year),
        make=make,
    )


def load_results(plan: Plan, indicators: Mapping[str, Indicator], now: datetime, day: date, report: LoadReport) -> None:
    """Add the results of periods that have none, published on the day of the load."""

    def make(row: ResultRow) -> Result:
        return Result(
            indicator_id=indicators[row.indicator].id,
            period=row.period,
            period_end=row.period_end,
            target_year=row.target_year,
            basis=row.basis,
            value=row.value,
            printed=row.printed,
            status=row.status,
            opening=row.opening,
            published_on=day,
            recorded_at=now,
            source_line=row.line,
            note=row.note,
        )

    of_plan = {indicators[row.indicator].id for row in plan.results}
    stored = db.session.scalars(select(Result).where(Result.current, Result.indicator_id.in_(of_plan)))
    add_missing(
        report,
        "result",
        {(row.indicator_id, row.basis, row.period_end): row for row in stored},
        plan.results,
        key=lambda row: (indicators[row.indicator].id, row.basis, row.period_end),
        make=make,
    )


def load_contracts(plan: Plan, posts: Mapping[str, Post], report: LoadReport) -> dict[str, Contract]:
    """Add the contracts that are missing and return all by code.

    A provider that is not known is needed from the start of the contract, if the plan gives one.
    """
    last = db.session.scalar(select(func.max(Contract.position))) or 0

    def make(row: ContractRow) -> Contract:
        known = provider_known(row.kind, row.provider)
        return Contract(
            code=row.reference,
            position=last + row.row - 1,
            provider_known=known,
            needed_from="" if known or row.start is None else row.start.text,
            owner_post_id=posts[row.owner_post].id,
            source_line=row.line,
            extensions=1 if row.extension_months else 0,
            **_as_printed(row),
        )

    contracts = {row.code: row for row in db.session.scalars(select(Contract))}
    add_missing(report, "contract", contracts, plan.contracts, key=lambda row: row.reference, make=make)
    return contracts


SAME_NAMES = (
    "kind",
    "service_area",
    "title",
    "description",
    "provider",
    "value_printed",
    "value_total",
    "value_yearly",
    "value_note",
    "start_printed",
    "end_printed",
    "rolling",
    "extension_months",
    "review_printed",
    "manager_printed",
    "consultation_printed",
    "assumed",
    "note",
)
DATES = ("start", "end", "review")


def _as_printed(row: ContractRow) -> dict[str, object]:
    """Return what goes over unchanged, the dates as the words that keep their precision."""
    dates = {name: getattr(row, name) for name in DATES}
    kept = {name: getattr(row, name) for name in SAME_NAMES}
    return kept | {name: value.text if value else "" for name, value in dates.items()}
