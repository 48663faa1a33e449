"""Adding an indicator, changing what may be changed of it, ending it and taking it up again.

None of this moves a risk: an indicator escalates only through its links, by its published results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RowProblem, RowsBroken, RuleBroken
from riskreg.domain.indicator_terms import (
    LABELS,
    STATED,
    Broken,
    IndicatorTerms,
    Measure,
    changed_terms,
    wrong_measure,
    wrong_terms,
)
from riskreg.domain.keeping import check_reason
from riskreg.domain.links import LINKABLE
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_register

PREFIX = "IND-"
CHANGED = "The indicator has changed since you opened this page. Look at it again. Nothing was saved."
NOTHING_CHANGED = "Nothing differs from what is kept already, so there is nothing to save."
OWN_ONLY = "You add indicators that measure a contract of yours: only the performance officer adds others."


def may_add(actor: Actor, owner_post_id: int | None) -> bool:
    """Whether the person may add an indicator of a contract that this post manages; None: of no contract."""
    return actor.may(Permission.KEEP_INDICATOR) or (
        actor.may(Permission.ADD_INDICATOR) and holds(actor.posts, owner_post_id)
    )


def add_indicator(actor: Actor, register_id: int, terms: IndicatorTerms, measure: Measure, now: datetime) -> Indicator:
    """Add an indicator at the end of its service group. It gets the next code, and has no target and no result yet.

    Raises NotPermitted, and RowsBroken with everything that is wrong.
    """
    actor.require(Permission.ADD_INDICATOR)
    lock_register(register_id)
    terms = _tidy(terms)
    contract = db.session.get(Contract, terms.contract_id) if terms.contract_id is not None else None
    require(may_add(actor, contract.owner_post_id if contract else None), OWN_ONLY)
    _refuse([*wrong_terms(terms), *wrong_measure(measure), *_conflicts(terms, None)])
    indicator = Indicator(
        code=_next_code(),
        position=_position(terms.service_group),
        polarity_basis=STATED,
        **asdict(terms),
        **asdict(measure),
    )
    db.session.add(indicator)
    db.session.flush()
    about = f" It measures the contract {contract.code} {contract.title}." if contract else ""
    text = f"{indicator.code} {indicator.name}: added to {indicator.service_group}.{about}"
    owner = contract.owner_post_id if contract else None
    record(actor, "added", _subject(indicator), text, now=now, owner=owner, **asdict(terms), **asdict(measure))
    return indicator


def change_indicator(
    actor: Actor,
    register_id: int,
    indicator: Indicator,
    terms: IndicatorTerms,
    why: str,
    seen_revision: int,
    now: datetime,
) -> None:
    """Change what may be changed of an indicator; the audit trail keeps what it said.

    Raises NotPermitted, ChangedMeanwhile, RowsBroken with everything that is wrong, RuleBroken when nothing differs.
    """
    _hold(actor, register_id, indicator, seen_revision)
    said, terms, before = check_reason(why, "Say why it changes.", "why"), _tidy(terms), terms_of(indicator)
    changed = changed_terms(before, terms)
    _refuse([*wrong_terms(terms), *_conflicts(terms, indicator)])
    if not changed:
        raise RuleBroken(NOTHING_CHANGED)
    if "service_group" in changed:
        indicator.position = _position(terms.service_group)
    for name in changed:
        setattr(indicator, name, getattr(terms, name))
    indicator.revision += 1
    db.session.flush()
    db.session.expire(indicator, ["contract"])
    text = f"{indicator.code} {indicator.name}: changed {listed([LABELS[name].lower() for name in changed])}. {said}"
    old, new = ({name: getattr(one, name) for name in changed} for one in (before, terms))
    record(actor, "changed", _subject(indicator), text, now=now, old=old, new=new)


def change_state(
    actor: Actor, register_id: int, indicator: Indicator, why: str, seen_revision: int, now: datetime
) -> None:
    """End an indicator, or take one up again that ended. What was published of it stays as it is.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken: while a risk is linked to it, it does not end.
    """
    _hold(actor, register_id, indicator, seen_revision)
    said = check_reason(why, "Say why.", "why")
    if indicator.ended_on is None:
        if linked := linked_risks_of(indicator.id):
            raise RuleBroken(
                f"{listed(linked)} {'is' if len(linked) == 1 else 'are'} linked to it. End the links first."
            )
        verb, text = "ended", "No further result of it is asked for."
        indicator.ended_on, indicator.ended_why = day_of(now), said
    else:
        verb, text = "taken up again", f"It had ended on {day(indicator.ended_on)}: {indicator.ended_why}"
        indicator.ended_on, indicator.ended_why = None, ""
    indicator.revision += 1
    record(actor, verb, _subject(indicator), f"{indicator.code} {indicator.name}: {verb}. {said} {text}", now=now)


def linked_risks_of(indicator_id: int) -> list[str]:
    """Return the references of the risks that are linked to an indicator and could end the link, by one query."""
    risks = db.session.scalars(
        select(Risk)
        .join(Link, Link.risk_id == Risk.id)
        .where(Link.indicator_id == indicator_id, Risk.status.in_(LINKABLE))
        .options(joinedload(Risk.reference))
        .order_by(Risk.id)
    )
    return [str(risk.reference) for risk in risks]


def terms_of(indicator: Indicator) -> IndicatorTerms:
    """The terms as they stand."""
    return IndicatorTerms(**{field.name: getattr(indicator, field.name) for field in fields(IndicatorTerms)})


def _hold(actor: Actor, register_id: int, indicator: Indicator, seen_revision: int) -> None:
    actor.require(Permission.KEEP_INDICATOR)
    lock_register(register_id)
    if indicator.revision != seen_revision:
        raise ChangedMeanwhile(CHANGED)


def _tidy(terms: IndicatorTerms) -> IndicatorTerms:
    """Take spaces away, and write the service group as it is written already."""
    name, group, origin = (" ".join(words.split()) for words in (terms.name, terms.service_group, terms.origin))
    alike = select(Indicator.service_group).where(func.lower(Indicator.service_group) == group.lower())
    group = db.session.scalar(alike.limit(1)) or group
    return replace(terms, name=name, service_group=group, origin=origin, description=terms.description.strip())


def _refuse(broken: Sequence[Broken]) -> None:
    if broken:
        raise RowsBroken([RowProblem("", sentence, field) for sentence, field in broken])


def _conflicts(terms: IndicatorTerms, present: Indicator | None) -> list[Broken]:
    """Return what is wrong beside the other indicators and the contracts there are."""
    found: list[Broken] = []
    same = select(Indicator.code).where(Indicator.service_group == terms.service_group, Indicator.ended_on.is_(None))
    same = same.where(func.lower(Indicator.name) == terms.name.lower())
    if present is not None:
        same = same.where(Indicator.id != present.id)
    if (code := db.session.scalar(same.limit(1))) is not None:
        found.append((f"{code} has this name in the same service group.", "name"))
    if terms.contract_id is not None and (present is None or present.contract_id != terms.contract_id):
        contract = db.session.get(Contract, terms.contract_id)
        if contract is None:
            found.append(("There is no such contract.", "contract_id"))
        elif contract.closed_on is not None:
            found.append((f"The contract was closed on {day(contract.closed_on)}: choose another.", "contract_id"))
    return found


def _next_code() -> str:
    codes = db.session.scalars(select(Indicator.code).where(Indicator.code.startswith(PREFIX)))
    numbers = [int(tail) for code in codes if (tail := code.removeprefix(PREFIX)).isdecimal()]
    return f"{PREFIX}{max(numbers, default=0) + 1:02d}"


def _position(service_group: str) -> int:
    """That of the last of its group, behind which its later id puts it, so that groups stay together; or a new one."""
    last = select(func.max(Indicator.position))
    in_group = db.session.scalar(last.where(Indicator.service_group == service_group))
    return in_group if in_group is not None else (db.session.scalar(last) or 0) + 1


def _subject(indicator: Indicator) -> str:
    return f"indicator:{indicator.id}"
