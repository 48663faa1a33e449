"""How pages speak of a risk's ratings: the owner's own beside the one that an escalation raised."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from riskreg import clock
from riskreg.charts import sparkline
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.policy import Policy
from riskreg.domain.referrals import ReferralState
from riskreg.domain.scoring import LEVELS, Rag, rag_of_score
from riskreg.domain.sentences import day, figure
from riskreg.models import Assessment
from riskreg.queries.before_dmt import Standing
from riskreg.queries.linked import LinkedIndicator
from riskreg.web.pages import rag_tag

S = EscalationStatus


def standing(how: Standing) -> str:
    """Say how a live escalation stands; whatever page says it, it says the same."""
    by = f", the owner answers by {day(how.due_on)}" if how.due_on else ""
    return {
        S.AWAITING: _awaiting(how),
        S.DEFERRED: _deferred(how),
        S.CONFIRMED: f"confirmed by DMT{by}",
        S.RETURNED: f"returned to the owner by DMT{by}",
        S.REFERRED: _referred(how),
    }[S(how.status)]


def _deferred(how: Standing) -> str:
    """Say to which meeting DMT put its decision off, and whether that has passed without one."""
    if how.meeting_on is None:
        return "deferred to a meeting of DMT"
    passed = ", which has passed without a decision" if how.meeting_on < clock.today() else ""
    return f"deferred to the meeting of {day(how.meeting_on)}{passed}"


def _referred(how: Standing) -> str:
    """Say where the corporate register has a risk; one referred before there was such a register is only referred."""
    if how.referral == ReferralState.ACCEPTED:
        return "accepted in the corporate register"
    if how.referral and how.decided_at:
        return f"proposed to the corporate register on {day(day_of(how.decided_at))}"
    return "referred to the corporate register by DMT"


def _awaiting(how: Standing) -> str:
    """Say what an escalation awaits DMT for: the first time, or after what DMT had decided."""
    if how.referral:
        did = "declined" if how.referral == ReferralState.DECLINED else "handed back"
        return f"{did} by the corporate register, awaiting DMT"
    if how.decided_at is not None:
        return f"{'the owner has answered' if how.is_answered else 'brought back by new facts'}, awaiting DMT"
    if not how.automatic:
        return "put before DMT, awaiting its decision"
    return "raised automatically, awaiting DMT" if how.raised else "awaiting DMT"


@cache
def ratings(own: str, shown: str, *, unconfirmed: bool = False) -> Markup:
    """The owner's own rating and the one shown: one tag where they are the same, else an arrow from one to the other.

    `unconfirmed`: the register raised it by itself and DMT has not decided yet.
    """
    if own == shown:
        return rag_tag(shown)
    arrow = Markup('{} <span aria-hidden="true">→</span><span class="govuk-visually-hidden">raised to</span> {}')
    return arrow.format(rag_tag(own), rag_tag(shown, raised=unconfirmed))


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
