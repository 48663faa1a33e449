"""Loading the register itself: references, risks with their published rating, mitigations and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.policy import Policy
from riskreg.domain.reviews import next_review_due
from riskreg.domain.sentences import listed
from riskreg.exchange.plan_checks import number_of
from riskreg.exchange.plan_tables import LinkRow, MitigationRow, Plan, RiskRow, UsedReferenceRow
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Assessment,
    Contract,
    Control,
    Division,
    Indicator,
    Link,
    Post,
    Reference,
    Register,
    Risk,
    RiskVersion,
    Service,
)
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from riskreg.services.loading_report import LoadReport, add_missing

RATIONALE = "As published in the Business Plan 2017-18."


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a risk stands in: its register and policy, the organisation, and when the load happens."""

    register: Register
    policy: Policy
    divisions: Mapping[str, Division]
    services: Mapping[tuple[int, str], Service]
    posts: Mapping[str, Post]
    now: datetime
    day: date


def load_risks(plan: Plan, around: Surroundings, report: LoadReport) -> dict[str, Risk]:
    """Add the references and risks that are missing, and return the plan's risks by reference."""
    numbers = _load_references(plan, around, report)

    def make(row: RiskRow) -> Risk:
        division = around.divisions[row.division]
        return Risk(
            register_id=around.register.id,
            reference_id=numbers[number_of(row.reference)].id,
            title=row.title,
            cause=row.cause,
            event=row.event,
            consequence=row.consequence,
            published_text=row.printed,
            status="open",
            owner_post_id=around.posts[row.owner_post].id,
            division_id=division.id,
            service_id=around.services[division.id, row.service].id if row.service else None,
            own_rag=row.rag,
            effective_rag=row.rag,
            review_counted_from=around.day,
            review_due_on=next_review_due(around.day, row.rag, around.policy),
            revision=0,
            assumed=row.assumed,
            source_line=row.line,
            note=row.note,
            recorded_at=around.now,
        )

    stored = select(Reference.number, Risk).join(Risk.reference).where(Risk.register_id == around.register.id)
    present = {number: risk for number, risk in db.session.execute(stored)}  # noqa: C416 - rows are no tuples to mypy
    made = add_missing(report, "risk", present, plan.risks, key=lambda row: number_of(row.reference), make=make)
    for row, risk in made:
        _begin_history(row, risk, around)
    return {row.reference: present[number_of(row.reference)] for row in plan.risks}


def _load_references(plan: Plan, around: Surroundings, report: LoadReport) -> dict[int, Reference]:
    def make(row: RiskRow | UsedReferenceRow) -> Reference:
        note = row.note if isinstance(row, UsedReferenceRow) else ""
        number = number_of(row.reference)
        return Reference(register_id=around.register.id, number=number, note=note, source_line=row.line)

    stored = db.session.scalars(select(Reference).where(Reference.register_id == around.register.id))
    present = {row.number: row for row in stored}
    listed_ones = LoadReport()
    add_missing(listed_ones, "reference", present, plan.risks, key=lambda row: number_of(row.reference), make=make)
    add_missing(
        report, "used reference", present, plan.used_references, key=lambda row: number_of(row.reference), make=make
    )
    return present


def _begin_history(row: RiskRow, risk: Risk, around: Surroundings) -> None:
    """Add what every later change follows: the published rating, the first version of the text, the first event."""
    db.session.add_all(
        [
            Assessment(
                risk_id=risk.id,
                kind="current",
                rag=row.rag,
                rationale=RATIONALE,
                assessed_on=around.day,
                recorded_at=around.now,
                source_line=row.line,
            ),
            RiskVersion(
                risk_id=risk.id,
                version=1,
                title=risk.title,
                cause=risk.cause,
                event=risk.event,
                consequence=risk.consequence,
                status=risk.status,
                owner_post_id=risk.owner_post_id,
                recorded_at=around.now,
            ),
        ]
    )
    sentence = f"{row.reference} was entered from the plan{_lines(row.line)}."
    record(SYSTEM, "entered", f"risk:{risk.id}", sentence, now=around.now, risk=risk, line=row.line)


def _lines(line: str) -> str:
    """Return the lines as the sentence ends: “, line 755” or “, lines 755 and 757”."""
    numbers = [part for part in line.split(";") if part]
    return f", line{'s' if len(numbers) > 1 else ''} {listed(numbers)}" if numbers else ""


def load_mitigations(plan: Plan, risks: Mapping[str, Risk], around: Surroundings, report: LoadReport) -> None:
    """Add the controls and actions that are missing; one is known by its risk and its words."""
    posts = around.posts

    def key(row: MitigationRow) -> tuple[int, str]:
        return risks[row.risk].id, row.text

    def make_control(row: MitigationRow) -> Control:
        return Control(
            risk_id=risks[row.risk].id,
            text=row.text,
            owner_post_id=posts[row.owner_post].id if row.owner_post else None,
            assumed=row.assumed,
            source_line=row.line,
            note=row.note,
            recorded_at=around.now,
        )

    def make_action(row: MitigationRow) -> Action:
        return Action(
            risk_id=risks[row.risk].id,
            text=row.text,
            owner_post_id=posts[row.owner_post].id,
            first_due_on=row.due,
            due_on=row.due,
            assumed=row.assumed,
            source_line=row.line,
            note=row.note,
            recorded_at=around.now,
        )

    ids = [risk.id for risk in risks.values()]
    held = db.session.scalars(select(Control).where(Control.risk_id.in_(ids)))
    todo = db.session.scalars(select(Action).where(Action.risk_id.in_(ids)))
    controls = {(row.risk_id, row.text): row for row in held}
    actions = {(row.risk_id, row.text): row for row in todo}
    in_place = [row for row in plan.mitigations if row.kind == "control"]
    to_do = [row for row in plan.mitigations if row.kind == "action"]
    add_missing(report, "control", controls, in_place, key=key, make=make_control)
    add_missing(report, "action", actions, to_do, key=key, make=make_action)


def load_links(
    plan: Plan,
    risks: Mapping[str, Risk],
    subjects: tuple[Mapping[str, Indicator], Mapping[str, Contract]],
    now: datetime,
    report: LoadReport,
) -> None:
    """Add the links that are missing; `subjects` are the indicators and the contracts by code."""
    indicators, contracts = subjects

    def key(row: LinkRow) -> tuple[int, int | None, int | None]:
        return (
            risks[row.risk].id,
            indicators[row.indicator].id if row.indicator else None,
            contracts[row.contract].id if row.contract else None,
        )

    def make(row: LinkRow) -> Link:
        risk_id, indicator_id, contract_id = key(row)
        return Link(
            risk_id=risk_id,
            indicator_id=indicator_id,
            contract_id=contract_id,
            reason=row.reason,
            heeds=row.heeds,
            assumed=row.assumed,
            source_line=row.line,
            note=row.note,
            recorded_at=now,
        )

    stored = db.session.scalars(select(Link).where(Link.risk_id.in_([risk.id for risk in risks.values()])))
    present = {(row.risk_id, row.indicator_id, row.contract_id): row for row in stored}
    add_missing(report, "link", present, plan.links, key=key, make=make)
