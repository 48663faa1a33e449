"""A fresh database, in which a whole register can be taken in."""

from __future__ import annotations

from sqlalchemy import select

from riskreg.exchange.plan_files import read_plan
from riskreg.extensions import db
from riskreg.models import Post
from riskreg.services.loading import SHIPPED_PLAN
from riskreg.services.loading_evidence import (
    load_benchmarks,
    load_contracts,
    load_indicators,
    load_results,
    load_targets,
)
from riskreg.services.loading_organisation import (
    load_demonstration_people,
    load_divisions,
    load_posts,
    load_register,
    load_services,
)
from riskreg.services.loading_report import LoadReport
from tests.factories import NOW, TODAY


def organisation() -> None:
    """A fresh database: the register, its policy, the organisation and its people; no indicator, contract or risk."""
    plan, report = read_plan(SHIPPED_PLAN), LoadReport()
    load_register(plan, TODAY, report)
    divisions = load_divisions(plan, report)
    load_services(plan, divisions, report)
    load_demonstration_people(plan, load_posts(plan, divisions, report), TODAY, report)
    db.session.commit()


def surroundings() -> None:
    """A fresh database: the organisation, its people, indicators and contracts, and no risk."""
    organisation()
    plan, report = read_plan(SHIPPED_PLAN), LoadReport()
    posts = {row.code: row for row in db.session.scalars(select(Post))}
    indicators = load_indicators(plan, report)
    load_targets(plan, indicators, report)
    load_benchmarks(plan, indicators, report)
    load_results(plan, indicators, NOW, TODAY, report)
    load_contracts(plan, posts, report)
    db.session.commit()
