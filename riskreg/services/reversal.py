"""When a reason has gone: it is told on the risk, undone where only the register acted, proposed where DMT decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from riskreg.domain.escalation import ENDED, Fate, SignalState, falls_back, fate
from riskreg.domain.lifecycle import CONFIRMING, DecisionKind, EscalationStatus
from riskreg.domain.policy import Policy
from riskreg.models import Decision, Escalation, Link, SignalRow
from riskreg.queries.heeding import Dropped, no_longer_heeded
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from riskreg.services.settling import live_escalation, reviewed_since, settle

AllDropped = Mapping[tuple[int, int], Dropped]
TOLD_OF = {SignalState.RECOVERED: "A reason has gone.", SignalState.WITHDRAWN: "A reason was withdrawn."}


@dataclass(frozen=True, slots=True)
class Went:
    """A signal of an escalation that recovered, was withdrawn or is heeded no more, and the sentence that says so."""

    escalation: Escalation
    signal_id: int
    sentence: str


@dataclass(slots=True)
class Reversed:
    """The escalations that evaluating proposed to end, withdrew, put back, or no longer proposes to end.

    `went`: the reasons that went, of whatever became of their escalations. `ratings`: what each risk showed before.
    """

    proposed: list[Escalation] = field(default_factory=list)
    withdrawn: list[Escalation] = field(default_factory=list)
    put_back: list[Escalation] = field(default_factory=list)
    kept: list[Escalation] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)
    ratings: dict[int, str] = field(default_factory=dict)


def tell_what_went(escalation: Escalation, gone: Collection[int], now: datetime, done: Reversed) -> None:
    """Write on the risk which of the escalation's signals recovered or were withdrawn, and why."""
    for one in escalation.evidence:
        signal = one.signal
        if signal.id in gone:
            state = SignalState(signal.state)
            text = f"{TOLD_OF[state]} It said: {signal.sentence} {signal.ended_why}"
            done.went.append(Went(escalation, signal.id, text))
            done.ratings.setdefault(escalation.risk_id, escalation.risk.effective_rag)
            record(SYSTEM, str(state), f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)


def let_go_by(link: Link, now: datetime) -> list[Went]:
    """Return the standing signals of the risk's escalation that no link heeds since `link` changed just now."""
    escalation = live_escalation(link.risk_id)
    if escalation is None:
        return []
    dropped = no_longer_heeded([escalation])
    found = []
    for signal in (one.signal for one in escalation.evidence):
        last = dropped.get((escalation.id, signal.id))
        about = (signal.indicator_id, signal.contract_id) == (link.indicator_id, link.contract_id)
        if last and about and last.at == now:
            text = f"A reason no longer counts. It said: {signal.sentence} {last.why}"
            found.append(Went(escalation, signal.id, text))
    return found


def fall_back(escalation: Escalation, policy: Policy, now: datetime, done: Reversed) -> None:
    """Put an escalation back where DMT had left it, when only wrong news had brought it before DMT again."""
    last = _last(escalation)
    if last is None or escalation.status != EscalationStatus.AWAITING:
        return
    in_view = _as_seen(last)
    news = [SignalState(one.signal.state) for one in escalation.evidence if one.signal_id not in in_view]
    answered = reviewed_since(escalation.risk_id, last.decided_at)
    status = falls_back(DecisionKind(last.kind), news, answered=answered)
    if status is None:
        return
    escalation.status, escalation.due_on = status, last.due_on
    done.put_back.append(escalation)
    settle(escalation.risk, policy, escalation)
    text = f"The new facts were wrong, so DMT\u2019s decision stands as it was: {last.kind}. {last.reason}"
    record(SYSTEM, "put back", f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)


def reconsider(escalation: Escalation, dropped: AllDropped, policy: Policy, now: datetime, done: Reversed) -> None:
    """Withdraw an escalation, propose its end to DMT, or let the proposal fall away, as its signals ask.

    A standing signal that no link heeds any more counts as gone, never as wrong: it was true when it was found.
    """
    signals = [one.signal for one in escalation.evidence]
    unheeded = {one.id: dropped[key] for one in signals if (key := (escalation.id, one.id)) in dropped}
    confirmed = any(decision.kind in CONFIRMING for decision in escalation.decisions)
    asked = fate(
        EscalationStatus(escalation.status),
        [SignalState.RECOVERED if signal.id in unheeded else SignalState(signal.state) for signal in signals],
        raised_by_person=escalation.person_id is not None,
        confirmed_before=confirmed,
    )
    if asked is Fate.WITHDRAW:
        why = _why(signals)
        done.ratings.setdefault(escalation.risk_id, escalation.risk.effective_rag)
        escalation.status = EscalationStatus.WITHDRAWN
        escalation.ended_at, escalation.ended_why, escalation.proposal = now, why, ""
        settle(escalation.risk, policy, None)
        done.withdrawn.append(escalation)
        text = f"The escalation is withdrawn and the rating returns to {escalation.risk.effective_rag}. {why}"
    elif asked is Fate.PROPOSE:
        why = _news(escalation, signals, unheeded)
        if not why:
            return  # DMT has decided with all this in view; asking again would not take its no for an answer
        escalation.proposal = why
        done.ratings.setdefault(escalation.risk_id, escalation.risk.effective_rag)
        done.proposed.append(escalation)
        text = f"De-escalation is proposed to DMT. {why}"
    else:
        keep(escalation, "a reason for the escalation stands again", now, done)
        return
    record(SYSTEM, str(asked), f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)


def keep(escalation: Escalation, why: str, now: datetime, done: Reversed) -> None:
    """Let the proposal to end an escalation fall, and write on the risk that it did."""
    escalation.proposal = ""
    done.ratings.setdefault(escalation.risk_id, escalation.risk.effective_rag)
    done.kept.append(escalation)
    text = f"De-escalation is no longer proposed: {why}."
    record(SYSTEM, str(Fate.KEEP), f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)


def _news(escalation: Escalation, signals: list[SignalRow], unheeded: Mapping[int, Dropped]) -> str:
    """What has gone, or is no longer heeded, that DMT did not have before it when it decided last."""
    last = _last(escalation)
    known = _as_seen(last) if last else {}
    told = [_why([signal for signal in signals if known.get(signal.id) != signal.state])]
    told += [one.why for one in unheeded.values() if last is None or one.at > last.decided_at]
    return " ".join(dict.fromkeys(text for text in told if text))


def _last(escalation: Escalation) -> Decision | None:
    return escalation.decisions[-1] if escalation.decisions else None


def _as_seen(decision: Decision) -> dict[int, str]:
    """The state of each signal as DMT saw it."""
    return {one["id"]: one["state"] for one in decision.seen["signals"]}


def _why(signals: list[SignalRow]) -> str:
    ended = [signal for signal in signals if signal.state in ENDED]
    return " ".join(dict.fromkeys(signal.ended_why for signal in ended))
