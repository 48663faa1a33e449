"""A risk and its escalations within a replay: what they hold, where they stand, what DMT had before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from riskreg.domain.choices import Heeds
from riskreg.domain.escalation import ENDED, Fate, Seen, SignalState, StoredSignal, falls_back, fate
from riskreg.domain.lifecycle import CONFIRMING, DECISIONS, LIVE, OWES_AN_ANSWER, DecisionKind, EscalationStatus
from riskreg.domain.past import Happening, What
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach, Signal, heeded


@dataclass(slots=True, eq=False)
class Kept:
    """A signal as the replay keeps it, with the policy it was found by."""

    key: int
    subject: str
    signal: Signal
    found_on: date
    policy: Policy
    state: SignalState = SignalState.STANDS
    held_by: list[Case] = field(default_factory=list)

    def as_stored(self) -> StoredSignal:
        """The signal as comparing reads it."""
        one = self.signal
        return StoredSignal(self.key, one.kind, one.fact, one.severity, one.sentence, self.state)


@dataclass(slots=True)
class _Last:
    """The last decision: what it was, when, and in which state it saw each signal."""

    kind: DecisionKind
    at: datetime
    saw: dict[int, SignalState]


@dataclass(slots=True, eq=False)
class Case:
    """One escalation. `first`: what raised it, and what joined it on the same evaluation."""

    risk_id: int
    opened_at: datetime
    by_person: bool = False
    status: EscalationStatus = EscalationStatus.AWAITING
    ended_at: datetime | None = None
    evidence: list[Kept] = field(default_factory=list)
    first: tuple[Kept, ...] = ()
    proposed: bool = False
    unlinked: dict[str, datetime] = field(default_factory=dict)
    _last: _Last | None = None
    _decided: dict[int, tuple[int, bool]] = field(default_factory=dict)
    _confirmed: bool = False
    _answered: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it still raises the risk."""
        return self.status in LIVE

    def join(self, signals: Sequence[Kept], *, back: bool) -> None:
        """Take signals in; `back`: they bring it before DMT again."""
        if not self.evidence and not self.by_person:
            self.first = tuple(signals)
        self.evidence += signals
        for one in signals:
            one.held_by.append(self)
        if back:
            self.status = EscalationStatus.AWAITING
        self.proposed = False

    def seen(self) -> list[Seen]:
        """What it holds, each with the last decision that had it in view."""
        found = []
        for one in self.evidence:
            number, stood = self._decided.get(one.key, (None, True))
            about = one.signal
            found.append(
                Seen(one.subject, about.kind, about.fact, about.severity, one.state, number, stood, self.is_live)
            )
        return found

    def decide(self, kind: DecisionKind, number: int, at: datetime) -> None:
        """Let DMT decide as it did; what it could not have decided as the case stands here is passed over."""
        status = DECISIONS.get(self.status, {}).get(kind)
        if status is None:
            return
        self.status, self.proposed, self._answered = status, False, False
        if kind is not DecisionKind.DEFER:
            self._decided |= {one.key: (number, one.state is SignalState.STANDS) for one in self.evidence}
        self._last = _Last(kind, at, {one.key: one.state for one in self.evidence})
        self._confirmed = self._confirmed or kind in CONFIRMING
        if not self.is_live:
            self.ended_at = at

    def review(self) -> None:
        """Take note that the owner reviewed the risk, which answers what DMT asked."""
        self._answered = True
        if self.status in OWES_AN_ANSWER:
            self.status = EscalationStatus.AWAITING

    def come_back(self) -> None:
        """Take note that the corporate register declined the risk or handed it back."""
        if self.status is EscalationStatus.REFERRED:
            self.status = EscalationStatus.AWAITING

    def leave(self, at: datetime) -> None:
        """End with the risk, which left the register."""
        self.status, self.ended_at = EscalationStatus.CLOSED, at

    def fall_back(self, gone: Collection[int]) -> None:
        """Stand again where DMT had left it, when only wrong news had brought it back."""
        last = self._last
        if last is None or self.status is not EscalationStatus.AWAITING or not self._holds(gone):
            return
        news = [one.state for one in self.evidence if one.key not in last.saw]
        self.status = falls_back(last.kind, news, answered=self._answered) or self.status

    def _holds(self, keys: Collection[int]) -> bool:
        return any(one.key in keys for one in self.evidence)

    def reconsider(self, at: datetime, hears: Callable[[Kept], bool]) -> None:
        """Be withdrawn or proposed to end, as the signals ask; one that no link heeds any more counts as gone."""
        if self.by_person:
            return
        unheard = [one for one in self.evidence if one.state is SignalState.STANDS and not hears(one)]
        stands = any(one.state is SignalState.STANDS and one not in unheard for one in self.evidence)
        if stands is not self.proposed:
            return
        states = [SignalState.RECOVERED if one in unheard else one.state for one in self.evidence]
        asked = fate(self.status, states, raised_by_person=False, confirmed_before=self._confirmed)
        if asked is Fate.WITHDRAW:
            self.status, self.ended_at, self.proposed = EscalationStatus.WITHDRAWN, at, False
        elif asked is Fate.PROPOSE:
            self.proposed = self._is_new_to_dmt(unheard)
        else:
            self.proposed = False

    def _is_new_to_dmt(self, unheard: Sequence[Kept]) -> bool:
        """Whether a reason went since DMT last decided: it is not asked twice about the same."""
        last = self._last
        saw = last.saw if last else {}
        ended = any(one.state in ENDED and saw.get(one.key) is not one.state for one in self.evidence)
        return ended or any(last is None or self.unlinked.get(one.subject, last.at) > last.at for one in unheard)


@dataclass(slots=True, eq=False)
class RiskThen:
    """A risk as it stands in the replay. `links`: what it heeds of which subject."""

    id: int
    is_open: bool = False
    links: dict[str, Heeds] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    decisions: int = 0

    @property
    def live(self) -> Case | None:
        """The case that raises it, if there is one."""
        return self.cases[-1] if self.cases and self.cases[-1].is_live else None

    def hears(self, one: Kept) -> bool:
        """Whether a link lets the signal escalate it."""
        heeds, signal = self.links.get(one.subject), one.signal
        about = one.subject.startswith("indicator")
        return heeds is not None and heeded(
            heeds, about_indicator=about, severity=signal.severity, reaches=Reach(signal.reaches)
        )

    def happen(self, one: Happening) -> None:
        """Let something happen to it as people did it."""
        if one.what is What.OPENED:
            self.is_open = True
        elif one.what is What.LINKED:
            self.links[one.subject] = one.heeds
        elif one.what is What.UNLINKED:
            self.links.pop(one.subject, None)
        elif one.what is What.RAISED and self.live is None and self.is_open:
            self.cases.append(Case(self.id, one.at, by_person=True))
        if one.what is What.LEFT:
            self.is_open = False
        if live := self.live:
            self._go_on(live, one)

    def _go_on(self, live: Case, one: Happening) -> None:
        if one.what is What.DECIDED and one.decision:
            self.decisions += 1
            live.decide(one.decision, self.decisions, one.at)
        elif one.what is What.REVIEWED:
            live.review()
        elif one.what is What.CAME_BACK:
            live.come_back()
        elif one.what is What.UNLINKED:
            live.unlinked[one.subject] = one.at
        elif one.what is What.LEFT:
            live.leave(one.at)
