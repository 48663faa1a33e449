"""What a person may do with a risk, as links for its page; each leads to a page that lets this person do it."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.domain.access import Permission, holds
from riskreg.domain.lifecycle import BEFORE_APPROVAL, ActionStatus, RiskStatus
from riskreg.models import Action, Risk
from riskreg.queries.keeping import Kin, LastVersion, last_version, merged_into
from riskreg.services.actors import Actor
from riskreg.services.discarding import may_discard
from riskreg.services.proposing import is_writer

P = Permission
KEEPING = (("keeping.edit", "Edit the text"), ("keeping.response", "Record the response"))
KEEPING_ADDS = (("keeping.new_action", "Add an action"), ("keeping.new_control", "Add a control"))
EXEMPT = ("keeping.exempt", "Mark it exempt")
NOT_EXEMPT = ("keeping.not_exempt", "Take back that it is exempt")
ENDING = (("keeping.merge", "Merge it into another risk"), ("keeping.close", "Close it"))


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the page of a risk shows of keeping it. `submits`: the person may propose this draft.

    `may_link`: the person may change what the risk depends on.
    """

    actor: Actor
    links: tuple[tuple[str, str], ...]
    is_open: bool
    keeps: bool
    submits: bool
    may_link: bool
    said: LastVersion | None
    kin: Kin | None

    def changes(self, owner_post_id: int | None) -> bool:
        """Whether the person may change a control that a post owns."""
        return self.keeps or (self.is_open and self.actor.may(P.KEEP_RISK) and holds(self.actor.posts, owner_post_id))


def keeping_of(actor: Actor, risk: Risk, *, escalated: bool) -> Keeping:
    """Return what a person may do with a risk: no query for an open one, at most three for any other."""
    owns = holds(actor.posts, risk.owner_post_id)
    in_order = actor.may(P.KEEP_REGISTER)
    keeps = risk.status == RiskStatus.OPEN and actor.may(P.KEEP_RISK) and (in_order or owns)
    links: list[tuple[str, str]] = []
    if keeps:
        links += KEEPING
    if keeps and owns and actor.may(P.REVIEW_RISK):
        links.append(("keeping.assess", "Assess it outside a review"))
    if keeps:
        links += KEEPING_ADDS
    if risk.status == RiskStatus.OPEN and in_order:
        links.append(("keeping.hand_over", "Hand it over to another post"))
        links += () if escalated else ENDING
    links += (NOT_EXEMPT if risk.exempt_why else EXEMPT,) if in_order else ()
    not_open_yet = risk.status in BEFORE_APPROVAL
    writes = not_open_yet and is_writer(actor, risk)
    links += _closed(actor, risk) if risk.status == RiskStatus.CLOSED else ()
    links += _not_open_yet(actor, risk, writes=writes) if not_open_yet else ()
    return Keeping(
        actor=actor,
        links=tuple(links),
        is_open=risk.status == RiskStatus.OPEN,
        keeps=keeps,
        submits=writes and risk.status == RiskStatus.DRAFT,
        may_link=keeps or (writes and actor.may(P.KEEP_RISK)),
        said=last_version(risk.id) if not_open_yet else None,
        kin=merged_into(risk.id) if risk.status == RiskStatus.MERGED else None,
    )


def _not_open_yet(actor: Actor, risk: Risk, *, writes: bool) -> list[tuple[str, str]]:
    """What the person may do with a draft or a proposal."""
    approves = risk.status == RiskStatus.PROPOSED and actor.may(P.KEEP_REGISTER)
    links = [("keeping.approve", "Approve it or send it back")] if approves else []
    if writes:
        links.append(("keeping.edit", "Edit it" if risk.status == RiskStatus.DRAFT else "Edit the text"))
    if may_discard(actor, risk):
        links.append(("keeping.discard", "Discard it"))
    return links


def _closed(actor: Actor, risk: Risk) -> list[tuple[str, str]]:
    """What the person may do with a closed risk: one that never was open is not reopened."""
    if risk.was_discarded:
        return [("keeping.take_up", "Take it up again")] if may_discard(actor, risk) else []
    return [("keeping.reopen", "Reopen it")] if actor.may(P.KEEP_REGISTER) else []


def may_become_control(actor: Actor, action: Action) -> bool:
    """Whether the action is finished and the person owns its open risk."""
    finished = action.status == ActionStatus.DONE and action.risk.status == RiskStatus.OPEN
    return finished and actor.may(P.KEEP_RISK) and holds(actor.posts, action.risk.owner_post_id)
