"""Assessing a risk outside its review, and what is done about it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, holds, require
from riskreg.queries.keeping import responses_of_risk
from riskreg.queries.policies import policy_on
from riskreg.services.assessing import assess_risk, newest_rating
from riskreg.services.keeping import require_keeper, require_open, respond
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.keeping.forms import AssessmentForm
from riskreg.web.keeping.room import blueprint, open_risk, refusal, step
from riskreg.web.keeping.step_forms import ResponseForm
from riskreg.web.risks.wording import matrix, rating_words


@blueprint.route(f"{RISK}/assess", methods=["GET", "POST"])
@needs(Permission.REVIEW_RISK)
def assess(risk_id: int) -> ResponseReturnValue:
    """Show the matrix with the words of each level, or record the owner's rating and target."""
    risk = open_risk(risk_id)
    require(holds(current_actor().posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
    policy = policy_on(risk.register_id, clock.today())
    form = AssessmentForm.of(risk, policy)
    target = newest_rating(risk_id, "target")
    return step(
        risk,
        form,
        lambda seen: assess_risk(current_actor(), risk, *form.ratings(), seen, clock.now()),
        done=f"The assessment of {risk.reference} is recorded.",
        template="keeping/assess.html",
        policy=policy,
        matrix=matrix(policy),
        rating=rating_words(newest_rating(risk_id, "current"), risk.own_rag, policy),
        target=target,
        target_words=rating_words(target, target.rag, policy) if target else "",
        refused=refusal(lambda: require_open(risk)),
    )


@blueprint.route(f"{RISK}/response", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def response(risk_id: int) -> ResponseReturnValue:
    """Ask what is done about a risk, or record it."""
    risk = open_risk(risk_id)
    require_keeper(current_actor(), risk)
    form = ResponseForm.of(risk, clock.today())
    return step(
        risk,
        form,
        lambda seen: respond(current_actor(), risk, form.as_response(), seen, clock.now()),
        done=f"The response to {risk.reference} is recorded.",
        back="response",
        template="keeping/response.html",
        responses=responses_of_risk(risk_id),
        refused=refusal(lambda: require_open(risk)),
    )
