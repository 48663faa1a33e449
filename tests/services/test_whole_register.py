"""A whole register taken out as a workbook and taken in again where none is held: what is promised comes back."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import ActionStatus
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.models import Action, AuditEvent, Contract, Escalation, Link, LinkPast, Person, Post, Risk
from riskreg.queries.exports import export_rows
from riskreg.services import whole_register
from riskreg.services.actions import ActionChange, NewAction, add_action, update_action
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, assess_risk
from riskreg.services.controls import ControlText, add_control, end_control
from riskreg.services.exempting import mark_exempt
from riskreg.services.keeping import Response, close_risk, edit_risk, hand_over_risk, respond
from riskreg.services.merging import merge_risk
from riskreg.services.proposing import NewRisk, RiskText, propose_risk
from riskreg.services.restoring import preview_whole_register, take_in_whole_register
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.services.whole_register import COMES_BACK, whole_register_file
from tests import databases
from tests.factories import NOW, TODAY
from tests.services.taking_in import register_id

LATER = NOW + timedelta(days=2, hours=3, microseconds=4711)
NUMBERS = {"controls": {"control"}, "actions": {"action"}, "updates": {"action"}}
Rows = dict[str, list[dict[str, object]]]


def actor(name: str) -> Actor:
    """A person of the demonstration, with every role and post that the steps below need."""
    person = db.session.scalars(select(Person).where(Person.name == name)).one()
    posts = frozenset(db.session.scalars(select(Post.id)))
    return Actor(person.id, person.name, frozenset({Role.COORDINATOR, Role.RISK_OWNER, Role.ACTION_OWNER}), posts)


def risk(reference: str) -> Risk:
    return next(one for one in db.session.scalars(select(Risk)) if str(one.reference) == reference)


def work_on_it() -> None:
    """What a year does to a register, in a day: every table that the workbook promises gets rows."""
    who = actor("Risk Co-ordinator")
    one, two, three = risk("CYPE 01"), risk("CYPE 02"), risk("CYPE 03")
    text = RiskText("=1+1 is no title", "Cause,\nin two lines", "Event", "Follows", "Places", "Aim", one.division_id)
    edit_risk(who, one, text, "Worded better", one.revision, LATER)
    assess_risk(who, one, Rating(3, 4, "Looked at"), Rating(2, 2, "Aimed for"), one.revision, LATER)
    until = Response(ResponseKind.TOLERATE, "For now", day_of(LATER), date(2017, 5, 5))
    respond(who, one, until, one.revision, LATER)
    mark_exempt(who, one, one, 3, "Talks with a provider", one.revision, LATER)
    due = NewAction("Do it", one.owner_post_id, date(2017, 6, 1))
    action = add_action(who, one, due, one.revision, LATER)
    change = ActionChange("Half way", ActionStatus.IN_PROGRESS, 50, date(2017, 7, 1))
    update_action(who, action, change, action.revision, LATER)
    control = add_control(who, two, ControlText("In place", two.owner_post_id, "Audit", TODAY), two.revision, LATER)
    end_control(who, control, two, "It was ended", two.revision, LATER)
    complete_review(who, two, ReviewAnswers(True, False, True, False, "As it was"), two.revision, LATER)
    other = db.session.scalars(select(Post).where(Post.id != three.owner_post_id).join(Post.roles)).first()
    assert other is not None
    hand_over_risk(who, three, owner_other_than(three), "A new owner", three.revision, LATER)
    new = propose_risk(who, 1, NewRisk(text, one.owner_post_id, Rating(1, 2, "Small")), LATER)
    propose_risk(who, 1, NewRisk(text, one.owner_post_id, Rating(5, 5, "Great"), draft=True), LATER)
    assert str(new.reference) == "CYPE 24"
    link = db.session.scalars(select(Link).where(Link.contract_id.is_not(None))).first()
    assert link is not None
    link.from_on, link.until_on, link.person_id = TODAY, date(2018, 1, 1), who.person_id
    db.session.add(
        LinkPast(
            risk_id=link.risk_id, contract_id=link.contract_id, reason="Was so", heeds="red", ended_on=TODAY,
            ended_at=LATER, ended_why="Reworded", person_id=who.person_id,
        )
    )  # fmt: skip
    leave(who)


def leave(who: Actor) -> None:
    """One risk is closed and one merged, each that is not before DMT."""
    escalated = set(db.session.scalars(select(Escalation.risk_id)))
    free = [one for one in db.session.scalars(select(Risk).where(Risk.status == "open")) if one.id not in escalated]
    first, second, into = [one for one in free if not str(one.reference).endswith(("01", "02", "03"))][:3]
    for one in db.session.scalars(select(Action).where(Action.risk_id == first.id)):
        update_action(who, one, ActionChange("Done", ActionStatus.DONE, 100, one.due_on), one.revision, LATER)
    close_risk(who, first, "It is over", first.revision, LATER)
    merge_risk(who, second, into, "The same", second.revision, LATER)
    db.session.commit()


def owner_other_than(one: Risk) -> int:
    owning = select(Risk.owner_post_id).where(Risk.owner_post_id != one.owner_post_id).limit(1)
    return db.session.scalars(owning).one()


def rows() -> Rows:
    """Every sheet that is promised, as it comes out."""
    return {
        export.name: [dict(zip(export.header, map(str, row), strict=True)) for row in export_rows(export)]
        for export in COMES_BACK
    }


@pytest.fixture(scope="session")
def taken_out(backend: databases.Backend) -> tuple[bytes, Rows]:
    """The plan's register after some work, as a workbook and as rows."""
    with contextmanager(backend.application)("plan"):
        work_on_it()
        return whole_register_file(), rows()


def without(name: str, row: dict[str, object]) -> dict[str, object]:
    return {column: value for column, value in row.items() if column not in NUMBERS.get(name, ())}


def test_what_is_promised_comes_back_cell_by_cell(bare: Flask, taken_out: tuple[bytes, Rows]) -> None:
    content, before = taken_out
    assert all(before[name] for name in before), [name for name in before if not before[name]]
    take_in_whole_register(actor("Risk Co-ordinator"), register_id(), read_workbook(content, "all.xlsx"), LATER)
    db.session.commit()
    after = rows()
    for name, held in before.items():
        assert [without(name, row) for row in after[name]] == [without(name, row) for row in shorn(held)], name


def shorn(held: list[dict[str, object]]) -> list[dict[str, object]]:
    """Moments are kept to the second, as the files write them."""
    return [
        {column: str(value).replace(".004711", "") if "." in str(value) else value for column, value in row.items()}
        for row in held
    ]


def test_what_stood_before_dmt_stands_there_again(bare: Flask, taken_out: tuple[bytes, Rows]) -> None:
    content, before = taken_out
    take_in_whole_register(actor("Risk Co-ordinator"), register_id(), read_workbook(content, "all.xlsx"), NOW)
    after = rows()
    there = [{str(row["reference"]) for row in held["risks"] if row["escalation"]} for held in (before, after)]
    assert there[0] == there[1] != set()


def test_each_risk_says_where_it_came_from(bare: Flask, taken_out: tuple[bytes, Rows]) -> None:
    take_in_whole_register(actor("Risk Co-ordinator"), register_id(), read_workbook(taken_out[0], "all.xlsx"), NOW)
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "imported", AuditEvent.subject.startswith("risk:"))
    )
    said = [one.sentence for one in events]
    assert len(said) == len(taken_out[1]["risks"])
    assert said[0] == "CYPE 01 was taken in with its history from “all.xlsx”, row 2."


def test_the_preview_is_the_import_and_leaves_nothing(bare: Flask, taken_out: tuple[bytes, Rows]) -> None:
    who, book = actor("Risk Co-ordinator"), read_workbook(taken_out[0], "all.xlsx")
    seen = preview_whole_register(who, register_id(), book, NOW)
    assert db.session.scalar(select(func.count()).select_from(Risk)) == 0
    assert dict(seen.counts)["risks"] == len(taken_out[1]["risks"])
    with pytest.raises(ChangedMeanwhile):
        take_in_whole_register(who, register_id(), book, NOW, shown="other")
    db.session.rollback()
    assert take_in_whole_register(who, register_id(), book, NOW, shown=seen.digest) == seen


def test_a_sheet_with_too_many_rows_is_refused(
    bare: Flask, taken_out: tuple[bytes, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_register, "MOST_RISKS", 3)
    with pytest.raises(BrokenTable, match="risks: the sheet has 15 rows; 3 are the most"):
        take_in_whole_register(actor("Risk Co-ordinator"), register_id(), read_workbook(taken_out[0], "all.xlsx"), NOW)


def test_it_is_refused_where_risks_are_held(plan_app: Flask) -> None:
    book = read_workbook(whole_register_file(), "all.xlsx")
    with pytest.raises(RuleBroken, match="Risks are held already"):
        take_in_whole_register(actor("Risk Co-ordinator"), register_id(), book, NOW)


def test_only_who_keeps_the_register_may(plan_app: Flask) -> None:
    nobody = Actor(1, "Somebody", frozenset({Role.RISK_OWNER}), frozenset())
    with pytest.raises(NotPermitted):
        take_in_whole_register(nobody, register_id(), read_workbook(whole_register_file(), "all.xlsx"), NOW)


@pytest.mark.parametrize(
    ("sheet", "place", "value", "said"),
    [
        ("risks", "B3", None, "risks, row 3, column B (title): the cell is empty."),
        ("risks", "C2", "gone", "risks, row 2, column C (status): “gone” is not draft"),
        ("risks", "M2", "Nobody's post", "there is no post “Nobody's post”."),
        ("risks", "A3", "CYPE 01", "“CYPE 01” is there twice."),
        ("actions", "B2", "CYPE 99", "there is no risk in the sheet “risks” with the reference “CYPE 99”."),
        ("assessments", "C2", 7, "assessments, row 2, column C (likelihood): “7” is not a whole number from 1 to 5."),
        ("reviews", "E2", "A stranger", "there is no person called “A stranger”."),
        ("links", "D2", "KPI-9999", "“KPI-9999”."),
        ("controls", "D1", "words", "the column is missing."),
        ("versions", "B3", 1, "contradicts itself"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_taken_in(
    bare: Flask, taken_out: tuple[bytes, Rows], sheet: str, place: str, value: object, said: str
) -> None:
    changed = openpyxl.load_workbook(BytesIO(taken_out[0]))
    changed[sheet][place] = value
    content = BytesIO()
    changed.save(content)
    with pytest.raises((BrokenTable, RuleBroken)) as refused:
        take_in_whole_register(
            actor("Risk Co-ordinator"), register_id(), read_workbook(content.getvalue(), "all.xlsx"), NOW
        )
    assert said in str(refused.value)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Risk)) == 0
    assert db.session.scalar(select(func.count()).select_from(Contract)) == 122
