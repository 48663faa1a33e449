"""What one risk depends on, and the risks behind one indicator or contract: as a list, as a picture, and as it was."""

from __future__ import annotations

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, holds
from riskreg.domain.links import LINKABLE, heeds_in_short, holds_words
from riskreg.domain.sentences import day, plural
from riskreg.link_picture import Node, link_pictures
from riskreg.models import Indicator, Risk
from riskreg.queries.linked import LinkedContract, LinkedIndicator, linked_contracts, linked_indicators
from riskreg.queries.links import CONTRACT, INDICATOR, Bearing, bears_on, latest_rag, past_links
from riskreg.services.links import Subject
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.in_force import present_policy
from riskreg.web.keeping.room import open_risk
from riskreg.web.keeping.ways import keeping_of
from riskreg.web.links.room import (
    CONTRACTS,
    INDICATORS,
    blueprint,
    kind_of,
    known_subject,
    title_of,
)
from riskreg.web.pages import page


@blueprint.get(f"{RISK}/depends")
@needs(Permission.READ_REGISTER)
def depends(risk_id: int) -> ResponseReturnValue:
    """Show all that a risk depends on, and what it depended on before."""
    risk, policy, today = open_risk(risk_id), present_policy(), clock.today()
    indicators, contracts = linked_indicators(risk_id, policy, today), linked_contracts(risk_id, policy, today)
    return page(
        "links/depends.html",
        risk=risk,
        indicators=indicators,
        contracts=contracts,
        picture=_depends(risk, indicators, contracts),
        past=past_links(risk_id=risk_id),
        may_link=keeping_of(current_actor(), risk, escalated=False).may_link,
        heeds_in_short=heeds_in_short,
        holds_words=holds_words,
    )


def _depends(risk: Risk, indicators: Sequence[LinkedIndicator], contracts: Sequence[LinkedContract]) -> str:
    centre = Node(f"{risk.reference} {risk.title}", risk.effective_rag, risk.effective_rag)
    nodes = [_indicator(one) for one in indicators]
    nodes += [_contract(one) for one in contracts]
    return link_pictures(f"What {risk.reference} depends on", centre, nodes)


def _indicator(one: LinkedIndicator) -> Node:
    rag = one.latest.rag if one.latest else None
    return Node(
        one.name, f"{rag or 'not rated'}, {_terms(one, about_indicator=True)}", rag, watched=one.heeds == "watch"
    )


def _contract(one: LinkedContract) -> Node:
    state = "closed" if one.contract.closed_on else plural(len(one.signals), "signal")
    words = f"{state}, {_terms(one, about_indicator=False)}"
    return Node(one.contract.title, words, watched=one.heeds == "watch")


def _terms(one: LinkedIndicator | LinkedContract | Bearing, *, about_indicator: bool) -> str:
    """What a link heeds and since when, as short as a box has room for."""
    return heeds_in_short(one.heeds, about_indicator=about_indicator) + (
        f", since {day(one.from_on)}" if one.from_on else ""
    )


@blueprint.get(f"{INDICATORS}/risks")
@needs(Permission.READ_REGISTER)
def of_indicator(indicator_id: int) -> ResponseReturnValue:
    """Show all risks behind an indicator, and those that were."""
    subject = known_subject(INDICATOR, indicator_id)
    rag = latest_rag(indicator_id)
    return _behind(subject, Node(title_of(subject), rag or "not rated", rag), indicator_id=indicator_id)


@blueprint.get(f"{CONTRACTS}/risks")
@needs(Permission.READ_REGISTER)
def of_contract(contract_id: int) -> ResponseReturnValue:
    """Show all risks behind a contract, and those that were."""
    subject = known_subject(CONTRACT, contract_id)
    return _behind(subject, Node(title_of(subject), "contract"), contract_id=contract_id)


def _behind(subject: Subject, centre: Node, **key: int) -> ResponseReturnValue:
    risks, of_indicator = bears_on(**key), isinstance(subject, Indicator)
    nodes = [_risk(one, about_indicator=of_indicator) for one in risks]
    over_on = subject.ended_on if isinstance(subject, Indicator) else subject.closed_on
    return page(
        "links/behind.html",
        subject=subject,
        title_of=title_of,
        kind=kind_of(subject),
        risks=[(one, _changes(one)) for one in risks],
        raised=any(one.is_raised for one in risks),
        picture=link_pictures(f"The risks behind {subject.code}", centre, nodes),
        past=past_links(**key),
        key=key,
        over_on=over_on,
        may_add=current_actor().may(Permission.KEEP_RISK) and over_on is None,
        heeds_in_short=heeds_in_short,
        holds_words=holds_words,
    )


def _risk(one: Bearing, *, about_indicator: bool) -> Node:
    status = "" if one.status == "open" else f", {one.status}"
    words = f"{one.effective_rag}, {_terms(one, about_indicator=about_indicator)}{status}"
    return Node(f"{one.reference} {one.title}", words, one.effective_rag, watched=one.heeds == "watch")


def _changes(one: Bearing) -> bool:
    """Whether the person may change this link from here."""
    actor = current_actor()
    mine = actor.may(Permission.KEEP_REGISTER) or holds(actor.posts, one.owner_post_id)
    return one.status in LINKABLE and mine and actor.may(Permission.KEEP_RISK)
