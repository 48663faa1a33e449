"""One risk over time: its ratings as a chart with its escalations, and everything that happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.sentences import day
from riskreg.queries import timeline as found
from riskreg.queries.as_at import end_of
from riskreg.rating_chart import Span, Step, rating_chart
from riskreg.web.access import needs
from riskreg.web.addresses import NO_SUCH_RISK, RISK
from riskreg.web.admin.trail import changes, done
from riskreg.web.listing import Pages
from riskreg.web.pages import page
from riskreg.web.seeing.room import blueprint


@blueprint.get(f"{RISK}/timeline")
@needs(Permission.READ_REGISTER)
def timeline(risk_id: int) -> ResponseReturnValue:
    """Show a risk over time: at most seven queries with the session, however much happened."""
    risk = found.risk_name(risk_id)
    if risk is None:
        raise NotFound(NO_SUCH_RISK)
    escalated = found.escalations_of(risk_id)
    turns = found.turns_of(risk, found.assessments_of(risk_id), escalated)
    pages = Pages.asked(found.count_events(risk_id))
    events = found.events_of(risk, limit=pages.size, offset=pages.offset)
    return page(
        "seeing/timeline.html",
        risk=risk,
        turns=turns,
        chart=_chart(risk, turns, escalated, end_of(clock.today())),
        pages=pages,
        events=[(event, done(event.verb), changes(event, {})) for event in events],
    )


def _chart(
    risk: found.RiskName, turns: Sequence[found.Turn], escalated: Sequence[found.Escalated], until: datetime
) -> str:
    own = [Step(turn.at, turn.own, _words(turn.at, turn.own)) for turn in turns]
    shown = [Step(turn.at, turn.shown, _words(turn.at, turn.shown)) for turn in turns]
    spans = [Span(one.opened_at, one.ended_at, _span_words(one)) for one in escalated]
    return rating_chart(f"Ratings of {risk.reference}", own, shown, spans, until=until, key="ratings")


def _words(at: datetime, rag: str) -> str:
    return f"{day(day_of(at))}: {rag}"


def _span_words(one: found.Escalated) -> str:
    begins = f"Before DMT from {day(day_of(one.opened_at))}"
    return f"{begins} to {day(day_of(one.ended_at))}, {one.status}" if one.ended_at else f"{begins}, {one.status}"
