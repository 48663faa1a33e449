"""The exports of what a risk said and was judged to be at any time: only added to, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, literal

from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    Contract,
    Indicator,
    LinkPast,
    Person,
    Post,
    RiskResponse,
    RiskVersion,
)
from riskreg.queries.export_columns import (
    DAY,
    MOMENT,
    NUMBER,
    PERCENT,
    RAG,
    REFERENCE,
    Export,
    ExportColumn,
    ref,
    reg,
)
from riskreg.queries.exports_risks import with_risk

C = ExportColumn
BY = C("by", Person.name, "the person who did it; empty where the register did")


def _references(rows: Select[Any]) -> Select[Any]:
    return rows.select_from(ref).join(reg, reg.id == ref.register_id).order_by(reg.prefix, ref.number)


REFERENCES = Export(
    "references",
    "Every reference that was ever given, one a row; also those that no risk in the register holds any more.",
    (
        C("reference", REFERENCE, "the reference, never used twice"),
        C("note", ref.note, "what became of it, where no risk holds it"),
        C("line", ref.source_line, "the lines of the plan it comes from"),
    ),
    _references,
)


def _of_risks(table: Any) -> Any:
    """Return how the rows of a table that belong to risks are joined and ordered."""

    def joined(rows: Select[Any]) -> Select[Any]:
        held = with_risk(rows.select_from(table), table.risk_id).outerjoin(Person, Person.id == table.person_id)
        return held.order_by(reg.prefix, ref.number, table.id)

    return joined


VERSIONS = Export(
    "versions",
    "What each risk said at any time, one text a row, in order of the risk's reference, the earliest first.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("version", RiskVersion.version, "1 for the first, more for each change", NUMBER),
        C("title", RiskVersion.title, "what the risk was called"),
        C("cause", RiskVersion.cause, "what might bring it about"),
        C("event", RiskVersion.event, "what might happen"),
        C("consequence", RiskVersion.consequence, "what would follow"),
        C("category", RiskVersion.category, "what kind of risk it was"),
        C("objective", RiskVersion.objective, "what it put in question"),
        C("status", RiskVersion.status, "draft, proposed, open, closed or merged"),
        C("owner", Post.title, "the post that owned it"),
        C("why", RiskVersion.change_reason, "why it was changed"),
        BY,
        C("recorded_at", RiskVersion.recorded_at, "since when it read so", MOMENT),
    ),
    lambda rows: _of_risks(RiskVersion)(rows).join(Post, Post.id == RiskVersion.owner_post_id),
)

ASSESSMENTS = Export(
    "assessments",
    "Every judgement of a risk, one a row, in order of the risk's reference, the earliest first.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("kind", Assessment.kind, "current, target or inherent"),
        C("likelihood", Assessment.likelihood, "1 to 5; empty where only a RAG is known", NUMBER),
        C("impact", Assessment.impact, "1 to 5; empty where only a RAG is known", NUMBER),
        C("rag", Assessment.rag, "the rating", RAG),
        C("rationale", Assessment.rationale, "why it was assessed so"),
        C("assessed_on", Assessment.assessed_on, "the day of the assessment", DAY),
        C("line", Assessment.source_line, "the lines of the plan it comes from"),
        BY,
        C("recorded_at", Assessment.recorded_at, "when it was recorded", MOMENT),
    ),
    _of_risks(Assessment),
)

RESPONSES = Export(
    "responses",
    "What was decided to do about each risk, one response a row, in order of the risk's reference, the earliest first.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("kind", RiskResponse.kind, "treat, tolerate, transfer or terminate"),
        C("until_on", RiskResponse.until_on, "the day until which it is tolerated", DAY),
        C("reason", RiskResponse.reason, "why"),
        C("decided_on", RiskResponse.decided_on, "since when", DAY),
        BY,
        C("recorded_at", RiskResponse.recorded_at, "when it was recorded", MOMENT),
    ),
    _of_risks(RiskResponse),
)


def _updates(rows: Select[Any]) -> Select[Any]:
    held = rows.select_from(ActionUpdate).join(Action, Action.id == ActionUpdate.action_id)
    held = with_risk(held, Action.risk_id).join(Person, Person.id == ActionUpdate.person_id)
    return held.order_by(reg.prefix, ref.number, Action.id, ActionUpdate.id)


UPDATES = Export(
    "updates",
    "What was said about each action, one update a row, in order of the risk's reference and of its actions.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("action", Action.id, "the action's number", NUMBER),
        C("text", ActionUpdate.text, "what was said"),
        C("status", ActionUpdate.status, "not started, in progress, done or cancelled from then on"),
        C("progress", ActionUpdate.progress, "how far it was from then on", PERCENT),
        C("due_on", ActionUpdate.due_on, "the date it was promised for from then on", DAY),
        BY,
        C("at", ActionUpdate.at, "when it was said", MOMENT),
    ),
    _updates,
)


def _past_links(rows: Select[Any]) -> Select[Any]:
    held = _of_risks(LinkPast)(rows)
    held = held.outerjoin(Indicator, Indicator.id == LinkPast.indicator_id)
    return held.outerjoin(Contract, Contract.id == LinkPast.contract_id)  # type: ignore[no-any-return]


PAST_LINKS = Export(
    "past-links",
    "Links as they were until they were changed or ended, one a row, in order of the risk's reference.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("kind", case((LinkPast.indicator_id.is_not(None), literal("indicator")), else_=literal("contract")),
          "which it was"),
        C("code", func.coalesce(Indicator.code, Contract.code), "the indicator's or contract's code"),
        C("reason", LinkPast.reason, "why it bore on the risk"),
        C("heeds", LinkPast.heeds, "any: any slip; red: RED only; watch: shown, never an escalation"),
        C("from_on", LinkPast.from_on, "since when it bore on the risk; empty: since the register was loaded", DAY),
        C("ended_on", LinkPast.ended_on, "the last day on which it held so", DAY),
        C("ended_why", LinkPast.ended_why, "why it was changed or ended"),
        BY,
        C("ended_at", LinkPast.ended_at, "when that was recorded", MOMENT),
    ),
    _past_links,
)  # fmt: skip
