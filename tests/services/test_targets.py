"""Setting targets and national figures: what stood is kept, what waited is judged, what was judged stays."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RowsBroken, RuleBroken
from riskreg.domain.target_setting import read_written, written_target
from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Benchmark,
    BenchmarkPast,
    Indicator,
    Link,
    Message,
    Result,
    TargetPast,
    TargetRow,
)
from riskreg.queries.targets import benchmark_of, sheet_targets, target_of
from riskreg.services.actors import Actor
from riskreg.services.benchmarks import BenchmarkEntry, preview_benchmarks, set_benchmarks
from riskreg.services.consequences import Effect
from riskreg.services.judging import as_target
from riskreg.services.rejudging import SettingOutcome
from riskreg.services.targets import TargetEntry, preview_targets, set_targets
from tests import factories as make
from tests.services.test_evaluation import linked_indicator, live, publish
from tests.services.test_publishing import everything

NOW = make.NOW
WHY = "Agreed by DMT."


@pytest.fixture
def officer() -> Actor:
    person = make.PersonFactory(name="Officer")
    db.session.commit()
    return Actor(person.id, "Officer", frozenset({Role.PERFORMANCE_OFFICER}), frozenset())


def entry_for(link: Link, year: int = 2017, kind: str = "figure", **words: Any) -> TargetEntry:
    """A target as somebody types it who sees what is in force."""
    assert link.indicator_id is not None
    known = target_of(link.indicator_id, year)
    return TargetEntry(link.indicator_id, year, kind, **({"revision": known.revision if known else None} | words))


def waiting() -> Link:
    """A risk on an indicator that was GREEN and has a result of 70 that waits for the national average of 2017."""
    link = linked_indicator()
    assert link.indicator_id is not None
    row = target_of(link.indicator_id, 2017)
    assert row is not None
    row.kind, row.value, row.printed = "national", None, "= National average"
    db.session.flush()
    publish(link, "70")
    db.session.commit()
    assert live(link) is None
    return link


@pytest.mark.usefixtures("app")
class TestTargets:
    """Targets, one at a time."""

    def test_what_was_in_force_is_kept_with_who_and_why(self, officer: Actor) -> None:
        link = linked_indicator()
        set_targets(officer, 1, [entry_for(link, value="80", floor="72")], WHY, NOW)
        row = db.session.scalars(select(TargetRow).where(TargetRow.year == 2017)).one()
        assert (row.kind, row.value, row.floor) == ("figure", Decimal(80), Decimal(72))
        assert (row.printed, row.revision) == ("80", 1)
        assert (row.note, row.source_line) == (WHY, "")
        past = db.session.scalars(select(TargetPast)).one()
        assert (past.year, past.value, past.replaced_why) == (2017, Decimal(78), WHY)
        assert past.replaced_by == officer.person_id
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "set the target")).one()
        assert "Until now: 78%. Agreed by DMT." in event.sentence
        assert (event.detail["before"], event.detail["after"]) == ("78%", "80%, floor 72%")

    def test_a_year_without_a_target_gets_its_first(self, officer: Actor) -> None:
        link = linked_indicator()
        set_targets(officer, 1, [entry_for(link, 2021, "up")], WHY, NOW)
        assert link.indicator_id is not None
        row = target_of(link.indicator_id, 2021)
        assert row is not None
        assert (row.kind, row.printed, row.revision) == ("up", "↑", 0)
        assert db.session.scalars(select(TargetPast)).all() == []

    def test_a_result_stays_judged_by_the_target_of_its_time_and_it_is_said(self, officer: Actor) -> None:
        link = linked_indicator()
        publish(link, "78")
        outcome, evaluation = set_targets(officer, 1, [entry_for(link, value="85")], WHY, NOW)
        result = db.session.scalars(select(Result).where(Result.target_year == 2017)).one()
        assert (result.rag, result.target_value) == ("GREEN", Decimal(78))
        assert [(one.period, one.before, one.after) for one in outcome.otherwise] == [
            ("December 2016", "GREEN", "AMBER")
        ]
        assert (outcome.rated, outcome.effects.risks, evaluation.raised) == ((), (), [])
        assert live(link) is None

    def test_the_next_result_is_judged_by_the_new_target(self, officer: Actor) -> None:
        link = linked_indicator()
        set_targets(officer, 1, [entry_for(link, value="85")], WHY, NOW)
        publish(link, "78")
        assert live(link) is not None

    def test_a_result_that_waits_is_judged_by_a_figure_that_replaces_the_average(self, officer: Actor) -> None:
        link = waiting()
        outcome, _ = set_targets(officer, 1, [entry_for(link, value="80")], WHY, NOW)
        assert [(one.value, one.before, one.after) for one in outcome.rated] == [(Decimal(70), None, "RED")]
        assert [one.effect for one in outcome.effects.risks] == [Effect.ESCALATED]
        assert live(link) is not None

    def test_a_target_that_says_nothing_new_is_refused(self, officer: Actor) -> None:
        with pytest.raises(RowsBroken, match="set already"):
            set_targets(officer, 1, [entry_for(linked_indicator(), value="78.0")], WHY, NOW)

    def test_without_a_reason_nothing_is_set(self, officer: Actor) -> None:
        with pytest.raises(RuleBroken) as caught:
            set_targets(officer, 1, [entry_for(linked_indicator(), value="80")], "  ", NOW)
        assert caught.value.field == "reason"

    def test_a_target_that_somebody_changed_meanwhile_is_not_overwritten(self, officer: Actor) -> None:
        link = linked_indicator()
        mine = entry_for(link, value="81")
        set_targets(officer, 1, [entry_for(link, value="80")], WHY, NOW)
        with pytest.raises(ChangedMeanwhile, match="it says now: 80%"):
            set_targets(officer, 1, [mine], WHY, NOW)

    @pytest.mark.parametrize(
        ("words", "field"),
        [
            ({"value": "about 80"}, "value"),
            ({"value": "80", "floor": "85"}, "floor"),
            ({"value": "80", "green_tolerance": "2"}, "green_tolerance"),
            ({"year": 1999, "value": "80", "revision": None}, "year"),
            ({"kind": "national", "value": "80"}, "value"),
            ({"kind": "sideways"}, "kind"),
        ],
    )
    def test_what_can_be_no_target_is_refused(self, officer: Actor, words: dict[str, Any], field: str) -> None:
        link = linked_indicator()
        with pytest.raises(RowsBroken) as caught:
            set_targets(officer, 1, [entry_for(link, **words)], WHY, NOW)
        assert caught.value.field == field

    def test_only_the_performance_officer_sets_targets(self) -> None:
        coordinator = Actor(1, "Co-ordinator", frozenset({Role.COORDINATOR}), frozenset())
        with pytest.raises(NotPermitted):
            set_targets(coordinator, 1, [entry_for(linked_indicator(), value="80")], WHY, NOW)

    def test_several_are_set_all_or_none_and_every_problem_is_named(self, officer: Actor) -> None:
        first, second = linked_indicator(), linked_indicator()
        db.session.commit()
        before = everything()
        entries = [
            entry_for(first, value="80", row="row 2"),
            entry_for(second, value="eighty", row="row 3"),
            entry_for(second, 2018, value="80", floor="90", row="row 4"),
            entry_for(first, value="81", row="row 5"),
            entry_for(second, 2016, value="70", revision=7, row="row 6"),
            TargetEntry(0, 2017, "figure", "80", row="row 7"),
        ]
        with pytest.raises(RowsBroken) as caught:
            set_targets(officer, 1, entries, WHY, NOW)
        db.session.rollback()
        assert [(one.row, one.field) for one in caught.value.problems] == [
            ("row 2", "year"),
            ("row 3", "value"),
            ("row 4", "floor"),
            ("row 5", "year"),
            ("row 6", "revision"),
            ("row 7", "indicator"),
        ]
        assert everything() == before


@pytest.mark.usefixtures("app")
class TestNationalFigures:
    """The national figure and that of the neighbours."""

    def national(self, link: Link, value: str, neighbours: str = "", **other: Any) -> BenchmarkEntry:
        assert link.indicator_id is not None
        known = benchmark_of(link.indicator_id, 2017)
        seen = {"revision": known.revision if known else None}
        return BenchmarkEntry(link.indicator_id, 2017, value, neighbours, **(seen | other))

    def test_a_target_of_the_average_is_judged_when_the_figure_arrives(self, officer: Actor) -> None:
        link = waiting()
        seen = preview_benchmarks(officer, 1, [self.national(link, "80", "75")], WHY, NOW)
        assert [(one.before, one.after) for one in seen.rated] == [(None, "RED")]
        assert [one.effect for one in seen.effects.risks] == [Effect.ESCALATED]
        assert live(link) is None
        outcome, _ = set_benchmarks(officer, 1, [self.national(link, "80", "75")], WHY, NOW, shown=seen.digest)
        assert outcome == seen
        assert live(link) is not None
        assert db.session.scalar(select(func.count()).select_from(Message)) == len(seen.effects.letters)
        row = db.session.scalars(select(Benchmark)).one()
        assert (row.value, row.neighbours, row.comparable, row.printed) == (Decimal(80), Decimal(75), True, "80")

    def test_a_figure_that_is_not_comparable_leaves_it_waiting(self, officer: Actor) -> None:
        link = waiting()
        outcome, _ = set_benchmarks(officer, 1, [self.national(link, "80", comparable=False)], WHY, NOW)
        assert outcome.rated == ()
        assert live(link) is None

    def test_what_stood_is_kept_and_a_judged_result_keeps_its_rating(self, officer: Actor) -> None:
        link = waiting()
        set_benchmarks(officer, 1, [self.national(link, "70")], WHY, NOW)
        outcome, _ = set_benchmarks(officer, 1, [self.national(link, "80", "75")], "Revised by the DfE.", NOW)
        assert [(one.before, one.after) for one in outcome.otherwise] == [("GREEN", "RED")]
        past = db.session.scalars(select(BenchmarkPast)).one()
        assert (past.value, past.neighbours, past.replaced_why) == (Decimal(70), None, "Revised by the DfE.")
        assert live(link) is None

    @pytest.mark.parametrize(
        ("value", "neighbours", "reason", "field"),
        [
            ("many", "", WHY, "value"),
            ("80", "101", WHY, "neighbours"),
            ("80", "", "", "reason"),
            ("", "", WHY, "value"),
        ],
    )
    def test_what_can_be_no_figure_is_refused(
        self, officer: Actor, value: str, neighbours: str, reason: str, field: str
    ) -> None:
        with pytest.raises(RuleBroken) as caught:
            set_benchmarks(officer, 1, [self.national(linked_indicator(), value, neighbours)], reason, NOW)
        assert caught.value.field == field

    def test_figures_that_somebody_set_meanwhile_are_not_overwritten(self, officer: Actor) -> None:
        link = linked_indicator()
        mine = self.national(link, "80")
        set_benchmarks(officer, 1, [self.national(link, "70")], WHY, NOW)
        with pytest.raises(ChangedMeanwhile, match="they are now: 70%; neighbours not known"):
            set_benchmarks(officer, 1, [mine], WHY, NOW)


@pytest.mark.usefixtures("app")
def test_looking_leaves_nothing_behind_and_saving_does_what_was_shown(officer: Actor) -> None:
    link = waiting()
    entries, before = [entry_for(link, value="80")], everything()
    seen = preview_targets(officer, 1, entries, WHY, NOW)
    assert everything() == before
    later = NOW + timedelta(hours=1)
    outcome, _ = set_targets(officer, 1, entries, WHY, later, shown=seen.digest)
    assert outcome == seen


@pytest.mark.usefixtures("app")
def test_an_outcome_that_changed_meanwhile_is_noticed(officer: Actor) -> None:
    link = waiting()
    entries = [entry_for(link, value="80")]
    seen = preview_targets(officer, 1, entries, WHY, NOW)
    publish(link, "79", month=1, year=2017)
    with pytest.raises(ChangedMeanwhile):
        set_targets(officer, 1, entries, WHY, NOW, shown=seen.digest)


@pytest.mark.usefixtures("plan_app")
def test_every_target_of_the_plan_comes_back_from_a_sheet_as_it_was() -> None:
    """What nobody changed in a workbook says nothing new."""
    officer = Actor(1, "Officer", frozenset({Role.PERFORMANCE_OFFICER}), frozenset())
    ids = {row.code: row.id for row in db.session.scalars(select(Indicator))}
    entries = []
    for one in sheet_targets(range(2016, 2025), ""):
        kind, value = read_written(written_target(one.target)) if one.target else ("blank", "")
        entries.append(TargetEntry(ids[one.code], one.year, kind, value, revision=one.revision, row=f"{one.code}"))
    assert len(entries) == 9 * len(ids)
    with pytest.raises(RowsBroken, match="set already") as caught:
        set_targets(officer, 1, entries, WHY, NOW)
    assert len(caught.value.problems) == 1


@pytest.mark.usefixtures("plan_app")
def test_targets_of_the_national_average_in_the_plan_are_judged_when_it_is_known() -> None:
    """SI-19 of the plan: a result for 2017 waits, and the figure rates it."""
    person = make.PersonFactory()
    officer = Actor(person.id, "Officer", frozenset({Role.PERFORMANCE_OFFICER}), frozenset())
    indicator = db.session.scalars(select(Indicator).where(Indicator.code == "SI-19")).one()
    make.ResultFactory(indicator=indicator, basis=indicator.basis, period_end=date(2017, 3, 31), period="March 2017")
    known = benchmark_of(indicator.id, 2017)
    entry = BenchmarkEntry(indicator.id, 2017, "60", "", revision=known.revision if known else None)
    outcome: SettingOutcome = set_benchmarks(officer, 1, [entry], WHY, NOW)[0]
    assert [(one.value, one.before) for one in outcome.rated] == [(Decimal(70), None)]
    assert outcome.rated[0].after in ("RED", "GREEN")


def test_a_stored_target_is_known_to_the_rules() -> None:
    row = TargetRow(kind="figure", value=Decimal(78), floor=None, green_tolerance=None, amber_tolerance=None)
    assert as_target(row).value == 78
