"""The rows that the lines of a whole register stand for, and what the lines may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select

from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.sentences import written_reference
from riskreg.exchange.tables import Problem, quoted
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    Contract,
    Control,
    Division,
    Indicator,
    Link,
    LinkPast,
    Person,
    Post,
    Reference,
    Register,
    Result,
    ResultComment,
    Review,
    Risk,
    RiskResponse,
    RiskVersion,
    Service,
)
from riskreg.queries.policies import versions_of
from riskreg.services.proposing import TEXTS
from riskreg.services.whole_register import SheetLine

WRITTEN = re.compile(r"(?P<prefix>.+) (?P<number>[0-9]{1,9})")
WRITTEN_OF_RISK = (*TEXTS, "status")
T = TypeVar("T")


@dataclass(slots=True)
class Known:
    """What the lines may name, by its words; None for a name that two go by. What is wrong with them is gathered."""

    registers: Mapping[str, int | None]
    posts: Mapping[str, int | None]
    people: Mapping[str, int | None]
    divisions: Mapping[str, int | None]
    services: Mapping[tuple[int | None, str], int | None]
    indicators: dict[str, int | None]
    contracts: dict[str, int | None]
    versions: Collection[int]
    references: dict[str, Reference] = field(default_factory=dict)
    risks: dict[str, Risk] = field(default_factory=dict)
    actions: dict[int, Action] = field(default_factory=dict)
    results: dict[tuple[Any, ...], Result] = field(default_factory=dict)
    comments: list[tuple[ResultComment, Result]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def one(self, line: SheetLine, column: str, among: Mapping[Any, T | None], kind: str, key: Any = None) -> T | None:
        """Return what a cell names, None for an empty one; a name that nothing or two go by becomes a problem."""
        said = line[column]
        if said in (None, ""):
            return None
        wanted = said if key is None else key
        found = among.get(wanted)
        if found is None:
            two = wanted in among
            self.wrong(line, column, f"{'two go by' if two else 'there is no'} {kind} {quoted(said)}.")
        return found

    def wrong(self, line: SheetLine, column: str, message: str) -> None:
        """Gather a problem."""
        self.problems.append(line.problem(column, message))


def what_is_known(register_id: int) -> Known:
    """Return what the database holds for lines to name, by eight queries; of the policy it is that of the register."""

    def named(*columns: Any) -> dict[Any, int | None]:
        found: dict[Any, int | None] = {}
        for row_id, *key in db.session.execute(select(*columns)):
            name = key[0] if len(key) == 1 else tuple(key)
            found[name] = None if name in found else row_id
        return found

    return Known(
        registers=named(Register.id, Register.prefix),
        posts=named(Post.id, Post.title),
        people=named(Person.id, Person.name),
        divisions=named(Division.id, Division.name),
        services=named(Service.id, Service.division_id, Service.name),
        indicators=named(Indicator.id, Indicator.code),
        contracts=named(Contract.id, Contract.code),
        versions=versions_of(register_id),
    )


def add_references(lines: Iterable[SheetLine], known: Known) -> None:
    """Make the references that were never given here; those that the register holds already stay as they are."""
    prefixes = {row_id: prefix for prefix, row_id in known.registers.items()}
    known.references |= {
        written_reference(prefixes[row.register_id], row.number): row for row in db.session.scalars(select(Reference))
    }
    seen: set[str] = set()
    for line in lines:
        said = line["reference"]
        found = WRITTEN.fullmatch(said)
        if found is None or said in seen:
            known.wrong(line, "reference", f"{quoted(said)} {'is there twice' if found else 'is no reference'}.")
            continue
        seen.add(said)
        register_id = known.one(line, "reference", known.registers, "register for", found["prefix"])
        if register_id and said not in known.references:
            known.references[said] = Reference(
                register_id=register_id, number=int(found["number"]), note=line["note"], source_line=line["line"]
            )


def add_risk(line: SheetLine, rated: Mapping[str, SheetLine], known: Known) -> None:
    """Make a risk; `rated` has the line of the present assessment of each. Merging and escalations come later."""
    said = line["reference"]
    reference = known.one(line, "reference", known.references, "line in the sheet “references” for")
    division_id = known.one(line, "division", known.divisions, "division")
    service_id = known.one(
        line, "service", known.services, "service in that division called", (division_id, line["service"])
    )
    owner_id = known.one(line, "owner", known.posts, "post")
    if said in known.risks:
        known.wrong(line, "reference", f"{quoted(said)} is there twice.")
    if said not in rated:
        known.wrong(line, "reference", f"{quoted(said)} has no current rating in the sheet “assessments”.")
    if (line["status"] == RiskStatus.MERGED) != bool(line["merged_into"]):
        known.wrong(line, "merged_into", "a merged risk names the risk it was merged into, and no other does.")
    if known.problems or reference is None:
        return
    now_rated = rated[said]
    known.risks[said] = Risk(
        register_id=reference.register_id,
        reference=reference,
        **{name: line[name] for name in WRITTEN_OF_RISK},
        **{name: line[name] for name in ("review_due_on", "review_counted_from", "closed_on", "closing_reason")},
        **{name: line[name] for name in ("assumed", "note", "recorded_at")},
        published_text=line["printed"],
        source_line=line["line"],
        exempt_why=line["exempt"],
        owner_post_id=owner_id,
        division_id=division_id,
        service_id=service_id,
        own_rag=now_rated["rag"],
        own_likelihood=now_rated["likelihood"],
        own_impact=now_rated["impact"],
        effective_rag=now_rated["rag"],
    )


def merge_risks(lines: Iterable[SheetLine], known: Known) -> None:
    """Say of each merged risk into which one it went."""
    for line in lines:
        into = known.one(line, "merged_into", known.risks, "risk in this sheet with the reference")
        if into is not None:
            known.risks[line["reference"]].merged_into = into


Maker = Callable[[SheetLine, Risk, Known], Any]


def _version(line: SheetLine, risk: Risk, known: Known) -> RiskVersion:
    return RiskVersion(
        risk_id=risk.id,
        version=line["version"],
        **{name: line[name] for name in WRITTEN_OF_RISK},
        owner_post_id=known.one(line, "owner", known.posts, "post"),
        change_reason=line["why"],
        recorded_at=line["recorded_at"],
        person_id=named_by(line, known),
    )


def named_by(line: SheetLine, known: Known, column: str = "by") -> int | None:
    """Return who did it; None where the cell is empty, which is the register itself."""
    return known.one(line, column, known.people, "person called")


def _assessment(line: SheetLine, risk: Risk, known: Known) -> Assessment:
    if (line["likelihood"] is None) != (line["impact"] is None):
        known.wrong(line, "impact", "likelihood and impact are given together, or neither.")
    return Assessment(
        risk_id=risk.id,
        **{name: line[name] for name in ("kind", "likelihood", "impact", "rag", "rationale", "assessed_on")},
        recorded_at=line["recorded_at"],
        source_line=line["line"],
        person_id=named_by(line, known),
    )


def _response(line: SheetLine, risk: Risk, known: Known) -> RiskResponse:
    if (line["kind"] == "tolerate") != (line["until_on"] is not None):
        known.wrong(line, "until_on", "a risk that is tolerated has a date, and no other has.")
    return RiskResponse(
        risk_id=risk.id,
        **{name: line[name] for name in ("kind", "until_on", "reason", "decided_on", "recorded_at")},
        person_id=named_by(line, known),
    )


def _control(line: SheetLine, risk: Risk, known: Known) -> Control:
    if (line["ended_on"] is None) != (not line["ended_why"]):
        known.wrong(line, "ended_why", "a control that ended says when and why.")
    return Control(
        risk_id=risk.id,
        **{name: line[name] for name in ("text", "assurance", "last_tested_on", "ended_on", "ended_why")},
        **{name: line[name] for name in ("assumed", "note", "recorded_at")},
        owner_post_id=known.one(line, "owner", known.posts, "post"),
        exempt_why=line["exempt"],
        source_line=line["line"],
    )


def _action(line: SheetLine, risk: Risk, known: Known) -> Action:
    if line["action"] in known.actions:
        known.wrong(line, "action", f"the number {line['action']} is there twice.")
    made = Action(
        risk_id=risk.id,
        **{name: line[name] for name in ("text", "first_due_on", "due_on", "status", "progress")},
        **{name: line[name] for name in ("assumed", "note", "recorded_at")},
        owner_post_id=known.one(line, "owner", known.posts, "post"),
        exempt_why=line["exempt"],
        source_line=line["line"],
    )
    known.actions[line["action"]] = made
    return made


def _update(line: SheetLine, _risk: Risk, known: Known) -> ActionUpdate:
    action = known.one(line, "action", known.actions, "action in the sheet “actions” with the number")
    return ActionUpdate(
        action_id=action.id if action else None,
        **{name: line[name] for name in ("text", "status", "progress", "due_on", "at")},
        person_id=named_by(line, known),
    )


def _subject(line: SheetLine, known: Known) -> dict[str, int | None]:
    kind = line["kind"]
    among = known.indicators if kind == "indicator" else known.contracts
    return {f"{kind}_id": known.one(line, "code", among, kind)}


def _link(line: SheetLine, risk: Risk, known: Known) -> Link:
    return Link(
        risk_id=risk.id,
        **_subject(line, known),
        **{name: line[name] for name in ("reason", "heeds", "assumed", "note", "recorded_at", "from_on", "until_on")},
        source_line=line["line"],
        person_id=named_by(line, known),
    )


def _past_link(line: SheetLine, risk: Risk, known: Known) -> LinkPast:
    return LinkPast(
        risk_id=risk.id,
        **_subject(line, known),
        **{name: line[name] for name in ("reason", "heeds", "from_on", "ended_on", "ended_why", "ended_at")},
        person_id=named_by(line, known),
    )


def _review(line: SheetLine, risk: Risk, known: Known) -> Review:
    return Review(
        risk_id=risk.id,
        **{name: line[name] for name in ("due_on", "done_on", "still_right", "controls_work", "actions_on_track")},
        **{name: line[name] for name in ("changed", "escalate", "note", "recorded_at")},
        person_id=named_by(line, known, "done_by"),
        post_id=known.one(line, "post", known.posts, "post"),
    )


UNDER_RISKS: dict[str, Maker] = {
    "versions": _version,
    "assessments": _assessment,
    "responses": _response,
    "controls": _control,
    "actions": _action,
    "updates": _update,
    "links": _link,
    "past-links": _past_link,
    "reviews": _review,
}
"""What makes the rows of each sheet under the risks, in an order in which each finds what it names."""
