"""My work: what whoever is signed in owes, the most urgent first, and what their roles have to look after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, Role
from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day, listed, plural
from riskreg.queries.duties import Overview, machinery, overview
from riskreg.queries.escalations import to_decide_by_rag
from riskreg.queries.indicators import ScorecardFilter, groups_shown
from riskreg.queries.policies import policy_shown
from riskreg.services.actors import Actor
from riskreg.services.decisions_read import read_decisions as record_read
from riskreg.web.access import current_actor, known_account, needs
from riskreg.web.fields import WholeNumberField
from riskreg.web.forms import Form
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.risks.wording import ratings, standing
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
    account, waiting = known_account(), _waiting(actor)
    looks_after = Role.COORDINATOR in actor.roles or actor.may(Permission.ANSWER_REFERRAL)
    seen = overview(today) if looks_after else None
    return page(
        "work/home.html",
        work=work_of(actor, today),
        days_ahead=DAYS_AHEAD,
        queue=_queue(actor, waiting),
        duties=[
            *_overview(actor, waiting, seen),
            *_referrals(actor, seen),
            *_results(actor, today),
            *_machinery(actor),
        ],
        standing=standing,
        ratings=ratings,
        posts=listed(sorted(account.session.posts.values())) if account else "",
    )


class ReadForm(Form):
    """The newest decision that the page showed."""

    newest = WholeNumberField("Decision", low=1, high=999_999_999, needed="Say which decision you have read.")


@blueprint.post("/decisions/read")
@needs(Permission.SEE_OWN_WORK)
def read_decisions() -> ResponseReturnValue:
    """Mark the decisions that the page showed as read; one that came meanwhile stays."""
    form = ReadForm()
    with saving():
        if not form.validate_on_submit():
            raise RuleBroken(form.problems[0].sentence)
        record_read(current_actor(), form.newest.data or 0)
        flash("The decisions are marked as read.")
        return redirect(url_for("work.home"))


def _waiting(actor: Actor) -> Mapping[str, int]:
    """How many escalations wait for DMT by the rating shown, for those who decide and for the risk co-ordinator."""
    if actor.may(Permission.DECIDE) or Role.COORDINATOR in actor.roles:
        return to_decide_by_rag()
    return {}


def _queue(actor: Actor, waiting: Mapping[str, int]) -> list[Count]:
    """What waits for DMT, RED first; nothing for those who do not decide."""
    if not actor.may(Permission.DECIDE):
        return []
    return [
        Count(number, f"{rag} to decide", url_for("escalations.queue", rag=rag), rag) for rag, number in waiting.items()
    ]


def _overview(actor: Actor, waiting: Mapping[str, int], seen: Overview | None) -> list[Count]:
    """What the risk co-ordinator looks after in the whole register."""
    if Role.COORDINATOR not in actor.roles or seen is None:
        return []
    escalations = sum(waiting.values())
    actions = _worded(seen.late_actions, "action overdue", "actions overdue")
    if seen.late_actions:
        actions += f", under {plural(seen.risks_with_late_actions, 'risk')}"
    return [
        Count(
            seen.late_reviews,
            _worded(seen.late_reviews, "review overdue", "reviews overdue"),
            url_for("register.listing", overdue=1),
        ),
        Count(seen.late_actions, actions, url_for("register.listing", late_actions=1)),
        Count(
            escalations,
            _worded(escalations, "escalation for DMT to decide", "escalations for DMT to decide"),
            url_for("escalations.queue"),
        ),
        Count(
            seen.proposals,
            _worded(seen.proposals, "risk proposed, to approve", "risks proposed, to approve"),
            url_for("keeping.proposals"),
        ),
        Count(seen.red_risks, _worded(seen.red_risks, "RED risk", "RED risks"), url_for("register.listing", rag="RED")),
        *_meetings(seen),
    ]


def _meetings(seen: Overview) -> list[Count]:
    """The past meetings whose record is open, and whether the next one has its pack."""
    counts = []
    if seen.open_records:
        words = _worded(seen.open_records, "past meeting whose record is open", "past meetings whose records are open")
        counts.append(Count(seen.open_records, words, url_for("meetings.listing")))
    if seen.next_meeting and seen.next_meeting_on:
        packs = _worded(seen.packs or 0, "pack made", "packs made")
        words = f"{packs} for the next meeting, of {day(seen.next_meeting_on)}"
        counts.append(Count(seen.packs or 0, words, url_for("meetings.meeting", meeting_id=seen.next_meeting)))
    return counts


def _referrals(actor: Actor, seen: Overview | None) -> list[Count]:
    """The referrals that wait for an answer, for those who answer for the corporate register."""
    if not actor.may(Permission.ANSWER_REFERRAL) or seen is None:
        return []
    waiting = seen.referrals
    return [Count(waiting, _worded(waiting, "referral to answer", "referrals to answer"), url_for("corporate.listing"))]


def _results(actor: Actor, today: date) -> list[Count]:
    """The results that are overdue, for those who publish them."""
    policy = policy_shown(today) if actor.may(Permission.PUBLISH_RESULT) else None
    if policy is None:
        return []
    groups = groups_shown(ScorecardFilter(stale=True), today, policy)
    late = sum(group.total for group in groups)
    words = _worded(late, "indicator whose result is overdue", "indicators whose results are overdue")
    return [Count(late, words, url_for("indicators.listing", stale=1))]


def _machinery(actor: Actor) -> list[Count]:
    """The mail that did not go and the jobs that failed, for those who look after them."""
    if not actor.may(Permission.MANAGE_MAIL):
        return []
    seen = machinery()
    return [
        Count(
            seen.refused,
            _worded(seen.refused, "message refused for good", "messages refused for good"),
            url_for("admin.mail", state="failed"),
        ),
        Count(
            seen.unknown,
            _worded(seen.unknown, "message that may not have arrived", "messages that may not have arrived"),
            url_for("admin.mail", state="unknown"),
        ),
        Count(
            seen.retried,
            _worded(
                seen.retried, "message that waits after a failed attempt", "messages that wait after a failed attempt"
            ),
            url_for("admin.mail", state="waiting"),
        ),
        Count(
            seen.failed_jobs,
            _worded(seen.failed_jobs, "job whose last run failed", "jobs whose last run failed"),
            url_for("admin.jobs"),
        ),
    ]


def _worded(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
