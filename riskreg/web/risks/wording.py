"""How pages speak of a risk's ratings: the owner's own beside the one that an escalation raised."""

from __future__ import annotations

from markupsafe import Markup

from riskreg.charts import sparkline
from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import LEVELS, Rag, rag_of_score
from riskreg.domain.sentences import figure
from riskreg.domain.signals import Reach
from riskreg.models import Assessment
from riskreg.queries.linked import LinkedIndicator

S = EscalationStatus
STANDINGS = {
    S.AWAITING: "put before DMT, awaiting its decision",
    S.CONFIRMED: "confirmed by DMT",
    S.RETURNED: "returned to the owner by DMT",
    S.REFERRED: "referred to the corporate register",
    S.DEFERRED: "deferred to a meeting of DMT",
}
AUTOMATIC = {
    S.AWAITING: "raised automatically, awaiting DMT",
    S.DEFERRED: "raised automatically, deferred to a meeting of DMT",
}

REACHES = {
    int(Reach.MANAGER): "the manager of the contract",
    int(Reach.HEAD): "the head of service",
    int(Reach.DMT): "DMT",
}


def standing(status: str, *, automatic: bool) -> str:
    """Say how a live escalation stands. `automatic`: the register raised it by itself."""
    known = EscalationStatus(status)
    return AUTOMATIC.get(known, STANDINGS[known]) if automatic else STANDINGS[known]


def unconfirmed(status: str, *, automatic: bool) -> bool:
    """Whether the raised rating is the register's own doing, on which DMT has not decided yet."""
    return automatic and EscalationStatus(status) in AUTOMATIC


def rating_words(assessment: Assessment | None, rag: str, policy: Policy) -> str:
    """Say how a rating came about: by a score with its words, or as it was published, without one."""
    if assessment is None:
        return f"{rag}, without a recorded assessment"
    likelihood, impact = assessment.likelihood, assessment.impact
    if likelihood is None or impact is None:
        return f"published as {assessment.rag} without a score"
    words = f"{policy.likelihood_words[likelihood - 1]} ({likelihood}) × {policy.impact_words[impact - 1]} ({impact})"
    return f"score {likelihood * impact}: {words}"


def level_choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The five levels of the policy as answers: 3, possible."""
    return [(str(level), f"{level}, {words[level - 1]}") for level in LEVELS]


def matrix(policy: Policy) -> list[tuple[str, list[tuple[int, Rag]]]]:
    """Likelihood by impact: each likelihood's words, the highest first, with score and RAG for every impact."""
    return [
        (
            f"{likelihood}, {policy.likelihood_words[likelihood - 1]}",
            [(likelihood * impact, rag_of_score(likelihood * impact, policy)) for impact in LEVELS],
        )
        for likelihood in reversed(LEVELS)
    ]


def trend_of(indicator: LinkedIndicator) -> Markup:
    """The last results of an indicator as a line, with their figures in words; nothing where there is only one."""
    if len(indicator.trend) < 2:
        return Markup("")
    figures = ", ".join(figure(value, indicator.unit) for value, _ in indicator.trend)
    rag = indicator.latest.rag if indicator.latest else None
    return sparkline([value for value, _ in indicator.trend], rag, f"Results, the oldest first: {figures}")
