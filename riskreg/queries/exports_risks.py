"""The exports of the register: risks, what they depend on, what is done about them and how they are reviewed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, literal
from sqlalchemy.orm import aliased

from riskreg.domain.lifecycle import LIVE, OPEN_ACTIONS
from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    Contract,
    Division,
    Escalation,
    Indicator,
    Link,
    Person,
    Post,
    Reference,
    Review,
    Risk,
    Service,
)
from riskreg.queries.export_columns import (
    DAY,
    MOMENT,
    NUMBER,
    PERCENT,
    RAG,
    REFERENCE,
    YES_NO,
    Export,
    ExportColumn,
    counted,
    newest,
    ref,
    reference_of,
    reg,
)
from riskreg.queries.slips import SLIPS

C = ExportColumn
current_ids = newest(Assessment.risk_id, Assessment.id, Assessment.kind == "current")
target_ids = newest(Assessment.risk_id, Assessment.id, Assessment.kind == "target")
current = aliased(Assessment)
target = aliased(Assessment)
open_actions = counted(Action.risk_id, Action.status.in_(OPEN_ACTIONS))
linked = counted(Link.risk_id)
last_review = newest(Review.risk_id, Review.done_on)
last_update = newest(ActionUpdate.action_id, ActionUpdate.at)
into = aliased(Risk)
into_ref = aliased(Reference)


def with_risk(rows: Select[Any], on: Any) -> Select[Any]:
    """Join the risk that `on` names, with its reference."""
    return with_reference(rows.join(Risk, Risk.id == on))


def with_reference(rows: Select[Any]) -> Select[Any]:
    """Join the reference of the risk that is there already."""
    return rows.join(ref, ref.id == Risk.reference_id).join(reg, reg.id == ref.register_id)


def _risks(rows: Select[Any]) -> Select[Any]:
    return (
        with_reference(rows.select_from(Risk))
        .join(Post, Post.id == Risk.owner_post_id)
        .join(Division, Division.id == Risk.division_id)
        .outerjoin(Service, Service.id == Risk.service_id)
        .outerjoin(current_ids, current_ids.c.owner == Risk.id)
        .outerjoin(current, current.id == current_ids.c.top)
        .outerjoin(target_ids, target_ids.c.owner == Risk.id)
        .outerjoin(target, target.id == target_ids.c.top)
        .outerjoin(Escalation, (Escalation.risk_id == Risk.id) & Escalation.status.in_(LIVE))
        .outerjoin(open_actions, open_actions.c.owner == Risk.id)
        .outerjoin(linked, linked.c.owner == Risk.id)
        .outerjoin(last_review, last_review.c.owner == Risk.id)
        .outerjoin(into, into.id == Risk.merged_into_id)
        .outerjoin(into_ref, into_ref.id == into.reference_id)
        .order_by(reg.prefix, ref.number)
    )


RISKS = Export(
    "risks",
    "Every risk that the register holds or has held, one a row, in order of reference.",
    (
        C("reference", REFERENCE, "the risk's reference, never used twice"),
        C("title", Risk.title, "what the risk is called"),
        C("status", Risk.status, "draft, proposed, open, closed or merged"),
        C("own_rag", Risk.own_rag, "the owner's own rating", RAG),
        C("effective_rag", Risk.effective_rag, "the rating with a live escalation counted in", RAG),
        C(
            "likelihood",
            current.likelihood,
            "1 to 5 in the present assessment; empty where only a RAG is known",
            NUMBER,
        ),
        C("impact", current.impact, "1 to 5 in the present assessment; empty where only a RAG is known", NUMBER),
        C("score", current.likelihood * current.impact, "likelihood × impact, 1 to 25", NUMBER),
        C("assessed_on", current.assessed_on, "the day of the present assessment", DAY),
        C("rationale", current.rationale, "why it was assessed so"),
        C("target_rag", target.rag, "the rating that is aimed for; empty where none is set", RAG),
        C("escalation", func.coalesce(Escalation.status, ""), "where its live escalation stands; empty without one"),
        C("owner", Post.title, "the post that owns the risk"),
        C("division", Division.name, "the division it belongs to"),
        C("service", Service.name, "the service it belongs to, if it is one's"),
        C("cause", Risk.cause, "what may bring it about"),
        C("event", Risk.event, "what may happen"),
        C("consequence", Risk.consequence, "what would follow"),
        C("category", Risk.category, "what kind of risk it is, in the words of who entered it"),
        C("objective", Risk.objective, "what the directorate wants to achieve that it puts in question"),
        C("printed", Risk.published_text, "the words of the plan it was loaded from"),
        C("open_actions", func.coalesce(open_actions.c.n, 0), "actions not yet done or cancelled", NUMBER),
        C("links", func.coalesce(linked.c.n, 0), "indicators and contracts that bear on it", NUMBER),
        C("last_review_on", last_review.c.top, "the day of the last review", DAY),
        C("review_due_on", Risk.review_due_on, "the day by which the next review is due", DAY),
        C("closed_on", Risk.closed_on, "the day it left the register", DAY),
        C("closing_reason", Risk.closing_reason, "why it left the register"),
        C(
            "exempt",
            Risk.exempt_why,
            "by which paragraph and why it is kept out of public papers; empty when it is not",
        ),
        C("assumed", Risk.assumed, "whether owner, division and service are assumed", YES_NO),
        C("line", Risk.source_line, "the lines of the plan it comes from"),
        C("note", Risk.note, "what was remarked when it was loaded"),
        C("review_counted_from", Risk.review_counted_from, "the day from which its next review is counted", DAY),
        C("merged_into", reference_of(into_ref.number), "the reference of the risk that it was merged into"),
        C("recorded_at", Risk.recorded_at, "when it was entered", MOMENT),
    ),
    _risks,
)


def _links(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Link), Link.risk_id)
        .outerjoin(Indicator, Indicator.id == Link.indicator_id)
        .outerjoin(Contract, Contract.id == Link.contract_id)
        .outerjoin(Person, Person.id == Link.person_id)
        .order_by(reg.prefix, ref.number, Link.id)
    )


LINKS = Export(
    "links",
    "What each risk depends on, one link a row, in order of the risk's reference.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C(
            "kind",
            case((Link.indicator_id.is_not(None), literal("indicator")), else_=literal("contract")),
            "which it is",
        ),
        C("code", func.coalesce(Indicator.code, Contract.code), "the indicator's or contract's code"),
        C("name", func.coalesce(Indicator.name, Contract.title), "what it is called"),
        C("reason", Link.reason, "why it bears on the risk"),
        C("heeds", Link.heeds, "any: any slip; red: RED only; watch: shown, never an escalation"),
        C("assumed", Link.assumed, "whether the link is assumed, the plan naming none", YES_NO),
        C("line", Link.source_line, "the lines of the plan it rests on"),
        C("note", Link.note, "what was remarked when it was loaded"),
        C("recorded_at", Link.recorded_at, "when the link was made", MOMENT),
        C("from_on", Link.from_on, "since when it bears on the risk; empty: since the register was loaded", DAY),
        C("until_on", Link.until_on, "the last day on which it is to hold, where one is known", DAY),
        C("by", Person.name, "the person who made it; empty where the register did"),
    ),
    _links,
)


def _actions(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Action), Action.risk_id)
        .join(Post, Post.id == Action.owner_post_id)
        .outerjoin(last_update, last_update.c.owner == Action.id)
        .order_by(reg.prefix, ref.number, Action.id)
    )


ACTIONS = Export(
    "actions",
    "What is still to be done or was done about each risk, one action a row, in order of the risk's reference.",
    (
        C("action", Action.id, "the action's number", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("text", Action.text, "what is to be done"),
        C("owner", Post.title, "the post that does it"),
        C("first_due_on", Action.first_due_on, "the date it was first promised for", DAY),
        C("due_on", Action.due_on, "the date it is promised for now", DAY),
        C("slips", SLIPS, "how often its date was moved later", NUMBER),
        C("status", Action.status, "not started, in progress, done or cancelled"),
        C("progress", Action.progress, "how far it is", PERCENT),
        C("last_update_at", last_update.c.top, "when something was last said about it", MOMENT),
        C(
            "exempt",
            Action.exempt_why,
            "by which paragraph and why it is kept out of public papers; empty when it is not",
        ),
        C("assumed", Action.assumed, "whether its risk, owner or date is assumed", YES_NO),
        C("line", Action.source_line, "the lines of the plan it comes from"),
        C("note", Action.note, "what was remarked when it was loaded"),
        C("recorded_at", Action.recorded_at, "when it was recorded", MOMENT),
    ),
    _actions,
)


def _reviews(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Review), Review.risk_id)
        .join(Person, Person.id == Review.person_id)
        .outerjoin(Post, Post.id == Review.post_id)
        .order_by(Review.done_on, Review.id)
    )


REVIEWS = Export(
    "reviews",
    "Every review of a risk, one a row, the earliest first.",
    (
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("due_on", Review.due_on, "the day by which the review was due", DAY),
        C("done_on", Review.done_on, "the day it was done", DAY),
        C("done_by", Person.name, "the person who did it"),
        C("post", Post.title, "the post for which it was done"),
        C("still_right", Review.still_right, "whether the risk is still described rightly", YES_NO),
        C("controls_work", Review.controls_work, "whether its controls work", YES_NO),
        C("actions_on_track", Review.actions_on_track, "whether its actions are on track", YES_NO),
        C("changed", Review.changed, "whether anything has changed", YES_NO),
        C("escalate", Review.escalate, "whether the owner put the risk before DMT", YES_NO),
        C("note", Review.note, "what the owner said"),
        C("recorded_at", Review.recorded_at, "when it was recorded", MOMENT),
    ),
    _reviews,
)
