"""What stays out of public papers: the co-ordinator marks a risk, a control or an action exempt, or takes it back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.exempt import LAW, check_exempt, check_not_exempt
from riskreg.services.exempting import Exemptible, end_exemption, mark_exempt
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import ACTION, CONTROL, RISK
from riskreg.web.keeping.room import blueprint, open_action, open_control, open_risk, refusal, step
from riskreg.web.keeping.step_forms import ExemptForm, NotExemptForm


@blueprint.route(f"{RISK}/exempt", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def exempt(risk_id: int) -> ResponseReturnValue:
    """Ask why a risk is exempt, or mark it."""
    return _mark(open_risk(risk_id), risk_id, "risk", "")


@blueprint.route(f"{RISK}/exempt/end", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def not_exempt(risk_id: int) -> ResponseReturnValue:
    """Ask why a risk is no longer exempt, or take it back."""
    return _take_back(open_risk(risk_id), risk_id, "risk", "")


@blueprint.route(f"{CONTROL}/exempt", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def exempt_control(control_id: int) -> ResponseReturnValue:
    """Ask why a control is exempt, or mark it."""
    found = open_control(control_id)
    return _mark(found, found.risk_id, "control", found.text)


@blueprint.route(f"{CONTROL}/exempt/end", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def not_exempt_control(control_id: int) -> ResponseReturnValue:
    """Ask why a control is no longer exempt, or take it back."""
    found = open_control(control_id)
    return _take_back(found, found.risk_id, "control", found.text)


@blueprint.route(f"{ACTION}/exempt", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def exempt_action(action_id: int) -> ResponseReturnValue:
    """Ask why an action is exempt, or mark it."""
    found = open_action(action_id)
    return _mark(found, found.risk_id, "action", found.text)


@blueprint.route(f"{ACTION}/exempt/end", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def not_exempt_action(action_id: int) -> ResponseReturnValue:
    """Ask why an action is no longer exempt, or take it back."""
    found = open_action(action_id)
    return _take_back(found, found.risk_id, "action", found.text)


def _mark(what: Exemptible, risk_id: int, noun: str, text: str) -> ResponseReturnValue:
    risk = open_risk(risk_id)
    form = ExemptForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: mark_exempt(
            current_actor(), what, risk, int(form.paragraph.data), form.reason.data, seen, clock.now()
        ),
        done=f"The {noun} is marked exempt. Reports to the Cabinet Committee leave it out.",
        back=_back(noun),
        heading=f"Mark this {noun} exempt",
        lead=(
            f"{_quoted(text)}It stays in the register and in the packs of the Directorate Management Team (DMT)."
            f" Reports to the Cabinet Committee leave it out, by {LAW}."
        ),
        button="Mark it exempt",
        refused=refusal(lambda: check_not_exempt(what.exempt_why)),
    )


def _take_back(what: Exemptible, risk_id: int, noun: str, text: str) -> ResponseReturnValue:
    risk = open_risk(risk_id)
    form = NotExemptForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: end_exemption(current_actor(), what, risk, form.reason.data, seen, clock.now()),
        done=f"The {noun} is no longer exempt. The next report to the Cabinet Committee shows it.",
        back=_back(noun),
        heading=f"Take back that this {noun} is exempt",
        lead=f"{_quoted(text)}It is exempt by {what.exempt_why}",
        button="Take it back",
        refused=refusal(lambda: check_exempt(what.exempt_why)),
    )


def _quoted(text: str) -> str:
    return f"“{text}” " if text else ""


def _back(noun: str) -> str:
    return "" if noun == "risk" else f"{noun}s"
