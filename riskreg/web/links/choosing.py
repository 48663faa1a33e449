"""Choosing what to link: for a risk by suggestion or by search, and from an indicator or a contract the risk."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.links import check_linkable
from riskreg.domain.suggesting import Key, suggest
from riskreg.models import Risk
from riskreg.queries.links import CONTRACT, INDICATOR, MOST_FOUND, linkables, linked_keys, risks_to_link
from riskreg.services.links import Subject, require_linker
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.in_force import present_register
from riskreg.web.keeping.room import open_risk, refusal
from riskreg.web.links.room import (
    CONTRACTS,
    INDICATORS,
    blueprint,
    kind_of,
    known_subject,
    title_of,
)
from riskreg.web.listing import asked
from riskreg.web.pages import page


@blueprint.get(f"{RISK}/links")
@needs(Permission.KEEP_RISK)
def choose(risk_id: int) -> ResponseReturnValue:
    """Show what may bear on a risk, or what a search finds: five queries at most with those of the risk."""
    risk, words = open_risk(risk_id), asked("q")
    require_linker(current_actor(), risk)
    linked = linked_keys(risk_id)
    found = linkables(words, most=MOST_FOUND) if words else []
    return page(
        "links/choose.html",
        risk=risk,
        words=words,
        groups=[(kind, [one for one in found if one.key.kind == kind]) for kind in (INDICATOR, CONTRACT)],
        most=MOST_FOUND,
        linked=linked,
        suggestions=[] if words else suggest(text_of(risk), service_of(risk), linkables(), linked),
        add_to=_add_to,
        refused=refusal(lambda: check_linkable(RiskStatus(risk.status))),
    )


def _add_to(key: Key) -> tuple[str, str]:
    """The endpoint that links a thing, and what its address calls the thing."""
    return f"links.add_{key.kind}", f"{key.kind}_id"


def text_of(risk: Risk) -> str:
    """Everything that is written of a risk."""
    return f"{risk.title} {risk.cause} {risk.event} {risk.consequence} {risk.objective} {risk.category}"


def service_of(risk: Risk) -> str:
    """The service that a risk belongs to; empty for one of a whole division."""
    return risk.service.name if risk.service else ""


@blueprint.get(f"{INDICATORS}/risks/add")
@needs(Permission.KEEP_RISK)
def risk_for_indicator(indicator_id: int) -> ResponseReturnValue:
    """Show the risks to which an indicator may be linked."""
    return _risks(known_subject(INDICATOR, indicator_id), indicator_id=indicator_id)


@blueprint.get(f"{CONTRACTS}/risks/add")
@needs(Permission.KEEP_RISK)
def risk_for_contract(contract_id: int) -> ResponseReturnValue:
    """Show the risks to which a contract may be linked."""
    return _risks(known_subject(CONTRACT, contract_id), contract_id=contract_id)


def _risks(subject: Subject, **key: int) -> ResponseReturnValue:
    actor, words = current_actor(), asked("q")
    owners = None if actor.may(Permission.KEEP_REGISTER) else actor.posts
    return page(
        "links/choose_risk.html",
        subject=subject,
        title_of=title_of,
        kind=kind_of(subject),
        words=words,
        risks=risks_to_link(present_register().id, words, owners, **key),
        everything=owners is None,
        most=MOST_FOUND,
        key=key,
    )
