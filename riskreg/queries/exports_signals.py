"""The exports of the signals that were found, and of which escalations hold them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func

from riskreg.models import Contract, Escalation, EscalationSignal, Indicator, Result, Risk, SignalRow
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, REFERENCE, Export, ExportColumn
from riskreg.queries.exports_risks import with_risk

C = ExportColumn


def _signals(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(SignalRow)
        .outerjoin(Indicator, Indicator.id == SignalRow.indicator_id)
        .outerjoin(Contract, Contract.id == SignalRow.contract_id)
        .outerjoin(Result, Result.id == SignalRow.result_id)
        .order_by(SignalRow.id)
    )


SIGNALS = Export(
    "signals",
    "Every fact found in an indicator or a contract, and what has become of it, one a row, the earliest first.",
    (
        C("signal", SignalRow.id, "the signal's number", NUMBER),
        C("about", case((SignalRow.indicator_id.is_(None), "contract"), else_="indicator"), "indicator or contract"),
        C("code", func.coalesce(Indicator.code, Contract.code), "the indicator's or contract's code"),
        C("kind", SignalRow.kind, "what was found, such as slipped or no route"),
        C("fact", SignalRow.fact, "the period or the milestone that it is about, as the register names it"),
        C("severity", SignalRow.severity, "how bad it is; of two on the same fact the greater is the worse", NUMBER),
        C("reaches", SignalRow.reaches, "whom it reaches: 1 its manager, 2 the head of service, 3 DMT", NUMBER),
        C("sentence", SignalRow.sentence, "what it says"),
        C("since", SignalRow.since, "since when the fact holds", DAY),
        C("found_on", SignalRow.found_on, "the day it was found", DAY),
        C("found_at", SignalRow.found_at, "when it was found", MOMENT),
        C("policy_version", SignalRow.policy_version, "the version of the policy it was found by", NUMBER),
        C("basis", Result.basis, "the basis of the result it was found in; empty for a contract"),
        C("period_end", Result.period_end, "the last day of that result's period", DAY),
        C("revision", Result.revision, "the revision of that result", NUMBER),
        C("state", SignalRow.state, "stands, overtaken, recovered or withdrawn"),
        C("ended_at", SignalRow.ended_at, "when it ceased to stand", MOMENT),
        C("ended_why", SignalRow.ended_why, "why it ceased to stand"),
    ),
    _signals,
)


def _held(rows: Select[Any]) -> Select[Any]:
    joined = rows.select_from(EscalationSignal).join(Escalation, Escalation.id == EscalationSignal.escalation_id)
    return with_risk(joined, EscalationSignal.risk_id).order_by(
        EscalationSignal.escalation_id, EscalationSignal.signal_id
    )


ESCALATION_SIGNALS = Export(
    "escalation-signals",
    "Which signals each escalation holds, one a row, in order of the escalations.",
    (
        C("escalation", EscalationSignal.escalation_id, "the escalation's number", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("signal", EscalationSignal.signal_id, "the signal's number", NUMBER),
        C("link_reason", EscalationSignal.link_reason, "why it bore on the risk, as it read then"),
        C("joined_at", EscalationSignal.joined_at, "when the escalation took it up", MOMENT),
    ),
    _held,
)
