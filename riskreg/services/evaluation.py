"""Evaluating the register: signals are found; the risks that depend on them go before DMT, or are proposed to leave.

Evaluating again changes nothing: a signal joins a risk's escalation once, and what stands is asked of the database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from riskreg.domain.dates import day_of
from riskreg.domain.escalation import Seen, on_candidates, rating_moved, stands_again, takes_the_place
from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.models import Escalation, EscalationSignal, Message, Risk
from riskreg.queries import standing
from riskreg.queries.heeding import no_longer_heeded
from riskreg.queries.policies import policy_on, versions_of
from riskreg.services import notices
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from riskreg.services.escalation_notices import Heard, tell_of_joined, tell_of_proposed, tell_of_went
from riskreg.services.finding import find_contract_signals, find_indicator_signals
from riskreg.services.locking import lock_register
from riskreg.services.reversal import Reversed, Went, fall_back, keep, reconsider, tell_what_went
from riskreg.services.settling import settle

REPLACES = "It takes the place of an earlier reason, which no longer stands."


@dataclass(slots=True)
class Evaluation(Reversed):
    """What evaluating did. `joining`: what joined an escalation without bringing it back.

    `messages`: whom it told at once; `heard`: who hears of it in a digest.
    """

    raised: list[notices.Raised] = field(default_factory=list)
    joining: list[notices.Raised] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    @property
    def joined(self) -> int:
        """How many signals joined an escalation quietly."""
        return sum(len(one.sentences) for one in self.joining)

    def __str__(self) -> str:
        """One line for a log or a page."""
        return (
            f"{plural(len(self.raised), 'risk')} escalated, {plural(self.joined, 'signal')} joined, "
            f"{plural(len(self.proposed), 'de-escalation')} proposed, {len(self.withdrawn)} withdrawn"
        )


def evaluate_register(
    register_id: int,
    now: datetime,
    *,
    indicators: Collection[int] | None = None,
    contracts: Collection[int] | None = None,
    let_go: Collection[Went] = (),
) -> Evaluation:
    """Find signals and let them escalate: everything, or only what the given indicators and contracts touch.

    `let_go`: the reasons that links heed no more since a moment ago; they are told like those that recovered.
    """
    lock_register(register_id)
    policy, versions = policy_on(register_id, day_of(now)), versions_of(register_id)
    everything = indicators is None and contracts is None
    gone = find_indicator_signals(policy, versions, now, None if everything else indicators or ())
    gone += find_contract_signals(policy, versions, now, None if everything else contracts or ())
    subjects = None if everything else (tuple(indicators or ()), tuple(contracts or ()))
    done = Evaluation(went=list(let_go))
    for batch in standing.unheard_signals(register_id, subjects):
        _escalate(batch, policy, now, done)
    db.session.flush()
    for escalations in standing.escalations_holding(register_id, gone):
        for escalation in escalations:
            tell_what_went(escalation, gone, now, done)
            fall_back(escalation, policy, now, done)
    for escalations in standing.escalations_in_doubt(register_id):
        dropped = no_longer_heeded(escalations)
        for escalation in escalations:
            reconsider(escalation, dropped, policy, now, done)
    done.messages += notices.tell_of_escalations(done.raised, now)
    done.messages += notices.tell_of_withdrawals(done.withdrawn, done.ratings, now)
    done.heard += tell_of_joined(done.joining, now) + tell_of_proposed(done.proposed, now)
    done.heard += tell_of_went(done.went, now)
    db.session.flush()
    return done


def _escalate(batch: standing.Unheard, policy: Policy, now: datetime, done: Evaluation) -> None:
    for risk in batch.risks:
        rows = batch.by_risk[risk.id]
        live = batch.live.get(risk.id)
        status = EscalationStatus(live.status) if live else None
        outcome = on_candidates([row.candidate for row in rows], batch.seen.get(risk.id, ()), status)
        joining = [row for row in rows if row.candidate.key in outcome.attach]
        if not joining:
            continue
        if live is None:
            live = _open(risk, policy, now)
        elif outcome.back:
            live.status, live.waiting_since, live.due_on = EscalationStatus.AWAITING, now, None
        seen = batch.seen.get(risk.id, ())
        again = all(stands_again(row.candidate, seen) for row in joining)
        if live.proposal:
            keep(live, "a reason for the escalation stands again" if again else "a further reason stands", now, done)
        for row in joining:
            _join(live, row, now)
        sentences = tuple(_told(row, seen) for row in joining)
        done.ratings.setdefault(risk.id, risk.effective_rag)
        settle(risk, policy, live)
        told = done.raised if outcome.opens or outcome.back else done.joining
        told.append(notices.Raised(live, sentences, back=outcome.back, again=again))
        verb = "escalated" if outcome.opens else "brought back" if outcome.back else "joined"
        _say(risk, live, sentences, verb, now, again=again)


def _told(row: standing.UnheardSignal, seen: Sequence[Seen]) -> str:
    """What a reason says, and that it is no further one where it stands again or takes the place of another."""
    if before := stands_again(row.candidate, seen):
        return f"{row.sentence} Said of it since: {before.why}"
    return f"{row.sentence} {REPLACES}" if takes_the_place(row.candidate, seen) else row.sentence


def _open(risk: Risk, policy: Policy, now: datetime) -> Escalation:
    escalation = Escalation(
        risk=risk,
        status=EscalationStatus.AWAITING,
        rag_before=risk.own_rag,
        rag_after=risk.own.raised(),
        policy_version=policy.version,
        opened_on=day_of(now),
        opened_at=now,
        waiting_since=now,
    )
    db.session.add(escalation)
    db.session.flush()
    return escalation


def _join(escalation: Escalation, row: standing.UnheardSignal, now: datetime) -> None:
    db.session.add(
        EscalationSignal(
            escalation_id=escalation.id,
            signal_id=row.candidate.key,
            risk_id=escalation.risk_id,
            joined_at=now,
            link_reason=row.link_reason,
        )
    )


def _say(
    risk: Risk, escalation: Escalation, sentences: tuple[str, ...], verb: str, now: datetime, *, again: bool
) -> None:
    moved = rating_moved(escalation.rag_before, escalation.rag_after)
    words = {
        "escalated": f"Escalated automatically: {moved}, awaiting DMT.",
        "brought back": "Brought back before DMT by new facts.",
        "joined": "A reason of the escalation stands again." if again else "A further signal joined the escalation.",
    }
    text = f"{words[verb]} {' '.join(sentences)}"
    record(SYSTEM, verb, f"escalation:{escalation.id}", text, now=now, risk=risk, sentences=list(sentences))
