"""Loading a plan: everything is read and checked first, then what is missing is added, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from riskreg.domain.dates import day_of
from riskreg.exchange.plan_files import read_plan
from riskreg.extensions import db
from riskreg.queries.policies import policy_on
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
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
from riskreg.services.loading_risks import Surroundings, load_links, load_mitigations, load_risks
from riskreg.services.referrals import propose_earlier

SHIPPED_PLAN = Path(__file__).resolve().parents[1] / "plan"


def load_plan(folder: Path, now: datetime, *, demonstration: bool) -> LoadReport:
    """Load the plan in a folder and say what was added. Raises BrokenTable, before anything is written.

    Records that are there stay as they are, so that a second load changes nothing. `demonstration` adds a person
    for each post; the real people whom a plan names never become accounts.
    """
    plan = read_plan(folder)
    report, day = LoadReport(), day_of(now)
    register = load_register(plan, day, report)
    divisions = load_divisions(plan, report)
    around = Surroundings(
        register=register,
        policy=policy_on(register.id, day),
        divisions=divisions,
        services=load_services(plan, divisions, report),
        posts=load_posts(plan, divisions, report),
        now=now,
        day=day,
    )
    risks = load_risks(plan, around, report)
    indicators = load_indicators(plan, report)
    load_targets(plan, indicators, report)
    load_benchmarks(plan, indicators, report)
    load_results(plan, indicators, now, day, report)
    contracts = load_contracts(plan, around.posts, report)
    load_links(plan, risks, (indicators, contracts), now, report)
    load_mitigations(plan, risks, around, report)
    if demonstration:
        load_demonstration_people(plan, around.posts, day, report)
    if register.parent_id is not None:
        for _ in propose_earlier(register.id, now):
            report.count("referral", new=True)
    if report.anything_new:
        added = {kind: count for kind, count in report.added.items() if count}
        record(SYSTEM, "plan loaded", f"register:{register.id}", str(report), now=now, added=added)
    db.session.flush()
    return report
