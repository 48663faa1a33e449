"""A draft is put right as a whole: text, owner and ratings, with everything it said before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Risk, RiskVersion
from riskreg.services.assessing import Rating
from riskreg.services.drafting import TARGET_STAYS, rewrite_draft
from riskreg.services.proposing import NewRisk, propose_risk, submit_draft
from tests import factories as make
from tests.services.keepers import coordinator, holder, new_risk

NOW = make.NOW
pytestmark = pytest.mark.usefixtures("app")


def entered(**changed: Any) -> NewRisk:
    """A draft as its form holds it."""
    return new_risk(**{"target": Rating(2, 3), "draft": True, **changed})


def drafted(new: NewRisk) -> Risk:
    """The draft that was kept of it."""
    return propose_risk(coordinator(), make.RegisterFactory().id, new, NOW)


def ratings(risk: Risk) -> list[tuple[str, int | None, int | None]]:
    """Every assessment of a risk, oldest first."""
    found = select(Assessment).where(Assessment.risk_id == risk.id).order_by(Assessment.id)
    return [(one.kind, one.likelihood, one.impact) for one in db.session.scalars(found)]


def test_owner_ratings_and_text_of_a_draft_change_and_what_was_stays() -> None:
    new = entered()
    risk, other = drafted(new), make.PostFactory(owning=True)
    changed = entered(text=new.text, owner_post_id=other.id, current=Rating(5, 4, "It is nearer."), target=Rating(1, 3))
    rewrite_draft(coordinator(), risk, changed, "Not mine.", risk.revision, NOW)
    assert (risk.owner_post_id, risk.own_rag, risk.effective_rag) == (other.id, "RED", "RED")
    assert (risk.own_likelihood, risk.own_impact) == (5, 4)
    assert ratings(risk) == [("current", 3, 4), ("target", 2, 3), ("current", 5, 4), ("target", 1, 3)]
    versions = db.session.scalars(select(RiskVersion).order_by(RiskVersion.version)).all()
    assert [(one.owner_post_id, one.change_reason) for one in versions] == [
        (new.owner_post_id, "Written as a draft."), (other.id, "Not mine."),
    ]  # fmt: skip
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "edited")).one()
    assert event.sentence == "Changed: owner, current rating and target rating. Not mine."
    assert event.detail["new"] == {"owner": other.title}


def test_only_what_differs_is_recorded_anew() -> None:
    new = entered()
    risk = drafted(new)
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        rewrite_draft(coordinator(), risk, new, "Again.", risk.revision, NOW)
    better = entered(text=new.text, owner_post_id=new.owner_post_id, target=Rating(1, 3))
    rewrite_draft(coordinator(), risk, better, "Lower.", risk.revision, NOW)
    assert ratings(risk) == [("current", 3, 4), ("target", 2, 3), ("target", 1, 3)]


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"target": None}, "target_likelihood", TARGET_STAYS),
        ({"current": Rating(1, 1, "Less.")}, "target_rationale", "above the current rating"),
        ({"current": Rating(3, 4, "")}, "rationale", "Say why you rate the risk so"),
        ({"owner_post_id": 0}, "owner", "Choose a post that can own a risk"),
    ],
)
def test_what_makes_no_sense_of_a_draft_names_its_field(changed: dict[str, Any], field: str, sentence: str) -> None:
    new = entered()
    risk = drafted(new)
    known = {"text": new.text, "owner_post_id": new.owner_post_id}
    with pytest.raises(RuleBroken, match=sentence) as broken:
        rewrite_draft(coordinator(), risk, entered(**{**known, **changed}), "So.", risk.revision, NOW)
    assert broken.value.field == field


def test_only_a_writer_changes_a_draft_as_it_was_seen_and_only_while_it_is_one() -> None:
    new = entered()
    risk = drafted(new)
    with pytest.raises(NotPermitted):
        rewrite_draft(holder(make.PostFactory(owning=True)), risk, entered(), "Mine.", risk.revision, NOW)
    with pytest.raises(ChangedMeanwhile):
        rewrite_draft(coordinator(), risk, entered(), "Late.", risk.revision - 1, NOW)
    submit_draft(coordinator(), risk, risk.revision, NOW)
    with pytest.raises(RuleBroken, match="The risk is proposed; only a draft"):
        rewrite_draft(coordinator(), risk, entered(), "Late.", risk.revision, NOW)
