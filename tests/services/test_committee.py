"""The report to the Cabinet Committee: what it says of a period, as it stood then, and that nothing exempt is in it."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.queries.committee import committee_content
from riskreg.reports.blocks import Bullets, Heading, Table, Text
from riskreg.reports.excel import register_workbook
from riskreg.reports.outline import outline
from riskreg.reports.pdf import pack_pdf
from riskreg.reports.word import pack_document
from riskreg.services.actors import Actor
from riskreg.services.controls import ControlText, change_control
from riskreg.services.packs import make_report
from tests import factories as make
from tests.services.keepers import holder
from tests.web.before_dmt import counted, decided, escalated, reviewed, signal_on, signed_in_as, versions

DAY = timedelta(days=1)
LONG_AGO = make.NOW - 200 * DAY
EARLY = make.NOW - 100 * DAY
SINCE = make.TODAY - 30 * DAY
TEMPLATES = Path(__file__).parents[2] / "templates"
WHY = "paragraph 3: Zebra, the price."


def coordinator() -> Actor:
    return Actor(make.PersonFactory().id, "C", frozenset({Role.COORDINATOR}), frozenset())


@pytest.fixture
def register(app: Flask) -> models.Register:
    """A register that was begun long ago, with its policy."""
    register: models.Register = make.RegisterFactory()
    register.policies[0].valid_from = LONG_AGO.date()
    known(make.RiskFactory(title="Always there"), LONG_AGO)
    return register


def known(risk: models.Risk, since: datetime = EARLY, *more: tuple[datetime, str, str]) -> models.Risk:
    """A risk that was open and rated from a moment on."""
    versions(risk, (since, "open", ""), *more)
    rating = db.session.query(models.Assessment).filter_by(risk_id=risk.id).one()
    rating.recorded_at, rating.assessed_on = since, since.date()
    db.session.flush()
    return risk


def content(register: models.Register, since: date = SINCE, until: date = make.TODAY) -> dict[str, Any]:
    db.session.flush()
    return committee_content(register, since, until)


def with_everything(**facts: Any) -> models.Risk:
    """A risk of which every part of the report has something to say, each text with a zebra."""
    risk = known(make.RiskFactory(
        title="Zebra title", cause="Zebra cause", event="Zebra event", consequence="Zebra consequence",
        own_rag="AMBER", effective_rag="RED", **facts,
    ))  # fmt: skip
    aimed = {"kind": "target", "assessed_on": EARLY.date(), "recorded_at": EARLY, "rationale": "Zebra target"}
    again = {"kind": "current", "assessed_on": make.TODAY, "recorded_at": make.NOW, "rationale": "Zebra rationale"}
    for rag, more in (("GREEN", aimed), ("RED", again)):
        person = make.PersonFactory().id
        db.session.add(models.Assessment(risk_id=risk.id, rag=rag, person_id=person, **more))
    db.session.add(models.Control(risk_id=risk.id, text="Zebra control", recorded_at=EARLY))
    make.ActionFactory(risk=risk, text="Zebra action", recorded_at=EARLY)
    row = escalated(risk=risk, reason="Zebra reason")
    signal_on(row, "Zebra signal")
    decided(row, "confirm", "Zebra decision")
    reviewed(risk, note="Zebra review")
    return risk


def everywhere(app: Flask, pack: models.Pack) -> dict[str, str]:
    """All that a reader can find in the report: the page, and each of its files opened again."""
    pack_id, frozen = pack.id, pack.content
    book = load_workbook(io.BytesIO(register_workbook(frozen)))
    document = Document(io.BytesIO(pack_document(frozen)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    printed = PdfReader(io.BytesIO(pack_pdf(frozen, TEMPLATES)))
    return {
        "page": signed_in_as(app, "auditor").get(f"/reports/{pack_id}").text,
        "pdf": " ".join(" ".join(one.extract_text() for one in printed.pages).split()),
        "word": " ".join([*(one.text for one in document.paragraphs), *cells]),
        "excel": " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row),
        "frozen": str(frozen),
    }


def test_nothing_of_an_exempt_risk_is_in_any_form_of_the_report(app: Flask, register: models.Register) -> None:
    risk = with_everything(exempt_why=WHY)
    reference = str(risk.reference)
    hidden = everywhere(app, make_report(coordinator(), register, SINCE, make.TODAY, make.NOW))
    assert [name for name, text in hidden.items() if "zebra" in text.lower() or reference in text] == []
    said = "1 risk is not shown because it is exempt (paragraph 3 of Schedule 12A of the Local Government Act 1972)."
    assert [name for name, text in hidden.items() if said in text] == ["page", "pdf", "word"]
    risk.exempt_why = ""
    shown = everywhere(app, make_report(coordinator(), register, SINCE, make.TODAY, make.NOW))
    assert all("Zebra title" in text and reference in text for text in shown.values())
    for part in ("cause", "consequence", "control", "action", "reason", "signal", "decision", "rationale"):
        assert f"Zebra {part}" in shown["page"], part
        assert f"Zebra {part}" in shown["pdf"], part
    assert "Zebra review" not in shown["frozen"]
    assert not any("not shown" in text for text in shown.values())


def test_exempt_controls_and_actions_are_left_out_of_the_risks_shown(app: Flask, register: models.Register) -> None:
    risk = known(make.RiskFactory(title="Shown"))
    control = models.Control(risk_id=risk.id, text="Zebra control", recorded_at=EARLY, exempt_why=WHY)
    plain = models.Control(risk_id=risk.id, text="Plain control", recorded_at=EARLY)
    db.session.add_all([control, plain])
    action = make.ActionFactory(risk=risk, text="Zebra action", recorded_at=EARLY, exempt_why=WHY)
    hidden = everywhere(app, make_report(coordinator(), register, SINCE, make.TODAY, make.NOW))
    assert not any("zebra" in text.lower() for text in hidden.values())
    said = "1 control and 1 action of the risks shown are left out because they are exempt (paragraph 3 of Schedule 12A"
    assert said in hidden["pdf"]
    assert "Plain control" in hidden["excel"]
    row = next(one for one in content(register)["risks"] if one["title"] == "Shown")
    assert (row["timescale"], row["actions"]) == (None, [])
    control.exempt_why = action.exempt_why = ""
    shown = everywhere(app, make_report(coordinator(), register, SINCE, make.TODAY, make.NOW))
    assert all("Zebra control" in text and "Zebra action" in text for text in shown.values())


def test_every_count_is_of_what_is_shown(app: Flask, register: models.Register) -> None:
    shown, secret = with_everything(), with_everything(exempt_why=WHY)
    found = content(register)
    assert sum(found["counts"].values()) == len(found["risks"]) == 2
    assert sum(found["counts_before"].values()) == 2
    for part in ("movements", "escalations", "above_target", "reviews", "unscored"):
        assert [one["risk_id"] for one in found[part] if one["risk_id"] == secret.id] == [], part
        assert shown.id in {one["risk_id"] for one in found[part]}, part
    assert [one["risks"] for one in found["signals"]] == [[str(shown.reference)]]
    assert found["exempt"]["risks"] == {"3": 1}


def test_an_exempt_risk_that_left_before_the_period_is_not_counted(app: Flask, register: models.Register) -> None:
    gone = make.RiskFactory(closed=True, exempt_why=WHY)
    known(gone, EARLY, (make.NOW - 60 * DAY, "closed", "Zebra."))
    left = make.RiskFactory(closed=True, exempt_why="paragraph 1: A child.")
    known(left, EARLY, (make.NOW, "closed", "Zebra."))
    make.RiskFactory(status="draft", exempt_why=WHY)
    assert content(register)["exempt"]["risks"] == {"1": 1}


def test_the_period_is_told_from_its_first_to_its_last_day(app: Flask, register: models.Register) -> None:
    before, within, after = make.NOW - 60 * DAY, make.NOW - 20 * DAY, make.NOW - 2 * DAY
    risk = known(make.RiskFactory(title="Came"), within)
    closed = known(make.RiskFactory(title="Left", closed=True), EARLY, (within, "closed", "Done."))
    for at in (before, within, after):
        ended: dict[str, Any] = {"status": "declined", "ended_at": at + DAY, "ended_why": "A mistake."}
        decided(escalated(at, risk=make.RiskFactory(title=f"{at:%d %B}"), **ended), "decline", decided_at=at + DAY)
        reviewed(risk, at).due_on = at.date() - DAY
    for one in db.session.query(models.Risk).filter(models.Risk.title.contains(" ")).all():
        if not db.session.query(models.RiskVersion).filter_by(risk_id=one.id).count():
            known(one)
    found = content(register, SINCE, (make.NOW - 10 * DAY).date())
    told = [(one["title"], one["what"]) for one in found["movements"]]
    assert ("Came", "new in the register") in told
    assert ("Left", "left the register: closed") in told
    assert [(one["title"], one["within"]) for one in found["escalations"]] == [(f"{within:%d %B}", True)]
    assert [one["days"] for one in found["reviews"]] == [1]
    assert closed.id not in {one["risk_id"] for one in found["risks"]}
    assert sum(found["counts_before"].values()) == sum(found["counts"].values()) == 5


def test_a_past_day_shows_the_register_as_it_stood_then(app: Flask, register: models.Register) -> None:
    risk = known(make.RiskFactory(title="As it is now", owner_post=make.PostFactory(owning=True)))
    version = db.session.query(models.RiskVersion).filter_by(risk_id=risk.id).one()
    version.title = "As it was"
    post = make.PostFactory(title="Head of Visits")
    control = models.Control(risk_id=risk.id, text="As it was in place", owner_post=post, recorded_at=EARLY)
    ended = models.Control(
        risk_id=risk.id, text="Still there then", recorded_at=EARLY, ended_on=make.TODAY, ended_why="Gone."
    )
    db.session.add_all([control, ended])
    action = make.ActionFactory(risk=risk, text="Recruit", first_due_on=date(2017, 6, 1), recorded_at=EARLY)
    action.due_on, action.status = date(2017, 9, 1), "done"
    db.session.add(models.ActionUpdate(
        action=action, text="Done.", status="done", progress=100, due_on=action.due_on, at=make.NOW,
        person_id=make.PersonFactory().id,
    ))  # fmt: skip
    db.session.flush()
    change_control(holder(risk.owner_post), control, risk, ControlText("As it is in place"), 0, make.NOW)
    versions_now = models.RiskVersion(
        risk_id=risk.id, version=2, title=risk.title, cause="", event="", consequence="", status="open",
        owner_post_id=risk.owner_post_id, recorded_at=make.NOW,
    )  # fmt: skip
    db.session.add(versions_now)
    then = next(one for one in content(register, SINCE, make.TODAY - DAY)["risks"] if one["risk_id"] == risk.id)
    assert (then["title"], then["timescale"]) == ("As it was", "2017-06-01")
    assert [(one["text"], one["owner"]) for one in then["controls"]] == [
        ("As it was in place", "Head of Visits"), ("Still there then", ""),
    ]  # fmt: skip
    now = next(one for one in content(register)["risks"] if one["risk_id"] == risk.id)
    assert (now["title"], now["actions"]) == ("As it is now", [])
    assert [one["text"] for one in now["controls"]] == ["As it is in place"]


def test_escalations_are_counted_by_what_raised_them(app: Flask, register: models.Register) -> None:
    escalated(risk=known(make.RiskFactory()))
    signal_on(escalated(reason="", risk=known(make.RiskFactory())), "It ends soon.")
    texts = [one.text for one in outline(content(register)) if isinstance(one, Text)]
    assert "2 escalations in the period: 1 by a contract and 1 by a person." in texts


def test_no_person_is_named(app: Flask, register: models.Register) -> None:
    person = make.PersonFactory(name="Quentin Persona", email="quentin@kent.example", holding=make.PostFactory())
    risk = with_everything()
    tables: tuple[Any, ...] = (models.Assessment, models.Review, models.Decision, models.Escalation)
    for table in tables:
        for row in db.session.query(table).all():
            row.person_id = person.id
    made = make_report(coordinator(), register, SINCE, make.TODAY, make.NOW)
    shown = everywhere(app, made)
    assert "Quentin" not in "".join(shown.values())
    assert "quentin@" not in "".join(shown.values())
    assert risk.owner_post.title in shown["excel"]


def test_a_report_of_a_register_without_anything_says_so_in_each_part(app: Flask, register: models.Register) -> None:
    blocks = outline(content(register))
    said = " ".join(one.text for one in blocks if isinstance(one, Text))
    for sentence in ("Nothing moved.", "0 escalations in the period.", "No review was done", "no contract signalled"):
        assert sentence in said
    keys = {one.key for one in blocks if isinstance(one, Heading | Table) and one.key}
    links = {item.to for one in blocks if isinstance(one, Bullets) for item in one.items}
    assert links <= keys


def test_what_cannot_be_reported_is_refused(app: Flask, register: models.Register) -> None:
    actor, began = coordinator(), LONG_AGO.date()
    with pytest.raises(RuleBroken, match="today or earlier"):
        make_report(actor, register, SINCE, make.TODAY + DAY, make.NOW)
    with pytest.raises(RuleBroken, match="no risk until"):
        make_report(actor, register, began - 9 * DAY, began - DAY, make.NOW)
    register.policies[0].valid_from = make.TODAY
    with pytest.raises(RuleBroken, match="no policy on"):
        make_report(actor, register, SINCE, make.TODAY - DAY, make.NOW)
    with pytest.raises(NotPermitted):
        make_report(holder(make.PostFactory()), register, SINCE, make.TODAY, make.NOW)
    assert db.session.query(models.Pack).count() == 0


def test_a_report_is_made_by_as_many_queries_for_one_risk_as_for_many(app: Flask, register: models.Register) -> None:
    with_everything()
    db.session.commit()
    with counted() as few:
        content(register)
    for _ in range(10):
        with_everything()
    db.session.commit()
    with counted() as many:
        content(register)
    assert len(few) == len(many)
