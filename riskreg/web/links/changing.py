"""Making, changing and ending a link: each shows first what it would do to risks and whom it would e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.links import check_linkable
from riskreg.domain.suggesting import Key
from riskreg.models import Indicator, Risk
from riskreg.queries.history import changes_since_revision
from riskreg.queries.links import CONTRACT, INDICATOR, linked_keys
from riskreg.services.consequences import tried
from riskreg.services.links import (
    LinkOutcome,
    Subject,
    add_link,
    change_link,
    check_to_add,
    end_link,
    require_linker,
)
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.in_force import policy_of
from riskreg.web.keeping.room import open_risk, refusal
from riskreg.web.links.forms import ChangeForm, EndForm, LinkForm
from riskreg.web.links.room import (
    CONTRACTS,
    INDICATORS,
    blueprint,
    kind_of,
    known_link,
    known_subject,
    title_of,
)
from riskreg.web.outcomes import what_became_of
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent, save_or_show, typed_fields


@dataclass(frozen=True, slots=True)
class Step:
    """One way of changing a link. `change` takes the digest of what was shown, None to try it."""

    heading: str
    button: str
    done: str
    change: Callable[[str | None], LinkOutcome]
    refused: str = ""
    warning: bool = False


@blueprint.route(f"{RISK}/links{INDICATORS}", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def add_indicator(risk_id: int, indicator_id: int) -> ResponseReturnValue:
    """Ask how an indicator bears on a risk, show what linking it would do, or link it."""
    return _add(open_risk(risk_id), known_subject(INDICATOR, indicator_id))


@blueprint.route(f"{RISK}/links{CONTRACTS}", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def add_contract(risk_id: int, contract_id: int) -> ResponseReturnValue:
    """Ask how a contract bears on a risk, show what linking it would do, or link it."""
    return _add(open_risk(risk_id), known_subject(CONTRACT, contract_id))


def _add(risk: Risk, subject: Subject) -> ResponseReturnValue:
    actor, kind = current_actor(), kind_of(subject)
    require_linker(actor, risk)
    policy = policy_of(risk.register_id)
    form = LinkForm.of(risk, policy, about_indicator=kind == INDICATOR, reason=_suggested(risk, subject))
    step = Step(
        heading=f"Link this {kind} to the risk",
        button="Link it",
        done=f"The {kind} is linked.",
        change=lambda shown: add_link(
            actor, risk, subject, form.as_terms(), form.revision.data, clock.now(), shown=shown
        ),
        refused=refusal(lambda: check_to_add(risk, subject)),
    )
    return _answer(form, risk, subject, step)


def _suggested(risk: Risk, subject: Subject) -> str:
    """The reason that suggests itself: the indicator measures a contract on which the risk relies."""
    contract = subject.contract if isinstance(subject, Indicator) else None
    if contract is None or Key(CONTRACT, contract.id) not in linked_keys(risk.id):
        return ""
    return f"It measures {contract.code} {contract.title}, on which the risk relies."


@blueprint.route("/links/<id:link_id>", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def change(link_id: int) -> ResponseReturnValue:
    """Show a link as it can be changed, what changing it would do, or change it."""
    link, actor = known_link(link_id), current_actor()
    risk, subject = link.risk, link.subject
    require_linker(actor, risk)
    form = ChangeForm.of_link(link)
    step = Step(
        heading="Change this link",
        button="Change the link",
        done="The link is changed. As it was, it is listed among the links that were.",
        change=lambda shown: change_link(
            actor, link, form.as_terms(), form.why.data, form.revision.data, clock.now(), shown=shown
        ),
        refused=refusal(lambda: check_linkable(RiskStatus(risk.status))),
    )
    return _answer(form, risk, subject, step)


@blueprint.route("/links/<id:link_id>/end", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def end(link_id: int) -> ResponseReturnValue:
    """Ask why a link ends, show what ending it would do, or end it."""
    link, actor = known_link(link_id), current_actor()
    risk, subject = link.risk, link.subject
    require_linker(actor, risk)
    form = EndForm(data={"revision": risk.revision})
    step = Step(
        heading="End this link",
        button="End the link",
        done="The link has ended. It is listed among the links that were.",
        change=lambda shown: end_link(actor, link, form.why.data, form.revision.data, clock.now(), shown=shown),
        refused=refusal(lambda: check_linkable(RiskStatus(risk.status))),
        warning=True,
    )
    return _answer(form, risk, subject, step)


def _answer(form: LinkForm | EndForm, risk: Risk, subject: Subject, step: Step) -> ResponseReturnValue:
    """Take the step in two: show what it would do, then do it; or show the form with what is wrong with it."""
    risk_id, kind, key, seen = risk.id, kind_of(subject), subject.id, form.revision.data or 0
    there = url_for("links.depends", risk_id=risk_id)

    def shown(template: str, **more: Any) -> ResponseReturnValue:
        return page(
            template,
            form=form,
            risk=open_risk(risk_id),
            subject=known_subject(kind, key),
            title_of=title_of,
            kind=kind,
            step=step,
            meanwhile=changes_since_revision(risk_id, seen) if form.changed else (),
            there=there,
            **more,
        )

    if is_sent(form):
        answer = save_or_show(
            form,
            look=lambda: tried(lambda: step.change(None)),
            save=lambda digest: f"{step.done} {what_became_of(step.change(digest).effects.risks)}".strip(),
            show=lambda found: shown("links/consequences.html", found=found, typed=typed_fields(form)),
            there=there,
        )
        if answer is not None:
            return answer
    return shown("links/form.html")
