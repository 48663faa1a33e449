"""Who keeps risks in the tests, and the risks they keep."""

from __future__ import annotations

from riskreg.domain.access import Role
from riskreg.models import Post, Risk
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.proposing import NewRisk, RiskText
from tests import factories as make


def holder(post: Post, *roles: Role) -> Actor:
    """Someone in a post, a risk owner unless other roles are given."""
    holdings = post.holdings
    person = holdings[0].person if holdings else make.PersonFactory(holding=post)
    return Actor(person.id, person.name, frozenset(roles or {Role.RISK_OWNER, Role.ACTION_OWNER}), frozenset({post.id}))


def coordinator() -> Actor:
    """The risk co-ordinator."""
    return holder(make.PostFactory(coordinating=True), Role.COORDINATOR)


def owner_of(risk: Risk) -> Actor:
    """Whoever holds the post that owns a risk."""
    return holder(risk.owner_post)


def words(**changed: object) -> RiskText:
    """What is written of a risk."""
    division = make.DivisionFactory()
    known: dict[str, object] = {
        "title": "Too few places", "cause": "Births rise.", "event": "Places run out.",
        "consequence": "Children wait.", "category": "Places", "objective": "Enough places",
        "division_id": division.id,
    }  # fmt: skip
    return RiskText(**{**known, **changed})  # type: ignore[arg-type]


def new_risk(owner: Post | None = None, **changed: object) -> NewRisk:
    """A risk as it is entered, 3 × 4."""
    post = owner or make.PostFactory(owning=True)
    known: dict[str, object] = {
        "text": words(), "owner_post_id": post.id, "current": Rating(3, 4, "Births rose twice."),
    }  # fmt: skip
    return NewRisk(**{**known, **changed})  # type: ignore[arg-type]
