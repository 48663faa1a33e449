"""Files as evidence: who may add and remove them, where, and what is left of one that was removed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import NotPermitted, RuleBroken
from riskreg.domain.evidence import LARGEST
from riskreg.extensions import db
from riskreg.models import AuditEvent, Evidence, EvidenceContent, Risk
from riskreg.services.actors import Actor
from riskreg.services.evidence import Place, Upload, add_evidence, may_add, remove_evidence
from tests import factories as make
from tests.exchange import files
from tests.services.keepers import coordinator, holder, owner_of
from tests.web.before_dmt import escalated

NOW = make.NOW
REPORT = Upload("report.pdf", files.PDF, len(files.PDF))
SHOWS = "How many places there are."

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def risk() -> Risk:
    """An open AMBER risk."""
    made: Risk = make.RiskFactory()
    return made


def added(risk: Risk, upload: Upload = REPORT, actor: Actor | None = None) -> Evidence:
    """A file that the owner of the risk added to it, or somebody else."""
    return add_evidence(actor or owner_of(risk), Place(risk), upload, SHOWS, NOW)


def last_event() -> AuditEvent:
    """The last line of the audit trail."""
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


def contents() -> int:
    """How many contents are stored."""
    return db.session.scalar(select(func.count()).select_from(EvidenceContent)) or 0


def test_a_file_is_kept_with_its_content_and_told_in_the_history(risk: Risk) -> None:
    row = added(risk, replace(REPORT, name="C:\\x\\report.pdf"))
    assert (row.name, row.media_type, row.size, row.description) == (
        "report.pdf", "application/pdf", len(files.PDF), SHOWS,
    )  # fmt: skip
    assert row.sha256 == hashlib.sha256(files.PDF).hexdigest()
    assert db.session.get_one(EvidenceContent, row.id).content == files.PDF
    event = last_event()
    assert (event.verb, event.subject, event.risk_id) == ("added evidence", f"risk:{risk.id}", risk.id)
    assert event.sentence == f"Evidence added: “report.pdf” (PDF, {row.size} bytes). It shows: {SHOWS}"
    assert risk.revision == 1


def test_under_a_risk_its_action_and_its_escalation_have_files_of_their_own(risk: Risk) -> None:
    action, escalation = make.ActionFactory(risk=risk, text="Ask the schools."), escalated(risk=risk)
    places = (Place(risk), Place(risk, action=action), Place(risk, escalation=escalation))
    rows = [add_evidence(owner_of(risk), place, REPORT, SHOWS, NOW) for place in places]
    assert [(row.action_id, row.escalation_id) for row in rows] == [
        (None, None), (action.id, None), (None, escalation.id),
    ]  # fmt: skip
    assert {row.risk_id for row in rows} == {risk.id}
    told = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.subject for event in told] == [place.subject for place in places]
    assert "added to the action “Ask the schools”: “report.pdf”" in told[1].sentence
    assert "added to the escalation: “report.pdf”" in told[2].sentence


def test_who_may_add_depends_on_the_place(risk: Risk) -> None:
    action, escalation = make.ActionFactory(risk=risk), escalated(risk=risk)
    places = (Place(risk), Place(risk, action=action), Place(risk, escalation=escalation))
    people = {
        "the owner of the risk": (owner_of(risk), [True, True, True]),
        "the co-ordinator": (coordinator(), [True, True, True]),
        "the owner of the action": (holder(action.owner_post, Role.ACTION_OWNER), [False, True, False]),
        "DMT": (holder(make.PostFactory(), Role.DMT_MEMBER), [False, False, True]),
        "another owner": (holder(make.PostFactory(owning=True)), [False, False, False]),
        "the auditor": (holder(make.PostFactory(), Role.AUDITOR), [False, False, False]),
        "the owner's post without the role": (holder(risk.owner_post, Role.AUDITOR), [False, False, False]),
    }
    for who, (actor, answers) in people.items():
        assert [may_add(actor, place) for place in places] == answers, who
    with pytest.raises(NotPermitted, match="Only a member of the Directorate Management Team"):
        add_evidence(people["another owner"][0], places[2], REPORT, SHOWS, NOW)
    with pytest.raises(NotPermitted, match=f"Only the owner of the action, the {action.owner_post.title}"):
        add_evidence(people["DMT"][0], places[1], REPORT, SHOWS, NOW)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (replace(REPORT, name=""), "The file has no name"),
        (replace(REPORT, name="report.exe"), "is not a kind of file"),
        (Upload("report.pdf", b"", 0), "“report.pdf” is empty."),
        (Upload("report.pdf", b"", LARGEST + 1), "“report.pdf” is larger than 10 MB."),
        (replace(REPORT, name="report.docx"), "“report.docx” is not a Word file: its content is a PDF."),
    ],
)
def test_a_file_that_is_not_taken_leaves_nothing(risk: Risk, upload: Upload, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refused:
        added(risk, upload)
    assert refused.value.field == "file"
    assert (contents(), risk.revision) == (0, 0)


def test_what_a_file_shows_must_be_said(risk: Risk) -> None:
    with pytest.raises(RuleBroken) as refused:
        add_evidence(owner_of(risk), Place(risk), REPORT, " ", NOW)
    assert refused.value.field == "description"


def test_the_same_file_is_kept_once_at_a_place_under_any_name(risk: Risk) -> None:
    row = added(risk)
    with pytest.raises(RuleBroken, match="This file is here already, as “report"):
        added(risk, replace(REPORT, name="again.pdf"))
    add_evidence(owner_of(risk), Place(risk, action=make.ActionFactory(risk=risk)), REPORT, SHOWS, NOW)
    remove_evidence(owner_of(risk), row, "It names a child.", NOW)
    added(risk)


@pytest.mark.parametrize("status", ["closed", "merged", "proposed"])
def test_only_an_open_risk_takes_files(risk: Risk, status: str) -> None:
    with db.session.no_autoflush:
        risk.merged_into = make.RiskFactory() if status == "merged" else None
        risk.status, risk.closed_on, risk.closing_reason = status, make.TODAY, "Over."
    with pytest.raises(RuleBroken, match=f"The risk is {status}"):
        added(risk)


def test_of_a_removed_file_everything_stays_but_its_content(risk: Risk) -> None:
    row, keeper = added(risk), coordinator()
    remove_evidence(keeper, row, " It names a child. ", NOW)
    assert contents() == 0
    assert (row.name, row.removed_at, row.removed_by, row.removed_why) == (
        "report.pdf", NOW, keeper.person_id, "It names a child.",
    )  # fmt: skip
    event = last_event()
    assert event.verb == "removed evidence"
    assert event.sentence == "Evidence removed: “report.pdf” (PDF): It names a child."
    with pytest.raises(RuleBroken, match="removed already"):
        remove_evidence(keeper, row, "Again.", NOW)


def test_a_file_is_removed_by_who_added_it_or_the_coordinator_with_a_reason(risk: Risk) -> None:
    action = make.ActionFactory(risk=risk)
    mine = holder(action.owner_post, Role.ACTION_OWNER)
    row = add_evidence(mine, Place(risk, action=action), REPORT, SHOWS, NOW)
    for other in (owner_of(risk), holder(make.PostFactory(), Role.DMT_MEMBER)):
        with pytest.raises(NotPermitted, match="who added it, or the co-ordinator may remove"):
            remove_evidence(other, row, "Not mine.", NOW)
    with pytest.raises(RuleBroken) as refused:
        remove_evidence(mine, row, " ", NOW)
    assert refused.value.field == "reason"
    risk.status, risk.closed_on, risk.closing_reason = "closed", make.TODAY, "Over."
    remove_evidence(mine, row, "It names a child.", NOW)
    assert contents() == 0
