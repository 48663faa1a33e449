"""A fresh database, in which a whole register can be taken in."""

from __future__ import annotations

from riskreg.exchange.plan_files import read_plan
from riskreg.extensions import db
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


def surroundings() -> None:
    """A fresh database: the organisation, its people, indicators and contracts, and no risk."""
    plan, report = read_plan(SHIPPED_PLAN), LoadReport()
    load_register(plan, TODAY, report)
    divisions = load_divisions(plan, report)
    load_services(plan, divisions, report)
    posts = load_posts(plan, divisions, report)
    indicators = load_indicators(plan, report)
    load_targets(plan, indicators, report)
    load_benchmarks(plan, indicators, report)
    load_results(plan, indicators, NOW, TODAY, report)
    load_contracts(plan, posts, report)
    load_demonstration_people(plan, posts, TODAY, report)
    db.session.commit()
