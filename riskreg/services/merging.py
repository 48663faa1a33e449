"""Merging a risk into another: it ends, its reference points there, and what is still of use goes on there.

Nothing is moved: what goes on is written anew under the other risk, and under the first one it ends and says so.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.keeping import check_leaving, check_merge, check_reason
from riskreg.domain.lifecycle import ActionStatus, RiskStatus, change_risk
from riskreg.domain.sentences import closed, listed, plural
from riskreg.extensions import db
from riskreg.models import Action, ActionUpdate, Control, Link, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import leave_register, open_actions
from riskreg.services.locking import lock_risk
from riskreg.services.settling import live_escalation


def check_merging(risk: Risk) -> RiskStatus:
    """Return the status that merging leads to. Raises RuleBroken while DMT has not decided, or when it is not open."""
    status = change_risk(RiskStatus(risk.status), "merge")
    check_leaving(escalated=live_escalation(risk.id) is not None)
    return status


def merge_risk(actor: Actor, risk: Risk, into: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """End a risk in favour of another open one of its register.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken for itself, for one that is not open, and while DMT has not
    decided.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    status = check_merging(risk)
    check_merge(risk.id, into.id, RiskStatus(into.status), into_discarded=into.was_discarded)
    said = check_reason(reason, "Say why the two are one risk.")
    risk.merged_into = into
    leave_register(actor, risk, status, said, now)
    gone_on = [
        plural(len(_carry_actions(actor, risk, into, now)), "open action"),
        plural(_carry_controls(risk, into, now), "control"),
        plural(_carry_links(risk, into, now), "link"),
    ]
    went = f"{listed(gone_on)} went over."
    record(
        actor, "merged", f"risk:{risk.id}", f"Merged into {into.reference}: {closed(said)} {went}",
        now=now, risk=risk, into=into.id,
    )  # fmt: skip
    text = f"{risk.reference} {risk.title} was merged into this risk: {closed(said)} {went}"
    record(actor, "took in", f"risk:{into.id}", text, now=now, risk=into, merged=risk.id)


def _carry_actions(actor: Actor, risk: Risk, into: Risk, now: datetime) -> list[Action]:
    """Begin each open action anew under the other risk with its dates and progress, and cancel it here."""
    carried = []
    for one in open_actions(risk.id):
        carried.append(
            Action(
                risk_id=into.id,
                text=one.text,
                owner_post_id=one.owner_post_id,
                first_due_on=one.first_due_on,
                due_on=one.due_on,
                status=one.status,
                progress=one.progress,
                assumed=one.assumed,
                source_line=one.source_line,
                note=one.note,
                exempt_why=one.exempt_why or risk.exempt_why,
                recorded_at=now,
            )
        )
        one.status = ActionStatus.CANCELLED
        one.revision += 1
        db.session.add(
            ActionUpdate(
                action=one,
                text=f"Goes on under {into.reference}.",
                status=one.status,
                progress=one.progress,
                due_on=one.due_on,
                at=now,
                person_id=actor.person_id,
            )
        )
    db.session.add_all(carried)
    return carried


def _carry_controls(risk: Risk, into: Risk, now: datetime) -> int:
    """Write each control in place under the other risk too, unless it has it already, and end it here."""
    held = set(db.session.scalars(select(Control.text).where(Control.risk_id == into.id, Control.ended_on.is_(None))))
    count = 0
    in_place = select(Control).where(Control.risk_id == risk.id, Control.ended_on.is_(None)).order_by(Control.id)
    for one in db.session.scalars(in_place).all():
        if one.text not in held:
            count += 1
            db.session.add(
                Control(
                    risk_id=into.id,
                    text=one.text,
                    owner_post_id=one.owner_post_id,
                    assurance=one.assurance,
                    last_tested_on=one.last_tested_on,
                    assumed=one.assumed,
                    source_line=one.source_line,
                    note=one.note,
                    exempt_why=one.exempt_why or risk.exempt_why,
                    recorded_at=now,
                )
            )
        one.ended_on, one.ended_why = day_of(now), f"Goes on under {into.reference}."
    return count


def _carry_links(risk: Risk, into: Risk, now: datetime) -> int:
    """Link the other risk to what this one depended on, so that a slip or an end is still heard."""
    linked = select(Link.indicator_id, Link.contract_id).where(Link.risk_id == into.id)
    held = {tuple(row) for row in db.session.execute(linked)}
    count = 0
    for one in db.session.scalars(select(Link).where(Link.risk_id == risk.id).order_by(Link.id)).all():
        if (one.indicator_id, one.contract_id) in held:
            continue
        count += 1
        db.session.add(
            Link(
                risk_id=into.id,
                indicator_id=one.indicator_id,
                contract_id=one.contract_id,
                reason=one.reason,
                heeds=one.heeds,
                assumed=one.assumed,
                source_line=one.source_line,
                note=one.note,
                recorded_at=now,
                from_on=day_of(now),
                until_on=one.until_on,
            )
        )
    db.session.flush()
    return count
