"""Rows for risks that are held already: what differs, and changing that by the use cases of the pages."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.dates import day_of
from riskreg.domain.scoring import Rag
from riskreg.models import Risk
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, record_ratings
from riskreg.services.importing_rows import Level, Meant
from riskreg.services.keeping import edit_risk, hand_over_risk, require_open
from riskreg.services.proposing import TEXTS, RiskText
from riskreg.services.settling import live_escalation, settle


def differences(meant: Meant, risk: Risk) -> list[str]:
    """Return what a row says otherwise than the risk that is held. What it says nothing of does not differ."""
    found = [name for name in TEXTS if meant.texts[name] and meant.texts[name] != getattr(risk, name)]
    found += ["division and service"] if _moved(meant, risk) else []
    if meant.values.get("Owner") and meant.owner and meant.owner.id != risk.owner_post_id:
        found.append("owner")
    if _rated(meant, risk):
        found.append("rating")
    return found


def what_differs(meant: Meant, risk: Risk) -> str:
    """Say what a row says otherwise than the risk that is held; empty when nothing differs."""
    found = differences(meant, risk)
    told: dict[str, tuple[str, str]] = {}
    if "owner" in found and meant.owner:
        told["owner"] = risk.owner_post.title, meant.owner.title
    if "rating" in found and (level := meant.current):
        held = Level(Rag(risk.own_rag), risk.own_likelihood, risk.own_impact)
        told["rating"] = str(held), str(level)
    said = [f"{name} (held {told[name][0]}, file {told[name][1]})" if name in told else name for name in found]
    return f"Differs: {', '.join(said)}." if said else ""


def _moved(meant: Meant, risk: Risk) -> bool:
    if not meant.values.get("Division") or meant.division is None:
        return False
    service_id = meant.service.id if meant.service else None
    return meant.division.id != risk.division_id or (
        bool(meant.values.get("Service")) and service_id != risk.service_id
    )


def _rated(meant: Meant, risk: Risk) -> bool:
    level = meant.current
    if level is None:
        return False
    if level.likelihood is None:
        return level.rag != risk.own_rag
    return (level.likelihood, level.impact) != (risk.own_likelihood, risk.own_impact)


def change_risk_held(actor: Actor, meant: Meant, risk: Risk, why: str, now: datetime) -> None:
    """Change what differs of an open risk. Raises RuleBroken for what the pages would refuse, too."""
    require_open(risk)
    differs = set(differences(meant, risk))
    if differs & {*TEXTS, "division and service"}:
        words = {name: meant.texts[name] or getattr(risk, name) for name in TEXTS}
        division_id, service_id = risk.division_id, risk.service_id
        if "division and service" in differs and meant.division is not None:
            division_id, service_id = meant.division.id, meant.service.id if meant.service else None
        text = RiskText(**words, division_id=division_id, service_id=service_id)
        edit_risk(actor, risk, text, why, risk.revision, now)
    if "owner" in differs and meant.owner is not None:
        hand_over_risk(actor, risk, meant.owner.id, why, risk.revision, now)
    level = meant.current
    if "rating" in differs and level is not None:
        if level.likelihood is None or level.impact is None:
            meant.remarks.append("The rating stays: a RAG alone does not change one.")
            return
        policy = policy_on(risk.register_id, day_of(now))
        rating = Rating(level.likelihood, level.impact, meant.values.get("Rationale") or why)
        record_ratings(actor, risk, rating, None, policy, now)
        settle(risk, policy, live_escalation(risk.id))
