"""The columns of a whole register's sheets: which are read, which have to be filled, and what each may hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from riskreg.database import LARGEST_ID
from riskreg.domain.contract_terms import KINDS, MOST_EXTENSIONS, MOST_MONTHS
from riskreg.domain.contracts import RouteKind
from riskreg.domain.dates import LONDON, PLAN_YEARS
from riskreg.domain.escalation import SignalState
from riskreg.domain.indicator_terms import MOST_DECIMALS, STATED, UNITS
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import ActionStatus, DecisionKind, EscalationStatus, RiskStatus
from riskreg.domain.meetings import ItemKind, MeetingState
from riskreg.domain.periods import Basis
from riskreg.domain.referrals import ReferralState
from riskreg.domain.scoring import LEVELS, Rag
from riskreg.domain.signals import Reach, SignalKind
from riskreg.domain.targets import Direction, Polarity, TargetKind
from riskreg.exchange.cells import choice
from riskreg.exchange.sheets import Cell
from riskreg.exchange.tables import quoted
from riskreg.exchange.typed import EMPTY, day, figure, filled_or, partial_day, readable, whole_figure, worded
from riskreg.exchange.typed import words as any_words
from riskreg.queries.export_columns import (
    DAY,
    FIGURE,
    MOMENT,
    NUMBER,
    PARTIAL,
    PERCENT,
    POUNDS,
    RAG,
    YES_NO,
    Export,
)

MOST_REVISIONS = LARGEST_ID // 2  # which leaves room to count on
FOLLOWS = {
    "risks": (
        *("own_rag", "effective_rag", "likelihood", "impact", "score", "assessed_on", "rationale", "target_rag"),
        *("open_actions", "links", "last_review_on"),
    ),
    "actions": ("slips", "last_update_at"),
    "indicators": ("latest_period", "latest_period_end", "latest_value", "latest_rag", "latest_direction"),
    "targets": ("name", "unit"),
    "past-targets": ("name", "unit"),
    "past-national": ("name", "unit"),
    "results": ("name", "unit"),
    "result-comments": ("name", "current", "value", "rag"),
    "contracts": (
        *("provider_known", "route", "route_stage", "route_on", "new_end", "last_review_on", "next_review"),
        "performance",
    ),
    "contract-routes": ("title",),
    "contract-reviews": ("title",),
    "contract-providers": ("title",),
    "escalations": ("risk_title", "signals", "sentences"),
    "escalation-signals": ("risk_title",),
    "decisions": ("risk_title",),
    "notings": ("risk_title",),
    "referrals": ("risk_title", "rag_shown", "proposed_at", "proposed_by", "reason"),
}
"""What is not read: it follows from other cells."""


def columns_read(export: Export) -> list[str]:
    """The names of the columns of a sheet that are read."""
    return [column.name for column in export.columns if column.name not in FOLLOWS.get(export.name, ())]


def parsers_of(export: Export, columns: Sequence[str]) -> Mapping[str, Callable[[Cell], Any]]:
    """Return what reads the cells of each column."""
    units = {column.name: column.unit for column in export.columns}
    needed = NEEDED[export.name]
    found: dict[str, Callable[[Cell], Any]] = {}
    for name in columns:
        special = SPECIAL.get((export.name, name))
        parse = special or BY_UNIT.get(units[name], any_words)
        if parse is any_words:
            found[name] = worded(str) if name in needed else any_words
        else:
            found[name] = parse if name in needed else filled_or(parse)
    return found


def moment(cell: Cell) -> datetime:
    """A moment, written in London time, to the second."""
    value = readable(cell).value
    if not cell.words:
        raise ValueError(EMPTY)
    if not isinstance(value, date):
        raise ValueError(f"{quoted(cell.words)} is not a day and a time.")  # noqa: TRY004 - as every reader of a cell
    at = value.time() if isinstance(value, datetime) else time()
    return datetime(value.year, value.month, value.day, at.hour, at.minute, at.second, tzinfo=LONDON).astimezone(UTC)


def truth(cell: Cell) -> bool:
    """Yes or no."""
    value = readable(cell).value
    if isinstance(value, bool):
        return value
    return worded(choice("yes", "no"))(cell) == "yes"


def partial(cell: Cell) -> str:
    """A date as far as it is known, as it is kept: 2018-03-31, 2018-03 or 2018."""
    return partial_day(cell).text


def seen(cell: Cell) -> dict[str, Any]:
    """The state of a risk as DMT saw it, with the signals by their numbers."""
    said = worded(str)(cell)
    try:
        found = json.loads(said)
        told = {name: found[name] for name in ("status", "own_rag", "effective_rag", "reason")}
        signals = [{"id": int(one["id"]), "sentence": str(one["sentence"]), "state": SignalState(one["state"])}
                   for one in found["signals"]]  # fmt: skip
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("this is not what a whole register writes here: leave the cell as it was.") from None
    return {**{name: str(value) for name, value in told.items()}, "signals": signals}


BY_UNIT: dict[str, Callable[[Cell], Any]] = {
    DAY: day,
    MOMENT: moment,
    NUMBER: whole_figure(0, LARGEST_ID),
    PERCENT: whole_figure(0, 100),
    YES_NO: truth,
    RAG: worded(choice(*Rag)),
    PARTIAL: partial,
    FIGURE: figure(),
    POUNDS: figure("pounds"),
    "months": whole_figure(0, MOST_MONTHS),
}
_level = whole_figure(LEVELS[0], LEVELS[-1])
_heeds = worded(choice("any", "red", "watch"))
_subject = worded(choice("indicator", "contract"))
_year = whole_figure(PLAN_YEARS[0], PLAN_YEARS[-1])
_revision = whole_figure(1, LARGEST_ID)
_kind_of_target = worded(choice(*TargetKind))
_basis = worded(choice(*Basis))
SPECIAL: dict[tuple[str, str], Callable[[Cell], Any]] = {
    ("risks", "status"): worded(choice(*RiskStatus)),
    ("versions", "status"): worded(choice(*RiskStatus)),
    ("assessments", "kind"): worded(choice("current", "target", "inherent")),
    ("assessments", "likelihood"): _level,
    ("assessments", "impact"): _level,
    ("responses", "kind"): worded(choice(*ResponseKind)),
    ("actions", "status"): worded(choice(*ActionStatus)),
    ("updates", "status"): worded(choice(*ActionStatus)),
    ("links", "kind"): _subject,
    ("links", "heeds"): _heeds,
    ("past-links", "kind"): _subject,
    ("past-links", "heeds"): _heeds,
    ("indicators", "unit"): worded(choice(*UNITS)),
    ("indicators", "decimals"): whole_figure(0, MOST_DECIMALS),
    ("indicators", "polarity"): worded(choice(*Polarity)),
    ("indicators", "polarity_basis"): worded(choice("derived", "assumed", STATED)),
    ("indicators", "basis"): _basis,
    ("indicators", "frequency_months"): whole_figure(1, 12),
    ("targets", "year"): _year,
    ("targets", "kind"): _kind_of_target,
    ("past-targets", "year"): _year,
    ("past-targets", "kind"): _kind_of_target,
    ("past-national", "year"): _year,
    ("results", "basis"): _basis,
    ("results", "status"): worded(choice("provisional", "final")),
    ("results", "revision"): _revision,
    ("results", "target_year"): _year,
    ("results", "direction"): worded(choice(*Direction)),
    ("result-comments", "basis"): _basis,
    ("result-comments", "revision"): _revision,
    ("contracts", "kind"): worded(choice(*KINDS)),
    ("contracts", "tier"): whole_figure(1, 3),
    ("contracts", "extensions"): whole_figure(0, MOST_EXTENSIONS),
    ("contract-routes", "route"): worded(choice(*RouteKind)),
    ("contract-routes", "stage"): whole_figure(1, 3),
    ("signals", "about"): _subject,
    ("signals", "kind"): worded(choice(*SignalKind)),
    ("signals", "severity"): whole_figure(0, 9),
    ("signals", "reaches"): whole_figure(min(Reach), max(Reach)),
    ("signals", "basis"): _basis,
    ("signals", "revision"): _revision,
    ("signals", "state"): worded(choice(*SignalState)),
    ("escalations", "status"): worded(choice(*EscalationStatus)),
    ("decisions", "decided"): worded(choice(*DecisionKind)),
    ("decisions", "seen_revision"): whole_figure(0, MOST_REVISIONS),
    ("decisions", "seen"): seen,
    ("referrals", "state"): worded(choice(*ReferralState)),
    ("meetings", "state"): worded(choice(*MeetingState)),
    ("agenda", "kind"): worded(choice(*ItemKind)),
}
_owned = {"risk", "text", "status", "progress", "due_on"}
_replaced = {"indicator", "year", "replaced_why", "by", "replaced_at"}
_recorded = {"contract", "note", "by", "recorded_at"}
_raised = {"escalation", "risk"}
NEEDED: dict[str, set[str]] = {
    "references": {"reference"},
    "risks": {
        *("reference", "title", "status", "owner", "division", "review_due_on", "review_counted_from"),
        *("assumed", "recorded_at"),
    },
    "versions": {"risk", "version", "title", "status", "owner", "recorded_at"},
    "assessments": {"risk", "kind", "rag", "assessed_on", "recorded_at"},
    "responses": {"risk", "kind", "reason", "decided_on", "by", "recorded_at"},
    "controls": {"risk", "control", "text", "assumed", "recorded_at"},
    "actions": _owned | {"action", "owner", "first_due_on", "assumed", "recorded_at"},
    "updates": _owned | {"action", "by", "at"},
    "links": {"risk", "kind", "code", "reason", "heeds", "assumed", "recorded_at"},
    "past-links": {"risk", "kind", "code", "reason", "heeds", "ended_on", "ended_why", "ended_at"},
    "reviews": {
        *("risk", "due_on", "done_on", "done_by", "still_right", "controls_work", "actions_on_track", "changed"),
        *("escalate", "note", "recorded_at"),
    },
    "indicators": {
        *("indicator", "group", "name", "unit", "decimals", "polarity", "polarity_basis", "basis"),
        *("frequency_months", "rated"),
    },
    "targets": {"indicator", "year"},
    "past-targets": _replaced | {"kind"},
    "past-national": _replaced | {"national_comparable"},
    "results": {
        *("indicator", "period", "period_end", "basis", "status", "opening", "revision", "current", "target_year"),
        *("floor_assumed", "published_on", "recorded_at"),
    },
    "result-comments": {"indicator", "period", "period_end", "basis", "revision", "comment", "by", "at"},
    "contracts": {
        *("contract", "kind", "service_area", "title", "rolling", "extensions", "safeguarding_critical", "owner"),
        "assumed",
    },
    "contract-routes": _recorded | {"route", "stage", "on"},
    "contract-reviews": _recorded | {"reviewed_on"},
    "contract-providers": _recorded | {"until_on"},
    "signals": {
        *("signal", "about", "code", "kind", "fact", "severity", "reaches", "sentence", "since", "found_on"),
        *("found_at", "policy_version", "state"),
    },
    "escalations": _raised
    | {"status", "raised_by", "rag_before", "rag_after", "policy_version", "opened_on", "opened_at", "waiting_since"},
    "escalation-signals": _raised | {"signal", "link_reason", "joined_at"},
    "decisions": _raised
    | {"decision", "decided", "reason", "decided_by", "decided_on", "decided_at", "seen_revision", "seen"},
    "notings": _raised | {"remark", "noted_by", "noted_at"},
    "referrals": _raised | {"register", "decision", "state"},
    "meetings": {"register", "held_on", "title", "state"},
    "agenda": {"register", "held_on", "position", "kind", "text"},
}
