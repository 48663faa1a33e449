"""Large registers for the measurements, written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from riskreg.extensions import Table, db
from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    AuditEvent,
    Contract,
    Control,
    Division,
    Indicator,
    Link,
    Person,
    Post,
    Reference,
    Result,
    Risk,
    RiskVersion,
)

NOW = datetime(2017, 4, 3, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST_NUMBER = 1000
BATCH = 5000
RAGS = ("RED", "AMBER", "GREEN")
DAYS = 1000  # over so many days the risks were entered, up to the present one
SCORES = {"RED": (4, 5), "AMBER": (3, 4), "GREEN": (2, 2)}
RARE = "asbestos"
RARE_EVERY = 2500
# Texts are put together from these lists, whose lengths have no common factor, so that few are alike.
THINGS = (
    "school places", "free places for 2 year olds", "speech and language therapy", "home to school transport",
    "early help units", "the pupil referral service", "education psychology", "post-16 provision",
    "the admissions service", "youth hubs", "governor services", "adult learning centres", "skills training",
)  # fmt: skip
CAUSES = (
    "Demand for {} rises faster than the budget.", "The provider of {} may withdraw at short notice.",
    "Staff who know {} leave and are hard to replace.", "The funding of {} is not known beyond this year.",
    "Schools that become academies no longer buy {}.",
)  # fmt: skip
EVENTS = (
    "There is not enough of {} in time.", "Statutory duties on {} are not met.", "The quality of {} falls.",
    "Families complain about {}.", "The contract for {} ends without another.", "Costs of {} exceed the budget.",
    "Inspection finds {} inadequate.",
)  # fmt: skip
CONSEQUENCES = (
    "Children wait longer and outcomes worsen.", "The council pays for places out of the county.",
    "The reputation of the directorate suffers.",
)  # fmt: skip


def _write(table: type[Table], rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            db.session.execute(insert(table), batch)
            batch = []
    if batch:
        db.session.execute(insert(table), batch)


def written(place: int, pattern: tuple[str, ...]) -> str:
    """A sentence for the risk at a place."""
    thing = RARE if place % RARE_EVERY == RARE_EVERY - 1 else THINGS[place % len(THINGS)]
    return pattern[place % len(pattern)].format(thing)


def fill_risks(count: int, first_id: int = 100_000) -> list[int]:
    """Add open risks with their assessments, spread over posts, divisions and RAGs; return their ids."""
    posts = db.session.scalars(select(Post.id).order_by(Post.id)).all()
    divisions = db.session.scalars(select(Division.id).order_by(Division.id)).all()
    ids = range(first_id, first_id + count)

    def risks() -> Iterator[dict[str, Any]]:
        for place, key in enumerate(ids):
            rag, likelihood, impact = rated(place)
            yield {
                "id": key,
                "register_id": 1,
                "reference_id": key,
                "title": f"Provision {place}: {written(place, EVENTS)}",
                "cause": written(place, CAUSES),
                "event": written(place + 1, EVENTS),
                "consequence": f"{CONSEQUENCES[place % len(CONSEQUENCES)]} Case {place}.",
                "objective": "",
                "category": "",
                "published_text": "",
                "status": "open",
                "owner_post_id": posts[place % len(posts)],
                "division_id": divisions[place % len(divisions)],
                "service_id": None,
                "own_rag": rag,
                "own_likelihood": likelihood,
                "own_impact": impact,
                "effective_rag": rag,
                "review_counted_from": TODAY,
                "revision": 1,
                "assumed": False,
                "source_line": "",
                "review_due_on": TODAY + timedelta(days=place % 200 - 20),
                "note": "",
                "recorded_at": NOW - timedelta(days=place % DAYS),
                "closed_on": None,
                "closing_reason": "",
            }

    _write(
        Reference,
        ({"id": key, "register_id": 1, "number": FIRST_NUMBER + key, "note": "", "source_line": ""} for key in ids),
    )
    _write(Risk, risks())
    _write(RiskVersion, (_first_version(risk) for risk in risks()))
    _write(Assessment, (_first_assessment(risk) for risk in risks()))
    return list(ids)


def rated(place: int) -> tuple[str, int | None, int | None]:
    """The rating of the risk at a place; every fourth is published without a score."""
    rag = RAGS[place % 3]
    return (rag, None, None) if place % 4 == 0 else (rag, *SCORES[rag])


def _first_assessment(risk: dict[str, Any]) -> dict[str, Any]:
    score = {"likelihood": risk["own_likelihood"], "impact": risk["own_impact"]}
    when = {"assessed_on": risk["recorded_at"].date(), "recorded_at": risk["recorded_at"]}
    known = {"risk_id": risk["id"], "kind": "current", "rag": risk["own_rag"], **score, **when}
    return {**known, "rationale": "", "person_id": None, "source_line": ""}


def _first_version(risk: dict[str, Any]) -> dict[str, Any]:
    kept = ("title", "cause", "event", "consequence", "status", "owner_post_id", "recorded_at")
    return {"risk_id": risk["id"], "version": 1, "person_id": None, **{name: risk[name] for name in kept}}


def fill_mitigations(risks: list[int]) -> None:
    """Give each risk a control, an action and an update of it, for searching: their texts are what counts."""
    post = db.session.scalars(select(Post.id).order_by(Post.id).limit(1)).one()
    person = db.session.scalars(select(Person.id).order_by(Person.id).limit(1)).one()
    said = {"assumed": False, "source_line": "", "note": "", "recorded_at": NOW}
    _write(Control, ({**said, "risk_id": key, "text": "Checked: " + written(key, CAUSES)} for key in risks))
    action = {**said, "owner_post_id": post, "first_due_on": TODAY, "due_on": TODAY, "status": "done", "progress": 100}
    _write(Action, ({**action, "id": key, "risk_id": key, "text": "End it: " + written(key, EVENTS)} for key in risks))
    update = {"status": "done", "progress": 100, "due_on": TODAY, "at": NOW, "person_id": person}
    _write(ActionUpdate, ({**update, "action_id": key, "text": "Done. " + written(key + 2, EVENTS)} for key in risks))


def fill_one_risk(risk_id: int, owner_post_id: int) -> list[int]:
    """Give one risk 10 actions, 10 links and 50 entries of history; return the ids of the actions."""
    ids = range(900_000, 900_010)
    _write(
        Action,
        (
            {
                "id": key,
                "risk_id": risk_id,
                "text": f"Do the thing {key}",
                "owner_post_id": owner_post_id,
                "first_due_on": date(2017, 8, 31),
                "due_on": date(2017, 8, 31),
                "status": "in progress",
                "progress": 10,
                "revision": 0,
                "assumed": False,
                "source_line": "",
                "note": "",
                "recorded_at": NOW,
            }
            for key in ids
        ),
    )
    about = {"reason": "It bears on it.", "heeds": "watch", "assumed": True, "source_line": "", "note": ""}
    indicators = db.session.scalars(select(Indicator.id).order_by(Indicator.id).limit(5)).all()
    contracts = db.session.scalars(select(Contract.id).order_by(Contract.id).limit(5)).all()
    for column, found in (("indicator_id", indicators), ("contract_id", contracts)):
        empty = {"indicator_id": None, "contract_id": None}
        _write(Link, ({**about, **empty, "risk_id": risk_id, column: key, "recorded_at": NOW} for key in found))
    _write(
        AuditEvent,
        (
            {
                "at": NOW,
                "person_id": None,
                "verb": "updated",
                "subject": f"risk:{risk_id}",
                "sentence": f"Entry {n}.",
                "risk_id": risk_id,
                "risk_revision": 1,
                "detail": {},
            }
            for n in range(50)
        ),
    )
    return list(ids)


def fill_indicators(risks: list[int], results_each: int, apart: timedelta = timedelta()) -> None:
    """Add an indicator, a link and judged results for each risk: one in a thousand slips in its last result.

    `apart`: how long after one result the next was published; at once when not given.
    """
    ids = range(1_000_000, 1_000_000 + len(risks))
    _write(
        Indicator,
        (
            {
                "id": key,
                "code": f"BULK-{key}",
                "service_group": "Bulk",
                "position": key,
                "name": f"Measure {key}",
                "unit": "percent",
                "decimals": 0,
                "polarity": "higher",
                "polarity_basis": "derived",
                "basis": "annual",
                "polarity_reason": "",
                "frequency_months": 12,
                "comment": "",
                "qpr": "",
                "qpr_line": "",
                "qpr_note": "",
                "source_line": "",
                "note": "",
            }
            for key in ids
        ),
    )
    link = {"contract_id": None, "reason": "It bears on it.", "heeds": "any", "assumed": True, "source_line": ""}
    _write(
        Link,
        (
            {**link, "risk_id": risk, "indicator_id": key, "note": "", "recorded_at": NOW}
            for risk, key in zip(risks, ids, strict=True)
        ),
    )
    _write(Result, _results(ids, results_each, apart))


def _results(ids: Iterable[int], each: int, apart: timedelta) -> Iterator[dict[str, Any]]:
    for key in ids:
        for step in range(each):
            last = step == each - 1
            at = NOW - (each - 1 - step) * apart
            red = last and key % 1000 == 0
            yield {
                "indicator_id": key,
                "period": f"Year {step}",
                "period_end": date(2006 + step, 12, 31),
                "target_year": 2006 + step,
                "basis": "annual",
                "value": Decimal(60 if red else 80),
                "printed": "",
                "status": "final",
                "opening": False,
                "revision": 1,
                "current": True,
                "reason": "",
                "rag": "RED" if red else "GREEN",
                "target_value": Decimal(78),
                "floor_value": Decimal("70.2"),
                "floor_assumed": True,
                "why": "",
                "direction": None,
                "policy_version": 1,
                "judged_at": None if red else at,
                "published_on": at.date(),
                "recorded_at": at,
                "person_id": None,
                "source_line": "",
                "note": "",
            }
