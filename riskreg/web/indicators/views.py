"""The scorecard and one indicator; the views of publishing are in the modules beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.charts import sparkline
from riskreg.domain.access import Permission
from riskreg.domain.forecast import IN_WORDS
from riskreg.queries.caused import escalations_caused
from riskreg.queries.indicator import indicator_facts
from riskreg.queries.indicators import (
    RAG_CHOICES,
    ScorecardFilter,
    group_names,
    groups_shown,
    scorecard,
)
from riskreg.queries.latest import lateness_of
from riskreg.web.access import may, needs
from riskreg.web.in_force import present_policy
from riskreg.web.indicators import commenting, forecasting, keeping, period_table, publishing, upload
from riskreg.web.indicators.drawing import chart_of, floors_of, floors_then
from riskreg.web.indicators.room import blueprint, known_indicator
from riskreg.web.indicators.wording import WORDS, no_floor, other_years, why_so
from riskreg.web.listing import Pages, address_with, asked, asked_one_of
from riskreg.web.pages import page

__all__ = ["blueprint", "commenting", "forecasting", "keeping", "period_table", "publishing", "upload"]

# The whole scorecard of a directorate on one page, in its groups; a longer one is divided.
ROWS = 150


@blueprint.get("/indicators")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show the scorecard by service group."""
    today, policy = clock.today(), present_policy()
    names = group_names()
    wanted = ScorecardFilter(
        words=asked("q"),
        group=asked_one_of("group", names),
        rag=asked_one_of("rag", RAG_CHOICES),
        linked=asked("linked") == "1",
        qpr=asked("qpr") == "1",
        stale=asked("stale") == "1",
        ended=asked("ended") == "1",
    )
    groups = groups_shown(wanted, today, policy)
    pages = Pages.asked(sum(group.total for group in groups), ROWS)
    rows = scorecard(wanted, today, policy, offset=pages.offset, size=pages.size)
    return page(
        "indicators/listing.html",
        wanted=wanted,
        in_force=_in_force(wanted),
        lists=_lists(wanted),
        group_choices=[("", "All"), *((name, name) for name in names)],
        rag_choices=[("", "All"), *((rag, rag) for rag in RAG_CHOICES)],
        groups={group.name: group for group in groups},
        sections=[(name, list(part)) for name, part in groupby(rows, key=lambda row: row.group)],
        pages=pages,
        year=today.year,
        sparkline=sparkline,
    )


def _lists(wanted: ScorecardFilter) -> Sequence[tuple[str, str, bool]]:
    """The lists that are asked for most, and whether it is the one shown."""
    every = (
        ("All indicators", not (wanted.narrows or wanted.qpr), url_for("indicators.listing")),
        ("Quarterly Performance Report", wanted.qpr and not wanted.stale, url_for("indicators.listing", qpr=1)),
        ("Results overdue", wanted.stale and not wanted.qpr, url_for("indicators.listing", stale=1)),
    )
    return [
        *((words, address, chosen) for words, chosen, address in every),
        ("Watch list", url_for("indicators.watch"), False),
    ]


def _in_force(wanted: ScorecardFilter) -> Sequence[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    parts = (
        (wanted.words, f"Words: {wanted.words}", "q"),
        (wanted.group, wanted.group, "group"),
        (wanted.rag, f"RAG: {wanted.rag}", "rag"),
        (wanted.linked, "Linked to a risk", "linked"),
        (wanted.qpr, "In the Quarterly Performance Report", "qpr"),
        (wanted.stale, "Next result overdue", "stale"),
        (wanted.ended, "Ended", "ended"),
    )
    return [(words, address_with(**{name: None})) for present, words, name in parts if present]


@blueprint.get("/indicators/<id:indicator_id>")
@needs(Permission.READ_REGISTER)
def indicator(indicator_id: int) -> ResponseReturnValue:
    """Show one indicator: its chart and figures, the risks it bears on, what it gave."""
    facts, policy = indicator_facts(known_indicator(indicator_id)), present_policy()
    latest, floors = facts.latest, floors_of(facts, policy)
    then = floors_then(facts, floors, policy)
    ahead = forecasting.prospects_of(facts, policy)
    ended = facts.indicator.ended_on is not None
    return page(
        "indicators/indicator.html",
        facts=facts,
        indicator=facts.indicator,
        latest=latest,
        late="" if ended else lateness_of([indicator_id], clock.today(), policy)[indicator_id],
        keeps=may(Permission.KEEP_INDICATOR),
        floors=floors,
        floors_then=then,
        policy=policy,
        chart=chart_of(facts, floors, ahead),
        prospects=ahead,
        no_forecast="" if ahead else forecasting.why_none(facts),
        in_words=IN_WORDS,
        escalations=escalations_caused(indicator_id),
        why=why_so(latest, facts.indicator.unit) if latest else "",
        other_years=other_years(facts.results),
        no_floor=no_floor,
        words=WORDS,
    )
