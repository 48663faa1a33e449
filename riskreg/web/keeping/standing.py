"""What is done with a whole risk: hand it over, merge, close or reopen it, discard it or take it up again."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import RiskStatus, change_risk
from riskreg.extensions import db
from riskreg.models import Risk
from riskreg.queries.register import find_reference, only_register, read_reference
from riskreg.services.discarding import discard_risk, require_discarder, take_up_risk
from riskreg.services.keeping import check_closing, close_risk, hand_over_risk, open_actions, reopen_risk, require_open
from riskreg.services.merging import check_merging, merge_risk
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.keeping.room import blueprint, open_risk, refusal, step
from riskreg.web.keeping.step_forms import CloseForm, DiscardForm, HandOverForm, MergeForm, ReopenForm, TakeUpForm


@blueprint.route(f"{RISK}/owner", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def hand_over(risk_id: int) -> ResponseReturnValue:
    """Ask which post a risk goes to, or hand it over."""
    risk = open_risk(risk_id)
    form = HandOverForm.of(risk)
    return step(
        risk,
        form,
        lambda seen: hand_over_risk(current_actor(), risk, int(form.owner.data), form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is handed over.",
        heading="Hand this risk over",
        lead=f"It belongs to the {risk.owner_post.title}. Its actions and controls keep their owners.",
        button="Hand over",
        refused=refusal(lambda: require_open(risk)),
    )


@blueprint.route(f"{RISK}/merge", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def merge(risk_id: int) -> ResponseReturnValue:
    """Ask which other risk this one is part of, or merge it."""
    risk = open_risk(risk_id)
    form = MergeForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: merge_risk(current_actor(), risk, _named(form.into.data), form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is merged. Its reference leads to its page, and from there to the other risk.",
        heading="Merge this risk into another",
        lead=(
            "This risk ends and keeps its reference. Its open actions, its controls and its links go on under the "
            "other risk, which keeps its own rating."
        ),
        button="Merge",
        warning=True,
        refused=refusal(lambda: check_merging(risk)),
    )


def _named(reference: str) -> Risk:
    """Return the risk with a reference, written in any way. Raises RuleBroken beside the field."""
    register = only_register()
    number = read_reference(reference, register.prefix) if register else None
    named = find_reference(register, number) if register and number else None
    if named and named.risk_id is None:
        used = f"The reference “{reference}” was used before this plan, and no risk has it now."
        raise RuleBroken(f"{used} Look the other risk up in the register.", "into")
    if named is None or named.risk_id is None:
        raise RuleBroken(f"No risk has the reference “{reference}”. Look it up in the register.", "into")
    return db.session.get_one(Risk, named.risk_id)


@blueprint.route(f"{RISK}/close", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def close(risk_id: int) -> ResponseReturnValue:
    """Ask why a risk leaves the register, or close it."""
    risk = open_risk(risk_id)
    form = CloseForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: close_risk(current_actor(), risk, form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is closed. The reference stays its own.",
        heading="Close this risk",
        lead="It leaves the register with its history. It can be reopened, and its reference is never given again.",
        button="Close the risk",
        warning=True,
        refused=refusal(lambda: check_closing(risk)),
        actions_left=bool(open_actions(risk_id)),
    )


@blueprint.route(f"{RISK}/reopen", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def reopen(risk_id: int) -> ResponseReturnValue:
    """Ask why a closed risk comes back, or reopen it."""
    risk = open_risk(risk_id)
    form = ReopenForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: reopen_risk(current_actor(), risk, form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is open again.",
        heading="Reopen this risk",
        lead="It comes back with its last rating, under its own reference. Its next review counts from today.",
        button="Reopen the risk",
        refused=refusal(lambda: change_risk(RiskStatus(risk.status), "reopen", was_open=not risk.was_discarded)),
    )


@blueprint.route(f"{RISK}/discard", methods=["GET", "POST"])
@needs(Permission.PROPOSE_RISK)
def discard(risk_id: int) -> ResponseReturnValue:
    """Ask why a draft or a proposal comes to nothing, or discard it."""
    risk = open_risk(risk_id)
    require_discarder(current_actor(), risk)
    form = DiscardForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: discard_risk(current_actor(), risk, form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is discarded. The reference stays its own.",
        heading="Discard this risk",
        lead="It does not come into the register. It can be taken up again, and its reference is never given again.",
        button="Discard it",
        warning=True,
        refused=refusal(lambda: change_risk(RiskStatus(risk.status), "discard")),
    )


@blueprint.route(f"{RISK}/take-up", methods=["GET", "POST"])
@needs(Permission.PROPOSE_RISK)
def take_up(risk_id: int) -> ResponseReturnValue:
    """Ask why a risk that was discarded is taken up again, or make it a draft."""
    risk = open_risk(risk_id)
    require_discarder(current_actor(), risk)
    form = TakeUpForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: take_up_risk(current_actor(), risk, form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is a draft again.",
        heading="Take this risk up again",
        lead="It becomes a draft under its own reference. It is not in the register until it is proposed and approved.",
        button="Take it up again",
        refused=refusal(lambda: change_risk(RiskStatus(risk.status), "take up again", was_open=not risk.was_discarded)),
    )
