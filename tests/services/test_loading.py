"""Loading a plan: whole or not at all, and only what is missing."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.exchange.plan_checks import prefix_of_plan
from riskreg.exchange.plan_files import read_plan
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import Table, db
from riskreg.models import (
    Action,
    Assessment,
    AuditEvent,
    Contract,
    Control,
    Division,
    Holding,
    Indicator,
    Link,
    Person,
    PolicyVersion,
    Post,
    Reference,
    Register,
    Result,
    Risk,
    RiskVersion,
    TargetRow,
)
from riskreg.services import loading
from riskreg.services.judging import judge_indicator
from riskreg.services.loading import SHIPPED_PLAN, load_plan
from riskreg.services.loading_report import LoadReport

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
TODAY = date(2017, 4, 3)
Edit = Callable[[list[dict[str, str]]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped plan that a test may spoil."""
    return Path(shutil.copytree(SHIPPED_PLAN, tmp_path / "plan"))


def edit(folder: Path, name: str, change: Edit) -> None:
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    header = list(rows[0])
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)


def load(folder: Path = SHIPPED_PLAN, now: datetime = NOW, *, demonstration: bool = False) -> LoadReport:
    return load_plan(folder, now, demonstration=demonstration)


def contents() -> dict[str, list[Any]]:
    """Every row of every table, as the database has it."""
    db.session.flush()
    return {table.name: list(db.session.execute(table.select())) for table in Table.metadata.sorted_tables}


def one(model: type[Any], **named: object) -> Any:
    return db.session.scalars(select(model).filter_by(**named)).one()


def risk(number: int) -> Risk:
    return db.session.scalars(select(Risk).join(Risk.reference).where(Reference.number == number)).one()


def test_the_shipped_plan_is_loaded_whole(app: Flask) -> None:
    report = load()
    counted = {
        "register": Register,
        "policy": PolicyVersion,
        "division": Division,
        "post": Post,
        "risk": Risk,
        "indicator": Indicator,
        "target": TargetRow,
        "result": Result,
        "contract": Contract,
        "link": Link,
        "control": Control,
        "action": Action,
    }
    for kind, model in counted.items():
        assert report.added[kind] == db.session.scalar(select(func.count()).select_from(model)), kind
    assert str(report).startswith(
        "Loaded 2 registers, 1 policy, 5 divisions, 16 services, 26 posts, 10 used references, "
    )
    assert "13 risks, 110 indicators, 550 targets, 110 national figures, " in str(report)


def test_loading_twice_changes_nothing(app: Flask) -> None:
    load(demonstration=True)
    before = contents()
    report = load(now=datetime(2018, 1, 1, tzinfo=UTC), demonstration=True)
    assert contents() == before
    assert str(report).startswith("2 registers, 1 policy, ")
    assert str(report).endswith(" and 27 demonstration people; nothing new.")
    assert not report.anything_new


def test_a_database_loaded_before_gets_the_corporate_register_and_says_so_once(app: Flask, folder: Path) -> None:
    """As it was loaded when the plan's tables had no corporate register."""
    edit(folder, "registers", lambda rows: (rows.pop(), rows[0].update(parent="")))
    edit(folder, "posts", lambda rows: rows.pop())
    load(folder, demonstration=True)
    assert db.session.scalars(select(Register.prefix)).all() == ["CYPE"]
    assert str(load(demonstration=True)).startswith("Loaded 1 register, 1 post and 1 demonstration person. The other ")
    own, above = one(Register, prefix="CYPE"), one(Register, prefix="CRR")
    assert (own.parent_id, above.parent_id, above.policies) == (above.id, None, [])
    post = one(Post, code="corporate-risk-manager")
    assert ([role.role for role in post.roles], post.division_id) == (["corporate_coordinator"], None)
    assert (post.assumed, post.source_line) == (True, "783")
    assert [holding.person.name for holding in post.holdings] == ["Corporate Risk Manager"]
    assert not load(demonstration=True).anything_new


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[0].update(parent="XYZ"), "“XYZ” is not a register of registers.csv."),
        (lambda rows: rows[1].update(parent="CYPE"), "has a parent and is a parent"),
        (lambda rows: rows[0].update(parent="CYPE"), "has a parent and is a parent"),
        (lambda rows: rows.pop(0), "the register CYPE of risks.csv is missing."),
    ],
)
def test_registers_that_contradict_each_other_are_refused(app: Flask, folder: Path, change: Edit, said: str) -> None:
    edit(folder, "registers", change)
    with pytest.raises(BrokenTable, match=re.escape(said)):
        load(folder)
    assert db.session.scalar(select(func.count()).select_from(Register)) == 0


def test_what_people_changed_since_stays_theirs(app: Flask) -> None:
    load()
    changed = risk(1)
    changed.title, changed.own_rag = "Renamed", "GREEN"
    one(Indicator, code="EY-05").name = "Renamed as well"
    one(Result, printed="70% in December 2016").value = Decimal(71)
    before = contents()
    assert not load().anything_new
    assert contents() == before


def test_only_what_is_missing_is_added(app: Flask) -> None:
    load()
    db.session.delete(one(Link, reason="Counts the schools in a category, which is what this risk fears."))
    db.session.flush()
    report = load()
    assert str(report).startswith("Loaded 1 link. The other ")
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.verb, event.detail, event.person_id) == ("plan loaded", {"added": {"link": 1}}, None)


def test_a_risk_is_entered_as_published_and_its_history_begins(app: Flask) -> None:
    load()
    row = risk(3)
    assert (row.status, row.own_rag, row.effective_rag, row.revision) == ("open", "AMBER", "AMBER", 1)
    assert (row.review_counted_from, row.review_due_on) == (TODAY, date(2017, 7, 3))
    assert row.published_text.startswith("CYPE 03 ")
    assert row.owner_post.code == "head-of-sen-assessment-and-placement"
    assert row.service is not None
    assert row.service.division_id == row.division_id
    judged = one(Assessment, risk_id=row.id)
    assert (judged.kind, judged.rag, judged.likelihood, judged.impact) == ("current", "AMBER", None, None)
    assert (judged.rationale, judged.source_line) == ("As published in the Business Plan 2017-18.", "761")
    assert one(RiskVersion, risk_id=row.id).version == 1
    event = one(AuditEvent, risk_id=row.id)
    assert (event.sentence, event.risk_revision) == ("CYPE 03 was entered from the plan, line 761.", 1)
    assert risk(2).review_due_on == date(2017, 5, 3)


def test_references_that_were_used_before_are_never_free(app: Flask) -> None:
    load()
    numbers = list(db.session.scalars(select(Reference.number).order_by(Reference.number)))
    assert numbers == list(range(1, 24))
    held = set(db.session.scalars(select(Reference.number).join(Risk)))
    assert set(numbers) - held == {4, 9, *range(11, 18), 21}
    assert one(Reference, number=11).note.startswith("Not among the risks printed")


def test_results_wait_to_be_judged_and_can_be(app: Flask) -> None:
    load()
    assert set(db.session.scalars(select(Result.judged_at))) == {None}
    assert set(db.session.scalars(select(Result.published_on))) == {TODAY}
    policy = one(PolicyVersion, version=1)
    assert policy.valid_from == date(2017, 4, 1)
    judged = judge_indicator(one(Indicator, code="EY-05"), policy.as_policy(), NOW)
    assert [(row.opening, row.rag) for row in judged] == [(True, "GREEN"), (False, "RED")]


def test_a_policy_is_never_older_than_a_load_before_its_year(app: Flask) -> None:
    load(now=datetime(2017, 3, 1, 12, tzinfo=UTC))
    assert one(PolicyVersion, version=1).valid_from == date(2017, 3, 1)


def test_a_contract_keeps_its_words_and_says_whether_its_provider_is_known(app: Flask) -> None:
    load()
    row = one(Contract, code="EXT-07")
    assert (row.end_printed, row.end, row.review, row.value_total) == (
        "July 2017",
        "2017-07",
        "2017-04",
        Decimal(40000),
    )
    assert (row.start, row.needed_from, row.source_line) == ("", "", "1066")
    open_ended = one(Contract, code="EXT-03")
    assert (open_ended.end_printed, open_ended.end, open_ended.review) == ("Open ended", "", "")
    assert list(db.session.scalars(select(Contract.code).where(Contract.rolling))) == ["EXT-03"]
    extended = select(Contract.code, Contract.extensions, Contract.extension_months).where(Contract.extensions > 0)
    assert db.session.execute(extended).all() == [("COM-13", 1, 25)]  # 30 April 2018, and “until May 2020”
    unknown = db.session.scalars(select(Contract.code).where(~Contract.provider_known).order_by(Contract.code))
    assert list(unknown) == ["EXT-24", "EXT-43"]
    positions = db.session.scalars(select(Contract.position).order_by(Contract.position))
    assert list(positions) == list(range(1, 123))


def test_an_action_starts_from_its_first_date(app: Flask) -> None:
    load()
    for action in db.session.scalars(select(Action)):
        assert (action.first_due_on, action.status, action.progress) == (action.due_on, "not started", 0)


def test_posts_bring_roles_and_answer_to_posts(app: Flask) -> None:
    load()
    post = one(Post, code="head-of-fair-access")
    assert {row.role for row in post.roles} == {Role.RISK_OWNER, Role.ACTION_OWNER, Role.CONTRACT_MANAGER}
    assert post.line_post is not None
    assert post.line_post.code == "director-planning-and-access"
    assert one(Post, code="corporate-director").line_post is None


def test_without_the_demonstration_nobody_gets_an_account(app: Flask) -> None:
    load()
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_demonstration_has_a_person_for_each_post_and_one_deputy(app: Flask) -> None:
    load(demonstration=True)
    people = list(db.session.scalars(select(Person)))
    assert {(person.demonstration, person.password_hash) for person in people} == {(True, None)}
    titles = set(db.session.scalars(select(Post.title)))
    assert {person.name for person in people} == {*titles, "Deputy Head of School Improvement"}
    assert one(Person, name="Head of Fair Access").email == "head-of-fair-access@kent.example"
    holdings = list(db.session.scalars(select(Holding)))
    assert len(holdings) == 27
    assert {holding.from_on for holding in holdings} == {TODAY.replace(month=1, day=1)}
    assert [holding.person.name for holding in holdings if holding.deputy] == ["Deputy Head of School Improvement"]
    named = {row.manager_printed for row in read_plan(SHIPPED_PLAN).contracts} - {""}
    assert not named & {person.name for person in people}


def test_a_post_that_somebody_holds_stays_theirs(app: Flask) -> None:
    load()
    holder = Person(name="Someone", email="someone@kent.example", password_hash=None)
    db.session.add(holder)
    db.session.flush()
    post = one(Post, code="auditor")
    db.session.add(Holding(post_id=post.id, person_id=holder.id, from_on=TODAY))
    load(demonstration=True)
    assert [held.person.name for held in db.session.scalars(select(Holding).filter_by(post_id=post.id))] == ["Someone"]


def test_a_crash_in_the_middle_leaves_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(loading, "load_links", crash)
    with pytest.raises(RuntimeError, match="the power went"):
        load()
    db.session.remove()
    assert all(rows == [] for name, rows in contents().items() if name != "alembic_version")
    monkeypatch.undo()
    assert load().anything_new


def last(rows: list[dict[str, str]], **values: str) -> None:
    rows[-1] |= values


BROKEN: list[tuple[str, Edit, str]] = [
    (
        "services",
        lambda rows: last(rows, division="Nowhere"),
        "row 17, column division: “Nowhere” is not a division of",
    ),
    ("posts", lambda rows: last(rows, division="Nowhere"), "row 27, column division: “Nowhere” is not a division of"),
    ("posts", lambda rows: last(rows, line_manager="nobody"), "row 27, column line_manager: “nobody” is not a post of"),
    (
        "posts",
        lambda rows: last(rows, line_manager="corporate-risk-manager"),
        "row 27, column line_manager: “corporate-risk-manager” comes",
    ),
    ("posts", lambda rows: last(rows, roles="king"), "row 27, column roles: “king” is not risk_owner, action_owner,"),
    ("risks", lambda rows: last(rows, reference="CYPE 24"), ": “CYPE 23” is neither a risk of risks.csv nor a used"),
    (
        "risks",
        lambda rows: last(rows, reference="CYPE 04"),
        "row 2, column reference: “CYPE 04” is in risks.csv, row 14,",
    ),
    (
        "risks",
        lambda rows: last(rows, reference="XX 23"),
        "row 14, column reference: “XX 23” is not a reference of the",
    ),
    (
        "risks",
        lambda rows: last(rows, reference="CYPE 00"),
        "row 14, column reference: “CYPE 00” is not a reference of",
    ),
    ("risks", lambda rows: last(rows, rag="PURPLE"), "row 14, column rag: “PURPLE” is not RED, AMBER or GREEN."),
    ("risks", lambda rows: last(rows, owner_post="nobody"), "row 14, column owner_post: “nobody” is not a post of"),
    ("risks", lambda rows: last(rows, service="EduKen"), "row 14, column service: “EduKen” is not a service of"),
    (
        "risks",
        lambda rows: rows.append(rows[-1]),
        "row 15, column reference: reference “CYPE 23” is in row 14 already.",
    ),
    (
        "indicators",
        lambda rows: last(rows, polarity="up"),
        "row 111, column polarity: “up” is not higher, lower or close.",
    ),
    ("indicators", lambda rows: last(rows, code="EH-99"), ": “EH-26” is not an indicator of indicators.csv."),
    ("targets", lambda rows: last(rows, value="many"), "row 551, column value: “many” is not a figure such as"),
    (
        "targets",
        lambda rows: last(rows, kind="up", value="7"),
        "row 551, column value: a target of the kind up holds no",
    ),
    (
        "targets",
        lambda rows: last(rows, value=""),
        "row 551, column value: a target of the kind figure needs a figure.",
    ),
    (
        "results",
        lambda rows: last(rows, period_end="2017-02-30"),
        "row 117, column period_end: “2017-02-30” is a date that",
    ),
    ("results", lambda rows: rows.append(rows[-1]), "row 118: indicator “SK-05” and basis “rolling three months” and"),
    ("contracts", lambda rows: last(rows, end="soon"), "row 123, column end: “soon” is not a date such as"),
    ("contracts", lambda rows: last(rows, rolling="yes", end="2018"), "row 123, column rolling: it has an end: what"),
    (
        "contracts",
        lambda rows: last(rows, owner_post="nobody"),
        "row 123, column owner_post: “nobody” is not a post of",
    ),
    ("links", lambda rows: last(rows, risk="CYPE 04"), "row 76, column risk: “CYPE 04” is not a risk of risks.csv."),
    (
        "links",
        lambda rows: last(rows, indicator="X", contract=""),
        "row 76, column indicator: “X” is not an indicator of",
    ),
    ("links", lambda rows: last(rows, indicator="", contract="X"), "row 76, column contract: “X” is not a contract of"),
    (
        "links",
        lambda rows: last(rows, indicator="", contract=""),
        "row 76, column indicator: a link needs an indicator or",
    ),
    (
        "links",
        lambda rows: rows.append(rows[0]),
        "row 77: risk “CYPE 01” and indicator “SI-21” are together in row 2 already.",
    ),
    ("mitigations", lambda rows: last(rows, due=""), "row 40, column due: the cell is empty; an action needs it."),
    (
        "mitigations",
        lambda rows: last(rows, kind="control"),
        "row 40, column due: a control is in place and has no date.",
    ),
    ("mitigations", lambda rows: last(rows, text="x" * 20_000), "row 40, column text: the text has 20,000 characters;"),
]


@pytest.mark.parametrize(("name", "change", "said"), BROKEN)
def test_a_broken_plan_is_refused_with_file_row_and_column(folder: Path, name: str, change: Edit, said: str) -> None:
    edit(folder, name, change)
    with pytest.raises(BrokenTable) as broken:
        read_plan(folder)
    assert said in str(broken.value)


def without_risks(folder: Path) -> None:
    for name in ("risks", "used_references", "links", "mitigations"):
        edit(folder, name, lambda rows: rows.clear())


def test_a_plan_without_risks_is_loaded_so_that_a_register_can_be_taken_in(app: Flask, folder: Path) -> None:
    without_risks(folder)
    load(folder)
    assert one(PolicyVersion, version=1).register_id == one(Register, prefix="CYPE").id
    assert db.session.scalars(select(Risk)).all() == []


def test_a_plan_without_risks_says_by_its_registers_whose_it_is(folder: Path) -> None:
    without_risks(folder)
    assert prefix_of_plan(read_plan(folder)) == "CYPE"
    edit(folder, "registers", lambda rows: rows[0].update(parent=""))
    with pytest.raises(BrokenTable, match="does not say by one register whose risks"):
        read_plan(folder)


def test_nothing_of_a_broken_plan_is_loaded(app: Flask, folder: Path) -> None:
    edit(folder, "mitigations", lambda rows: last(rows, due="soon"))
    edit(folder, "risks", lambda rows: last(rows, rag=""))
    (folder / "links.csv").unlink()
    with pytest.raises(BrokenTable) as broken:
        load(folder)
    assert str(broken.value).splitlines() == [
        "risks.csv, row 14, column rag: the cell is empty.",
        "links.csv: the file is missing.",
        "mitigations.csv, row 40, column due: “soon” is not a date such as 2017-04-03.",
    ]
    assert all(rows == [] for rows in contents().values())


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("", "policy.json: the file is not JSON ("),
        ("[1]", "policy.json: the file does not hold one object of rules."),
        ("{}", "policy.json: policy rules missing or unknown: amber_from_score, "),
        (("8,", '"many",'), "policy.json: a rule holds words where a figure is needed."),
        (("8,", "8.5,"), "policy.json: the rule amber_from_score holds “8.5”, which is not what it needs."),
        (("8,", "true,"), "policy.json: the rule amber_from_score holds “True”, which is not what it needs."),
        (('"0.10"', "0.1"), "policy.json: the rule floor_share holds “0.1”, which is not what it needs."),
        (('"0.10"', '"NaN"'), "policy.json: the rule floor_share holds “NaN”, which is not what it needs."),
        (("[14, 3, 0]", "14"), "policy.json: the rule reminder_days_before holds “14”, which is not what it needs."),
        (
            ('"late_review_told_first": ["line director"]', '"late_review_told_first": ["the mayor"]'),
            "policy.json: policy rule late_review_told_first does not list some of line director, co-ordinator, DMT: ",
        ),
        (
            ('"new_contract_link_heeds": "any"', '"new_contract_link_heeds": "red"'),
            "policy.json: policy rule new_contract_link_heeds is none of any, watch: red.",
        ),
    ],
)
def test_a_broken_policy_is_refused(folder: Path, rules: str | tuple[str, str], said: str) -> None:
    path = folder / "policy.json"
    text = path.read_text(encoding="utf-8").replace(*rules, 1) if isinstance(rules, tuple) else rules
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BrokenTable) as broken:
        read_plan(folder)
    assert str(broken.value).startswith(said)


def test_a_policy_may_tell_nobody_besides_the_owner(folder: Path) -> None:
    path = folder / "policy.json"
    text = path.read_text(encoding="utf-8").replace(
        '"late_action_told_first": ["line director"]', '"late_action_told_first": []'
    )
    path.write_text(text, encoding="utf-8")
    assert read_plan(folder).rules["late_action_told_first"] == []


def test_a_missing_policy_is_named(folder: Path) -> None:
    (folder / "policy.json").unlink()
    with pytest.raises(BrokenTable, match=r"^policy\.json: the file is missing or cannot be read\.$"):
        read_plan(folder)
