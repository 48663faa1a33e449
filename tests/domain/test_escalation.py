"""What becomes of signals, and when they open, join, bring back or end an escalation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.escalation import (
    NOT_GONE,
    Candidate,
    Changes,
    Ending,
    Fate,
    Outcome,
    Seen,
    SignalState,
    StoredSignal,
    compare,
    falls_back,
    fate,
    is_news,
    on_candidates,
    stands_again,
    takes_the_place,
)
from riskreg.domain.lifecycle import LIVE, DecisionKind, EscalationStatus
from riskreg.domain.signals import Reach, Signal, SignalKind

K = SignalKind
S = EscalationStatus
STANDS, OVERTAKEN = SignalState.STANDS, SignalState.OVERTAKEN
RECOVERED, WITHDRAWN = SignalState.RECOVERED, SignalState.WITHDRAWN
FIRST, SECOND = 1, 2  # the numbers of two decisions, one after the other


def found(fact: str, kind: K = K.SLIPPED, severity: int = 2, words: str = "It fell.", recovered: str = "") -> Signal:
    return Signal(kind, fact, severity, words, Reach.DMT, date(2017, 4, 1), recovered)


def stored(key: int, signal: Signal, state: SignalState = STANDS) -> StoredSignal:
    return StoredSignal(key, signal.kind, signal.fact, signal.severity, signal.sentence, state)


def seen(
    fact: str, severity: int = 2, decided: int | None = FIRST, state: SignalState = STANDS, subject: str = "i1"
) -> Seen:
    return Seen(subject, K.SLIPPED, fact, severity, state, decided)


def candidate(fact: str, kind: K = K.SLIPPED, severity: int = 2, key: int = 1, subject: str = "i1") -> Candidate:
    return Candidate(key, subject, kind, fact, severity)


def states(changes: Changes) -> dict[int, SignalState]:
    return {ending.key: ending.state for ending in changes.endings}


def test_a_signal_found_for_the_first_time_is_new() -> None:
    assert compare([], [found("p1")], wording_counts=True) == Changes((found("p1"),), ())


def test_a_signal_that_has_already_recovered_when_found_is_not_stored() -> None:
    assert compare([], [found("p1", recovered="Back.")], wording_counts=True) == Changes((), ())


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        (STANDS, found("p1"), None),
        (STANDS, found("p1", recovered="Back."), RECOVERED),
        (RECOVERED, found("p1", recovered="Back."), None),
        (RECOVERED, found("p1"), OVERTAKEN),
        (STANDS, None, WITHDRAWN),
        (RECOVERED, None, WITHDRAWN),
        (STANDS, found("p1", severity=1), OVERTAKEN),
        (STANDS, found("p1", kind=K.RED), OVERTAKEN),
        (STANDS, found("p1", words="It fell further."), OVERTAKEN),
        (STANDS, found("p2"), WITHDRAWN),
        (STANDS, found("p1", words="It fell further.", recovered="Back."), RECOVERED),
        (RECOVERED, found("p1", words="It fell further.", recovered="Back."), None),
        (RECOVERED, found("p1", words="It fell further."), OVERTAKEN),
        (WITHDRAWN, None, None),
        (OVERTAKEN, None, None),
    ],
)
def test_a_stored_signal_becomes_what_the_figures_now_say(
    before: SignalState, now: Signal | None, after: SignalState | None
) -> None:
    changes = compare([stored(1, found("p1"), before)], [now] if now else [], wording_counts=True)
    assert states(changes) == ({1: after} if after else {})


@pytest.mark.parametrize("state", [WITHDRAWN, OVERTAKEN])
def test_what_went_is_stored_anew_when_found_again(state: SignalState) -> None:
    changes = compare([stored(1, found("p1"), state)], [found("p1")], wording_counts=True)
    assert changes == Changes((found("p1"),), ())


@pytest.mark.parametrize("now", [found("p1"), found("p1", severity=3), found("p1", kind=K.RED, words="It is worse.")])
def test_a_figure_that_stands_again_says_that_its_recovery_was_wrong_and_tells_the_reason_anew(now: Signal) -> None:
    changes = compare([stored(1, found("p1"), RECOVERED)], [now], wording_counts=True)
    assert changes == Changes((now,), (Ending(1, OVERTAKEN, NOT_GONE),))


@pytest.mark.parametrize("policy_changed", [(), {1}])
@pytest.mark.parametrize("now", [found("end:2018-03"), found("end:2018-03", severity=3, kind=K.NO_AWARD)])
def test_how_a_milestone_ended_stays_as_told_when_it_is_missed_again(now: Signal, policy_changed: set[int]) -> None:
    before = stored(1, found("end:2018-03"), RECOVERED)
    changes = compare([before], [now], wording_counts=False, policy_changed=policy_changed)
    assert changes == Changes((now,), ())
    again = stored(2, now)
    assert compare([before, again], [now], wording_counts=False) == Changes((), ())
    ended = compare([before, again], [], wording_counts=False, true_of_its_day={1, 2})
    assert states(ended) == {2: RECOVERED}


@pytest.mark.parametrize(
    ("facts", "again"),
    [
        ({}, True),
        ({"why": f"It has recovered: 79%. {NOT_GONE} The figure was corrected."}, True),
        ({"why": "Overtaken by a later finding on the same fact."}, False),
        ({"live": False}, False),
        ({"fact": "p2"}, False),
        ({"subject": "i2"}, False),
        ({"sentence": "It fell further."}, False),
    ],
)
def test_the_same_reason_again_is_told_from_a_further_one(facts: dict[str, Any], again: bool) -> None:
    old = replace(seen("p1", state=OVERTAKEN), sentence="It fell.", why=NOT_GONE)
    one = replace(candidate("p1"), sentence="It fell.")
    assert (stands_again(one, [replace(old, **facts)]) is not None) is again


def test_the_countdown_of_a_contract_is_no_new_fact() -> None:
    before, now = found("end:2018-03", words="in 60 days"), found("end:2018-03", words="in 59 days")
    assert compare([stored(1, before)], [now], wording_counts=False) == Changes((), ())


def test_a_contract_signal_that_was_true_of_its_day_has_recovered_and_any_other_never_was() -> None:
    both = [stored(1, found("end:2018-03")), stored(2, found("review:2017-04"))]
    changes = compare(both, [], wording_counts=False, true_of_its_day={1})
    assert states(changes) == {1: RECOVERED, 2: WITHDRAWN}
    assert all(ending.why for ending in changes.endings)


@pytest.mark.parametrize(
    ("one", "before", "news"),
    [
        (candidate("p1"), [], True),
        (candidate("p1"), [seen("p1")], False),
        (candidate("p1"), [seen("p1", severity=1)], True),
        (candidate("p1", severity=1), [seen("p1", severity=2)], False),
        (candidate("p2"), [seen("p1")], True),
        (candidate("p1"), [seen("p1", subject="i2")], True),
        (candidate("p1"), [seen("p1", decided=None)], False),
        (candidate("p1"), [seen("p1", decided=None, state=WITHDRAWN)], True),
        (candidate("p1"), [seen("p1", decided=FIRST, state=WITHDRAWN)], False),
        (candidate("p1"), [seen("p1", decided=None, state=OVERTAKEN)], True),
        (candidate("p1"), [seen("p1", decided=FIRST, state=OVERTAKEN)], False),
        (candidate("p1"), [seen("p1", state=RECOVERED)], False),
        (candidate("p2", K.RED), [seen("p1")], False),
        (candidate("p2", K.RED), [seen("p1", severity=1)], True),
        (candidate("p2", K.RED), [seen("p1", decided=None)], True),
        (candidate("p2", K.RED), [seen("p1", subject="i2")], True),
        (candidate("p3", K.RED), [seen("p1"), seen("p2", severity=1, decided=SECOND)], True),
        (candidate("p3", K.RED), [seen("p1", severity=1), seen("p2", decided=SECOND)], False),
        (candidate("p3", K.RED), [seen("p1", severity=1, decided=SECOND), seen("p2", decided=SECOND)], False),
        (candidate("p2", K.SLIPPED), [seen("p1")], True),
        (candidate("p2", K.WORSENING), [seen("p1")], True),
    ],
)
def test_news_is_what_dmt_has_not_had_before_it_or_only_milder(one: Candidate, before: list[Seen], news: bool) -> None:
    assert is_news(one, before) is news


NEWS, OLD = candidate("p2", key=2), candidate("p1", key=1)


@pytest.mark.parametrize(
    ("candidates", "status", "outcome"),
    [
        ([], None, Outcome((), opens=False, back=False)),
        ([OLD], None, Outcome((), opens=False, back=False)),
        ([NEWS], None, Outcome((2,), opens=True, back=False)),
        ([OLD, NEWS], None, Outcome((2,), opens=True, back=False)),
        ([NEWS], S.AWAITING, Outcome((2,), opens=False, back=False)),
        ([NEWS], S.DEFERRED, Outcome((2,), opens=False, back=False)),
        ([NEWS], S.REFERRED, Outcome((2,), opens=False, back=False)),
        ([NEWS], S.CONFIRMED, Outcome((2,), opens=False, back=True)),
        ([NEWS], S.RETURNED, Outcome((2,), opens=False, back=True)),
        ([OLD], S.CONFIRMED, Outcome((1,), opens=False, back=False)),
        ([OLD, NEWS], S.CONFIRMED, Outcome((1, 2), opens=False, back=True)),
        ([], S.CONFIRMED, Outcome((), opens=False, back=False)),
    ],
)
def test_candidates_open_join_or_bring_back(candidates: list[Candidate], status: S | None, outcome: Outcome) -> None:
    assert on_candidates(candidates, [seen("p1")], status) == outcome


@pytest.mark.parametrize("status", LIVE)
def test_what_an_ended_escalation_settled_joins_no_later_one(status: S) -> None:
    before = [replace(seen("p1"), live=False), seen("p0", decided=None)]
    assert on_candidates([OLD], before, status) == Outcome((), opens=False, back=False)
    assert on_candidates([OLD, NEWS], before, status).attach == (2,)


@pytest.mark.parametrize(
    ("status", "now", "outcome"),
    [
        (S.AWAITING, [STANDS, WITHDRAWN], Fate.KEEP),
        (S.AWAITING, [WITHDRAWN], Fate.WITHDRAW),
        (S.AWAITING, [WITHDRAWN, OVERTAKEN], Fate.WITHDRAW),
        (S.AWAITING, [OVERTAKEN], Fate.WITHDRAW),
        (S.AWAITING, [RECOVERED], Fate.PROPOSE),
        (S.AWAITING, [RECOVERED, WITHDRAWN], Fate.PROPOSE),
        (S.DEFERRED, [WITHDRAWN], Fate.WITHDRAW),
        (S.DEFERRED, [RECOVERED], Fate.PROPOSE),
        (S.CONFIRMED, [WITHDRAWN], Fate.PROPOSE),
        (S.CONFIRMED, [RECOVERED], Fate.PROPOSE),
        (S.CONFIRMED, [RECOVERED, STANDS], Fate.KEEP),
        (S.REFERRED, [WITHDRAWN], Fate.PROPOSE),
        (S.RETURNED, [WITHDRAWN], Fate.PROPOSE),
        (S.AWAITING, [], Fate.KEEP),
    ],
)
def test_an_escalation_lives_as_long_as_its_reasons_or_until_a_person_ends_it(
    status: S, now: list[SignalState], outcome: Fate
) -> None:
    assert fate(status, now, raised_by_person=False) is outcome


@pytest.mark.parametrize("status", LIVE)
def test_what_a_person_raised_only_a_person_ends(status: S) -> None:
    assert fate(status, [WITHDRAWN], raised_by_person=True) is Fate.KEEP


@pytest.mark.parametrize("status", [S.AWAITING, S.DEFERRED])
def test_a_confirmed_escalation_that_news_brought_back_is_not_withdrawn(status: S) -> None:
    assert fate(status, [WITHDRAWN, WITHDRAWN], raised_by_person=False, confirmed_before=True) is Fate.PROPOSE


@pytest.mark.parametrize(
    ("last", "news", "answered", "status"),
    [
        (DecisionKind.RETURN, [WITHDRAWN], False, S.RETURNED),
        (DecisionKind.CONFIRM, [WITHDRAWN, WITHDRAWN], False, S.CONFIRMED),
        (DecisionKind.RETURN, [WITHDRAWN], True, None),
        (DecisionKind.RETURN, [WITHDRAWN, RECOVERED], False, None),
        (DecisionKind.RETURN, [STANDS], False, None),
        (DecisionKind.RETURN, [], False, None),
        (DecisionKind.DEFER, [WITHDRAWN], False, None),
        (None, [WITHDRAWN], False, None),
    ],
)
def test_only_wrong_news_puts_an_escalation_back_where_dmt_had_left_it(
    last: DecisionKind | None, news: list[SignalState], answered: bool, status: S | None
) -> None:
    assert falls_back(last, news, answered=answered) is status


def test_a_red_result_is_news_when_the_last_decision_saw_the_one_before_recovered() -> None:
    recovered = Seen("i1", K.SLIPPED, "p1", 2, RECOVERED, SECOND, stood=False)
    assert is_news(candidate("p2", K.RED), [recovered])
    assert not is_news(candidate("p2", K.RED), [replace(recovered, stood=True)])


@pytest.mark.parametrize(
    ("held", "takes"),
    [
        (seen("p1", state=OVERTAKEN), True),
        (seen("p1", state=STANDS), False),
        (seen("p1", state=WITHDRAWN), False),
        (seen("p2", state=OVERTAKEN), False),
        (seen("p1", state=OVERTAKEN, subject="i2"), False),
        (replace(seen("p1", state=OVERTAKEN), live=False), False),
    ],
)
def test_a_reason_takes_the_place_of_one_on_the_same_fact_that_was_overtaken(held: Seen, takes: bool) -> None:
    assert takes_the_place(candidate("p1"), [held]) is takes


@dataclass
class Desk:
    """One risk linked to one indicator, kept by the rules as the application keeps it."""

    rows: dict[int, StoredSignal] = field(default_factory=dict)
    held: dict[int, tuple[int | None, bool]] = field(default_factory=dict)
    live: set[int] = field(default_factory=set)
    status: S | None = None
    opened: int = 0
    decisions: int = 0

    def is_raised(self) -> bool:
        """Whether an escalation raises the rating."""
        return self.status is not None

    def evaluate(self, signals: list[Signal]) -> bool:
        """Evaluate, and say whether anything changed."""
        changes = compare(list(self.rows.values()), signals, wording_counts=True)
        for ending in changes.endings:
            self.rows[ending.key] = replace(self.rows[ending.key], state=ending.state)
        for signal in changes.new:
            key = len(self.rows) + 1
            self.rows[key] = stored(key, signal)
        ended = self._escalate()
        return bool(changes.new or changes.endings) or ended

    def _escalate(self) -> bool:
        waiting = [row for key, row in self.rows.items() if key not in self.held and row.state is STANDS]
        before = [
            Seen("i1", row.kind, row.fact, row.severity, row.state, *self.held[key], live=key in self.live)
            for key, row in self.rows.items()
            if key in self.held
        ]
        outcome = on_candidates([candidate(r.fact, r.kind, r.severity, r.key) for r in waiting], before, self.status)
        self.opened += outcome.opens
        if outcome.opens or outcome.back:
            self.status = S.AWAITING
        self.held.update(dict.fromkeys(outcome.attach, (None, True)))
        self.live.update(outcome.attach)
        moved = bool(outcome.attach)
        if (
            self.status
            and fate(self.status, [self.rows[k].state for k in self.live], raised_by_person=False) is Fate.WITHDRAW
        ):
            self.status, self.live, moved = None, set(), True
        return moved

    def decide(self, status: S) -> None:
        """Let DMT decide on what is live."""
        self.decisions += 1
        self.held.update({key: (self.decisions, self.rows[key].state is STANDS) for key in self.live})
        self.status = status if status in LIVE else None
        if self.status is None:
            self.live = set()


def one_of(fact: str) -> st.SearchStrategy[Signal]:
    return st.builds(
        found,
        st.just(fact),
        st.sampled_from([K.SLIPPED, K.RED, K.WORSENING]),
        st.sampled_from([1, 2]),
        st.sampled_from(["70", "69"]),
        st.sampled_from(["", "Back."]),
    ).filter(lambda signal: signal.kind is not K.RED or signal.severity == 2)


FINDINGS = st.tuples(*(st.none() | one_of(fact) for fact in ("p1", "p2", "p3"))).map(
    lambda picked: [signal for signal in picked if signal]
)
DECISIONS = st.none() | st.sampled_from([S.CONFIRMED, S.DECLINED, S.DE_ESCALATED, S.DEFERRED])
PASTS = st.lists(st.tuples(FINDINGS, DECISIONS), max_size=4)


def desk_after(past: list[tuple[list[Signal], S | None]]) -> Desk:
    desk = Desk()
    for signals, decision in past:
        desk.evaluate(signals)
        if decision and desk.status:
            desk.decide(decision)
    return desk


@given(PASTS, FINDINGS)
def test_evaluating_twice_equals_once(past: list[tuple[list[Signal], S | None]], signals: list[Signal]) -> None:
    desk = desk_after(past)
    desk.evaluate(signals)
    opened, status = desk.opened, desk.status
    assert not desk.evaluate(signals)
    assert (desk.opened, desk.status) == (opened, status)


@given(FINDINGS, FINDINGS)
def test_withdrawing_restores_exactly_and_leaves_no_trace_on_the_future(
    wrong: list[Signal], later: list[Signal]
) -> None:
    desk, untouched = Desk(), Desk()
    wrong = [replace(signal, recovered="") for signal in wrong]
    desk.evaluate(wrong)
    desk.evaluate([replace(signal, sentence="Corrected once more.") for signal in wrong])
    desk.evaluate([])
    assert not desk.is_raised()
    opened = desk.opened
    desk.evaluate(later)
    untouched.evaluate(later)
    assert (desk.is_raised(), desk.opened - opened) == (untouched.is_raised(), untouched.opened)


@given(PASTS, FINDINGS, st.sampled_from([S.DECLINED, S.DE_ESCALATED]))
def test_decided_facts_never_return_unless_worse(
    past: list[tuple[list[Signal], S | None]], signals: list[Signal], decision: S
) -> None:
    desk = desk_after(past)
    desk.evaluate(signals)
    if not desk.is_raised():
        return
    desk.decide(decision)
    known = {
        row.fact: row.severity
        for key, row in desk.rows.items()
        if desk.held.get(key, (None, False))[0] and desk.held[key][1]
    }
    again = [signal for signal in signals if signal.severity <= known.get(signal.fact, -1)]
    opened = desk.opened
    desk.evaluate(again)
    desk.evaluate([])
    desk.evaluate([replace(signal, sentence="Printed differently.") for signal in again])
    assert (desk.opened, desk.is_raised()) == (opened, False)


def test_a_declined_fact_does_not_keep_up_what_a_wrong_figure_opened() -> None:
    desk = desk_after([([found("p1")], S.DECLINED)])
    assert not desk.is_raised()
    reworded = found("p1", words="Printed differently.")
    desk.evaluate([reworded, found("p2")])
    assert desk.is_raised()
    desk.evaluate([reworded])
    assert not desk.is_raised()


@given(PASTS)
def test_a_declined_fact_returns_when_it_is_worse(past: list[tuple[list[Signal], S | None]]) -> None:
    desk = desk_after([([row for row in signals if row.fact != "p1"], decision) for signals, decision in past])
    desk.evaluate([found("p1", severity=1)])
    if desk.is_raised():
        desk.decide(S.DECLINED)
    opened = desk.opened
    desk.evaluate([found("p1", severity=2)])
    assert desk.opened == opened + 1
    assert desk.is_raised()


@given(PASTS)
def test_only_a_person_ends_a_confirmed_escalation(past: list[tuple[list[Signal], S | None]]) -> None:
    desk = desk_after(past)
    desk.evaluate([found("p9")])
    if not desk.is_raised():
        return
    desk.decide(S.CONFIRMED)
    desk.evaluate([])
    desk.evaluate([found("p9", recovered="Back.")])
    assert desk.status is S.CONFIRMED
