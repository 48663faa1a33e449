"""The reads behind the queue: every escalation is in exactly one group, and in the right order."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from riskreg import models
from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.extensions import db
from riskreg.queries.escalations import Group, QueueFilter, divisions_with_risks, group_sizes, queued_escalations
from riskreg.queries.evidence import Evidence, changes_since, dossier, escalation_with_risk
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import counted, escalated, signal_on

pytestmark = pytest.mark.usefixtures("app")
EVERYTHING = QueueFilter()


def test_every_status_belongs_to_exactly_one_group_with_or_without_a_proposal() -> None:
    for status, proposal in product(EscalationStatus, ("", "It has recovered.")):
        ended = None if status in LIVE else make.NOW
        escalated(status=status, proposal=proposal, ended_at=ended)
    held = {
        group: {one.id for one in queued_escalations(group, EVERYTHING, make.TODAY, limit=99, offset=0)}
        for group in Group
    }
    assert sum(len(ids) for ids in held.values()) == 2 * len(EscalationStatus) == len(set().union(*held.values()))
    assert group_sizes(EVERYTHING) == {group: len(ids) for group, ids in held.items()}


def test_what_has_ended_comes_newest_first() -> None:
    old = escalated(status="declined", ended_at=make.NOW - timedelta(days=9)).id
    new = escalated(status="declined", ended_at=make.NOW).id
    rows = queued_escalations(Group.ENDED, EVERYTHING, make.TODAY, limit=9, offset=0)
    assert [row.id for row in rows] == [new, old]


def test_only_what_the_register_raised_and_awaits_dmt_counts_as_raised_automatically() -> None:
    by_person = escalated()
    not_raised = escalated(reason="", risk=make.RiskFactory(own_rag="RED", effective_rag="RED"))
    by_itself = escalated(reason="")
    confirmed = escalated(reason="", status="confirmed")
    rows = queued_escalations(Group.DECIDE, EVERYTHING, make.TODAY, limit=9, offset=0)
    found = {row.id: row.standing.is_unconfirmed for row in rows}
    assert found == {by_person.id: False, by_itself.id: True, not_raised.id: False}
    assert confirmed.id not in {row.id for row in rows}


def test_the_filters_narrow_sizes_and_rows_alike() -> None:
    red = make.RiskFactory(effective_rag="RED", division=make.DivisionFactory(name="Planning and Access"))
    escalated(risk=red)
    escalated(risk=make.RiskFactory(effective_rag="AMBER"))
    for asked in (QueueFilter("RED"), QueueFilter(division_id=red.division_id), QueueFilter("RED", red.division_id)):
        rows = queued_escalations(Group.DECIDE, asked, make.TODAY, limit=9, offset=0)
        assert [row.risk_id for row in rows] == [red.id]
        assert group_sizes(asked)[Group.DECIDE] == 1
    assert [name for _, name in divisions_with_risks()] == ["Planning and Access", "Quality and Standards"]


def test_a_page_takes_five_queries_however_many_rows_it_has() -> None:
    for size in (1, 20):
        for number in range(size):
            signal_on(escalated(), f"It ends soon {number}.")
        with counted() as sent:
            queued_escalations(Group.DECIDE, EVERYTHING, make.TODAY, limit=50, offset=0)
        assert len(sent) == 5


def test_an_escalation_and_its_dossier_take_six_queries() -> None:
    row = escalated()
    for number in range(5):
        signal_on(row, f"It ends soon {number}.")
        make.ActionFactory(risk=row.risk)
    key, risk_id = row.id, row.risk_id
    db.session.commit()
    db.session.expunge_all()
    with counted() as sent:
        found = escalation_with_risk(key)
        assert found is not None
        assert str(found.risk.reference)
        facts = dossier(key, risk_id)
    assert len(sent) == 6
    assert (len(facts.evidence), len(facts.actions)) == (5, 5)
    assert facts.evidence[0].milestone == ("End", "March 2018")


def evidence_of(indicator: models.Indicator, result: models.Result) -> Evidence:
    """The evidence that an escalation shows for a signal found in a result."""
    row = escalated()
    signal = models.SignalRow(
        indicator_id=indicator.id, result_id=result.id, kind="red", fact="annual:2016-12-31", severity=2, reaches=3,
        sentence="Too far off.", since=make.TODAY, found_on=make.TODAY, found_at=make.NOW, policy_version=1,
    )  # fmt: skip
    db.session.add(signal)
    db.session.flush()
    db.session.add(
        models.EscalationSignal(
            escalation_id=row.id, signal_id=signal.id, risk_id=row.risk_id, joined_at=make.NOW, link_reason="Shown."
        )
    )
    db.session.flush()
    return dossier(row.id, row.risk_id).evidence[0]


def test_the_floor_of_an_indicator_that_should_be_close_to_its_target_is_a_distance() -> None:
    indicator = make.IndicatorFactory(polarity="close")
    result = make.ResultFactory(indicator=indicator, rag="RED", floor_value=5, target_value=20)
    assert evidence_of(indicator, result).floor_words == "within 5% of the target"


def test_a_target_that_leaves_no_room_has_no_floor_standard() -> None:
    indicator = make.IndicatorFactory(lower_is_better=True)
    result = make.ResultFactory(indicator=indicator, rag="RED", floor_value=0, floor_assumed=True, target_value=0)
    assert evidence_of(indicator, result).floor_words == "none assumed"
    result = make.ResultFactory(rag="RED", floor_value=0, floor_assumed=False, target_value=0)
    assert evidence_of(result.indicator, result).floor_words == "0%"


def test_what_changed_since_a_state_that_was_seen_comes_in_the_order_it_happened() -> None:
    risk = make.RiskFactory()
    for sentence in ("Seen.", "First.", "Second."):
        record(SYSTEM, "updated", "action:1", sentence, now=make.NOW, risk=risk)
    db.session.flush()
    assert [one.sentence for one in changes_since(risk.id, 1)] == ["First.", "Second."]
    assert changes_since(risk.id, 3) == []
