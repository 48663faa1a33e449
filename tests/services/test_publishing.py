"""Publishing with open eyes: what is shown beforehand is what then happens, and looking leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RowsBroken, RuleBroken
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import Table, db
from riskreg.models import AuditEvent, Escalation, Indicator, Link, Message, Reference, Result, Risk
from riskreg.services.actors import Actor
from riskreg.services.consequences import Effect
from riskreg.services.escalations import record_decision
from riskreg.services.publishing import Consequences, preview, publish_results
from riskreg.services.results import ResultEntry, correction_of
from tests import factories as make
from tests.services.test_evaluation import OFFICER, correct_result, linked_indicator, live, publish

NOW = make.NOW
MARCH = date(2017, 3, 31)
READER = Actor(None, "Auditor", frozenset({Role.AUDITOR}), frozenset())


def entry(code: str, value: str, **other: Any) -> ResultEntry:
    """A result for March 2017 of an indicator of the plan."""
    found = db.session.scalars(select(Indicator.id).where(Indicator.code == code)).one()
    known: dict[str, Any] = {"period": "March 2017", "period_end": MARCH, "target_year": 2017, "row": code}
    return ResultEntry(found, value, **{**known, **other})


def correction(code: str, value: str) -> ResultEntry:
    """A correction of an indicator's last result in the plan."""
    query = select(Result).join(Indicator).where(Indicator.code == code, Result.current)
    return correction_of(
        db.session.scalars(query.order_by(Result.period_end.desc())).all()[0], value, "final", "Recounted."
    )


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    db.session.expire_all()
    return {
        table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
        for table in Table.metadata.sorted_tables
    }


def effects(found: Consequences) -> list[tuple[str, str]]:
    """What it does to which risk."""
    return [(str(one.effect), one.reference) for one in found.effects.risks]


CASES: dict[str, tuple[Callable[[], Sequence[ResultEntry]], list[tuple[str, str]]]] = {
    "nothing changes": (lambda: [entry("EY-01", "81.0")], []),
    "a slip": (lambda: [entry("EY-08", "60")], [("escalated", "CYPE 22")]),
    "one more reason": (lambda: [entry("EY-09", "60")], [("joined", "CYPE 20")]),
    "a recovery": (lambda: [entry("EY-05", "80")], [("proposed", "CYPE 20")]),
    "a correction that withdraws": (lambda: [correction("EY-05", "79.0")], [("withdrawn", "CYPE 20")]),
    "a batch": (
        lambda: [entry("EY-08", "60"), correction("EY-05", "79.0"), entry("EY-09", "60"), entry("EH-03", "12.5")],
        [("escalated", "CYPE 22"), ("joined", "CYPE 20"), ("a reason went", "CYPE 20")],
    ),
}


@pytest.mark.usefixtures("plan_app")
@pytest.mark.parametrize("case", list(CASES))
def test_what_is_shown_is_what_happens_and_looking_leaves_nothing_behind(case: str) -> None:
    made, expected = CASES[case]
    entries = made()
    before = everything()
    seen = preview(OFFICER, 1, entries, NOW)
    assert everything() == before
    assert effects(seen) == expected
    assert preview(OFFICER, 1, entries, NOW + timedelta(hours=1)).digest == seen.digest
    done = publish_results(OFFICER, 1, entries, NOW + timedelta(hours=1), shown=seen.digest)
    assert done.consequences == seen
    assert [(one.rag, one.direction) for one in done.results] == [(one.rag, one.direction) for one in seen.results]
    told = db.session.scalars(select(Message.person_id).where(Message.created_at > NOW)).all()
    assert len(told) == len(seen.effects.letters)
    for one in seen.effects.risks:
        assert db.session.get_one(Risk, one.risk_id).effective_rag == one.after


@given(values=st.lists(st.integers(0, 100), min_size=5, max_size=5), last=st.integers(0, 99))
@example(values=[0, 0, 0, 0, 0], last=78)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_figures_do_what_was_shown(plan_app: Flask, values: list[int], last: int) -> None:
    codes = ("EY-04", "EY-06", "EY-08", "EY-09", "EH-08")
    try:
        for days, figures in enumerate((values, [last] * 5)):
            ends = date(2017, 2 + days, 28)
            entries = [
                entry(code, str(figure), period=f"{ends:%B %Y}", period_end=ends)
                for code, figure in zip(codes, figures, strict=True)
            ]
            entries.append(correction("EY-05", f"{figures[0] % 100}.5"))
            seen = preview(OFFICER, 1, entries, NOW + timedelta(days=days))
            done = publish_results(OFFICER, 1, entries, NOW + timedelta(days=days, hours=1), shown=seen.digest)
            assert done.consequences == seen
    finally:
        db.session.rollback()


@pytest.mark.usefixtures("plan_app")
class TestChangedMeanwhile:
    """What was shown is no longer what would happen."""

    def refused(self, meanwhile: Callable[[], object]) -> Consequences:
        """Look, let something happen, publish what was seen; return what it would do now."""
        entries = [entry("EY-09", "60")]
        seen = preview(OFFICER, 1, entries, NOW)
        meanwhile()
        with pytest.raises(ChangedMeanwhile, match="changed since you looked"):
            publish_results(OFFICER, 1, entries, NOW, shown=seen.digest)
        db.session.rollback()
        meanwhile()
        return preview(OFFICER, 1, entries, NOW)

    def test_another_publication(self) -> None:
        found = self.refused(lambda: publish_results(OFFICER, 1, [correction("EY-05", "79.0")], NOW))
        assert effects(found) == [("escalated", "CYPE 20")]

    def test_a_decision_of_dmt(self) -> None:
        def decide() -> None:
            escalation = db.session.scalars(
                select(Escalation).join(Risk).join(Reference).where(Reference.number == 20)
            ).one()
            taken = DecisionTaken(DecisionKind.CONFIRM, "It is real.", due_on=date(2017, 4, 20))
            member = Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())
            record_decision(member, escalation, taken, escalation.risk.revision, NOW)

        assert effects(self.refused(decide)) == [("brought back", "CYPE 20")]

    def test_a_new_link(self) -> None:
        def link() -> None:
            risk = db.session.scalars(select(Risk).join(Reference).where(Reference.number == 22)).one()
            indicator = db.session.scalars(select(Indicator).where(Indicator.code == "EY-09")).one()
            make.LinkFactory(risk=risk, indicator=indicator)

        assert effects(self.refused(link)) == [("escalated", "CYPE 22"), ("joined", "CYPE 20")]

    def test_what_changes_nothing_of_it_does_not_matter(self) -> None:
        entries = [entry("EY-09", "60")]
        seen = preview(OFFICER, 1, entries, NOW)
        publish_results(OFFICER, 1, [entry("EY-01", "81.0")], NOW)
        assert publish_results(OFFICER, 1, entries, NOW, shown=seen.digest).consequences == seen


@pytest.mark.usefixtures("plan_app")
class TestManyAtOnce:
    """All or nothing, with everything that is wrong."""

    def test_everything_that_is_wrong_is_said_of_each_row_and_nothing_is_published(self) -> None:
        before = everything()
        entries = [
            entry("EY-01", "N/A", row="row 2"),
            entry("EY-08", "60", row="row 3"),
            entry("EY-08", "61", row="row 4"),
            entry("EY-05", "71", period_end=date(2016, 12, 31), row="row 5"),
            entry("EY-09", "101", period="March", status="perhaps", basis="fortnight", row="row 6"),
            entry("EY-06", "60", period_end=date(2017, 4, 4), row="row 7"),
            ResultEntry(999, "60", "March 2017", MARCH, 2017, row="row 8"),
        ]
        with pytest.raises(RowsBroken) as refused:
            publish_results(OFFICER, 1, entries, NOW)
        assert [(one.row, one.field) for one in refused.value.problems] == [
            ("row 2", "value"), ("row 4", "value"), ("row 5", "reason"), ("row 6", "value"), ("row 6", "status"),
            ("row 6", "basis"), ("row 6", "period"), ("row 7", "period_end"), ("row 8", "indicator"),
        ]  # fmt: skip
        assert refused.value.problems[1].sentence.endswith("in row 3.")
        db.session.rollback()
        assert everything() == before

    def test_what_is_published_already_is_left_out_and_said_so(self) -> None:
        same = entry("EY-05", "70.0%", period_end=date(2016, 12, 31), status="provisional")
        seen = preview(OFFICER, 1, [same, entry("EY-01", "81.0")], NOW)
        assert [one.code for one in seen.skipped] == ["EY-05"]
        assert [one.code for one in seen.results] == ["EY-01"]
        with pytest.raises(RuleBroken, match="published already"):
            publish_results(OFFICER, 1, [same], NOW)
        with pytest.raises(RuleBroken, match="nothing to publish"):
            publish_results(OFFICER, 1, [], NOW)

    def test_making_a_provisional_figure_final_is_no_correction_and_needs_no_reason(self) -> None:
        publish_results(OFFICER, 1, [entry("EY-08", "60", note="From the snapshot.")], NOW)
        later = NOW + timedelta(hours=1)
        final = [entry("EY-08", "60.0", status="final")]
        seen = preview(OFFICER, 1, final, later)
        done = publish_results(OFFICER, 1, final, later, shown=seen.digest)
        told = seen.results[0]
        assert (told.confirms, told.is_correction) == (True, False)
        assert told.before
        assert told.before.period == "End of August 2016"
        assert effects(seen) == []
        row = done.results[0]
        assert (row.revision, row.status, row.reason, row.note) == (2, "final", "", "From the snapshot.")
        event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert event.sentence.endswith("60% for March 2017 is final.")

    def test_a_final_figure_made_provisional_again_or_changed_needs_its_reason(self) -> None:
        publish_results(OFFICER, 1, [entry("EY-08", "60", status="final")], NOW)
        for value, status in (("60", "provisional"), ("61", "final")):
            with pytest.raises(RowsBroken, match="A correction needs a reason"):
                preview(OFFICER, 1, [entry("EY-08", value, status=status)], NOW)

    def test_another_figure_for_a_published_period_is_a_correction_that_says_why(self) -> None:
        other = entry("EY-05", "79", period="Dec 16", period_end=date(2016, 12, 31), reason="Late returns.")
        (made,) = publish_results(OFFICER, 1, [other], NOW).results
        assert (made.revision, made.period, made.reason) == (2, "December 2016", "Late returns.")

    def test_a_result_on_another_basis_is_compared_with_none_of_the_usual_one(self) -> None:
        seen = preview(OFFICER, 1, [entry("EY-08", "60", basis="quarter")], NOW)
        (one,) = seen.results
        assert (one.basis, one.before, one.direction) == ("quarter", None, None)

    def test_all_are_evaluated_at_once_with_one_message_a_person(self) -> None:
        codes = db.session.scalars(select(Indicator.code).order_by(Indicator.id)).all()
        publish_results(OFFICER, 1, [entry(code, "1") for code in codes], NOW + timedelta(minutes=1))
        later = Message.created_at > NOW
        twice = (
            select(Message.person_id)
            .where(later)
            .group_by(Message.person_id, Message.kind, Message.facts["for"].as_string())
        )
        assert db.session.scalars(twice.having(func.count() > 1)).all() == []
        published = select(func.count()).select_from(AuditEvent).where(AuditEvent.verb == "published")
        assert db.session.scalar(published) == 110

    @pytest.mark.parametrize("use_case", [preview, publish_results])
    def test_only_the_performance_officer_may(self, use_case: Any) -> None:
        with pytest.raises(NotPermitted):
            use_case(READER, 1, [entry("EY-01", "81.0")], NOW)


def confirm(link: Link) -> Escalation:
    """Let DMT confirm the live escalation of the link's risk."""
    escalation = live(link)
    assert escalation is not None
    member = Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())
    taken = DecisionTaken(DecisionKind.CONFIRM, "It is real.", due_on=date(2017, 4, 20))
    record_decision(member, escalation, taken, link.risk.revision, NOW)
    return escalation


def correct_the_last(link: Link, value: str) -> None:
    """Correct the only published result a day later."""
    wrong = db.session.scalars(select(Result).where(Result.current, Result.opening.is_(False))).one()
    later = NOW + timedelta(days=1)
    correct_result(OFFICER, link.risk.register_id, wrong, value, "final", "A return was late.", later)


@pytest.mark.usefixtures("app")
class TestCorrections:
    """What only the wrong figure raised is withdrawn and told; what DMT decided stands and is told to DMT."""

    def test_who_was_told_of_the_escalation_is_told_that_it_is_withdrawn_and_why(self) -> None:
        link = linked_indicator()
        owner = make.PersonFactory(holding=link.risk.owner_post)
        member = make.PersonFactory(holding=make.PostFactory(on_dmt=True))
        publish(link, "70")
        correct_the_last(link, "79")
        told = db.session.scalars(
            select(Message).where(Message.kind == "escalation_withdrawn").order_by(Message.person_id)
        ).all()
        assert [(one.person_id, one.facts["for"]) for one in told] == [(owner.id, "owner"), (member.id, "dmt")]
        (facts,) = told[0].facts["escalations"]
        assert (facts["rag_before"], facts["rag_after"]) == ("RED", "AMBER")
        assert "The figure for December 2016 was corrected from 70% to 79%: A return was late." in facts["why"]

    def test_a_decision_taken_on_a_wrong_figure_stands_and_dmt_is_told_what_was_corrected(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        escalation = confirm(link)
        correct_the_last(link, "79")
        assert (escalation.status, link.risk.effective_rag) == ("confirmed", "RED")
        assert "corrected from 70% to 79%: A return was late." in escalation.proposal
        assert db.session.scalars(select(Message).where(Message.kind == "escalation_withdrawn")).all() == []

    def test_a_milder_figure_says_on_the_old_reason_what_was_corrected(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        escalation = confirm(link)
        correct_the_last(link, "75")
        db.session.expire_all()
        assert escalation.status == "confirmed"
        assert [one.signal.state for one in escalation.evidence] == ["overtaken", "stands"]
        assert "corrected from 70% to 75%" in escalation.evidence[0].signal.ended_why

    def test_the_correction_of_the_period_before_is_named_when_it_takes_the_reason_away(self) -> None:
        link = linked_indicator()
        publish(link, "79")
        publish(link, "75", month=1, year=2017)
        assert live(link) is not None
        before = db.session.scalars(select(Result).where(Result.current, Result.printed == "79")).one()
        correct_result(OFFICER, link.risk.register_id, before, "76", "final", "Recounted.", NOW + timedelta(days=1))
        escalation = db.session.scalars(select(Escalation)).one()
        assert "The figure for December 2016 was corrected from 79% to 76%" in str(
            [one.signal.ended_why for one in escalation.evidence]
        )


def test_every_effect_has_its_words_on_the_page(app: Flask) -> None:
    words = app.jinja_env.get_template("effects.html").make_module({}).headings  # type: ignore[attr-defined]
    assert list(words) == sorted(words, key=list(words).index)
    assert set(words) == set(Effect)
