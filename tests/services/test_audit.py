"""The audit trail says who did what, and for whom a deputy did it."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from riskreg.domain.access import Role
from riskreg.models import Risk
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from tests import factories as make


def sentence_of(actor: Actor, now: datetime, risk: Risk | None = None, owner: int | None = None) -> str:
    return record(actor, "noted", "risk:1", "Something was done.", now=now, risk=risk, owner=owner).sentence


def someone(holds: frozenset[int], deputises: dict[int, str]) -> Actor:
    person = make.PersonFactory()
    return Actor(person.id, person.name, frozenset({Role.RISK_OWNER}), holds | set(deputises), deputises)


def test_what_a_deputy_does_is_said_to_be_done_for_the_owner(app: Flask, now: datetime) -> None:
    risk = make.RiskFactory()
    deputy = someone(frozenset({9999}), {risk.owner_post_id: "Head of Fair Access"})
    assert sentence_of(deputy, now, risk) == "Something was done. Done as deputy for the Head of Fair Access."
    assert sentence_of(deputy, now, owner=risk.owner_post_id).endswith("deputy for the Head of Fair Access.")


def test_who_holds_the_post_or_acts_in_an_own_post_is_no_deputy(app: Flask, now: datetime) -> None:
    risk = make.RiskFactory()
    holder = someone(frozenset({risk.owner_post_id}), {})
    other = someone(frozenset({9999}), {9998: "Head of Something Else"})
    assert {sentence_of(one, now, risk) for one in (holder, other, SYSTEM)} == {"Something was done."}


def test_who_only_stands_in_acts_as_a_deputy_in_everything(app: Flask, now: datetime) -> None:
    risk = make.RiskFactory()
    deputy = someone(frozenset(), {9998: "Director of Planning"})
    assert sentence_of(deputy, now, risk) == "Something was done. Done as deputy for the Director of Planning."
