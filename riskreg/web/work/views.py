"""My work: what whoever is signed in owes, the most urgent first, and what their roles have to look after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.sentences import listed
from riskreg.queries.escalations import to_decide_by_rag
from riskreg.queries.indicators import ScorecardFilter, groups_shown
from riskreg.queries.mail import outbox_counts
from riskreg.queries.policies import policy_on
from riskreg.queries.register import only_register
from riskreg.queries.work import failed_jobs
from riskreg.services.actors import Actor
from riskreg.web.access import current_actor, known_account, needs
from riskreg.web.pages import page
from riskreg.web.work.lines import DAYS_AHEAD, work_of

blueprint = Blueprint("work", __name__)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something there are, with the way to them. `rag` colours the edge."""

    number: int
    words: str
    address: str
    rag: str = ""


@blueprint.get("/")
@needs(Permission.SEE_OWN_WORK)
def home() -> ResponseReturnValue:
    """Show my work: the same number of queries for one line and for many; which are asked follows from the roles."""
    actor, today = current_actor(), clock.today()
    account = known_account()
    return page(
        "work/home.html",
        work=work_of(actor, today),
        days_ahead=DAYS_AHEAD,
        queue=_queue(actor),
        duties=[*_results(actor, today), *_machinery(actor)],
        posts=listed(sorted(account.session.posts.values())) if account else "",
    )


def _queue(actor: Actor) -> list[Count]:
    """What waits for DMT, RED first; nothing for those who do not decide."""
    if not actor.may(Permission.DECIDE):
        return []
    return [
        Count(number, f"{rag} to decide", url_for("escalations.queue", rag=rag), rag)
        for rag, number in to_decide_by_rag().items()
    ]


def _results(actor: Actor, today: date) -> list[Count]:
    """The results that are overdue, for those who publish them."""
    register = only_register() if actor.may(Permission.PUBLISH_RESULT) else None
    if register is None:
        return []
    groups = groups_shown(ScorecardFilter(stale=True), today, policy_on(register.id, today))
    late = sum(group.total for group in groups)
    words = _worded(late, "indicator whose result is overdue", "indicators whose results are overdue")
    return [Count(late, words, url_for("indicators.listing", stale=1))]


def _machinery(actor: Actor) -> list[Count]:
    """The mail that did not go and the jobs that failed, for those who look after them."""
    if not actor.may(Permission.MANAGE_MAIL):
        return []
    counts, jobs = outbox_counts().counts, failed_jobs()
    return [
        Count(
            counts["failed"],
            _worded(counts["failed"], "message refused for good", "messages refused for good"),
            url_for("admin.mail", state="failed"),
        ),
        Count(
            counts["unknown"],
            _worded(counts["unknown"], "message that may not have arrived", "messages that may not have arrived"),
            url_for("admin.mail", state="unknown"),
        ),
        Count(
            len(jobs),
            _worded(len(jobs), "job whose last run failed", "jobs whose last run failed"),
            url_for("admin.jobs"),
        ),
    ]


def _worded(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
