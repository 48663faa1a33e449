"""A draft or a proposal that comes to nothing, taking it up again, and who is told of an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Message, Risk, RiskVersion
from riskreg.queries.as_at import register_as_at
from riskreg.queries.change_parts import Part
from riskreg.queries.changes import changes_between, count_changes
from riskreg.queries.movements import movements
from riskreg.queries.narrowing import Scope
from riskreg.queries.register import RegisterName, Wanted, risks_found
from riskreg.services.actors import Actor
from riskreg.services.discarding import discard_risk, take_up_risk
from riskreg.services.keeping import close_risk, reopen_risk
from riskreg.services.proposing import approve_risk, propose_risk, send_back, submit_draft
from tests import factories as make
from tests.services.keepers import coordinator, holder, new_risk

NOW = make.NOW
DAY = timedelta(days=1)


def entered(actor: Actor, **changed: Any) -> Risk:
    """A risk that somebody entered: a draft or a proposal."""
    return propose_risk(actor, make.RegisterFactory().id, new_risk(**changed), NOW)


def told() -> list[tuple[int, str, str]]:
    """Who was told of an answer, which, and why."""
    rows = db.session.scalars(select(Message).where(Message.kind == "proposal_answered").order_by(Message.id))
    return [(one.person_id, one.facts["answer"], one.facts["reason"]) for one in rows]


@pytest.mark.usefixtures("app")
def test_the_writer_discards_a_draft_and_the_reference_stays_used() -> None:
    writer = holder(make.PostFactory(owning=True))
    risk = entered(writer, draft=True)
    discard_risk(writer, risk, " It is no risk. ", risk.revision, NOW)
    assert (risk.status, risk.closing_reason, risk.closed_on, risk.was_discarded) == (
        "closed", "It is no risk.", None, True,
    )  # fmt: skip
    assert entered(writer).reference.number == risk.reference.number + 1
    newest = db.session.scalars(select(RiskVersion).where(RiskVersion.risk_id == risk.id)).all()[-1]
    assert (newest.status, newest.change_reason) == ("closed", "It is no risk.")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "discarded")).one()
    assert event.sentence == "Discarded before approval: It is no risk."
    assert told() == []


@pytest.mark.usefixtures("app")
def test_only_the_co_ordinator_discards_what_is_proposed() -> None:
    writer = holder(make.PostFactory(owning=True))
    risk = entered(writer)
    with pytest.raises(NotPermitted, match="Only the co-ordinator"):
        discard_risk(writer, risk, "No.", risk.revision, NOW)
    discard_risk(coordinator(), risk, "It is held elsewhere.", risk.revision, NOW)
    assert told() == [(writer.person_id, "discarded", "It is held elsewhere.")]


@pytest.mark.usefixtures("app")
def test_nobody_else_discards_a_draft_or_takes_it_up_again() -> None:
    writer, other = holder(make.PostFactory(owning=True)), holder(make.PostFactory(owning=True))
    risk = entered(writer, draft=True)
    with pytest.raises(NotPermitted, match="Only who wrote this draft or the co-ordinator"):
        discard_risk(other, risk, "No.", risk.revision, NOW)
    discard_risk(writer, risk, "No.", risk.revision, NOW)
    with pytest.raises(NotPermitted):
        take_up_risk(other, risk, "Yes.", risk.revision, NOW)
    take_up_risk(writer, risk, "Yes.", risk.revision, NOW)
    assert risk.status == "draft"


@pytest.mark.usefixtures("app")
def test_discarding_needs_a_reason_and_the_state_that_was_seen() -> None:
    keeper = coordinator()
    risk = entered(keeper)
    with pytest.raises(RuleBroken, match="Say why it is discarded"):
        discard_risk(keeper, risk, " ", risk.revision, NOW)
    with pytest.raises(ChangedMeanwhile):
        discard_risk(keeper, risk, "No.", risk.revision - 1, NOW)
    approve_risk(keeper, risk, "", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="A risk that is open cannot be changed by “discard”"):
        discard_risk(keeper, risk, "No.", risk.revision, NOW)


@pytest.mark.usefixtures("app")
def test_what_was_never_approved_is_not_reopened_but_taken_up_as_a_draft() -> None:
    keeper = coordinator()
    risk = entered(keeper)
    discard_risk(keeper, risk, "No.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="cannot be reopened"):
        reopen_risk(keeper, risk, "Yes.", risk.revision, NOW)
    take_up_risk(keeper, risk, "It matters after all.", risk.revision, NOW)
    assert (risk.status, risk.closing_reason, risk.was_discarded) == ("draft", "", False)
    submit_draft(keeper, risk, risk.revision, NOW)
    approve_risk(keeper, risk, "", risk.revision, NOW)
    close_risk(keeper, risk, "It is over.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="Reopen it instead"):
        take_up_risk(keeper, risk, "Yes.", risk.revision, NOW)
    reopen_risk(keeper, risk, "It is back.", risk.revision, NOW)
    assert risk.status == "open"


@pytest.mark.usefixtures("app")
def test_what_was_discarded_never_was_in_the_register_nor_left_it() -> None:
    keeper = coordinator()
    risk = entered(keeper)
    register_id, day = risk.register_id, day_of(NOW)
    approved = entered(keeper)
    approve_risk(keeper, approved, "", approved.revision, NOW)
    discard_risk(keeper, risk, "No.", risk.revision, NOW + DAY)
    close_risk(keeper, approved, "It is over.", approved.revision, NOW + DAY)
    scope, later = Scope(register_id), day + DAY
    statuses = {one.risk.id: one.risk.status for one in register_as_at(register_id, later)}
    assert statuses == {risk.id: "draft", approved.id: "closed"}
    for first in (day - DAY, day):
        found = changes_between(scope, first, later)
        assert [one.risk_id for one in found[Part.CLOSED]] == [approved.id]
        assert risk.id not in {one.risk_id for one in found[Part.NEW]}
        counts = count_changes(scope, first, later)
        assert (counts[Part.NEW], counts[Part.CLOSED]) == (len(found[Part.NEW]), 1)
    assert {one.risk_id for one in movements(register_id, day, later)} == {approved.id}


@pytest.mark.usefixtures("app")
def test_what_was_discarded_stands_in_no_list_of_the_register() -> None:
    keeper = coordinator()
    risk = entered(keeper)
    register = RegisterName(risk.register_id, risk.register.prefix, risk.register.name)
    discard_risk(keeper, risk, "No.", risk.revision, NOW)
    for status in ("closed", ""):
        assert not any(risks_found(register, Wanted(status=status), day_of(NOW)).by_rag.values())


@pytest.mark.usefixtures("app")
def test_who_proposed_is_told_that_it_was_approved_or_sent_back() -> None:
    writer, keeper = holder(make.PostFactory(owning=True)), coordinator()
    risk = entered(writer)
    send_back(keeper, risk, "Say what may happen.", risk.revision, NOW)
    submit_draft(writer, risk, risk.revision, NOW)
    approve_risk(keeper, risk, "Well put.", risk.revision, NOW)
    assert told() == [
        (writer.person_id, "sent back", "Say what may happen."),
        (writer.person_id, "approved", "Well put."),
    ]


@pytest.mark.usefixtures("app")
def test_who_proposed_last_is_told_and_not_who_wrote_first() -> None:
    writer, keeper = holder(make.PostFactory(owning=True)), coordinator()
    other = coordinator()
    risk = entered(writer, draft=True)
    submit_draft(other, risk, risk.revision, NOW)
    approve_risk(keeper, risk, "", risk.revision, NOW)
    assert told() == [(other.person_id, "approved", "")]


@pytest.mark.usefixtures("app")
def test_nobody_is_told_of_their_own_answer() -> None:
    keeper = coordinator()
    risk = entered(keeper)
    approve_risk(keeper, risk, "", risk.revision, NOW)
    assert told() == []
