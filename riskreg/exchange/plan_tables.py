"""The tables of a plan: what each file must hold, column by column.

`line` is where in the plan's text a record comes from, with semicolons between several lines; `printed` columns keep
the plan's words beside what is read from them; `assumed` marks what the plan does not say.
"""

# ruff: noqa: RUF009 - the calls in the dataclasses make fields, nothing that two rows would share

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.dates import PartialDate
from riskreg.domain.scoring import Rag
from riskreg.domain.targets import Polarity, TargetKind
from riskreg.exchange.cells import (
    calendar_year,
    choice,
    choices,
    decimal,
    iso_date,
    matching,
    partial_date,
    whole,
)
from riskreg.exchange.tables import Row, TableSpec, flag, needed, optional, wording, words

PREFIX = r"[A-Z][A-Z0-9]{0,11}"
REFERENCE = PREFIX + " [0-9]{2,4}"
SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
register_prefix = matching(PREFIX, "CYPE")
risk_reference = matching(REFERENCE, "CYPE 01")
post_code = matching(SLUG, "head-of-fair-access")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow(Row):
    """A register: the prefix of its references, its name, and the register to which its risks may be referred."""

    prefix: str = needed(register_prefix)
    name: str = needed(words)
    parent: str = wording()
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionRow(Row):
    """A division, the strategic unit or a budget heading; money in £ thousands, income and grants negative."""

    name: str = needed(words)
    kind: str = needed(choice("division", "unit", "budget"))
    fte: Decimal | None = optional(decimal)
    net: Decimal | None = optional(decimal)
    staffing: Decimal | None = optional(decimal)
    non_staffing: Decimal | None = optional(decimal)
    gross: Decimal | None = optional(decimal)
    internal_income: Decimal | None = optional(decimal)
    external_income: Decimal | None = optional(decimal)
    grants: Decimal | None = optional(decimal)
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow(Row):
    """A service of a division."""

    division: str = needed(words)
    name: str = needed(words)
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRow(Row):
    """A post, the post it answers to, and the roles it brings."""

    code: str = needed(post_code)
    title: str = needed(words)
    division: str = wording()
    line_manager: str = wording()
    roles: tuple[Role, ...] | None = optional(choices(*Role))
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedReferenceRow(Row):
    """A reference that was used before and that no listed risk holds."""

    reference: str = needed(risk_reference)
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow(Row):
    """A risk with its published words and rating; likelihood and impact are not published and not asked for."""

    reference: str = needed(risk_reference)
    title: str = needed(words)
    printed: str = wording()
    rag: Rag = needed(choice(Rag.RED, Rag.AMBER, Rag.GREEN))
    rag_printed: str = wording()
    cause: str = wording()
    event: str = wording()
    consequence: str = wording()
    owner_post: str = needed(words)
    division: str = needed(words)
    service: str = wording()
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow(Row):
    """An indicator, its unit and precision, which way is better and why that is believed."""

    code: str = needed(matching(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", "EY-05"))
    group: str = needed(words)
    name: str = needed(words)
    unit: str = needed(words)
    decimals: int = needed(whole(0, 6))
    polarity: Polarity = needed(choice(*Polarity))
    polarity_basis: str = needed(choice("derived", "assumed"))
    polarity_reason: str = wording()
    basis: str = needed(words)
    frequency_months: int = needed(whole(1, 120))
    comment: str = wording()
    qpr: str = wording()
    qpr_line: str = wording()
    qpr_note: str = wording()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow(Row):
    """A year's target as printed, what kind of cell that is, and the figure if it holds one."""

    indicator: str = needed(words)
    year: int = needed(calendar_year)
    printed: str = wording()
    kind: TargetKind = needed(choice(*TargetKind))
    value: Decimal | None = optional(decimal)
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkRow(Row):
    """A national figure; `comparable` unless it is measured another way."""

    indicator: str = needed(words)
    year: int = needed(calendar_year)
    printed: str = wording()
    value: Decimal | None = optional(decimal)
    comparable: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow(Row):
    """A result for a period; `opening` when it is what the published ratings already knew."""

    indicator: str = needed(words)
    printed: str = wording()
    value: Decimal | None = optional(decimal)
    period: str = needed(words)
    period_end: date = needed(iso_date)
    target_year: int = needed(calendar_year)
    basis: str = needed(words)
    status: str = needed(choice("provisional", "final"))
    opening: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow(Row):
    """A provision that the directorate relies on; values in pounds, dates as precise as they are known.

    `extension_months`: of the one option to extend it that the plan speaks of.
    """

    reference: str = needed(matching(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", "EXT-20"))
    kind: str = needed(choice("internal", "external", "commissioning"))
    service_area: str = needed(words)
    title: str = needed(words)
    description: str = wording()
    provider: str = wording()
    value_printed: str = wording()
    value_total: Decimal | None = optional(decimal)
    value_yearly: Decimal | None = optional(decimal)
    value_note: str = wording()
    start_printed: str = wording()
    start: PartialDate | None = optional(partial_date)
    end_printed: str = wording()
    end: PartialDate | None = optional(partial_date)
    rolling: bool = flag()
    extension_months: int | None = optional(whole(1, 240))
    review_printed: str = wording()
    review: PartialDate | None = optional(partial_date)
    manager_printed: str = wording()
    consultation_printed: str = wording()
    owner_post: str = needed(words)
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow(Row):
    """Why an indicator or a contract, one of the two, bears on a risk."""

    risk: str = needed(risk_reference)
    indicator: str = wording()
    contract: str = wording()
    reason: str = needed(words)
    heeds: Heeds = needed(choice(*Heeds))
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationRow(Row):
    """A control, or an action with an owner and a date."""

    risk: str = needed(risk_reference)
    kind: str = needed(choice("control", "action"))
    text: str = needed(words)
    owner_post: str = wording()
    due: date | None = optional(iso_date)
    assumed: bool = flag()
    line: str = wording()
    note: str = wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLoadedRow(Row):
    """Something the plan says that was left out, and why."""

    topic: str = needed(words)
    printed: str = wording()
    line: str = wording()
    why: str = needed(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan as read: its tables in the order of their files, and the rules that its policy starts with."""

    registers: list[RegisterRow]
    divisions: list[DivisionRow]
    services: list[ServiceRow]
    posts: list[PostRow]
    used_references: list[UsedReferenceRow]
    risks: list[RiskRow]
    indicators: list[IndicatorRow]
    targets: list[TargetRow]
    benchmarks: list[BenchmarkRow]
    results: list[ResultRow]
    contracts: list[ContractRow]
    links: list[LinkRow]
    mitigations: list[MitigationRow]
    not_loaded: list[NotLoadedRow]
    rules: dict[str, Any]


SPECS: dict[str, TableSpec[Any]] = {
    "registers": TableSpec("registers.csv", RegisterRow, ("prefix",)),
    "divisions": TableSpec("divisions.csv", DivisionRow, ("name",)),
    "services": TableSpec("services.csv", ServiceRow, ("division", "name")),
    "posts": TableSpec("posts.csv", PostRow, ("code",)),
    "used_references": TableSpec("used_references.csv", UsedReferenceRow, ("reference",)),
    "risks": TableSpec("risks.csv", RiskRow, ("reference",)),
    "indicators": TableSpec("indicators.csv", IndicatorRow, ("code",)),
    "targets": TableSpec("targets.csv", TargetRow, ("indicator", "year")),
    "benchmarks": TableSpec("benchmarks.csv", BenchmarkRow, ("indicator", "year")),
    "results": TableSpec("results.csv", ResultRow, ("indicator", "basis", "period_end")),
    "contracts": TableSpec("contracts.csv", ContractRow, ("reference",)),
    "links": TableSpec("links.csv", LinkRow, ("risk", "indicator", "contract")),
    "mitigations": TableSpec("mitigations.csv", MitigationRow, ("risk", "text")),
    "not_loaded": TableSpec("not_loaded.csv", NotLoadedRow),
}
